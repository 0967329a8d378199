/* Rules that can never answer, since earlier ones take all their requests. */
#include "cors/lint_private.h"

/* Whether everything that `narrow` matches, `wide` does. */
static bool
pattern_covers(const struct cors_pattern *wide, const struct cors_pattern *narrow)
{
	if (!narrow->wildcard)
		return cors_pattern_matches(wide, slice_make(narrow->text, narrow->prefix_length));
	return wide->wildcard && wide->prefix_length <= narrow->prefix_length &&
	       wide->suffix_length <= narrow->suffix_length &&
	       memcmp(wide->text, narrow->text, wide->prefix_length) == 0 &&
	       memcmp(wide->text + wide->prefix_length + 1,
		   narrow->text + narrow->prefix_length + 1 + narrow->suffix_length - wide->suffix_length,
		   wide->suffix_length) == 0;
}

static bool
is_covered(const struct cors_patterns *wide, const struct cors_pattern *narrow)
{
	for (size_t i = 0; i < wide->count; i++)
		if (pattern_covers(&wide->items[i], narrow))
			return true;
	return false;
}

static bool
headers_covered(const struct cors_rule *earlier, const struct cors_rule *rule)
{
	for (size_t i = 0; i < rule->headers.count; i++)
		if (!is_covered(&earlier->headers, &rule->headers.items[i]))
			return false;
	return true;
}

/* One rule has to take a whole request: which earlier ones may be it, as far as headers go. */
struct candidates {
	const struct cors_rule *items[CORS_RULES_MAX];
	bool used[CORS_RULES_MAX];
	size_t count;
};

static void
find_candidates(const struct lint *l, struct candidates *found)
{
	for (size_t i = 0; i < l->rules->count && l->rules->items[i].number < l->number; i++)
		if (headers_covered(&l->rules->items[i], l->rule))
			found->items[found->count++] = &l->rules->items[i];
}

/* Mark the candidate that takes requests of this origin and method. */
static bool
take(struct candidates *c, const struct cors_pattern *origin, unsigned method)
{
	for (size_t i = 0; i < c->count; i++) {
		if ((c->items[i]->methods & method) == 0 || !is_covered(&c->items[i]->origins, origin))
			continue;
		c->used[i] = true;
		return true;
	}
	return false;
}

static bool
all_taken(const struct cors_rule *rule, struct candidates *c)
{
	for (unsigned method = 1; method < 1u << CORS_METHOD_COUNT; method <<= 1)
		for (size_t i = 0; (rule->methods & method) != 0 && i < rule->origins.count; i++) {
			const struct cors_pattern *origin = &rule->origins.items[i];

			/* The empty text matches nothing. */
			if ((origin->wildcard || origin->prefix_length > 0) && !take(c, origin, method))
				return false;
		}
	return true;
}

static const char *
list_used(const struct lint *l, const struct candidates *c)
{
	struct buf *list = buf_new(l->mem, 8 * CORS_RULES_MAX);
	size_t used = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->used[i])
			buf_printf(list, "%s%u", used++ > 0 ? ", " : "", c->items[i]->number);
	return used == 0 ? NULL
			 : talloc_asprintf(l->mem, "%s %s", used == 1 ? "rule" : "rules", buf_slice(list).data);
}

void
lint_shadowed(struct lint *l)
{
	struct candidates candidates = { .count = 0 };
	const char *used;

	find_candidates(l, &candidates);
	if (!all_taken(l->rule, &candidates))
		return;
	used = list_used(l, &candidates);
	if (used != NULL)
		lint_warn(l, l->element, "shadowed", "Drop it, or put it in front.",
		    "it can never answer: the first rule that matches does, and %s takes each of its requests before it",
		    used);
}
