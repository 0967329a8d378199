/*
 * What the parts of the verification share: catalog_verify.c (the whole of it), catalog_verify_walk.c (all records of a
 * partition), catalog_verify_bucket.c (one bucket), catalog_verify_blobs.c (blobs that nothing names).
 */
#ifndef STORAGE_CATALOG_VERIFY_H
#define STORAGE_CATALOG_VERIFY_H

#include "storage/catalog_private.h"

struct verify_bucket {
	struct bucket_id id;
	const char *name; /* for what is reported */
	bool deleted;     /* and not cleared yet: it must not hold anything */
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

/* Read all of one bucket. */
MUST_USE enum store_err verify_bucket(struct verify *v, const struct verify_bucket *bucket);

/* Find the blobs that no version and no garbage record names. */
MUST_USE enum store_err verify_blobs(struct verify *v);

/* NULL: no bucket has that ID. */
const struct verify_bucket *verify_find_bucket(const struct verify *v, const struct bucket_id *id);

/* The names of all partitions, on `mem`; and whether one is a bucket's, and which. */
struct partitions {
	TALLOC_CTX *mem;
	struct slice *items;
	size_t count;
};
MUST_USE enum store_err partitions_read(struct catalog *c, TALLOC_CTX *mem, struct partitions *out);
bool partition_is_bucket(struct slice partition, struct bucket_id *id);

#endif
