/* The engine that injects faults: each call fails early or late as told, and no other call does. */
#include "storage/fault.h"

#include "common/clock.h"
#include "tests/unit/storage/scratch.h"
#include "tests/unit/suite.h"

static TALLOC_CTX *mem;
static char *folder;
static struct store *inner;
static struct store *store;

static void
open_store(void)
{
	mem = talloc_new(NULL);
	folder = scratch_make(mem);
	inner = scratch_open(folder);
	store = fault_wrap(inner);
	ck_assert_store(put_one(store, PARTITION, SLICE("old"), SLICE("value")), STORE_OK);
	ck_assert_store(write_blob(store, make_id(1), SLICE("old bytes"), 9), STORE_OK);
}

static void
close_store(void)
{
	store_close(store);
	scratch_remove(folder);
	talloc_free(mem);
}

static unsigned visited;

static enum scan_step
visit(void *context, struct slice key, struct slice value, struct slice *seek)
{
	(void)context;
	(void)key;
	(void)value;
	(void)seek;
	visited++;
	return SCAN_NEXT;
}

/* One call of each kind, which says how it ended. */

static enum store_err
call_get(void)
{
	struct slice value;

	return store_get(store, PARTITION, SLICE("old"), mem, &value);
}

static enum store_err
call_scan(void)
{
	visited = 0;
	return store_scan(store, PARTITION, SLICE(""), visit, NULL);
}

static enum store_err
call_commit(void)
{
	return put_one(store, PARTITION, SLICE("new"), SLICE("value"));
}

static enum store_err
call_create(void)
{
	struct blob_id id = make_id(2);
	struct blob_writer *w;
	enum store_err err = blob_create(store, &id, &w);

	if (err == STORE_OK)
		blob_abandon(w);
	return err;
}

static enum store_err
call_append(void)
{
	struct blob_id id = make_id(2);
	struct blob_writer *w;
	enum store_err err = blob_create(store, &id, &w);

	ck_assert_store(err, STORE_OK);
	err = blob_append(w, SLICE("new bytes"));
	blob_abandon(w);
	return err;
}

static enum store_err
call_seal(void)
{
	struct blob_id id = make_id(2);
	struct blob_writer *w;

	ck_assert_store(blob_create(store, &id, &w), STORE_OK);
	ck_assert_store(blob_append(w, SLICE("new bytes")), STORE_OK);
	return blob_seal(w);
}

static enum store_err
call_open(void)
{
	struct blob_id id = make_id(1);
	struct blob_reader *r;
	enum store_err err = blob_open(store, &id, 9, 0, 9, &r);

	if (err == STORE_OK)
		blob_close(r);
	return err;
}

static enum store_err
call_read(void)
{
	char bytes[9];

	return read_blob(store, make_id(1), 9, 0, bytes, 9);
}

static enum store_err
call_delete(void)
{
	struct blob_id id = make_id(1);

	return blob_delete(store, &id);
}

/* What has taken effect, seen without faults. */

static bool
blob_is(unsigned number, uint64_t size)
{
	struct blob_id id = make_id(number);
	struct blob_reader *r;

	if (blob_open(inner, &id, size, 0, size, &r) != STORE_OK)
		return false;
	blob_close(r);
	return true;
}

static bool
new_key_is_there(void)
{
	return holds(inner, PARTITION, SLICE("new"), SLICE("value"));
}

static bool
all_was_visited(void)
{
	return visited == 1;
}

static bool
empty_blob_is_there(void)
{
	return blob_is(2, 0);
}

static bool
new_blob_is_there(void)
{
	return blob_is(2, 9);
}

static bool
old_blob_is_gone(void)
{
	return !blob_is(1, 9);
}

static const struct {
	const char *name;
	enum fault_call call;
	enum store_err (*make)(void);
	bool (*effect)(void); /* NULL: there is none to be seen */
	enum store_err errors[4];
} calls[] = {
	{ "get", FAULT_GET, call_get, NULL, { STORE_NOT_FOUND, STORE_DAMAGED, STORE_IO, STORE_TIMEOUT } },
	{ "scan", FAULT_SCAN, call_scan, all_was_visited, { STORE_DAMAGED, STORE_IO, STORE_TIMEOUT } },
	{ "commit", FAULT_COMMIT, call_commit, new_key_is_there,
	    { STORE_CONFLICT, STORE_FULL, STORE_IO, STORE_TIMEOUT } },
	{ "create", FAULT_BLOB_CREATE, call_create, empty_blob_is_there, { STORE_FULL, STORE_IO, STORE_TIMEOUT } },
	{ "append", FAULT_BLOB_APPEND, call_append, NULL, { STORE_FULL, STORE_IO, STORE_TIMEOUT } },
	{ "seal", FAULT_BLOB_SEAL, call_seal, new_blob_is_there, { STORE_FULL, STORE_IO, STORE_TIMEOUT } },
	{ "open", FAULT_BLOB_OPEN, call_open, NULL, { STORE_NOT_FOUND, STORE_DAMAGED, STORE_IO, STORE_TIMEOUT } },
	{ "read", FAULT_BLOB_READ, call_read, NULL, { STORE_NOT_FOUND, STORE_DAMAGED, STORE_IO, STORE_TIMEOUT } },
	{ "delete", FAULT_BLOB_DELETE, call_delete, old_blob_is_gone, { STORE_IO, STORE_TIMEOUT } },
};

