#include "storage/rados/names.h"

#include <inttypes.h>

#include "common/encode.h"

#define ESCAPE     '\1' /* what follows it is the byte and one more */
#define ESCAPE_MAX '\1' /* the last byte that is escaped */

static const char digits[] = "0123456789abcdef";

/* "p." or "b." and the bytes in hexadecimal; where the text ends. */
static char *
name_write(char *out, char kind, const void *bytes, size_t length)
{
	*out++ = kind;
	*out++ = '.';
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = ((const unsigned char *)bytes)[i];

		*out++ = digits[byte >> 4];
		*out++ = digits[byte & 15];
	}
	*out = 0;
	return out;
}

struct rs_name
rs_partition_name(struct slice partition)
{
	struct rs_name name;

	name_write(name.text, 'p', partition.data, partition.length);
	return name;
}

struct rs_name
rs_blob_name(const struct blob_id *id, uint64_t number)
{
	struct rs_name name;
	char *end = name_write(name.text, 'b', id->bytes, sizeof(id->bytes));

	if (number > 0)
		snprintf(end, sizeof(name.text) - (size_t)(end - name.text), ".%" PRIu64, number);
	return name;
}

bool
rs_partition_parse(const char *name, char out[STORE_PARTITION_MAX], size_t *length)
{
	struct slice text = slice_from(name);

	if (!slice_starts_with(text, SLICE("p.")))
		return false;
	text = slice_skip(text, 2);
	*length = text.length / 2;
	return *length > 0 && *length <= STORE_PARTITION_MAX && hex_decode(text, (unsigned char *)out, *length);
}

bool
rs_blob_parse(const char *name, struct blob_id *id)
{
	struct slice text = slice_from(name);

	return slice_starts_with(text, SLICE("b.")) &&
	       hex_decode(slice_skip(text, 2), id->bytes, sizeof(id->bytes));
}

bool
rs_name_is_ours(const char *name)
{
	struct slice text = slice_from(name);

	return slice_starts_with(text, SLICE("p.")) || slice_starts_with(text, SLICE("b.")) ||
	       slice_equal(text, SLICE(RS_FORMAT)) || slice_equal(text, SLICE(RS_SESSIONS)) ||
	       slice_equal(text, SLICE(RS_ROOM));
}

size_t
rs_key_write_from(struct slice key, char *out)
{
	char *end = out;

	for (size_t i = 0; i < key.length; i++) {
		unsigned char byte = (unsigned char)key.data[i];

		if (byte <= ESCAPE_MAX) {
			*end++ = ESCAPE;
			byte++;
		}
		*end++ = (char)byte;
	}
	*end = 0;
	return (size_t)(end - out);
}

size_t
rs_key_write(struct slice key, char *out)
{
	size_t length = rs_key_write_from(key, out);

	out[length++] = ESCAPE;
	out[length] = 0;
	return length;
}

bool
rs_key_read(struct slice stored, char out[STORE_KEY_MAX], size_t *length)
{
	*length = 0;
	for (size_t i = 0; i < stored.length; i++) {
		unsigned char byte = (unsigned char)stored.data[i];

		if (byte == ESCAPE && i + 1 == stored.length)
			return *length > 0;
		if (byte == ESCAPE) {
			byte = (unsigned char)stored.data[++i] - 1;
			if (byte > ESCAPE_MAX)
				return false;
		}
		if (*length == STORE_KEY_MAX)
			return false;
		out[(*length)++] = (char)byte;
	}
	return false;
}
