/* A request as the rules look at it, and the names in its Access-Control-Request-Headers. */
#include "cors/answer.h"

#include <assert.h>

/* The values of all fields of that name, joined with commas. False when there is none. */
static bool
read_lines(TALLOC_CTX *mem, const struct fields *headers, const char *name, struct slice *out)
{
	struct slice wanted = slice_from(name);
	size_t lines = 0, length = 0;
	const char *separator = "";
	struct buf *joined;

	*out = slice_make(NULL, 0);
	for (size_t i = 0; i < headers->count; i++) {
		if (!slice_equal_nocase(headers->items[i].name, wanted))
			continue;
		*out = slice_trim(headers->items[i].value);
		length += out->length + 1;
		lines++;
	}
	if (lines <= 1)
		return lines == 1;
	joined = buf_new(mem, length);
	for (size_t i = 0; i < headers->count; i++) {
		if (!slice_equal_nocase(headers->items[i].name, wanted))
			continue;
		buf_append_string(joined, separator);
		separator = ",";
		buf_append(joined, slice_trim(headers->items[i].value));
	}
	*out = buf_slice(joined);
	return true;
}

void
cors_request_read(
    TALLOC_CTX *mem, struct slice method, const struct fields *headers, bool names_key, struct cors_request *out)
{
	size_t origins = fields_count_nocase(headers, "Origin");

	*out = (struct cors_request){ .origins = CORS_NO_ORIGIN, .method = method, .names_key = names_key };
	if (origins == 1)
		out->origin = slice_trim(fields_find_nocase(headers, "Origin")->value);
	if (out->origin.length > 0)
		out->origins = CORS_ONE_ORIGIN;
	if (origins > 1) {
		out->origins = CORS_MANY_ORIGINS;
		(void)read_lines(mem, headers, "Origin", &out->origin);
	}
	/* A repeated method is joined too: the list is no method, so nothing is granted for it. */
	out->has_requested_method =
	    read_lines(mem, headers, "Access-Control-Request-Method", &out->requested_method);
	(void)read_lines(mem, headers, "Access-Control-Request-Headers", &out->requested_headers);
}

bool
cors_next_name(struct slice *rest, struct slice *name)
{
	while (slice_next(rest, ',', name)) {
		*name = slice_trim(*name);
		if (name->length > 0)
			return true;
	}
	return false;
}

/* False, and *faulty, when a name is no token. */
static bool
names_check(struct slice list, size_t *count, size_t *length, struct slice *faulty)
{
	struct slice name;

	*count = 0;
	*length = 0;
	while (cors_next_name(&list, &name)) {
		if (!cors_is_token(name)) {
			*faulty = name;
			return false;
		}
		++*count;
		*length += name.length + 2;
	}
	return true;
}

bool
cors_names_read(TALLOC_CTX *mem, struct slice list, struct cors_names *names, struct slice *faulty)
{
	struct slice name;
	size_t count, length;
	char *at;

	*names = (struct cors_names){ NULL, 0, { NULL, 0 } };
	if (!names_check(list, &count, &length, faulty))
		return false;
	if (count == 0)
		return true;
	names->items = talloc_size(mem, count * sizeof(*names->items) + length);
	assert(names->items != NULL);
	at = (char *)(names->items + count);
	names->joined = slice_make(at, length - 2);
	while (cors_next_name(&list, &name)) {
		slice_copy_lower(at, name);
		names->items[names->count++] = slice_make(at, name.length);
		at += name.length;
		*at++ = ',';
		*at++ = ' ';
	}
	return true;
}
