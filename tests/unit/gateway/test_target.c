#include "gateway/target.h"

#include "tests/unit/suite.h"

static const char *const domains[] = { "s3.example", "localhost", NULL };

static const struct {
	const char *name;
	const char *raw, *host;
	enum s3_err err;
	const char *bucket, *key, *path, *query;
} targets[] = {
	{ "service", "/", "127.0.0.1:80", S3_OK, "", "", "/", "" },
	{ "asterisk-form", "*", "h", S3_OK, "", "", "/", "" },
	{ "bucket", "/b", "h", S3_OK, "b", "", "/b", "" },
	{ "bucket and slash", "/b/", "h", S3_OK, "b", "", "/b/", "" },
	{ "bucket and query", "/b?cors", "h", S3_OK, "b", "", "/b", "cors" },
	{ "key", "/b/k", "h", S3_OK, "b", "k", "/b/k", "" },
	{ "key of segments", "/b/k/l/", "h", S3_OK, "b", "k/l/", "/b/k/l/", "" },
	{ "empty segments stay", "/b//k//", "h", S3_OK, "b", "/k//", "/b//k//", "" },
	{ "dots stay", "/b/../k/./x", "h", S3_OK, "b", "../k/./x", "/b/../k/./x", "" },
	{ "plus stays in paths", "/b/a+b", "h", S3_OK, "b", "a+b", "/b/a+b", "" },
	{ "encoded slash", "/b/a%2Fb", "h", S3_OK, "b", "a/b", "/b/a%2Fb", "" },
	{ "encoded question mark", "/b/a%3Fb?x", "h", S3_OK, "b", "a?b", "/b/a%3Fb", "x" },
	{ "second question mark", "/b/a?x?y", "h", S3_OK, "b", "a", "/b/a", "x?y" },
	{ "absolute-form", "http://h:1/b/k?x", "h:1", S3_OK, "b", "k", "/b/k", "x" },
	{ "absolute-form without path", "http://h", "h", S3_OK, "", "", "/", "" },
	{ "virtual host", "/k/l", "b.s3.example", S3_OK, "b", "k/l", "/k/l", "" },
	{ "virtual host with port", "/", "b.s3.example:8080", S3_OK, "b", "", "/", "" },
	{ "virtual host in capitals", "/k", "b.S3.Example", S3_OK, "b", "k", "/k", "" },
	{ "bucket of the host in capitals", "/k", "B.s3.example", S3_OK, "b", "k", "/k", "" },
	{ "virtual host of dots", "/k", "a.b.localhost", S3_OK, "a.b", "k", "/k", "" },
	{ "the domain itself", "/b/k", "s3.example", S3_OK, "b", "k", "/b/k", "" },
	{ "another domain's end", "/b/k", "xs3.example", S3_OK, "b", "k", "/b/k", "" },
	{ "nothing before the dot", "/b/k", ".s3.example", S3_OK, "b", "k", "/b/k", "" },
	{ "bad escape in key", "/b/%4", "h", S3_INVALID_URI, NULL, NULL, NULL, NULL },
	{ "bad escape in query", "/b?a=%zz", "h", S3_INVALID_URI, NULL, NULL, NULL, NULL },
	{ "NUL in key", "/b/a%00b", "h", S3_INVALID_URI, NULL, NULL, NULL, NULL },
	{ "not UTF-8", "/b/%ff", "h", S3_INVALID_URI, NULL, NULL, NULL, NULL },
	{ "overlong UTF-8", "/b/%c0%af", "h", S3_INVALID_URI, NULL, NULL, NULL, NULL },
	{ "no slash", "b/k", "h", S3_INVALID_URI, NULL, NULL, NULL, NULL },
	{ "empty", "", "h", S3_INVALID_URI, NULL, NULL, NULL, NULL },
	{ "empty bucket name", "//k", "h", S3_INVALID_BUCKET_NAME, NULL, NULL, NULL, NULL },
};

static enum s3_err
take_apart(TALLOC_CTX *mem, struct slice raw, struct slice host, struct s3_refusal *why, struct target *t)
{
	enum s3_err err = target_split(mem, raw, host, domains, why, t);

	return err == S3_OK ? target_decode(mem, why, t) : err;
}

