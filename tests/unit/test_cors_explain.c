/* Why a page's request is granted or not: the browser's part, the rule that answers, near misses; and that it is true. */
#include "cors/explain.h"

#include "cors/answer.h"
#include "cors/service_rules.h"
#include "tests/unit/cors_document.h"
#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

static const struct cors_rules *
parse(const char *document)
{
	struct s3_refusal why = { .mem = mem };
	struct cors_rules *rules;
	enum s3_err err = cors_rules_parse(mem, slice_from(document), &why, &rules);

	ck_assert_msg(err == S3_OK, "%s", why.message);
	return rules;
}

/* Headers as "Name: value|Name". */
static struct cors_page
page(const char *origin, const char *method, const char *headers)
{
	struct cors_page made = { .origin = slice_from(origin), .method = slice_from(method) };
	struct slice rest = slice_from(headers), header, name;

	while (slice_next(&rest, '|', &header)) {
		ck_assert(slice_next(&header, ':', &name));
		fields_add(mem, &made.headers, name, slice_trim(header));
	}
	return made;
}

/*
 * "+2" (rule 2 answers) or "-"; "!" for a preflight and the names that it asks for; then every rule or section that does
 * not match: what failed, and how near it is.
 */
static const char *
describe(const struct cors_explanation *x)
{
	struct buf *out = buf_new(mem, 100000);

	if (x->granted)
		buf_printf(out, "+%u", x->answering->rule);
	else
		buf_append_string(out, "-");
	if (x->has_preflight)
		buf_printf(out, "!%.*s", SLICE_ARG(x->names));
	for (size_t i = 0; i < x->count; i++)
		if (x->reasons[i].failed != NULL)
			buf_printf(out, " %zu:%s%s%s", i + 1, x->reasons[i].failed,
			    x->reasons[i].near != NULL ? "/" : "",
			    x->reasons[i].near != NULL ? x->reasons[i].near : "");
	return buf_slice(out).data;
}

static struct cors_explanation
explain(const struct cors_resource *resource, const char *origin, const char *method, const char *headers)
{
	struct cors_page *made = talloc_zero(mem, struct cors_page);
	struct cors_explanation x;

	*made = page(origin, method, headers);
	cors_explain(mem, resource, made, &x);
	return x;
}

#define GET_ALL_PUT_ONE DOC(RULE(ORIGIN("*") METHOD("GET")) RULE(ORIGIN("https://a") METHOD("PUT") HEADER("x-*")))
#define READ(origin)    DOC(RULE(ORIGIN(origin) METHOD("GET")))
#define A               READ("https://a")

