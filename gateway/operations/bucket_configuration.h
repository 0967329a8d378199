/* The CreateBucketConfiguration document of CreateBucket. Pure; any thread. */
#ifndef GATEWAY_OPERATIONS_BUCKET_CONFIGURATION_H
#define GATEWAY_OPERATIONS_BUCKET_CONFIGURATION_H

#include "common/s3_error.h"

#define LOCATION_MAX 63 /* bytes */

/*
 * The LocationConstraint that a document asks for; empty where it asks for none or is empty itself. On `mem`.
 * err  S3_MALFORMED_XML, S3_INVALID_LOCATION (not a name of a place), S3_NOT_IMPLEMENTED (tags, directory buckets)
 */
MUST_USE enum s3_err bucket_configuration_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct slice *location);

#endif
