/* Cleaning up, and finding what is wrong: each kind of fault is made on purpose and must be told of, and no other. */
#include "tests/unit/storage/catalog_scratch.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "tests/unit/storage/interleave.h"
#include "tests/unit/suite.h"

#define LARGE         20000
#define LONG_GRACE_US (INT64_C(3600) * 1000 * 1000)

static struct bucket *bucket;

static void
set_up(void)
{
	catalog_scratch_open();
	bucket = make_bucket("bucket");
}

static struct slice
large(uint64_t seed)
{
	return random_bytes_of(mem, LARGE, seed);
}

static void
put(const char *key, struct slice bytes)
{
	ck_assert_store(put_object(bucket, key, key, bytes, NULL, NULL, NULL), STORE_OK);
}

static struct sweep_result
sweep(void)
{
	struct sweep_result result;

	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	return result;
}

static struct slice
partition_of(const struct bucket *of)
{
	return first_shard(&of->id);
}

static struct record_version
read_head(const char *key)
{
	struct row row = { .name = name_head(mem, slice_from(key)) };

	ck_assert_store(read_row(bucket, key, &row), STORE_OK);
	return row.record;
}

/* Sweeping. */

START_TEST(grace)
{
	catalog->options.garbage_grace_us = LONG_GRACE_US;
	put("key", large(1));
	put("key", large(2));
	ck_assert_uint_eq(sweep().blobs_waiting, 1);
	delete_object(bucket, "key", "");
	ck_assert_uint_eq(sweep().blobs_waiting, 2);
	ck_assert_uint_eq(sweep().blobs_deleted, 0);
	catalog->options.garbage_grace_us = 0;
	ck_assert_uint_eq(sweep().blobs_deleted, 2);
	ck_assert_uint_eq(sweep().blobs_deleted + sweep().blobs_waiting, 0);
}
END_TEST

/* More than a page of garbage, in several buckets. */
START_TEST(much)
{
	struct bucket *second = make_bucket("second");

	for (int i = 0; i < 2 * SWEEP_PAGE + 3; i++) {
		char *key = talloc_asprintf(mem, "key%d", i);

		put(key, large(1));
		delete_object(bucket, key, "");
	}
	ck_assert_store(put_object(second, "key", "e", large(1), NULL, NULL, NULL), STORE_OK);
	delete_object(second, "key", "");
	ck_assert_uint_eq(sweep().blobs_deleted, 2 * SWEEP_PAGE + 4);
	ck_assert_uint_eq(sweep().blobs_deleted, 0);
}
END_TEST

START_TEST(stopped)
{
	_Atomic bool stop = true;
	struct sweep_result result;

	put("key", large(1));
	delete_object(bucket, "key", "");
	talloc_free(content_new(catalog, mem, bucket, SLICE("key")));
	ck_assert_store(catalog_sweep(catalog, &stop, &result), STORE_OK);
	ck_assert_uint_eq(result.blobs_deleted, 0);
	stop = false;
	ck_assert_store(catalog_sweep(catalog, &stop, &result), STORE_OK);
	ck_assert_uint_eq(result.blobs_deleted, 1);
}
END_TEST

/* The process dies with uploads under way; the next one clears up, and no one else who only looks. */
START_TEST(writer_gone)
{
	static const struct catalog_options options = { .garbage_grace_us = 0 };
	struct interleave onlooker = interleave_make(store);
	struct content *half, *whole;
	struct catalog *its_catalog;
	struct sweep_result result;

	half = content_new(catalog, mem, bucket, SLICE("key"));
	ck_assert_store(content_append(half, large(1)), STORE_OK);
	ck_assert_store(take_in(bucket, "key", large(2), &whole), STORE_OK);
	onlooker.store.engine = &onlooker.engine;
	onlooker.store.session++;
	its_catalog = catalog_new(&onlooker.store, &options);
	ck_assert_store(catalog_sweep(its_catalog, NULL, &result), STORE_OK);
	ck_assert_uint_eq(result.blobs_waiting, 2);
	ck_assert_uint_eq(result.blobs_deleted, 0);
	catalog_free(its_catalog);
	talloc_free(half);
	talloc_free(whole);
	catalog_end();
	catalog_begin();
	ck_assert_uint_eq(sweep().blobs_deleted, 2);
	ck_assert_uint_eq(sweep().blobs_deleted + sweep().blobs_waiting, 0);
}
END_TEST

