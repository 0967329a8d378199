/*
 * JSON (RFC 8259): the only door to jansson. From somebody else, read into a tree with bounds; and written. Any thread.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include "common/slice.h"

enum json_kind {
	JSON_NOTHING, /* null */
	JSON_BOOLEAN,
	JSON_NUMBER,
	JSON_TEXT,
	JSON_LIST,
	JSON_MEMBERS /* of an object */
};

struct json {
	enum json_kind kind;
	struct slice name;        /* of a member */
	struct slice text;        /* of JSON_TEXT; "true" or "false"; a number's decimal digits */
	const struct json *items; /* of JSON_LIST and JSON_MEMBERS, in the document's order */
	size_t count;
};

/*
 * Read a whole document. Nesting deeper than `depth_max` lists and objects, names that come twice in an object, text that
 * is not UTF-8 or holds NUL, and anything behind the value are refused. The caller bounds the length. The tree is on
 * `mem` and borrows nothing.
 * False: *problem, on `mem`, says what is wrong and where, for a person.
 */
MUST_USE bool json_read(
    TALLOC_CTX *mem, struct slice document, unsigned depth_max, const struct json **out, const char **problem);

/* The member of that name; NULL when there is none, or `object` is none. */
const struct json *json_member(const struct json *object, const char *name);

/* The document's length without the white space between its tokens. */
size_t json_length_normalized(struct slice document);

#define JSON_WRITER_DEPTH 8

struct json_writer;

/* A document whose root is an object, which is open. */
struct json_writer *json_writer_new(TALLOC_CTX *mem);

/*
 * Add to the innermost open object or list: an object or a list, which is then the innermost until json_write_end, or a
 * value. `name` is the member's; NULL in a list. At most JSON_WRITER_DEPTH are open at a time.
 */
void json_write_object(struct json_writer *w, const char *name);
void json_write_list(struct json_writer *w, const char *name);
void json_write_end(struct json_writer *w);

/* Bytes that are no UTF-8 become "\xNN". */
void json_write_text(struct json_writer *w, const char *name, struct slice text);
void json_write_string(struct json_writer *w, const char *name, const char *text); /* NULL: null */
void json_write_number(struct json_writer *w, const char *name, uint64_t number);
void json_write_bool(struct json_writer *w, const char *name, bool value);

/*
 * The document, indented, in ASCII without control characters but line feeds, and a line feed at its end; on the writer's
 * memory. Every object and list but the root must be closed.
 */
struct slice json_write_finish(struct json_writer *w);

#endif
