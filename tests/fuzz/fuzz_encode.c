/* What decodes, encodes again to the same: to the very text, where an encoding is canonical. */
#include <assert.h>

#include "common/encode.h"
#include "tests/fuzz/fuzz.h"

static void
check_hex(TALLOC_CTX *mem, struct slice text)
{
	size_t length = text.length / 2;
	unsigned char *out = talloc_array(mem, unsigned char, length);

	if (hex_decode(text, out, length))
		assert(slice_equal_nocase(text, slice_from(hex_encode(mem, slice_make(out, length)))));
}

static void
check_base64(TALLOC_CTX *mem, struct slice text)
{
	size_t max = text.length / 4 * 3, length;
	unsigned char *out = talloc_array(mem, unsigned char, max);

	if (!base64_decode(text, out, max, &length)) {
		assert(length == 0);
		return;
	}
	assert(slice_equal(text, slice_from(base64_encode(mem, slice_make(out, length)))));
	assert(length == 0 || !base64_decode(text, out, length - 1, &max));
}

static void
check_percent(TALLOC_CTX *mem, struct slice text)
{
	for (int plus_is_space = 0; plus_is_space <= 1; plus_is_space++) {
		struct buf *encoded = buf_new(mem, text.length * 3);
		struct slice bytes, again;

		if (!percent_decode(mem, text, plus_is_space, &bytes))
			continue;
		assert(bytes.length <= text.length);
		percent_encode(encoded, bytes, plus_is_space ? PERCENT_ALL : PERCENT_KEEP_SLASH);
		assert(!buf_overflowed(encoded));
		assert(percent_decode(mem, buf_slice(encoded), plus_is_space, &again));
		assert(slice_equal(again, bytes));
	}
}

static void
check_utf8(struct slice text)
{
	if (!utf8_valid(text))
		return;
	assert(utf8_length(text) <= text.length && utf8_length(text) >= text.length / 4);
}

static void
check_members(struct slice text)
{
	struct slice rest = text, member;
	size_t count = 0, bytes = 0;

	while (slice_next(&rest, ',', &member)) {
		count++;
		bytes += member.length;
		assert(slice_trim(member).length <= member.length);
	}
	assert(bytes + count == text.length || bytes + count == text.length + 1);
}

static void
check_number(struct slice text)
{
	uint64_t number;

	assert(slice_to_number(text, 1000, &number) ? number <= 1000 : number == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice text = slice_make(data, size);

	check_hex(mem, text);
	check_base64(mem, text);
	check_percent(mem, text);
	check_utf8(text);
	check_members(text);
	check_number(text);
	talloc_free(mem);
	return 0;
}
