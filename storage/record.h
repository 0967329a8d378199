/*
 * What the catalog stores, byte for byte. A record is the format number, its kind, then fields: tag, length, bytes
 * (tag and length are varints: seven bits a byte, the lowest first, without needless bytes). A field that has its
 * default is left out. Fields that this program does not know are kept and written back as they are. Numbers are
 * varints, times microseconds since 1970. The engine adds a checksum.
 *
 * Decoded slices borrow from the value; arrays are on `mem`. Pure functions; any thread.
 */
#ifndef STORAGE_RECORD_H
#define STORAGE_RECORD_H

#include "common/fields.h"
#include "storage/engine.h"

#define RECORD_FORMAT    1
#define RECORD_BLOBS_MAX 10000 /* of one record */
#define RECORD_PARTS_MAX 10000 /* of one object */
#define RECORD_PAIRS_MAX 1000  /* headers, metadata, checksums: each */

struct record_blob {
	struct blob_id id;
	uint64_t size;
};

struct record_blobs {
	struct record_blob *items;
	size_t count;
};

struct record_user {
	struct slice unknown; /* fields of a later program: first in every record */
	struct slice id;
	struct slice name;
	struct slice display_name;
	struct slice email;
	bool disabled;
	bool administrator;
	int64_t created_us;
	uint64_t revision; /* changes with the user and its set of keys */
	uint64_t key_count;
};

struct record_key {
	struct slice unknown;
	struct slice id;
	struct slice secret;
	struct slice user_id;
	int64_t created_us;
};

enum record_bucket_state {
	RECORD_BUCKET_ACTIVE,
	RECORD_BUCKET_DELETING
};

struct record_bucket {
	struct slice unknown;
	unsigned char id[16];
	struct slice name;
	struct slice owner_id;
	struct slice location;
	struct slice acl;
	uint64_t versioning; /* enum versioning */
	int64_t created_us;
	uint64_t revision;
	uint64_t documents;
	uint64_t state;          /* enum record_bucket_state */
	struct fields shards;    /* where its keys lie (catalog_shards.h); none: all in one partition */
	struct slice moving_key; /* the keys from this one on, to the end of its shard, are on their way */
	uint64_t moving_to;      /* to the shard of this number; 0: none are */
};

/* A version of an object, a delete marker among them. */
struct record_version {
	struct slice unknown;
	uint64_t ordinal; /* its place among the versions of its key: microseconds since 1970, made unique */
	uint64_t salt;    /* the random half of its version ID */
	bool null_version;
	bool delete_marker;
	int64_t modified_us;
	uint64_t size;
	struct slice etag;
	struct slice owner_id;
	struct fields checksums;
	unsigned char upload_id[16]; /* its bytes are the parts of that upload; all zero: it came in one piece */
	uint64_t part_count;         /* then */
	struct slice acl;
	struct slice tags;
	struct fields headers;
	struct fields metadata;
	bool has_content; /* its bytes are the content of that ID; otherwise the blobs, in order */
	unsigned char content_id[16];
	struct record_blobs blobs;
	uint64_t null_ordinal; /* in a head: where the noncurrent null version is; 0: there is none */
};

enum record_upload_state {
	RECORD_UPLOAD_OPEN,
	RECORD_UPLOAD_FROZEN /* its parts stay as they are while this record does */
};

/* A multipart upload under way. The attributes are those that the object is to have. */
struct record_upload {
	struct slice unknown;
	uint64_t state;    /* enum record_upload_state */
	uint64_t revision; /* changes with the state */
	int64_t initiated_us;
	struct slice initiator_id;
	struct slice owner_id;
	struct slice acl;
	struct slice tags;
	struct fields headers;
	struct fields metadata;
	struct fields checksums; /* "algorithm" and "type" */
};

/* A part of an upload, and of the object that came of it. */
struct record_part {
	struct slice unknown;
	uint64_t size;
	int64_t modified_us;
	struct slice etag;
	struct fields checksums;
	unsigned char blob_id[16]; /* all zero: there is none, for the size is 0 */
};

enum record_garbage_state {
	RECORD_GARBAGE_WRITING,
	RECORD_GARBAGE_DEAD
};

struct record_garbage {
	struct slice unknown;
	uint64_t state;   /* enum record_garbage_state */
	uint64_t session; /* WRITING: whose blob it is */
	int64_t since_us;
	struct record_blobs blobs;
	unsigned char upload_id[16]; /* the parts of that upload, too; all zero: no upload's */
};

/* The gate of a partition of a bucket: which writes it lets pass. */
struct record_gate {
	struct slice unknown;
	uint64_t revision;       /* it is closed by the deletion that gave the bucket this revision; 0: open */
	struct slice begin, end; /* for keys from `begin` on and before `end`, which is empty where there is none */
};

/* A deleted bucket whose partitions are still to be cleared. */
struct record_remains {
	struct slice unknown;
	int64_t deleted_us;
	struct fields shards; /* the bucket's */
};

/* Nothing but bytes: a document, an inline content, what an index entry points to. */
struct record_bytes {
	struct slice unknown;
	struct slice bytes;
};

/*
 * record_KIND_encode: the record's bytes on `mem`; the empty slice for what the decoder would not take back: more than
 * STORE_VALUE_MAX bytes, or beyond the ceiling of a field.
 * record_KIND_decode: false, and a zeroed record, for anything that is not one whole record of that kind.
 */
#define RECORD_FUNCTIONS(kind)                                                                    \
	struct slice record_##kind##_encode(TALLOC_CTX *mem, const struct record_##kind *record); \
	MUST_USE bool record_##kind##_decode(TALLOC_CTX *mem, struct slice value, struct record_##kind *out)

RECORD_FUNCTIONS(user);
RECORD_FUNCTIONS(key);
RECORD_FUNCTIONS(bucket);
RECORD_FUNCTIONS(version);
RECORD_FUNCTIONS(upload);
RECORD_FUNCTIONS(part);
RECORD_FUNCTIONS(garbage);
RECORD_FUNCTIONS(gate);
RECORD_FUNCTIONS(remains);
RECORD_FUNCTIONS(bytes);

/* Whether an ID that may be left out is there: it is not all zero. */
bool record_has_id(const unsigned char id[16]);

/* Only what a listing shows: the members up to `part_count`. Do not encode the result. */
MUST_USE bool record_version_decode_summary(TALLOC_CTX *mem, struct slice value, struct record_version *out);

/* Only where a part's bytes are: size and blob ID. Needs no memory. Do not encode the result. */
MUST_USE bool record_part_decode_place(struct slice value, struct record_part *out);

#endif
