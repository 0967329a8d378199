/*
 * Blobs: striped over RADOS objects of 4 MiB, written in chunks of 1 MiB, a few of them at a time. The first
 * object of a blob that is sealed has its size as an attribute, and of how many objects it is; what has none may be
 * deleted, and is by the catalog's note of it. OSDs keep checksums of what they store, and check them with each read.
 *
 * A chunk is only sent when the one CHUNKS_UNDER_WAY before it is stored, which is less than an object: so whatever
 * becomes of a writer, there is no object of a blob without the ones before it. Deleting keeps that, from the last to
 * the first.
 */
#ifndef STORAGE_RADOS_BLOB_H
#define STORAGE_RADOS_BLOB_H

#include "storage/rados/names.h"
#include "storage/rados/rados.h"

#define STRIPE_BYTES     ((uint64_t)4 << 20)
#define CHUNK_BYTES      ((uint64_t)1 << 20)
#define CHUNKS_UNDER_WAY 4

/* From this many on, of all readers or writers together, each has only as much under way as it must. */
#define BYTES_AHEAD_MANY ((size_t)32 << 20)
#define CHUNKS_MANY      32

_Static_assert(STRIPE_BYTES % CHUNK_BYTES == 0, "no chunk is in two objects");
_Static_assert(CHUNKS_UNDER_WAY *CHUNK_BYTES <= STRIPE_BYTES, "no object is without the one before it");

#define SIZE_ATTRIBUTE    "size"    /* in decimal digits */
#define OBJECTS_ATTRIBUTE "objects" /* likewise */

struct rs_number {
	char text[21];
};
struct rs_number rs_number_write(uint64_t number);

/* How many objects a sealed blob of that size has. */
static inline uint64_t
rs_blob_objects(uint64_t size)
{
	return size == 0 ? 1 : (size + STRIPE_BYTES - 1) / STRIPE_BYTES;
}

/* Remove the first `count` objects of a blob, those that are there, from the last to the first. */
MUST_USE int rs_blob_remove(struct rs_store *s, const struct blob_id *id, uint64_t count);

#endif
