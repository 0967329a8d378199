#include "auth/sigv2.h"
#include "tests/unit/auth_request.h"
#include "tests/unit/suite.h"

#define VECTORS     "tests/vectors/sigv2"
#define VECTORS_MAX 512

static char cases[VECTORS_MAX][TEST_NAME_MAX];
static size_t case_count;

static const char *const form_names[] = { "other-slash", "raw-values", "bare-empty", "both-dates", "first-twice",
	"boto", "botocore", "s3cmd" };
static const unsigned form_bits[] = { SIGV2_OTHER_SLASH, SIGV2_RAW_VALUES, SIGV2_BARE_EMPTY, SIGV2_BOTH_DATES,
	SIGV2_FIRST_TWICE, SIGV2_SIGNER, 2 * SIGV2_SIGNER, 3 * SIGV2_SIGNER };

struct vector {
	TALLOC_CTX *mem;
	const char *name;
	const char *folder;
	struct auth_request request;
	struct credential *credential;
	struct s3_refusal why;
};

static void
vector_open(struct vector *v, const char *name)
{
	enum s3_err err;

	*v = (struct vector){ .mem = talloc_new(NULL), .name = name };
	v->folder = talloc_asprintf(v->mem, VECTORS "/%s", v->name);
	v->why.mem = v->mem;
	ck_assert_msg(test_vector_read(v->mem, v->folder, &v->request), "%s: request unreadable", v->name);
	err = credential_read(v->mem, &v->request, &v->why, &v->credential);
	ck_assert_msg(err == S3_OK, "%s: refused: %s, %s", v->name, s3_err_code(err), v->why.message);
}

START_TEST(stages)
{
	struct vector v;
	struct slice expected;
	struct buf *to_sign;
	unsigned char hash[20];
	unsigned form;

	vector_open(&v, cases[_i]);
	to_sign = buf_new(v.mem, CANONICAL_MAX);
	form = test_vector_form(v.mem, v.folder, form_names, form_bits, ARRAY_SIZE(form_bits));
	expected = test_file_read(v.mem, v.folder, "string-to-sign", false);
	ck_assert(sigv2_string_to_sign(v.mem, v.credential, &v.request, form, to_sign));
	ck_assert_msg(slice_equal(buf_slice(to_sign), expected), "%s: stage string-to-sign:\n%.*s\nexpected:\n%.*s",
	    v.name, SLICE_ARG(buf_slice(to_sign)), SLICE_ARG(expected));
	hmac_sha1(SLICE(TEST_SECRET_KEY), buf_slice(to_sign), hash);
	ck_assert_msg(
	    slice_equal(slice_from(base64_encode(v.mem, slice_make(hash, 20))), v.credential->private->signature),
	    "%s: stage signature", v.name);
	talloc_free(v.mem);
}
END_TEST

START_TEST(verifies)
{
	struct vector v;
	enum s3_err err;

	vector_open(&v, cases[_i]);
	ck_assert(slice_equal(v.credential->access_key, SLICE(TEST_ACCESS_KEY)));
	ck_assert_int_eq(v.credential->payload, PAYLOAD_UNSIGNED);
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
	ck_assert_str_eq(why.details[1].name, "StringToSign");
}

/* The request with one more parameter. */
static struct auth_request
with_parameter(struct vector *v, const char *parameter)
{
	struct auth_request changed = v->request;
	const char *between = changed.query.length > 0 ? "&" : "";

	changed.query =
	    slice_from(talloc_asprintf(v->mem, "%.*s%s%s", SLICE_ARG(changed.query), between, parameter));
	changed.parameters = (struct fields){ NULL, 0 };
	ck_assert(test_request_read_query(v->mem, &changed));
	return changed;
}

static bool
is_signed(struct slice name)
{
	return slice_equal_nocase(name, SLICE("Content-MD5")) || slice_equal_nocase(name, SLICE("Content-Type")) ||
	       slice_equal_nocase(name, SLICE("Date")) || slice_equal_nocase(slice_head(name, 6), SLICE("x-amz-"));
}

START_TEST(changed_parts)
{
	struct vector v;
	struct auth_request changed;
	bool has_amz_date;

	vector_open(&v, cases[_i]);
	has_amz_date = fields_find_nocase(&v.request.headers, "x-amz-date") != NULL;
	refuses(&v, &v.request, SLICE("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ"), "secret");

	changed = v.request;
	changed.method = SLICE("PATCH");
	refuses(&v, &changed, SLICE(TEST_SECRET_KEY), "method");

	changed = v.request;
	changed.path = slice_from(talloc_asprintf(v.mem, "%.*sx", SLICE_ARG(v.request.path)));
	refuses(&v, &changed, SLICE(TEST_SECRET_KEY), "path");

	changed = v.request;
	changed.host_bucket = SLICE("another");
	refuses(&v, &changed, SLICE(TEST_SECRET_KEY), "bucket");

	changed = with_parameter(&v, "versionId=1");
	refuses(&v, &changed, SLICE(TEST_SECRET_KEY), "version");

	for (size_t i = 0; i < v.request.headers.count; i++) {
		struct field *header = &v.request.headers.items[i], before = *header;

		if (!is_signed(header->name) || (has_amz_date && slice_equal_nocase(header->name, SLICE("Date"))))
			continue;
		header->value = slice_from(talloc_asprintf(v.mem, "%.*sx", SLICE_ARG(before.value)));
		v.credential->private->date =
		    v.credential->private->date.length > 0 && slice_equal_nocase(before.name, SLICE("Date"))
			? header->value
			: v.credential->private->date;
		refuses(&v, &v.request, SLICE(TEST_SECRET_KEY), "header");
		*header = before;
		v.credential->private->date = (struct slice){ NULL, 0 };
	}
	talloc_free(v.mem);
}
END_TEST

