/* Reading: a look over the markup first, then libxml2's push parser, whose events build the tree. */
#include "common/xml.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <stdalign.h>

#include <libxml/parser.h>

#include "common/encode.h"

#define DEPTH_DEFAULT    8
#define ELEMENTS_DEFAULT 10000

#define BLOCK_MIN 512
#define BLOCK_MAX (32 * 1024)

/* libxml2 compares each attribute of a tag with every other. */
#define ATTRIBUTES_MAX 32

struct open_element {
	struct xml_element *element;
	struct xml_element *last_child;
};

struct reader {
	TALLOC_CTX *mem;
	xmlParserCtxtPtr context;
	struct xml_limits limits;
	struct xml_element *root;
	struct open_element *open; /* limits.depth of them; the innermost is depth - 1 */
	unsigned depth;
	unsigned elements;
	struct buf *text; /* of the innermost element, as long as it has no child */
	bool refused;
	size_t block; /* bytes of the next one */
	char *free;   /* of the last one */
	size_t left;
};

/*
 * Elements, their names and their texts are small and many, and all live as long as the tree: they are cut from blocks,
 * for each by itself would take several times its size.
 */
static void *
cut(struct reader *reader, size_t size)
{
	const size_t alignment = alignof(struct xml_element);
	char *piece;

	size = (size + alignment - 1) / alignment * alignment;
	if (size > reader->left && size <= reader->block / 4) {
		reader->free = talloc_size(reader->mem, reader->block);
		reader->left = reader->block;
	}
	piece = size <= reader->left ? reader->free : talloc_size(reader->mem, size);
	assert(piece != NULL);
	if (size <= reader->left) {
		reader->free += size;
		reader->left -= size;
	}
	return piece;
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

/* No document type, which is the door to all entities, and no tag with more attributes than any document needs. */
static bool
markup_harmless(struct slice document)
{
	struct slice rest = document;
	bool ended = true;

	while (ended && skip_to_markup(&rest)) {
		if (slice_starts_with(rest, SLICE("<!--"))) {
			rest = slice_skip(rest, 4);
			ended = skip_past(&rest, SLICE("-->"));
		} else if (slice_starts_with(rest, SLICE("<![CDATA["))) {
			ended = skip_past(&rest, SLICE("]]>"));
		} else if (slice_starts_with(rest, SLICE("<?"))) {
			ended = skip_past(&rest, SLICE("?>"));
		} else if (slice_starts_with(rest, SLICE("<!"))) {
			ended = false;
		} else {
			rest = slice_skip(rest, 1);
			ended = skip_tag(&rest);
		}
	}
	return ended;
}

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
all_white(struct slice text)
{
	for (size_t i = 0; i < text.length; i++)
		if (!is_white(text.data[i]))
			return false;
	return true;
}

static struct slice
skip_white(struct slice text)
{
	while (text.length > 0 && is_white(text.data[0]))
		text = slice_skip(text, 1);
	return text;
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

	if (!slice_starts_with(document, SLICE("<?xml")) || document.length < 6 || !is_white(document.data[5]))
		return true;
	if (!slice_find(document, SLICE("?>"), &declaration.length))
		return false;
	if (!slice_find(declaration, SLICE("encoding"), &position))
		return true;
	declaration = skip_white(slice_skip(declaration, position + SLICE("encoding").length));
	if (!slice_starts_with(declaration, SLICE("=")))
		return false;
	declaration = skip_white(slice_skip(declaration, 1));
	if (declaration.length == 0)
		return false;
	quote = declaration.data[0];
	declaration = slice_skip(declaration, 1);
	return slice_next(&declaration, quote, &name) &&
	       (slice_equal_nocase(name, SLICE("UTF-8")) || slice_equal_nocase(name, SLICE("US-ASCII")));
}

static void
refuse(struct reader *reader)
{
	reader->refused = true;
	xmlStopParser(reader->context);
}

static void
on_document_type(void *context, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	refuse(context);
}

static bool
namespace_known(const xmlChar *prefix, const xmlChar *uri)
{
	if (uri == NULL)
		return prefix == NULL;
	return strcmp((const char *)uri, XML_S3_NAMESPACE) == 0;
}

/* With a NUL behind it. */
static struct slice
copy(struct reader *reader, struct slice s)
{
	char *bytes = cut(reader, s.length + 1);

	if (s.length > 0)
		memcpy(bytes, s.data, s.length);
	bytes[s.length] = '\0';
	return slice_make(bytes, s.length);
}

/* Where it replaces no entities, libxml2 passes each ampersand of an attribute's value as "&#38;", and no other "&". */
static struct slice
copy_value(TALLOC_CTX *mem, struct slice value)
{
	const struct slice ampersand = SLICE("&#38;");
	struct buf *resolved = buf_new(mem, value.length);
	size_t position;

	while (slice_find(value, ampersand, &position)) {
		buf_append(resolved, slice_head(value, position + 1));
		value = slice_skip(value, position + ampersand.length);
	}
	buf_append(resolved, value);
	return buf_slice(resolved);
}

/* libxml2 gives five pointers an attribute: local name, prefix, namespace, the value and its end. */
static void
copy_attributes(struct reader *reader, struct xml_element *element, int count, const xmlChar **attributes)
{
	for (int i = 0; i < count; i++) {
		const xmlChar **a = attributes + 5 * i;
		struct slice name = slice_from((const char *)a[0]);
		struct slice value = slice_make(a[3], (size_t)(a[4] - a[3]));

		fields_add(reader->mem, &element->attributes, copy(reader, name), copy_value(reader->mem, value));
	}
}

static void
hang_in(struct reader *reader, struct xml_element *element)
{
	if (reader->depth == 0) {
		reader->root = element;
	} else {
		struct open_element *parent = &reader->open[reader->depth - 1];

		if (parent->last_child == NULL)
			parent->element->first = element;
		else
			parent->last_child->next = element;
		parent->last_child = element;
	}
	reader->open[reader->depth++] = (struct open_element){ element, NULL };
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
    const xmlChar **namespaces, int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	struct reader *reader = context;
	struct xml_element *element;

	(void)namespace_count;
	(void)namespaces;
	(void)defaulted_count;
	if (reader->depth == reader->limits.depth || reader->elements == reader->limits.elements ||
	    !namespace_known(prefix, uri) || !all_white(buf_slice(reader->text))) {
		refuse(reader);
		return;
	}
	buf_reset(reader->text);
	reader->elements++;
	element = cut(reader, sizeof(*element));
	*element = (struct xml_element){ .name = copy(reader, slice_from((const char *)name)) };
	copy_attributes(reader, element, attribute_count, attributes);
	hang_in(reader, element);
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *reader = context;
	struct open_element *ended;

	(void)name;
	(void)prefix;
	(void)uri;
	if (reader->refused)
		return;
	ended = &reader->open[--reader->depth];
	if (ended->last_child == NULL)
		ended->element->text = copy(reader, buf_slice(reader->text));
	buf_reset(reader->text);
}

static void
on_text(void *context, const xmlChar *text, int length)
{
	struct reader *reader = context;
	struct slice piece = slice_make(text, (size_t)length);

	if (reader->depth == 0)
		return;
	if (reader->open[reader->depth - 1].last_child == NULL)
		buf_append(reader->text, piece);
	else if (!all_white(piece))
		refuse(reader);
}

/* Without a handler of ours libxml2 writes to standard error. What it says reaches us as wellFormed. */
static void
on_error(void *context, xmlErrorPtr error)
{
	(void)context;
	(void)error;
}

static xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.internalSubset = on_document_type,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.serror = on_error,
};

