/*
 * XML in and out, safely: the only door to libxml2. No network, no files, no DTD, no entities but the predefined five
 * and character references; depth and number of elements are bounded. Any thread.
 */
#ifndef COMMON_XML_H
#define COMMON_XML_H

#include "common/buf.h"
#include "common/fields.h"

#define XML_S3_NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"

/* An element of a parsed document. Everything lives on the context that xml_parse was given. */
struct xml_element {
	struct slice name;         /* local name */
	struct slice text;         /* character data, references resolved, as written; of a leaf element */
	struct fields attributes;  /* by local name ("type" for xsi:type), values resolved */
	struct xml_element *first; /* child elements, in order */
	struct xml_element *next;  /* sibling */
	unsigned line;             /* where its start tag ends, from 1 */
};

struct xml_limits {
	unsigned depth;    /* levels of elements, the root included; 0: 8 */
	unsigned elements; /* in the whole document; 0: 10,000 */
};

/*
 * Parse a document in UTF-8. NULL when it is refused: not well-formed, beyond the limits, a DOCTYPE (refused before
 * anything in it is looked at), an element in a namespace other than none or S3's, text other than white space beside
 * child elements, anything but comments and processing instructions around the root, another declared encoding, more
 * than 32 attributes on one element.
 */
MUST_USE const struct xml_element *xml_parse(TALLOC_CTX *mem, struct slice document, struct xml_limits limits);

/* What is wrong with a document that is refused. */
struct xml_fault {
	unsigned line;    /* from 1 */
	const char *text; /* for a person, on the caller's `mem`; may hold bytes of the document */
};

/* The same, and *fault where it is NULL (`fault` NULL: nobody asks). */
MUST_USE const struct xml_element *xml_parse_or_say(
    TALLOC_CTX *mem, struct slice document, struct xml_limits limits, struct xml_fault *fault);

/* The first child of that name; NULL when there is none. */
const struct xml_element *xml_child(const struct xml_element *parent, const char *name);

/* Whether the element has that name. */
bool xml_is(const struct xml_element *element, const char *name);

/* Whether it holds text, and not just white space; elements that hold others do not. */
bool xml_has_text(const struct xml_element *element);

struct xml_writer;

/* A document that begins with the XML declaration; `max` is the ceiling of its size in bytes. */
struct xml_writer *xml_writer_new(TALLOC_CTX *mem, size_t max);

/*
 * <name xmlns="http://s3.amazonaws.com/doc/2006-03-01/">; then elements; then xml_end for each open one. At most 16 are
 * open at a time; `name` must stay until the end.
 */
void xml_start_root(struct xml_writer *w, const char *name);
void xml_start(struct xml_writer *w, const char *name);
void xml_end(struct xml_writer *w);

/* An open element's attribute; directly after its start. `name` may have a prefix, which the caller declares likewise. */
void xml_attribute(struct xml_writer *w, const char *name, const char *value);

/* <name>text</name>; markup is escaped, as are CR and the control characters (as S3 does, &#xN;). */
void xml_text(struct xml_writer *w, const char *name, struct slice text);
void xml_string(struct xml_writer *w, const char *name, const char *text);
void xml_number(struct xml_writer *w, const char *name, uint64_t number);
void xml_bool(struct xml_writer *w, const char *name, bool value);

/* The document, on the writer's memory; every element must be closed. Empty where it outgrew its ceiling. */
struct slice xml_finish(struct xml_writer *w);

#endif
