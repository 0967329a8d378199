/* The values of the six options, from text into a section of the compiled rules. */
#include "cors/service_compile.h"

#include <assert.h>
#include <search.h>

/* What Python strips off a value; continuation lines leave line breaks within one. */
#define WHITE " \t\n\v\f\r"

/* Lists. */

static struct slice
unquote(struct slice text)
{
	char first = text.length >= 2 ? text.data[0] : '\0';

	if ((first == '"' || first == '\'') && text.data[text.length - 1] == first)
		return slice_trim_of(slice_make(text.data + 1, text.length - 2), WHITE);
	return text;
}

static bool
next_member(struct slice *rest, struct slice *member)
{
	while (slice_next(rest, ',', member)) {
		*member = unquote(slice_trim_of(*member, WHITE));
		if (member->length > 0)
			return true;
	}
	return false;
}

static size_t
count_members(struct slice list)
{
	struct slice member;
	size_t count = 0;

	while (next_member(&list, &member))
		count++;
	return count;
}

/* What a member of a list has to be; NULL, or why it is none. */
typedef const char *fault_fn(struct slice member);

static const char *
method_fault(struct slice member)
{
	return cors_is_token(member) ? NULL : "is no HTTP method";
}

static const char *
header_fault(struct slice member)
{
	return cors_is_token(member) ? NULL : "is no name of a header";
}

static const char *
allowed_header_fault(struct slice member)
{
	size_t star;

	if (slice_find(member, SLICE("*"), &star) && slice_find(slice_skip(member, star + 1), SLICE("*"), &star))
		return "has more than one wildcard";
	return header_fault(member);
}

static bool
read_list(struct cors_compiler *c, const struct cors_setting *s, fault_fn *fault_of, struct cors_texts *out)
{
	struct slice rest = s->value, member;

	if (rest.length > CORS_SERVICE_LIST_MAX)
		return cors_compiler_fail(c, s, rest, "is longer than an answer can carry: 4096 bytes");
	out->items = talloc_array(c->service, struct slice, count_members(rest));
	assert(out->items != NULL);
	while (next_member(&rest, &member)) {
		const char *fault = fault_of(member);

		if (fault != NULL)
			return cors_compiler_fail(c, s, member, fault);
		out->items[out->count++] = slice_copy(c->service, member);
	}
	return true;
}

/* Origins. */

/* "[SECTION] option 'value' what why" */
static void
note_value(struct cors_compiler *c, bool warning, const struct cors_setting *s, struct slice value,
    const char *what, const char *why)
{
	cors_compiler_notice(c, warning, s->option->file, s->option->line, "[%s] %s '%s' %s: %s", s->section->name,
	    s->option->name, cors_escaped(c->mem, value), what, why);
}

