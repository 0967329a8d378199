/* The contract of storage/engine.h in executable form: the same cases for each engine, bare and wrapped. */
#include "storage/engine.h"

#include <pthread.h>

#include "common/digest.h"
#include "storage/fault.h"
#include "tests/unit/storage/scratch.h"
#include "tests/unit/suite.h"

static TALLOC_CTX *mem;
static char *folder;
static struct store *store;

static void
open_local(void)
{
	mem = talloc_new(NULL);
	folder = scratch_make(mem);
	store = scratch_open(folder);
}

static void
open_wrapped(void)
{
	open_local();
	store = fault_wrap(store);
}

static void
close_store(void)
{
	store_close(store);
	scratch_remove(folder);
	talloc_free(mem);
}

/* --- Single keys -------------------------------------------------------------------------------------------------- */

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

/* --- Order -------------------------------------------------------------------------------------------------------- */

#define KEYS        2400
#define BATCH       200
#define SEEKS       3000
#define PREFIX_FILL 'p'

/* All keys of the test in byte order, each but once; some are in the store. */
struct reference {
	struct slice keys[KEYS];
	bool present[KEYS];
	size_t count;
	uint64_t random;
};

/* Lengths at which the local engine's keys go on in a further level for some partition, and around. */
static const size_t prefixes[] = { 0, 1, 379, 470, 480, 490, 498, 499, 501, 505, 506, 511, 512, 900, 999, 1000,
	1006, 1100, 1150 };

static struct slice
random_key(uint64_t *random)
{
	size_t prefix = prefixes[next_random(random) % ARRAY_SIZE(prefixes)];
	size_t rest = next_random(random) % (next_random(random) % 2 ? 4 : STORE_KEY_MAX);
	static const char few[] = { 0, 0, 1, 'a', 'p', '\xfe', '\xff', '\xff' };
	bool wild = next_random(random) % 4 == 0;
	char *key;

	if (rest > STORE_KEY_MAX - prefix)
		rest = STORE_KEY_MAX - prefix;
	rest += prefix + rest == 0;
	key = talloc_size(mem, prefix + rest);
	memset(key, PREFIX_FILL, prefix);
	if (wild)
		fill_random(random, key + prefix, rest);
	else
		for (size_t i = 0; i < rest; i++)
			key[prefix + i] = few[next_random(random) % sizeof(few)];
	return slice_make(key, prefix + rest);
}

