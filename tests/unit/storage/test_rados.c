/* What only the RADOS engine has: several openings of one store, groups of commits, stripes, leases, another client. */
#include "storage/rados/rados.h"

#include <pthread.h>

#include "storage/rados/blob.h"
#include "tests/unit/storage/engines.h"
#include "tests/unit/storage/turn_away.h"
#include "tests/unit/suite.h"

static struct rs_client *
client(void)
{
	return rs_of(store)->present.client;
}

struct counted {
	const char *prefix;
	unsigned count;
};

static bool
count_object(void *context, const char *name)
{
	struct counted *counted = context;

	counted->count += slice_starts_with(slice_from(name), slice_from(counted->prefix));
	return true;
}

/* How many of the namespace's objects have a name that begins so. */
static unsigned
objects_count(const char *prefix)
{
	struct counted counted = { prefix, 0 };

	ck_assert_int_eq(rs_list(client(), count_object, &counted), 0);
	return counted.count;
}

/* Several openings. */

START_TEST(sessions)
{
	struct store *other = scratch_open_cluster(folder);
	uint64_t session = store_session(other);

	ck_assert_uint_ne(session, store_session(store));
	ck_assert(store_session_alive(store, store_session(store)));
	ck_assert(store_session_alive(store, session));
	ck_assert(store_session_alive(other, store_session(store)));
	store_close(other);
	ck_assert(!store_session_alive(store, session));
	ck_assert(!store_session_alive(store, session ^ 1));
}
END_TEST

/* One at a time, and another one when it closes. */
START_TEST(leader)
{
	struct store *other = scratch_open_cluster(folder);

	ck_assert(store_leads(store));
	ck_assert(!store_leads(other));
	ck_assert(store_leads(store));
	store_close(store);
	ck_assert(store_leads(other));
	store = other;
}
END_TEST

#define OPENINGS   2
#define THREADS    4
#define INCREMENTS 40

static void *
increment(void *context)
{
	struct store *s = context;

	for (unsigned done = 0; done < INCREMENTS;) {
		TALLOC_CTX *own = talloc_new(NULL);
		struct condition condition = { .key = SLICE("counter") };
		struct put put = { .key = SLICE("counter") };
		uint64_t number = 0;
		enum store_err err = store_get(s, PARTITION, SLICE("counter"), own, &condition.value);

		condition.absent = err == STORE_NOT_FOUND;
		if ((err && !condition.absent) || (!err && !slice_to_number(condition.value, UINT32_MAX, &number)))
			abort();
		put.value = slice_from(talloc_asprintf(own, "%llu", (unsigned long long)number + 1));
		err = store_commit(s, PARTITION,
		    &(struct batch){
			.conditions = &condition, .condition_count = 1, .puts = &put, .put_count = 1 });
		if (err != STORE_OK && err != STORE_CONFLICT)
			abort();
		done += err == STORE_OK;
		talloc_free(own);
	}
	return NULL;
}

START_TEST(increments_of_two_openings)
{
	struct store *openings[OPENINGS] = { store, scratch_open_cluster(folder) };
	pthread_t threads[OPENINGS * THREADS];
	char wanted[16];

	for (unsigned i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, increment, openings[i % OPENINGS]), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	snprintf(wanted, sizeof(wanted), "%d", OPENINGS * THREADS * INCREMENTS);
	ck_assert(holds(openings[0], PARTITION, SLICE("counter"), slice_from(wanted)));
	ck_assert(holds(openings[1], PARTITION, SLICE("counter"), slice_from(wanted)));
	store_close(openings[1]);
}
END_TEST

/* A client that is turned away. */

/* Until a commit has ended so, for a time that is more than enough. */
static void
commit_until(enum store_err wanted)
{
	time_t end = time(NULL) + 60;
	enum store_err err;

	do
		err = put_one(store, PARTITION, SLICE("key"), SLICE("value"));
	while (err != wanted && time(NULL) < end);
	ck_assert_store(err, wanted);
}