static const struct {
	const char *name, *document, *origin, *method, *headers, *described;
} vectors[] = {
	/* What the browser does. */
	{ "a simple GET", A, "https://a", "GET", "", "+1" },
	{ "HEAD", DOC(RULE(ORIGIN("*") METHOD("HEAD"))), "https://a", "HEAD", "", "+1" },
	{ "POST", DOC(RULE(ORIGIN("*") METHOD("POST"))), "https://a", "POST", "", "+1" },
	{ "PUT asks first", DOC(RULE(ORIGIN("*") METHOD("PUT"))), "https://a", "PUT", "", "+1!" },
	{ "DELETE asks first", DOC(RULE(ORIGIN("*") METHOD("DELETE"))), "https://a", "DELETE", "", "+1!" },
	{ "safelisted headers", A, "https://a", "GET", "Accept|accept-language|Content-Language", "+1" },
	{ "a long value is not safe", A, "https://a", "GET",
	    "Accept: 123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	    "012345678901234567890123456789",
	    "-!accept 1:header" },
	{ "types of forms", A, "https://a", "GET", "Content-Type: Text/Plain; charset=utf-8", "+1" },
	{ "another type", A, "https://a", "GET", "Content-Type: application/json", "-!content-type 1:header" },
	{ "a type unknown", A, "https://a", "GET", "Content-Type", "-!content-type 1:header" },
	{ "a language", A, "https://a", "GET", "Accept-Language: de-DE, *;q=0.5", "+1" },
	{ "a language that is none", A, "https://a", "GET", "Accept-Language: @", "-!accept-language 1:header" },
	{ "a byte of what is no type", A, "https://a", "GET", "Accept: text/(html)", "-!accept 1:header" },
	{ "such a byte in a form's type", A, "https://a", "POST", "Content-Type: text/plain; a=\"b\"",
	    "-!content-type 1:method" },
	{ "a simple range", A, "https://a", "GET", "Range: bytes=0-99", "+1" },
	{ "a range to the end", A, "https://a", "GET", "Range: bytes=5-", "+1" },
	{ "a range from the end", A, "https://a", "GET", "Range: bytes=-5", "-!range 1:header" },
	{ "two ranges", A, "https://a", "GET", "Range: bytes=0-1,3-4", "-!range 1:header" },
	{ "names in order, once, in lower case", DOC(RULE(ORIGIN("*") METHOD("GET") HEADER("*"))), "https://a",
	    "GET", "X-B|x-a|X-b|Accept", "+1!x-a,x-b" },
	{ "what pages cannot set", A, "https://a", "GET", "Cookie|Host|Sec-Fetch-Mode|proxy-x|Content-Length",
	    "+1" },

	/* Which rule. */
	{ "the first", GET_ALL_PUT_ONE, "https://a", "GET", "", "+1 2:method" },
	{ "the second", GET_ALL_PUT_ONE, "https://a", "PUT", "x-a", "+2!x-a 1:method" },
	{ "none, by origin", GET_ALL_PUT_ONE, "https://b", "PUT", "", "-! 1:method 2:origin" },
	{ "none, by method", GET_ALL_PUT_ONE, "https://a", "DELETE", "", "-! 1:method 2:method" },
	{ "none, by header", GET_ALL_PUT_ONE, "https://a", "PUT", "y-a|x-a", "-!x-a,y-a 1:method 2:header" },
	{ "a method in lower case", GET_ALL_PUT_ONE, "https://a", "put", "",
	    "-! 1:method/method-case 2:method/method-case" },
	{ "a method that rules do not know", GET_ALL_PUT_ONE, "https://a", "PATCH", "", "-! 1:method 2:method" },
	{ "no origin", A, "", "GET", "", "- 1:origin" },
	{ "null", A, "null", "GET", "", "- 1:origin" },
	{ "null for any", READ("*"), "null", "GET", "", "+1" },
	{ "a name that is none", A, "https://a", "GET", "a b", "-!a b" },

	/* Near misses. */
	{ "slash", READ("https://a/"), "https://a", "GET", "", "- 1:origin/spelling" },
	{ "default port", READ("https://a:443"), "https://a", "GET", "", "- 1:origin/spelling" },
	{ "upper case", READ("https://A.example"), "https://a.example", "GET", "", "- 1:origin/spelling" },
	{ "white space", READ(" https://a"), "https://a", "GET", "", "- 1:origin/spelling" },
	{ "path", READ("https://a/b"), "https://a", "GET", "", "- 1:origin/spelling" },
	{ "no scheme", READ("a.example"), "http://a.example", "GET", "", "- 1:origin/spelling" },
	{ "no scheme, a port", READ("localhost:3000"), "http://localhost:3000", "GET", "", "- 1:origin/spelling" },
	{ "slash behind a star", READ("https://*.a/"), "https://b.a", "GET", "", "- 1:origin/spelling" },
	{ "http for https", READ("http://a"), "https://a", "GET", "", "- 1:origin/scheme" },
	{ "https for http", READ("https://a"), "http://a", "GET", "", "- 1:origin/scheme" },
	{ "http for https with a star", READ("http://*.a"), "https://b.a", "GET", "", "- 1:origin/scheme" },
	{ "superfluous port", READ("http://a:8080"), "http://a", "GET", "", "- 1:origin/port" },
	{ "port missing", READ("http://a"), "http://a:8080", "GET", "", "- 1:origin/port" },
	{ "another port", READ("http://a:8080"), "http://a:3000", "GET", "", "- 1:origin/port" },
	{ "www. too much", READ("http://www.a.b"), "http://a.b", "GET", "", "- 1:origin/www" },
	{ "www. missing", READ("http://a.b"), "http://www.a.b", "GET", "", "- 1:origin/www" },
	{ "sub-domain", READ("http://a.b"), "http://x.a.b", "GET", "", "- 1:origin/sub-domain" },
	{ "deeper sub-domain", READ("http://x.a.b"), "http://z.y.x.a.b", "GET", "", "- 1:origin/sub-domain" },
	{ "not a sub-domain", READ("http://a.b"), "http://xa.b", "GET", "", "- 1:origin" },
	{ "the domain itself", READ("http://*.a.b"), "http://a.b", "GET", "", "- 1:origin/bare-domain" },
	{ "the domain above", READ("http://x.a.b"), "http://a.b", "GET", "", "- 1:origin/parent-domain" },
	{ "two steps", READ("http://www.a.b"), "https://a.b", "GET", "", "- 1:origin/scheme, www" },
	{ "three steps", READ("http://www.a.b:80"), "https://a.b:8443", "GET", "", "- 1:origin/scheme, port, www" },
	{ "slash and scheme", READ("http://a.b/"), "https://a.b", "GET", "", "- 1:origin/spelling, scheme" },
	{ "four steps are far", READ("http://www.a.b:81/"), "https://a.b", "GET", "", "- 1:origin" },
	{ "another host", READ("https://a.b"), "https://a.c", "GET", "", "- 1:origin" },
	{ "the nearest of several",
	    DOC(RULE(ORIGIN("http://www.a.b") ORIGIN("https://c") ORIGIN("http://a.b") METHOD("GET"))),
	    "https://a.b", "GET", "", "- 1:origin/scheme" },
	{ "the page's slash", A, "https://a/", "GET", "", "- 1:origin/page" },
	{ "the page's port", A, "https://a:443", "GET", "", "- 1:origin/page" },
	{ "the page's case", A, "HTTPS://A", "GET", "", "- 1:origin/page" },
	{ "the page's path", READ("https://*.b"), "https://a.b/index.html", "GET", "", "- 1:origin/page" },
	{ "the page's slash, and more", A, "http://a/", "GET", "", "- 1:origin/scheme" },
};

