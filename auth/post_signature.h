/*
 * The credentials of a form: the fields that POST Object has for them, and the signature over the base64 text of the
 * policy ("Browser-Based Uploads Using POST (AWS Signature Version 4)"; Version 2: "Browser-Based Uploads Using POST").
 * Any thread.
 */
#ifndef AUTH_POST_SIGNATURE_H
#define AUTH_POST_SIGNATURE_H

#include "auth/sigv4.h"

/* Whether the form has any field of Version 4's, or of Version 2's. Names do not mind case. */
bool post_has_v4(const struct fields *form);
bool post_has_v2(const struct fields *form);

/*
 * Read the fields of credential->kind, CREDENTIAL_V4_FORM or CREDENTIAL_V2_FORM.
 * err  S3_INVALID_ARGUMENT (a field is missing or is not one), S3_ACCESS_DENIED (too old),
 *      S3_REQUEST_TIME_TOO_SKEWED (from the future), S3_NOT_IMPLEMENTED
 */
MUST_USE enum s3_err post_signature_read(
    struct credential *credential, const struct auth_request *request, struct s3_refusal *why);

/* As credential_verify. */
MUST_USE enum s3_err post_signature_verify(
    struct credential *credential, const struct auth_request *request, struct slice secret, struct s3_refusal *why);

#endif
