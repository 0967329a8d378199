/*
 * Rules for the whole service, in the way of oslo.middleware: sections of an ini file, read by someone else, compiled
 * into what cors_preflight and cors_actual answer from where no bucket's rules are in force.
 *
 *	allowed_origin     list of scheme://host[:port], or "*" for any
 *	allow_credentials  boolean, default True
 *	expose_headers     list, default empty
 *	max_age            seconds 0 to 2147483647, or empty for none; default 3600
 *	allow_methods      list, default OPTIONS,GET,HEAD,POST,PUT,DELETE,TRACE,PATCH
 *	allow_headers      list, default empty; a member may hold one "*" that stands for any run of bytes
 *
 * Members of lists are separated by commas, trimmed, and lose quotes around them; an option without a value is an empty
 * list. Compiled rules never change and may be shared between threads.
 */
#ifndef CORS_SERVICE_H
#define CORS_SERVICE_H

#include "common/slice.h"

struct cors_service;

#define CORS_SERVICE_LIST_MAX 4096 /* bytes of each list but allowed_origin: all of them may stand in one answer */

/* One "name = value"; of several with one name the last counts. */
struct cors_option {
	const char *name;
	const char *value; /* white space around it does not count */
	const char *file;  /* where it stands, for what is said about it */
	unsigned line;
};

struct cors_section {
	const char *name; /* as written between the brackets: "cors", "cors.horizon", "filter:cors" */
	bool inherits;    /* from the section "cors" of its file what it lacks, but for allowed_origin */
	const char *file;
	unsigned line;
	const struct cors_option *options;
	size_t count;
};

/* What an operator should know of rules that are taken nevertheless. */
struct cors_notice {
	bool warning;     /* false: only a notice */
	const char *text; /* one line, with file and line in front */
};

struct cors_notices {
	const struct cors_notice *items;
	size_t count;
};

/*
 * Compile sections into rules. Within a file their names differ, unless one was read more than once. An origin belongs
 * to the first section that names it: in the order given, but for "cors", which comes before those that inherit from it.
 * Everything that is given out lives on `mem`, and borrows nothing from the sections.
 * notices  duplicate and normalised origins, origins that can never match, unknown options, sections without effect
 * fault    "FILE:LINE: [SECTION] option: why" for a value that cannot be meant, and the result false
 * out      NULL when no section names an origin: then there are no rules
 */
MUST_USE bool cors_service_compile(TALLOC_CTX *mem, const struct cors_section *sections, size_t count,
    struct cors_notices *notices, const char **fault, const struct cors_service **out);

/* How many origins the rules name, "*" included. */
size_t cors_service_origin_count(const struct cors_service *service);

#endif
