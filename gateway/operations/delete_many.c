/* DeleteObjects: up to a thousand keys, each with an answer of its own. */
#include "gateway/operations/answer.h"
#include "gateway/operations/delete_document.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/precondition.h"
#include "gateway/permission.h"

/* What becomes of a key of the document. */
struct outcome {
	enum s3_err err;
	struct precondition precondition;
	struct object_deletion deletion;
};

/* The removals are those of the keys that may go. */
struct deletion {
	struct delete_document document;
	struct outcome *outcomes; /* of each key */
	struct object_removal *removals;
	size_t *places; /* of each removal: its key's in the document */
	size_t removal_count;
};

/* A refusal of the request, which goes on, is undone. */
static void
forget_refusal(struct req *r)
{
	r->refusal = (struct s3_refusal){ .mem = r->refusal.mem };
}

/* Whether the sender may delete it, and it can be a key and a version. */
static enum s3_err
check_item(struct req *r, const struct delete_item *item)
{
	const struct subject subject = { .bucket = r->bucket, .key = item->key, .version_id = item->version_id };

	if (!req_may(r, item->has_version_id ? ACTION_DeleteObjectVersion : ACTION_DeleteObject, &subject))
		return r->refusal.err != S3_OK ? r->refusal.err : S3_ACCESS_DENIED;
	if (item->key.length > OBJECT_KEY_MAX)
		return S3_KEY_TOO_LONG;
	return item->version_id.length == 0 || version_id_valid(item->version_id) ? S3_OK : S3_NO_SUCH_VERSION;
}

static void
prepare_item(struct req *r, struct deletion *d, size_t place)
{
	const struct delete_item *item = &d->document.items[place];
	struct outcome *outcome = &d->outcomes[place];

	outcome->err = check_item(r, item);
	forget_refusal(r);
	if (outcome->err != S3_OK)
		return;
	outcome->precondition = (struct precondition){
		.r = r,
		.key = item->key,
		.version = item->version_id,
		.conditions = { .has_if_match = item->has_etag, .if_match = item->etag },
		.has_modified = item->has_modified,
		.has_size = item->has_size,
		.modified = item->modified,
		.size = item->size,
	};
	d->places[d->removal_count] = place;
	d->removals[d->removal_count++] = (struct object_removal){
		.key = item->key,
		.version_id = item->version_id,
		.check = precondition_check,
		.context = &outcome->precondition,
	};
}

static void
delete_all(struct req *r, struct deletion *d)
{
	catalog_objects_delete(r->gateway->catalog, r, r->bucket, d->removals, d->removal_count);
	for (size_t i = 0; i < d->removal_count; i++) {
		const struct object_removal *removal = &d->removals[i];
		struct outcome *outcome = &d->outcomes[d->places[i]];
		bool refused = removal->err == STORE_REFUSED;

		outcome->err = refused ? outcome->precondition.err : req_refuse_store(r, removal->err);
		outcome->deletion = removal->deletion;
		forget_refusal(r);
	}
}

static void
write_error(struct xml_writer *w, const struct delete_item *item, enum s3_err err)
{
	xml_start(w, "Error");
	xml_text(w, "Key", item->key);
	if (item->has_version_id)
		xml_text(w, "VersionId", item->version_id);
	xml_string(w, "Code", s3_err_code(err));
	xml_string(w, "Message", s3_err_message(err));
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
	struct deletion d = { 0 };
	struct xml_writer *w;
	size_t count;
	enum s3_err err;

	if (r->body.document.length == 0)
		return req_refuse(r, S3_MISSING_REQUEST_BODY, NULL);
	if ((err = check_no_mfa(r)) != S3_OK ||
	    (err = delete_document_parse(r, r->body.document, &r->refusal, &d.document)) != S3_OK)
		return err;
	count = d.document.count;
	d.outcomes = talloc_zero_array(r, struct outcome, count);
	d.removals = talloc_zero_array(r, struct object_removal, count);
	d.places = talloc_zero_array(r, size_t, count);
	for (size_t i = 0; i < count; i++)
		prepare_item(r, &d, i);
	delete_all(r, &d);
	w = xml_writer_new(r, ANSWER_LONG);
	xml_start_root(w, "DeleteResult");
	for (size_t i = 0; i < count; i++)
		if (d.outcomes[i].err != S3_OK)
			write_error(w, &d.document.items[i], d.outcomes[i].err);
		else if (!d.document.quiet)
			write_deleted(w, &d.document.items[i], &d.outcomes[i].deletion);
	xml_end(w);
	return reply_xml(r, 200, w);
}
