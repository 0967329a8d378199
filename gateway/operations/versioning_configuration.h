/* The VersioningConfiguration document of PutBucketVersioning. Pure; any thread. */
#ifndef GATEWAY_OPERATIONS_VERSIONING_CONFIGURATION_H
#define GATEWAY_OPERATIONS_VERSIONING_CONFIGURATION_H

#include "common/s3_error.h"

/*
 * Whether versioning is to be enabled, or else suspended.
 * err  S3_MALFORMED_XML, S3_ILLEGAL_VERSIONING (no status), S3_NOT_IMPLEMENTED (MFA delete)
 */
MUST_USE enum s3_err versioning_configuration_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, bool *enabled);

#endif
