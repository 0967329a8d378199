/*
 * Bucket policies: read and checked, the decision, and whether one makes a bucket public. Pure functions; a policy is
 * immutable once it is read, so any thread may use it. (Amazon S3: "Bucket policies"; IAM: "Policy grammar".)
 */
#ifndef AUTH_POLICY_H
#define AUTH_POLICY_H

#include "auth/access.h"

#define POLICY_DOCUMENT_MAX (20 * 1024) /* PutBucketPolicy's, in bytes */

struct policy;

/*
 * Read a policy document of that bucket. `users` says which principals exist (no more than `exists` and `display_name`
 * are asked); NULL: do not ask, for a policy that was stored and whose principals may have gone since.
 * The policy is on `mem` and borrows nothing.
 * err  S3_MALFORMED_POLICY: the message says what, and where
 */
MUST_USE enum s3_err policy_parse(TALLOC_CTX *mem, struct slice document, struct slice bucket,
    const struct acl_users *users, struct s3_refusal *why, struct policy **out);

/*
 * The condition keys that conditions and policy variables name (policy_keys.def). Those that say who asks and when are
 * answered here; the asker gives the others.
 */
enum policy_key {
#define KEY(id, name, kind, source) POLICY_KEY_##id,
#include "auth/policy_keys.def"
#undef KEY
	POLICY_KEY_COUNT
};

/*
 * The values that a request has for a condition key, in the forms in which AWS has them ("203.0.113.9", "true",
 * "2024-05-01T10:00:00Z", "1000"). `member` is what follows the name of a key that ends in "/": the key of a tag, as
 * the policy spells it; empty otherwise. The values live as long as `mem`.
 * False: the request has no such key. True with no values is a key with the empty set.
 */
typedef bool policy_values_fn(void *context, TALLOC_CTX *mem, enum policy_key key, struct slice member,
    const struct slice **values, size_t *count);

struct policy_question {
	const struct identity *who;
	struct slice user_name; /* of whoever is known: aws:username, and the end of aws:PrincipalArn */
	int64_t wall_us;        /* when: aws:CurrentTime, aws:EpochTime */
	enum action action;
	struct slice bucket;
	struct slice key; /* the very bytes that the storage gets; empty for an action on the bucket */
	policy_values_fn *values;
	void *context;
};

enum policy_effect {
	POLICY_NONE, /* no statement speaks about it */
	POLICY_ALLOW,
	POLICY_DENY /* some statement does, whatever others allow */
};

/*
 * What the policy says to a question. An action that is open to everybody (ACTION_OPEN) is no policy's subject:
 * POLICY_NONE. Nobody is exempt here: what the bucket's owner and the administrator may all the same is access_allows's.
 */
enum policy_effect policy_decide(
    TALLOC_CTX *mem, const struct policy *policy, const struct policy_question *question);

/* Whether it lets everybody do something ("The meaning of public", GetBucketPolicyStatus). */
bool policy_is_public(const struct policy *policy);

#endif
