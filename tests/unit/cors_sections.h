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
cors_sections_open(TALLOC_CTX *mem, struct cors_sections *out, unsigned number, struct slice name)
{
	ck_assert(out->count < SECTIONS_MAX);
	out->items[out->count] = (struct cors_section){ slice_dup(mem, name),
		slice_starts_with(name, SLICE("cors.")), "f", number, out->options[out->count], 0 };
	out->count++;
}

static inline void
cors_sections_add_line(TALLOC_CTX *mem, struct cors_sections *out, unsigned number, struct slice line)
{
	size_t at = out->count - 1;
	struct cors_option *option;
	struct slice name;

	if (line.length == 0 || line.data[0] == '#')
		return;
	if (line.data[0] == '[') {
		cors_sections_open(mem, out, number, slice_make(line.data + 1, line.length - 2));
		return;
	}
	ck_assert(out->count > 0 && out->items[at].count < OPTIONS_MAX);
	option = &out->options[at][out->items[at].count];
	if (line.data[0] == ' ') {
		option[-1].value = talloc_asprintf(mem, "%s\n%.*s", option[-1].value, SLICE_ARG(slice_trim(line)));
		return;
	}
	ck_assert(slice_next(&line, '=', &name));
	*option =
	    (struct cors_option){ slice_dup(mem, slice_trim(name)), slice_dup(mem, slice_trim(line)), "f", number };
	out->items[at].count++;
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
