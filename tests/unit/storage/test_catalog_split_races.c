/*
 * Writers, readers and splitting at once: each writer has keys of its own among those of the others, knows what must be
 * there, and looks. Meant for the thread sanitizer, too.
 */
#include "tests/unit/storage/actors.h"
#include "tests/unit/storage/split_scratch.h"
#include "tests/unit/suite.h"

static _Thread_local struct bucket *bucket;

static struct slice
large(uint64_t seed)
{
	return random_bytes_of(mem, 20000, seed);
}

#define WRITERS 3
#define KEYS    64 /* of each writer */

/* What each writer knows: which round it put a key in; 0: it is not there. */
static unsigned known[WRITERS][KEYS];

static unsigned
chance(struct actor *actor, unsigned below)
{
	actor->random = actor->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(actor->random >> 33) % below;
}

static const char *
key_of(const struct actor *actor, unsigned number)
{
	return talloc_asprintf(mem, "%02u/%u", number, actor->number);
}

static struct slice
bytes_of(unsigned round)
{
	return round % 4 ? slice_from(talloc_asprintf(mem, "round %u", round)) : large(round);
}

static void
put_one_key(struct actor *actor, unsigned number)
{
	unsigned round = actor->count + 1;

	ck_assert_store(
	    put_object(bucket, key_of(actor, number), "etag", bytes_of(round), NULL, NULL, NULL), STORE_OK);
	known[actor->number][number] = round;
}

/* Some keys at once, be they there or not. */
static void
delete_some(struct actor *actor)
{
	struct object_removal removals[8] = { 0 };
	unsigned step = 1 + 2 * chance(actor, 8), number = chance(actor, KEYS);

	for (size_t i = 0; i < ARRAY_SIZE(removals); i++) {
		number = (number + step) % KEYS;
		removals[i].key = slice_from(key_of(actor, number));
		known[actor->number][number] = 0;
	}
	catalog_objects_delete(catalog, mem, bucket, removals, ARRAY_SIZE(removals));
	for (size_t i = 0; i < ARRAY_SIZE(removals); i++)
		ck_assert_store(removals[i].err, STORE_OK);
}

static void
look_at(struct actor *actor, unsigned number)
{
	unsigned round = known[actor->number][number];

	ck_assert_msg(object_is(bucket, key_of(actor, number), "", round ? bytes_of(round) : slice_make(NULL, 0)),
	    "%s, round %u", key_of(actor, number), round);
}

/* All keys, page by page: in order, and of one's own just those that are there. */
static void
look_through(struct actor *actor)
{
	struct list_query query = { .limit = 1 + chance(actor, 100) };
	struct slice last = { NULL, 0 };
	struct list_page *page;
	unsigned number = 0;

	do {
		ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
		for (size_t i = 0; i < page->object_count; i++) {
			struct slice key = page->objects[i]->key;

			ck_assert(slice_compare(last, key) < 0);
			last = key;
			if (key.data[key.length - 1] != (char)('0' + actor->number))
				continue;
			while (number < KEYS && !known[actor->number][number])
				number++;
			ck_assert_uint_lt(number, KEYS);
			ck_assert(slice_equal(key, slice_from(key_of(actor, number++))));
		}
		query.after = page->last;
	} while (page->truncated);
	while (number < KEYS)
		ck_assert_uint_eq(known[actor->number][number++], 0);
}

static void
write_and_look(struct actor *actor)
{
	unsigned choice = chance(actor, 16);

	/* Requests read the bucket as they begin; what then happens is as if it took a while. */
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
	if (choice < 8)
		put_one_key(actor, chance(actor, KEYS));
	else if (choice < 9)
		delete_some(actor);
	else if (choice < 14)
		look_at(actor, chance(actor, KEYS));
	else
		look_through(actor);
	actor->count++;
}

START_TEST(at_once)
{
	struct actor actors[WRITERS + 2] = { 0 };

	bucket = make_bucket("bucket");
	for (unsigned i = 0; i < WRITERS; i++)
		actors[i] = (struct actor){ .act = write_and_look, .goal = 3000 };
	actors[WRITERS].act = actors[WRITERS + 1].act = sweep;
	play_all(actors, ARRAY_SIZE(actors));
	assert_clean("at once");
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
	ck_assert_uint_gt(shard_count(&bucket->shards), 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog split races");
	TCase *tc = tcase_create("races");

	log_set_level(LOG_LEVEL_WARN);
	split_early();
	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_test(tc, at_once);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
