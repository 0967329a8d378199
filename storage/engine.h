/*
 * The narrow waist: what an engine gives to the catalog, and nothing of S3. Ordered keys in partitions, changed by
 * atomic and durable commits; and immutable blobs. Callers use the store_ and blob_ functions, which check what every
 * engine may rely on, count and trace; engines fill in `struct engine`.
 */
#ifndef STORAGE_ENGINE_H
#define STORAGE_ENGINE_H

#include <stdatomic.h>

#include "common/slice.h"

/* The closed set of what may go wrong in storage/. */
enum store_err {
	STORE_OK,
	STORE_NOT_FOUND, /* no such key or blob */
	STORE_CONFLICT,  /* a condition did not hold: read and decide again */
	STORE_FULL,      /* no room on the disk or in the cluster; nothing was changed */
	STORE_DAMAGED,   /* what is stored does not match its checksum */
	STORE_IO,        /* the disk or the cluster failed; a commit may or may not have happened */
	STORE_TIMEOUT,   /* the engine is away, or did not answer in time; a commit may or may not have happened */
	STORE_READ_ONLY, /* the partition takes no changes, for the store is being moved (read_only.h); nothing was changed */
	STORE_INVALID,   /* asked for something that cannot be: a bad URL, a store that is in use */
	STORE_EXISTS,    /* the catalog's: a bucket, user or key of that name is there already */
	STORE_NOT_EMPTY, /* the catalog's: the bucket holds something */
	STORE_REFUSED    /* the catalog's: the caller's own condition said no */
};

#define STORE_ERRS (STORE_REFUSED + 1)

/* "not found" and so on, for log lines. */
const char *store_err_name(enum store_err err);

#define STORE_PARTITION_MAX 64           /* bytes */
#define STORE_KEY_MAX       1152         /* bytes: an S3 key of 1024 and what the catalog puts around it */
#define STORE_VALUE_MAX     (512 * 1024) /* bytes */
#define STORE_BATCH_MAX     4096 /* conditions, puts and deletes together; an engine gets one condition more */

/* The one key that is not the callers': a partition that has it is read-only. Scans leave it out. */
#define STORE_KEY_READ_ONLY SLICE("\xffread-only")

/*
 * Partitions whose names are shorter than this hold settings: nearly every request reads there, few change anything, and an
 * engine may remember what it has read. Nobody gets what a change that has returned STORE_OK has put an end to.
 */
#define STORE_SETTINGS_NAME 16 /* bytes */
static inline bool
partition_is_settings(struct slice partition)
{
	return partition.length < STORE_SETTINGS_NAME;
}

/* What a key must hold for a commit to happen: exactly `value`, or nothing at all. */
struct condition {
	struct slice key;
	bool absent;
	struct slice value;
};

struct put {
	struct slice key;
	struct slice value; /* never empty */
};

/* A change of one partition. All slices are borrowed for the call. A key is put or deleted at most once. */
struct batch {
	const struct condition *conditions;
	size_t condition_count;
	const struct put *puts;
	size_t put_count;
	const struct slice *deletes; /* a key that is absent is no error */
	size_t delete_count;
	bool frees;        /* the change gives room back, so that it may use the reserve that a full disk keeps */
	bool on_read_only; /* it goes ahead where the partition is read-only, too */
};

/* What a visitor wants next. */
enum scan_step {
	SCAN_NEXT, /* the next key in byte order */
	SCAN_SEEK, /* go on at the first key >= *seek, in either direction */
	SCAN_STOP
};

/*
 * Called for each key in byte order. `key` and `value` are valid during the call alone. To seek, point *seek at memory
 * that lives until the next call. Must not call the store.
 */
typedef enum scan_step scan_visit_fn(void *context, struct slice key, struct slice value, struct slice *seek);

/* A blob's name: chosen by the catalog, never used twice. */
struct blob_id {
	unsigned char bytes[16];
};

struct store;       /* an open engine */
struct blob_writer; /* a blob being written */
struct blob_reader; /* a blob being read */

struct store_options {
	bool create; /* make the store where there is none */
	bool serve;  /* the one serving process of an engine that can have just one (STORE_INVALID: there is one) */
};

/* What the catalog calls. */

/*
 * Open the store that a URL names: "local:DIR", "rados:POOL?…". *message tells, on `mem`, what failed and where.
 * err  STORE_INVALID, STORE_NOT_FOUND (and !create), STORE_IO, STORE_TIMEOUT, STORE_DAMAGED (not a store, or of another
 *      format)
 */
MUST_USE enum store_err store_open(
    const char *url, const struct store_options *options, TALLOC_CTX *mem, struct store **out, char **message);

/* No call may be running or come later. */
void store_close(struct store *s);

