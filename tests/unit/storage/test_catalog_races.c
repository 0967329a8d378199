/* Many threads at once, on the same keys and the same bucket. */
#include "tests/unit/storage/actors.h"
#include "tests/unit/suite.h"

#define LONG_US (INT64_C(600) * 1000 * 1000)
#define LARGE   20000

/* One winner. */

#define RIVALS 32
#define ROUNDS 12

static struct bucket *bucket;
static pthread_barrier_t barrier;
static _Atomic unsigned winners;

static bool
has_etag(void *context, const struct object *current)
{
	const char *etag = context;

	return current ? etag && strcmp(current->etag, etag) == 0 : !etag;
}

static void *
rival(void *context)
{
	unsigned number = *(unsigned *)context;

	mem = talloc_new(NULL);
	for (unsigned round = 0; round < ROUNDS; round++) {
		/* Each round takes the place of the last one; now and then with a blob. */
		char *last = round ? talloc_asprintf(mem, "round %u", round - 1) : NULL;
		char *etag = talloc_asprintf(mem, "round %u", round);
		struct slice bytes = random_bytes_of(mem, round % 4 == 3 ? LARGE : 10, number);
		enum store_err err;

		pthread_barrier_wait(&barrier);
		err = put_object(bucket, "key", etag, bytes, has_etag, last, NULL);
		ck_assert(err == STORE_OK || err == STORE_REFUSED);
		if (!err)
			winners++;
		pthread_barrier_wait(&barrier);
		ck_assert_uint_eq(winners, round + 1);
	}
	talloc_free(mem);
	return NULL;
}

START_TEST(one_winner)
{
	pthread_t threads[RIVALS];
	unsigned numbers[RIVALS];

	bucket = make_bucket("bucket");
	pthread_barrier_init(&barrier, NULL, RIVALS);
	for (unsigned i = 0; i < RIVALS; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, rival, &numbers[i]), 0);
	}
	for (unsigned i = 0; i < RIVALS; i++)
		pthread_join(threads[i], NULL);
	assert_clean("one winner");
}
END_TEST

/* Many that overwrite one key. */

#define WRITERS  48
#define EACH     100
#define ATTEMPTS 12 /* at the most that one write takes, on average; some 30 where all compete always */

static _Atomic unsigned attempts;

static bool
count_attempt(void *context, const struct object *current)
{
	(void)context;
	(void)current;
	attempts++;
	return true;
}

static void
overwrite(struct actor *actor)
{
	ck_assert_store(put_object(bucket, "key", "etag", SLICE("bytes"), count_attempt, NULL, NULL), STORE_OK);
	actor->count++;
}

/* Each attempt of theirs may lose to any of the others; who has lost often competes with a few only. */
START_TEST(none_waits_for_chance)
{
	struct actor actors[WRITERS];

	for (unsigned i = 0; i < WRITERS; i++)
		actors[i] = (struct actor){ .act = overwrite, .goal = EACH };
	bucket = make_bucket("bucket");
	attempts = 0;
	play_all(actors, WRITERS);
	ck_assert_uint_lt(attempts, WRITERS * EACH * ATTEMPTS);
	assert_clean("none waits for chance");
}
END_TEST

/* A bucket that comes and goes. */

/* What was put stays, and its bucket with it, until it is deleted by the one who put it. */
static void
write_and_look(struct actor *actor)
{
	struct slice bytes = random_bytes_of(mem, next_random(&actor->random) % 8 ? 20 : LARGE, actor->random);
	const char *key = talloc_asprintf(mem, "key of %u", actor->number);
	struct bucket *found = find_bucket(), *again;
	enum store_err err;

	if (!found)
		return;
	err = put_object(found, key, "etag", bytes, NULL, NULL, NULL);
	ck_assert_msg(err == STORE_OK || err == STORE_NOT_FOUND, "%s", store_err_name(err));
	if (err)
		return;
	actor->count++;
	for (int i = 0; i < 3; i++) {
		again = find_bucket();
		ck_assert_msg(again, "the bucket of an object is gone");
		ck_assert_mem_eq(again->id.bytes, found->id.bytes, sizeof(found->id.bytes));
		ck_assert(object_is(again, key, "", bytes));
	}
	delete_object(again, key, "");
}

