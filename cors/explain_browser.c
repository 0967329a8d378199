/* What a browser makes of a page's request: Fetch standard, sections 2.2.1 and 2.2.2, and "CORS-preflight fetch". */
#include "cors/explain_private.h"

#include <assert.h>
#include <string.h>

#include "cors/origin.h"

#define SAFE_VALUE_MAX 128 /* bytes of a value with which a header is on the safelist */

static bool
is_one_of(struct slice name, const char *list)
{
	struct slice rest = slice_from(list), member;

	while (slice_next(&rest, ' ', &member))
		if (slice_equal_nocase(name, member))
			return true;
	return false;
}

static bool
starts_with_nocase(struct slice text, struct slice prefix)
{
	return text.length >= prefix.length && slice_equal_nocase(slice_head(text, prefix.length), prefix);
}

/* "Forbidden request-header": what a page sets is dropped. */
static bool
is_forbidden(struct slice name)
{
	return is_one_of(name,
		   "accept-charset accept-encoding access-control-request-headers "
		   "access-control-request-method connection content-length cookie cookie2 date dnt expect "
		   "host keep-alive origin referer set-cookie te trailer transfer-encoding upgrade via") ||
	       starts_with_nocase(name, SLICE("proxy-")) || starts_with_nocase(name, SLICE("sec-"));
}

/* "CORS-safelisted request-header", as far as the type of a body decides: what an HTML form can send. */
static bool
is_form_type(struct slice value)
{
	struct slice rest = value, type = { NULL, 0 };

	(void)slice_next(&rest, ';', &type);
	return is_one_of(slice_trim(type), "application/x-www-form-urlencoded multipart/form-data text/plain");
}

static bool
is_simple_range(struct slice value)
{
	uint64_t number;
	struct slice rest = slice_skip(value, 6), first;

	return slice_starts_with(value, SLICE("bytes=")) && slice_next(&rest, '-', &first) &&
	       slice_to_number(first, INT64_MAX, &number) &&
	       (rest.length == 0 || slice_to_number(rest, INT64_MAX, &number)) &&
	       value.data[6 + first.length] == '-';
}

static bool
is_letter_or_digit(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "CORS-safelisted request-header", as far as the bytes of a language decide. */
static bool
is_language(struct slice value)
{
	for (size_t i = 0; i < value.length; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if (!is_letter_or_digit(c) && (c == '\0' || strchr(" *,-.;=", c) == NULL))
			return false;
	}
	return true;
}

/* "CORS-unsafe request-header byte" */
static bool
has_unsafe_byte(struct slice value)
{
	for (size_t i = 0; i < value.length; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f || strchr("\"():<>?@[\\]{}", c) != NULL)
			return true;
	}
	return false;
}

/* Without its value a Content-Type is taken for one that no form sends, and a Range for one of several parts. */
static bool
is_safelisted(const struct field *header)
{
	if (header->value.length > SAFE_VALUE_MAX)
		return false;
	if (slice_equal_nocase(header->name, SLICE("Content-Type")))
		return is_form_type(header->value) && !has_unsafe_byte(header->value);
	if (slice_equal_nocase(header->name, SLICE("Range")))
		return header->value.length > 6 && is_simple_range(header->value);
	if (slice_equal_nocase(header->name, SLICE("Accept")))
		return !has_unsafe_byte(header->value);
	return is_one_of(header->name, "accept-language content-language") && is_language(header->value);
}

static int
compare_names(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* Each once, in order; returns how many there are then. */
static size_t
sort_names(struct slice *names, size_t count)
{
	size_t kept = 0;

	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || !slice_equal(names[i], names[kept - 1]))
			names[kept++] = names[i];
	return kept;
}

/* The names that a preflight asks for; and a note on each that is dropped. */
static struct slice
list_names(struct explain *e)
{
	const struct fields *headers = &e->page->headers;
	struct slice *names = talloc_array(e->mem, struct slice, headers->count);
	size_t count = 0;

	assert(names != NULL);

	for (size_t i = 0; i < headers->count; i++) {
		struct slice name = headers->items[i].name;

		if (is_forbidden(name))
			explain_note(e, explain_text(e, "A page cannot set the header %s: the browser drops it.",
					    cors_shown(e->mem, name)));
		else if (!is_safelisted(&headers->items[i]))
			names[count++] = slice_lower(e->mem, name);
	}
	return slice_join(e->mem, names, sort_names(names, count), ",");
}

/* A method that pages cannot use at all. */
static void
note_method(struct explain *e)
{
	if (is_one_of(e->page->method, "CONNECT TRACE TRACK"))
		explain_note(e, "No browser lets a page use this method.");
}

/* The origin itself, which a person may have copied from the address bar. */
static void
note_origin(struct explain *e)
{
	const struct cors_unsent *unsent = cors_origin_unsent(e->page->origin);
	const char *meant = unsent != NULL ? cors_origin_meant(e->mem, e->page->origin) : NULL;
	size_t star;

	if (meant != NULL && slice_equal(slice_from(meant), e->page->origin))
		meant = NULL;
	if (unsent != NULL)
		explain_note(
		    e, explain_text(e, "No browser sends the origin \"%s\": it %s%s%s%s.",
			   cors_shown(e->mem, e->page->origin), unsent->what, meant != NULL ? "; it sends \"" : "",
			   meant != NULL ? cors_shown(e->mem, slice_from(meant)) : "", meant != NULL ? "\"" : ""));
	if (slice_equal(e->page->origin, SLICE("null")))
		explain_note(e, "\"null\" is the origin of sandboxed frames, of files, and behind some redirects.");
	if (slice_find(e->page->origin, SLICE("*"), &star))
		explain_note(e, "A \"*\" stands for something in rules alone: give the origin of one page, as in "
				"https://www.example.com.");
}

void
explain_browser(struct explain *e)
{
	struct cors_explanation *out = e->out;
	bool simple = is_one_of(e->page->method, "GET HEAD POST");

	out->names = list_names(e);
	out->has_preflight = !simple || out->names.length > 0;
	if (!simple)
		out->because = "the method is not GET, HEAD or POST";
	else if (out->names.length > 0)
		out->because = "it sets headers that are not on the browser's safelist";
	else
		out->because = "method and headers are what a plain link or form could send";
	note_method(e);
	note_origin(e);
}
