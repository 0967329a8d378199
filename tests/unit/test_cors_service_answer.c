/* What the service's rules answer where no bucket has any: where they apply, preflights and actual requests row by row. */
#include "tests/unit/cors_request.h"
#include "tests/unit/cors_sections.h"
#include "tests/unit/suite.h"

#define SECTION                              \
	"[cors]\n"                           \
	"allowed_origin = http://a\n"        \
	"expose_headers = ETag,X-E\n"        \
	"allow_methods = GET,PUT,PROPFIND\n" \
	"allow_headers = X-A,x-amz-*,*-id\n"
#define ALL_METHODS    ALLOW_METHODS("GET,PUT,PROPFIND")
#define GRANT(headers) ALLOW_ORIGIN("http://a") CREDENTIALS ALL_METHODS headers AGE("3600") VARY

#define OPEN SECTION "[cors.open]\nallowed_origin = *\nallow_methods = GET\nallow_headers =\n"
#define QUIET \
	"[cors]\nallowed_origin = http://a\nallow_credentials = off\nmax_age =\nexpose_headers =\nallow_methods = GET\n"
#define EMPTY   "[cors]\nallowed_origin = http://a\nallow_methods =\nallow_headers =\nmax_age = 0\n"
#define ANY_TOO "[cors]\nallowed_origin = http://a,*\nallow_methods = GET\n"
#define GUIDE                                                           \
	"[cors]\n"                                                      \
	"allowed_origin = https://ui.example.com\n"                     \
	"max_age = 3600\n"                                              \
	"allow_methods = GET,POST,PUT,DELETE\n"                         \
	"allow_headers = origin,authorization,accept,x-total,x-limit\n" \
	"expose_headers = origin,authorization,accept,x-total,x-limit\n"

#define O(x)                \
	{                   \
		"Origin", x \
	}

enum resource {
	SERVICE_ROOT,
	WITHOUT_RULES,
	NOT_THERE,
	WITH_RULES
};

