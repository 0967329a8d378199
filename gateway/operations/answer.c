#include "gateway/operations/answer.h"

#include "common/clock.h"
#include "common/encode.h"

#define CHECKSUM_HEADER "x-amz-checksum-"
#define HOST_MAX        300        /* bytes of a Host that can be: a name and a port */
#define LOCATION_MAX    (4 * 1024) /* a key of 1024 bytes can become 3072 */

enum s3_err
reply_bytes(struct req *r, unsigned status, struct slice document)
{
	reply_header_string(r, "Content-Type", "application/xml");
	r->reply.body = document;
	r->reply.content_length = document.length;
	return reply_empty(r, status);
}

void
xml_time(struct xml_writer *w, const char *name, int64_t wall_us)
{
	char text[CLOCK_TEXT_MAX];

	clock_format_iso8601(wall_us, text);
	xml_string(w, name, text);
}

void
xml_etag(struct xml_writer *w, const char *etag)
{
	char text[80];
	int length = snprintf(text, sizeof(text), "\"%.64s\"", etag);

	xml_text(w, "ETag", slice_make(text, (size_t)length));
}

void
xml_checksums(struct xml_writer *w, struct req *r, const struct fields *checksums)
{
	for (size_t i = 0; i < checksums->count; i++) {
		const struct field *checksum = &checksums->items[i];
		bool is_type = slice_equal(checksum->name, SLICE("type"));

		xml_text(w,
		    is_type ? "ChecksumType" : talloc_asprintf(r, "Checksum%.*s", SLICE_ARG(checksum->name)),
		    checksum->value);
	}
}

static struct slice
display_name(void *context, struct slice id, TALLOC_CTX *mem)
{
	const struct req *r = context;
	struct user *user;

	if (r->user != NULL && slice_equal(id, slice_from(r->user->id)))
		return slice_from(r->user->display_name);
	if (catalog_user(r->gateway->catalog, mem, id, &user) != STORE_OK)
		return slice_from("");
	return slice_from(user->display_name);
}

static bool
id_by_email(void *context, struct slice email, TALLOC_CTX *mem, struct slice *id)
{
	const struct req *r = context;
	struct user *user;

	if (catalog_user_by_email(r->gateway->catalog, mem, email, &user) != STORE_OK)
		return false;
	*id = slice_from(user->id);
	return true;
}

static bool
user_exists(void *context, struct slice id)
{
	struct req *r = context;
	struct user *user;

	return catalog_user(r->gateway->catalog, r, id, &user) == STORE_OK;
}

struct acl_users
answer_acl_users(struct req *r)
{
	return (struct acl_users){ r, id_by_email, display_name, user_exists };
}

static void
write_user(struct xml_writer *w, struct req *r, const char *element, struct owner_names *last, struct slice id)
{
	if (last->id.data == NULL || !slice_equal(last->id, id))
		*last = (struct owner_names){ id, display_name(r, id, r) };
	xml_start(w, element);
	xml_text(w, "ID", id);
	xml_text(w, "DisplayName", last->display_name);
	xml_end(w);
}

void
xml_owner(struct xml_writer *w, struct req *r, struct owner_names *last, struct slice id)
{
	write_user(w, r, "Owner", last, id);
}

void
xml_initiator(struct xml_writer *w, struct req *r, struct owner_names *last, const struct upload *upload)
{
	bool known = upload->initiator_id[0] != '\0';

	write_user(w, r, "Initiator", last, slice_from(known ? upload->initiator_id : upload->owner_id));
}

void
reply_version(struct req *r, const struct object *object)
{
	if (r->bucket->versioning != VERSIONING_NEVER)
		reply_header_string(r, "x-amz-version-id", object->version_id);
}

void
reply_version_made(struct req *r, const struct object *made)
{
	if (strcmp(made->version_id, "null") != 0)
		reply_header_string(r, "x-amz-version-id", made->version_id);
}

void
reply_checksums(struct req *r, const struct fields *checksums)
{
	for (size_t i = 0; i < checksums->count; i++) {
		struct slice name = slice_lower(r, checksums->items[i].name);

		reply_header(
		    r, talloc_asprintf(r, CHECKSUM_HEADER "%.*s", SLICE_ARG(name)), checksums->items[i].value);
	}
}

struct slice
object_location(struct req *r)
{
	struct buf *url = buf_new(r, LOCATION_MAX);
	struct slice host = req_header(r, "host");

	if (host.length > 0 && host.length <= HOST_MAX) {
		buf_append_string(url, "http://");
		buf_append(url, host);
	}
	buf_append_byte(url, '/');
	if (r->target.host_bucket.length == 0) {
		percent_encode(url, r->target.bucket, PERCENT_ALL);
		buf_append_byte(url, '/');
	}
	percent_encode(url, r->target.key, PERCENT_ALL);
	return buf_slice(url);
}

enum s3_err
refuse_argument(struct req *r, const char *name, struct slice value, const char *message)
{
	s3_refusal_detail(&r->refusal, "ArgumentName", slice_from(name));
	s3_refusal_detail(&r->refusal, "ArgumentValue", value);
	return req_refuse(r, S3_INVALID_ARGUMENT, "%s", message);
}

const char *
bucket_region(const struct req *r, const struct bucket *bucket)
{
	if (strcmp(bucket->location, "EU") == 0)
		return "eu-west-1";
	if (bucket->location[0] != '\0')
		return bucket->location;
	return r->config->region[0] != '\0' ? r->config->region : "us-east-1";
}

enum s3_err
check_version_id(struct req *r, struct slice version_id)
{
	if (version_id.length == 0)
		return refuse_argument(r, "versionId", version_id, "Version id cannot be the empty string");
	if (!version_id_valid(version_id))
		return refuse_argument(r, "versionId", version_id, "Invalid version id specified");
	return S3_OK;
}

enum s3_err
requested_version(struct req *r, struct slice *out)
{
	*out = slice_from("");
	if (!req_has_parameter(r, "versionId"))
		return S3_OK;
	*out = req_parameter(r, "versionId");
	return check_version_id(r, *out);
}

enum s3_err
check_whole_object(struct req *r)
{
	if (req_has_parameter(r, "versionId"))
		return refuse_argument(
		    r, "versionId", req_parameter(r, "versionId"), "This operation does not accept a version-id.");
	if (req_has_parameter(r, "partNumber"))
		return refuse_argument(r, "partNumber", req_parameter(r, "partNumber"),
		    "This operation does not accept partNumber without uploadId");
	return S3_OK;
}

enum s3_err
check_no_mfa(struct req *r)
{
	if (!req_has_header(r, "x-amz-mfa"))
		return S3_OK;
	s3_refusal_detail(&r->refusal, "Header", SLICE("x-amz-mfa"));
	return req_refuse(r, S3_NOT_IMPLEMENTED, "x-amz-mfa is not implemented.");
}
