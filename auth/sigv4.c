#include "auth/sigv4.h"

#include <assert.h>
#include <inttypes.h>

#include "common/clock.h"

#define MALFORMED      "The authorization header is malformed; "
#define BAD_CREDENTIAL "Error parsing the X-Amz-Credential parameter; "

static const struct sigv4_dialect header_dialect = { S3_AUTH_HEADER_MALFORMED, MALFORMED, MALFORMED };
static const struct sigv4_dialect query_dialect = { S3_AUTH_QUERY_MALFORMED, BAD_CREDENTIAL, "" };

void
sigv4_hex(const unsigned char *bytes, size_t length, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * length] = '\0';
}

void
sigv4_hash(struct slice bytes, char out[SHA256_HEX + 1])
{
	unsigned char hash[DIGEST_MAX];

	digest_of(DIGEST_SHA256, bytes, hash);
	sigv4_hex(hash, SHA256_HEX / 2, out);
}

/* Take the last part of *rest behind a "/". */
static bool
take_last(struct slice *rest, struct slice *part)
{
	const char *slash = rest->length > 0 ? memrchr(rest->data, '/', rest->length) : NULL;

	if (slash == NULL)
		return false;
	*part = slice_skip(*rest, (size_t)(slash - rest->data) + 1);
	*rest = slice_head(*rest, (size_t)(slash - rest->data));
	return true;
}

static bool
is_day(struct slice date)
{
	uint64_t number;

	return date.length == 8 && slice_to_number(date, 99991231, &number);
}

static enum s3_err
check_region(const struct auth_request *request, struct slice region, const struct sigv4_dialect *dialect,
    struct s3_refusal *why)
{
	if (request->region.length == 0 || slice_equal(region, request->region))
		return S3_OK;
	s3_refusal_detail(why, "Region", request->region);
	return s3_refuse(why, dialect->err, "%sthe region '%.*s' is wrong; expecting '%.*s'", dialect->scope,
	    SLICE_ARG(region), SLICE_ARG(request->region));
}

enum s3_err
sigv4_read_scope(struct credential *credential, const struct auth_request *request, struct slice text,
    const struct sigv4_dialect *dialect, struct s3_refusal *why)
{
	struct credential_private *private = credential->private;
	struct slice rest = text, terminal, service;

	if (!take_last(&rest, &terminal) || !take_last(&rest, &service) ||
	    !take_last(&rest, &private->scope_region) || !take_last(&rest, &private->scope_date))
		return s3_refuse(why, dialect->err,
		    "%sthe Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
		    dialect->scope);
	if (rest.length == 0 || rest.length > ACCESS_KEY_MAX)
		return s3_refuse(why, dialect->err,
		    "%sa non-empty Access Key (AKID) must be provided in the credential.", dialect->scope);
	if (!slice_equal(terminal, SLICE("aws4_request")))
		return s3_refuse(why, dialect->err,
		    "%sincorrect terminal \"%.*s\". This endpoint uses \"aws4_request\".", dialect->scope,
		    SLICE_ARG(terminal));
	if (!slice_equal(service, SLICE("s3")))
		return s3_refuse(why, dialect->err,
		    "%sincorrect service \"%.*s\". This endpoint belongs to \"s3\".", dialect->scope,
		    SLICE_ARG(service));
	if (!is_day(private->scope_date))
		return s3_refuse(why, dialect->err,
		    "%sincorrect date format \"%.*s\". This date in the credential must be in the format "
		    "\"yyyyMMdd\".",
		    dialect->scope, SLICE_ARG(private->scope_date));
	credential->access_key = rest;
	private->scope = slice_skip(text, rest.length + 1);
	return check_region(request, private->scope_region, dialect, why);
}

enum s3_err
sigv4_check_day(
    const struct credential_private *private, const struct sigv4_dialect *dialect, struct s3_refusal *why)
{
	struct slice day = slice_head(private->timestamp, 8);

	if (slice_equal(private->scope_date, day))
		return S3_OK;
	return s3_refuse(why, dialect->err,
	    "%sInvalid credential date \"%.*s\". This date is not the same as X-Amz-Date: \"%.*s\".", dialect->day,
	    SLICE_ARG(private->scope_date), SLICE_ARG(day));
}

static bool
header_is(const struct field *header, const char *name)
{
	return slice_equal_nocase(header->name, slice_from(name));
}

/*
 * Must the signature cover that header? What asks S3 to do something, x-amz-*, must; x-amz-content-sha256 is covered
 * by the canonical request's last line. A presigned URL is used by others than its signer, who bound Content-MD5 to a
 * body, and If-Range to a Range.
 */
