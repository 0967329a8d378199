#include "cors/explain_misses.h"

#include <assert.h>

#define LIST_MAX   500 /* bytes of a list in a sentence, after which it is cut */
#define STEPS_MOST 9   /* of an origin; fewer are closer */

void
explain_make_reasons(const struct explain *e, size_t count)
{
	e->out->reasons = talloc_zero_array(e->mem, struct cors_reason, count);
	assert(e->out->reasons != NULL);
	e->out->count = count;
}

static struct slice
show_list(const struct explain *e, const struct slice *items, size_t count)
{
	struct buf *list = buf_new(e->mem, SIZE_MAX / 2);
	size_t shown = 0;

	for (; shown < count && (shown == 0 || buf_slice(list).length < LIST_MAX); shown++)
		buf_printf(list, "%s%s", shown > 0 ? ", " : "", cors_shown(e->mem, items[shown]));
	if (shown < count)
		buf_printf(list, " and %zu more", count - shown);
	return buf_slice(list);
}

bool
explain_has_headers(const struct explain *e, const struct cors_patterns *have)
{
	for (size_t i = 0; i < e->names.count; i++)
		if (!cors_any_matches(have, e->names.items[i]))
			return false;
	return true;
}

/* The names that none of the patterns takes. */
static size_t
find_missing(const struct explain *e, const struct cors_patterns *have, struct slice **out)
{
	size_t count = 0;

	*out = talloc_array(e->mem, struct slice, e->names.count);
	assert(*out != NULL);
	for (size_t i = 0; i < e->names.count; i++)
		if (!cors_any_matches(have, e->names.items[i]))
			(*out)[count++] = e->names.items[i];
	return count;
}

void
explain_miss_origin(const struct explain *e, struct cors_reason *reason, const struct cors_texts *texts,
    const struct manner *manner)
{
	struct near_miss miss = explain_origin(e, texts, manner->in_list);
	struct slice all = show_list(e, texts->items, texts->count);

	reason->failed = "origin";
	reason->near = miss.code;
	reason->text = miss.text;
	reason->advice = miss.advice;
	reason->closeness = miss.steps > 0 ? CLOSE_NOT + STEPS_MOST - miss.steps : 0;
	if (miss.steps == 0)
		reason->text =
		    explain_text(e, "its %s %.*s", texts->count == 1 ? "origin is" : "origins are", SLICE_ARG(all));
}

void
explain_miss_method(
    const struct explain *e, struct cors_reason *reason, struct slice have, const struct manner *manner)
{
	struct slice meant = explain_method_meant(e);
	const char *shown = cors_shown(e->mem, e->preflight.requested_method);

	reason->failed = "method";
	reason->text = explain_text(e, "it allows %.*s, and not %s", SLICE_ARG(have), shown);
	if (meant.length > 0) {
		reason->near = "method-case";
		reason->advice = explain_text(e, "Methods are in upper case: ask with %.*s.", SLICE_ARG(meant));
	} else if (manner->in_list || cors_method_bit(e->preflight.requested_method) != 0) {
		reason->advice = explain_text(e, "Add %s%s%s.", manner->method_before, shown, manner->method_after);
	}
}

/* There are many x-amz-* headers, and every release of an SDK has new ones. */
static struct slice
name_to_add(struct slice name)
{
	return slice_starts_with(name, SLICE("x-amz-")) ? SLICE("x-amz-*") : name;
}

static const char *
advise_headers(const struct explain *e, const struct slice *missing, size_t count, const struct manner *manner)
{
	struct buf *list = buf_new(e->mem, 2 * LIST_MAX);
	struct slice last = SLICE("");

	for (size_t i = 0; i < count; i++) {
		struct slice name = name_to_add(missing[i]);

		if (!slice_equal(name, last))
			buf_printf(list, "%s%s%s%s", i > 0 ? ", " : "", manner->header_before,
			    cors_shown(e->mem, name), manner->in_list ? "" : manner->header_after);
		last = name;
	}
	if (buf_overflowed(list))
		return explain_text(e, "Add %s*%s.", manner->header_before, manner->header_after);
	return explain_text(e, "Add %s%s.", buf_slice(list).data, manner->in_list ? manner->header_after : "");
}

void
explain_miss_headers(const struct explain *e, struct cors_reason *reason, const struct cors_patterns *have,
    const struct manner *manner)
{
	struct slice *missing, all;
	size_t count = find_missing(e, have, &missing);

	all = show_list(e, missing, count);
	reason->failed = "header";
	reason->text =
	    explain_text(e, "it does not allow the %s %.*s", count == 1 ? "header" : "headers", SLICE_ARG(all));
	reason->advice = advise_headers(e, missing, count, manner);
	reason->closeness = CLOSE_BUT_FOR_HEADERS;
}

void
explain_own_rule(const struct explain *e, struct cors_reason *reason, const struct manner *manner)
{
	const char *method = cors_shown(e->mem, e->preflight.requested_method);
	const char *origin = cors_shown(e->mem, e->preflight.origin);

	if (reason->near != NULL || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return;
	reason->closeness = CLOSE_NOT;
	reason->advice =
	    manner->in_list
		? explain_text(e, "Name %s in a section that allows %s.", origin, method)
		: explain_text(e,
		      "Add a rule with <AllowedOrigin>%s</AllowedOrigin> and <AllowedMethod>%s</AllowedMethod>.",
		      origin, method);
}
