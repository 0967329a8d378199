/* What is said of a request that was not granted: the first thing that failed, and oslo.middleware's line for it. */
#include "cors/complaint.h"

#include "tests/unit/cors_request.h"
#include "tests/unit/cors_sections.h"
#include "tests/unit/suite.h"

#define O(x)                \
	{                   \
		"Origin", x \
	}

#define LINE_A(origin)       "CORS request from origin '" origin "' not permitted."
#define LINE_B(method, list) "Request method '" method "' not in permitted list: " list
#define LINE_C(header, list) "Request header '" header "' not in permitted list: " list
#define LINE_D               "CORS request does not contain Access-Control-Request-Method header."

/* The troubleshooting cases of OpenStack's guide. */
#define GUIDE                                       \
	"[cors]\n"                                  \
	"allowed_origin = https://ui.example.com\n" \
	"allow_methods = GET,PUT,POST\n"            \
	"allow_headers = X-Other-Header\n"
#define UI O("https://ui.example.com")

/* Rules of a bucket that share origins. */
#define READERS      RULE(ORIGIN("*") METHOD("GET") METHOD("HEAD"))
#define WRITERS      RULE(ORIGIN("http://a") METHOD("PUT") METHOD("GET") HEADER("X-A") HEADER("X-B"))
#define OTHERS       RULE(ORIGIN("http://a") METHOD("PUT") HEADER("X-C") HEADER("x-amz-*") HEADER("X-A"))
#define BUCKET_RULES DOC(READERS WRITERS OTHERS)

#define TEN(x)   x x x x x x x x x x
#define FIFTY(x) TEN(x) TEN(x) TEN(x) TEN(x) TEN(x)
#define X256     FIFTY("xxxxx") "xxxxxx"

#define PREFLIGHT "OPTIONS"

