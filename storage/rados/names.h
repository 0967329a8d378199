/*
 * Names of RADOS objects, and keys as an omap holds them. Pure functions.
 *
 * librados takes the key after which a page begins as a C string, so a stored key must not contain a NUL, and must sort
 * as the key does: byte 0 is written as 1 1, byte 1 as 1 2, and a 1 ends the whole. Without that end, no stored key is
 * equal to what is written for a key: a page "after" it begins with the key itself.
 */
#ifndef STORAGE_RADOS_NAMES_H
#define STORAGE_RADOS_NAMES_H

#include "storage/engine.h"

#define RS_FORMAT   "format"
#define RS_SESSIONS "sessions"
#define RS_ROOM     "room"

struct rs_name {
	char text[2 + 2 * STORE_PARTITION_MAX + 1];
};

struct rs_name rs_partition_name(struct slice partition);
struct rs_name rs_blob_name(const struct blob_id *id, uint64_t number);

/* The partition of which this is the object: its name into `out`. False for other objects. */
bool rs_partition_parse(const char *name, char out[STORE_PARTITION_MAX], size_t *length);

/* The blob of which this is the first object; false for others. */
bool rs_blob_parse(const char *name, struct blob_id *id);

/* Whether a store has objects of such a name. */
bool rs_name_is_ours(const char *name);

/* Room for a stored key of `length` bytes, with a NUL behind it. */
#define RS_KEY_ROOM(length) (2 * (length) + 2)

/* Write a key as it is stored, or without the end, NUL-terminated; how long it is. */
size_t rs_key_write(struct slice key, char *out);
size_t rs_key_write_from(struct slice key, char *out);

/* Read a stored key. False: it is none. */
MUST_USE bool rs_key_read(struct slice stored, char out[STORE_KEY_MAX], size_t *length);

#endif
