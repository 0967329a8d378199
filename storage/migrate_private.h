/*
 * What the files of the migration share: migrate.c (the whole of it), migrate_mark.c (the target's mark), migrate_notes.c (its
 * notes of blobs), migrate_pass.c (finding what differs), migrate_range.c (making it equal), migrate_blob.c (copying blobs).
 */
#ifndef STORAGE_MIGRATE_PRIVATE_H
#define STORAGE_MIGRATE_PRIVATE_H

#include "storage/catalog_uploads.h"
#include "storage/migrate.h"

#define PARTITION_MIGRATION SLICE("migration") /* of the target: the mark and the notes; without a key in the end */

struct migration {
	struct store *from, *to;
	const struct migrate_options *options;
	struct migrate_result *result;
	TALLOC_CTX *mem;
	char *message; /* of the first failure, on `mem` */
	bool last;     /* the source does not change any more */
	/* Of this pass: */
	uint64_t changed;      /* records put or deleted, or left for the next pass, since they changed meanwhile */
	uint64_t left;         /* the latter alone */
	uint64_t bytes_copied; /* of blobs */
};

/* Keep what was wrong, unless something was before it; migrate_fail adds what the error is. Both return `err`. */
enum store_err migrate_refuse(struct migration *m, enum store_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum store_err migrate_fail(struct migration *m, enum store_err err, const char *what);

/* Tell of something of the source that cannot be read. */
void migrate_tell(struct migration *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool migrate_stopped(const struct migration *m);

/* migrate_mark.c: begin anew, or go on; and end. */
MUST_USE enum store_err migrate_mark(struct migration *m);
MUST_USE enum store_err migrate_unmark(struct migration *m);

/*
 * migrate_notes.c. Note blobs, no one of them twice; forget the notes; and, where a pass has ended, do away with what is
 * noted and the source has no longer. What it still has keeps its note until the last pass, for it may go before a record
 * of it is seen.
 */
MUST_USE enum store_err migrate_note(struct migration *m, const struct blob_id *ids, size_t count);
MUST_USE enum store_err migrate_forget(struct migration *m, const struct blob_id *ids, size_t count);
MUST_USE enum store_err migrate_settle(struct migration *m);

/* migrate_pass.c */
MUST_USE enum store_err migrate_pass(struct migration *m);

/* What differs of a key: how it is to be, and how it is in the target. The empty value: absent; not both. */
struct difference {
	struct slice name;
	struct slice wanted;
	struct slice found;
};

/* migrate_range.c: make the target's keys what they are to be; in byte order, fewer than STORE_BATCH_MAX. */
MUST_USE enum store_err migrate_apply(
    struct migration *m, struct slice partition, const struct difference *differences, size_t count);

/* migrate_blob.c: copy blobs, several at a time. */
struct blob_copy {
	struct record_blob blob;
	struct slice etag;  /* of the record, when it is the MD5 of this blob alone; otherwise empty */
	size_t difference;  /* whose blob it is */
	enum store_err err; /* STORE_NOT_FOUND, STORE_DAMAGED: the source cannot give it, or not as it should be */
};

/* The first error that is the store's as a whole; otherwise each copy has its own. */
MUST_USE enum store_err migrate_blobs(struct migration *m, struct blob_copy *copies, size_t count);

#endif
