/*
 * Room on the disk. Writing stops before the disk is full, so that deletes and the clean-up, which write before they
 * give room back, still go on.
 */
#include "storage/local/local.h"

#include <errno.h>
#include <sys/statvfs.h>

/* What is kept for them: so much, or that part of a small disk. */
#define RESERVE_BYTES (UINT64_C(64) << 20)
#define RESERVE_PART  16

#define NO_ROOM_BYTES (UINT64_C(1) << 20)

#define FREE_DBI 0 /* LMDB's list of free pages: the id of the transaction that freed them; their count, and they */

enum store_err
local_room_open(struct local_store *s)
{
	struct statvfs disk;
	uint64_t part;

	if (fstatvfs(s->folder, &disk) < 0)
		return local_err(errno);
	part = (uint64_t)disk.f_blocks * disk.f_frsize / RESERVE_PART;
	atomic_store(&s->reserve, part < RESERVE_BYTES ? part : RESERVE_BYTES);
	return STORE_OK;
}

static enum store_err
disk_free(struct local_store *s, uint64_t *bytes)
{
	struct statvfs disk;

	*bytes = 0;
	if (fstatvfs(s->folder, &disk) < 0)
		return local_err(errno);
	*bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	return STORE_OK;
}

int
local_room_code(struct local_store *s, int code)
{
	uint64_t bytes;

	return code == EIO && disk_free(s, &bytes) == STORE_OK && bytes < NO_ROOM_BYTES ? ENOSPC : code;
}

enum store_err
local_room_for_blobs(struct local_store *s)
{
	uint64_t bytes;
	enum store_err err = disk_free(s, &bytes);

	if (err)
		return err;
	return bytes < atomic_load(&s->reserve) ? STORE_FULL : STORE_OK;
}

static int
pages_count(MDB_txn *txn, uint64_t enough, uint64_t *pages)
{
	MDB_val key;
	MDB_val data;
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(txn, FREE_DBI, &cursor);

	if (rc)
		return rc;
	while (*pages < enough && (rc = mdb_cursor_get(cursor, &key, &data, MDB_NEXT)) == 0) {
		size_t count = 0;

		if (data.mv_size >= sizeof(count))
			memcpy(&count, data.mv_data, sizeof(count));
		*pages += count;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Bytes of LMDB's file that are free, as far as `enough`. The file never shrinks: they are room that the disk lacks. */
static enum store_err
pages_free(struct local_store *s, uint64_t enough, uint64_t *bytes)
{
	uint64_t pages = 0;
	MDB_stat stat;
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

	*bytes = 0;
	if (rc)
		return local_err(rc);
	rc = mdb_stat(txn, s->dbi, &stat);
	if (rc == 0)
		rc = pages_count(txn, enough / stat.ms_psize + 1, &pages);
	mdb_txn_abort(txn);
	if (rc == 0)
		*bytes = pages * stat.ms_psize;
	return local_err(rc);
}

enum store_err
local_room_for_keys(struct local_store *s)
{
	uint64_t reserve = atomic_load(&s->reserve);
	uint64_t bytes;
	uint64_t inside;
	enum store_err err = disk_free(s, &bytes);

	if (err || bytes >= reserve)
		return err;
	err = pages_free(s, reserve - bytes, &inside);
	if (err)
		return err;
	return bytes + inside < reserve ? STORE_FULL : STORE_OK;
}
