/* Patterns with "*" and "?": a table, all small ones against the plain definition, and such as are made to cost. */
#include "auth/wildcard.h"

#include "tests/unit/suite.h"

static bool
matches(struct slice written, struct slice text)
{
	struct wildcard *pattern = wildcard_from(NULL, written);
	bool result = wildcard_matches(pattern, text);

	talloc_free(pattern);
	return result;
}

static const struct {
	struct slice pattern;
	struct slice text;
	bool matches;
} vectors[] = {
	{ SLICE(""), SLICE(""), true },
	{ SLICE(""), SLICE("a"), false },
	{ SLICE("*"), SLICE(""), true },
	{ SLICE("*"), SLICE("a/b\0c\n"), true },
	{ SLICE("**"), SLICE("a"), true },
	{ SLICE("?"), SLICE(""), false },
	{ SLICE("?"), SLICE("a"), true },
	{ SLICE("?"), SLICE("ab"), false },
	{ SLICE("??*"), SLICE("a"), false },
	{ SLICE("*??"), SLICE("ab"), true },
	{ SLICE("a*"), SLICE("a"), true },
	{ SLICE("a*"), SLICE("b"), false },
	{ SLICE("*a"), SLICE("aaab"), false },
	{ SLICE("*a"), SLICE("baaa"), true },
	{ SLICE("a*b*c"), SLICE("a-b-b-c-c"), true },
	{ SLICE("a*b*c"), SLICE("a-c-b"), false },
	{ SLICE("*ab*ab*"), SLICE("xabxa"), false },
	{ SLICE("*ab*ab*"), SLICE("abab"), true },
	{ SLICE("*aba"), SLICE("ababa"), true },
	{ SLICE("bucket/*"), SLICE("bucket/a/b/c"), true },
	{ SLICE("bucket/*"), SLICE("bucket"), false },
	{ SLICE("bucket/*.jpg"), SLICE("bucket/a.jpg/b.jpg"), true },
	{ SLICE("bucket/*.jpg"), SLICE("bucket/.jpg"), true },
	{ SLICE("a"), SLICE("A"), false },
	{ SLICE("a\0b"), SLICE("a\0b"), true },
	{ SLICE("a\0b"), SLICE("a\0c"), false },
	{ SLICE("a"), SLICE("a\0"), false },

	/* "?" is a character, or a byte that belongs to none. */
	{ SLICE("?"), SLICE("\xc3\xa9"), true },
	{ SLICE("??"), SLICE("\xc3\xa9"), false },
	{ SLICE("a?c"),
	    SLICE("a\xf0\x9f\x98\x80"
		  "c"),
	    true },
	{ SLICE("a?"),
	    SLICE("a\xf0\x9f\x98\x80"
		  "c"),
	    false },
	{ SLICE("?\xc3\xa9"), SLICE("\xc3\xa9\xc3\xa9"), true },
	{ SLICE("*\xc3\xa9?"), SLICE("\xc3\xa9\xc3\xa9\xc3\xaa"), true },
	{ SLICE("?"), SLICE("\xff"), true },
	{ SLICE("??"), SLICE("\xc3\xc3"), true },
	{ SLICE("?"), SLICE("\xa9"), true },
	{ SLICE("*"), SLICE("\xff\xfe"), true },
};

START_TEST(table)
{
	bool result = matches(vectors[_i].pattern, vectors[_i].text);

	ck_assert_msg(result == vectors[_i].matches, "%.*s, %.*s", SLICE_ARG(vectors[_i].pattern),
	    SLICE_ARG(vectors[_i].text));
}
END_TEST

/* The definition, which takes its time. */
static bool
defined(const char *pattern, const char *text)
{
	if (*pattern == '\0')
		return *text == '\0';
	if (*pattern == '*')
		return defined(pattern + 1, text) || (*text != '\0' && defined(pattern, text + 1));
	return *text != '\0' && (*pattern == '?' || *pattern == *text) && defined(pattern + 1, text + 1);
}

