/* What the operations on a multipart upload have in common. */
#ifndef GATEWAY_OPERATIONS_UPLOAD_H
#define GATEWAY_OPERATIONS_UPLOAD_H

#include "gateway/req.h"

/* The partNumber parameter. err S3_INVALID_ARGUMENT: not 1 to PART_NUMBER_MAX */
MUST_USE enum s3_err requested_part_number(struct req *r, unsigned *out);

/* The checksum of a part that answers show: the one that the client gave, if it did. Borrows. */
struct fields shown_checksums(const struct part *part);

/* 404 for the upload that the request names. */
enum s3_err refuse_upload(struct req *r);

/* Refuse for what storage/ said of an upload, which STORE_NOT_FOUND then is about. S3_OK for STORE_OK. */
enum s3_err refuse_upload_store(struct req *r, enum store_err err);

#endif
