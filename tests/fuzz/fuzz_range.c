/*
 * A Range header after the object's size in decimal and a blank: "10000 bytes=0-499". A part always lies within the
 * object and is never empty.
 */
#include "gateway/range.h"

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_make(data, size), number;
	struct byte_range range;
	uint64_t total;

	if (!slice_next(&rest, ' ', &number) || !slice_to_number(number, UINT64_MAX, &total))
		return 0;
	if (range_parse(rest, total, &range) == RANGE_PART) {
		if (range.length == 0 || range.offset >= total || range.length > total - range.offset)
			abort();
	} else if (range.offset != 0 || range.length != 0) {
		abort();
	}
	return 0;
}
