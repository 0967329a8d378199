/*
 * Bytes of small objects that are asked for again and again, kept in memory where the store is far away. They are kept by the
 * ID of a content or a blob, which names the same bytes for ever, so that nothing here is ever out of date: whether an object
 * still has them, its record says, which is read each time. What was not asked for the longest goes first. Any thread.
 */
#ifndef STORAGE_CONTENTS_H
#define STORAGE_CONTENTS_H

#include "common/slice.h"

#define CONTENT_ID_BYTES  16
#define CONTENT_BYTES_MAX ((size_t)1 << 20) /* of one */

struct contents;
struct kept_content;

/* `bytes_max`: of all together. */
struct contents *contents_new(size_t bytes_max);
void contents_free(struct contents *contents);

/* The bytes of that ID, held until they are released; NULL: they are not here. */
struct kept_content *contents_find(struct contents *contents, const unsigned char id[CONTENT_ID_BYTES]);

/*
 * Whether it is worth to keep them, which are `length` bytes and not here: they were asked for before, and since then not more
 * than has room here. Where more than that is read over and over, keeping would only push out what is kept.
 */
bool contents_wants(struct contents *contents, const unsigned char id[CONTENT_ID_BYTES], size_t length);

/* Keep them; `bytes`, allocated by talloc and without a parent, are the contents' from now on. Held, too. */
struct kept_content *contents_add(
    struct contents *contents, const unsigned char id[CONTENT_ID_BYTES], char *bytes, size_t length);

struct slice kept_content_bytes(const struct kept_content *kept);
void kept_content_release(struct kept_content *kept);

#endif
