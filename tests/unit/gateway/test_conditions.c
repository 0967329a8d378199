#include "gateway/conditions.h"

#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

#define ETAG     "d41d8cd98f00b204e9800998ecf8427e"
#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"
#define EARLIER  "Sun, 06 Nov 1994 08:49:36 GMT"
#define LATER    "Sun, 06 Nov 1994 08:49:38 GMT"

#define NOW 784111778

/* 784111777 is RFC 9110's example of a date; what comes behind the second HTTP cannot say. */
static const struct validators present = { true, { ETAG, sizeof(ETAG) - 1 }, 784111777999999 };
static const struct validators missing = { 0 };

enum state {
	ABSENT,
	TRUE,
	FALSE,
	STATES
};

static void
add(struct fields *headers, const char *name, const char *value)
{
	if (value != NULL)
		fields_add(mem, headers, slice_from(name), slice_from(value));
}

/* RFC 9110 section 13.2.2, written out: If-Modified-Since absent, true, false in each group of three; If-None-Match
 * absent, true, false in the groups of a line; If-Unmodified-Since in the lines; If-Match in the blocks. */
static const char *const to_readers[STATES][STATES] = {
	{ "HHN HHH NNN", "HHN HHH NNN", "FFF FFF FFF" },
	{ "HHN HHH NNN", "HHN HHH NNN", "HHN HHH NNN" },
	{ "FFF FFF FFF", "FFF FFF FFF", "FFF FFF FFF" },
};
static const char *const to_writers[STATES][STATES] = {
	{ "HHH HHH FFF", "HHH HHH FFF", "FFF FFF FFF" },
	{ "HHH HHH FFF", "HHH HHH FFF", "HHH HHH FFF" },
	{ "FFF FFF FFF", "FFF FFF FFF", "FFF FFF FFF" },
};

static void
decide_state(const enum state state[4], bool reads)
{
	static const char *const match[] = { NULL, "\"" ETAG "\"", "\"other\"" };
	static const char *const unmodified[] = { NULL, MODIFIED, EARLIER };
	static const char *const none_match[] = { NULL, "\"other\"", "\"" ETAG "\"" };
	static const char *const modified[] = { NULL, EARLIER, MODIFIED };
	static const char letters[] = {
		[CONDITIONS_HOLD] = 'H', [CONDITIONS_NOT_MODIFIED] = 'N', [CONDITIONS_FAILED] = 'F'
	};
	char expected = (reads ? to_readers : to_writers)[state[0]][state[1]][state[2] * 4 + state[3]];
	struct conditions conditions;
	struct fields headers = { 0 };
	const char *failed;
	char got;

	add(&headers, "If-Match", match[state[0]]);
	add(&headers, "If-Unmodified-Since", unmodified[state[1]]);
	add(&headers, "If-None-Match", none_match[state[2]]);
	add(&headers, "If-Modified-Since", modified[state[3]]);
	conditions_read(mem, &headers, "", NOW, &conditions);
	ck_assert_int_eq(conditions_present(&conditions), headers.count > 0);
	got = letters[conditions_decide(&conditions, &present, reads, &failed)];
	ck_assert_msg(got == expected,
	    "If-Match %d, If-Unmodified-Since %d, If-None-Match %d, If-Modified-Since %d, "
	    "reads %d: %c instead of %c",
	    state[0], state[1], state[2], state[3], reads, got, expected);
	ck_assert_msg((failed == NULL) == (got == 'H'), "%s", failed);
}

START_TEST(precedence)
{
	const enum state state[4] = { (enum state)(_i / 27), (enum state)(_i / 9 % 3), (enum state)(_i / 3 % 3),
		(enum state)(_i % 3) };

	decide_state(state, true);
	decide_state(state, false);
}
END_TEST