START_TEST(another_client)
{
	struct store *other = scratch_open_cluster(folder);
	struct blob_id id = make_id(1), sealed = make_id(2);
	size_t size = STRIPE_BYTES;
	char *bytes = talloc_zero_size(mem, size);
	struct blob_writer *w;
	struct blob_reader *r;

	ck_assert_store(write_blob(store, sealed, slice_make(bytes, size), size), STORE_OK);
	ck_assert_store(blob_open(store, &sealed, size, 0, size, &r), STORE_OK);
	ck_assert_store(blob_create(store, &id, &w), STORE_OK);
	ck_assert_store(blob_append(w, slice_make(bytes, CHUNK_BYTES + 1)), STORE_OK);
	turn_away(client());
	commit_until(STORE_TIMEOUT);
	commit_until(STORE_OK);
	ck_assert(holds(store, PARTITION, SLICE("key"), SLICE("value")));

	/* What was begun through the one that is lost does not go on. */
	ck_assert_store(blob_read(r, 0, bytes, size), STORE_TIMEOUT);
	blob_close(r);
	ck_assert_store(blob_seal(w), STORE_TIMEOUT);
	ck_assert_store(read_blob(store, sealed, size, 0, bytes, size), STORE_OK);

	ck_assert(store_session_alive(other, store_session(store)));
	store_close(other);
}
END_TEST

/* Groups. */

#define WRITERS 32
#define ROUNDS  30

static pthread_barrier_t together;

/* Each writes keys of its own on the same condition; every third has one more, which does not hold. */
static void *
write_own(void *context)
{
	unsigned number = (unsigned)(uintptr_t)context;
	const struct condition conditions[] = { { SLICE("gate"), true, { NULL, 0 } },
		{ SLICE("there"), true, { NULL, 0 } } };
	bool fails = number % 3 == 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		char key[32];
		struct put put = { .value = SLICE("value") };
		enum store_err err;

		snprintf(key, sizeof(key), "%u-%u", number, round);
		put.key = slice_from(key);
		pthread_barrier_wait(&together);
		err = store_commit(store, PARTITION,
		    &(struct batch){ .conditions = conditions,
			.condition_count = fails ? 2 : 1,
			.puts = &put,
			.put_count = 1,
			.frees = number % 4 == 0 });
		if (err != (fails ? STORE_CONFLICT : STORE_OK) ||
		    holds(store, PARTITION, put.key, SLICE("")) != fails)
			abort();
	}
	return NULL;
}

START_TEST(groups)
{
	pthread_t threads[WRITERS];

	pthread_barrier_init(&together, NULL, WRITERS);
	ck_assert_store(put_one(store, PARTITION, SLICE("there"), SLICE("x")), STORE_OK);
	for (unsigned i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_own, (void *)(uintptr_t)i), 0);
	for (unsigned i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&together);
}
END_TEST

/* All want the same key, absent: one has it. */
static void *
write_same(void *context)
{
	const struct condition absent = { SLICE("same"), true, { NULL, 0 } };
	const struct put put = { SLICE("same"), SLICE("value") };
	enum store_err *err = context;

	pthread_barrier_wait(&together);
	*err = store_commit(store, PARTITION,
	    &(struct batch){ .conditions = &absent, .condition_count = 1, .puts = &put, .put_count = 1 });
	return NULL;
}

START_TEST(one_winner)
{
	pthread_t threads[WRITERS];
	enum store_err errs[WRITERS];
	unsigned won = 0;

	pthread_barrier_init(&together, NULL, WRITERS);
	for (unsigned i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_same, &errs[i]), 0);
	for (unsigned i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert(errs[i] == STORE_OK || errs[i] == STORE_CONFLICT);
		won += errs[i] == STORE_OK;
	}
	pthread_barrier_destroy(&together);
	ck_assert_uint_eq(won, 1);
}
END_TEST

/* Partitions come and go. */

