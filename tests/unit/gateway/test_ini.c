#include "gateway/ini.h"

#include <unistd.h>

#include "common/buf.h"
#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

/* What was read, on one line: "[section@line] name@line=value|value; …". */
static const char *
shown(const struct ini_file *ini)
{
	struct buf *b = buf_new(mem, 4096);

	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_section *section = &ini->sections[i];

		buf_printf(b, "[%s@%u]", section->name, section->line);
		for (size_t j = 0; j < section->count; j++) {
			char *value = talloc_strdup(mem, section->options[j].value);

			for (char *p = value; *p; p++)
				if (*p == '\n')
					*p = '|';
			buf_printf(b, " %s@%u=%s;", section->options[j].name, section->options[j].line, value);
		}
	}
	return slice_dup(mem, buf_slice(b));
}

static const struct {
	const char *name, *text, *shown;
} texts[] = {
	{ "nothing", "", "" },
	{ "blank lines and remarks", "\n# a\n; b\n  # c\n", "" },
	{ "an option", "[a]\nx = 1\n", "[a@1] x@2=1;" },
	{ "no end of line", "[a]\nx = 1", "[a@1] x@2=1;" },
	{ "no spaces", "[a]\nx=1", "[a@1] x@2=1;" },
	{ "colon", "[a]\nx: 1\n", "[a@1] x@2=1;" },
	{ "the first separator counts", "[a]\nx = http://h:1\ny: a=b\n", "[a@1] x@2=http://h:1; y@3=a=b;" },
	{ "no value", "[a]\nx =\ny:\n", "[a@1] x@2=; y@3=;" },
	{ "lines end as on Windows", "[a]\r\nx = 1\r\n\r\ny = 2\r\n", "[a@1] x@2=1; y@4=2;" },
	{ "byte order mark", "\xef\xbb\xbf[a]\nx = 1\n", "[a@1] x@2=1;" },
	{ "case counts", "[A]\nX = Y\n", "[A@1] X@2=Y;" },
	{ "spaces in names", "[filter:a b]\nset x = 1\n", "[filter:a b@1] set x@2=1;" },
	{ "spaces around brackets count", "[ a ]\n", "[ a @1]" },
	{ "a section twice", "[a]\nx = 1\n[b]\n[a]\nx = 2\n", "[a@1] x@2=1;[b@3][a@4] x@5=2;" },
	{ "an option twice", "[a]\nx = 1\nx = 2\n", "[a@1] x@2=1; x@3=2;" },
	{ "remark behind a section", "[a] # b\n[c] ; d\n", "[a@1][c@2]" },
	{ "remark behind a value", "[a]\nx = 1 ; one\ny =\t;none\nz = 1;2 #3\n", "[a@1] x@2=1; y@3=; z@4=1;2 #3;" },
	{ "value over lines", "[a]\nx = 1,\n  2,\n\t3\ny = 4\n", "[a@1] x@2=1,|2,|3; y@5=4;" },
	{ "value from the second line on", "[a]\nx =\n  1\n  2\n", "[a@1] x@2=|1|2;" },
	{ "remarks within a value", "[a]\nx = 1\n# no\n  # nor\n  2 ; this\n", "[a@1] x@2=1|2;" },
	{ "a blank line within a value", "[a]\nx = 1\n\n  2\n", "[a@1] x@2=1|2;" },
	{ "what goes on may look like anything", "[a]\nx = 1\n  [b]\n  y = 2\n", "[a@1] x@2=1|[b]|y = 2;" },
	{ "all indented alike", "  [a]\n  x = 1\n  y = 2\n    3\n", "[a@1] x@2=1; y@3=2|3;" },
	{ "no value goes on behind a section", "[a]\nx = 1\n[b]\n  y = 2\n", "[a@1] x@2=1;[b@3] y@4=2;" },
	{ "bytes beyond ASCII", "[a]\nx = \xc3\xa4\xff\n", "[a@1] x@2=\xc3\xa4\xff;" },
};

START_TEST(syntax)
{
	const struct ini_file *ini;
	char *fault = NULL;

	ck_assert_msg(
	    ini_parse(mem, "f", slice_from(texts[_i].text), &ini, &fault), "%s: %s", texts[_i].name, fault);
	ck_assert_msg(strcmp(shown(ini), texts[_i].shown) == 0, "%s: %s", texts[_i].name, shown(ini));
	ck_assert_str_eq(ini->path, "f");
}
END_TEST

