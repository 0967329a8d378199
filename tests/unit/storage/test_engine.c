/* The contract of storage/engine.h in executable form: the same cases for each engine, bare and wrapped. */
#include "storage/engine.h"

#include <pthread.h>

#include "tests/unit/storage/engines.h"
#include "tests/unit/suite.h"

/* Single keys. */

static const size_t value_sizes[] = { 1, 2, 300, 2030, 4095, 4096, 4097, 65536, STORE_VALUE_MAX };

START_TEST(values)
{
	size_t size = value_sizes[_i];
	uint64_t state = 1 + (uint64_t)_i;
	char *bytes = talloc_size(mem, size);
	struct slice key = SLICE("key");

	fill_random(&state, bytes, size);
	ck_assert(holds(store, PARTITION, key, SLICE("")));
	ck_assert_store(put_one(store, PARTITION, key, slice_make(bytes, size)), STORE_OK);
	ck_assert(holds(store, PARTITION, key, slice_make(bytes, size)));
	ck_assert_store(put_one(store, PARTITION, key, SLICE("another")), STORE_OK);
	ck_assert(holds(store, PARTITION, key, SLICE("another")));
	ck_assert_store(delete_one(store, PARTITION, key), STORE_OK);
	ck_assert(holds(store, PARTITION, key, SLICE("")));
	ck_assert_store(delete_one(store, PARTITION, key), STORE_OK);
}
END_TEST

/* Many keys at once, in any order, some of them not there; and of a partition that is not there. */
START_TEST(many_values)
{
	struct slice keys[200], found[200];

	for (unsigned i = 0; i < 200; i++) {
		keys[i] = slice_from(talloc_asprintf(mem, "%u", i * 77 % 200));
		if (i % 3)
			ck_assert_store(put_one(store, PARTITION, keys[i], keys[i]), STORE_OK);
	}
	ck_assert_store(store_get_many(store, PARTITION, keys, 200, mem, found), STORE_OK);
	for (unsigned i = 0; i < 200; i++)
		ck_assert(slice_equal(found[i], i % 3 ? keys[i] : SLICE("")));
	ck_assert_store(store_get_many(store, SLICE("other"), keys, 200, mem, found), STORE_OK);
	for (unsigned i = 0; i < 200; i++)
		ck_assert_uint_eq(found[i].length, 0);
	ck_assert_store(store_get_many(store, PARTITION, keys, 0, mem, found), STORE_OK);
}
END_TEST

/* Partitions. */

/* In byte order. */
static const struct slice partitions[] = {
	{ "\0", 1 },
	{ "\0\0", 2 },
	{ "\0\xff", 2 },
	{ "a", 1 },
	{ "a\0", 2 },
	{ "a\0\0", 3 },
	{ "a\0\1", 3 },
	{ "a\0\xff", 3 },
	{ "a\1", 2 },
	{ "ab", 2 },
	{ "b0123456789012345678901234567890123456789012345678901234567890\0\xff", 64 },
	{ "\xff", 1 },
	{ "\xff\xff", 2 },
};

struct collected {
	struct slice names[ARRAY_SIZE(partitions) + 1];
	size_t count, max;
};

static bool
collect(void *context, struct slice name)
{
	struct collected *c = context;

	c->names[c->count++] = slice_copy(mem, name);
	return c->count < c->max;
}

static enum scan_step
count_keys(void *context, struct slice key, struct slice value, struct slice *seek)
{
	(void)key;
	(void)value;
	(void)seek;
	++*(size_t *)context;
	return SCAN_NEXT;
}

