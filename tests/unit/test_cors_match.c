/* Which rule of a configuration answers, by its number; and single patterns. */
#include "cors/rules.h"

#include "tests/unit/cors_document.h"
#include "tests/unit/suite.h"

#define NONE (-1)

static const struct {
	const char *name;
	const char *pattern;
	const char *value;
	bool matches;
} patterns[] = {
	{ "equal", "http://a", "http://a", true },
	{ "case-sensitive host", "http://a", "http://A", false },
	{ "case-sensitive scheme", "http://a", "HTTP://a", false },
	{ "the whole value, not its start", "http://a", "http://a.evil.example", false },
	{ "the whole value, not its end", "a.example", "http://a.example", false },
	{ "no default-port removal", "http://a", "http://a:80", false },
	{ "no default-port removal in the pattern", "http://a:80", "http://a", false },
	{ "no URL parsing, a slash at the end", "https://a/", "https://a", false },
	{ "* alone", "*", "http://a", true },
	{ "* in front", "*.example.com", "http://www.example.com", true },
	{ "* at the end", "http://a*", "http://a.example:8080", true },
	{ "* in the middle", "http://*.example.com", "http://www.example.com", true },
	{ "* stands for dots and colons too", "http://*.com", "http://a.b:80.c.com", true },
	{ "* stands for slashes too", "http*.com", "http://a.com", true },
	{ "* stands for nothing in the middle", "http://a*b", "http://ab", true },
	{ "* stands for nothing at the end", "http://a*", "http://a", true },
	{ "* stands for nothing in front", "*http://a", "http://a", true },
	{ "everything else is literal, the dot", "http://a.b", "http://axb", false },
	{ "everything else is literal, the question mark", "http://a?", "http://ab", false },
	{ "everything else is literal, brackets", "http://[a-c]*", "http://b", false },
	{ "a star in the value is literal", "http://a", "http://*", false },
	{ "prefix and suffix may not overlap", "http://aba*aba", "http://ababa", false },
	{ "prefix and suffix may touch", "http://aba*aba", "http://abaaba", true },
	{ "one byte too short", "ab*ba", "aba", false },
	{ "wrong suffix", "http://*.example.com", "http://www.example.org", false },
	{ "wrong prefix", "https://*.example.com", "http://www.example.com", false },
	{ "the dot before the domain is not optional", "http://*.example.com", "http://example.com", false },
	{ "a longer suffix", "http://*.example.com", "http://www.example.com.evil.org", false },
	{ "bytes beyond ASCII", "http://b\xc3\xbc*",
	    "http://b\xc3\xbc"
	    "cher",
	    true },
	{ "bytes beyond ASCII differ", "http://b\xc3\xbc", "http://b\xc3\xbd", false },
	{ "null matches null", "null", "null", true },
	{ "null matches *", "*", "null", true },
	{ "null matches a pattern its letters fit", "n*l", "null", true },
	{ "null is no wildcard", "null", "http://a", false },
	{ "empty origin matches nothing", "", "http://a", false },
	{ "wildcard subdomain", "https://*.example.com", "https://a.b.example.com", true },
	{ "wildcard port", "http://localhost:*", "http://localhost:3000", true },
	{ "peers differ, * of no characters", "http://*", "http://", true },
};

START_TEST(pattern)
{
	struct cors_pattern compiled = cors_pattern_make(slice_from(patterns[_i].pattern));

	ck_assert_msg(cors_pattern_matches(&compiled, slice_from(patterns[_i].value)) == patterns[_i].matches, "%s",
	    patterns[_i].name);
}
END_TEST

/* One GET rule for all, one PUT rule for one site. */
#define GET_ALL_PUT_ONE DOC(RULE(ORIGIN("*") METHOD("GET")) RULE(ORIGIN("http://a") METHOD("PUT") HEADER("*")))
#define ANY             ORIGIN("*") METHOD("GET") METHOD("PUT") METHOD("POST") METHOD("DELETE") METHOD("HEAD")

