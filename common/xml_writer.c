/* Writing: straight into a buffer, for listings are long. */
#include <assert.h>
#include <inttypes.h>

#include "common/encode.h"
#include "common/xml.h"

#define OPEN_MAX       16
#define NAME_MAX_BYTES 60

struct xml_writer {
	struct buf *document;
	const char *open[OPEN_MAX];
	unsigned depth;
	bool in_tag; /* the innermost start tag still lacks its ">" */
};

struct xml_writer *
xml_writer_new(TALLOC_CTX *mem, size_t max)
{
	struct xml_writer *w = talloc_zero(mem, struct xml_writer);

	assert(w != NULL);
	w->document = buf_new(w, max);
	buf_append_string(w->document, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	return w;
}

static void
close_tag(struct xml_writer *w)
{
	if (w->in_tag)
		buf_append_byte(w->document, '>');
	w->in_tag = false;
}

void
xml_start(struct xml_writer *w, const char *name)
{
	assert(w->depth < OPEN_MAX);
	close_tag(w);
	buf_append_byte(w->document, '<');
	buf_append_string(w->document, name);
	w->open[w->depth++] = name;
	w->in_tag = true;
}

void
xml_start_root(struct xml_writer *w, const char *name)
{
	assert(w->depth == 0);
	xml_start(w, name);
	xml_attribute(w, "xmlns", XML_S3_NAMESPACE);
}

void
xml_end(struct xml_writer *w)
{
	assert(w->depth > 0);
	w->depth--;
	if (w->in_tag) {
		buf_append_string(w->document, "/>");
		w->in_tag = false;
		return;
	}
	buf_append_string(w->document, "</");
	buf_append_string(w->document, w->open[w->depth]);
	buf_append_byte(w->document, '>');
}

/* Whether the byte cannot stand for itself; in an attribute, white space would be read as blanks. */
static bool
is_special(unsigned char byte, bool in_attribute)
{
	switch (byte) {
	case '&':
	case '<':
	case '>':
	case '"':
		return true;
	case '\t':
	case '\n':
		return in_attribute;
	default:
		return byte < ' ';
	}
}

static void
append_reference(struct buf *out, unsigned char byte)
{
	switch (byte) {
	case '&':
		buf_append_string(out, "&amp;");
		break;
	case '<':
		buf_append_string(out, "&lt;");
		break;
	case '>':
		buf_append_string(out, "&gt;");
		break;
	case '"':
		buf_append_string(out, "&quot;");
		break;
	default:
		buf_printf(out, "&#x%X;", (unsigned)byte);
	}
}

/*
 * What begins with a byte beyond ASCII: copied when it is well-formed UTF-8 that XML may hold, and else shown as U+FFFD.
 * Returns the number of bytes that are done with.
 */
static size_t
append_beyond_ascii(struct buf *out, struct slice text)
{
	size_t length = utf8_first(text);
	struct slice code_point = slice_head(text, length);
	bool noncharacter =
	    slice_equal(code_point, SLICE("\xef\xbf\xbe")) || slice_equal(code_point, SLICE("\xef\xbf\xbf"));

	buf_append(out, length == 0 || noncharacter ? SLICE("\xef\xbf\xbd") : code_point);
	return length ? length : 1;
}

static void
append_escaped(struct buf *out, struct slice text, bool in_attribute)
{
	size_t run = 0, i = 0; /* run: where the bytes begin that stay as they are */

	while (i < text.length) {
		unsigned char byte = (unsigned char)text.data[i];
		bool beyond_ascii = byte >= 0x80;

		if (!beyond_ascii && !is_special(byte, in_attribute)) {
			i++;
			continue;
		}
		buf_append(out, slice_make(text.data + run, i - run));
		if (beyond_ascii)
			i += append_beyond_ascii(out, slice_skip(text, i));
		else {
			append_reference(out, byte);
			i++;
		}
		run = i;
	}
	buf_append(out, slice_skip(text, run));
}

void
xml_attribute(struct xml_writer *w, const char *name, const char *value)
{
	assert(w->in_tag);
	buf_append_byte(w->document, ' ');
	buf_append_string(w->document, name);
	buf_append_string(w->document, "=\"");
	append_escaped(w->document, slice_from(value), true);
	buf_append_byte(w->document, '"');
}

void
xml_text(struct xml_writer *w, const char *name, struct slice text)
{
	char tag[NAME_MAX_BYTES + 3]; /* one append a tag: these elements are what listings consist of */
	size_t length = strlen(name);

	assert(length <= NAME_MAX_BYTES);
	close_tag(w);
	tag[0] = '<';
	memcpy(tag + 1, name, length);
	tag[length + 1] = '>';
	buf_append(w->document, slice_make(tag, length + 2));
	append_escaped(w->document, text, false);
	tag[1] = '/';
	memcpy(tag + 2, name, length);
	tag[length + 2] = '>';
	buf_append(w->document, slice_make(tag, length + 3));
}

void
xml_string(struct xml_writer *w, const char *name, const char *text)
{
	xml_text(w, name, slice_from(text));
}

void
xml_number(struct xml_writer *w, const char *name, uint64_t number)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);

	xml_text(w, name, slice_make(digits, (size_t)length));
}

void
xml_bool(struct xml_writer *w, const char *name, bool value)
{
	xml_string(w, name, value ? "true" : "false");
}

struct slice
xml_finish(struct xml_writer *w)
{
	assert(w->depth == 0);
	return buf_overflowed(w->document) ? slice_make(NULL, 0) : buf_slice(w->document);
}