START_TEST(parse)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct target t;
	const char *name = targets[_i].name;
	enum s3_err err = take_apart(mem, slice_from(targets[_i].raw), slice_from(targets[_i].host), &why, &t);

	ck_assert_msg(err == targets[_i].err, "%s: error %s", name, s3_err_code(err));
	if (err == S3_OK) {
		ck_assert_msg(slice_equal(t.bucket, slice_from(targets[_i].bucket)), "%s: bucket", name);
		ck_assert_msg(slice_equal(t.key, slice_from(targets[_i].key)), "%s: key", name);
		ck_assert_msg(slice_equal(t.path, slice_from(targets[_i].path)), "%s: path", name);
		ck_assert_msg(slice_equal(t.query, slice_from(targets[_i].query)), "%s: query", name);
	}
	talloc_free(mem);
}
END_TEST

START_TEST(parameters)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct target t;

	ck_assert(
	    take_apart(mem, SLICE("/b?cors&prefix=a%2Fb+c&=x&&empty=&two=1&two=2"), SLICE("h"), &why, &t) == S3_OK);
	ck_assert_uint_eq(t.parameters.count, 6);
	ck_assert(fields_find(&t.parameters, "cors")->value.length == 0);
	ck_assert(slice_equal(fields_find(&t.parameters, "prefix")->value, SLICE("a/b c")));
	ck_assert(slice_equal(fields_find(&t.parameters, "")->value, SLICE("x")));
	ck_assert(slice_equal(fields_find(&t.parameters, "two")->value, SLICE("1")));
	ck_assert_ptr_null(fields_find(&t.parameters, "CORS"));
	talloc_free(mem);
}
END_TEST

/* Repeat `piece` after `start` until the target has `length` bytes. */
static struct slice
long_target(TALLOC_CTX *mem, const char *start, const char *piece, size_t length)
{
	char *target = talloc_strdup(mem, start);

	while (strlen(target) < length)
		target = talloc_strdup_append(target, piece);
	return slice_head(slice_from(target), length);
}

START_TEST(bounds)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct target t;

	ck_assert(take_apart(mem, long_target(mem, "/b/", "k", 3 + 1024), SLICE("h"), &why, &t) == S3_OK);
	ck_assert(take_apart(mem, long_target(mem, "/b/", "k", 3 + 1025), SLICE("h"), &why, &t) == S3_KEY_TOO_LONG);
	ck_assert(take_apart(mem, long_target(mem, "/b/", "%41", 3 + 3 * 1024), SLICE("h"), &why, &t) == S3_OK);
	ck_assert(take_apart(mem, long_target(mem, "/b?", "x", TARGET_LENGTH_MAX + 1), SLICE("h"), &why, &t) ==
		  S3_URI_TOO_LONG);
	ck_assert(take_apart(mem, long_target(mem, "/b?", "x&", 3 + 2 * TARGET_PARAMETERS_MAX), SLICE("h"), &why,
		      &t) == S3_OK);
	ck_assert(take_apart(mem, long_target(mem, "/b?", "x&", 5 + 2 * TARGET_PARAMETERS_MAX), SLICE("h"), &why,
		      &t) == S3_INVALID_ARGUMENT);
	talloc_free(mem);
}
END_TEST

static const struct {
	const char *name;
	bool valid;
} names[] = {
	{ "abc", true },
	{ "my-bucket.of.1", true },
	{ "123", true },
	{ "ab", false },
	{ "", false },
	{ "a23456789012345678901234567890123456789012345678901234567890123", true },
	{ "a234567890123456789012345678901234567890123456789012345678901234", false },
	{ "Abc", false },
	{ "a_c", false },
	{ "-abc", false },
	{ "abc-", false },
	{ ".abc", false },
	{ "a..c", false },
	{ "a.-c", false },
	{ "a-.c", false },
	{ "a--c.d-e", true },
	{ "abc.", false },
	{ "192.168.5.4", false },
	{ "192.168.5", true },
	{ "xn--abc", false },
	{ "sthree-abc", false },
	{ "amzn-s3-demo-abc", false },
	{ "abc-s3alias", false },
	{ "abc--ol-s3", false },
	{ "a b", false },
	{ "a/b", false },
	{ "caf\xc3\xa9", false },
};

START_TEST(bucket_names)
{
	ck_assert_msg(bucket_name_valid(slice_from(names[_i].name)) == names[_i].valid, "%s", names[_i].name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("target");
	TCase *tc = tcase_create("target");

	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(targets));
	tcase_add_test(tc, parameters);
	tcase_add_test(tc, bounds);
	tcase_add_loop_test(tc, bucket_names, 0, ARRAY_SIZE(names));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