/* The number written with these digits, the last first; its length is as many as it takes. */
static struct slice
write_digits(unsigned number, const char *digits, char out[8])
{
	size_t base = strlen(digits), length = 0;

	for (; number > 0; number = (unsigned)((number - 1) / base))
		out[length++] = digits[(number - 1) % base];
	out[length] = '\0';
	return slice_make(out, length);
}

START_TEST(all_small_ones)
{
	char pattern[8], text[8];

	for (unsigned p = 0; p < 1365; p++) { /* up to five of four */
		struct slice written = write_digits(p, "ab*?", pattern);

		for (unsigned t = 0; t < 127; t++) { /* up to six of two */
			struct slice bytes = write_digits(t, "ab", text);

			ck_assert_msg(matches(written, bytes) == defined(pattern, text), "%s, %s", pattern, text);
		}
	}
}
END_TEST

/* Parts of a pattern that lie beyond the first word of bits. */
START_TEST(longer_than_a_word)
{
	TALLOC_CTX *mem = talloc_new(NULL);

	for (size_t length = 60; length < 200; length++) {
		char *text = talloc_array(mem, char, length), *pattern = talloc_array(mem, char, length);

		for (size_t i = 0; i < length; i++)
			text[i] = (char)('a' + i % 26);
		for (size_t at = 0; at < length; at++) {
			memcpy(pattern, text, length);
			pattern[at] = '?';
			pattern[length - 1 - at] = '*';
			ck_assert(matches(slice_make(pattern, length), slice_make(text, length)));
			pattern[length / 2] = '#';
			ck_assert(!matches(slice_make(pattern, length), slice_make(text, length)));
		}
	}
	talloc_free(mem);
}
END_TEST

/* Patterns and texts that make matchers try again and again: one that does is not done before it is cut off. */
START_TEST(attacks)
{
	static const char *const units[] = { "a*", "*a", "?*", "*?", "*a?", "a?a*", "*aaaaaaaaaaaaaaaaaaaaaaab" };
	enum {
		PATTERN = 8192,
		TEXT = 32768
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *unit = units[_i];
	char *pattern = talloc_array(mem, char, PATTERN), *text = talloc_array(mem, char, TEXT);
	struct slice written = slice_make(pattern, PATTERN), bytes = slice_make(text, TEXT);
	struct wildcard *compiled;

	for (size_t i = 0; i < PATTERN; i++)
		pattern[i] = unit[i % strlen(unit)];
	pattern[PATTERN - 1] = 'b';
	memset(text, 'a', TEXT);
	compiled = wildcard_from(mem, written);
	ck_assert(!wildcard_matches(compiled, bytes));
	ck_assert(wildcard_cost(compiled, bytes) < (size_t)100 * TEXT * PATTERN / 64);
	talloc_free(mem);
}
END_TEST

START_TEST(built)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct wildcard *pattern = wildcard_new(mem, 4);

	wildcard_add_bytes(pattern, SLICE("*"));
	ck_assert(wildcard_matches(pattern, SLICE("*")));
	ck_assert(!wildcard_matches(pattern, SLICE("a")));
	wildcard_add_run(pattern);
	wildcard_add_bytes(pattern, SLICE("?"));
	ck_assert(wildcard_matches(pattern, SLICE("*abc?")));
	ck_assert(!wildcard_matches(pattern, SLICE("*abcd")));
	wildcard_add_one(pattern);
	wildcard_add_bytes(pattern, SLICE("\xff"));
	ck_assert(wildcard_matches(pattern, SLICE("*?a\xff")));
	ck_assert(!wildcard_matches(pattern, SLICE("*?\xff")));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wildcard");
	TCase *tc = tcase_create("wildcard");

	tcase_add_loop_test(tc, table, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, all_small_ones);
	tcase_add_test(tc, longer_than_a_word);
	tcase_add_loop_test(tc, attacks, 0, 7);
	tcase_add_test(tc, built);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