/* A writer that was taken for dead finds out when it names its blob, and names nothing. */
START_TEST(taken_for_dead)
{
	const struct object_change change = { .etag = "e", .owner_id = "owner" };
	struct record_garbage garbage;
	struct entries entries;
	struct content *content;
	struct object *object;

	ck_assert_store(take_in(bucket, "key", large(1), &content), STORE_OK);
	ck_assert_store(
	    read_entries(catalog, partition_of(bucket), SLICE("g"), SLICE("g"), 2, mem, &entries), STORE_OK);
	ck_assert_uint_eq(entries.count, 1);
	ck_assert(record_garbage_decode(mem, entries.items[0].value, &garbage));
	garbage.state = RECORD_GARBAGE_DEAD;
	if (_i)
		ck_assert_store(put_one(store, partition_of(bucket), entries.items[0].name,
				    record_garbage_encode(mem, &garbage)),
		    STORE_OK);
	else
		ck_assert_store(delete_one(store, partition_of(bucket), entries.items[0].name), STORE_OK);
	ck_assert_store(
	    catalog_object_put(catalog, mem, bucket, SLICE("key"), content, &change, NULL, NULL, &object),
	    STORE_TIMEOUT);
	ck_assert(object_is(bucket, "key", "", slice_make(NULL, 0)));
	ck_assert_uint_eq(sweep().blobs_deleted, (uint64_t)_i);
}
END_TEST

/* A deleted bucket's remains stay until its garbage has gone, then until nobody can come any more. */
START_TEST(remains)
{
	catalog->options.garbage_grace_us = LONG_GRACE_US;
	catalog->gate_kept_us = LONG_GRACE_US;
	put("key", large(1));
	delete_object(bucket, "key", "");
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	ck_assert_uint_eq(sweep().blobs_waiting, 1);
	catalog->options.garbage_grace_us = 0;
	ck_assert_uint_eq(sweep().blobs_deleted, 1);
	ck_assert(!holds(store, partition_of(bucket), NAME_GATE, SLICE("")));
	ck_assert(!holds(store, PARTITION_BUCKETS, remains_name(mem, bucket->id.bytes), SLICE("")));
	catalog->gate_kept_us = 0;
	sweep();
	ck_assert(holds(store, partition_of(bucket), NAME_GATE, SLICE("")));
	ck_assert(holds(store, PARTITION_BUCKETS, remains_name(mem, bucket->id.bytes), SLICE("")));
}
END_TEST

/* What cannot be read is told of, and the rest is swept. */
START_TEST(unreadable_garbage)
{
	struct sweep_result result;

	put("key", large(1));
	delete_object(bucket, "key", "");
	ck_assert_store(put_one(store, partition_of(bucket), SLICE("g\0nonsense"), SLICE("nonsense")), STORE_OK);
	ck_assert_store(put_one(store, PARTITION_BUCKETS, SLICE("b/a"), SLICE("nonsense")), STORE_OK);
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_DAMAGED);
	ck_assert_uint_eq(result.blobs_deleted, 1);
}
END_TEST

/* Verifying. */

static char *lines;

static void
add_line(void *context, const char *line)
{
	(void)context;
	lines = talloc_asprintf_append(lines, "%s\n", line);
}

static struct verify_result
verify(void)
{
	struct verify_result result;

	lines = talloc_strdup(mem, "");
	ck_assert_store(catalog_verify(catalog, add_line, NULL, &result), STORE_OK);
	return result;
}

