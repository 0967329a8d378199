/* The ACLs of buckets and objects. */
#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/operations.h"
#include "gateway/permission.h"

#define ATTEMPTS 5 /* at an object that somebody else keeps changing */

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

/* An object_check_fn: whether it is still the one that was read, for its attributes are written back with the ACL. */
static bool
is_same(void *context, const struct object *current)
{
	const struct object *read = context;

	return current != NULL && strcmp(current->version_id, read->version_id) == 0 &&
	       current->modified_us == read->modified_us && strcmp(current->etag, read->etag) == 0 &&
	       slice_equal(current->acl, read->acl) && slice_equal(current->tags, read->tags);
}

/* Set the ACL of r->object; STORE_REFUSED where it has changed meanwhile, *current then being what it is now. */
static enum store_err
change_acl(struct req *r, struct slice stored, struct object **current)
{
	struct object_change change = attributes_of(*current);
	struct slice version = slice_from((*current)->version_id);
	struct catalog *catalog = r->gateway->catalog;
	struct object *changed;
	enum store_err err;

	change.acl = stored;
	err = catalog_object_change(
	    catalog, r, r->bucket, r->target.key, version, &change, false, is_same, *current, &changed);
	if (err != STORE_REFUSED)
		return err;
	err = catalog_object(catalog, r, r->bucket, r->target.key, version, false, current);
	return err == STORE_OK ? STORE_REFUSED : err;
}

/* Whether the request's sender may still change the ACL of an object that somebody has replaced meanwhile. */
static bool
still_allowed(struct req *r, const struct object *object)
{
	const struct subject about = { r->bucket, r->target.key, object };

	return req_may(
	    r, req_has_parameter(r, "versionId") ? ACTION_PutObjectVersionAcl : ACTION_PutObjectAcl, &about);
}

enum s3_err
op_put_object_acl(struct req *r)
{
	enum store_err err = STORE_REFUSED;
	struct slice stored;
	enum s3_err refused;

	for (unsigned attempt = 0; attempt < ATTEMPTS && err == STORE_REFUSED; attempt++) {
		if (!still_allowed(r, r->object))
			return req_refuse(r, S3_ACCESS_DENIED, NULL);
		refused = read_acl(r, slice_from(r->object->owner_id), slice_from(r->bucket->owner_id), &stored);
		if (refused != S3_OK)
			return refused;
		err = change_acl(r, stored, &r->object);
	}
	if (err == STORE_NOT_FOUND) {
		s3_refusal_detail(&r->refusal, "Key", r->target.key);
		return req_refuse(r, S3_NO_SUCH_KEY, NULL);
	}
	if (err == STORE_REFUSED)
		return req_refuse(r, S3_CONDITIONAL_CONFLICT, NULL);
	if (err != STORE_OK)
		return req_refuse_store(r, err);
	reply_version(r, r->object);
	return reply_empty(r, 200);
}
