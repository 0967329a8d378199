/*
 * What the files of the embedded engine share. A store is a folder:
 *
 *	format		one line that names the format; written last, so that a folder without it is not a store yet
 *	meta/		an LMDB environment: all keys (keys.h)
 *	blobs/xx/	a file for each blob, by a random byte of its id (blob.c)
 *	lock		held (flock) by the one process that serves
 *
 * Reads run on any thread; all changes of one process go through its committer thread (commit.c). Other processes may
 * have the store open too: LMDB's own lock keeps their transactions apart.
 */
#ifndef STORAGE_LOCAL_LOCAL_H
#define STORAGE_LOCAL_LOCAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "storage/local/keys.h"

#define LOCAL_BLOB_FOLDERS 256
#define LOCAL_IDLE_READERS 128 /* kept; more threads than that may read at once */

/* A read transaction and its cursor, kept for the next call that reads. */
struct local_reader {
	MDB_txn *txn;
	MDB_cursor *lmdb;
	struct keys_cursor cursor;
};

/* The unlinks of a folder of blobs, counted; and how many of them are known to be durable. */
struct local_unlinks {
	_Atomic uint64_t done;
	_Atomic uint64_t synced;
};

struct committer;

struct local_store {
	struct store store;
	char *place;              /* the folder, as it was given */
	int folder;               /* descriptors: the folder, */
	int blobs;                /* its folder of blobs, */
	int lock;                 /* and its lock; -1 when this opening does not serve */
	bool claimed;             /* it is in the list of this process's open stores */
	_Atomic uint64_t reserve; /* bytes of the disk that only deletes and the clean-up may use */

	MDB_env *env;
	MDB_dbi dbi;
	/* Readers that nobody uses: whoever swaps one for NULL has it, so that no read waits for another. */
	_Atomic(struct local_reader *) idle[LOCAL_IDLE_READERS];

	struct committer *committer;
	struct local_unlinks unlinks[LOCAL_BLOB_FOLDERS];
};

static inline struct local_store *
local_of(struct store *s)
{
	return (struct local_store *)s;
}

/* engine.c: what a code of LMDB or errno means. */
enum store_err local_err(int code);

/* room.c: choose the reserve. STORE_FULL: too little room for what does not free any. Each asks the disk once. */
MUST_USE enum store_err local_room_open(struct local_store *s);
MUST_USE enum store_err local_room_for_blobs(struct local_store *s);
MUST_USE enum store_err local_room_for_keys(struct local_store *s);

/* room.c: LMDB says EIO when the disk takes but a part of what it writes: that is ENOSPC when there is no room left. */
int local_room_code(struct local_store *s, int code);

/* folder.c: open the folder, make it where it is missing and wanted, and take the lock to serve. */
MUST_USE enum store_err local_folder_open(
    struct local_store *s, const struct store_options *options, TALLOC_CTX *mem, char **message);
void local_folder_close(struct local_store *s);

/* read.c */
void local_readers_close(struct local_store *s);
engine_get_fn local_get;
engine_scan_fn local_scan;
engine_partition_list_fn local_partition_list;

/* commit.c: the committer thread; close ends it when no commit is waiting. 0 or an errno. */
MUST_USE int local_committer_open(struct local_store *s);
void local_committer_close(struct local_store *s);
engine_commit_fn local_commit;

/* commit.c: how many batches wait or are being committed; for tests. */
size_t local_commits_under_way(struct local_store *s);

/* blob.c */
engine_blob_create_fn local_blob_create;
engine_blob_append_fn local_blob_append;
engine_blob_seal_fn local_blob_seal;
engine_blob_abandon_fn local_blob_abandon;
engine_blob_open_fn local_blob_open;
engine_blob_read_fn local_blob_read;
engine_blob_close_fn local_blob_close;
engine_blob_delete_fn local_blob_delete;
engine_blob_list_fn local_blob_list;

/* blob.c: make the unlinks so far durable. */
MUST_USE enum store_err local_blob_sync_deletes(struct local_store *s);

#endif
