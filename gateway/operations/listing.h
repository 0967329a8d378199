/* What the listings of objects, versions and uploads have in common: how they are asked for, and how keys are written. */
#ifndef GATEWAY_OPERATIONS_LISTING_H
#define GATEWAY_OPERATIONS_LISTING_H

#include "gateway/operations/list_token.h"
#include "gateway/req.h"

#define LISTING_MAX 1000 /* entries of a page */

struct listing {
	struct slice prefix, delimiter; /* as they were given */
	uint64_t limit;                 /* at most LISTING_MAX */
	bool url_encoded;
};

/*
 * prefix, delimiter, encoding-type, and the limit, whose parameter is named `limit` ("max-keys").
 * err S3_INVALID_ARGUMENT
 */
MUST_USE enum s3_err listing_read(struct req *r, const char *limit, struct listing *out);

/*
 * A parameter that is text: what is not UTF-8 could neither match a key nor be written into the answer.
 * err S3_INVALID_ARGUMENT
 */
MUST_USE enum s3_err listing_read_text(struct req *r, const char *name, struct slice *out);

/* A parameter that is a number from 0 up; `otherwise` where it is absent. err S3_INVALID_ARGUMENT */
MUST_USE enum s3_err listing_read_number(struct req *r, const char *name, uint64_t otherwise, uint64_t *out);

/* encoding-type: "url", or none. err S3_INVALID_ARGUMENT */
MUST_USE enum s3_err listing_read_encoding(struct req *r, bool *url_encoded);

/* Whether a page may hold anything at all: not with a limit of 0, nor with a prefix that no key can have. */
bool listing_wants(const struct listing *l);

/* A marker inside a common prefix stands for all of it, for a page that ended with the prefix was continued there. */
struct list_position listing_position(const struct listing *l, struct slice marker);

/* <name>key</name>, as encoding-type asks. */
void listing_write_key(
    struct xml_writer *w, struct req *r, const struct listing *l, const char *name, struct slice key);

/* MaxKeys, Delimiter, EncodingType, IsTruncated. */
void listing_write_head(struct xml_writer *w, struct req *r, const struct listing *l, bool truncated);

/* Which checksums an object has, and of what type. */
void listing_write_checksums(struct xml_writer *w, const struct fields *checksums);

/* <CommonPrefixes> for each. */
void listing_write_prefixes(
    struct xml_writer *w, struct req *r, const struct listing *l, const struct slice *prefixes, size_t count);

#endif
