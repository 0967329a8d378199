/* Names and keys as RADOS has them. */
#include "storage/rados/names.h"

#include "tests/unit/storage/scratch.h"
#include "tests/unit/suite.h"

/* Keys. */

#define KEYS 2000

struct stored {
	char text[RS_KEY_ROOM(STORE_KEY_MAX)];
	size_t length;
};

/* Of few different bytes, so that many are alike at the beginning. */
static struct slice
random_key(TALLOC_CTX *mem, uint64_t *random)
{
	static const char bytes[] = { 0, 1, 2, 3, 'a', '\x7f', '\x80', '\xff' };
	size_t length = 1 + next_random(random) % 6;
	char *key = talloc_size(mem, length);

	for (size_t i = 0; i < length; i++)
		key[i] = bytes[next_random(random) % sizeof(bytes)];
	return slice_make(key, length);
}

START_TEST(order)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	uint64_t random = 7;

	for (unsigned i = 0; i < KEYS; i++) {
		struct slice a = random_key(mem, &random), b = random_key(mem, &random);
		struct stored as, bs, from;
		char back[STORE_KEY_MAX];
		size_t length;
		int wanted = slice_compare(a, b);

		as.length = rs_key_write(a, as.text);
		bs.length = rs_key_write(b, bs.text);
		from.length = rs_key_write_from(b, from.text);
		ck_assert_uint_eq(strlen(as.text), as.length);
		ck_assert(rs_key_read(slice_make(as.text, as.length), back, &length));
		ck_assert(slice_equal(slice_make(back, length), a));
		ck_assert_int_eq(
		    (wanted > 0) - (wanted < 0), (strcmp(as.text, bs.text) > 0) - (strcmp(as.text, bs.text) < 0));
		/* A page begins after `from`. */
		ck_assert((strcmp(as.text, from.text) > 0) == (wanted >= 0));
	}
	talloc_free(mem);
}
END_TEST

START_TEST(longest_key)
{
	char key[STORE_KEY_MAX], back[STORE_KEY_MAX];
	struct stored stored;
	size_t length;

	memset(key, 0, sizeof(key));
	stored.length = rs_key_write(slice_make(key, sizeof(key)), stored.text);
	ck_assert_uint_eq(stored.length + 1, sizeof(stored.text));
	ck_assert(rs_key_read(slice_make(stored.text, stored.length), back, &length));
	ck_assert_uint_eq(length, sizeof(key));
	ck_assert_mem_eq(key, back, sizeof(key));
}
END_TEST

static const struct {
	const char *name;
	struct slice stored;
} no_keys[] = {
	{ "empty", { "", 0 } },
	{ "no end", { "abc", 3 } },
	{ "the end alone", { "\1", 1 } },
	{ "an end in the middle", { "a\1b\1", 4 } },
	{ "half an escape", { "a\1\1", 3 } },
	{ "an escape of what needs none", { "a\1\3\1", 4 } },
};

START_TEST(no_key)
{
	char back[STORE_KEY_MAX];
	size_t length;

	ck_assert_msg(!rs_key_read(no_keys[_i].stored, back, &length), "%s", no_keys[_i].name);
}
END_TEST

START_TEST(too_long_a_key)
{
	char stored[STORE_KEY_MAX + 2], back[STORE_KEY_MAX];
	size_t length;

	memset(stored, 'a', sizeof(stored));
	stored[STORE_KEY_MAX + 1] = 1;
	ck_assert(!rs_key_read(slice_make(stored, sizeof(stored)), back, &length));
	stored[STORE_KEY_MAX] = 1;
	ck_assert(rs_key_read(slice_make(stored, STORE_KEY_MAX + 1), back, &length));
}
END_TEST

/* Objects. */

START_TEST(partitions)
{
	char longest[STORE_PARTITION_MAX], back[STORE_PARTITION_MAX];
	struct slice all[] = { SLICE("a"), SLICE("\0\xff"), slice_make(longest, sizeof(longest)) };
	size_t length;

	memset(longest, 0xfe, sizeof(longest));
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct rs_name name = rs_partition_name(all[i]);

		ck_assert(rs_name_is_ours(name.text));
		ck_assert(rs_partition_parse(name.text, back, &length));
		ck_assert(slice_equal(slice_make(back, length), all[i]));
	}
	ck_assert_str_eq(rs_partition_name(SLICE("a\xff")).text, "p.61ff");
}
END_TEST

START_TEST(blobs)
{
	struct blob_id id = make_id(0x1234), back;

	ck_assert_str_eq(rs_blob_name(&id, 0).text, "b.34120000000000000000000000000084");
	ck_assert_str_eq(rs_blob_name(&id, 17).text, "b.34120000000000000000000000000084.17");
	ck_assert(rs_blob_parse(rs_blob_name(&id, 0).text, &back));
	ck_assert_mem_eq(back.bytes, id.bytes, sizeof(id.bytes));
	ck_assert(!rs_blob_parse(rs_blob_name(&id, 1).text, &back));
	ck_assert(rs_name_is_ours(rs_blob_name(&id, UINT64_MAX).text));
}
END_TEST

static const char *const strangers[] = { "", "p", "p.", "p.6", "p.xx", "b.12", "format", "sessions",
	"rbd_header.1" };

START_TEST(stranger)
{
	char back[STORE_PARTITION_MAX];
	struct blob_id id;
	size_t length;

	ck_assert(!rs_partition_parse(strangers[_i], back, &length));
	ck_assert(!rs_blob_parse(strangers[_i], &id));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rados names");
	TCase *tc = tcase_create("names");

	tcase_add_test(tc, order);
	tcase_add_test(tc, longest_key);
	tcase_add_loop_test(tc, no_key, 0, ARRAY_SIZE(no_keys));
	tcase_add_test(tc, too_long_a_key);
	tcase_add_test(tc, partitions);
	tcase_add_test(tc, blobs);
	tcase_add_loop_test(tc, stranger, 0, ARRAY_SIZE(strangers));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
