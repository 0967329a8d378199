/*
 * The shards of a bucket. Engines do not like partitions of very many records, so what concerns a bucket's keys may be
 * spread over several partitions: the first, which has the bucket's ID for its name, and further ones whose names go on
 * with a number. Each is the home of a range of keys, and the ranges are in order, so that listings go through one shard
 * after another. Where they begin is in the bucket's record, which every request reads.
 *
 * The top of a shard's range may be moved to another one at any time (catalog_move.c), and afterwards the records that
 * were moved are cleared away. What this means for others:
 *
 * Writes have among their conditions that the shard's gate lets their key pass. At no time do the gates of two shards let
 * the same key pass, and the one whose gate does has all that concerns the key. A write that meets another gate looks for
 * its key's home again (home_renew).
 *
 * Reads go by the bucket's record as it was when their request began. What they find is right, if perhaps only as of a
 * moment within the request. What they do not find, and lists of parts or keys, they believe only when the record says
 * afterwards that the home is still the same (home_moved), for only then nothing of it has been cleared away.
 */
#ifndef STORAGE_CATALOG_SHARDS_H
#define STORAGE_CATALOG_SHARDS_H

#include "storage/catalog.h"
#include "storage/record.h"

#define SHARDS_MAX RECORD_PAIRS_MAX

/* The name of a partition of a bucket. */
struct shard_name {
	char bytes[sizeof(struct bucket_id) + sizeof(uint32_t)];
	size_t length;
};

struct shard_name shard_name(const struct bucket_id *bucket, uint32_t number);

/* The name as a slice, which borrows from it; and the bucket of a partition. False: it is no bucket's */
static inline struct slice
shard_partition(const struct shard_name *name)
{
	return slice_make(name->bytes, name->length);
}
bool partition_is_bucket(struct slice partition, struct bucket_id *bucket);

/* A shard, and the range of keys whose home it is. The slices are borrowed from the record. */
struct shard {
	uint32_t number; /* 0: the first */
	struct shard_name name;
	struct slice begin;
	struct slice end; /* the first key behind them; empty: there is none */
};

/* Whether a record's pairs are such; all of what follows relies on it. */
bool shards_valid(const struct fields *shards);

/* How many shards there are, at least one; the one of that place; the place of the one that is home to a key, and it. */
size_t shard_count(const struct fields *shards);
struct shard shard_at(const struct bucket_id *bucket, const struct fields *shards, size_t place);
size_t shard_find(const struct fields *shards, struct slice key);
struct shard shard_of(const struct bucket_id *bucket, const struct fields *shards, struct slice key);
bool shards_equal(const struct fields *one, const struct fields *other);

/* Let keys from `key` on, to the end of their shard, have their home in the shard of that number. */
void shards_set(TALLOC_CTX *mem, struct fields *shards, struct slice key, uint32_t number);

/* What the gate of an open shard holds, on `mem`: nothing (the empty slice) as long as it is the only one. */
struct slice shard_gate(TALLOC_CTX *mem, const struct shard *shard);

/* A gate as it was read. */
struct gate {
	struct slice value; /* empty: there is none */
	struct record_gate record;
	bool unopened; /* there is none yet, for the shard is new: it has no keys of its own */
};

/* Read the gate of a bucket's partition, on `mem`. err STORE_DAMAGED */
MUST_USE enum store_err gate_read(struct catalog *c, TALLOC_CTX *mem, struct slice partition, struct gate *out);

bool key_in_range(struct slice key, struct slice begin, struct slice end);

/* Where a key lies. */
struct home {
	struct slice bucket_name; /* borrowed, as is the key */
	struct bucket_id bucket;
	int64_t read_us; /* when the bucket was read */
	struct slice key;
	struct shard shard; /* with the range of keys that the gate lets pass */
	struct slice gate;  /* what a write expects of the gate; empty: that there is none */
};

/* The home of a key, by the bucket as it was read; on `mem` and borrowed from the bucket. */
struct home home_find(TALLOC_CTX *mem, const struct bucket *bucket, struct slice key);

static inline struct slice
home_partition(const struct home *home)
{
	return shard_partition(&home->shard.name);
}

/*
 * (commits) After a conflict: find the home again, where the gate was the reason, and wait where the key is on its way.
 * STORE_OK: try again. err STORE_NOT_FOUND: the bucket is gone
 */
MUST_USE enum store_err home_renew(struct catalog *c, TALLOC_CTX *mem, struct home *home);

/*
 * After a read: whether the key has another home by now, in which case *home is that one, and the read is to be repeated
 * there. An error in finding out becomes *err.
 */
MUST_USE bool home_moved(struct catalog *c, TALLOC_CTX *mem, struct home *home, enum store_err *err);

#endif
