#include <pthread.h>

#include "tests/unit/auth_request.h"
#include "tests/unit/suite.h"

#define VECTORS     "tests/vectors/sigv4"
#define VECTORS_MAX 512

static char cases[VECTORS_MAX][TEST_NAME_MAX];
static size_t case_count;

static const char *const form_names[] = { "raw-path", "open-slash", "raw-query", "unsorted-query", "unfolded" };
static const unsigned form_bits[] = { SIGV4_RAW_PATH, SIGV4_OPEN_SLASH, SIGV4_RAW_QUERY, SIGV4_UNSORTED_QUERY,
	SIGV4_UNFOLDED };

struct vector {
	TALLOC_CTX *mem;
	const char *name;
	const char *folder;
	struct auth_request request;
	struct credential *credential;
	struct s3_refusal why;
};

static void
vector_open(struct vector *v, int number)
{
	enum s3_err err;

	*v = (struct vector){ .mem = talloc_new(NULL), .name = cases[number] };
	v->folder = talloc_asprintf(v->mem, VECTORS "/%s", v->name);
	v->why.mem = v->mem;
	ck_assert_msg(test_vector_read(v->mem, v->folder, &v->request), "%s: request unreadable", v->name);
	err = credential_read(v->mem, &v->request, &v->why, &v->credential);
	ck_assert_msg(err == S3_OK, "%s: refused: %s, %s", v->name, s3_err_code(err), v->why.message);
}

static void
check_stage(const struct vector *v, const char *stage, struct slice got)
{
	struct slice expected = test_file_read(v->mem, v->folder, stage, false);

	ck_assert_msg(slice_equal(got, expected), "%s: stage %s:\n%.*s\nexpected:\n%.*s", v->name, stage,
	    SLICE_ARG(got), SLICE_ARG(expected));
}

/* Each stage by itself, against what the client wrote down. */
START_TEST(stages)
{
	struct vector v;
	struct buf *canonical, *to_sign;
	char signature[SHA256_HEX + 1];
	unsigned char key[32];
	unsigned form;

	vector_open(&v, _i);
	form = test_vector_form(v.mem, v.folder, form_names, form_bits, ARRAY_SIZE(form_bits));
	canonical = buf_new(v.mem, CANONICAL_MAX);
	to_sign = buf_new(v.mem, CANONICAL_MAX);

	ck_assert_msg((form & ~sigv4_forms(v.credential, &v.request)) == 0, "%s: its form is not tried", v.name);
	ck_assert(sigv4_canonical_request(v.mem, v.credential, &v.request, form, canonical));
	check_stage(&v, "canonical-request", buf_slice(canonical));
	sigv4_string_to_sign(v.credential, buf_slice(canonical), to_sign);
	check_stage(&v, "string-to-sign", buf_slice(to_sign));
	sigv4_signing_key(
	    SLICE(TEST_SECRET_KEY), v.credential->private->scope_date, v.credential->private->scope_region, key);
	sigv4_sign(key, buf_slice(to_sign), signature);
	ck_assert_msg(slice_equal(slice_from(signature), v.credential->private->signature),
	    "%s: stage signature: %s", v.name, signature);
	talloc_free(v.mem);
}
END_TEST

START_TEST(verifies)
{
	struct vector v;
	enum s3_err err;

	vector_open(&v, _i);
	ck_assert(slice_equal(v.credential->access_key, SLICE(TEST_ACCESS_KEY)));
	err = credential_verify(v.credential, &v.request, SLICE(TEST_SECRET_KEY), &v.why);
	ck_assert_msg(err == S3_OK, "%s: %s", v.name, s3_err_code(err));
	ck_assert(v.credential->private->verified);
	talloc_free(v.mem);
}
END_TEST