static int
compare_texts(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* Whether it is the first mention; from then on the origin is named. */
static bool
name_origin(struct cors_compiler *c, struct slice origin)
{
	struct slice *text = talloc_memdup(c->service, &origin, sizeof(origin));
	struct slice **known = tsearch(text, &c->named, compare_texts);

	assert(text != NULL && known != NULL);
	return *known == text;
}

static void
add_origin(struct cors_compiler *c, const struct cors_setting *s, struct slice origin,
    struct cors_service_section *section)
{
	struct cors_service *service = c->service;

	if (!name_origin(c, origin)) {
		cors_compiler_notice(c, true, s->option->file, s->option->line,
		    "Allowed origin [%.*s] already exists, skipping", SLICE_ARG(origin));
	} else if (slice_equal(origin, SLICE("*"))) {
		service->any_origin = section;
	} else {
		service->origins[service->origin_count++] = (struct cors_service_origin){ origin, section };
	}
}

/* Once a section: there may be tens of thousands. */
static void
make_room(struct cors_service *service, size_t more)
{
	service->origins =
	    talloc_realloc(service, service->origins, struct cors_service_origin, service->origin_count + more);
	assert(more == 0 || service->origins != NULL);
}

static bool
read_origins(struct cors_compiler *c, const struct cors_setting *s, struct cors_service_section *out)
{
	struct slice rest = s->value, member, origin;
	size_t count = count_members(rest);

	make_room(c->service, count);
	if (count == 0 && strcmp(s->section->name, "cors") != 0)
		cors_compiler_notice(c, true, s->option->file, s->option->line,
		    "[%s] has no allowed_origin and so no effect", s->section->name);
	while (next_member(&rest, &member)) {
		const char *why = NULL;

		if (slice_equal(member, SLICE("*")))
			origin = member;
		else
			why = cors_origin_normalise(c->service, member, &origin);
		if (why != NULL) {
			note_value(c, true, s, member, "can never match", why);
			continue;
		}
		if (!slice_equal(origin, member))
			note_value(c, false, s, member, "is taken as browsers send it", slice_dup(c->mem, origin));
		add_origin(c, s, origin, out);
	}
	return true;
}

/* The other options. */

static bool
read_credentials(struct cors_compiler *c, const struct cors_setting *s, struct cors_service_section *out)
{
	static const struct {
		struct slice text;
		bool value;
	} words[] = {
		{ SLICE("true"), true },
		{ SLICE("1"), true },
		{ SLICE("on"), true },
		{ SLICE("yes"), true },
		{ SLICE("false"), false },
		{ SLICE("0"), false },
		{ SLICE("off"), false },
		{ SLICE("no"), false },
	};
	struct slice value = slice_trim_of(s->value, WHITE);

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (slice_equal_nocase(words[i].text, value)) {
			out->allow_credentials = words[i].value;
			return true;
		}
	return cors_compiler_fail(c, s, value, "is neither true nor false");
}

static bool
read_max_age(struct cors_compiler *c, const struct cors_setting *s, struct cors_service_section *out)
{
	struct slice value = slice_trim_of(s->value, WHITE);
	uint64_t seconds;

	if (value.length == 0)
		return true;
	if (!slice_to_number(value, CORS_MAX_AGE_MAX, &seconds))
		return cors_compiler_fail(c, s, value, "is no number of seconds from 0 to 2147483647");
	out->max_age = slice_from(talloc_asprintf(c->service, "%u", (unsigned)seconds));
	return true;
}

static bool
read_exposed(struct cors_compiler *c, const struct cors_setting *s, struct cors_service_section *out)
{
	struct cors_texts exposed = { NULL, 0 };

	if (!read_list(c, s, header_fault, &exposed))
		return false;
	out->expose_headers = slice_join(c->service, exposed.items, exposed.count, ",");
	return true;
}

/* A browser writes these in upper case, however a page does. */
static bool
is_never_sent(struct slice method)
{
	static const char *const known[] = { "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (slice_equal_nocase(slice_from(known[i]), method))
			return !slice_equal(slice_from(known[i]), method);
	return slice_equal(method, SLICE("*"));
}

static bool
read_methods(struct cors_compiler *c, const struct cors_setting *s, struct cors_service_section *out)
{
	if (!read_list(c, s, method_fault, &out->methods))
		return false;
	out->allow_methods = slice_join(c->service, out->methods.items, out->methods.count, ",");
	for (size_t i = 0; i < out->methods.count; i++)
		if (s->own && is_never_sent(out->methods.items[i]))
			note_value(c, true, s, out->methods.items[i], "can never match",
			    "methods are compared with their case, and none stands for others");
	return true;
}

/* Request headers that need no mention; oslo.middleware's list. */
static const struct slice simple_headers[] = {
	SLICE("accept"),
	SLICE("accept-language"),
	SLICE("content-type"),
	SLICE("cache-control"),
	SLICE("content-language"),
	SLICE("expires"),
	SLICE("last-modified"),
	SLICE("pragma"),
};

static bool
read_allowed_headers(struct cors_compiler *c, const struct cors_setting *s, struct cors_service_section *out)
{
	struct cors_patterns *patterns = &out->headers;

	if (!read_list(c, s, allowed_header_fault, &out->listed_headers))
		return false;
	out->allow_headers = slice_join(c->service, out->listed_headers.items, out->listed_headers.count, ",");
	patterns->items =
	    talloc_array(c->service, struct cors_pattern, out->listed_headers.count + ARRAY_SIZE(simple_headers));
	assert(patterns->items != NULL);
	for (size_t i = 0; i < out->listed_headers.count; i++)
		patterns->items[patterns->count++] =
		    cors_pattern_make(slice_lower(c->service, out->listed_headers.items[i]));
	for (size_t i = 0; i < ARRAY_SIZE(simple_headers); i++)
		patterns->items[patterns->count++] = cors_pattern_make(simple_headers[i]);
	return true;
}

const struct cors_option_kind cors_option_kinds[CORS_OPTION_KINDS] = {
	{ "allowed_origin", "", false, read_origins },
	{ "allow_credentials", "True", true, read_credentials },
	{ "expose_headers", "", true, read_exposed },
	{ "max_age", "3600", true, read_max_age },
	{ "allow_methods", "OPTIONS,GET,HEAD,POST,PUT,DELETE,TRACE,PATCH", true, read_methods },
	{ "allow_headers", "", true, read_allowed_headers },
};