START_TEST(explains)
{
	const struct cors_resource resource = { .bucket_exists = true, .rules = parse(vectors[_i].document) };
	struct cors_explanation x = explain(&resource, vectors[_i].origin, vectors[_i].method, vectors[_i].headers);
	const char *described = describe(&x);

	ck_assert_msg(strcmp(described, vectors[_i].described) == 0, "%s: %s", vectors[_i].name, described);
	ck_assert_msg(x.in_force == CORS_BY_BUCKET && x.because != NULL, "%s", vectors[_i].name);
	ck_assert_msg((x.err == S3_OK) == (x.message == NULL), "%s: message", vectors[_i].name);
	for (size_t i = 0; i < x.count; i++)
		ck_assert_msg(
		    (x.reasons[i].failed == NULL) == (x.reasons[i].text == NULL), "%s: text", vectors[_i].name);
}
END_TEST

/* What a person reads: of the rule that is closest, or of the request as a whole. */
static const struct {
	const char *name, *document, *origin, *method, *headers;
	unsigned closest;
	const char *text, *advice; /* parts of them */
} texts[] = {
	{ "slash", READ("https://a/"), "https://a", "GET", "", 1, "\"https://a/\" is near: it ends in a slash",
	    "Write \"https://a\"" },
	{ "scheme", READ("http://a"), "https://a", "GET", "", 1, "it has http, the page https",
	    "Write \"https://a\"" },
	{ "port", READ("http://a:8080"), "http://a", "GET", "", 1, "it has port 8080, the page none",
	    "Write \"http://a\"" },
	{ "no port", READ("http://a"), "http://a:1", "GET", "", 1, "it has no port, the page 1",
	    "Write \"http://a:1\"" },
	{ "sub-domain", READ("http://a.b"), "http://x.a.b", "GET", "", 1, "sub-domain of it",
	    "Write \"http://*.a.b\", or add \"http://x.a.b\"." },
	{ "page", A, "https://a/", "GET", "", 1, "it takes \"https://a\", which is what a browser sends",
	    "ask again" },
	{ "method", A, "https://a", "PUT", "", 1, "it allows GET, and not PUT",
	    "Add <AllowedMethod>PUT</AllowedMethod>." },
	{ "method that another rule has",
	    DOC(RULE(ORIGIN("https://a") METHOD("GET")) RULE(ORIGIN("https://c") METHOD("PUT"))), "https://a",
	    "PUT", "", 1, "and not PUT; rule 2 does", "Add" },
	{ "no site but this may write", READ("*"), "https://a", "PUT", "", 1, "and not PUT",
	    "Add a rule with <AllowedOrigin>https://a</AllowedOrigin> and <AllowedMethod>PUT</AllowedMethod>." },
	{ "header", A, "https://a", "GET", "x-b", 1, "it does not allow the header x-b",
	    "Add <AllowedHeader>x-b</AllowedHeader>." },
	{ "headers", A, "https://a", "GET", "x-b|x-amz-a|x-amz-b", 1, "the headers x-amz-a, x-amz-b, x-b",
	    "Add <AllowedHeader>x-amz-*</AllowedHeader>, <AllowedHeader>x-b</AllowedHeader>." },
	{ "the origin's rule, not the method's",
	    DOC(RULE(ORIGIN("*") METHOD("GET")) RULE(ORIGIN("http://a") METHOD("PUT"))), "https://a", "PUT", "", 2,
	    "it has http", "Write" },
	{ "the header's rule, not the origin's",
	    DOC(RULE(ORIGIN("http://a") METHOD("PUT") HEADER("*")) RULE(ORIGIN("https://a") METHOD("PUT"))),
	    "https://a", "PUT", "x-b", 2, "x-b", "Add" },
	{ "method in lower case", A, "https://a", "get", "", 0, "", "Ask with GET" },
	{ "method unknown", A, "https://a", "PATCH", "", 0, "", "GET, PUT, POST, DELETE and HEAD, and not PATCH" },
	{ "name", A, "https://a", "GET", "a b", 0, "", "\"a b\" is none" },
	{ "no origin", A, "", "GET", "", 0, "", "origin of the page" },
	{ "another site", A, "https://b.org", "GET", "", 0, "",
	    "add <AllowedOrigin>https://b.org</AllowedOrigin> to a rule" },
};

