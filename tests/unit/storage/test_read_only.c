/* Partitions that take no changes, on each engine. */
#include "storage/read_only.h"

#include <pthread.h>
#include <sched.h>

#include "tests/unit/storage/engines.h"
#include "tests/unit/suite.h"

static bool
is_read_only(struct slice partition)
{
	bool read_only;

	ck_assert_store(read_only_get(store, partition, &read_only), STORE_OK);
	return read_only;
}

static enum scan_step
count_key(void *context, struct slice key, struct slice value, struct slice *seek)
{
	(void)value;
	(void)seek;
	ck_assert(!slice_equal(key, STORE_KEY_READ_ONLY));
	++*(size_t *)context;
	return SCAN_NEXT;
}

static size_t
keys_of(struct slice partition)
{
	size_t count = 0;

	ck_assert_store(store_scan(store, partition, SLICE(""), count_key, &count), STORE_OK);
	return count;
}

START_TEST(takes_no_changes)
{
	const struct condition holds_not = { .key = SLICE("key"), .absent = true };
	const struct put put = { SLICE("key"), SLICE("new") };
	const struct slice key = SLICE("key");

	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, SLICE("\xff\xff"), SLICE("the last key")), STORE_OK);
	ck_assert(!is_read_only(PARTITION));
	ck_assert_store(read_only_set(store, PARTITION, true), STORE_OK);
	ck_assert_store(read_only_set(store, PARTITION, true), STORE_OK);
	ck_assert(is_read_only(PARTITION));
	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("new")), STORE_READ_ONLY);
	ck_assert_store(delete_one(store, PARTITION, SLICE("key")), STORE_READ_ONLY);
	ck_assert_store(
	    store_commit(store, PARTITION,
		&(struct batch){
		    .conditions = &holds_not, .condition_count = 1, .puts = &put, .put_count = 1, .frees = true }),
	    STORE_READ_ONLY);
	ck_assert(holds(store, PARTITION, SLICE("key"), SLICE("value")));
	ck_assert_uint_eq(keys_of(PARTITION), 2);
	/* Others do. */
	ck_assert_store(put_one(store, SLICE("other"), SLICE("key"), SLICE("value")), STORE_OK);
	ck_assert_store(store_commit(store, PARTITION,
			    &(struct batch){ .deletes = &key, .delete_count = 1, .on_read_only = true }),
	    STORE_OK);
	ck_assert_store(read_only_set(store, PARTITION, false), STORE_OK);
	ck_assert_store(read_only_set(store, PARTITION, false), STORE_OK);
	ck_assert(!is_read_only(PARTITION));
	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("new")), STORE_OK);
}
END_TEST

/* So that it cannot come to be, by the first key of a bucket. */
START_TEST(before_there_is_a_key)
{
	ck_assert_store(read_only_set(store, PARTITION, true), STORE_OK);
	ck_assert_uint_eq(keys_of(PARTITION), 0);
	ck_assert_store(delete_one(store, PARTITION, SLICE("key")), STORE_READ_ONLY);
	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("value")), STORE_READ_ONLY);
	ck_assert_store(read_only_set(store, PARTITION, false), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
}
END_TEST

#define WRITERS 6

struct writer {
	pthread_t thread;
	unsigned number;
	_Atomic unsigned written;
};

/* Until it is told that the partition is read-only. */
static void *
write_on(void *context)
{
	struct writer *w = context;
	enum store_err err;

	do {
		char name[32], value[32];
		int length = snprintf(name, sizeof(name), "%u %u", w->number, w->written);
		struct put puts[2] = { { slice_make(name, (size_t)length), slice_make(name, (size_t)length) } };

		snprintf(value, sizeof(value), "last of %u", w->number);
		puts[1] = (struct put){ slice_from(value), slice_make(name, (size_t)length) };
		err = store_commit(store, PARTITION, &(struct batch){ .puts = puts, .put_count = 2 });
		w->written += err == STORE_OK;
	} while (err == STORE_OK);
	if (err != STORE_READ_ONLY)
		abort();
	return NULL;
}

/* What is there when the call returns is all that ever is: no commit comes behind it, and none is answered falsely. */
START_TEST(under_writers)
{
	struct writer writers[WRITERS] = { 0 };
	size_t keys, written = 0;

	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i].number = i;
		ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, write_on, &writers[i]), 0);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		while (writers[i].written < 20)
			sched_yield();
	ck_assert_store(read_only_set(store, PARTITION, true), STORE_OK);
	keys = keys_of(PARTITION);
	for (unsigned i = 0; i < WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		written += writers[i].written;
	}
	ck_assert_uint_eq(keys, written + WRITERS);
	ck_assert_uint_eq(keys_of(PARTITION), keys);
}
END_TEST

static void
add_read_only(TCase *tc)
{
	tcase_add_test(tc, takes_no_changes);
	tcase_add_test(tc, before_there_is_a_key);
	tcase_add_test(tc, under_writers);
}

int
main(void)
{
	Suite *suite = suite_create("read-only");

	add_engines(suite, add_read_only);
	return run_suite(suite);
}
