/* Sets of names. */
#include "storage/name_set.h"
#include "tests/unit/suite.h"

#define NAMES 1000

static struct slice
name_of(TALLOC_CTX *mem, int number)
{
	return slice_from(talloc_asprintf(mem, "name %d", number));
}

START_TEST(holds_what_was_added)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct name_set *set = name_set_new(mem, NAMES);

	for (int i = 0; i < NAMES; i++) {
		ck_assert(!name_set_has(set, name_of(mem, i)));
		name_set_add(set, name_of(mem, i));
		name_set_add(set, name_of(mem, i / 2));
	}
	for (int i = 0; i < 2 * NAMES; i++)
		ck_assert_int_eq(name_set_has(set, name_of(mem, i)), i < NAMES);
	talloc_free(mem);
}
END_TEST

START_TEST(bytes_count_and_lengths)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct name_set *set = name_set_new(mem, 1);

	ck_assert(!name_set_has(set, SLICE("")));
	name_set_add(set, slice_make("a\0b", 3));
	ck_assert(name_set_has(set, slice_make("a\0b", 3)));
	ck_assert(!name_set_has(set, slice_make("a\0c", 3)));
	ck_assert(!name_set_has(set, slice_make("a\0b", 2)));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("name set");
	TCase *tc = tcase_create("name set");

	tcase_add_test(tc, holds_what_was_added);
	tcase_add_test(tc, bytes_count_and_lengths);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