START_TEST(advises)
{
	const struct cors_resource resource = { .bucket_exists = true, .rules = parse(texts[_i].document) };
	struct cors_explanation x = explain(&resource, texts[_i].origin, texts[_i].method, texts[_i].headers);
	unsigned closest = x.closest != NULL ? x.closest->rule : 0;
	const char *advice = closest > 0 ? x.closest->advice : x.advice;

	ck_assert_msg(closest == texts[_i].closest && !x.granted, "%s: rule %u", texts[_i].name, closest);
	ck_assert_msg(closest == 0 || strstr(x.closest->text, texts[_i].text) != NULL, "%s: %s", texts[_i].name,
	    closest > 0 ? x.closest->text : "");
	ck_assert_msg(strstr(advice, texts[_i].advice) != NULL, "%s: %s", texts[_i].name, advice);
}
END_TEST

/* What is no origin is none to be added either. */
static const struct {
	const char *origin, *note;
} no_origins[] = {
	{ "*", "A \"*\" stands for something in rules alone" },
	{ "null", "\"null\" is the origin of sandboxed frames" },
	{ "https://\xc3\xa4.org", "browsers send as xn--\xe2\x80\xa6." },
	{ "https://\xff.org",
	    "\"https://\\xFF.org\": it has letters beyond ASCII, which browsers send as xn--\xe2\x80\xa6." },
};

