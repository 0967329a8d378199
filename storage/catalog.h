/*
 * The catalog: users, buckets, objects and their versions, once, over any engine. It reads, decides, commits with
 * conditions, and tries again on a conflict; it knows nothing of HTTP or XML. ACLs and bucket documents are bytes to it.
 *
 * Threads: every function may be called on any thread. Those marked (commits) wait for the disk or the cluster and are
 * for workers; the others wait only where catalog_get_waits() says so. Results hang on the `mem` that was given.
 */
#ifndef STORAGE_CATALOG_H
#define STORAGE_CATALOG_H

#include "common/fields.h"
#include "storage/engine.h"

struct catalog;

struct catalog_options {
	int64_t garbage_grace_us; /* so long garbage is kept, so that downloads under way end well */
	size_t shard_records;     /* a bucket's partition with more is split; 0: as the engine wants it */
	unsigned sample_every;    /* 0, but for tests: one record of so many counts, for ever */
};

/* The store is borrowed: close it after the catalog, and free the catalog after the last content. */
struct catalog *catalog_new(struct store *s, const struct catalog_options *options);
void catalog_free(struct catalog *c);
bool catalog_get_waits(const struct catalog *c);

/* Content of at most so many bytes never touches the disk before its object is put. */
size_t catalog_inline_max(const struct catalog *c);

/* Users and their keys. */

#define USER_ID_MAX    128
#define ACCESS_KEY_MAX 128
#define SECRET_KEY_MAX 128
#define USER_KEYS_MAX  100

struct user {
	char *id;   /* the canonical ID */
	char *name; /* what the command line calls the user; unique */
	char *display_name;
	char *email; /* empty when none */
	bool enabled;
	bool administrator;
	int64_t created_us;
};

struct access_key {
	char *id;
	char *secret; /* cleansed when freed */
	char *user_id;
	int64_t created_us;
};

/* (commits) Add a user with a first key.
 * err STORE_EXISTS: the ID, the name, the e-mail address or the access key is taken */
MUST_USE enum store_err catalog_user_add(struct catalog *c, const struct user *user, const struct access_key *key);

MUST_USE enum store_err catalog_user(struct catalog *c, TALLOC_CTX *mem, struct slice id, struct user **out);
MUST_USE enum store_err catalog_user_by_name(
    struct catalog *c, TALLOC_CTX *mem, struct slice name, struct user **out);
MUST_USE enum store_err catalog_user_by_email(
    struct catalog *c, TALLOC_CTX *mem, struct slice email, struct user **out);

/* Who has that access key: the key and its user, together. err STORE_NOT_FOUND */
MUST_USE enum store_err catalog_user_by_key(
    struct catalog *c, TALLOC_CTX *mem, struct slice access_key, struct access_key **key, struct user **user);

/* All users in the order of their IDs; all keys of a user. */
MUST_USE enum store_err catalog_users(struct catalog *c, TALLOC_CTX *mem, struct user ***out, size_t *count);
MUST_USE enum store_err catalog_keys(
    struct catalog *c, TALLOC_CTX *mem, struct slice user_id, struct access_key ***out, size_t *count);

/* (commits) err STORE_NOT_FOUND */
MUST_USE enum store_err catalog_user_enable(struct catalog *c, struct slice id, bool enabled);

/* (commits) Remove a user and all keys. err STORE_NOT_FOUND, STORE_NOT_EMPTY: owns buckets */
MUST_USE enum store_err catalog_user_remove(struct catalog *c, struct slice id);

/* (commits) err STORE_EXISTS: taken, STORE_NOT_FOUND: no such user or key, STORE_REFUSED: USER_KEYS_MAX reached */
MUST_USE enum store_err catalog_key_add(struct catalog *c, const struct access_key *key);
MUST_USE enum store_err catalog_key_remove(struct catalog *c, struct slice user_id, struct slice access_key);

/* Buckets. */

enum versioning {
	VERSIONING_NEVER,
	VERSIONING_ENABLED,
	VERSIONING_SUSPENDED
};

struct bucket_id {
	unsigned char bytes[16]; /* random, never reused */
};

