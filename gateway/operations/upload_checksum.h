/*
 * Which checksum the object of a multipart upload is to have: what CreateMultipartUpload asks for, and the catalog keeps
 * ("Checking object integrity": COMPOSITE is a checksum of the parts' checksums, FULL_OBJECT one of all the bytes).
 */
#ifndef GATEWAY_OPERATIONS_UPLOAD_CHECKSUM_H
#define GATEWAY_OPERATIONS_UPLOAD_CHECKSUM_H

#include "gateway/checksum.h"
#include "gateway/req.h"

struct upload_checksum {
	const struct checksum *algorithm; /* CRC64NVME where none was asked for */
	bool asked_for;
	bool composite;
};

/*
 * x-amz-checksum-algorithm and x-amz-checksum-type of a request.
 * err S3_INVALID_REQUEST: an unknown one, a type without an algorithm, or one that does not go with the algorithm
 */
MUST_USE enum s3_err upload_checksum_read(struct req *r, struct upload_checksum *out);

/* x-amz-checksum-type alone: *given says whether it is there. err S3_INVALID_REQUEST */
MUST_USE enum s3_err upload_checksum_read_type(struct req *r, bool *given, bool *composite);

/* As the catalog keeps it, on `mem`, and back. */
struct fields upload_checksum_store(TALLOC_CTX *mem, const struct upload_checksum *checksum);
struct upload_checksum upload_checksum_load(const struct fields *stored);

/* "COMPOSITE" or "FULL_OBJECT". */
const char *upload_checksum_type(const struct upload_checksum *checksum);

/* <ChecksumAlgorithm> and <ChecksumType>, where they were asked for. */
void upload_checksum_write(struct xml_writer *w, const struct upload_checksum *checksum);

#endif
