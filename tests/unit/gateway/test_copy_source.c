#include "gateway/operations/copy_source.h"

#include "tests/unit/suite.h"

static const struct {
	const char *header, *bucket, *key;
	const char *version_id; /* NULL: none */
} sources[] = {
	{ "bucket/key", "bucket", "key", NULL },
	{ "/bucket/key", "bucket", "key", NULL },
	{ "bucket/a/b/c", "bucket", "a/b/c", NULL },
	{ "bucket%2Fkey", "bucket", "key", NULL },
	{ "%2Fbucket%2Fkey", "bucket", "key", NULL },
	{ "bucket/%61%20b", "bucket", "a b", NULL },
	{ "bucket/a+b", "bucket", "a+b", NULL },
	{ "bucket/a%2Bb", "bucket", "a+b", NULL },
	{ "bucket/%C3%A4", "bucket", "\xc3\xa4", NULL },
	{ "bucket/\xc3\xa4", "bucket", "\xc3\xa4", NULL },
	/* a key is no path */
	{ "bucket/..", "bucket", "..", NULL },
	{ "bucket/../other/key", "bucket", "../other/key", NULL },
	{ "../other/key", "..", "other/key", NULL },
	{ "bucket/%2e%2e/key", "bucket", "../key", NULL },
	{ "bucket//key", "bucket", "/key", NULL },
	{ "bucket/key/", "bucket", "key/", NULL },
	{ "bucket//", "bucket", "/", NULL },
	{ "bucket/%3F", "bucket", "?", NULL },
	{ "bucket/%253F", "bucket", "%3F", NULL },
	{ "bucket/key%3FversionId=1", "bucket", "key?versionId=1", NULL },
	/* versions */
	{ "bucket/key?versionId=null", "bucket", "key", "null" },
	{ "/bucket/key?versionId=a%2Fb", "bucket", "key", "a/b" },
	{ "bucket/key?versionId=", "bucket", "key", "" },
};

START_TEST(parse)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	const char *header = sources[_i].header;
	struct copy_source got;

	ck_assert_msg(copy_source_parse(mem, slice_from(header), &why, &got) == S3_OK, "%s", header);
	ck_assert_msg(slice_equal(got.bucket, slice_from(sources[_i].bucket)), "%s: bucket", header);
	ck_assert_msg(slice_equal(got.key, slice_from(sources[_i].key)), "%s: key", header);
	ck_assert_msg(got.has_version_id == (sources[_i].version_id != NULL), "%s: version", header);
	ck_assert_msg(slice_equal(got.version_id, slice_from(sources[_i].version_id)), "%s: version", header);
	talloc_free(mem);
}
END_TEST

static const struct {
	const char *header;
	enum s3_err err;
} malformed[] = {
	{ "", S3_INVALID_ARGUMENT },
	{ "/", S3_INVALID_ARGUMENT },
	{ "//", S3_INVALID_ARGUMENT },
	{ "bucket", S3_INVALID_ARGUMENT },
	{ "/bucket", S3_INVALID_ARGUMENT },
	{ "bucket/", S3_INVALID_ARGUMENT },
	{ "/bucket/", S3_INVALID_ARGUMENT },
	{ "//bucket/key", S3_INVALID_ARGUMENT },
	{ "bucket/%", S3_INVALID_ARGUMENT },
	{ "bucket/%0", S3_INVALID_ARGUMENT },
	{ "bucket/%zz", S3_INVALID_ARGUMENT },
	{ "bucket/a%00b", S3_INVALID_ARGUMENT },
	{ "bucket/%ff", S3_INVALID_ARGUMENT },
	{ "bucket/key?", S3_INVALID_ARGUMENT },
	{ "bucket/key?version=1", S3_INVALID_ARGUMENT },
	{ "bucket/key?versionId=%", S3_INVALID_ARGUMENT },
	{ "?versionId=1", S3_INVALID_ARGUMENT },
};

START_TEST(refused)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	const char *header = malformed[_i].header;
	struct copy_source got;

	ck_assert_msg(copy_source_parse(mem, slice_from(header), &why, &got) == malformed[_i].err, "'%s'", header);
	ck_assert_msg(why.err == malformed[_i].err, "'%s'", header);
	talloc_free(mem);
}
END_TEST

START_TEST(length_of_the_key)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct copy_source got;
	char header[2 + 1025];

	memset(header, 'k', sizeof(header));
	memcpy(header, "b/", 2);
	ck_assert_int_eq(copy_source_parse(mem, slice_make(header, 2 + 1024), &why, &got), S3_OK);
	ck_assert_uint_eq(got.key.length, 1024);
	ck_assert_int_eq(copy_source_parse(mem, slice_make(header, 2 + 1025), &why, &got), S3_KEY_TOO_LONG);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("copy_source");
	TCase *tc = tcase_create("copy_source");

	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(sources));
	tcase_add_loop_test(tc, refused, 0, ARRAY_SIZE(malformed));
	tcase_add_test(tc, length_of_the_key);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
