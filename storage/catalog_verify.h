/*
 * What the parts of the verification share: catalog_verify.c (the whole of it), catalog_verify_walk.c (all records of a
 * partition), catalog_verify_bucket.c (one bucket), catalog_verify_parts.c (its uploads and parts),
 * catalog_verify_owners.c (parts that belong to nothing), catalog_verify_blobs.c (blobs that nothing names).
 */
#ifndef STORAGE_CATALOG_VERIFY_H
#define STORAGE_CATALOG_VERIFY_H

#include "storage/catalog_uploads.h"

struct verify_bucket {
	struct bucket_id id;
	const char *name; /* for what is reported */
	bool deleted;     /* and not cleared yet: it must not hold anything */
	/* While one of its shards is checked: */
	struct slice partition;
	/* The range of the shard's own keys; others are on their way, or are to be cleared away: */
	struct record_gate gate;
};

struct verify {
	struct catalog *c;
	TALLOC_CTX *mem;
	verify_report_fn *report;
	void *context;
	struct verify_result *result;
	struct verify_bucket *buckets; /* by ID: all there are, and those deleted that are not cleared yet */
	size_t bucket_count;
};

/* A line for a person; what is not printable in it becomes a dot. */
void verify_say(struct verify *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A name with dots for what is not printable; and what to call a partition: "bucket NAME", "users". On `mem`. */
const char *verify_text(TALLOC_CTX *mem, struct slice name);
const char *verify_partition_text(struct verify *v, TALLOC_CTX *mem, struct slice partition);

/*
 * Call `check` for each record of a partition, from the name `from` on. A page is read at a time, so `check` may call the store. Records that
 * the engine cannot read are counted, told of, and jumped over. `check` fails only when the walk cannot go on.
 */
typedef enum store_err verify_check_fn(
    struct verify *v, void *context, const struct entry *entry, TALLOC_CTX *scratch);
MUST_USE enum store_err verify_walk(
    struct verify *v, struct slice partition, struct slice from, verify_check_fn *check, void *context);

/* Whether the gate of a partition is closed, as it is and stays when its bucket is deleted; also when it cannot be read. */
bool verify_is_closed(struct verify *v, struct slice partition, TALLOC_CTX *scratch);

/* Read all of one shard of a bucket. */
MUST_USE enum store_err verify_bucket(struct verify *v, const struct verify_bucket *bucket);

/* A record of a bucket that is being checked. */
struct verify_subject {
	struct verify *v;
	const struct verify_bucket *bucket;
	char *bytes; /* room for reading */
	const struct entry *entry;
	const char *what; /* it is, for a person; once it is known */
	TALLOC_CTX *scratch;
};

/*
 * What became of checking something about it: told of and counted, unless the record is no longer as it was. The walk
 * goes on unless the store as a whole fails; an error in reading one blob alone is told of as damage. False: a fault
 */
bool verify_judge(const struct verify_subject *s, enum store_err err, const char *what);
void verify_malformed(const struct verify_subject *s);

/* Read all of a blob. */
MUST_USE enum store_err verify_blob(const struct verify_subject *s, const struct record_blob *blob);

/* An upload; a part with its bytes; the parts of a version, which are read by themselves. False: a fault */
void verify_upload(struct verify_subject *s);
void verify_part(struct verify_subject *s);
bool verify_manifest(const struct verify_subject *s, const struct record_version *version);

/* Find the parts of a shard that belong to no upload under way, no version, and no garbage record. */
MUST_USE enum store_err verify_owners(struct verify *v, const struct verify_bucket *bucket);

/* Find the blobs that no version, no part, and no garbage record names. */
MUST_USE enum store_err verify_blobs(struct verify *v);

/* NULL: no bucket has that ID. */
const struct verify_bucket *verify_find_bucket(const struct verify *v, const struct bucket_id *id);

/* The names of all partitions, on `mem`. */
struct partitions {
	TALLOC_CTX *mem;
	struct slice *items;
	size_t count;
};
MUST_USE enum store_err partitions_read(struct catalog *c, TALLOC_CTX *mem, struct partitions *out);

#endif
