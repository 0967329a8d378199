/*
 * What a bucket's ownership controls and public access block make of requests: whose an object is, and which ACLs the
 * bucket takes ("Controlling ownership of objects and disabling ACLs", "Blocking public access").
 */
#ifndef GATEWAY_OPERATIONS_OWNERSHIP_H
#define GATEWAY_OPERATIONS_OWNERSHIP_H

#include "gateway/req.h"

/*
 * Whose an object will be that the request makes in its bucket. What nobody known writes is the bucket owner's, and so
 * is everything under BucketOwnerEnforced, and under BucketOwnerPreferred what comes with the canned ACL
 * bucket-owner-full-control. Borrows from the request. err as req_settings
 */
MUST_USE enum s3_err new_object_owner(struct req *r, struct slice *out);

/* Who owns what is stored as that user's in the request's bucket: under BucketOwnerEnforced, its owner owns all. */
struct slice owner_in_force(struct req *r, const char *owner_id);

/* Whether ACLs count for nothing in the request's bucket. err as req_settings */
MUST_USE enum s3_err acls_are_disabled(struct req *r, bool *out);

/*
 * Whether the bucket takes the ACL that a request gives it, or an object of it, by headers or as a document.
 * err  S3_ACL_NOT_SUPPORTED: ACLs are disabled, and it is another than the bucket owner's full control;
 *      S3_ACCESS_DENIED: it is public, and public ACLs are blocked
 */
MUST_USE enum s3_err acl_admit(struct req *r, const struct acl *acl);

#endif
