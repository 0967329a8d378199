#include "auth/post_policy.h"

#include "common/encode.h"
#include "tests/unit/suite.h"

#define NOW          1400000000 /* 2014-05-13T16:53:20Z */
#define FIELDS_MAX   4
#define POLICY(text) "{\"expiration\": \"2014-05-13T16:53:20.000Z\", \"conditions\": [" text "]}"
#define BUCKET       "{\"bucket\": \"photos\"}"
#define KEY          BUCKET ", [\"starts-with\", \"$key\", \"\"]"
#define INVALID      "Invalid Policy: "
#define FAILED       "Invalid according to Policy: Policy Condition failed: "

static const struct {
	const char *name;
	const char *policy;
	const char *fields[FIELDS_MAX]; /* "name=value" */
	enum s3_err err;
	const char *message; /* how it begins */
} policies[] = {
	{ "nothing but the bucket", POLICY(BUCKET), { 0 }, S3_OK, NULL },
	{ "equal", POLICY(BUCKET ", {\"key\": \"a\"}"), { "key=a" }, S3_OK, NULL },
	{ "equal, as a list", POLICY(BUCKET ", [\"eq\", \"$key\", \"a\"]"), { "key=a" }, S3_OK, NULL },
	{ "not equal", POLICY(BUCKET ", {\"key\": \"a\"}"), { "key=ab" }, S3_ACCESS_DENIED,
	    FAILED "[\"eq\", \"$key\", \"a\"]" },
	{ "another case of the value", POLICY(BUCKET ", {\"Key\": \"a\"}"), { "key=A" }, S3_ACCESS_DENIED,
	    FAILED "[\"eq\", \"$Key\", \"a\"]" },
	{ "another case of names and operators",
	    POLICY("{\"bUcKeT\": \"photos\"}, [\"StArTs-WiTh\", \"$KeY\", \"a\"], {\"AcL\": \"private\"}"),
	    { "kEy=ab", "acl=private", "pOLICy=x" }, S3_OK, NULL },
	{ "begins so", POLICY(BUCKET ", [\"starts-with\", \"$key\", \"user/\"]"), { "key=user/a" }, S3_OK, NULL },
	{ "begins otherwise", POLICY(BUCKET ", [\"starts-with\", \"$key\", \"user/\"]"), { "key=use" },
	    S3_ACCESS_DENIED, FAILED "[\"starts-with\", \"$key\", \"user/\"]" },
	{ "both of two conditions", POLICY(KEY ", {\"key\": \"b\"}"), { "key=a" }, S3_ACCESS_DENIED,
	    FAILED "[\"eq\", \"$key\", \"b\"]" },
	{ "a field that is not there", POLICY(KEY ", {\"acl\": \"private\"}"), { "key=a" }, S3_ACCESS_DENIED,
	    FAILED "[\"eq\", \"$acl\", \"private\"]" },
	{ "any value of a field that is not there", POLICY(KEY ", [\"starts-with\", \"$acl\", \"\"]"), { "key=a" },
	    S3_ACCESS_DENIED, FAILED "[\"starts-with\", \"$acl\", \"\"]" },
	{ "an empty field", POLICY(KEY ", {\"x-amz-meta-tag\": \"\"}"), { "key=a", "x-amz-meta-tag=" }, S3_OK,
	    NULL },
	{ "no dollar", POLICY(KEY ", [\"eq\", \"key\", \"a\"]"), { "key=a" }, S3_ACCESS_DENIED,
	    FAILED "[\"eq\", \"key\", \"a\"]" },
	{ "quotes are shown", POLICY(KEY ", [\"eq\", \"$x-amz-meta-a\", \"\\\"b\\\\\"]"),
	    { "key=a", "x-amz-meta-a=c" }, S3_ACCESS_DENIED, FAILED "[\"eq\", \"$x-amz-meta-a\", \"\\\"b\\\\\"]" },

	{ "another bucket", POLICY("{\"bucket\": \"letters\"}"), { 0 }, S3_ACCESS_DENIED,
	    FAILED "[\"eq\", \"$bucket\", \"letters\"]" },
	{ "the bucket is not what the form says", POLICY("{\"bucket\": \"letters\"}"), { "bucket=letters" },
	    S3_ACCESS_DENIED, FAILED "[\"eq\", \"$bucket\", \"letters\"]" },
	{ "no bucket", POLICY("{\"key\": \"a\"}"), { "key=a" }, S3_ACCESS_DENIED,
	    "Invalid according to Policy: Extra input fields: bucket" },
	{ "any bucket", POLICY("[\"starts-with\", \"$bucket\", \"\"]"), { 0 }, S3_OK, NULL },
	{ "no condition", POLICY(""), { 0 }, S3_ACCESS_DENIED,
	    "Invalid according to Policy: Extra input fields: bucket" },

	{ "a field that nothing names", POLICY(KEY), { "key=a", "ACL=public-read" }, S3_ACCESS_DENIED,
	    "Invalid according to Policy: Extra input fields: ACL" },
	{ "a key that nothing names", POLICY(BUCKET), { "key=a" }, S3_ACCESS_DENIED,
	    "Invalid according to Policy: Extra input fields: key" },
	{ "the date of the signature", POLICY(KEY), { "key=a", "x-amz-date=20140513T000000Z" }, S3_ACCESS_DENIED,
	    "Invalid according to Policy: Extra input fields: x-amz-date" },
	{ "fields that need no name", POLICY(BUCKET),
	    { "Policy=x", "x-amz-signature=x", "Signature=x", "AWSAccessKeyId=x" }, S3_OK, NULL },
	{ "ignored fields", POLICY(BUCKET), { "x-ignore-a=1", "X-Ignore-=2" }, S3_OK, NULL },
	{ "a range names no field", POLICY(BUCKET ", [\"content-length-range\", \"$acl\", \"1\"]"), { "acl=x" },
	    S3_ACCESS_DENIED, FAILED "[\"content-length-range\", \"$acl\", \"1\"]" },

	{ "a list of types", POLICY(KEY ", [\"starts-with\", \"$Content-Type\", \"image/\"]"),
	    { "key=a", "content-type=image/png, image/gif" }, S3_OK, NULL },
	{ "a list with another type", POLICY(KEY ", [\"starts-with\", \"$Content-Type\", \"image/\"]"),
	    { "key=a", "Content-Type=image/png,text/html" }, S3_ACCESS_DENIED,
	    FAILED "[\"starts-with\", \"$Content-Type\", \"image/\"]" },
	{ "an empty type", POLICY(KEY ", [\"starts-with\", \"$Content-Type\", \"image/\"]"),
	    { "key=a", "Content-Type=" }, S3_ACCESS_DENIED, FAILED },
	{ "any type", POLICY(KEY ", [\"starts-with\", \"$Content-Type\", \"\"]"), { "key=a", "Content-Type=" },
	    S3_OK, NULL },
	{ "no list but of types", POLICY(BUCKET ", [\"starts-with\", \"$key\", \"a\"]"), { "key=a,b" }, S3_OK,
	    NULL },

	{ "escapes of S3's own", POLICY(BUCKET ", [\"eq\", \"\\$key\", \"\\$a\\v\\\\$\"]"), { "key=$a\v\\$" },
	    S3_OK, NULL },
	{ "a backslash before a dollar", POLICY(BUCKET ", [\"starts-with\", \"$key\", \"\\\\$foo\"]"),
	    { "key=\\$foo.txt" }, S3_OK, NULL },
	{ "expired", "{\"expiration\": \"2014-05-13T16:53:19Z\", \"conditions\": [" BUCKET "]}", { 0 },
	    S3_ACCESS_DENIED, "Invalid according to Policy: Policy expired." },
	{ "expired, and for another bucket", "{\"expiration\": \"2014-05-13T16:53:19Z\", \"conditions\": []}",
	    { 0 }, S3_ACCESS_DENIED, "Invalid according to Policy: Policy expired." },

	{ "nothing", "", { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "no JSON", "expiration", { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "half of it", "{\"expiration\": \"2014", { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "two documents", POLICY(BUCKET) "{}", { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "a comma at the end", POLICY(BUCKET ","), { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "a list", "[]", { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "too deep", POLICY("[[[[[[[[1]]]]]]]]"), { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "a member twice", "{\"expiration\": \"2014-05-13T16:53:20Z\", \"expiration\": \"2999-05-13T16:53:20Z\"}",
	    { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "a field twice in a condition", POLICY("{\"key\": \"a\", \"key\": \"b\"}"), { 0 },
	    S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "NUL", POLICY("{\"key\": \"a\\u0000b\"}"), { 0 }, S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid JSON" },
	{ "no expiration", "{\"conditions\": []}", { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Policy missing expiration." },
	{ "no conditions", "{\"expiration\": \"2014-05-13T16:53:20Z\"}", { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Policy missing conditions." },
	{ "CONDITIONS", "{\"expiration\": \"2014-05-13T16:53:20Z\", \"CONDITIONS\": []}", { 0 },
	    S3_INVALID_POLICY_DOCUMENT, INVALID "Unexpected: 'CONDITIONS'" },
	{ "a bucket's policy", "{\"Version\": \"2012-10-17\", \"Statement\": []}", { 0 },
	    S3_INVALID_POLICY_DOCUMENT, INVALID "Unexpected: 'Version'" },
	{ "conditions that are none", "{\"expiration\": \"2014-05-13T16:53:20Z\", \"conditions\": {}}", { 0 },
	    S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid 'conditions' value: must be a List." },
	{ "a space in the expiration", "{\"expiration\": \"2014-05-13 16:53:20\", \"conditions\": []}", { 0 },
	    S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid 'expiration' value: '2014-05-13 16:53:20'" },
	{ "an offset", "{\"expiration\": \"2014-05-13T16:53:20+00:00\", \"conditions\": []}", { 0 },
	    S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid 'expiration' value: '2014-05-13T16:53:20+00:00'" },
	{ "a day that is none", "{\"expiration\": \"2014-02-30T16:53:20Z\", \"conditions\": []}", { 0 },
	    S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid 'expiration' value: '2014-02-30T16:53:20Z'" },
	{ "a day alone", "{\"expiration\": \"2999-01-01\", \"conditions\": []}", { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid 'expiration' value: '2999-01-01'" },
	{ "a number of seconds", "{\"expiration\": 32503680000, \"conditions\": []}", { 0 },
	    S3_INVALID_POLICY_DOCUMENT, INVALID "Invalid 'expiration' value: '32503680000'" },
	{ "an empty condition", POLICY("{}"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified." },
	{ "two conditions in one", POLICY("{\"acl\": \"a\", \"key\": \"b\"}"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified." },
	{ "a number for a value", POLICY("{\"Content-Length\": 1}"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid Simple-Condition: value must be a string." },
	{ "a text for a condition", POLICY("\"bucket\""), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid condition test: must be a List or Object." },
	{ "an empty list", POLICY("[]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid Condition: missing operation identifier." },
	{ "an unknown operator", POLICY("[\"ends-with\", \"$key\", \"a\"]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid Condition: unknown operation 'ends-with'." },
	{ "no value", POLICY("[\"eq\", \"$key\"]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid eq: wrong number of arguments." },
	{ "two values", POLICY("[\"starts-with\", \"$key\", \"a\", \"b\"]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid starts-with: wrong number of arguments." },
	{ "a value that is no text", POLICY("[\"eq\", \"$key\", null]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid eq: value must be a string." },
	{ "a range without an end", POLICY("[\"content-length-range\", 0]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid content-length-range: wrong number of arguments." },
	{ "a range below 0", POLICY("[\"content-length-range\", -1, 0]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid content-length-range: '-1' is no length." },
	{ "a range of fractions", POLICY("[\"content-length-range\", 0, 0.5]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid content-length-range: '0.5' is no length." },
	{ "a range of lists", POLICY("[\"content-length-range\", [], 0]"), { 0 }, S3_INVALID_POLICY_DOCUMENT,
	    INVALID "Invalid content-length-range: value must be a string." },
	{ "a range of words", POLICY(BUCKET ", [\"content-length-range\", \"test\", \"10\"]"), { 0 },
	    S3_ACCESS_DENIED, FAILED "[\"content-length-range\", \"test\", \"10\"]" },
};

static void
add_field(TALLOC_CTX *mem, struct fields *form, const char *line)
{
	struct slice rest = slice_from(line), name;

	ck_assert(slice_next(&rest, '=', &name));
	fields_add(mem, form, name, rest);
}

START_TEST(form_against_policy)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct fields form = { 0 };
	struct post_policy *policy;
	const char *name = policies[_i].name;
	enum s3_err err;

	for (size_t i = 0; i < FIELDS_MAX && policies[_i].fields[i] != NULL; i++)
		add_field(mem, &form, policies[_i].fields[i]);
	err = post_policy_read(mem, slice_from(base64_encode(mem, slice_from(policies[_i].policy))), &why, &policy);
	ck_assert((err == S3_OK) == (policy != NULL));
	if (!err)
		err = post_policy_check(policy, &form, SLICE("photos"), NOW, &why);
	ck_assert_msg(err == policies[_i].err, "%s: %s %s", name, s3_err_code(err), why.message);
	if (policies[_i].message != NULL)
		ck_assert_msg(slice_starts_with(slice_from(why.message), slice_from(policies[_i].message)),
		    "%s: %s", name, why.message);
	talloc_free(mem);
}
END_TEST

static const struct {
	const char *conditions;
	uint64_t min, max;
} sizes[] = {
	{ "", 0, UINT64_MAX },
	{ "[\"content-length-range\", 5, 10]", 5, 10 },
	{ "[\"Content-Length-Range\", \"5\", \"10\"]", 5, 10 },
	{ "[\"content-length-range\", 0, 0]", 0, 0 },
	{ "[\"content-length-range\", 10, 5]", 10, 5 },
	{ "[\"content-length-range\", 5, 10], [\"content-length-range\", 7, 20]", 7, 10 },
};

START_TEST(size_of_the_file)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct post_policy *policy;
	char *text = talloc_asprintf(mem, POLICY("%s"), sizes[_i].conditions);
	uint64_t min, max;

	ck_assert_int_eq(
	    post_policy_read(mem, slice_from(base64_encode(mem, slice_from(text))), &why, &policy), S3_OK);
	post_policy_size(policy, &min, &max);
	ck_assert_uint_eq(min, sizes[_i].min);
	ck_assert_uint_eq(max, sizes[_i].max);
	talloc_free(mem);
}
END_TEST

static const struct {
	const char *name, *encoded;
} encodings[] = {
	{ "no base64", "{policy}" },
	{ "cut short", "eyJ" },
	{ "line ends", "e30=\r\n" },
};

START_TEST(not_base64)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct post_policy *policy;

	ck_assert_int_eq(
	    post_policy_read(mem, slice_from(encodings[_i].encoded), &why, &policy), S3_INVALID_POLICY_DOCUMENT);
	ck_assert_str_eq(why.message, INVALID "invalid Base64 encoding.");
	talloc_free(mem);
}
END_TEST

START_TEST(too_long)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	char *text = talloc_zero_size(mem, POST_POLICY_MAX + 1);
	struct post_policy *policy;

	memset(text, 'A', POST_POLICY_MAX + 1);
	ck_assert_int_eq(post_policy_read(mem, slice_make(text, POST_POLICY_MAX + 1), &why, &policy),
	    S3_INVALID_POLICY_DOCUMENT);
	ck_assert_str_eq(why.message, INVALID "It is longer than 20480 bytes.");
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("post_policy");
	TCase *tc = tcase_create("post_policy");

	tcase_add_loop_test(tc, form_against_policy, 0, ARRAY_SIZE(policies));
	tcase_add_loop_test(tc, size_of_the_file, 0, ARRAY_SIZE(sizes));
	tcase_add_loop_test(tc, not_base64, 0, ARRAY_SIZE(encodings));
	tcase_add_test(tc, too_long);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
