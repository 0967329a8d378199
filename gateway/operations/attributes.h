/*
 * What an object has besides its bytes, between header fields and the catalog: Content-Type and the other system
 * headers, user metadata, tags, owner and ACL. PutObject and CopyObject make objects, GetObject and HeadObject show them.
 */
#ifndef GATEWAY_OPERATIONS_ATTRIBUTES_H
#define GATEWAY_OPERATIONS_ATTRIBUTES_H

#include "gateway/req.h"

#define METADATA_MAX 2048 /* bytes of the names and values of user metadata (S3: "User-defined object metadata") */

/*
 * Refuse headers that ask for what Crossgate has not, for nothing that is asked for may be silently left undone.
 * err  S3_NOT_IMPLEMENTED (naming the header), S3_INVALID_STORAGE_CLASS
 */
MUST_USE enum s3_err attributes_check_supported(struct req *r);

/*
 * The system headers, user metadata and tags that the request brings.
 * err  S3_METADATA_TOO_LARGE, S3_REQUEST_HEADER_TOO_LARGE, S3_INVALID_ARGUMENT; S3_ACCESS_DENIED (may not set tags);
 *      as tags_parse_header
 */
MUST_USE enum s3_err attributes_read(struct req *r, struct object_change *change);

/* Whose the object will be, and its ACL: x-amz-acl, x-amz-grant-*, or private. err as acl_from_headers and acl_admit */
MUST_USE enum s3_err attributes_read_owner(struct req *r, struct object_change *change);

/* A change that changes nothing. */
struct object_change attributes_of(const struct object *object);

/*
 * To read, nothing is encrypted with a client's key: whoever brings one asks for another object.
 * err S3_INVALID_REQUEST
 */
MUST_USE enum s3_err attributes_check_encryption(struct req *r);

/* Whether the request's response-* parameters may be used. err S3_INVALID_REQUEST, S3_INVALID_ARGUMENT */
MUST_USE enum s3_err attributes_check_overrides(struct req *r);

/* Answer with an object's system headers, as response-* parameters change them, and its metadata. */
void attributes_reply(struct req *r, const struct object *object);

/* Answer with what tells one state of an object from another: ETag, Last-Modified, version, caching. */
void attributes_reply_validators(struct req *r, const struct object *object);

#endif