static void
assert_faults(uint64_t damaged, uint64_t missing, uint64_t orphans)
{
	struct verify_result result = verify();

	ck_assert_msg(result.damaged == damaged && result.missing == missing && result.orphans == orphans,
	    "damaged %d, missing %d, orphans %d:\n%s", (int)result.damaged, (int)result.missing,
	    (int)result.orphans, lines);
	ck_assert_int_eq(damaged + missing + orphans == 0, *lines == '\0');
}

START_TEST(counts)
{
	struct catalog_stats stats;
	struct verify_result result;
	struct user user = { .id = talloc_strdup(mem, "user"), .name = talloc_strdup(mem, "user") };
	struct access_key key = { .id = talloc_strdup(mem, "KEY"), .secret = talloc_strdup(mem, "secret") };

	make_bucket("another");
	ck_assert_store(catalog_user_add(catalog, &user, &key), STORE_OK);
	ck_assert_store(catalog_document_put(catalog, bucket, 1, SLICE("document")), STORE_OK);
	put("replaced", large(1));
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
	put("replaced", large(2));
	put("small", SLICE("12345"));
	put("empty", SLICE(""));
	put("deleted", SLICE("1234567"));
	delete_object(bucket, "deleted", "");
	delete_object(bucket, "replaced", "null");
	result = verify();
	assert_faults(0, 0, 0);
	ck_assert_uint_eq(result.buckets, 2);
	ck_assert_uint_eq(result.objects, 3);
	ck_assert_uint_eq(result.versions, 5);
	ck_assert_uint_eq(result.blobs, 1);
	ck_assert_uint_eq(result.bytes, LARGE + 5 + 7);
	ck_assert_store(catalog_stats(catalog, &stats), STORE_OK);
	ck_assert_uint_eq(stats.users, 1);
	ck_assert_uint_eq(stats.buckets, 2);
	ck_assert_uint_eq(stats.objects, 3);
	ck_assert_uint_eq(stats.bytes, LARGE + 5 + 7);
	ck_assert_uint_eq(stats.blobs, 1);
	ck_assert_uint_eq(stats.garbage, 1);
}
END_TEST

START_TEST(missing_blob)
{
	struct record_version version;

	put("a key\n", large(1));
	version = read_head("a key\n");
	ck_assert_store(blob_delete(store, &version.blobs.items[0].id), STORE_OK);
	assert_faults(0, 1, 0);
	ck_assert_ptr_nonnull(strstr(lines, "bucket bucket, key \"a key.\", version null: blob "));
}
END_TEST

START_TEST(missing_content)
{
	struct record_version version;
	struct object *object;

	put("key", SLICE("small"));
	version = read_head("key");
	ck_assert_store(delete_one(store, partition_of(bucket), name_content(mem, version.content_id)), STORE_OK);
	assert_faults(0, 1, 0);
	ck_assert_store(
	    catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object), STORE_DAMAGED);
}
END_TEST

START_TEST(orphan)
{
	struct content *content;

	put("key", large(1));
	content = content_new(catalog, mem, bucket, SLICE("key"));
	ck_assert_store(content_append(content, large(2)), STORE_OK);
	assert_faults(0, 0, 0);
	ck_assert_store(write_blob(store, make_id(77), SLICE("bytes"), 5), STORE_OK);
	assert_faults(0, 0, 1);
	talloc_free(content);
}
END_TEST

/* Another size than the blobs or the content have. */
START_TEST(wrong_size)
{
	struct record_version version;
	struct object *object;
	struct slice got;

	put("key", _i ? large(1) : SLICE("small"));
	version = read_head("key");
	version.size++;
	ck_assert_store(put_one(store, partition_of(bucket), name_head(mem, SLICE("key")),
			    record_version_encode(mem, &version)),
	    STORE_OK);
	assert_faults(1, 0, 0);
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object), STORE_OK);
	ck_assert_store(read_object(object, &got), STORE_DAMAGED);
	if (!_i)
		return;
	version.blobs.items[0].size++;
	ck_assert_store(put_one(store, partition_of(bucket), name_head(mem, SLICE("key")),
			    record_version_encode(mem, &version)),
	    STORE_OK);
	assert_faults(1, 0, 0); /* all are of one mind, but the blob */
}
END_TEST