START_TEST(advises_no_origin)
{
	const struct cors_resource resource = { .bucket_exists = true, .rules = parse(A) };
	struct cors_explanation x = explain(&resource, no_origins[_i].origin, "GET", "");

	ck_assert(!x.granted && x.closest == NULL && x.advice == NULL);
	ck_assert_uint_eq(x.note_count, 1);
	ck_assert_msg(strstr(x.notes[0], no_origins[_i].note) != NULL, "%s", x.notes[0]);
}
END_TEST

START_TEST(nothing_in_force)
{
	struct cors_resource resource = { .bucket_exists = true };
	struct cors_explanation x = explain(&resource, "https://a", "PUT", "");

	ck_assert(!x.granted && x.in_force == CORS_BY_NOBODY && x.count == 0 && x.err == S3_ACCESS_FORBIDDEN);
	ck_assert_str_eq(x.advice, "Give the bucket rules: it has none.");
	resource.bucket_exists = false;
	x = explain(&resource, "https://a", "PUT", "");
	ck_assert_str_eq(x.message, "CORSResponse: Bucket not found");
	ck_assert_str_eq(x.advice, "Look at the bucket's name: there is none of that name.");
}
END_TEST

/* The preflight's rule and the request's need not be one: the request itself asks for no headers. */
START_TEST(two_rules)
{
	const struct cors_resource resource = { .bucket_exists = true,
		.rules = parse(
		    DOC(RULE(ORIGIN("*") METHOD("PUT")) RULE(ORIGIN("https://a") METHOD("PUT") HEADER("*")))) };
	struct cors_explanation x = explain(&resource, "https://a", "PUT", "x-a");

	ck_assert(x.granted);
	ck_assert_uint_eq(x.answering->rule, 2);
	ck_assert_uint_eq(x.answering_actual->rule, 1);
	ck_assert(slice_equal(fields_find(&x.preflight, "Access-Control-Allow-Origin")->value, SLICE("https://a")));
	ck_assert(slice_equal(fields_find(&x.actual, "Access-Control-Allow-Origin")->value, SLICE("*")));
	ck_assert_uint_eq(x.note_count, 2);
	ck_assert_msg(strstr(x.notes[0], "rule 1") != NULL, "%s", x.notes[0]);
}
END_TEST

/* More names than are compared: refused, though each would be allowed. */
START_TEST(too_many_names)
{
	struct cors_resource resource = { .bucket_exists = true };
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX), *headers = buf_new(mem, 100000);
	struct cors_explanation x;

	buf_append_string(document, "<CORSConfiguration><CORSRule>" ORIGIN("*") METHOD("GET"));
	for (unsigned i = 0; i < 1000; i++) {
		buf_printf(document, HEADER("x%u"), i);
		buf_printf(headers, "%sx%u", i > 0 ? "|" : "", i);
	}
	buf_append_string(document, "</CORSRule></CORSConfiguration>");
	resource.rules = parse(buf_slice(document).data);
	x = explain(&resource, "https://a", "GET", buf_slice(headers).data);
	ck_assert(!x.granted && x.answering == NULL);
	ck_assert_str_eq(x.advice, "Ask for fewer headers: these are more than are compared.");
}
END_TEST

/* The service's rules. */

