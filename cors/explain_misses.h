/* How a bucket's rule, or a section of the service's, misses a request: what is said of it, and what to change. */
#ifndef CORS_EXPLAIN_MISSES_H
#define CORS_EXPLAIN_MISSES_H

#include "cors/explain_private.h"

/* How close it is: between them is room for the steps to an origin, of which fewer are closer. */
enum {
	CLOSE_NOT = 1,
	CLOSE_HALF = 20,
	CLOSE_BUT_FOR_METHOD = 30,
	CLOSE_BUT_FOR_ORIGIN = 40,
	CLOSE_BUT_FOR_HEADERS = 60
};

/* How a rule, or a section, is changed. */
struct manner {
	bool in_list; /* of origins without wildcards */
	const char *method_before, *method_after;
	const char *header_before, *header_after;
};

/* Room for that many reasons in the explanation, all matching so far. */
void explain_make_reasons(const struct explain *e, size_t count);

/* Whether one of the patterns takes each name that the preflight asks for. */
bool explain_has_headers(const struct explain *e, const struct cors_patterns *have);

/* Fill in the reason: the first thing that does not match is the origin, the method or the headers. */
void explain_miss_origin(const struct explain *e, struct cors_reason *reason, const struct cors_texts *texts,
    const struct manner *manner);
void explain_miss_method(
    const struct explain *e, struct cors_reason *reason, struct slice have, const struct manner *manner);
void explain_miss_headers(const struct explain *e, struct cors_reason *reason, const struct cors_patterns *have,
    const struct manner *manner);

/* It takes any origin and lacks the method: to let every site write is never what is missing. */
void explain_own_rule(const struct explain *e, struct cors_reason *reason, const struct manner *manner);

#endif
