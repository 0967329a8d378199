/* CompleteMultipartUpload: an object made of the parts of an upload, whose bytes stay where they are. */
#include <inttypes.h>
#include <time.h>

#include "gateway/operations/answer.h"
#include "gateway/operations/assembly.h"
#include "gateway/operations/attributes.h"
#include "gateway/operations/complete_document.h"
#include "gateway/operations/complete_expected.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/precondition.h"
#include "gateway/operations/upload.h"

#define PART_SIZE_MIN     (5ULL * 1024 * 1024) /* of all but the last */
#define COMPLETE_SIZE_MAX (5ULL * 1024 * 1024 * 1024 * 1024)
#define PARTS_PAGE        1000          /* read at a time */
#define ATTEMPTS          10            /* while others complete the same upload */
#define PAUSE_NS          (1000 * 1000) /* before the second one, at most; it doubles */

struct completion {
	/* what the request asks for */
	struct complete_document document;
	struct complete_expected expected;
	struct precondition precondition;

	/* found */
	bool gone;   /* the upload is not there any more */
	bool outrun; /* another request changed the upload in between */
	struct upload *upload;
	struct upload_checksum checksum;
	struct assembly *assembly;
	struct object *object;
};

static enum s3_err
read_request(struct req *r, struct completion *out)
{
	enum s3_err err;

	*out = (struct completion){ 0 };
	if ((err = attributes_check_supported(r)) != S3_OK ||
	    (err = complete_expected_read(r, &out->expected)) != S3_OK ||
	    (err = precondition_read(r, &out->precondition)) != S3_OK)
		return err;
	return complete_document_parse(r, r->body.document, &r->refusal, &out->document);
}

/* Parts in ascending order, a page at a time. */
struct cursor {
	struct part_page *page; /* NULL: none read yet */
	size_t next;
};

/* *out: the part of that number, which is above all that were asked for before; NULL: there is none. */
static enum s3_err
find_part(struct req *r, struct completion *c, struct cursor *cursor, unsigned number, const struct part **out)
{
	struct part_page *page = cursor->page;
	enum store_err err;

	*out = NULL;
	if (page == NULL || (page->truncated && page->parts[page->count - 1].number < number)) {
		TALLOC_FREE(cursor->page);
		cursor->next = 0;
		err = catalog_parts(
		    r->gateway->catalog, r, r->bucket, c->upload, number - 1, PARTS_PAGE, &cursor->page);
		c->gone = err == STORE_NOT_FOUND;
		if (err != STORE_OK)
			return c->gone ? S3_NO_SUCH_UPLOAD : req_refuse_store(r, err);
		page = cursor->page;
	}
	while (cursor->next < page->count && page->parts[cursor->next].number < number)
		cursor->next++;
	if (cursor->next < page->count && page->parts[cursor->next].number == number)
		*out = &page->parts[cursor->next];
	return S3_OK;
}

static void
name_part(struct req *r, const struct complete_part *asked)
{
	s3_refusal_detail(&r->refusal, "PartNumber", slice_from(talloc_asprintf(r, "%u", asked->number)));
	s3_refusal_detail(&r->refusal, "ETag", slice_head(asked->etag, 256));
}

static enum s3_err
invalid_part(struct req *r, const struct complete_part *asked)
{
	s3_refusal_detail(&r->refusal, "UploadId", req_parameter(r, "uploadId"));
	name_part(r, asked);
	return req_refuse(r, S3_INVALID_PART, NULL);
}

static enum s3_err
part_too_small(struct req *r, const struct complete_part *asked, uint64_t size)
{
	s3_refusal_detail(&r->refusal, "ProposedSize", slice_from(talloc_asprintf(r, "%" PRIu64, size)));
	s3_refusal_detail(&r->refusal, "MinSizeAllowed", slice_from(talloc_asprintf(r, "%llu", PART_SIZE_MIN)));
	name_part(r, asked);
	return req_refuse(r, S3_ENTITY_TOO_SMALL, NULL);
}

/* The checksum that the document gives of a part. */
static enum s3_err
check_part_checksum(
    struct req *r, const struct completion *c, const struct complete_part *asked, const struct part *found)
{
	const struct upload_checksum *wanted = &c->checksum;
	const struct field *kept;

	if (asked->checksum == NULL && wanted->composite)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "The upload was created using a %s checksum. The complete request must include the checksum for "
		    "each part. It was missing for part %u in the request.",
		    wanted->algorithm->lower, asked->number);
	if (asked->checksum == NULL)
		return S3_OK;
	if (wanted->asked_for && asked->checksum != wanted->algorithm)
		return req_refuse(r, S3_BAD_DIGEST,
		    "The %s you specified for part %u did not match what we received.", asked->checksum->lower,
		    asked->number);
	kept = fields_find(&found->checksums, asked->checksum->name);
	return kept != NULL && slice_equal(kept->value, asked->checksum_value) ? S3_OK : invalid_part(r, asked);
}

static enum s3_err
take_part(struct req *r, struct completion *c, struct cursor *cursor, size_t index)
{
	const struct complete_part *asked = &c->document.parts[index];
	const struct part *found;
	enum s3_err err;

	if ((err = find_part(r, c, cursor, asked->number, &found)) != S3_OK)
		return err;
	if (found == NULL || !slice_equal(asked->etag, slice_from(found->etag)))
		return invalid_part(r, asked);
	if ((err = check_part_checksum(r, c, asked, found)) != S3_OK)
		return err;
	if (found->size < PART_SIZE_MIN && index + 1 < c->document.count)
		return part_too_small(r, asked, found->size);
	return assembly_add(c->assembly, found) ? S3_OK : req_refuse_store(r, STORE_DAMAGED);
}

