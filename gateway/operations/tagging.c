/* The tags of objects and buckets. */
#include "gateway/operations/answer.h"
#include "gateway/operations/change.h"
#include "gateway/operations/operations.h"
#include "gateway/tags.h"

enum s3_err
op_get_object_tagging(struct req *r)
{
	struct fields tags;

	if (!tags_load(r, r->object->tags, &tags))
		return req_refuse(r, S3_INTERNAL_ERROR, "The object's stored tags are damaged.");
	reply_version(r, r->object);
	return reply_xml(r, 200, tags_write(r, &tags));
}

/* The set that the request's document holds. */
static enum s3_err
read_document(struct req *r, enum tagged tagged, struct fields *tags)
{
	if (r->body.document.length == 0)
		return req_refuse(r, S3_MISSING_REQUEST_BODY, NULL);
	return tags_parse(r, r->body.document, tagged, &r->refusal, tags);
}

static enum s3_err
put_tags(struct req *r, struct object_change *change)
{
	struct fields tags;
	enum s3_err err = read_document(r, TAGGED_OBJECT, &tags);

	if (err == S3_OK)
		change->tags = tags_store(r, &tags);
	return err;
}

static enum s3_err
delete_tags(struct req *r, struct object_change *change)
{
	(void)r;
	change->tags = slice_from("");
	return S3_OK;
}

static enum s3_err
change_tags(struct req *r, change_fn *edit, unsigned status)
{
	enum s3_err err = change_object(r, edit);

	if (err != S3_OK)
		return err;
	reply_version(r, r->object);
	return reply_empty(r, status);
}

enum s3_err
op_put_object_tagging(struct req *r)
{
	return change_tags(r, put_tags, 200);
}

enum s3_err
op_delete_object_tagging(struct req *r)
{
	return change_tags(r, delete_tags, 204);
}

enum s3_err
document_check_tagging(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct slice *canonical)
{
	struct fields tags;
	enum s3_err err = tags_parse(mem, document, TAGGED_BUCKET, why, &tags);

	if (err == S3_OK && canonical != NULL)
		*canonical = xml_finish(tags_write(mem, &tags));
	return err;
}

/* A bucket with the empty set has none: NoSuchTagSet. */
enum s3_err
op_put_bucket_tagging(struct req *r)
{
	struct fields tags = { 0 };
	enum s3_err err = read_document(r, TAGGED_BUCKET, &tags);

	if (err == S3_OK)
		err = tags.count > 0 ? op_document_put(r) : op_document_delete(r);
	return err == S3_OK ? reply_empty(r, 204) : err;
}
