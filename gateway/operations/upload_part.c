/* UploadPart and UploadPartCopy: a part of a multipart upload, from a body or from another object. */
#include "common/encode.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/source.h"
#include "gateway/operations/upload.h"
#include "gateway/operations/upload_checksum.h"

/*
 * A part has the checksum that was asked for at the beginning. For a composite one the client has to give it, for it
 * will be asked for each part's at the end; otherwise it may be worked out here.
 */
static enum s3_err
check_claim(struct req *r, const struct upload_checksum *expected)
{
	struct checksum_claim claim;
	enum s3_err err = checksum_claimed(r, &claim);

	if (err != S3_OK || !expected->asked_for || claim.checksum == expected->algorithm ||
	    (claim.checksum == NULL && !expected->composite))
		return err;
	return req_refuse(r, S3_INVALID_REQUEST,
	    "Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s",
	    expected->algorithm->lower, claim.checksum != NULL ? claim.checksum->lower : "null");
}

enum s3_err
op_upload_part_prepare(struct req *r)
{
	struct upload_checksum expected = upload_checksum_load(&r->upload->checksums);
	unsigned number;
	enum s3_err err;

	if ((err = requested_part_number(r, &number)) != S3_OK || (err = attributes_check_supported(r)) != S3_OK)
		return err;
	r->body.wanted = expected.algorithm;
	return check_claim(r, &expected);
}

/* (commits) Put a part whose bytes are all there. */
static enum s3_err
put_part(
    struct req *r, struct content *content, const char *etag, const struct fields *checksums, struct part **out)
{
	unsigned number;
	enum s3_err err = requested_part_number(r, &number);

	if (err != S3_OK)
		return err;
	return refuse_upload_store(r, catalog_part_put(r->gateway->catalog, r, r->bucket, r->target.key,
					  req_parameter(r, "uploadId"), number, content, etag, checksums, out));
}

enum s3_err
op_upload_part(struct req *r)
{
	const char *etag = hex_encode(r, slice_make(r->body.md5, sizeof(r->body.md5)));
	struct fields shown;
	struct part *part;
	enum s3_err err = put_part(r, r->body.content, etag, &r->body.checksums, &part);

	if (err != S3_OK)
		return err;
	reply_header_format(r, "ETag", "\"%s\"", part->etag);
	shown = shown_checksums(part);
	reply_checksums(r, &shown);
	return reply_empty(r, 200);
}

#define RANGE_HEADER "x-amz-copy-source-range"

/* "bytes=FIRST-LAST", and nothing else that a Range header may be. */
static bool
parse_range(struct slice text, uint64_t *first, uint64_t *last)
{
	struct slice unit = SLICE("bytes="), rest, number;

	if (!slice_starts_with(text, unit))
		return false;
	rest = slice_skip(text, unit.length);
	return slice_next(&rest, '-', &number) && slice_to_number(number, INT64_MAX, first) &&
	       slice_to_number(rest, INT64_MAX, last) && *first <= *last;
}

static enum s3_err
check_range_form(struct req *r)
{
	struct slice text = req_header(r, RANGE_HEADER);
	uint64_t first, last;

	if (!req_has_header(r, RANGE_HEADER) || parse_range(text, &first, &last))
		return S3_OK;
	return refuse_argument(r, RANGE_HEADER, text,
	    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
	    "zero-based offsets of the first and last bytes to copy");
}

/* The bytes of the source that are asked for: without a range, all. */
static enum s3_err
select_bytes(struct req *r, uint64_t size, struct byte_range *out)
{
	struct slice text = req_header(r, RANGE_HEADER);
	uint64_t first, last;

	*out = (struct byte_range){ 0, size };
	if (req_has_header(r, RANGE_HEADER) && parse_range(text, &first, &last)) {
		if (last >= size)
			return refuse_argument(r, RANGE_HEADER, text,
			    talloc_asprintf(r, "Range specified is not valid for source object of size: %llu",
				(unsigned long long)size));
		*out = (struct byte_range){ first, last - first + 1 };
	}
	return source_check_size(r, out->length);
}

enum s3_err
op_upload_part_copy_prepare(struct req *r)
{
	struct source source;
	unsigned number;
	enum s3_err err;

	if ((err = requested_part_number(r, &number)) != S3_OK || (err = attributes_check_supported(r)) != S3_OK ||
	    (err = source_read(r, &source)) != S3_OK)
		return err;
	return check_range_form(r);
}

static enum s3_err
reply_copied(struct req *r, const struct source *source, const struct part *part)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_SHORT);

	if (source->bucket->versioning != VERSIONING_NEVER)
		reply_header_string(r, "x-amz-copy-source-version-id", source->object->version_id);
	xml_start_root(w, "CopyPartResult");
	xml_time(w, "LastModified", part->modified_us);
	xml_etag(w, part->etag);
	xml_checksums(w, r, &part->checksums);
	xml_end(w);
	return reply_xml(r, 200, w);
}

enum s3_err
op_upload_part_copy(struct req *r)
{
	struct upload_checksum expected = upload_checksum_load(&r->upload->checksums);
	struct source_copied copied;
	struct content *content;
	struct byte_range range;
	struct source source;
	struct part *part;
	enum s3_err err;

	if ((err = source_read(r, &source)) != S3_OK || (err = source_find(r, &source)) != S3_OK ||
	    (err = select_bytes(r, source.object->size, &range)) != S3_OK)
		return err;
	content = content_new_part(r->gateway->catalog, r, r->bucket, r->target.key);
	if ((err = source_copy(r, &source, range, content, expected.algorithm, &copied)) != S3_OK ||
	    (err = put_part(r, content, copied.etag, &copied.checksums, &part)) != S3_OK)
		return err;
	return reply_copied(r, &source, part);
}
