#include "gateway/body.h"

#include <assert.h>

#include "common/encode.h"
#include "gateway/checksum.h"
#include "gateway/req.h"

#define BUFFER_MAX (256 * 1024) /* bytes between two looks: small enough to stay in a processor's cache */

/* Between socket and payload: one is filled on the event loop while the other is worked off. */
struct buffer {
	char *bytes;
	size_t filled;
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
	struct chunk_decoder *decoder; /* NULL: the body is the payload */
	struct digest *md5; /* the slowest: on the event loop, beside the worker, where the body is the payload */
	struct digest *sha256;
	struct digest *claimed; /* of the claim */
	struct digest *wanted;  /* besides */
	struct slice wanted_name;
	struct buf *document;
};

enum s3_err
body_read_headers(struct req *r)
{
	struct slice expect = req_header(r, "expect");

	r->body.has_length = req_has_header(r, "content-length");
	r->body.chunked = req_has_header(r, "transfer-encoding");
	r->body.expects_continue = slice_equal_nocase(expect, SLICE("100-continue"));
	if (r->body.has_length &&
	    !slice_to_number(req_header(r, "content-length"), INT64_MAX, &r->body.content_length))
		return req_refuse(r, S3_INVALID_REQUEST, "Content-Length is no length: '%.*s'",
		    SLICE_ARG(slice_head(req_header(r, "content-length"), 64)));
	return S3_OK;
}

static bool
is_chunked_payload(enum payload_kind kind)
{
	return kind != PAYLOAD_UNSIGNED && kind != PAYLOAD_HASHED;
}

static bool
is_stream(const struct req *r)
{
	return r->operation->body == BODY_STREAM || r->operation->body == BODY_PART;
}

static size_t
document_max(enum body_kind kind)
{
	switch (kind) {
	case BODY_DELETE:
		return BODY_DELETE_MAX;
	case BODY_COMPLETE:
		return BODY_COMPLETE_MAX;
	default:
		return BODY_XML_MAX;
	}
}

static enum s3_err
document_too_long(struct req *r)
{
	enum body_kind kind = r->operation->body;

	return req_refuse(r, kind == BODY_CORS ? S3_MALFORMED_XML : S3_MAX_MESSAGE_LENGTH,
	    "The document is longer than %zu bytes.", document_max(kind));
}

static enum s3_err
object_too_large(struct req *r, uint64_t size)
{
	req_refuse(r, S3_ENTITY_TOO_LARGE, NULL);
	s3_refusal_detail(
	    &r->refusal, "ProposedSize", slice_from(talloc_asprintf(r, "%llu", (unsigned long long)size)));
	s3_refusal_detail(&r->refusal, "MaxSizeAllowed",
	    slice_from(talloc_asprintf(r, "%llu", (unsigned long long)OBJECT_SIZE_MAX)));
	return S3_ENTITY_TOO_LARGE;
}

/* How long the payload will be: of an aws-chunked body that is not the body's length. */
static enum s3_err
expect_length(struct req *r)
{
	struct body_intake *in = r->body.intake;

	if (is_chunked_payload(r->credential->payload)) {
		struct slice decoded = req_header(r, "x-amz-decoded-content-length");

		if (decoded.length == 0)
			return req_refuse(r, S3_MISSING_CONTENT_LENGTH, NULL);
		if (!slice_to_number(decoded, INT64_MAX, &in->payload_expected))
			return req_refuse(r, S3_INVALID_ARGUMENT,
			    "x-amz-decoded-content-length is no length: '%.*s'",
			    SLICE_ARG(slice_head(decoded, 64)));
		in->payload_known = true;
	} else if (r->body.has_length) {
		in->payload_expected = r->body.content_length;
		in->payload_known = true;
	}
	if (is_stream(r)) {
		if (!in->payload_known)
			return req_refuse(r, S3_MISSING_CONTENT_LENGTH, NULL);
		if (in->payload_expected > OBJECT_SIZE_MAX)
			return object_too_large(r, in->payload_expected);
	} else if (in->payload_known && in->payload_expected > document_max(r->operation->body))
		return document_too_long(r);
	return S3_OK;
}

static enum s3_err
expect_md5(struct req *r)
{
	struct body_intake *in = r->body.intake;
	struct slice header = req_header(r, "content-md5");
	size_t length;

	if (!req_has_header(r, "content-md5"))
		return S3_OK;
	if (!base64_decode(header, in->md5_expected, sizeof(in->md5_expected), &length) || length != 16) {
		s3_refusal_detail(&r->refusal, "Content-MD5", slice_head(header, 256));
		return req_refuse(r, S3_INVALID_DIGEST, NULL);
	}
	in->has_md5 = true;
	return S3_OK;
}

