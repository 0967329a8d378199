/* The checksums that S3 knows besides MD5 ("Checking object integrity"): names, headers, and which one is asked for. */
#ifndef GATEWAY_CHECKSUM_H
#define GATEWAY_CHECKSUM_H

#include "common/digest.h"
#include "common/s3_error.h"

struct req;

struct checksum {
	const char *name;   /* "CRC32": S3's, and the catalog's */
	const char *header; /* "x-amz-checksum-crc32" */
	enum digest_kind kind;
};

#define CHECKSUMS 5
extern const struct checksum checksum_kinds[CHECKSUMS];

/* The one of that name, in any case; NULL: none. */
const struct checksum *checksum_find(struct slice name);

/* x-amz-checksum-algorithm; NULL where it is absent. err S3_INVALID_REQUEST: an unknown one */
MUST_USE enum s3_err checksum_requested(struct req *r, const struct checksum **out);

#endif
