/*
 * Who sent this request, as the client claims and proves it: AWS Signature Version 4 and Version 2, in the
 * Authorization header, in the query (presigned), or in a form, where a POST policy is what is signed. Knows neither HTTP server nor storage: the caller looks up the
 * secret between the two calls. Any thread; derived signing keys are cached a thread.
 */
#ifndef AUTH_SIGNATURE_H
#define AUTH_SIGNATURE_H

#include "common/digest.h"
#include "common/fields.h"
#include "common/s3_error.h"

#define SIGNATURE_SKEW_SECONDS (15 * 60)
#define SIGNATURE_EXPIRES_MAX  (7 * 24 * 3600) /* of a presigned V4 URL, and of a V4 form */

/* A request as signatures see it. Everything is borrowed. */
struct auth_request {
	struct slice method;
	struct slice path;         /* of the request target, as received, not decoded, without the query */
	struct slice query;        /* of the request target, as received, without the "?" */
	struct fields parameters;  /* the query's, decoded, in order; a parameter without "=" has an empty value */
	struct fields headers;     /* as received, values trimmed */
	struct slice host_bucket;  /* that the Host names (virtual-hosted addressing); empty in path style */
	const struct fields *form; /* of PostObject: the fields; NULL: the request is no form */
	int64_t now;               /* seconds since 1970 */
	struct slice region;       /* the one region that is taken; empty: any */
};

enum credential_kind {
	CREDENTIAL_NONE, /* anonymous */
	CREDENTIAL_V4_HEADER,
	CREDENTIAL_V4_QUERY,
	CREDENTIAL_V2_HEADER,
	CREDENTIAL_V2_QUERY,
	CREDENTIAL_V4_FORM,
	CREDENTIAL_V2_FORM
};

/* What x-amz-content-sha256 says of the body. */
enum payload_kind {
	PAYLOAD_UNSIGNED,               /* also: not said */
	PAYLOAD_HASHED,                 /* its SHA-256 is in payload_hash */
	PAYLOAD_CHUNKS_SIGNED,          /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
	PAYLOAD_CHUNKS_SIGNED_TRAILER,  /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER */
	PAYLOAD_CHUNKS_UNSIGNED_TRAILER /* STREAMING-UNSIGNED-PAYLOAD-TRAILER */
};

struct credential {
	enum credential_kind kind;
	struct slice access_key; /* empty when anonymous */
	enum payload_kind payload;
	unsigned char payload_hash[32];
	struct credential_private *private; /* signature, scope, signed headers, signing key: cleansed when freed */
};

/*
 * Read and check all that can be said without the secret: the form of the credentials, that there is one kind alone,
 * times, expiry, scope, that the headers which must be signed are, the form of x-amz-content-sha256.
 * The credential is on `mem` and borrows from the request.
 * err  S3_INVALID_REQUEST, S3_INVALID_ARGUMENT, S3_AUTH_HEADER_MALFORMED, S3_AUTH_QUERY_MALFORMED, S3_ACCESS_DENIED
 *      (dates missing, expired), S3_REQUEST_TIME_TOO_SKEWED, S3_X_AMZ_CONTENT_SHA256_INVALID, …
 */
MUST_USE enum s3_err credential_read(
    TALLOC_CTX *mem, const struct auth_request *request, struct s3_refusal *why, struct credential **out);

/*
 * Check the signature with the secret of credential->access_key. Not for anonymous ones.
 * err  S3_SIGNATURE_DOES_NOT_MATCH, with the details AWS gives: AWSAccessKeyId, StringToSign, SignatureProvided,
 *      CanonicalRequest (they say nothing that the client does not know)
 */
MUST_USE enum s3_err credential_verify(
    struct credential *credential, const struct auth_request *request, struct slice secret, struct s3_refusal *why);

/* aws-chunked bodies (SigV4 "Transferring payload in multiple chunks"). */

struct chunk_decoder;

/*
 * A decoder for the body of a verified request whose payload is one of PAYLOAD_CHUNKS_*. `decoded_length` is
 * x-amz-decoded-content-length. `trailer` is the value of x-amz-trailer: the one field that a trailer must bring (empty
 * where no trailer is announced). The decoder is on `mem` and borrows nothing but the credential.
 */
struct chunk_decoder *chunk_decoder_new(
    TALLOC_CTX *mem, const struct credential *credential, uint64_t decoded_length, struct slice trailer);

/*
 * Take in a piece of the encoded body. Each call moves *input behind what was used and gives in *output payload bytes
 * that lie within it (none: call again while *input is not empty). Bytes are handed out before their chunk's signature
 * has been seen: they count only when chunk_decoder_finish has said so.
 * err  S3_SIGNATURE_DOES_NOT_MATCH, S3_INVALID_REQUEST, S3_INCOMPLETE_BODY, S3_MALFORMED_TRAILER
 */
MUST_USE enum s3_err chunk_decode(
    struct chunk_decoder *decoder, struct slice *input, struct slice *output, struct s3_refusal *why);

/* The body has ended: was it whole? *trailer_value is the announced field's value, empty without one. */
MUST_USE enum s3_err chunk_decoder_finish(
    struct chunk_decoder *decoder, struct slice *trailer_value, struct s3_refusal *why);

#endif
