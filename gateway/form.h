/*
 * A multipart/form-data body as it comes in, in pieces of any size: the fields before the file are kept, the file's
 * bytes pass through, what follows the file is looked at and dropped (POST Object in the Amazon S3 API Reference;
 * RFC 7578 over RFC 2046 section 5.1). Pure; one thread at a time.
 *
 * The part named "file" is the file, whatever its Content-Disposition says of a filename; names do not mind case. Of
 * fields with the same name the values are joined by a comma, as S3 has it.
 */
#ifndef GATEWAY_FORM_H
#define GATEWAY_FORM_H

#include "common/fields.h"
#include "gateway/form_part.h"

#define FORM_HEAD_MAX (20 * 1024) /* bytes before the file's own, boundaries and headers with them: S3's bound */
#define FORM_TAIL_MAX (20 * 1024) /* bytes behind the file's own */

struct form;

/* A parser on `mem`; the boundary is borrowed. */
struct form *form_new(TALLOC_CTX *mem, struct slice boundary);

/*
 * Take in a piece of the body. Each call moves *input behind what was used and gives in *output bytes of the file, which
 * are valid until the next call and lie in the input or in the parser. Call again while *input is not empty. The call
 * that comes to the file's first byte stops there. Bytes count only when form_finish has said so.
 * err  S3_MALFORMED_POST, S3_MAX_POST_PRE_DATA, S3_INVALID_ARGUMENT (no file, more than one); the form is of no use then
 */
MUST_USE enum s3_err form_feed(
    struct form *form, struct slice *input, struct slice *output, struct s3_refusal *why);

/* The body has ended: was it whole? err S3_MALFORMED_POST, S3_INVALID_ARGUMENT (no file) */
MUST_USE enum s3_err form_finish(const struct form *form, struct s3_refusal *why);

/* Whether all that precedes the file's bytes is there; the two below may then be asked. */
bool form_head_complete(const struct form *form);

/* Bytes of the body before the file's first one. */
size_t form_head_length(const struct form *form);

/* How long the file is when the body has `total` bytes and nothing but the last boundary follows. */
uint64_t form_file_length(const struct form *form, uint64_t total);

/*
 * The fields, in their order, on `mem`. ${filename} in a value has become the file's name without a path before it
 * ("POST Object": "Form fields"); where the file has no name at all, it stays, which is what S3 does.
 * err  S3_MAX_POST_PRE_DATA: they outgrow FORM_HEAD_MAX by that
 */
MUST_USE enum s3_err form_fields(
    const struct form *form, TALLOC_CTX *mem, struct s3_refusal *why, struct fields *out);

#endif
