#include "auth/signature.h"

#include <assert.h>

#include "auth/credential_private.h"
#include "auth/post_signature.h"
#include "auth/sigv2.h"
#include "auth/sigv4.h"
#include "common/clock.h"
#include "common/encode.h"

#define ONE_MECHANISM                                                                                        \
	"Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string " \
	"parameter or the Authorization header should be specified"

static const char *const v4_parameters[] = { "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature" };
static const char *const v2_parameters[] = { "AWSAccessKeyId", "Signature" };

/* Headers that say one thing: given twice, two readers could see two values. */
static const char *const single_headers[] = { "Host", "Date", "x-amz-date", "x-amz-content-sha256",
	"x-amz-security-token", "x-amz-decoded-content-length", "x-amz-trailer", "x-amz-copy-source",
	"x-amz-metadata-directive", "x-amz-tagging-directive", "x-amz-storage-class", "x-amz-object-ownership" };

struct slice
credential_time(int64_t seconds, char out[CREDENTIAL_TIME_MAX])
{
	const size_t without_fraction = 19; /* "2013-05-24T00:00:00" */
	char text[CLOCK_TEXT_MAX];

	clock_format_iso8601(seconds * 1000000, text);
	memcpy(out, text, without_fraction);
	out[without_fraction] = 'Z';
	return slice_make(out, without_fraction + 1);
}

struct slice
credential_lower(TALLOC_CTX *mem, struct slice text)
{
	char *copy = slice_dup(mem, text);

	for (size_t i = 0; i < text.length; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] + ('a' - 'A'));
	return slice_make(copy, text.length);
}

const char *
credential_parameters(
    const struct auth_request *request, const char *const names[], size_t count, struct slice values[])
{
	for (size_t n = 0; n < count; n++) {
		bool seen = false;

		values[n] = SLICE("");
		for (size_t i = 0; i < request->parameters.count; i++) {
			const struct field *parameter = &request->parameters.items[i];

			if (!slice_equal(parameter->name, slice_from(names[n])))
				continue;
			if (seen)
				return names[n];
			seen = true;
			values[n] = parameter->value;
		}
	}
	return NULL;
}

bool
credential_signs(const struct credential *credential, struct slice header)
{
	struct slice rest = credential->private->signed_headers, name;

	while (slice_next(&rest, ';', &name))
		if (slice_equal_nocase(name, header))
			return true;
	return false;
}

enum s3_err
credential_check_skew(
    const struct auth_request *request, int64_t signed_at, struct slice as_sent, struct s3_refusal *why)
{
	char now[CREDENTIAL_TIME_MAX];

	if (signed_at >= request->now - SIGNATURE_SKEW_SECONDS &&
	    signed_at <= request->now + SIGNATURE_SKEW_SECONDS)
		return S3_OK;
	s3_refusal_detail(why, "RequestTime", as_sent);
	s3_refusal_detail(why, "ServerTime", credential_time(request->now, now));
	s3_refusal_detail(why, "MaxAllowedSkewMilliseconds", SLICE("900000"));
	return s3_refuse(why, S3_REQUEST_TIME_TOO_SKEWED, NULL);
}

enum s3_err
credential_not_in_time(
    const struct auth_request *request, int64_t expiry, const char *message, struct s3_refusal *why)
{
	char text[CREDENTIAL_TIME_MAX];

	s3_refusal_detail(why, "Expires", credential_time(expiry, text));
	s3_refusal_detail(why, "ServerTime", credential_time(request->now, text));
	return s3_refuse(why, S3_ACCESS_DENIED, "%s", message);
}

/* Key material goes with the request. */
static int
private_destroy(struct credential_private *private)
{
	cleanse(private->signing_key, sizeof(private->signing_key));
	return 0;
}

static struct credential *
credential_new(TALLOC_CTX *mem)
{
	struct credential *credential = talloc_zero(mem, struct credential);

	assert(credential != NULL);
	credential->private = talloc_zero(credential, struct credential_private);
	assert(credential->private != NULL);
	talloc_set_destructor(credential->private, private_destroy);
	return credential;
}

/* The first parameter of the request that is one of the names; NULL when there is none. */
static const struct field *
find_any(const struct fields *fields, const char *const names[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *found = fields_find(fields, names[i]);

		if (found != NULL)
			return found;
	}
	return NULL;
}

static enum s3_err
refuse_argument(struct s3_refusal *why, const struct field *argument, const char *message)
{
	s3_refusal_detail(why, "ArgumentName", argument->name);
	s3_refusal_detail(why, "ArgumentValue", argument->value);
	return s3_refuse(why, S3_INVALID_ARGUMENT, "%s", message);
}

/* A form is not signed as a request: what is outside of it proves nothing about it. */
static enum s3_err
find_form_kind(const struct auth_request *request, const struct field *outside, struct s3_refusal *why,
    enum credential_kind *kind)
{
	bool v4 = post_has_v4(request->form), v2 = post_has_v2(request->form);

