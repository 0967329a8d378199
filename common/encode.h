/* Encodings of bytes as text: hexadecimal, base64, percent-encoding, and the check for UTF-8. Pure functions. */
#ifndef COMMON_ENCODE_H
#define COMMON_ENCODE_H

#include "common/buf.h"

/* Lower-case hexadecimal, NUL-terminated, on `mem`. */
char *hex_encode(TALLOC_CTX *mem, struct slice bytes);

/* Exactly 2 * length hexadecimal digits of either case into `out`; false, and zeros, for anything else. */
MUST_USE bool hex_decode(struct slice text, unsigned char *out, size_t length);

/* RFC 4648 section 4, padded, NUL-terminated, on `mem`. */
char *base64_encode(TALLOC_CTX *mem, struct slice bytes);

/*
 * RFC 4648 section 4, padded, no white space, canonical trailing bits.
 * Writes at most `max` bytes to `out`. False for malformed or longer text.
 */
MUST_USE bool base64_decode(struct slice text, unsigned char *out, size_t max, size_t *length);

enum percent_set {
	PERCENT_ALL,       /* all but RFC 3986 unreserved characters: SigV4's UriEncode */
	PERCENT_KEEP_SLASH /* the same, "/" stays: paths, and S3's encoding-type=url */
};

/* Append `bytes` percent-encoded with upper-case digits. */
void percent_encode(struct buf *out, struct slice bytes, enum percent_set set);

/*
 * Undo percent-encoding; with `plus_is_space`, "+" becomes a space (query strings). The result is on `mem`, or `text`
 * itself where nothing was encoded. False for "%" without two hexadecimal digits.
 */
MUST_USE bool percent_decode(TALLOC_CTX *mem, struct slice text, bool plus_is_space, struct slice *out);

/* Whether the bytes are well-formed UTF-8. */
bool utf8_valid(struct slice s);

/* How many bytes the code point takes that the text begins with; 0 when they are no well-formed UTF-8, or no bytes. */
size_t utf8_first(struct slice s);

/* The number of code points of well-formed UTF-8. */
size_t utf8_length(struct slice s);

/* Take the code point that *rest begins with. False, and *rest stays, as utf8_first gives 0. */
bool utf8_next(struct slice *rest, uint32_t *point);

/* Whether a code point is a letter, a number or a separator (Unicode's general categories L, N and Z). */
bool unicode_is_word(uint32_t point);

#endif
