/* What an operator's log says of a request that was not granted: what failed first, in oslo.middleware's words. */
#ifndef CORS_COMPLAINT_H
#define CORS_COMPLAINT_H

#include "cors/cors.h"

struct cors_complaint {
	/*
	 * "no origin", "many origins", "no bucket", "no rules", "origin", "no requested method", "method", "header": in
	 * the order in which they are looked at, which is oslo.middleware's and not everywhere that of the answer.
	 */
	const char *failed;
	/*
	 * The origin, method or header that failed, as the client wrote it: any bytes, any length. Empty where nothing
	 * can be named, as of a list of headers that takes too long to compare.
	 */
	struct slice value;
	/*
	 * oslo.middleware's debug line, on `mem`; NULL: it has none for this. Printable ASCII alone: other bytes are
	 * \xNN, single quotes \', and a value of more than 256 bytes is cut.
	 */
	const char *line;
};

/*
 * Say why a preflight was refused, or an actual request was granted nothing; also why a preflight without a requested
 * method was answered with all that the service's rules permit. Not for requests that were granted otherwise.
 */
void cors_complaint(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    bool preflight, struct cors_complaint *out);

#endif
