/* AWS Signature Version 2 for S3 ("Signing and authenticating REST requests"). Any thread. */
#ifndef AUTH_SIGV2_H
#define AUTH_SIGV2_H

#include "auth/credential_private.h"
#include "common/buf.h"

/* From "Authorization: AWS <key and signature>". */
MUST_USE enum s3_err sigv2_read_header(struct credential *credential, const struct auth_request *request,
    struct slice key_and_signature, struct s3_refusal *why);

/* From the AWSAccessKeyId, Signature and Expires of a presigned URL. */
MUST_USE enum s3_err sigv2_read_query(
    struct credential *credential, const struct auth_request *request, struct s3_refusal *why);

/* As credential_verify. */
MUST_USE enum s3_err sigv2_verify(
    struct credential *credential, const struct auth_request *request, struct slice secret, struct s3_refusal *why);

/* Clients differ in how they write the string to sign; zero is the form of the documentation. */
enum sigv2_form {
	SIGV2_OTHER_SLASH =
	    1, /* a bucket's resource with a slash at the end, where the request has none; or without */
	SIGV2_RAW_VALUES = 2,   /* values of subresources not decoded: s3cmd */
	SIGV2_BARE_EMPTY = 4,   /* "uploads" where the request says "uploads=" */
	SIGV2_BOTH_DATES = 8,   /* the Date line filled although there is an x-amz-date: botocore, s3cmd */
	SIGV2_FIRST_TWICE = 16, /* the query's first parameter once more, before all others: botocore 1.29 */
	SIGV2_SIGNER = 32,      /* times the number of a client: its own list of subresources */
	SIGV2_FORMS = 4 * SIGV2_SIGNER
};

/* Which forms are worth trying for this request: the bits, and whether the lists of clients matter. */
unsigned sigv2_forms(const struct credential *credential, const struct auth_request *request, bool *lists_differ);

/* Append the string to sign. False when the form cannot stand for this request. */
MUST_USE bool sigv2_string_to_sign(TALLOC_CTX *mem, const struct credential *credential,
    const struct auth_request *request, unsigned form, struct buf *out);

#endif
