/*
 * All that a catalog holds as a text, without what differs from run to run (IDs, times, ordinals, revisions): two states
 * are the same if their texts are. It reads the records themselves, so that an index that does not match shows.
 */
#ifndef TESTS_UNIT_STORAGE_CATALOG_DUMP_H
#define TESTS_UNIT_STORAGE_CATALOG_DUMP_H

#include "common/buf.h"
#include "common/digest.h"
#include "storage/catalog_uploads.h"
#include "tests/unit/storage/catalog_scratch.h"

/* Without the samples: which records have one is chance. */
static inline struct entries
all_entries(struct slice partition, struct slice prefix)
{
	struct entries entries;
	size_t count = 0;

	ck_assert_store(read_entries(catalog, partition, prefix, prefix, 20000, mem, &entries), STORE_OK);
	for (size_t i = 0; i < entries.count; i++)
		if (entries.items[i].name.data[0] != 'y')
			entries.items[count++] = entries.items[i];
	entries.count = count;
	return entries;
}

static inline void
dump_users(struct buf *b)
{
	struct entries entries = all_entries(PARTITION_USERS, SLICE(""));

	for (size_t i = 0; i < entries.count; i++) {
		struct slice name = entries.items[i].name, value = entries.items[i].value;
		struct record_user user;
		struct record_bytes bytes;

		buf_append(b, name);
		if (name.data[0] == 'u') {
			ck_assert(record_user_decode(mem, value, &user));
			buf_printf(b, " disabled %d keys %d", user.disabled, (int)user.key_count);
		} else if (name.data[0] != 'k') {
			ck_assert(record_bytes_decode(mem, value, &bytes));
			buf_append_byte(b, ' ');
			buf_append(b, bytes.bytes);
		}
		buf_append_byte(b, '\n');
	}
}

static inline void
dump_version(struct buf *b, const struct home *home, const struct entry *entry)
{
	struct record_version record;
	struct object *object;
	struct slice key, bytes;
	uint64_t ordinal;
	bool is_head;

	ck_assert(name_parse(entry->name, &key, &is_head, &ordinal));
	ck_assert(record_version_decode(mem, entry->value, &record));
	ck_assert(is_head || (ordinal == record.ordinal && !record.null_ordinal));
	object = object_make(catalog, mem, home, &record, is_head, slice_make(NULL, 0));
	ck_assert_store(read_object(object, &bytes), STORE_OK);
	buf_printf(b, "  %.*s head %d null %d marker %d etag %s tags %.*s parts %u bytes %08x", SLICE_ARG(key),
	    is_head, record.null_version, record.delete_marker, object->etag, SLICE_ARG(record.tags),
	    object->part_count, crc32c(0, bytes));
	if (record.null_ordinal)
		buf_printf(b, " null below %d",
		    !holds(store, home_partition(home), name_noncurrent(mem, key, record.null_ordinal), SLICE("")));
	buf_append_byte(b, '\n');
}

static inline void
dump_part(struct buf *b, const struct part_row *part)
{
	struct record_blob blob = part_blob(&part->record);
	char *bytes = talloc_size(mem, blob.size + 1);
	struct blob_reader *reader;

	if (blob.size) {
		ck_assert_store(blob_open(store, &blob.id, blob.size, 0, blob.size, &reader), STORE_OK);
		ck_assert_store(blob_read(reader, 0, bytes, blob.size), STORE_OK);
		blob_close(reader);
	}
	buf_printf(b, "    part %u etag %.*s bytes %08x\n", part->number, SLICE_ARG(part->record.etag),
	    crc32c(0, slice_make(bytes, blob.size)));
}

/* Frozen or not is no difference. */
static inline void
dump_upload(struct buf *b, const struct home *home, const struct entry *entry)
{
	struct record_upload record;
	struct part_rows parts;
	unsigned char id[16];
	struct slice key;

	ck_assert(name_upload_parse(entry->name, &key, id));
	ck_assert(record_upload_decode(mem, entry->value, &record));
	ck_assert_store(part_rows_read(catalog, home_partition(home), id, 0, 10000, mem, &parts), STORE_OK);
	buf_printf(b, "  upload %.*s owner %.*s\n", SLICE_ARG(key), SLICE_ARG(record.owner_id));
	for (size_t i = 0; i < parts.count; i++)
		dump_part(b, &parts.items[i]);
}

