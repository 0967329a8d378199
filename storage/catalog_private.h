/*
 * What the files of the catalog share. Where everything lies:
 *
 *	users	  u/ID			 user
 *		  k/ACCESSKEY		 key
 *		  n/NAME		 bytes: the user's ID
 *		  e/EMAIL		 bytes: the user's ID; the address in lower case
 *		  i/ID 0 ACCESSKEY	 bytes: nothing
 *	buckets	  b/NAME		 bucket
 *		  o/OWNER 0 NAME	 bucket: the same record, for listings
 *		  d/BUCKETID NUMBER	 bytes: a document
 *		  s/BUCKETID		 remains
 *	a shard	  oKEY 0 0		 version: the head, the current version of that key (a delete marker, perhaps)
 *		  oKEY 0 1 ~ORDINAL	 version: a noncurrent one; the newest comes first
 *		  cCONTENTID		 bytes: a small object's
 *		  gBLOBID		 garbage: blobs being written (by the first one's ID), or that nothing names any more
 *		  gUPLOADID		 garbage: the parts of that upload, which was aborted, or its object deleted
 *		  uKEY 0 UPLOADID	 upload: under way
 *		  pUPLOADID NUMBER	 part: of an upload under way, or of the version that came of it
 *		  x			 gate: which keys may be written
 *		  yNAME			 that there is a record of that name: one of every so many, to tell how many there are
 *
 * All that writes to a key has the head as it was read among its conditions, or all noncurrent versions that it
 * touches, or the upload; and that the gate lets the key pass: so a bucket is only deleted once nobody can write to it any
 * more, and a key has one home at a time.
 */
#ifndef STORAGE_CATALOG_PRIVATE_H
#define STORAGE_CATALOG_PRIVATE_H

#include <pthread.h>

#include "storage/catalog_shards.h"
#include "storage/contents.h"

#define CONTENTS_BYTES ((size_t)32 << 20) /* of small objects in memory, where the store is far away */

#define TRIES_MAX 1000 /* of an operation that meets conflicts */
#define TURNS     64

/* How long a bucket that was read may be relied on to have a gate, and how long a deleted bucket's gate stays. */
#define BUCKET_FRESH_US (INT64_C(600) * 1000 * 1000)
#define GATE_KEPT_US    (INT64_C(3600) * 1000 * 1000)

/* After what time a write that waits for a key on its way to another shard carries on the move itself. */
#define LEND_HAND_US (INT64_C(500) * 1000)

#define BUCKET_NAME_MAX     255
#define USER_TEXT_MAX       1024 /* display names and e-mail addresses */
#define BUCKET_LOCATION_MAX 255
#define NAME_OBJECT_MAX     (1 + OBJECT_KEY_MAX + 2 + 8)
#define SWEEP_PAGE          64 /* records read at a time */
#define SAMPLE_EVERY        256

/* Room for one more item in an array that grows by doubling. */
#define ARRAY_GROW(mem, array, count, type)                                                        \
	do {                                                                                       \
		if (((count) & ((count)-1)) == 0)                                                  \
			(array) = talloc_realloc((mem), (array), type, (count) ? 2 * (count) : 1); \
	} while (0)

/* A blob of this opening's whose intent nobody is going to take back. */
struct abandoned {
	struct shard_name shard; /* where its intent lies */
	struct blob_id blob;
};

struct catalog {
	struct store *store;
	struct catalog_options options;
	struct contents *contents; /* NULL: reading from the store is as good */
	size_t shard_records;      /* 0: no partition is ever split */
	int64_t lend_hand_us;
	unsigned sample_every;
	int64_t bucket_fresh_us;
	int64_t gate_kept_us;
	pthread_mutex_t turns[TURNS]; /* of writers whose keys have that checksum; taken before any other */
	struct {
		pthread_mutex_t mutex; /* taken alone */
		struct abandoned *items;
		size_t count;
	} abandoned;
};

/* catalog_names.c: where records lie. */

#define PARTITION_USERS   SLICE("users")
#define PARTITION_BUCKETS SLICE("buckets")
#define NAME_GATE         SLICE("x")

