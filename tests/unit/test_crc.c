#include "common/crc.h"

#include "common/encode.h"
#include "tests/unit/suite.h"

/*
 * The value of "123456789", put before some bytes whose value is deadbeef…: worked out with plain polynomials in
 * another language, those of CRC32 also by zlib's crc32_combine.
 */
static const struct {
	enum digest_kind kind;
	const char *value, *next;
	uint64_t next_length;
	const char *whole;
} vectors[] = {
	{ DIGEST_CRC32, "cbf43926", "deadbeef", 0, "155987c9" },
	{ DIGEST_CRC32, "cbf43926", "deadbeef", 1, "0c6bcf2b" },
	{ DIGEST_CRC32, "cbf43926", "deadbeef", 1 << 20, "c11faf72" },
	{ DIGEST_CRC32, "cbf43926", "deadbeef", UINT64_C(5) << 30, "ea1c229e" },
	{ DIGEST_CRC32, "cbf43926", "deadbeef", UINT64_C(5) << 40, "17e1ead4" },
	{ DIGEST_CRC32C, "e3069283", "deadbeef", 0, "3dab2c6c" },
	{ DIGEST_CRC32C, "e3069283", "deadbeef", 1, "4fe870f1" },
	{ DIGEST_CRC32C, "e3069283", "deadbeef", 1 << 20, "39b92b69" },
	{ DIGEST_CRC32C, "e3069283", "deadbeef", UINT64_C(5) << 30, "b4a05e55" },
	{ DIGEST_CRC32C, "e3069283", "deadbeef", UINT64_C(5) << 40, "97934fab" },
	{ DIGEST_CRC64NVME, "ae8b14860a799888", "deadbeefdeadbeef", 0, "7026aa69d4d42667" },
	{ DIGEST_CRC64NVME, "ae8b14860a799888", "deadbeefdeadbeef", 1, "e2734a669cf8f0b7" },
	{ DIGEST_CRC64NVME, "ae8b14860a799888", "deadbeefdeadbeef", 1 << 20, "ad4463d811f5feb7" },
	{ DIGEST_CRC64NVME, "ae8b14860a799888", "deadbeefdeadbeef", UINT64_C(5) << 30, "64f2cfee3360b99d" },
	{ DIGEST_CRC64NVME, "ae8b14860a799888", "deadbeefdeadbeef", UINT64_C(5) << 40, "7e856aa1fa1e6f05" },
};

START_TEST(combined)
{
	unsigned char value[DIGEST_MAX], next[DIGEST_MAX], whole[DIGEST_MAX];
	size_t length = digest_length(vectors[_i].kind);

	ck_assert(hex_decode(slice_from(vectors[_i].value), value, length));
	ck_assert(hex_decode(slice_from(vectors[_i].next), next, length));
	ck_assert(hex_decode(slice_from(vectors[_i].whole), whole, length));
	crc_combine(vectors[_i].kind, value, next, vectors[_i].next_length);
	ck_assert_mem_eq(value, whole, length);
}
END_TEST

static const enum digest_kind kinds[] = { DIGEST_CRC32, DIGEST_CRC32C, DIGEST_CRC64NVME };

/* A text cut in three at every pair of places. */
START_TEST(cut_anywhere)
{
	const struct slice text = SLICE("The quick brown fox jumps over the lazy dog");
	unsigned char whole[DIGEST_MAX], value[DIGEST_MAX], next[DIGEST_MAX];
	size_t length = digest_of(kinds[_i], text, whole);

	for (size_t first = 0; first <= text.length; first++)
		for (size_t second = first; second <= text.length; second++) {
			digest_of(kinds[_i], slice_head(text, first), value);
			digest_of(kinds[_i], slice_head(slice_skip(text, first), second - first), next);
			crc_combine(kinds[_i], value, next, second - first);
			digest_of(kinds[_i], slice_skip(text, second), next);
			crc_combine(kinds[_i], value, next, text.length - second);
			ck_assert_mem_eq(value, whole, length);
		}
}
END_TEST

START_TEST(combinable)
{
	ck_assert(
	    crc_combinable(DIGEST_CRC32) && crc_combinable(DIGEST_CRC32C) && crc_combinable(DIGEST_CRC64NVME));
	ck_assert(!crc_combinable(DIGEST_MD5) && !crc_combinable(DIGEST_SHA1) && !crc_combinable(DIGEST_SHA256));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("crc");
	TCase *tc = tcase_create("crc");

	tcase_add_loop_test(tc, combined, 0, ARRAY_SIZE(vectors));
	tcase_add_loop_test(tc, cut_anywhere, 0, ARRAY_SIZE(kinds));
	tcase_add_test(tc, combinable);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