static void
change(struct actor *actor)
{
	struct bucket *found = find_bucket();
	enum store_err err;

	if (!found)
		return;
	err = next_random(&actor->random) % 2 ? catalog_document_put(catalog, found, 1, SLICE("document"))
					      : catalog_bucket_set_acl(catalog, found, SLICE("acl"));
	ck_assert_msg(err == STORE_OK || err == STORE_NOT_FOUND, "%s", store_err_name(err));
	actor->count += !err;
}

START_TEST(bucket_comes_and_goes)
{
	struct actor actors[] = { { .act = write_and_look, .goal = 40 }, { .act = write_and_look, .goal = 40 },
		{ .act = write_and_look, .goal = 40 }, { .act = write_and_look, .goal = 40 },
		{ .act = delete, .goal = 10 }, { .act = delete, .goal = 10 }, { .act = create }, { .act = create },
		{ .act = change }, { .act = sweep }, { .act = verify } };

	catalog->gate_kept_us = LONG_US;
	catalog->options.garbage_grace_us = LONG_US;
	play_all(actors, ARRAY_SIZE(actors));
	catalog->gate_kept_us = 0;
	catalog->options.garbage_grace_us = 0;
	assert_clean("bucket comes and goes");
}
END_TEST

/* A key that changes. */

/* The bytes follow from the ETag, so that a mixture shows. */
static struct slice
bytes_of(const char *etag)
{
	unsigned seed = crc32c(0, slice_from(etag));

	return random_bytes_of(mem, seed % 3 ? 100 + seed % 100 : LARGE + seed % 100, seed);
}

static void
put_some(struct actor *actor)
{
	const char *etag = talloc_asprintf(mem, "%u-%u", actor->number, actor->count++);

	ck_assert_store(put_object(bucket, "key", etag, bytes_of(etag), NULL, NULL, NULL), STORE_OK);
	if (next_random(&actor->random) % 4 == 0)
		delete_object(bucket, "key", "");
}

static void
get_some(struct actor *actor)
{
	struct object *object;
	struct slice bytes;
	enum store_err err = catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object);

	if (err == STORE_NOT_FOUND)
		return;
	ck_assert_store(err, STORE_OK);
	ck_assert_store(read_object(object, &bytes), STORE_OK);
	ck_assert(slice_equal(bytes, bytes_of(object->etag)));
	actor->count++;
}

static void
list_some(struct actor *actor)
{
	const struct list_query query = { .limit = 2 };
	struct list_page *page;

	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_le(page->object_count, 1);
	if (page->object_count)
		ck_assert_uint_eq(page->objects[0]->size, bytes_of(page->objects[0]->etag).length);
	actor->count++;
}

START_TEST(key_changes)
{
	struct actor actors[] = { { .act = put_some, .goal = 100 }, { .act = put_some, .goal = 100 },
		{ .act = put_some, .goal = 100 }, { .act = put_some, .goal = 100 }, { .act = get_some },
		{ .act = get_some }, { .act = list_some }, { .act = sweep }, { .act = verify } };

	bucket = make_bucket("bucket");
	if (_i) {
		ck_assert_store(catalog_bucket_set_versioning(
				    catalog, bucket, _i == 1 ? VERSIONING_ENABLED : VERSIONING_SUSPENDED),
		    STORE_OK);
		bucket = find_bucket();
	}
	catalog->options.garbage_grace_us = LONG_US;
	play_all(actors, ARRAY_SIZE(actors));
	ck_assert_uint_gt(actors[4].count + actors[5].count, 0);
	catalog->options.garbage_grace_us = 0;
	assert_clean("key changes");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog races");
	TCase *tc = tcase_create("races");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_test(tc, one_winner);
	tcase_add_test(tc, none_waits_for_chance);
	tcase_add_test(tc, bucket_comes_and_goes);
	tcase_add_loop_test(tc, key_changes, 0, 3);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
