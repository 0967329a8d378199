#include "gateway/operations/ownership.h"

#include "gateway/operations/operations.h"
#include "gateway/settings.h"

static const char owner_control[] = "bucket-owner-full-control";

enum s3_err
new_object_owner(struct req *r, struct slice *out)
{
	bool gives_control = slice_equal(req_header(r, "x-amz-acl"), slice_from(owner_control));
	const struct settings *settings;
	enum s3_err err = req_settings(r, r->bucket, &settings);

	*out = slice_from(r->bucket->owner_id);
	if (err != S3_OK || r->identity.anonymous || settings->ownership == OWNERSHIP_BUCKET_OWNER_ENFORCED ||
	    (settings->ownership == OWNERSHIP_BUCKET_OWNER_PREFERRED && gives_control))
		return err;
	*out = r->identity.user_id;
	return S3_OK;
}

enum s3_err
acls_are_disabled(struct req *r, bool *out)
{
	const struct settings *settings;
	enum s3_err err = req_settings(r, r->bucket, &settings);

	*out = err == S3_OK && settings->ownership == OWNERSHIP_BUCKET_OWNER_ENFORCED;
	return err;
}

struct slice
owner_in_force(struct req *r, const char *owner_id)
{
	bool disabled;

	if (acls_are_disabled(r, &disabled) == S3_OK && disabled)
		return slice_from(r->bucket->owner_id);
	return slice_from(owner_id);
}

/* The canned ACL by its name: "private" says the same of the owner's own objects, and S3 refuses it. */
static bool
is_owner_control(struct req *r, const struct acl *acl)
{
	if (req_has_header(r, "x-amz-acl"))
		return slice_equal(req_header(r, "x-amz-acl"), slice_from(owner_control));
	return acl_is_full_control_of(acl, slice_from(r->bucket->owner_id));
}

enum s3_err
acl_admit(struct req *r, const struct acl *acl)
{
	const struct settings *settings;
	enum s3_err err = req_settings(r, r->bucket, &settings);

	if (err != S3_OK)
		return err;
	if (settings->ownership == OWNERSHIP_BUCKET_OWNER_ENFORCED && !is_owner_control(r, acl))
		return req_refuse(r, S3_ACL_NOT_SUPPORTED, NULL);
	if (settings->public_access.block_acls && acl_is_public(acl))
		return req_refuse(
		    r, S3_ACCESS_DENIED, "Public ACLs are blocked by the bucket's BlockPublicAcls setting.");
	return S3_OK;
}

/* PutBucketOwnershipControls: ACLs are not disabled while the bucket's own lets others in. */
enum s3_err
op_put_ownership_controls(struct req *r)
{
	struct slice owner = slice_from(r->bucket->owner_id);
	enum ownership ownership = OWNERSHIP_OBJECT_WRITER;
	enum s3_err err = S3_OK;

	if (r->body.document.length > 0)
		err = ownership_parse(r, r->body.document, &r->refusal, &ownership);
	if (err != S3_OK)
		return err;
	if (ownership == OWNERSHIP_BUCKET_OWNER_ENFORCED && acl_grants_others(acl_load(r, owner, r->bucket->acl)))
		return req_refuse(r, S3_INVALID_BUCKET_ACL, NULL);
	return op_document_put(r);
}
