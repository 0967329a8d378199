/* GetObjectAttributes: what HeadObject and ListParts would tell of an object, as a document. */
#include "common/clock.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/listing.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/upload.h"
#include "gateway/permission.h"

enum attribute {
	ATTRIBUTE_ETAG = 1,
	ATTRIBUTE_CHECKSUM = 2,
	ATTRIBUTE_PARTS = 4,
	ATTRIBUTE_CLASS = 8,
	ATTRIBUTE_SIZE = 16
};

static const struct {
	struct slice name;
	enum attribute attribute;
} attributes[] = {
	{ SLICE("ETag"), ATTRIBUTE_ETAG },
	{ SLICE("Checksum"), ATTRIBUTE_CHECKSUM },
	{ SLICE("ObjectParts"), ATTRIBUTE_PARTS },
	{ SLICE("StorageClass"), ATTRIBUTE_CLASS },
	{ SLICE("ObjectSize"), ATTRIBUTE_SIZE },
};

struct attributes_query {
	unsigned wanted; /* enum attribute bits */
	uint64_t marker, limit;
};

static unsigned
find_attribute(struct slice name)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		if (slice_equal(name, attributes[i].name))
			return attributes[i].attribute;
	return 0;
}

#define ATTRIBUTES_HEADER "x-amz-object-attributes"

static enum s3_err
take_attributes(struct req *r, struct slice list, unsigned *wanted)
{
	struct slice name;

	while (slice_next(&list, ',', &name)) {
		unsigned found = find_attribute(slice_trim(name));

		if (slice_trim(name).length == 0)
			continue;
		if (found == 0)
			return refuse_argument(
			    r, ATTRIBUTES_HEADER, slice_trim(name), "Invalid attribute name specified.");
		*wanted |= found;
	}
	return S3_OK;
}

/* A header that is a number from 0 up. */
static enum s3_err
read_number(struct req *r, const char *name, uint64_t otherwise, uint64_t *out)
{
	struct slice text = req_header(r, name);

	*out = otherwise;
	if (text.length == 0 || slice_to_number(text, INT32_MAX, out))
		return S3_OK;
	return refuse_argument(
	    r, name, text, talloc_asprintf(r, "Provided %s not an integer or within integer range", name));
}

static enum s3_err
read_query(struct req *r, struct attributes_query *out)
{
	enum s3_err err;

	*out = (struct attributes_query){ 0 };
	for (size_t i = 0; i < r->headers.count; i++)
		if (slice_equal_nocase(r->headers.items[i].name, SLICE(ATTRIBUTES_HEADER)) &&
		    (err = take_attributes(r, r->headers.items[i].value, &out->wanted)) != S3_OK)
			return err;
	if (out->wanted == 0)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "The " ATTRIBUTES_HEADER
		    " header specifying the attributes to be retrieved is either missing or empty");
	if ((err = read_number(r, "x-amz-max-parts", LISTING_MAX, &out->limit)) != S3_OK ||
	    (err = read_number(r, "x-amz-part-number-marker", 0, &out->marker)) != S3_OK)
		return err;
	if (out->limit > LISTING_MAX)
		out->limit = LISTING_MAX;
	if (out->marker > PART_NUMBER_MAX)
		out->marker = PART_NUMBER_MAX;
	return S3_OK;
}

/* A composite value without the number of parts, which stands elsewhere. */
static void
write_checksum(struct xml_writer *w, struct req *r, const struct object *object)
{
	struct fields shown = { 0 };

	if (object->checksums.count == 0)
		return;
	for (size_t i = 0; i < object->checksums.count; i++) {
		struct slice rest = object->checksums.items[i].value, value;

		if (slice_next(&rest, '-', &value))
			fields_add(r, &shown, object->checksums.items[i].name, value);
	}
	xml_start(w, "Checksum");
	xml_checksums(w, r, &shown);
	xml_end(w);
}

static void
write_part(struct xml_writer *w, struct req *r, const struct part *part)
{
	struct fields checksums = shown_checksums(part);

	xml_start(w, "Part");
	xml_number(w, "PartNumber", part->number);
	xml_number(w, "Size", part->size);
	xml_checksums(w, r, &checksums);
	xml_end(w);
}

static void
write_page(struct xml_writer *w, struct req *r, const struct attributes_query *query, const struct part_page *page)
{
	xml_number(w, "PartNumberMarker", query->marker);
	xml_number(w, "NextPartNumberMarker", page->count > 0 ? page->parts[page->count - 1].number : 0);
	xml_number(w, "MaxParts", query->limit);
	xml_bool(w, "IsTruncated", page->truncated);
	for (size_t i = 0; i < page->count; i++)
		write_part(w, r, &page->parts[i]);
}

/* The parts one by one are shown where they have checksums of which the whole's is made. */
static enum s3_err
write_parts(struct xml_writer *w, struct req *r, const struct attributes_query *query)
{
	const struct object *object = r->object;
	const struct field *type = fields_find(&object->checksums, "type");
	bool composite = type != NULL && slice_equal(type->value, SLICE("COMPOSITE"));
	struct part_page nothing = { 0 }, *page = &nothing;
	enum s3_err err;

	if (object->upload_id == NULL)
		return S3_OK;
	if (composite && query->limit > 0) {
		err = req_refuse_store(r, catalog_object_parts(r->gateway->catalog, r, object,
					      (unsigned)query->marker, (size_t)query->limit, &page));
		if (err != S3_OK)
			return err;
	}
	xml_start(w, "ObjectParts");
	if (composite)
		write_page(w, r, query, page);
	xml_number(w, "PartsCount", object->part_count);
	xml_end(w);
	return S3_OK;
}

static enum s3_err
write_attributes(struct xml_writer *w, struct req *r, const struct attributes_query *query)
{
	enum s3_err err = S3_OK;

	xml_start_root(w, "GetObjectAttributesResponse");
	if (query->wanted & ATTRIBUTE_ETAG)
		xml_string(w, "ETag", r->object->etag);
	if (query->wanted & ATTRIBUTE_CHECKSUM)
		write_checksum(w, r, r->object);
	if (query->wanted & ATTRIBUTE_PARTS)
		err = write_parts(w, r, query);
	if (query->wanted & ATTRIBUTE_CLASS)
		xml_string(w, "StorageClass", "STANDARD");
	if (query->wanted & ATTRIBUTE_SIZE)
		xml_number(w, "ObjectSize", r->object->size);
	xml_end(w);
	return err;
}

/* Both permissions are needed: the one that the operation's row asks for, and that to read the object. */
static bool
may_read(struct req *r)
{
	struct subject about = req_subject(r);

	return req_may(r, req_has_parameter(r, "versionId") ? ACTION_GetObjectVersion : ACTION_GetObject, &about);
}

enum s3_err
op_get_object_attributes(struct req *r)
{
	struct attributes_query query;
	char modified[CLOCK_TEXT_MAX];
	struct xml_writer *w;
	enum s3_err err;

	if (!may_read(r))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	if ((err = attributes_check_encryption(r)) != S3_OK || (err = read_query(r, &query)) != S3_OK)
		return err;
	w = xml_writer_new(r, ANSWER_LONG);
	if ((err = write_attributes(w, r, &query)) != S3_OK)
		return err;
	clock_format_http(r->object->modified_us, modified);
	reply_header_format(r, "Last-Modified", "%s", modified);
	reply_version(r, r->object);
	return reply_xml(r, 200, w);
}
