/* DeleteObjects: up to a thousand keys, each with an answer of its own. */
#include "gateway/conditions.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/delete_document.h"
#include "gateway/operations/operations.h"
#include "gateway/permission.h"

/* What became of one key. */
struct outcome {
	enum s3_err err;
	struct object_deletion deletion;
};

/* Why a key cannot be one, or a version ID; S3_OK where it can. */
static enum s3_err
check_item(const struct delete_item *item)
{
	if (item->key.length > OBJECT_KEY_MAX)
		return S3_KEY_TOO_LONG;
	return item->version_id.length == 0 || version_id_valid(item->version_id) ? S3_OK : S3_NO_SUCH_VERSION;
}

struct etag_condition {
	struct req *r;
	struct slice key;
	struct slice etag;
	enum s3_err err;
};

/* An object_check_fn: whether it still has the ETag, for those who may know. */
static bool
has_etag(void *context, const struct object *current)
{
	struct etag_condition *condition = context;
	struct conditions conditions = { .has_if_match = true, .if_match = condition->etag };
	struct validators about = { .exists = current != NULL };
	const struct subject subject = { .bucket = condition->r->bucket, .key = condition->key, .object = current };

	if (current != NULL)
		about.etag = slice_from(current->etag);
	condition->err = S3_OK;
	if (!req_may(condition->r, current != NULL ? ACTION_GetObject : ACTION_ListBucket, &subject))
		condition->err = S3_ACCESS_DENIED;
	else if (current == NULL)
		condition->err = S3_NO_SUCH_KEY;
	else if (conditions_decide(&conditions, &about, false, NULL) != CONDITIONS_HOLD)
		condition->err = S3_PRECONDITION_FAILED;
	return condition->err == S3_OK;
}

/* The storage's error for one key; a refusal of the request, which goes on, is undone. */
static enum s3_err
item_error(struct req *r, enum store_err err)
{
	enum s3_err refused = req_refuse_store(r, err);

	r->refusal = (struct s3_refusal){ .mem = r->refusal.mem };
	return refused;
}

static struct outcome
delete_item(struct req *r, const struct delete_item *item)
{
	const struct subject subject = { .bucket = r->bucket, .key = item->key, .version_id = item->version_id };
	struct etag_condition condition = { r, item->key, item->etag, S3_OK };
	struct outcome outcome = { 0 };
	enum store_err err;

	if (!req_may(r, item->has_version_id ? ACTION_DeleteObjectVersion : ACTION_DeleteObject, &subject))
		outcome.err = S3_ACCESS_DENIED;
	else
		outcome.err = check_item(item);
	if (outcome.err != S3_OK)
		return outcome;
	err = catalog_object_delete(r->gateway->catalog, r, r->bucket, item->key, item->version_id,
	    item->has_etag ? has_etag : NULL, &condition, &outcome.deletion);
	outcome.err = err == STORE_REFUSED ? condition.err : item_error(r, err);
	return outcome;
}

static void
write_error(struct xml_writer *w, const struct delete_item *item, const struct outcome *outcome)
{
	xml_start(w, "Error");
	xml_text(w, "Key", item->key);
	if (item->has_version_id)
		xml_text(w, "VersionId", item->version_id);
	xml_string(w, "Code", s3_err_code(outcome->err));
	xml_string(w, "Message", s3_err_message(outcome->err));
	xml_end(w);
}

/* A marker that was made has an ID of its own; one that was deleted is the version that was named. */
static void
write_deleted(struct xml_writer *w, const struct delete_item *item, const struct object_deletion *deletion)
{
	xml_start(w, "Deleted");
	xml_text(w, "Key", item->key);
	if (item->version_id.length > 0)
		xml_text(w, "VersionId", item->version_id);
	if (deletion->delete_marker) {
		xml_bool(w, "DeleteMarker", true);
		if (deletion->version_id != NULL)
			xml_string(w, "DeleteMarkerVersionId", deletion->version_id);
	}
	xml_end(w);
}

enum s3_err
op_delete_objects(struct req *r)
{
	struct delete_document document;
	struct xml_writer *w;
	enum s3_err err;

	if (r->body.document.length == 0)
		return req_refuse(r, S3_MISSING_REQUEST_BODY, NULL);
	if ((err = check_no_mfa(r)) != S3_OK ||
	    (err = delete_document_parse(r, r->body.document, &r->refusal, &document)) != S3_OK)
		return err;
	w = xml_writer_new(r, ANSWER_LONG);
	xml_start_root(w, "DeleteResult");
	for (size_t i = 0; i < document.count; i++) {
		struct outcome outcome = delete_item(r, &document.items[i]);

		if (outcome.err != S3_OK)
			write_error(w, &document.items[i], &outcome);
		else if (!document.quiet)
			write_deleted(w, &document.items[i], &outcome.deletion);
	}
	xml_end(w);
	return reply_xml(r, 200, w);
}
