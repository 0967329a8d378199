#include "auth/ownership.h"
#include "auth/public_access.h"
#include "cors/cors.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/answer.h"

#define DOC(id, number, root, absent, check) \
	const struct document document_##id = { number, #root, S3_##absent, check };
#include "gateway/documents.def"
#undef DOC

enum s3_err
document_check_cors(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct slice *canonical)
{
	struct cors_rules *rules;
	enum s3_err err = cors_rules_parse(mem, document, why, &rules);

	if (err == S3_OK && canonical != NULL)
		*canonical = cors_rules_write(mem, rules);
	return err;
}

enum s3_err
document_check_ownership(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct slice *canonical)
{
	enum ownership ownership;
	enum s3_err err = ownership_parse(mem, document, why, &ownership);

	if (err == S3_OK && canonical != NULL)
		*canonical = ownership_write(mem, ownership);
	return err;
}

enum s3_err
document_check_public_access(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct slice *canonical)
{
	struct public_access access;
	enum s3_err err = public_access_parse(mem, document, why, &access);

	if (err == S3_OK && canonical != NULL)
		*canonical = public_access_write(mem, &access);
	return err;
}

static enum s3_err
reply_absent(struct req *r, const struct document *document)
{
	struct xml_writer *w;

	if (document->absent != S3_OK) {
		s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
		return req_refuse(r, document->absent, NULL);
	}
	w = xml_writer_new(r, ANSWER_SHORT);
	xml_start_root(w, document->root);
	xml_end(w);
	return reply_xml(r, 200, w);
}

/* GetBucketCors and its like: the document of the bucket that the operation's row names. */
enum s3_err
op_document_get(struct req *r)
{
	const struct document *document = r->operation->argument;
	struct slice stored, canonical;
	enum store_err err;

	if (!(r->bucket->documents & (UINT64_C(1) << document->number)))
		return reply_absent(r, document);
	err = catalog_document(r->gateway->catalog, r, r->bucket, document->number, &stored);
	if (err == STORE_NOT_FOUND)
		return reply_absent(r, document);
	if (err != STORE_OK)
		return req_refuse_store(r, err);
	if (document->check == NULL || document->check(r, stored, NULL, &canonical) != S3_OK)
		return req_refuse(r, S3_INTERNAL_ERROR, "The bucket's stored %s is damaged.", document->root);
	return reply_bytes(r, 200, canonical);
}

/* PutBucketCors and its like: in force for the next request. */
enum s3_err
op_document_put(struct req *r)
{
	const struct document *document = r->operation->argument;
	enum s3_err err;

	if (document->check == NULL)
		return req_refuse(r, S3_NOT_IMPLEMENTED, "%s is not implemented.", r->operation->name);
	if (r->body.document.length == 0)
		return req_refuse(r, S3_MISSING_REQUEST_BODY, NULL);
	if ((err = document->check(r, r->body.document, &r->refusal, NULL)) != S3_OK)
		return err;
	err = req_refuse_store(
	    r, catalog_document_put(r->gateway->catalog, r->bucket, document->number, r->body.document));
	return err == S3_OK ? reply_empty(r, 200) : err;
}

/* DeleteBucketCors and its like; deleting what is not there succeeds. */
enum s3_err
op_document_delete(struct req *r)
{
	const struct document *document = r->operation->argument;
	enum s3_err err;

	err = req_refuse_store(r, catalog_document_delete(r->gateway->catalog, r->bucket, document->number));
	return err == S3_OK ? reply_empty(r, 204) : err;
}
