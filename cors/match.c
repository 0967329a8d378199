/* Which rule answers a request: the first that has its origin, its method and all its headers. */
#include "cors/rules.h"

static const struct slice methods[] = {
	SLICE("GET"),
	SLICE("PUT"),
	SLICE("POST"),
	SLICE("DELETE"),
	SLICE("HEAD"),
};

unsigned
cors_method_bit(struct slice method)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (slice_equal(methods[i], method))
			return 1u << i;
	return 0;
}

uint32_t
cors_fingerprint(struct slice text)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < text.length; i++)
		hash = (hash ^ (unsigned char)text.data[i]) * 16777619;
	return hash;
}

struct cors_pattern
cors_pattern_make(struct slice text)
{
	size_t star;
	bool wildcard = slice_find(text, SLICE("*"), &star);

	return (struct cors_pattern){
		.text = text.data,
		.prefix_length = (uint32_t)(wildcard ? star : text.length),
		.suffix_length = (uint32_t)(wildcard ? text.length - star - 1 : 0),
		.fingerprint = wildcard ? 0 : cors_fingerprint(text),
		.wildcard = wildcard,
	};
}

/* A suffix tells more than a prefix, which is mostly "https://" or "x-amz-". */
static bool
wildcard_matches(const struct cors_pattern *pattern, struct slice value)
{
	size_t prefix = pattern->prefix_length;
	size_t suffix = pattern->suffix_length;

	return value.length >= prefix + suffix &&
	       (suffix == 0 ||
		   memcmp(value.data + value.length - suffix, pattern->text + prefix + 1, suffix) == 0) &&
	       (prefix == 0 || memcmp(value.data, pattern->text, prefix) == 0);
}

static bool
matches(const struct cors_pattern *pattern, struct slice value, uint32_t fingerprint)
{
	if (pattern->wildcard)
		return wildcard_matches(pattern, value);
	return pattern->fingerprint == fingerprint &&
	       slice_equal(slice_make(pattern->text, pattern->prefix_length), value);
}

bool
cors_pattern_matches(const struct cors_pattern *pattern, struct slice value)
{
	return matches(pattern, value, cors_fingerprint(value));
}

bool
cors_any_matches_known(const struct cors_patterns *patterns, struct slice value, uint32_t fingerprint)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (matches(&patterns->items[i], value, fingerprint))
			return true;
	return false;
}

bool
cors_any_matches(const struct cors_patterns *patterns, struct slice value)
{
	return cors_any_matches_known(patterns, value, cors_fingerprint(value));
}

static bool
headers_match(const struct cors_rule *rule, const struct cors_question *question, size_t *comparisons_left)
{
	for (size_t i = 0; i < question->name_count; i++) {
		struct slice name = question->names[i];

		if (*comparisons_left < rule->headers.count) {
			*comparisons_left = 0;
			return false;
		}
		*comparisons_left -= rule->headers.count;
		if (!cors_any_matches(&rule->headers, name))
			return false;
	}
	return true;
}

const struct cors_rule *
cors_rules_match(const struct cors_rules *rules, const struct cors_question *question)
{
	uint32_t origin_fingerprint = cors_fingerprint(question->origin);
	size_t comparisons_left = CORS_COMPARISONS_MAX;

	for (size_t i = 0; i < rules->count; i++) {
		const struct cors_rule *rule = &rules->items[i];

		if ((rule->methods & question->method) != 0 &&
		    (rule->any_origin ||
			cors_any_matches_known(&rule->origins, question->origin, origin_fingerprint)) &&
		    headers_match(rule, question, &comparisons_left))
			return rule;
	}
	return NULL;
}
