/* From a request's header fields to the answer's: preflights row by row, actual requests, Vary. */
#include "cors/cors.h"

#include "tests/unit/cors_request.h"
#include "tests/unit/suite.h"

/* Full: everything that a rule can have. */
#define FULL                                                                                                     \
	DOC(RULE(ORIGIN("http://a") ORIGIN("https://*.b") ORIGIN("null") METHOD("PUT") METHOD("GET") HEADER("*") \
		MAX_AGE("3000") EXPOSE("ETag") EXPOSE("x-amz-request-id")))
#define FULL_METHODS ALLOW_METHODS("PUT, GET")
#define FULL_REST    EXPOSED("ETag, x-amz-request-id") AGE("3000") VARY
#define ANYBODY      DOC(RULE(ORIGIN("*") METHOD("GET")))
#define ONE_SITE     DOC(RULE(ORIGIN("http://a") METHOD("GET")))

static const struct {
	const char *name;
	const char *document; /* NULL: a bucket without rules */
	struct header headers[6];
	bool bucket_url;
	enum s3_err err;
	const char *message;
	const char *method; /* the detail */
	const char *resource_type;
	const char *answer;
} preflights[] = {
	/* the rows, each alone and before the rows behind it */
	{ "no Origin", FULL, { M("GET") }, false, S3_BAD_REQUEST, NO_ORIGIN, "GET", OBJECT, VARY },
	{ "empty Origin", FULL, { { "Origin", "" }, M("GET") }, false, S3_BAD_REQUEST, NO_ORIGIN, "GET", OBJECT,
	    VARY },
	{ "Origin of white space", FULL, { { "Origin", " \t" }, M("GET") }, false, S3_BAD_REQUEST, NO_ORIGIN, "GET",
	    OBJECT, VARY },
	{ "no Origin, the URL names no key", FULL, { { 0 } }, true, S3_BAD_REQUEST, NO_ORIGIN, "OPTIONS", BUCKET,
	    VARY },
	{ "no Origin before bucket missing", MISSING, { { 0 } }, false, S3_BAD_REQUEST, NO_ORIGIN, "OPTIONS",
	    OBJECT, "" },
	{ "no Origin before no rules", NULL, { { 0 } }, false, S3_BAD_REQUEST, NO_ORIGIN, "OPTIONS", OBJECT, "" },
	{ "no Origin before method", FULL, { M("x") }, false, S3_BAD_REQUEST, NO_ORIGIN, "x", OBJECT, VARY },
	{ "bucket missing", MISSING, { O_A, M("GET") }, false, S3_ACCESS_FORBIDDEN, NO_BUCKET, "GET", BUCKET, "" },
	{ "bucket missing before method", MISSING, { O_A }, false, S3_ACCESS_FORBIDDEN, NO_BUCKET, "OPTIONS",
	    BUCKET, "" },
	{ "bucket without rules", NULL, { O_A, M("PUT") }, false, S3_ACCESS_FORBIDDEN, NOT_ENABLED, "PUT", BUCKET,
	    "" },
	{ "no rules before method", NULL, { O_A, M("x") }, false, S3_ACCESS_FORBIDDEN, NOT_ENABLED, "x", BUCKET,
	    "" },
	{ "no rules before header name", NULL, { O_A, M("GET"), H("a b") }, false, S3_ACCESS_FORBIDDEN, NOT_ENABLED,
	    "GET", BUCKET, "" },
	{ "ACRM absent", FULL, { O_A }, false, S3_BAD_REQUEST, WRONG_METHOD "null", "OPTIONS", OBJECT, VARY },
	{ "ACRM empty", FULL, { O_A, M("") }, false, S3_BAD_REQUEST, WRONG_METHOD, "", OBJECT, VARY },
	{ "ACRM none of the five", FULL, { O_A, M("PATCH") }, false, S3_BAD_REQUEST, WRONG_METHOD "PATCH", "PATCH",
	    OBJECT, VARY },
	{ "ACRM OPTIONS", FULL, { O_A, M("OPTIONS") }, true, S3_BAD_REQUEST, WRONG_METHOD "OPTIONS", "OPTIONS",
	    BUCKET, VARY },
	{ "ACRM in lower case", FULL, { O_A, M("get") }, false, S3_BAD_REQUEST, WRONG_METHOD "get", "get", OBJECT,
	    VARY },
	{ "two ACRM lines", FULL, { O_A, M("GET"), M("PUT") }, false, S3_BAD_REQUEST, WRONG_METHOD "GET,PUT",
	    "GET,PUT", OBJECT, VARY },
	{ "bytes that are no text", FULL, { O_A, M("G\xff") }, false, S3_BAD_REQUEST, WRONG_METHOD "G\\xFF",
	    "G\\xFF", OBJECT, VARY },
	{ "method before header name", FULL, { O_A, M("x"), H("a b") }, false, S3_BAD_REQUEST, WRONG_METHOD "x",
	    "x", OBJECT, VARY },
	{ "method before not allowed", FULL, { { "Origin", "http://z" }, M("x") }, false, S3_BAD_REQUEST,
	    WRONG_METHOD "x", "x", OBJECT, VARY },
	{ "blank within a name", FULL, { O_A, M("GET"), H("x-a, X b") }, false, S3_BAD_REQUEST, WRONG_NAME("X b"),
	    "GET", OBJECT, VARY },
	{ "colon", FULL, { O_A, M("GET"), H("x-a:") }, false, S3_BAD_REQUEST, WRONG_NAME("x-a:"), "GET", OBJECT,
	    VARY },
	{ "quotes", FULL, { O_A, M("GET"), H("\"a\"") }, false, S3_BAD_REQUEST, WRONG_NAME("\"a\""), "GET", OBJECT,
	    VARY },
	{ "beyond ASCII", FULL, { O_A, M("GET"), H("\xc3\xa9") }, false, S3_BAD_REQUEST, WRONG_NAME("\xc3\xa9"),
	    "GET", OBJECT, VARY },
	{ "line break", FULL, { O_A, M("GET"), H("a\r\nb") }, false, S3_BAD_REQUEST, WRONG_NAME("a\r\nb"), "GET",
	    OBJECT, VARY },
	{ "the URL names no key", FULL, { O_A, M("GET"), H("a b") }, true, S3_BAD_REQUEST, WRONG_NAME("a b"), "GET",
	    BUCKET, VARY },
	{ "header name before not allowed", FULL, { { "Origin", "http://z" }, M("GET"), H("a b") }, false,
	    S3_BAD_REQUEST, WRONG_NAME("a b"), "GET", OBJECT, VARY },
	{ "origin", FULL, { { "Origin", "http://z" }, M("GET") }, false, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET",
	    OBJECT, VARY },
	{ "method", FULL, { O_A, M("DELETE") }, false, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "DELETE", OBJECT, VARY },
	{ "headers", ANYBODY, { O_A, M("GET"), H("x-a") }, false, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT,
	    VARY },
	{ "the URL names no key", FULL, { O_A, M("DELETE") }, true, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "DELETE",
	    BUCKET, VARY },
	{ "two Origin lines match nothing", ANYBODY, { O_A, { "Origin", "http://b" }, M("GET") }, false,
	    S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT, VARY },
	{ "the same Origin twice matches nothing", ANYBODY, { O_A, O_A, M("GET") }, false, S3_ACCESS_FORBIDDEN,
	    NOT_ALLOWED, "GET", OBJECT, VARY },
	{ "two Origin lines count as an origin also where there are no rules", NULL, { O_A, O_A, M("GET") }, false,
	    S3_ACCESS_FORBIDDEN, NOT_ENABLED, "GET", BUCKET, "" },
	{ "HEAD is not implied by GET", ANYBODY, { O_A, M("HEAD") }, false, S3_ACCESS_FORBIDDEN, NOT_ALLOWED,
	    "HEAD", OBJECT, VARY },
	{ "an origin that would end a header line is not echoed", DOC(RULE(ORIGIN("h*") METHOD("GET"))),
	    { { "Origin", "http://a\r\nX: y" }, M("GET") }, false, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT,
	    VARY },

	{ "a rule matches", FULL, { O_A, M("PUT"), H("Content-Type") }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS ALLOW_HEADERS("content-type") FULL_REST },
	{ "the URL names no key", FULL, { O_A, M("PUT") }, true, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS FULL_REST },

	/* the headers of a grant */
	{ "Allow-Origin: * when the rule lists a bare *", ANYBODY, { O_A, M("GET") }, false, S3_OK, NULL, NULL,
	    NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") VARY },
	{ "Allow-Origin: * also beside others", DOC(RULE(ORIGIN("http://a") ORIGIN("*") METHOD("GET"))),
	    { O_A, M("GET") }, false, S3_OK, NULL, NULL, NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") VARY },
	{ "Allow-Origin: the origin byte for byte", FULL, { { "Origin", "https://X.\xc3\xa9.b" }, M("GET") }, false,
	    S3_OK, NULL, NULL, NULL, ALLOW_ORIGIN("https://X.\xc3\xa9.b") CREDENTIALS FULL_METHODS FULL_REST },
	{ "Allow-Origin: without the white space around it", FULL, { { "Origin", "\t http://a " }, M("GET") },
	    false, S3_OK, NULL, NULL, NULL, ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS FULL_REST },
	{ "Allow-Origin: a pattern is no bare *", DOC(RULE(ORIGIN("http*") METHOD("GET"))), { O_A, M("GET") },
	    false, S3_OK, NULL, NULL, NULL, ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("GET") VARY },
	{ "Allow-Origin: * of another rule does not count",
	    DOC(RULE(ORIGIN("http://a") METHOD("GET")) RULE(ORIGIN("*") METHOD("GET"))), { O_A, M("GET") }, false,
	    S3_OK, NULL, NULL, NULL, ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("GET") VARY },
	{ "Allow-Credentials: not with null", FULL, { { "Origin", "null" }, M("GET") }, false, S3_OK, NULL, NULL,
	    NULL, ALLOW_ORIGIN("null") FULL_METHODS FULL_REST },
	{ "Allow-Credentials: null under *", ANYBODY, { { "Origin", "null" }, M("GET") }, false, S3_OK, NULL, NULL,
	    NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") VARY },
	{ "Allow-Credentials: null under a pattern", DOC(RULE(ORIGIN("n*") METHOD("GET"))),
	    { { "Origin", "null" }, M("GET") }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("null") ALLOW_METHODS("GET") VARY },
	{ "Allow-Methods: in the rule's order",
	    DOC(RULE(
		ORIGIN("http://a") METHOD("HEAD") METHOD("DELETE") METHOD("POST") METHOD("PUT") METHOD("GET"))),
	    { O_A, M("POST") }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("HEAD, DELETE, POST, PUT, GET") VARY },
	{ "Allow-Methods: a repeated method once",
	    DOC(RULE(ORIGIN("http://a") METHOD("PUT") METHOD("GET") METHOD("PUT"))), { O_A, M("PUT") }, false,
	    S3_OK, NULL, NULL, NULL, ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("PUT, GET") VARY },
	{ "Allow-Headers: lower case, in their order", FULL,
	    { O_A, M("PUT"), H("X-Amz-Date,Authorization ,\tCONTENT-TYPE") }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a")
		CREDENTIALS FULL_METHODS ALLOW_HEADERS("x-amz-date, authorization, content-type") FULL_REST },
	{ "Allow-Headers: of a preflight for names the rule does not list", ONE_SITE, { O_A, M("GET"), H("x-a") },
	    false, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT, VARY },
	{ "Allow-Headers: absent when ACRH is empty", FULL, { O_A, M("PUT"), H("") }, false, S3_OK, NULL, NULL,
	    NULL, ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS FULL_REST },
	{ "empty members dropped", FULL, { O_A, M("PUT"), H(",a, ,\t,b,") }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS ALLOW_HEADERS("a, b") FULL_REST },
	{ "empty members alone, and no AllowedHeader", ANYBODY, { O_A, M("GET"), H(" , ,") }, false, S3_OK, NULL,
	    NULL, NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") VARY },
	{ "all ACRH lines are joined", FULL, { O_A, H("a"), M("PUT"), H("B,c"), H("d") }, false, S3_OK, NULL, NULL,
	    NULL, ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS ALLOW_HEADERS("a, b, c, d") FULL_REST },
	{ "the second ACRH line counts", DOC(RULE(ORIGIN("*") METHOD("GET") HEADER("a"))),
	    { O_A, M("GET"), H("a"), H("b") }, false, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT, VARY },
	{ "Max-Age: also 0", DOC(RULE(ORIGIN("*") METHOD("GET") MAX_AGE("0"))), { O_A, M("GET") }, false, S3_OK,
	    NULL, NULL, NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") AGE("0") VARY },
	{ "Max-Age: a number, however it was put", DOC(RULE(ORIGIN("*") METHOD("GET") MAX_AGE("\n 060&#13;"))),
	    { O_A, M("GET") }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("*") ALLOW_METHODS("GET") AGE("60") VARY },
	{ "header fields without case", FULL,
	    { { "oRIGIN", "http://a" }, { "access-control-request-method", "PUT" },
		{ "ACCESS-CONTROL-REQUEST-HEADERS", "a" } },
	    false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS ALLOW_HEADERS("a") FULL_REST },
	{ "Access-Control-Request-Private-Network is not answered", ANYBODY,
	    { O_A, M("GET"), { "Access-Control-Request-Private-Network", "true" } }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("*") ALLOW_METHODS("GET") VARY },
	{ "no authentication of any kind", ANYBODY, { O_A, M("GET"), { "Authorization", "AWS4-HMAC-SHA256 x" } },
	    false, S3_OK, NULL, NULL, NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") VARY },

	{ "several origins in one rule, the one that asks is echoed",
	    DOC(RULE(ORIGIN("http://a") ORIGIN("http://b") METHOD("GET"))), { { "Origin", "http://b" }, M("GET") },
	    false, S3_OK, NULL, NULL, NULL, ALLOW_ORIGIN("http://b") CREDENTIALS ALLOW_METHODS("GET") VARY },
	{ "two rules for one origin, second method",
	    DOC(RULE(ORIGIN("http://a") METHOD("GET")) RULE(ORIGIN("http://a") METHOD("PUT") MAX_AGE("5"))),
	    { O_A, M("PUT") }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("PUT") AGE("5") VARY },
	{ "header not allowed", DOC(RULE(ORIGIN("*") METHOD("GET") HEADER("x-a"))),
	    { O_A, M("GET"), H("x-a, x-b") }, false, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT, VARY },
	{ "header names compared with case", DOC(RULE(ORIGIN("*") METHOD("GET") HEADER("Content-MD5"))),
	    { O_A, M("GET"), H("content-md5") }, false, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("*") ALLOW_METHODS("GET") ALLOW_HEADERS("content-md5") VARY },
	{ "multipart upload from a page, ETag readable",
	    DOC(RULE(ORIGIN("http://a") METHOD("PUT") HEADER("*") EXPOSE("ETag"))), { O_A, M("PUT") }, false, S3_OK,
	    NULL, NULL, NULL, ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("PUT") EXPOSED("ETag") VARY },
};

static const struct {
	const char *name;
	const char *document;
	const char *method;
	struct header headers[4];
	const char *answer;
} actuals[] = {
	{ "as section 4", FULL, "GET", { O_A }, ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS FULL_REST },
	{ "*", ANYBODY, "GET", { O_A }, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") VARY },
	{ "null without credentials", FULL, "PUT", { { "Origin", "null" } },
	    ALLOW_ORIGIN("null") FULL_METHODS FULL_REST },
	{ "Allow-Headers if ACRH was present", FULL, "PUT", { O_A, H("X-A") },
	    ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS ALLOW_HEADERS("x-a") FULL_REST },
	{ "Max-Age 0", DOC(RULE(ORIGIN("*") METHOD("GET") MAX_AGE("0"))), "GET", { O_A },
	    ALLOW_ORIGIN("*") ALLOW_METHODS("GET") AGE("0") VARY },
	{ "without an Origin", FULL, "GET", { { 0 } }, VARY },
	{ "empty Origin", FULL, "GET", { { "Origin", "" } }, VARY },
	{ "no matching rule, origin", FULL, "GET", { { "Origin", "http://z" } }, VARY },
	{ "no matching rule, method", FULL, "DELETE", { O_A }, VARY },
	{ "no matching rule, PATCH", FULL, "PATCH", { O_A }, VARY },
	{ "no matching rule, headers", ANYBODY, "GET", { O_A, H("x-a") }, VARY },
	{ "missing bucket", MISSING, "GET", { O_A }, "" },
	{ "bucket without rules", NULL, "GET", { O_A }, "" },
	{ "two Origin lines", ANYBODY, "GET", { O_A, O_A }, VARY },
	{ "ACRM replaces the method", FULL, "DELETE", { O_A, M("PUT") },
	    ALLOW_ORIGIN("http://a") CREDENTIALS FULL_METHODS FULL_REST },
	{ "ACRM replaces a method that would match", FULL, "GET", { O_A, M("DELETE") }, VARY },
	{ "ACRM that is no method replaces it too", FULL, "GET", { O_A, M("x") }, VARY },
	{ "an empty ACRM replaces it too", FULL, "GET", { O_A, M("") }, VARY },
	{ "HEAD is not implied by GET", ANYBODY, "HEAD", { O_A }, VARY },
	{ "ACRH counts on an actual request", DOC(RULE(ORIGIN("*") METHOD("GET") HEADER("x-a"))), "GET",
	    { O_A, H("x-b") }, VARY },
	{ "a name that is no token matches no AllowedHeader", FULL, "GET", { O_A, H("a\r\nX: y") }, VARY },
	{ "an origin that would end a header line is not echoed", DOC(RULE(ORIGIN("h*") METHOD("GET"))), "GET",
	    { { "Origin", "h\rb" } }, VARY },
	{ "bucket with rules, with Origin, refused", ONE_SITE, "GET", { { "Origin", "http://z" } }, VARY },
	{ "bucket with rules, without Origin", ONE_SITE, "GET", { { 0 } }, VARY },
	{ "also when Allow-Origin is *", ANYBODY, "GET", { { "Origin", "http://z" } },
	    ALLOW_ORIGIN("*") ALLOW_METHODS("GET") VARY },
	{ "buckets without rules carry none", NULL, "GET", { { 0 } }, "" },
	{ "cached answer of none served to another", ONE_SITE, "GET", { { "Accept", "image/png" } }, VARY },
	{ "ETag unreadable after a part's upload", DOC(RULE(ORIGIN("http://a") METHOD("PUT") EXPOSE("ETag"))),
	    "PUT", { O_A }, ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("PUT") EXPOSED("ETag") VARY },
	{ "not only GET and HEAD carry bucket rules", DOC(RULE(ORIGIN("*") METHOD("DELETE"))), "DELETE", { O_A },
	    ALLOW_ORIGIN("*") ALLOW_METHODS("DELETE") VARY },
};

START_TEST(preflight)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_resource resource = make_resource(mem, preflights[_i].document);
	struct cors_request request = make_request(
	    mem, "OPTIONS", preflights[_i].headers, ARRAY_SIZE(preflights[_i].headers), !preflights[_i].bucket_url);

	check_preflight(mem, preflights[_i].name, &resource, &request,
	    (struct preflight_answer){ preflights[_i].err, preflights[_i].message, preflights[_i].method,
		preflights[_i].resource_type, preflights[_i].answer });
	talloc_free(mem);
}
END_TEST

START_TEST(actual)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_resource resource = make_resource(mem, actuals[_i].document);
	struct cors_request request =
	    make_request(mem, actuals[_i].method, actuals[_i].headers, ARRAY_SIZE(actuals[_i].headers), true);

	check_actual(mem, actuals[_i].name, &resource, &request, actuals[_i].answer);
	talloc_free(mem);
}
END_TEST

/* Without a NUL-terminated value to put it in: an origin with a NUL is not echoed either. */
START_TEST(origin_with_nul)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_resource resource = make_resource(mem, ANYBODY);
	struct fields sent = { NULL, 0 }, headers = { NULL, 0 };
	struct cors_request request;

	fields_add(mem, &sent, SLICE("Origin"), SLICE("a\0b"));
	cors_request_read(mem, SLICE("GET"), &sent, true, &request);
	cors_actual(mem, &resource, &request, &headers);
	ck_assert_str_eq(lines_of(mem, &headers), VARY);
	talloc_free(mem);
}
END_TEST

/* The same compiled rules answer one origin after another: nothing of one decision shows in the next. */
START_TEST(nothing_remains)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_resource resource = make_resource(mem, FULL);
	static const struct header first[] = { O_A, H("x-a") }, second[] = { { "Origin", "https://c.b" } };
	struct cors_request request = make_request(mem, "GET", first, ARRAY_SIZE(first), true);
	struct fields headers = { NULL, 0 }, next = { NULL, 0 };

	cors_actual(mem, &resource, &request, &headers);
	request = make_request(mem, "GET", second, ARRAY_SIZE(second), true);
	cors_actual(mem, &resource, &request, &next);
	ck_assert_str_eq(lines_of(mem, &next), ALLOW_ORIGIN("https://c.b") CREDENTIALS FULL_METHODS FULL_REST);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_answer");
	TCase *tc = tcase_create("answer");

	tcase_add_loop_test(tc, preflight, 0, ARRAY_SIZE(preflights));
	tcase_add_loop_test(tc, actual, 0, ARRAY_SIZE(actuals));
	tcase_add_test(tc, origin_with_nul);
	tcase_add_test(tc, nothing_remains);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
