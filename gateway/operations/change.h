/* Changing attributes of an object in place, while others may be changing it too: ACLs and tags. */
#ifndef GATEWAY_OPERATIONS_CHANGE_H
#define GATEWAY_OPERATIONS_CHANGE_H

#include "gateway/req.h"

/* Set in *change, which holds what r->object has, what the request wants otherwise. It may be called several times. */
typedef enum s3_err change_fn(struct req *r, struct object_change *change);

/*
 * (commits) Change r->object as `edit` says, and nothing else of it. Where it is not any more what was read, r->object
 * becomes what it is then, permission for the operation is asked for again, and it is edited anew.
 * err  as `edit`; S3_ACCESS_DENIED, S3_NO_SUCH_KEY or S3_NO_SUCH_VERSION (gone meanwhile), S3_CONDITIONAL_CONFLICT
 *      (others keep changing it)
 */
MUST_USE enum s3_err change_object(struct req *r, change_fn *edit);

#endif
