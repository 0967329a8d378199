/*
 * The remainder of a polynomial over GF(2), reflected: the lowest bit of the first byte is the highest power. Long runs
 * are folded ("Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009): 16 bytes, moved
 * on by n bits, are congruent to the sum of their two halves times x^(n + 64) and x^n mod P. What is left at the end
 * is 16 bytes with the same remainder as all before them, which go through the tables.
 */
#include "common/crc64.h"

#include <pthread.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define POLYNOMIAL UINT64_C(0x9a6c9329ac4bc9b5) /* reflected, without its highest power */

#define LANE  16 /* bytes */
#define LANES 8  /* folded beside each other: the instruction takes several cycles, and one may begin in each */

struct fold {
	uint64_t first, second; /* what the first and the second eight bytes of a lane are multiplied by */
};

static uint64_t table[8][256];
static struct fold over_lanes, over_one;
static bool folds;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint64_t
times_x(uint64_t a)
{
	return a & 1 ? a >> 1 ^ POLYNOMIAL : a >> 1;
}

static void
table_init(void)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		table[0][byte] = byte;
		for (int bit = 0; bit < 8; bit++)
			table[0][byte] = times_x(table[0][byte]);
	}
	for (unsigned byte = 0; byte < 256; byte++)
		for (unsigned row = 1; row < 8; row++) {
			uint64_t before = table[row - 1][byte];

			table[row][byte] = before >> 8 ^ table[0][before & 0xff];
		}
}

/* x^power mod P */
static uint64_t
power_of_x(unsigned power)
{
	uint64_t result = UINT64_C(1) << 63;

	while (power-- > 0)
		result = times_x(result);
	return result;
}

/* A product of two reflected factors is one power of x short. */
static struct fold
fold_over(unsigned bits)
{
	return (struct fold){ power_of_x(bits + 64 - 1), power_of_x(bits - 1) };
}

static void
init(void)
{
	table_init();
	over_lanes = fold_over(LANES * LANE * 8);
	over_one = fold_over(LANE * 8);
#if defined(__x86_64__)
	folds = __builtin_cpu_supports("pclmul");
#endif
}

static uint64_t
load(const unsigned char *in)
{
	uint64_t word;

	memcpy(&word, in, sizeof(word));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? word : __builtin_bswap64(word);
}

/* Eight bytes a step: row r of the table is what a byte does to a sum r bytes later. Without the inversions. */
static uint64_t
run_tables(uint64_t crc, const unsigned char *in, size_t length)
{
	for (; length >= 8; length -= 8, in += 8) {
		uint64_t word = crc ^ load(in);

		crc = table[7][word & 0xff] ^ table[6][word >> 8 & 0xff] ^ table[5][word >> 16 & 0xff] ^
		      table[4][word >> 24 & 0xff] ^ table[3][word >> 32 & 0xff] ^ table[2][word >> 40 & 0xff] ^
		      table[1][word >> 48 & 0xff] ^ table[0][word >> 56];
	}
	for (; length > 0; length--)
		crc = crc >> 8 ^ table[0][(crc ^ *in++) & 0xff];
	return crc;
}

#if defined(__x86_64__)
#define FOLDS __attribute__((target("pclmul,sse4.1")))

FOLDS static inline __m128i
fold(__m128i lane, __m128i by)
{
	return _mm_xor_si128(_mm_clmulepi64_si128(lane, by, 0x00), _mm_clmulepi64_si128(lane, by, 0x11));
}

FOLDS static inline __m128i
load_lane(const unsigned char *in)
{
	return _mm_loadu_si128((const __m128i *)(const void *)in);
}

/* At least LANES * LANE bytes. */
FOLDS static uint64_t
run_folds(uint64_t crc, const unsigned char *in, size_t length)
{
	const __m128i lanes_on = _mm_set_epi64x((int64_t)over_lanes.second, (int64_t)over_lanes.first);
	const __m128i one_on = _mm_set_epi64x((int64_t)over_one.second, (int64_t)over_one.first);
	unsigned char rest[LANE];
	__m128i lane[LANES];

	for (int i = 0; i < LANES; i++)
		lane[i] = load_lane(in + i * LANE);
	lane[0] = _mm_xor_si128(lane[0], _mm_set_epi64x(0, (int64_t)crc));
	for (in += LANES * LANE, length -= LANES * LANE; length >= LANES * LANE;
	     in += LANES * LANE, length -= LANES * LANE)
		for (int i = 0; i < LANES; i++)
			lane[i] = _mm_xor_si128(fold(lane[i], lanes_on), load_lane(in + i * LANE));
	for (int i = 1; i < LANES; i++)
		lane[0] = _mm_xor_si128(fold(lane[0], one_on), lane[i]);
	for (; length >= LANE; in += LANE, length -= LANE)
		lane[0] = _mm_xor_si128(fold(lane[0], one_on), load_lane(in));
	_mm_storeu_si128((__m128i *)(void *)rest, lane[0]);
	return run_tables(run_tables(0, rest, sizeof(rest)), in, length);
}
#else
static uint64_t
run_folds(uint64_t crc, const unsigned char *in, size_t length)
{
	return run_tables(crc, in, length);
}
#endif

uint64_t
crc64nvme_by_tables(uint64_t crc, struct slice bytes)
{
	pthread_once(&once, init);
	return ~run_tables(~crc, (const unsigned char *)bytes.data, bytes.length);
}

uint64_t
crc64nvme(uint64_t crc, struct slice bytes)
{
	pthread_once(&once, init);
	if (!folds || bytes.length < 2 * (size_t)LANES * LANE)
		return crc64nvme_by_tables(crc, bytes);
	return ~run_folds(~crc, (const unsigned char *)bytes.data, bytes.length);
}
