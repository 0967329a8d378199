#include "storage/catalog_uploads.h"

#include "common/encode.h"

#define ID_LENGTH 16

static struct slice
id_slice(const unsigned char id[ID_LENGTH])
{
	return slice_make(id, ID_LENGTH);
}

struct slice
name_upload(TALLOC_CTX *mem, struct slice key, const unsigned char id[16])
{
	return NAME(mem, SLICE("u"), key, NAME_ZERO, id_slice(id));
}

struct slice
name_parts(TALLOC_CTX *mem, const unsigned char upload_id[16])
{
	return NAME(mem, SLICE("p"), id_slice(upload_id));
}

struct slice
name_part(TALLOC_CTX *mem, const unsigned char upload_id[16], unsigned number)
{
	const unsigned char big_endian[2] = { (unsigned char)(number >> 8), (unsigned char)number };

	return NAME(mem, SLICE("p"), id_slice(upload_id), slice_make(big_endian, sizeof(big_endian)));
}

bool
name_upload_parse(struct slice name, struct slice *key, unsigned char id[16])
{
	struct slice rest = slice_skip(name, 1);
	const char *end = rest.length ? memchr(rest.data, 0, rest.length) : NULL;

	if (!end || name.data[0] != 'u')
		return false;
	*key = slice_head(rest, (size_t)(end - rest.data));
	rest = slice_skip(rest, key->length + 1);
	if (rest.length != ID_LENGTH)
		return false;
	memcpy(id, rest.data, ID_LENGTH);
	return true;
}

bool
name_part_parse(struct slice name, unsigned char upload_id[16], unsigned *number)
{
	if (name.length != 1 + ID_LENGTH + 2 || name.data[0] != 'p')
		return false;
	memcpy(upload_id, name.data + 1, ID_LENGTH);
	*number = (unsigned)(unsigned char)name.data[1 + ID_LENGTH] << 8 | (unsigned char)name.data[2 + ID_LENGTH];
	return *number >= 1 && *number <= PART_NUMBER_MAX;
}

bool
upload_id_parse(struct slice text, unsigned char id[16])
{
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] >= 'A' && text.data[i] <= 'F')
			return false;
	return hex_decode(text, id, ID_LENGTH);
}