START_TEST(partitions_apart)
{
	char long_key[STORE_KEY_MAX];
	struct collected c = { .max = SIZE_MAX };

	memset(long_key, 0, sizeof(long_key));
	ck_assert_store(partition_list(store, collect, &c), STORE_OK);
	ck_assert_uint_eq(c.count, 0);
	for (size_t i = ARRAY_SIZE(partitions); i-- > 0;) {
		ck_assert_store(put_one(store, partitions[i], SLICE("\0"), partitions[i]), STORE_OK);
		ck_assert_store(
		    put_one(store, partitions[i], slice_make(long_key, sizeof(long_key)), SLICE("long")), STORE_OK);
	}
	for (size_t i = 0; i < ARRAY_SIZE(partitions); i++) {
		size_t keys = 0;

		ck_assert(holds(store, partitions[i], SLICE("\0"), partitions[i]));
		ck_assert_store(store_scan(store, partitions[i], SLICE(""), count_keys, &keys), STORE_OK);
		ck_assert_uint_eq(keys, 2);
	}
	ck_assert_store(partition_list(store, collect, &c), STORE_OK);
	ck_assert_uint_eq(c.count, ARRAY_SIZE(partitions));
	for (size_t i = 0; i < c.count; i++)
		ck_assert(slice_equal(c.names[i], partitions[i]));
	c = (struct collected){ .max = 2 };
	ck_assert_store(partition_list(store, collect, &c), STORE_OK);
	ck_assert_uint_eq(c.count, 2);
}
END_TEST

/* Conditions. */

/* The store holds a=1 and b=2. */
static const struct {
	const char *name;
	struct condition conditions[2];
	size_t count;
	enum store_err err;
} condition_rows[] = {
	{ "none", { { { NULL, 0 }, true, { NULL, 0 } } }, 0, STORE_OK },
	{ "absent and is", { { { "c", 1 }, true, { NULL, 0 } } }, 1, STORE_OK },
	{ "absent and is not", { { { "a", 1 }, true, { NULL, 0 } } }, 1, STORE_CONFLICT },
	{ "equal", { { { "a", 1 }, false, { "1", 1 } } }, 1, STORE_OK },
	{ "other value", { { { "a", 1 }, false, { "2", 1 } } }, 1, STORE_CONFLICT },
	{ "longer value", { { { "a", 1 }, false, { "11", 2 } } }, 1, STORE_CONFLICT },
	{ "value of an absent key", { { { "c", 1 }, false, { "1", 1 } } }, 1, STORE_CONFLICT },
	{ "both hold", { { { "a", 1 }, false, { "1", 1 } }, { { "b", 1 }, false, { "2", 1 } } }, 2, STORE_OK },
	{ "the last fails", { { { "a", 1 }, false, { "1", 1 } }, { { "b", 1 }, true, { NULL, 0 } } }, 2,
	    STORE_CONFLICT },
	{ "the first fails", { { { "a", 1 }, true, { NULL, 0 } }, { { "b", 1 }, false, { "2", 1 } } }, 2,
	    STORE_CONFLICT },
};

START_TEST(conditions)
{
	const struct put before[] = { { SLICE("a"), SLICE("1") }, { SLICE("b"), SLICE("2") } };
	const struct put puts[] = { { SLICE("a"), SLICE("new") }, { SLICE("d"), SLICE("new") } };
	const struct slice deletes[] = { SLICE("b"), SLICE("e") };
	bool changed = condition_rows[_i].err == STORE_OK;
	enum store_err err;

	ck_assert_store(
	    store_commit(store, PARTITION, &(struct batch){ .puts = before, .put_count = 2 }), STORE_OK);
	err = store_commit(store, PARTITION,
	    &(struct batch){
		condition_rows[_i].conditions, condition_rows[_i].count, puts, 2, deletes, 2, false, false });
	ck_assert_msg(err == condition_rows[_i].err, "%s: %s", condition_rows[_i].name, store_err_name(err));
	ck_assert(holds(store, PARTITION, SLICE("a"), changed ? SLICE("new") : SLICE("1")));
	ck_assert(holds(store, PARTITION, SLICE("b"), changed ? SLICE("") : SLICE("2")));
	ck_assert(holds(store, PARTITION, SLICE("d"), changed ? SLICE("new") : SLICE("")));
}
END_TEST

START_TEST(largest_batch)
{
	struct put *puts = talloc_array(mem, struct put, STORE_BATCH_MAX);
	size_t keys = 0;

	for (size_t i = 0; i < STORE_BATCH_MAX; i++) {
		char *key = talloc_asprintf(puts, "%05zu", i);

		puts[i] = (struct put){ slice_from(key), slice_from(key) };
	}
	ck_assert_store(
	    store_commit(store, PARTITION, &(struct batch){ .puts = puts, .put_count = STORE_BATCH_MAX }),
	    STORE_OK);
	ck_assert_store(store_scan(store, PARTITION, SLICE(""), count_keys, &keys), STORE_OK);
	ck_assert_uint_eq(keys, STORE_BATCH_MAX);
}
END_TEST

