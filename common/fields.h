/* Names with values, in the order in which they came: header fields, query parameters, form fields, user metadata. */
#ifndef COMMON_FIELDS_H
#define COMMON_FIELDS_H

#include "common/slice.h"

struct field {
	struct slice name;
	struct slice value;
};

struct fields {
	struct field *items; /* on `mem` of the first fields_add */
	size_t count;
};

/* Append; the slices are borrowed, the array grows on `mem`. */
void fields_add(TALLOC_CTX *mem, struct fields *fields, struct slice name, struct slice value);

/* Make the array, and every name and value, a copy on `mem`: nothing is borrowed any more. */
void fields_copy(TALLOC_CTX *mem, struct fields *fields);

/* The first field of that name, case-sensitively (parameters) or not (headers); NULL when there is none. */
const struct field *fields_find(const struct fields *fields, const char *name);
const struct field *fields_find_nocase(const struct fields *fields, const char *name);

/* How many fields have that name, without case. */
size_t fields_count_nocase(const struct fields *fields, const char *name);

#endif
