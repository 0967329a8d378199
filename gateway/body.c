#include "gateway/body_private.h"

#include <assert.h>

#include "common/encode.h"
#include "gateway/req.h"

#define BUFFER_MAX (256 * 1024) /* bytes between two looks: small enough to stay in a processor's cache */

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

/* Room for what is on its way, but never more than BUFFER_MAX. */
static void
make_room(struct req *r)
{
	struct body_intake *in = r->body.intake;
	bool short_body = r->body.has_length && r->body.content_length < BUFFER_MAX;

	in->capacity = short_body ? (size_t)r->body.content_length : BUFFER_MAX;
	in->filling.bytes = talloc_size(in, in->capacity + 1);
	in->draining.bytes = short_body ? NULL : talloc_size(in, in->capacity);
}

enum s3_err
body_begin_form(struct req *r, struct slice boundary)
{
	if (!r->body.has_length)
		return req_refuse(r, S3_MISSING_CONTENT_LENGTH, NULL);
	if (r->body.content_length > OBJECT_SIZE_MAX + FORM_HEAD_MAX + FORM_TAIL_MAX)
		return body_object_too_large(r, r->body.content_length, OBJECT_SIZE_MAX);
	r->body.intake = talloc_zero(r, struct body_intake);
	r->body.intake->form = form_new(r, boundary);
	make_room(r);
	return S3_OK;
}

enum s3_err
body_take_form(struct req *r, bool *more, const struct form **form)
{
	struct body_intake *in = r->body.intake;
	struct slice input = slice_make(in->draining.bytes, in->draining.filled), none;
	enum s3_err err = S3_OK;

	while (err == S3_OK && input.length > 0 && !form_head_complete(in->form))
		err = form_feed(in->form, &input, &none, &r->refusal);
	*form = in->form;
	*more = err == S3_OK && !form_head_complete(in->form);
	in->draining.taken = in->draining.filled - input.length;
	if (!*more)
		return err;
	in->draining = (struct buffer){ .bytes = in->draining.bytes };
	return r->body.complete ? form_finish(in->form, &r->refusal) : S3_OK;
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
	if (r->body.intake == NULL) {
		r->body.intake = talloc_zero(r, struct body_intake);
		make_room(r);
	}
	in = r->body.intake;
	if ((err = body_expect(r)) != S3_OK)
		return err;
	if (body_is_chunked(r))
		in->decoder =
		    chunk_decoder_new(r, r->credential, in->payload_expected, req_header(r, "x-amz-trailer"));
	if (r->operation->body == BODY_PART)
		r->body.content = content_new_part(r->gateway->catalog, r, r->bucket, r->target.key);
	else if (body_is_object(r))
		r->body.content = content_new(r->gateway->catalog, r, r->bucket, r->target.key);
	else
		in->document = buf_new(in, body_document_max(r->operation->body));
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
		if (!in->form && !in->decoder && in->md5)
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
	if (in->form && in->payload > r->body.size_max)
		return S3_OK; /* counted to the buffer's end, and kept no more */
	if (in->md5 && (in->decoder || in->form))
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
	return buf_overflowed(in->document) ? body_document_too_long(r) : S3_OK;
}

static enum s3_err
take_encoded(struct req *r, struct slice input)
{
	struct body_intake *in = r->body.intake;
	enum s3_err err = S3_OK;

	while (err == S3_OK && input.length > 0) {
		struct slice output = { NULL, 0 };

		err = in->form ? form_feed(in->form, &input, &output, &r->refusal)
			       : chunk_decode(in->decoder, &input, &output, &r->refusal);
		if (err == S3_OK && output.length > 0)
			err = take_payload(r, output);
	}
	if (err == S3_OK && in->form && in->payload > r->body.size_max)
		return body_object_too_large(r, in->payload, r->body.size_max);
	return err;
}

static enum s3_err
take_buffer(struct req *r)
{
	struct body_intake *in = r->body.intake;
	struct slice input = slice_skip(slice_make(in->draining.bytes, in->draining.filled), in->draining.taken);

	in->draining = (struct buffer){ .bytes = in->draining.bytes };
	if (input.length == 0)
		return S3_OK;
	return in->decoder || in->form ? take_encoded(r, input) : take_payload(r, input);
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
	if (in->form)
		err = form_finish(in->form, &r->refusal);
	if (err == S3_OK && in->form && in->payload < r->body.size_min)
		err = body_object_too_small(r, in->payload);
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
