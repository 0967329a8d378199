#include "common/terminal.h"

#include <assert.h>

#include "common/encode.h"

#define ESCAPE_MAX 12 /* bytes that one of them is at most replaced by */

/* Control characters, and what changes the order of others (Unicode Standard Annex 9). */
static bool
is_control(uint32_t point, bool line_feeds_stay)
{
	if (line_feeds_stay && (point == '\n' || point == '\t'))
		return false;
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c || point == 0x200e ||
	       point == 0x200f || (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
	       point == 0xfeff;
}

enum style {
	STYLE_TEXT,
	STYLE_LINE,
	STYLE_XML
};

static char *
escape(TALLOC_CTX *mem, struct slice text, enum style style)
{
	struct buf *out = buf_new(mem, ESCAPE_MAX * text.length);
	struct slice rest = text, before;
	uint32_t point;

	while (rest.length > 0) {
		before = rest;
		if (!utf8_next(&rest, &point)) {
			buf_printf(out, "\\x%02X", (unsigned char)before.data[0]);
			rest = slice_skip(rest, 1);
		} else if (!is_control(point, style != STYLE_LINE)) {
			buf_append(out, slice_head(before, before.length - rest.length));
		} else if (style == STYLE_XML) {
			buf_printf(out, "&#x%X;", (unsigned)point);
		} else {
			buf_printf(out, "\\u{%X}", (unsigned)point);
		}
	}
	assert(!buf_overflowed(out));
	return slice_dup(mem, buf_slice(out));
}

char *
terminal_text(TALLOC_CTX *mem, struct slice text)
{
	return escape(mem, text, STYLE_TEXT);
}

char *
terminal_line(TALLOC_CTX *mem, struct slice text)
{
	return escape(mem, text, STYLE_LINE);
}

char *
terminal_xml(TALLOC_CTX *mem, struct slice document)
{
	return escape(mem, document, STYLE_XML);
}
