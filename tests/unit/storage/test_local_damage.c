/* The embedded engine finds out what the disk has changed: nothing damaged is ever given out. */
#include "storage/local/local.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/unit/storage/scratch.h"
#include "tests/unit/suite.h"

#define BLOCK      65536
#define BLOCK_FILE (BLOCK + 4)

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

/* Changing files behind the engine's back. */

static int
open_file(const char *path)
{
	int fd = open(path, O_RDWR);

	ck_assert_msg(fd >= 0, "%s", path);
	return fd;
}

static char *
blob_path(struct blob_id id)
{
	char *path = talloc_asprintf(mem, "%s/blobs/%02x/", folder, id.bytes[15]);

	for (size_t i = 0; i < sizeof(id.bytes); i++)
		path = talloc_asprintf_append(path, "%02x", id.bytes[i]);
	return path;
}

static void
flip_bit(const char *path, off_t offset)
{
	int fd = open_file(path);
	char byte;

	ck_assert_int_eq(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x10;
	ck_assert_int_eq(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

/* Where `needle` is in the file of keys; it must be there just once. */
static off_t
find_in_keys(struct slice needle)
{
	int fd = open_file(talloc_asprintf(mem, "%s/meta/data.mdb", folder));
	struct stat sb;
	struct slice content;
	size_t position = 0, again = 0;
	char *bytes;

	ck_assert_int_eq(fstat(fd, &sb), 0);
	bytes = talloc_size(mem, (size_t)sb.st_size);
	ck_assert_int_eq(pread(fd, bytes, (size_t)sb.st_size, 0), sb.st_size);
	close(fd);
	content = slice_make(bytes, (size_t)sb.st_size);
	ck_assert(slice_find(content, needle, &position));
	ck_assert(!slice_find(slice_skip(content, position + 1), needle, &again));
	return (off_t)position;
}

static void
flip_in_keys(struct slice needle)
{
	flip_bit(talloc_asprintf(mem, "%s/meta/data.mdb", folder), find_in_keys(needle));
}

static enum store_err
get(struct slice key)
{
	struct slice value;
	enum store_err err = store_get(store, PARTITION, key, mem, &value);

	ck_assert(err == STORE_OK || value.length == 0);
	return err;
}

static enum scan_step
count_keys(void *context, struct slice key, struct slice value, struct slice *seek)
{
	(void)key;
	(void)value;
	(void)seek;
	++*(unsigned *)context;
	return SCAN_NEXT;
}

/* Keys. */

START_TEST(value_damaged)
{
	struct condition condition = { SLICE("b"), false, SLICE("the middle value") };
	struct put put = { SLICE("new"), SLICE("value") };
	unsigned seen = 0;

	ck_assert_store(put_one(store, PARTITION, SLICE("a"), SLICE("the first value")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, SLICE("c"), SLICE("the last value")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, SLICE("b"), SLICE("the middle value")), STORE_OK);
	store_close(store);
	flip_in_keys(SLICE("the middle value"));
	store = scratch_open(folder);
	ck_assert_store(get(SLICE("b")), STORE_DAMAGED);
	ck_assert_store(get(SLICE("a")), STORE_OK);
	ck_assert_store(get(SLICE("c")), STORE_OK);
	ck_assert_store(store_scan(store, PARTITION, SLICE(""), count_keys, &seen), STORE_DAMAGED);
	ck_assert_uint_eq(seen, 1);
	ck_assert_store(
	    store_commit(store, PARTITION,
		&(struct batch){ .conditions = &condition, .condition_count = 1, .puts = &put, .put_count = 1 }),
	    STORE_DAMAGED);
	ck_assert_store(get(SLICE("new")), STORE_NOT_FOUND);
	/* It can be replaced. */
	ck_assert_store(put_one(store, PARTITION, SLICE("b"), SLICE("good again")), STORE_OK);
	ck_assert(holds(store, PARTITION, SLICE("b"), SLICE("good again")));
}
END_TEST

START_TEST(key_damaged)
{
	ck_assert_store(put_one(store, PARTITION, SLICE("the key"), SLICE("value")), STORE_OK);
	store_close(store);
	flip_in_keys(SLICE("the key"));
	store = scratch_open(folder);
	/* 't' with that bit flipped */
	ck_assert_store(get(SLICE("dhe key")), STORE_DAMAGED);
}
END_TEST

START_TEST(values_in_each_others_place)
{
	char *path = talloc_asprintf(mem, "%s/meta/data.mdb", folder);
	const struct put puts[] = { { SLICE("a"), SLICE("the value of a..") },
		{ SLICE("b"), SLICE("the value of b..") } };
	char a[4 + 1 + 16], b[4 + 1 + 16];
	off_t at_a, at_b;
	int fd;

	/* In one commit: older copies of a page stay in the file. */
	ck_assert_store(store_commit(store, PARTITION, &(struct batch){ .puts = puts, .put_count = 2 }), STORE_OK);
	store_close(store);
	/* With their checksums. */
	at_a = find_in_keys(SLICE("the value of a..")) - 5;
	at_b = find_in_keys(SLICE("the value of b..")) - 5;
	fd = open_file(path);
	ck_assert_int_eq(pread(fd, a, sizeof(a), at_a), sizeof(a));
	ck_assert_int_eq(pread(fd, b, sizeof(b), at_b), sizeof(b));
	ck_assert_int_eq(pwrite(fd, b, sizeof(b), at_a), sizeof(b));
	ck_assert_int_eq(pwrite(fd, a, sizeof(a), at_b), sizeof(a));
	close(fd);
	store = scratch_open(folder);
	ck_assert_store(get(SLICE("a")), STORE_DAMAGED);
	ck_assert_store(get(SLICE("b")), STORE_DAMAGED);
}
END_TEST

START_TEST(piece_damaged)
{
	static const char mark[] = "in the middle of a large value";
	struct slice key = SLICE("key");
	char *large = talloc_zero_size(mem, 50000);
	unsigned seen = 0;

	memcpy(large + 25000, mark, sizeof(mark));
	ck_assert_store(put_one(store, PARTITION, key, slice_make(large, 50000)), STORE_OK);
	ck_assert(holds(store, PARTITION, key, slice_make(large, 50000)));
	store_close(store);
	flip_in_keys(slice_from(mark));
	store = scratch_open(folder);
	ck_assert_store(get(key), STORE_DAMAGED);
	ck_assert_store(store_scan(store, PARTITION, SLICE(""), count_keys, &seen), STORE_DAMAGED);
	ck_assert_uint_eq(seen, 0);
	ck_assert_store(delete_one(store, PARTITION, key), STORE_OK);
	ck_assert_store(get(key), STORE_NOT_FOUND);
}
END_TEST

/* The entry that leads from the first piece of a long key to the rest. */
START_TEST(continuation_damaged)
{
	char first[1000], second[1000];
	MDB_cursor *cursor;
	MDB_val key, data;
	MDB_txn *txn;
	unsigned char number;
	unsigned seen = 0;

	memset(first, 'k', sizeof(first));
	memset(second, 'k', sizeof(second));
	second[999] = 'l';
	ck_assert_store(put_one(store, PARTITION, slice_make(first, 1000), SLICE("first")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, slice_make(second, 1000), SLICE("second")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION, SLICE("short"), SLICE("value")), STORE_OK);
	ck_assert_int_eq(mdb_txn_begin(local_of(store)->env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_cursor_open(txn, local_of(store)->dbi, &cursor), 0);
	ck_assert_int_eq(mdb_cursor_get(cursor, &key, &data, MDB_FIRST), 0);
	ck_assert_uint_eq(key.mv_size, KEYS_LMDB_MAX);
	ck_assert_uint_eq(data.mv_size, 4 + NUMBER_BYTES);
	memcpy(&number, (char *)data.mv_data + 11, 1);
	number++;
	ck_assert_int_eq(mdb_cursor_put(cursor, &key, &data, MDB_CURRENT | MDB_RESERVE), 0);
	memset(data.mv_data, number, data.mv_size);
	mdb_cursor_close(cursor);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	ck_assert_store(get(slice_make(first, 1000)), STORE_DAMAGED);
	ck_assert_store(put_one(store, PARTITION, slice_make(first, 999), SLICE("value")), STORE_DAMAGED);
	ck_assert_store(store_scan(store, PARTITION, SLICE(""), count_keys, &seen), STORE_DAMAGED);
	ck_assert_store(get(SLICE("short")), STORE_OK);
}
END_TEST

/* Blobs. */

#define BLOB_BYTES (3 * BLOCK + 1000)

static const char *
blob_bytes(uint64_t seed)
{
	char *bytes = talloc_size(mem, BLOB_BYTES);

	fill_random(&seed, bytes, BLOB_BYTES);
	return bytes;
}

static const struct {
	const char *name;
	off_t offset; /* of a byte in the file that changes */
	size_t block; /* that it belongs to */
} flips[] = {
	{ "the first byte", 0, 0 },
	{ "the last byte of the first block", BLOCK - 1, 0 },
	{ "the first checksum", BLOCK + 1, 0 },
	{ "the second block", BLOCK_FILE + 77, 1 },
	{ "its checksum", BLOCK_FILE + BLOCK + 3, 1 },
	{ "the third checksum", 2 * BLOCK_FILE + BLOCK, 2 },
	{ "the short last block", 3 * BLOCK_FILE + 999, 3 },
	{ "the last checksum", 3 * BLOCK_FILE + 1000 + 3, 3 },
};

START_TEST(blob_flipped)
{
	const char *bytes = blob_bytes(9);
	struct blob_id id = make_id(1);
	char *out = talloc_size(mem, BLOB_BYTES);

	ck_assert_store(write_blob(store, id, slice_make(bytes, BLOB_BYTES), BLOB_BYTES), STORE_OK);
	flip_bit(blob_path(id), flips[_i].offset);
	ck_assert_store(read_blob(store, id, BLOB_BYTES, 0, out, BLOB_BYTES), STORE_DAMAGED);
	/* Whole blocks, and parts of a block. */
	for (size_t block = 0; block < 4; block++) {
		size_t length = block == 3 ? 1000 : BLOCK;
		enum store_err expected = block == flips[_i].block ? STORE_DAMAGED : STORE_OK;

		ck_assert_store(read_blob(store, id, BLOB_BYTES, block * BLOCK, out, length), expected);
		ck_assert_store(read_blob(store, id, BLOB_BYTES, block * BLOCK + 500, out, 1), expected);
		if (expected == STORE_OK)
			ck_assert_int_eq(out[0], bytes[block * BLOCK + 500]);
	}
}
END_TEST

static const struct {
	const char *name;
	off_t length; /* that the file is given */
} lengths[] = {
	{ "nothing left", 0 },
	{ "one block less", 3 * BLOCK_FILE },
	{ "one byte less", 3 * BLOCK_FILE + 1003 },
	{ "one byte more", 3 * BLOCK_FILE + 1005 },
	{ "twice as long", 6 * BLOCK_FILE },
};

START_TEST(blob_cut)
{
	struct blob_id id = make_id(1);
	struct blob_reader *r;
	enum store_err err;

	ck_assert_store(write_blob(store, id, slice_make(blob_bytes(9), BLOB_BYTES), BLOB_BYTES), STORE_OK);
	ck_assert_int_eq(truncate(blob_path(id), lengths[_i].length), 0);
	err = blob_open(store, &id, BLOB_BYTES, 0, BLOB_BYTES, &r);
	ck_assert_msg(err == STORE_DAMAGED, "%s: %s", lengths[_i].name, store_err_name(err));
}
END_TEST

START_TEST(blob_cut_while_open)
{
	struct blob_id id = make_id(1);
	struct blob_reader *r;
	char *out = talloc_size(mem, BLOB_BYTES);

	ck_assert_store(write_blob(store, id, slice_make(blob_bytes(9), BLOB_BYTES), BLOB_BYTES), STORE_OK);
	ck_assert_store(blob_open(store, &id, BLOB_BYTES, 0, BLOB_BYTES, &r), STORE_OK);
	ck_assert_int_eq(truncate(blob_path(id), 2 * BLOCK_FILE + 100), 0);
	ck_assert_store(blob_read(r, 0, out, BLOB_BYTES), STORE_DAMAGED);
	ck_assert_store(blob_read(r, 0, out, 2 * BLOCK), STORE_OK);
	ck_assert_store(blob_read(r, 2 * BLOCK + 10, out, 10), STORE_DAMAGED);
	/* What was read of it in vain is not given out to whoever asks again. */
	ck_assert_store(blob_read(r, 2 * BLOCK + 10, out, 10), STORE_DAMAGED);
	blob_close(r);
}
END_TEST

START_TEST(blocks_in_each_others_place)
{
	struct blob_id id = make_id(1);
	char *path = blob_path(id);
	char *out = talloc_size(mem, 2 * BLOCK_FILE);
	int fd;

	ck_assert_store(write_blob(store, id, slice_make(blob_bytes(9), BLOB_BYTES), BLOB_BYTES), STORE_OK);
	fd = open_file(path);
	ck_assert_int_eq(pread(fd, out, 2 * BLOCK_FILE, 0), 2 * BLOCK_FILE);
	ck_assert_int_eq(pwrite(fd, out, BLOCK_FILE, BLOCK_FILE), BLOCK_FILE);
	ck_assert_int_eq(pwrite(fd, out + BLOCK_FILE, BLOCK_FILE, 0), BLOCK_FILE);
	close(fd);
	ck_assert_store(read_blob(store, id, BLOB_BYTES, 0, out, BLOCK), STORE_DAMAGED);
	ck_assert_store(read_blob(store, id, BLOB_BYTES, BLOCK, out, BLOCK), STORE_DAMAGED);
	ck_assert_store(read_blob(store, id, BLOB_BYTES, 2 * BLOCK, out, BLOCK), STORE_OK);
}
END_TEST

START_TEST(blobs_in_each_others_place)
{
	struct blob_id a = make_id(1), b = make_id(2);
	char *out = talloc_size(mem, BLOB_BYTES);
	char *aside = talloc_asprintf(mem, "%s/blobs/aside", folder);

	ck_assert_store(write_blob(store, a, slice_make(blob_bytes(1), BLOB_BYTES), BLOB_BYTES), STORE_OK);
	ck_assert_store(write_blob(store, b, slice_make(blob_bytes(2), BLOB_BYTES), BLOB_BYTES), STORE_OK);
	ck_assert_int_eq(rename(blob_path(a), aside), 0);
	ck_assert_int_eq(rename(blob_path(b), blob_path(a)), 0);
	ck_assert_int_eq(rename(aside, blob_path(b)), 0);
	ck_assert_store(read_blob(store, a, BLOB_BYTES, 0, out, BLOB_BYTES), STORE_DAMAGED);
	ck_assert_store(read_blob(store, b, BLOB_BYTES, 0, out, 10), STORE_DAMAGED);
}
END_TEST

START_TEST(deleted_while_open)
{
	const char *bytes = blob_bytes(9);
	struct blob_id id = make_id(1);
	char *out = talloc_size(mem, BLOB_BYTES);
	struct blob_reader *r;

	ck_assert_store(write_blob(store, id, slice_make(bytes, BLOB_BYTES), BLOB_BYTES), STORE_OK);
	ck_assert_store(blob_open(store, &id, BLOB_BYTES, 0, BLOB_BYTES, &r), STORE_OK);
	ck_assert_store(blob_delete(store, &id), STORE_OK);
	ck_assert_store(blob_read(r, 0, out, BLOB_BYTES), STORE_OK);
	ck_assert_mem_eq(out, bytes, BLOB_BYTES);
	blob_close(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("local damage");
	TCase *tc = tcase_create("damage");

	tcase_add_checked_fixture(tc, open_store, close_store);
	tcase_add_test(tc, value_damaged);
	tcase_add_test(tc, key_damaged);
	tcase_add_test(tc, values_in_each_others_place);
	tcase_add_test(tc, piece_damaged);
	tcase_add_test(tc, continuation_damaged);
	tcase_add_loop_test(tc, blob_flipped, 0, ARRAY_SIZE(flips));
	tcase_add_loop_test(tc, blob_cut, 0, ARRAY_SIZE(lengths));
	tcase_add_test(tc, blob_cut_while_open);
	tcase_add_test(tc, blocks_in_each_others_place);
	tcase_add_test(tc, blobs_in_each_others_place);
	tcase_add_test(tc, deleted_while_open);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
