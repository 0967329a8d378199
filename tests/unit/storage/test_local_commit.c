/* Group commit, a full disk, and what the embedded engine tidies up. */
#include "storage/local/local.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "tests/unit/storage/scratch.h"
#include "tests/unit/suite.h"

#define WAIT_US ((int64_t)30 * 1000000)

static TALLOC_CTX *mem;
static char *folder;
static struct store *store;

static void
open_store(void)
{
	mem = talloc_new(NULL);
	folder = scratch_make(mem);
	store = scratch_open(folder);
}

static void
close_store(void)
{
	store_close(store);
	scratch_remove(folder);
	talloc_free(mem);
}

static size_t
entries(void)
{
	MDB_stat stat;

	ck_assert_int_eq(mdb_env_stat(local_of(store)->env, &stat), 0);
	return stat.ms_entries;
}

static size_t
transactions(void)
{
	MDB_envinfo info;

	ck_assert_int_eq(mdb_env_info(local_of(store)->env, &info), 0);
	return info.me_last_txnid;
}

/* Groups. */

#define GROUP 24

struct member {
	pthread_t thread;
	const struct batch *batch;
	enum store_err err;
};

static void *
commit_batch(void *context)
{
	struct member *m = context;

	m->err = store_commit(store, PARTITION, m->batch);
	return NULL;
}

/* Let `count` commits wait, in order, and then go at once: the test holds LMDB's lock until all are there. */
static void
commit_together(struct member *members, size_t count)
{
	int64_t give_up_us = clock_monotonic_us() + WAIT_US;
	MDB_txn *txn;

	ck_assert_int_eq(mdb_txn_begin(local_of(store)->env, NULL, 0, &txn), 0);
	for (size_t i = 0; i < count; i++) {
		ck_assert_int_eq(pthread_create(&members[i].thread, NULL, commit_batch, &members[i]), 0);
		while (local_commits_under_way(local_of(store)) != i + 1) {
			ck_assert_int_lt(clock_monotonic_us(), give_up_us);
			sched_yield();
		}
	}
	mdb_txn_abort(txn);
	for (size_t i = 0; i < count; i++)
		pthread_join(members[i].thread, NULL);
}

START_TEST(folded)
{
	struct member members[GROUP];
	struct put puts[GROUP];
	struct batch batches[GROUP];
	size_t before = transactions();

	for (size_t i = 0; i < GROUP; i++) {
		char *key = talloc_asprintf(mem, "key %zu", i);

		puts[i] = (struct put){ slice_from(key), slice_from(key) };
		batches[i] = (struct batch){ .puts = &puts[i], .put_count = 1 };
		members[i].batch = &batches[i];
	}
	commit_together(members, GROUP);
	for (size_t i = 0; i < GROUP; i++) {
		ck_assert_store(members[i].err, STORE_OK);
		ck_assert(holds(store, PARTITION, puts[i].key, puts[i].value));
	}
	/* The committer took the first, or the first few, and then all the others. */
	ck_assert_uint_le(transactions() - before, 2);
}
END_TEST

/* All of a group want the same: the first that came has it, and each later one is judged by what that one did. */
START_TEST(first_come_first_served)
{
	struct member members[GROUP];
	struct put puts[GROUP];
	struct batch batches[GROUP];
	const struct condition absent = { SLICE("prize"), true, { NULL, 0 } };

	for (size_t i = 0; i < GROUP; i++) {
		puts[i] = (struct put){ SLICE("prize"), slice_from(talloc_asprintf(mem, "number %zu", i)) };
		batches[i] =
		    (struct batch){ .conditions = &absent, .condition_count = 1, .puts = &puts[i], .put_count = 1 };
		members[i].batch = &batches[i];
	}
	commit_together(members, GROUP);
	ck_assert_store(members[0].err, STORE_OK);
	for (size_t i = 1; i < GROUP; i++)
		ck_assert_store(members[i].err, STORE_CONFLICT);
	ck_assert(holds(store, PARTITION, SLICE("prize"), SLICE("number 0")));
}
END_TEST