/* Of a document that names an object's checksum, the headers speak of that object. */
static enum s3_err
expect_checksum(struct req *r)
{
	struct body_intake *in = r->body.intake;
	const struct checksum *wanted = r->body.wanted;
	enum s3_err err;

	if (r->operation->body == BODY_COMPLETE)
		return S3_OK;
	if ((err = checksum_claimed(r, &in->claim)) != S3_OK)
		return err;
	if (in->claim.checksum != NULL)
		in->claimed = digest_new(r, in->claim.checksum->kind);
	else if (r->operation->body == BODY_STREAM && wanted == NULL)
		wanted = checksum_default;
	if (wanted != NULL && wanted != in->claim.checksum) {
		in->wanted = digest_new(r, wanted->kind);
		in->wanted_name = slice_from(wanted->name);
	}
	return S3_OK;
}

/* Room for what is on its way, but never more than BUFFER_MAX. */
static void
make_room(struct req *r)
{
	struct body_intake *in = r->body.intake;
	bool short_body = r->body.has_length && r->body.content_length < BUFFER_MAX;

	in->capacity = short_body ? (size_t)r->body.content_length : BUFFER_MAX;
	in->filling.bytes = talloc_size(in, in->capacity + 1);
	in->draining.bytes = short_body ? NULL : talloc_size(in, in->capacity);
	if (r->operation->body == BODY_STREAM)
		r->body.content = content_new(r->gateway->catalog, r, r->bucket);
	else
		in->document = buf_new(in, document_max(r->operation->body));
}

enum s3_err
body_begin(struct req *r)
{
	struct body_intake *in;
	enum s3_err err;

	if (r->operation->body == BODY_NONE) {
		if (r->body.content_length > BODY_DISCARD_MAX)
			return req_refuse(r, S3_UNEXPECTED_CONTENT, NULL);
		return S3_OK;
	}
	r->body.intake = in = talloc_zero(r, struct body_intake);
	if ((err = expect_md5(r)) != S3_OK || (err = expect_length(r)) != S3_OK ||
	    (err = expect_checksum(r)) != S3_OK)
		return err;
	if (is_chunked_payload(r->credential->payload))
		in->decoder =
		    chunk_decoder_new(r, r->credential, in->payload_expected, req_header(r, "x-amz-trailer"));
	if (r->credential->payload == PAYLOAD_HASHED)
		in->sha256 = digest_new(r, DIGEST_SHA256);
	if (is_stream(r) || in->has_md5)
		in->md5 = digest_new(r, DIGEST_MD5);
	make_room(r);
	return S3_OK;
}

size_t
body_feed(struct req *r, struct slice piece)
{
	struct body_intake *in = r->body.intake;
	size_t length = piece.length;

	if (in) {
		struct buffer *buffer = &in->filling;

		if (length > in->capacity - buffer->filled)
			length = in->capacity - buffer->filled;
		memcpy(buffer->bytes + buffer->filled, piece.data, length);
		buffer->filled += length;
		if (in->md5 && !in->decoder)
			digest_update(in->md5, slice_head(piece, length));
	}
	r->body.received += length;
	return length;
}

void
body_turn(struct req *r)
{
	struct body_intake *in = r->body.intake;
	struct buffer filled;

	if (!in)
		return;
	assert(in->draining.filled == 0);
	filled = in->filling;
	in->filling = in->draining;
	in->draining = filled;
}

bool
body_waits(const struct req *r)
{
	const struct body_intake *in = r->body.intake;
	bool commits;

	if (!in || !r->body.content)
		return false;
	commits = r->operation->body == BODY_PART || in->payload_expected > catalog_inline_max(r->gateway->catalog);
	return commits && (r->body.complete || in->draining.filled > 0);
}

static enum s3_err
take_payload(struct req *r, struct slice payload)
{
	struct body_intake *in = r->body.intake;

	in->payload += payload.length;
	if (in->payload_known && in->payload > in->payload_expected)
		return req_refuse(r, S3_INCOMPLETE_BODY, "The body is longer than announced.");
	if (in->md5 && in->decoder)
		digest_update(in->md5, payload);
	if (in->sha256)
		digest_update(in->sha256, payload);
	if (in->claimed)
		digest_update(in->claimed, payload);
	if (in->wanted)
		digest_update(in->wanted, payload);
	if (r->body.content)
		return req_refuse_store(r, content_append(r->body.content, payload));
	buf_append(in->document, payload);
	return buf_overflowed(in->document) ? document_too_long(r) : S3_OK;
}

