/* Moving a store with faults and changes before each engine call; killed there, and begun again. */
#include <sys/wait.h>

#include "tests/unit/storage/interleave.h"
#include "tests/unit/storage/migrate_scratch.h"
#include "tests/unit/suite.h"

static const enum store_err fault_errors[] = { STORE_IO, STORE_TIMEOUT };

/* One call of one kind fails, in one of the stores. False: there is no such call. */
static bool
try_fault(size_t state, bool of_target, enum fault_call call, unsigned number, enum fault_manner manner)
{
	const char *what = talloc_asprintf(NULL, "%s, %s: call %d number %u, manner %d", state_of(state)->name,
	    of_target ? "target" : "source", (int)call, number, (int)manner);
	struct fault fault = { call, number, number, manner, fault_errors[number % 2], 0 };
	const char *before;
	enum store_err err;
	bool met;

	prepare(state);
	before = dump();
	fault_set(of_target ? target : store, &fault, 1);
	err = migrate();
	met = fault_count(of_target ? target : store, call) >= number;
	fault_set(of_target ? target : store, NULL, 0);
	if (err) {
		ck_assert_msg(met, "%s: %s", what, message);
		ck_assert_msg(strcmp(dump(), before) == 0, "%s: the source has changed", what);
		/* Who cannot make it writable again says so. */
		ck_assert_msg(source_is_frozen() == result.source_is_read_only, "%s: read-only", what);
		/* The last commit may have happened though it failed: then the source has stayed read-only. */
		err = migrate();
		ck_assert_msg(
		    !err || (err == STORE_EXISTS && of_target && call == FAULT_COMMIT && source_is_frozen()),
		    "%s: then %s", what, message);
		ck_assert_msg(!err || strstr(message, "perhaps it has been moved"), "%s: then %s", what, message);
	}
	assert_moved(what);
	ck_assert_store(catalog_thaw(catalog), STORE_OK);
	catalog_scratch_wipe();
	swap_stores();
	catalog_scratch_wipe();
	swap_stores();
	talloc_free((void *)(uintptr_t)what);
	return met;
}

static const size_t fault_states[] = { 3, 8 + 3 }; /* versions; an upload over a completed one */

START_TEST(faults)
{
	enum fault_call call = (enum fault_call)(_i / 2 % FAULT_CALLS);
	bool of_target = _i % 2;
	static const enum fault_manner all[] = { FAULT_BEFORE, FAULT_AFTER, FAULT_TORN };

	for (size_t s = 0; s < ARRAY_SIZE(fault_states); s++)
		for (size_t m = 0; m < ARRAY_SIZE(all); m++)
			for (unsigned number = 1; try_fault(fault_states[s], of_target, call, number, all[m]);
			     number++)
				;
}
END_TEST

/* Killed. */

static void
kill_self(void)
{
	_exit(42);
}

static void
reopen(void)
{
	catalog_begin();
	target_begin();
}

