/* What the parts of lint.h share. */
#ifndef CORS_LINT_PRIVATE_H
#define CORS_LINT_PRIVATE_H

#include "cors/lint.h"
#include "cors/rules.h"

struct lint {
	TALLOC_CTX *mem;
	struct cors_findings *out;
	const struct cors_rules *rules;
	/* The rule that is looked at. */
	const struct xml_element *element;
	const struct cors_rule *rule;
	unsigned number;
};

/* Enter a warning about the rule; the line is that of `where`, which is the rule or one of its elements. */
void lint_warn(struct lint *l, const struct xml_element *where, const char *code, const char *advice,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Whether the rule has one of these methods, which "," separates. */
bool lint_has_method(const struct cors_rule *rule, const char *methods);

/* The rule's next element of that kind behind `after` (NULL: the first); NULL when there is none. */
const struct xml_element *lint_next(const struct lint *l, const struct xml_element *after, enum cors_kind kind);

/* What is said about the rule's origins, and about rules that can never answer. */
void lint_origins(struct lint *l);
void lint_shadowed(struct lint *l);

#endif
