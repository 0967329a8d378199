/* GetObject and HeadObject: the same answer, with the bytes and without. */
#include <inttypes.h>

#include "gateway/conditions.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/precondition.h"
#include "gateway/permission.h"
#include "gateway/range.h"
#include "gateway/tags.h"

#define PART_NUMBER_MAX 10000

/* Nothing is encrypted with a client's key, so that whoever brings one asks for another object. */
static enum s3_err
check_encryption_headers(struct req *r)
{
	static const char *const headers[] = {
		"x-amz-server-side-encryption-customer-algorithm",
		"x-amz-server-side-encryption-customer-key",
		"x-amz-server-side-encryption-customer-key-MD5",
	};

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		if (req_has_header(r, headers[i]))
			return req_refuse(
			    r, S3_INVALID_REQUEST, "The encryption parameters are not applicable to this object.");
	return S3_OK;
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
	bool partial; /* answered with 206 */
};

/* An object that was put in one piece has one part, which is all of it. */
static enum s3_err
select_part(struct req *r, struct selection *out)
{
	struct slice text = req_parameter(r, "partNumber");
	uint64_t number;

	if (!slice_to_number(text, PART_NUMBER_MAX, &number) || number == 0)
		return refuse_argument(
		    r, "partNumber", text, "Part number must be an integer between 1 and 10000, inclusive");
	if (req_has_header(r, "range"))
		return req_refuse(
		    r, S3_INVALID_REQUEST, "Cannot specify both Range header and partNumber query parameter");
	if (number > 1) {
		s3_refusal_detail(&r->refusal, "PartNumberRequested", text);
		s3_refusal_detail(&r->refusal, "ActualPartCount", SLICE("1"));
		return req_refuse(r, S3_INVALID_PART_NUMBER, NULL);
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
		return select_part(r, out);
	if (!if_range_holds(req_header(r, "if-range"), &about))
		return S3_OK;
	switch (range_parse(header, object->size, &range)) {
	case RANGE_WHOLE:
		break;
	case RANGE_PART:
		*out = (struct selection){ range, true };
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

/* The checksum of the whole says nothing of a part. */
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
	if (range->length == object->size &&
	    slice_equal_nocase(req_header(r, "x-amz-checksum-mode"), SLICE("ENABLED")))
		reply_checksums(r, &object->checksums);
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

	if ((err = check_encryption_headers(r)) != S3_OK || (err = attributes_check_overrides(r)) != S3_OK)
		return err;
	conditions_read(r, &r->headers, "", &conditions);
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