static const struct {
	const char *name;
	const char *document; /* of the bucket: NULL, it has none */
	const char *file;     /* of the service */
	const char *method;
	struct header headers[4];
	const char *failed;
	const char *value;
	const char *line; /* NULL: none */
} rows[] = {
	/* word for word */
	{ "line A: the OpenStack guide's first problem", NULL, GUIDE, PREFLIGHT,
	    { O("http://example.com"), M("GET") }, "origin", "http://example.com",
	    "CORS request from origin 'http://example.com' not permitted." },
	{ "line B: the OpenStack guide's second problem", NULL, GUIDE, PREFLIGHT, { UI, M("DELETE") }, "method",
	    "DELETE", "Request method 'DELETE' not in permitted list: GET,PUT,POST" },
	{ "line C: the OpenStack guide's third problem", NULL, GUIDE, PREFLIGHT,
	    { UI, M("GET"), H("X-Custom-Header") }, "header", "X-Custom-Header",
	    "Request header 'X-Custom-Header' not in permitted list: X-Other-Header" },
	{ "line D: no method asked for", NULL, GUIDE, PREFLIGHT, { UI }, "no requested method", "",
	    "CORS request does not contain Access-Control-Request-Method header." },

	/* service rules */
	{ "no Origin, oslo is silent", NULL, GUIDE, PREFLIGHT, { M("GET") }, "no origin", "", NULL },
	{ "line A: two Origin lines", NULL, GUIDE, PREFLIGHT, { UI, O("http://b"), M("GET") }, "many origins",
	    "https://ui.example.com,http://b", LINE_A("https://ui.example.com,http://b") },
	{ "line A: an actual request", NULL, GUIDE, "GET", { O("http://z") }, "origin", "http://z",
	    LINE_A("http://z") },
	{ "line A: an actual request without Origin", NULL, GUIDE, "GET", { { 0 } }, "no origin", "", NULL },
	{ "line A: a bucket that does not exist", MISSING, GUIDE, PREFLIGHT, { O("http://z"), M("GET") }, "origin",
	    "http://z", LINE_A("http://z") },
	{ "line A: before D", NULL, GUIDE, PREFLIGHT, { O("http://z") }, "origin", "http://z", LINE_A("http://z") },
	{ "line A: before B and C", NULL, GUIDE, PREFLIGHT, { O("http://z"), M("DELETE"), H("x-z") }, "origin",
	    "http://z", LINE_A("http://z") },
	{ "line B: before C", NULL, GUIDE, PREFLIGHT, { UI, M("DELETE"), H("x-z") }, "method", "DELETE",
	    LINE_B("DELETE", "GET,PUT,POST") },
	{ "line B: as the client wrote it", NULL, GUIDE, PREFLIGHT, { UI, M("put") }, "method", "put",
	    LINE_B("put", "GET,PUT,POST") },
	{ "line B: empty", NULL, GUIDE, PREFLIGHT, { UI, M("") }, "method", "", LINE_B("", "GET,PUT,POST") },
	{ "line B: nothing is permitted", NULL, GUIDE "allow_methods =\n", PREFLIGHT, { UI, M("GET") }, "method",
	    "GET", LINE_B("GET", "") },
	{ "line C: as the client wrote it, the first that fails", NULL, GUIDE, PREFLIGHT,
	    { UI, M("GET"), H("x-OTHER-header, X-One,x-two") }, "header", "X-One",
	    LINE_C("X-One", "X-Other-Header") },
	{ "line C: a name that is no token", NULL, GUIDE, PREFLIGHT, { UI, M("GET"), H("x-one, X y") }, "header",
	    "X y", LINE_C("X y", "X-Other-Header") },
	{ "line C: the list as it was written", NULL, GUIDE "allow_headers = ' X-B ' , x-amz-*,,X-A\n", PREFLIGHT,
	    { UI, M("GET"), H("z") }, "header", "z", LINE_C("z", "X-B,x-amz-*,X-A") },

	/* nothing configured */
	{ "no rules, no service rules", NULL, "", PREFLIGHT, { O_A, M("GET") }, "no rules", "",
	    LINE_A("http://a") },
	{ "no bucket, no service rules", MISSING, "", PREFLIGHT, { O_A, M("GET") }, "no bucket", "",
	    LINE_A("http://a") },
	{ "no rules, an actual request", NULL, "", "GET", { O_A }, "no rules", "", LINE_A("http://a") },
	{ "no Origin comes first", MISSING, "", PREFLIGHT, { M("GET") }, "no origin", "", NULL },

	/* a bucket's rules */
	{ "line A: a bucket's rules", DOC(WRITERS OTHERS), GUIDE, PREFLIGHT, { UI, M("GET") }, "origin",
	    "https://ui.example.com", LINE_A("https://ui.example.com") },
	{ "line A: a bucket's rules, though the method is none", DOC(WRITERS), "", PREFLIGHT,
	    { O("http://z"), M("x") }, "origin", "http://z", LINE_A("http://z") },
	{ "line A: an origin that cannot be echoed", DOC(READERS), "", PREFLIGHT, { O("a\rb"), M("GET") }, "origin",
	    "a\rb", LINE_A("a\\x0Db") },
	{ "line B: a bucket's rules, methods of those that have the origin", BUCKET_RULES, "", PREFLIGHT,
	    { O_A, M("DELETE") }, "method", "DELETE", LINE_B("DELETE", "GET,HEAD,PUT") },
	{ "line B: a bucket's rules, no other rule's methods", BUCKET_RULES, "", PREFLIGHT,
	    { O("http://z"), M("PUT") }, "method", "PUT", LINE_B("PUT", "GET,HEAD") },
	{ "line B: a bucket's rules, a method that is none", BUCKET_RULES, "", PREFLIGHT,
	    { O_A, M("PATCH"), H("a b") }, "method", "PATCH", LINE_B("PATCH", "GET,HEAD,PUT") },
	{ "line C: a bucket's rules, headers of those with origin and method", BUCKET_RULES, "", PREFLIGHT,
	    { O_A, M("PUT"), H("x-a,X-Z") }, "header", "X-Z", LINE_C("X-Z", "X-A,X-B,X-C,x-amz-*") },
	{ "line C: a bucket's rules that list none", BUCKET_RULES, "", PREFLIGHT,
	    { O("http://z"), M("GET"), H("x-a") }, "header", "x-a", LINE_C("x-a", "") },
	{ "line C: each name is in a list, no list has all", BUCKET_RULES, "", PREFLIGHT,
	    { O_A, M("PUT"), H("x-a,X-B,X-C") }, "header", "X-C", LINE_C("X-C", "X-A,X-B") },
	{ "line C: each name is in a list, the rule that permits most", BUCKET_RULES, "", PREFLIGHT,
	    { O_A, M("PUT"), H("x-c,x-amz-date,X-B") }, "header", "X-B", LINE_C("X-B", "X-C,x-amz-*,X-A") },
	{ "line C: a name that is no token under a bucket's rules", BUCKET_RULES, "", PREFLIGHT,
	    { O_A, M("PUT"), H("x-a,y:z") }, "header", "y:z", LINE_C("y:z", "X-A,X-B,X-C,x-amz-*") },
	{ "line C: a name that is no token, in a list that shows it", BUCKET_RULES, "", PREFLIGHT,
	    { O_A, M("PUT"), H("x-amz- y") }, "header", "x-amz- y", NULL },
	{ "line D: a bucket's rules", BUCKET_RULES, "", PREFLIGHT, { O_A }, "no requested method", "", LINE_D },
	{ "an actual request, the method of its own", BUCKET_RULES, "", "DELETE", { O_A }, "method", "DELETE",
	    LINE_B("DELETE", "GET,HEAD,PUT") },
	{ "an actual request, ACRM replaces it", BUCKET_RULES, "", "GET", { O_A, M("POST") }, "method", "POST",
	    LINE_B("POST", "GET,HEAD,PUT") },
	{ "an actual request, ACRH counts", BUCKET_RULES, "", "PUT", { O_A, H("x-z") }, "header", "x-z",
	    LINE_C("x-z", "X-A,X-B,X-C,x-amz-*") },

	/* what a client may put into a line */
	{ "single quotes", NULL, GUIDE, PREFLIGHT, { O("a' or 'b"), M("GET") }, "origin", "a' or 'b",
	    LINE_A("a\\' or \\'b") },
	{ "bytes below 0x20", NULL, GUIDE, PREFLIGHT, { UI, M("G\n\x1f\t") }, "method", "G\n\x1f",
	    LINE_B("G\\x0A\\x1F", "GET,PUT,POST") },
	{ "bytes from 0x7F on", NULL, GUIDE, PREFLIGHT, { UI, M("GET"), H("\x7f\x80\xff~ ") }, "header",
	    "\x7f\x80\xff~", LINE_C("\\x7F\\x80\\xFF~", "X-Other-Header") },
	{ "backslash, double quote and blank stay", NULL, GUIDE, PREFLIGHT, { O("a\\x0A\" %s"), M("GET") },
	    "origin", "a\\x0A\" %s", LINE_A("a\\x0A\" %s") },
	{ "a value of 256 bytes is whole", NULL, GUIDE, PREFLIGHT, { O(X256), M("GET") }, "origin", X256,
	    LINE_A(X256) },
	{ "a value of 257 bytes is cut", NULL, GUIDE, PREFLIGHT, { O(X256 "y"), M("GET") }, "origin", X256 "y",
	    LINE_A(X256 "...") },
	{ "cut before it is escaped", NULL, GUIDE, PREFLIGHT, { O("'" X256), M("GET") }, "origin", "'" X256,
	    LINE_A("\\'" FIFTY("xxxxx") "xxxxx...") },
	{ "quotes in a list", DOC(RULE(ORIGIN("*") METHOD("GET") HEADER("x'y"))), "", PREFLIGHT,
	    { O_A, M("GET"), H("z") }, "header", "z", LINE_C("z", "x\\'y") },
};

