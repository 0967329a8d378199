/*
 * A whole store that is read-only: all partitions that there are, and all that can come to be. Partitions are named by
 * records of the partition of buckets, so that one becomes read-only first; then nobody can name a new one.
 */
#ifndef STORAGE_CATALOG_FREEZE_H
#define STORAGE_CATALOG_FREEZE_H

#include "storage/catalog.h"

/*
 * (commits) Make the store read-only, or writable again. What was stopped on its way can be done once more, either way.
 * err  STORE_FULL, STORE_DAMAGED, STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err catalog_freeze(struct catalog *c);
MUST_USE enum store_err catalog_thaw(struct catalog *c);

/* Whether all partitions that there are are read-only. err STORE_CONFLICT (one is not), STORE_DAMAGED, STORE_IO, STORE_TIMEOUT */
MUST_USE enum store_err catalog_check_frozen(struct catalog *c);

/* Whether the store is read-only, or is about to become so. err STORE_DAMAGED, STORE_IO, STORE_TIMEOUT */
MUST_USE enum store_err catalog_is_frozen(struct catalog *c, bool *out);

#endif
