#include "auth/post_signature.h"

#include "auth/post_policy.h"
#include "common/clock.h"
#include "common/encode.h"
#include "tests/unit/suite.h"

#define SECRET     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define ALGORITHM  "x-amz-algorithm=AWS4-HMAC-SHA256"
#define CREDENTIAL "x-amz-credential=AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"
#define DATE       "x-amz-date=20151229T000000Z"
#define SIGNATURE  "x-amz-signature=8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
#define V2_KEY     "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
#define V2_SIGN    "signature=QyigO3Da7gYxPW1IXllc6C7gI74="
#define IN_TIME    "20151229T120000Z"
#define FIELDS_MAX 8
#define MISSING(name)                             \
	"Bucket POST must contain a field named " \
	"'" name "'.  If it is specified, please check the order of the fields."

/* "Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)" in the Amazon S3 API Reference. */
static const char example[] =
    "{ \"expiration\": \"2015-12-30T12:00:00.000Z\",\r\n"
    "  \"conditions\": [\r\n"
    "    {\"bucket\": \"sigv4examplebucket\"},\r\n"
    "    [\"starts-with\", \"$key\", \"user/user1/\"],\r\n"
    "    {\"acl\": \"public-read\"},\r\n"
    "    {\"success_action_redirect\": \"http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html\"},\r\n"
    "    [\"starts-with\", \"$Content-Type\", \"image/\"],\r\n"
    "    {\"x-amz-meta-uuid\": \"14365123651274\"},\r\n"
    "    {\"x-amz-server-side-encryption\": \"AES256\"},\r\n"
    "    [\"starts-with\", \"$x-amz-meta-tag\", \"\"],\r\n"
    "\r\n"
    "    {\"x-amz-credential\": \"AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request\"},\r\n"
    "    {\"x-amz-algorithm\": \"AWS4-HMAC-SHA256\"},\r\n"
    "    {\"x-amz-date\": \"20151229T000000Z\" }\r\n"
    "  ]\r\n"
    "}";

