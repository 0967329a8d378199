/*
 * Partitions that take no changes: the switch at the end of moving a store. A reserved key says so, and every commit
 * that is not `on_read_only` expects it to be absent. So from the commit that puts it on no other one succeeds, on
 * whatever engine and in whatever process, not even one that was sent before and arrives late. Reads go on.
 */
#ifndef STORAGE_READ_ONLY_H
#define STORAGE_READ_ONLY_H

#include "storage/engine.h"

/* Make a partition read-only, or writable again. err STORE_FULL, STORE_IO, STORE_TIMEOUT: it may have happened */
MUST_USE enum store_err read_only_set(struct store *s, struct slice partition, bool read_only);

/* err STORE_DAMAGED, STORE_IO, STORE_TIMEOUT; *out is false then */
MUST_USE enum store_err read_only_get(struct store *s, struct slice partition, bool *out);

/* For store_commit alone: the engine's commit, with the condition. */
MUST_USE enum store_err read_only_commit(struct store *s, struct slice partition, const struct batch *batch);

#endif
