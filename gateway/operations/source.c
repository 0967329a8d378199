#include "gateway/operations/source.h"

#include "common/encode.h"
#include "gateway/conditions.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/precondition.h"
#include "gateway/permission.h"

#define COPY_PIECE (1024 * 1024) /* bytes at a time */

enum s3_err
source_read(struct req *r, struct source *out)
{
	struct copy_source *name = &out->name;
	enum s3_err err;

	*out = (struct source){ 0 };
	err = copy_source_parse(r, req_header(r, "x-amz-copy-source"), &r->refusal, name);
	return err == S3_OK && name->has_version_id ? check_version_id(r, name->version_id) : err;
}

static enum s3_err
find_bucket(struct req *r, struct source *source)
{
	struct slice expected_owner = req_header(r, "x-amz-source-expected-bucket-owner");
	enum store_err err = catalog_bucket(r->gateway->catalog, r, source->name.bucket, &source->bucket);

	if (err == STORE_NOT_FOUND) {
		s3_refusal_detail(&r->refusal, "BucketName", source->name.bucket);
		return req_refuse(r, S3_NO_SUCH_BUCKET, NULL);
	}
	if (err != STORE_OK)
		return req_refuse_store(r, err);
	if (expected_owner.length > 0 && !slice_equal(expected_owner, slice_from(source->bucket->owner_id)))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	return S3_OK;
}

/* Whether there is such a key is told to those alone who may list the bucket. */
static enum s3_err
refuse_missing(struct req *r, const struct source *source)
{
	const struct subject bucket = { .bucket = source->bucket };

	if (!req_may(r, ACTION_ListBucket, &bucket))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	s3_refusal_detail(&r->refusal, "Key", source->name.key);
	if (!source->name.has_version_id)
		return req_refuse(r, S3_NO_SUCH_KEY, NULL);
	if (source->object != NULL)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "The source of a copy request may not specifically refer to a delete marker by version id.");
	s3_refusal_detail(&r->refusal, "VersionId", source->name.version_id);
	return req_refuse(r, S3_NO_SUCH_VERSION, NULL);
}

/* x-amz-copy-source-if-*: to a copy, "not modified" is a failure as well. */
static enum s3_err
check_conditions(struct req *r, const struct object *object)
{
	struct validators about = { true, slice_from(object->etag), object->modified_us };
	struct conditions conditions;
	const char *failed;

	conditions_read(r, &r->headers, "x-amz-copy-source-", r->started_us / 1000000, &conditions);
	if (conditions_decide(&conditions, &about, true, &failed) == CONDITIONS_HOLD)
		return S3_OK;
	return precondition_failed(r, talloc_asprintf(r, "x-amz-copy-source-%s", failed));
}

struct subject
source_subject(const struct source *source)
{
	return (struct subject){
		.bucket = source->bucket,
		.key = source->name.key,
		.object = source->object,
		.version_id = source->name.version_id,
	};
}

enum s3_err
source_find(struct req *r, struct source *source)
{
	const struct copy_source *name = &source->name;
	enum action action = name->has_version_id ? ACTION_GetObjectVersion : ACTION_GetObject;
	struct subject about;
	enum store_err found;
	enum s3_err err;

	if ((err = find_bucket(r, source)) != S3_OK)
		return err;
	found = catalog_object(
	    r->gateway->catalog, r, source->bucket, name->key, name->version_id, true, &source->object);
	if (found == STORE_NOT_FOUND)
		return refuse_missing(r, source);
	if (found != STORE_OK)
		return req_refuse_store(r, found);
	about = source_subject(source);
	if (!req_may(r, action, &about))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	return check_conditions(r, source->object);
}

enum s3_err
source_check_size(struct req *r, uint64_t size)
{
	if (size <= OBJECT_SIZE_MAX)
		return S3_OK;
	return req_refuse(r, S3_INVALID_REQUEST,
	    "The specified copy source is larger than the maximum allowable size for a copy source: %llu",
	    OBJECT_SIZE_MAX);
}

struct digests {
	struct digest *md5;
	struct digest *checksum; /* NULL: none asked for */
};

static enum store_err
copy_bytes(struct req *r, const struct object *object, struct byte_range range, struct content *content,
    const struct digests *digests)
{
	TALLOC_CTX *scratch = talloc_new(r);
	char *piece = talloc_size(scratch, COPY_PIECE);
	struct object_reader *reader;
	enum store_err err =
	    object_reader_open(r->gateway->catalog, scratch, object, range.offset, range.length, &reader);

	while (err == STORE_OK && range.length > 0) {
		size_t wanted = range.length < COPY_PIECE ? (size_t)range.length : COPY_PIECE, got;
		struct slice bytes;

		err = object_reader_read(reader, range.offset, piece, wanted, &got);
		if (err == STORE_OK && got == 0)
			err = STORE_DAMAGED;
		if (err != STORE_OK)
			break;
		bytes = slice_make(piece, got);
		digest_update(digests->md5, bytes);
		if (digests->checksum != NULL)
			digest_update(digests->checksum, bytes);
		err = content_append(content, bytes);
		range.offset += got;
		range.length -= got;
	}
	talloc_free(scratch);
	return err == STORE_OK ? content_finish(content) : err;
}

static char *
digest_text(struct req *r, struct digest *digest, char *encode(TALLOC_CTX *, struct slice))
{
	unsigned char value[DIGEST_MAX];
	size_t length = digest_final(digest, value);

	return encode(r, slice_make(value, length));
}

enum s3_err
source_copy(struct req *r, const struct source *source, struct byte_range range, struct content *content,
    const struct checksum *algorithm, struct source_copied *out)
{
	struct digests digests = { digest_new(r, DIGEST_MD5), NULL };
	enum store_err err;

	*out = (struct source_copied){ 0 };
	if (algorithm != NULL)
		digests.checksum = digest_new(r, algorithm->kind);
	err = copy_bytes(r, source->object, range, content, &digests);
	if (err != STORE_OK) {
		content_discard(content);
		return req_refuse_store(r, err);
	}
	out->etag = digest_text(r, digests.md5, hex_encode);
	if (algorithm != NULL)
		fields_add(r, &out->checksums, slice_from(algorithm->name),
		    slice_from(digest_text(r, digests.checksum, base64_encode)));
	return S3_OK;
}
