#include "common/encode.h"

#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

static unsigned char every_byte[256];

static void
setup(void)
{
	memory_begin();
	for (unsigned i = 0; i < sizeof(every_byte); i++)
		every_byte[i] = (unsigned char)i;
}

static const struct {
	struct slice text;
	size_t length;
	bool good;
	const char *bytes;
} hexes[] = {
	{ { "", 0 }, 0, true, "" },
	{ { "00ff7F", 6 }, 3, true, "\x00\xff\x7f" },
	{ { "abCDEf", 6 }, 3, true, "\xab\xcd\xef" },
	{ { "abcdef", 6 }, 2, false, "\0\0" },
	{ { "abcd", 4 }, 3, false, "\0\0\0" },
	{ { "abcde", 5 }, 2, false, "\0\0" },
	{ { "ab/d", 4 }, 2, false, "\0\0" },
	{ { "ab:d", 4 }, 2, false, "\0\0" },
	{ { "abgd", 4 }, 2, false, "\0\0" },
	{ { "abGd", 4 }, 2, false, "\0\0" },
	{ { "ab@d", 4 }, 2, false, "\0\0" },
	{ { "ab`d", 4 }, 2, false, "\0\0" },
	{ { "ab\0d", 4 }, 2, false, "\0\0" },
};

START_TEST(hex)
{
	unsigned char out[4] = { 9, 9, 9, 9 };

	ck_assert_msg(hex_decode(hexes[_i].text, out, hexes[_i].length) == hexes[_i].good, "row %d", _i);
	ck_assert_msg(memcmp(out, hexes[_i].bytes, hexes[_i].length) == 0, "row %d", _i);
	ck_assert_uint_eq(out[hexes[_i].length], 9);
}
END_TEST

START_TEST(hex_round_trip)
{
	unsigned char out[256];
	char *text = hex_encode(mem, slice_make(every_byte, 256));

	ck_assert_uint_eq(strlen(text), 512);
	ck_assert(slice_starts_with(slice_from(text + 2 * 0x9e), SLICE("9e9fa0")));
	ck_assert(hex_decode(slice_from(text), out, 256));
	ck_assert_mem_eq(out, every_byte, 256);
}
END_TEST

/* RFC 4648 section 10, and all digits. */
static const struct {
	const char *bytes, *text;
} base64s[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\x01\x08\x31\x05\x18\x72\x09\x28\xb3\x0d\x38\xf4\x11\x49\x35", "AQgxBRhyCSizDTj0EUk1" },
	{ "\xfb\xff\xbf", "+/+/" },
};

START_TEST(base64)
{
	struct slice bytes = slice_from(base64s[_i].bytes);
	unsigned char out[32];
	size_t length;

	ck_assert_str_eq(base64_encode(mem, bytes), base64s[_i].text);
	ck_assert(base64_decode(slice_from(base64s[_i].text), out, bytes.length, &length));
	ck_assert(slice_equal(slice_make(out, length), bytes));
	if (bytes.length > 0)
		ck_assert_msg(!base64_decode(slice_from(base64s[_i].text), out, bytes.length - 1, &length),
		    "%s fits in less", base64s[_i].text);
}
END_TEST

static const struct slice base64s_bad[] = {
	{ "Z", 1 },
	{ "Zg", 2 },
	{ "Zg=", 3 },
	{ "=", 1 },
	{ "====", 4 },
	{ "Z===", 4 },
	{ "Zg==Zg==", 8 },
	{ "Zm9=Zm9v", 8 },
	{ "Zm9v=", 5 },
	{ "Zm 9v", 5 },
	{ "Zm9v\n", 5 },
	{ "Zm9v\r\n\r\n", 8 },
	{ "Z-9v", 4 },
	{ "Z_9v", 4 },
	{ "Zh==", 4 },
	{ "Zm9=", 4 },
	{ "Zm\09", 4 },
	{ "Zg=a", 4 },
	{ "\xff\xff\xff\xff", 4 },
};

START_TEST(base64_refusals)
{
	unsigned char out[32];
	size_t length = 99;

	ck_assert_msg(
	    !base64_decode(base64s_bad[_i], out, sizeof(out), &length), "%.*s", SLICE_ARG(base64s_bad[_i]));
	ck_assert_uint_eq(length, 0);
}
END_TEST

