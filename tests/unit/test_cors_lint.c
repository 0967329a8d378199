/* What is refused, and what is warned of, in a CORSConfiguration; each finding with its line and its rule. */
#include "cors/lint.h"

#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

/* A line an element: findings have lines. */
#define DOC(rules)    "<CORSConfiguration>\n" rules "</CORSConfiguration>"
#define RULE(values)  "<CORSRule>\n" values "</CORSRule>\n"
#define ID(text)      "<ID>" text "</ID>\n"
#define ORIGIN(text)  "<AllowedOrigin>" text "</AllowedOrigin>\n"
#define METHOD(text)  "<AllowedMethod>" text "</AllowedMethod>\n"
#define HEADER(text)  "<AllowedHeader>" text "</AllowedHeader>\n"
#define EXPOSE(text)  "<ExposeHeader>" text "</ExposeHeader>\n"
#define MAX_AGE(text) "<MaxAgeSeconds>" text "</MaxAgeSeconds>\n"

/* A rule with nothing to say about but its origins; these are on line 5. */
#define READ          METHOD("GET") METHOD("HEAD")
#define READ_BY(text) RULE(READ ORIGIN(text) MAX_AGE("3600"))
#define UPLOAD        METHOD("PUT") HEADER("*") EXPOSE("etag") MAX_AGE("3600")
#define SITE          ORIGIN("https://www.example.com")

/* LINE.RULE code, separated by ", ". */
static const char *
describe(const struct cors_findings *findings)
{
	struct buf *out = buf_new(mem, 100000);

	for (size_t i = 0; i < findings->count; i++)
		buf_printf(out, "%s%u.%u %s%s", i > 0 ? ", " : "", findings->items[i].line, findings->items[i].rule,
		    findings->items[i].refused ? "!" : "", findings->items[i].code);
	return buf_slice(out).data ?: "";
}

