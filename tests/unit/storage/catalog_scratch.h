/* A catalog on the embedded engine in a folder of its own, wrapped for faults; and short forms for the suites on it. */
#ifndef TESTS_UNIT_STORAGE_CATALOG_SCRATCH_H
#define TESTS_UNIT_STORAGE_CATALOG_SCRATCH_H

#include "storage/catalog.h"
#include "storage/catalog_private.h"
#include "storage/catalog_uploads.h"
#include "storage/fault.h"
#include "tests/unit/storage/scratch.h"

static _Thread_local TALLOC_CTX *mem; /* a thread that uses what is here makes one of its own */
static char *folder;
static struct store *store;
static struct catalog *catalog;
static struct catalog_options catalog_wishes; /* of each catalog that is made */

static inline void
catalog_begin(void)
{
	store = fault_wrap(scratch_open_any(folder));
	catalog = catalog_new(store, &catalog_wishes);
	catalog->gate_kept_us = 0;
	catalog->lend_hand_us = 0;
}

static inline void
catalog_end(void)
{
	catalog_free(catalog);
	store_close(store);
}

static inline void
catalog_scratch_open(void)
{
	mem = talloc_new(NULL);
	folder = scratch_make(NULL);
	catalog_begin();
}

static inline void
catalog_scratch_close(void)
{
	catalog_end();
	scratch_remove(folder);
	talloc_free(folder);
	talloc_free(mem);
}

/* Suites that ask nothing of the disk, and make many stores, do so in memory where that is possible. */
static inline void
catalog_scratch_in_memory(void)
{
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
}

static inline bool
add_name(void *context, struct slice name)
{
	struct entries *all = context;

	all->items = talloc_realloc(mem, all->items, struct entry, all->count + 1);
	all->items[all->count++].name = slice_make(talloc_memdup(mem, name.data, name.length), name.length);
	return true;
}

static inline void
delete_blobs_of(const struct record_blob *blobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ck_assert_store(blob_delete(store, &blobs[i].id), STORE_OK);
}

static inline void
delete_blobs_in(struct slice value)
{
	struct record_version version;
	struct record_garbage garbage;
	struct record_blob blob;
	struct record_part part;

	if (record_version_decode(mem, value, &version)) {
		delete_blobs_of(version.blobs.items, version.blobs.count);
	} else if (record_garbage_decode(mem, value, &garbage)) {
		delete_blobs_of(garbage.blobs.items, garbage.blobs.count);
	} else if (part_decode(mem, value, &part)) {
		blob = part_blob(&part);
		delete_blobs_of(&blob, part.size > 0);
	}
}

/* An empty store, without the cost of a new one. Blobs that nothing names stay. */
static inline void
catalog_scratch_wipe(void)
{
	struct entries partitions = { 0 }, names;

	ck_assert_store(partition_list(store, add_name, &partitions), STORE_OK);
	for (size_t i = 0; i < partitions.count; i++) {
		struct change change = { .mem = mem };

		ck_assert_store(
		    read_entries(catalog, partitions.items[i].name, SLICE(""), SLICE(""), 1000, mem, &names),
		    STORE_OK);
		for (size_t j = 0; j < names.count; j++) {
			delete_blobs_in(names.items[j].value);
			if (names.items[j].name.data[0] != 'y') /* it goes with what it is a sample of */
				change_delete(&change, names.items[j].name);
		}
		ck_assert_store(change_commit(catalog, partitions.items[i].name, &change), STORE_OK);
	}
	talloc_free_children(mem);
}

/* The first partition of a bucket: the only one, where none was split. */
static inline struct slice
first_shard(const struct bucket_id *id)
{
	return slice_make(id->bytes, sizeof(id->bytes));
}

static inline struct bucket *
make_bucket(const char *name)
{
	struct bucket *bucket = talloc_zero(mem, struct bucket);

	bucket->name = talloc_strdup(bucket, name);
	bucket->owner_id = talloc_strdup(bucket, "owner");
	bucket->location = talloc_strdup(bucket, "");
	bucket->acl = SLICE("acl");
	ck_assert_store(catalog_bucket_create(catalog, bucket), STORE_OK);
	return bucket;
}

static inline enum store_err
read_row(const struct bucket *bucket, const char *key, struct row *row)
{
	struct home home = home_find(mem, bucket, slice_from(key));

	return row_read(catalog, &home, mem, row);
}

static inline struct slice
random_bytes_of(TALLOC_CTX *parent, size_t length, uint64_t seed)
{
	char *bytes = talloc_size(parent, length + 1);

	seed = seed * 2 + 1;
	fill_random(&seed, bytes, length);
	return slice_make(bytes, length);
}

/* Take in bytes in pieces. */
static inline enum store_err
take_in(const struct bucket *bucket, const char *key, struct slice bytes, struct content **out)
{
	size_t step = bytes.length / 3 + 1;
	enum store_err err = STORE_OK;

	*out = content_new(catalog, mem, bucket, slice_from(key));
	while (!err && bytes.length) {
		err = content_append(*out, slice_head(bytes, step));
		bytes = slice_skip(bytes, step);
	}
	return err ? err : content_finish(*out);
}

/* Put an object whose ETag is `etag`. */
static inline enum store_err
put_object(const struct bucket *bucket, const char *key, const char *etag, struct slice bytes,
    object_check_fn *check, void *context, struct object **out)
{
	const struct object_change change = { .etag = etag, .owner_id = "owner", .acl = SLICE("object acl") };
	struct content *content;
	struct object *object;
	enum store_err err = take_in(bucket, key, bytes, &content);

	if (err)
		talloc_free(content);
	else
		err = catalog_object_put(
		    catalog, mem, bucket, slice_from(key), content, &change, check, context, &object);
	if (!err && out)
		*out = object;
	return err;
}

/* The bytes of an object, whole; NULL data after an error. */
static inline enum store_err
read_object(const struct object *object, struct slice *out)
{
	struct object_reader *reader;
	char *bytes = talloc_size(mem, object->size + 1);
	size_t got = 0;
	enum store_err err = object_reader_open(catalog, mem, object, 0, object->size, &reader);

	*out = slice_make(NULL, 0);
	if (err)
		return err;
	for (uint64_t offset = 0; !err && offset < object->size; offset += got)
		err = object_reader_read(reader, offset, bytes + offset, 7000, &got);
	if (!err) {
		ck_assert_store(object_reader_read(reader, object->size, bytes, 1, &got), STORE_OK);
		ck_assert_uint_eq(got, 0);
		*out = slice_make(bytes, object->size);
	}
	talloc_free(reader);
	return err;
}

/* Whether a key's current version has these bytes; NULL data: whether it has none. */
static inline bool
object_is(const struct bucket *bucket, const char *key, const char *version_id, struct slice bytes)
{
	struct object *object;
	struct slice got;
	enum store_err err =
	    catalog_object(catalog, mem, bucket, slice_from(key), slice_from(version_id), true, &object);

	if (err || !bytes.data)
		return err == STORE_NOT_FOUND && !bytes.data;
	ck_assert_store(read_object(object, &got), STORE_OK);
	return slice_equal(got, bytes);
}

static inline struct object_deletion
delete_object(const struct bucket *bucket, const char *key, const char *version_id)
{
	struct object_deletion deletion;

	ck_assert_store(catalog_object_delete(
			    catalog, mem, bucket, slice_from(key), slice_from(version_id), NULL, NULL, &deletion),
	    STORE_OK);
	return deletion;
}

#endif
