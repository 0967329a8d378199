/*
 * The Range header (RFC 9110 section 14), as S3 takes it: one range of bytes. Anything else, several ranges among them,
 * is ignored and gets the whole. Pure; any thread.
 */
#ifndef GATEWAY_RANGE_H
#define GATEWAY_RANGE_H

#include "common/slice.h"

enum range_verdict {
	RANGE_WHOLE,         /* no range that counts */
	RANGE_PART,          /* the bytes in *out */
	RANGE_UNSATISFIABLE, /* none of the bytes asked for is there */
};

struct byte_range {
	uint64_t offset;
	uint64_t length; /* never 0 with RANGE_PART */
};

/* What a Range header's value (empty: none) means for `size` bytes. *out is zero but with RANGE_PART. */
enum range_verdict range_parse(struct slice header, uint64_t size, struct byte_range *out);

#endif
