/* The x-amz-copy-source header: "[/]BUCKET/KEY[?versionId=ID]", percent-encoded. Pure; any thread. */
#ifndef GATEWAY_OPERATIONS_COPY_SOURCE_H
#define GATEWAY_OPERATIONS_COPY_SOURCE_H

#include "common/s3_error.h"

struct copy_source {
	struct slice bucket;
	struct slice key; /* any bytes that a key may have: ".." and "//" mean nothing */
	bool has_version_id;
	struct slice version_id; /* not checked */
};

/* err S3_INVALID_ARGUMENT, S3_KEY_TOO_LONG. What had to be decoded is on `mem`, the rest borrows. */
MUST_USE enum s3_err copy_source_parse(
    TALLOC_CTX *mem, struct slice header, struct s3_refusal *why, struct copy_source *out);

#endif