static const struct {
	const char *name;
	const char *document;
	const char *findings;
} vectors[] = {
	{ "nothing to say", DOC(READ_BY("https://www.example.com")), "" },
	{ "public read", DOC(READ_BY("*")), "" },
	{ "uploads from one site", DOC(RULE(SITE UPLOAD)), "" },

	/* What is refused. */
	{ "nothing", "", "0.0 !MissingRequestBodyError" },
	{ "no XML", "<CORSConfiguration>\n<CORSRule>\n</CORSConfiguration>", "3.0 !MalformedXML" },
	{ "document type", "\n<!DOCTYPE a>" DOC(READ_BY("*")), "2.0 !MalformedXML" },
	{ "another root", "<\nCORS/>", "1.0 !MalformedXML" },
	{ "no rule", DOC(""), "1.0 !MalformedXML" },
	{ "unknown element", DOC(RULE(READ "<Origin/>\n" SITE)), "5.1 !MalformedXML" },
	{ "no origin", DOC(RULE(READ) RULE(SITE READ)), "2.1 !MalformedXML" },
	{ "no method", DOC(RULE(SITE READ) RULE(SITE)), "7.2 !MalformedXML" },
	{ "max age", DOC(RULE(SITE READ MAX_AGE("-1"))), "6.1 !MalformedXML" },
	{ "method", DOC(RULE(SITE METHOD("GET") METHOD("PATCH"))), "5.1 !InvalidRequest" },
	{ "origin", DOC(RULE(SITE ORIGIN("*.*") METHOD("GET"))), "4.1 !InvalidRequest" },
	{ "header", DOC(RULE(SITE METHOD("GET") HEADER("a") HEADER("a b"))), "6.1 !InvalidRequest" },
	{ "exposed", DOC(RULE(SITE METHOD("GET") EXPOSE("*"))), "5.1 !InvalidRequest" },
	{ "the first answer, and what is wrong with other rules",
	    DOC(RULE(SITE METHOD("get")) RULE(SITE READ) RULE(SITE) RULE(SITE METHOD("put"))),
	    "11.3 !MalformedXML, 4.1 !InvalidRequest, 16.4 !InvalidRequest" },
	{ "one ID, two rules", DOC(RULE(ID("a") SITE READ) RULE(ID("a") SITE METHOD("PUT"))),
	    "8.2 !InvalidRequest" },

	/* Origins that no browser sends. */
	{ "slash", DOC(READ_BY("https://www.example.com/")), "5.1 origin-trailing-slash" },
	{ "slash behind a port", DOC(READ_BY("https://www.example.com:8443/")), "5.1 origin-trailing-slash" },
	{ "slash and star", DOC(READ_BY("https://*.example.com/")), "5.1 origin-trailing-slash" },
	{ "path", DOC(READ_BY("https://www.example.com/app")), "5.1 origin-path" },
	{ "path with a star", DOC(READ_BY("https://www.example.com/*")), "5.1 origin-path" },
	{ "query", DOC(READ_BY("https://www.example.com?a")), "5.1 origin-path" },
	{ "port 443", DOC(READ_BY("https://www.example.com:443")), "5.1 origin-default-port" },
	{ "port 80", DOC(READ_BY("http://www.example.com:80")), "5.1 origin-default-port" },
	{ "port 443 of http is another", DOC(READ_BY("http://www.example.com:443")), "" },
	{ "port of IPv6", DOC(READ_BY("https://[::1]:443")), "5.1 origin-default-port" },
	{ "IPv6", DOC(READ_BY("https://[2001:db8::443]")), "" },
	{ "empty port", DOC(READ_BY("https://www.example.com:")), "5.1 origin-empty-port" },
	{ "upper-case host", DOC(READ_BY("https://WWW.example.com")), "5.1 origin-upper-case" },
	{ "upper-case scheme", DOC(READ_BY("HTTPS://www.example.com")), "5.1 origin-upper-case" },
	{ "no scheme", DOC(READ_BY("www.example.com")), "5.1 origin-no-scheme" },
	{ "no scheme and a star within", DOC(READ_BY("www.*.example.com")), "5.1 origin-no-scheme" },
	{ "a star for the scheme", DOC(READ_BY("*://www.example.com")), "" },
	{ "a star for scheme and sub-domain", DOC(READ_BY("*.example.com")), "" },
	{ "a star for the scheme's end", DOC(READ_BY("http*://www.example.com")), "" },
	{ "no host", DOC(READ_BY("https://")), "5.1 origin-no-host" },
	{ "empty", DOC(READ_BY("")), "5.1 origin-empty" },
	{ "white space", DOC(READ_BY(" https://www.example.com")), "5.1 origin-white-space" },
	{ "user", DOC(READ_BY("https://me@www.example.com")), "5.1 origin-user" },
	{ "beyond ASCII",
	    DOC(READ_BY("https://b\xc3\xbc"
			"cher.example")),
	    "5.1 origin-not-ascii" },

	/* Origins that take too many. */
	{ "any origin, every method", DOC(RULE(ORIGIN("*") READ METHOD("POST") METHOD("DELETE") UPLOAD)),
	    "3.1 any-origin-every-method, 3.1 any-origin-any-header" },
	{ "any origin writes", DOC(RULE(ORIGIN("*") METHOD("DELETE") MAX_AGE("1"))), "3.1 any-origin-writes" },
	{ "any origin writes, any header", DOC(RULE(ORIGIN("*") UPLOAD)),
	    "3.1 any-origin-writes, 3.1 any-origin-any-header" },
	{ "any https origin writes", DOC(RULE(ORIGIN("https://*") METHOD("DELETE") MAX_AGE("1"))),
	    "3.1 any-origin-writes" },
	{ "any origin beside others", DOC(RULE(READ SITE ORIGIN("*") MAX_AGE("1"))), "2.1 origins-beside-any" },
	{ "any http origin", DOC(READ_BY("http://*")), "5.1 any-http-origin" },
	{ "http beside https", DOC(RULE(READ SITE ORIGIN("http://www.example.com") MAX_AGE("1"))),
	    "6.1 http-beside-https" },
	{ "http beside https, here",
	    DOC(RULE(READ ORIGIN("http://localhost") ORIGIN("https://localhost") MAX_AGE("1"))), "" },
	{ "http beside https of another host", DOC(RULE(READ SITE ORIGIN("http://b.example.com") MAX_AGE("1"))),
	    "" },
	{ "null", DOC(READ_BY("null")), "5.1 null-origin" },
	{ "open end", DOC(READ_BY("https://www.example.com*")), "5.1 wildcard-open-end" },
	{ "open end behind a dot", DOC(READ_BY("https://www.example.*")), "5.1 wildcard-open-end" },
	{ "any port", DOC(READ_BY("https://www.example.com:*")), "" },
	{ "no dot behind the star", DOC(READ_BY("https://*example.com")), "5.1 wildcard-wide" },
	{ "no dot, no scheme", DOC(READ_BY("*example.com")), "5.1 wildcard-wide" },
	{ "a whole top-level domain", DOC(READ_BY("https://*.com")), "5.1 wildcard-wide" },
	{ "a part of a name", DOC(READ_BY("https://app-*-team.example.com")), "" },
	{ "sub-domains", DOC(READ_BY("https://*.example.com")), "" },
	{ "sub-domains of localhost", DOC(READ_BY("http://*.localhost:3000")), "" },

	/* Methods, headers, ages. */
	{ "no ETag for PUT", DOC(RULE(SITE METHOD("PUT") HEADER("*") MAX_AGE("1"))), "2.1 etag-not-exposed" },
	{ "no ETag for POST", DOC(RULE(SITE METHOD("POST") EXPOSE("x-amz-id-2") MAX_AGE("1"))),
	    "2.1 etag-not-exposed" },
	{ "no header for PUT", DOC(RULE(SITE METHOD("PUT") EXPOSE("ETag") MAX_AGE("1"))), "2.1 no-allowed-header" },
	{ "no header for POST, which a form sends", DOC(RULE(SITE METHOD("POST") EXPOSE("ETag") MAX_AGE("1"))),
	    "" },
	{ "no HEAD", DOC(RULE(SITE METHOD("GET") MAX_AGE("1"))), "2.1 head-missing" },
	{ "no max age", DOC(RULE(SITE READ)), "2.1 no-max-age" },
	{ "max age of Chromium", DOC(RULE(SITE READ MAX_AGE("7200"))), "" },
	{ "beyond Chromium's", DOC(RULE(SITE READ MAX_AGE("7201"))), "6.1 max-age-beyond-chromium" },
	{ "Firefox's", DOC(RULE(SITE READ MAX_AGE("86400"))), "6.1 max-age-beyond-chromium" },
	{ "beyond all", DOC(RULE(SITE READ MAX_AGE(" 86401 "))), "6.1 max-age-beyond-browsers" },

	/* Repeats. */
	{ "origin twice", DOC(RULE(SITE SITE READ MAX_AGE("1"))), "4.1 repeated-element" },
	{ "method twice", DOC(RULE(SITE READ METHOD("GET") MAX_AGE("1"))), "6.1 repeated-element" },
	{ "header twice, in another case", DOC(RULE(SITE READ HEADER("X-A") HEADER("x-a") MAX_AGE("1"))),
	    "7.1 repeated-element" },
	{ "exposed twice", DOC(RULE(SITE READ EXPOSE("a") EXPOSE("b") EXPOSE("A") MAX_AGE("1"))),
	    "8.1 repeated-element" },
	{ "a rule twice",
	    DOC(RULE(ID("a") SITE READ MAX_AGE("1")) RULE(ID("a") SITE READ MAX_AGE("1"))
		    RULE(ID("b") ORIGIN("https://b") READ MAX_AGE("1"))),
	    "9.2 repeated-rule" },

	/* Rules that can never answer. */
	{ "the same again", DOC(READ_BY("https://a") READ_BY("https://a")), "8.2 shadowed" },
	{ "behind any origin", DOC(READ_BY("*") READ_BY("https://a")), "8.2 shadowed" },
	{ "in front of any origin", DOC(READ_BY("https://a") READ_BY("*")), "" },
	{ "behind a wider pattern", DOC(READ_BY("https://*.example.com") READ_BY("https://*.a.example.com")),
	    "8.2 shadowed" },
	{ "behind a narrower pattern", DOC(READ_BY("https://*.a.example.com") READ_BY("https://*.example.com")),
	    "" },
	{ "patterns that overlap", DOC(READ_BY("https://a*.example.com") READ_BY("https://*b.example.com")), "" },
	{ "a method more", DOC(RULE(SITE READ MAX_AGE("1")) RULE(SITE READ METHOD("DELETE") MAX_AGE("1"))), "" },
	{ "methods of two rules",
	    DOC(RULE(SITE READ MAX_AGE("1")) RULE(SITE METHOD("DELETE") MAX_AGE("1"))
		    RULE(SITE READ METHOD("DELETE") MAX_AGE("1"))),
	    "13.3 shadowed" },
	{ "a header more", DOC(RULE(SITE READ MAX_AGE("1")) RULE(SITE READ HEADER("x-a") MAX_AGE("1"))), "" },
	{ "a header less",
	    DOC(RULE(SITE READ HEADER("x-*") MAX_AGE("1")) RULE(SITE READ HEADER("X-A") MAX_AGE("1"))),
	    "9.2 shadowed" },
	{ "headers of two rules do not add up",
	    DOC(RULE(SITE READ HEADER("x-a") MAX_AGE("1")) RULE(SITE READ HEADER("x-b") MAX_AGE("1"))
		    RULE(SITE READ HEADER("x-a") HEADER("x-b") MAX_AGE("1"))),
	    "" },
};

