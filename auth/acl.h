/*
 * Access control lists: canned ones, those of x-amz-grant-* headers, and AccessControlPolicy documents; how they are
 * stored; and what they grant. Pure functions; any thread. (Amazon S3: "Access control list (ACL) overview".)
 */
#ifndef AUTH_ACL_H
#define AUTH_ACL_H

#include "common/fields.h"
#include "common/s3_error.h"
#include "common/xml.h"

#define ACL_GRANTS_MAX   100
#define ACL_DOCUMENT_MAX (64 * 1024)

/* Who asks. */
struct identity {
	struct slice user_id; /* empty when anonymous */
	bool anonymous;
	bool administrator;
};

/* Whether it is a user, not anonymous. */
bool identity_is_known(const struct identity *who);

enum acl_permission {
	ACL_READ = 1,
	ACL_WRITE = 2,
	ACL_READ_ACP = 4,
	ACL_WRITE_ACP = 8,
	ACL_FULL_CONTROL = 15
};

enum acl_grantee {
	ACL_USER,
	ACL_ALL_USERS,
	ACL_AUTHENTICATED_USERS,
	ACL_LOG_DELIVERY
};

struct acl_grant {
	enum acl_grantee grantee;
	struct slice user_id; /* of ACL_USER */
	unsigned permissions; /* enum acl_permission bits */
};

struct acl {
	struct slice owner; /* user ID: has READ_ACP and WRITE_ACP always, and of an object or bucket everything */
	struct acl_grant *grants;
	size_t grant_count;
};

/* What an ACL needs to know of users. */
struct acl_users {
	void *context;
	/* The ID of who has that e-mail address; false: nobody. */
	bool (*id_by_email)(void *context, struct slice email, TALLOC_CTX *mem, struct slice *id);
	/* The display name; empty when the user is unknown. */
	struct slice (*display_name)(void *context, struct slice id, TALLOC_CTX *mem);
	/* Whether a user of that ID exists. */
	bool (*exists)(void *context, struct slice id);
};

/*
 * The ACLs that come out borrow the owners' IDs, and acl_load's what was stored; all else is on `mem`.
 *
 * The ACL that a request's headers ask for (x-amz-acl, x-amz-grant-*): *given is false where there are none, and *out
 * then private. `bucket_owner` is empty when the ACL is a bucket's own.
 * err  S3_INVALID_ARGUMENT, S3_INVALID_REQUEST (both kinds of header), S3_UNRESOLVABLE_GRANT, S3_NOT_IMPLEMENTED
 */
MUST_USE enum s3_err acl_from_headers(TALLOC_CTX *mem, const struct fields *headers, struct slice owner,
    struct slice bucket_owner, const struct acl_users *users, struct s3_refusal *why, struct acl **out,
    bool *given);

/* An AccessControlPolicy document. `owner` is the true owner: a document that names another is refused (AccessDenied).
 * err  S3_MALFORMED_ACL, S3_INVALID_ARGUMENT, S3_UNRESOLVABLE_GRANT, S3_ACCESS_DENIED */
MUST_USE enum s3_err acl_parse(TALLOC_CTX *mem, struct slice document, struct slice owner,
    const struct acl_users *users, struct s3_refusal *why, struct acl **out);

/* The answer of GetBucketAcl and GetObjectAcl. */
struct xml_writer *acl_write(TALLOC_CTX *mem, const struct acl *acl, const struct acl_users *users);

/* How it is stored: short for canned ACLs, empty for private. acl_load takes a damaged record as private. */
struct slice acl_store(TALLOC_CTX *mem, const struct acl *acl);
const struct acl *acl_load(TALLOC_CTX *mem, struct slice owner, struct slice stored);

/* Whether the ACL gives somebody that permission, by ownership or by a grant; privately: none to everybody counts. */
bool acl_allows(const struct acl *acl, const struct identity *who, enum acl_permission permission);
bool acl_allows_privately(const struct acl *acl, const struct identity *who, enum acl_permission permission);

/* Whether it grants something to everybody, or to everybody who is known ("The meaning of public"). */
bool acl_is_public(const struct acl *acl);

/* Whether it grants something to anybody but its owner. */
bool acl_grants_others(const struct acl *acl);

/* Whether it gives full control to that user, and nothing to anybody else. */
bool acl_is_full_control_of(const struct acl *acl, struct slice user_id);

#endif
