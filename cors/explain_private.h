/* What the parts of explain.h share. */
#ifndef CORS_EXPLAIN_PRIVATE_H
#define CORS_EXPLAIN_PRIVATE_H

#include "cors/answer.h"
#include "cors/explain.h"
#include "cors/service_rules.h"

struct explain {
	TALLOC_CTX *mem;
	const struct cors_page *page;
	struct cors_explanation *out;
	struct cors_request preflight; /* as the browser sends them */
	struct cors_request actual;
	struct cors_names names; /* that the preflight asks for */
};

/* printf onto the explanation's memory. */
const char *explain_text(const struct explain *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void explain_note(struct explain *e, const char *note);

/* The method as it would have been written: "PUT" for "put"; empty where it is none of a bucket's rules, or right. */
struct slice explain_method_meant(const struct explain *e);

/*
 * What the browser does with the page's request (Fetch standard, "CORS-preflight request"): whether it asks first and
 * for which names of headers: sorted, in lower case, each once, those left out that it always allows or never lets a
 * page set.
 */
void explain_browser(struct explain *e);

/* How a text in a rule misses an origin, in the fewest steps. */
struct near_miss {
	unsigned steps; /* 0: not near */
	const char *code;
	const char *text;
	const char *advice;
};

/* The nearest of the texts. `in_list`: they are the members of a list that knows no "*". */
struct near_miss explain_origin(const struct explain *e, const struct cors_texts *texts, bool in_list);

/* Fill in the reasons, and which of them answer: the preflight, and the request. */
void explain_rules(struct explain *e, const struct cors_rules *rules);
void explain_service(struct explain *e, const struct cors_service *service);

#endif
