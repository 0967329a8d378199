/* Who may do what: the decision over identity, action, and the ACLs of bucket and object. Pure; any thread. */
#ifndef AUTH_ACCESS_H
#define AUTH_ACCESS_H

#include "auth/acl.h"

enum action {
	ACTION_OPEN, /* open to everybody: the operation decides for itself */
#define ACTION(name, about, rule) ACTION_##name,
#include "auth/actions.def"
#undef ACTION
	ACTION_COUNT
};

/* "s3:GetObject" and so on, as policies name it; "" for ACTION_OPEN. */
const char *action_name(enum action action);

/* The action that stands for it where a version is named ("s3:GetObjectVersion" for "s3:GetObject"); mostly itself. */
enum action action_on_version(enum action action);

/* What a decision looks at. An object that is not there, or not yet, has no ACL. */
struct access_question {
	const struct identity *who;
	enum action action;
	const struct acl *bucket_acl; /* NULL for operations on the service */
	const struct acl *object_acl; /* NULL: none */
};

/* Whether it is allowed. The administrator may do everything. */
bool access_allows(const struct access_question *question);

#endif
