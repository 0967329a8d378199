/* Every rule of a bucket against what the browser sends: the first thing that does not match. */
#include "cors/explain_misses.h"

static const struct manner of_bucket = {
	.method_before = "<AllowedMethod>",
	.method_after = "</AllowedMethod>",
	.header_before = "<AllowedHeader>",
	.header_after = "</AllowedHeader>",
};

static bool
has_origin(const struct explain *e, const struct cors_rule *rule)
{
	struct slice origin = e->preflight.origin;

	return cors_echoes_safely(origin) && (rule->any_origin || cors_any_matches(&rule->origins, origin));
}

static bool
has_method(const struct explain *e, const struct cors_rule *rule)
{
	return (rule->methods & cors_method_bit(e->preflight.requested_method)) != 0;
}

static void
explain_rule(const struct explain *e, const struct cors_rule *rule, struct cors_reason *reason)
{
	bool headers = explain_has_headers(e, &rule->headers);

	if (!has_origin(e, rule)) {
		explain_miss_origin(e, reason, &rule->allowed_origins, &of_bucket);
		if (reason->near != NULL && has_method(e, rule) && headers)
			reason->closeness += CLOSE_BUT_FOR_ORIGIN;
	} else if (!has_method(e, rule)) {
		explain_miss_method(e, reason, rule->allow_methods, &of_bucket);
		reason->closeness = headers ? CLOSE_BUT_FOR_METHOD : CLOSE_HALF;
		if (rule->any_origin)
			explain_own_rule(e, reason, &of_bucket);
	} else if (!headers) {
		explain_miss_headers(e, reason, &rule->headers, &of_bucket);
	}
}

/* Where another rule has what this one lacks, parts of two rules are taken for one. */
static void
add_elsewhere(const struct explain *e, const struct cors_rules *rules, size_t of)
{
	struct cors_reason *reason = &e->out->reasons[of];
	bool is_method = reason->failed != NULL && strcmp(reason->failed, "method") == 0;
	bool is_header = reason->failed != NULL && strcmp(reason->failed, "header") == 0;

	for (size_t i = 0; i < rules->count; i++) {
		const struct cors_rule *other = &rules->items[i];

		if (i == of || (!(is_method && has_method(e, other)) &&
				   !(is_header && explain_has_headers(e, &other->headers))))
			continue;
		reason->text = explain_text(
		    e, "%s; rule %u does, but a rule has to have all three", reason->text, (unsigned)(i + 1));
		return;
	}
}

void
explain_rules(struct explain *e, const struct cors_rules *rules)
{
	struct cors_explanation *out = e->out;

	explain_make_reasons(e, rules->count);
	for (size_t i = 0; i < rules->count; i++) {
		const struct cors_rule *rule = &rules->items[i];
		struct cors_reason *reason = &out->reasons[i];

		reason->rule = (unsigned)(i + 1);
		reason->name = rule->id;
		explain_rule(e, rule, reason);
		if (out->answering == NULL && reason->failed == NULL)
			out->answering = reason;
		if (out->answering_actual == NULL && has_origin(e, rule) && has_method(e, rule))
			out->answering_actual = reason;
	}
	for (size_t i = 0; i < rules->count && !out->granted; i++)
		add_elsewhere(e, rules, i);
}
