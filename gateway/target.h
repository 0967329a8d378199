/* The request target (RFC 9112 section 3.2): from the bytes of the request line to bucket, key and query parameters. */
#ifndef GATEWAY_TARGET_H
#define GATEWAY_TARGET_H

#include "common/fields.h"
#include "common/s3_error.h"

#define TARGET_LENGTH_MAX     16384 /* bytes */
#define TARGET_PARAMETERS_MAX 128

struct target {
	struct slice path;        /* as received, without the query */
	struct slice query;       /* as received, without the "?" */
	struct fields parameters; /* decoded, in order; without "=" the value is empty */
	struct slice host_bucket; /* the bucket as the Host header names it; empty in path style */
	struct slice bucket;      /* decoded; empty: the service itself */
	struct slice raw_key;     /* as received, without the "/" before it */
	struct slice key;         /* decoded; empty: the bucket itself */
};

/*
 * Take apart a request target in origin-form or absolute-form, or the "*" of OPTIONS (which counts as "/"), as far as
 * its bucket; parameters and key are left to target_decode. `host` is the Host header's value, `domains` (NULL at the
 * end) those under which buckets are host names. The result borrows from `raw` and `host`; what had to be decoded is on
 * `mem`.
 * err  S3_INVALID_URI, S3_URI_TOO_LONG, S3_INVALID_BUCKET_NAME (an empty one)
 */
MUST_USE enum s3_err target_split(TALLOC_CTX *mem, struct slice raw, struct slice host, const char *const *domains,
    struct s3_refusal *why, struct target *out);

/*
 * Decode the query's parameters and the key of a target that was split.
 * err  S3_INVALID_URI, S3_KEY_TOO_LONG, S3_INVALID_ARGUMENT (too many parameters)
 */
MUST_USE enum s3_err target_decode(TALLOC_CTX *mem, struct s3_refusal *why, struct target *target);

/* Whether that can be an object's key. err S3_KEY_TOO_LONG, S3_INVALID_URI (not UTF-8, or with a NUL) */
MUST_USE enum s3_err target_check_key(TALLOC_CTX *mem, struct slice key, struct s3_refusal *why);

/* Whether S3 lets a new bucket bear that name (general purpose bucket naming rules). */
bool bucket_name_valid(struct slice name);

#endif
