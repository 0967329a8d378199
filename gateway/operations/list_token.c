#include "gateway/operations/list_token.h"

#include <assert.h>

#include "common/encode.h"

#define FORMAT      1
#define HEADER_SIZE 2

enum kind {
	KIND_KEY,
	KIND_PREFIX
};

char *
list_token_write(TALLOC_CTX *mem, struct list_position position)
{
	char bytes[HEADER_SIZE + LIST_TOKEN_NAME_MAX] = { FORMAT, position.is_prefix ? KIND_PREFIX : KIND_KEY };

	assert(position.after.length > 0 && position.after.length <= LIST_TOKEN_NAME_MAX);
	memcpy(bytes + HEADER_SIZE, position.after.data, position.after.length);
	return base64_encode(mem, slice_make(bytes, HEADER_SIZE + position.after.length));
}

bool
list_token_read(TALLOC_CTX *mem, struct slice token, struct list_position *out)
{
	unsigned char bytes[HEADER_SIZE + LIST_TOKEN_NAME_MAX];
	struct slice name;
	size_t length;

	*out = (struct list_position){ 0 };
	if (!base64_decode(token, bytes, sizeof(bytes), &length) || length <= HEADER_SIZE)
		return false;
	if (bytes[0] != FORMAT || (bytes[1] != KIND_KEY && bytes[1] != KIND_PREFIX))
		return false;
	name = slice_make(bytes + HEADER_SIZE, length - HEADER_SIZE);
	if (memchr(name.data, '\0', name.length) != NULL || !utf8_valid(name))
		return false;
	out->after = slice_copy(mem, name);
	out->is_prefix = bytes[1] == KIND_PREFIX;
	return true;
}
