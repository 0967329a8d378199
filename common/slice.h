/*
 * A slice: a borrowed run of bytes. It owns nothing, may hold any byte (NUL too) and is passed by value.
 * Any thread may use it.
 */
#ifndef COMMON_SLICE_H
#define COMMON_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <talloc.h>

#define MUST_USE      __attribute__((warn_unused_result))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct slice {
	const char *data;
	size_t length;
};

/* A slice of a string literal, also in static initialisers. */
#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })

/* For printf's "%.*s". */
#define SLICE_ARG(s) (int)(s).length, (s).data

static inline struct slice
slice_make(const void *data, size_t length)
{
	return (struct slice){ data, length };
}

/* A NUL-terminated string; NULL gives the empty slice. */
static inline struct slice
slice_from(const char *string)
{
	return (struct slice){ string, string ? strlen(string) : 0 };
}

static inline bool
slice_equal(struct slice a, struct slice b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* From byte `from` to the end; empty when the slice is shorter. */
static inline struct slice
slice_skip(struct slice s, size_t from)
{
	return from >= s.length ? (struct slice){ NULL, 0 } : (struct slice){ s.data + from, s.length - from };
}

/* The first `length` bytes, or all when there are fewer. */
static inline struct slice
slice_head(struct slice s, size_t length)
{
	return (struct slice){ s.data, length < s.length ? length : s.length };
}

static inline bool
slice_starts_with(struct slice s, struct slice prefix)
{
	return s.length >= prefix.length && slice_equal(slice_head(s, prefix.length), prefix);
}

/* Byte order as memcmp has it; where one is a prefix of the other, the shorter comes first. */
int slice_compare(struct slice a, struct slice b);

/* Equal but for the case of ASCII letters (RFC 9110 section 5.1, header names). */
bool slice_equal_nocase(struct slice a, struct slice b);

/* Where `needle` first occurs; false when it does not. The empty needle is found at 0. */
bool slice_find(struct slice s, struct slice needle, size_t *position);

/* Without the spaces and tabs at either end (RFC 9110 OWS). */
struct slice slice_trim(struct slice s);

/* Without the bytes at either end that are in the set, a string. */
struct slice slice_trim_of(struct slice s, const char *set);

/* How many bytes there are before the first that is in the set; all, where none is. */
size_t slice_length_before(struct slice s, const char *set);

/* The items with the separator between, on `mem`, with a NUL behind that does not count. */
struct slice slice_join(TALLOC_CTX *mem, const struct slice *items, size_t count, const char *separator);

/*
 * Take the next member of a list: the bytes of *rest up to `separator` go to *member, *rest moves behind it.
 * "a,,b" has three members, "a," one, the empty slice none. False at the end.
 */
bool slice_next(struct slice *rest, char separator, struct slice *member);

/* A decimal number of digits alone, at most `max`. False, and *number 0, for anything else. */
MUST_USE bool slice_to_number(struct slice s, uint64_t max, uint64_t *number);

/* Copy with the ASCII letters in lower case: to as many bytes, or onto `mem`. */
void slice_copy_lower(char *copy, struct slice s);
struct slice slice_lower(TALLOC_CTX *mem, struct slice s);

/* A copy on `mem`, with a NUL behind: as a string, and as a slice. */
char *slice_dup(TALLOC_CTX *mem, struct slice s);
struct slice slice_copy(TALLOC_CTX *mem, struct slice s);

#endif