static const struct {
	const char *name;
	struct slice text;
	const char *fault;
} faults[] = {
	{ "no separator", { "[a]\nnonsense\n", 13 }, "f:2: neither a section nor a setting" },
	{ "no name", { "[a]\n = 1\n", 9 }, "f:2: neither a section nor a setting" },
	{ "outside", { "# x\nx = 1\n", 10 }, "f:2: a setting outside of any section" },
	{ "bracket left open", { "\n\n[a\n", 5 }, "f:3: a section's name ends with ]" },
	{ "section without a name", { "[]\n", 3 }, "f:1: a section is [NAME], alone on its line" },
	{ "more behind a section", { "[a] x = 1\n", 10 }, "f:1: a section is [NAME], alone on its line" },
	{ "NUL", { "[a]\nx = \0\n", 10 }, "f:2: a NUL byte" },
	{ "NUL in a remark", { "#\0\n", 3 }, "f:1: a NUL byte" },
};

START_TEST(refused)
{
	const struct ini_file *ini;
	char *message = NULL;

	ck_assert_msg(!ini_parse(mem, "f", faults[_i].text, &ini, &message), "%s: passed", faults[_i].name);
	ck_assert_ptr_null(ini);
	ck_assert_msg(strcmp(message, faults[_i].fault) == 0, "%s: %s", faults[_i].name, message);
}
END_TEST

/* As many copies of a text. */
static struct slice
many(const char *before, const char *text, size_t times, const char *after)
{
	struct buf *b = buf_new(mem, 8 * 1024 * 1024);

	buf_append_string(b, before);
	for (size_t i = 0; i < times; i++)
		buf_append_string(b, text);
	buf_append_string(b, after);
	return buf_slice(b);
}

static void
expect_fault(struct slice text, const char *fault)
{
	const struct ini_file *ini;
	char *message = NULL;

	ck_assert(!ini_parse(mem, "f", text, &ini, &message));
	ck_assert_str_eq(message, fault);
}

START_TEST(bounds)
{
	const struct ini_file *ini;
	char *message = NULL;

	ck_assert(ini_parse(mem, "f", many("[a]\nx =", "y", INI_LINE_MAX - 3, "\n"), &ini, &message));
	ck_assert_uint_eq(strlen(ini->sections[0].options[0].value), INI_LINE_MAX - 3);
	expect_fault(many("[a]\nx =", "y", INI_LINE_MAX - 2, "\n"), "f:2: the line is longer than 65536 bytes");
	ck_assert(ini_parse(mem, "f", many("", "[a]\n", INI_SECTIONS_MAX, ""), &ini, &message));
	expect_fault(many("", "[a]\n", INI_SECTIONS_MAX + 1, ""), "f:1001: more than 1000 sections");
	ck_assert(ini_parse(mem, "f", many("[a]\n", "x=\n", INI_OPTIONS_MAX, ""), &ini, &message));
	expect_fault(
	    many("[a]\n", "x=\n", INI_OPTIONS_MAX + 1, ""), "f:1002: more than 1000 settings in one section");
}
END_TEST

static void
read_file(struct slice text, const char *fault)
{
	char *path = talloc_strdup(mem, "/tmp/crossgate-ini-XXXXXX");
	int fd = mkstemp(path);
	const struct ini_file *ini;
	char *message = NULL;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text.data, text.length), (ssize_t)text.length);
	close(fd);
	ck_assert(ini_read(mem, path, &ini, &message) == (fault == NULL));
	unlink(path);
	if (fault != NULL)
		ck_assert_str_eq(message, talloc_asprintf(mem, "%s: cannot be read: %s", path, fault));
}

START_TEST(files)
{
	const struct ini_file *ini;
	char *message = NULL;

	read_file(SLICE("[a]\nx = 1\n"), NULL);
	read_file(many("", "# 34567\n", INI_FILE_MAX / 8, ""), NULL);
	read_file(many("", "# 34567\n", INI_FILE_MAX / 8, "\n"), "File too large");
	ck_assert(!ini_read(mem, "/no/such/file", &ini, &message));
	ck_assert_str_eq(message, "/no/such/file: cannot be read: No such file or directory");
	ck_assert(!ini_read(mem, "/tmp", &ini, &message));
	ck_assert_str_eq(message, "/tmp: cannot be read: Is a directory");
	ck_assert_ptr_null(ini);
}
END_TEST

START_TEST(find)
{
	const struct ini_file *ini;
	char *message = NULL;

	ck_assert(ini_parse(mem, "f", SLICE("[a]\nx = 1\nX = 2\nx = 3\n"), &ini, &message));
	ck_assert_str_eq(ini_find(&ini->sections[0], "x")->value, "3");
	ck_assert_ptr_null(ini_find(&ini->sections[0], "y"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ini");
	TCase *tc = tcase_create("ini");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_loop_test(tc, syntax, 0, ARRAY_SIZE(texts));
	tcase_add_loop_test(tc, refused, 0, ARRAY_SIZE(faults));
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, files);
	tcase_add_test(tc, find);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