static const struct cors_service *
service(void)
{
	static const struct cors_option first[] = {
		{ "allowed_origin", "https://a.b,http://c.d:8080", "f", 2 },
		{ "allow_methods", "GET,PATCH", "f", 3 },
		{ "allow_headers", "x-a", "f", 4 },
	};
	static const struct cors_option second[] = {
		{ "allowed_origin", "*", "f", 6 },
		{ "allow_methods", "PUT", "f", 7 },
	};
	static const struct cors_section sections[] = {
		{ "cors", false, "f", 1, first, ARRAY_SIZE(first) },
		{ "cors.any", true, "f", 5, second, ARRAY_SIZE(second) },
	};
	const struct cors_service *compiled;
	struct cors_notices notices;
	const char *fault;

	ck_assert(cors_service_compile(mem, sections, ARRAY_SIZE(sections), &notices, &fault, &compiled));
	return compiled;
}

static const struct {
	const char *name, *origin, *method, *headers, *described;
	const char *section; /* that answers, or is closest */
} of_service[] = {
	{ "a section by name", "https://a.b", "PATCH", "x-a", "+0!x-a 2:origin", "cors" },
	{ "a simple header needs no naming", "https://a.b", "GET", "Content-Type", "+0!content-type 2:origin",
	    "cors" },
	{ "the section of *", "https://e", "PUT", "", "+0! 1:origin", "cors.any" },
	{ "named: never by *", "https://a.b", "PUT", "", "-! 1:method 2:origin", "cors" },
	{ "a header", "https://a.b", "GET", "x-b", "-!x-b 1:header 2:origin", "cors" },
	{ "a simple request is not asked for its method", "https://e", "GET", "", "+0 1:origin", "cors.any" },
	{ "near, but * takes it", "http://a.b", "PUT", "", "+0! 1:origin/scheme", "cors.any" },
	{ "near, and * does not", "http://c.d", "PATCH", "", "-! 1:origin/port 2:method", "cors" },
};

START_TEST(explains_service)
{
	const struct cors_resource resource = { .service = service() };
	struct cors_explanation x =
	    explain(&resource, of_service[_i].origin, of_service[_i].method, of_service[_i].headers);
	const char *described = describe(&x);
	const struct cors_reason *reason = x.granted ? x.answering : x.closest;

	ck_assert_msg(strcmp(described, of_service[_i].described) == 0, "%s: %s", of_service[_i].name, described);
	ck_assert_msg(x.in_force == CORS_BY_SERVICE && x.count == 2, "%s", of_service[_i].name);
	ck_assert_msg(reason != NULL && slice_equal(reason->name, slice_from(of_service[_i].section)),
	    "%s: section", of_service[_i].name);
}
END_TEST

/* It is true: many rules and requests, made up of few texts so that they meet, against what cors_preflight answers. */

static uint32_t
next(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

static const char *const origins[] = { "https://a.b", "http://a.b", "https://www.a.b", "https://a.b:8080",
	"https://a.b/", "https://*.a.b", "https://*", "*", "null", "https://A.b", "a.b" };
static const char *const methods[] = { "GET", "PUT", "POST", "DELETE", "HEAD", "put", "PATCH" };
static const char *const names[] = { "x-a", "x-*", "content-type", "*", "x-amz-a", "x-b" };

static const char *
random_rules(uint32_t *state)
{
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);

	buf_append_string(document, "<CORSConfiguration>");
	for (uint32_t rules = 1 + next(state, 4); rules > 0; rules--) {
		buf_append_string(document, "<CORSRule>");
		for (uint32_t i = 1 + next(state, 2); i > 0; i--)
			buf_printf(document, ORIGIN("%s"), origins[next(state, ARRAY_SIZE(origins))]);
		for (uint32_t i = 1 + next(state, 2); i > 0; i--)
			buf_printf(document, METHOD("%s"), methods[next(state, CORS_METHOD_COUNT)]);
		for (uint32_t i = next(state, 3); i > 0; i--)
			buf_printf(document, HEADER("%s"), names[next(state, ARRAY_SIZE(names))]);
		buf_append_string(document, "</CORSRule>");
	}
	buf_append_string(document, "</CORSConfiguration>");
	return buf_slice(document).data;
}