struct bucket {
	char *name;
	struct bucket_id id;
	char *owner_id;
	char *location;   /* the LocationConstraint it was made with; empty for none */
	struct slice acl; /* as the gateway encoded it */
	enum versioning versioning;
	int64_t created_us;
	uint64_t revision;    /* changes with every change of the bucket or one of its documents */
	uint64_t documents;   /* bit N: the document number N is there */
	int64_t read_us;      /* the catalog's: when it was read, by the monotonic clock */
	struct fields shards; /* the catalog's: where its keys lie */
};

/* (commits) Makes the bucket of that name, owner, location and ACL; fills in the rest of *bucket.
 * err STORE_EXISTS: *bucket is then untouched, ask catalog_bucket whose it is */
MUST_USE enum store_err catalog_bucket_create(struct catalog *c, struct bucket *bucket);

/* The same with its first documents, all in one step. err also STORE_INVALID: one is larger than DOCUMENT_SIZE_MAX */
struct bucket_document {
	unsigned number;
	struct slice bytes;
};
MUST_USE enum store_err catalog_bucket_create_with(
    struct catalog *c, struct bucket *bucket, const struct bucket_document *documents, size_t count);

/*
 * err STORE_NOT_FOUND. A bucket whose deletion is under way or was interrupted still is there, for it may turn out not
 * to be empty; the first write to it finds out.
 */
MUST_USE enum store_err catalog_bucket(struct catalog *c, TALLOC_CTX *mem, struct slice name, struct bucket **out);

/*
 * (commits) err STORE_NOT_FOUND, STORE_NOT_EMPTY (objects or versions). Documents and uploads under way go with the
 * bucket. Of several deletions at once each may say that it was the one.
 */
MUST_USE enum store_err catalog_bucket_delete(struct catalog *c, const struct bucket *bucket);

/* The buckets of one owner by name, those after `after`, with that prefix, at most `limit`; *more: there are others. */
MUST_USE enum store_err catalog_buckets(struct catalog *c, TALLOC_CTX *mem, struct slice owner_id,
    struct slice after, struct slice prefix, size_t limit, struct bucket ***out, size_t *count, bool *more);

/* (commits) err STORE_NOT_FOUND: also when the bucket was deleted and made anew since it was read */
MUST_USE enum store_err catalog_bucket_set_acl(struct catalog *c, const struct bucket *bucket, struct slice acl);

/* (commits) Never back to VERSIONING_NEVER. err STORE_NOT_FOUND as above */
MUST_USE enum store_err catalog_bucket_set_versioning(
    struct catalog *c, const struct bucket *bucket, enum versioning versioning);

/*
 * Documents of a bucket (CORS rules, policy, tags, …): bytes under a small number, which the gateway assigns.
 * Putting and deleting (commits) change the bucket's revision in the same commit. err STORE_NOT_FOUND: no such
 * document (get), no such bucket (put, delete); deleting one that is not there is no error
 */
#define DOCUMENT_NUMBER_MAX 63
#define DOCUMENT_SIZE_MAX   (128 * 1024)
MUST_USE enum store_err catalog_document(
    struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, unsigned number, struct slice *out);
MUST_USE enum store_err catalog_document_put(
    struct catalog *c, const struct bucket *bucket, unsigned number, struct slice document);
MUST_USE enum store_err catalog_document_delete(struct catalog *c, const struct bucket *bucket, unsigned number);

/* Content: bytes taken in that no object names yet. */

struct content;

/*
 * Begin to take in bytes for an object of this key. Freeing it (or its `mem`) before an object names it throws the
 * bytes away. Nothing touches the disk before there are more bytes than stay inline. The bucket and the key are borrowed
 * until then. One thread at a time.
 */
struct content *content_new(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key);

/* (commits) err STORE_FULL, STORE_IO, STORE_TIMEOUT, STORE_NOT_FOUND (the bucket is gone); then it is of no use */
MUST_USE enum store_err content_append(struct content *content, struct slice bytes);

/* (commits) All bytes are in: durable on return, unless they are few and stay inline until the object is put. */
MUST_USE enum store_err content_finish(struct content *content);

uint64_t content_size(const struct content *content);

/* (commits) Throw the bytes away at once, and free it: what freeing leaves to the next sweep is done here. */
void content_discard(struct content *content);

/* Objects. */

#define OBJECT_KEY_MAX 1024 /* bytes, and never a NUL among them */
#define VERSION_ID_MAX 64

/* Whether a version can have that ID: "null", or what the catalog could have given to one. */
bool version_id_valid(struct slice version_id);

