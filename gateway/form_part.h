/*
 * The head of one part of a multipart/form-data body (RFC 7578 section 4), and the boundary that a Content-Type names
 * (RFC 2046 section 5.1.1). Pure; any thread.
 */
#ifndef GATEWAY_FORM_PART_H
#define GATEWAY_FORM_PART_H

#include "common/s3_error.h"

#define FORM_BOUNDARY_MAX 70

struct form_part {
	struct slice name; /* as sent; never empty */
	bool has_filename;
	struct slice filename; /* as sent, with whatever path comes with it */
};

/*
 * Read a part's header fields: `block` is what comes before the empty line, without its last CRLF. Results are on `mem`
 * or lie within `block`. Browsers write a quote, CR and LF in a name as %22, %0D and %0A (HTML, "multipart/form-data
 * encoding algorithm"), other clients a quote as \": both are undone. A filename* counts for nothing (RFC 7578 section
 * 4.2). A part that is multipart itself, or in a transfer encoding that would have to be undone, is refused.
 * err  S3_MALFORMED_POST
 */
MUST_USE enum s3_err form_part_read(
    TALLOC_CTX *mem, struct slice block, struct s3_refusal *why, struct form_part *out);

/* Whether it is multipart/form-data, with or without a boundary. */
bool form_type_fits(struct slice content_type);

/* The boundary, on `mem`. False when there is none, more than one, or one that cannot be. */
MUST_USE bool form_boundary(TALLOC_CTX *mem, struct slice content_type, struct slice *out);

/* MalformedPOSTRequest, with what is wrong with the body at the end of S3's message. */
enum s3_err form_malformed(struct s3_refusal *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
