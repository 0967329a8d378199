/* What the answers under a bucket's rules and under the service's have in common: private to this room. */
#ifndef CORS_ANSWER_H
#define CORS_ANSWER_H

#include "cors/rules.h"

/* The names of an Access-Control-Request-Headers in lower case and in order. */
struct cors_names {
	struct slice *items;
	size_t count;
	struct slice joined; /* all of them, with ", " between; the items lie in it */
};

/* The next member of the list that is not empty, trimmed, as it was written. */
bool cors_next_name(struct slice *rest, struct slice *name);

/* Read such a list onto `mem`. False, and *faulty, when a name is no token. */
MUST_USE bool cors_names_read(TALLOC_CTX *mem, struct slice list, struct cors_names *names, struct slice *faulty);

/* Refuse with S3's texts for: no rules; a name that is no token; an origin, method or header that no rule has. */
enum s3_err cors_refuse_not_enabled(struct s3_refusal *why);
enum s3_err cors_refuse_name(TALLOC_CTX *mem, struct s3_refusal *why, struct slice name);
enum s3_err cors_refuse_not_allowed(struct s3_refusal *why);

/* Append a header field unless its value is empty. */
void cors_add_unless_empty(TALLOC_CTX *mem, struct fields *headers, struct slice name, struct slice value);

/* What is answered of: the bucket's rules, or else the service's; both NULL when there are neither. */
struct cors_in_force {
	const struct cors_rules *rules;
	const struct cors_service *service;
};
struct cors_in_force cors_in_force(const struct cors_resource *resource);

/* Whether an origin can be echoed: what ends a header line is in none. */
bool cors_echoes_safely(struct slice origin);

#endif
