/* What is remembered of settings: the table by itself, and openings of one store on a cluster. */
#include "storage/rados/cache.h"

#include <pthread.h>

#include "common/clock.h"
#include "storage/rados/watch.h"
#include "tests/unit/storage/engines.h"
#include "tests/unit/storage/turn_away.h"
#include "tests/unit/suite.h"

#define SECOND_US INT64_C(1000000)

/* The table. */

static struct cache *cache;
static uint64_t ticket;

static void
make_cache(void)
{
	mem = talloc_new(NULL);
	cache = cache_new();
}

static void
free_cache(void)
{
	cache_free(cache);
	talloc_free(mem);
}

/* What is remembered of a key; empty: nothing. */
static struct slice
found(struct slice key, int64_t now_us)
{
	struct slice value;

	return cache_find(cache, PARTITION, key, now_us, mem, &value, &ticket) ? value : SLICE("");
}

static void
remember(struct slice key, struct slice value, int64_t now_us)
{
	(void)found(key, now_us);
	cache_put(cache, ticket, PARTITION, key, value, now_us);
}

static uint16_t
slot_of(struct slice key)
{
	return cache_slot(PARTITION, crc32c(0, key));
}

START_TEST(remembers)
{
	struct slice value;

	ck_assert_uint_eq(found(SLICE("key"), 0).length, 0);
	remember(SLICE("key"), SLICE("value"), 0);
	ck_assert(slice_equal(found(SLICE("key"), 0), SLICE("value")));
	ck_assert_uint_eq(found(SLICE("kez"), 0).length, 0);
	ck_assert(!cache_find(cache, SLICE("other"), SLICE("key"), 0, mem, &value, &ticket));
	remember(SLICE("key"), SLICE("another"), 0);
	ck_assert(slice_equal(found(SLICE("key"), 0), SLICE("another")));
}
END_TEST

START_TEST(not_for_long)
{
	remember(SLICE("key"), SLICE("value"), 0);
	ck_assert_uint_eq(found(SLICE("key"), CACHE_SECONDS * SECOND_US - 1).length, 5);
	ck_assert_uint_eq(found(SLICE("key"), CACHE_SECONDS * SECOND_US).length, 0);
}
END_TEST

START_TEST(forgets_what_was_noticed)
{
	remember(SLICE("key"), SLICE("value"), 0);
	remember(SLICE("other"), SLICE("value"), 0);
	cache_forget(cache, slot_of(SLICE("key")));
	ck_assert_uint_eq(found(SLICE("key"), 0).length, 0);
	ck_assert_uint_eq(found(SLICE("other"), 0).length, 5);
	cache_forget(cache, UINT16_MAX);
	ck_assert_uint_eq(found(SLICE("other"), 0).length, 5);
	cache_forget_all(cache);
	ck_assert_uint_eq(found(SLICE("other"), 0).length, 0);
}
END_TEST

/* What was read before a notice of it came is not remembered after it. */
START_TEST(notice_while_reading)
{
	ck_assert_uint_eq(found(SLICE("key"), 0).length, 0);
	cache_forget(cache, (uint16_t)(slot_of(SLICE("key")) ^ 1));
	cache_put(cache, ticket, PARTITION, SLICE("key"), SLICE("value"), 0);
	ck_assert_uint_eq(found(SLICE("key"), 0).length, 5);

	cache_forget(cache, slot_of(SLICE("key")));
	cache_put(cache, ticket, PARTITION, SLICE("key"), SLICE("value"), 0);
	ck_assert_uint_eq(found(SLICE("key"), 0).length, 0);

	cache_forget_all(cache);
	cache_put(cache, ticket, PARTITION, SLICE("key"), SLICE("value"), 0);
	ck_assert_uint_eq(found(SLICE("key"), 0).length, 0);
	remember(SLICE("key"), SLICE("value"), 0);
	ck_assert_uint_eq(found(SLICE("key"), 0).length, 5);
}
END_TEST