#define THREADS    8
#define INCREMENTS 25

/* Read, add one, commit if nobody else did; on two keys that must stay equal. */
static void *
increment(void *context)
{
	unsigned long *conflicts = context;
	TALLOC_CTX *own = talloc_new(NULL);

	for (unsigned done = 0; done < INCREMENTS;) {
		struct slice old;
		struct condition condition;
		struct put puts[2];
		enum store_err err = store_get(store, PARTITION, SLICE("counter"), own, &old);
		uint64_t number = 0;

		if (err != STORE_OK || !slice_to_number(old, UINT32_MAX, &number))
			abort();
		condition = (struct condition){ SLICE("counter"), false, old };
		puts[0].key = SLICE("counter");
		puts[1].key = SLICE("mirror");
		puts[0].value = puts[1].value =
		    slice_from(talloc_asprintf(own, "%llu", (unsigned long long)number + 1));
		err = store_commit(store, PARTITION,
		    &(struct batch){
			.conditions = &condition, .condition_count = 1, .puts = puts, .put_count = 2 });
		if (err != STORE_OK && err != STORE_CONFLICT)
			abort();
		done += err == STORE_OK;
		*conflicts += err == STORE_CONFLICT;
	}
	talloc_free(own);
	return NULL;
}

START_TEST(increments)
{
	pthread_t threads[THREADS];
	unsigned long conflicts[THREADS] = { 0 };
	unsigned long all = 0;
	char wanted[16];
	struct store_counter counter;

	ck_assert_store(put_one(store, PARTITION, SLICE("counter"), SLICE("0")), STORE_OK);
	for (unsigned i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, increment, &conflicts[i]), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		all += conflicts[i];
	}
	snprintf(wanted, sizeof(wanted), "%d", THREADS * INCREMENTS);
	ck_assert(holds(store, PARTITION, SLICE("counter"), slice_from(wanted)));
	ck_assert(holds(store, PARTITION, SLICE("mirror"), slice_from(wanted)));
	counter = store_counter(store, STORE_CALL_COMMIT);
	ck_assert_uint_eq(counter.results[STORE_OK], THREADS * INCREMENTS + 1);
	ck_assert_uint_eq(counter.results[STORE_CONFLICT], all);
	ck_assert_uint_gt(counter.microseconds, 0);
}
END_TEST

/* Blobs. */

static const size_t blob_sizes[] = { 0, 1, 4095, 65535, 65536, 65537, 131071, 131072, 131073, 1 << 20, 5 << 20,
	(17 << 20) + 4321 };

static void
check_range(struct blob_reader *r, const char *bytes, size_t offset, size_t length)
{
	char *out = talloc_size(mem, length + 1);

	out[length] = 'x';
	ck_assert_store(blob_read(r, offset, out, length), STORE_OK);
	ck_assert_msg(memcmp(out, bytes + offset, length) == 0, "at %zu, %zu bytes", offset, length);
	ck_assert_int_eq(out[length], 'x');
	talloc_free(out);
}

static const size_t append_steps[] = { 1 << 30, 300000, 65536, 65537, 23 << 10, 1000 };

START_TEST(blobs)
{
	size_t size = blob_sizes[_i];
	uint64_t random = 5 + (uint64_t)_i;
	char *bytes = talloc_size(mem, size + 1);
	struct blob_reader *r;

	fill_random(&random, bytes, size);
	for (unsigned i = 0; i < ARRAY_SIZE(append_steps); i++) {
		struct blob_id id = make_id(i);

		ck_assert_store(write_blob(store, id, slice_make(bytes, size), append_steps[i]), STORE_OK);
		ck_assert_store(blob_open(store, &id, size, 0, size, &r), STORE_OK);
		check_range(r, bytes, 0, size);
		check_range(r, bytes, size, 0);
		for (unsigned n = 0; n < 60 && size > 0; n++) {
			size_t offset = next_random(&random) % size;

			check_range(r, bytes, offset, next_random(&random) % (size - offset + 1));
		}
		/* In odd steps, as a client reads that has its own idea of a block. */
		for (size_t offset = 0; offset < size && offset < 300000; offset += 7777)
			check_range(r, bytes, offset, size - offset < 7777 ? size - offset : 7777);
		blob_close(r);
	}
}
END_TEST

