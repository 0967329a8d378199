/*
 * Conditions on what a write replaces or a deletion takes away (S3: "Conditional requests"): decided once before the
 * body is read, for a quick answer, and for good in the same step as the write.
 */
#ifndef GATEWAY_OPERATIONS_PRECONDITION_H
#define GATEWAY_OPERATIONS_PRECONDITION_H

#include "gateway/conditions.h"
#include "gateway/req.h"

struct precondition {
	struct req *r;
	struct slice key;
	struct slice version; /* what is checked is this version; empty: the current one */
	struct conditions conditions;

	/* a deletion's: what an object must have, where there is one */
	bool has_modified, has_size;
	int64_t modified; /* seconds since 1970 */
	uint64_t size;

	enum s3_err err;    /* the last decision */
	const char *failed; /* the header that did not hold */
};

/*
 * From the request's If-* headers.
 * err S3_INVALID_ARGUMENT: a list that is none; S3_NOT_IMPLEMENTED: If-None-Match with ETags or beside If-Match
 */
MUST_USE enum s3_err precondition_read(struct req *r, struct precondition *out);

/*
 * And from x-amz-if-match-last-modified-time and x-amz-if-match-size, for the deletion of a key, or of a version of it.
 * err S3_INVALID_ARGUMENT, and as precondition_read
 */
MUST_USE enum s3_err precondition_read_deletion(struct req *r, struct slice version, struct precondition *out);

/*
 * An object_check_fn; the context is a struct precondition. False where the conditions do not hold for the object, where
 * there is none for If-Match to hold for, or where they would tell somebody of an object that they may not read.
 */
bool precondition_check(void *context, const struct object *current);

/* Decide upon the object that is there now, for an early answer. err S3_PRECONDITION_FAILED, S3_NO_SUCH_KEY, … */
MUST_USE enum s3_err precondition_check_now(struct precondition *p);

/* Refuse for what a write said to which precondition_check was given. S3_OK for STORE_OK. */
MUST_USE enum s3_err precondition_refuse(struct precondition *p, enum store_err err);

/* 412, for the condition that is named `failed`. */
enum s3_err precondition_failed(struct req *r, const char *failed);

#endif