static const struct {
	const char *name, *header, *value;
	const struct validators *about;
	bool reads;
	enum condition_verdict verdict;
} vectors[] = {
	{ "star, present", "If-Match", "*", &present, false, CONDITIONS_HOLD },
	{ "star, missing", "If-Match", "*", &missing, false, CONDITIONS_FAILED },
	{ "tag, missing", "If-Match", "\"" ETAG "\"", &missing, false, CONDITIONS_FAILED },
	{ "without quotes", "If-Match", ETAG, &present, true, CONDITIONS_HOLD },
	{ "in a list", "If-Match", "\"a\", \"" ETAG "\"", &present, true, CONDITIONS_HOLD },
	{ "in a list without blanks", "If-Match", "\"a\",\"" ETAG "\",\"b\"", &present, true, CONDITIONS_HOLD },
	{ "empty members", "If-Match", ", ,\"" ETAG "\",", &present, true, CONDITIONS_HOLD },
	{ "a comma within quotes", "If-Match", "\"a,\", \"," ETAG "\"", &present, true, CONDITIONS_FAILED },
	{ "behind a comma within quotes", "If-Match", "\"a,b\", \"" ETAG "\"", &present, true, CONDITIONS_HOLD },
	{ "weak, for If-Match", "If-Match", "W/\"" ETAG "\"", &present, true, CONDITIONS_FAILED },
	{ "weak, for If-None-Match", "If-None-Match", "W/\"" ETAG "\"", &present, true, CONDITIONS_NOT_MODIFIED },
	{ "w in lower case is no weak tag", "If-None-Match", "w/\"" ETAG "\"", &present, true, CONDITIONS_HOLD },
	{ "upper case is another tag", "If-Match", "\"D41D8CD98F00B204E9800998ECF8427E\"", &present, true,
	    CONDITIONS_FAILED },
	{ "half of the quotes", "If-Match", "\"" ETAG, &present, true, CONDITIONS_FAILED },
	{ "empty tag", "If-Match", "\"\"", &present, true, CONDITIONS_FAILED },
	{ "empty", "If-Match", "", &present, true, CONDITIONS_FAILED },
	{ "empty", "If-None-Match", "", &present, true, CONDITIONS_HOLD },
	{ "star, present", "If-None-Match", "*", &present, false, CONDITIONS_FAILED },
	{ "star, missing", "If-None-Match", "*", &missing, false, CONDITIONS_HOLD },
	{ "star, to readers", "If-None-Match", "*", &present, true, CONDITIONS_NOT_MODIFIED },
	{ "a quoted star is a tag", "If-None-Match", "\"*\"", &present, false, CONDITIONS_HOLD },
	{ "the same second", "If-Modified-Since", MODIFIED, &present, true, CONDITIONS_NOT_MODIFIED },
	{ "a second later", "If-Modified-Since", LATER, &present, true, CONDITIONS_NOT_MODIFIED },
	{ "a second earlier", "If-Modified-Since", EARLIER, &present, true, CONDITIONS_HOLD },
	{ "yet to come", "If-Modified-Since", "Sun, 06 Nov 1994 08:49:39 GMT", &present, true, CONDITIONS_HOLD },
	{ "yet to come", "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:39 GMT", &present, true, CONDITIONS_HOLD },
	{ "RFC 850", "If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT", &present, true,
	    CONDITIONS_NOT_MODIFIED },
	{ "asctime", "If-Modified-Since", "Sun Nov  6 08:49:37 1994", &present, true, CONDITIONS_NOT_MODIFIED },
	{ "no date", "If-Modified-Since", "yesterday", &present, true, CONDITIONS_HOLD },
	{ "ISO 8601 is no date here", "If-Modified-Since", "1994-11-06T08:49:37Z", &present, true,
	    CONDITIONS_HOLD },
	{ "to writers", "If-Modified-Since", LATER, &present, false, CONDITIONS_HOLD },
	{ "the same second", "If-Unmodified-Since", MODIFIED, &present, false, CONDITIONS_HOLD },
	{ "a second earlier", "If-Unmodified-Since", EARLIER, &present, false, CONDITIONS_FAILED },
	{ "no date", "If-Unmodified-Since", "0", &present, true, CONDITIONS_HOLD },
	{ "missing", "If-Unmodified-Since", EARLIER, &missing, false, CONDITIONS_HOLD },
	{ "case of names", "iF-mATCH", "\"other\"", &present, true, CONDITIONS_FAILED },
};