static void
refuses(struct vector *v, const struct auth_request *changed, struct slice secret, const char *what)
{
	struct s3_refusal why = { .mem = v->mem };
	enum s3_err err = credential_verify(v->credential, changed, secret, &why);

	ck_assert_msg(
	    err == S3_SIGNATURE_DOES_NOT_MATCH, "%s with another %s: %s", v->name, what, s3_err_code(err));
	ck_assert(!v->credential->private->verified);
	ck_assert_str_eq(why.details[0].name, "AWSAccessKeyId");
	ck_assert_str_eq(why.details[1].name, "StringToSign");
	ck_assert_str_eq(why.details[2].name, "SignatureProvided");
	ck_assert_str_eq(why.details[3].name, "CanonicalRequest");
}

/* Every part of every vector, changed by itself. */
START_TEST(changed_parts)
{
	struct vector v;
	struct auth_request changed;

	vector_open(&v, _i);
	refuses(&v, &v.request, SLICE("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ"), "secret");

	changed = v.request;
	changed.method = SLICE("PATCH");
	refuses(&v, &changed, SLICE(TEST_SECRET_KEY), "method");

	changed = v.request;
	changed.path = slice_from(talloc_asprintf(v.mem, "%.*s/x", SLICE_ARG(v.request.path)));
	refuses(&v, &changed, SLICE(TEST_SECRET_KEY), "path");

	changed = v.request;
	changed.query = slice_from(
	    talloc_asprintf(v.mem, "%.*s%sacl", SLICE_ARG(v.request.query), v.request.query.length > 0 ? "&" : ""));
	refuses(&v, &changed, SLICE(TEST_SECRET_KEY), "query");

	for (size_t i = 0; i < v.request.headers.count; i++) {
		struct field *header = &v.request.headers.items[i], before = *header;

		if (!credential_signs(v.credential, header->name))
			continue;
		header->value = slice_from(talloc_asprintf(v.mem, "%.*sx", SLICE_ARG(before.value)));
		refuses(&v, &v.request, SLICE(TEST_SECRET_KEY), "header");
		*header = before;
	}
	talloc_free(v.mem);
}
END_TEST

/* Each digit of the signature counts, and so do its length and its case. */
START_TEST(changed_signature)
{
	struct vector v;
	struct slice good;
	char *bad;

	vector_open(&v, _i);
	good = v.credential->private->signature;
	bad = slice_dup(v.mem, good);
	for (size_t i = 0; i < good.length; i++) {
		bad[i] = bad[i] == '0' ? '1' : '0';
		v.credential->private->signature = slice_from(bad);
		refuses(&v, &v.request, SLICE(TEST_SECRET_KEY), "signature");
		bad[i] = good.data[i];
	}
	v.credential->private->signature = slice_head(good, SHA256_HEX - 1);
	refuses(&v, &v.request, SLICE(TEST_SECRET_KEY), "length");
	v.credential->private->signature = SLICE("");
	refuses(&v, &v.request, SLICE(TEST_SECRET_KEY), "length");
	talloc_free(v.mem);
}
END_TEST

/* canonical forms that no client above sends. */

/* One that signs nothing but the host. */
static struct credential *
plain_credential(TALLOC_CTX *mem)
{
	struct credential *credential = talloc_zero(mem, struct credential);

	credential->kind = CREDENTIAL_V4_HEADER;
	credential->private = talloc_zero(credential, struct credential_private);
	credential->private->signed_headers = SLICE("host");
	credential->private->payload = SLICE("UNSIGNED-PAYLOAD");
	return credential;
}