static enum s3_err
take_parts(struct req *r, struct completion *c)
{
	struct cursor cursor = { 0 };
	enum s3_err err = S3_OK;

	TALLOC_FREE(c->assembly);
	c->assembly = assembly_new(r, &c->checksum);
	for (size_t i = 0; i < c->document.count && err == S3_OK; i++)
		err = take_part(r, c, &cursor, i);
	TALLOC_FREE(cursor.page);
	return err;
}

static enum s3_err
check_size(struct req *r, uint64_t size)
{
	if (size <= COMPLETE_SIZE_MAX)
		return S3_OK;
	s3_refusal_detail(&r->refusal, "ProposedSize", slice_from(talloc_asprintf(r, "%" PRIu64, size)));
	s3_refusal_detail(&r->refusal, "MaxSizeAllowed", slice_from(talloc_asprintf(r, "%llu", COMPLETE_SIZE_MAX)));
	return req_refuse(r, S3_ENTITY_TOO_LARGE, NULL);
}

/* (commits) The object itself, from what the upload says and the parts come to. */
static enum s3_err
put_object(struct req *r, struct completion *c, const struct fields *checksums)
{
	const struct upload *upload = c->upload;
	const struct object_change change = {
		.etag = assembly_etag(c->assembly, r),
		.owner_id = upload->owner_id,
		.acl = upload->acl,
		.tags = upload->tags,
		.headers = upload->headers,
		.metadata = upload->metadata,
		.checksums = *checksums,
	};
	unsigned *numbers = talloc_array(r, unsigned, c->document.count);
	enum store_err err;

	for (size_t i = 0; i < c->document.count; i++)
		numbers[i] = c->document.parts[i].number;
	err = catalog_upload_complete(r->gateway->catalog, r, r->bucket, upload, numbers, c->document.count,
	    &change, precondition_check, &c->precondition, &c->object);
	talloc_free(numbers);
	c->gone = err == STORE_NOT_FOUND;
	c->outrun = err == STORE_CONFLICT;
	return c->gone || c->outrun ? S3_OK : precondition_refuse(&c->precondition, err);
}

static enum s3_err
complete_once(struct req *r, struct completion *c)
{
	struct fields checksums;
	enum store_err frozen;
	enum s3_err err;

	c->outrun = false;
	frozen = catalog_upload_freeze(
	    r->gateway->catalog, r, r->bucket, r->target.key, req_parameter(r, "uploadId"), &c->upload);
	c->gone = frozen == STORE_NOT_FOUND;
	if (frozen != STORE_OK)
		return c->gone ? S3_OK : req_refuse_store(r, frozen);
	c->checksum = upload_checksum_load(&c->upload->checksums);
	if ((err = complete_expected_check_upload(r, &c->expected, &c->checksum)) != S3_OK ||
	    (err = take_parts(r, c)) != S3_OK || (err = check_size(r, assembly_size(c->assembly))) != S3_OK)
		return c->gone ? S3_OK : err;
	checksums = assembly_checksums(c->assembly, r);
	err = complete_expected_check_object(r, &c->expected, assembly_size(c->assembly), &checksums);
	return err == S3_OK ? put_object(r, c, &checksums) : err;
}

/* A client that did not hear of its success asks again: it is told the same, as long as that object is there. */
static enum s3_err
find_completed(struct req *r, struct completion *c)
{
	enum store_err err =
	    catalog_object(r->gateway->catalog, r, r->bucket, r->target.key, slice_from(""), false, &c->object);
	bool same;

	if (err != STORE_OK && err != STORE_NOT_FOUND)
		return req_refuse_store(r, err);
	same = err == STORE_OK && c->object->upload_id != NULL &&
	       slice_equal(slice_from(c->object->upload_id), req_parameter(r, "uploadId"));
	return same ? S3_OK : refuse_upload(r);
}

static enum s3_err
reply_completed(struct req *r, const struct object *object)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_LONG);

	reply_version_made(r, object);
	xml_start_root(w, "CompleteMultipartUploadResult");
	xml_text(w, "Location", object_location(r));
	xml_string(w, "Bucket", r->bucket->name);
	xml_text(w, "Key", r->target.key);
	xml_etag(w, object->etag);
	xml_checksums(w, r, &object->checksums);
	xml_end(w);
	return reply_xml(r, 200, w);
}

/* Two that complete one upload would outrun each other for ever if they kept step. */
static void
pause_some(unsigned attempt)
{
	struct timespec time = { 0 };
	uint64_t random;

	random_bytes(&random, sizeof(random));
	time.tv_nsec = (long)(random % (UINT64_C(1) * PAUSE_NS << attempt));
	nanosleep(&time, NULL);
}

enum s3_err
op_complete_multipart_upload(struct req *r)
{
	struct completion c;
	enum s3_err err = read_request(r, &c);

	c.outrun = true;
	for (unsigned attempt = 0; attempt < ATTEMPTS && err == S3_OK && c.outrun; attempt++) {
		if (attempt > 0)
			pause_some(attempt);
		err = complete_once(r, &c);
	}
	if (err == S3_OK && c.gone)
		err = find_completed(r, &c);
	if (err != S3_OK)
		return err;
	if (c.outrun)
		return req_refuse(r, S3_SLOW_DOWN, "Other requests keep changing this upload. Please try again.");
	return reply_completed(r, c.object);
}
