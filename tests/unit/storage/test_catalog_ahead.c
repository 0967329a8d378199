/* Scans of neighbours give what scans give, wherever they begin, seek and stop. */
#include "storage/catalog_private.h"

#include "tests/unit/storage/engines.h"
#include "tests/unit/suite.h"

#define RECORDS 3000
#define SCANS   4000
#define VISITS  6

static uint64_t random_state = 5;

static unsigned
random_below(unsigned limit)
{
	return (unsigned)(next_random(&random_state) >> 33) % limit;
}

static struct slice
name_of(unsigned number)
{
	return slice_from(talloc_asprintf(mem, "o%05u", number));
}

/* Every other number has a record; before and behind them lie records of another kind. */
static void
put_records(void)
{
	for (unsigned i = 0; i < RECORDS; i++)
		ck_assert_store(put_one(store, PARTITION, name_of(2 * i), SLICE("value")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, SLICE("c"), SLICE("before")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, SLICE("p"), SLICE("behind")), STORE_OK);
}

/* What a scan is to do, and what it saw. */
struct walk {
	struct {
		enum scan_step step;
		struct slice seek;
	} plan[VISITS];
	unsigned visits;
	char *seen;
};

static enum scan_step
visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct walk *walk = context;

	walk->seen = talloc_asprintf_append(walk->seen, "%.*s=%.*s ", SLICE_ARG(name), SLICE_ARG(value));
	if (walk->visits == VISITS)
		return SCAN_STOP;
	*seek = walk->plan[walk->visits].seek;
	return walk->plan[walk->visits++].step;
}

static void
plan(struct walk *walk, unsigned near)
{
	for (unsigned i = 0; i < VISITS; i++) {
		unsigned chance = random_below(8);

		walk->plan[i].step = chance < 5 ? SCAN_NEXT : chance < 6 ? SCAN_STOP : SCAN_SEEK;
		walk->plan[i].seek =
		    chance < 7 ? name_of(near + random_below(40)) : name_of(random_below(2 * RECORDS + 9));
	}
}

START_TEST(as_scans)
{
	struct catalog c = { .store = store };
	struct ahead *ahead = ahead_new(mem);
	unsigned at = 0;

	put_records();
	for (unsigned i = 0; i < SCANS; i++) {
		struct walk wanted = { .seen = talloc_strdup(mem, "") }, got;
		struct slice from;

		at =
		    random_below(100) ? (at + random_below(12)) % (2 * RECORDS + 9) : random_below(2 * RECORDS + 9);
		from = random_below(200) ? name_of(at) : SLICE("a");
		plan(&wanted, at);
		got = wanted;
		got.seen = talloc_strdup(mem, "");
		ck_assert_store(store_scan(store, PARTITION, from, visit, &wanted), STORE_OK);
		ck_assert_store(ahead_scan(ahead, &c, PARTITION, from, visit, &got), STORE_OK);
		ck_assert_str_eq(got.seen, wanted.seen);
	}
}
END_TEST

/* A thousand neighbours take a few scans of the store. */
START_TEST(few_scans)
{
	struct catalog c = { .store = store };
	struct ahead *ahead = ahead_new(mem);
	struct walk walk = { .plan[0].step = SCAN_STOP };
	uint64_t before, scans;

	put_records();
	before = store_counter(store, STORE_CALL_SCAN).results[STORE_OK];
	for (unsigned i = 0; i < 1000; i++) {
		walk.visits = 0;
		walk.seen = talloc_strdup(mem, "");
		ck_assert_store(ahead_scan(ahead, &c, PARTITION, name_of(2 * i), visit, &walk), STORE_OK);
		ck_assert_str_eq(walk.seen, talloc_asprintf(mem, "%.*s=value ", SLICE_ARG(name_of(2 * i))));
	}
	scans = store_counter(store, STORE_CALL_SCAN).results[STORE_OK] - before;
	ck_assert_uint_le(scans, 5);
}
END_TEST

/* Where nothing is, not even behind it, one scan says so for all. */
START_TEST(none_is_behind)
{
	struct catalog c = { .store = store };
	struct ahead *ahead = ahead_new(mem);
	struct walk walk = { .seen = talloc_strdup(mem, "") };
	uint64_t before;

	ck_assert_store(put_one(store, PARTITION, SLICE("c"), SLICE("before")), STORE_OK);
	before = store_counter(store, STORE_CALL_SCAN).results[STORE_OK];
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_store(ahead_scan(ahead, &c, PARTITION, name_of(i), visit, &walk), STORE_OK);
	ck_assert_str_eq(walk.seen, "");
	ck_assert_uint_eq(store_counter(store, STORE_CALL_SCAN).results[STORE_OK] - before, 1);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, as_scans);
	tcase_add_test(tc, few_scans);
	tcase_add_test(tc, none_is_behind);
}

int
main(void)
{
	Suite *suite = suite_create("catalog ahead");

	add_engines(suite, add);
	return run_suite(suite);
}
