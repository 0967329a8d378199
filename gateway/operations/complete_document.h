/* The CompleteMultipartUpload document: which parts, in order, make the object. Pure; any thread. */
#ifndef GATEWAY_OPERATIONS_COMPLETE_DOCUMENT_H
#define GATEWAY_OPERATIONS_COMPLETE_DOCUMENT_H

#include "common/s3_error.h"
#include "gateway/checksum.h"

#define COMPLETE_PARTS_MAX 10000

struct complete_part {
	unsigned number;                 /* from 1 up; it may be more than a part's can be */
	struct slice etag;               /* without quotes */
	const struct checksum *checksum; /* NULL: none is given */
	struct slice checksum_value;     /* then: base64 of a value of its kind */
};

struct complete_document {
	struct complete_part *parts; /* numbers ascend */
	size_t count;                /* 1 to COMPLETE_PARTS_MAX */
};

/*
 * The result is on `mem`.
 * err  S3_MALFORMED_XML, S3_INVALID_PART_ORDER, S3_INVALID_ARGUMENT: a part number below 1, a checksum that is none, or
 *      more than one
 */
MUST_USE enum s3_err complete_document_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct complete_document *out);

#endif