struct object {
	struct slice key;
	const char *version_id; /* "null" for the null version */
	bool is_latest;
	bool delete_marker;
	int64_t modified_us;
	uint64_t size;
	const char *etag; /* without quotes; empty for a delete marker */
	char *owner_id;
	struct slice acl;        /* as the gateway encoded it */
	struct slice tags;       /* likewise */
	struct fields headers;   /* Content-Type and the other system headers, by lower-case name */
	struct fields metadata;  /* user metadata, names without "x-amz-meta-" */
	struct fields checksums; /* "CRC32" and so on with base64 values; "type" with COMPOSITE or FULL_OBJECT */
	const char *upload_id;   /* of the multipart upload that made it; NULL: it came in one piece */
	unsigned part_count;     /* then */
	const struct object_private *private; /* where the bytes are; the catalog's */
};

/* What an object is to be; the rest (version, time, size, place) the catalog decides. All borrowed for the call. */
struct object_change {
	const char *etag;
	const char *owner_id;
	struct slice acl;
	struct slice tags;
	struct fields headers;
	struct fields metadata;
	struct fields checksums;
};

/*
 * A condition on the current version (NULL: there is none, or it is a delete marker) that is decided in one step with
 * the write. Pure: it may be called several times. False refuses the write with STORE_REFUSED.
 */
typedef bool object_check_fn(void *context, const struct object *current);

/*
 * (commits) Make `content`, which is finished, the current version of `key`. Takes the content over and frees it, also
 * when it fails. *out, on `mem`, is what was stored.
 * err  STORE_REFUSED (check), STORE_NOT_FOUND (the bucket is gone), STORE_FULL, STORE_IO, STORE_TIMEOUT,
 *      STORE_INVALID (not a key that can be, or attributes larger than a record)
 */
MUST_USE enum store_err catalog_object_put(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    struct slice key, struct content *content, const struct object_change *change, object_check_fn *check,
    void *context, struct object **out);

/*
 * A version of an object: the current one for an empty `version_id`. Without a current version, or with a delete marker
 * as such: STORE_NOT_FOUND, and *out is the delete marker or NULL. An unknown version: STORE_NOT_FOUND, *out NULL.
 * `with_bytes`: an inline object's bytes are read along, consistent with it.
 */
MUST_USE enum store_err catalog_object(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    struct slice key, struct slice version_id, bool with_bytes, struct object **out);

/*
 * (commits) Change attributes of a version in place, its bytes, version and ETag stay. `change` holds all the
 * attributes anew. `touch` gives it a new modification time (a copy onto itself).
 * err STORE_NOT_FOUND, STORE_REFUSED (check is given that version)
 */
MUST_USE enum store_err catalog_object_change(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    struct slice key, struct slice version_id, const struct object_change *change, bool touch,
    object_check_fn *check, void *context, struct object **out);

struct object_deletion {
	bool delete_marker; /* a delete marker was made, or was what was deleted */
	const char
	    *version_id; /* of the marker made, or of the version deleted; NULL in a bucket without versions */
};

/*
 * (commits) Delete a key (empty version_id; in a versioned bucket: adds a delete marker) or one version of it for good.
 * Deleting what is not there succeeds. With a version ID, `check` is given that version. err STORE_REFUSED (check)
 */
MUST_USE enum store_err catalog_object_delete(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    struct slice key, struct slice version_id, object_check_fn *check, void *context, struct object_deletion *out);

/* A deletion among others, and what became of it. */
struct object_removal {
	struct slice key;
	struct slice version_id;
	object_check_fn *check; /* NULL: none */
	void *context;

	enum store_err err;              /* as catalog_object_delete */
	struct object_deletion deletion; /* when it is STORE_OK */
	bool settled;                    /* the catalog's */
};

/*
 * (commits) As catalog_object_delete for each, in no particular order and in as few commits as that takes. Some may
 * succeed and others fail.
 */
void catalog_objects_delete(
    struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct object_removal *removals, size_t count);

/*
 * Read an object's bytes: `length` from `offset`, in order, or others too, which takes longer. A reader belongs to one thread
 * at a time and is closed when freed.
 */
struct object_reader;
MUST_USE enum store_err object_reader_open(struct catalog *c, TALLOC_CTX *mem, const struct object *object,
    uint64_t offset, uint64_t length, struct object_reader **out);

