/* What a document is refused for before libxml2 sees it: no UTF-8, a document type, tags made to keep it busy. */
#include "common/xml_private.h"

#include <limits.h>

#include "common/encode.h"

/* libxml2 compares each attribute of a tag with every other. */
#define ATTRIBUTES_MAX 32

bool
xml_is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool
xml_all_white(struct slice text)
{
	for (size_t i = 0; i < text.length; i++)
		if (!xml_is_white(text.data[i]))
			return false;
	return true;
}

struct slice
xml_skip_white(struct slice text)
{
	while (text.length > 0 && xml_is_white(text.data[0]))
		text = slice_skip(text, 1);
	return text;
}

/* Take what is in front of the next "<" off the text. */
static bool
skip_to_markup(struct slice *text)
{
	const char *found = text->length > 0 ? memchr(text->data, '<', text->length) : NULL;

	if (found != NULL)
		*text = slice_skip(*text, (size_t)(found - text->data));
	return found != NULL;
}

/* Take what is in front of `mark`, and the mark, off the text. */
static bool
skip_past(struct slice *text, struct slice mark)
{
	size_t position;

	if (!slice_find(*text, mark, &position))
		return false;
	*text = slice_skip(*text, position + mark.length);
	return true;
}

/* A tag, from behind its "<" past its ">". "<" may stand nowhere inside, not even in quotes (XML 1.0, AttValue). */
static bool
skip_tag(struct slice *text)
{
	unsigned attributes = 0;
	char quote = 0;

	for (size_t i = 0; i < text->length; i++) {
		char c = text->data[i];

		if (c == '<')
			return false;
		if (quote == 0 && c == '>') {
			*text = slice_skip(*text, i + 1);
			return true;
		}
		if (quote == 0 && (c == '"' || c == '\'')) {
			quote = c;
		} else if (quote != 0 && c == quote) {
			quote = 0;
			if (++attributes > ATTRIBUTES_MAX)
				return false;
		}
	}
	return false;
}

/*
 * No document type, which is the door to all entities, and no tag with more attributes than any document needs. NULL, or
 * what is wrong with the markup that *at begins with.
 */
static const char *
markup_fault(struct slice document, struct slice *at)
{
	struct slice rest = document;
	bool ended = true;

	while (ended && skip_to_markup(&rest)) {
		*at = rest;
		if (slice_starts_with(rest, SLICE("<!--"))) {
			rest = slice_skip(rest, 4);
			ended = skip_past(&rest, SLICE("-->"));
		} else if (slice_starts_with(rest, SLICE("<![CDATA["))) {
			ended = skip_past(&rest, SLICE("]]>"));
		} else if (slice_starts_with(rest, SLICE("<?"))) {
			ended = skip_past(&rest, SLICE("?>"));
		} else if (slice_starts_with(rest, SLICE("<!"))) {
			return "a document type, or another declaration, is never read";
		} else {
			rest = slice_skip(rest, 1);
			ended = skip_tag(&rest);
		}
	}
	return ended ? NULL : "a tag, comment or section does not end, or a tag has too many attributes";
}

static struct slice
without_byte_order_mark(struct slice document)
{
	struct slice mark = SLICE("\xef\xbb\xbf");

	return slice_starts_with(document, mark) ? slice_skip(document, mark.length) : document;
}

/* What the XML declaration says of the encoding: nothing, or UTF-8 or a part of it. */
static bool
encoding_is_utf8(struct slice document)
{
	struct slice declaration = document, name;
	size_t position;
	char quote;

	if (!slice_starts_with(document, SLICE("<?xml")) || document.length < 6 || !xml_is_white(document.data[5]))
		return true;
	if (!slice_find(document, SLICE("?>"), &declaration.length))
		return false;
	if (!slice_find(declaration, SLICE("encoding"), &position))
		return true;
	declaration = xml_skip_white(slice_skip(declaration, position + SLICE("encoding").length));
	if (!slice_starts_with(declaration, SLICE("=")))
		return false;
	declaration = xml_skip_white(slice_skip(declaration, 1));
	if (declaration.length == 0)
		return false;
	quote = declaration.data[0];
	declaration = slice_skip(declaration, 1);
	return slice_next(&declaration, quote, &name) &&
	       (slice_equal_nocase(name, SLICE("UTF-8")) || slice_equal_nocase(name, SLICE("US-ASCII")));
}

/* The bytes from the first that is no UTF-8 on. */
static struct slice
skip_utf8(struct slice document)
{
	uint32_t point;

	while (utf8_next(&document, &point))
		;
	return document;
}

const char *
xml_look_over(struct slice document, struct slice *at)
{
	*at = document;
	if (document.length == 0)
		return "it is empty";
	if (document.length > INT_MAX / 2)
		return "it is too long";
	if (memchr(document.data, '\0', document.length) != NULL) {
		*at = slice_skip(document, strlen(document.data));
		return "a NUL byte";
	}
	if (!utf8_valid(document)) {
		*at = skip_utf8(document);
		return "bytes that are not UTF-8";
	}
	if (!encoding_is_utf8(without_byte_order_mark(document)))
		return "the encoding that it declares is not UTF-8";
	return markup_fault(document, at);
}

unsigned
xml_line_of(struct slice document, struct slice rest)
{
	unsigned line = 1;

	for (size_t i = 0; i < document.length - rest.length; i++)
		line += document.data[i] == '\n';
	return line;
}
