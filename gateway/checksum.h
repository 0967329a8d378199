/* The checksums that S3 knows besides MD5 ("Checking object integrity"): names, headers, and which one is asked for. */
#ifndef GATEWAY_CHECKSUM_H
#define GATEWAY_CHECKSUM_H

#include "common/digest.h"
#include "common/fields.h"
#include "common/s3_error.h"

struct req;

struct checksum {
	const char *name;   /* "CRC32": S3's, and the catalog's */
	const char *lower;  /* "crc32" */
	const char *header; /* "x-amz-checksum-crc32" */
	enum digest_kind kind;
};

#define CHECKSUMS 5
extern const struct checksum checksum_kinds[CHECKSUMS];

/* The one of that name, in any case; NULL: none. */
const struct checksum *checksum_find(struct slice name);

/* Whether that is base64 of a value of that kind. */
bool checksum_value_valid(const struct checksum *checksum, struct slice value);

/* What an object gets where nobody asks for another one: CRC64NVME. */
extern const struct checksum *const checksum_default;

/* That of an object, by what the catalog keeps of it ("CRC32" with its value); the default where it has none. */
const struct checksum *checksum_of(const struct fields *checksums);

/* The checksum that a request brings of its body. */
struct checksum_claim {
	const struct checksum *checksum; /* NULL: none */
	struct slice value;              /* base64; empty: the trailer brings it */
};

/*
 * The one x-amz-checksum-* header that has a value, which is not looked at.
 * err S3_INVALID_REQUEST: more than one, S3_NOT_IMPLEMENTED: a kind that Crossgate has not
 */
MUST_USE enum s3_err checksum_header(struct req *r, struct checksum_claim *out);

/*
 * From x-amz-checksum-* or x-amz-trailer, beside which x-amz-sdk-checksum-algorithm names the same.
 * err  S3_INVALID_REQUEST: no value of its kind, more than one, an unknown trailer, another algorithm named
 *      S3_NOT_IMPLEMENTED: a kind that Crossgate has not
 */
MUST_USE enum s3_err checksum_claimed(struct req *r, struct checksum_claim *out);

/* x-amz-checksum-algorithm; NULL where it is absent. err S3_INVALID_REQUEST: an unknown one */
MUST_USE enum s3_err checksum_requested(struct req *r, const struct checksum **out);

#endif
