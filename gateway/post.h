/*
 * A form takes the place of a request's headers (POST Object in the Amazon S3 API Reference): it names the key, proves
 * who sends it, and says what the object is to be. What of it is bound by a policy is taken from the form alone.
 */
#ifndef GATEWAY_POST_H
#define GATEWAY_POST_H

#include "gateway/req.h"

/*
 * A stage: read the form up to its file. Then r->form has the fields, and the target its key. Nothing to do for other
 * requests. *more: there is more to come.
 * err  S3_PRECONDITION_FAILED (no multipart/form-data), S3_MALFORMED_POST, S3_MAX_POST_PRE_DATA, S3_MISSING_CONTENT_LENGTH,
 *      S3_ENTITY_TOO_LARGE, S3_INVALID_ARGUMENT (no key, no file), S3_KEY_TOO_LONG, S3_INVALID_URI,
 *      S3_REQUEST_HEADER_TOO_LARGE
 */
MUST_USE enum s3_err post_read_form(struct req *r, bool *more);

/*
 * Who sent it is known: hold the form against its policy, and let its fields stand for the headers of an upload.
 * err  S3_INVALID_POLICY_DOCUMENT, S3_ACCESS_DENIED, S3_INVALID_REQUEST (a header that says otherwise),
 *      S3_INVALID_ARGUMENT, those of tags_parse
 */
MUST_USE enum s3_err post_take_fields(struct req *r);

/* A field's value; empty when it is absent or empty. */
struct slice post_field(const struct req *r, const char *name);

#endif
