#include "gateway/operations/attributes.h"

#include <ctype.h>

#include "common/clock.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/ownership.h"
#include "gateway/permission.h"
#include "gateway/tags.h"

#define METADATA_PREFIX    "x-amz-meta-"
#define SYSTEM_HEADERS_MAX 8192 /* bytes */

/* System-defined metadata that a user controls (S3: "Working with object metadata"). */
static const struct {
	const char *stored;   /* the catalog's name */
	const char *header;   /* in answers */
	const char *override; /* the parameter of GetObject */
} system_headers[] = {
	{ "cache-control", "Cache-Control", "response-cache-control" },
	{ "content-disposition", "Content-Disposition", "response-content-disposition" },
	{ "content-encoding", "Content-Encoding", "response-content-encoding" },
	{ "content-language", "Content-Language", "response-content-language" },
	{ "content-type", "Content-Type", "response-content-type" },
	{ "expires", "Expires", "response-expires" },
};

static const char default_content_type[] = "binary/octet-stream";

/* Headers, or their beginnings, that ask for something that is not there. */
static const char *const unsupported[] = {
	"x-amz-server-side-encryption",
	"x-amz-copy-source-server-side-encryption",
	"x-amz-object-lock-",
	"x-amz-website-redirect-location",
	"x-amz-write-offset-bytes",
};

static bool
header_unsupported(struct slice name)
{
	for (size_t i = 0; i < ARRAY_SIZE(unsupported); i++) {
		struct slice beginning = slice_from(unsupported[i]);

		if (slice_equal_nocase(slice_head(name, beginning.length), beginning))
			return true;
	}
	return false;
}

