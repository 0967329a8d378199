/* What the log says of cross-origin requests that are granted nothing: a line for machines, and one for people. */
#ifndef GATEWAY_CORS_LOG_H
#define GATEWAY_CORS_LOG_H

#include "cors/cors.h"
#include "gateway/req.h"

/*
 * A preflight that was refused, or granted, or an actual request that was granted or not. At level info the refusal:
 * bucket, origin, and the first thing that failed. At level debug the sentence that oslo.middleware has for it, word
 * for word; a preflight that asks for no method has one even where it is granted. Nothing is worked out for a level
 * that is off.
 */
void req_log_cors(struct req *r, const struct cors_resource *resource, const struct cors_request *request,
    bool preflight, bool granted);

#endif
