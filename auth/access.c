/* The decision: which rule an action follows (actions.def), and what the ACLs say. */
#include "auth/access.h"

#include <assert.h>

enum rule {
	OPEN,
	SIGNED,
	OWNER,
	BUCKET_READ,
	BUCKET_WRITE,
	BUCKET_READ_ACP,
	BUCKET_WRITE_ACP,
	OBJECT_READ,
	OBJECT_READ_ACP,
	OBJECT_WRITE_ACP
};

static const struct {
	const char *name;
	enum rule rule;
} actions[ACTION_COUNT] = {
	[ACTION_OPEN] = { "", OPEN },
#define ACTION(name, about, rule) [ACTION_##name] = { "s3:" #name, rule },
#include "auth/actions.def"
#undef ACTION
};

const char *
action_name(enum action action)
{
	assert(action < ACTION_COUNT);
	return actions[action].name;
}

enum action
action_on_version(enum action action)
{
	switch (action) {
	case ACTION_GetObject:
		return ACTION_GetObjectVersion;
	case ACTION_GetObjectAttributes:
		return ACTION_GetObjectVersionAttributes;
	case ACTION_GetObjectTorrent:
		return ACTION_GetObjectVersionTorrent;
	case ACTION_GetObjectAcl:
		return ACTION_GetObjectVersionAcl;
	case ACTION_PutObjectAcl:
		return ACTION_PutObjectVersionAcl;
	case ACTION_GetObjectTagging:
		return ACTION_GetObjectVersionTagging;
	case ACTION_PutObjectTagging:
		return ACTION_PutObjectVersionTagging;
	case ACTION_DeleteObjectTagging:
		return ACTION_DeleteObjectVersionTagging;
	case ACTION_DeleteObject:
		return ACTION_DeleteObjectVersion;
	default:
		return action;
	}
}

static bool
owns(const struct acl *acl, const struct identity *who)
{
	return acl != NULL && identity_is_known(who) && slice_equal(acl->owner, who->user_id);
}

static bool
grants(const struct acl *acl, const struct identity *who, enum acl_permission permission)
{
	return acl != NULL && acl_allows(acl, who, permission);
}

bool
access_allows(const struct access_question *q)
{
	assert(q->action < ACTION_COUNT);
	if (identity_is_known(q->who) && q->who->administrator)
		return true;
	switch (actions[q->action].rule) {
	case OPEN:
		return true;
	case SIGNED:
		return identity_is_known(q->who);
	case OWNER:
		return owns(q->bucket_acl, q->who);
	case BUCKET_READ:
		return grants(q->bucket_acl, q->who, ACL_READ);
	case BUCKET_WRITE:
		return grants(q->bucket_acl, q->who, ACL_WRITE);
	case BUCKET_READ_ACP:
		return grants(q->bucket_acl, q->who, ACL_READ_ACP);
	case BUCKET_WRITE_ACP:
		return grants(q->bucket_acl, q->who, ACL_WRITE_ACP);
	case OBJECT_READ:
		return grants(q->object_acl, q->who, ACL_READ);
	case OBJECT_READ_ACP:
		return grants(q->object_acl, q->who, ACL_READ_ACP);
	case OBJECT_WRITE_ACP:
		return grants(q->object_acl, q->who, ACL_WRITE_ACP);
	}
	return false;
}
