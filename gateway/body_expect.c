#include "gateway/body_private.h"

#include <assert.h>

#include "auth/policy.h"
#include "common/encode.h"
#include "gateway/req.h"

bool
body_is_object(const struct req *r)
{
	enum body_kind kind = r->operation->body;

	return kind == BODY_STREAM || kind == BODY_PART || kind == BODY_FORM;
}

bool
body_is_chunked(const struct req *r)
{
	enum payload_kind kind = r->credential->payload;

	return kind != PAYLOAD_UNSIGNED && kind != PAYLOAD_HASHED;
}

size_t
body_document_max(enum body_kind kind)
{
	static const size_t maxima[] = {
		[BODY_XML] = BODY_XML_MAX,
		[BODY_CORS] = BODY_XML_MAX,
		[BODY_DELETE] = BODY_DELETE_MAX,
		[BODY_COMPLETE] = BODY_COMPLETE_MAX,
		[BODY_POLICY] = POLICY_DOCUMENT_MAX,
	};

	assert(kind < ARRAY_SIZE(maxima) && maxima[kind] > 0);
	return maxima[kind];
}

enum s3_err
body_document_too_long(struct req *r)
{
	enum body_kind kind = r->operation->body;
	enum s3_err err = kind == BODY_CORS     ? S3_MALFORMED_XML
			  : kind == BODY_POLICY ? S3_MALFORMED_POLICY
						: S3_MAX_MESSAGE_LENGTH;

	return req_refuse(r, err, "The document is longer than %zu bytes.", body_document_max(kind));
}

enum s3_err
body_object_too_large(struct req *r, uint64_t size, uint64_t max)
{
	req_refuse(r, S3_ENTITY_TOO_LARGE, NULL);
	s3_refusal_detail(
	    &r->refusal, "ProposedSize", slice_from(talloc_asprintf(r, "%llu", (unsigned long long)size)));
	s3_refusal_detail(
	    &r->refusal, "MaxSizeAllowed", slice_from(talloc_asprintf(r, "%llu", (unsigned long long)max)));
	return S3_ENTITY_TOO_LARGE;
}

enum s3_err
body_object_too_small(struct req *r, uint64_t size)
{
	req_refuse(r, S3_ENTITY_TOO_SMALL, NULL);
	s3_refusal_detail(
	    &r->refusal, "ProposedSize", slice_from(talloc_asprintf(r, "%llu", (unsigned long long)size)));
	s3_refusal_detail(&r->refusal, "MinSizeAllowed",
	    slice_from(talloc_asprintf(r, "%llu", (unsigned long long)r->body.size_min)));
	return S3_ENTITY_TOO_SMALL;
}

/* The form's length says how long its file will be, give or take what may follow it. */
static enum s3_err
expect_file(struct req *r)
{
	struct body_intake *in = r->body.intake;
	uint64_t size = form_file_length(in->form, r->body.content_length);

	in->payload_expected = size;
	if (size > FORM_TAIL_MAX && size - FORM_TAIL_MAX > r->body.size_max)
		return body_object_too_large(r, size, r->body.size_max);
	return S3_OK;
}

/* How long the payload will be: of an aws-chunked body that is not the body's length. */
static enum s3_err
expect_length(struct req *r)
{
	struct body_intake *in = r->body.intake;

	if (in->form)
		return expect_file(r);
	if (body_is_chunked(r)) {
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
	if (body_is_object(r)) {
		if (!in->payload_known)
			return req_refuse(r, S3_MISSING_CONTENT_LENGTH, NULL);
		if (in->payload_expected > OBJECT_SIZE_MAX)
			return body_object_too_large(r, in->payload_expected, OBJECT_SIZE_MAX);
	} else if (in->payload_known && in->payload_expected > body_document_max(r->operation->body))
		return body_document_too_long(r);
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
	else if (body_is_object(r) && r->operation->body != BODY_PART && wanted == NULL)
		wanted = checksum_default;
	if (wanted != NULL && wanted != in->claim.checksum) {
		in->wanted = digest_new(r, wanted->kind);
		in->wanted_name = slice_from(wanted->name);
	}
	return S3_OK;
}

enum s3_err
body_expect(struct req *r)
{
	struct body_intake *in = r->body.intake;
	enum s3_err err;

	if ((err = expect_md5(r)) != S3_OK || (err = expect_length(r)) != S3_OK ||
	    (err = expect_checksum(r)) != S3_OK)
		return err;
	if (r->credential->payload == PAYLOAD_HASHED)
		in->sha256 = digest_new(r, DIGEST_SHA256);
	if (body_is_object(r) || in->has_md5)
		in->md5 = digest_new(r, DIGEST_MD5);
	return S3_OK;
}
