/*
 * Blobs as files. The bytes are in blocks of 64 KiB (the last may be shorter), each followed by its CRC32C, which begins
 * with the blob's id and the block's number: a block of another blob, or from another place, does not match.
 *
 * A file is made under its final name, since the catalog has noted the id durably before: what a crash leaves behind is
 * found by that note and deleted. Nothing reads a blob before the record that names it is committed, after the seal.
 */
#ifndef STORAGE_LOCAL_BLOB_H
#define STORAGE_LOCAL_BLOB_H

#include <sys/uio.h>

#include "storage/local/local.h"

#define BLOCK_BYTES     ((size_t)64 * 1024)
#define BLOCK_CRC_BYTES sizeof(uint32_t)

#define RUN_BLOCKS 256 /* blocks of one system call: two pieces each, IOV_MAX is 1024 */

/* A blob's file, from the folder of blobs. */
struct blob_path {
	char text[2 + 1 + 32 + 1];
};
struct blob_path blob_path(const struct blob_id *id);

/* What a blob's checksums begin with, and the one of a block. */
uint32_t blob_seed(const struct blob_id *id);
uint32_t blob_block_crc(uint32_t seed, uint64_t block, const char *data, size_t length);

/* Leave out what a system call has done of its pieces. */
void blob_pieces_skip(struct iovec **pieces, int *count, size_t done);

#endif
