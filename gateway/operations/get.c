/* GetObject and HeadObject: the same answer, with the bytes and without. */
#include <inttypes.h>

#include "gateway/checksum.h"
#include "gateway/conditions.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/precondition.h"
#include "gateway/permission.h"
#include "gateway/operations/upload.h"
#include "gateway/range.h"
#include "gateway/tags.h"

#define PARTS_PAGE 1000 /* read at a time */

#define CHECKSUM_MODE "x-amz-checksum-mode"

static enum s3_err
check_checksum_mode(struct req *r)
{
	struct slice mode = req_header(r, CHECKSUM_MODE);

	if (mode.length == 0 || slice_equal_nocase(mode, SLICE("ENABLED")))
		return S3_OK;
	return req_refuse(r, S3_INVALID_REQUEST, "Value for " CHECKSUM_MODE " header is invalid.");
}

static struct validators
validators_of(const struct object *object)
{
	return (struct validators){ true, slice_from(object->etag), object->modified_us };
}

/* What RFC 9110 section 15.4.5 wants a 304 to say. */
static enum s3_err
reply_not_modified(struct req *r, const struct object *object)
{
	static const char *const kept[][2] = { { "cache-control", "Cache-Control" }, { "expires", "Expires" } };

	attributes_reply_validators(r, object);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		const struct field *field = fields_find(&object->headers, kept[i][0]);

		if (field != NULL)
			reply_header(r, kept[i][1], field->value);
	}
	r->reply.content_length = object->size;
	return reply_empty(r, 304);
}

static enum s3_err
refuse_range(struct req *r, struct slice header, uint64_t size)
{
	const char *actual = talloc_asprintf(r, "%" PRIu64, size);

	fields_add(
	    r, &r->kept_headers, SLICE("Content-Range"), slice_from(talloc_asprintf(r, "bytes */%s", actual)));
	s3_refusal_detail(&r->refusal, "ActualObjectSize", slice_from(actual));
	s3_refusal_detail(&r->refusal, "RangeRequested", header);
	return req_refuse(r, S3_INVALID_RANGE, NULL);
}

/* The bytes that are asked for. */
struct selection {
	struct byte_range range;
	bool partial;            /* answered with 206 */
	const struct part *part; /* of an object that came in parts; NULL: not asked for */
};

static enum s3_err
refuse_part(struct req *r, const struct object *object)
{
	unsigned count = object->upload_id != NULL ? object->part_count : 1;

	s3_refusal_detail(&r->refusal, "PartNumberRequested", req_parameter(r, "partNumber"));
	s3_refusal_detail(&r->refusal, "ActualPartCount", slice_from(talloc_asprintf(r, "%u", count)));
	return req_refuse(r, S3_INVALID_PART_NUMBER, NULL);
}

/* The part at that place, from 1 up, whatever number it was uploaded with; NULL: there are not so many. */
static enum s3_err
find_part(struct req *r, const struct object *object, unsigned place, const struct part **out)
{
	struct part_page *page = NULL;
	unsigned after = 0;
	bool more = true;

	for (*out = NULL; *out == NULL && more;) {
		enum store_err err = catalog_object_parts(r->gateway->catalog, r, object, after, PARTS_PAGE, &page);

		if (err != STORE_OK)
			return req_refuse_store(r, err);
		more = page->truncated;
		if (place <= page->count) {
			*out = &page->parts[place - 1];
		} else if (more) {
			place -= (unsigned)page->count;
			after = page->parts[page->count - 1].number;
			talloc_free(page);
		}
	}
	return S3_OK;
}

/* An object that was put in one piece has one part, which is all of it. */
static enum s3_err
select_part(struct req *r, const struct object *object, struct selection *out)
{
	unsigned place;
	enum s3_err err = requested_part_number(r, &place);

	if (err != S3_OK)
		return err;
	if (req_has_header(r, "range"))
		return req_refuse(
		    r, S3_INVALID_REQUEST, "Cannot specify both Range header and partNumber query parameter");
	if (object->upload_id == NULL && place > 1)
		return refuse_part(r, object);
	if (object->upload_id != NULL) {
		if ((err = find_part(r, object, place, &out->part)) != S3_OK)
			return err;
		if (out->part == NULL)
			return refuse_part(r, object);
		out->range = (struct byte_range){ out->part->offset, out->part->size };
	}
	out->partial = out->range.length > 0;
	return S3_OK;
}

