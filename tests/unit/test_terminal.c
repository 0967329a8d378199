/* What a terminal may show of somebody else's text. */
#include "common/terminal.h"

#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

static const struct {
	const char *name;
	struct slice text;
	const char *as_text, *as_line, *as_xml;
} vectors[] = {
	{ "nothing", { NULL, 0 }, "", "", "" },
	{ "letters",
	    SLICE("b\xc3\xbc"
		  "cher \xf0\x9f\x98\x80"),
	    "b\xc3\xbc"
	    "cher \xf0\x9f\x98\x80",
	    "b\xc3\xbc"
	    "cher \xf0\x9f\x98\x80",
	    "b\xc3\xbc"
	    "cher \xf0\x9f\x98\x80" },
	{ "line feeds and tabs", SLICE("a\n\tb"), "a\n\tb", "a\\u{A}\\u{9}b", "a\n\tb" },
	{ "escape", SLICE("\x1b[2J"), "\\u{1B}[2J", "\\u{1B}[2J", "&#x1B;[2J" },
	{ "carriage return", SLICE("a\rb"), "a\\u{D}b", "a\\u{D}b", "a&#xD;b" },
	{ "NUL", SLICE("a\0b"), "a\\u{0}b", "a\\u{0}b", "a&#x0;b" },
	{ "DEL", SLICE("\x7f"), "\\u{7F}", "\\u{7F}", "&#x7F;" },
	{ "CSI of C1",
	    SLICE("\xc2\x9b"
		  "2J"),
	    "\\u{9B}2J", "\\u{9B}2J", "&#x9B;2J" },
	{ "the last of C1, and the first behind it", SLICE("\xc2\x9f\xc2\xa0"), "\\u{9F}\xc2\xa0",
	    "\\u{9F}\xc2\xa0", "&#x9F;\xc2\xa0" },
	{ "right-to-left override", SLICE("\xe2\x80\xae\xe2\x80\xac"), "\\u{202E}\\u{202C}", "\\u{202E}\\u{202C}",
	    "&#x202E;&#x202C;" },
	{ "line separator", SLICE("\xe2\x80\xa8"), "\\u{2028}", "\\u{2028}", "&#x2028;" },
	{ "no UTF-8: an escape of C1 alone",
	    SLICE("\x9b"
		  "a"),
	    "\\x9Ba", "\\x9Ba", "\\x9Ba" },
	{ "no UTF-8: cut short", SLICE("a\xc3"), "a\\xC3", "a\\xC3", "a\\xC3" },
	{ "all of them long", SLICE("\xe2\x80\xa8\xff\x01"), "\\u{2028}\\xFF\\u{1}", "\\u{2028}\\xFF\\u{1}",
	    "&#x2028;\\xFF&#x1;" },
};

static void
expect(const char *name, const char *got, const char *wanted)
{
	ck_assert_msg(strcmp(got, wanted) == 0, "%s: '%s' instead of '%s'", name, got, wanted);
}

START_TEST(escaped)
{
	expect(vectors[_i].name, terminal_text(mem, vectors[_i].text), vectors[_i].as_text);
	expect(vectors[_i].name, terminal_line(mem, vectors[_i].text), vectors[_i].as_line);
	expect(vectors[_i].name, terminal_xml(mem, vectors[_i].text), vectors[_i].as_xml);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("terminal");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_loop_test(tc, escaped, 0, ARRAY_SIZE(vectors));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