/* What is counted. */
enum store_call {
	STORE_CALL_GET,
	STORE_CALL_SCAN,
	STORE_CALL_COMMIT,
	STORE_CALL_BLOB_CREATE,
	STORE_CALL_BLOB_APPEND,
	STORE_CALL_BLOB_SEAL,
	STORE_CALL_BLOB_OPEN,
	STORE_CALL_BLOB_READ,
	STORE_CALL_BLOB_DELETE,
	STORE_CALL_BLOB_LIST,
	STORE_CALL_PARTITION_LIST,
	STORE_CALLS
};

/* The calls of one kind since the store was opened: how often they ended how, and how long they took together. */
struct store_counter {
	uint64_t results[STORE_ERRS];
	uint64_t microseconds;
};

/* "get", "blob append" and so on. */
const char *store_call_name(enum store_call call);

/* A reading of one counter, for metrics. */
struct store_counter store_counter(const struct store *s, enum store_call call);

/* Whether get, scan and blob reads may wait for something slower than a local disk: then call them on a worker. */
bool store_get_waits(const struct store *s);

/* Objects of at most this many bytes live beside their records, larger ones in blobs. */
size_t store_inline_max(const struct store *s);

/* From how many keys on a partition is better split in two; 0: large ones are as good as small ones. */
size_t store_partition_records(const struct store *s);

/* This opening's random mark, and whether the opening that has the mark `session` may still be at work. */
uint64_t store_session(const struct store *s);
bool store_session_alive(struct store *s, uint64_t session);

/*
 * Whether this opening is the one of all that does the work that nobody waits for. It may cease to be at any time, so what
 * it does must be safe beside another's. When it closes or dies, another one becomes it, at the latest after some 30
 * seconds. May wait for the cluster.
 */
bool store_leads(struct store *s);

/* The value of a key, copied to `mem`. err STORE_NOT_FOUND, STORE_DAMAGED, STORE_IO, STORE_TIMEOUT */
MUST_USE enum store_err store_get(
    struct store *s, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value);

/*
 * The values of many keys, at most STORE_BATCH_MAX and none of them twice, each as store_get gives it; empty: there is no
 * such key. err STORE_DAMAGED, STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err store_get_many(struct store *s, struct slice partition, const struct slice *keys,
    size_t count, TALLOC_CTX *mem, struct slice *values);

/*
 * Visit the keys of a partition in byte order from the first one >= `from`, until the visitor stops or none is left.
 * Not a snapshot on every engine, but each value is whole. err STORE_DAMAGED, STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err store_scan(
    struct store *s, struct slice partition, struct slice from, scan_visit_fn *visit, void *context);

/*
 * Apply a batch to one partition, whole or not at all; durable on return. Workers only: waits for the disk or cluster.
 * err  STORE_CONFLICT, STORE_READ_ONLY, STORE_FULL, STORE_DAMAGED (the key of a condition): nothing was changed;
 *      STORE_IO, STORE_TIMEOUT: the change may be there, or come to be there, all the same
 */
MUST_USE enum store_err store_commit(struct store *s, struct slice partition, const struct batch *batch);

/*
 * Write a blob: create, append in order, then seal (durable when it returns) or abandon; either frees the writer.
 * One thread at a time; workers only. A blob that is not sealed may or may not exist and can be deleted.
 * err  STORE_FULL, STORE_IO, STORE_TIMEOUT; after a failed append only abandon is allowed; a failed seal has abandoned
 */
MUST_USE enum store_err blob_create(struct store *s, const struct blob_id *id, struct blob_writer **out);
MUST_USE enum store_err blob_append(struct blob_writer *w, struct slice bytes);
MUST_USE enum store_err blob_seal(struct blob_writer *w);
void blob_abandon(struct blob_writer *w);

/*
 * Read a blob of `size` bytes, of which `length` from `offset` are going to be read in order: an engine that is far
 * away asks for them ahead. Others may be read all the same. blob_read fills `out` with `length` bytes from `offset`,
 * all within size, each of them checked: err STORE_DAMAGED and nothing usable in `out` otherwise. A blob that is
 * deleted while it is open may still be read to its end on the local engine; elsewhere the catalog's grace sees to that.
 * err  STORE_NOT_FOUND, STORE_DAMAGED (also: not of that size), STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err blob_open(struct store *s, const struct blob_id *id, uint64_t size, uint64_t offset,
    uint64_t length, struct blob_reader **out);
MUST_USE enum store_err blob_read(struct blob_reader *r, uint64_t offset, void *out, size_t length);
void blob_close(struct blob_reader *r);

/* How many bytes from `offset` on, which is within size, blob_read gives at once. After it has given one of them: some. */
size_t blob_ready(const struct blob_reader *r, uint64_t offset);

