/* Writing: straight into a buffer, for listings are long. */
#include <assert.h>
#include <inttypes.h>

#include "common/xml.h"

#define OPEN_MAX      16
#define REFERENCE_MAX 8 /* "&quot;", "&#x1F;" and the NUL */

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

/* What stands for a byte that cannot stand for itself; its length, 0 for every other byte. */
static size_t
reference(unsigned char byte, bool in_attribute, char out[REFERENCE_MAX])
{
	const char *name = NULL;

	if (byte == '&')
		name = "&amp;";
	else if (byte == '<')
		name = "&lt;";
	else if (byte == '>')
		name = "&gt;";
	else if (byte == '"')
		name = "&quot;";
	else if (byte >= ' ' || (!in_attribute && (byte == '\t' || byte == '\n')))
		return 0;
	return (size_t)(name != NULL ? snprintf(out, REFERENCE_MAX, "%s", name)
				     : snprintf(out, REFERENCE_MAX, "&#x%X;", (unsigned)byte));
}

static void
append_escaped(struct buf *out, struct slice text, bool in_attribute)
{
	size_t run = 0; /* where the bytes begin that stay as they are */

	for (size_t i = 0; i < text.length; i++) {
		char escaped[REFERENCE_MAX];
		size_t length = reference((unsigned char)text.data[i], in_attribute, escaped);

		if (length == 0)
			continue;
		buf_append(out, slice_make(text.data + run, i - run));
		buf_append(out, slice_make(escaped, length));
		run = i + 1;
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
	xml_start(w, name);
	close_tag(w);
	append_escaped(w->document, text, false);
	xml_end(w);
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
