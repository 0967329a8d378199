#include "gateway/range.h"

/* Digits alone; what no file can be long is as good as UINT64_MAX. */
static bool
parse_position(struct slice text, uint64_t *position)
{
	*position = 0;
	for (size_t i = 0; i < text.length; i++) {
		char c = text.data[i];

		if (c < '0' || c > '9')
			return false;
		if (*position > (UINT64_MAX - 9) / 10)
			*position = UINT64_MAX - 9;
		else
			*position = *position * 10 + (uint64_t)(c - '0');
	}
	return text.length > 0;
}

/* suffix-range: the last `text` bytes. */
static enum range_verdict
parse_suffix(struct slice text, uint64_t size, struct byte_range *out)
{
	uint64_t length;

	if (!parse_position(text, &length))
		return RANGE_WHOLE;
	if (length == 0 || size == 0)
		return RANGE_UNSATISFIABLE;
	if (length > size)
		length = size;
	*out = (struct byte_range){ size - length, length };
	return RANGE_PART;
}

/* int-range: from `first` to `last`, both included, or to the end. */
static enum range_verdict
parse_interval(struct slice first_text, struct slice last_text, uint64_t size, struct byte_range *out)
{
	uint64_t first, last = UINT64_MAX;

	if (!parse_position(first_text, &first))
		return RANGE_WHOLE;
	if (last_text.length > 0 && (!parse_position(last_text, &last) || last < first))
		return RANGE_WHOLE;
	if (first >= size)
		return RANGE_UNSATISFIABLE;
	if (last >= size)
		last = size - 1;
	*out = (struct byte_range){ first, last - first + 1 };
	return RANGE_PART;
}

/* The one member of a list that may have empty members around it (RFC 9110 section 5.6.1); false for none or more. */
static bool
only_member(struct slice list, struct slice *out)
{
	struct slice member;

	*out = (struct slice){ NULL, 0 };
	while (slice_next(&list, ',', &member)) {
		member = slice_trim(member);
		if (member.length > 0 && out->length > 0)
			return false;
		if (member.length > 0)
			*out = member;
	}
	return out->length > 0;
}

enum range_verdict
range_parse(struct slice header, uint64_t size, struct byte_range *out)
{
	struct slice rest = slice_trim(header), unit, spec, first;
	size_t mark;

	*out = (struct byte_range){ 0 };
	if (!slice_find(rest, SLICE("="), &mark))
		return RANGE_WHOLE;
	unit = slice_head(rest, mark);
	if (!slice_equal_nocase(unit, SLICE("bytes")) || !only_member(slice_skip(rest, mark + 1), &spec))
		return RANGE_WHOLE;
	if (!slice_find(spec, SLICE("-"), &mark))
		return RANGE_WHOLE;
	first = slice_head(spec, mark);
	spec = slice_skip(spec, mark + 1);
	if (mark == 0)
		return parse_suffix(spec, size, out);
	return parse_interval(first, spec, size, out);
}
