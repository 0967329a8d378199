/*
 * Who may do what: the decision over identity, action, the ACLs of bucket and object, and what the bucket's settings say.
 * Pure; any thread. (Amazon S3: "How Amazon S3 authorizes a request".)
 */
#ifndef AUTH_ACCESS_H
#define AUTH_ACCESS_H

#include "auth/acl.h"
#include "auth/ownership.h"
#include "auth/public_access.h"

enum action {
	ACTION_OPEN, /* open to everybody: the operation decides for itself */
#define ACTION(name, about, rule) ACTION_##name,
#include "auth/actions.def"
#undef ACTION
	ACTION_COUNT
};

/* "s3:GetObject" and so on, as policies name it; "" for ACTION_OPEN. */
const char *action_name(enum action action);

/* What an action is about. */
enum action_about {
	ABOUT_SERVICE,
	ABOUT_BUCKET,
	ABOUT_OBJECT
};
enum action_about action_about(enum action action);

/* The action that stands for it where a version is named ("s3:GetObjectVersion" for "s3:GetObject"); mostly itself. */
enum action action_on_version(enum action action);

/* What a decision looks at. An object that is not there, or not yet, has no ACL. */
struct access_question {
	const struct identity *who;
	enum action action;
	const struct acl *bucket_acl; /* NULL for operations on the service */
	const struct acl *object_acl; /* NULL: none */
	struct slice initiator;       /* who began the multipart upload; empty: nobody known, or there is none */
	enum ownership ownership;     /* the bucket's; zero without a bucket, like all below */
	struct public_access public_access;
	bool policy_allows; /* what the bucket's policy says to this question: an allow, */
	bool policy_denies; /* an explicit deny, whatever others allow */
	bool policy_is_public;
};

/*
 * Whether it is allowed, in this order:
 * - the administrator may do everything;
 * - an explicit deny of the bucket's policy is final, but that the bucket's owner always may get, put and delete the
 *   policy, so that nobody is locked out;
 * - RestrictPublicBuckets leaves a bucket with a public policy to its owner alone;
 * - an allow of the policy is enough, but for an object of somebody else than the bucket's owner, on which the bucket's
 *   policy has no say unless the bucket's owner owns all objects (BucketOwnerEnforced);
 * - else the ACLs decide, without grants to the groups of everybody under IgnorePublicAcls; under BucketOwnerEnforced
 *   none of them counts, and the bucket's owner may do everything.
 */
bool access_allows(const struct access_question *question);

/* Whether an explicit deny of the bucket's policy forbids it, as above. */
bool access_denies(const struct access_question *question);

#endif
