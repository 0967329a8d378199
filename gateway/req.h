/*
 * A request: one talloc context from its first byte to the end of its answer, and the list of stages that it passes.
 * It belongs to one thread at a time, an event loop or a worker, and needs no lock.
 */
#ifndef GATEWAY_REQ_H
#define GATEWAY_REQ_H

#include "auth/access.h"
#include "auth/signature.h"
#include "common/s3_error.h"
#include "gateway/address.h"
#include "gateway/body.h"
#include "gateway/gateway.h"
#include "gateway/reply.h"
#include "gateway/route.h"
#include "gateway/target.h"

struct req {
	struct gateway *gateway;
	struct config_holder *config_holder;
	const struct config *config; /* as it was when the request began; its holder's */
	const char *id;              /* x-amz-request-id */
	int64_t started_us;          /* wall clock */
	int64_t started_monotonic_us;

	/* from the wire */
	char address
	    [ADDRESS_TEXT_MAX]; /* the other end of the connection, never what a header says; empty: not known */
	struct slice method;
	struct slice raw_target;
	struct fields headers; /* values trimmed */
	size_t header_bytes;   /* what they take in the connection's memory */
	const char *malformed; /* what the connection's first look found wrong with it; NULL: nothing */

	/* found out, stage by stage */
	struct target target;
	struct fields form;                /* of PostObject: the fields before the file */
	const struct operation *operation; /* NULL before routing, and when nothing fits */
	struct bucket *bucket;             /* NULL: not named, or not there */
	struct fields kept_headers;        /* what every answer carries, refusals too: those of CORS first */
	struct credential *credential;
	struct identity identity;
	struct user *user;     /* NULL: anonymous */
	struct object *object; /* for operations on an object that must be there */
	struct upload *upload; /* for those on a multipart upload */
	struct body body;

	struct s3_refusal refusal;
	struct reply reply;
	uint64_t sent; /* bytes of the answer's body */

	unsigned stage;
};

/* What the connection has to do next. */
enum flow {
	FLOW_NEXT, /* within req_advance alone */
	FLOW_WAIT, /* hand over to a worker, which calls req_advance again */
	FLOW_BODY, /* read more of the body: body_feed, or body.complete at its end, then req_advance */
	FLOW_REPLY /* r->reply is the answer */
};

/* A request of which nothing is known yet; it is freed with `mem` or talloc_free. */
struct req *req_new(TALLOC_CTX *mem, struct gateway *gateway);

/* Run stages until one needs something. `may_wait`: this is a worker. */
enum flow req_advance(struct req *r, bool may_wait);

/* Whether the body is wanted and on its way, that is: nothing is to be decided before more of it has come. */
bool req_takes_body(const struct req *r);

/* The answer to a request that came while the gateway stops; its headers have been read, and nothing is done for it. */
void req_turn_away(struct req *r);

/* The access log's line; once, at the request's end. `completed`: the whole answer was sent. */
void req_log(const struct req *r, bool completed);

/* A header's value, trimmed; empty when it is absent or empty. */
struct slice req_header(const struct req *r, const char *name);
bool req_has_header(const struct req *r, const char *name);

/* The values of all lines of that name, joined with commas. */
struct slice req_header_joined(struct req *r, const char *name);

/* A query parameter's value; empty when it is absent or empty. */
struct slice req_parameter(const struct req *r, const char *name);
bool req_has_parameter(const struct req *r, const char *name);

/* Refuse the request: `return req_refuse(r, S3_…, NULL or format, …)`. */
#define req_refuse(r, err, ...) s3_refuse(&(r)->refusal, (err), __VA_ARGS__)

/* Refuse for what storage/ said, with what the request was about (bucket, key) as details. S3_OK for STORE_OK. */
enum s3_err req_refuse_store(struct req *r, enum store_err err);

#endif
