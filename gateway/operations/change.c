#include "gateway/operations/change.h"

#include "gateway/operations/attributes.h"
#include "gateway/permission.h"

#define ATTEMPTS 5 /* at an object that somebody else keeps changing */

/* An object_check_fn: whether it is still the one that was read, for its attributes are written back with the change. */
static bool
is_same(void *context, const struct object *current)
{
	const struct object *read = context;

	return current != NULL && strcmp(current->version_id, read->version_id) == 0 &&
	       current->modified_us == read->modified_us && strcmp(current->etag, read->etag) == 0 &&
	       slice_equal(current->acl, read->acl) && slice_equal(current->tags, read->tags);
}

/* STORE_REFUSED where it has changed meanwhile, r->object then being what it is now. */
static enum store_err
commit(struct req *r, const struct object_change *change)
{
	struct slice version = slice_from(r->object->version_id);
	struct catalog *catalog = r->gateway->catalog;
	struct object *changed;
	enum store_err err;

	err = catalog_object_change(
	    catalog, r, r->bucket, r->target.key, version, change, false, is_same, r->object, &changed);
	if (err != STORE_REFUSED)
		return err;
	err = catalog_object(catalog, r, r->bucket, r->target.key, version, false, &r->object);
	return err == STORE_OK ? STORE_REFUSED : err;
}

/* Whether the request's sender may still do that to an object that somebody has replaced meanwhile. */
static bool
still_allowed(struct req *r)
{
	const struct subject about = req_subject(r);

	return req_may(r, req_action(r), &about);
}

static enum s3_err
refuse_gone(struct req *r)
{
	s3_refusal_detail(&r->refusal, "Key", r->target.key);
	if (!req_has_parameter(r, "versionId"))
		return req_refuse(r, S3_NO_SUCH_KEY, NULL);
	s3_refusal_detail(&r->refusal, "VersionId", req_parameter(r, "versionId"));
	return req_refuse(r, S3_NO_SUCH_VERSION, NULL);
}

enum s3_err
change_object(struct req *r, change_fn *edit)
{
	enum store_err err = STORE_REFUSED;
	enum s3_err refused;

	for (unsigned attempt = 0; attempt < ATTEMPTS && err == STORE_REFUSED; attempt++) {
		struct object_change change = attributes_of(r->object);

		if (!still_allowed(r))
			return req_refuse(r, S3_ACCESS_DENIED, NULL);
		if ((refused = edit(r, &change)) != S3_OK)
			return refused;
		err = commit(r, &change);
	}
	if (err == STORE_NOT_FOUND)
		return refuse_gone(r);
	if (err == STORE_REFUSED)
		return req_refuse(r, S3_CONDITIONAL_CONFLICT, NULL);
	return req_refuse_store(r, err);
}