START_TEST(partition_goes)
{
	const struct condition there = { SLICE("key"), false, SLICE("value") };
	const struct condition absent = { SLICE("key"), true, { NULL, 0 } };
	const struct slice key = SLICE("key");

	ck_assert_store(delete_one(store, PARTITION, SLICE("key")), STORE_OK);
	ck_assert_uint_eq(objects_count("p."), 0);
	ck_assert_store(
	    store_commit(store, PARTITION,
		&(struct batch){ .conditions = &absent, .condition_count = 1, .deletes = &key, .delete_count = 1 }),
	    STORE_OK);
	ck_assert_store(
	    store_commit(store, PARTITION,
		&(struct batch){ .conditions = &there, .condition_count = 1, .deletes = &key, .delete_count = 1 }),
	    STORE_CONFLICT);
	ck_assert_store(put_one(store, PARTITION, SLICE("key"), SLICE("value")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, SLICE("other"), SLICE("value")), STORE_OK);
	ck_assert_store(delete_one(store, PARTITION, SLICE("other")), STORE_OK);
	ck_assert_uint_eq(objects_count("p."), 1);
	ck_assert_store(delete_one(store, PARTITION, SLICE("key")), STORE_OK);
	ck_assert_uint_eq(objects_count("p."), 0);
}
END_TEST

/* Stripes. */

static const size_t striped_sizes[] = { 0, 1, STRIPE_BYTES - 1, STRIPE_BYTES, STRIPE_BYTES + 1, 2 * STRIPE_BYTES,
	3 * STRIPE_BYTES - CHUNK_BYTES, 3 * STRIPE_BYTES + 5 };

START_TEST(stripes)
{
	size_t size = striped_sizes[_i];
	char *bytes = talloc_zero_size(mem, size + 1);
	struct blob_id id = make_id(1);
	struct blob_reader *r;

	ck_assert_store(write_blob(store, id, slice_make(bytes, size), 300000), STORE_OK);
	ck_assert_uint_eq(objects_count("b."), rs_blob_objects(size));
	ck_assert_store(blob_open(store, &id, size + STRIPE_BYTES, 0, size + STRIPE_BYTES, &r), STORE_DAMAGED);
	ck_assert_store(blob_delete(store, &id), STORE_OK);
	ck_assert_uint_eq(objects_count("b."), 0);
}
END_TEST

/* A writer that nobody seals or abandons, as one that died. */
START_TEST(unsealed)
{
	size_t size = striped_sizes[_i];
	char *bytes = talloc_zero_size(mem, size + 1);
	struct store *other = scratch_open_cluster(folder);
	struct blob_id id = make_id(1);
	struct blob_writer *w;
	struct blob_reader *r;

	ck_assert_store(blob_create(other, &id, &w), STORE_OK);
	ck_assert_store(blob_append(w, slice_make(bytes, size)), STORE_OK);
	ck_assert(blob_open(store, &id, size, 0, size, &r) != STORE_OK);
	ck_assert_store(blob_delete(store, &id), STORE_OK);
	blob_abandon(w);
	store_close(other);
	ck_assert_uint_eq(objects_count("b."), 0);
}
END_TEST

/* Bytes that are gone are never made up. */
START_TEST(cut_short)
{
	size_t size = 3 * STRIPE_BYTES;
	char *bytes = talloc_zero_size(mem, size);
	struct blob_id id = make_id(1);
	struct blob_reader *r;

	ck_assert_store(write_blob(store, id, slice_make(bytes, size), size), STORE_OK);
	ck_assert_int_eq(rados_trunc(client()->io, rs_blob_name(&id, 1).text, CHUNK_BYTES + 5), 0);
	ck_assert_int_eq(rados_remove(client()->io, rs_blob_name(&id, 2).text), 0);
	ck_assert_store(blob_open(store, &id, size, 0, size, &r), STORE_OK);
	ck_assert_store(blob_read(r, 0, bytes, STRIPE_BYTES), STORE_OK);
	ck_assert_store(blob_read(r, STRIPE_BYTES, bytes, CHUNK_BYTES), STORE_OK);
	ck_assert_store(blob_read(r, STRIPE_BYTES + CHUNK_BYTES, bytes, CHUNK_BYTES), STORE_DAMAGED);
	ck_assert_store(blob_read(r, STRIPE_BYTES + CHUNK_BYTES, bytes, 6), STORE_DAMAGED);
	ck_assert_store(blob_read(r, 2 * STRIPE_BYTES + 77, bytes, 10), STORE_NOT_FOUND);
	blob_close(r);
}
END_TEST

/* Opening. */

static enum store_err
try_open(const char *url, bool create, char **message)
{
	struct store_options options = { .create = create, .serve = true };
	struct store *s;
	enum store_err err = store_open(url, &options, mem, &s, message);

	if (!err)
		store_close(s);
	return err;
}

