/*
 * Entries of the LMDB database with their checksums, and values in entries.
 *
 * An entry's data begins with a CRC32C over its LMDB key and the rest of its data, the payload. A payload that is a
 * value begins with a byte that tells how the value is kept: right there, or in pieces, each an entry that fits one page:
 *
 *	'v' number index	(8 and 4 bytes, big-endian; a number is never used again)
 *
 * LMDB could keep large values whole, in runs of pages; but to find a run it reads through its list of free pages, and
 * writes the list anew, at each commit: where much was deleted, that slows commits down a hundredfold. Single pages are
 * just taken off the list.
 *
 * All functions return 0 or a code of LMDB or errno: MDB_NOTFOUND, MDB_CORRUPTED (a checksum does not match), …
 * Slices that they give out point into the map, unless said otherwise, and are valid until the transaction ends or, in
 * one that writes, the next change.
 */
#ifndef STORAGE_LOCAL_VALUE_H
#define STORAGE_LOCAL_VALUE_H

#include <lmdb.h>

#include "storage/engine.h"

#define VALUE_KIND_COUNTER 'm'
#define VALUE_KIND_PIECE   'v' /* the greatest first byte of an LMDB key: pieces are appended to the database */

#define NUMBER_BYTES 8

/* What LMDB gave, checked. */
MUST_USE int entry_check(const MDB_val *key, const MDB_val *data, struct slice *payload);
MUST_USE int entry_get(MDB_txn *txn, MDB_dbi dbi, MDB_val key, struct slice *payload);

/* `flags`: 0 or MDB_APPEND. */
MUST_USE int entry_put(MDB_txn *txn, MDB_dbi dbi, MDB_val key, struct slice payload, unsigned flags);

/* A number that was never given before. */
MUST_USE int number_next(MDB_txn *txn, MDB_dbi dbi, unsigned char number[NUMBER_BYTES]);

/* The value that an entry's payload is or stands for; one that is in pieces is put together on `mem`. */
MUST_USE int value_read(MDB_txn *txn, MDB_dbi dbi, struct slice payload, TALLOC_CTX *mem, struct slice *value);

/* Put a value in the place of what the entry may hold. */
MUST_USE int value_put(MDB_txn *txn, MDB_dbi dbi, MDB_val key, struct slice value);

/* Delete an entry and what it stands for. */
MUST_USE int value_delete(MDB_txn *txn, MDB_dbi dbi, MDB_val key);

#endif
