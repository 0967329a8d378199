/* GetBucketVersioning and PutBucketVersioning. */
#include "gateway/operations/answer.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/versioning_configuration.h"

enum s3_err
op_get_versioning(struct req *r)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_SHORT);

	xml_start_root(w, "VersioningConfiguration");
	if (r->bucket->versioning != VERSIONING_NEVER)
		xml_string(w, "Status", r->bucket->versioning == VERSIONING_ENABLED ? "Enabled" : "Suspended");
	xml_end(w);
	return reply_xml(r, 200, w);
}

enum s3_err
op_put_versioning(struct req *r)
{
	enum versioning versioning;
	bool enabled;
	enum s3_err err;

	if (r->body.document.length == 0)
		return req_refuse(r, S3_MISSING_REQUEST_BODY, NULL);
	if ((err = check_no_mfa(r)) != S3_OK ||
	    (err = versioning_configuration_parse(r, r->body.document, &r->refusal, &enabled)) != S3_OK)
		return err;
	versioning = enabled ? VERSIONING_ENABLED : VERSIONING_SUSPENDED;
	err = req_refuse_store(r, catalog_bucket_set_versioning(r->gateway->catalog, r->bucket, versioning));
	return err == S3_OK ? reply_empty(r, 200) : err;
}