/* One batch of a group is more than LMDB's map can take: it fails alone. */
START_TEST(only_the_guilty_fails)
{
	struct member members[GROUP];
	struct put puts[GROUP];
	struct put *large = talloc_array(mem, struct put, 64);
	char *filler = talloc_zero_size(mem, STORE_VALUE_MAX);
	struct batch batches[GROUP];

	ck_assert_int_eq(mdb_env_set_mapsize(local_of(store)->env, 8 << 20), 0);
	for (size_t i = 0; i < 64; i++)
		large[i] = (struct put){ slice_from(talloc_asprintf(mem, "large %zu", i)), { filler, 400000 } };
	for (size_t i = 0; i < GROUP; i++) {
		puts[i] = (struct put){ slice_from(talloc_asprintf(mem, "key %zu", i)), SLICE("value") };
		batches[i] = (struct batch){ .puts = &puts[i], .put_count = 1 };
		members[i].batch = &batches[i];
	}
	batches[7] = (struct batch){ .puts = large, .put_count = 64 };
	commit_together(members, GROUP);
	for (size_t i = 0; i < GROUP; i++) {
		ck_assert_store(members[i].err, i == 7 ? STORE_FULL : STORE_OK);
		ck_assert(holds(store, PARTITION, puts[i].key, i == 7 ? SLICE("") : SLICE("value")));
	}
	ck_assert(holds(store, PARTITION, SLICE("large 0"), SLICE("")));
}
END_TEST

/* A full disk. */

/* The reserve is made as large as no disk is. */
START_TEST(reserve)
{
	struct slice doomed = SLICE("doomed");
	struct blob_id id = make_id(1), other = make_id(2);
	struct blob_writer *w;
	char bytes[10];

	ck_assert_store(put_one(store, PARTITION, doomed, SLICE("value")), STORE_OK);
	ck_assert_store(write_blob(store, id, SLICE("0123456789"), 10), STORE_OK);
	atomic_store(&local_of(store)->reserve, UINT64_MAX / 2);
	ck_assert_store(put_one(store, PARTITION, SLICE("new"), SLICE("value")), STORE_FULL);
	ck_assert(holds(store, PARTITION, SLICE("new"), SLICE("")));
	ck_assert_store(blob_create(store, &other, &w), STORE_OK);
	ck_assert_store(blob_append(w, SLICE("0123456789")), STORE_OK);
	ck_assert_store(blob_seal(w), STORE_FULL);
	ck_assert_store(
	    write_blob(store, other, slice_make(talloc_zero_size(mem, 1 << 20), 1 << 20), 1 << 20), STORE_FULL);
	ck_assert_store(read_blob(store, id, 10, 0, bytes, 10), STORE_OK);
	ck_assert(holds(store, PARTITION, doomed, SLICE("value")));
	ck_assert_store(blob_delete(store, &id), STORE_OK);
	ck_assert_store(
	    store_commit(store, PARTITION, &(struct batch){ .deletes = &doomed, .delete_count = 1, .frees = true }),
	    STORE_OK);
	ck_assert(holds(store, PARTITION, doomed, SLICE("")));
	atomic_store(&local_of(store)->reserve, 0);
	ck_assert_store(put_one(store, PARTITION, SLICE("new"), SLICE("value")), STORE_OK);
}
END_TEST

static enum store_err
put_filler(unsigned number, size_t size)
{
	static char filler[STORE_VALUE_MAX];
	char key[16];

	snprintf(key, sizeof(key), "%08u", number);
	return put_one(store, PARTITION, slice_from(key), slice_make(filler, size));
}

static enum store_err
delete_filler(unsigned number)
{
	char text[16];
	struct slice key = { text, 8 };

	snprintf(text, sizeof(text), "%08u", number);
	return store_commit(store, PARTITION, &(struct batch){ .deletes = &key, .delete_count = 1, .frees = true });
}

