/* The object that CopyObject and UploadPartCopy take bytes from: named, found, permitted, and read. */
#ifndef GATEWAY_OPERATIONS_SOURCE_H
#define GATEWAY_OPERATIONS_SOURCE_H

#include "gateway/checksum.h"
#include "gateway/operations/copy_source.h"
#include "gateway/permission.h"
#include "gateway/range.h"

struct source {
	struct copy_source name;
	struct bucket *bucket;
	struct object *object;
};

/* What x-amz-copy-source names. err S3_INVALID_ARGUMENT, S3_KEY_TOO_LONG */
MUST_USE enum s3_err source_read(struct req *r, struct source *out);

/*
 * Find it, and ask whether the sender may read it and whether x-amz-copy-source-if-* hold for it.
 * err  S3_NO_SUCH_BUCKET, S3_NO_SUCH_KEY, S3_NO_SUCH_VERSION, S3_ACCESS_DENIED, S3_PRECONDITION_FAILED,
 *      S3_INVALID_REQUEST (a delete marker)
 */
MUST_USE enum s3_err source_find(struct req *r, struct source *source);

/* What the permission to read it is about. */
struct subject source_subject(const struct source *source);

/* S3_INVALID_REQUEST for more bytes than one copy may take. */
MUST_USE enum s3_err source_check_size(struct req *r, uint64_t size);

/* What copied bytes come to; on the request. */
struct source_copied {
	char *etag;              /* the MD5, in hexadecimal */
	struct fields checksums; /* of the algorithm that was asked for */
};

/*
 * (waits) Append bytes of the object to `content` and finish it; when that fails, it is thrown away.
 * `algorithm`: NULL for none. err as storage/ says
 */
MUST_USE enum s3_err source_copy(struct req *r, const struct source *source, struct byte_range range,
    struct content *content, const struct checksum *algorithm, struct source_copied *out);

#endif