/* Whoever holds a URL for an object gets nothing else of it. */
static const char *const subresources[] = { "acl", "attributes", "legal-hold", "object-lock",
	"partNumber=1&uploadId=x", "retention", "tagging", "torrent", "versionId=x", "restore",
	"select&select-type=2", "response-content-type=text/html", "encryption", "policy", "cors", "delete",
	"uploads", "publicAccessBlock", "ownershipControls", "ac%6C", "%61cl=", "x-amz-acl=public-read",
	"X-Amz-Acl=public-read", "x-amz-meta-a=1", "x%2damz-acl=public-read" };

START_TEST(presigned_with_subresource)
{
	struct vector v;
	struct auth_request changed;

	vector_open(&v, "botocore-presigned-plain");
	changed = with_parameter(&v, subresources[_i]);
	refuses(&v, &changed, SLICE(TEST_SECRET_KEY), subresources[_i]);
	talloc_free(v.mem);
}
END_TEST

START_TEST(presigned_with_header)
{
	struct vector v;

	vector_open(&v, "botocore-presigned-plain");
	fields_add(v.mem, &v.request.headers, SLICE("X-Amz-Acl"), SLICE("public-read"));
	refuses(&v, &v.request, SLICE(TEST_SECRET_KEY), "header");
	talloc_free(v.mem);
}
END_TEST

/* The signature for a part must not be good for the object: decoded values could run into each other. */
START_TEST(parameters_in_a_value)
{
	struct vector v;
	struct slice query;
	size_t at;

	vector_open(&v, "botocore-presigned-upload-part");
	query = v.request.query;
	ck_assert(
	    slice_find(query, SLICE("partNumber=1&uploadId="), &at) || slice_find(query, SLICE("uploadId"), &at));
	v.request.query = slice_from(
	    "AWSAccessKeyId=" TEST_ACCESS_KEY "&Signature=x&Expires=1&partNumber=1%26uploadId%3Dx%2B%2F%3D");
	refuses(&v, &v.request, SLICE(TEST_SECRET_KEY), "nesting of parameters");
	talloc_free(v.mem);
}
END_TEST