static const struct {
	const char *name;
	const char *target;
	unsigned form;
	const char *path;
	const char *query;
} canonical_forms[] = {
	{ "no path normalisation", "/b//./../%2e%2E/", 0, "/b//./../../", "" },
	{ "a slash that is encoded stays so", "/b/a%2fb", 0, "/b/a%2Fb", "" },
	{ "or is taken for a slash", "/b/a%2fb", SIGV4_OPEN_SLASH, "/b/a/b", "" },
	{ "a plus in the path is a plus", "/b/a+b", 0, "/b/a%2Bb", "" },
	{ "a plus in the query is a space", "/b?p=a+b", 0, "/b", "p=a%20b" },
	{ "an encoded plus is a plus", "/b?p=a%2Bb", 0, "/b", "p=a%2Bb" },
	{ "lower-case digits", "/%c3%a9?%c3%a9=%c3%a9", 0, "/%C3%A9", "%C3%A9=%C3%A9" },
	{ "what need not be encoded", "/%7Ea%2d?%7e=%5f", 0, "/~a-", "~=_" },
	{ "what must be encoded", "/!$&'()*,;=:@", 0, "/%21%24%26%27%28%29%2A%2C%3B%3D%3A%40", "" },
	{ "order by encoded name", "/b?b=1&a=2&B=3&%C3%A9=4&_=5", 0, "/b", "%C3%A9=4&B=3&_=5&a=2&b=1" },
	{ "then by value", "/b?a=2&a=10&a=1&a", 0, "/b", "a=&a=1&a=10&a=2" },
	{ "names of which one begins another", "/b?a-b=1&a=2", 0, "/b", "a=2&a-b=1" },
	{ "an equals sign in the value", "/b?a=b=c", 0, "/b", "a=b%3Dc" },
	{ "no value, no name, nothing", "/b?a&=v&&b=", 0, "/b", "=v&a=&b=" },
	{ "the signature is left out", "/b?X-Amz-Signature=00&a=1", 0, "/b", "a=1" },
	{ "another case is another name", "/b?x-amz-signature=00&a=1", 0, "/b", "a=1&x-amz-signature=00" },
	{ "as sent", "/b/%c3(?p=+&a=/", SIGV4_RAW_PATH | SIGV4_RAW_QUERY, "/b/%c3(", "a=/&p=+" },
	{ "as sent, not sorted", "/b?b&a=/", SIGV4_UNSORTED_QUERY, "/b", "b&a=/" },
	{ "control characters", "/%00%0A?%0d=%00", 0, "/%00%0A", "%0D=%00" },
};

START_TEST(canonical_form)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct credential *credential = plain_credential(mem);
	struct buf *out = buf_new(mem, CANONICAL_MAX);
	struct auth_request request;
	char *expected, *text = talloc_asprintf(mem, "GET %s HTTP/1.1\nHost: h\n\n", canonical_forms[_i].target);

	ck_assert(test_request_read(mem, slice_from(text), &request));
	ck_assert(sigv4_canonical_request(mem, credential, &request, canonical_forms[_i].form, out));
	expected = talloc_asprintf(mem, "GET\n%s\n%s\nhost:h\n\nhost\nUNSIGNED-PAYLOAD", canonical_forms[_i].path,
	    canonical_forms[_i].query);
	ck_assert_msg(slice_equal(buf_slice(out), slice_from(expected)), "%s:\n%.*s\nexpected:\n%s",
	    canonical_forms[_i].name, SLICE_ARG(buf_slice(out)), expected);
	talloc_free(mem);
}
END_TEST

static const char *const malformed_targets[] = { "/%", "/%4", "/%zz", "/a%2", "/b?a=%", "/b?%g0=1" };

START_TEST(malformed_target)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct credential *credential = plain_credential(mem);
	struct slice query = slice_from(malformed_targets[_i]);
	struct auth_request request = { .method = SLICE("GET"), .now = 0 };
	struct s3_refusal why = { .mem = mem };

	slice_next(&query, '?', &request.path);
	request.query = query;
	ck_assert_msg(credential_verify(credential, &request, SLICE("s"), &why) == S3_INVALID_URI, "%s",
	    malformed_targets[_i]);
	talloc_free(mem);
}
END_TEST

START_TEST(too_long)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct credential *credential = plain_credential(mem);
	size_t length = CANONICAL_MAX / 3 + 1;
	char *path = talloc_zero_size(mem, length);
	struct auth_request request = { .method = SLICE("GET"), .path = slice_make(path, length) };
	struct s3_refusal why = { .mem = mem };

	ck_assert_int_eq(credential_verify(credential, &request, SLICE("s"), &why), S3_REQUEST_HEADER_TOO_LARGE);
	talloc_free(mem);
}
END_TEST

