#include "common/encode.h"

#include <unictype.h>
#include <unistr.h>

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *
text_new(TALLOC_CTX *mem, size_t length)
{
	char *text = talloc_array(mem, char, length + 1);

	if (text == NULL)
		abort();
	text[length] = '\0';
	return text;
}

char *
hex_encode(TALLOC_CTX *mem, struct slice bytes)
{
	char *text = text_new(mem, bytes.length * 2);

	for (size_t i = 0; i < bytes.length; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];

		text[2 * i] = hex_lower[byte >> 4];
		text[2 * i + 1] = hex_lower[byte & 15];
	}
	return text;
}

/* The value of a hexadecimal digit, or -1. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(struct slice text, unsigned char *out, size_t length)
{
	memset(out, 0, length);
	if (text.length / 2 != length || text.length % 2 != 0)
		return false;
	for (size_t i = 0; i < length; i++) {
		int high = hex_value(text.data[2 * i]), low = hex_value(text.data[2 * i + 1]);

		if (high < 0 || low < 0) {
			memset(out, 0, length);
			return false;
		}
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

char *
base64_encode(TALLOC_CTX *mem, struct slice bytes)
{
	const unsigned char *in = (const unsigned char *)bytes.data;
	char *text = text_new(mem, (bytes.length + 2) / 3 * 4);
	char *out = text;

	for (size_t i = 0; i < bytes.length; i += 3) {
		size_t left = bytes.length - i;
		uint32_t group = (uint32_t)in[i] << 16;

		group |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
		group |= left > 2 ? (uint32_t)in[i + 2] : 0;
		*out++ = base64_digits[group >> 18];
		*out++ = base64_digits[group >> 12 & 63];
		*out++ = left > 1 ? base64_digits[group >> 6 & 63] : '=';
		*out++ = left > 2 ? base64_digits[group & 63] : '=';
	}
	return text;
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four digits, the last `padding` of which are "=" and count as zeros; -1 for anything else. */
static int32_t
base64_group(const char digits[4], size_t padding)
{
	int32_t group = 0;

	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - padding ? base64_value(digits[i]) : 0;

		if (value < 0)
			return -1;
		group = group << 6 | value;
	}
	/* Bits that no byte holds must be zero, or several texts would stand for the same bytes. */
	if ((padding == 1 && (group & 0xff)) || (padding == 2 && (group & 0xffff)))
		return -1;
	return group;
}

bool
base64_decode(struct slice text, unsigned char *out, size_t max, size_t *length)
{
	size_t padding = 0, decoded;

	*length = 0;
	if (text.length % 4 != 0)
		return false;
	if (text.length > 0 && text.data[text.length - 1] == '=')
		padding = text.data[text.length - 2] == '=' ? 2 : 1;
	decoded = text.length / 4 * 3 - padding;
	if (decoded > max)
		return false;
	for (size_t i = 0, o = 0; i < text.length; i += 4) {
		size_t empty = i + 4 == text.length ? padding : 0;
		int32_t group = base64_group(text.data + i, empty);

		if (group < 0)
			return false;
		for (size_t byte = 0; byte < 3 - empty; byte++)
			out[o++] = (unsigned char)(group >> (16 - 8 * byte));
	}
	*length = decoded;
	return true;
}

/* RFC 3986 section 2.3. */
static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

void
percent_encode(struct buf *out, struct slice bytes, enum percent_set set)
{
	size_t run = 0; /* where the bytes begin that stay as they are */

	for (size_t i = 0; i < bytes.length; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];
		const char encoded[3] = { '%', hex_upper[byte >> 4], hex_upper[byte & 15] };

		if (is_unreserved(byte) || (byte == '/' && set == PERCENT_KEEP_SLASH))
			continue;
		buf_append(out, slice_make(bytes.data + run, i - run));
		buf_append(out, slice_make(encoded, sizeof(encoded)));
		run = i + 1;
	}
	buf_append(out, slice_skip(bytes, run));
}

static bool
holds_encoded(struct slice text, bool plus_is_space)
{
	return text.length > 0 && (memchr(text.data, '%', text.length) != NULL ||
				      (plus_is_space && memchr(text.data, '+', text.length) != NULL));
}

bool
percent_decode(TALLOC_CTX *mem, struct slice text, bool plus_is_space, struct slice *out)
{
	char *decoded;
	size_t length = 0;

	*out = text;
	if (!holds_encoded(text, plus_is_space))
		return true;
	*out = slice_make(NULL, 0);
	decoded = text_new(mem, text.length);
	for (size_t i = 0; i < text.length; i++) {
		char c = text.data[i];

		if (c == '%') {
			int high = text.length - i > 2 ? hex_value(text.data[i + 1]) : -1;
			int low = text.length - i > 2 ? hex_value(text.data[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		decoded[length++] = c;
	}
	decoded[length] = '\0';
	*out = slice_make(decoded, length);
	return true;
}

bool
utf8_valid(struct slice s)
{
	return s.length == 0 || u8_check((const uint8_t *)s.data, s.length) == NULL;
}

size_t
utf8_first(struct slice s)
{
	int length = s.length ? u8_mblen((const uint8_t *)s.data, s.length) : 0;

	/* U+0000 counts as no byte to libunistring. */
	if (length > 0)
		return (size_t)length;
	return s.length > 0 && s.data[0] == '\0' ? 1 : 0;
}

size_t
utf8_length(struct slice s)
{
	return s.length > 0 ? u8_mbsnlen((const uint8_t *)s.data, s.length) : 0;
}

bool
utf8_next(struct slice *rest, uint32_t *point)
{
	ucs4_t taken;
	int length = rest->length ? u8_mbtoucr(&taken, (const uint8_t *)rest->data, rest->length) : 0;

	if (length <= 0)
		return false;
	*point = taken;
	*rest = slice_skip(*rest, (size_t)length);
	return true;
}

bool
unicode_is_word(uint32_t point)
{
	return uc_is_general_category_withtable(
	    point, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_Z);
}
