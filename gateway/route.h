/* From a request to its row of the operation table. */
#ifndef GATEWAY_ROUTE_H
#define GATEWAY_ROUTE_H

#include "auth/access.h"
#include "common/s3_error.h"
#include "gateway/body.h"

struct req;

enum scope {
	SCOPE_SERVICE,
	SCOPE_BUCKET,
	SCOPE_OBJECT,
	SCOPE_ANY
};

/* What an operation does, before its permission is decided, with the object that it names. */
enum operand {
	OPERAND_NONE,  /* nothing is read */
	OPERAND_READ,  /* the version named must be there; its bytes are wanted, if they are few */
	OPERAND_MEET,  /* the version named must be there; its attributes are wanted */
	OPERAND_UPLOAD /* the multipart upload named must be there */
};

typedef enum s3_err operation_fn(struct req *r);

struct operation {
	const char *name; /* S3's */
	const char *method;
	enum scope scope;
	const char *selector; /* "?parameter", "?parameter=value", "@header": each must be there */
	enum body_kind body;
	enum action action; /* ACTION_NONE: open to everybody */
	enum operand operand;
	operation_fn *run;
	const void *argument;
	operation_fn *prepare; /* checks before the body is read; NULL: none */
	bool writes;           /* waits for a commit: runs on a worker */
};

/*
 * The row that fits the request's method, target and headers.
 * err  S3_METHOD_NOT_ALLOWED: rows fit but for the method; S3_NOT_IMPLEMENTED: an operation that Crossgate lacks
 */
MUST_USE enum s3_err route(struct req *r);

/* The whole table, for the README's list and for tests. */
const struct operation *operations(size_t *count);

#endif