START_TEST(base64_round_trip)
{
	for (size_t size = 0; size <= 256; size++) {
		unsigned char out[256];
		size_t length;

		ck_assert(base64_decode(
		    slice_from(base64_encode(mem, slice_make(every_byte, size))), out, size, &length));
		ck_assert_uint_eq(length, size);
		ck_assert_mem_eq(out, every_byte, size);
	}
}
END_TEST

static const struct {
	struct slice bytes;
	enum percent_set set;
	const char *text;
} encodings[] = {
	{ { "", 0 }, PERCENT_ALL, "" },
	{ { "AZaz09-._~", 10 }, PERCENT_ALL, "AZaz09-._~" },
	{ { "a/b c", 5 }, PERCENT_ALL, "a%2Fb%20c" },
	{ { "a/b c", 5 }, PERCENT_KEEP_SLASH, "a/b%20c" },
	{ { "!'()*+%&=", 9 }, PERCENT_KEEP_SLASH, "%21%27%28%29%2A%2B%25%26%3D" },
	{ { "\xe1\x88\xb4\0\x7f", 5 }, PERCENT_ALL, "%E1%88%B4%00%7F" },
};

START_TEST(encode)
{
	struct buf *out = buf_new(mem, 1000);

	percent_encode(out, encodings[_i].bytes, encodings[_i].set);
	ck_assert_str_eq(buf_slice(out).data, encodings[_i].text);
}
END_TEST

static const struct {
	struct slice text;
	bool plus_is_space;
	bool good;
	struct slice bytes;
} decodings[] = {
	{ { NULL, 0 }, true, true, { "", 0 } },
	{ { "abc", 3 }, true, true, { "abc", 3 } },
	{ { "a+b", 3 }, false, true, { "a+b", 3 } },
	{ { "a+b", 3 }, true, true, { "a b", 3 } },
	{ { "a%2Bb+", 6 }, true, true, { "a+b ", 4 } },
	{ { "%2f%2F%e1%88%B4", 15 }, false, true, { "//\xe1\x88\xb4", 5 } },
	{ { "%00", 3 }, false, true, { "\0", 1 } },
	{ { "%2541", 5 }, false, true, { "%41", 3 } },
	{ { "%", 1 }, false, false, { NULL, 0 } },
	{ { "%4", 2 }, false, false, { NULL, 0 } },
	{ { "%41", 2 }, false, false, { NULL, 0 } },
	{ { "a%4g", 4 }, false, false, { NULL, 0 } },
	{ { "a%g4", 4 }, false, false, { NULL, 0 } },
	{ { "%%41", 4 }, false, false, { NULL, 0 } },
	{ { "%u0041", 6 }, false, false, { NULL, 0 } },
	{ { "%+41", 4 }, true, false, { NULL, 0 } },
};

START_TEST(decode)
{
	struct slice out = SLICE("before");
	bool good = percent_decode(mem, decodings[_i].text, decodings[_i].plus_is_space, &out);

	ck_assert_msg(good == decodings[_i].good, "row %d", _i);
	ck_assert_msg(slice_equal(out, decodings[_i].bytes), "row %d: %.*s", _i, SLICE_ARG(out));
}
END_TEST

START_TEST(decode_borrows)
{
	struct slice text = SLICE("plain+text"), out;

	ck_assert(percent_decode(mem, text, false, &out));
	ck_assert_ptr_eq(out.data, text.data);
	ck_assert(percent_decode(mem, text, true, &out));
	ck_assert_ptr_ne(out.data, text.data);
}
END_TEST

START_TEST(percent_round_trip)
{
	struct buf *out = buf_new(mem, 1000);
	struct slice bytes;

	percent_encode(out, slice_make(every_byte, 256), (enum percent_set)_i);
	ck_assert(percent_decode(mem, buf_slice(out), true, &bytes));
	ck_assert(slice_equal(bytes, slice_make(every_byte, 256)));
}
END_TEST

