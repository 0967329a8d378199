/* ListMultipartUploads: the uploads that are under way in a bucket. */
#include "common/encode.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/listing.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/ownership.h"
#include "gateway/operations/upload.h"
#include "gateway/operations/upload_checksum.h"

#define UPLOAD_ID_BYTES 16

struct upload_listing {
	struct listing asked;
	struct slice key_marker;
	struct slice upload_marker;
	struct upload_page *page;
	struct owner_names initiator_names, owner_names;
};

/* It counts beside a key-marker alone. */
static enum s3_err
read_upload_marker(struct req *r, struct upload_listing *out)
{
	unsigned char id[UPLOAD_ID_BYTES];

	out->upload_marker = req_parameter(r, "upload-id-marker");
	if (out->key_marker.length == 0)
		out->upload_marker = slice_from("");
	if (out->upload_marker.length == 0 || hex_decode(out->upload_marker, id, sizeof(id)))
		return S3_OK;
	return refuse_argument(r, "upload-id-marker", out->upload_marker, "Invalid uploadId marker");
}

static enum s3_err
read_listing(struct req *r, struct upload_listing *out)
{
	enum s3_err err;

	*out = (struct upload_listing){ 0 };
	if ((err = listing_read(r, "max-uploads", &out->asked)) != S3_OK ||
	    (err = listing_read_text(r, "key-marker", &out->key_marker)) != S3_OK)
		return err;
	return read_upload_marker(r, out);
}

static enum s3_err
read_page(struct req *r, struct upload_listing *l)
{
	struct list_position after = listing_position(&l->asked, l->key_marker);
	struct upload_query query = {
		.prefix = l->asked.prefix,
		.delimiter = l->asked.delimiter,
		.after = after.after,
		.after_is_prefix = after.is_prefix,
		.after_upload = l->upload_marker,
		.limit = (size_t)l->asked.limit,
	};

	if (!listing_wants(&l->asked)) {
		l->page = talloc_zero(r, struct upload_page);
		return S3_OK;
	}
	return req_refuse_store(r, catalog_list_uploads(r->gateway->catalog, r, r->bucket, &query, &l->page));
}

static void
write_upload(struct xml_writer *w, struct req *r, struct upload_listing *l, const struct upload *upload)
{
	struct upload_checksum checksum = upload_checksum_load(&upload->checksums);

	xml_start(w, "Upload");
	listing_write_key(w, r, &l->asked, "Key", upload->key);
	xml_string(w, "UploadId", upload->id);
	xml_initiator(w, r, &l->initiator_names, upload);
	xml_owner(w, r, &l->owner_names, owner_in_force(r, upload->owner_id));
	xml_string(w, "StorageClass", "STANDARD");
	xml_time(w, "Initiated", upload->initiated_us);
	upload_checksum_write(w, &checksum);
	xml_end(w);
}

/* Where the next page begins, after a key or a common prefix. */
static void
write_next(struct xml_writer *w, struct req *r, const struct upload_listing *l)
{
	const struct upload_page *page = l->page;

	if (!page->truncated)
		return;
	listing_write_key(w, r, &l->asked, "NextKeyMarker", page->last);
	xml_string(w, "NextUploadIdMarker", page->last_upload != NULL ? page->last_upload : "");
}

enum s3_err
op_list_multipart_uploads(struct req *r)
{
	struct upload_listing l;
	struct xml_writer *w;
	enum s3_err err;

	if ((err = read_listing(r, &l)) != S3_OK || (err = read_page(r, &l)) != S3_OK)
		return err;
	w = xml_writer_new(r, ANSWER_LONG);
	xml_start_root(w, "ListMultipartUploadsResult");
	xml_string(w, "Bucket", r->bucket->name);
	listing_write_key(w, r, &l.asked, "KeyMarker", l.key_marker);
	xml_text(w, "UploadIdMarker", l.upload_marker);
	write_next(w, r, &l);
	listing_write_key(w, r, &l.asked, "Prefix", l.asked.prefix);
	if (l.asked.delimiter.length > 0)
		listing_write_key(w, r, &l.asked, "Delimiter", l.asked.delimiter);
	if (l.asked.url_encoded)
		xml_string(w, "EncodingType", "url");
	xml_number(w, "MaxUploads", l.asked.limit);
	xml_bool(w, "IsTruncated", l.page->truncated);
	for (size_t i = 0; i < l.page->upload_count; i++)
		write_upload(w, r, &l, l.page->uploads[i]);
	listing_write_prefixes(w, r, &l.asked, l.page->prefixes, l.page->prefix_count);
	xml_end(w);
	return reply_xml(r, 200, w);
}
