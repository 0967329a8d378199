#include "common/slice.h"

#include "common/fields.h"
#include "tests/unit/suite.h"

static int
sign(int number)
{
	return (number > 0) - (number < 0);
}

static const struct {
	const char *name;
	struct slice a, b;
	int order;
	bool equal_nocase;
} comparisons[] = {
	{ "both empty", { NULL, 0 }, { "", 0 }, 0, true },
	{ "empty first", { NULL, 0 }, { "a", 1 }, -1, false },
	{ "equal", { "abc", 3 }, { "abc", 3 }, 0, true },
	{ "prefix first", { "ab", 2 }, { "abc", 3 }, -1, false },
	{ "bytes are unsigned", { "\x80", 1 }, { "a", 1 }, 1, false },
	{ "NUL counts", { "a\0b", 3 }, { "a\0c", 3 }, -1, false },
	{ "NUL is longer than nothing", { "a\0", 2 }, { "a", 1 }, 1, false },
	{ "case", { "Content-Length", 14 }, { "content-lENGTH", 14 }, -1, true },
	{ "neighbours of the letters", { "@[`{", 4 }, { "`{@[", 4 }, -1, false },
	{ "letters beyond ASCII have no case", { "\xc3\x84", 2 }, { "\xc3\xa4", 2 }, -1, false },
};

START_TEST(compare)
{
	struct slice a = comparisons[_i].a, b = comparisons[_i].b;
	const char *name = comparisons[_i].name;

	ck_assert_msg(sign(slice_compare(a, b)) == comparisons[_i].order, "%s", name);
	ck_assert_msg(sign(slice_compare(b, a)) == -comparisons[_i].order, "%s, turned round", name);
	ck_assert_msg(slice_equal(a, b) == (comparisons[_i].order == 0), "%s", name);
	ck_assert_msg(slice_equal_nocase(a, b) == comparisons[_i].equal_nocase, "%s", name);
}
END_TEST

static const struct {
	const char *name;
	struct slice text, needle;
	bool found;
	size_t position;
} searches[] = {
	{ "empty in empty", { NULL, 0 }, { NULL, 0 }, true, 0 },
	{ "empty in some", { "abc", 3 }, { "", 0 }, true, 0 },
	{ "some in empty", { NULL, 0 }, { "a", 1 }, false, 0 },
	{ "the first of two", { "xabab", 5 }, { "ab", 2 }, true, 1 },
	{ "the end", { "xyz", 3 }, { "z", 1 }, true, 2 },
	{ "longer than the text", { "ab", 2 }, { "abc", 3 }, false, 0 },
	{ "not beyond the slice", { "abc", 2 }, { "bc", 2 }, false, 0 },
	{ "behind a NUL", { "a\0b", 3 }, { "b", 1 }, true, 2 },
};

START_TEST(find)
{
	size_t position = 99;
	bool found = slice_find(searches[_i].text, searches[_i].needle, &position);

	ck_assert_msg(found == searches[_i].found, "%s", searches[_i].name);
	ck_assert_msg(position == searches[_i].position, "%s: at %zu", searches[_i].name, position);
}
END_TEST

static const struct {
	struct slice text, trimmed;
} trims[] = {
	{ { "", 0 }, { "", 0 } },
	{ { " \t ", 3 }, { "", 0 } },
	{ { " a b\t", 5 }, { "a b", 3 } },
	{ { "\na\r", 3 }, { "\na\r", 3 } },
	{ { "a\0 ", 3 }, { "a\0", 2 } },
};

START_TEST(trim)
{
	ck_assert(slice_equal(slice_trim(trims[_i].text), trims[_i].trimmed));
}
END_TEST

START_TEST(bytes_of_a_set)
{
	ck_assert(slice_equal(slice_trim_of(SLICE("-+a+b-"), "+-"), SLICE("a+b")));
	ck_assert(slice_equal(slice_trim_of(SLICE("\0-a\0"), "-"), SLICE("\0-a\0")));
	ck_assert_uint_eq(slice_trim_of(SLICE("+++"), "+").length, 0);
	ck_assert_uint_eq(slice_length_before(SLICE("name: a=b"), "=:"), 4);
	ck_assert_uint_eq(slice_length_before(SLICE("a\0b"), "=:"), 3);
	ck_assert_uint_eq(slice_length_before(slice_make(NULL, 0), "=:"), 0);
}
END_TEST

static const struct {
	struct slice list;
	size_t count;
	const char *members[4];
} lists[] = {
	{ { NULL, 0 }, 0, { NULL } },
	{ { "", 0 }, 0, { NULL } },
	{ { "a", 1 }, 1, { "a" } },
	{ { "a,,b", 4 }, 3, { "a", "", "b" } },
	{ { ",a", 2 }, 2, { "", "a" } },
	{ { "a,", 2 }, 1, { "a" } },
	{ { ",", 1 }, 1, { "" } },
};

START_TEST(next)
{
	struct slice rest = lists[_i].list, member;
	size_t count = 0;

	while (slice_next(&rest, ',', &member)) {
		ck_assert_msg(count < lists[_i].count, "list %d: too many members", _i);
		ck_assert_msg(
		    slice_equal(member, slice_from(lists[_i].members[count])), "list %d, member %zu", _i, count);
		count++;
	}
	ck_assert_msg(count == lists[_i].count, "list %d: %zu members", _i, count);
	ck_assert_uint_eq(rest.length, 0);
}
END_TEST

