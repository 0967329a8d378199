/* The public access block of a bucket: four switches against what is open to everybody ("Blocking public access"). Pure. */
#ifndef AUTH_PUBLIC_ACCESS_H
#define AUTH_PUBLIC_ACCESS_H

#include "common/s3_error.h"
#include "common/xml.h"

/* All false: a bucket without a block. */
struct public_access {
	bool block_acls;       /* BlockPublicAcls: no ACL is put that grants something to a group of everybody */
	bool ignore_acls;      /* IgnorePublicAcls: what such ACLs grant does not count */
	bool block_policy;     /* BlockPublicPolicy: no public policy is put */
	bool restrict_buckets; /* RestrictPublicBuckets: a bucket with a public policy is for its owner alone */
};

/*
 * A PublicAccessBlockConfiguration document (PutPublicAccessBlock): each switch once at most, those left out are off.
 * err  S3_MALFORMED_XML, S3_INVALID_REQUEST (no switch at all)
 */
MUST_USE enum s3_err public_access_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct public_access *out);

/* The answer of GetPublicAccessBlock, on `mem`. */
struct slice public_access_write(TALLOC_CTX *mem, const struct public_access *access);

#endif