static void
feed(struct reader *reader, struct slice document)
{
	xmlParserCtxtPtr context = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);

	if (context == NULL)
		abort();
	reader->context = context;
	/* The declared encoding was looked at before; to libxml2 all is UTF-8. */
	xmlCtxtUseOptions(context, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	xmlParseChunk(context, document.data, (int)document.length, 1);
	if (!context->wellFormed || !context->nsWellFormed)
		reader->refused = true;
	xmlFreeParserCtxt(context);
}

const struct xml_element *
xml_parse(TALLOC_CTX *mem, struct slice document, struct xml_limits limits)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct reader reader = { .limits = limits };

	pthread_once(&once, xmlInitParser);
	if (document.length == 0 || document.length > INT_MAX / 2 ||
	    memchr(document.data, '\0', document.length) != NULL || !utf8_valid(document) ||
	    !encoding_is_utf8(without_byte_order_mark(document)) || !markup_harmless(document))
		return NULL;

	if (limits.depth == 0)
		reader.limits.depth = DEPTH_DEFAULT;
	if (limits.elements == 0)
		reader.limits.elements = ELEMENTS_DEFAULT;
	reader.mem = talloc_new(mem);
	reader.block = document.length < BLOCK_MIN   ? BLOCK_MIN
		       : document.length > BLOCK_MAX ? BLOCK_MAX
						     : document.length;
	reader.open = talloc_array(reader.mem, struct open_element, reader.limits.depth);
	assert(reader.open != NULL);
	reader.text = buf_new(reader.mem, document.length);
	feed(&reader, document);
	talloc_free(reader.text);
	talloc_free(reader.open);
	if (!reader.refused && reader.root != NULL)
		return reader.root;
	talloc_free(reader.mem);
	return NULL;
}

const struct xml_element *
xml_child(const struct xml_element *parent, const char *name)
{
	const struct xml_element *child = parent->first;

	while (child != NULL && !xml_is(child, name))
		child = child->next;
	return child;
}

bool
xml_is(const struct xml_element *element, const char *name)
{
	return slice_equal(element->name, slice_from(name));
}

bool
xml_has_text(const struct xml_element *element)
{
	return skip_white(element->text).length > 0;
}
