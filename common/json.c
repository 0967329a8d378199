/* The one place where jansson is used: its tree becomes ours, on the caller's memory, and it writes what we tell. */
#include "common/json.h"

#include <assert.h>

#include <jansson.h>

#include "common/terminal.h"

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
		return slice_copy(mem, text);
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

/* Writing. */

struct json_writer {
	json_t *open[JSON_WRITER_DEPTH]; /* the first owns all others */
	size_t depth;
};

static int
writer_free(struct json_writer *w)
{
	json_decref(w->open[0]);
	return 0;
}

struct json_writer *
json_writer_new(TALLOC_CTX *mem)
{
	struct json_writer *w = talloc_zero(mem, struct json_writer);

	assert(w != NULL);
	w->open[w->depth++] = json_object();
	talloc_set_destructor(w, writer_free);
	return w;
}

/* Takes the value over. */
static void
add(struct json_writer *w, const char *name, json_t *value)
{
	json_t *innermost = w->open[w->depth - 1];
	int failed = json_is_array(innermost) ? json_array_append_new(innermost, value)
					      : json_object_set_new(innermost, name, value);

	assert(!failed);
}

static void
add_open(struct json_writer *w, const char *name, json_t *value)
{
	assert(w->depth < JSON_WRITER_DEPTH);
	add(w, name, value);
	w->open[w->depth++] = value;
}

void
json_write_object(struct json_writer *w, const char *name)
{
	add_open(w, name, json_object());
}

void
json_write_list(struct json_writer *w, const char *name)
{
	add_open(w, name, json_array());
}

void
json_write_end(struct json_writer *w)
{
	assert(w->depth > 1);
	w->depth--;
}

void
json_write_text(struct json_writer *w, const char *name, struct slice text)
{
	json_t *value = json_stringn(text.length > 0 ? text.data : "", text.length);

	add(w, name, value != NULL ? value : json_string(terminal_text(w, text)));
}

void
json_write_string(struct json_writer *w, const char *name, const char *text)
{
	if (text != NULL)
		json_write_text(w, name, slice_from(text));
	else
		add(w, name, json_null());
}

void
json_write_number(struct json_writer *w, const char *name, uint64_t number)
{
	assert(number <= INT64_MAX);
	add(w, name, json_integer((json_int_t)number));
}

void
json_write_bool(struct json_writer *w, const char *name, bool value)
{
	add(w, name, json_boolean(value));
}

/* Of the control characters jansson leaves DEL as it is, which stands in texts alone. */
struct slice
json_write_finish(struct json_writer *w)
{
	char *dumped = json_dumps(w->open[0], JSON_INDENT(2) | JSON_ENSURE_ASCII);
	struct buf *document;
	size_t length;

	assert(w->depth == 1 && dumped != NULL);
	length = strlen(dumped);
	document = buf_new(w, 6 * length + 1);
	for (size_t i = 0; i < length; i++)
		if (dumped[i] == 0x7f)
			buf_append_string(document, "\\u007F");
		else
			buf_append_byte(document, dumped[i]);
	buf_append_byte(document, '\n');
	free(dumped);
	return buf_slice(document);
}