static const struct {
	const char *name;
	const char *document;
	const char *origin;
	const char *method;
	const char *names[4]; /* in lower case */
	int rule;
} vectors[] = {
	{ "all three hold", GET_ALL_PUT_ONE, "http://a", "GET", { 0 }, 0 },
	{ "the first rule in order wins",
	    DOC(RULE(ORIGIN("http://a") METHOD("GET")) RULE(ORIGIN("*") METHOD("GET"))), "http://a", "GET", { 0 },
	    0 },
	{ "the first rule in order wins, the general one in front",
	    DOC(RULE(ORIGIN("*") METHOD("GET")) RULE(ORIGIN("http://a") METHOD("GET"))), "http://a", "GET", { 0 },
	    0 },
	{ "not the first by origin alone, method", GET_ALL_PUT_ONE, "http://a", "PUT", { 0 }, 1 },
	{ "not the first by origin alone, headers",
	    DOC(RULE(ORIGIN("*") METHOD("GET")) RULE(ORIGIN("*") METHOD("GET") HEADER("x-a"))), "http://a", "GET",
	    { "x-a" }, 1 },
	{ "parts of two rules do not add up",
	    DOC(RULE(ORIGIN("http://a") METHOD("GET")) RULE(ORIGIN("http://b") METHOD("PUT"))), "http://a", "PUT",
	    { 0 }, NONE },
	{ "headers of two rules do not add up",
	    DOC(RULE(ORIGIN("*") METHOD("GET") HEADER("x-a")) RULE(ORIGIN("*") METHOD("GET") HEADER("x-b"))),
	    "http://a", "GET", { "x-a", "x-b" }, NONE },
	{ "no rule for the origin", GET_ALL_PUT_ONE, "http://b", "PUT", { 0 }, NONE },
	{ "some AllowedOrigin of several",
	    DOC(RULE(ORIGIN("http://a") ORIGIN("http://b") ORIGIN("http://*.c") METHOD("GET"))), "http://x.c",
	    "GET", { 0 }, 0 },
	{ "none of several", DOC(RULE(ORIGIN("http://a") ORIGIN("http://b") ORIGIN("http://*.c") METHOD("GET"))),
	    "http://c", "GET", { 0 }, NONE },
	{ "* beside others", DOC(RULE(ORIGIN("http://a") ORIGIN("*") METHOD("GET"))), "http://b", "GET", { 0 }, 0 },

	{ "GET", DOC(RULE(ANY)), "o", "GET", { 0 }, 0 },
	{ "PUT", DOC(RULE(ANY)), "o", "PUT", { 0 }, 0 },
	{ "POST", DOC(RULE(ANY)), "o", "POST", { 0 }, 0 },
	{ "DELETE", DOC(RULE(ANY)), "o", "DELETE", { 0 }, 0 },
	{ "HEAD", DOC(RULE(ANY)), "o", "HEAD", { 0 }, 0 },
	{ "case-sensitive", DOC(RULE(ANY)), "o", "get", { 0 }, NONE },
	{ "exact", DOC(RULE(ANY)), "o", "GE", { 0 }, NONE },
	{ "OPTIONS matches nothing", DOC(RULE(ANY)), "o", "OPTIONS", { 0 }, NONE },
	{ "PATCH matches nothing", DOC(RULE(ANY)), "o", "PATCH", { 0 }, NONE },
	{ "the empty method matches nothing", DOC(RULE(ANY)), "o", "", { 0 }, NONE },
	{ "HEAD is not implied by GET", DOC(RULE(ORIGIN("*") METHOD("GET"))), "o", "HEAD", { 0 }, NONE },
	{ "GET is not implied by HEAD", DOC(RULE(ORIGIN("*") METHOD("HEAD"))), "o", "GET", { 0 }, NONE },

	{ "no AllowedHeader matches the empty list", DOC(RULE(ANY)), "o", "GET", { 0 }, 0 },
	{ "no AllowedHeader matches nothing else", DOC(RULE(ANY)), "o", "GET", { "x-a" }, NONE },
	{ "no implicit safelist", DOC(RULE(ANY)), "o", "GET", { "accept" }, NONE },
	{ "no implicit safelist beside others", DOC(RULE(ANY HEADER("x-a"))), "o", "GET", { "x-a", "content-type" },
	    NONE },
	{ "AllowedHeader and the empty list", DOC(RULE(ANY HEADER("x-a"))), "o", "GET", { 0 }, 0 },
	{ "case-insensitive", DOC(RULE(ANY HEADER("X-Amz-Date"))), "o", "GET", { "x-amz-date" }, 0 },
	{ "every name", DOC(RULE(ANY HEADER("x-a") HEADER("x-b"))), "o", "GET", { "x-b", "x-a" }, 0 },
	{ "every name but one", DOC(RULE(ANY HEADER("x-a") HEADER("x-b"))), "o", "GET", { "x-b", "x-c", "x-a" },
	    NONE },
	{ "* alone", DOC(RULE(ANY HEADER("*"))), "o", "GET", { "authorization", "x-b" }, 0 },
	{ "* at the end", DOC(RULE(ANY HEADER("x-amz-*"))), "o", "GET", { "x-amz-date", "x-amz-" }, 0 },
	{ "* at the end, case-insensitive", DOC(RULE(ANY HEADER("X-AMZ-*"))), "o", "GET", { "x-amz-date" }, 0 },
	{ "* in front", DOC(RULE(ANY HEADER("*-type"))), "o", "GET", { "content-type" }, 0 },
	{ "* in the middle", DOC(RULE(ANY HEADER("x-*-id"))), "o", "GET", { "x-request-id", "x--id" }, 0 },
	{ "* in the middle, too short", DOC(RULE(ANY HEADER("x-*-id"))), "o", "GET", { "x-id" }, NONE },
	{ "another name", DOC(RULE(ANY HEADER("x-amz-*"))), "o", "GET", { "x-amzn-date" }, NONE },
	{ "peers differ, wildcard in AllowedHeader anywhere", DOC(RULE(ANY HEADER("*a"))), "o", "GET",
	    { "x-a", "a" }, 0 },
	{ "empty origin matches nothing, not even none", DOC(RULE(ORIGIN("") METHOD("GET"))), "http://a", "GET",
	    { 0 }, NONE },
	{ "header names compared without case", DOC(RULE(ANY HEADER("Content-MD5"))), "o", "PUT", { "content-md5" },
	    0 },
	{ "two rules for one origin, second method",
	    DOC(RULE(ORIGIN("http://a") METHOD("GET")) RULE(ORIGIN("http://a") METHOD("PUT"))), "http://a", "PUT",
	    { 0 }, 1 },
};