/*
 * Remove a blob; one that is not there is no error. It is gone for good, at the latest, when a commit with `frees` that
 * began afterwards has returned STORE_OK: the commit that takes the note of the garbage away.
 * err  STORE_FULL, STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err blob_delete(struct store *s, const struct blob_id *id);

/* Call `visit` for each blob there is, in no order, until it returns false. For `crossgate verify`. */
typedef bool blob_visit_fn(void *context, const struct blob_id *id);
MUST_USE enum store_err blob_list(struct store *s, blob_visit_fn *visit, void *context);

/* Call `visit` for each partition that has a key, in byte order, until it returns false. For `crossgate verify`. */
typedef bool partition_visit_fn(void *context, struct slice partition);
MUST_USE enum store_err partition_list(struct store *s, partition_visit_fn *visit, void *context);

/* What an engine gives. */

/* Each member has the contract of the function above that bears its name. */
typedef enum store_err engine_open_fn(
    const char *place, const struct store_options *options, TALLOC_CTX *mem, struct store **out, char **message);
typedef void engine_close_fn(struct store *s);
typedef bool engine_session_alive_fn(struct store *s, uint64_t session);
typedef bool engine_leads_fn(struct store *s);
typedef enum store_err engine_get_fn(
    struct store *s, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value);
typedef enum store_err engine_get_many_fn(struct store *s, struct slice partition, const struct slice *keys,
    size_t count, TALLOC_CTX *mem, struct slice *values);
typedef enum store_err engine_scan_fn(
    struct store *s, struct slice partition, struct slice from, scan_visit_fn *visit, void *context);
typedef enum store_err engine_commit_fn(struct store *s, struct slice partition, const struct batch *batch);
typedef enum store_err engine_blob_create_fn(struct store *s, const struct blob_id *id, struct blob_writer **out);
typedef enum store_err engine_blob_append_fn(struct blob_writer *w, struct slice bytes);
typedef enum store_err engine_blob_seal_fn(struct blob_writer *w);
typedef void engine_blob_abandon_fn(struct blob_writer *w);
typedef enum store_err engine_blob_open_fn(struct store *s, const struct blob_id *id, uint64_t size,
    uint64_t offset, uint64_t length, struct blob_reader **out);
typedef enum store_err engine_blob_read_fn(struct blob_reader *r, uint64_t offset, void *out, size_t length);
typedef void engine_blob_close_fn(struct blob_reader *r);
typedef size_t engine_blob_ready_fn(const struct blob_reader *r, uint64_t offset);
typedef enum store_err engine_blob_delete_fn(struct store *s, const struct blob_id *id);
typedef enum store_err engine_blob_list_fn(struct store *s, blob_visit_fn *visit, void *context);
typedef enum store_err engine_partition_list_fn(struct store *s, partition_visit_fn *visit, void *context);

struct engine {
	const char *name; /* as in --store: "local", "rados" */
	bool get_waits;   /* false: get, scan and blob reads may run on an event loop */
	size_t inline_max;
	engine_open_fn *open;
	engine_close_fn *close;
	engine_session_alive_fn *session_alive;
	engine_leads_fn *leads; /* NULL: there is but one opening that serves */
	engine_get_fn *get;
	engine_get_many_fn *get_many; /* NULL: one after another */
	engine_scan_fn *scan;
	engine_commit_fn *commit;
	engine_blob_create_fn *blob_create;
	engine_blob_append_fn *blob_append;
	engine_blob_seal_fn *blob_seal;
	engine_blob_abandon_fn *blob_abandon;
	engine_blob_open_fn *blob_open;
	engine_blob_read_fn *blob_read;
	engine_blob_close_fn *blob_close;
	engine_blob_ready_fn *blob_ready; /* NULL: it never waits */
	engine_blob_delete_fn *blob_delete;
	engine_blob_list_fn *blob_list;
	engine_partition_list_fn *partition_list;
};

/* What every open engine, writer and reader begins with; engine.c fills them in, an engine's own struct embeds them. */
struct store {
	const struct engine *engine;
	uint64_t session;         /* an engine that needs it sooner chooses its own */
	size_t partition_records; /* the engine's, if it wants large partitions to be split */
	struct {
		_Atomic uint64_t results[STORE_ERRS];
		_Atomic uint64_t microseconds;
	} counters[STORE_CALLS];
};

struct blob_writer {
	struct store *store;
	struct blob_id id;
	bool failed;
};

struct blob_reader {
	struct store *store;
	struct blob_id id;
	uint64_t size;
};

extern const struct engine engine_local;
extern const struct engine engine_rados; /* where librados is */

#endif
