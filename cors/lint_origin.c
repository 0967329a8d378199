/* Warnings about the origins of a rule: what takes too many, and what takes none. */
#include "cors/lint_private.h"
#include "cors/origin.h"

static const struct slice any_https = SLICE("https://site.invalid");
static const struct slice any_http = SLICE("http://site.invalid");

static bool
takes(struct slice text, struct slice origin)
{
	struct cors_pattern pattern = cors_pattern_make(text);

	return cors_pattern_matches(&pattern, origin);
}

/* The element that takes every site, the bare "*" first; NULL when there is none. */
static const struct xml_element *
find_any_origin(const struct lint *l)
{
	const struct xml_element *found = NULL;

	for (const struct xml_element *e = NULL; (e = lint_next(l, e, CORS_ALLOWED_ORIGIN)) != NULL;) {
		if (slice_equal(e->text, SLICE("*")))
			return e;
		if (found == NULL && takes(e->text, any_https))
			found = e;
	}
	return found;
}

static bool
allows_every_header(const struct cors_rule *rule)
{
	for (size_t i = 0; i < rule->allowed_headers.count; i++)
		if (slice_equal(rule->allowed_headers.items[i], SLICE("*")))
			return true;
	return false;
}

static void
check_any_origin(struct lint *l)
{
	static const char advice[] =
	    "Name the sites that may write, and leave the others a rule with GET and HEAD.";
	const struct xml_element *any = find_any_origin(l);
	const char *text, *credentials;

	if (any == NULL || !lint_has_method(l->rule, "PUT,POST,DELETE"))
		return;
	text = cors_shown(l->mem, any->text);
	credentials = l->rule->any_origin ? "" : ", with credentials,";
	if (l->rule->methods == (1u << CORS_METHOD_COUNT) - 1)
		lint_warn(l, any, "any-origin-every-method", advice,
		    "AllowedOrigin \"%s\" lets a page of any site%s use every method", text, credentials);
	else
		lint_warn(l, any, "any-origin-writes", advice,
		    "AllowedOrigin \"%s\" lets a page of any site%s write (%s)", text, credentials,
		    slice_dup(l->mem, l->rule->allow_methods));
	if (allows_every_header(l->rule))
		lint_warn(l, any, "any-origin-any-header", advice,
		    "AllowedOrigin \"%s\" and AllowedHeader \"*\" in a rule that writes keep no page from anything",
		    text);
}

static void
check_beside_any(struct lint *l)
{
	if (l->rule->any_origin && l->rule->allowed_origins.count > 1)
		lint_warn(l, l->element, "origins-beside-any",
		    "Put the other origins into a rule of their own, in front.",
		    "AllowedOrigin \"*\" stands beside others: these are answered \"*\" too, and without credentials");
}

/* One text. */

static const char *
meant(const struct lint *l, struct slice text)
{
	const char *origin = cors_origin_meant(l->mem, text);

	return origin != NULL ? talloc_asprintf(l->mem, "Write \"%s\".", cors_shown(l->mem, slice_from(origin)))
			      : "Write an origin, as https://www.example.com, or drop it.";
}

static bool
check_unsent(struct lint *l, const struct xml_element *e)
{
	const struct cors_unsent *unsent = cors_origin_unsent(e->text);

	if (unsent != NULL)
		lint_warn(l, e, unsent->code, meant(l, e->text), "AllowedOrigin \"%s\" %s: no browser sends that",
		    cors_shown(l->mem, e->text), unsent->what);
	return unsent != NULL;
}

static void
check_null(struct lint *l, const struct xml_element *e)
{
	if (slice_equal(e->text, SLICE("null")))
		lint_warn(l, e, "null-origin", "Drop it, and serve the page from a site of your own.",
		    "AllowedOrigin \"null\" is the origin of sandboxed frames and local files of anybody");
}

static bool
is_local(struct slice host)
{
	return slice_equal(host, SLICE("localhost")) || slice_equal(host, SLICE("127.0.0.1")) ||
	       slice_equal(host, SLICE("[::1]"));
}

static void
check_http(struct lint *l, const struct xml_element *e)
{
	struct cors_origin http = cors_origin_split(e->text);

	if (takes(e->text, any_http) && !takes(e->text, any_https)) {
		lint_warn(l, e, "any-http-origin", "Name the sites, with https.",
		    "AllowedOrigin \"%s\" lets in every site over http, which anybody on the way can write into",
		    cors_shown(l->mem, e->text));
		return;
	}
	if (!slice_equal(http.scheme, SLICE("http")) || is_local(http.host))
		return;
	for (const struct xml_element *s = NULL; (s = lint_next(l, s, CORS_ALLOWED_ORIGIN)) != NULL;) {
		struct cors_origin https = cors_origin_split(s->text);

		if (!slice_equal(https.scheme, SLICE("https")) || !slice_equal(https.host, http.host))
			continue;
		lint_warn(l, e, "http-beside-https", "Drop it once the site is on https alone.",
		    "AllowedOrigin \"%s\" lets in over http what \"%s\" does over https: anybody on the way can write into it",
		    cors_shown(l->mem, e->text), cors_shown(l->mem, s->text));
		return;
	}
}

/* A star, and how much of the name behind it is fixed: "*example.com" takes evilexample.com, "*.com" half the web. */
static bool
ends_too_early(struct slice host, size_t star)
{
	struct slice fixed = slice_skip(host, star + 1);
	size_t dot, second;

	if (!slice_find(fixed, SLICE("."), &dot))
		return false;
	fixed = slice_skip(fixed, dot + 1);
	return !slice_find(fixed, SLICE("."), &second) && !slice_equal(fixed, SLICE("localhost"));
}

static void
check_wildcard(struct lint *l, const struct xml_element *e)
{
	struct cors_origin origin = cors_origin_split(e->text);
	size_t star;

	if (takes(e->text, any_https) || takes(e->text, any_http) || !slice_find(origin.host, SLICE("*"), &star))
		return;
	if (star == origin.host.length - 1 && origin.port.length == 0 && star > 0)
		lint_warn(l, e, "wildcard-open-end",
		    "Write the whole host; for any port, put a \":\" before the \"*\".",
		    "AllowedOrigin \"%s\" takes what anybody may register: %.*s.evil.example",
		    cors_shown(l->mem, e->text), SLICE_ARG(slice_head(origin.host, star)));
	else if (ends_too_early(origin.host, star))
		lint_warn(l, e, "wildcard-wide",
		    "Put a \".\" and a whole domain behind the \"*\", as in https://*.example.com.",
		    "AllowedOrigin \"%s\" takes what anybody may register: evil%.*s", cors_shown(l->mem, e->text),
		    SLICE_ARG(slice_skip(origin.host, star + 1)));
}

void
lint_origins(struct lint *l)
{
	check_any_origin(l);
	check_beside_any(l);
	for (const struct xml_element *e = NULL; (e = lint_next(l, e, CORS_ALLOWED_ORIGIN)) != NULL;) {
		if (check_unsent(l, e))
			continue;
		check_null(l, e);
		check_http(l, e);
		check_wildcard(l, e);
	}
}
