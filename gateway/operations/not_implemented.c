#include "gateway/operations/operations.h"

/* Operations of the S3 API that Crossgate knows by name alone. */
enum s3_err
op_not_implemented(struct req *r)
{
	return req_refuse(r, S3_NOT_IMPLEMENTED, "%s is not implemented.", r->operation->name);
}
