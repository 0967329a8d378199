#include "gateway/operations/answer.h"
#include "gateway/operations/bucket_configuration.h"
#include "gateway/operations/operations.h"

/* A gateway of one region makes no bucket elsewhere. */
static enum s3_err
check_region(struct req *r, struct slice location)
{
	struct slice region = slice_from(r->config->region);

	if (location.length == 0 || region.length == 0 || slice_equal(location, region))
		return S3_OK;
	if (slice_equal(location, SLICE("EU")) && slice_equal(region, SLICE("eu-west-1")))
		return S3_OK;
	return req_refuse(r, S3_ILLEGAL_LOCATION,
	    "The %.*s location constraint is incompatible for the region specific endpoint this request was sent to.",
	    SLICE_ARG(location));
}

/* ACLs count in every bucket, which is what ObjectWriter means. */
static enum s3_err
check_ownership(struct req *r)
{
	struct slice ownership = req_header(r, "x-amz-object-ownership");

	if (ownership.length == 0 || slice_equal(ownership, SLICE("ObjectWriter")))
		return S3_OK;
	if (slice_equal(ownership, SLICE("BucketOwnerPreferred")) ||
	    slice_equal(ownership, SLICE("BucketOwnerEnforced")))
		return req_refuse(r, S3_NOT_IMPLEMENTED, "x-amz-object-ownership: %.*s is not implemented.",
		    SLICE_ARG(ownership));
	return refuse_argument(r, "x-amz-object-ownership", ownership, "Invalid x-amz-object-ownership header.");
}

static enum s3_err
check_object_lock(struct req *r)
{
	struct slice enabled = req_header(r, "x-amz-bucket-object-lock-enabled");

	if (enabled.length == 0 || slice_equal_nocase(enabled, SLICE("false")))
		return S3_OK;
	return req_refuse(r, S3_NOT_IMPLEMENTED, "x-amz-bucket-object-lock-enabled is not implemented.");
}

static enum s3_err
refuse_existing(struct req *r, const struct bucket *existing)
{
	bool own = slice_equal(slice_from(existing->owner_id), r->identity.user_id);

	s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
	return req_refuse(r, own ? S3_BUCKET_ALREADY_OWNED : S3_BUCKET_ALREADY_EXISTS, NULL);
}

static enum s3_err
read_bucket(struct req *r, struct bucket *out)
{
	struct acl_users users = answer_acl_users(r);
	struct slice location;
	struct acl *acl;
	enum s3_err err;
	bool given;

	if ((err = check_object_lock(r)) != S3_OK || (err = check_ownership(r)) != S3_OK ||
	    (err = bucket_configuration_parse(r, r->body.document, &r->refusal, &location)) != S3_OK ||
	    (err = check_region(r, location)) != S3_OK)
		return err;
	err = acl_from_headers(
	    r, &r->headers, r->identity.user_id, slice_from(""), &users, &r->refusal, &acl, &given);
	if (err != S3_OK)
		return err;
	*out = (struct bucket){
		.name = slice_dup(r, r->target.bucket),
		.owner_id = slice_dup(r, r->identity.user_id),
		.location = slice_dup(r, location),
		.acl = acl_store(r, acl),
	};
	return S3_OK;
}

enum s3_err
op_create_bucket(struct req *r)
{
	struct bucket bucket;
	enum store_err made;
	enum s3_err err;

	if (!bucket_name_valid(r->target.bucket)) {
		s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
		return req_refuse(r, S3_INVALID_BUCKET_NAME, NULL);
	}
	if ((err = read_bucket(r, &bucket)) != S3_OK)
		return err;
	made = r->bucket != NULL ? STORE_EXISTS : catalog_bucket_create(r->gateway->catalog, &bucket);
	/* Somebody may have made it since the request began. */
	if (made == STORE_EXISTS && r->bucket == NULL)
		err = req_refuse_store(r, catalog_bucket(r->gateway->catalog, r, r->target.bucket, &r->bucket));
	if (err != S3_OK)
		return err;
	if (made == STORE_EXISTS)
		return refuse_existing(r, r->bucket);
	if (made != STORE_OK)
		return req_refuse_store(r, made);
	reply_header_format(r, "Location", "/%s", bucket.name);
	return reply_empty(r, 200);
}

enum s3_err
op_delete_bucket(struct req *r)
{
	enum store_err err = catalog_bucket_delete(r->gateway->catalog, r->bucket);

	if (err == STORE_NOT_EMPTY) {
		s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
		return req_refuse(r, S3_BUCKET_NOT_EMPTY, NULL);
	}
	return err == STORE_OK ? reply_empty(r, 204) : req_refuse_store(r, err);
}

enum s3_err
op_head_bucket(struct req *r)
{
	reply_header_string(r, "x-amz-bucket-region", bucket_region(r, r->bucket));
	return reply_empty(r, 200);
}

/* S3's oldest region is said by saying nothing. A location needs no escaping. */
enum s3_err
op_get_location(struct req *r)
{
	const char *location = r->bucket->location;

	if (strcmp(location, "us-east-1") == 0)
		location = "";
	return reply_bytes(r, 200,
	    slice_from(talloc_asprintf(r,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<LocationConstraint xmlns=\"" XML_S3_NAMESPACE "\">%s</LocationConstraint>",
		location)));
}

enum s3_err
op_get_versioning(struct req *r)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_SHORT);

	xml_start_root(w, "VersioningConfiguration");
	if (r->bucket->versioning != VERSIONING_NEVER)
		xml_string(w, "Status", r->bucket->versioning == VERSIONING_ENABLED ? "Enabled" : "Suspended");
	xml_end(w);
	return reply_xml(r, 200, w);
}

enum s3_err
op_get_request_payment(struct req *r)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_SHORT);

	xml_start_root(w, "RequestPaymentConfiguration");
	xml_string(w, "Payer", "BucketOwner");
	xml_end(w);
	return reply_xml(r, 200, w);
}
