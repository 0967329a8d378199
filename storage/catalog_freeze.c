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

/* The bucket that a record names, be the bucket there or deleted: its partitions. */
struct named {
	struct bucket_id id;
	struct fields shards;
	uint32_t moving_to; /* another shard; 0: no other one */
};

static bool
named_decode(const struct entry *entry, TALLOC_CTX *mem, struct named *out)
{
	struct record_remains remains;
	struct record_bucket record;

	*out = (struct named){ 0 };
	if (entry->name.data[0] == 's') {
		if (entry->name.length != 2 + sizeof(out->id) ||
		    !record_remains_decode(mem, entry->value, &remains))
			return false;
		memcpy(out->id.bytes, entry->name.data + 2, sizeof(out->id));
		out->shards = remains.shards;
	} else {
		if (!record_bucket_decode(mem, entry->value, &record))
			return false;
		memcpy(out->id.bytes, record.id, sizeof(record.id));
		out->shards = record.shards;
		out->moving_to = (uint32_t)record.moving_to;
	}
	return shards_valid(&out->shards);
}

static enum store_err
freeze_bucket(struct catalog *c, const struct named *named)
{
	enum store_err err = STORE_OK;

	for (size_t i = 0; i < shard_count(&named->shards) && !err; i++) {
		struct shard shard = shard_at(&named->id, &named->shards, i);

		err = make(c, shard_partition(&shard.name), true);
	}
	if (!err && named->moving_to) {
		struct shard_name name = shard_name(&named->id, named->moving_to);

		err = make(c, shard_partition(&name), true);
	}
	return err;
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
		struct named named;

		err = read_entries(c, PARTITION_BUCKETS, prefix, from, SWEEP_PAGE, scratch, &page);
		for (size_t i = 0; !err && i < page.count; i++)
			err = named_decode(&page.items[i], scratch, &named) ? freeze_bucket(c, &named)
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