/* Write all that the file system takes. */
static void
fill_up(const char *path)
{
	static const char zeros[4096];
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	ck_assert_int_ge(fd, 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	ck_assert_int_eq(errno, ENOSPC);
	close(fd);
}

/* Fill the store with keys up to the reserve, and go through what a full store must still do. */
static void
check_full_of_keys(void)
{
	unsigned count = 0;
	enum store_err err;

	while ((err = put_filler(count, 100000)) == STORE_OK)
		count++;
	ck_assert_store(err, STORE_FULL);
	ck_assert_uint_gt(count, 100);
	for (unsigned i = 0; i < count; i += 2)
		ck_assert_store(delete_filler(i), STORE_OK);
	/* The disk has no more room than before, but LMDB's file has. */
	ck_assert_store(put_filler(0, 100000), STORE_OK);
	for (unsigned i = 0; i < count; i++)
		ck_assert_store(delete_filler(i), STORE_OK);
}

static void
check_full_of_blobs(void)
{
	struct slice bytes = slice_make(talloc_zero_size(mem, 500000), 500000);
	char *out = talloc_size(mem, 500000);
	unsigned count = 0;
	enum store_err err;

	while ((err = write_blob(store, make_id(count), bytes, 100000)) == STORE_OK)
		count++;
	ck_assert_store(err, STORE_FULL);
	ck_assert_uint_gt(count, 10);
	for (unsigned i = 0; i < count; i++)
		ck_assert_store(read_blob(store, make_id(i), 500000, 0, out, 500000), STORE_OK);
	for (unsigned i = 0; i < count; i++) {
		struct blob_id id = make_id(i);

		ck_assert_store(blob_delete(store, &id), STORE_OK);
	}
	ck_assert_store(write_blob(store, make_id(count), bytes, 100000), STORE_OK);
}

/* Somebody else has taken even the reserve. */
static void
check_no_room_at_all(const char *disk)
{
	char *hog = talloc_asprintf(mem, "%s/hog", disk);
	enum store_err err;

	ck_assert_store(put_one(store, SLICE("kept"), SLICE("key"), SLICE("value")), STORE_OK);
	ck_assert_int_eq(local_room_code(local_of(store), EIO), EIO);
	fill_up(hog);
	ck_assert_int_eq(local_room_code(local_of(store), EIO), ENOSPC);
	atomic_store(&local_of(store)->reserve, 0);
	for (unsigned i = 0; (err = put_filler(i, STORE_VALUE_MAX)) == STORE_OK; i++)
		ck_assert_uint_lt(i, 1000);
	ck_assert_store(err, STORE_FULL);
	ck_assert_store(
	    write_blob(store, make_id(5000), slice_make(talloc_zero_size(mem, 70000), 70000), 70000), STORE_FULL);
	ck_assert(holds(store, SLICE("kept"), SLICE("key"), SLICE("value")));
	ck_assert_int_eq(unlink(hog), 0);
	ck_assert_store(put_one(store, SLICE("kept"), SLICE("key"), SLICE("goes on")), STORE_OK);
}

/* A small disk that goes with this process. Mounting one is not allowed everywhere: then false, said aloud. */
static bool
mount_disk(const char *place)
{
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("tmpfs", place, "tmpfs", 0, "size=48m") == 0)
		return true;
	fprintf(stderr, "test_local_commit: a full disk is not tested: cannot mount one (%s)\n", strerror(errno));
	return false;
}

START_TEST(full_disk)
{
	char *disk = scratch_make(mem);

	store_close(store);
	if (mount_disk(disk)) {
		store = scratch_open(talloc_asprintf(mem, "%s/store", disk));
		check_full_of_blobs();
		check_full_of_keys();
		check_no_room_at_all(disk);
		store_close(store);
		ck_assert_int_eq(umount(disk), 0);
	}
	ck_assert_int_eq(rmdir(disk), 0);
	store = scratch_open(folder);
}
END_TEST

/* Tidiness. */

START_TEST(nothing_stays_behind)
{
	char key[STORE_KEY_MAX];
	char *large = talloc_zero_size(mem, STORE_VALUE_MAX);

	memset(key, 'k', sizeof(key));
	for (size_t length = 1; length <= STORE_KEY_MAX; length += 137) {
		ck_assert_store(
		    put_one(store, PARTITION, slice_make(key, length), slice_make(large, 30000)), STORE_OK);
		ck_assert_store(
		    put_one(store, PARTITION, slice_make(key, length), slice_make(large, STORE_VALUE_MAX)),
		    STORE_OK);
		ck_assert_store(
		    put_one(store, PARTITION, slice_make(key, length), slice_make(large, 10000)), STORE_OK);
	}
	ck_assert_uint_gt(entries(), 30);
	for (size_t length = 1; length <= STORE_KEY_MAX; length += 137)
		ck_assert_store(delete_one(store, PARTITION, slice_make(key, length)), STORE_OK);
	/* The counter of numbers alone. */
	ck_assert_uint_eq(entries(), 1);
}
END_TEST