/* The pieces one after another, on `mem`. */
struct slice name_join(TALLOC_CTX *mem, const struct slice *pieces, size_t count);
#define NAME(mem, ...) \
	name_join((mem), (const struct slice[]){ __VA_ARGS__ }, ARRAY_SIZE(((const struct slice[]){ __VA_ARGS__ })))

#define NAME_ZERO ((struct slice){ "", 1 })

struct slice name_head(TALLOC_CTX *mem, struct slice key);
struct slice name_noncurrent(TALLOC_CTX *mem, struct slice key, uint64_t ordinal);
struct slice name_content(TALLOC_CTX *mem, const unsigned char id[16]);
struct slice name_garbage(TALLOC_CTX *mem, const struct blob_id *id);

/*
 * The first name after all that begin with `prefix`, in `out`, which has room for as many bytes. The empty slice when
 * there is none.
 */
struct slice name_after(struct slice prefix, char *out);

/* The key in the name of a head or a noncurrent version; false for other names. */
bool name_parse(struct slice name, struct slice *key, bool *is_head, uint64_t *ordinal);

/* A new ID for a blob or a content: the time, so that neighbours in time are neighbours in the store, then chance. */
void id_make(unsigned char out[16]);

/* catalog_change.c: reading and changing records. */

/* A batch in the making. */
struct change {
	TALLOC_CTX *mem;
	struct condition *conditions;
	struct put *puts;
	struct slice *deletes;
	size_t condition_count, put_count, delete_count;
	bool frees;
	bool too_large; /* a record did not fit */
};

/* What a record must still be; the empty value: absent. */
void change_expect(struct change *change, struct slice name, struct slice value);

/* A value that is empty, for it could not be encoded, fails the commit with STORE_INVALID. */
void change_put(struct change *change, struct slice name, struct slice value);
void change_delete(struct change *change, struct slice name);

/* Commit it, and in a shard what is to be known of how many records there are. */
MUST_USE enum store_err change_commit(struct catalog *c, struct slice partition, const struct change *change);

/* As store_get, but what is absent is the empty value. */
MUST_USE enum store_err read_optional(
    struct catalog *c, struct slice partition, struct slice name, TALLOC_CTX *mem, struct slice *value);

/*
 * Copy names and values from `from` on that begin with `prefix`, at most `max` of them. After an error *out holds what
 * came before it.
 */
struct entry {
	struct slice name;
	struct slice value;
};
struct entries {
	struct entry *items;
	size_t count;
};
MUST_USE enum store_err read_entries(struct catalog *c, struct slice partition, struct slice prefix,
    struct slice from, size_t max, TALLOC_CTX *mem, struct entries *out);

/* Where the page after this one begins, in `out`. */
struct slice entries_next(const struct entries *page, char out[STORE_KEY_MAX + 1]);

/*
 * catalog_ahead.c: as store_scan, for records of one partition that are likely to be neighbours. What it gives may have
 * been read by an earlier scan.
 */
struct ahead;
struct ahead *ahead_new(TALLOC_CTX *mem);
MUST_USE enum store_err ahead_scan(struct ahead *ahead, struct catalog *c, struct slice partition,
    struct slice from, scan_visit_fn *visit, void *context);

/* catalog_buckets.c, catalog_gate.c. */

/* A bucket record as it was read. */
struct bucket_row {
	struct slice value; /* empty: absent */
	struct record_bucket record;
};

MUST_USE enum store_err bucket_read(struct catalog *c, TALLOC_CTX *mem, struct slice name, struct bucket_row *out);
bool bucket_row_is(const struct bucket_row *row, const struct bucket_id *id);

/* Put the record and its copy in the owner's index. */
void bucket_write(struct change *change, const struct record_bucket *record);

/* Commit `change` and the row's record as it has become, in the place of what was read, and with a new revision. */
MUST_USE enum store_err bucket_commit(struct catalog *c, struct change *change, struct bucket_row *row);
struct slice bucket_name(TALLOC_CTX *mem, struct slice name);
struct slice bucket_index_name(TALLOC_CTX *mem, struct slice owner_id, struct slice name);
struct slice document_name(TALLOC_CTX *mem, const unsigned char bucket_id[16], unsigned number);
struct slice remains_name(TALLOC_CTX *mem, const unsigned char bucket_id[16]);

