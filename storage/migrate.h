/*
 * Moving a whole store to another engine, or another place, while it is being served. It works on partitions, keys and
 * blobs, which are the same everywhere; of the catalog's records it knows which blobs they name.
 *
 * A pass goes through all partitions of both stores in order, and makes of each key of the target what the source has. The
 * blobs that a record names are copied, and read back, before the record. Passes follow one another until one has had
 * little to do. Then the source becomes read-only, for good, and a last pass makes the two equal.
 *
 * The target is marked until then, so that nobody serves from it. Whatever stops a migration, it is begun again with the
 * same two stores: what is there already is found equal.
 *
 * What nobody names must not stay in the target for ever: a blob is noted in the target (partition "migration") before it is
 * copied, and before a record that names it goes. The note goes when a record names the blob, or at the end of a pass, when
 * the source still has the blob (then another record names it, which the target has or gets). What the source has no
 * longer is deleted: a blob's name is never used again.
 *
 * What is noted as garbage is copied as a note, without its blob; so are the notes of writers that were at work when the
 * source became read-only, which the target's sweep takes for dead.
 *
 * Any thread but an event loop; one at a time.
 */
#ifndef STORAGE_MIGRATE_H
#define STORAGE_MIGRATE_H

#include "storage/engine.h"

/* How far it is; written while it runs, for others to read at any time. */
struct migrate_progress {
	_Atomic unsigned pass;             /* from 1 */
	_Atomic bool read_only;            /* the source is, or becomes it */
	_Atomic uint64_t partitions;       /* of this pass, */
	_Atomic uint64_t partitions_done;  /* and those behind it */
	_Atomic uint64_t records_compared; /* in this pass */
	_Atomic uint64_t records_changed;  /* put or deleted, since the beginning */
	_Atomic uint64_t blobs_copied;     /* and read back, since the beginning */
	_Atomic uint64_t bytes_copied;     /* of blobs, since the beginning */
};

/* Told of each thing of the source that cannot be read: a line. */
typedef void migrate_report_fn(void *context, const char *line);

#define MIGRATE_BLOBS_AT_ONCE_MAX 64

struct migrate_options {
	const char *from_url;   /* how the target's mark names the source */
	unsigned blobs_at_once; /* copied, from 1; each takes a thread and 1 MiB */
	struct migrate_progress *progress;
	const _Atomic bool *stop; /* when it becomes true, the call ends soon, with STORE_REFUSED */
	migrate_report_fn *report;
	void *context;
};

struct migrate_result {
	int64_t read_only_us;     /* from when the source began to become read-only until the target was whole */
	bool source_is_read_only; /* after an error: it may not, or could not, be made writable again */
	uint64_t unreadable;      /* records or blobs of the source that were told of */
};

/*
 * Copy all that is in `from` to `to`, end with `from` read-only and `to` ready to be served. `to` must be new, or have been
 * left by a migration from the same URL. After an error the source is as it was, or writable, unless the result says
 * otherwise; *message, on `mem`, tells what failed.
 * err  STORE_EXISTS (the target holds something else, or is the source), STORE_CONFLICT (another process is at it),
 *      STORE_DAMAGED (something of the source cannot be read, or the target does not keep what is written to it),
 *      STORE_REFUSED (stopped), STORE_FULL, STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err migrate_run(struct store *from, struct store *to, const struct migrate_options *options,
    TALLOC_CTX *mem, struct migrate_result *result, char **message);

/*
 * The source of a migration to this store that has not ended, on `mem`; NULL: there is none, and the store may be used.
 * err STORE_DAMAGED, STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err migrate_unfinished(struct store *s, TALLOC_CTX *mem, const char **from_url);

#endif
