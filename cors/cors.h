/*
 * Cross-origin resource sharing: rules of a bucket, parsed, written, matched and answered. Pure functions over plain
 * values, for any thread; compiled rules never change and may be shared between threads.
 * Behaviour: the Fetch standard, and Amazon S3's PutBucketCors, GetBucketCors and "OPTIONS object".
 */
#ifndef CORS_CORS_H
#define CORS_CORS_H

#include "common/fields.h"
#include "common/s3_error.h"
#include "common/xml.h"

#define CORS_DOCUMENT_MAX 65536 /* bytes of a CORSConfiguration */
#define CORS_RULES_MAX    100
#define CORS_RULE_ID_MAX  255 /* code points */

struct cors_rules;
struct cors_service; /* cors/service.h */

/*
 * Check and compile a CORSConfiguration document (PutBucketCors). Exact repeats of a rule with an ID are dropped.
 * The rules live on `mem` and borrow nothing.
 * err  S3_MALFORMED_XML (structure), S3_INVALID_REQUEST (values), each with its message in `why`
 */
MUST_USE enum s3_err cors_rules_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct cors_rules **out);

/* Write them as GetBucketCors answers: rules and repeated elements in the order put, text as put. */
struct slice cors_rules_write(TALLOC_CTX *mem, const struct cors_rules *rules);

size_t cors_rules_count(const struct cors_rules *rules);

/* What a request says about its origin. */
struct cors_request {
	enum {
		CORS_NO_ORIGIN,
		CORS_ONE_ORIGIN,
		CORS_MANY_ORIGINS
	} origins;           /* an empty Origin counts as none */
	struct slice origin; /* trimmed; of many, all of them joined with commas */
	struct slice method; /* of the request itself */
	bool has_requested_method;
	struct slice requested_method;  /* Access-Control-Request-Method */
	struct slice requested_headers; /* all Access-Control-Request-Headers lines joined with commas */
	bool names_key;                 /* the URL names an object, not just the bucket */
};

/* Fill in *out from a request's header fields; what it needs beyond them is on `mem`. */
void cors_request_read(
    TALLOC_CTX *mem, struct slice method, const struct fields *headers, bool names_key, struct cors_request *out);

/* Where the rules of a resource come from. A bucket with rules answers from them alone. */
struct cors_resource {
	bool bucket_exists;             /* also where the URL names none */
	const struct cors_rules *rules; /* the bucket's; NULL: it has none */
	bool rules_are_damaged; /* it has some that cannot be read: nothing is granted, by the service neither */
	const struct cors_service *service; /* for everything else; NULL: there are none */
};

/*
 * The header fields that the two answers below give borrow from the rules and the request.
 *
 * Answer a preflight (any OPTIONS). On S3_OK the answer is 200 without a body and *headers are the header fields to
 * send; otherwise the refusal is in `why`, and *headers has Vary alone (where rules are in force) or nothing.
 * err  S3_BAD_REQUEST, S3_ACCESS_FORBIDDEN, with Method and ResourceType as details
 */
MUST_USE enum s3_err cors_preflight(TALLOC_CTX *mem, const struct cors_resource *resource,
    const struct cors_request *request, struct s3_refusal *why, struct fields *headers);

/*
 * The header fields that every answer to this actual request carries, errors too: may be none. Never refuses; false
 * when the origin is granted nothing.
 */
bool cors_actual(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct fields *headers);

#endif
