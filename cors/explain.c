#include "cors/explain.h"

#include <assert.h>
#include <stdarg.h>

#include "cors/explain_private.h"
#include "cors/origin.h"

const char *
explain_text(const struct explain *e, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = talloc_vasprintf(e->mem, format, arguments);
	va_end(arguments);
	assert(text != NULL);
	return text;
}

void
explain_note(struct explain *e, const char *note)
{
	struct cors_explanation *out = e->out;

	out->notes = talloc_realloc(e->mem, out->notes, const char *, out->note_count + 1);
	assert(out->notes != NULL);
	out->notes[out->note_count++] = note;
}

struct slice
explain_method_meant(const struct explain *e)
{
	struct slice method = e->preflight.requested_method, meant;
	char *letters = slice_dup(e->mem, method);

	for (size_t i = 0; i < method.length; i++)
		if (letters[i] >= 'a' && letters[i] <= 'z')
			letters[i] = (char)(letters[i] - ('a' - 'A'));
	meant = slice_make(letters, method.length);
	return cors_method_bit(method) == 0 && cors_method_bit(meant) != 0 ? meant : SLICE("");
}

/* What the browser sends. */
static void
make_requests(struct explain *e)
{
	const struct cors_page *page = e->page;
	struct slice origin = slice_trim(page->origin), method = slice_trim(page->method);

	e->actual = (struct cors_request){ .origins = origin.length > 0 ? CORS_ONE_ORIGIN : CORS_NO_ORIGIN,
		.origin = origin,
		.method = method,
		.names_key = page->names_key };
	e->preflight = e->actual;
	e->preflight.method = SLICE("OPTIONS");
	e->preflight.has_requested_method = true;
	e->preflight.requested_method = method;
	e->preflight.requested_headers = e->out->names;
}

static void
ask(struct explain *e, const struct cors_resource *resource)
{
	struct cors_explanation *out = e->out;
	struct s3_refusal why = { .mem = e->mem };
	bool granted;

	out->err = cors_preflight(e->mem, resource, &e->preflight, &why, &out->preflight);
	if (out->err != S3_OK)
		out->message = why.message != NULL ? why.message : s3_err_message(out->err);
	granted = cors_actual(e->mem, resource, &e->actual, &out->actual);
	out->granted = granted && (!out->has_preflight || out->err == S3_OK);
}

/* What stands against the request as a whole, whatever the rules say; NULL: nothing. */
static const char *
advise(const struct explain *e, const struct cors_resource *resource, struct slice faulty)
{
	const struct cors_explanation *out = e->out;

	if (e->preflight.origins == CORS_NO_ORIGIN)
		return "Give the origin of the page, as in https://www.example.com.";
	if (out->in_force == CORS_BY_NOBODY && !resource->bucket_exists)
		return "Look at the bucket's name: there is none of that name.";
	if (out->in_force == CORS_BY_NOBODY)
		return "Give the bucket rules: it has none.";
	if (faulty.length > 0)
		return explain_text(e, "Write a header's name: \"%s\" is none.", cors_shown(e->mem, faulty));
	if (explain_method_meant(e).length > 0)
		return explain_text(
		    e, "Ask with %.*s: methods are compared letter by letter.", SLICE_ARG(explain_method_meant(e)));
	if (out->in_force == CORS_BY_BUCKET && cors_method_bit(e->preflight.requested_method) == 0)
		return explain_text(e,
		    "Use another method: a bucket's rules know GET, PUT, POST, DELETE and HEAD, and not %s.",
		    cors_shown(e->mem, e->preflight.requested_method));
	if (out->answering != NULL)
		return "Ask for fewer headers: these are more than are compared.";
	return NULL;
}

static const struct cors_reason *
find_closest(const struct cors_explanation *out)
{
	const struct cors_reason *closest = NULL;

	for (size_t i = 0; i < out->count; i++)
		if (out->reasons[i].closeness > (closest != NULL ? closest->closeness : 0))
			closest = &out->reasons[i];
	return closest;
}

static void
note_answers(struct explain *e)
{
	const struct cors_explanation *out = e->out;
	const struct field *origin = fields_find_nocase(&out->actual, "Access-Control-Allow-Origin");

	if (out->has_preflight && out->answering != out->answering_actual)
		explain_note(e,
		    explain_text(e,
			"The request itself asks for no headers, so that rule %u, the first with this origin and "
			"method, answers it.",
			out->answering_actual->rule));
	if (origin != NULL && slice_equal(origin->value, SLICE("*")))
		explain_note(e,
		    "A page that sends cookies (credentials: \"include\") may not read it: browsers want its "
		    "origin there, not \"*\".");
}

/* No rule is near. Whether the page is to be let in, a person knows. */
static const char *
advise_to_add(const struct explain *e)
{
	const char *origin = cors_shown(e->mem, e->page->origin);
	size_t star;

	if (cors_origin_unsent(e->page->origin) != NULL || slice_equal(e->page->origin, SLICE("null")) ||
	    slice_find(e->page->origin, SLICE("*"), &star))
		return NULL;
	if (e->out->in_force == CORS_BY_SERVICE)
		return explain_text(e, "If its pages are to be let in, add %s to allowed_origin.", origin);
	return explain_text(
	    e, "If its pages are to be let in, add <AllowedOrigin>%s</AllowedOrigin> to a rule.", origin);
}

/* Once the answers are known. */
static void
conclude(struct explain *e, const struct cors_resource *resource, struct slice faulty)
{
	struct cors_explanation *out = e->out;

	if (!out->has_preflight)
		out->answering = out->answering_actual;
	if (out->granted) {
		note_answers(e);
		return;
	}
	out->advice = advise(e, resource, faulty);
	if (out->advice == NULL)
		out->closest = find_closest(out);
	if (out->advice == NULL && out->closest == NULL)
		out->advice = advise_to_add(e);
	out->answering = NULL;
	out->answering_actual = NULL;
}

void
cors_explain(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_page *page,
    struct cors_explanation *out)
{
	struct explain e = { .mem = mem, .page = page, .out = out };
	struct cors_in_force in_force = cors_in_force(resource);
	struct slice faulty = SLICE("");

	*out = (struct cors_explanation){ .granted = false };
	explain_browser(&e);
	make_requests(&e);
	ask(&e, resource);
	out->in_force = in_force.rules != NULL     ? CORS_BY_BUCKET
			: in_force.service != NULL ? CORS_BY_SERVICE
						   : CORS_BY_NOBODY;
	if (!cors_names_read(mem, out->names, &e.names, &faulty))
		e.names = (struct cors_names){ NULL, 0, { NULL, 0 } };
	if (out->in_force == CORS_BY_BUCKET)
		explain_rules(&e, in_force.rules);
	else if (out->in_force == CORS_BY_SERVICE)
		explain_service(&e, in_force.service);
	conclude(&e, resource, faulty);
}