static bool
must_be_signed(const struct credential *credential, const struct field *header)
{
	if (header_is(header, "host"))
		return true;
	if (slice_equal_nocase(slice_head(header->name, 6), SLICE("x-amz-")))
		return !header_is(header, "x-amz-content-sha256");
	if (credential->kind != CREDENTIAL_V4_QUERY)
		return false;
	return header_is(header, "content-md5") ||
	       (header_is(header, "if-range") && credential_signs(credential, SLICE("range")));
}

static void
add_name(struct buf *list, struct slice name)
{
	if (buf_slice(list).length > 0)
		buf_append_string(list, ", ");
	buf_append(list, name);
}

static enum s3_err
check_signed_headers(
    const struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	struct buf *missing = buf_new(credential->private, 1024);
	struct slice rest = credential->private->signed_headers, name;
	size_t count = 0;

	while (slice_next(&rest, ';', &name))
		count++;
	if (count > SIGNED_HEADERS_MAX)
		return s3_refuse(
		    why, S3_REQUEST_HEADER_TOO_LARGE, "More than %d signed headers.", SIGNED_HEADERS_MAX);
	if (!credential_signs(credential, SLICE("host")))
		add_name(missing, SLICE("host"));
	for (size_t i = 0; i < request->headers.count; i++) {
		const struct field *header = &request->headers.items[i];

		if (!header_is(header, "host") && must_be_signed(credential, header) &&
		    !credential_signs(credential, header->name))
			add_name(missing, credential_lower(credential->private, header->name));
	}
	if (buf_slice(missing).length == 0)
		return S3_OK;
	s3_refusal_detail(why, "HeadersNotSigned", buf_slice(missing));
	return s3_refuse(why, S3_ACCESS_DENIED, "There were headers present in the request which were not signed");
}

/* One "Name=value" of the Authorization header. */
static enum s3_err
read_component(struct slice component, struct slice *credential, struct slice *signed_headers,
    struct slice *signature, struct s3_refusal *why)
{
	struct slice rest = component, name, *value = NULL;

	slice_next(&rest, '=', &name);
	if (slice_equal(name, SLICE("Credential")))
		value = credential;
	else if (slice_equal(name, SLICE("SignedHeaders")))
		value = signed_headers;
	else if (slice_equal(name, SLICE("Signature")))
		value = signature;
	if (value == NULL || value->length > 0 || rest.length == 0)
		return s3_refuse(why, S3_AUTH_HEADER_MALFORMED,
		    MALFORMED "the authorization component \"%.*s\" is malformed.", SLICE_ARG(name));
	*value = rest;
	return S3_OK;
}

static enum s3_err
read_components(
    struct slice components, struct slice *scope, struct credential_private *private, struct s3_refusal *why)
{
	struct slice component;
	enum s3_err err;

	while (slice_next(&components, ',', &component)) {
		err = read_component(
		    slice_trim(component), scope, &private->signed_headers, &private->signature, why);
		if (err)
			return err;
	}
	if (scope->length == 0)
		return s3_refuse(why, S3_AUTH_HEADER_MALFORMED, MALFORMED "missing Credential.");
	if (private->signed_headers.length == 0)
		return s3_refuse(why, S3_AUTH_HEADER_MALFORMED, MALFORMED "missing SignedHeaders.");
	if (private->signature.length == 0)
		return s3_refuse(why, S3_AUTH_HEADER_MALFORMED, MALFORMED "missing Signature.");
	return S3_OK;
}

/* A time in the form of the string to sign; Date may be in that of mails. */
static bool
parse_time(struct credential_private *private, struct slice text, int64_t *seconds)
{
	char formatted[CLOCK_TEXT_MAX];

	if (clock_parse_amz(text, seconds)) {
		private->timestamp = text;
		return true;
	}
	if (!clock_parse_http(text, seconds))
		return false;
	clock_format_amz(*seconds * 1000000, formatted);
	private->timestamp = slice_from(slice_dup(private, slice_from(formatted)));
	return true;
}

/* From x-amz-date or, where there is none, Date. */
static enum s3_err
read_time(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	const struct field *date = fields_find_nocase(&request->headers, "x-amz-date");
	int64_t seconds;

	if (date == NULL)
		date = fields_find_nocase(&request->headers, "Date");
	if (date == NULL || !parse_time(credential->private, date->value, &seconds))
		return s3_refuse(
		    why, S3_ACCESS_DENIED, "AWS authentication requires a valid Date or x-amz-date header");
	return credential_check_skew(request, seconds, date->value, why);
}

