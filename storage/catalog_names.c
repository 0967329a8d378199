#include "storage/catalog_private.h"

#include "common/clock.h"
#include "common/digest.h"

struct slice
name_join(TALLOC_CTX *mem, const struct slice *pieces, size_t count)
{
	size_t length = 0;
	char *name, *end;

	for (size_t i = 0; i < count; i++)
		length += pieces[i].length;
	name = end = talloc_array(mem, char, length + 1);
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].length)
			memcpy(end, pieces[i].data, pieces[i].length);
		end += pieces[i].length;
	}
	*end = '\0';
	return slice_make(name, length);
}

struct slice
name_head(TALLOC_CTX *mem, struct slice key)
{
	return NAME(mem, SLICE("o"), key, SLICE("\0\0"));
}

static void
write_big_endian(uint64_t number, unsigned char out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(number >> (56 - 8 * i));
}

static uint64_t
read_big_endian(const unsigned char in[8])
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | in[i];
	return number;
}

struct slice
name_noncurrent(TALLOC_CTX *mem, struct slice key, uint64_t ordinal)
{
	unsigned char inverted[8];

	write_big_endian(~ordinal, inverted);
	return NAME(mem, SLICE("o"), key, SLICE("\0\1"), slice_make(inverted, sizeof(inverted)));
}

struct slice
name_content(TALLOC_CTX *mem, const unsigned char id[16])
{
	return NAME(mem, SLICE("c"), slice_make(id, 16));
}

struct slice
name_garbage(TALLOC_CTX *mem, const struct blob_id *id)
{
	return NAME(mem, SLICE("g"), slice_make(id->bytes, sizeof(id->bytes)));
}

struct slice
name_after(struct slice prefix, char *out)
{
	while (prefix.length && (unsigned char)prefix.data[prefix.length - 1] == 0xff)
		prefix.length--;
	if (!prefix.length)
		return slice_make(NULL, 0);
	memcpy(out, prefix.data, prefix.length);
	out[prefix.length - 1]++;
	return slice_make(out, prefix.length);
}

bool
name_parse(struct slice name, struct slice *key, bool *is_head, uint64_t *ordinal)
{
	struct slice rest = slice_skip(name, 1);
	const char *end = rest.length ? memchr(rest.data, 0, rest.length) : NULL;

	if (!end || name.data[0] != 'o')
		return false;
	*key = slice_head(rest, (size_t)(end - rest.data));
	rest = slice_skip(rest, key->length + 1);
	*is_head = rest.length == 1 && rest.data[0] == 0;
	*ordinal = 0;
	if (*is_head)
		return true;
	if (rest.length != 9 || rest.data[0] != 1)
		return false;
	*ordinal = ~read_big_endian((const unsigned char *)rest.data + 1);
	return true;
}

void
id_make(unsigned char out[16])
{
	write_big_endian((uint64_t)clock_wall_us(), out);
	random_bytes(out + 8, 8);
}
