#include "common/digest.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>

#include <isa-l/crc.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "common/crc64.h"

#define HMAC_BLOCK 64 /* of SHA-1 and of SHA-256 */

struct digest {
	enum digest_kind kind;
	EVP_MD_CTX *hash; /* NULL for checksums */
	uint64_t crc;
};

static const struct {
	const char *name; /* OpenSSL's; NULL for checksums */
	size_t length;
} kinds[] = {
	[DIGEST_MD5] = { "MD5", 16 },
	[DIGEST_SHA1] = { "SHA1", 20 },
	[DIGEST_SHA256] = { "SHA256", 32 },
	[DIGEST_CRC32] = { NULL, 4 },
	[DIGEST_CRC32C] = { NULL, 4 },
	[DIGEST_CRC64NVME] = { NULL, 8 },
};

/* Looking an algorithm up by name costs more than digesting a short text, so it is done once. */
static EVP_MD *algorithms[ARRAY_SIZE(kinds)];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].name == NULL)
			continue;
		algorithms[i] = EVP_MD_fetch(NULL, kinds[i].name, NULL);
		if (algorithms[i] == NULL)
			abort();
	}
}

/* ISA-L counts in int and leaves the inversion before and after to the caller. */
uint32_t
crc32c(uint32_t crc, struct slice bytes)
{
	unsigned char *in = (unsigned char *)(uintptr_t)bytes.data;
	size_t left = bytes.length;

	crc = ~crc;
	while (left > 0) {
		int step = left > INT_MAX / 2 ? INT_MAX / 2 : (int)left;

		crc = crc32_iscsi(in, step, crc);
		in += step;
		left -= (size_t)step;
	}
	return ~crc;
}

static int
digest_destroy(struct digest *d)
{
	EVP_MD_CTX_free(d->hash);
	return 0;
}

struct digest *
digest_new(TALLOC_CTX *mem, enum digest_kind kind)
{
	struct digest *d = talloc_zero(mem, struct digest);

	assert(d != NULL && kind < ARRAY_SIZE(kinds));
	pthread_once(&once, init);
	d->kind = kind;
	if (kinds[kind].name == NULL)
		return d;
	d->hash = EVP_MD_CTX_new();
	if (d->hash == NULL || !EVP_DigestInit_ex(d->hash, algorithms[kind], NULL))
		abort();
	talloc_set_destructor(d, digest_destroy);
	return d;
}

void
digest_update(struct digest *d, struct slice bytes)
{
	if (bytes.length == 0)
		return;
	switch (d->kind) {
	case DIGEST_MD5:
	case DIGEST_SHA1:
	case DIGEST_SHA256:
		if (!EVP_DigestUpdate(d->hash, bytes.data, bytes.length))
			abort();
		break;
	case DIGEST_CRC32:
		d->crc = crc32_gzip_refl((uint32_t)d->crc, (const unsigned char *)bytes.data, bytes.length);
		break;
	case DIGEST_CRC32C:
		d->crc = crc32c((uint32_t)d->crc, bytes);
		break;
	case DIGEST_CRC64NVME:
		d->crc = crc64nvme(d->crc, bytes);
		break;
	}
}

size_t
digest_final(struct digest *d, unsigned char out[DIGEST_MAX])
{
	size_t length = kinds[d->kind].length;

	if (d->hash != NULL) {
		if (!EVP_DigestFinal_ex(d->hash, out, NULL))
			abort();
		return length;
	}
	for (size_t i = 0; i < length; i++)
		out[i] = (unsigned char)(d->crc >> (8 * (length - 1 - i)));
	return length;
}

size_t
digest_length(enum digest_kind kind)
{
	assert(kind < ARRAY_SIZE(kinds));
	return kinds[kind].length;
}

size_t
digest_of(enum digest_kind kind, struct slice bytes, unsigned char out[DIGEST_MAX])
{
	struct digest *d = digest_new(NULL, kind);
	size_t length;

	digest_update(d, bytes);
	length = digest_final(d, out);
	talloc_free(d);
	return length;
}

static void
hash_two(EVP_MD_CTX *hash, const EVP_MD *algorithm, const unsigned char block[HMAC_BLOCK], struct slice data,
    unsigned char *out)
{
	if (!EVP_DigestInit_ex(hash, algorithm, NULL) || !EVP_DigestUpdate(hash, block, HMAC_BLOCK) ||
	    (data.length > 0 && !EVP_DigestUpdate(hash, data.data, data.length)) ||
	    !EVP_DigestFinal_ex(hash, out, NULL))
		abort();
}

/* RFC 2104 on plain digests: OpenSSL's own HMAC looks its algorithms up again on every call. */
static void
hmac(enum digest_kind kind, struct slice key, struct slice data, unsigned char *out)
{
	unsigned char inner_pad[HMAC_BLOCK], outer_pad[HMAC_BLOCK];
	unsigned char key_block[HMAC_BLOCK] = { 0 }, inner[DIGEST_MAX];
	EVP_MD_CTX *hash = EVP_MD_CTX_new();

	pthread_once(&once, init);
	if (hash == NULL)
		abort();
	if (key.length > HMAC_BLOCK)
		digest_of(kind, key, key_block);
	else if (key.length > 0)
		memcpy(key_block, key.data, key.length);
	for (size_t i = 0; i < HMAC_BLOCK; i++) {
		inner_pad[i] = key_block[i] ^ 0x36;
		outer_pad[i] = key_block[i] ^ 0x5c;
	}
	hash_two(hash, algorithms[kind], inner_pad, data, inner);
	hash_two(hash, algorithms[kind], outer_pad, slice_make(inner, kinds[kind].length), out);
	EVP_MD_CTX_free(hash);
	cleanse(key_block, sizeof(key_block));
	cleanse(inner_pad, sizeof(inner_pad));
	cleanse(outer_pad, sizeof(outer_pad));
	cleanse(inner, sizeof(inner));
}

void
hmac_sha256(struct slice key, struct slice data, unsigned char out[32])
{
	hmac(DIGEST_SHA256, key, data, out);
}

void
hmac_sha1(struct slice key, struct slice data, unsigned char out[20])
{
	hmac(DIGEST_SHA1, key, data, out);
}

bool
equal_secret(struct slice a, struct slice b)
{
	return a.length == b.length && (a.length == 0 || CRYPTO_memcmp(a.data, b.data, a.length) == 0);
}

void
random_bytes(void *out, size_t length)
{
	assert(length <= INT_MAX);
	if (RAND_bytes(out, (int)length) != 1)
		abort();
}

void
cleanse(void *data, size_t length)
{
	OPENSSL_cleanse(data, length);
}