	if (outside != NULL)
		return refuse_argument(why, outside,
		    "The credentials of a POST are fields of its form, not a header or query parameters.");
	if (v4 && v2)
		return s3_refuse(why, S3_INVALID_ARGUMENT,
		    "Only one auth mechanism allowed; the form has the fields of Signature Version 4 and of Version 2.");
	*kind = v4 ? CREDENTIAL_V4_FORM : v2 ? CREDENTIAL_V2_FORM : CREDENTIAL_NONE;
	return S3_OK;
}

/* One kind alone, or none: with two, one could be checked and the other believed. */
static enum s3_err
find_kind(const struct auth_request *request, struct s3_refusal *why, enum credential_kind *kind)
{
	const struct field *header = fields_find_nocase(&request->headers, "Authorization");
	const struct field *v4 = find_any(&request->parameters, v4_parameters, ARRAY_SIZE(v4_parameters));
	const struct field *v2 = find_any(&request->parameters, v2_parameters, ARRAY_SIZE(v2_parameters));
	size_t kinds = fields_count_nocase(&request->headers, "Authorization") + (v4 != NULL) + (v2 != NULL);

	*kind = CREDENTIAL_NONE;
	if (kinds > 1)
		return refuse_argument(why, header != NULL ? header : v2, ONE_MECHANISM);
	if (request->form != NULL)
		return find_form_kind(request, header != NULL ? header : v4 != NULL ? v4 : v2, why, kind);
	if (header != NULL)
		*kind = CREDENTIAL_V4_HEADER; /* or Version 2, as its first word says */
	else if (v4 != NULL)
		*kind = CREDENTIAL_V4_QUERY;
	else if (v2 != NULL)
		*kind = CREDENTIAL_V2_QUERY;
	return S3_OK;
}

static enum s3_err
check_single_headers(const struct auth_request *request, struct s3_refusal *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(single_headers); i++)
		if (fields_count_nocase(&request->headers, single_headers[i]) > 1)
			return s3_refuse(
			    why, S3_INVALID_REQUEST, "The header %s may be given only once.", single_headers[i]);
	return S3_OK;
}

/* "AWS4-HMAC-SHA256 …", "AWS …". */
static enum s3_err
read_authorization(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	const struct field *header = fields_find_nocase(&request->headers, "Authorization");
	struct slice scheme, rest = header->value;

	if (slice_trim(rest).length == 0)
		return s3_refuse(why, S3_ACCESS_DENIED, "The Authorization header is empty.");
	slice_next(&rest, ' ', &scheme);
	if (slice_equal(scheme, SLICE(SIGV4A_ALGORITHM)))
		return s3_refuse(
		    why, S3_NOT_IMPLEMENTED, "Signature Version 4A (" SIGV4A_ALGORITHM ") is not supported.");
	if (!slice_equal(scheme, SLICE(SIGV4_ALGORITHM)) && !slice_equal(scheme, SLICE("AWS")))
		return refuse_argument(why, header, "Unsupported Authorization Type");
	rest = slice_trim(rest);
	if (rest.length == 0)
		return refuse_argument(
		    why, header, "Authorization header is invalid -- one and only one ' ' (space) required");
	if (scheme.length > 3)
		return sigv4_read_header(credential, request, rest, why);
	credential->kind = CREDENTIAL_V2_HEADER;
	return sigv2_read_header(credential, request, rest, why);
}

static enum s3_err
read_signature(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	switch (credential->kind) {
	case CREDENTIAL_NONE:
		return S3_OK;
	case CREDENTIAL_V4_QUERY:
		return sigv4_read_query(credential, request, why);
	case CREDENTIAL_V2_QUERY:
		return sigv2_read_query(credential, request, why);
	case CREDENTIAL_V4_FORM:
	case CREDENTIAL_V2_FORM:
		return post_signature_read(credential, request, why);
	case CREDENTIAL_V4_HEADER:
	case CREDENTIAL_V2_HEADER:
		break;
	}
	return read_authorization(credential, request, why);
}

/* There are no temporary credentials here, so no token can be a good one. */
static enum s3_err
check_token(const struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	const struct field *header = fields_find_nocase(&request->headers, "x-amz-security-token");
	const struct field *parameter = fields_find_nocase(&request->parameters, "x-amz-security-token");

	if (credential->kind == CREDENTIAL_NONE)
		return S3_OK;
	if (request->form != NULL && fields_find_nocase(request->form, "x-amz-security-token") != NULL)
		return s3_refuse(why, S3_INVALID_TOKEN, NULL);
	if ((header != NULL && header->value.length > 0) || (parameter != NULL && parameter->value.length > 0))
		return s3_refuse(why, S3_INVALID_TOKEN, NULL);
	return S3_OK;
}

static bool
lists_aws_chunked(struct slice codings)
{
	struct slice coding;

	while (slice_next(&codings, ',', &coding))
		if (slice_equal_nocase(slice_trim(coding), SLICE("aws-chunked")))
			return true;
	return false;
}

