/*
 * Ordered keys in partitions, over one LMDB database. LMDB's own keys end at 511 bytes; here a key may have
 * STORE_KEY_MAX, and a cursor still yields pure byte order:
 *
 *	'k' partition 0 0 chunk     an entry whose key fits; zero bytes of the partition are written 0 255
 *	'k' partition 0 0 chunk 0   chunk fills LMDB's key: names the level where keys that begin with it go on
 *	'l' level chunk             an entry of a level (8 bytes, big-endian), and so on
 *
 * How entries hold values, and counters, is in value.h. Since partition and key are written in the LMDB key, which an
 * entry's checksum covers, or are reached by entries that are checked likewise, a value that belongs elsewhere is found.
 *
 * All functions return 0 or a code of LMDB or errno: MDB_NOTFOUND, MDB_CORRUPTED (a checksum does not match), …
 * A transaction, and so everything here, belongs to one thread at a time.
 */
#ifndef STORAGE_LOCAL_KEYS_H
#define STORAGE_LOCAL_KEYS_H

#include "storage/local/value.h"

#define KEYS_LMDB_MAX 511 /* bytes of an LMDB key */
#define KEYS_LEVELS   4   /* more than STORE_KEY_MAX can reach */

/* Where the keys of a partition, or the rests of longer keys, live: the LMDB keys with this prefix. */
struct level {
	unsigned char lmdb_key[KEYS_LMDB_MAX];
	size_t prefix; /* bytes of lmdb_key that are the level's; what follows is scratch */
};

/* The value is in the map, until the transaction ends or changes something; or on `mem`. */
MUST_USE int keys_get(
    MDB_txn *txn, MDB_dbi dbi, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value);

MUST_USE int keys_put(MDB_txn *txn, MDB_dbi dbi, struct slice partition, struct slice key, struct slice value);

/* MDB_NOTFOUND when there is no such key. */
MUST_USE int keys_delete(MDB_txn *txn, MDB_dbi dbi, struct slice partition, struct slice key);

/* A walk over the keys of one partition. */
struct keys_cursor {
	struct slice key; /* where it stands, after seek and next have returned 0; valid until the next of either */
	struct slice value;

	MDB_cursor *lmdb; /* borrowed */
	TALLOC_CTX *mem;  /* borrowed: for values that are in pieces */
	unsigned depth;
	struct {
		struct level level;
		size_t base; /* bytes of the key that lead to this level */
	} at[KEYS_LEVELS];
	char assembled[STORE_KEY_MAX]; /* a key that is in several pieces */
};

void keys_cursor_init(struct keys_cursor *c, MDB_cursor *lmdb, TALLOC_CTX *mem, struct slice partition);

/* Go to the first key >= `from`, which may point into the cursor or the map. MDB_NOTFOUND when there is none. */
MUST_USE int keys_cursor_seek(struct keys_cursor *c, struct slice from);

/* Go to the next key; after a seek or next that returned 0. MDB_NOTFOUND when there is none. */
MUST_USE int keys_cursor_next(struct keys_cursor *c);

/*
 * The first partition after `partition` (the empty slice: the first of all) that has a key, into `name`.
 * MDB_NOTFOUND when there is none.
 */
MUST_USE int keys_next_partition(
    MDB_cursor *lmdb, struct slice partition, char name[STORE_PARTITION_MAX], size_t *length);

#endif
