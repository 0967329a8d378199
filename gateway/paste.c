/* The sections of PasteDeploy that are oslo.middleware's CORS filter. */
#include <stdlib.h>

#include "common/buf.h"
#include "gateway/service_rules_private.h"

#define WHITE    " \t\n"
#define FILTER   "filter:"
#define PIPELINE "pipeline:"
#define DEFAULTS "DEFAULT"
#define ORIGIN   "allowed_origin"
#define PROJECT  "oslo_config_project"
#define FILE_OF  "oslo_config_file"

bool
is_paste_section(const char *name)
{
	static const struct slice kinds[] = { SLICE("app:"), SLICE("application:"), SLICE("composite:"),
		SLICE("composit:"), SLICE(FILTER), SLICE("filter-app:"), SLICE(PIPELINE), SLICE("server:") };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (slice_starts_with(slice_from(name), kinds[i]))
			return true;
	return strcmp(name, DEFAULTS) == 0;
}

/* How a filter says that it is this one. */
static bool
is_cors_filter(const struct ini_section *section)
{
	static const struct {
		const char *name, *value;
	} signs[] = {
		{ "paste.filter_factory", "oslo_middleware.cors:filter_factory" },
		{ "paste.filter_factory", "oslo.middleware.cors:filter_factory" },
		{ "paste.filter_factory", "oslo_middleware:CORS.factory" },
		{ "use", "egg:oslo.middleware#cors" },
	};

	if (!slice_starts_with(slice_from(section->name), SLICE(FILTER)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		const struct ini_option *option = ini_find(section, signs[i].name);

		if (option != NULL && strcmp(option->value, signs[i].value) == 0)
			return true;
	}
	return false;
}

/* What a filter is made of. */

static bool
is_among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool
is_default(const char *name)
{
	static const char *const names[] = { "allow_credentials", "expose_headers", "max_age", "allow_methods",
		"allow_headers" };

	return is_among(name, names, ARRAY_SIZE(names));
}

/* What is not there for PasteDeploy and oslo.config alone, who find the filter and its file by it. */
static bool
is_rule(const char *name)
{
	static const char *const others[] = { "paste.filter_factory", "use", PROJECT, FILE_OF,
		"oslo_config_program" };

	return !is_among(name, others, ARRAY_SIZE(others));
}

static void
filter_options(
    struct collection *c, struct option_list *out, const struct ini_file *ini, const struct ini_section *filter)
{
	for (size_t i = 0; i < ini->count; i++)
		if (strcmp(ini->sections[i].name, DEFAULTS) == 0)
			option_list_take(c, out, &ini->sections[i], is_default);
	option_list_take(c, out, filter, is_rule);
}

/* A filter that takes its rules from a file of oslo.config. */

/* The path that it gives: %(here)s is the folder of the ini file, in which a relative path begins as well. */
static const char *
path_of(TALLOC_CTX *mem, const struct ini_file *ini, struct slice value)
{
	const char *slash = strrchr(ini->path, '/');
	struct slice here = slash != NULL ? slice_make(ini->path, (size_t)(slash - ini->path)) : SLICE(".");
	struct buf *path = buf_new(mem, INI_LINE_MAX + strlen(ini->path));

	if (slice_starts_with(value, SLICE("%(here)s"))) {
		buf_append(path, here);
		value = slice_skip(value, strlen("%(here)s"));
	} else if (!slice_starts_with(value, SLICE("/"))) {
		buf_append(path, here);
		buf_append_byte(path, '/');
	}
	buf_append(path, value);
	return slice_dup(mem, buf_slice(path));
}

static const struct ini_option *
find_file_option(const struct ini_file *ini, const struct ini_section *filter)
{
	const struct ini_option *option = ini_find(filter, FILE_OF);

	for (size_t i = ini->count; i > 0 && option == NULL; i--)
		if (strcmp(ini->sections[i - 1].name, DEFAULTS) == 0)
			option = ini_find(&ini->sections[i - 1], FILE_OF);
	return option;
}

static bool
collect_project(struct collection *c, const struct ini_file *ini, const struct ini_section *filter)
{
	const struct ini_option *file = find_file_option(ini, filter);
	struct option_list options = { NULL, 0 };
	const struct ini_section *base;
	const struct ini_file *other;

	if (file == NULL)
		return collection_fail(c, filter, ": " PROJECT " needs " FILE_OF);
	if (!ini_read(c->mem, path_of(c->mem, ini, slice_from(file->value)), &other, &c->fault))
		return false;
	base = section_find(other, BASE);
	if (base != NULL)
		option_list_take(c, &options, base, NULL);
	filter_options(c, &options, ini, filter);
	collection_add(c, BASE, false, other->path, base != NULL ? base->line : 1, options);
	return collect_named(c, other);
}

/* Which filters count. */

static bool
collect_filter(struct collection *c, const struct ini_file *ini, const struct ini_section *filter)
{
	struct option_list options = { NULL, 0 };

	if (!collection_is_first(c, ini, filter))
		return false;
	if (ini_find(filter, PROJECT) != NULL)
		return collect_project(c, ini, filter);
	if (ini_find(filter, ORIGIN) == NULL)
		return collection_fail(c, filter, ": " ORIGIN " or " PROJECT " is required");
	filter_options(c, &options, ini, filter);
	collection_add(c, filter->name, false, ini->path, filter->line, options);
	return true;
}

static const struct ini_section *
find_filter(TALLOC_CTX *mem, const struct ini_file *ini, struct slice word)
{
	const struct ini_section *filter = section_find(ini, talloc_asprintf(mem, FILTER "%.*s", SLICE_ARG(word)));

	return filter != NULL && is_cors_filter(filter) ? filter : NULL;
}

/* The next word of a pipeline; words stand apart by white space, line ends too. */
static bool
next_word(struct slice *rest, struct slice *word)
{
	*rest = slice_trim_of(*rest, WHITE);
	*word = slice_head(*rest, slice_length_before(*rest, WHITE));
	*rest = slice_skip(*rest, word->length);
	return word->length > 0;
}

/* `counted`: of each section of the file, whether it is in a pipeline; it then counts once. */
static bool
collect_pipeline(
    struct collection *c, const struct ini_file *ini, const struct ini_section *pipeline, bool *counted)
{
	const struct ini_option *option = ini_find(pipeline, "pipeline");
	struct slice rest = slice_from(option != NULL ? option->value : ""), word;

	while (next_word(&rest, &word)) {
		const struct ini_section *filter = find_filter(c->mem, ini, word);

		if (filter == NULL || counted[filter - ini->sections])
			continue;
		counted[filter - ini->sections] = true;
		if (!collect_filter(c, ini, filter))
			return false;
	}
	return true;
}

static bool
is_pipeline(const struct ini_section *section)
{
	return slice_starts_with(slice_from(section->name), SLICE(PIPELINE));
}

static bool
collect_pipelines(struct collection *c, const struct ini_file *ini, bool *counted, bool *any)
{
	*any = false;
	for (size_t i = 0; i < ini->count; i++) {
		if (!is_pipeline(&ini->sections[i]))
			continue;
		*any = true;
		if (!collect_pipeline(c, ini, &ini->sections[i], counted))
			return false;
	}
	return true;
}

bool
collect_filters(struct collection *c, const struct ini_file *ini)
{
	bool *counted = talloc_zero_array(c->mem, bool, ini->count), pipelines;

	if (!collect_pipelines(c, ini, counted, &pipelines))
		return false;
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_section *section = &ini->sections[i];

		if (!is_cors_filter(section) || counted[i])
			continue;
		if (pipelines)
			collection_notice(c, false, section, " is in no pipeline of the file and does not count");
		else if (!collect_filter(c, ini, section))
			return false;
	}
	return true;
}
