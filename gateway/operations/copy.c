/* CopyObject: an object made of another one's bytes. */
#include "gateway/operations/answer.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/precondition.h"
#include "gateway/operations/source.h"
#include "gateway/permission.h"

#define ATTEMPTS 5 /* at an object that somebody else keeps changing */

struct copy {
	/* what the headers ask for */
	bool replace_metadata, replace_tags;
	const struct checksum *algorithm; /* NULL: the source's */
	struct object_change change;
	struct precondition precondition;

	/* found */
	struct source source;
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
	if ((err = check_whole_object(r)) != S3_OK || (err = attributes_check_supported(r)) != S3_OK ||
	    (err = source_read(r, &out->source)) != S3_OK ||
	    (err = read_directive(
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

/* Tags that go along are read and written: each is a permission of its own. */
static enum s3_err
check_tags(struct req *r, const struct copy *copy)
{
	const struct source *source = &copy->source;
	const struct subject from = source_subject(source);
	const struct subject to = { .bucket = r->bucket, .key = r->target.key, .source = source->object };
	enum action read = source->name.has_version_id ? ACTION_GetObjectVersionTagging : ACTION_GetObjectTagging;

	if (copy->replace_tags || source->object->tags.length == 0 ||
	    (req_may(r, read, &from) && req_may(r, ACTION_PutObjectTagging, &to)))
		return S3_OK;
	return req_refuse(r, S3_ACCESS_DENIED, NULL);
}

static bool
onto_itself(const struct req *r, const struct copy *copy)
{
	return memcmp(&copy->source.bucket->id, &r->bucket->id, sizeof(r->bucket->id)) == 0 &&
	       slice_equal(copy->source.name.key, r->target.key) && copy->source.object->is_latest;
}

/* What the request does not give anew comes from the source. */
static struct object_change
resulting_change(const struct copy *copy)
{
	const struct object *source = copy->source.object;
	struct object_change change = copy->change;

	change.etag = source->etag;
	change.checksums = source->checksums;
	if (!copy->replace_metadata) {
		change.headers = source->headers;
		change.metadata = source->metadata;
	}
	if (!copy->replace_tags)
		change.tags = source->tags;
	return change;
}

/* An object_check_fn: whether the bytes are still those that were asked for. */
static bool
check_in_place(void *context, const struct object *current)
{
	struct copy *copy = context;

	copy->outrun = current == NULL || current->size != copy->source.object->size ||
		       strcmp(current->etag, copy->source.object->etag) != 0;
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

/* The copy comes in one piece: it has an ETag and a checksum of its whole, whatever the source has. */
static enum s3_err
copy_anew(struct req *r, struct copy *copy)
{
	const struct object *source = copy->source.object;
	const struct checksum *algorithm =
	    copy->algorithm != NULL ? copy->algorithm : checksum_of(&source->checksums);
	struct content *content = content_new(r->gateway->catalog, r, r->bucket, r->target.key);
	struct object_change change = resulting_change(copy);
	struct source_copied copied;
	enum s3_err err;

	err = source_copy(r, &copy->source, (struct byte_range){ 0, source->size }, content, algorithm, &copied);
	if (err != S3_OK)
		return err;
	fields_add(r, &copied.checksums, SLICE("type"), SLICE("FULL_OBJECT"));
	change.etag = copied.etag;
	change.checksums = copied.checksums;
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
	if ((err = source_find(r, &copy->source)) != S3_OK ||
	    (err = source_check_size(r, copy->source.object->size)) != S3_OK ||
	    (err = check_tags(r, copy)) != S3_OK)
		return err;
	itself = onto_itself(r, copy);
	if (itself && !copy->replace_metadata && !req_has_header(r, "x-amz-storage-class"))
		return req_refuse(r, S3_INVALID_REQUEST,
		    "This copy request is illegal because it is trying to copy an object to itself without changing "
		    "the object's metadata, storage class, website redirect location or encryption attributes.");
	in_place = itself && copy->algorithm == NULL && r->bucket->versioning != VERSIONING_ENABLED &&
		   strcmp(copy->source.object->version_id, "null") == 0;
	return in_place ? copy_in_place(r, copy) : copy_anew(r, copy);
}

static enum s3_err
reply_result(struct req *r, const struct copy *copy)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_SHORT);

	reply_version_made(r, copy->result);
	if (copy->source.bucket->versioning != VERSIONING_NEVER)
		reply_header_string(r, "x-amz-copy-source-version-id", copy->source.object->version_id);
	xml_start_root(w, "CopyObjectResult");
	xml_time(w, "LastModified", copy->result->modified_us);
	xml_etag(w, copy->result->etag);
	xml_checksums(w, r, &copy->result->checksums);
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
