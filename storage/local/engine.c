#include "storage/local/local.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"

#define READERS_MAX 512

/*
 * The map is address space, not memory, and the file grows as it is used; so it is as large as any store may become.
 * Where address space is limited, half of it, and so on.
 */
#define MAP_BYTES_MIN (UINT64_C(1) << 30)
#define MAP_BYTES_MAX (UINT64_C(1) << 42)

/* The thread sanitizer needs most of the address space for itself, and ends a process that asks for too much. */
#ifdef __has_feature
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif
#ifdef __SANITIZE_THREAD__
#undef MAP_BYTES_MAX
#define MAP_BYTES_MAX (UINT64_C(1) << 34)
#endif

/* The stores that this process has open. */

/* LMDB's locks belong to the process: a second environment on the same files would undo those of the first. */
struct claim {
	dev_t device;
	ino_t inode;
	pid_t pid; /* a child that was forked has no claim */
	struct claim *next;
};

static struct {
	pthread_mutex_t mutex; /* taken alone */
	struct claim *first;
} claims = { PTHREAD_MUTEX_INITIALIZER, NULL };

static struct claim **
claim_find_locked(const struct stat *folder)
{
	struct claim **c = &claims.first;

	while (*c && ((*c)->device != folder->st_dev || (*c)->inode != folder->st_ino || (*c)->pid != getpid()))
		c = &(*c)->next;
	return c;
}

static bool
claim_take(struct local_store *s)
{
	struct claim **place;
	struct stat folder;

	if (fstat(s->folder, &folder) < 0)
		return false;
	pthread_mutex_lock(&claims.mutex);
	place = claim_find_locked(&folder);
	if (!*place) {
		*place = talloc(NULL, struct claim);
		**place = (struct claim){ folder.st_dev, folder.st_ino, getpid(), NULL };
		s->claimed = true;
	}
	pthread_mutex_unlock(&claims.mutex);
	return s->claimed;
}

static void
claim_give(struct local_store *s)
{
	struct claim **place;
	struct claim *claim;
	struct stat folder;

	if (!s->claimed || fstat(s->folder, &folder) < 0)
		return;
	pthread_mutex_lock(&claims.mutex);
	place = claim_find_locked(&folder);
	claim = *place;
	if (claim)
		*place = claim->next;
	pthread_mutex_unlock(&claims.mutex);
	talloc_free(claim);
}

/* Errors. */

enum store_err
local_err(int code)
{
	switch (code) {
	case 0:
		return STORE_OK;
	case ENOENT:
	case MDB_NOTFOUND:
		return STORE_NOT_FOUND;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
		return STORE_FULL;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
		return STORE_DAMAGED;
	case ENOTDIR:
		return STORE_INVALID;
	default:
		LOG(ERROR, "local store failed", LOG_STRING("error", mdb_strerror(code)), LOG_NUMBER("code", code));
		return STORE_IO;
	}
}

/* Opening and closing. */

static int
env_open_sized(const char *path, uint64_t map_bytes, MDB_env **out)
{
	MDB_env *env;
	int rc = mdb_env_create(&env);

	if (rc)
		return rc;
	rc = mdb_env_set_maxreaders(env, READERS_MAX);
	if (rc == 0)
		rc = mdb_env_set_mapsize(env, map_bytes);
	/* A read transaction belongs to whoever took it from the idle ones, not to a thread: hence NOTLS. */
	if (rc == 0)
		rc = mdb_env_open(env, path, MDB_NOTLS, 0600);
	if (rc) {
		mdb_env_close(env);
		return rc;
	}
	*out = env;
	return 0;
}

static int
env_open(struct local_store *s)
{
	char *path = talloc_asprintf(s, "%s/meta", s->place);
	uint64_t map_bytes = MAP_BYTES_MAX;
	MDB_txn *txn;
	int dead;
	int rc;

	while ((rc = env_open_sized(path, map_bytes, &s->env)) == ENOMEM && map_bytes > MAP_BYTES_MIN)
		map_bytes /= 2;
	talloc_free(path);
	if (rc == 0)
		rc = mdb_reader_check(s->env, &dead);
	if (rc == 0)
		rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);
	if (rc)
		return rc;
	rc = mdb_dbi_open(txn, NULL, 0, &s->dbi);
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static void
local_close(struct store *store)
{
	struct local_store *s = local_of(store);

	if (s->committer)
		local_committer_close(s);
	local_readers_close(s);
	if (s->env)
		mdb_env_close(s->env);
	claim_give(s);
	local_folder_close(s);
	talloc_free(s);
}

static enum store_err
local_start(struct local_store *s, TALLOC_CTX *mem, char **message)
{
	int rc;

	if (!claim_take(s)) {
		*message = talloc_asprintf(mem, "%s: this process has it open already", s->place);
		return STORE_INVALID;
	}
	rc = env_open(s);
	if (rc == 0)
		rc = local_committer_open(s);
	if (rc)
		*message = talloc_asprintf(mem, "%s: cannot open its keys: %s", s->place, mdb_strerror(rc));
	return rc == ENOENT ? STORE_DAMAGED : local_err(rc);
}

static enum store_err
local_open(
    const char *place, const struct store_options *options, TALLOC_CTX *mem, struct store **out, char **message)
{
	struct local_store *s;
	enum store_err err;

	if (*place == 0) {
		*message = talloc_strdup(mem, "local: needs a folder, as in local:/var/lib/crossgate");
		return STORE_INVALID;
	}
	s = talloc_zero(NULL, struct local_store);
	s->folder = s->blobs = s->lock = -1;
	s->place = talloc_strdup(s, place);
	err = local_folder_open(s, options, mem, message);
	if (err == STORE_OK && (err = local_room_open(s)))
		*message = talloc_asprintf(mem, "%s: cannot ask for the room on its disk", s->place);
	if (err == STORE_OK)
		err = local_start(s, mem, message);
	if (s->folder >= 0)
		flock(s->folder, LOCK_UN);
	if (err)
		local_close(&s->store);
	else
		*out = &s->store;
	return err;
}

/* An opening that does not serve cannot know which one does; then any may still be at work. */
static bool
local_session_alive(struct store *store, uint64_t session)
{
	return local_of(store)->lock < 0 || session == store->session;
}

const struct engine engine_local = {
	.name = "local",
	.get_waits = false,
	/*
	 * Without a file a put is at least twice as fast, far beyond this size too (bench_engine). But LMDB's file never
	 * shrinks, and its pages are read one by one where the cache is cold: at 16 KiB that takes twice to three times
	 * as long as a file, at 32 KiB four times.
	 */
	.inline_max = 16 * 1024,
	.open = local_open,
	.close = local_close,
	.session_alive = local_session_alive,
	.get = local_get,
	.scan = local_scan,
	.commit = local_commit,
	.blob_create = local_blob_create,
	.blob_append = local_blob_append,
	.blob_seal = local_blob_seal,
	.blob_abandon = local_blob_abandon,
	.blob_open = local_blob_open,
	.blob_read = local_blob_read,
	.blob_close = local_blob_close,
	.blob_delete = local_blob_delete,
	.blob_list = local_blob_list,
	.partition_list = local_partition_list,
};