START_TEST(room)
{
	struct slice value = slice_make(talloc_zero_size(mem, CACHE_VALUE_MAX + 1), CACHE_VALUE_MAX);
	size_t count = 2 * CACHE_BYTES_MAX / CACHE_VALUE_MAX, left = 0;

	for (size_t i = 0; i < count; i++) {
		struct slice key = slice_from(talloc_asprintf(mem, "%zu", i));

		remember(key, value, 0);
		ck_assert_uint_eq(found(key, 0).length, value.length);
	}
	for (size_t i = 0; i < count; i++)
		left += found(slice_from(talloc_asprintf(mem, "%zu", i)), 0).length;
	ck_assert_uint_gt(left, 0);
	ck_assert_uint_le(left, CACHE_BYTES_MAX);
	value.length++;
	remember(SLICE("large"), value, 0);
	ck_assert_uint_eq(found(SLICE("large"), 0).length, 0);
}
END_TEST

/* Openings. */

/* Whether an opening remembers a key, and gives that value for it. */
static bool
recalls(struct store *s, struct slice key, struct slice wanted)
{
	struct rs_ticket given;
	struct slice value;

	return rs_recall(rs_of(s), PARTITION, key, mem, &value, &given) && slice_equal(value, wanted);
}

/* Until it does, for it takes a moment until notices come. */
static void
read_until_recalled(struct store *s, struct slice key, struct slice wanted)
{
	int64_t end = clock_monotonic_us() + 60 * SECOND_US;

	do
		ck_assert(holds(s, PARTITION, key, wanted));
	while (!recalls(s, key, wanted) && clock_monotonic_us() < end);
	ck_assert(recalls(s, key, wanted));
}

START_TEST(change_by_another)
{
	struct store *other = scratch_open_cluster(folder);

	for (unsigned round = 0; round < 20; round++) {
		struct slice value = slice_from(talloc_asprintf(mem, "value %u", round));

		ck_assert_store(put_one(store, PARTITION, SLICE("key"), value), STORE_OK);
		read_until_recalled(other, SLICE("key"), value);
		read_until_recalled(store, SLICE("key"), value);
	}
	ck_assert_store(delete_one(store, PARTITION, SLICE("key")), STORE_OK);
	ck_assert(holds(other, PARTITION, SLICE("key"), SLICE("")));
	ck_assert(holds(store, PARTITION, SLICE("key"), SLICE("")));
	store_close(other);
}
END_TEST

/* It goes on to hear, and that notices come is known nearly always. */
START_TEST(goes_on_to_hear)
{
	int64_t end = clock_monotonic_us() + 8 * SECOND_US;
	unsigned looks = 0, heard = 0;

	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
	read_until_recalled(store, SLICE("key"), SLICE("value"));
	while (clock_monotonic_us() < end) {
		struct rs_ticket given;
		struct slice value;

		heard += rs_recall(rs_of(store), PARTITION, SLICE("key"), mem, &value, &given) || given.valid;
		looks++;
		usleep(20000);
	}
	ck_assert_msg(heard > looks / 5 * 4, "%u of %u", heard, looks);
}
END_TEST

/* One that does not serve remembers nothing, but its changes are known to those that do. */
START_TEST(change_by_a_command)
{
	struct store_options options = { .create = false };
	struct store *command;
	char *message;

	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("before")), STORE_OK);
	read_until_recalled(store, SLICE("key"), SLICE("before"));
	ck_assert_store(
	    store_open(talloc_asprintf(mem, "%s&namespace=%s", scratch_cluster(), strrchr(folder, '/') + 1),
		&options, mem, &command, &message),
	    STORE_OK);
	ck_assert_store(put_one(command, PARTITION, SLICE("key"), SLICE("after")), STORE_OK);
	ck_assert(holds(store, PARTITION, SLICE("key"), SLICE("after")));
	ck_assert(holds(command, PARTITION, SLICE("key"), SLICE("after")));
	ck_assert(!recalls(command, SLICE("key"), SLICE("after")));
	store_close(command);
}
END_TEST