START_TEST(decide)
{
	struct conditions conditions;
	struct fields headers = { 0 };
	enum condition_verdict verdict;

	add(&headers, vectors[_i].header, vectors[_i].value);
	conditions_read(mem, &headers, "", NOW, &conditions);
	verdict = conditions_decide(&conditions, vectors[_i].about, vectors[_i].reads, NULL);
	ck_assert_msg(
	    verdict == vectors[_i].verdict, "%s: %s: verdict %d", vectors[_i].header, vectors[_i].name, verdict);
}
END_TEST

START_TEST(lines_of_a_list_are_joined)
{
	struct conditions conditions;
	struct fields headers = { 0 };

	add(&headers, "If-Match", "\"a\"");
	add(&headers, "Range", "bytes=0-");
	add(&headers, "if-match", "\"" ETAG "\"");
	conditions_read(mem, &headers, "", NOW, &conditions);
	ck_assert_int_eq(conditions_decide(&conditions, &present, true, NULL), CONDITIONS_HOLD);
}
END_TEST

START_TEST(a_prefix_keeps_them_apart)
{
	struct conditions plain, source;
	struct fields headers = { 0 };

	add(&headers, "If-Match", "\"" ETAG "\"");
	add(&headers, "X-Amz-Copy-Source-If-None-Match", "\"" ETAG "\"");
	conditions_read(mem, &headers, "", NOW, &plain);
	conditions_read(mem, &headers, "x-amz-copy-source-", NOW, &source);
	ck_assert(plain.has_if_match && !plain.has_if_none_match);
	ck_assert(!source.has_if_match && source.has_if_none_match);
}
END_TEST

static const struct {
	const char *list;
	bool valid;
} lists[] = {
	{ "*", true },
	{ "\"a\"", true },
	{ "W/\"a\"", true },
	{ "a", true },
	{ "\"a\", \"b\"", true },
	{ "\"\"", true },
	{ ",\"a\",", true },
	{ "", false },
	{ ",", false },
	{ "\"a", false },
	{ "a\"", false },
	{ "\"a\"b\"", false },
	{ "\"a\" \"b\"", false },
	{ "W/", false },
};

START_TEST(valid_lists)
{
	ck_assert_msg(entity_tags_valid(slice_from(lists[_i].list)) == lists[_i].valid, "'%s'", lists[_i].list);
}
END_TEST

static const struct {
	const char *value;
	bool holds;
} if_ranges[] = {
	{ "", true },
	{ "\"" ETAG "\"", true },
	{ ETAG, true },
	{ "\"other\"", false },
	{ "W/\"" ETAG "\"", false },
	{ "*", false },
	{ MODIFIED, true },
	{ EARLIER, false },
	{ LATER, false },
	{ "nonsense", false },
	{ "\"" ETAG "\", \"other\"", false },
};

START_TEST(if_range)
{
	ck_assert_msg(if_range_holds(slice_from(if_ranges[_i].value), &present) == if_ranges[_i].holds, "'%s'",
	    if_ranges[_i].value);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("conditions");
	TCase *tc = tcase_create("conditions");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_loop_test(tc, precedence, 0, 81);
	tcase_add_loop_test(tc, decide, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, lines_of_a_list_are_joined);
	tcase_add_test(tc, a_prefix_keeps_them_apart);
	tcase_add_loop_test(tc, valid_lists, 0, ARRAY_SIZE(lists));
	tcase_add_loop_test(tc, if_range, 0, ARRAY_SIZE(if_ranges));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
