/* CopyObject: an object made of another one's bytes. */
#include "common/encode.h"
#include "gateway/checksum.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/copy_source.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/precondition.h"
#include "gateway/permission.h"

#define COPY_PIECE (1024 * 1024) /* bytes at a time */
#define ATTEMPTS   5             /* at an object that somebody else keeps changing */

struct copy {
	/* what the headers ask for */
	struct copy_source from;
	bool replace_metadata, replace_tags;
	const struct checksum *algorithm; /* NULL: keep the source's checksums */
	struct object_change change;
	struct precondition precondition;

	/* found */
	struct bucket *bucket;
	struct object *source;
	bool outrun; /* the source changed before it could be changed in place */
	struct object *result;
};

/* x-amz-…-directive: COPY, as without it, or REPLACE. */
static enum s3_err
read_directive(struct req *r, const char *name, const char *message, bool *replace)
{
	struct slice value = req_header(r, name);

	*replace = slice_equal(value, SLICE("REPLACE"));
	if (*replace || value.length == 0 || slice_equal(value, SLICE("COPY")))
		return S3_OK;
	return refuse_argument(r, name, value, message);
}

/* All that the headers say. */
static enum s3_err
read_request(struct req *r, struct copy *out)
{
	enum s3_err err;

	*out = (struct copy){ 0 };
	if ((err = attributes_check_supported(r)) != S3_OK ||
	    (err = copy_source_parse(r, req_header(r, "x-amz-copy-source"), &r->refusal, &out->from)) != S3_OK)
		return err;
	if (out->from.has_version_id && (err = check_version_id(r, out->from.version_id)) != S3_OK)
		return err;
	if ((err = read_directive(
		 r, "x-amz-metadata-directive", "Unknown metadata directive.", &out->replace_metadata)) != S3_OK ||
	    (err = read_directive(
		 r, "x-amz-tagging-directive", "Unknown tagging directive.", &out->replace_tags)) != S3_OK ||
	    (err = checksum_requested(r, &out->algorithm)) != S3_OK ||
	    (err = attributes_read(r, &out->change)) != S3_OK ||
	    (err = attributes_read_owner(r, &out->change)) != S3_OK)
		return err;
	return precondition_read(r, &out->precondition);
}

enum s3_err
op_copy_object_prepare(struct req *r)
{
	struct copy copy;
	enum s3_err err = read_request(r, &copy);

	return err == S3_OK ? precondition_check_now(&copy.precondition) : err;
}

static enum s3_err
find_bucket(struct req *r, struct copy *copy)
{
	struct slice expected_owner = req_header(r, "x-amz-source-expected-bucket-owner");
	enum store_err err = catalog_bucket(r->gateway->catalog, r, copy->from.bucket, &copy->bucket);

	if (err == STORE_NOT_FOUND) {
		s3_refusal_detail(&r->refusal, "BucketName", copy->from.bucket);
		return req_refuse(r, S3_NO_SUCH_BUCKET, NULL);
	}
	if (err != STORE_OK)
		return req_refuse_store(r, err);
	if (expected_owner.length > 0 && !slice_equal(expected_owner, slice_from(copy->bucket->owner_id)))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	return S3_OK;
}

/* Whether there is such a key is told to those alone who may list the bucket. */
static enum s3_err
refuse_missing(struct req *r, const struct copy *copy)
{
	const struct subject bucket = { .bucket = copy->bucket };

	if (!req_may(r, ACTION_ListBucket, &bucket))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	s3_refusal_detail(&r->refusal, "Key", copy->from.key);
	if (!copy->from.has_version_id)
		return req_refuse(r, S3_NO_SUCH_KEY, NULL);
	if (copy->source != NULL)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "The source of a copy request may not specifically refer to a delete marker by version id.");
	s3_refusal_detail(&r->refusal, "VersionId", copy->from.version_id);
	return req_refuse(r, S3_NO_SUCH_VERSION, NULL);
}

