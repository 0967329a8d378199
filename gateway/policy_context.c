#include "gateway/policy_context.h"

#include <assert.h>
#include <inttypes.h>

#include "common/clock.h"
#include "gateway/operations/copy_source.h"
#include "gateway/tags.h"

/* What a key has in a request, as it is found out: values on `mem`. */
struct answer {
	TALLOC_CTX *mem;
	struct slice *values;
	size_t count;
};

static bool
add(struct answer *a, struct slice value)
{
	a->values = talloc_realloc(a->mem, a->values, struct slice, a->count + 1);
	assert(a->values != NULL);
	a->values[a->count++] = value;
	return true;
}

static bool
add_if_any(struct answer *a, struct slice value)
{
	return value.length > 0 && add(a, value);
}

/* Keys that are header fields; one that is given in several lines has them joined, as whoever follows it reads it. */
static const struct {
	enum policy_key key;
	const char *header;
} headers[] = {
	{ POLICY_KEY_REFERER, "referer" },
	{ POLICY_KEY_USER_AGENT, "user-agent" },
	{ POLICY_KEY_IF_MATCH, "if-match" },
	{ POLICY_KEY_IF_NONE_MATCH, "if-none-match" },
	{ POLICY_KEY_LEGAL_HOLD, "x-amz-object-lock-legal-hold" },
	{ POLICY_KEY_LOCK_MODE, "x-amz-object-lock-mode" },
	{ POLICY_KEY_RETAIN_UNTIL_DATE, "x-amz-object-lock-retain-until-date" },
	{ POLICY_KEY_X_ACL, "x-amz-acl" },
	{ POLICY_KEY_X_CONTENT_SHA256, "x-amz-content-sha256" },
	{ POLICY_KEY_X_GRANT_FULL_CONTROL, "x-amz-grant-full-control" },
	{ POLICY_KEY_X_GRANT_READ, "x-amz-grant-read" },
	{ POLICY_KEY_X_GRANT_READ_ACP, "x-amz-grant-read-acp" },
	{ POLICY_KEY_X_GRANT_WRITE, "x-amz-grant-write" },
	{ POLICY_KEY_X_GRANT_WRITE_ACP, "x-amz-grant-write-acp" },
	{ POLICY_KEY_X_METADATA_DIRECTIVE, "x-amz-metadata-directive" },
	{ POLICY_KEY_X_OBJECT_OWNERSHIP, "x-amz-object-ownership" },
	{ POLICY_KEY_X_ENCRYPTION, "x-amz-server-side-encryption" },
	{ POLICY_KEY_X_ENCRYPTION_KEY, "x-amz-server-side-encryption-aws-kms-key-id" },
	{ POLICY_KEY_X_CUSTOMER_ALGORITHM, "x-amz-server-side-encryption-customer-algorithm" },
	{ POLICY_KEY_X_STORAGE_CLASS, "x-amz-storage-class" },
	{ POLICY_KEY_X_REDIRECT_LOCATION, "x-amz-website-redirect-location" },
};

static bool
from_header(struct answer *a, const struct policy_context *c, enum policy_key key)
{
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		if (headers[i].key == key)
			return req_has_header(c->r, headers[i].header) &&
			       add(a, req_header_joined(c->r, headers[i].header));
	return false;
}

/*
 * A parameter of a listing. When it is asked on the way of another operation whether the sender may list, the parameters
 * are that operation's, and say nothing of a listing.
 */
static bool
from_listing(struct answer *a, const struct policy_context *c, const char *parameter)
{
	return c->r->operation->action == c->action && req_has_parameter(c->r, parameter) &&
	       add(a, req_parameter(c->r, parameter));
}

/* Other operations take no notice of x-amz-copy-source, which then says nothing of the bytes that come. */
static bool
copies(const struct req *r)
{
	return strcmp(r->operation->name, "CopyObject") == 0 || strcmp(r->operation->name, "UploadPartCopy") == 0;
}

/* The object that is copied from, as it is found: "bucket/key", however it was written. */
static bool
from_copy_source(struct answer *a, const struct policy_context *c)
{
	struct slice header = req_header(c->r, "x-amz-copy-source");
	struct copy_source source;

	if (!copies(c->r) || header.length == 0 || copy_source_parse(a->mem, header, NULL, &source) != S3_OK)
		return false;
	return add(
	    a, slice_from(talloc_asprintf(a->mem, "%.*s/%.*s", SLICE_ARG(source.bucket), SLICE_ARG(source.key))));
}

/* How the request proves who sends it; anonymous ones do not. */
static const struct {
	const char *type, *version;
} proofs[] = {
	[CREDENTIAL_NONE] = { NULL, NULL },
	[CREDENTIAL_V4_HEADER] = { "REST-HEADER", "AWS4-HMAC-SHA256" },
	[CREDENTIAL_V4_QUERY] = { "REST-QUERY-STRING", "AWS4-HMAC-SHA256" },
	[CREDENTIAL_V2_HEADER] = { "REST-HEADER", "AWS" },
	[CREDENTIAL_V2_QUERY] = { "REST-QUERY-STRING", "AWS" },
	[CREDENTIAL_V4_FORM] = { "POST", "AWS4-HMAC-SHA256" },
	[CREDENTIAL_V2_FORM] = { "POST", "AWS" },
};

static enum credential_kind
proof_of(const struct policy_context *c)
{
	return c->r->credential != NULL ? c->r->credential->kind : CREDENTIAL_NONE;
}

