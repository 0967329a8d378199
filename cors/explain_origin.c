/* Near misses: which few steps make an origin of a rule one that the page's origin matches. */
#include "cors/explain_private.h"

#include <assert.h>

#include "cors/origin.h"

/* An origin of a rule on its way to the page's. */
struct walk {
	TALLOC_CTX *mem;
	struct slice text;
	struct cors_origin rule; /* parts of the text */
	struct cors_origin page;
};

/*
 * Take a step, and say how the rule's origin differed: on the walk's memory. NULL: there is nothing to change that way.
 */
typedef const char *step_fn(struct walk *w);

static const char *
move_to(struct walk *w, struct slice scheme, struct slice host, struct slice port, const char *said)
{
	w->text = slice_from(
	    talloc_asprintf(w->mem, "%.*s%s%.*s%s%.*s%.*s", SLICE_ARG(scheme), scheme.length > 0 ? "://" : "",
		SLICE_ARG(host), port.length > 0 ? ":" : "", SLICE_ARG(port), SLICE_ARG(w->rule.rest)));
	w->rule = cors_origin_split(w->text);
	return said;
}

static struct slice
join(TALLOC_CTX *mem, struct slice head, struct slice tail)
{
	return slice_from(talloc_asprintf(mem, "%.*s%.*s", SLICE_ARG(head), SLICE_ARG(tail)));
}

static bool
ends_with(struct slice text, struct slice end)
{
	return text.length >= end.length && slice_equal(slice_skip(text, text.length - end.length), end);
}

/* Whether `text` is "PREFIXrest". */
static bool
is_prefixed(struct slice text, struct slice prefix, struct slice rest)
{
	return text.length == prefix.length + rest.length && slice_starts_with(text, prefix) &&
	       ends_with(text, rest) && rest.length > 0;
}

static const char *
step_spelling(struct walk *w)
{
	const struct cors_unsent *unsent = cors_origin_unsent(w->text);
	const char *meant = unsent != NULL ? cors_origin_meant(w->mem, w->text) : NULL;
	struct cors_origin parts = cors_origin_split(slice_from(meant));

	if (meant == NULL)
		return NULL;
	if (w->rule.scheme.length == 0)
		parts.scheme = w->page.scheme;
	w->rule.rest = SLICE("");
	return move_to(w, parts.scheme, parts.host, parts.port,
	    talloc_asprintf(w->mem, "it %s, which no browser sends", unsent->what));
}

static const char *
step_scheme(struct walk *w)
{
	struct slice scheme = w->rule.scheme;

	if (scheme.length == 0 || slice_equal(scheme, w->page.scheme))
		return NULL;
	return move_to(w, w->page.scheme, w->rule.host, w->rule.port,
	    talloc_asprintf(
		w->mem, "it has %s, the page %s", cors_shown(w->mem, scheme), cors_shown(w->mem, w->page.scheme)));
}

static const char *
step_port(struct walk *w)
{
	struct slice port = w->rule.port;
	const char *said;

	if (slice_equal(port, w->page.port))
		return NULL;
	if (w->page.port.length == 0)
		said = talloc_asprintf(w->mem, "it has port %s, the page none", cors_shown(w->mem, port));
	else if (port.length == 0)
		said = talloc_asprintf(w->mem, "it has no port, the page %s", cors_shown(w->mem, w->page.port));
	else
		said = talloc_asprintf(w->mem, "it has port %s, the page %s", cors_shown(w->mem, port),
		    cors_shown(w->mem, w->page.port));
	return move_to(w, w->rule.scheme, w->rule.host, w->page.port, said);
}

static const char *
step_www(struct walk *w)
{
	const char *said;

	if (is_prefixed(w->rule.host, SLICE("www."), w->page.host))
		said = "it has www. in front, the page not";
	else if (is_prefixed(w->page.host, SLICE("www."), w->rule.host))
		said = "the page has www. in front, it has not";
	else
		return NULL;
	return move_to(w, w->rule.scheme, w->page.host, w->rule.port, said);
}

static const char *
step_sub_domain(struct walk *w)
{
	struct slice host = w->rule.host;

	if (host.length == 0 || !ends_with(w->page.host, join(w->mem, SLICE("."), host)))
		return NULL;
	return move_to(
	    w, w->rule.scheme, join(w->mem, SLICE("*."), host), w->rule.port, "the page is on a sub-domain of it");
}

static const char *
step_bare_domain(struct walk *w)
{
	if (!is_prefixed(w->rule.host, SLICE("*."), w->page.host))
		return NULL;
	return move_to(w, w->rule.scheme, w->page.host, w->rule.port,
	    "it takes sub-domains alone, the page is on the domain itself");
}