static int
compare_slices(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static struct reference *
make_reference(uint64_t seed)
{
	struct reference *ref = talloc_zero(mem, struct reference);
	struct slice all[KEYS];

	ref->random = seed;
	for (size_t i = 0; i < KEYS; i++)
		all[i] = random_key(&ref->random);
	qsort(all, KEYS, sizeof(*all), compare_slices);
	for (size_t i = 0; i < KEYS; i++)
		if (ref->count == 0 || !slice_equal(all[i], ref->keys[ref->count - 1]))
			ref->keys[ref->count++] = all[i];
	return ref;
}

/* The first key >= `from` that is in the store; `count` when there is none. */
static size_t
first_present(const struct reference *ref, struct slice from)
{
	size_t low = 0, high = ref->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (slice_compare(ref->keys[middle], from) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < ref->count && !ref->present[low])
		low++;
	return low;
}

/* A value that only this key has. */
static struct slice
value_of(struct slice key)
{
	return slice_from(talloc_asprintf(mem, "%zu %08x", key.length, crc32c(0, key)));
}

/* Put or delete each key with a chance of one half, in an order that is not theirs. */
static void
change_half(struct reference *ref, bool put)
{
	size_t step = 1009; /* prime to any count here, so that every key has its turn */
	struct put puts[BATCH];
	struct slice deletes[BATCH];
	size_t waiting = 0;

	for (size_t i = 0; i < ref->count; i++) {
		size_t k = i * step % ref->count;

		if (next_random(&ref->random) % 2) {
			ref->present[k] = put;
			puts[waiting] = (struct put){ ref->keys[k], value_of(ref->keys[k]) };
			deletes[waiting++] = ref->keys[k];
		}
		if (waiting < BATCH && i + 1 < ref->count)
			continue;
		ck_assert_store(store_commit(store, PARTITION,
				    put ? &(struct batch){ .puts = puts, .put_count = waiting }
					: &(struct batch){ .deletes = deletes, .delete_count = waiting }),
		    STORE_OK);
		waiting = 0;
	}
}

struct walk {
	const struct reference *ref;
	size_t expected; /* the key that must come next */
	size_t visited;
	bool wrong;
	/* For walks that seek: */
	uint64_t random;
	char target[STORE_KEY_MAX + 1];
};

static enum scan_step
walk_on(void *context, struct slice key, struct slice value, struct slice *seek)
{
	struct walk *walk = context;
	const struct reference *ref = walk->ref;

	(void)seek;
	if (walk->expected >= ref->count || !slice_equal(key, ref->keys[walk->expected]) ||
	    !slice_equal(value, value_of(key))) {
		walk->wrong = true;
		return SCAN_STOP;
	}
	walk->visited++;
	for (walk->expected++; walk->expected < ref->count && !ref->present[walk->expected];)
		walk->expected++;
	return SCAN_NEXT;
}

static void
check_walk(const struct reference *ref, struct slice from)
{
	struct walk walk = { .ref = ref, .expected = first_present(ref, from) };

	ck_assert_store(store_scan(store, PARTITION, from, walk_on, &walk), STORE_OK);
	ck_assert(!walk.wrong);
	ck_assert_uint_eq(walk.expected, ref->count);
}

/* A key of the reference, cut, changed or made longer. */
static struct slice
seek_target(struct walk *walk)
{
	struct slice key = walk->ref->keys[next_random(&walk->random) % walk->ref->count];
	size_t length = key.length;

	memcpy(walk->target, key.data, key.length);
	switch (next_random(&walk->random) % 5) {
	case 0:
		walk->target[length++] = 0;
		break;
	case 1:
		length = next_random(&walk->random) % (length + 1);
		break;
	case 2:
		walk->target[length - 1]++;
		break;
	case 3:
		walk->target[length - 1]--;
		break;
	default:
		break;
	}
	return slice_make(walk->target, length);
}

static enum scan_step
walk_seeking(void *context, struct slice key, struct slice value, struct slice *seek)
{
	struct walk *walk = context;

	if (walk_on(context, key, value, seek) == SCAN_STOP || walk->visited >= SEEKS)
		return SCAN_STOP;
	if (next_random(&walk->random) % 3 == 0)
		return SCAN_NEXT;
	/* Not beyond the last key, where a scan would end. */
	do
		*seek = seek_target(walk);
	while (first_present(walk->ref, *seek) == walk->ref->count);
	walk->expected = first_present(walk->ref, *seek);
	return SCAN_SEEK;
}

static void
check_order(struct reference *ref)
{
	struct walk walk = { .ref = ref, .random = ref->random };

	check_walk(ref, SLICE(""));
	for (unsigned i = 0; i < 50; i++)
		check_walk(ref, seek_target(&walk));
	check_walk(ref, SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
	while (walk.visited < SEEKS) {
		size_t before = walk.visited;

		walk.expected = first_present(ref, SLICE(""));
		ck_assert_store(store_scan(store, PARTITION, SLICE(""), walk_seeking, &walk), STORE_OK);
		ck_assert(!walk.wrong && walk.visited > before);
	}
	for (size_t i = 0; i < ref->count; i++)
		ck_assert(
		    holds(store, PARTITION, ref->keys[i], ref->present[i] ? value_of(ref->keys[i]) : SLICE("")));
}

START_TEST(order)
{
	struct reference *ref = make_reference(77 + (uint64_t)_i);

	change_half(ref, true);
	check_order(ref);
	change_half(ref, false);
	check_order(ref);
	change_half(ref, true);
	check_order(ref);
	for (size_t i = 0; i < ref->count; i++)
		ref->present[i] = false;
	for (size_t i = 0; i < ref->count; i += BATCH)
		ck_assert_store(store_commit(store, PARTITION,
				    &(struct batch){ .deletes = ref->keys + i,
					.delete_count = ref->count - i < BATCH ? ref->count - i : BATCH }),
		    STORE_OK);
	check_walk(ref, SLICE(""));
}
END_TEST

/* --- Partitions --------------------------------------------------------------------------------------------------- */

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

	c->names[c->count++] = slice_make(slice_dup(mem, name), name.length);
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

/* --- Conditions --------------------------------------------------------------------------------------------------- */

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
	    &(struct batch){ condition_rows[_i].conditions, condition_rows[_i].count, puts, 2, deletes, 2, false });
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

/* --- Blobs -------------------------------------------------------------------------------------------------------- */

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
		ck_assert_store(blob_open(store, &id, size, &r), STORE_OK);
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

	ck_assert_store(blob_open(store, &id, 10, &r), STORE_NOT_FOUND);
	ck_assert_store(blob_delete(store, &id), STORE_OK);
	ck_assert_store(blob_create(store, &id, &w), STORE_OK);
	ck_assert_store(blob_append(w, SLICE("0123456789")), STORE_OK);
	blob_abandon(w);
	ck_assert_store(blob_delete(store, &id), STORE_OK);
	ck_assert_store(blob_open(store, &id, 10, &r), STORE_NOT_FOUND);
}
END_TEST