START_TEST(finds)
{
	struct cors_findings findings;
	const char *described;

	cors_lint(mem, slice_from(vectors[_i].document), &findings);
	described = describe(&findings);
	ck_assert_msg(strcmp(described, vectors[_i].findings) == 0, "%s: %s", vectors[_i].name, described);
	for (size_t i = 0; i < findings.count; i++)
		ck_assert_msg(
		    findings.items[i].text != NULL && findings.items[i].text[0] != '\0', "%s", vectors[_i].name);
}
END_TEST

/* What the lines say. */
START_TEST(says)
{
	struct cors_findings findings;

	cors_lint(mem, SLICE(DOC(READ_BY("*") RULE(ID("b") READ ORIGIN("HTTPS://A.example:443/x") MAX_AGE("1")))),
	    &findings);
	ck_assert_uint_eq(findings.count, 2);
	ck_assert(slice_equal(findings.items[0].id, SLICE("b")));
	ck_assert_str_eq(
	    findings.items[0].text, "AllowedOrigin \"HTTPS://A.example:443/x\" has a path: no browser sends that");
	ck_assert_str_eq(findings.items[0].advice, "Write \"https://a.example\".");
	ck_assert_msg(strstr(findings.items[1].text, "and rule 1 takes each of its requests") != NULL, "%s",
	    findings.items[1].text);

	cors_lint(mem, SLICE("<CORSConfiguration>\n<CORSRule>\n</CORSConfiguration>"), &findings);
	ck_assert_uint_eq(findings.count, 1);
	ck_assert_msg(strstr(findings.items[0].advice, "CORSRule") != NULL, "%s", findings.items[0].advice);
}
END_TEST