/* Milliseconds since a presigned URL was signed; other requests do not have it. */
static bool
from_signing_time(struct answer *a, const struct policy_context *c)
{
	int64_t signed_at;

	if (proof_of(c) != CREDENTIAL_V4_QUERY || !clock_parse_amz(req_parameter(c->r, "X-Amz-Date"), &signed_at))
		return false;
	return add(a, slice_from(talloc_asprintf(a->mem, "%" PRId64, c->r->started_us / 1000 - signed_at * 1000)));
}

/* Whether what the request makes is an object, and not a part of one, or what is to become one. */
static bool
from_creation(struct answer *a, const struct policy_context *c)
{
	static const char *const parts[] = { "CreateMultipartUpload", "UploadPart", "UploadPartCopy" };
	bool whole = true;

	if (c->action != ACTION_PutObject)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		whole = whole && strcmp(c->r->operation->name, parts[i]) != 0;
	return add(a, slice_from(whole ? "true" : "false"));
}

/* Tags. */

static struct fields
tags_of(struct answer *a, const struct object *object)
{
	struct fields tags = { 0 };

	if (object == NULL || !tags_load(a->mem, object->tags, &tags))
		return (struct fields){ 0 };
	return tags;
}

/* A copy that keeps the source's tags brings none, whatever its header says. */
static bool
keeps_tags(const struct req *r)
{
	return copies(r) && !slice_equal(req_header(r, "x-amz-tagging-directive"), SLICE("REPLACE"));
}

/* The tags that an object is to have: the source's, or from a header, or as the document of PutObjectTagging. */
static struct fields
requested_tags(struct answer *a, const struct policy_context *c)
{
	struct fields tags = { 0 };
	bool by_document = c->action == ACTION_PutObjectTagging || c->action == ACTION_PutObjectVersionTagging;
	enum s3_err err;

	if (c->about->source != NULL || keeps_tags(c->r))
		return tags_of(a, c->about->source);
	if (by_document && c->r->body.document.length > 0)
		err = tags_parse(a->mem, c->r->body.document, TAGGED_OBJECT, NULL, &tags);
	else
		err = tags_parse_header(a->mem, req_header_joined(c->r, "x-amz-tagging"), NULL, &tags);
	return err == S3_OK ? tags : (struct fields){ 0 };
}

static bool
add_tag(struct answer *a, const struct fields *tags, struct slice key)
{
	for (size_t i = 0; i < tags->count; i++)
		if (slice_equal(tags->items[i].name, key))
			return add(a, tags->items[i].value);
	return false;
}

static bool
add_tag_keys(struct answer *a, const struct fields *tags)
{
	for (size_t i = 0; i < tags->count; i++)
		add(a, tags->items[i].name);
	return tags->count > 0;
}

static bool
from_tags(struct answer *a, const struct policy_context *c, enum policy_key key, struct slice member)
{
	bool existing = key == POLICY_KEY_EXISTING_OBJECT_TAG;
	struct fields tags = existing ? tags_of(a, c->about->object) : requested_tags(a, c);

	return key == POLICY_KEY_REQUEST_OBJECT_TAG_KEYS ? add_tag_keys(a, &tags) : add_tag(a, &tags, member);
}

/* Keys that are neither header fields nor tags. What is not here, no request has. */
static bool
find(struct answer *a, const struct policy_context *c, enum policy_key key, struct slice member)
{
	switch (key) {
	case POLICY_KEY_SOURCE_IP:
		return add_if_any(a, slice_from(c->r->address));
	case POLICY_KEY_SECURE_TRANSPORT:
		return add(a, SLICE("false")); /* this program speaks plain HTTP */
	case POLICY_KEY_REQUESTED_REGION:
		return add(a, slice_from(c->r->config->region[0] != '\0' ? c->r->config->region : "us-east-1"));
	case POLICY_KEY_RESOURCE_ACCOUNT:
	case POLICY_KEY_S3_RESOURCE_ACCOUNT:
		return add(a, slice_from(c->about->bucket->owner_id));
	case POLICY_KEY_AUTH_TYPE:
		return add_if_any(a, slice_from(proofs[proof_of(c)].type));
	case POLICY_KEY_SIGNATURE_VERSION:
		return add_if_any(a, slice_from(proofs[proof_of(c)].version));
	case POLICY_KEY_SIGNATURE_AGE:
		return from_signing_time(a, c);
	case POLICY_KEY_PREFIX:
		return from_listing(a, c, "prefix");
	case POLICY_KEY_DELIMITER:
		return from_listing(a, c, "delimiter");
	case POLICY_KEY_MAX_KEYS:
		return from_listing(a, c, "max-keys");
	case POLICY_KEY_VERSION_ID:
		return add_if_any(a, c->about->version_id);
	case POLICY_KEY_X_COPY_SOURCE:
		return from_copy_source(a, c);
	case POLICY_KEY_OBJECT_CREATION_OPERATION:
		return from_creation(a, c);
	case POLICY_KEY_EXISTING_OBJECT_TAG:
	case POLICY_KEY_REQUEST_OBJECT_TAG:
	case POLICY_KEY_REQUEST_OBJECT_TAG_KEYS:
		return from_tags(a, c, key, member);
	default:
		return from_header(a, c, key);
	}
}

bool
policy_context_values(void *context, TALLOC_CTX *mem, enum policy_key key, struct slice member,
    const struct slice **values, size_t *count)
{
	struct answer a = { .mem = mem };
	bool has = find(&a, context, key, member);

	*values = a.values;
	*count = a.count;
	return has;
}
