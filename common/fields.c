#include "common/fields.h"

#define FIRST_CAPACITY 8

void
fields_add(TALLOC_CTX *mem, struct fields *fields, struct slice name, struct slice value)
{
	if (fields->items == NULL || fields->count == talloc_array_length(fields->items)) {
		size_t capacity = fields->count > 0 ? 2 * fields->count : FIRST_CAPACITY;

		fields->items = talloc_realloc(mem, fields->items, struct field, capacity);
		if (fields->items == NULL)
			abort();
	}
	fields->items[fields->count++] = (struct field){ name, value };
}

static struct slice
copy_to(char **place, struct slice s)
{
	struct slice copy = slice_make(*place, s.length);

	if (s.length > 0)
		memcpy(*place, s.data, s.length);
	*place += s.length;
	return copy;
}

void
fields_copy(TALLOC_CTX *mem, struct fields *fields)
{
	struct field *items = talloc_array(mem, struct field, fields->count);
	size_t length = 0;
	char *place;

	for (size_t i = 0; i < fields->count; i++)
		length += fields->items[i].name.length + fields->items[i].value.length;
	place = talloc_size(mem, length + 1);
	for (size_t i = 0; i < fields->count; i++) {
		items[i].name = copy_to(&place, fields->items[i].name);
		items[i].value = copy_to(&place, fields->items[i].value);
	}
	fields->items = items;
}

const struct field *
fields_find(const struct fields *fields, const char *name)
{
	struct slice wanted = slice_from(name);

	for (size_t i = 0; i < fields->count; i++)
		if (slice_equal(fields->items[i].name, wanted))
			return &fields->items[i];
	return NULL;
}

const struct field *
fields_find_nocase(const struct fields *fields, const char *name)
{
	struct slice wanted = slice_from(name);

	for (size_t i = 0; i < fields->count; i++)
		if (slice_equal_nocase(fields->items[i].name, wanted))
			return &fields->items[i];
	return NULL;
}

size_t
fields_count_nocase(const struct fields *fields, const char *name)
{
	struct slice wanted = slice_from(name);
	size_t count = 0;

	for (size_t i = 0; i < fields->count; i++)
		count += slice_equal_nocase(fields->items[i].name, wanted);
	return count;
}
