#include "gateway/operations/precondition.h"

#include "common/clock.h"
#include "gateway/operations/answer.h"
#include "gateway/permission.h"

#define SHOWN_MAX 256 /* bytes of a bad value in a message */

/* What is written may be new, but not merely another than one that is named: Amazon knows If-None-Match: * alone here. */
static enum s3_err
check_none_match(struct req *r, const struct conditions *conditions)
{
	struct slice value = conditions->if_none_match;

	if (!entity_tags_valid(value))
		return refuse_argument(
		    r, "If-None-Match", value, "If-None-Match is neither \"*\" nor a list of entity tags.");
	if (slice_equal(slice_trim(value), SLICE("*")) && !conditions->has_if_match)
		return S3_OK;
	s3_refusal_detail(&r->refusal, "Header", SLICE("If-None-Match"));
	return req_refuse(r, S3_NOT_IMPLEMENTED,
	    "If-None-Match: %.*s is not implemented for writes, only * without If-Match.",
	    SLICE_ARG(slice_head(value, SHOWN_MAX)));
}

enum s3_err
precondition_read(struct req *r, struct precondition *out)
{
	struct conditions *conditions = &out->conditions;

	*out = (struct precondition){ .r = r, .key = r->target.key };
	conditions_read(r, &r->headers, "", r->started_us / 1000000, conditions);
	if (conditions->has_if_match && !entity_tags_valid(conditions->if_match))
		return refuse_argument(r, "If-Match", conditions->if_match, "If-Match is no list of entity tags.");
	return conditions->has_if_none_match ? check_none_match(r, conditions) : S3_OK;
}

#define IF_MODIFIED "x-amz-if-match-last-modified-time"
#define IF_SIZE     "x-amz-if-match-size"

enum s3_err
precondition_read_deletion(struct req *r, struct slice version, struct precondition *out)
{
	struct slice modified = req_header(r, IF_MODIFIED), size = req_header(r, IF_SIZE);
	enum s3_err err = precondition_read(r, out);

	if (err != S3_OK)
		return err;
	out->version = version;
	out->has_modified = req_has_header(r, IF_MODIFIED);
	out->has_size = req_has_header(r, IF_SIZE);
	if (out->has_modified && !clock_parse_http(modified, &out->modified))
		return refuse_argument(r, IF_MODIFIED, modified, IF_MODIFIED " is no date.");
	if (out->has_size && !slice_to_number(size, INT64_MAX, &out->size))
		return refuse_argument(r, IF_SIZE, size, IF_SIZE " is no number.");
	return S3_OK;
}

/* Whether the answer tells what is there, and not only whether something is. */
static bool
tells(const struct precondition *p)
{
	return p->conditions.has_if_match || p->has_modified || p->has_size;
}

/* Who is told what is there must be allowed to know. */
static bool
may_know(const struct precondition *p, const struct object *object)
{
	const struct subject about = {
		.bucket = p->r->bucket, .key = p->key, .object = object, .version_id = p->version
	};
	enum action action = object != NULL ? ACTION_GetObject : ACTION_ListBucket;

	return req_may(p->r, p->version.length > 0 ? action_on_version(action) : action, &about);
}

/* What a deletion asks for besides; *failed names what did not hold. */
static bool
attributes_hold(const struct precondition *p, const struct object *object, const char **failed)
{
	*failed = NULL;
	if (object != NULL && p->has_modified && object->modified_us / 1000000 != p->modified)
		*failed = IF_MODIFIED;
	else if (object != NULL && p->has_size && object->size != p->size)
		*failed = IF_SIZE;
	return *failed == NULL;
}

bool
precondition_check(void *context, const struct object *current)
{
	struct precondition *p = context;
	struct validators about = { .exists = current != NULL };

	if (current != NULL) {
		about.etag = slice_from(current->etag);
		about.modified_us = current->modified_us;
	}
	p->err = S3_OK;
	if (tells(p) && !may_know(p, current))
		p->err = S3_ACCESS_DENIED;
	else if (p->conditions.has_if_match && current == NULL)
		p->err = p->version.length > 0 ? S3_NO_SUCH_VERSION : S3_NO_SUCH_KEY;
	else if (conditions_decide(&p->conditions, &about, false, &p->failed) != CONDITIONS_HOLD ||
		 !attributes_hold(p, current, &p->failed))
		p->err = S3_PRECONDITION_FAILED;
	return p->err == S3_OK;
}

enum s3_err
precondition_failed(struct req *r, const char *failed)
{
	s3_refusal_detail(&r->refusal, "Condition", slice_from(failed));
	return req_refuse(r, S3_PRECONDITION_FAILED, NULL);
}

static enum s3_err
refuse(struct precondition *p)
{
	if (p->err == S3_PRECONDITION_FAILED)
		return precondition_failed(p->r, p->failed);
	if (p->err == S3_NO_SUCH_KEY || p->err == S3_NO_SUCH_VERSION)
		s3_refusal_detail(&p->r->refusal, "Key", p->key);
	if (p->err == S3_NO_SUCH_VERSION)
		s3_refusal_detail(&p->r->refusal, "VersionId", p->version);
	return req_refuse(p->r, p->err, NULL);
}

enum s3_err
precondition_check_now(struct precondition *p)
{
	struct req *r = p->r;
	struct object *current;
	enum store_err err;

	if (!conditions_present(&p->conditions))
		return S3_OK;
	err = catalog_object(r->gateway->catalog, r, r->bucket, r->target.key, slice_from(""), false, &current);
	if (err == STORE_NOT_FOUND)
		current = NULL;
	else if (err != STORE_OK)
		return req_refuse_store(r, err);
	return precondition_check(p, current) ? S3_OK : refuse(p);
}

enum s3_err
precondition_refuse(struct precondition *p, enum store_err err)
{
	return err == STORE_REFUSED ? refuse(p) : req_refuse_store(p->r, err);
}
