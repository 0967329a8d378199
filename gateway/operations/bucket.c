#include "auth/ownership.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/bucket_configuration.h"
#include "gateway/operations/operations.h"
#include "gateway/tags.h"

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

/* A bucket to be made, with the documents that it has from its first moment on. */
struct new_bucket {
	struct bucket bucket;
	struct bucket_document documents[2];
	size_t document_count;
};

/* x-amz-object-ownership; without it, the bucket says nothing, and who puts an object owns it. */
static enum s3_err
read_ownership(struct req *r, const struct acl *acl, struct new_bucket *out)
{
	struct slice header = req_header(r, "x-amz-object-ownership");
	enum ownership ownership;

	if (!req_has_header(r, "x-amz-object-ownership"))
		return S3_OK;
	if (!ownership_by_name(header, &ownership))
		return refuse_argument(
		    r, "x-amz-object-ownership", header, "Invalid x-amz-object-ownership header.");
	if (ownership == OWNERSHIP_BUCKET_OWNER_ENFORCED && acl_grants_others(acl))
		return req_refuse(r, S3_INVALID_BUCKET_ACL, NULL);
	out->documents[out->document_count++] =
	    (struct bucket_document){ document_ownership.number, ownership_write(r, ownership) };
	return S3_OK;
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
read_bucket(struct req *r, struct new_bucket *out)
{
	struct acl_users users = answer_acl_users(r);
	struct bucket_configuration configuration;
	struct acl *acl;
	enum s3_err err;
	bool given;

	*out = (struct new_bucket){ 0 };
	if ((err = check_object_lock(r)) != S3_OK ||
	    (err = bucket_configuration_parse(r, r->body.document, &r->refusal, &configuration)) != S3_OK ||
	    (err = check_region(r, configuration.location)) != S3_OK)
		return err;
	err = acl_from_headers(
	    r, &r->headers, r->identity.user_id, slice_from(""), &users, &r->refusal, &acl, &given);
	if (err != S3_OK || (err = read_ownership(r, acl, out)) != S3_OK)
		return err;
	if (configuration.tags.count > 0)
		out->documents[out->document_count++] = (struct bucket_document){ document_tagging.number,
			xml_finish(tags_write(r, &configuration.tags)) };
	out->bucket = (struct bucket){
		.name = slice_dup(r, r->target.bucket),
		.owner_id = slice_dup(r, r->identity.user_id),
		.location = slice_dup(r, configuration.location),
		.acl = acl_store(r, acl),
	};
	return S3_OK;
}

enum s3_err
op_create_bucket(struct req *r)
{
	struct new_bucket new;
	enum store_err made = STORE_EXISTS;
	enum s3_err err;

	if (!bucket_name_valid(r->target.bucket)) {
		s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
		return req_refuse(r, S3_INVALID_BUCKET_NAME, NULL);
	}
	if ((err = read_bucket(r, &new)) != S3_OK)
		return err;
	if (r->bucket == NULL)
		made =
		    catalog_bucket_create_with(r->gateway->catalog, &new.bucket, new.documents, new.document_count);
	/* Somebody may have made it since the request began. */
	if (made == STORE_EXISTS && r->bucket == NULL)
		err = req_refuse_store(r, catalog_bucket(r->gateway->catalog, r, r->target.bucket, &r->bucket));
	if (err != S3_OK)
		return err;
	if (made == STORE_EXISTS)
		return refuse_existing(r, r->bucket);
	if (made != STORE_OK)
		return req_refuse_store(r, made);
	reply_header_format(r, "Location", "/%s", new.bucket.name);
	return reply_empty(r, 200);
}

enum s3_err
op_delete_bucket(struct req *r)
{
	enum store_err err = catalog_bucket_delete(r->gateway->catalog, r->bucket);

	if (err == STORE_NOT_EMPTY) {
		s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
		return req_refuse(r, S3_BUCKET_NOT_EMPTY, "%s",
		    r->bucket->versioning == VERSIONING_NEVER
			? s3_err_message(S3_BUCKET_NOT_EMPTY)
			: "The bucket you tried to delete is not empty. You must delete all versions in the bucket.");
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
op_get_request_payment(struct req *r)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_SHORT);

	xml_start_root(w, "RequestPaymentConfiguration");
	xml_string(w, "Payer", "BucketOwner");
	xml_end(w);
	return reply_xml(r, 200, w);
}