/* As open_store leaves it. */
static void
begin_anew(void)
{
	struct blob_id new_id = make_id(2);

	visited = 0;
	fault_set(store, NULL, 0);
	if (new_key_is_there())
		ck_assert_store(delete_one(inner, PARTITION, SLICE("new")), STORE_OK);
	if (old_blob_is_gone())
		ck_assert_store(write_blob(inner, make_id(1), SLICE("old bytes"), 9), STORE_OK);
	ck_assert_store(blob_delete(inner, &new_id), STORE_OK);
}

static void
check_fault(enum fault_manner manner)
{
	for (size_t c = 0; c < ARRAY_SIZE(calls); c++)
		for (size_t e = 0; e < ARRAY_SIZE(calls[c].errors) && calls[c].errors[e]; e++) {
			struct fault fault = { calls[c].call, 1, 1, manner, calls[c].errors[e], 0 };
			enum store_err err;

			begin_anew();
			fault_set(store, &fault, 1);
			err = calls[c].make();
			ck_assert_msg(err == fault.err, "%s: %s instead of %s", calls[c].name, store_err_name(err),
			    store_err_name(fault.err));
			ck_assert_uint_eq(fault_count(store, fault.call), 1);
			if (calls[c].effect)
				ck_assert_msg(calls[c].effect() == (manner == FAULT_AFTER), "%s, %s: %s",
				    calls[c].name, store_err_name(fault.err),
				    manner == FAULT_AFTER ? "no effect" : "an effect");
		}
}

START_TEST(before)
{
	check_fault(FAULT_BEFORE);
}
END_TEST

START_TEST(after)
{
	check_fault(FAULT_AFTER);
}
END_TEST

START_TEST(torn)
{
	check_fault(FAULT_TORN);
}
END_TEST

START_TEST(nothing_fails_without_faults)
{
	for (size_t c = 0; c < ARRAY_SIZE(calls); c++)
		ck_assert_store(calls[c].make(), STORE_OK);
}
END_TEST

/* The second to the fourth commit. */
START_TEST(counted)
{
	const struct fault faults[] = {
		{ FAULT_COMMIT, 2, 3, FAULT_BEFORE, STORE_IO, 0 },
		{ FAULT_COMMIT, 4, 4, FAULT_AFTER, STORE_TIMEOUT, 0 },
		{ FAULT_GET, 2, UINT32_MAX, FAULT_BEFORE, STORE_IO, 0 },
	};
	static const enum store_err expected[] = { STORE_OK, STORE_IO, STORE_IO, STORE_TIMEOUT, STORE_OK,
		STORE_OK };

	for (unsigned round = 0; round < 2; round++) {
		fault_set(store, faults, ARRAY_SIZE(faults));
		for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
			ck_assert_store(call_commit(), expected[i]);
		ck_assert_uint_eq(fault_count(store, FAULT_COMMIT), ARRAY_SIZE(expected));
		ck_assert_uint_eq(fault_count(store, FAULT_BLOB_SEAL), 0);
		ck_assert_store(call_get(), STORE_OK);
		ck_assert_store(call_get(), STORE_IO);
		ck_assert_store(call_get(), STORE_IO);
	}
	fault_set(store, NULL, 0);
	ck_assert_store(call_get(), STORE_OK);
	ck_assert_store(call_commit(), STORE_OK);
}
END_TEST

START_TEST(late)
{
	struct fault fault = { FAULT_GET, 2, 2, FAULT_BEFORE, STORE_OK, 30000 };
	int64_t begun_us;

	fault_set(store, &fault, 1);
	ck_assert_store(call_get(), STORE_OK);
	begun_us = clock_monotonic_us();
	ck_assert_store(call_get(), STORE_OK);
	ck_assert_int_ge(clock_monotonic_us() - begun_us, 30000);
}
END_TEST

/* A torn append has written half of its bytes to the inner engine, and no seal is possible. */
START_TEST(torn_append)
{
	struct fault fault = { FAULT_BLOB_APPEND, 2, 2, FAULT_TORN, STORE_IO, 0 };
	struct blob_id id = make_id(3);
	struct blob_writer *w;
	struct store_counter counter;

	fault_set(store, &fault, 1);
	ck_assert_store(blob_create(store, &id, &w), STORE_OK);
	ck_assert_store(blob_append(w, SLICE("0123456789")), STORE_OK);
	ck_assert_store(blob_append(w, SLICE("0123456789")), STORE_IO);
	ck_assert(w->failed);
	blob_abandon(w);
	counter = store_counter(inner, STORE_CALL_BLOB_APPEND);
	ck_assert_uint_eq(counter.results[STORE_OK], 3);
	counter = store_counter(store, STORE_CALL_BLOB_APPEND);
	ck_assert_uint_eq(counter.results[STORE_OK], 2);
	ck_assert_uint_eq(counter.results[STORE_IO], 1);
}
END_TEST

START_TEST(as_the_inner_engine)
{
	ck_assert_uint_eq(store_session(store), store_session(inner));
	ck_assert(store_session_alive(store, store_session(inner)));
	ck_assert(!store_session_alive(store, store_session(inner) + 1));
	ck_assert_uint_eq(store_inline_max(store), store_inline_max(inner));
	ck_assert(store_get_waits(store) == store_get_waits(inner));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fault");
	TCase *tc = tcase_create("fault");

	tcase_add_checked_fixture(tc, open_store, close_store);
	tcase_add_test(tc, before);
	tcase_add_test(tc, after);
	tcase_add_test(tc, torn);
	tcase_add_test(tc, nothing_fails_without_faults);
	tcase_add_test(tc, counted);
	tcase_add_test(tc, late);
	tcase_add_test(tc, torn_append);
	tcase_add_test(tc, as_the_inner_engine);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
