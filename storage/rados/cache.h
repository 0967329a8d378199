/*
 * What an opening remembers of records that it has read: one record a slot, found by a checksum. Notices of changes name
 * slots, so that all openings agree about them. Any thread; times are of the monotonic clock.
 *
 * A record is only remembered if nothing was said of its slot since before it was read: who misses it gets a ticket, reads,
 * and puts with the ticket.
 */
#ifndef STORAGE_RADOS_CACHE_H
#define STORAGE_RADOS_CACHE_H

#include "common/slice.h"

#define CACHE_SLOTS     16384
#define CACHE_VALUE_MAX ((size_t)64 << 10)
#define CACHE_BYTES_MAX ((size_t)16 << 20) /* of names and values together */
#define CACHE_SECONDS   5                  /* after which a record is read anew in any case */

struct cache;

struct cache *cache_new(void);
void cache_free(struct cache *cache);

/* The slot of a key, of which the CRC32C is known already. */
uint16_t cache_slot(struct slice partition, uint32_t key_crc);

/* The value of a key, copied to `mem`. False: it is not remembered; *ticket is for cache_put. */
MUST_USE bool cache_find(struct cache *cache, struct slice partition, struct slice key, int64_t now_us,
    TALLOC_CTX *mem, struct slice *value, uint64_t *ticket);

/* Remember what was read since that ticket was given, unless a notice came meanwhile, or it is too large. */
void cache_put(struct cache *cache, uint64_t ticket, struct slice partition, struct slice key, struct slice value,
    int64_t now_us);

/* What lies in that slot may have changed, if there is such a slot; or anything may have. */
void cache_forget(struct cache *cache, uint16_t slot);
void cache_forget_all(struct cache *cache);

#endif
