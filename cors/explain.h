/*
 * Why a page's request is granted or not, for a person: what its browser sends, what is answered and by which rule;
 * and of every other rule the first thing that kept it from matching, and what to change. It decides nothing: answers
 * are those of cors_preflight and cors_actual. Pure; any thread. Texts hold what rules and request do, control
 * characters too.
 */
#ifndef CORS_EXPLAIN_H
#define CORS_EXPLAIN_H

#include "cors/cors.h"

/* What a script in a page does. */
struct cors_page {
	struct slice origin; /* of the page; may be one that no browser sends */
	struct slice method;
	struct fields headers; /* that the script sets; without a value where that is not known */
	bool names_key;
};

/* A rule of the bucket, or a section of the service's rules, put against what the browser sends. */
struct cors_reason {
	unsigned rule;      /* from 1, as GetBucketCors shows them; 0: a section */
	struct slice name;  /* the rule's ID, or the section's name; may be empty */
	const char *failed; /* "origin", "method" or "header": the first that does not match; NULL: all do */
	const char *near;   /* how near an origin is (gateway/cors_help.c), or "method-case"; NULL: it is not */
	const char *text;   /* what does not match; NULL where all do */
	const char *advice; /* what to change; NULL: nothing that would be sensible */
	unsigned closeness; /* the more, the less there is to change; 0: nothing is advised */
};

struct cors_explanation {
	bool granted; /* the browser lets the request through and the page read the answer */

	bool has_preflight;  /* the browser asks first */
	const char *because; /* why it asks, or why not */
	struct slice names;  /* Access-Control-Request-Headers; empty: none */

	/* The answers. That to the preflight is filled in also where no browser asks. */
	enum s3_err err;
	const char *message; /* of the refusal; NULL: none */
	struct fields preflight;
	struct fields actual;

	enum {
		CORS_BY_NOBODY,
		CORS_BY_BUCKET,
		CORS_BY_SERVICE
	} in_force;
	const struct cors_reason *answering; /* the preflight, or the request without one; NULL: none does */
	const struct cors_reason *answering_actual;
	struct cors_reason *reasons; /* of every rule in order, or of every section */
	size_t count;

	const struct cors_reason *closest; /* where it is not granted: what to change first; NULL: none is near */
	const char *advice;                /* what to do about the request as a whole; NULL: see `closest` */
	const char **notes;                /* what else there is to know */
	size_t note_count;
};

/* Fill in *out; all of it is on `mem`, or borrowed from the rules and the page. */
void cors_explain(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_page *page,
    struct cors_explanation *out);

#endif
