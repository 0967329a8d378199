#include "gateway/service_rules.h"

#include <stdarg.h>
#include <stdlib.h>

#include "common/buf.h"
#include "gateway/service_rules_private.h"

#define NAMED "cors."

/* Collecting. */

static char *place(struct collection *c, const struct ini_section *section, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static char *
place(struct collection *c, const struct ini_section *section, const char *format, va_list arguments)
{
	char *text = talloc_asprintf(c->mem, "%s:%u: [%s]", section->path, section->line, section->name);

	text = talloc_vasprintf_append(text, format, arguments);
	if (text == NULL)
		abort();
	return text;
}

static void
add_notice(struct collection *c, struct cors_notice notice)
{
	c->notices = talloc_realloc(c->mem, c->notices, struct cors_notice, c->notice_count + 1);
	if (c->notices == NULL)
		abort();
	c->notices[c->notice_count++] = notice;
}

void
collection_notice(struct collection *c, bool warning, const struct ini_section *section, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_notice(c, (struct cors_notice){ warning, place(c, section, format, arguments) });
	va_end(arguments);
}

bool
collection_fail(struct collection *c, const struct ini_section *section, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	c->fault = place(c, section, format, arguments);
	va_end(arguments);
	return false;
}

/* The lines of a value, joined with commas. */
static const char *
joined(TALLOC_CTX *mem, const char *value)
{
	struct slice rest = slice_from(value), line;
	struct buf *list = buf_new(mem, rest.length);

	while (slice_next(&rest, '\n', &line)) {
		if (buf_slice(list).length > 0 && line.length > 0)
			buf_append_byte(list, ',');
		buf_append(list, line);
	}
	return slice_dup(mem, buf_slice(list));
}

static void
option_list_add(struct collection *c, struct option_list *list, const struct ini_section *section,
    const struct ini_option *option)
{
	list->items = talloc_realloc(c->mem, list->items, struct cors_option, list->count + 1);
	if (list->items == NULL)
		abort();
	list->items[list->count++] = (struct cors_option){
		.name = option->name,
		.value = joined(c->mem, option->value),
		.file = section->path,
		.line = option->line,
	};
}

void
option_list_take(struct collection *c, struct option_list *list, const struct ini_section *section,
    bool (*wanted)(const char *name))
{
	for (size_t i = 0; i < section->count; i++) {
		const struct ini_option *option = &section->options[i], *last = ini_find(section, option->name);

		if (wanted != NULL && !wanted(option->name))
			continue;
		if (last != option)
			collection_notice(c, true, section, " %s is given more than once: that on line %u counts",
			    option->name, last->line);
		else
			option_list_add(c, list, section, option);
	}
}

void
collection_add(struct collection *c, const char *name, bool inherits, const char *file, unsigned line,
    struct option_list options)
{
	c->sections = talloc_realloc(c->mem, c->sections, struct cors_section, c->count + 1);
	if (c->sections == NULL)
		abort();
	c->sections[c->count++] = (struct cors_section){
		.name = name,
		.inherits = inherits,
		.file = file,
		.line = line,
		.options = options.items,
		.count = options.count,
	};
}

const struct ini_section *
section_find(const struct ini_file *ini, const char *name)
{
	for (size_t i = 0; i < ini->count; i++)
		if (strcmp(ini->sections[i].name, name) == 0)
			return &ini->sections[i];
	return NULL;
}

bool
collection_is_first(struct collection *c, const struct ini_file *ini, const struct ini_section *section)
{
	const struct ini_section *first = section_find(ini, section->name);

	return first == section ||
	       collection_fail(c, section, ": the section stands on line %u already", first->line);
}

/* The sections of oslo.middleware. */

static bool
is_named(const char *name)
{
	return slice_starts_with(slice_from(name), SLICE(NAMED));
}

bool
collect_named(struct collection *c, const struct ini_file *ini)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_section *section = &ini->sections[i];
		struct option_list options = { NULL, 0 };

		if (!is_named(section->name) && strcmp(section->name, BASE) != 0)
			continue;
		if (!collection_is_first(c, ini, section))
			return false;
		if (!is_named(section->name))
			continue;
		option_list_take(c, &options, section, NULL);
		collection_add(c, section->name, true, ini->path, section->line, options);
	}
	return true;
}

static bool
collect_cors(struct collection *c, const struct ini_file *ini)
{
	const struct ini_section *base = section_find(ini, BASE);
	struct option_list options = { NULL, 0 };

	if (base != NULL) {
		option_list_take(c, &options, base, NULL);
		collection_add(c, base->name, false, ini->path, base->line, options);
	}
	return collect_named(c, ini);
}

/* What has no meaning here may be a slip of the pen. */
static void
warn_of_others(struct collection *c, const struct ini_file *ini, const char *own)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_section *section = &ini->sections[i];

		if (strcmp(section->name, own) != 0 && strcmp(section->name, BASE) != 0 &&
		    !is_named(section->name) && !is_paste_section(section->name))
			collection_notice(c, true, section, " has no meaning here");
	}
}

static bool
compile(TALLOC_CTX *mem, struct collection *c, struct cors_notices *notices, const struct cors_service **out,
    const char **fault)
{
	struct cors_notices more = { NULL, 0 };

	if (c->count > 0 && !cors_service_compile(mem, c->sections, c->count, &more, fault, out))
		return false;
	for (size_t i = 0; i < more.count; i++)
		add_notice(c, more.items[i]);
	for (size_t i = 0; i < c->notice_count; i++)
		c->notices[i].text = talloc_strdup(mem, c->notices[i].text);
	*notices = (struct cors_notices){ talloc_steal(mem, c->notices), c->notice_count };
	return true;
}

bool
service_rules_read(TALLOC_CTX *mem, const struct ini_file *ini, const char *own, struct cors_notices *notices,
    const struct cors_service **out, char **fault)
{
	struct collection c = { .mem = talloc_new(mem) };
	const char *why = NULL;
	bool taken;

	*notices = (struct cors_notices){ NULL, 0 };
	*out = NULL;
	warn_of_others(&c, ini, own);
	taken = collect_cors(&c, ini) && collect_filters(&c, ini) && compile(mem, &c, notices, out, &why);
	if (!taken)
		*fault = talloc_strdup(mem, c.fault != NULL ? c.fault : why);
	talloc_free(c.mem);
	return taken;
}
