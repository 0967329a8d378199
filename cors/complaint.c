/* The first thing that failed, looked for in oslo.middleware's order: origin, method asked for, method, headers. */
#include "cors/complaint.h"

#include <assert.h>

#include "cors/answer.h"
#include "cors/service_rules.h"

#define LIST_MAX    2048  /* bytes of a permitted list that a line shows: a line stays below 4 KiB */
#define COMPARE_MAX 65536 /* members compared to show each once: anybody's request may ask for a line */

/* What might have answered: a rule of the bucket, or a section of the service's rules. */
struct candidate {
	bool has_method;
	const struct cors_texts *methods; /* as they were written, as the list below */
	const struct cors_texts *listed_headers;
	const struct cors_patterns *headers;
};

struct candidates {
	struct candidate items[CORS_RULES_MAX];
	size_t count;
};

/* Lists in a line. */

static const struct cors_texts *
methods_of(const struct candidate *candidate)
{
	return candidate->methods;
}

static const struct cors_texts *
headers_of(const struct candidate *candidate)
{
	return candidate->listed_headers;
}

static bool
is_listed(const struct slice *items, size_t count, struct slice text)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal(items[i], text))
			return true;
	return false;
}

/* The lists of all candidates as one, each member once. */
static const char *
show_lists(TALLOC_CTX *mem, const struct candidate *candidates, size_t count,
    const struct cors_texts *(*list_of)(const struct candidate *))
{
	struct buf *shown = buf_new(mem, LIST_MAX);
	struct slice *seen = talloc_array(mem, struct slice, LIST_MAX);
	size_t seen_count = 0, compared = 0;

	assert(seen != NULL);
	for (size_t i = 0; i < count; i++) {
		const struct cors_texts *list = list_of(&candidates[i]);

		for (size_t k = 0; k < list->count && !buf_overflowed(shown) && compared < COMPARE_MAX; k++) {
			compared += seen_count;
			if (is_listed(seen, seen_count, list->items[k]))
				continue;
			buf_printf(shown, "%s%s", seen_count > 0 ? "," : "", cors_escaped(mem, list->items[k]));
			/* A member takes a byte of the line at least, so they cannot be more. */
			if (seen_count < LIST_MAX)
				seen[seen_count++] = list->items[k];
		}
	}
	return talloc_asprintf(mem, "%s%s", slice_dup(mem, buf_slice(shown)),
	    buf_overflowed(shown) || compared >= COMPARE_MAX ? "..." : "");
}

static void
complain(struct cors_complaint *out, const char *failed, struct slice value, const char *line)
{
	*out = (struct cors_complaint){ failed, value, line };
}

static void
complain_of_origin(
    TALLOC_CTX *mem, const char *failed, struct slice value, struct slice origin, struct cors_complaint *out)
{
	complain(out, failed, value,
	    talloc_asprintf(mem, "CORS request from origin '%s' not permitted.", cors_escaped(mem, origin)));
}

static void
complain_of_method(
    TALLOC_CTX *mem, const struct candidates *candidates, struct slice method, struct cors_complaint *out)
{
	complain(out, "method", method,
	    talloc_asprintf(mem, "Request method '%s' not in permitted list: %s", cors_escaped(mem, method),
		show_lists(mem, candidates->items, candidates->count, methods_of)));
}

static void
complain_of_header(TALLOC_CTX *mem, const struct candidate *candidates, size_t count, struct slice name,
    struct cors_complaint *out)
{
	complain(out, "header", name,
	    talloc_asprintf(mem, "Request header '%s' not in permitted list: %s", cors_escaped(mem, name),
		show_lists(mem, candidates, count, headers_of)));
}

/* Headers. */

/* What each candidate makes of the names. */
struct comparison {
	const struct cors_names *names;
	bool *permitted;    /* each name, by whichever candidate */
	size_t furthest;    /* of the first names of the list, how many one candidate permits */
	size_t furthest_at; /* which candidate */
};

/* False when there is more to compare than a request may ask for. */
static bool
compare(const struct candidates *candidates, struct comparison *c)
{
	size_t left = CORS_COMPARISONS_MAX;

	for (size_t i = 0; i < candidates->count; i++) {
		const struct cors_patterns *patterns = candidates->items[i].headers;
		size_t reached = 0;

		if (patterns->count > 0 && c->names->count > left / patterns->count)
			return false;
		left -= c->names->count * patterns->count;
		for (size_t k = 0; k < c->names->count; k++) {
			struct slice name = c->names->items[k];
			bool permits = cors_any_matches(patterns, name);

			c->permitted[k] |= permits;
			reached += permits && reached == k;
		}
		if (reached > c->furthest) {
			c->furthest = reached;
			c->furthest_at = i;
		}
	}
	return true;
}