enum s3_err
sigv4_read_header(struct credential *credential, const struct auth_request *request, struct slice components,
    struct s3_refusal *why)
{
	struct credential_private *private = credential->private;
	const struct field *payload = fields_find_nocase(&request->headers, "x-amz-content-sha256");
	struct slice scope = SLICE("");
	enum s3_err err;

	private->payload = payload != NULL ? payload->value : SLICE("");
	err = read_components(components, &scope, private, why);
	if (!err)
		err = sigv4_read_scope(credential, request, scope, &header_dialect, why);
	if (!err && payload == NULL)
		err = s3_refuse(
		    why, S3_INVALID_REQUEST, "Missing required header for this request: x-amz-content-sha256");
	if (!err)
		err = read_time(credential, request, why);
	if (!err)
		err = sigv4_check_day(private, &header_dialect, why);
	if (!err)
		err = check_signed_headers(credential, request, why);
	return err;
}

enum {
	ALGORITHM,
	CREDENTIAL,
	DATE,
	EXPIRES,
	SIGNED_HEADERS,
	SIGNATURE,
	PARAMETERS
};

static const char *const parameter_names[PARAMETERS] = { [ALGORITHM] = "X-Amz-Algorithm",
	[CREDENTIAL] = "X-Amz-Credential",
	[DATE] = "X-Amz-Date",
	[EXPIRES] = "X-Amz-Expires",
	[SIGNED_HEADERS] = "X-Amz-SignedHeaders",
	[SIGNATURE] = "X-Amz-Signature" };

