/* The CreateBucketConfiguration document of CreateBucket. Pure; any thread. */
#ifndef GATEWAY_OPERATIONS_BUCKET_CONFIGURATION_H
#define GATEWAY_OPERATIONS_BUCKET_CONFIGURATION_H

#include "common/fields.h"
#include "common/s3_error.h"

#define LOCATION_MAX 63 /* bytes */

struct bucket_configuration {
	struct slice location; /* the LocationConstraint; empty where it asks for none */
	struct fields tags;    /* as gateway/tags.h has them */
};

/*
 * What a document asks for; nothing where it is empty itself. On `mem`.
 * err  S3_MALFORMED_XML, S3_INVALID_LOCATION (not a name of a place), S3_NOT_IMPLEMENTED (directory buckets); as tags_read
 */
MUST_USE enum s3_err bucket_configuration_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct bucket_configuration *out);

#endif