static struct cors_resource
find_resource(TALLOC_CTX *mem, const char *document, const char *file)
{
	struct cors_resource resource = make_resource(mem, document);
	struct cors_compiled compiled = cors_sections_compile(mem, file);

	ck_assert_msg(compiled.taken, "%s", compiled.fault);
	resource.service = compiled.service;
	return resource;
}

/* The answer has to be one that may be complained of. */
static void
check_answer(TALLOC_CTX *mem, const char *name, const struct cors_resource *resource,
    const struct cors_request *request, bool preflight)
{
	struct s3_refusal why = { .mem = mem };
	struct fields headers = { NULL, 0 };
	bool granted;

	if (preflight)
		granted = cors_preflight(mem, resource, request, &why, &headers) == S3_OK;
	else
		granted = cors_actual(mem, resource, request, &headers);
	/* But for a preflight without a method, which the service's rules answer with all they permit. */
	ck_assert_msg(!granted || (preflight && !request->has_requested_method), "%s: was granted", name);
}

START_TEST(complaint)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *name = rows[_i].name;
	struct cors_resource resource = find_resource(mem, rows[_i].document, rows[_i].file);
	struct cors_request request =
	    make_request(mem, rows[_i].method, rows[_i].headers, ARRAY_SIZE(rows[_i].headers), true);
	bool preflight = strcmp(rows[_i].method, PREFLIGHT) == 0;
	struct cors_complaint got;

	check_answer(mem, name, &resource, &request, preflight);
	cors_complaint(mem, &resource, &request, preflight, &got);
	ck_assert_msg(strcmp(got.failed, rows[_i].failed) == 0, "%s: failed %s", name, got.failed);
	ck_assert_msg(
	    slice_equal(got.value, slice_from(rows[_i].value)), "%s: value %.*s", name, SLICE_ARG(got.value));
	ck_assert_msg((got.line == NULL) == (rows[_i].line == NULL), "%s: line %s", name, got.line);
	ck_assert_msg(got.line == NULL || strcmp(got.line, rows[_i].line) == 0, "%s: line %s", name, got.line);
	talloc_free(mem);
}
END_TEST

