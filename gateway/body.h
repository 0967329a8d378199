/*
 * The body of a request on its way in: from pieces off the socket through aws-chunked decoding and digests into a
 * document in memory or into content for the catalog. Nothing is ever collected beyond two buffers.
 */
#ifndef GATEWAY_BODY_H
#define GATEWAY_BODY_H

#include "common/digest.h"
#include "storage/catalog.h"

struct checksum;
struct form;
struct req;

/* What an operation takes; a column of the operation table. */
enum body_kind {
	BODY_NONE,     /* nothing: what comes is read and dropped */
	BODY_XML,      /* a document of at most BODY_XML_MAX bytes */
	BODY_CORS,     /* a CORSConfiguration document */
	BODY_POLICY,   /* a bucket's policy, in JSON */
	BODY_DELETE,   /* a Delete document: a thousand keys */
	BODY_COMPLETE, /* a CompleteMultipartUpload document: ten thousand parts */
	BODY_STREAM,   /* an object's bytes */
	BODY_PART,     /* those of a part of one */
	BODY_FORM      /* multipart/form-data: fields, then an object's bytes */
};

#define BODY_XML_MAX      (64 * 1024)
#define BODY_DELETE_MAX   (2 * 1024 * 1024)
#define BODY_COMPLETE_MAX (4 * 1024 * 1024)
#define OBJECT_SIZE_MAX   (5ULL * 1024 * 1024 * 1024) /* of one PUT */
#define BODY_DISCARD_MAX  (1024 * 1024) /* a body that nobody wants is read up to here to keep the connection */

struct body {
	/* what the headers say */
	bool has_length;         /* Content-Length was given */
	uint64_t content_length; /* 0 with chunked transfer coding */
	bool chunked;            /* Transfer-Encoding: chunked */
	bool expects_continue;   /* Expect: 100-continue */

	/* what the operation's prepare may ask for */
	const struct checksum *wanted; /* to be worked out whatever the client gives; NULL: none */

	/* BODY_FORM, what its policy asks for: the file's bytes, at least and at most */
	uint64_t size_min, size_max;

	/* what has come in */
	uint64_t received; /* bytes off the socket */
	bool complete;
	struct slice document;   /* BODY_XML and its like, when the body stage is over */
	struct content *content; /* BODY_STREAM, BODY_PART and BODY_FORM, likewise: finished */
	unsigned char md5[16];   /* of the payload; then */
	struct fields checksums; /* algorithm and base64 value: first what the client gave and was found right */

	struct body_intake *intake; /* body.c's own */
};

/* Read Content-Length, Transfer-Encoding and Expect. err S3_INVALID_REQUEST: no length that can be */
MUST_USE enum s3_err body_read_headers(struct req *r);

/* BODY_FORM, before any byte: make room. err S3_MISSING_CONTENT_LENGTH, S3_ENTITY_TOO_LARGE */
MUST_USE enum s3_err body_begin_form(struct req *r, struct slice boundary);

/*
 * BODY_FORM: work off what was fed, up to the file's first byte. *more: that is still to come; else *form has what
 * precedes it. err as form_feed
 */
MUST_USE enum s3_err body_take_form(struct req *r, bool *more, const struct form **form);

/*
 * Before any byte of a document or an object: check digests and lengths that the headers announce, make room. The
 * operation is known.
 */
MUST_USE enum s3_err body_begin(struct req *r);

/*
 * Keep a piece off the socket; returns how many bytes fitted. Event loop; it may be called while a worker is in
 * body_advance, for it touches nothing but the buffer that is being filled, the MD5, and body.received.
 */
size_t body_feed(struct req *r, struct slice piece);

/* Let body_advance have what was fed, and fill the other buffer; body_advance must be through with it. Event loop. */
void body_turn(struct req *r);

/* Whether body_advance would do more than a moment's work now. */
bool body_waits(const struct req *r);

/* Work off what was fed; at the end check every digest and finish the content. *more: the body goes on. */
MUST_USE enum s3_err body_advance(struct req *r, bool *more);

#endif