static const struct {
	const char *name;
	const char *file;
	struct header headers[5];
	enum resource resource;
	bool names_key;
	enum s3_err err;
	const char *message;
	const char *method; /* the detail */
	const char *resource_type;
	const char *answer;
} preflights[] = {
	/* where they apply */
	{ "a bucket's rules alone, its origin", SECTION, { O("http://bucket"), M("POST") }, WITH_RULES, true, S3_OK,
	    NULL, NULL, NULL, ALLOW_ORIGIN("http://bucket") CREDENTIALS ALLOW_METHODS("POST") VARY },
	{ "a bucket's rules alone, the service's origin", SECTION, { O_A, M("GET") }, WITH_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT, VARY },
	{ "a bucket's rules alone, no ACRM", SECTION, { O_A }, WITH_RULES, true, S3_BAD_REQUEST,
	    WRONG_METHOD "null", "OPTIONS", OBJECT, VARY },
	{ "a bucket without rules", SECTION, { O_A, M("GET") }, WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL,
	    GRANT("") },
	{ "a bucket that does not exist", SECTION, { O_A, M("GET") }, NOT_THERE, true, S3_OK, NULL, NULL, NULL,
	    GRANT("") },
	{ "the service root", SECTION, { O_A, M("GET") }, SERVICE_ROOT, false, S3_OK, NULL, NULL, NULL, GRANT("") },
	{ "nothing configured, a bucket without rules", "", { O_A, M("GET") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ENABLED, "GET", BUCKET, "" },
	{ "nothing configured, a bucket that does not exist", "", { O_A, M("GET") }, NOT_THERE, true,
	    S3_ACCESS_FORBIDDEN, NO_BUCKET, "GET", BUCKET, "" },
	{ "nothing configured, the service root", "", { O_A, M("GET") }, SERVICE_ROOT, false, S3_ACCESS_FORBIDDEN,
	    NOT_ENABLED, "GET", BUCKET, "" },

	/* the cases */
	{ "no Origin", SECTION, { M("GET") }, WITHOUT_RULES, true, S3_BAD_REQUEST, NO_ORIGIN, "GET", OBJECT, VARY },
	{ "no Origin, under *", OPEN, { M("GET") }, NOT_THERE, false, S3_BAD_REQUEST, NO_ORIGIN, "GET", BUCKET,
	    VARY },
	{ "an empty Origin", OPEN, { O(""), M("GET") }, WITHOUT_RULES, true, S3_BAD_REQUEST, NO_ORIGIN, "GET",
	    OBJECT, VARY },
	{ "origin in no section", SECTION, { O("http://z"), M("GET") }, WITHOUT_RULES, true, S3_ACCESS_FORBIDDEN,
	    NOT_ENABLED, "GET", BUCKET, VARY },
	{ "origin in no section, the bucket does not exist", SECTION, { O("http://z"), M("GET") }, NOT_THERE, true,
	    S3_ACCESS_FORBIDDEN, NOT_ENABLED, "GET", BUCKET, VARY },
	{ "origin in no section, before the method", SECTION, { O("http://z"), M("x") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ENABLED, "x", BUCKET, VARY },
	{ "two Origin lines are in no section", OPEN, { O_A, O_A, M("GET") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ENABLED, "GET", BUCKET, VARY },
	{ "ACRM absent, the whole lists", SECTION, { O_A }, WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS ALL_METHODS ALLOW_HEADERS("X-A,x-amz-*,*-id") EXPOSED("ETag,X-E")
		AGE("3600") VARY },
	{ "ACRM absent, ACRH has no say", SECTION, { O_A, H("x y") }, WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS ALL_METHODS ALLOW_HEADERS("X-A,x-amz-*,*-id") EXPOSED("ETag,X-E")
		AGE("3600") VARY },
	{ "ACRM absent, empty lists are not sent", EMPTY, { O_A }, WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS AGE("0") VARY },
	{ "ACRM absent, the OpenStack guide's curl", GUIDE, { O("https://ui.example.com") }, SERVICE_ROOT, false,
	    S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("https://ui.example.com") CREDENTIALS ALLOW_METHODS("GET,POST,PUT,DELETE")
		ALLOW_HEADERS("origin,authorization,accept,x-total,x-limit")
		    EXPOSED("origin,authorization,accept,x-total,x-limit") AGE("3600") VARY },
	{ "ACRM not in allow_methods", SECTION, { O_A, M("DELETE") }, WITHOUT_RULES, true, S3_ACCESS_FORBIDDEN,
	    NOT_ALLOWED, "DELETE", OBJECT, VARY },
	{ "ACRM not in allow_methods, the URL names no key", SECTION, { O_A, M("DELETE") }, NOT_THERE, false,
	    S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "DELETE", BUCKET, VARY },
	{ "ACRM compared with its case", SECTION, { O_A, M("get") }, WITHOUT_RULES, true, S3_ACCESS_FORBIDDEN,
	    NOT_ALLOWED, "get", OBJECT, VARY },
	{ "an empty ACRM is no method", SECTION, { O_A, M("") }, WITHOUT_RULES, true, S3_ACCESS_FORBIDDEN,
	    NOT_ALLOWED, "", OBJECT, VARY },
	{ "two ACRM lines are no method", SECTION, { O_A, M("GET"), M("PUT") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET,PUT", OBJECT, VARY },
	{ "no method is permitted", EMPTY, { O_A, M("GET") }, WITHOUT_RULES, true, S3_ACCESS_FORBIDDEN, NOT_ALLOWED,
	    "GET", OBJECT, VARY },
	{ "a method that buckets' rules do not know", SECTION, { O_A, M("PROPFIND") }, WITHOUT_RULES, true, S3_OK,
	    NULL, NULL, NULL, GRANT("") },
	{ "a name of ACRH not permitted", SECTION, { O_A, M("GET"), H("x-a, x-b") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT, VARY },
	{ "a name of ACRH that is no token, as section 4", SECTION, { O_A, M("DELETE"), H("x a") }, WITHOUT_RULES,
	    true, S3_BAD_REQUEST, WRONG_NAME("x a"), "DELETE", OBJECT, VARY },
	{ "permitted, names without case", SECTION, { O_A, M("PUT"), H("X-a,x-A") }, WITHOUT_RULES, true, S3_OK,
	    NULL, NULL, NULL, GRANT(ALLOW_HEADERS("X-a,x-A")) },
	{ "the simple headers need no mention", EMPTY "allow_methods = GET\n",
	    { O_A, M("GET"),
		H("Accept, Accept-Language, Content-Type, Cache-Control, Content-Language, Expires, Last-Modified, "
		  "Pragma") },
	    WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL,
	    ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("GET")
		ALLOW_HEADERS("Accept,Accept-Language,Content-Type,Cache-Control,Content-Language,Expires,"
			      "Last-Modified,Pragma") AGE("0") VARY },
	{ "authorization needs to be mentioned", EMPTY "allow_methods = GET\n",
	    { O_A, M("GET"), H("authorization") }, WITHOUT_RULES, true, S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET",
	    OBJECT, VARY },
	{ "a star in a member of allow_headers, behind", SECTION, { O_A, M("GET"), H("X-Amz-Date,x-amz-") },
	    WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL, GRANT(ALLOW_HEADERS("X-Amz-Date,x-amz-")) },
	{ "a star in a member of allow_headers, before", SECTION, { O_A, M("GET"), H("amz-sdk-id") }, WITHOUT_RULES,
	    true, S3_OK, NULL, NULL, NULL, GRANT(ALLOW_HEADERS("amz-sdk-id")) },
	{ "a star stands for no other member", SECTION, { O_A, M("GET"), H("x-amzdate") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "GET", OBJECT, VARY },

	/* the headers */
	{ "Allow-Origin: * for the wildcard section", OPEN, { O("http://z"), M("GET") }, WITHOUT_RULES, true, S3_OK,
	    NULL, NULL, NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") AGE("3600") VARY },
	{ "Allow-Origin: * for the origin null", OPEN, { O("null"), M("GET") }, WITHOUT_RULES, true, S3_OK, NULL,
	    NULL, NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") AGE("3600") VARY },
	{ "a named origin is not narrowed by the wildcard section", OPEN, { O_A, M("PUT"), H("x-a") },
	    WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL, GRANT(ALLOW_HEADERS("x-a")) },
	{ "a named origin is not widened by the wildcard section",
	    QUIET "[cors.open]\nallowed_origin = *\nallow_methods = PUT\n", { O_A, M("PUT") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ALLOWED, "PUT", OBJECT, VARY },
	{ "* beside an origin, the origin is named", ANY_TOO, { O_A, M("GET") }, WITHOUT_RULES, true, S3_OK, NULL,
	    NULL, NULL, ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("GET") AGE("3600") VARY },
	{ "* beside an origin, another one", ANY_TOO, { O("http://b"), M("GET") }, WITHOUT_RULES, true, S3_OK, NULL,
	    NULL, NULL, ALLOW_ORIGIN("*") ALLOW_METHODS("GET") AGE("3600") VARY },
	{ "compared byte for byte, case", SECTION, { O("HTTP://A"), M("GET") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ENABLED, "GET", BUCKET, VARY },
	{ "compared byte for byte, the default port", SECTION, { O("http://a:80"), M("GET") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ENABLED, "GET", BUCKET, VARY },
	{ "compared byte for byte, a slash", SECTION, { O("http://a/"), M("GET") }, WITHOUT_RULES, true,
	    S3_ACCESS_FORBIDDEN, NOT_ENABLED, "GET", BUCKET, VARY },
	{ "Allow-Credentials, Max-Age: off, empty", QUIET, { O_A, M("GET") }, WITHOUT_RULES, true, S3_OK, NULL,
	    NULL, NULL, ALLOW_ORIGIN("http://a") ALLOW_METHODS("GET") VARY },
	{ "Max-Age: 0 is sent", EMPTY "allow_methods = GET\n", { O_A, M("GET") }, WITHOUT_RULES, true, S3_OK, NULL,
	    NULL, NULL, ALLOW_ORIGIN("http://a") CREDENTIALS ALLOW_METHODS("GET") AGE("0") VARY },
	{ "Allow-Headers: empty members of ACRH are dropped", SECTION, { O_A, M("GET"), H(", x-a ,, X-A,") },
	    WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL, GRANT(ALLOW_HEADERS("x-a,X-A")) },
	{ "Allow-Headers: two lines of ACRH", SECTION, { O_A, M("GET"), H("x-a"), H("accept") }, WITHOUT_RULES,
	    true, S3_OK, NULL, NULL, NULL, GRANT(ALLOW_HEADERS("x-a,accept")) },
	{ "no authentication of any kind", SECTION, { O_A, M("GET"), { "Authorization", "AWS4-HMAC-SHA256 x" } },
	    WITHOUT_RULES, true, S3_OK, NULL, NULL, NULL, GRANT("") },
};

static const struct {
	const char *name;
	const char *file;
	const char *method;
	struct header headers[4];
	enum resource resource;
	const char *answer;
} actuals[] = {
	{ "a bucket's rules alone, its origin", SECTION, "POST", { O("http://bucket") }, WITH_RULES,
	    ALLOW_ORIGIN("http://bucket") CREDENTIALS ALLOW_METHODS("POST") VARY },
	{ "a bucket's rules alone, the service's origin", SECTION, "GET", { O_A }, WITH_RULES, VARY },
	{ "a bucket's rules alone, the service's *", OPEN, "GET", { O_A }, WITH_RULES, VARY },
	{ "nothing configured", "", "GET", { O_A }, WITHOUT_RULES, "" },
	{ "actual: origin in a section", SECTION, "GET", { O_A }, WITHOUT_RULES,
	    ALLOW_ORIGIN("http://a") CREDENTIALS EXPOSED("ETag,X-E") VARY },
	{ "actual: the service root", SECTION, "GET", { O_A }, SERVICE_ROOT,
	    ALLOW_ORIGIN("http://a") CREDENTIALS EXPOSED("ETag,X-E") VARY },
	{ "actual: a bucket that does not exist", SECTION, "PUT", { O_A }, NOT_THERE,
	    ALLOW_ORIGIN("http://a") CREDENTIALS EXPOSED("ETag,X-E") VARY },
	{ "actual: the method is not compared", SECTION, "DELETE", { O_A }, WITHOUT_RULES,
	    ALLOW_ORIGIN("http://a") CREDENTIALS EXPOSED("ETag,X-E") VARY },
	{ "actual: ACRM and ACRH have no say", SECTION, "GET", { O_A, M("DELETE"), H("x y") }, WITHOUT_RULES,
	    ALLOW_ORIGIN("http://a") CREDENTIALS EXPOSED("ETag,X-E") VARY },
	{ "actual: credentials off, nothing exposed", QUIET, "GET", { O_A }, WITHOUT_RULES,
	    ALLOW_ORIGIN("http://a") VARY },
	{ "actual: the wildcard section", OPEN, "GET", { O("http://z") }, WITHOUT_RULES,
	    ALLOW_ORIGIN("*") EXPOSED("ETag,X-E") VARY },
	{ "actual: origin in no section", SECTION, "GET", { O("http://z") }, WITHOUT_RULES, VARY },
	{ "actual: two Origin lines", OPEN, "GET", { O_A, O_A }, WITHOUT_RULES, VARY },
	{ "a resource under service rules, without Origin", SECTION, "GET", { { 0 } }, WITHOUT_RULES, VARY },
	{ "a resource under service rules, without Origin, *", OPEN, "GET", { { 0 } }, NOT_THERE, VARY },
};

static struct cors_resource
find_resource(TALLOC_CTX *mem, const char *file, enum resource which)
{
	static const char *const documents[] = {
		[SERVICE_ROOT] = NULL,
		[WITHOUT_RULES] = NULL,
		[NOT_THERE] = MISSING,
		[WITH_RULES] = DOC(RULE(ORIGIN("http://bucket") METHOD("POST"))),
	};
	struct cors_resource resource = make_resource(mem, documents[which]);
	struct cors_compiled compiled = cors_sections_compile(mem, file);

	ck_assert_msg(compiled.taken, "%s", compiled.fault);
	resource.service = compiled.service;
	return resource;
}

START_TEST(preflight)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_resource resource = find_resource(mem, preflights[_i].file, preflights[_i].resource);
	struct cors_request request = make_request(
	    mem, "OPTIONS", preflights[_i].headers, ARRAY_SIZE(preflights[_i].headers), preflights[_i].names_key);

	check_preflight(mem, preflights[_i].name, &resource, &request,
	    (struct preflight_answer){ preflights[_i].err, preflights[_i].message, preflights[_i].method,
		preflights[_i].resource_type, preflights[_i].answer });
	talloc_free(mem);
}
END_TEST

START_TEST(actual)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_resource resource = find_resource(mem, actuals[_i].file, actuals[_i].resource);
	struct cors_request request =
	    make_request(mem, actuals[_i].method, actuals[_i].headers, ARRAY_SIZE(actuals[_i].headers), true);

	check_actual(mem, actuals[_i].name, &resource, &request, actuals[_i].answer);
	talloc_free(mem);
}
END_TEST

/* Many sections of many origins: each origin is found, and what is beside it is not. */
START_TEST(each_of_many)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *list = buf_new(mem, 65536);
	struct cors_option option = { "allowed_origin", NULL, "f", 2 };
	const struct cors_section section = { "cors", false, "f", 1, &option, 1 };
	struct cors_resource resource = { .bucket_exists = true };
	struct cors_notices notices;
	const char *fault;

	for (unsigned i = 0; i < 1000; i++)
		buf_printf(list, "https://site-%u.example,", (i * 7919) % 1000);
	option.value = buf_slice(list).data;
	ck_assert(cors_service_compile(mem, &section, 1, &notices, &fault, &resource.service));
	ck_assert_uint_eq(notices.count, 0);
	ck_assert_uint_eq(cors_service_origin_count(resource.service), 1000);
	for (unsigned i = 0; i < 1010; i++) {
		const struct header origin = { "Origin", talloc_asprintf(mem, "https://site-%u.example", i) };
		struct cors_request request = make_request(mem, "GET", &origin, 1, true);
		struct fields headers = { NULL, 0 };

		ck_assert_msg(cors_actual(mem, &resource, &request, &headers) == (i < 1000), "%s", origin.value);
	}
	talloc_free(mem);
}
END_TEST

/* A list of names that would take too long to compare is permitted by no section. */
START_TEST(too_many_names)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_resource resource = find_resource(mem, SECTION, WITHOUT_RULES);
	struct buf *names = buf_new(mem, 65536);
	const struct header headers[] = { O_A, M("GET"), { "Access-Control-Request-Headers", NULL } };
	struct header sent[ARRAY_SIZE(headers)];
	struct cors_request request;
	struct s3_refusal why = { .mem = mem };
	struct fields answer = { NULL, 0 };

	for (unsigned i = 0; i < 16000; i++)
		buf_append_string(names, "x-a,");
	memcpy(sent, headers, sizeof(sent));
	sent[2].value = buf_slice(names).data;
	request = make_request(mem, "OPTIONS", sent, ARRAY_SIZE(sent), true);
	ck_assert(cors_preflight(mem, &resource, &request, &why, &answer) == S3_ACCESS_FORBIDDEN);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_service_answer");
	TCase *tc = tcase_create("answer");

	tcase_add_loop_test(tc, preflight, 0, ARRAY_SIZE(preflights));
	tcase_add_loop_test(tc, actual, 0, ARRAY_SIZE(actuals));
	tcase_add_test(tc, each_of_many);
	tcase_add_test(tc, too_many_names);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
