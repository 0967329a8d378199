#include "gateway/permission.h"

enum action
req_action(const struct req *r)
{
	enum action action = r->operation->action;

	return req_has_parameter(r, "versionId") ? action_on_version(action) : action;
}

struct subject
req_subject(const struct req *r)
{
	return (struct subject){ r->bucket, r->target.key, r->object };
}

bool
req_may(struct req *r, enum action action, const struct subject *about)
{
	struct access_question question = { .who = &r->identity, .action = action };

	if (about->bucket != NULL)
		question.bucket_acl = acl_load(r, slice_from(about->bucket->owner_id), about->bucket->acl);
	if (about->object != NULL)
		question.object_acl = acl_load(r, slice_from(about->object->owner_id), about->object->acl);
	return access_allows(&question);
}
