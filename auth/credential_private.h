/*
 * What the files behind signature.h share, and what its tests look into: the parts of a credential, and each stage of
 * a signature by itself, so that a test can say which one went wrong.
 */
#ifndef AUTH_CREDENTIAL_PRIVATE_H
#define AUTH_CREDENTIAL_PRIVATE_H

#include "auth/signature.h"

#define SIGV4_ALGORITHM    "AWS4-HMAC-SHA256"
#define SIGV4A_ALGORITHM   "AWS4-ECDSA-P256-SHA256"
#define CANONICAL_MAX      (512 * 1024) /* bytes of a canonical request; percent-encoding can triple a target */
#define SIGNED_HEADERS_MAX 256
#define ACCESS_KEY_MAX     128
#define SHA256_HEX         64

struct credential_private {
	struct slice signature; /* as the client sent it */
	bool verified;

	/* Version 4 */
	struct slice timestamp;      /* "20130524T000000Z" */
	struct slice scope;          /* "20130524/us-east-1/s3/aws4_request" */
	struct slice scope_date;     /* of which the first, */
	struct slice scope_region;   /* and the second */
	struct slice signed_headers; /* "host;x-amz-date" */
	struct slice payload;        /* the canonical request's last line; of a form: its policy as sent */
	unsigned char signing_key[32];

	/* Version 2 */
	struct slice date; /* the fourth line of the string to sign */
};

/* The whole of `signed_headers` as a list: is that header on it? */
bool credential_signs(const struct credential *credential, struct slice header);

/* A copy on `mem` with the ASCII letters in lower case. */
struct slice credential_lower(TALLOC_CTX *mem, struct slice text);

/*
 * The values of the query parameters with these names. NULL, or the name of the one that is given more than once (one
 * could be signed and the other followed). One that is not given has an empty value.
 */
const char *credential_parameters(
    const struct auth_request *request, const char *const names[], size_t count, struct slice values[]);

/* "2013-05-24T00:00:00Z", the form of times in the details of S3's errors. */
#define CREDENTIAL_TIME_MAX 24
struct slice credential_time(int64_t seconds, char out[CREDENTIAL_TIME_MAX]);

/* Refuse a request whose own time is more than SIGNATURE_SKEW_SECONDS from `now`. */
MUST_USE enum s3_err credential_check_skew(
    const struct auth_request *request, int64_t signed_at, struct slice as_sent, struct s3_refusal *why);

/* AccessDenied, for a URL that has ended at `expiry`, or does not hold yet. */
MUST_USE enum s3_err credential_not_in_time(
    const struct auth_request *request, int64_t expiry, const char *message, struct s3_refusal *why);

#endif
