/*
 * What the parts of the cleaning share: catalog_sweep.c (the whole of it), catalog_sweep_parts.c (parts of uploads),
 * catalog_split.c (shards that have become too large).
 */
#ifndef STORAGE_CATALOG_SWEEP_H
#define STORAGE_CATALOG_SWEEP_H

#include "storage/catalog_uploads.h"

struct sweep {
	struct catalog *c;
	const _Atomic bool *stop;
	struct sweep_result *result;
	enum store_err err; /* the last one */
};

/* Remember an error and go on; whether there was none. */
bool sweep_went_well(struct sweep *s, enum store_err err);

bool sweep_stopped(const struct sweep *s);

/* Delete a blob and count it; whether it is gone. */
bool sweep_blob(struct sweep *s, const struct blob_id *id);

/* How many blobs the parts of an upload have. */
MUST_USE enum store_err parts_count_blobs(
    struct catalog *c, struct slice partition, const unsigned char upload_id[16], uint64_t *count);

/*
 * Delete the parts whose names begin with `prefix`: a page of blobs, then their records, and so on. False: some are left,
 * for the sweep was stopped or something went wrong.
 */
bool sweep_parts(struct sweep *s, struct slice partition, struct slice prefix);

/* Clear away what was moved from one shard of a bucket to another, and split those that have too many records. */
void sweep_split(struct sweep *s, const struct record_bucket *record);

/* Delete all parts and uploads of a deleted bucket: nobody can read or write them any more. */
void sweep_uploads(struct sweep *s, struct slice partition);

#endif
