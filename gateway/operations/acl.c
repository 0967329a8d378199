/* The ACLs of buckets and objects. */
#include "gateway/operations/answer.h"
#include "gateway/operations/change.h"
#include "gateway/operations/operations.h"

static enum s3_err
reply_acl(struct req *r, struct slice owner, struct slice stored)
{
	struct acl_users users = answer_acl_users(r);

	return reply_xml(r, 200, acl_write(r, acl_load(r, owner, stored), &users));
}

/* The ACL that a request brings: in headers or as a document, and not both. */
static enum s3_err
read_acl(struct req *r, struct slice owner, struct slice bucket_owner, struct slice *stored)
{
	struct acl_users users = answer_acl_users(r);
	bool has_document = r->body.document.length > 0, given;
	struct acl *acl;
	enum s3_err err;

	err = acl_from_headers(r, &r->headers, owner, bucket_owner, &users, &r->refusal, &acl, &given);
	if (err != S3_OK)
		return err;
	if (given && has_document)
		return req_refuse(r, S3_UNEXPECTED_CONTENT, NULL);
	if (!given && !has_document) {
		s3_refusal_detail(&r->refusal, "MissingHeaderName", SLICE("x-amz-acl"));
		return req_refuse(r, S3_MISSING_SECURITY_HEADER, NULL);
	}
	if (has_document && (err = acl_parse(r, r->body.document, owner, &users, &r->refusal, &acl)) != S3_OK)
		return err;
	*stored = acl_store(r, acl);
	return S3_OK;
}

enum s3_err
op_get_bucket_acl(struct req *r)
{
	return reply_acl(r, slice_from(r->bucket->owner_id), r->bucket->acl);
}

enum s3_err
op_put_bucket_acl(struct req *r)
{
	struct slice stored;
	enum s3_err err = read_acl(r, slice_from(r->bucket->owner_id), slice_from(""), &stored);

	if (err == S3_OK)
		err = req_refuse_store(r, catalog_bucket_set_acl(r->gateway->catalog, r->bucket, stored));
	return err == S3_OK ? reply_empty(r, 200) : err;
}

enum s3_err
op_get_object_acl(struct req *r)
{
	reply_version(r, r->object);
	return reply_acl(r, slice_from(r->object->owner_id), r->object->acl);
}

static enum s3_err
put_acl(struct req *r, struct object_change *change)
{
	return read_acl(r, slice_from(r->object->owner_id), slice_from(r->bucket->owner_id), &change->acl);
}

enum s3_err
op_put_object_acl(struct req *r)
{
	enum s3_err err = change_object(r, put_acl);

	if (err != S3_OK)
		return err;
	reply_version(r, r->object);
	return reply_empty(r, 200);
}
