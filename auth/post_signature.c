#include "auth/post_signature.h"

#include "common/clock.h"
#include "common/encode.h"

/* S3 names a field so, however the form spells it. */
enum {
	ALGORITHM,
	CREDENTIAL,
	DATE,
	SIGNATURE,
	V4_FIELDS
};

static const char *const v4_names[V4_FIELDS] = {
	[ALGORITHM] = "X-Amz-Algorithm",
	[CREDENTIAL] = "X-Amz-Credential",
	[DATE] = "X-Amz-Date",
	[SIGNATURE] = "X-Amz-Signature",
};

#define V2_ACCESS_KEY "AWSAccessKeyId"
#define V2_SIGNATURE  "Signature"
#define POLICY        "policy"

static const struct sigv4_dialect form_dialect = { S3_INVALID_ARGUMENT, "", "" };

bool
post_has_v4(const struct fields *form)
{
	for (size_t i = 0; i < V4_FIELDS; i++)
		if (fields_find_nocase(form, v4_names[i]) != NULL)
			return true;
	return false;
}

bool
post_has_v2(const struct fields *form)
{
	return fields_find_nocase(form, V2_ACCESS_KEY) != NULL || fields_find_nocase(form, V2_SIGNATURE) != NULL;
}

static void
name_argument(struct s3_refusal *why, const char *name, struct slice value)
{
	s3_refusal_detail(why, "ArgumentName", slice_from(name));
	s3_refusal_detail(why, "ArgumentValue", value);
}

/* A field that must be there, and say something. */
static enum s3_err
take_field(const struct fields *form, const char *name, struct slice *value, struct s3_refusal *why)
{
	const struct field *field = fields_find_nocase(form, name);

	*value = field != NULL ? field->value : SLICE("");
	if (value->length > 0)
		return S3_OK;
	name_argument(why, name, *value);
	return s3_refuse(why, S3_INVALID_ARGUMENT,
	    "Bucket POST must contain a field named '%s'.  If it is specified, please check the order of the fields.",
	    name);
}

static enum s3_err
check_algorithm(struct slice algorithm, struct s3_refusal *why)
{
	if (slice_equal(algorithm, SLICE(SIGV4_ALGORITHM)))
		return S3_OK;
	if (slice_equal(algorithm, SLICE(SIGV4A_ALGORITHM)))
		return s3_refuse(
		    why, S3_NOT_IMPLEMENTED, "Signature Version 4A (" SIGV4A_ALGORITHM ") is not supported.");
	name_argument(why, v4_names[ALGORITHM], algorithm);
	return s3_refuse(why, S3_INVALID_ARGUMENT,
	    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
}

/* The policy says how long the form holds, but no longer than a signing key does. */
static enum s3_err
check_date(const struct auth_request *request, struct slice date, struct s3_refusal *why)
{
	int64_t signed_at;

	if (!clock_parse_amz(date, &signed_at)) {
		name_argument(why, v4_names[DATE], date);
		return s3_refuse(why, S3_INVALID_ARGUMENT, "X-Amz-Date must be formated via ISO8601 Long format");
	}
	if (signed_at > request->now)
		return credential_check_skew(request, signed_at, date, why);
	if (request->now - signed_at > SIGNATURE_EXPIRES_MAX)
		return s3_refuse(why, S3_ACCESS_DENIED, "Invalid according to Policy: Policy expired.");
	return S3_OK;
}

static enum s3_err
read_v4(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	struct credential_private *private = credential->private;
	struct slice values[V4_FIELDS];
	enum s3_err err = S3_OK;

	for (size_t i = 0; !err && i < V4_FIELDS; i++)
		err = take_field(request->form, v4_names[i], &values[i], why);
	if (!err)
		err = check_algorithm(values[ALGORITHM], why);
	if (err)
		return err;
	private->timestamp = values[DATE];
	private->signature = values[SIGNATURE];
	err = sigv4_read_scope(credential, request, values[CREDENTIAL], &form_dialect, why);
	if (!err)
		err = check_date(request, values[DATE], why);
	else
		name_argument(why, v4_names[CREDENTIAL], values[CREDENTIAL]);
	return err ? err : sigv4_check_day(private, &form_dialect, why);
}

static enum s3_err
read_v2(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	enum s3_err err = take_field(request->form, V2_ACCESS_KEY, &credential->access_key, why);

	if (!err)
		err = take_field(request->form, V2_SIGNATURE, &credential->private->signature, why);
	if (!err && credential->access_key.length > ACCESS_KEY_MAX) {
		name_argument(why, V2_ACCESS_KEY, slice_head(credential->access_key, ACCESS_KEY_MAX));
		err =
		    s3_refuse(why, S3_INVALID_ARGUMENT, "The access key is longer than %d bytes.", ACCESS_KEY_MAX);
	}
	return err;
}

enum s3_err
post_signature_read(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	enum s3_err err = credential->kind == CREDENTIAL_V4_FORM ? read_v4(credential, request, why)
								 : read_v2(credential, request, why);

	return err ? err : take_field(request->form, POLICY, &credential->private->payload, why);
}

/* The policy is signed as it was sent, before anything in it is believed. */
enum s3_err
post_signature_verify(
    struct credential *credential, const struct auth_request *request, struct slice secret, struct s3_refusal *why)
{
	struct credential_private *private = credential->private;
	char signature[SHA256_HEX + 1];
	struct slice expected;

	(void)request;
	if (credential->kind == CREDENTIAL_V4_FORM) {
		sigv4_signing_key(secret, private->scope_date, private->scope_region, private->signing_key);
		sigv4_sign(private->signing_key, private->payload, signature);
		expected = slice_make(signature, SHA256_HEX);
	} else {
		unsigned char hash[20];

		hmac_sha1(secret, private->payload, hash);
		expected = slice_from(base64_encode(private, slice_make(hash, sizeof(hash))));
	}
	if (equal_secret(expected, private->signature))
		return S3_OK;
	s3_refusal_detail(why, "AWSAccessKeyId", credential->access_key);
	s3_refusal_detail(why, "StringToSign", private->payload);
	s3_refusal_detail(why, "SignatureProvided", private->signature);
	return s3_refuse(why, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
}
