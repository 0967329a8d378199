/* Bytes as this room looks at them: tokens, and text to show in a message. */
#include "cors/rules.h"

#include <assert.h>

#include "common/encode.h"

#define SHOWN_MAX 1024

/* RFC 9110 section 5.6.2. */
static bool
is_token_byte(unsigned char byte)
{
	static const bool marks[128] = {
		['!'] = true,
		['#'] = true,
		['$'] = true,
		['%'] = true,
		['&'] = true,
		['\''] = true,
		['*'] = true,
		['+'] = true,
		['-'] = true,
		['.'] = true,
		['^'] = true,
		['_'] = true,
		['`'] = true,
		['|'] = true,
		['~'] = true,
	};

	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       (byte < 128 && marks[byte]);
}

bool
cors_is_token(struct slice s)
{
	for (size_t i = 0; i < s.length; i++)
		if (!is_token_byte((unsigned char)s.data[i]))
			return false;
	return s.length > 0;
}

/* Cut before a character, never inside one. */
static struct slice
cut(struct slice text)
{
	if (text.length <= SHOWN_MAX)
		return text;
	text.length = SHOWN_MAX;
	while (text.length > 0 && ((unsigned char)text.data[text.length] & 0xc0) == 0x80)
		text.length--;
	return text;
}

const char *
cors_shown(TALLOC_CTX *mem, struct slice text)
{
	struct buf *shown = buf_new(mem, 5 * SHOWN_MAX);
	bool valid = utf8_valid(text);
	struct slice head = cut(text);

	for (size_t i = 0; i < head.length; i++) {
		unsigned char byte = (unsigned char)head.data[i];

		if (byte == 0 || (byte >= 0x80 && !valid))
			buf_printf(shown, "\\x%02X", byte);
		else
			buf_append_byte(shown, (char)byte);
	}
	if (head.length < text.length)
		buf_append_string(shown, "...");
	assert(!buf_overflowed(shown));
	return buf_slice(shown).data;
}

const char *
cors_escaped(TALLOC_CTX *mem, struct slice text)
{
	struct slice head = slice_head(text, CORS_ESCAPED_MAX);
	struct buf *escaped = buf_new(mem, 4 * head.length + 3);

	for (size_t i = 0; i < head.length; i++) {
		unsigned char byte = (unsigned char)head.data[i];

		if (byte < 0x20 || byte >= 0x7f)
			buf_printf(escaped, "\\x%02X", byte);
		else if (byte == '\'')
			buf_append_string(escaped, "\\'");
		else
			buf_append_byte(escaped, (char)byte);
	}
	if (head.length < text.length)
		buf_append_string(escaped, "...");
	assert(!buf_overflowed(escaped));
	return head.length > 0 ? buf_slice(escaped).data : "";
}
