/* What the files behind body.h share: a body that is coming in, and what its headers say that it will be. */
#ifndef GATEWAY_BODY_PRIVATE_H
#define GATEWAY_BODY_PRIVATE_H

#include "auth/signature.h"
#include "gateway/body.h"
#include "gateway/checksum.h"
#include "gateway/form.h"

/* Between socket and payload: one is filled on the event loop while the other is worked off. */
struct buffer {
	char *bytes;
	size_t filled;
	size_t taken; /* of these, worked off: of a form that has come to its file */
};

struct body_intake {
	struct buffer filling;
	struct buffer draining;
	size_t capacity; /* of each */

	/* what the payload must come to */
	uint64_t payload_expected;
	bool payload_known; /* payload_expected counts */
	bool has_md5;
	unsigned char md5_expected[16];
	struct checksum_claim claim;

	/* what it has come to */
	uint64_t payload;
	struct chunk_decoder *decoder; /* NULL, as the next one: the body is the payload */
	struct form *form;
	struct digest *md5; /* the slowest: on the event loop, beside the worker, where the body is the payload */
	struct digest *sha256;
	struct digest *claimed; /* of the claim */
	struct digest *wanted;  /* besides */
	struct slice wanted_name;
	struct buf *document;
};

/* Whether the body holds the bytes of an object, or of a part of one. */
bool body_is_object(const struct req *r);

/* Whether the payload comes aws-chunked. */
bool body_is_chunked(const struct req *r);

/* The longest document of that kind, in bytes. */
size_t body_document_max(enum body_kind kind);

/*
 * Before any byte: read what the headers say of length, digest and checksum into the intake, and begin the digests.
 * err  S3_MISSING_CONTENT_LENGTH, S3_ENTITY_TOO_LARGE, S3_MAX_MESSAGE_LENGTH, S3_MALFORMED_XML, S3_INVALID_DIGEST,
 *      S3_INVALID_ARGUMENT, those of checksum_claimed
 */
MUST_USE enum s3_err body_expect(struct req *r);

/* Refusals of a size. */
enum s3_err body_document_too_long(struct req *r);
enum s3_err body_object_too_large(struct req *r, uint64_t size, uint64_t max);
enum s3_err body_object_too_small(struct req *r, uint64_t size);

#endif