static bool
is_aws_chunked(const struct auth_request *request)
{
	for (size_t i = 0; i < request->headers.count; i++)
		if (slice_equal_nocase(request->headers.items[i].name, SLICE("Content-Encoding")) &&
		    lists_aws_chunked(request->headers.items[i].value))
			return true;
	return false;
}

static enum s3_err
refuse_payload(struct slice value, struct s3_refusal *why)
{
	s3_refusal_detail(why, "ArgumentName", SLICE("x-amz-content-sha256"));
	s3_refusal_detail(why, "ArgumentValue", value);
	return s3_refuse(why, S3_X_AMZ_CONTENT_SHA256_INVALID, NULL);
}

/* The value of x-amz-content-sha256. */
static enum s3_err
read_payload(struct credential *credential, struct slice value, struct s3_refusal *why)
{
	static const struct {
		const char *value;
		enum payload_kind kind;
	} kinds[] = {
		{ "UNSIGNED-PAYLOAD", PAYLOAD_UNSIGNED },
		{ "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", PAYLOAD_CHUNKS_SIGNED },
		{ "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", PAYLOAD_CHUNKS_SIGNED_TRAILER },
		{ "STREAMING-UNSIGNED-PAYLOAD-TRAILER", PAYLOAD_CHUNKS_UNSIGNED_TRAILER },
	};

	if (slice_starts_with(value, SLICE("STREAMING-" SIGV4A_ALGORITHM)))
		return s3_refuse(
		    why, S3_NOT_IMPLEMENTED, "Signature Version 4A (" SIGV4A_ALGORITHM ") is not supported.");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (slice_equal(value, slice_from(kinds[i].value))) {
			credential->payload = kinds[i].kind;
			return S3_OK;
		}
	credential->payload = PAYLOAD_HASHED;
	if (!hex_decode(value, credential->payload_hash, sizeof(credential->payload_hash)))
		return refuse_payload(value, why);
	return S3_OK;
}

/* What the body is. Chunks are signed with Version 4's key, so nobody else can have signed any. */
static enum s3_err
read_body_kind(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	bool v4 = credential->kind == CREDENTIAL_V4_HEADER || credential->kind == CREDENTIAL_V4_QUERY;
	const struct field *header = fields_find_nocase(&request->headers, "x-amz-content-sha256");
	struct slice value = v4 ? credential->private->payload : header != NULL ? header->value : SLICE("");
	enum s3_err err;

	if (request->form != NULL) {
		credential->payload = PAYLOAD_UNSIGNED; /* the file's bytes are nobody's word */
		return S3_OK;
	}
	if (!v4 && header == NULL) {
		/* As botocore sends with no signature at all: the trailer's checksum alone. */
		credential->payload = is_aws_chunked(request) ? PAYLOAD_CHUNKS_UNSIGNED_TRAILER : PAYLOAD_UNSIGNED;
		return S3_OK;
	}
	err = read_payload(credential, value, why);
	if (err)
		return err;
	if (!v4 &&
	    (credential->payload == PAYLOAD_CHUNKS_SIGNED || credential->payload == PAYLOAD_CHUNKS_SIGNED_TRAILER))
		return s3_refuse(why, S3_INVALID_REQUEST, "Signed chunks need Signature Version 4.");
	if (credential->payload == PAYLOAD_UNSIGNED && is_aws_chunked(request))
		return s3_refuse(why, S3_INVALID_ARGUMENT,
		    "aws-chunked encoding is not supported when x-amz-content-sha256 UNSIGNED-PAYLOAD is supplied.");
	return S3_OK;
}

enum s3_err
credential_read(
    TALLOC_CTX *mem, const struct auth_request *request, struct s3_refusal *why, struct credential **out)
{
	struct credential *credential = credential_new(mem);
	enum s3_err err;

	*out = NULL;
	err = check_single_headers(request, why);
	if (!err)
		err = find_kind(request, why, &credential->kind);
	if (!err)
		err = read_signature(credential, request, why);
	if (!err)
		err = check_token(credential, request, why);
	if (!err)
		err = read_body_kind(credential, request, why);
	if (err)
		talloc_free(credential);
	else
		*out = credential;
	return err;
}

enum s3_err
credential_verify(
    struct credential *credential, const struct auth_request *request, struct slice secret, struct s3_refusal *why)
{
	enum s3_err err;

	assert(credential->kind != CREDENTIAL_NONE);
	credential->private->verified = false;
	if (credential->kind == CREDENTIAL_V4_HEADER || credential->kind == CREDENTIAL_V4_QUERY)
		err = sigv4_verify(credential, request, secret, why);
	else if (credential->kind == CREDENTIAL_V4_FORM || credential->kind == CREDENTIAL_V2_FORM)
		err = post_signature_verify(credential, request, secret, why);
	else
		err = sigv2_verify(credential, request, secret, why);
	credential->private->verified = err == S3_OK;
	return err;
}
