/*
 * Conditional requests (RFC 9110 section 13): which of If-Match, If-None-Match, If-Modified-Since and
 * If-Unmodified-Since a request has, and what they say about an object. Pure; any thread.
 */
#ifndef GATEWAY_CONDITIONS_H
#define GATEWAY_CONDITIONS_H

#include "common/fields.h"

struct conditions {
	bool has_if_match, has_if_none_match, has_if_modified_since, has_if_unmodified_since;
	struct slice if_match, if_none_match;           /* lists of entity tags, or "*" */
	int64_t if_modified_since, if_unmodified_since; /* seconds since 1970 */
};

/* What is decided upon. All ETags are strong. */
struct validators {
	bool exists;
	struct slice etag;   /* without quotes */
	int64_t modified_us; /* since 1970; HTTP knows seconds alone */
};

enum condition_verdict {
	CONDITIONS_HOLD,
	CONDITIONS_NOT_MODIFIED, /* to readers: 304 */
	CONDITIONS_FAILED,       /* 412 */
};

/*
 * Read them from header fields whose names begin with `prefix` ("" or "x-amz-copy-source-"). Several lines of one list
 * are joined on `mem`; otherwise the result borrows. A date that is none does not count (section 13.1.3), nor does an
 * If-Modified-Since that is yet to come: S3 has it as RFC 2616 section 14.25 did. `now` is in seconds since 1970.
 */
void conditions_read(
    TALLOC_CTX *mem, const struct fields *headers, const char *prefix, int64_t now, struct conditions *out);

/* Whether there is any. */
bool conditions_present(const struct conditions *conditions);

/* Whether that is a list of entity tags, with or without quotes, or "*". */
bool entity_tags_valid(struct slice list);

/*
 * The order of section 13.2.2. `reads`: GET, HEAD, or the source of a copy. *failed (NULL: not wanted) names the field
 * that did not hold, as "If-Match"; NULL when all hold.
 */
enum condition_verdict conditions_decide(
    const struct conditions *conditions, const struct validators *about, bool reads, const char **failed);

/* Whether Range counts beside this If-Range value (section 13.1.5); the empty one stands for no If-Range. */
bool if_range_holds(struct slice value, const struct validators *about);

#endif