/*
 * Bring a bucket to rest: carry on its deletion, or open a gate that a deletion left closed. Afterwards it is open,
 * or gone (STORE_NOT_FOUND).
 */
MUST_USE enum store_err bucket_settle(struct catalog *c, struct slice name, const struct bucket_id *id);

/* Before the first write to a bucket: STORE_NOT_FOUND when it was read long ago and is no more. */
MUST_USE enum store_err bucket_refresh(struct catalog *c, const struct home *home);

/* catalog_move.c: moving the top of a shard's range to the shard that follows it, or to a new one between them. */

/*
 * (commits) Begin to move the keys from `key` on to the shard of that number, if the bucket still is as it was read. It
 * is known that they can be read. err STORE_CONFLICT: it is not; STORE_INVALID: the bucket's record would be too large
 */
MUST_USE enum store_err move_begin(
    struct catalog *c, TALLOC_CTX *mem, struct bucket_row *row, struct slice key, uint32_t number);

/* (commits) Do what is left to do of a move, if there is one. STORE_NOT_FOUND: the bucket is gone */
MUST_USE enum store_err move_carry_on(struct catalog *c, struct slice name, const struct bucket_id *id);

/* (commits) Clear away what lies behind the end of a shard's range: it was moved. */
MUST_USE enum store_err shard_trim(struct catalog *c, const struct shard *shard, const _Atomic bool *stop);

/* Read all that a move from `key` to the end of the shard would copy. err STORE_DAMAGED */
MUST_USE enum store_err move_try(struct catalog *c, const struct shard *shard, struct slice key);

/* catalog_content.c. */

struct content {
	struct catalog *catalog;
	struct home home; /* of the key; where the intent lies */
	uint64_t size;
	char *bytes; /* as long as they are few */
	struct blob_writer *writer;
	struct blob_id blob;
	struct slice intent; /* the record as it was put; empty: none was */
	bool is_part;        /* never kept in memory */
	bool finished;
	bool failed;
	bool settled; /* named by an object, or thrown away: nothing is left to be done when it is freed */
};

bool content_is_inline(const struct content *content);

/* Let a change that names the content's blob, if it has one, take back the intent. */
void content_take(struct change *change, struct content *content);

/* Commit that change. STORE_TIMEOUT: a sweep has taken this opening for dead, and the intent is not as it was */
MUST_USE enum store_err content_commit(
    struct content *content, const struct home *home, const struct change *change);

/* Free it, after what was to name it has ended so. */
void content_end(struct content *content, enum store_err err);

/* Leave the blob to the next sweep, which finds out whether something names it. Any thread; waits for nothing. */
void abandon(struct catalog *c, const struct shard_name *shard, const struct blob_id *blob);

/* catalog_locate.c: finding a version. */

/* A version as it was read: where it lies, and the record. */
struct row {
	struct slice name;
	struct slice value; /* empty: absent */
	struct record_version record;
};

/* What to read of a key. */
struct wanted {
	struct slice version_id; /* empty: the current version */
	bool newest;             /* when it is the head: the newest noncurrent version, too */
	bool bytes;              /* its inline content, too */
	struct ahead *ahead;     /* for scans of several keys; NULL: this one alone */
};

struct located {
	struct row head;
	struct row newest;
	struct row other;          /* the version, when it is not the head */
	const struct row *version; /* it; NULL: there is none (or not even a head) */
	struct slice content;
};

/*
 * Read what is wanted, all on `mem`. An absent version is no error. Of what is read one after another each piece is
 * right by itself: a change relies on them by conditions. STORE_DAMAGED: a record, or its content is missing
 */
MUST_USE enum store_err locate(
    struct catalog *c, const struct home *home, const struct wanted *wanted, TALLOC_CTX *mem, struct located *out);

/* Read one version that may be there. */
MUST_USE enum store_err row_read(struct catalog *c, const struct home *home, TALLOC_CTX *mem, struct row *row);