/* Records that are none, wherever there are records. */
static const struct {
	const char *name;
	bool in_bucket;
	const char *partition;
	struct slice key;
} malformed_rows[] = {
	{ "user", false, "users", SLICE("u/nobody") },
	{ "key", false, "users", SLICE("k/KEY") },
	{ "user's name", false, "users", SLICE("n/nobody") },
	{ "unknown in users", false, "users", SLICE("z/nobody") },
	{ "bucket", false, "buckets", SLICE("b/none") },
	{ "index", false, "buckets", SLICE("o/nobody\0none") },
	{ "document", false, "buckets", SLICE("d/0123456789abcdef\1") },
	{ "remains", false, "buckets", SLICE("s/0123456789abcdef") },
	{ "head", true, NULL, SLICE("okey\0\0") },
	{ "noncurrent version", true, NULL, SLICE("oa\0\1\377\0\0\0\0\0\0\0") },
	{ "name of a version", true, NULL, SLICE("okey\0\2") },
	{ "garbage", true, NULL, SLICE("g0123456789abcdef") },
	{ "unknown in a bucket", true, NULL, SLICE("z") },
};

START_TEST(malformed)
{
	struct slice partition = partition_of(bucket);

	if (!malformed_rows[_i].in_bucket)
		partition = slice_from(malformed_rows[_i].partition);
	put("a", SLICE("small"));
	put("z", large(1));
	ck_assert_store(put_one(store, partition, malformed_rows[_i].key, SLICE("nonsense")), STORE_OK);
	assert_faults(1, 0, 0);
	ck_assert_msg(verify().objects == 2, "%s", malformed_rows[_i].name);
}
END_TEST

/* A noncurrent version without a head; a head that names a null version that is not there. */
START_TEST(lost_neighbour)
{
	struct record_version version;

	put("key", SLICE("small"));
	version = read_head("key");
	if (_i) {
		version.null_version = false;
		version.null_ordinal = 5;
	} else {
		ck_assert_store(delete_one(store, partition_of(bucket), name_head(mem, SLICE("key"))), STORE_OK);
	}
	ck_assert_store(put_one(store, partition_of(bucket),
			    _i ? name_head(mem, SLICE("key")) : name_noncurrent(mem, SLICE("key"), version.ordinal),
			    record_version_encode(mem, &version)),
	    STORE_OK);
	assert_faults(0, 1, 0);
}
END_TEST

/* It cannot come to this. If it does, nothing is thrown away. */
START_TEST(object_in_deleted_bucket)
{
	struct record_version version = { .ordinal = 1, .null_version = true };

	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	ck_assert_store(put_one(store, partition_of(bucket), name_head(mem, SLICE("key")),
			    record_version_encode(mem, &version)),
	    STORE_OK);
	assert_faults(1, 0, 0);
	sweep();
	ck_assert(object_is(bucket, "key", "", SLICE("")));
	assert_faults(1, 0, 0);
}
END_TEST

START_TEST(stray_partition)
{
	ck_assert_store(put_one(store, SLICE("0123456789abcdef"), SLICE("okey\0\0"), SLICE("x")), STORE_OK);
	ck_assert_store(put_one(store, SLICE("something else"), SLICE("key"), SLICE("x")), STORE_OK);
	assert_faults(2, 0, 0);
}
END_TEST

/* Damage on the disk. */

/* Turn a bit wherever these bytes stand in a file. */
static unsigned
bend(const char *path, struct slice bytes)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	off_t size = lseek(fd, 0, SEEK_END);
	char *map, *at;
	unsigned count = 0;

	ck_assert_int_ge(fd, 0);
	map = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(map, MAP_FAILED);
	for (at = map; (at = memmem(at, (size_t)(map + size - at), bytes.data, bytes.length)); count++)
		at[bytes.length - 1] ^= 1;
	munmap(map, (size_t)size);
	close(fd);
	return count;
}

static unsigned
bend_records(struct slice bytes)
{
	unsigned count;

	catalog_end();
	count = bend(talloc_asprintf(mem, "%s/meta/data.mdb", folder), bytes);
	catalog_begin();
	return count;
}