static enum s3_err
take_buffer(struct req *r)
{
	struct body_intake *in = r->body.intake;
	struct slice input = slice_make(in->draining.bytes, in->draining.filled);
	enum s3_err err = S3_OK;

	in->draining.filled = 0;
	if (!in->decoder)
		return input.length ? take_payload(r, input) : S3_OK;
	while (err == S3_OK && input.length > 0) {
		struct slice output = { NULL, 0 };

		err = chunk_decode(in->decoder, &input, &output, &r->refusal);
		if (err == S3_OK && output.length > 0)
			err = take_payload(r, output);
	}
	return err;
}

static enum s3_err
check_md5(struct req *r)
{
	struct body_intake *in = r->body.intake;
	unsigned char value[DIGEST_MAX];

	if (!in->md5)
		return S3_OK;
	digest_final(in->md5, value);
	memcpy(r->body.md5, value, sizeof(r->body.md5));
	if (!in->has_md5 || memcmp(value, in->md5_expected, sizeof(in->md5_expected)) == 0)
		return S3_OK;
	s3_refusal_detail(&r->refusal, "ExpectedDigest", req_header(r, "content-md5"));
	s3_refusal_detail(&r->refusal, "CalculatedDigest", slice_from(base64_encode(r, slice_make(value, 16))));
	return req_refuse(r, S3_BAD_DIGEST, "The Content-MD5 you specified did not match what we received.");
}

/* The value of a digest as a checksum of the payload. */
static struct slice
add_checksum(struct req *r, struct slice name, struct digest *digest)
{
	unsigned char value[DIGEST_MAX];
	size_t length = digest_final(digest, value);
	struct slice found = slice_from(base64_encode(r, slice_make(value, length)));

	fields_add(r, &r->body.checksums, name, found);
	return found;
}

static enum s3_err
check_checksums(struct req *r, struct slice trailer_value)
{
	struct body_intake *in = r->body.intake;

	if (in->claimed) {
		struct slice expected = in->claim.value.length > 0 ? in->claim.value : trailer_value;
		const char *name = in->claim.checksum->name;

		if (!slice_equal(expected, add_checksum(r, slice_from(name), in->claimed)))
			return req_refuse(
			    r, S3_BAD_DIGEST, "The %s you specified did not match the calculated checksum.", name);
	}
	if (in->wanted)
		add_checksum(r, in->wanted_name, in->wanted);
	return S3_OK;
}

static enum s3_err
check_sha256(struct req *r)
{
	struct body_intake *in = r->body.intake;
	unsigned char value[DIGEST_MAX];
	struct slice announced = req_header(r, "x-amz-content-sha256");

	if (!in->sha256)
		return S3_OK;
	digest_final(in->sha256, value);
	if (memcmp(value, r->credential->payload_hash, sizeof(r->credential->payload_hash)) == 0)
		return S3_OK;
	s3_refusal_detail(&r->refusal, "ClientComputedContentSHA256", slice_head(announced, 64));
	s3_refusal_detail(
	    &r->refusal, "S3ComputedContentSHA256", slice_from(hex_encode(r, slice_make(value, sizeof(value)))));
	return req_refuse(r, S3_X_AMZ_CONTENT_SHA256_MISMATCH, NULL);
}

static enum s3_err
finish(struct req *r)
{
	struct body_intake *in = r->body.intake;
	struct slice trailer_value = { NULL, 0 };
	enum s3_err err = S3_OK;

	if (in->decoder)
		err = chunk_decoder_finish(in->decoder, &trailer_value, &r->refusal);
	if (err == S3_OK && in->payload_known && in->payload != in->payload_expected)
		err = req_refuse(r, S3_INCOMPLETE_BODY, NULL);
	if (err != S3_OK || (err = check_md5(r)) != S3_OK || (err = check_checksums(r, trailer_value)) != S3_OK ||
	    (err = check_sha256(r)) != S3_OK)
		return err;
	if (r->body.content)
		return req_refuse_store(r, content_finish(r->body.content));
	r->body.document = buf_slice(in->document);
	return S3_OK;
}

enum s3_err
body_advance(struct req *r, bool *more)
{
	enum s3_err err = r->body.intake ? take_buffer(r) : S3_OK;

	*more = err == S3_OK && !r->body.complete;
	if (err == S3_OK && !*more && r->body.intake)
		err = finish(r);
	return err;
}
