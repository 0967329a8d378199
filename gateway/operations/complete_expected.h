/*
 * What the headers of CompleteMultipartUpload say of the object that is to come: its checksum, the checksum's type, its
 * size. All of it is checked before there is an object.
 */
#ifndef GATEWAY_OPERATIONS_COMPLETE_EXPECTED_H
#define GATEWAY_OPERATIONS_COMPLETE_EXPECTED_H

#include "gateway/operations/upload_checksum.h"

struct complete_expected {
	struct checksum_claim claim; /* a composite value may end in "-" and the number of parts */
	bool type_given, composite;
	bool size_given;
	uint64_t size;
};

/* err S3_INVALID_REQUEST: a value that is none; S3_NOT_IMPLEMENTED: an unknown kind of checksum */
MUST_USE enum s3_err complete_expected_read(struct req *r, struct complete_expected *out);

/* Whether it goes with how the upload began. err S3_INVALID_REQUEST */
MUST_USE enum s3_err complete_expected_check_upload(
    struct req *r, const struct complete_expected *expected, const struct upload_checksum *upload);

/* Whether that is what the parts come to. err S3_INVALID_REQUEST (size), S3_BAD_DIGEST */
MUST_USE enum s3_err complete_expected_check_object(
    struct req *r, const struct complete_expected *expected, uint64_t size, const struct fields *checksums);

#endif
