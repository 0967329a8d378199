#include "gateway/cors_log.h"
#include "gateway/operations/operations.h"
#include "gateway/settings.h"

/* Any OPTIONS request (Amazon S3 API Reference, "OPTIONS object"; Fetch standard, "CORS-preflight request"). */
enum s3_err
op_preflight(struct req *r)
{
	struct cors_resource resource;
	struct cors_request request;
	enum s3_err err;

	if ((err = req_cors_resource(r, &resource)) != S3_OK)
		return err;
	cors_request_read(r, r->method, &r->headers, r->target.raw_key.length > 0, &request);
	err = cors_preflight(r, &resource, &request, &r->refusal, &r->kept_headers);
	req_log_cors(r, &resource, &request, true, err == S3_OK);
	fields_copy(r, &r->kept_headers); /* the rules may be replaced before the answer is sent */
	return err == S3_OK ? reply_empty(r, 200) : err;
}
