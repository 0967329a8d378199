/* `crossgate cors check`: whether a page's request is granted, by which rule, or what to change; cors/explain.h knows. */
#include <stdarg.h>

#include "common/json.h"
#include "common/terminal.h"
#include "cors/explain.h"
#include "gateway/cors_command.h"
#include "gateway/operations/operations.h"

/* What is asked, and of what. */
struct check {
	TALLOC_CTX *mem;
	const struct cors_arguments *arguments;
	const struct config *config; /* NULL: no file was given */
	struct cors_page page;
	struct cors_resource resource;
	bool is_damaged; /* the bucket's rules are, and count as none */
	struct cors_explanation answer;
};

/* Finding the rules. */

static int
find_bucket(struct check *c, struct catalog *catalog)
{
	struct slice stored;
	struct bucket *bucket;
	struct cors_rules *rules;
	enum store_err err = catalog_bucket(catalog, c->mem, slice_from(c->arguments->bucket), &bucket);

	c->resource.bucket_exists = err == STORE_OK;
	if (err == STORE_OK)
		err = catalog_document(catalog, c->mem, bucket, document_cors.number, &stored);
	if (err == STORE_NOT_FOUND)
		return EXIT_OK;
	if (err != STORE_OK)
		return command_fail(EXIT_FAILED, "bucket '%s': %s",
		    terminal_line(c->mem, slice_from(c->arguments->bucket)), store_err_name(err));
	c->is_damaged = cors_rules_parse(c->mem, stored, NULL, &rules) != S3_OK;
	c->resource.rules = rules;
	return EXIT_OK;
}

static int
open_and_find(struct check *c)
{
	const char *store = c->arguments->store;
	struct opened opened;
	int status;

	if (!c->arguments->bucket) {
		c->resource.bucket_exists = true;
		return EXIT_OK;
	}
	if (!c->arguments->store_given && c->config && *c->config->store)
		store = c->config->store;
	if (!store)
		return command_fail(EXIT_USAGE, "no store: give --data DIR or --store URL");
	if (!command_open(c->mem, store, false, &opened))
		return EXIT_FAILED;
	status = find_bucket(c, opened.catalog);
	command_close(&opened);
	return status;
}

static int
read_config(struct check *c)
{
	static const struct config_flag none[] = { { NULL, NULL } };
	struct config *config;
	char *message;

	if (!c->arguments->config_file)
		return EXIT_OK;
	if (!config_read(c->mem, c->arguments->config_file, none, &config, &message))
		return command_fail(EXIT_FAILED, "%s", terminal_line(c->mem, slice_from(message)));
	c->config = config;
	c->resource.service = config->cors_service;
	return EXIT_OK;
}

/* For a person. */

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
		    !c->resource.bucket_exists ? " does not exist"
		    : c->config                ? " has no rules, nor has the service"
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
	if (c->is_damaged)
		say(c, "The rules of %s are damaged, and count as none: put them again.", name_resource(c));
	if (x->in_force == CORS_BY_NOBODY && !c->config)
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

static void
print(const struct check *c)
{
	say_verdict(c);
	say_advice(c);
	say_preflight(c);
	say_actual(c);
	say_reasons(c);
	for (size_t i = 0; c->config && c->answer.in_force != CORS_BY_BUCKET && i < c->config->notices.count; i++)
		say(c, "%s", c->config->notices.items[i].text);
}

/* For a program. */

static void
write_reason(struct json_writer *w, const char *name, const struct cors_reason *reason)
{
	if (!reason) {
		json_write_string(w, name, NULL);
		return;
	}
	json_write_object(w, name);
	if (reason->rule > 0) {
		json_write_number(w, "rule", reason->rule);
		json_write_text(w, "id", reason->name);
	} else {
		json_write_text(w, "section", reason->name);
	}
	json_write_bool(w, "matches", !reason->failed);
	json_write_string(w, "failed", reason->failed);
	json_write_string(w, "near", reason->near);
	json_write_string(w, "message", reason->text);
	json_write_string(w, "advice", reason->advice);
	json_write_end(w);
}

static void
write_fields(struct json_writer *w, const char *name, const struct fields *fields)
{
	json_write_object(w, name);
	for (size_t i = 0; i < fields->count; i++)
		json_write_text(w, slice_dup(w, fields->items[i].name), fields->items[i].value);
	json_write_end(w);
}

static void
write_preflight(struct json_writer *w, const struct cors_explanation *x)
{
	static const struct fields none = { NULL, 0 };

	json_write_object(w, "preflight");
	json_write_bool(w, "sent", x->has_preflight);
	json_write_string(w, "because", x->because);
	if (x->has_preflight) {
		json_write_text(w, "request_headers", x->names);
		json_write_number(w, "status", x->err == S3_OK ? 200 : s3_err_status(x->err));
		json_write_string(w, "code", x->err == S3_OK ? NULL : s3_err_code(x->err));
		json_write_string(w, "message", x->message);
		write_fields(w, "headers", x->err == S3_OK ? &x->preflight : &none);
	}
	json_write_end(w);
}

static void
print_json(const struct check *c)
{
	static const char *const in_force[] = { "none", "bucket", "service" };
	const struct cors_explanation *x = &c->answer;
	struct json_writer *w = json_writer_new(c->mem);

	json_write_bool(w, "granted", x->granted);
	json_write_string(w, "bucket", c->arguments->bucket);
	json_write_bool(w, "bucket_exists", c->resource.bucket_exists);
	json_write_text(w, "origin", c->page.origin);
	json_write_text(w, "method", c->page.method);
	json_write_string(w, "rules", in_force[x->in_force]);
	write_reason(w, "answering", x->answering);
	write_preflight(w, x);
	json_write_object(w, "request");
	write_reason(w, "answering", x->answering_actual);
	write_fields(w, "headers", &x->actual);
	json_write_end(w);
	json_write_list(w, "explanation");
	for (size_t i = 0; i < x->count; i++)
		write_reason(w, NULL, &x->reasons[i]);
	json_write_end(w);
	write_reason(w, "closest", x->closest);
	json_write_string(w, "advice", x->closest ? x->closest->advice : x->advice);
	json_write_list(w, "notes");
	for (size_t i = 0; i < x->note_count; i++)
		json_write_string(w, NULL, x->notes[i]);
	json_write_end(w);
	fputs(json_write_finish(w).data, stdout);
}

/* The command line. */

static bool
has_controls(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

static const char *
find_fault(const struct cors_arguments *a)
{
	if (!a->origin || !a->method)
		return "--origin and --method are needed";
	if (!a->bucket && !a->config_file)
		return "--bucket is needed, or --config for the list of buckets";
	if (has_controls(a->origin) || has_controls(a->method) || *a->method == '\0')
		return "an origin or a method that no HTTP request can have";
	return NULL;
}

int
cors_command_check(const struct cors_arguments *a)
{
	struct check c = { .mem = a->mem,
		.arguments = a,
		.page = { .headers = a->headers, .names_key = a->bucket && a->key && *a->key } };
	const char *fault = find_fault(a);
	int status;

	if (fault)
		return command_fail(EXIT_USAGE, "%s: see 'crossgate cors --help'", fault);
	c.page.origin = slice_from(a->origin);
	c.page.method = slice_from(a->method);
	if ((status = read_config(&c)) != EXIT_OK || (status = open_and_find(&c)) != EXIT_OK)
		return status;
	cors_explain(a->mem, &c.resource, &c.page, &c.answer);
	if (a->json)
		print_json(&c);
	else
		print(&c);
	return c.answer.granted ? EXIT_OK : EXIT_FAILED;
}
