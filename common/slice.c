#include "common/slice.h"

int
slice_compare(struct slice a, struct slice b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;

	if (order != 0)
		return order;
	return (a.length > b.length) - (a.length < b.length);
}

/* Not tolower(3), which asks the locale. */
static unsigned char
ascii_lower(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

bool
slice_equal_nocase(struct slice a, struct slice b)
{
	if (a.length != b.length)
		return false;
	for (size_t i = 0; i < a.length; i++)
		if (ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
			return false;
	return true;
}

bool
slice_find(struct slice s, struct slice needle, size_t *position)
{
	const char *found;

	*position = 0;
	if (needle.length == 0)
		return true;
	if (needle.length > s.length)
		return false;
	found = memmem(s.data, s.length, needle.data, needle.length);
	if (found == NULL)
		return false;
	*position = (size_t)(found - s.data);
	return true;
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

struct slice
slice_trim_of(struct slice s, const char *set)
{
	while (s.length > 0 && is_one_of(s.data[0], set))
		s = slice_make(s.data + 1, s.length - 1);
	while (s.length > 0 && is_one_of(s.data[s.length - 1], set))
		s.length--;
	return s;
}

struct slice
slice_trim(struct slice s)
{
	return slice_trim_of(s, " \t");
}

size_t
slice_length_before(struct slice s, const char *set)
{
	size_t length = 0;

	while (length < s.length && !is_one_of(s.data[length], set))
		length++;
	return length;
}

bool
slice_next(struct slice *rest, char separator, struct slice *member)
{
	const char *end;

	*member = slice_make(NULL, 0);
	if (rest->length == 0)
		return false;
	end = memchr(rest->data, separator, rest->length);
	if (end == NULL) {
		*member = *rest;
		*rest = slice_make(NULL, 0);
	} else {
		*member = slice_make(rest->data, (size_t)(end - rest->data));
		*rest = slice_skip(*rest, member->length + 1);
	}
	return true;
}

bool
slice_to_number(struct slice s, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	*number = 0;
	if (s.length == 0)
		return false;
	for (size_t i = 0; i < s.length; i++) {
		unsigned digit = (unsigned char)s.data[i] - (unsigned)'0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
		if (value > max)
			return false;
	}
	*number = value;
	return true;
}

char *
slice_dup(TALLOC_CTX *mem, struct slice s)
{
	char *copy = talloc_array(mem, char, s.length + 1);

	if (copy == NULL)
		abort();
	if (s.length > 0)
		memcpy(copy, s.data, s.length);
	copy[s.length] = '\0';
	return copy;
}

struct slice
slice_join(TALLOC_CTX *mem, const struct slice *items, size_t count, const char *separator)
{
	size_t gap = strlen(separator), length = 0;
	char *joined, *at;

	for (size_t i = 0; i < count; i++)
		length += items[i].length + (i > 0 ? gap : 0);
	joined = talloc_array(mem, char, length + 1);
	if (joined == NULL)
		abort();
	at = joined;
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			at = mempcpy(at, separator, gap);
		if (items[i].length > 0)
			at = mempcpy(at, items[i].data, items[i].length);
	}
	*at = '\0';
	return slice_make(joined, length);
}

void
slice_copy_lower(char *copy, struct slice s)
{
	for (size_t i = 0; i < s.length; i++)
		copy[i] = (char)ascii_lower(s.data[i]);
}

struct slice
slice_lower(TALLOC_CTX *mem, struct slice s)
{
	char *lower = slice_dup(mem, s);

	slice_copy_lower(lower, s);
	return slice_make(lower, s.length);
}

struct slice
slice_copy(TALLOC_CTX *mem, struct slice s)
{
	return slice_make(slice_dup(mem, s), s.length);
}
