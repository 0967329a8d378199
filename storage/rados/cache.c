#include "storage/rados/cache.h"

#include <pthread.h>

#include "common/digest.h"

#define CACHE_US (CACHE_SECONDS * INT64_C(1000000))

_Static_assert(CACHE_SLOTS <= UINT16_MAX + 1, "a slot has 16 bits");

/* A record, in memory of its own. */
struct kept {
	struct slice partition, key, value;
	int64_t read_us;
};

struct cache {
	pthread_mutex_t mutex;  /* taken alone; guards all below */
	uint64_t notices;       /* how many there were */
	uint64_t forgotten_all; /* after which of them nothing was left */
	size_t bytes;           /* of what is kept */
	struct {
		struct kept *kept;
		uint64_t noticed; /* after which notice it was empty */
	} slots[CACHE_SLOTS];
};

struct cache *
cache_new(void)
{
	struct cache *cache = talloc_zero(NULL, struct cache);

	pthread_mutex_init(&cache->mutex, NULL);
	return cache;
}

void
cache_free(struct cache *cache)
{
	cache_forget_all(cache);
	pthread_mutex_destroy(&cache->mutex);
	talloc_free(cache);
}

uint16_t
cache_slot(struct slice partition, uint32_t key_crc)
{
	return (uint16_t)(crc32c(key_crc, partition) % CACHE_SLOTS);
}

static size_t
kept_bytes(const struct kept *kept)
{
	return kept->partition.length + kept->key.length + kept->value.length;
}

static void
drop_locked(struct cache *cache, uint16_t slot)
{
	struct kept *kept = cache->slots[slot].kept;

	if (!kept)
		return;
	cache->bytes -= kept_bytes(kept);
	cache->slots[slot].kept = NULL;
	talloc_free(kept);
}

static void
drop_all_locked(struct cache *cache)
{
	for (unsigned slot = 0; cache->bytes > 0 && slot < CACHE_SLOTS; slot++)
		drop_locked(cache, (uint16_t)slot);
}

static bool
kept_is(const struct kept *kept, struct slice partition, struct slice key, int64_t now_us)
{
	return kept && slice_equal(kept->key, key) && slice_equal(kept->partition, partition) &&
	       now_us - kept->read_us < CACHE_US;
}

bool
cache_find(struct cache *cache, struct slice partition, struct slice key, int64_t now_us, TALLOC_CTX *mem,
    struct slice *value, uint64_t *ticket)
{
	uint16_t slot = cache_slot(partition, crc32c(0, key));
	const struct kept *kept;
	bool found;

	pthread_mutex_lock(&cache->mutex);
	kept = cache->slots[slot].kept;
	found = kept_is(kept, partition, key, now_us);
	if (found)
		*value = slice_copy(mem, kept->value);
	*ticket = cache->notices;
	pthread_mutex_unlock(&cache->mutex);
	return found;
}

void
cache_put(struct cache *cache, uint64_t ticket, struct slice partition, struct slice key, struct slice value,
    int64_t now_us)
{
	uint16_t slot = cache_slot(partition, crc32c(0, key));
	struct kept *kept;

	if (value.length > CACHE_VALUE_MAX)
		return;
	kept = talloc(NULL, struct kept);
	*kept =
	    (struct kept){ slice_copy(kept, partition), slice_copy(kept, key), slice_copy(kept, value), now_us };
	pthread_mutex_lock(&cache->mutex);
	if (cache->forgotten_all <= ticket && cache->slots[slot].noticed <= ticket) {
		drop_locked(cache, slot);
		if (cache->bytes + kept_bytes(kept) > CACHE_BYTES_MAX)
			drop_all_locked(cache);
		cache->bytes += kept_bytes(kept);
		cache->slots[slot].kept = kept;
		kept = NULL;
	}
	pthread_mutex_unlock(&cache->mutex);
	talloc_free(kept);
}

void
cache_forget(struct cache *cache, uint16_t slot)
{
	if (slot >= CACHE_SLOTS)
		return;
	pthread_mutex_lock(&cache->mutex);
	drop_locked(cache, slot);
	cache->slots[slot].noticed = ++cache->notices;
	pthread_mutex_unlock(&cache->mutex);
}

void
cache_forget_all(struct cache *cache)
{
	pthread_mutex_lock(&cache->mutex);
	drop_all_locked(cache);
	cache->forgotten_all = ++cache->notices;
	pthread_mutex_unlock(&cache->mutex);
}
