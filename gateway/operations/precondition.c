#include "gateway/operations/precondition.h"

#include "gateway/operations/answer.h"
#include "gateway/permission.h"

enum s3_err
precondition_read(struct req *r, struct precondition *out)
{
	struct conditions *conditions = &out->conditions;

	*out = (struct precondition){ .r = r };
	conditions_read(r, &r->headers, "", conditions);
	if (conditions->has_if_match && !entity_tags_valid(conditions->if_match))
		return refuse_argument(r, "If-Match", conditions->if_match, "If-Match is no list of entity tags.");
	if (conditions->has_if_none_match && !entity_tags_valid(conditions->if_none_match))
		return refuse_argument(
		    r, "If-None-Match", conditions->if_none_match, "If-None-Match is no list of entity tags.");
	return S3_OK;
}

/* Who is told by If-Match what is there must be allowed to know. */
static bool
may_know(const struct precondition *p, const struct object *current)
{
	const struct subject about = { .bucket = p->r->bucket, .key = p->r->target.key, .object = current };

	return req_may(p->r, current != NULL ? ACTION_GetObject : ACTION_ListBucket, &about);
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
	if (p->conditions.has_if_match && !may_know(p, current))
		p->err = S3_ACCESS_DENIED;
	else if (p->conditions.has_if_match && current == NULL)
		p->err = S3_NO_SUCH_KEY;
	else if (conditions_decide(&p->conditions, &about, false, &p->failed) != CONDITIONS_HOLD)
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
	if (p->err == S3_NO_SUCH_KEY)
		s3_refusal_detail(&p->r->refusal, "Key", p->r->target.key);
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