static enum s3_err
read_parameters(const struct auth_request *request, struct slice values[PARAMETERS], struct s3_refusal *why)
{
	const char *repeated = credential_parameters(request, parameter_names, PARAMETERS, values);

	if (repeated != NULL)
		return s3_refuse(
		    why, S3_AUTH_QUERY_MALFORMED, "The parameter %s may be given only once.", repeated);
	for (size_t p = 0; p < PARAMETERS; p++)
		if (values[p].length == 0)
			return s3_refuse(why, S3_AUTH_QUERY_MALFORMED,
			    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
			    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
	return S3_OK;
}

static enum s3_err
read_expires(struct slice text, uint64_t *expires, struct s3_refusal *why)
{
	bool negative = text.data[0] == '-';

	if (!slice_to_number(negative ? slice_skip(text, 1) : text, UINT32_MAX, expires))
		return s3_refuse(why, S3_AUTH_QUERY_MALFORMED, "X-Amz-Expires should be a number");
	if (negative)
		return s3_refuse(why, S3_AUTH_QUERY_MALFORMED, "X-Amz-Expires must be non-negative");
	if (*expires > SIGNATURE_EXPIRES_MAX)
		return s3_refuse(why, S3_AUTH_QUERY_MALFORMED,
		    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less "
		    "than 604800 seconds");
	if (*expires == 0)
		return s3_refuse(why, S3_AUTH_QUERY_MALFORMED, "X-Amz-Expires must be at least 1");
	return S3_OK;
}

/* A presigned URL holds from X-Amz-Date, give or take the clocks' skew, for X-Amz-Expires seconds. */
static enum s3_err
check_lifetime(const struct auth_request *request, struct slice date, struct slice lifetime, struct s3_refusal *why)
{
	char milliseconds[CLOCK_TEXT_MAX];
	int64_t signed_at, expiry;
	uint64_t expires;
	enum s3_err err;

	if (!clock_parse_amz(date, &signed_at))
		return s3_refuse(why, S3_AUTH_QUERY_MALFORMED,
		    "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
	err = read_expires(lifetime, &expires, why);
	if (err)
		return err;
	expiry = signed_at + (int64_t)expires;
	if (signed_at > request->now + SIGNATURE_SKEW_SECONDS) {
		snprintf(milliseconds, sizeof(milliseconds), "%" PRId64, signed_at * 1000);
		s3_refusal_detail(why, "X-Amz-Date", slice_from(milliseconds));
		return credential_not_in_time(request, expiry, "Request is not yet valid", why);
	}
	if (request->now <= expiry)
		return S3_OK;
	s3_refusal_detail(why, "X-Amz-Expires", lifetime);
	return credential_not_in_time(request, expiry, "Request has expired", why);
}

/* The header counts before the parameter, which is signed with all others; AWS does the same. */
static struct slice
query_payload(const struct auth_request *request)
{
	const struct field *said = fields_find_nocase(&request->headers, "x-amz-content-sha256");

	if (said == NULL)
		said = fields_find_nocase(&request->parameters, "x-amz-content-sha256");
	return said != NULL ? said->value : SLICE("UNSIGNED-PAYLOAD");
}

enum s3_err
sigv4_read_query(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	struct credential_private *private = credential->private;
	struct slice values[PARAMETERS];
	enum s3_err err;

	err = read_parameters(request, values, why);
	if (err)
		return err;
	if (slice_equal(values[ALGORITHM], SLICE(SIGV4A_ALGORITHM)))
		return s3_refuse(
		    why, S3_NOT_IMPLEMENTED, "Signature Version 4A (" SIGV4A_ALGORITHM ") is not supported.");
	if (!slice_equal(values[ALGORITHM], SLICE(SIGV4_ALGORITHM)))
		return s3_refuse(why, S3_AUTH_QUERY_MALFORMED,
		    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
	private->timestamp = values[DATE];
	private->signed_headers = values[SIGNED_HEADERS];
	private->signature = values[SIGNATURE];
	private->payload = query_payload(request);
	err = sigv4_read_scope(credential, request, values[CREDENTIAL], &query_dialect, why);
	if (!err)
		err = check_lifetime(request, values[DATE], values[EXPIRES], why);
	if (!err)
		err = sigv4_check_day(private, &query_dialect, why);
	if (!err)
		err = check_signed_headers(credential, request, why);
	return err;
}

void
sigv4_string_to_sign(const struct credential *credential, struct slice canonical_request, struct buf *out)
{
	char hash[SHA256_HEX + 1];

	sigv4_hash(canonical_request, hash);
	buf_append_string(out, SIGV4_ALGORITHM "\n");
	buf_append(out, credential->private->timestamp);
	buf_append_byte(out, '\n');
	buf_append(out, credential->private->scope);
	buf_append_byte(out, '\n');
	buf_append(out, slice_make(hash, SHA256_HEX));
}

void
sigv4_sign(const unsigned char key[32], struct slice string_to_sign, char out[SHA256_HEX + 1])
{
	unsigned char signature[32];

	hmac_sha256(slice_make(key, 32), string_to_sign, signature);
	sigv4_hex(signature, sizeof(signature), out);
}

/* Does the signature fit this form? The first form stays in the buffers, for the refusal. */
static enum s3_err
try_form(TALLOC_CTX *mem, const struct credential *credential, const struct auth_request *request, unsigned form,
    struct buf *canonical, struct buf *to_sign, bool *fits)
{
	char signature[SHA256_HEX + 1];

	*fits = false;
	buf_reset(canonical);
	buf_reset(to_sign);
	if (!sigv4_canonical_request(mem, credential, request, form, canonical))
		return S3_INVALID_URI;
	if (buf_overflowed(canonical))
		return S3_REQUEST_HEADER_TOO_LARGE;
	sigv4_string_to_sign(credential, buf_slice(canonical), to_sign);
	sigv4_sign(credential->private->signing_key, buf_slice(to_sign), signature);
	*fits = equal_secret(slice_make(signature, SHA256_HEX), credential->private->signature);
	return S3_OK;
}

static enum s3_err
try_other_forms(
    TALLOC_CTX *mem, const struct credential *credential, const struct auth_request *request, bool *fits)
{
	struct buf *canonical = buf_new(mem, CANONICAL_MAX), *to_sign = buf_new(mem, CANONICAL_MAX);
	unsigned useful = sigv4_forms(credential, request);
	enum s3_err err = S3_OK;

	for (unsigned form = 1; form < SIGV4_FORMS && !err && !*fits; form++)
		if ((form & ~useful) == 0)
			err = try_form(mem, credential, request, form, canonical, to_sign, fits);
	return err;
}

enum s3_err
sigv4_verify(
    struct credential *credential, const struct auth_request *request, struct slice secret, struct s3_refusal *why)
{
	struct credential_private *private = credential->private;
	TALLOC_CTX *mem = talloc_new(private);
	struct buf *canonical = buf_new(mem, CANONICAL_MAX), *to_sign = buf_new(mem, CANONICAL_MAX);
	bool fits;
	enum s3_err err;

	sigv4_signing_key(secret, private->scope_date, private->scope_region, private->signing_key);
	err = try_form(mem, credential, request, 0, canonical, to_sign, &fits);
	if (!err && !fits)
		err = try_other_forms(mem, credential, request, &fits);
	if (err) {
		err = s3_refuse(why, err, NULL);
	} else if (!fits) {
		s3_refusal_detail(why, "AWSAccessKeyId", credential->access_key);
		s3_refusal_detail(why, "StringToSign", buf_slice(to_sign));
		s3_refusal_detail(why, "SignatureProvided", private->signature);
		s3_refusal_detail(why, "CanonicalRequest", buf_slice(canonical));
		err = s3_refuse(why, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
	}
	talloc_free(mem);
	return err;
}