static struct cors_rules *
must_parse(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	struct cors_rules *rules;

	ck_assert_msg(cors_rules_parse(mem, document, &why, &rules) == S3_OK, "%s", why.message);
	return rules;
}

static int
number_of(const struct cors_rules *rules, const struct cors_rule *rule)
{
	return rule != NULL ? (int)(rule - rules->items) : NONE;
}

START_TEST(match)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_rules *rules = must_parse(mem, slice_from(vectors[_i].document));
	struct slice names[ARRAY_SIZE(vectors[0].names)];
	struct cors_question question = { .origin = slice_from(vectors[_i].origin), .names = names };
	int got;

	question.method = cors_method_bit(slice_from(vectors[_i].method));
	for (size_t i = 0; i < ARRAY_SIZE(names) && vectors[_i].names[i] != NULL; i++)
		names[question.name_count++] = slice_from(vectors[_i].names[i]);
	got = number_of(rules, cors_rules_match(rules, &question));
	ck_assert_msg(got == vectors[_i].rule, "%s: rule %d", vectors[_i].name, got);
	talloc_free(mem);
}
END_TEST

/* 100 rules of as many origins as a document holds: each origin finds its own rule, and one that is nowhere finds none. */
START_TEST(many_origins)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);
	struct cors_question question = { .method = cors_method_bit(SLICE("GET")) };
	struct cors_rules *rules;

	buf_append_string(document, "<CORSConfiguration>");
	for (unsigned rule = 0; rule < CORS_RULES_MAX; rule++) {
		buf_append_string(document, "<CORSRule>" METHOD("GET"));
		for (unsigned i = 0; i < 14; i++)
			buf_printf(document, ORIGIN("s%u.h%u"), rule, i);
		buf_append_string(document, "</CORSRule>");
	}
	buf_append_string(document, "</CORSConfiguration>");
	rules = must_parse(mem, buf_slice(document));
	for (unsigned rule = 0; rule < CORS_RULES_MAX; rule++) {
		question.origin = slice_from(talloc_asprintf(mem, "s%u.h13", rule));
		ck_assert_int_eq(number_of(rules, cors_rules_match(rules, &question)), (int)rule);
	}
	question.origin = SLICE("s100.h0");
	ck_assert_ptr_null(cors_rules_match(rules, &question));
	talloc_free(mem);
}
END_TEST

/* One rule with `patterns` AllowedHeaders of which only the last matches, asked `names` times for that name. */
static bool
allows(unsigned pattern_count, unsigned name_count)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);
	struct slice *names = talloc_array(mem, struct slice, name_count);
	struct cors_question question = { SLICE("o"), cors_method_bit(SLICE("GET")), names, name_count };
	bool allowed;

	buf_append_string(document, "<CORSConfiguration><CORSRule>" ORIGIN("*") METHOD("GET"));
	for (unsigned i = 1; i < pattern_count; i++)
		buf_append_string(document, HEADER("a"));
	buf_append_string(document, HEADER("b*") "</CORSRule></CORSConfiguration>");
	ck_assert(!buf_overflowed(document));
	for (unsigned i = 0; i < name_count; i++)
		names[i] = SLICE("bb");
	allowed = cors_rules_match(must_parse(mem, buf_slice(document)), &question) != NULL;
	talloc_free(mem);
	return allowed;
}

START_TEST(bounded_work)
{
	ck_assert_msg(allows(1000, CORS_COMPARISONS_MAX / 1000), "as many comparisons as are allowed");
	ck_assert_msg(!allows(1000, CORS_COMPARISONS_MAX / 1000 + 1), "one name more");
	ck_assert_msg(allows(1, 4096), "8 KiB of names against one AllowedHeader");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_match");
	TCase *tc = tcase_create("match");

	tcase_add_loop_test(tc, pattern, 0, ARRAY_SIZE(patterns));
	tcase_add_loop_test(tc, match, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, many_origins);
	tcase_add_test(tc, bounded_work);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
