/*
 * Continuation tokens: where a listing goes on, as text that clients hand back unread. base64 of a format byte, a byte
 * that tells a key from a common prefix, and its bytes. They hold no secret and give no right. Pure; any thread.
 */
#ifndef GATEWAY_OPERATIONS_LIST_TOKEN_H
#define GATEWAY_OPERATIONS_LIST_TOKEN_H

#include "common/slice.h"

#define LIST_TOKEN_NAME_MAX 1024 /* bytes of a key, and so of a common prefix */

struct list_position {
	struct slice after; /* the last key or common prefix that was listed */
	bool is_prefix;
};

/* On `mem`, NUL-terminated. */
char *list_token_write(TALLOC_CTX *mem, struct list_position position);

/* False for what list_token_write cannot have made. The result is on `mem`. */
MUST_USE bool list_token_read(TALLOC_CTX *mem, struct slice token, struct list_position *out);

#endif