static const struct {
	const char *text;
	uint64_t max;
	bool good;
	uint64_t number;
} numbers[] = {
	{ "0", 0, true, 0 },
	{ "000", 10, true, 0 },
	{ "10000", 10000, true, 10000 },
	{ "10001", 10000, false, 0 },
	{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
	{ "18446744073709551616", UINT64_MAX, false, 0 },
	{ "99999999999999999999999999", UINT64_MAX, false, 0 },
	{ "", 10, false, 0 },
	{ "-1", 10, false, 0 },
	{ "+1", 10, false, 0 },
	{ " 1", 10, false, 0 },
	{ "1 ", 10, false, 0 },
	{ "1a", 10, false, 0 },
	{ "0x1", 10, false, 0 },
	{ "1/", 100, false, 0 },
	{ "1:", 100, false, 0 },
};

START_TEST(to_number)
{
	uint64_t number = 99;
	bool good = slice_to_number(slice_from(numbers[_i].text), numbers[_i].max, &number);

	ck_assert_msg(good == numbers[_i].good, "\"%s\"", numbers[_i].text);
	ck_assert_msg(number == numbers[_i].number, "\"%s\": %llu", numbers[_i].text, (unsigned long long)number);
}
END_TEST

START_TEST(parts)
{
	struct slice s = SLICE("abc");

	ck_assert(slice_equal(slice_skip(s, 1), SLICE("bc")));
	ck_assert_uint_eq(slice_skip(s, 3).length, 0);
	ck_assert_uint_eq(slice_skip(s, 4).length, 0);
	ck_assert(slice_equal(slice_head(s, 2), SLICE("ab")));
	ck_assert(slice_equal(slice_head(s, 9), s));
	ck_assert(slice_starts_with(s, SLICE("ab")));
	ck_assert(slice_starts_with(s, SLICE("")));
	ck_assert(!slice_starts_with(s, SLICE("abcd")));
	ck_assert(!slice_starts_with(s, SLICE("b")));
	ck_assert_uint_eq(slice_from(NULL).length, 0);
}
END_TEST

START_TEST(dup)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char *copy = slice_dup(mem, slice_make("a\0b", 3));

	ck_assert_mem_eq(copy, "a\0b\0", 4);
	ck_assert_str_eq(slice_dup(mem, slice_make(NULL, 0)), "");
	ck_assert_ptr_eq(talloc_parent(copy), mem);
	talloc_free(mem);
}
END_TEST

START_TEST(names)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct fields fields = { 0 };

	ck_assert_ptr_null(fields_find(&fields, "a"));
	for (int i = 0; i < 100; i++)
		fields_add(mem, &fields, slice_from(talloc_asprintf(mem, "name-%d", i)), SLICE("value"));
	fields_add(mem, &fields, SLICE("Name-7"), SLICE("second"));

	ck_assert_uint_eq(fields.count, 101);
	ck_assert(slice_equal(fields.items[42].name, SLICE("name-42")));
	ck_assert_ptr_eq(fields_find(&fields, "name-99"), &fields.items[99]);
	ck_assert_ptr_eq(fields_find(&fields, "Name-7"), &fields.items[100]);
	ck_assert_ptr_null(fields_find(&fields, "NAME-7"));
	ck_assert_ptr_eq(fields_find_nocase(&fields, "NAME-7"), &fields.items[7]);
	ck_assert_ptr_null(fields_find_nocase(&fields, "name-7 "));
	ck_assert_uint_eq(fields_count_nocase(&fields, "NAME-7"), 2);
	ck_assert_uint_eq(fields_count_nocase(&fields, "name"), 0);
	talloc_free(mem);
}
END_TEST

START_TEST(fields_are_copied)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char name[] = "name", value[] = "value";
	struct fields fields = { 0 };

	fields_copy(mem, &fields);
	fields_add(mem, &fields, slice_from(name), slice_from(value));
	fields_add(mem, &fields, slice_from(""), slice_make(NULL, 0));
	fields_copy(mem, &fields);
	memset(name, 'x', 4);
	memset(value, 'x', 5);
	ck_assert(slice_equal(fields.items[0].name, SLICE("name")));
	ck_assert(slice_equal(fields.items[0].value, SLICE("value")));
	ck_assert_uint_eq(fields.items[1].name.length + fields.items[1].value.length, 0);
	talloc_free(mem);
}
END_TEST

START_TEST(join)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct slice items[] = { SLICE("a"), { NULL, 0 }, SLICE("b\0") };
	struct slice joined = slice_join(mem, items, ARRAY_SIZE(items), ", ");

	ck_assert(slice_equal(joined, SLICE("a, , b\0")));
	ck_assert_int_eq(joined.data[joined.length], '\0');
	ck_assert(slice_equal(slice_join(mem, items, 1, ", "), SLICE("a")));
	ck_assert_str_eq(slice_join(mem, items, 0, ", ").data, "");
	talloc_free(mem);
}
END_TEST

START_TEST(lower)
{
	TALLOC_CTX *mem = talloc_new(NULL);

	ck_assert(slice_equal(slice_lower(mem, SLICE("AZaz@[`{09\xc3\x84")), SLICE("azaz@[`{09\xc3\x84")));
	ck_assert_uint_eq(slice_lower(mem, slice_from("")).length, 0);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("slice");
	TCase *tc = tcase_create("slice");

	tcase_add_loop_test(tc, compare, 0, ARRAY_SIZE(comparisons));
	tcase_add_loop_test(tc, find, 0, ARRAY_SIZE(searches));
	tcase_add_loop_test(tc, trim, 0, ARRAY_SIZE(trims));
	tcase_add_test(tc, bytes_of_a_set);
	tcase_add_loop_test(tc, next, 0, ARRAY_SIZE(lists));
	tcase_add_loop_test(tc, to_number, 0, ARRAY_SIZE(numbers));
	tcase_add_test(tc, parts);
	tcase_add_test(tc, dup);
	tcase_add_test(tc, names);
	tcase_add_test(tc, fields_are_copied);
	tcase_add_test(tc, join);
	tcase_add_test(tc, lower);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
