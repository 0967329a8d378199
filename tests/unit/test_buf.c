#include "common/buf.h"

#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

static void
assert_holds(const struct buf *b, const char *text)
{
	struct slice held = buf_slice(b);

	ck_assert_msg(slice_equal(held, slice_from(text)), "\"%.*s\" is not \"%s\"", SLICE_ARG(held), text);
	ck_assert_int_eq(held.data[held.length], '\0');
}

START_TEST(appends)
{
	struct buf *b = buf_new(mem, 100);

	assert_holds(b, "");
	buf_append(b, SLICE(""));
	buf_append(b, slice_make(NULL, 0));
	assert_holds(b, "");
	buf_append(b, SLICE("ab"));
	buf_append_string(b, "cd");
	buf_append_byte(b, 'e');
	buf_printf(b, "-%d-%s", 12, "x");
	assert_holds(b, "abcde-12-x");
	buf_append(b, slice_make("\0z", 2));
	ck_assert_mem_eq(buf_slice(b).data, "abcde-12-x\0z", 13);
	ck_assert(!buf_overflowed(b));
}
END_TEST

START_TEST(grows)
{
	struct buf *b = buf_new(mem, 1000000);

	for (unsigned i = 0; i < 100000; i++)
		buf_append_byte(b, (char)('a' + i % 26));
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(b, "%0100u", i);
	ck_assert_uint_eq(buf_slice(b).length, 200000);
	for (unsigned i = 0; i < 100000; i++)
		ck_assert_int_eq(buf_slice(b).data[i], (char)('a' + i % 26));
	ck_assert(slice_equal(slice_skip(buf_slice(b), 199996), SLICE("0999")));
	ck_assert(!buf_overflowed(b));
}
END_TEST

START_TEST(ceiling)
{
	struct buf *b = buf_new(mem, 4);

	buf_append(b, SLICE("abcd"));
	ck_assert(!buf_overflowed(b));
	buf_append(b, SLICE(""));
	ck_assert(!buf_overflowed(b));
	buf_append_byte(b, 'e');
	ck_assert(buf_overflowed(b));
	assert_holds(b, "abcd");
}
END_TEST

START_TEST(overflow_stays)
{
	struct buf *b = buf_new(mem, 4);

	buf_append(b, SLICE("abc"));
	buf_append(b, SLICE("defg"));
	ck_assert(buf_overflowed(b));
	assert_holds(b, "abcd");

	buf_reset(b);
	ck_assert(!buf_overflowed(b));
	assert_holds(b, "");
	buf_printf(b, "%d", 123456);
	ck_assert(buf_overflowed(b));
	assert_holds(b, "1234");
	buf_printf(b, "%s", "");
	buf_append(b, SLICE("x"));
	assert_holds(b, "1234");
	ck_assert(buf_overflowed(b));
}
END_TEST

START_TEST(nothing_allowed)
{
	struct buf *b = buf_new(mem, 0);

	buf_printf(b, "%s", "");
	ck_assert(!buf_overflowed(b));
	buf_append_byte(b, 'a');
	ck_assert(buf_overflowed(b));
	assert_holds(b, "");
}
END_TEST

START_TEST(memory_follows_use)
{
	struct buf *b = buf_new(mem, (size_t)1 << 40);

	buf_append(b, SLICE("small"));
	ck_assert_uint_lt(talloc_total_size(b), 1024);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_test(tc, appends);
	tcase_add_test(tc, grows);
	tcase_add_test(tc, ceiling);
	tcase_add_test(tc, overflow_stays);
	tcase_add_test(tc, nothing_allowed);
	tcase_add_test(tc, memory_follows_use);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
