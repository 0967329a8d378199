/* Keys come in pure byte order, whatever their lengths and bytes; seeks go in either direction. */
#include "storage/engine.h"

#include "common/digest.h"
#include "tests/unit/storage/engines.h"
#include "tests/unit/suite.h"

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

static void
add_order(TCase *tc)
{
	tcase_add_loop_test(tc, order, 0, 3);
}

int
main(void)
{
	Suite *suite = suite_create("engine order");

	add_engines(suite, add_order);
	return run_suite(suite);
}
