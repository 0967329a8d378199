/* An aws-chunked body for the tests, built and signed chunk by chunk. */
#ifndef TESTS_UNIT_AUTH_UPLOAD_H
#define TESTS_UNIT_AUTH_UPLOAD_H

#include <check.h>

#include "tests/unit/auth_request.h"

#define BODY_MAX (1 << 20)

/* A body to decode, and what is known of it beforehand. */
struct upload {
	TALLOC_CTX *mem;
	struct auth_request request;
	struct credential *credential;
	struct buf *body;
	char previous[SHA256_HEX + 1]; /* signature of the last chunk written */
};

/* The seed signature is checked first, as it is for every request. */
static inline void
upload_open(struct upload *u, const char *payload, const char *more_headers)
{
	struct s3_refusal why = { .mem = NULL };
	char *text;

	*u = (struct upload){ .mem = talloc_new(NULL) };
	why.mem = u->mem;
	text = talloc_asprintf(u->mem,
	    "PUT /examplebucket/chunkObject.txt HTTP/1.1\nHost: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\n"
	    "x-amz-content-sha256: %s\n%sAuthorization: AWS4-HMAC-SHA256 Credential=" TEST_ACCESS_KEY
	    "/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;"
	    "x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,"
	    "Signature=0\n\n",
	    payload, more_headers);
	ck_assert(test_request_read(u->mem, slice_from(text), &u->request));
	u->request.now = test_request_time(&u->request);
	ck_assert_int_eq(credential_read(u->mem, &u->request, &why, &u->credential), S3_OK);
	ck_assert(test_sign_v4(u->mem, u->credential, &u->request));
	ck_assert_int_eq(credential_verify(u->credential, &u->request, SLICE(TEST_SECRET_KEY), &why), S3_OK);
	memcpy(u->previous, u->credential->private->signature.data, SHA256_HEX);
	u->body = buf_new(u->mem, BODY_MAX);
}

static inline void
upload_sign(struct upload *u, const char *algorithm, const char *hashes)
{
	const struct credential_private *private = u->credential->private;
	char *to_sign = talloc_asprintf(u->mem, "%s\n%.*s\n%.*s\n%s\n%s", algorithm, SLICE_ARG(private->timestamp),
	    SLICE_ARG(private->scope), u->previous, hashes);

	sigv4_sign(private->signing_key, slice_from(to_sign), u->previous);
}

static inline void
upload_sign_chunk(struct upload *u, struct slice data)
{
	char empty[SHA256_HEX + 1], hash[SHA256_HEX + 1];

	sigv4_hash(SLICE(""), empty);
	sigv4_hash(data, hash);
	upload_sign(u, "AWS4-HMAC-SHA256-PAYLOAD", talloc_asprintf(u->mem, "%s\n%s", empty, hash));
}

static inline void
upload_add(struct upload *u, struct slice data)
{
	bool is_signed = u->credential->payload != PAYLOAD_CHUNKS_UNSIGNED_TRAILER;

	buf_printf(u->body, "%zx", data.length);
	if (is_signed) {
		upload_sign_chunk(u, data);
		buf_printf(u->body, ";chunk-signature=%s", u->previous);
	}
	buf_append_string(u->body, "\r\n");
	buf_append(u->body, data);
	if (data.length > 0)
		buf_append_string(u->body, "\r\n");
}

static inline void
upload_add_trailer(struct upload *u, const char *name, const char *value, const char *line_end, const char *gap)
{
	char hash[SHA256_HEX + 1];

	buf_printf(u->body, "%s:%s%s%s", name, value, line_end, gap);
	if (u->credential->payload == PAYLOAD_CHUNKS_UNSIGNED_TRAILER)
		return;
	sigv4_hash(slice_from(talloc_asprintf(u->mem, "%s:%s\n", name, value)), hash);
	upload_sign(u, "AWS4-HMAC-SHA256-TRAILER", hash);
	buf_printf(u->body, "x-amz-trailer-signature:%s\r\n", u->previous);
}

#endif
