/*
 * The checksum of two runs of bytes, one behind the other, from the checksum of each: how S3 finds the checksum of a
 * whole object from those of its parts ("Full object checksums for multipart uploads"). Pure; any thread.
 */
#ifndef COMMON_CRC_H
#define COMMON_CRC_H

#include "common/digest.h"

/* Whether values of that kind can be put together: those of the CRCs alone. */
bool crc_combinable(enum digest_kind kind);

/*
 * `value`, as digest_final gives it, becomes that of its bytes followed by `next_length` bytes whose value is `next`.
 * The kind is a combinable one. It takes a time that grows with the logarithm of the length.
 */
void crc_combine(enum digest_kind kind, unsigned char value[DIGEST_MAX], const unsigned char next[DIGEST_MAX],
    uint64_t next_length);

#endif
