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
	OBJECT_WRITE_ACP,
	INITIATOR
};

static const struct {
	const char *name;
	enum action_about about;
	enum rule rule;
} actions[ACTION_COUNT] = {
	[ACTION_OPEN] = { "", ABOUT_SERVICE, OPEN },
#define ACTION(name, about, rule) [ACTION_##name] = { "s3:" #name, ABOUT_##about, rule },
#include "auth/actions.def"
#undef ACTION
};

const char *
action_name(enum action action)
{
	assert(action < ACTION_COUNT);
	return actions[action].name;
}

enum action_about
action_about(enum action action)
{
	assert(action < ACTION_COUNT);
	return actions[action].about;
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
is_administrator(const struct identity *who)
{
	return identity_is_known(who) && who->administrator;
}

static bool
owns(const struct acl *acl, const struct identity *who)
{
	return acl != NULL && identity_is_known(who) && slice_equal(acl->owner, who->user_id);
}

/* Whether the ACL gives it, by a grant that counts or by ownership. */
static bool
grants(const struct access_question *q, const struct acl *acl, enum acl_permission permission)
{
	if (acl == NULL)
		return false;
	return q->public_access.ignore_acls ? acl_allows_privately(acl, q->who, permission)
					    : acl_allows(acl, q->who, permission);
}

/* The bucket's owner cannot lock himself out: who may change the policy may get in again. */
static bool
keeps_policy(const struct access_question *q)
{
	return owns(q->bucket_acl, q->who) &&
	       (q->action == ACTION_GetBucketPolicy || q->action == ACTION_PutBucketPolicy ||
		   q->action == ACTION_DeleteBucketPolicy);
}

/* Whether it is about a multipart upload of who asks. */
static bool
began(const struct access_question *q)
{
	return identity_is_known(q->who) && slice_equal(q->initiator, q->who->user_id);
}

static bool
is_confined(const struct access_question *q)
{
	return q->public_access.restrict_buckets && q->policy_is_public && !owns(q->bucket_acl, q->who);
}

/*
 * Whether the bucket's policy has a say: its owner gives away what is the owner's, and that is what lies in the bucket,
 * but not what an object of somebody else holds.
 */
static bool
policy_reaches(const struct access_question *q)
{
	if (action_about(q->action) != ABOUT_OBJECT || actions[q->action].rule == BUCKET_WRITE)
		return true;
	return q->ownership == OWNERSHIP_BUCKET_OWNER_ENFORCED || q->object_acl == NULL || q->bucket_acl == NULL ||
	       slice_equal(q->object_acl->owner, q->bucket_acl->owner);
}

static bool
acls_allow(const struct access_question *q)
{
	switch (actions[q->action].rule) {
	case OPEN:
		return true;
	case SIGNED:
		return identity_is_known(q->who);
	case OWNER:
		return owns(q->bucket_acl, q->who);
	case BUCKET_READ:
		return grants(q, q->bucket_acl, ACL_READ);
	case BUCKET_WRITE:
		return grants(q, q->bucket_acl, ACL_WRITE);
	case BUCKET_READ_ACP:
		return grants(q, q->bucket_acl, ACL_READ_ACP);
	case BUCKET_WRITE_ACP:
		return grants(q, q->bucket_acl, ACL_WRITE_ACP);
	case OBJECT_READ:
		return grants(q, q->object_acl, ACL_READ);
	case OBJECT_READ_ACP:
		return grants(q, q->object_acl, ACL_READ_ACP);
	case OBJECT_WRITE_ACP:
		return grants(q, q->object_acl, ACL_WRITE_ACP);
	case INITIATOR:
		return owns(q->bucket_acl, q->who) || began(q);
	}
	return false;
}

bool
access_denies(const struct access_question *q)
{
	return q->policy_denies && !is_administrator(q->who) && !keeps_policy(q);
}

bool
access_allows(const struct access_question *q)
{
	enum rule rule;

	assert(q->action < ACTION_COUNT);
	rule = actions[q->action].rule;
	if (is_administrator(q->who) || rule == OPEN)
		return true;
	if (access_denies(q) || is_confined(q))
		return false;
	if (q->policy_allows && policy_reaches(q))
		return true;
	if (q->ownership == OWNERSHIP_BUCKET_OWNER_ENFORCED && rule != SIGNED)
		return owns(q->bucket_acl, q->who) || (rule == INITIATOR && began(q));
	return acls_allow(q);
}