static const struct {
	const char *name;
	const char *fields[FIELDS_MAX]; /* "name=value"; "policy" stands for the example */
	const char *now;
	const char *header; /* Authorization */
	const char *region; /* the one that is taken */
	enum s3_err err;
	const char *message;
} forms[] = {
	{ "Version 4", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, IN_TIME, NULL, "", S3_OK, NULL },
	{ "Version 2", { "policy", V2_KEY, V2_SIGN }, IN_TIME, NULL, "", S3_OK, NULL },
	{ "of the region", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, IN_TIME, NULL, "us-east-1", S3_OK,
	    NULL },
	{ "no credentials", { "policy", "key=k" }, IN_TIME, NULL, "", S3_OK, NULL },

	{ "another region", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, IN_TIME, NULL, "eu-west-1",
	    S3_INVALID_ARGUMENT, "the region 'us-east-1' is wrong; expecting 'eu-west-1'" },
	{ "a signature that does not fit",
	    { "policy", ALGORITHM, CREDENTIAL, DATE,
		"x-amz-signature=8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699f" },
	    IN_TIME, NULL, "", S3_SIGNATURE_DOES_NOT_MATCH, NULL },
	{ "a signature cut short", { "policy", ALGORITHM, CREDENTIAL, DATE, "x-amz-signature=8afdbf" }, IN_TIME,
	    NULL, "", S3_SIGNATURE_DOES_NOT_MATCH, NULL },
	{ "another policy", { "policy=e30=", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, IN_TIME, NULL, "",
	    S3_SIGNATURE_DOES_NOT_MATCH, NULL },
	{ "the key of another day",
	    { "policy", ALGORITHM, "x-amz-credential=AKIAIOSFODNN7EXAMPLE/20151228/us-east-1/s3/aws4_request",
		"x-amz-date=20151228T000000Z", SIGNATURE },
	    IN_TIME, NULL, "", S3_SIGNATURE_DOES_NOT_MATCH, NULL },
	{ "the key of another region",
	    { "policy", ALGORITHM, "x-amz-credential=AKIAIOSFODNN7EXAMPLE/20151229/us-east-2/s3/aws4_request", DATE,
		SIGNATURE },
	    IN_TIME, NULL, "", S3_SIGNATURE_DOES_NOT_MATCH, NULL },
	{ "Version 2, another signature", { "policy", V2_KEY, "signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }, IN_TIME,
	    NULL, "", S3_SIGNATURE_DOES_NOT_MATCH, NULL },

	{ "no algorithm", { "policy", CREDENTIAL, DATE, SIGNATURE }, IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    MISSING("X-Amz-Algorithm") },
	{ "no credential", { "policy", ALGORITHM, DATE, SIGNATURE }, IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    MISSING("X-Amz-Credential") },
	{ "no date", { "policy", ALGORITHM, CREDENTIAL, SIGNATURE }, IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    MISSING("X-Amz-Date") },
	{ "no signature", { "policy", ALGORITHM, CREDENTIAL, DATE }, IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    MISSING("X-Amz-Signature") },
	{ "an empty signature", { "policy", ALGORITHM, CREDENTIAL, DATE, "x-amz-signature=" }, IN_TIME, NULL, "",
	    S3_INVALID_ARGUMENT, MISSING("X-Amz-Signature") },
	{ "no policy", { ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    MISSING("policy") },
	{ "Version 2 without a key", { "policy", V2_SIGN }, IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    MISSING("AWSAccessKeyId") },
	{ "Version 2 without a signature", { "policy", V2_KEY }, IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    MISSING("Signature") },
	{ "Version 2 without a policy", { V2_KEY, V2_SIGN }, IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    MISSING("policy") },
	{ "both versions", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE, V2_KEY, V2_SIGN }, IN_TIME, NULL, "",
	    S3_INVALID_ARGUMENT,
	    "Only one auth mechanism allowed; the form has the fields of Signature Version 4 and of Version 2." },
	{ "a header as well", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, IN_TIME, "AWS a:b", "",
	    S3_INVALID_ARGUMENT,
	    "The credentials of a POST are fields of its form, not a header or query parameters." },
	{ "a header alone", { "key=k" }, IN_TIME, "AWS a:b", "", S3_INVALID_ARGUMENT,
	    "The credentials of a POST are fields of its form, not a header or query parameters." },
	{ "a token", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE, "X-Amz-Security-Token=t" }, IN_TIME, NULL,
	    "", S3_INVALID_TOKEN, NULL },

	{ "an unknown algorithm", { "policy", "x-amz-algorithm=AWS4-HMAC-SHA1", CREDENTIAL, DATE, SIGNATURE },
	    IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"" },
	{ "Version 4A", { "policy", "x-amz-algorithm=AWS4-ECDSA-P256-SHA256", CREDENTIAL, DATE, SIGNATURE },
	    IN_TIME, NULL, "", S3_NOT_IMPLEMENTED, NULL },
	{ "a credential without a scope", { "policy", ALGORITHM, "x-amz-credential=AKID", DATE, SIGNATURE },
	    IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"." },
	{ "no access key",
	    { "policy", ALGORITHM, "x-amz-credential=/20151229/us-east-1/s3/aws4_request", DATE, SIGNATURE },
	    IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    "a non-empty Access Key (AKID) must be provided in the credential." },
	{ "another service",
	    { "policy", ALGORITHM, "x-amz-credential=AKID/20151229/us-east-1/ec2/aws4_request", DATE, SIGNATURE },
	    IN_TIME, NULL, "", S3_INVALID_ARGUMENT, "incorrect service \"ec2\". This endpoint belongs to \"s3\"." },
	{ "another day in the credential",
	    { "policy", ALGORITHM, "x-amz-credential=AKID/20151230/us-east-1/s3/aws4_request", DATE, SIGNATURE },
	    IN_TIME, NULL, "", S3_INVALID_ARGUMENT,
	    "Invalid credential date \"20151230\". This date is not the same as X-Amz-Date: \"20151229\"." },
	{ "a date in another form",
	    { "policy", ALGORITHM, CREDENTIAL, "x-amz-date=2015-12-29T00:00:00Z", SIGNATURE }, IN_TIME, NULL, "",
	    S3_INVALID_ARGUMENT, "X-Amz-Date must be formated via ISO8601 Long format" },

	{ "a week old", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, "20160105T000000Z", NULL, "", S3_OK,
	    NULL },
	{ "more than a week old", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, "20160105T000001Z", NULL,
	    "", S3_ACCESS_DENIED, "Invalid according to Policy: Policy expired." },
	{ "clocks apart", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, "20151228T234500Z", NULL, "", S3_OK,
	    NULL },
	{ "clocks too far apart", { "policy", ALGORITHM, CREDENTIAL, DATE, SIGNATURE }, "20151228T234459Z", NULL,
	    "", S3_REQUEST_TIME_TOO_SKEWED, NULL },
};

static void
add_field(TALLOC_CTX *mem, struct fields *form, const char *line)
{
	struct slice rest = slice_from(line), name;

	ck_assert(slice_next(&rest, '=', &name));
	if (strcmp(line, "policy") == 0)
		rest = slice_from(base64_encode(mem, slice_from(example)));
	fields_add(mem, form, name, rest);
}

static enum s3_err
authenticate(TALLOC_CTX *mem, const struct auth_request *request, struct s3_refusal *why)
{
	struct credential *credential;
	enum s3_err err = credential_read(mem, request, why, &credential);

	if (err || credential->kind == CREDENTIAL_NONE)
		return err;
	ck_assert(slice_equal(credential->access_key, SLICE("AKIAIOSFODNN7EXAMPLE")));
	ck_assert_int_eq(credential->payload, PAYLOAD_UNSIGNED);
	return credential_verify(credential, request, SLICE(SECRET), why);
}

START_TEST(form_signature)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct fields form = { 0 };
	struct auth_request request = {
		.method = SLICE("POST"), .path = SLICE("/"), .form = &form, .region = slice_from(forms[_i].region)
	};
	enum s3_err err;

	for (size_t i = 0; i < FIELDS_MAX && forms[_i].fields[i] != NULL; i++)
		add_field(mem, &form, forms[_i].fields[i]);
	if (forms[_i].header != NULL)
		fields_add(mem, &request.headers, SLICE("Authorization"), slice_from(forms[_i].header));
	ck_assert(clock_parse_amz(slice_from(forms[_i].now), &request.now));
	err = authenticate(mem, &request, &why);
	ck_assert_msg(
	    err == forms[_i].err && err == why.err, "%s: %s %s", forms[_i].name, s3_err_code(err), why.message);
	if (forms[_i].message != NULL)
		ck_assert_msg(why.message != NULL && strcmp(why.message, forms[_i].message) == 0, "%s: %s",
		    forms[_i].name, why.message);
	talloc_free(mem);
}
END_TEST