static enum s3_err
find_source(struct req *r, struct copy *copy)
{
	enum action action = copy->from.has_version_id ? ACTION_GetObjectVersion : ACTION_GetObject;
	struct subject about;
	enum store_err found;
	enum s3_err err;

	if ((err = find_bucket(r, copy)) != S3_OK)
		return err;
	found = catalog_object(
	    r->gateway->catalog, r, copy->bucket, copy->from.key, copy->from.version_id, true, &copy->source);
	if (found == STORE_NOT_FOUND)
		return refuse_missing(r, copy);
	if (found != STORE_OK)
		return req_refuse_store(r, found);
	about = (struct subject){ copy->bucket, copy->from.key, copy->source };
	if (!req_may(r, action, &about))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	if (copy->source->size > OBJECT_SIZE_MAX)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "The specified copy source is larger than the maximum allowable size for a copy source: %llu",
		    OBJECT_SIZE_MAX);
	return S3_OK;
}

/* x-amz-copy-source-if-*: to a copy, "not modified" is a failure as well. */
static enum s3_err
check_source_conditions(struct req *r, const struct copy *copy)
{
	struct validators about = { true, slice_from(copy->source->etag), copy->source->modified_us };
	struct conditions conditions;
	const char *failed;

	conditions_read(r, &r->headers, "x-amz-copy-source-", &conditions);
	if (conditions_decide(&conditions, &about, true, &failed) == CONDITIONS_HOLD)
		return S3_OK;
	return precondition_failed(r, talloc_asprintf(r, "x-amz-copy-source-%s", failed));
}

static bool
onto_itself(const struct req *r, const struct copy *copy)
{
	return memcmp(&copy->bucket->id, &r->bucket->id, sizeof(r->bucket->id)) == 0 &&
	       slice_equal(copy->from.key, r->target.key) && copy->source->is_latest;
}

/* What the request does not give anew comes from the source. */
static struct object_change
resulting_change(const struct copy *copy)
{
	const struct field *type = fields_find(&copy->source->checksums, "type");
	struct object_change change = copy->change;

	change.etag = copy->source->etag;
	if (!copy->replace_metadata) {
		change.headers = copy->source->headers;
		change.metadata = copy->source->metadata;
	}
	if (!copy->replace_tags)
		change.tags = copy->source->tags;
	/* A checksum of parts is not one of the copy, which has none. */
	if (type == NULL || !slice_equal(type->value, SLICE("COMPOSITE")))
		change.checksums = copy->source->checksums;
	return change;
}

/* An object_check_fn: whether the bytes are still those that were asked for. */
static bool
check_in_place(void *context, const struct object *current)
{
	struct copy *copy = context;

	copy->outrun = current == NULL || current->size != copy->source->size ||
		       strcmp(current->etag, copy->source->etag) != 0;
	return !copy->outrun && precondition_check(&copy->precondition, current);
}

static enum s3_err
copy_in_place(struct req *r, struct copy *copy)
{
	struct object_change change = resulting_change(copy);
	enum store_err err;

	copy->outrun = false;
	err = catalog_object_change(r->gateway->catalog, r, r->bucket, r->target.key, slice_from(""), &change, true,
	    check_in_place, copy, &copy->result);
	if (err == STORE_NOT_FOUND || (err == STORE_REFUSED && copy->outrun)) {
		copy->outrun = true;
		return S3_OK;
	}
	return precondition_refuse(&copy->precondition, err);
}

struct digests {
	struct digest *md5;
	struct digest *checksum; /* NULL: none asked for */
};

static enum s3_err
copy_bytes(struct req *r, const struct object *source, struct content *content, const struct digests *digests)
{
	TALLOC_CTX *scratch = talloc_new(r);
	char *piece = talloc_size(scratch, COPY_PIECE);
	struct object_reader *reader;
	uint64_t offset = 0;
	size_t got = 0;
	enum store_err err = object_reader_open(r->gateway->catalog, scratch, source, &reader);

	while (err == STORE_OK && offset < source->size) {
		struct slice bytes;

		err = object_reader_read(reader, offset, piece, COPY_PIECE, &got);
		if (err == STORE_OK && got == 0)
			err = STORE_DAMAGED;
		if (err != STORE_OK)
			break;
		bytes = slice_make(piece, got);
		digest_update(digests->md5, bytes);
		if (digests->checksum != NULL)
			digest_update(digests->checksum, bytes);
		err = content_append(content, bytes);
		offset += got;
	}
	if (err == STORE_OK)
		err = content_finish(content);
	talloc_free(scratch);
	return req_refuse_store(r, err);
}