/* What has its home in each of the shards, one after another: how many there are is no difference. */
static inline void
dump_members(struct buf *b, const struct record_bucket *record, const char *letter,
    void (*each)(struct buf *b, const struct home *home, const struct entry *entry))
{
	struct bucket_id id;

	memcpy(id.bytes, record->id, sizeof(id.bytes));
	for (size_t i = 0; i < shard_count(&record->shards); i++) {
		struct shard shard = shard_at(&id, &record->shards, i);
		struct home home = { .bucket_name = record->name, .bucket = id, .shard = shard };
		struct entries entries = all_entries(home_partition(&home), slice_from(letter));

		for (size_t j = 0; j < entries.count; j++) {
			struct slice rest = slice_skip(entries.items[j].name, 1);

			home.key = slice_head(rest, strnlen(rest.data, rest.length));
			if (key_in_range(home.key, shard.begin, shard.end))
				each(b, &home, &entries.items[j]);
		}
	}
}

static inline void
dump_bucket(struct buf *b, const struct entry *entry)
{
	struct record_bucket record;
	struct entries entries;
	struct slice index;

	ck_assert(record_bucket_decode(mem, entry->value, &record));
	index = bucket_index_name(mem, record.owner_id, record.name);
	buf_printf(b, "bucket %.*s owner %.*s acl %.*s versioning %d listed %d\n", SLICE_ARG(record.name),
	    SLICE_ARG(record.owner_id), SLICE_ARG(record.acl), (int)record.versioning,
	    holds(store, PARTITION_BUCKETS, index, entry->value));
	entries = all_entries(PARTITION_BUCKETS, NAME(mem, SLICE("d/"), slice_make(record.id, 16)));
	for (size_t i = 0; i < entries.count; i++) {
		unsigned number = (unsigned char)entries.items[i].name.data[18];
		struct record_bytes document;

		ck_assert(record_bytes_decode(mem, entries.items[i].value, &document));
		buf_printf(b, "  document %u known %d %.*s\n", number, (int)(record.documents >> number & 1),
		    SLICE_ARG(document.bytes));
	}
	dump_members(b, &record, "o", dump_version);
	dump_members(b, &record, "u", dump_upload);
}

static inline const char *
dump(void)
{
	struct buf *b = buf_new(mem, 1 << 20);
	struct entries buckets = all_entries(PARTITION_BUCKETS, SLICE("b/"));

	dump_users(b);
	for (size_t i = 0; i < buckets.count; i++)
		dump_bucket(b, &buckets.items[i]);
	ck_assert(!buf_overflowed(b));
	return slice_dup(mem, buf_slice(b));
}

static inline void
print_fault(void *context, const char *line)
{
	fprintf(stderr, "%s: %s\n", (const char *)context, line);
}

/* Records of garbage, those that have no blobs among them. */
static inline size_t
count_garbage_records(void)
{
	struct entries partitions = { 0 };
	size_t count = 0;

	ck_assert_store(partition_list(store, add_name, &partitions), STORE_OK);
	for (size_t i = 0; i < partitions.count; i++)
		if (partitions.items[i].name.length == 16)
			count += all_entries(partitions.items[i].name, SLICE("g")).count;
	return count;
}

/* After one sweep all must be in order and nothing superfluous be there. */
static inline void
assert_clean(const char *what)
{
	struct verify_result verified;
	struct sweep_result swept;
	struct catalog_stats stats;
	int64_t kept_us = catalog->gate_kept_us;

	catalog->gate_kept_us = 0;
	ck_assert_store(catalog_sweep(catalog, NULL, &swept), STORE_OK);
	catalog->gate_kept_us = kept_us;
	ck_assert_store(catalog_verify(catalog, print_fault, (void *)(uintptr_t)what, &verified), STORE_OK);
	ck_assert_msg(verified.damaged + verified.missing + verified.orphans == 0, "%s: not in order", what);
	ck_assert_store(catalog_stats(catalog, &stats), STORE_OK);
	ck_assert_msg(stats.garbage == 0, "%s: %d blobs of garbage", what, (int)stats.garbage);
	ck_assert_msg(count_garbage_records() == 0, "%s: records of garbage", what);
}

#endif