static const struct {
	const char *name;
	struct slice s;
	bool valid;
	size_t length;
} texts[] = {
	{ "empty", { NULL, 0 }, true, 0 },
	{ "ASCII", { "abc", 3 }, true, 3 },
	{ "NUL", { "a\0b", 3 }, true, 3 },
	{ "two bytes", { "\xc3\xa4\xc2\x80", 4 }, true, 2 },
	{ "three bytes", { "\xe1\x88\xb4", 3 }, true, 1 },
	{ "four bytes", { "\xf0\x9f\x98\x80!", 5 }, true, 2 },
	{ "the last one", { "\xf4\x8f\xbf\xbf", 4 }, true, 1 },
	{ "beyond the last one", { "\xf4\x90\x80\x80", 4 }, false, 0 },
	{ "surrogate", { "\xed\xa0\x80", 3 }, false, 0 },
	{ "overlong slash", { "\xc0\xaf", 2 }, false, 0 },
	{ "overlong, three bytes", { "\xe0\x80\xaf", 3 }, false, 0 },
	{ "overlong NUL", { "\xc0\x80", 2 }, false, 0 },
	{ "continuation alone", { "\x80", 1 }, false, 0 },
	{ "truncated", { "\xe1\x88\xb4", 2 }, false, 0 },
	{ "lead and ASCII",
	    { "\xc3"
	      "a",
		2 },
	    false, 0 },
	{ "five bytes", { "\xf8\x88\x80\x80\x80", 5 }, false, 0 },
	{ "Latin-1", { "caf\xe9", 4 }, false, 0 },
};

START_TEST(utf8)
{
	ck_assert_msg(utf8_valid(texts[_i].s) == texts[_i].valid, "%s", texts[_i].name);
	if (texts[_i].valid)
		ck_assert_msg(utf8_length(texts[_i].s) == texts[_i].length, "%s", texts[_i].name);
}
END_TEST

START_TEST(utf8_point_by_point)
{
	struct slice rest = texts[_i].s;
	size_t count = 0;
	uint32_t point;

	while (utf8_next(&rest, &point)) {
		ck_assert_uint_le(point, 0x10ffff);
		count++;
	}
	ck_assert_msg((rest.length == 0) == texts[_i].valid, "%s", texts[_i].name);
	if (texts[_i].valid)
		ck_assert_msg(count == texts[_i].length, "%s", texts[_i].name);
}
END_TEST

static const struct {
	uint32_t point;
	bool word;
} points[] = {
	{ 'a', true },
	{ 'Z', true },
	{ '0', true },
	{ ' ', true },
	{ 0xe4, true },
	{ 0x4e2d, true },
	{ 0x2160, true }, /* a Roman numeral */
	{ 0xbd, true },   /* one half */
	{ 0xa0, true },
	{ 0x2028, true },
	{ 0x10400, true },
	{ 0, false },
	{ '\t', false },
	{ '\n', false },
	{ '-', false },
	{ '_', false },
	{ 0x7f, false },
	{ 0x85, false },
	{ 0x301, false }, /* an accent that combines */
	{ 0x20ac, false },
	{ 0x1f600, false },
	{ 0xd800, false },
	{ 0xffff, false },
	{ 0x10ffff, false },
};

START_TEST(words)
{
	ck_assert_msg(unicode_is_word(points[_i].point) == points[_i].word, "U+%04X", (unsigned)points[_i].point);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("encode");
	TCase *tc = tcase_create("encode");

	tcase_add_checked_fixture(tc, setup, memory_end);
	tcase_add_loop_test(tc, hex, 0, ARRAY_SIZE(hexes));
	tcase_add_test(tc, hex_round_trip);
	tcase_add_loop_test(tc, base64, 0, ARRAY_SIZE(base64s));
	tcase_add_loop_test(tc, base64_refusals, 0, ARRAY_SIZE(base64s_bad));
	tcase_add_test(tc, base64_round_trip);
	tcase_add_loop_test(tc, encode, 0, ARRAY_SIZE(encodings));
	tcase_add_loop_test(tc, decode, 0, ARRAY_SIZE(decodings));
	tcase_add_test(tc, decode_borrows);
	tcase_add_loop_test(tc, percent_round_trip, PERCENT_ALL, PERCENT_KEEP_SLASH + 1);
	tcase_add_loop_test(tc, utf8, 0, ARRAY_SIZE(texts));
	tcase_add_loop_test(tc, utf8_point_by_point, 0, ARRAY_SIZE(texts));
	tcase_add_loop_test(tc, words, 0, ARRAY_SIZE(points));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
