/*
 * The signing key of a secret, a day and a region costs four keyed digests, and a client signs with the same one all
 * day: each thread keeps the last few, and needs no lock.
 */
#include "auth/sigv4.h"

#include <assert.h>
#include <pthread.h>

#define CACHE_SIZE 64 /* a power of two */

struct cached_key {
	bool filled;
	unsigned char fingerprint[32]; /* of secret, day and region: a secret is not kept */
	unsigned char key[32];
};

static pthread_key_t cache_slot;
static pthread_once_t cache_once = PTHREAD_ONCE_INIT;

static void
cache_free(void *cache)
{
	cleanse(cache, CACHE_SIZE * sizeof(struct cached_key));
	free(cache);
}

static void
cache_init(void)
{
	if (pthread_key_create(&cache_slot, cache_free) != 0)
		abort();
}

/* This thread's cache. Not on talloc, whose contexts are not to be shared between threads. */
static struct cached_key *
cache_get(void)
{
	struct cached_key *cache;

	pthread_once(&cache_once, cache_init);
	cache = pthread_getspecific(cache_slot);
	if (cache == NULL) {
		cache = calloc(CACHE_SIZE, sizeof(*cache));
		if (cache == NULL || pthread_setspecific(cache_slot, cache) != 0)
			abort();
	}
	return cache;
}

/* AWS General Reference, "Deriving the signing key". */
static void
derive(struct slice secret, struct slice date, struct slice region, unsigned char key[32])
{
	const struct slice steps[] = { date, region, SLICE("s3"), SLICE("aws4_request") };
	char *first = talloc_size(NULL, 4 + secret.length);

	assert(first != NULL);
	memcpy(first, "AWS4", 4);
	memcpy(first + 4, secret.data, secret.length);
	hmac_sha256(slice_make(first, 4 + secret.length), steps[0], key);
	for (size_t i = 1; i < ARRAY_SIZE(steps); i++) {
		unsigned char next[32];

		hmac_sha256(slice_make(key, 32), steps[i], next);
		memcpy(key, next, sizeof(next));
		cleanse(next, sizeof(next));
	}
	cleanse(first, 4 + secret.length);
	talloc_free(first);
}

/* The lengths keep "ab" + "c" and "a" + "bc" apart. */
static void
fingerprint_of(struct slice secret, struct slice date, struct slice region, unsigned char out[32])
{
	const size_t lengths[] = { secret.length, date.length };
	struct digest *d = digest_new(NULL, DIGEST_SHA256);

	digest_update(d, slice_make(lengths, sizeof(lengths)));
	digest_update(d, secret);
	digest_update(d, date);
	digest_update(d, region);
	digest_final(d, out);
	talloc_free(d);
}

void
sigv4_signing_key(struct slice secret, struct slice date, struct slice region, unsigned char out[32])
{
	unsigned char fingerprint[32];
	struct cached_key *cached = cache_get();

	fingerprint_of(secret, date, region, fingerprint);
	cached += fingerprint[0] % CACHE_SIZE;
	if (!cached->filled || !equal_secret(slice_make(cached->fingerprint, 32), slice_make(fingerprint, 32))) {
		derive(secret, date, region, cached->key);
		memcpy(cached->fingerprint, fingerprint, sizeof(fingerprint));
		cached->filled = true;
	}
	memcpy(out, cached->key, sizeof(cached->key));
	cleanse(fingerprint, sizeof(fingerprint));
}