START_TEST(blob_other_size)
{
	struct blob_id id = make_id(1);
	struct blob_reader *r;

	ck_assert_store(write_blob(store, id, SLICE("0123456789"), 10), STORE_OK);
	ck_assert_store(blob_open(store, &id, 9, &r), STORE_DAMAGED);
	ck_assert_store(blob_open(store, &id, 11, &r), STORE_DAMAGED);
	ck_assert_store(blob_open(store, &id, 0, &r), STORE_DAMAGED);
	ck_assert_store(blob_open(store, &id, 10, &r), STORE_OK);
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

/* --- Names and URLs ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *url;
	const char *message; /* part of it */
} bad_urls[] = {
	{ "", "names no store" },
	{ "here", "names no store" },
	{ ":", "no kind of store" },
	{ "file:/tmp", "\"file\" is no kind of store" },
	{ "local:", "needs a folder" },
	{ "rados:pool", "built without librados" },
};

START_TEST(urls)
{
	struct store_options options = { .create = true };
	TALLOC_CTX *own = talloc_new(NULL);
	struct store *s;
	char *message;

	ck_assert_store(store_open(bad_urls[_i].url, &options, own, &s, &message), STORE_INVALID);
	ck_assert_ptr_null(s);
	ck_assert_msg(strstr(message, bad_urls[_i].message) != NULL, "%s: %s", bad_urls[_i].url, message);
	talloc_free(own);
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(store_err_name(STORE_OK), "ok");
	ck_assert_str_eq(store_err_name(STORE_NOT_FOUND), "not found");
	ck_assert_str_eq(store_err_name(STORE_REFUSED), "refused");
	ck_assert_str_eq(store_call_name(STORE_CALL_PARTITION_LIST), "partition list");
	for (int i = 0; i < STORE_ERRS; i++)
		ck_assert_ptr_nonnull(store_err_name((enum store_err)i));
}
END_TEST

static TCase *
contract(const char *name, SFun open)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, open, close_store);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, values, 0, ARRAY_SIZE(value_sizes));
	tcase_add_loop_test(tc, order, 0, 3);
	tcase_add_test(tc, partitions_apart);
	tcase_add_loop_test(tc, conditions, 0, ARRAY_SIZE(condition_rows));
	tcase_add_test(tc, largest_batch);
	tcase_add_test(tc, increments);
	tcase_add_loop_test(tc, blobs, 0, ARRAY_SIZE(blob_sizes));
	tcase_add_test(tc, blob_absent);
	tcase_add_test(tc, blob_other_size);
	tcase_add_test(tc, blobs_listed);
	return tc;
}

int
main(void)
{
	Suite *suite = suite_create("engine");
	TCase *tc = tcase_create("no store");

	suite_add_tcase(suite, contract("local", open_local));
	suite_add_tcase(suite, contract("wrapped", open_wrapped));
	tcase_add_loop_test(tc, urls, 0, ARRAY_SIZE(bad_urls));
	tcase_add_test(tc, names);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