static const char *
random_headers(uint32_t *state)
{
	struct buf *headers = buf_new(mem, 100);

	buf_append_string(headers, "accept");
	for (uint32_t i = next(state, 3); i > 0; i--)
		buf_printf(headers, "|%s", names[next(state, ARRAY_SIZE(names))]);
	return buf_slice(headers).data;
}

/* What the explanation says against the decision itself, asked with the very fields that it says the browser sends. */
static void
compare(const struct cors_resource *resource, const char *origin, const char *method, const char *headers)
{
	struct cors_explanation x = explain(resource, origin, method, headers);
	struct cors_request asked = { .origins = CORS_ONE_ORIGIN, .origin = slice_from(origin) };
	struct fields preflight = { NULL, 0 }, actual = { NULL, 0 };
	const struct cors_rule *rule = NULL;
	struct cors_question question;
	struct cors_names read;
	struct slice faulty;
	bool granted;

	ck_assert(cors_names_read(mem, x.names, &read, &faulty));
	asked.method = slice_from(method);
	granted = cors_actual(mem, resource, &asked, &actual);
	asked.has_requested_method = true;
	asked.requested_method = slice_from(method);
	asked.requested_headers = x.names;
	granted &= cors_preflight(mem, resource, &asked, NULL, &preflight) == S3_OK || !x.has_preflight;
	ck_assert_msg(x.granted == granted, "%s %s %s", origin, method, headers);

	question = (struct cors_question){ asked.origin, cors_method_bit(asked.method), read.items, read.count };
	rule = cors_rules_match(resource->rules, &question);
	ck_assert_msg((rule != NULL) == x.granted, "%s %s %s", origin, method, headers);
	for (size_t i = 0; i < x.count; i++) {
		const struct cors_rules one = { .items = &resource->rules->items[i], .count = 1 };

		ck_assert_msg((x.reasons[i].failed == NULL) == (cors_rules_match(&one, &question) != NULL),
		    "%s %s %s: %zu", origin, method, headers, i + 1);
	}
	if (rule != NULL)
		ck_assert_uint_eq(x.answering->rule, (unsigned)(rule - resource->rules->items) + 1);
}

/* No section answers it, that of * neither. */
START_TEST(service_without_origin)
{
	const struct cors_resource resource = { .service = service() };
	struct cors_explanation x = explain(&resource, "", "GET", "");

	ck_assert(!x.granted && x.answering == NULL && x.answering_actual == NULL);
	ck_assert_uint_eq(x.count, 2);
	ck_assert_str_eq(x.reasons[1].failed, "origin");
	ck_assert_str_eq(x.reasons[1].text, "its * is for every origin, and the request has none");
}
END_TEST

START_TEST(is_true)
{
	uint32_t state = (uint32_t)_i + 1;
	struct cors_resource resource = { .bucket_exists = true };

	resource.rules = parse(random_rules(&state));
	for (unsigned i = 0; i < 40; i++)
		compare(&resource, origins[next(&state, ARRAY_SIZE(origins))],
		    methods[next(&state, ARRAY_SIZE(methods))], random_headers(&state));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_explain");
	TCase *tc = tcase_create("explain");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_loop_test(tc, explains, 0, ARRAY_SIZE(vectors));
	tcase_add_loop_test(tc, advises, 0, ARRAY_SIZE(texts));
	tcase_add_test(tc, nothing_in_force);
	tcase_add_test(tc, two_rules);
	tcase_add_test(tc, too_many_names);
	tcase_add_loop_test(tc, explains_service, 0, ARRAY_SIZE(of_service));
	tcase_add_loop_test(tc, advises_no_origin, 0, ARRAY_SIZE(no_origins));
	tcase_add_test(tc, service_without_origin);
	tcase_add_loop_test(tc, is_true, 0, 100);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
