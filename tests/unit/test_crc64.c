#include "common/crc64.h"

#include "common/digest.h"
#include "tests/unit/suite.h"

#define BYTES_MAX 1200 /* several rounds of folding, and every rest */

static unsigned char bytes[BYTES_MAX];

/* A bit at a time, as the definition has it. */
static uint64_t
by_definition(struct slice s)
{
	uint64_t crc = UINT64_MAX;

	for (size_t i = 0; i < s.length; i++) {
		crc ^= (unsigned char)s.data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ UINT64_C(0x9a6c9329ac4bc9b5) : crc >> 1;
	}
	return ~crc;
}

START_TEST(every_length)
{
	random_bytes(bytes, sizeof(bytes));
	for (size_t length = 0; length <= BYTES_MAX; length++) {
		struct slice s = slice_make(bytes, length);

		ck_assert_uint_eq(crc64nvme(0, s), by_definition(s));
		ck_assert_uint_eq(crc64nvme_by_tables(0, s), by_definition(s));
	}
}
END_TEST

START_TEST(every_alignment_and_cut)
{
	random_bytes(bytes, sizeof(bytes));
	for (size_t cut = 0; cut <= BYTES_MAX; cut++) {
		struct slice whole = slice_make(bytes, BYTES_MAX);
		uint64_t crc = crc64nvme(0, slice_head(whole, cut));

		ck_assert_uint_eq(crc64nvme(crc, slice_skip(whole, cut)), by_definition(whole));
	}
}
END_TEST

START_TEST(check_value)
{
	ck_assert_uint_eq(crc64nvme(0, SLICE("123456789")), UINT64_C(0xae8b14860a799888));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("crc64");
	TCase *tc = tcase_create("crc64");

	tcase_add_test(tc, every_length);
	tcase_add_test(tc, every_alignment_and_cut);
	tcase_add_test(tc, check_value);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