/* As many AllowedHeaders as a document holds: the line has a bound, and says that there is more. */
START_TEST(long_list)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);
	static const struct header headers[] = { O_A, M("GET"), H("z") };
	struct cors_request request = make_request(mem, PREFLIGHT, headers, ARRAY_SIZE(headers), true);
	struct cors_resource resource;
	struct cors_complaint got;

	buf_append_string(document, "<CORSConfiguration><CORSRule>" ORIGIN("*") METHOD("GET"));
	for (unsigned i = 0; i < 1700; i++)
		buf_printf(document, HEADER("x%u"), i);
	buf_append_string(document, "</CORSRule></CORSConfiguration>");
	resource = make_resource(mem, buf_slice(document).data);
	cors_complaint(mem, &resource, &request, true, &got);
	ck_assert_uint_lt(strlen(got.line), 4096);
	ck_assert_ptr_nonnull(strstr(got.line, "permitted list: x0,x1,x2,"));
	ck_assert_str_eq(got.line + strlen(got.line) - 3, "...");
	talloc_free(mem);
}
END_TEST

/* The line that a request for z gets from one rule with these elements. */
static const char *
line_of(TALLOC_CTX *mem, const char *elements, const char *method)
{
	const struct header headers[] = { O_A, M(method), H("z") };
	struct cors_request request = make_request(mem, PREFLIGHT, headers, ARRAY_SIZE(headers), true);
	struct cors_resource resource = make_resource(
	    mem, talloc_asprintf(mem,
		     "<CORSConfiguration><CORSRule>" ORIGIN("*") METHOD("GET") "%s</CORSRule></CORSConfiguration>",
		     elements));
	struct cors_complaint got;

	cors_complaint(mem, &resource, &request, true, &got);
	return got.line;
}

/* Each is shown once, for no more work than a request may cause. */
START_TEST(repeated_list)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *methods = buf_new(mem, CORS_DOCUMENT_MAX), *names = buf_new(mem, CORS_DOCUMENT_MAX);
	const char *line;

	for (unsigned i = 0; i < 1800; i++) {
		buf_append_string(methods, METHOD("GET"));
		buf_printf(names, HEADER("%c%c"), 'a' + i % 600 % 25, 'a' + i % 600 / 25);
	}
	ck_assert_str_eq(
	    line_of(mem, buf_slice(methods).data, "PUT"), "Request method 'PUT' not in permitted list: GET");
	line = line_of(mem, buf_slice(names).data, "GET");
	ck_assert_uint_lt(strlen(line), 2048);
	ck_assert_str_eq(line + strlen(line) - 3, "...");
	talloc_free(mem);
}
END_TEST

/* A list of names that takes too long to compare is refused, and none of them is blamed. */
START_TEST(too_many_names)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *names = buf_new(mem, 65536);
	struct header headers[] = { UI, M("GET"), H("") };
	struct cors_resource resource = find_resource(mem, NULL, GUIDE);
	struct cors_request request;
	struct cors_complaint got;

	for (unsigned i = 0; i < 16000; i++)
		buf_append_string(names, "z,");
	headers[2].value = buf_slice(names).data;
	request = make_request(mem, PREFLIGHT, headers, ARRAY_SIZE(headers), true);
	check_answer(mem, "too many names", &resource, &request, true);
	cors_complaint(mem, &resource, &request, true, &got);
	ck_assert_str_eq(got.failed, "header");
	ck_assert_uint_eq(got.value.length, 0);
	ck_assert_ptr_null(got.line);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_complaint");
	TCase *tc = tcase_create("complaint");

	tcase_add_loop_test(tc, complaint, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, long_list);
	tcase_add_test(tc, repeated_list);
	tcase_add_test(tc, too_many_names);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
