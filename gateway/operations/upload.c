/* CreateMultipartUpload and AbortMultipartUpload: the beginning and the end of an upload that comes to nothing. */
#include "gateway/operations/upload.h"

#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/upload_checksum.h"

enum s3_err
requested_part_number(struct req *r, unsigned *out)
{
	struct slice text = req_parameter(r, "partNumber");
	uint64_t number;

	*out = 0;
	if (!slice_to_number(text, PART_NUMBER_MAX, &number) || number == 0)
		return refuse_argument(
		    r, "partNumber", text, "Part number must be an integer between 1 and 10000, inclusive");
	*out = (unsigned)number;
	return S3_OK;
}

struct fields
shown_checksums(const struct part *part)
{
	return (struct fields){ part->checksums.items, part->checksums.count > 0 ? 1 : 0 };
}

enum s3_err
refuse_upload(struct req *r)
{
	s3_refusal_detail(&r->refusal, "UploadId", req_parameter(r, "uploadId"));
	return req_refuse(r, S3_NO_SUCH_UPLOAD, NULL);
}

enum s3_err
refuse_upload_store(struct req *r, enum store_err err)
{
	return err == STORE_NOT_FOUND ? refuse_upload(r) : req_refuse_store(r, err);
}

static enum s3_err
reply_upload(struct req *r, const struct upload *upload)
{
	struct upload_checksum checksum = upload_checksum_load(&upload->checksums);
	struct xml_writer *w = xml_writer_new(r, ANSWER_LONG);

	if (checksum.asked_for) {
		reply_header_string(r, "x-amz-checksum-algorithm", checksum.algorithm->name);
		reply_header_string(r, "x-amz-checksum-type", upload_checksum_type(&checksum));
	}
	xml_start_root(w, "InitiateMultipartUploadResult");
	xml_string(w, "Bucket", r->bucket->name);
	xml_text(w, "Key", r->target.key);
	xml_string(w, "UploadId", upload->id);
	xml_end(w);
	return reply_xml(r, 200, w);
}

enum s3_err
op_create_multipart_upload(struct req *r)
{
	struct object_change change = { 0 };
	struct upload_checksum checksum;
	struct upload *upload;
	enum s3_err err;

	if (r->identity.anonymous)
		return req_refuse(r, S3_ACCESS_DENIED,
		    "Anonymous users cannot initiate multipart uploads.  Please authenticate.");
	if ((err = attributes_check_supported(r)) != S3_OK || (err = attributes_read(r, &change)) != S3_OK ||
	    (err = attributes_read_owner(r, &change)) != S3_OK ||
	    (err = upload_checksum_read(r, &checksum)) != S3_OK)
		return err;
	change.checksums = upload_checksum_store(r, &checksum);
	err = req_refuse_store(r, catalog_upload_create(r->gateway->catalog, r, r->bucket, r->target.key,
				      r->identity.user_id, &change, &upload));
	return err == S3_OK ? reply_upload(r, upload) : err;
}

enum s3_err
op_abort_multipart_upload(struct req *r)
{
	enum s3_err err = refuse_upload_store(
	    r, catalog_upload_abort(r->gateway->catalog, r->bucket, r->target.key, req_parameter(r, "uploadId")));

	return err == S3_OK ? reply_empty(r, 204) : err;
}
