/* The ACLs of buckets and objects. */
#include "gateway/operations/answer.h"
#include "gateway/operations/change.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/ownership.h"

static enum s3_err
reply_acl(struct req *r, struct slice owner, struct slice stored)
{
	struct acl_users users = answer_acl_users(r);
	bool disabled;
	enum s3_err err = acls_are_disabled(r, &disabled);

	if (err != S3_OK)
		return err;
	/* Then what is stored counts for nothing, and private is full control of the owner. */
	return reply_xml(r, 200, acl_write(r, acl_load(r, owner, disabled ? slice_from("") : stored), &users));
}

/* The ACL that a request brings: in headers or as a document, and not both. */
static enum s3_err
parse_acl(struct req *r, struct slice owner, struct slice bucket_owner, struct acl **acl)
{
	struct acl_users users = answer_acl_users(r);
	bool has_document = r->body.document.length > 0, given;
	enum s3_err err;

	err = acl_from_headers(r, &r->headers, owner, bucket_owner, &users, &r->refusal, acl, &given);
	if (err != S3_OK)
		return err;
	if (given && has_document)
		return req_refuse(r, S3_UNEXPECTED_CONTENT, NULL);
	if (!given && !has_document) {
		s3_refusal_detail(&r->refusal, "MissingHeaderName", SLICE("x-amz-acl"));
		return req_refuse(r, S3_MISSING_SECURITY_HEADER, NULL);
	}
	return has_document ? acl_parse(r, r->body.document, owner, &users, &r->refusal, acl) : S3_OK;
}

/* The same, as it is to be stored, if the bucket takes it. */
static enum s3_err
read_acl(struct req *r, struct slice owner, struct slice bucket_owner, struct slice *stored)
{
	struct acl *acl;
	enum s3_err err = parse_acl(r, owner, bucket_owner, &acl);

	if (err == S3_OK)
		err = acl_admit(r, acl);
	if (err == S3_OK)
		*stored = acl_store(r, acl);
	return err;
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
	return reply_acl(r, owner_in_force(r, r->object->owner_id), r->object->acl);
}

/* The owner of what is there: whoever put it meanwhile may be somebody else, whose ACL it is. */
static enum s3_err
put_acl(struct req *r, struct object_change *change)
{
	struct slice stored;
	bool disabled;
	enum s3_err err;

	err = read_acl(r, owner_in_force(r, r->object->owner_id), slice_from(r->bucket->owner_id), &stored);
	if (err == S3_OK)
		err = acls_are_disabled(r, &disabled);
	/* The one ACL that is taken then is the one that every object has; what it had before stays for later. */
	if (err == S3_OK && !disabled)
		change->acl = stored;
	return err;
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
