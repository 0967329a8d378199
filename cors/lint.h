/*
 * What is wrong with a CORSConfiguration before it is put: what S3 would refuse, and what it takes but is unwise, or can
 * never work in a browser. Pure; any thread.
 */
#ifndef CORS_LINT_H
#define CORS_LINT_H

#include "cors/cors.h"

struct cors_finding {
	bool refused;       /* PutBucketCors would refuse it; else it is a warning */
	const char *code;   /* of S3's error; or the warning's own, which never changes (gateway/cors_help.c) */
	unsigned line;      /* from 1; 0: the document as a whole */
	unsigned rule;      /* in the document, from 1; 0: none */
	struct slice id;    /* of the rule; empty: none */
	const char *text;   /* what is wrong: S3's message where it is refused */
	const char *advice; /* what to do; NULL: the text says it */
};

struct cors_findings {
	struct cors_finding *items;
	size_t count;
};

/*
 * All findings, on `mem`. Where S3 refuses the document the first is its answer, and the others say what it would refuse
 * of further rules; only of a document that it takes there are warnings, rule by rule. Texts hold what the document does,
 * control characters too. At most CORS_DOCUMENT_MAX bytes are looked at: a longer document is refused.
 */
void cors_lint(TALLOC_CTX *mem, struct slice document, struct cors_findings *out);

#endif
