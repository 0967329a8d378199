/*
 * Bucket policies: read and checked, the decision, and whether one makes a bucket public. Pure functions; a policy is
 * immutable once it is read, so any thread may use it. (Amazon S3: "Bucket policies"; IAM: "Policy grammar".)
 */
#ifndef AUTH_POLICY_H
#define AUTH_POLICY_H

#include "auth/access.h"

#define POLICY_DOCUMENT_MAX   (64 * 1024) /* bytes as they are sent */
#define POLICY_NORMALIZED_MAX (20 * 1024) /* S3's limit: bytes without the white space between them */

struct policy;

/* What a policy needs to know of users. */
struct policy_users {
	void *context;
	/* The unique name of the user of that ID, on `mem`; false: nobody has it. */
	bool (*name)(void *context, struct slice id, TALLOC_CTX *mem, struct slice *name);
};

/*
 * Read a policy document of that bucket. `users` says which principals exist; NULL: do not ask, for a policy that was
 * stored and whose principals may have gone since. The policy is on `mem` and borrows nothing.
 * err  S3_MALFORMED_POLICY: the message says what, and where
 */
MUST_USE enum s3_err policy_parse(TALLOC_CTX *mem, struct slice document, struct slice bucket,
    const struct policy_users *users, struct s3_refusal *why, struct policy **out);

/* The condition keys that conditions and policy variables name: policy_keys.def, which says who answers for each. */
enum policy_key {
#define KEY(id, name, kind, source, actions) POLICY_KEY_##id,
#include "auth/policy_keys.def"
#undef KEY
	POLICY_KEY_COUNT
};

/*
 * The values that a request has for a condition key, in the forms in which AWS has them ("203.0.113.9", "true",
 * "2024-05-01T10:00:00Z", "1000"). `member` is what follows the name of a key that ends in "/": the key of a tag, as
 * the policy spells it; empty otherwise. The values live as long as `mem`. Only keys whose source is ASKED are asked for.
 * False, or no values: the request has no such key.
 */
typedef bool policy_values_fn(void *context, TALLOC_CTX *mem, enum policy_key key, struct slice member,
    const struct slice **values, size_t *count);

struct policy_question {
	const struct identity *who;
	struct slice user_name; /* unique, of whoever is known: aws:username, and the end of aws:PrincipalArn */
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
