/* JSON (RFC 8259) from somebody else, read into a tree with bounds. Pure functions; any thread. */
#ifndef AUTH_JSON_H
#define AUTH_JSON_H

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

#endif