static char *
digest_text(struct req *r, struct digest *digest, char *encode(TALLOC_CTX *, struct slice))
{
	unsigned char value[DIGEST_MAX];
	size_t length = digest_final(digest, value);

	return encode(r, slice_make(value, length));
}

static enum s3_err
copy_anew(struct req *r, struct copy *copy)
{
	struct content *content = content_new(r->gateway->catalog, r, r->bucket);
	struct object_change change = resulting_change(copy);
	struct digests digests = { digest_new(r, DIGEST_MD5), NULL };
	enum s3_err err;

	if (copy->algorithm != NULL)
		digests.checksum = digest_new(r, copy->algorithm->kind);
	if ((err = copy_bytes(r, copy->source, content, &digests)) != S3_OK) {
		content_discard(content);
		return err;
	}
	change.etag = digest_text(r, digests.md5, hex_encode);
	if (copy->algorithm != NULL) {
		change.checksums = (struct fields){ 0 };
		fields_add(r, &change.checksums, slice_from(copy->algorithm->name),
		    slice_from(digest_text(r, digests.checksum, base64_encode)));
		fields_add(r, &change.checksums, SLICE("type"), SLICE("FULL_OBJECT"));
	}
	return precondition_refuse(
	    &copy->precondition, catalog_object_put(r->gateway->catalog, r, r->bucket, r->target.key, content,
				     &change, precondition_check, &copy->precondition, &copy->result));
}

static enum s3_err
copy_once(struct req *r, struct copy *copy)
{
	bool itself, in_place;
	enum s3_err err;

	copy->outrun = false;
	if ((err = find_source(r, copy)) != S3_OK || (err = check_source_conditions(r, copy)) != S3_OK)
		return err;
	itself = onto_itself(r, copy);
	if (itself && !copy->replace_metadata && !req_has_header(r, "x-amz-storage-class"))
		return req_refuse(r, S3_INVALID_REQUEST,
		    "This copy request is illegal because it is trying to copy an object to itself without changing "
		    "the object's metadata, storage class, website redirect location or encryption attributes.");
	in_place = itself && copy->algorithm == NULL && r->bucket->versioning != VERSIONING_ENABLED &&
		   strcmp(copy->source->version_id, "null") == 0;
	return in_place ? copy_in_place(r, copy) : copy_anew(r, copy);
}

static enum s3_err
reply_result(struct req *r, const struct copy *copy)
{
	const struct fields *checksums = &copy->result->checksums;
	struct xml_writer *w = xml_writer_new(r, ANSWER_SHORT);

	reply_version(r, copy->result);
	if (copy->bucket->versioning != VERSIONING_NEVER)
		reply_header_string(r, "x-amz-copy-source-version-id", copy->source->version_id);
	xml_start_root(w, "CopyObjectResult");
	xml_time(w, "LastModified", copy->result->modified_us);
	xml_etag(w, copy->result->etag);
	for (size_t i = 0; i < checksums->count; i++) {
		const struct field *checksum = &checksums->items[i];
		bool is_type = slice_equal(checksum->name, SLICE("type"));

		xml_text(w,
		    is_type ? "ChecksumType" : talloc_asprintf(r, "Checksum%.*s", SLICE_ARG(checksum->name)),
		    checksum->value);
	}
	xml_end(w);
	return reply_xml(r, 200, w);
}

enum s3_err
op_copy_object(struct req *r)
{
	struct copy copy;
	enum s3_err err = read_request(r, &copy);

	copy.outrun = true;
	for (unsigned attempt = 0; attempt < ATTEMPTS && err == S3_OK && copy.outrun; attempt++)
		err = copy_once(r, &copy);
	if (err != S3_OK)
		return err;
	return copy.outrun ? req_refuse(r, S3_CONDITIONAL_CONFLICT, NULL) : reply_result(r, &copy);
}
