/*
 * Whether the sender of a request may do something: the one place where a request's identity, what is stored of a
 * bucket and an object, and auth/'s decision meet. Operations ask here and nowhere else.
 */
#ifndef GATEWAY_PERMISSION_H
#define GATEWAY_PERMISSION_H

#include "gateway/req.h"

/* What a permission is about: whatever of it there is. */
struct subject {
	const struct bucket *bucket; /* NULL: the service */
	struct slice key;            /* empty: the bucket itself */
	const struct object *object; /* under that key; NULL: none, or not yet */
	struct slice version_id;     /* that is asked for; empty: the current one */
	const struct object *source; /* that it gets its tags from; NULL: it gets those that the request brings */
};

/* The action that the request's operation needs: that on a version, where the request names one. */
enum action req_action(const struct req *r);

/* What the request's target names, with r->object. */
struct subject req_subject(const struct req *r);

/* Where it cannot be found out, the answer is no, and the refusal says what storage/ said. */
bool req_may(struct req *r, enum action action, const struct subject *about);

/*
 * Whether the bucket's policy denies it in so many words (or that cannot be found out): for what needs no permission of
 * its own, but may be forbidden.
 */
bool req_is_denied(struct req *r, enum action action, const struct subject *about);

#endif