/* A key that an object may have. */
bool object_key_valid(struct slice key);

/* catalog_versions.c: the model of versions. */

/* Whether this is the version that the ID names; and the record's version ID, on `mem`. */
bool version_is(const struct record_version *record, struct slice version_id);
const char *version_id_of(TALLOC_CTX *mem, const struct record_version *record);

/*
 * A version's place in the order of its key's versions as text: its version ID, or the null version's in the same form,
 * which stays what it is when another null version takes that one's place. Reading takes "null" as well, for the null
 * version that there is now. False: no version of this key is or was there.
 */
const char *version_place_text(TALLOC_CTX *mem, const struct record_version *record);
MUST_USE bool version_ordinal(const struct record_version *head, struct slice version_id, uint64_t *ordinal);

/* Where a version other than the head would be: false for an ID that no version of this key can have. */
MUST_USE bool version_place(TALLOC_CTX *mem, struct slice key, const struct record_version *head,
    struct slice version_id, struct slice *name);

/* Fill in ordinal, salt and time of a version that is to follow `head`. */
void version_begin(struct record_version *made, const struct row *head, bool null_version);

/*
 * Put `made` in the place of the current version. What was there moves to its noncurrent place, or goes when it and
 * `made` are null versions. `old_null` is a noncurrent null version that goes (or absent). Returns the record put.
 */
struct slice version_push(struct change *change, struct slice key, const struct row *head,
    const struct row *old_null, struct record_version *made);

/* Remove the current version for good; the newest noncurrent one, if there is one, takes its place. */
void version_pop(struct change *change, const struct row *head, const struct row *newest);

/* Remove a noncurrent version for good. */
void version_remove(struct change *change, const struct row *head, const struct row *version);

/* Let blobs, of which there are some, be garbage. */
void change_drop_blobs(struct change *change, struct record_blobs blobs);

/* Give up the bytes of a version: its content goes, its blobs and parts become garbage. */
void change_drop_bytes(struct change *change, const struct record_version *record);

/* catalog_objects.c. */

struct object_private {
	struct catalog *catalog;
	struct home home; /* for reading alone */
	bool has_content;
	unsigned char content_id[16];
	struct slice bytes; /* the content's, when they were read along */
	struct record_blobs blobs;
	unsigned char upload_id[16]; /* where object->upload_id is */
};

/*
 * The object that a record describes, on `mem`; `record` borrows from a value that lives on `mem` too, and so does
 * `bytes`, its inline content where that was read.
 */
struct object *object_make(struct catalog *c, TALLOC_CTX *mem, const struct home *home,
    const struct record_version *record, bool is_latest, struct slice bytes);

/* As object_make, from the summary of a record in a scan: what is kept of it is copied. */
struct object *object_make_listed(struct catalog *c, TALLOC_CTX *mem, const struct home *home,
    const struct record_version *summary, bool is_latest);

/* catalog_write.c: what every change of an object has in common. */

/* One attempt at a change where the key lies: read, decide, commit. STORE_CONFLICT: another one, please. */
typedef enum store_err attempt_fn(void *context, const struct home *home, TALLOC_CTX *scratch);
MUST_USE enum store_err object_write(
    struct catalog *c, const struct bucket *bucket, struct slice key, attempt_fn *attempt, void *context);

/* Ask the caller's check about a version (NULL, absent, a delete marker: none). STORE_REFUSED */
MUST_USE enum store_err object_check(struct catalog *c, TALLOC_CTX *scratch, const struct home *home,
    const struct row *row, bool is_latest, object_check_fn *check, void *context);

/* The noncurrent null version that a new null version takes the place of, if there is one. */
MUST_USE enum store_err old_null_read(
    struct catalog *c, const struct home *home, TALLOC_CTX *mem, const struct row *head, struct row *out);

/* Make the record what the caller wants it to be. */
void object_change_apply(struct record_version *record, const struct object_change *change);

/* The object as it was stored, with a copy of the record on `mem`. */
struct object *object_from_value(
    struct catalog *c, TALLOC_CTX *mem, const struct home *home, struct slice value, bool is_latest);

#endif
