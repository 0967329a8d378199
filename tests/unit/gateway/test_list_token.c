#include "gateway/operations/list_token.h"

#include "common/encode.h"
#include "tests/unit/suite.h"

static char longest[LIST_TOKEN_NAME_MAX + 1];

static const struct {
	const char *name;
	struct slice after;
	bool is_prefix;
} positions[] = {
	{ "key", { "a", 1 }, false },
	{ "prefix", { "photos/2006/", 12 }, true },
	{ "dots and slashes", { "..//./", 6 }, true },
	{ "control characters", { "\x01\n\r\x7f", 4 }, false },
	{ "beyond ASCII", { "\xc3\xa4\xf0\x9f\x98\x80", 6 }, false },
	{ "the longest", { longest, LIST_TOKEN_NAME_MAX }, false },
};

START_TEST(round_trip)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct list_position position = { positions[_i].after, positions[_i].is_prefix }, got;
	const char *name = positions[_i].name;

	memset(longest, 'k', LIST_TOKEN_NAME_MAX);
	ck_assert_msg(list_token_read(mem, slice_from(list_token_write(mem, position)), &got), "%s", name);
	ck_assert_msg(slice_equal(got.after, position.after) && got.is_prefix == position.is_prefix, "%s", name);
	talloc_free(mem);
}
END_TEST

/* The bytes of a token before they are encoded. */
static const struct {
	const char *name;
	struct slice bytes;
} malformed[] = {
	{ "nothing", { "", 0 } },
	{ "format alone", { "\1", 1 } },
	{ "no name", { "\1\0", 2 } },
	{ "another format", { "\2\0key", 5 } },
	{ "another kind", { "\1\2key", 5 } },
	{ "NUL", { "\1\0k\0y", 5 } },
	{ "not UTF-8", { "\1\0\xff", 3 } },
	{ "too long", { longest, LIST_TOKEN_NAME_MAX + 3 } },
};

START_TEST(refused)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char bytes[LIST_TOKEN_NAME_MAX + 3] = { 1, 0 };
	struct slice raw = malformed[_i].bytes;
	struct list_position got;

	memset(bytes + 2, 'k', sizeof(bytes) - 2);
	if (raw.data == longest)
		raw.data = bytes;
	ck_assert_msg(!list_token_read(mem, slice_from(base64_encode(mem, raw)), &got), "%s", malformed[_i].name);
	ck_assert_msg(got.after.length == 0 && !got.is_prefix, "%s", malformed[_i].name);
	talloc_free(mem);
}
END_TEST

START_TEST(no_base64)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct list_position got;

	ck_assert(!list_token_read(mem, SLICE("AQBrZXk"), &got));
	ck_assert(!list_token_read(mem, SLICE("AQBrZXk= "), &got));
	ck_assert(!list_token_read(mem, SLICE("!"), &got));
	ck_assert(list_token_read(mem, SLICE("AQBrZXk="), &got));
	ck_assert(slice_equal(got.after, SLICE("key")));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("list_token");
	TCase *tc = tcase_create("list_token");

	tcase_add_loop_test(tc, round_trip, 0, ARRAY_SIZE(positions));
	tcase_add_loop_test(tc, refused, 0, ARRAY_SIZE(malformed));
	tcase_add_test(tc, no_base64);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
