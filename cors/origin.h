/*
 * Texts taken as origins (RFC 6454 section 6.2; HTML, "serialization of an origin"): what a browser sends, and what it
 * never does. Rules compare origins as text alone; this is for those who explain to a person why one did not fit.
 */
#ifndef CORS_ORIGIN_H
#define CORS_ORIGIN_H

#include "common/slice.h"

/* The parts of scheme://host:port, all borrowed; a part that is missing is empty. The text may hold a "*". */
struct cors_origin {
	struct slice text; /* all of it */
	struct slice scheme;
	struct slice host; /* with "user@", and with the brackets of an IPv6 address */
	struct slice port; /* behind the ":" */
	struct slice rest; /* from the first "/", "?" or "#" behind the host on */
};

struct cors_origin cors_origin_split(struct slice text);

/* Why no browser sends a text as an origin. */
struct cors_unsent {
	const char *code; /* "origin-trailing-slash" */
	const char *what; /* "ends in a slash" */
};

/* NULL: a browser may send it, or what a "*" in it stands for may make it so. */
const struct cors_unsent *cors_origin_unsent(struct slice text);

/*
 * The origin that was probably meant: white space, user and path dropped, scheme and host in lower case, "https" where there is no
 * scheme, no default port. NULL where there is no host. On `mem`.
 */
const char *cors_origin_meant(TALLOC_CTX *mem, struct slice text);

/* Whether it is the scheme's own port, which browsers leave out: 80 of http, 443 of https. */
bool cors_is_default_port(struct slice scheme, struct slice port);

#endif
