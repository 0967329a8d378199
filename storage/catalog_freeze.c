#include "storage/catalog_freeze.h"

#include "storage/catalog_verify.h"
#include "storage/read_only.h"

/* Asking first saves the commits of those that are as wanted. */
static enum store_err
make(struct catalog *c, struct slice partition, bool read_only)
{
	bool is_read_only;
	enum store_err err = read_only_get(c->store, partition, &is_read_only);

	return err || is_read_only == read_only ? err : read_only_set(c->store, partition, read_only);
}

/* The bucket that a record names, be the bucket there or deleted. */
static bool
bucket_named(const struct entry *entry, TALLOC_CTX *mem, struct bucket_id *id)
{
	struct record_bucket record;

	if (entry->name.data[0] == 's') {
		if (entry->name.length == 2 + sizeof(id->bytes))
			memcpy(id->bytes, entry->name.data + 2, sizeof(id->bytes));
		return entry->name.length == 2 + sizeof(id->bytes);
	}
	if (record_bucket_decode(mem, entry->value, &record))
		memcpy(id->bytes, record.id, sizeof(id->bytes));
	return record_has_id(record.id);
}

/* A bucket without an object has no partition yet. */
static enum store_err
freeze_named(struct catalog *c, struct slice prefix)
{
	char first[STORE_KEY_MAX + 1];
	struct slice from = prefix;
	struct entries page = { .count = SWEEP_PAGE };
	enum store_err err = STORE_OK;

	while (!err && page.count == SWEEP_PAGE) {
		TALLOC_CTX *scratch = talloc_new(NULL);
		struct bucket_id id;

		err = read_entries(c, PARTITION_BUCKETS, prefix, from, SWEEP_PAGE, scratch, &page);
		for (size_t i = 0; !err && i < page.count; i++)
			err = bucket_named(&page.items[i], scratch, &id)
				  ? make(c, bucket_partition(&id, slice_make(NULL, 0)), true)
				  : STORE_DAMAGED;
		if (page.count)
			from = entries_next(&page, first);
		talloc_free(scratch);
	}
	return err;
}

static enum store_err
expect(struct catalog *c, struct slice partition, bool read_only)
{
	bool is_read_only;
	enum store_err err = read_only_get(c->store, partition, &is_read_only);

	return err || is_read_only == read_only ? err : STORE_CONFLICT;
}

typedef enum store_err each_fn(struct catalog *c, struct slice partition, bool read_only);

static enum store_err
each_there_is(struct catalog *c, each_fn *each, bool read_only)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct partitions partitions;
	enum store_err err = partitions_read(c, scratch, &partitions);

	for (size_t i = 0; !err && i < partitions.count; i++)
		err = each(c, partitions.items[i], read_only);
	talloc_free(scratch);
	return err;
}

enum store_err
catalog_freeze(struct catalog *c)
{
	enum store_err err = make(c, PARTITION_BUCKETS, true);

	if (!err)
		err = make(c, PARTITION_USERS, true);
	if (!err)
		err = freeze_named(c, SLICE("b/"));
	if (!err)
		err = freeze_named(c, SLICE("s/"));
	return err ? err : each_there_is(c, make, true);
}

enum store_err
catalog_thaw(struct catalog *c)
{
	return each_there_is(c, make, false);
}

enum store_err
catalog_check_frozen(struct catalog *c)
{
	return each_there_is(c, expect, true);
}

enum store_err
catalog_is_frozen(struct catalog *c, bool *out)
{
	return read_only_get(c->store, PARTITION_BUCKETS, out);
}