static struct slice bent_bytes;
static unsigned bent_files;

static int
bend_file(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)ftw;
	if (type == FTW_F && strstr(path, "/blobs/"))
		bent_files += bend(path, bent_bytes);
	return 0;
}

START_TEST(bent_blob)
{
	struct slice bytes = random_bytes_of(mem, 200000, 1), got;
	struct object *object;

	put("key", bytes);
	put("other", random_bytes_of(mem, 200000, 2));
	bent_bytes = slice_make(bytes.data + 150000, 100);
	ck_assert_int_eq(nftw(folder, bend_file, 16, FTW_PHYS), 0);
	ck_assert_uint_eq(bent_files, 1);
	assert_faults(1, 0, 0);
	ck_assert_uint_eq(verify().blobs, 1);
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object), STORE_OK);
	ck_assert_store(read_object(object, &got), STORE_DAMAGED);
}
END_TEST

/* Records of the same bucket are read on behind one whose checksum does not match. */
START_TEST(bent_record)
{
	static const char *const positions[] = { "a", "m5", "zz" };
	struct object *object;
	char *key;

	for (int i = 0; i < 150; i++) {
		key = talloc_asprintf(mem, "m%d", i);
		put(key, SLICE("small"));
	}
	put(positions[_i], random_bytes_of(mem, 100, 1));
	ck_assert_store(
	    put_object(bucket, positions[_i], "the-bent-one", SLICE("small"), NULL, NULL, NULL), STORE_OK);
	ck_assert_uint_ge(bend_records(SLICE("the-bent-one")), 1);
	ck_assert_store(catalog_object(catalog, mem, bucket, slice_from(positions[_i]), SLICE(""), true, &object),
	    STORE_DAMAGED);
	assert_faults(1, 0, 0);
	ck_assert_ptr_nonnull(
	    strstr(lines, talloc_asprintf(mem, "bucket bucket: the record o%s.. does", positions[_i])));
	ck_assert_uint_eq(verify().objects, _i == 1 ? 149 : 150);
}
END_TEST

START_TEST(bent_content)
{
	struct object *object;

	put("key", SLICE("the content that is bent"));
	put("other", SLICE("another"));
	ck_assert_uint_ge(bend_records(SLICE("the content that is bent")), 1);
	ck_assert_store(
	    catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object), STORE_DAMAGED);
	assert_faults(1, 0, 0);
	ck_assert_uint_eq(verify().versions, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog sweep");
	TCase *tc = tcase_create("sweep"), *verifying = tcase_create("verify");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, set_up, catalog_scratch_close);
	tcase_add_test(tc, grace);
	tcase_add_test(tc, much);
	tcase_add_test(tc, stopped);
	tcase_add_test(tc, writer_gone);
	tcase_add_loop_test(tc, taken_for_dead, 0, 2);
	tcase_add_test(tc, remains);
	tcase_add_test(tc, unreadable_garbage);
	suite_add_tcase(suite, tc);

	tcase_add_checked_fixture(verifying, set_up, catalog_scratch_close);
	tcase_add_test(verifying, counts);
	tcase_add_test(verifying, missing_blob);
	tcase_add_test(verifying, missing_content);
	tcase_add_test(verifying, orphan);
	tcase_add_loop_test(verifying, wrong_size, 0, 2);
	tcase_add_loop_test(verifying, malformed, 0, ARRAY_SIZE(malformed_rows));
	tcase_add_loop_test(verifying, lost_neighbour, 0, 2);
	tcase_add_test(verifying, object_in_deleted_bucket);
	tcase_add_test(verifying, stray_partition);
	if (!scratch_cluster()) { /* there the disks are the OSDs', which check what they read */
		tcase_add_test(verifying, bent_blob);
		tcase_add_loop_test(verifying, bent_record, 0, 3);
		tcase_add_test(verifying, bent_content);
	}
	suite_add_tcase(suite, verifying);
	return run_suite(suite);
}