static const char *
step_parent_domain(struct walk *w)
{
	if (w->page.host.length == 0 || !ends_with(w->rule.host, join(w->mem, SLICE("."), w->page.host)))
		return NULL;
	return move_to(w, w->rule.scheme, w->page.host, w->rule.port, "it is a sub-domain of the page's");
}

static const struct {
	const char *code;
	step_fn *take;
} steps[] = {
	{ "spelling", step_spelling },
	{ "scheme", step_scheme },
	{ "port", step_port },
	{ "www", step_www },
	{ "bare-domain", step_bare_domain },
	{ "sub-domain", step_sub_domain },
	{ "parent-domain", step_parent_domain },
};

#define STEPS_MAX 3 /* more are no near miss */

static bool
arrived(const struct walk *w, struct slice origin)
{
	struct cors_pattern pattern = cors_pattern_make(w->text);

	return cors_pattern_matches(&pattern, origin);
}

/* Take the steps of a set of bits, in order; false when one cannot be taken, or they do not lead to the origin. */
static bool
walk(struct walk *w, unsigned set, struct slice origin, struct near_miss *out)
{
	*out = (struct near_miss){ 0, NULL, "", NULL };
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const char *said = (set & 1u << i) != 0 ? steps[i].take(w) : "";

		if (said == NULL)
			return false;
		if (*said == '\0')
			continue;
		out->code =
		    out->steps == 0 ? steps[i].code : talloc_asprintf(w->mem, "%s, %s", out->code, steps[i].code);
		out->text = talloc_asprintf(w->mem, "%s%s%s", out->text, out->steps > 0 ? "; " : "", said);
		out->steps++;
	}
	return arrived(w, origin);
}

static struct near_miss
find_walk(TALLOC_CTX *mem, struct slice text, struct slice origin, struct slice *reached)
{
	struct near_miss found = { 0, NULL, NULL, NULL };

	for (unsigned count = 1; count <= STEPS_MAX && found.steps == 0; count++)
		for (unsigned set = 1; set < 1u << ARRAY_SIZE(steps) && found.steps == 0; set++) {
			struct walk w = { mem, text, cors_origin_split(text), cors_origin_split(origin) };

			if ((unsigned)__builtin_popcount(set) != count || !walk(&w, set, origin, &found))
				found.steps = 0;
			*reached = w.text;
		}
	return found;
}

static const char *
advise(const struct explain *e, struct slice reached, struct slice origin, bool in_list)
{
	const char *wanted = cors_shown(e->mem, origin);

	if (in_list)
		return explain_text(e, "Add %s to allowed_origin.", wanted);
	if (slice_equal(reached, origin))
		return explain_text(e, "Write \"%s\", or add it.", wanted);
	return explain_text(e, "Write \"%s\", or add \"%s\".", cors_shown(e->mem, reached), wanted);
}

/* What the page's origin is if a browser sends it. */
static struct slice
origin_sent(const struct explain *e)
{
	const char *meant = NULL;

	if (cors_origin_unsent(e->page->origin) != NULL)
		meant = cors_origin_meant(e->mem, e->page->origin);
	return meant != NULL ? slice_from(meant) : e->page->origin;
}

static struct near_miss
miss_of_page(const struct explain *e, struct slice text, struct slice sent)
{
	return (struct near_miss){ 1, "page",
		explain_text(e, "it takes \"%s\", which is what a browser sends", cors_shown(e->mem, sent)),
		explain_text(
		    e, "Nothing is wrong with \"%s\": ask again with that origin.", cors_shown(e->mem, text)) };
}

static struct near_miss
miss_of_text(const struct explain *e, struct slice text, bool in_list)
{
	struct walk unchanged = { .text = text };
	struct slice sent = origin_sent(e), reached = text;
	TALLOC_CTX *scratch;
	struct near_miss found;

	if (!slice_equal(sent, e->page->origin) && arrived(&unchanged, sent))
		return miss_of_page(e, text, sent);
	scratch = talloc_new(e->mem);
	found = find_walk(scratch, text, sent, &reached);
	if (found.steps > 0) {
		found.code = explain_text(e, "%s", found.code);
		found.text = explain_text(e, "\"%s\" is near: %s", cors_shown(e->mem, text), found.text);
		found.advice = advise(e, reached, sent, in_list);
	}
	talloc_free(scratch);
	return found;
}

struct near_miss
explain_origin(const struct explain *e, const struct cors_texts *texts, bool in_list)
{
	struct near_miss nearest = { 0, NULL, NULL, NULL };

	for (size_t i = 0; i < texts->count; i++) {
		struct near_miss miss = miss_of_text(e, texts->items[i], in_list);

		if (miss.steps > 0 && (nearest.steps == 0 || miss.steps < nearest.steps))
			nearest = miss;
	}
	return nearest;
}
