/* PutObject and DeleteObject: one object, made or unmade. */
#include "common/encode.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/precondition.h"
#include "gateway/operations/put.h"

/* All that headers alone can tell, before a byte of the body has been asked for. */
enum s3_err
op_put_object_prepare(struct req *r)
{
	struct object_change change = { 0 };
	struct precondition precondition;
	enum s3_err err;

	if ((err = check_whole_object(r)) != S3_OK || (err = attributes_check_supported(r)) != S3_OK ||
	    (err = attributes_read(r, &change)) != S3_OK || (err = attributes_read_owner(r, &change)) != S3_OK ||
	    (err = precondition_read(r, &precondition)) != S3_OK)
		return err;
	return precondition_check_now(&precondition);
}

enum s3_err
put_content(struct req *r, struct object **out)
{
	struct object_change change = { .etag = hex_encode(r, slice_make(r->body.md5, sizeof(r->body.md5))) };
	struct precondition precondition;
	enum s3_err err;

	if ((err = attributes_read(r, &change)) != S3_OK || (err = attributes_read_owner(r, &change)) != S3_OK ||
	    (err = precondition_read(r, &precondition)) != S3_OK)
		return err;
	if (r->body.checksums.count > 0)
		fields_add(r, &r->body.checksums, SLICE("type"), SLICE("FULL_OBJECT"));
	change.checksums = r->body.checksums;
	err = precondition_refuse(
	    &precondition, catalog_object_put(r->gateway->catalog, r, r->bucket, r->target.key, r->body.content,
			       &change, precondition_check, &precondition, out));
	if (err != S3_OK)
		return err;
	reply_header_format(r, "ETag", "\"%s\"", (*out)->etag);
	reply_version_made(r, *out);
	reply_checksums(r, &change.checksums);
	return S3_OK;
}

enum s3_err
op_put_object(struct req *r)
{
	struct object *object;
	enum s3_err err = put_content(r, &object);

	return err != S3_OK ? err : reply_empty(r, 200);
}

/* Deleting what is not there succeeds. */
enum s3_err
op_delete_object(struct req *r)
{
	struct object_deletion deletion = { 0 };
	struct precondition precondition;
	struct slice version;
	enum s3_err err;

	if ((err = check_no_mfa(r)) != S3_OK || (err = requested_version(r, &version)) != S3_OK ||
	    (err = precondition_read_deletion(r, version, &precondition)) != S3_OK)
		return err;
	err = precondition_refuse(
	    &precondition, catalog_object_delete(r->gateway->catalog, r, r->bucket, r->target.key, version,
			       precondition_check, &precondition, &deletion));
	if (err != S3_OK)
		return err;
	if (deletion.delete_marker)
		reply_header_string(r, "x-amz-delete-marker", "true");
	if (deletion.version_id != NULL)
		reply_header_string(r, "x-amz-version-id", deletion.version_id);
	else if (version.length > 0 && r->bucket->versioning != VERSIONING_NEVER)
		reply_header(r, "x-amz-version-id", version);
	return reply_empty(r, 204);
}
