/*
 * Digests, checksums, keyed digests, random bytes: the only door to OpenSSL and ISA-L.
 * A struct digest belongs to one thread at a time; the other functions are pure.
 */
#ifndef COMMON_DIGEST_H
#define COMMON_DIGEST_H

#include "common/slice.h"

#define DIGEST_MAX 32 /* bytes of the longest one, SHA-256 */

enum digest_kind {
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_CRC32,    /* ISO-HDLC, as in gzip          */
	DIGEST_CRC32C,   /* Castagnoli                    */
	DIGEST_CRC64NVME /* check value ae8b14860a799888  */
};

struct digest;

/* A digest over no bytes yet. Freed with `mem`. */
struct digest *digest_new(TALLOC_CTX *mem, enum digest_kind kind);
void digest_update(struct digest *d, struct slice bytes);

/* The value, big-endian for checksums, into `out`; returns its length in bytes. The digest is used up. */
size_t digest_final(struct digest *d, unsigned char out[DIGEST_MAX]);

/* Bytes of a value of this kind: 16, 20, 32, 4, 4, 8. */
size_t digest_length(enum digest_kind kind);

/* All in one call; returns the length. */
size_t digest_of(enum digest_kind kind, struct slice bytes, unsigned char out[DIGEST_MAX]);

/* CRC32C over `bytes`, continued from `crc` (0 at first). */
uint32_t crc32c(uint32_t crc, struct slice bytes);

/* RFC 2104. */
void hmac_sha256(struct slice key, struct slice data, unsigned char out[32]);
void hmac_sha1(struct slice key, struct slice data, unsigned char out[20]);

/* Equality in a time that depends on the lengths alone. */
MUST_USE bool equal_secret(struct slice a, struct slice b);

/* Cryptographically random bytes; the process aborts where there are none. */
void random_bytes(void *out, size_t length);

/* Overwrite key material so that the compiler cannot leave it out. */
void cleanse(void *data, size_t length);

#endif