/* One class is kept, which promises no less than the two that are taken. */
static enum s3_err
check_storage_class(struct req *r)
{
	static const char *const others[] = { "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
		"GLACIER_IR", "DEEP_ARCHIVE", "OUTPOSTS", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP" };
	struct slice class = req_header(r, "x-amz-storage-class");

	if (class.length == 0 || slice_equal(class, SLICE("STANDARD")) ||
	    slice_equal(class, SLICE("REDUCED_REDUNDANCY")))
		return S3_OK;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (slice_equal(class, slice_from(others[i])))
			return req_refuse(
			    r, S3_NOT_IMPLEMENTED, "x-amz-storage-class: %s is not implemented.", others[i]);
	s3_refusal_detail(&r->refusal, "StorageClassRequested", class);
	return req_refuse(r, S3_INVALID_STORAGE_CLASS, NULL);
}

enum s3_err
attributes_check_supported(struct req *r)
{
	for (size_t i = 0; i < r->headers.count; i++) {
		struct slice name = r->headers.items[i].name;

		if (!header_unsupported(name))
			continue;
		s3_refusal_detail(&r->refusal, "Header", name);
		return req_refuse(r, S3_NOT_IMPLEMENTED,
		    "The header %.*s implies functionality that is not implemented.", SLICE_ARG(name));
	}
	return check_storage_class(r);
}

static void
append_member(struct buf *list, struct slice member)
{
	if (buf_slice(list).length > 0)
		buf_append_byte(list, ',');
	buf_append(list, member);
}

/* "aws-chunked" is how the body came, nothing of the object. */
static struct slice
without_aws_chunked(struct req *r, struct slice encodings)
{
	struct buf *kept;
	struct slice member;
	size_t position;

	if (!slice_find(encodings, SLICE("aws-chunked"), &position))
		return encodings;
	kept = buf_new(r, encodings.length);
	while (slice_next(&encodings, ',', &member)) {
		member = slice_trim(member);
		if (member.length > 0 && !slice_equal(member, SLICE("aws-chunked")))
			append_member(kept, member);
	}
	return buf_slice(kept);
}

/* What is stored has to fit an answer's header block again. */
static enum s3_err
read_system_headers(struct req *r, struct fields *out)
{
	size_t size = 0;

	for (size_t i = 0; i < ARRAY_SIZE(system_headers); i++) {
		const char *name = system_headers[i].stored;
		struct slice value = req_header_joined(r, name);

		if (strcmp(name, "content-encoding") == 0)
			value = without_aws_chunked(r, value);
		if (value.length > 0)
			fields_add(r, out, slice_from(name), value);
		size += value.length;
	}
	if (size > SYSTEM_HEADERS_MAX)
		return req_refuse(r, S3_REQUEST_HEADER_TOO_LARGE, "The object's headers are longer than %d bytes.",
		    SYSTEM_HEADERS_MAX);
	return S3_OK;
}

/* A name that comes again adds to its value, as in any list of header lines. */
static void
add_metadata(struct req *r, struct fields *metadata, struct slice name, struct slice value)
{
	struct field *earlier = NULL;

	for (size_t i = 0; i < metadata->count; i++)
		if (slice_equal(metadata->items[i].name, name))
			earlier = &metadata->items[i];
	if (earlier == NULL)
		fields_add(r, metadata, name, value);
	else
		earlier->value =
		    slice_from(talloc_asprintf(r, "%.*s,%.*s", SLICE_ARG(earlier->value), SLICE_ARG(value)));
}

static enum s3_err
check_metadata_size(struct req *r, const struct fields *metadata)
{
	size_t size = 0;

	for (size_t i = 0; i < metadata->count; i++)
		size += metadata->items[i].name.length + metadata->items[i].value.length;
	if (size <= METADATA_MAX)
		return S3_OK;
	s3_refusal_detail(&r->refusal, "Size", slice_from(talloc_asprintf(r, "%zu", size)));
	s3_refusal_detail(&r->refusal, "MaxSizeAllowed", slice_from(talloc_asprintf(r, "%d", METADATA_MAX)));
	return req_refuse(r, S3_METADATA_TOO_LARGE, NULL);
}

static enum s3_err
read_metadata(struct req *r, struct fields *out)
{
	struct slice prefix = SLICE(METADATA_PREFIX);

	for (size_t i = 0; i < r->headers.count; i++) {
		struct slice name = r->headers.items[i].name;

		if (!slice_equal_nocase(slice_head(name, prefix.length), prefix))
			continue;
		if (name.length == prefix.length)
			return refuse_argument(r, METADATA_PREFIX, r->headers.items[i].value,
			    "A metadata header has no name after x-amz-meta-.");
		name = slice_lower(r, slice_skip(name, prefix.length));
		add_metadata(r, out, name, r->headers.items[i].value);
	}
	return check_metadata_size(r, out);
}

/* x-amz-tagging, which is a permission of its own. */
static enum s3_err
read_tags(struct req *r, struct slice *out)
{
	const struct subject about = { .bucket = r->bucket, .key = r->target.key };
	struct slice header = req_header_joined(r, "x-amz-tagging");
	struct fields tags;
	enum s3_err err;

	*out = slice_from("");
	if (header.length == 0)
		return S3_OK;
	if (!req_may(r, ACTION_PutObjectTagging, &about))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	if ((err = tags_parse_header(r, header, &r->refusal, &tags)) == S3_OK)
		*out = tags_store(r, &tags);
	return err;
}

enum s3_err
attributes_read(struct req *r, struct object_change *change)
{
	enum s3_err err;

	change->headers = (struct fields){ 0 };
	change->metadata = (struct fields){ 0 };
	if ((err = read_system_headers(r, &change->headers)) != S3_OK)
		return err;
	if ((err = read_metadata(r, &change->metadata)) != S3_OK)
		return err;
	return read_tags(r, &change->tags);
}

enum s3_err
attributes_read_owner(struct req *r, struct object_change *change)
{
	struct acl_users users = answer_acl_users(r);
	struct slice owner;
	struct acl *acl;
	const struct subject about = { .bucket = r->bucket, .key = r->target.key };
	bool given;
	enum s3_err err;

	if ((err = new_object_owner(r, &owner)) != S3_OK)
		return err;
	err = acl_from_headers(
	    r, &r->headers, owner, slice_from(r->bucket->owner_id), &users, &r->refusal, &acl, &given);
	/* Whoever will own the object may give it any ACL, unless a policy forbids it. */
	if (err == S3_OK && given && req_is_denied(r, ACTION_PutObjectAcl, &about))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	if (err == S3_OK && given)
		err = acl_admit(r, acl);
	if (err != S3_OK)
		return err;
	change->owner_id = slice_dup(r, owner);
	change->acl = acl_store(r, acl);
	return S3_OK;
}

struct object_change
attributes_of(const struct object *object)
{
	return (struct object_change){
		.etag = object->etag,
		.owner_id = object->owner_id,
		.acl = object->acl,
		.tags = object->tags,
		.headers = object->headers,
		.metadata = object->metadata,
		.checksums = object->checksums,
	};
}

static bool
has_control_character(struct slice value)
{
	for (size_t i = 0; i < value.length; i++)
		if (iscntrl((unsigned char)value.data[i]))
			return true;
	return false;
}

enum s3_err
attributes_check_encryption(struct req *r)
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

enum s3_err
attributes_check_overrides(struct req *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(system_headers); i++) {
		const char *name = system_headers[i].override;

		if (!req_has_parameter(r, name))
			continue;
		if (r->identity.anonymous)
			return req_refuse(r, S3_INVALID_REQUEST,
			    "Request specific response headers cannot be used for anonymous GET requests.");
		if (has_control_character(req_parameter(r, name)))
			return refuse_argument(
			    r, name, req_parameter(r, name), "A response header cannot hold control characters.");
	}
	return S3_OK;
}

static struct slice
stored_header(const struct object *object, const char *name)
{
	const struct field *field = fields_find(&object->headers, name);

	return field != NULL ? field->value : (struct slice){ NULL, 0 };
}

void
attributes_reply(struct req *r, const struct object *object)
{
	for (size_t i = 0; i < ARRAY_SIZE(system_headers); i++) {
		struct slice value = req_parameter(r, system_headers[i].override);

		if (value.length == 0)
			value = stored_header(object, system_headers[i].stored);
		if (value.length == 0 && strcmp(system_headers[i].stored, "content-type") == 0)
			value = slice_from(default_content_type);
		if (value.length > 0)
			reply_header(r, system_headers[i].header, value);
	}
	for (size_t i = 0; i < object->metadata.count; i++) {
		const struct field *field = &object->metadata.items[i];

		reply_header(r, talloc_asprintf(r, METADATA_PREFIX "%.*s", SLICE_ARG(field->name)), field->value);
	}
}

void
attributes_reply_validators(struct req *r, const struct object *object)
{
	char modified[CLOCK_TEXT_MAX];

	clock_format_http(object->modified_us, modified);
	reply_header_format(r, "ETag", "\"%s\"", object->etag);
	reply_header_format(r, "Last-Modified", "%s", modified);
	reply_version(r, object);
}
