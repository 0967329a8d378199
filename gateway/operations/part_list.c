/* ListParts: the parts of an upload that are there so far. */
#include "gateway/operations/answer.h"
#include "gateway/operations/listing.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/ownership.h"
#include "gateway/operations/upload.h"
#include "gateway/operations/upload_checksum.h"

struct part_listing {
	struct listing asked; /* its limit and encoding */
	uint64_t marker;
	struct part_page *page;
};

static enum s3_err
read_listing(struct req *r, struct part_listing *out)
{
	enum s3_err err;

	*out = (struct part_listing){ 0 };
	if ((err = listing_read_number(r, "max-parts", LISTING_MAX, &out->asked.limit)) != S3_OK ||
	    (err = listing_read_number(r, "part-number-marker", 0, &out->marker)) != S3_OK)
		return err;
	if (out->asked.limit > LISTING_MAX)
		out->asked.limit = LISTING_MAX;
	if (out->marker > PART_NUMBER_MAX)
		out->marker = PART_NUMBER_MAX;
	return listing_read_encoding(r, &out->asked.url_encoded);
}

static enum s3_err
read_page(struct req *r, struct part_listing *l)
{
	if (l->asked.limit == 0) {
		l->page = talloc_zero(r, struct part_page);
		return S3_OK;
	}
	return refuse_upload_store(r, catalog_parts(r->gateway->catalog, r, r->bucket, r->upload,
					  (unsigned)l->marker, (size_t)l->asked.limit, &l->page));
}

static void
write_part(struct xml_writer *w, struct req *r, const struct part *part)
{
	struct fields checksums = shown_checksums(part);

	xml_start(w, "Part");
	xml_number(w, "PartNumber", part->number);
	xml_time(w, "LastModified", part->modified_us);
	xml_etag(w, part->etag);
	xml_number(w, "Size", part->size);
	xml_checksums(w, r, &checksums);
	xml_end(w);
}

static void
write_upload(struct xml_writer *w, struct req *r, const struct part_listing *l)
{
	struct upload_checksum checksum = upload_checksum_load(&r->upload->checksums);
	struct owner_names names = { 0 };

	xml_string(w, "Bucket", r->bucket->name);
	listing_write_key(w, r, &l->asked, "Key", r->upload->key);
	xml_string(w, "UploadId", r->upload->id);
	xml_initiator(w, r, &names, r->upload);
	xml_owner(w, r, &names, owner_in_force(r, r->upload->owner_id));
	xml_string(w, "StorageClass", "STANDARD");
	upload_checksum_write(w, &checksum);
}

enum s3_err
op_list_parts(struct req *r)
{
	const struct part_page *page;
	struct part_listing l;
	struct xml_writer *w;
	enum s3_err err;

	if ((err = read_listing(r, &l)) != S3_OK || (err = read_page(r, &l)) != S3_OK)
		return err;
	page = l.page;
	w = xml_writer_new(r, ANSWER_LONG);
	xml_start_root(w, "ListPartsResult");
	write_upload(w, r, &l);
	xml_number(w, "PartNumberMarker", l.marker);
	xml_number(w, "NextPartNumberMarker", page->count > 0 ? page->parts[page->count - 1].number : 0);
	xml_number(w, "MaxParts", l.asked.limit);
	if (l.asked.url_encoded)
		xml_string(w, "EncodingType", "url");
	xml_bool(w, "IsTruncated", page->truncated);
	for (size_t i = 0; i < page->count; i++)
		write_part(w, r, &page->parts[i]);
	xml_end(w);
	return reply_xml(r, 200, w);
}
