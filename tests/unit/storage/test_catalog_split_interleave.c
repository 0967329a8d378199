/* Splitting, with each other operation at each of its engine calls, and the other way round. */
#include "tests/unit/storage/players.h"

#include "tests/unit/storage/catalog_upload_operations.h"
#include "tests/unit/storage/split_scratch.h"
#include "tests/unit/suite.h"

/* What is there before: one key below the one that everything is about, which is to move. */

static void
add_neighbour(void)
{
	ck_assert_store(put_object(bucket, "a", "a", SLICE("a"), NULL, NULL, NULL), STORE_OK);
}

static void
versions_to_split(void)
{
	with_versions();
	add_neighbour();
}

static void
upload_to_split(void)
{
	with_upload_and_versions();
	add_neighbour();
}

static void
completed_to_split(void)
{
	with_completed();
	add_neighbour();
}

/* In two shards already, and without a key. */
static void
emptied(void)
{
	with_small();
	add_neighbour();
	put("second", large(3));
	put_in_parts(bucket, "key");
	(void)sweep();
	reread_bucket();
	ck_assert_uint_eq(shard_count(&bucket->shards), 2);
	delete_object(bucket, "a", "null");
	delete_object(bucket, "key", "null");
	upload = begin_upload(bucket, "key");
	first = second = third = "null";
}

/* Two shards, and the bucket as it was read before. */
static void
read_before(void)
{
	struct bucket *before;

	versions_to_split();
	before = bucket;
	(void)sweep();
	reread_bucket();
	ck_assert_uint_eq(shard_count(&bucket->shards), 2);
	bucket = before;
}

static const struct state split_states[] = {
	{ "versions", versions_to_split },
	{ "an upload over versions", upload_to_split },
	{ "an upload over a completed one", completed_to_split },
	{ "two shards that are empty", emptied },
	{ "two shards, read before", read_before },
};

static const struct operation split = { "split", sweep, false };

START_TEST(whole)
{
	const struct state *state = &split_states[_i];

	for (size_t o = 0; o < ARRAY_SIZE(operations); o++) {
		try_pair(state, &split, &operations[o], false);
		try_pair(state, &operations[o], &split, false);
	}
}
END_TEST

START_TEST(whole_on_uploads)
{
	const struct state *state = &split_states[1 + _i];

	for (size_t o = 0; o < ARRAY_SIZE(upload_operations); o++) {
		try_pair(state, &split, &upload_operations[o], false);
		try_pair(state, &upload_operations[o], &split, false);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog split interleave");
	TCase *tc = tcase_create("pairs");

	log_set_level(LOG_LEVEL_WARN);
	split_early();
	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, players_set_up, players_tear_down);
	tcase_add_loop_test(tc, whole, 0, ARRAY_SIZE(split_states));
	tcase_add_loop_test(tc, whole_on_uploads, 0, 3);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
