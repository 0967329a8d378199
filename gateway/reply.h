/* The answer to a request, as data: status, header fields, and where the body comes from. */
#ifndef GATEWAY_REPLY_H
#define GATEWAY_REPLY_H

#include "common/fields.h"
#include "common/xml.h"
#include "storage/catalog.h"

struct req;

struct reply {
	unsigned status;
	struct fields headers;
	struct slice body;            /* bytes that live as long as the request */
	struct object_reader *reader; /* or: where to read them */
	uint64_t offset;              /* from which byte on */
	uint64_t content_length;      /* of the body; to HEAD and 304, of the one that is not sent */
	bool close;                   /* close the connection after it */
};

/* Names and values are borrowed; formatted values are on the request's memory. A value with CR or LF is not sent. */
void reply_header(struct req *r, const char *name, struct slice value);
void reply_header_string(struct req *r, const char *name, const char *value);
void reply_header_format(struct req *r, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Each sets the status and the body and returns S3_OK, for the end of an operation. */
enum s3_err reply_empty(struct req *r, unsigned status);
enum s3_err reply_xml(struct req *r, unsigned status, struct xml_writer *w);

/* `length` bytes of an object from `offset` on. */
enum s3_err reply_object_bytes(
    struct req *r, unsigned status, const struct object *object, uint64_t offset, uint64_t length);

/* The error document for r->refusal, in place of whatever the operation had begun to answer. */
void reply_refusal(struct req *r);

#endif
