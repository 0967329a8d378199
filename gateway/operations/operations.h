/*
 * What the operation table names: one function an S3 operation (route.h says what a request has passed before it runs),
 * and the kinds of bucket document that three of them serve.
 */
#ifndef GATEWAY_OPERATIONS_OPERATIONS_H
#define GATEWAY_OPERATIONS_OPERATIONS_H

#include "gateway/req.h"

/*
 * Whether a document of this kind may be stored. *canonical, on `mem`, is how a GET answers it; NULL: not wanted.
 */
typedef enum s3_err document_check_fn(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct slice *canonical);

struct document {
	unsigned number;          /* the catalog's */
	const char *root;         /* element */
	enum s3_err absent;       /* S3_OK: answered with the empty root element */
	document_check_fn *check; /* NULL: cannot be put */
};

#define DOC(id, number, root, absent, check) extern const struct document document_##id;
#include "gateway/documents.def"
#undef DOC

document_check_fn document_check_cors;
document_check_fn document_check_tagging;
document_check_fn document_check_ownership;
document_check_fn document_check_public_access;

operation_fn op_preflight;
operation_fn op_not_implemented;

/* The service. */
operation_fn op_list_buckets;

/* Buckets. */
operation_fn op_create_bucket;
operation_fn op_delete_bucket;
operation_fn op_head_bucket;
operation_fn op_get_location;
operation_fn op_get_versioning;
operation_fn op_put_versioning;
operation_fn op_get_request_payment;
operation_fn op_get_bucket_acl;
operation_fn op_put_bucket_acl;
operation_fn op_put_bucket_tagging;
operation_fn op_no_configurations;
operation_fn op_no_such_configuration;
operation_fn op_document_get;
operation_fn op_document_put;
operation_fn op_document_delete;
operation_fn op_put_ownership_controls;
operation_fn op_get_policy;
operation_fn op_put_policy_prepare;
operation_fn op_put_policy;
operation_fn op_delete_policy;
operation_fn op_get_policy_status;
operation_fn op_list_objects;
operation_fn op_list_objects_v2;
operation_fn op_list_versions;
operation_fn op_list_multipart_uploads;
operation_fn op_delete_objects;

/* Objects. */
operation_fn op_get_object;
operation_fn op_head_object;
operation_fn op_put_object_prepare;
operation_fn op_put_object;
operation_fn op_post_object;
operation_fn op_copy_object_prepare;
operation_fn op_copy_object;
operation_fn op_delete_object;
operation_fn op_create_multipart_upload;
operation_fn op_upload_part_prepare;
operation_fn op_upload_part;
operation_fn op_upload_part_copy_prepare;
operation_fn op_upload_part_copy;
operation_fn op_complete_multipart_upload;
operation_fn op_abort_multipart_upload;
operation_fn op_list_parts;
operation_fn op_get_object_attributes;
operation_fn op_get_object_acl;
operation_fn op_put_object_acl;
operation_fn op_no_object_lock;
operation_fn op_get_object_tagging;
operation_fn op_put_object_tagging;
operation_fn op_delete_object_tagging;

#endif
