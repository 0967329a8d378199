/* Sections of an ini file compiled into the service's rules, in the way of oslo.middleware. */
#include "cors/service_compile.h"

#include <assert.h>
#include <search.h>
#include <stdarg.h>

void
cors_compiler_notice(
    struct cors_compiler *c, bool warning, const char *file, unsigned line, const char *format, ...)
{
	struct cors_notices *notices = c->notices;
	char *text = talloc_asprintf(c->mem, "%s:%u: ", file, line);
	va_list arguments;

	va_start(arguments, format);
	text = talloc_vasprintf_append(text, format, arguments);
	va_end(arguments);
	c->notice_items = talloc_realloc(c->mem, c->notice_items, struct cors_notice, notices->count + 1);
	assert(text != NULL && c->notice_items != NULL);
	c->notice_items[notices->count++] = (struct cors_notice){ warning, text };
	notices->items = c->notice_items;
}

bool
cors_compiler_fail(struct cors_compiler *c, const struct cors_setting *s, struct slice value, const char *why)
{
	*c->fault = talloc_asprintf(c->mem, "%s:%u: [%s] %s: '%s' %s", s->option->file, s->option->line,
	    s->section->name, s->option->name, cors_escaped(c->mem, value), why);
	assert(*c->fault != NULL);
	return false;
}

static const struct cors_option *
find_option(const struct cors_section *section, const char *name)
{
	for (size_t i = section->count; i > 0; i--)
		if (strcmp(section->options[i - 1].name, name) == 0)
			return &section->options[i - 1];
	return NULL;
}

static bool
is_base(const struct cors_section *section)
{
	return strcmp(section->name, "cors") == 0;
}

/* The section that this one inherits from, the last before it rather than one behind it; NULL: none. */
static const struct cors_section *
find_base(const struct cors_compiler *c, const struct cors_section *section)
{
	const struct cors_section *base = NULL;

	if (!section->inherits || is_base(section))
		return NULL;
	for (size_t i = 0; i < c->count && (base == NULL || &c->sections[i] < section); i++)
		if (is_base(&c->sections[i]) && strcmp(c->sections[i].file, section->file) == 0)
			base = &c->sections[i];
	return base;
}

static void
note_options(struct cors_compiler *c, const struct cors_section *section)
{
	for (size_t i = 0; i < section->count; i++) {
		const struct cors_option *option = &section->options[i];
		size_t known = 0;

		while (known < CORS_OPTION_KINDS && strcmp(cors_option_kinds[known].name, option->name) != 0)
			known++;
		if (known == CORS_OPTION_KINDS)
			cors_compiler_notice(c, true, option->file, option->line, "[%s] has an unknown option '%s'",
			    section->name, cors_escaped(c->mem, slice_from(option->name)));
	}
}

/* Whoever asked for credentials, here or in the section inherited from, does not get them for any origin at all. */
static void
note_credentials(
    struct cors_compiler *c, const struct cors_section *section, const struct cors_service_section *compiled)
{
	const struct cors_section *base = find_base(c, section);
	const struct cors_option *credentials = find_option(section, "allow_credentials");

	if (credentials == NULL && base != NULL)
		credentials = find_option(base, "allow_credentials");
	if (credentials != NULL && compiled->allow_credentials && c->service->any_origin == compiled)
		cors_compiler_notice(c, true, credentials->file, credentials->line,
		    "[%s] allow_credentials is on, but credentials are never allowed to origin '*'", section->name);
}

static bool
read_option(struct cors_compiler *c, const struct cors_section *section, const struct cors_option_kind *kind,
    struct cors_service_section *out)
{
	const struct cors_section *base = kind->inherited ? find_base(c, section) : NULL;
	const struct cors_option standard = { kind->name, kind->standard, section->file, section->line };
	struct cors_setting setting = { .section = section, .option = find_option(section, kind->name) };

	setting.own = setting.option != NULL;
	if (!setting.own && base != NULL)
		setting.option = find_option(base, kind->name);
	if (setting.option == NULL)
		setting.option = &standard;
	setting.value = slice_from(setting.option->value);
	return kind->read(c, &setting, out);
}

static bool
compile_section(struct cors_compiler *c, const struct cors_section *section)
{
	struct cors_service_section *out = talloc_zero(c->service, struct cors_service_section);

	assert(out != NULL);
	out->name = slice_dup(c->service, slice_from(section->name));
	out->file = slice_dup(c->service, slice_from(section->file));
	out->line = section->line;
	note_options(c, section);
	for (size_t i = 0; i < CORS_OPTION_KINDS; i++)
		if (!read_option(c, section, &cors_option_kinds[i], out))
			return false;
	note_credentials(c, section, out);
	return true;
}

/* Each section once, and the one it inherits from before it. */
static bool
compile_in_order(struct cors_compiler *c, size_t at)
{
	const struct cors_section *base = find_base(c, &c->sections[at]);

	if (c->done[at])
		return true;
	c->done[at] = true;
	return (base == NULL || compile_in_order(c, (size_t)(base - c->sections))) &&
	       compile_section(c, &c->sections[at]);
}

static int
compare_origins(const void *a, const void *b)
{
	const struct cors_service_origin *first = a, *second = b;

	return slice_compare(first->text, second->text);
}

/* What the tree points at goes with the rules. */
static void
leave(void *text)
{
	(void)text;
}

bool
cors_service_compile(TALLOC_CTX *mem, const struct cors_section *sections, size_t count,
    struct cors_notices *notices, const char **fault, const struct cors_service **out)
{
	struct cors_compiler c = { mem, sections, count, talloc_zero_array(mem, bool, count), notices, NULL, fault,
		talloc_zero(mem, struct cors_service), NULL };
	bool compiled = true;

	assert(c.done != NULL && c.service != NULL);
	*notices = (struct cors_notices){ NULL, 0 };
	*fault = NULL;
	*out = NULL;
	for (size_t i = 0; i < count && compiled; i++)
		compiled = compile_in_order(&c, i);
	tdestroy(c.named, leave);
	if (!compiled)
		return false;
	if (c.service->origin_count > 0)
		qsort(c.service->origins, c.service->origin_count, sizeof(*c.service->origins), compare_origins);
	if (cors_service_origin_count(c.service) > 0)
		*out = c.service;
	return true;
}

size_t
cors_service_origin_count(const struct cors_service *service)
{
	return service->origin_count + (service->any_origin != NULL);
}
