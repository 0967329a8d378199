/* What makes an object of a request's body, for the operations that do: PutObject and PostObject. */
#ifndef GATEWAY_OPERATIONS_PUT_H
#define GATEWAY_OPERATIONS_PUT_H

#include "gateway/req.h"

/*
 * Make r->body.content the object of the request's key, as its headers have it, and answer with what tells it from
 * others: ETag, version, checksums. The status is left to the caller. err as attributes_read, precondition_refuse
 */
MUST_USE enum s3_err put_content(struct req *r, struct object **out);

#endif