/* The name at that place, as the client wrote it. */
static struct slice
name_at(struct slice list, size_t at)
{
	struct slice name = { NULL, 0 };

	while (cors_next_name(&list, &name) && at > 0)
		at--;
	return name;
}

/* A name that no candidate permits, or else one that the candidate lacks which permits most. */
static void
find_header(TALLOC_CTX *mem, const struct candidates *candidates, const struct cors_names *names, struct slice list,
    struct cors_complaint *out)
{
	struct comparison c = { .names = names, .permitted = talloc_zero_array(mem, bool, names->count) };

	assert(c.permitted != NULL);
	if (!compare(candidates, &c))
		return;
	for (size_t i = 0; i < names->count; i++)
		if (!c.permitted[i]) {
			complain_of_header(mem, candidates->items, candidates->count, name_at(list, i), out);
			return;
		}
	complain_of_header(mem, &candidates->items[c.furthest_at], 1, name_at(list, c.furthest), out);
}

/* A name that is no token fails whatever the lists say. */
static bool
any_list_matches(TALLOC_CTX *mem, const struct candidates *candidates, struct slice name)
{
	struct slice lower = slice_lower(mem, name);

	for (size_t i = 0; i < candidates->count; i++)
		if (cors_any_matches(candidates->items[i].headers, lower))
			return true;
	return false;
}

static void
complain_of_headers(
    TALLOC_CTX *mem, const struct candidates *candidates, struct slice list, struct cors_complaint *out)
{
	struct cors_names names;
	struct slice faulty;

	complain(out, "header", slice_make(NULL, 0), NULL);
	if (cors_names_read(mem, list, &names, &faulty))
		find_header(mem, candidates, &names, list, out);
	else if (any_list_matches(mem, candidates, faulty))
		out->value = faulty;
	else
		complain_of_header(mem, candidates->items, candidates->count, faulty, out);
}

/* Candidates. */

static void
find_rules(const struct cors_rules *rules, struct slice origin, struct slice method, struct candidates *out)
{
	uint32_t fingerprint = cors_fingerprint(origin);
	unsigned bit = cors_method_bit(method);

	for (size_t i = 0; i < rules->count && cors_echoes_safely(origin); i++) {
		const struct cors_rule *rule = &rules->items[i];

		if (cors_any_matches_known(&rule->origins, origin, fingerprint))
			out->items[out->count++] = (struct candidate){ (rule->methods & bit) != 0,
				&rule->allowed_methods, &rule->allowed_headers, &rule->headers };
	}
}

static void
find_section(const struct cors_service *service, const struct cors_request *request, struct candidates *out)
{
	const struct cors_service_section *section = cors_service_match(service, request).section;

	if (section != NULL)
		out->items[out->count++] =
		    (struct candidate){ cors_service_has_method(section, request->requested_method),
			    &section->methods, &section->listed_headers, &section->headers };
}

static void
keep_those_with_method(struct candidates *candidates)
{
	size_t kept = 0;

	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->items[i].has_method)
			candidates->items[kept++] = candidates->items[i];
	candidates->count = kept;
}

/* There are rules, and one origin. */
static void
complain_under_rules(TALLOC_CTX *mem, const struct cors_in_force *in_force, const struct cors_request *request,
    bool preflight, struct cors_complaint *out)
{
	bool asks = preflight || request->has_requested_method;
	struct slice method = asks ? request->requested_method : request->method;
	struct candidates candidates = { .count = 0 }, with_method;

	if (in_force->rules != NULL)
		find_rules(in_force->rules, request->origin, method, &candidates);
	else
		find_section(in_force->service, request, &candidates);
	with_method = candidates;
	keep_those_with_method(&with_method);
	if (candidates.count == 0)
		complain_of_origin(mem, "origin", request->origin, request->origin, out);
	else if (preflight && !request->has_requested_method)
		complain(out, "no requested method", slice_make(NULL, 0),
		    "CORS request does not contain Access-Control-Request-Method header.");
	else if (with_method.count == 0)
		complain_of_method(mem, &candidates, method, out);
	else
		complain_of_headers(mem, &with_method, request->requested_headers, out);
}

void
cors_complaint(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    bool preflight, struct cors_complaint *out)
{
	struct cors_in_force in_force = cors_in_force(resource);
	struct slice none = { NULL, 0 };

	if (request->origins == CORS_NO_ORIGIN)
		complain(out, "no origin", none, NULL);
	else if (in_force.rules == NULL && in_force.service == NULL)
		complain_of_origin(
		    mem, resource->bucket_exists ? "no rules" : "no bucket", none, request->origin, out);
	else if (request->origins == CORS_MANY_ORIGINS)
		complain_of_origin(mem, "many origins", request->origin, request->origin, out);
	else
		complain_under_rules(mem, &in_force, request, preflight, out);
}
