/*
 * What the documents of a bucket mean to a request: read and compiled once a thread, and kept by the bucket's ID and
 * revision. So a document that was put is in force for the very next request, and a hit takes no lock and reads nothing.
 */
#ifndef GATEWAY_SETTINGS_H
#define GATEWAY_SETTINGS_H

#include "auth/ownership.h"
#include "auth/policy.h"
#include "auth/public_access.h"
#include "cors/cors.h"
#include "gateway/req.h"

/* All zero: a bucket without documents. */
struct settings {
	const struct cors_rules *cors; /* NULL: none, or damaged */
	bool cors_is_damaged;
	const struct policy *policy; /* NULL: none, or damaged */
	bool policy_is_damaged;
	bool policy_is_public;
	enum ownership ownership;
	struct public_access public_access;
};

/*
 * The settings of a bucket as it was read; valid until this thread asks again. A stored document that cannot be read any
 * more counts as the strictest one of its kind: nobody gets in by damage, and its owner can put another.
 * err  what storage/ says
 */
MUST_USE enum s3_err req_settings(struct req *r, const struct bucket *bucket, const struct settings **out);

/* What CORS has to know of the request's bucket, and the rules of the service; valid as long as its settings. */
MUST_USE enum s3_err req_cors_resource(struct req *r, struct cors_resource *out);

#endif
