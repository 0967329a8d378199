/* The one place where jansson is used: its tree becomes ours, on the caller's memory. */
#include "auth/json.h"

#include <assert.h>

#include <jansson.h>

/* What a scan of the document sees before any parser does: it knows nothing of JSON but strings and brackets. */
struct scan {
	size_t normalized;
	unsigned depth;
};

static struct scan
scan(struct slice document)
{
	struct scan seen = { 0, 0 };
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < document.length; i++) {
		char c = document.data[i];

		if (quoted && c == '\\' && i + 1 < document.length) {
			i++;
			seen.normalized++;
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && (c == '{' || c == '[')) {
			depth++;
			seen.depth = depth > seen.depth ? depth : seen.depth;
		} else if (!quoted && (c == '}' || c == ']')) {
			depth -= depth > 0;
		} else if (!quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
			continue;
		}
		seen.normalized++;
	}
	return seen;
}

size_t
json_length_normalized(struct slice document)
{
	return scan(document).normalized;
}

static struct slice
text_of(TALLOC_CTX *mem, const json_t *value)
{
	struct slice text;

	switch (json_typeof(value)) {
	case JSON_STRING:
		text = slice_make(json_string_value(value), json_string_length(value));
		return slice_make(slice_dup(mem, text), text.length);
	case JSON_INTEGER:
		return slice_from(talloc_asprintf(mem, "%" JSON_INTEGER_FORMAT, json_integer_value(value)));
	case JSON_REAL:
		return slice_from(talloc_asprintf(mem, "%.15g", json_real_value(value)));
	case JSON_TRUE:
		return SLICE("true");
	case JSON_FALSE:
		return SLICE("false");
	default:
		return slice_make(NULL, 0);
	}
}

static enum json_kind
kind_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return JSON_MEMBERS;
	case JSON_ARRAY:
		return JSON_LIST;
	case JSON_STRING:
		return JSON_TEXT;
	case JSON_INTEGER:
	case JSON_REAL:
		return JSON_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_BOOLEAN;
	case JSON_NULL:
		return JSON_NOTHING;
	}
	return JSON_NOTHING;
}

/* Copy a value. It nests as deeply as the document, and no deeper than json_read lets it. */
static void
copy(TALLOC_CTX *mem, json_t *value, struct json *out)
{
	void *member = json_object_iter(value);
	struct json *items;

	out->kind = kind_of(value);
	out->text = text_of(mem, value);
	out->count = json_is_array(value) ? json_array_size(value) : json_object_size(value);
	if (out->count == 0)
		return;
	out->items = items = talloc_zero_array(mem, struct json, out->count);
	assert(items != NULL);
	for (size_t i = 0; i < out->count; i++) {
		if (member != NULL) {
			items[i].name = slice_from(slice_dup(mem, slice_from(json_object_iter_key(member))));
			copy(mem, json_object_iter_value(member), &items[i]);
			member = json_object_iter_next(value, member);
		} else {
			copy(mem, json_array_get(value, i), &items[i]);
		}
	}
}

bool
json_read(TALLOC_CTX *mem, struct slice document, unsigned depth_max, const struct json **out, const char **problem)
{
	json_error_t error;
	struct json *tree;
	json_t *value;

	*out = NULL;
	*problem = NULL;
	if (scan(document).depth > depth_max) {
		*problem = talloc_asprintf(mem, "it nests deeper than %u levels", depth_max);
		return false;
	}
	value = json_loadb(document.data, document.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (value == NULL) {
		*problem = talloc_asprintf(mem, "line %d, column %d: %s", error.line, error.column, error.text);
		return false;
	}
	tree = talloc_zero(mem, struct json);
	assert(tree != NULL);
	copy(mem, value, tree);
	json_decref(value);
	*out = tree;
	return true;
}

const struct json *
json_member(const struct json *object, const char *name)
{
	for (size_t i = 0; object->kind == JSON_MEMBERS && i < object->count; i++)
		if (slice_equal(object->items[i].name, slice_from(name)))
			return &object->items[i];
	return NULL;
}
