#include "gateway/range.h"

#include "tests/unit/suite.h"

#define WHOLE         RANGE_WHOLE, 0, 0
#define UNSATISFIABLE RANGE_UNSATISFIABLE, 0, 0

/* RFC 9110 section 14.1.2 has most of these in words; what S3 does with several ranges is its own. */
static const struct {
	const char *header;
	uint64_t size;
	enum range_verdict verdict;
	uint64_t offset, length;
} vectors[] = {
	/* int-range */
	{ "bytes=0-499", 10000, RANGE_PART, 0, 500 },
	{ "bytes=500-999", 10000, RANGE_PART, 500, 500 },
	{ "bytes=9500-", 10000, RANGE_PART, 9500, 500 },
	{ "bytes=0-0", 10000, RANGE_PART, 0, 1 },
	{ "bytes=9999-9999", 10000, RANGE_PART, 9999, 1 },
	{ "bytes=0-", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=0-9999", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=0-10000", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=9999-20000", 10000, RANGE_PART, 9999, 1 },
	{ "bytes=00000000000000000000000000-0000000000000000000000000009", 10000, RANGE_PART, 0, 10 },
	{ "bytes=10000-", 10000, UNSATISFIABLE },
	{ "bytes=10000-10000", 10000, UNSATISFIABLE },
	{ "bytes=40-50", 0, UNSATISFIABLE },
	{ "bytes=0-", 0, UNSATISFIABLE },
	/* suffix-range */
	{ "bytes=-500", 10000, RANGE_PART, 9500, 500 },
	{ "bytes=-1", 10000, RANGE_PART, 9999, 1 },
	{ "bytes=-10000", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=-10001", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=-0", 10000, UNSATISFIABLE },
	{ "bytes=-1", 0, UNSATISFIABLE },
	/* numbers that no file reaches */
	{ "bytes=0-18446744073709551615", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=0-18446744073709551616", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=0-99999999999999999999999999999999", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=18446744073709551616-", 10000, UNSATISFIABLE },
	{ "bytes=99999999999999999999999999999998-99999999999999999999999999999999", 10000, UNSATISFIABLE },
	{ "bytes=-18446744073709551616", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=-99999999999999999999999999999999", 10000, RANGE_PART, 0, 10000 },
	{ "bytes=1-", UINT64_MAX, RANGE_PART, 1, UINT64_MAX - 1 },
	/* range units are compared without case; list members may be empty */
	{ "Bytes=1-2", 10000, RANGE_PART, 1, 2 },
	{ "BYTES=1-2", 10000, RANGE_PART, 1, 2 },
	{ "bytes=1-2,", 10000, RANGE_PART, 1, 2 },
	{ "bytes=,1-2", 10000, RANGE_PART, 1, 2 },
	{ "bytes=, ,1-2 , ", 10000, RANGE_PART, 1, 2 },
	{ "  bytes=1-2\t", 10000, RANGE_PART, 1, 2 },
	/* not a range */
	{ "", 10000, WHOLE },
	{ "bytes", 10000, WHOLE },
	{ "bytes=", 10000, WHOLE },
	{ "bytes=,", 10000, WHOLE },
	{ "bytes=-", 10000, WHOLE },
	{ "bytes=--1", 10000, WHOLE },
	{ "bytes=1", 10000, WHOLE },
	{ "bytes=2-1", 10000, WHOLE },
	{ "bytes=20000-10000", 10000, WHOLE },
	{ "bytes=1-2-3", 10000, WHOLE },
	{ "bytes=a-b", 10000, WHOLE },
	{ "bytes=0x1-0x2", 10000, WHOLE },
	{ "bytes=+1-2", 10000, WHOLE },
	{ "bytes=1 -2", 10000, WHOLE },
	{ "bytes=1- 2", 10000, WHOLE },
	{ "bytes =1-2", 10000, WHOLE },
	{ "bytes:1-2", 10000, WHOLE },
	{ "bytes 1-2", 10000, WHOLE },
	{ "byte=1-2", 10000, WHOLE },
	{ "lines=1-2", 10000, WHOLE },
	{ "=1-2", 10000, WHOLE },
	/* S3 answers one range alone */
	{ "bytes=0-0,-1", 10000, WHOLE },
	{ "bytes=0-1,2-3", 10000, WHOLE },
	{ "bytes=20000-,30000-", 10000, WHOLE },
	{ "bytes=0-1,nonsense", 10000, WHOLE },
};

START_TEST(parse)
{
	struct byte_range got = { 1, 1 };
	enum range_verdict verdict = range_parse(slice_from(vectors[_i].header), vectors[_i].size, &got);

	ck_assert_msg(verdict == vectors[_i].verdict, "'%s' of %ju: verdict %d", vectors[_i].header,
	    (uintmax_t)vectors[_i].size, verdict);
	ck_assert_msg(got.offset == vectors[_i].offset && got.length == vectors[_i].length,
	    "'%s' of %ju: %ju bytes from %ju", vectors[_i].header, (uintmax_t)vectors[_i].size,
	    (uintmax_t)got.length, (uintmax_t)got.offset);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("range");
	TCase *tc = tcase_create("range");

	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(vectors));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
