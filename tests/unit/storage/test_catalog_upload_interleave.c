/* Each two operations at once of which one is on an upload, from each of the states. */
#include "tests/unit/storage/players.h"

#include "tests/unit/storage/catalog_upload_operations.h"
#include "tests/unit/suite.h"

/* One whole within the other. */
START_TEST(whole)
{
	for (size_t s = 0; s < ARRAY_SIZE(upload_states); s++)
		for (size_t o = 0; o < ARRAY_SIZE(upload_operations); o++)
			try_pair(&upload_states[s], &upload_operations[_i], &upload_operations[o], false);
}
END_TEST

/* Both in pieces. */

static const char *const on_parts[] = { "put first part", "put third part", "complete", "complete one part",
	"abort" };
static const char *const on_bucket[] = { "complete", "put third part", "abort", "delete bucket", "sweep" };

static const struct {
	size_t state;
	const char *const *names;
	size_t count;
} in_pieces[] = {
	{ 0, on_parts, ARRAY_SIZE(on_parts) },
	{ 1, on_parts, ARRAY_SIZE(on_parts) },
	{ 0, on_bucket, ARRAY_SIZE(on_bucket) },
	{ 4, on_bucket, ARRAY_SIZE(on_bucket) },
	{ 5, on_bucket, ARRAY_SIZE(on_bucket) },
	{ 6, on_bucket, ARRAY_SIZE(on_bucket) },
};

static const struct operation *
find_operation(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(upload_operations); i++)
		if (!strcmp(upload_operations[i].name, name))
			return &upload_operations[i];
	ck_abort_msg("%s", name);
	return NULL;
}

START_TEST(pieces)
{
	const char *const *names = in_pieces[_i].names;
	size_t count = in_pieces[_i].count;

	for (size_t a = 0; a < count; a++)
		for (size_t b = 0; b < count; b++)
			try_pair(&upload_states[in_pieces[_i].state], find_operation(names[a]),
			    find_operation(names[b]), true);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog upload interleave");
	TCase *tc = tcase_create("pairs");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, players_set_up, players_tear_down);
	tcase_add_loop_test(tc, whole, 0, ARRAY_SIZE(upload_operations));
	tcase_add_loop_test(tc, pieces, 0, ARRAY_SIZE(in_pieces));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
