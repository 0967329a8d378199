/*
 * A buffer that grows up to a ceiling. Appending past the ceiling keeps what is there, drops the rest and marks the
 * buffer as overflowed, which whoever reads the result has to ask. It hangs on a talloc context; one thread at a time.
 */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include "common/slice.h"

struct buf;

/* An empty buffer for at most `max` bytes. */
struct buf *buf_new(TALLOC_CTX *mem, size_t max);

void buf_append(struct buf *b, struct slice s);
void buf_append_string(struct buf *b, const char *string);
void buf_append_byte(struct buf *b, char byte);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What has been appended; valid until the next append. A NUL that does not count follows the last byte. */
struct slice buf_slice(const struct buf *b);

/* Whether something was dropped. */
bool buf_overflowed(const struct buf *b);

/* Empty it, keep its memory. */
void buf_reset(struct buf *b);

#endif
