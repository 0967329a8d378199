#include "gateway/settings.h"

#include <pthread.h>

#include "common/log.h"
#include "gateway/operations/operations.h"

/* A direct-mapped table: a bucket has one place, and whoever comes later takes it. */
#define CACHE_SLOTS 256
/* Bytes that a thread keeps, of what the documents compile to: some are a hundred times as large as they are written. */
#define CACHE_BYTES_MAX (2 * 1024 * 1024)
#define BLOCK_BYTES     96 /* that talloc adds to each block */

struct slot {
	struct bucket_id id;
	uint64_t revision;
	struct settings *settings; /* NULL: the slot is free */
	size_t bytes;              /* of the settings */
};

struct cache {
	struct slot slots[CACHE_SLOTS];
	size_t bytes; /* of all slots */
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

static struct cache *
thread_cache(void)
{
	struct cache *cache;

	pthread_once(&cache_once, cache_make_key);
	cache = pthread_getspecific(cache_key);
	if (!cache) {
		cache = talloc_zero(NULL, struct cache);
		pthread_setspecific(cache_key, cache);
	}
	return cache;
}

static void
empty_slot(struct cache *cache, struct slot *slot)
{
	talloc_free(slot->settings);
	cache->bytes -= slot->bytes;
	*slot = (struct slot){ 0 };
}

static void
make_room(struct cache *cache, size_t bytes)
{
	for (size_t i = 0; i < CACHE_SLOTS && cache->bytes + bytes > CACHE_BYTES_MAX; i++)
		empty_slot(cache, &cache->slots[i]);
}

/* Compiling: false for a document that is damaged, which then counts as the strictest. */

static bool
compile_cors(struct settings *settings, struct slice document, const struct bucket *bucket)
{
	struct cors_rules *rules;

	(void)bucket;
	settings->cors_is_damaged = cors_rules_parse(settings, document, NULL, &rules) != S3_OK;
	if (settings->cors_is_damaged)
		return false;
	settings->cors = rules;
	return true;
}

/* A policy whose principals have gone since it was put still is one. */
static bool
compile_policy(struct settings *settings, struct slice document, const struct bucket *bucket)
{
	struct policy *policy;

	settings->policy_is_damaged =
	    policy_parse(settings, document, slice_from(bucket->name), NULL, NULL, &policy) != S3_OK;
	if (settings->policy_is_damaged)
		return false;
	settings->policy = policy;
	settings->policy_is_public = policy_is_public(policy);
	return true;
}

static bool
compile_ownership(struct settings *settings, struct slice document, const struct bucket *bucket)
{
	(void)bucket;
	if (ownership_parse(settings, document, NULL, &settings->ownership) == S3_OK)
		return true;
	settings->ownership = OWNERSHIP_BUCKET_OWNER_ENFORCED;
	return false;
}

static bool
compile_public_access(struct settings *settings, struct slice document, const struct bucket *bucket)
{
	(void)bucket;
	if (public_access_parse(settings, document, NULL, &settings->public_access) == S3_OK)
		return true;
	settings->public_access = (struct public_access){ true, true, true, true };
	return false;
}

static const struct {
	const struct document *document;
	bool (*compile)(struct settings *settings, struct slice document, const struct bucket *bucket);
} compilers[] = {
	{ &document_cors, compile_cors },
	{ &document_policy, compile_policy },
	{ &document_ownership, compile_ownership },
	{ &document_public_access, compile_public_access },
};

static bool
has_document(const struct bucket *bucket, const struct document *document)
{
	return bucket->documents & (UINT64_C(1) << document->number);
}

static bool
has_settings(const struct bucket *bucket)
{
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++)
		if (has_document(bucket, compilers[i].document))
			return true;
	return false;
}

/* Read and compile the bucket's documents; one that has just been deleted is none. */
static enum s3_err
compile(struct req *r, const struct bucket *bucket, struct settings *settings)
{
	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++) {
		const struct document *kind = compilers[i].document;
		struct slice document;
		enum store_err err;

		if (!has_document(bucket, kind))
			continue;
		err = catalog_document(r->gateway->catalog, r, bucket, kind->number, &document);
		if (err == STORE_NOT_FOUND)
			continue;
		if (err != STORE_OK)
			return req_refuse_store(r, err);
		if (!compilers[i].compile(settings, document, bucket))
			LOG(ERROR, "damaged document", LOG_STRING("request_id", r->id),
			    LOG_STRING("bucket", bucket->name), LOG_STRING("document", kind->root));
	}
	return S3_OK;
}

static enum s3_err
fill(struct req *r, struct cache *cache, struct slot *slot, const struct bucket *bucket)
{
	struct settings *settings = talloc_zero(cache, struct settings);
	enum s3_err err = compile(r, bucket, settings);
	size_t bytes;

	if (err != S3_OK) {
		talloc_free(settings);
		return err;
	}
	bytes = talloc_total_size(settings) + BLOCK_BYTES * talloc_total_blocks(settings);
	empty_slot(cache, slot);
	make_room(cache, bytes);
	*slot = (struct slot){ bucket->id, bucket->revision, settings, bytes };
	cache->bytes += bytes;
	return S3_OK;
}

enum s3_err
req_settings(struct req *r, const struct bucket *bucket, const struct settings **out)
{
	static const struct settings none = { 0 };
	enum s3_err err = S3_OK;
	struct cache *cache;
	struct slot *slot;

	*out = &none;
	if (!has_settings(bucket))
		return S3_OK;
	cache = thread_cache();
	slot = &cache->slots[bucket->id.bytes[sizeof(bucket->id.bytes) - 1] % CACHE_SLOTS];
	if (!slot->settings || slot->revision != bucket->revision ||
	    memcmp(&slot->id, &bucket->id, sizeof(slot->id)) != 0)
		err = fill(r, cache, slot, bucket);
	if (err == S3_OK)
		*out = slot->settings;
	return err;
}

enum s3_err
req_cors_resource(struct req *r, struct cors_resource *out)
{
	const struct settings *settings;
	enum s3_err err;

	/* The service itself is no bucket that is missing: it has no rules of its own. */
	*out = (struct cors_resource){
		.bucket_exists = r->bucket || r->target.bucket.length == 0,
		.service = r->config->cors_service,
	};
	if (!r->bucket)
		return S3_OK;
	err = req_settings(r, r->bucket, &settings);
	if (err != S3_OK)
		return err;
	out->rules = settings->cors;
	out->rules_are_damaged = settings->cors_is_damaged;
	return S3_OK;
}
