/* Object Ownership: whose the objects of a bucket are, and whether ACLs count ("Controlling ownership of objects"). Pure. */
#ifndef AUTH_OWNERSHIP_H
#define AUTH_OWNERSHIP_H

#include "common/s3_error.h"
#include "common/xml.h"

enum ownership {
	OWNERSHIP_OBJECT_WRITER,          /* who puts an object owns it; also of a bucket that says nothing */
	OWNERSHIP_BUCKET_OWNER_PREFERRED, /* unless it is put with the ACL bucket-owner-full-control */
	OWNERSHIP_BUCKET_OWNER_ENFORCED   /* the bucket's owner owns everything, and ACLs count for nothing */
};

/* "ObjectWriter" and so on; false, and ObjectWriter, for anything else. */
MUST_USE bool ownership_by_name(struct slice name, enum ownership *out);
const char *ownership_name(enum ownership ownership);

/*
 * An OwnershipControls document (PutBucketOwnershipControls): exactly one rule.
 * err  S3_MALFORMED_XML, with the value that is none
 */
MUST_USE enum s3_err ownership_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, enum ownership *out);

/* The answer of GetBucketOwnershipControls, on `mem`. */
struct slice ownership_write(TALLOC_CTX *mem, enum ownership ownership);

#endif
