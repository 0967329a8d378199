/* Small objects in memory: what is kept, what goes first, and who holds what. */
#include "storage/contents.h"

#include <pthread.h>

#include "tests/unit/suite.h"

#define ROOM 1000

struct id {
	unsigned char bytes[CONTENT_ID_BYTES];
};

static struct contents *contents;

static void
open_contents(void)
{
	contents = contents_new(ROOM);
}

static void
close_contents(void)
{
	contents_free(contents);
}

static struct id
make_id(unsigned number)
{
	struct id id = { { 0 } };

	memcpy(id.bytes + CONTENT_ID_BYTES / 2, &number, sizeof(number));
	return id;
}

/* Of each number other bytes. */
static char *
make_bytes(unsigned number, size_t length)
{
	char *bytes = talloc_size(NULL, length);

	memset(bytes, (int)number, length);
	return bytes;
}

static void
add(unsigned number, size_t length)
{
	kept_content_release(contents_add(contents, make_id(number).bytes, make_bytes(number, length), length));
}

static bool
has(unsigned number, size_t length)
{
	struct kept_content *kept = contents_find(contents, make_id(number).bytes);
	char *wanted = make_bytes(number, length);
	bool equal = kept && slice_equal(kept_content_bytes(kept), slice_make(wanted, length));

	if (kept)
		kept_content_release(kept);
	talloc_free(wanted);
	return equal;
}

START_TEST(keeps)
{
	ck_assert_ptr_null(contents_find(contents, make_id(1).bytes));
	add(1, 300);
	add(2, 300);
	ck_assert(has(1, 300));
	ck_assert(has(2, 300));
	ck_assert_ptr_null(contents_find(contents, make_id(3).bytes));
}
END_TEST

START_TEST(what_was_not_asked_for_goes)
{
	add(1, 400);
	add(2, 400);
	ck_assert(has(1, 400));
	add(3, 400);
	ck_assert(has(1, 400));
	ck_assert_ptr_null(contents_find(contents, make_id(2).bytes));
	ck_assert(has(3, 400));
	add(4, ROOM);
	ck_assert(has(4, ROOM));
	ck_assert_ptr_null(contents_find(contents, make_id(1).bytes));
	ck_assert_ptr_null(contents_find(contents, make_id(3).bytes));
}
END_TEST

START_TEST(no_room)
{
	struct kept_content *kept = contents_add(contents, make_id(1).bytes, make_bytes(1, ROOM + 1), ROOM + 1);

	ck_assert_uint_eq(kept_content_bytes(kept).length, ROOM + 1);
	kept_content_release(kept);
	ck_assert_ptr_null(contents_find(contents, make_id(1).bytes));
}
END_TEST

/* Two that read the same at once both add it; and one that is held outlives its place. */
START_TEST(held)
{
	struct kept_content *first = contents_add(contents, make_id(1).bytes, make_bytes(1, 300), 300);
	struct kept_content *second = contents_add(contents, make_id(1).bytes, make_bytes(1, 300), 300);

	ck_assert_ptr_ne(first, second);
	kept_content_release(second);
	add(2, ROOM);
	ck_assert(!has(1, 300));
	ck_assert_int_eq(kept_content_bytes(first).data[299], 1);
	kept_content_release(first);
}
END_TEST

static bool
wants(unsigned number, size_t length)
{
	return contents_wants(contents, make_id(number).bytes, length);
}

START_TEST(wanted_the_second_time)
{
	ck_assert(!wants(1, 300));
	ck_assert(!wants(2, 300));
	ck_assert(wants(1, 300));
	ck_assert(wants(1, 300));
}
END_TEST

/* Many that are read one after another, over and over, would push each other out before they are asked for again. */
START_TEST(not_wanted_where_too_much_is_read_meanwhile)
{
	for (unsigned round = 0; round < 3; round++)
		for (unsigned number = 1; number <= 5; number++)
			ck_assert(!wants(number, 300));
	for (unsigned number = 1; number <= 3; number++)
		wants(number, ROOM / 3);
	ck_assert(wants(1, ROOM / 3));
}
END_TEST

/* Many threads that read and add: never other bytes than the ID's. */

#define THREADS 4
#define ROUNDS  20000
#define IDS     20

static void *
use(void *context)
{
	uint64_t random = (uint64_t)(uintptr_t)context;

	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned number;
		struct kept_content *kept;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		number = (unsigned)(random >> 33) % IDS;
		kept = contents_find(contents, make_id(number).bytes);
		if (!kept)
			kept = contents_add(contents, make_id(number).bytes, make_bytes(number, 100), 100);
		if (kept_content_bytes(kept).length != 100 || kept_content_bytes(kept).data[99] != (char)number)
			abort();
		kept_content_release(kept);
	}
	return NULL;
}

START_TEST(threads)
{
	pthread_t all[THREADS];

	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&all[i], NULL, use, (void *)(i + 1)), 0);
	for (unsigned i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(all[i], NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("contents");
	TCase *tc = tcase_create("contents");

	tcase_add_checked_fixture(tc, open_contents, close_contents);
	tcase_add_test(tc, keeps);
	tcase_add_test(tc, what_was_not_asked_for_goes);
	tcase_add_test(tc, no_room);
	tcase_add_test(tc, held);
	tcase_add_test(tc, wanted_the_second_time);
	tcase_add_test(tc, not_wanted_where_too_much_is_read_meanwhile);
	tcase_add_test(tc, threads);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