static enum s3_err
select_bytes(struct req *r, const struct object *object, struct selection *out)
{
	struct validators about = validators_of(object);
	struct slice header = req_header(r, "range");
	struct byte_range range;

	*out = (struct selection){ .range = { 0, object->size } };
	if (req_has_parameter(r, "partNumber"))
		return select_part(r, object, out);
	if (!if_range_holds(req_header(r, "if-range"), &about))
		return S3_OK;
	switch (range_parse(header, object->size, &range)) {
	case RANGE_WHOLE:
		break;
	case RANGE_PART:
		*out = (struct selection){ .range = range, .partial = true };
		break;
	case RANGE_UNSATISFIABLE:
		return refuse_range(r, header, object->size);
	}
	return S3_OK;
}

/* x-amz-tagging-count is for those who may read the tags. */
static void
reply_tag_count(struct req *r, const struct object *object)
{
	bool by_version = req_has_parameter(r, "versionId");
	const struct subject about = req_subject(r);

	if (object->tags.length > 0 &&
	    req_may(r, by_version ? ACTION_GetObjectVersionTagging : ACTION_GetObjectTagging, &about))
		reply_header_format(r, "x-amz-tagging-count", "%zu", tags_count(object->tags));
}

/* x-amz-checksum-mode: of a part, that part's checksum; that of the whole says nothing of other bytes than the whole. */
static void
reply_asked_checksums(struct req *r, const struct object *object, const struct selection *selected)
{
	const char *algorithm = checksum_of(&object->checksums)->name;
	const struct field *type = fields_find(&object->checksums, "type"), *value;
	struct fields shown = { 0 };

	if (selected->part == NULL && selected->range.length == object->size)
		reply_checksums(r, &object->checksums);
	if (selected->part == NULL || (value = fields_find(&selected->part->checksums, algorithm)) == NULL)
		return;
	fields_add(r, &shown, value->name, value->value);
	if (type != NULL)
		fields_add(r, &shown, type->name, type->value);
	reply_checksums(r, &shown);
}

static void
reply_headers(struct req *r, const struct object *object, const struct selection *selected)
{
	const struct byte_range *range = &selected->range;

	attributes_reply_validators(r, object);
	attributes_reply(r, object);
	reply_tag_count(r, object);
	reply_header_string(r, "Accept-Ranges", "bytes");
	if (selected->partial)
		reply_header_format(r, "Content-Range", "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range->offset,
		    range->offset + range->length - 1, object->size);
	if (selected->part != NULL)
		reply_header_format(r, "x-amz-mp-parts-count", "%u", object->part_count);
	if (req_header(r, CHECKSUM_MODE).length > 0)
		reply_asked_checksums(r, object, selected);
}

static enum s3_err
answer(struct req *r, bool with_bytes)
{
	const struct object *object = r->object;
	struct validators about = validators_of(object);
	struct conditions conditions;
	struct selection selected;
	const char *failed;
	unsigned status;
	enum s3_err err;

	if ((err = attributes_check_encryption(r)) != S3_OK || (err = check_checksum_mode(r)) != S3_OK ||
	    (err = attributes_check_overrides(r)) != S3_OK)
		return err;
	conditions_read(r, &r->headers, "", r->started_us / 1000000, &conditions);
	switch (conditions_decide(&conditions, &about, true, &failed)) {
	case CONDITIONS_FAILED:
		return precondition_failed(r, failed);
	case CONDITIONS_NOT_MODIFIED:
		return reply_not_modified(r, object);
	case CONDITIONS_HOLD:
		break;
	}
	if ((err = select_bytes(r, object, &selected)) != S3_OK)
		return err;
	status = selected.partial ? 206 : 200;
	reply_headers(r, object, &selected);
	if (with_bytes)
		return reply_object_bytes(r, status, object, selected.range.offset, selected.range.length);
	r->reply.content_length = selected.range.length;
	return reply_empty(r, status);
}

enum s3_err
op_get_object(struct req *r)
{
	return answer(r, true);
}

enum s3_err
op_head_object(struct req *r)
{
	return answer(r, false);
}
