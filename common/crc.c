/*
 * A CRC is a remainder of polynomials over GF(2), and "reflected": the highest bit is the coefficient of x^0. To put n
 * bytes behind others multiplies the remainder of these by x^(8n). The inversions before and after cancel out.
 */
#include "common/crc.h"

#include <assert.h>

struct crc {
	unsigned bits;
	uint64_t polynomial; /* reflected, without its highest power */
};

static const struct crc crcs[] = {
	[DIGEST_CRC32] = { 32, 0xedb88320 },
	[DIGEST_CRC32C] = { 32, 0x82f63b78 },
	[DIGEST_CRC64NVME] = { 64, UINT64_C(0x9a6c9329ac4bc9b5) },
};

bool
crc_combinable(enum digest_kind kind)
{
	return kind < ARRAY_SIZE(crcs) && crcs[kind].bits > 0;
}

static uint64_t
one(const struct crc *crc)
{
	return UINT64_C(1) << (crc->bits - 1);
}

static uint64_t
times_x(const struct crc *crc, uint64_t a)
{
	return a & 1 ? a >> 1 ^ crc->polynomial : a >> 1;
}

static uint64_t
multiply(const struct crc *crc, uint64_t a, uint64_t b)
{
	uint64_t product = 0;

	for (uint64_t power = one(crc); power != 0; power >>= 1) {
		if (a & power)
			product ^= b;
		b = times_x(crc, b);
	}
	return product;
}

/* x^(8 * bytes), by squaring. */
static uint64_t
shift_by(const struct crc *crc, uint64_t bytes)
{
	uint64_t power = one(crc) >> 8, result = one(crc);

	for (; bytes > 0; bytes >>= 1) {
		if (bytes & 1)
			result = multiply(crc, result, power);
		power = multiply(crc, power, power);
	}
	return result;
}

static uint64_t
load(const struct crc *crc, const unsigned char *value)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < crc->bits / 8; i++)
		number = number << 8 | value[i];
	return number;
}

void
crc_combine(enum digest_kind kind, unsigned char value[DIGEST_MAX], const unsigned char next[DIGEST_MAX],
    uint64_t next_length)
{
	const struct crc *crc = &crcs[kind];
	uint64_t whole;

	assert(crc_combinable(kind));
	whole = multiply(crc, load(crc, value), shift_by(crc, next_length)) ^ load(crc, next);
	for (unsigned i = 0; i < crc->bits / 8; i++)
		value[i] = (unsigned char)(whole >> (crc->bits - 8 * (i + 1)));
}
