/* AWS Signature Version 4 for S3: reading it from a request, its stages, checking it. Any thread. */
#ifndef AUTH_SIGV4_H
#define AUTH_SIGV4_H

#include "auth/credential_private.h"
#include "common/buf.h"

/* From "Authorization: AWS4-HMAC-SHA256 <components>". */
MUST_USE enum s3_err sigv4_read_header(struct credential *credential, const struct auth_request *request,
    struct slice components, struct s3_refusal *why);

/* From the X-Amz-* parameters of a presigned URL. */
MUST_USE enum s3_err sigv4_read_query(
    struct credential *credential, const struct auth_request *request, struct s3_refusal *why);

/* The refusals of a header, a presigned URL and a form differ in the code and in the words that lead in. */
struct sigv4_dialect {
	enum s3_err err;
	const char *scope; /* before what is wrong with the credential */
	const char *day;   /* before what is wrong with its day */
};

/* "AKID/20130524/us-east-1/s3/aws4_request"; an access key may hold slashes itself. */
MUST_USE enum s3_err sigv4_read_scope(struct credential *credential, const struct auth_request *request,
    struct slice text, const struct sigv4_dialect *dialect, struct s3_refusal *why);

/* The scope's date is the day of the signature: a key for one day must not sign for another. */
MUST_USE enum s3_err sigv4_check_day(
    const struct credential_private *private, const struct sigv4_dialect *dialect, struct s3_refusal *why);

/* As credential_verify. */
MUST_USE enum s3_err sigv4_verify(
    struct credential *credential, const struct auth_request *request, struct slice secret, struct s3_refusal *why);

/*
 * How a request is written canonically. Zero is what AWS does. The bits are what clients do that sign what they send
 * rather than its normal form; they are tried only where they make a difference. None lets a signature cover anything
 * but what the request says: RAW_* and UNSORTED compare the bytes as they came, OPEN_SLASH names the same key, and
 * UNFOLDED is stricter than the normal form.
 */
enum sigv4_form {
	SIGV4_RAW_PATH = 1,       /* the path as sent: curl 7 */
	SIGV4_OPEN_SLASH = 2,     /* "%2F" in the path signed as "/" */
	SIGV4_RAW_QUERY = 4,      /* the parameters as sent, in order: botocore on ready-made URLs */
	SIGV4_UNSORTED_QUERY = 8, /* the query as sent, not even in order: curl 7 */
	SIGV4_UNFOLDED = 16,      /* runs of blanks in header values left: s3cmd, boto with quotes in the value */
	SIGV4_FORMS = 32
};

/* Which of the bits change this request's canonical form. */
unsigned sigv4_forms(const struct credential *credential, const struct auth_request *request);

/* Append the canonical request. False when path or query are not percent-encoded properly. */
MUST_USE bool sigv4_canonical_request(TALLOC_CTX *mem, const struct credential *credential,
    const struct auth_request *request, unsigned form, struct buf *out);

/* Append the string to sign. */
void sigv4_string_to_sign(const struct credential *credential, struct slice canonical_request, struct buf *out);

/* The key for one secret, day ("20130524") and region; the thread remembers the last ones. */
void sigv4_signing_key(struct slice secret, struct slice date, struct slice region, unsigned char out[32]);

/* The signature in lower-case hexadecimal, NUL-terminated. */
void sigv4_sign(const unsigned char key[32], struct slice string_to_sign, char out[SHA256_HEX + 1]);

/* SHA-256 in lower-case hexadecimal, NUL-terminated. */
void sigv4_hash(struct slice bytes, char out[SHA256_HEX + 1]);

/* 2 * length lower-case hexadecimal digits and a NUL. */
void sigv4_hex(const unsigned char *bytes, size_t length, char *out);

#endif