/* A refused signature shows what was signed, as S3 does. */
START_TEST(details_of_a_mismatch)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct fields form = { 0 };
	struct auth_request request = { .method = SLICE("POST"), .path = SLICE("/"), .form = &form };

	add_field(mem, &form, "policy=e30=");
	add_field(mem, &form, V2_KEY);
	add_field(mem, &form, V2_SIGN);
	ck_assert_int_eq(authenticate(mem, &request, &why), S3_SIGNATURE_DOES_NOT_MATCH);
	ck_assert_uint_eq(why.detail_count, 3);
	ck_assert_str_eq(why.details[1].name, "StringToSign");
	ck_assert_str_eq(why.details[1].value, "e30=");
	talloc_free(mem);
}
END_TEST

/* The documentation's form, whole. */
START_TEST(the_example_fits_its_policy)
{
	static const char *const lines[] = { "key=user/user1/cat.jpg", "acl=public-read",
		"success_action_redirect=http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
		"Content-Type=image/jpeg", "x-amz-meta-uuid=14365123651274", "x-amz-server-side-encryption=AES256",
		"X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request",
		"X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Date=20151229T000000Z", "x-amz-meta-tag=", "policy",
		"X-Amz-Signature=8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e" };
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct fields form = { 0 };
	struct auth_request request = { .method = SLICE("POST"), .path = SLICE("/"), .form = &form };
	struct post_policy *policy;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		add_field(mem, &form, lines[i]);
	ck_assert(clock_parse_amz(SLICE(IN_TIME), &request.now));
	ck_assert_int_eq(authenticate(mem, &request, &why), S3_OK);
	ck_assert_int_eq(post_policy_read(mem, fields_find(&form, "policy")->value, &why, &policy), S3_OK);
	ck_assert_int_eq(post_policy_check(policy, &form, SLICE("sigv4examplebucket"), request.now, &why), S3_OK);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("post_signature");
	TCase *tc = tcase_create("post_signature");

	tcase_add_loop_test(tc, form_signature, 0, ARRAY_SIZE(forms));
	tcase_add_test(tc, details_of_a_mismatch);
	tcase_add_test(tc, the_example_fits_its_policy);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