START_TEST(not_a_store)
{
	char *url = talloc_asprintf(mem, "%s&namespace=%s.x", scratch_cluster(), strrchr(folder, '/') + 1);
	rados_ioctx_t io;
	char *message;

	ck_assert_store(try_open(url, false, &message), STORE_NOT_FOUND);
	ck_assert_msg(strstr(message, "there is no store") != NULL, "%s", message);
	ck_assert_int_eq(rados_ioctx_create2(client()->cluster, client()->pool, &io), 0);
	rados_ioctx_set_namespace(io, strrchr(url, '=') + 1);
	ck_assert_int_eq(rados_write_full(io, "somebody's", "x", 1), 0);
	ck_assert_store(try_open(url, true, &message), STORE_DAMAGED);
	ck_assert_msg(strstr(message, "somebody's") != NULL, "%s", message);
	ck_assert_int_eq(rados_remove(io, "somebody's"), 0);
	ck_assert_store(try_open(url, true, &message), STORE_OK);
	ck_assert_int_eq(rados_write_full(io, "format", "crossgate rados store, format 2\n", 32), 0);
	ck_assert_store(try_open(url, false, &message), STORE_DAMAGED);
	ck_assert_msg(strstr(message, "format 2") != NULL, "%s", message);
	ck_assert_int_eq(rados_write_full(io, "format", "something", 9), 0);
	ck_assert_store(try_open(url, true, &message), STORE_DAMAGED);
	rados_ioctx_destroy(io);
}
END_TEST

START_TEST(no_pool)
{
	const char *conf = strstr(scratch_cluster(), "?conf=");
	char *message;

	ck_assert_store(
	    try_open(talloc_asprintf(mem, "rados:no-such-pool%s", conf), true, &message), STORE_NOT_FOUND);
	ck_assert_msg(strstr(message, "cannot use the pool") != NULL, "%s", message);
	ck_assert_store(
	    try_open(talloc_asprintf(mem, "rados:pool?conf=%s/none", folder), true, &message), STORE_NOT_FOUND);
	ck_assert_msg(strstr(message, "cannot read Ceph's configuration") != NULL, "%s", message);
}
END_TEST

/* A monitor that is not there: nothing listens on port 1. */
START_TEST(no_cluster)
{
	char *path = talloc_asprintf(mem, "%s/ceph.conf", folder);
	FILE *conf = fopen(path, "w");
	char *message;
	time_t begun = time(NULL);

	ck_assert_ptr_nonnull(conf);
	fputs(
	    "[global]\nmon_host = [v2:127.0.0.1:1]\nauth_client_required = none\nms_mon_client_mode = crc\n", conf);
	fclose(conf);
	ck_assert_store(
	    try_open(talloc_asprintf(mem, "rados:pool?conf=%s&timeout=2", path), true, &message), STORE_TIMEOUT);
	ck_assert_msg(strstr(message, "cannot reach the cluster") != NULL, "%s", message);
	ck_assert_int_lt(time(NULL) - begun, 20);
}
END_TEST

int
main(void)
{
	Suite *suite;
	TCase *tc;

	if (!scratch_cluster()) {
		fprintf(stderr, "test_rados: nothing is tested without a cluster (scripts/test-cluster)\n");
		return 0;
	}
	suite = suite_create("rados");
	tc = tcase_create("rados");
	tcase_add_checked_fixture(tc, open_cluster, close_store);
	tcase_add_test(tc, sessions);
	tcase_add_test(tc, leader);
	tcase_add_test(tc, increments_of_two_openings);
	tcase_add_test(tc, another_client);
	tcase_add_test(tc, groups);
	tcase_add_test(tc, one_winner);
	tcase_add_test(tc, partition_goes);
	tcase_add_loop_test(tc, stripes, 0, ARRAY_SIZE(striped_sizes));
	tcase_add_loop_test(tc, unsealed, 0, ARRAY_SIZE(striped_sizes));
	tcase_add_test(tc, cut_short);
	tcase_add_test(tc, not_a_store);
	tcase_add_test(tc, no_pool);
	tcase_add_test(tc, no_cluster);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