/* Partitions with longer names are of objects: they are read each time. */
START_TEST(objects_are_not_remembered)
{
	struct slice partition = SLICE("of sixteen bytes"), value;
	struct rs_ticket given;

	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
	read_until_recalled(store, SLICE("key"), SLICE("value"));
	ck_assert_store(put_one(store, partition, SLICE("key"), SLICE("value")), STORE_OK);
	ck_assert(holds(store, partition, SLICE("key"), SLICE("value")));
	ck_assert(!rs_recall(rs_of(store), partition, SLICE("key"), mem, &value, &given));
}
END_TEST

/* A client that was turned away hears nothing, and the one that follows it hears again. */
START_TEST(another_client)
{
	struct store *other = scratch_open_cluster(folder);
	int64_t end = clock_monotonic_us() + 60 * SECOND_US;

	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("before")), STORE_OK);
	read_until_recalled(store, SLICE("key"), SLICE("before"));
	turn_away(rs_of(store)->present.client);
	ck_assert_store(put_one(other, PARTITION, SLICE("key"), SLICE("after")), STORE_OK);
	ck_assert(!recalls(store, SLICE("key"), SLICE("before")));
	while (!holds(store, PARTITION, SLICE("key"), SLICE("after")) && clock_monotonic_us() < end)
		;
	read_until_recalled(store, SLICE("key"), SLICE("after"));
	store_close(other);
}
END_TEST

/* Who reads after a change has returned sees it, or a later one. */

#define CHANGES 300
#define READERS 3

static atomic_uint acknowledged;

static void *
read_along(void *context)
{
	unsigned known;

	do {
		TALLOC_CTX *own = talloc_new(NULL);
		struct slice value;
		uint64_t number;

		known = atomic_load(&acknowledged);
		if (store_get(context, PARTITION, SLICE("key"), own, &value) ||
		    !slice_to_number(value, CHANGES, &number) || number < known)
			abort();
		talloc_free(own);
	} while (known < CHANGES);
	return NULL;
}

START_TEST(readers_see_every_change)
{
	struct store *others[READERS];
	pthread_t readers[READERS];

	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("0")), STORE_OK);
	atomic_store(&acknowledged, 0);
	for (unsigned i = 0; i < READERS; i++) {
		others[i] = scratch_open_cluster(folder);
		read_until_recalled(others[i], SLICE("key"), SLICE("0"));
	}
	for (unsigned i = 0; i < READERS; i++)
		ck_assert_int_eq(pthread_create(&readers[i], NULL, read_along, others[i]), 0);
	for (unsigned number = 1; number <= CHANGES; number++) {
		struct slice value = slice_from(talloc_asprintf(mem, "%u", number));

		ck_assert_store(put_one(store, PARTITION, SLICE("key"), value), STORE_OK);
		atomic_store(&acknowledged, number);
	}
	for (unsigned i = 0; i < READERS; i++) {
		ck_assert_int_eq(pthread_join(readers[i], NULL), 0);
		store_close(others[i]);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rados cache");
	TCase *tc = tcase_create("table");

	tcase_add_checked_fixture(tc, make_cache, free_cache);
	tcase_add_test(tc, remembers);
	tcase_add_test(tc, not_for_long);
	tcase_add_test(tc, forgets_what_was_noticed);
	tcase_add_test(tc, notice_while_reading);
	tcase_add_test(tc, room);
	suite_add_tcase(suite, tc);
	if (scratch_cluster()) {
		tc = tcase_create("openings");
		tcase_add_checked_fixture(tc, open_cluster, close_store);
		tcase_add_test(tc, change_by_another);
		tcase_add_test(tc, goes_on_to_hear);
		tcase_add_test(tc, change_by_a_command);
		tcase_add_test(tc, objects_are_not_remembered);
		tcase_add_test(tc, another_client);
		tcase_add_test(tc, readers_see_every_change);
		suite_add_tcase(suite, tc);
	}
	return run_suite(suite);
}
