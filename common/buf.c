#include "common/buf.h"

#include <assert.h>
#include <stdarg.h>

#define FIRST_CAPACITY 256

struct buf {
	char *data; /* capacity + 1 bytes, NUL-terminated; NULL before the first append */
	size_t length;
	size_t capacity;
	size_t max;
	bool overflowed;
};

struct buf *
buf_new(TALLOC_CTX *mem, size_t max)
{
	struct buf *b = talloc_zero(mem, struct buf);

	assert(b != NULL && max < SIZE_MAX);
	b->max = max;
	return b;
}

/* Make room for as many of `wanted` more bytes as the ceiling allows; returns how many. */
static size_t
reserve(struct buf *b, size_t wanted)
{
	size_t capacity = b->capacity;

	if (wanted > b->max - b->length) {
		b->overflowed = true;
		wanted = b->max - b->length;
	}
	if (b->data != NULL && wanted <= capacity - b->length)
		return wanted;
	capacity = capacity > b->max / 2 ? b->max : capacity * 2;
	if (capacity < FIRST_CAPACITY)
		capacity = b->max < FIRST_CAPACITY ? b->max : FIRST_CAPACITY;
	if (capacity < b->length + wanted)
		capacity = b->length + wanted;
	b->data = talloc_realloc_size(b, b->data, capacity + 1);
	if (b->data == NULL)
		abort();
	b->capacity = capacity;
	return wanted;
}

void
buf_append(struct buf *b, struct slice s)
{
	size_t fits;

	if (b->overflowed || s.length == 0)
		return;
	fits = reserve(b, s.length);
	memcpy(b->data + b->length, s.data, fits);
	b->length += fits;
	b->data[b->length] = '\0';
}

void
buf_append_string(struct buf *b, const char *string)
{
	buf_append(b, slice_from(string));
}

void
buf_append_byte(struct buf *b, char byte)
{
	buf_append(b, slice_make(&byte, 1));
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list arguments;
	size_t fits;
	int length;

	if (b->overflowed)
		return;
	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(length >= 0);

	fits = reserve(b, (size_t)length);
	va_start(arguments, format);
	vsnprintf(b->data + b->length, fits + 1, format, arguments);
	va_end(arguments);
	b->length += fits;
}

struct slice
buf_slice(const struct buf *b)
{
	return b->data != NULL ? slice_make(b->data, b->length) : SLICE("");
}

bool
buf_overflowed(const struct buf *b)
{
	return b->overflowed;
}

void
buf_reset(struct buf *b)
{
	b->length = 0;
	b->overflowed = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}