START_TEST(blob_absent)
{
	struct blob_id id = make_id(1);
	struct blob_reader *r;
	struct blob_writer *w;

	ck_assert_store(blob_open(store, &id, 10, 0, 10, &r), STORE_NOT_FOUND);
	ck_assert_store(blob_delete(store, &id), STORE_OK);
	ck_assert_store(blob_create(store, &id, &w), STORE_OK);
	ck_assert_store(blob_append(w, SLICE("0123456789")), STORE_OK);
	blob_abandon(w);
	ck_assert_store(blob_delete(store, &id), STORE_OK);
	ck_assert_store(blob_open(store, &id, 10, 0, 10, &r), STORE_NOT_FOUND);
}
END_TEST

START_TEST(blob_other_size)
{
	struct blob_id id = make_id(1);
	struct blob_reader *r;

	ck_assert_store(write_blob(store, id, SLICE("0123456789"), 10), STORE_OK);
	ck_assert_store(blob_open(store, &id, 9, 0, 9, &r), STORE_DAMAGED);
	ck_assert_store(blob_open(store, &id, 11, 0, 11, &r), STORE_DAMAGED);
	ck_assert_store(blob_open(store, &id, 0, 0, 0, &r), STORE_DAMAGED);
	ck_assert_store(blob_open(store, &id, 10, 0, 10, &r), STORE_OK);
	blob_close(r);
}
END_TEST

#define LISTED 300

struct listed {
	bool seen[LISTED];
	size_t count, max;
};

static bool
list_blob(void *context, const struct blob_id *id)
{
	struct listed *l = context;
	unsigned number;
	struct blob_id same;

	memcpy(&number, id->bytes, sizeof(number));
	ck_assert_uint_lt(number, LISTED);
	same = make_id(number);
	ck_assert_mem_eq(same.bytes, id->bytes, sizeof(same.bytes));
	ck_assert(!l->seen[number]);
	l->seen[number] = true;
	return ++l->count < l->max;
}

START_TEST(blobs_listed)
{
	struct listed l = { .max = SIZE_MAX };

	for (unsigned i = 0; i < LISTED; i++)
		ck_assert_store(write_blob(store, make_id(i), SLICE("x"), 1), STORE_OK);
	for (unsigned i = 0; i < LISTED; i += 3) {
		struct blob_id id = make_id(i);

		ck_assert_store(blob_delete(store, &id), STORE_OK);
	}
	ck_assert_store(blob_list(store, list_blob, &l), STORE_OK);
	ck_assert_uint_eq(l.count, LISTED - LISTED / 3);
	for (unsigned i = 0; i < LISTED; i++)
		ck_assert(l.seen[i] == (i % 3 != 0));
	l = (struct listed){ .max = 7 };
	ck_assert_store(blob_list(store, list_blob, &l), STORE_OK);
	ck_assert_uint_eq(l.count, 7);
}
END_TEST

static void
add_contract(TCase *tc)
{
	tcase_add_loop_test(tc, values, 0, ARRAY_SIZE(value_sizes));
	tcase_add_test(tc, many_values);
	tcase_add_test(tc, partitions_apart);
	tcase_add_loop_test(tc, conditions, 0, ARRAY_SIZE(condition_rows));
	tcase_add_test(tc, largest_batch);
	tcase_add_test(tc, increments);
	tcase_add_loop_test(tc, blobs, 0, ARRAY_SIZE(blob_sizes));
	tcase_add_test(tc, blob_absent);
	tcase_add_test(tc, blob_other_size);
	tcase_add_test(tc, blobs_listed);
}

int
main(void)
{
	Suite *suite = suite_create("engine");

	add_engines(suite, add_contract);
	return run_suite(suite);
}
