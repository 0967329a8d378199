/* The compiled form of the service's rules: private to this room. Nothing changes after cors_service_compile. */
#ifndef CORS_SERVICE_RULES_H
#define CORS_SERVICE_RULES_H

#include "cors/rules.h"
#include "cors/service.h"

/* A section with what it inherits and all defaults. */
struct cors_service_section {
	const char *name; /* as in struct cors_section */
	const char *file;
	unsigned line;

	bool allow_credentials;
	struct cors_texts methods;
	struct cors_texts listed_headers; /* allow_headers as written */
	struct cors_patterns headers;     /* permitted, in lower case: allow_headers, then the simple ones */

	/* Finished values of response headers; empty: no such header. */
	struct slice allow_methods;
	struct slice allow_headers;
	struct slice expose_headers;
	struct slice max_age;
};

struct cors_service_origin {
	struct slice text; /* as browsers send it */
	const struct cors_service_section *section;
};

struct cors_service {
	struct cors_service_origin *origins; /* sorted by their text */
	size_t origin_count;
	const struct cors_service_section *any_origin; /* the section of "*"; NULL: none */
};

struct cors_service_match {
	const struct cors_service_section *section; /* NULL: none */
	bool any_origin;                            /* it answers as the section of "*" */
};

/* The section that answers a request: the one that names its origin, else the one of "*". */
struct cors_service_match cors_service_match(
    const struct cors_service *service, const struct cors_request *request);

/* Whether the section has that method, case-sensitively. */
bool cors_service_has_method(const struct cors_service_section *section, struct slice method);

/* Answer a preflight that has an Origin. Errors as cors_preflight, the details left to it; Vary too. */
MUST_USE enum s3_err cors_service_preflight(TALLOC_CTX *mem, const struct cors_service *service,
    const struct cors_request *request, struct s3_refusal *why, struct fields *headers);

/* As cors_actual, but for Vary. */
bool cors_service_actual(TALLOC_CTX *mem, const struct cors_service *service, const struct cors_request *request,
    struct fields *headers);

/*
 * Spell an origin as browsers do: scheme and host in lower case, without the scheme's default port. The result is on
 * `mem`. Returns NULL, or why no browser ever sends this text as an origin, and *out as it was written.
 */
const char *cors_origin_normalise(TALLOC_CTX *mem, struct slice written, struct slice *out);

#endif
