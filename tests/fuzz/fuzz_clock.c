/* What is read as a moment is written as a text that reads as the same moment. */
#include <assert.h>

#include "common/clock.h"
#include "tests/fuzz/fuzz.h"

#define SECOND_US INT64_C(1000000)

typedef bool parse_fn(struct slice text, int64_t *seconds);
typedef void format_fn(int64_t wall_us, char out[CLOCK_TEXT_MAX]);

static const struct {
	parse_fn *parse;
	format_fn *format;
} forms[] = {
	{ clock_parse_amz, clock_format_amz },
	{ clock_parse_http, clock_format_http },
	{ clock_parse_iso8601, clock_format_iso8601 },
};

/* A numeric zone may carry a moment out of the years 0000 to 9999, which alone can be written. */
static bool
can_be_written(int64_t seconds)
{
	return seconds >= INT64_C(-62167219200) && seconds <= INT64_C(253402300799);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		char text[CLOCK_TEXT_MAX];
		int64_t seconds, again;

		if (!forms[i].parse(slice_make(data, size), &seconds)) {
			assert(seconds == 0);
			continue;
		}
		if (!can_be_written(seconds))
			continue;
		forms[i].format(seconds * SECOND_US, text);
		assert(forms[i].parse(slice_from(text), &again) && again == seconds);
	}
	return 0;
}