/* As large as a document may be, and one byte more. */
START_TEST(bounds)
{
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX + 1);
	struct cors_findings findings;

	buf_append_string(document, DOC(READ_BY("https://a")));
	while (buf_slice(document).length < CORS_DOCUMENT_MAX)
		buf_append_byte(document, ' ');
	cors_lint(mem, buf_slice(document), &findings);
	ck_assert_str_eq(describe(&findings), "");
	buf_append_byte(document, ' ');
	cors_lint(mem, buf_slice(document), &findings);
	ck_assert_str_eq(describe(&findings), "0.0 !MalformedXML");
}
END_TEST

/* As many rules, origins and headers as fit: the comparisons stay few enough. */
START_TEST(many)
{
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);
	struct cors_findings findings;

	buf_append_string(document, "<CORSConfiguration>");
	for (unsigned rule = 0; rule < CORS_RULES_MAX; rule++) {
		buf_printf(document, "<CORSRule>" METHOD("GET") METHOD("HEAD") METHOD("PUT"));
		for (unsigned i = 0; i < 5; i++)
			buf_printf(document, ORIGIN("h%u://*") HEADER("a%u") EXPOSE("a%u"), i, i, i);
		buf_append_string(document, "</CORSRule>");
	}
	buf_append_string(document, "</CORSConfiguration>");
	ck_assert(!buf_overflowed(document));
	cors_lint(mem, buf_slice(document), &findings);
	/* No ETag, no MaxAgeSeconds, and all but the first are shadowed. */
	ck_assert_uint_eq(findings.count, 3 * CORS_RULES_MAX - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_lint");
	TCase *tc = tcase_create("lint");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_loop_test(tc, finds, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, says);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, many);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