/* Fill `out` with up to `length` bytes from `offset`; *got is 0 only at the end. err STORE_DAMAGED, STORE_IO, … */
MUST_USE enum store_err object_reader_read(
    struct object_reader *reader, uint64_t offset, void *out, size_t length, size_t *got);

/*
 * How many bytes from `offset` on are there without waiting for a cluster, and may be read on an event loop. To have some,
 * read one of them.
 */
size_t object_reader_ready(const struct object_reader *reader, uint64_t offset);

/*
 * Multipart uploads. Parts are blobs of their own, which the finished object goes on to use: completing an upload copies
 * no bytes and costs the same for one part as for ten thousand.
 */

#define PART_NUMBER_MAX 10000

struct upload {
	struct slice key;
	const char *id; /* 32 hexadecimal digits */
	int64_t initiated_us;
	char *initiator_id; /* who began it; empty: nobody known */
	char *owner_id;     /* these are the object's to be */
	struct slice acl;
	struct slice tags;
	struct fields headers;
	struct fields metadata;
	struct fields checksums; /* "algorithm" and "type", as asked for; empty: none */
	struct slice revision;   /* the catalog's: the record as it was read */
};

struct part {
	unsigned number; /* 1 to PART_NUMBER_MAX */
	uint64_t size;
	uint64_t offset;  /* of its first byte in the object; for an object's parts alone */
	const char *etag; /* without quotes */
	int64_t modified_us;
	struct fields checksums; /* "CRC32" and so on with base64 values */
};

struct part_page {
	struct part *parts; /* by number */
	size_t count;
	bool truncated; /* there are others after these */
};

/* (commits) Begin one. `change` is what the object is to have; its ETag does not count. err as catalog_object_put */
MUST_USE enum store_err catalog_upload_create(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    struct slice key, struct slice initiator_id, const struct object_change *change, struct upload **out);

/* err STORE_NOT_FOUND: no upload of that ID is under way for that key */
MUST_USE enum store_err catalog_upload(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    struct slice key, struct slice upload_id, struct upload **out);

/* (commits) Throw an upload and its parts away. err STORE_NOT_FOUND */
MUST_USE enum store_err catalog_upload_abort(
    struct catalog *c, const struct bucket *bucket, struct slice key, struct slice upload_id);

/*
 * Content that is to become a part: as content_new, but it is never kept inline, so content_append always commits.
 */
struct content *content_new_part(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key);

/*
 * (commits) Make `content`, which is finished, that part of an upload, in place of an earlier one of its number. Takes
 * the content over and frees it, also when it fails. Parts may be put at the same time.
 * err  STORE_NOT_FOUND (no such upload, or no bucket), STORE_FULL, STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err catalog_part_put(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    struct slice key, struct slice upload_id, unsigned number, struct content *content, const char *etag,
    const struct fields *checksums, struct part **out);

/* The parts of an upload with numbers above `after`, at most `limit`. err STORE_NOT_FOUND: it is gone */
MUST_USE enum store_err catalog_parts(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    const struct upload *upload, unsigned after, size_t limit, struct part_page **out);

/*
 * Completing takes two steps. catalog_upload_freeze (commits): from here on the parts stay as they are, or the second
 * step says STORE_CONFLICT; *out is the frozen upload. The caller reads the parts, checks them, and works out ETag and
 * checksums. catalog_upload_complete (commits): the parts with these numbers, in ascending order, become the current
 * version of the key; the upload, and parts not named, go. An upload that stays frozen can still be gone on with.
 * Of several completions at once only the one that froze last goes on.
 * err  STORE_NOT_FOUND (no such upload), STORE_CONFLICT (begin again with freezing), STORE_REFUSED (check),
 *      STORE_INVALID (no numbers, not in ascending order, or not there), STORE_FULL, STORE_IO, STORE_TIMEOUT
 */
MUST_USE enum store_err catalog_upload_freeze(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    struct slice key, struct slice upload_id, struct upload **out);
MUST_USE enum store_err catalog_upload_complete(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    const struct upload *upload, const unsigned *numbers, size_t count, const struct object_change *change,
    object_check_fn *check, void *context, struct object **out);

/* The parts of an object that came in parts, as catalog_parts. err STORE_NOT_FOUND: it came in one piece */
MUST_USE enum store_err catalog_object_parts(struct catalog *c, TALLOC_CTX *mem, const struct object *object,
    unsigned after, size_t limit, struct part_page **out);

