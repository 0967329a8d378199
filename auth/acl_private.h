/* What the three halves of acl.h share: how an ACL grows, what grantees are called, which canned ones there are. */
#ifndef AUTH_ACL_PRIVATE_H
#define AUTH_ACL_PRIVATE_H

#include "auth/acl.h"

#define ACL_USER_ID_MAX 128

/* An ACL of that owner with no grants yet, and room for some. The owner is borrowed. */
struct acl *acl_new(TALLOC_CTX *mem, struct slice owner, size_t room);

/* An ACL under construction, and what it takes to read grantees. */
struct acl_reader {
	TALLOC_CTX *mem;
	const struct acl_users *users;
	struct s3_refusal *why;
	struct acl *acl;
};

/*
 * Add a grant; the ID is copied. There must be room.
 * err  S3_INVALID_ARGUMENT "Invalid id", "Invalid group uri"; S3_UNRESOLVABLE_GRANT
 */
MUST_USE enum s3_err acl_grant_user(struct acl_reader *r, struct slice id, unsigned permissions);
MUST_USE enum s3_err acl_grant_group(struct acl_reader *r, struct slice uri, unsigned permissions);
MUST_USE enum s3_err acl_grant_email(struct acl_reader *r, struct slice email, unsigned permissions);

/* The URI of a group; NULL for ACL_USER. */
const char *acl_group_uri(enum acl_grantee grantee);

/* Whom a canned ACL means. */
enum acl_role {
	ACL_ROLE_NONE,
	ACL_ROLE_OWNER,
	ACL_ROLE_BUCKET_OWNER,
	ACL_ROLE_GROUP
};

struct acl_canned {
	const char *name;
	char stored; /* the byte that stands for it in the catalog; 0: stored grant by grant */
	bool of_buckets_alone;
	struct {
		enum acl_role role;
		enum acl_grantee group;
		unsigned permissions;
	} grants[3];
};

/* All of them, private first. */
extern const struct acl_canned acl_canned[];
extern const size_t acl_canned_count;

/* How many grants it has at most: without ACL_ROLE_BUCKET_OWNER, exactly. */
size_t acl_canned_grants(const struct acl_canned *canned);

/* Add its grants, for which there must be room. `bucket_owner` is empty when the ACL is a bucket's own. */
void acl_add_canned(struct acl *acl, const struct acl_canned *canned, struct slice bucket_owner);

#endif
