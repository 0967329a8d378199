/* Reading: a look over the document first (xml_look.c), then libxml2's push parser, whose events build the tree. */
#include "common/xml_private.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <stdalign.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>

#include "common/encode.h"

#define DEPTH_DEFAULT    8
#define ELEMENTS_DEFAULT 10000

#define BLOCK_MIN 512
#define BLOCK_MAX (32 * 1024)

#define FAULT_MAX 200 /* bytes of what libxml2 says */

struct open_element {
	struct xml_element *element;
	struct xml_element *last_child;
};

struct reader {
	TALLOC_CTX *mem;     /* of the tree */
	TALLOC_CTX *outside; /* of what is said about a fault; NULL: nobody listens */
	xmlParserCtxtPtr context;
	struct xml_limits limits;
	struct xml_element *root;
	struct open_element *open; /* limits.depth of them; the innermost is depth - 1 */
	unsigned depth;
	unsigned elements;
	struct buf *text;       /* of the innermost element, as long as it has no child */
	struct xml_fault fault; /* the first; without text: none */
	size_t block;           /* bytes of the next one */
	char *free;             /* of the last one */
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

/* The first fault stays. */
static void
note(struct reader *reader, int line, const char *text)
{
	if (reader->fault.text != NULL)
		return;
	reader->fault = (struct xml_fault){ line > 0 ? (unsigned)line : 1, text };
}

/* `read` is what has been read already behind the fault. */
static void
refuse(struct reader *reader, struct slice read, const char *why)
{
	int line = xmlSAX2GetLineNumber(reader->context);

	for (size_t i = 0; i < read.length; i++)
		line -= read.data[i] == '\n';
	note(reader, line, why);
	xmlStopParser(reader->context);
}

static void
on_document_type(void *context, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	refuse(context, SLICE(""), "a document type is never read");
}

static const char text_beside_elements[] = "text beside elements";

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

/* Why an element may not begin here; NULL: it may. */
static const char *
start_fault(const struct reader *reader, const xmlChar *prefix, const xmlChar *uri)
{
	if (reader->depth == reader->limits.depth)
		return "an element where none may be: too deep";
	if (reader->elements == reader->limits.elements)
		return "too many elements";
	if (!namespace_known(prefix, uri))
		return "an element in a namespace other than none or " XML_S3_NAMESPACE;
	return xml_all_white(buf_slice(reader->text)) ? NULL : text_beside_elements;
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
    const xmlChar **namespaces, int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	struct reader *reader = context;
	const char *fault = start_fault(reader, prefix, uri);
	struct xml_element *element;

	(void)namespace_count;
	(void)namespaces;
	(void)defaulted_count;

	if (fault != NULL) {
		refuse(reader, SLICE(""), fault);
		return;
	}
	buf_reset(reader->text);
	reader->elements++;
	element = cut(reader, sizeof(*element));
	*element = (struct xml_element){ .name = copy(reader, slice_from((const char *)name)),
		.line = (unsigned)xmlSAX2GetLineNumber(reader->context) };
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
	if (reader->fault.text != NULL)
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
	else if (!xml_all_white(piece))
		refuse(reader, xml_skip_white(piece), text_beside_elements);
}

/* Without a handler of ours libxml2 writes to standard error. What it says ends in a line feed. */
static void
on_error(void *context, xmlErrorPtr error)
{
	struct reader *reader = context;
	struct slice said = slice_head(slice_from(error->message), FAULT_MAX);

	if (error->level < XML_ERR_ERROR)
		return;
	if (error->code == XML_ERR_DOCUMENT_END && reader->depth > 0)
		said = SLICE("the document ends before its elements do");
	while (said.length > 0 && xml_is_white(said.data[said.length - 1]))
		said.length--;
	note(reader, error->line, reader->outside != NULL ? slice_dup(reader->outside, said) : "not well-formed");
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
		note(reader, xmlSAX2GetLineNumber(context), "not well-formed");
	xmlFreeParserCtxt(context);
}

static const struct xml_element *
parse(struct reader *reader, struct slice document)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, xmlInitParser);
	if (reader->limits.depth == 0)
		reader->limits.depth = DEPTH_DEFAULT;
	if (reader->limits.elements == 0)
		reader->limits.elements = ELEMENTS_DEFAULT;
	reader->block = document.length < BLOCK_MIN   ? BLOCK_MIN
			: document.length > BLOCK_MAX ? BLOCK_MAX
						      : document.length;
	reader->open = talloc_array(reader->mem, struct open_element, reader->limits.depth);
	assert(reader->open != NULL);
	reader->text = buf_new(reader->mem, document.length);
	feed(reader, document);
	talloc_free(reader->text);
	talloc_free(reader->open);
	if (reader->fault.text == NULL && reader->root == NULL)
		note(reader, 1, "no element");
	return reader->fault.text == NULL ? reader->root : NULL;
}

const struct xml_element *
xml_parse_or_say(TALLOC_CTX *mem, struct slice document, struct xml_limits limits, struct xml_fault *fault)
{
	struct reader reader = { .limits = limits, .outside = fault != NULL ? mem : NULL };
	const struct xml_element *root = NULL;
	struct slice at;
	const char *why = xml_look_over(document, &at);

	if (why == NULL) {
		reader.mem = talloc_new(mem);
		root = parse(&reader, document);
		if (root == NULL)
			talloc_free(reader.mem);
	} else {
		reader.fault = (struct xml_fault){ xml_line_of(document, at), why };
	}
	if (fault != NULL)
		*fault = reader.fault;
	return root;
}

const struct xml_element *
xml_parse(TALLOC_CTX *mem, struct slice document, struct xml_limits limits)
{
	return xml_parse_or_say(mem, document, limits, NULL);
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
	return xml_skip_white(element->text).length > 0;
}
