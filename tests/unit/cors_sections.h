/*
 * The sections of an ini file written down in a test, and what compiling them gives. The file is "f"; its lines count
 * from 1. Only what the tests need is read: [section], "name = value", lines indented by a blank that go on with a value,
 * comments. Sections named cors.NAME inherit.
 */
#ifndef TESTS_UNIT_CORS_SECTIONS_H
#define TESTS_UNIT_CORS_SECTIONS_H

#include <check.h>

#include "common/buf.h"
#include "cors/service.h"

#define SECTIONS_MAX 8
#define OPTIONS_MAX  16

struct cors_sections {
	struct cors_section items[SECTIONS_MAX];
	struct cors_option options[SECTIONS_MAX][OPTIONS_MAX];
	size_t count;
};

struct cors_compiled {
	const struct cors_service *service;
	struct cors_notices notices;
	const char *fault;
	bool taken;
};

static inline void
cors_sections_add_line(TALLOC_CTX *mem, struct cors_sections *out, unsigned number, struct slice line)
{
	struct cors_section *section = out->count > 0 ? &out->items[out->count - 1] : NULL;
	struct cors_option *options = out->count > 0 ? out->options[out->count - 1] : NULL;
	struct slice name;

	if (line.length == 0 || line.data[0] == '#')
		return;
	if (line.data[0] == '[') {
		ck_assert(out->count < SECTIONS_MAX);
		name = slice_make(line.data + 1, line.length - 2);
		out->items[out->count] = (struct cors_section){ slice_dup(mem, name),
			slice_starts_with(name, SLICE("cors.")), "f", number, out->options[out->count], 0 };
		out->count++;
		return;
	}
	ck_assert(section != NULL && section->count < OPTIONS_MAX);
	if (line.data[0] == ' ') {
		struct cors_option *last = &options[section->count - 1];

		last->value = talloc_asprintf(mem, "%s\n%.*s", last->value, SLICE_ARG(slice_trim(line)));
		return;
	}
	ck_assert(slice_next(&line, '=', &name));
	options[section->count++] =
	    (struct cors_option){ slice_dup(mem, slice_trim(name)), slice_dup(mem, slice_trim(line)), "f", number };
}

static inline struct cors_sections *
cors_sections_read(TALLOC_CTX *mem, const char *text)
{
	struct cors_sections *out = talloc_zero(mem, struct cors_sections);
	struct slice rest = slice_from(text), line;
	unsigned number = 0;

	while (slice_next(&rest, '\n', &line))
		cors_sections_add_line(mem, out, ++number, line);
	return out;
}

static inline struct cors_compiled
cors_sections_compile(TALLOC_CTX *mem, const char *text)
{
	struct cors_sections *sections = cors_sections_read(mem, text);
	struct cors_compiled out = { 0 };

	out.taken =
	    cors_service_compile(mem, sections->items, sections->count, &out.notices, &out.fault, &out.service);
	/* Nothing of them is borrowed. */
	talloc_free(sections);
	return out;
}

#endif