/* A batch that fails after it has begun to change things leaves nothing either. */
START_TEST(whole_or_not_at_all)
{
	char long_key[1000];
	struct put puts[2] = { { SLICE("first"), SLICE("value") }, { { long_key, 1000 }, SLICE("value") } };
	size_t before;
	MDB_val key = { 511, NULL }, data = { 7, NULL };
	unsigned char lmdb_key[511];
	MDB_txn *txn;

	memset(long_key, 'k', sizeof(long_key));
	/* In the place of the entry that leads on from the first piece of the long key: junk. */
	memcpy(lmdb_key, "kpartition\0\0", 12);
	memset(lmdb_key + 12, 'k', 498);
	lmdb_key[510] = 0;
	key.mv_data = lmdb_key;
	data.mv_data = long_key;
	ck_assert_int_eq(mdb_txn_begin(local_of(store)->env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_put(txn, local_of(store)->dbi, &key, &data, 0), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	before = entries();
	ck_assert_store(
	    store_commit(store, PARTITION, &(struct batch){ .puts = puts, .put_count = 2 }), STORE_DAMAGED);
	ck_assert(holds(store, PARTITION, SLICE("first"), SLICE("")));
	ck_assert_uint_eq(entries(), before);
}
END_TEST

#define MANY 45000

static enum scan_step
check_next(void *context, struct slice key, struct slice value, struct slice *seek)
{
	unsigned *expected = context;
	char text[16];

	(void)value;
	(void)seek;
	snprintf(text, sizeof(text), "%08u", *expected);
	ck_assert(slice_equal(key, slice_from(text)));
	++*expected;
	return SCAN_NEXT;
}

START_TEST(long_scan)
{
	struct put puts[1000];
	char(*keys)[16] = talloc_size(mem, 1000 * sizeof(*keys));
	unsigned expected = 0;

	for (unsigned i = 0; i < MANY; i++) {
		snprintf(keys[i % 1000], sizeof(*keys), "%08u", i);
		puts[i % 1000] = (struct put){ slice_make(keys[i % 1000], 8), SLICE("value") };
		if (i % 1000 == 999)
			ck_assert_store(
			    store_commit(store, PARTITION, &(struct batch){ .puts = puts, .put_count = 1000 }),
			    STORE_OK);
	}
	ck_assert_store(store_scan(store, PARTITION, SLICE(""), check_next, &expected), STORE_OK);
	ck_assert_uint_eq(expected, MANY);
}
END_TEST

START_TEST(deletes_made_durable)
{
	struct local_store *s = local_of(store);
	struct slice key = SLICE("key");

	for (unsigned i = 0; i < 40; i++) {
		struct blob_id id = make_id(i);

		ck_assert_store(write_blob(store, id, SLICE("x"), 1), STORE_OK);
		ck_assert_store(blob_delete(store, &id), STORE_OK);
		ck_assert_uint_gt(s->unlinks[id.bytes[15]].done, s->unlinks[id.bytes[15]].synced);
	}
	ck_assert_store(
	    store_commit(store, PARTITION, &(struct batch){ .deletes = &key, .delete_count = 1, .frees = true }),
	    STORE_OK);
	for (unsigned i = 0; i < LOCAL_BLOB_FOLDERS; i++)
		ck_assert_uint_eq(s->unlinks[i].done, s->unlinks[i].synced);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("local commit");
	TCase *tc = tcase_create("commit");

	tcase_add_checked_fixture(tc, open_store, close_store);
	tcase_add_test(tc, folded);
	tcase_add_test(tc, first_come_first_served);
	tcase_add_test(tc, only_the_guilty_fails);
	tcase_add_test(tc, reserve);
	tcase_add_test(tc, full_disk);
	tcase_add_test(tc, nothing_stays_behind);
	tcase_add_test(tc, whole_or_not_at_all);
	tcase_add_test(tc, long_scan);
	tcase_add_test(tc, deletes_made_durable);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