/* A child moves the store and dies before a call of one of them. True: it did; false: it was done before. */
static bool
killed_at(bool of_target, unsigned number)
{
	int status;
	pid_t child;

	store_close(target);
	catalog_end();
	child = fork();
	if (child == 0) {
		struct interleave dying;

		reopen();
		dying = interleave_make(of_target ? target : store);
		dying.store.engine = &dying.engine;
		dying.at = number;
		dying.meanwhile = kill_self;
		_exit(migrate_between(of_target ? store : &dying.store, of_target ? &dying.store : target) ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && (WEXITSTATUS(status) == 42 || WEXITSTATUS(status) == 0));
	reopen();
	return WEXITSTATUS(status) == 42;
}

START_TEST(killed)
{
	bool of_target = _i % 2, met = true;
	size_t state = fault_states[_i / 2];

	blobs_at_once = 1;
	for (unsigned number = 1; met; number++) {
		prepare(state);
		met = killed_at(of_target, number);
		if (met)
			ck_assert_msg(migrate() == STORE_OK, "call %u: %s", number, message);
		assert_moved(talloc_asprintf(mem, "killed at call %u", number));
		ck_assert_store(catalog_thaw(catalog), STORE_OK);
		catalog_scratch_wipe();
		target_anew();
	}
}
END_TEST

/* A source that changes. */

static const struct {
	const char *name;
	const char *(*run)(void);
} changes[] = {
	{ "put small", put_one_small },
	{ "put large", put_one_large },
	{ "delete", delete_key },
	{ "delete second", delete_second },
	{ "change current", change_current },
	{ "create bucket", create_bucket },
	{ "delete bucket", delete_bucket },
	{ "put document", put_document },
	{ "complete", complete_all },
	{ "abort", abort_it },
	{ "put a part again", put_first_part },
};

/* What goes is swept at once in a target that is new, or just before the switch in one that had all of it already. */
enum manner {
	SWEPT_AT_ONCE,
	SWEPT_LATE,
	MANNERS
};

static struct {
	int change;
	enum manner manner;
	bool changed, swept;
} now;

static void
change_now(void)
{
	now.changed = true;
	changes[now.change].run();
	if (now.manner == SWEPT_AT_ONCE)
		sweep();
}

/* The source's first commit is the beginning of the switch. */
static enum store_err
sweep_and_commit(struct store *s, struct slice partition, const struct batch *batch)
{
	if (now.manner == SWEPT_LATE && !now.swept) {
		now.swept = true;
		sweep();
	}
	return store_commit(((struct interleave *)s)->inner, partition, batch);
}

static enum store_err
migrate_changing(bool of_target, unsigned number)
{
	struct interleave source = interleave_make(store), counted = interleave_make(target);
	struct interleave *between = of_target ? &counted : &source;

	source.engine.commit = sweep_and_commit;
	source.store.engine = &source.engine;
	counted.store.engine = &counted.engine;
	between->at = number;
	between->meanwhile = change_now;
	return migrate_between(&source.store, &counted.store);
}

static void
migrate_but_for_the_switch(void)
{
	fault_set(store, &(struct fault){ FAULT_COMMIT, 1, 1, FAULT_BEFORE, STORE_IO, 0 }, 1);
	ck_assert_store(migrate(), STORE_IO);
	fault_set(store, NULL, 0);
}

/* Before that call of the source, or the target, it changes. False: there is no such call. */
static bool
changed_at(size_t state, bool of_target, unsigned number)
{
	char *what = talloc_asprintf(NULL, "%s, %s before call %u of the %s, manner %d", state_of(state)->name,
	    changes[now.change].name, number, of_target ? "target" : "source", (int)now.manner);

	now.changed = now.swept = false;
	prepare(state);
	if (now.manner == SWEPT_LATE)
		migrate_but_for_the_switch();
	ck_assert_msg(migrate_changing(of_target, number) == STORE_OK, "%s: %s", what, message);
	assert_moved(what);
	ck_assert_store(catalog_thaw(catalog), STORE_OK);
	catalog_scratch_wipe();
	swap_stores();
	catalog_scratch_wipe();
	swap_stores();
	talloc_free(what);
	return now.changed;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PLACES_STEP 3
#else
#define PLACES_STEP 1
#endif

START_TEST(changing)
{
	static const size_t changing_states[] = { 8 + 2, 8 + 3 }; /* uploads over versions, over a completed one */

	blobs_at_once = 1;
	now.change = _i / MANNERS / 2;
	now.manner = (enum manner)(_i % MANNERS);
	for (size_t s = 0; s < ARRAY_SIZE(changing_states); s++)
		for (unsigned number = 1; changed_at(changing_states[s], _i / MANNERS % 2, number);
		     number += PLACES_STEP)
			;
}
END_TEST

/* The way back is taken in the middle of the switch, and a write comes: it is not lost. */

static unsigned thawed_now;

static void
thaw_and_put(void)
{
	if (source_is_frozen()) {
		thawed_now = 1;
		ck_assert_store(catalog_thaw(catalog), STORE_OK);
		ck_assert_str_eq(put_one_large(), "ok");
	}
}

START_TEST(thawed_meanwhile)
{
	unsigned number = 0, thawed = 0;
	struct interleave between;

	blobs_at_once = 1;
	do {
		const char *what = talloc_asprintf(mem, "thawed before call %u", ++number);

		prepare(3);
		between = interleave_make(store);
		between.store.engine = &between.engine;
		between.at = number;
		between.meanwhile = thaw_and_put;
		thawed_now = 0;
		ck_assert_msg(migrate_between(&between.store, target) == STORE_OK, "%s: %s", what, message);
		thawed += thawed_now;
		assert_moved(what);
		ck_assert_store(catalog_thaw(catalog), STORE_OK);
		catalog_scratch_wipe();
		swap_stores();
		catalog_scratch_wipe();
		swap_stores();
	} while (between.calls >= number);
	ck_assert_uint_gt(thawed, 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("migrate, at each call");
	TCase *tc = tcase_create("migrate");

	tcase_add_checked_fixture(tc, migrate_scratch_open, migrate_scratch_close);
	tcase_add_loop_test(tc, faults, 0, 2 * FAULT_CALLS);
	tcase_add_loop_test(tc, killed, 0, 2 * (int)ARRAY_SIZE(fault_states));
	tcase_add_loop_test(tc, changing, 0, 2 * MANNERS * (int)ARRAY_SIZE(changes));
	tcase_add_test(tc, thawed_meanwhile);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
