#include "gateway/rules.h"

#include <pthread.h>

#include "gateway/operations/operations.h"

/* A direct-mapped table: a bucket has one place, and whoever comes later takes it. */
#define CACHE_SLOTS 256

struct slot {
	struct bucket_id id;
	uint64_t revision;
	const struct cors_rules *rules; /* NULL: the slot is free */
};

static pthread_key_t cache_key;
static pthread_once_t cache_once = PTHREAD_ONCE_INIT;

static void
cache_free(void *cache)
{
	talloc_free(cache);
}

static void
cache_make_key(void)
{
	if (pthread_key_create(&cache_key, cache_free) != 0)
		abort();
}

static struct slot *
thread_cache(void)
{
	struct slot *cache;

	pthread_once(&cache_once, cache_make_key);
	cache = pthread_getspecific(cache_key);
	if (!cache) {
		cache = talloc_zero_array(NULL, struct slot, CACHE_SLOTS);
		pthread_setspecific(cache_key, cache);
	}
	return cache;
}

/* Read and compile the bucket's document into a slot; a document that has just been deleted leaves it free. */
static enum s3_err
fill(struct req *r, struct slot *cache, struct slot *slot)
{
	struct cors_rules *rules;
	struct slice document;
	enum store_err err = catalog_document(r->gateway->catalog, r, r->bucket, document_cors.number, &document);

	if (err != STORE_OK && err != STORE_NOT_FOUND)
		return req_refuse_store(r, err);
	if (err == STORE_NOT_FOUND)
		rules = NULL;
	else if (cors_rules_parse(cache, document, NULL, &rules) != S3_OK)
		return req_refuse(r, S3_INTERNAL_ERROR, "The bucket's stored CORS configuration is damaged.");
	talloc_free((void *)slot->rules);
	*slot = (struct slot){ r->bucket->id, r->bucket->revision, rules };
	return S3_OK;
}

enum s3_err
req_cors_resource(struct req *r, struct cors_resource *out)
{
	const struct bucket *bucket = r->bucket;
	enum s3_err err = S3_OK;
	struct slot *cache, *slot;

	/* The service itself is no bucket that is missing: it has no rules. */
	*out = (struct cors_resource){ .bucket_exists = bucket || r->target.bucket.length == 0 };
	if (!bucket || !(bucket->documents & (UINT64_C(1) << document_cors.number)))
		return S3_OK;
	cache = thread_cache();
	slot = &cache[bucket->id.bytes[sizeof(bucket->id.bytes) - 1] % CACHE_SLOTS];
	if (!slot->rules || slot->revision != bucket->revision ||
	    memcmp(&slot->id, &bucket->id, sizeof(slot->id)) != 0)
		err = fill(r, cache, slot);
	if (err == S3_OK)
		out->rules = slot->rules;
	return err;
}
