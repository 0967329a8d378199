/* What `crossgate cors check` says to a person. */
#include <stdarg.h>

#include "common/terminal.h"
#include "gateway/cors_check_private.h"

/* A line of text, whatever it holds. */
static void __attribute__((format(printf, 2, 3))) say(const struct check *c, const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = talloc_vasprintf(c->mem, format, arguments);
	va_end(arguments);
	puts(terminal_line(c->mem, slice_from(line)));
}

static const char *
name_reason(const struct check *c, const struct cors_reason *reason)
{
	if (reason->rule == 0)
		return talloc_asprintf(c->mem, "[%.*s]", SLICE_ARG(reason->name));
	if (reason->name.length == 0)
		return talloc_asprintf(c->mem, "rule %u", reason->rule);
	return talloc_asprintf(c->mem, "rule %u \"%.*s\"", reason->rule, SLICE_ARG(reason->name));
}

static const char *
name_resource(const struct check *c)
{
	return c->arguments->bucket ? talloc_asprintf(c->mem, "bucket \"%s\"", c->arguments->bucket)
				    : "the list of buckets";
}

static void
say_fields(const struct check *c, const struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		say(c, "    %.*s: %.*s", SLICE_ARG(fields->items[i].name), SLICE_ARG(fields->items[i].value));
}

static void
say_preflight(const struct check *c)
{
	const struct cors_explanation *x = &c->answer;

	if (!x->has_preflight) {
		say(c, "The browser sends no preflight: %s.", x->because);
		return;
	}
	say(c, "The browser sends a preflight first (%s):", x->because);
	say(c, "    OPTIONS /%s%s%s", c->arguments->bucket ?: "", c->page.names_key ? "/" : "",
	    c->page.names_key ? c->arguments->key : "");
	say(c, "    Origin: %.*s", SLICE_ARG(c->page.origin));
	say(c, "    Access-Control-Request-Method: %.*s", SLICE_ARG(c->page.method));
	if (x->names.length > 0)
		say(c, "    Access-Control-Request-Headers: %.*s", SLICE_ARG(x->names));
	if (x->err != S3_OK) {
		say(c, "It is answered %u %s: %s", s3_err_status(x->err), s3_err_code(x->err), x->message);
		return;
	}
	say(c, "It is answered 200 with");
	say_fields(c, &x->preflight);
}

static void
say_actual(const struct check *c)
{
	if (c->answer.has_preflight && c->answer.err != S3_OK)
		return;
	if (!c->answer.granted) {
		say(c, "The request is answered without CORS headers: the page cannot read the answer.");
		return;
	}
	say(c, "The request itself is answered, errors too, with");
	say_fields(c, &c->answer.actual);
}

static const char *
name_request(const struct check *c)
{
	return talloc_asprintf(c->mem, "%.*s from %.*s%s%.*s", SLICE_ARG(c->page.method), SLICE_ARG(c->page.origin),
	    c->answer.names.length > 0 ? " with " : "", SLICE_ARG(c->answer.names));
}

static void
say_verdict(const struct check *c)
{
	const struct cors_explanation *x = &c->answer;

	if (x->granted)
		say(c, "Granted: %s of %s takes %s.", name_reason(c, x->answering),
		    x->in_force == CORS_BY_BUCKET ? name_resource(c) : "the service's rules", name_request(c));
	else if (x->in_force == CORS_BY_BUCKET)
		say(c, "Refused: no rule of %s takes %s.", name_resource(c), name_request(c));
	else if (x->in_force == CORS_BY_SERVICE)
		say(c, "Refused: no section of the service's rules takes %s.", name_request(c));
	else
		say(c, "Refused: %s%s.", name_resource(c),
		    !c->resource.bucket_exists      ? " does not exist"
		    : c->resource.rules_are_damaged ? " has rules that are damaged"
		    : c->config                     ? " has no rules, nor has the service"
						    : " has no rules");
}

/* What is to be done, where it is refused; and what else there is to know. */
static void
say_advice(const struct check *c)
{
	const struct cors_explanation *x = &c->answer;

	if (x->closest)
		say(c, "Closest is %s: %s. %s", name_reason(c, x->closest), x->closest->text, x->closest->advice);
	else if (x->advice)
		say(c, "%s", x->advice);
	if (!c->resource.bucket_exists && strchr(c->arguments->bucket, '/'))
		say(c, "A bucket's name stands alone, without s3://; an object's key is given with --key.");
	if (x->in_force == CORS_BY_SERVICE)
		say(c, "They stand in for %s, which %s.", name_resource(c),
		    c->resource.bucket_exists ? "has no rules of its own" : "does not exist");
	if (c->resource.rules_are_damaged)
		say(c, "Nothing is granted as long as the rules of %s are damaged: put them again.",
		    name_resource(c));
	if (x->in_force == CORS_BY_NOBODY && !c->config && !c->resource.rules_are_damaged)
		say(c,
		    "Rules for the whole service were not looked at: --config FILE names the gateway's configuration.");
	for (size_t i = 0; i < x->note_count; i++)
		say(c, "%s", x->notes[i]);
}

static void
say_reasons(const struct check *c)
{
	const struct cors_explanation *x = &c->answer;

	for (size_t i = 0; i < x->count; i++) {
		const struct cors_reason *reason = &x->reasons[i];

		if (reason == x->answering)
			say(c, "%s: answers", name_reason(c, reason));
		else if (!reason->failed)
			say(c, "%s: would answer as well", name_reason(c, reason));
		else
			say(c, "%s: %s: %s.%s%s", name_reason(c, reason), reason->failed, reason->text,
			    reason->advice && !x->granted ? " " : "", x->granted ? "" : reason->advice ?: "");
	}
}

void
cors_check_print(const struct check *c)
{
	say_verdict(c);
	say_advice(c);
	say_preflight(c);
	say_actual(c);
	say_reasons(c);
	for (size_t i = 0; c->config && c->answer.in_force != CORS_BY_BUCKET && i < c->config->notices.count; i++)
		say(c, "%s", c->config->notices.items[i].text);
}