static const struct {
	const char *name;
	const char *request; /* without the end */
	const char *to_sign;
	unsigned form;
} forms[] = {
	{ "sorted subresources, others left out", "GET /b/k?versionId=2&prefix=x&acl&Acl HTTP/1.1\nHost: h",
	    "GET\n\n\n\n/b/k?acl&versionId=2", 0 },
	{ "values decoded", "GET /b/k?response-content-type=a%20b%2Bc+d HTTP/1.1\nHost: h",
	    "GET\n\n\n\n/b/k?response-content-type=a b+c d", 0 },
	{ "values as sent", "GET /b/k?response-content-type=a%20b+d HTTP/1.1\nHost: h",
	    "GET\n\n\n\n/b/k?response-content-type=a%20b+d", SIGV2_RAW_VALUES },
	{ "an empty value", "GET /b/k?uploads= HTTP/1.1\nHost: h", "GET\n\n\n\n/b/k?uploads=", 0 },
	{ "an empty value, bare", "GET /b/k?uploads= HTTP/1.1\nHost: h", "GET\n\n\n\n/b/k?uploads",
	    SIGV2_BARE_EMPTY },
	{ "one name twice, in order", "GET /b/k?versionId=2&acl&versionId=1 HTTP/1.1\nHost: h",
	    "GET\n\n\n\n/b/k?acl&versionId=2&versionId=1", 0 },
	{ "a bucket with a slash", "GET /b?acl HTTP/1.1\nHost: h", "GET\n\n\n\n/b/?acl", SIGV2_OTHER_SLASH },
	{ "a bucket without a slash", "GET /b/?acl HTTP/1.1\nHost: h", "GET\n\n\n\n/b?acl", SIGV2_OTHER_SLASH },
	{ "a bucket of the host", "GET / HTTP/1.1\nHost: b.s3.example", "GET\n\n\n\n/b/", 0 },
	{ "without a slash", "GET / HTTP/1.1\nHost: b.s3.example", "GET\n\n\n\n/b", SIGV2_OTHER_SLASH },
	{ "its case", "GET /k HTTP/1.1\nHost: Bucket.s3.example", "GET\n\n\n\n/Bucket/k", 0 },
	{ "the path as sent", "GET /b//.././%2f%c3%A9+ HTTP/1.1\nHost: h", "GET\n\n\n\n/b//.././%2f%c3%A9+", 0 },
	{ "headers",
	    "PUT /b/k HTTP/1.1\nHost: h\nX-Amz-Zeta: 1\nContent-Type:  text/plain \nx-amz-alpha:  two  words \n"
	    "X-AMZ-ALPHA: again\nContent-MD5: AA==\nX-Amzn-Trace: no",
	    "PUT\nAA==\ntext/plain\n\nx-amz-alpha:two  words,again\nx-amz-zeta:1\n/b/k", 0 },
	{ "both dates", "GET /b/k HTTP/1.1\nHost: h\nDate: D\nx-amz-date: X", "GET\n\n\nD\nx-amz-date:X\n/b/k",
	    SIGV2_BOTH_DATES },
	{ "the first parameter twice", "GET /b?cors&list-type=2 HTTP/1.1\nHost: h", "GET\n\n\n\n/b?cors?cors",
	    SIGV2_FIRST_TWICE },
	{ "what s3cmd knows", "GET /b/k?acl&tagging&policy HTTP/1.1\nHost: h", "GET\n\n\n\n/b/k?acl&policy",
	    3 * SIGV2_SIGNER },
	{ "what botocore knows", "GET /b/k?encryption&object-lock&storageClass=x&billing HTTP/1.1\nHost: h",
	    "GET\n\n\n\n/b/k?object-lock&storageClass=x", 2 * SIGV2_SIGNER },
	{ "what boto knows", "GET /b/k?encryption&object-lock&storageClass=x&billing HTTP/1.1\nHost: h",
	    "GET\n\n\n\n/b/k?billing&storageClass=x", SIGV2_SIGNER },
	{ "what anybody knows", "GET /b/k?encryption&object-lock&storageClass=x&billing HTTP/1.1\nHost: h",
	    "GET\n\n\n\n/b/k?billing&encryption&object-lock&storageClass=x", 0 },
};

static struct credential *
plain_credential(TALLOC_CTX *mem)
{
	struct credential *credential = talloc_zero(mem, struct credential);

	credential->kind = CREDENTIAL_V2_HEADER;
	credential->private = talloc_zero(credential, struct credential_private);
	return credential;
}

START_TEST(form)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *out = buf_new(mem, CANONICAL_MAX);
	struct auth_request request;

	ck_assert(test_request_read(mem, slice_from(forms[_i].request), &request));
	ck_assert(sigv2_string_to_sign(mem, plain_credential(mem), &request, forms[_i].form, out));
	ck_assert_msg(slice_equal(buf_slice(out), slice_from(forms[_i].to_sign)), "%s:\n%.*s\nexpected:\n%s",
	    forms[_i].name, SLICE_ARG(buf_slice(out)), forms[_i].to_sign);
	talloc_free(mem);
}
END_TEST

static const char *const formless[] = { "GET /b/k?acl=%zz HTTP/1.1\nHost: h",
	"GET /b/k?versionId=% HTTP/1.1\nHost: h", "GET /b/k?partNumber=1%26uploadId%3DX HTTP/1.1\nHost: h",
	"GET /b/k?response-expires=x%26acl HTTP/1.1\nHost: h" };

START_TEST(no_form)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct auth_request request;

	test_request_read(mem, slice_from(formless[_i]), &request);
	ck_assert_msg(!sigv2_string_to_sign(mem, plain_credential(mem), &request, 0, buf_new(mem, CANONICAL_MAX)),
	    "%s", formless[_i]);
	talloc_free(mem);
}
END_TEST

static Suite *
sigv2_suite(void)
{
	Suite *suite = suite_create("sigv2");
	TCase *tc = tcase_create("vectors");

	case_count = test_vectors_list(VECTORS, cases, VECTORS_MAX);
	tcase_add_loop_test(tc, stages, 0, (int)case_count);
	tcase_add_loop_test(tc, verifies, 0, (int)case_count);
	tcase_add_loop_test(tc, changed_parts, 0, (int)case_count);
	suite_add_tcase(suite, tc);

	tc = tcase_create("presigned");
	tcase_add_loop_test(tc, presigned_with_subresource, 0, ARRAY_SIZE(subresources));
	tcase_add_test(tc, presigned_with_header);
	tcase_add_test(tc, parameters_in_a_value);
	suite_add_tcase(suite, tc);

	tc = tcase_create("forms");
	tcase_add_loop_test(tc, form, 0, ARRAY_SIZE(forms));
	tcase_add_loop_test(tc, no_form, 0, ARRAY_SIZE(formless));
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	Suite *suite = sigv2_suite();

	if (case_count < 100) {
		fprintf(stderr, "only %zu vectors in " VECTORS ": run this from the top of the source tree\n",
		    case_count);
		return 1;
	}
	return run_suite(suite);
}