/* signing keys. */

static const struct {
	struct slice secret;
	struct slice date;
	struct slice region;
} key_inputs[] = {
	{ { TEST_SECRET_KEY, sizeof(TEST_SECRET_KEY) - 1 }, { "20130524", 8 }, { "us-east-1", 9 } },
	{ { TEST_SECRET_KEY, sizeof(TEST_SECRET_KEY) - 1 }, { "20130525", 8 }, { "us-east-1", 9 } },
	{ { TEST_SECRET_KEY, sizeof(TEST_SECRET_KEY) - 1 }, { "20130524", 8 }, { "us-east-2", 9 } },
	{ { "secret", 6 }, { "20130524", 8 }, { "us-east-1", 9 } },
	{ { "secret2", 7 }, { "0130524u", 8 }, { "s-east-1", 8 } },
	{ { "", 0 }, { "20130524", 8 }, { "", 0 } },
};

static void
derive_plainly(size_t i, unsigned char key[32])
{
	unsigned char next[32];
	char *first = talloc_asprintf(NULL, "AWS4%.*s", SLICE_ARG(key_inputs[i].secret));

	hmac_sha256(slice_from(first), key_inputs[i].date, key);
	hmac_sha256(slice_make(key, 32), key_inputs[i].region, next);
	hmac_sha256(slice_make(next, 32), SLICE("s3"), key);
	hmac_sha256(slice_make(key, 32), SLICE("aws4_request"), next);
	memcpy(key, next, 32);
	talloc_free(first);
}

/* The cache gives the same keys as no cache, however full, on every thread; libcheck cannot fail outside the main one. */
static void *
use_keys(void *failed)
{
	for (unsigned round = 0; round < 300; round++)
		for (size_t i = 0; i < ARRAY_SIZE(key_inputs); i++) {
			unsigned char expected[32], key[32];
			char day[16];

			derive_plainly(i, expected);
			sigv4_signing_key(key_inputs[i].secret, key_inputs[i].date, key_inputs[i].region, key);
			if (memcmp(key, expected, sizeof(key)) != 0)
				*(bool *)failed = true;
			snprintf(day, sizeof(day), "%08u", round);
			sigv4_signing_key(SLICE("other"), slice_from(day), SLICE("r"), key);
		}
	return NULL;
}

START_TEST(signing_keys)
{
	pthread_t threads[4];
	bool failed[4] = { false };

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, use_keys, &failed[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		ck_assert(!failed[i]);
	}
}
END_TEST

static Suite *
sigv4_suite(void)
{
	Suite *suite = suite_create("sigv4");
	TCase *tc = tcase_create("vectors");

	case_count = test_vectors_list(VECTORS, cases, VECTORS_MAX);
	tcase_add_loop_test(tc, stages, 0, (int)case_count);
	tcase_add_loop_test(tc, verifies, 0, (int)case_count);
	tcase_add_loop_test(tc, changed_parts, 0, (int)case_count);
	tcase_add_loop_test(tc, changed_signature, 0, (int)case_count);
	suite_add_tcase(suite, tc);

	tc = tcase_create("forms");
	tcase_add_loop_test(tc, canonical_form, 0, ARRAY_SIZE(canonical_forms));
	tcase_add_loop_test(tc, malformed_target, 0, ARRAY_SIZE(malformed_targets));
	tcase_add_test(tc, too_long);
	suite_add_tcase(suite, tc);

	tc = tcase_create("keys");
	tcase_add_test(tc, signing_keys);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	Suite *suite = sigv4_suite();

	if (case_count < 100) {
		fprintf(stderr, "only %zu vectors in " VECTORS ": run this from the top of the source tree\n",
		    case_count);
		return 1;
	}
	return run_suite(suite);
}
