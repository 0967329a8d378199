/*
 * What the condition keys of bucket policies mean in a request. Only what the signature or the socket vouches for tells
 * who asks and from where: the address is the connection's, whatever headers say.
 */
#ifndef GATEWAY_POLICY_CONTEXT_H
#define GATEWAY_POLICY_CONTEXT_H

#include "auth/policy.h"
#include "gateway/permission.h"

/* A question to a policy: the request, and the part of it that is asked about. */
struct policy_context {
	struct req *r;
	enum action action;
	const struct subject *about;
};

/* A policy_values_fn over a struct policy_context. */
policy_values_fn policy_context_values;

#endif
