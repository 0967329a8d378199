/* `crossgate cors check`: whether a page's request is granted, by which rule, or what to change; cors/explain.h knows. */
#include "common/terminal.h"
#include "gateway/cors_check_private.h"
#include "gateway/operations/operations.h"

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
	c->resource.rules_are_damaged = cors_rules_parse(c->mem, stored, NULL, &rules) != S3_OK;
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
		cors_check_print_json(&c);
	else
		cors_check_print(&c);
	return c.answer.granted ? EXIT_OK : EXIT_FAILED;
}
