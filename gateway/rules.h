/* Compiled CORS rules of buckets, cached a thread by the bucket's revision: no lock, and never a stale rule. */
#ifndef GATEWAY_RULES_H
#define GATEWAY_RULES_H

#include "cors/cors.h"
#include "gateway/req.h"

/* What CORS has to know of the request's bucket; the rules are valid until this thread calls again. */
MUST_USE enum s3_err req_cors_resource(struct req *r, struct cors_resource *out);

#endif