/* Listings. */

struct list_query {
	struct slice prefix;
	struct slice delimiter; /* empty: none */
	struct slice after;     /* keys and common prefixes after this one, by byte order */
	bool after_is_prefix;   /* `after` is a common prefix that was returned: skip all that it covers */
	size_t limit;           /* keys and common prefixes together */
};

struct list_page {
	struct object *
	    *objects; /* current versions, no delete markers: key, size, etag, modified, owner, checksums */
	size_t object_count;
	struct slice *prefixes; /* common prefixes, in order */
	size_t prefix_count;
	bool truncated;
	struct slice last; /* the last key or common prefix of the page: what the next page comes after */
	bool last_is_prefix;
};

/* The next page of current objects. It costs by what it returns: common prefixes are jumped over. */
MUST_USE enum store_err catalog_list(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    const struct list_query *query, struct list_page **out);

struct version_query {
	struct slice prefix;
	struct slice delimiter; /* empty: none */
	struct slice after;     /* keys and common prefixes after this one */
	/* Not empty: versions of the key `after` that are older than this one come first; all, where it cannot be one's. */
	struct slice after_version;
	bool after_is_prefix;
	size_t limit; /* versions and common prefixes together */
};

struct version_page {
	struct object **versions; /* delete markers, too: by key, the newest first */
	size_t version_count;
	struct slice *prefixes;
	size_t prefix_count;
	bool truncated;
	struct slice last;        /* the last key or common prefix of the page, */
	const char *last_version; /* and of a key its version: for `after_version` alone */
	bool last_is_prefix;
};

/* The next page of all versions. It costs by what it returns, as catalog_list does. */
MUST_USE enum store_err catalog_list_versions(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    const struct version_query *query, struct version_page **out);

struct upload_query {
	struct slice prefix;
	struct slice delimiter;
	struct slice after;        /* keys and common prefixes after this one */
	struct slice after_upload; /* not empty: uploads of the key `after` with greater IDs come first */
	bool after_is_prefix;
	size_t limit;
};

struct upload_page {
	struct upload **uploads; /* by key, then by ID, which is in the order of time */
	size_t upload_count;
	struct slice *prefixes;
	size_t prefix_count;
	bool truncated;
	struct slice last;
	const char *last_upload;
	bool last_is_prefix;
};

/* The next page of the uploads under way. */
MUST_USE enum store_err catalog_list_uploads(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    const struct upload_query *query, struct upload_page **out);

/* Garbage and verification. */

struct sweep_result {
	uint64_t blobs_deleted;
	uint64_t blobs_waiting;    /* still in their grace, or being written */
	uint64_t buckets_finished; /* interrupted deletions of buckets that were carried on */
};

/*
 * (commits) One round of cleaning: finish interrupted bucket deletions, delete blobs whose grace is over or whose writer
 * is gone, split partitions that have become too large. Of several openings of the store one does this; the others only
 * delete blobs of their own. Stops early when *stop becomes true. Goes on after single errors and returns the last one.
 * A store that is read-only is left as it is.
 */
MUST_USE enum store_err catalog_sweep(struct catalog *c, const _Atomic bool *stop, struct sweep_result *result);

/*
 * (commits) Finish the bucket deletions that a crash interrupted: before anything is served, so that nobody sees such a
 * bucket go by itself. The sweep does the same, later. A store that is read-only is left as it is.
 */
MUST_USE enum store_err catalog_settle(struct catalog *c);

struct verify_result {
	uint64_t buckets, objects, versions, blobs, bytes; /* read and found right */
	uint64_t damaged;                                  /* records or blobs that do not match their checksums */
	uint64_t missing;                                  /* blobs that a record names and that are not there */
	uint64_t orphans;                                  /* blobs, and uploads with parts, that nothing names */
};

/* Called for each fault found, with a line for a person. */
typedef void verify_report_fn(void *context, const char *line);

/* Read everything. The result is complete even when faults were found; err is for not being able to go on. */
MUST_USE enum store_err catalog_verify(
    struct catalog *c, verify_report_fn *report, void *context, struct verify_result *result);

struct catalog_stats {
	uint64_t users, buckets, objects, bytes, blobs, garbage;
};

MUST_USE enum store_err catalog_stats(struct catalog *c, struct catalog_stats *out);

#endif
