/*
 * Patterns with "*", any run of characters, and "?", any one of them, over raw bytes: a character is a well-formed UTF-8
 * sequence, or else a byte. Matching takes steps in proportion to length of text times length of pattern / 64, whatever
 * the pattern; nothing recurses or tries again. A finished pattern is immutable; any thread.
 */
#ifndef AUTH_WILDCARD_H
#define AUTH_WILDCARD_H

#include "common/slice.h"

struct wildcard;

/* The pattern that only the empty text matches, with room for at most `room` bytes and "?". */
struct wildcard *wildcard_new(TALLOC_CTX *mem, size_t room);

/* Go on with bytes that stand for themselves; with any one character; with any run of them. */
void wildcard_add_bytes(struct wildcard *pattern, struct slice bytes);
void wildcard_add_one(struct wildcard *pattern);
void wildcard_add_run(struct wildcard *pattern);

/* Whether the whole text matches. */
bool wildcard_matches(const struct wildcard *pattern, struct slice text);

/* What a match may cost at most, in steps of a nanosecond or so. */
size_t wildcard_cost(const struct wildcard *pattern, struct slice text);

/* Whether a pattern as it is written has wildcards at all. */
bool wildcard_is_wild(struct slice written);

/* A pattern as it is written. */
struct wildcard *wildcard_from(TALLOC_CTX *mem, struct slice written);

#endif
