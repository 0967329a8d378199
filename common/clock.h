/* Time: the two clocks, and the four ways in which S3 writes a moment. Any thread. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include "common/slice.h"

#define CLOCK_TEXT_MAX 32 /* room for any form below with its NUL */

/* Microseconds since 1970 (UTC), and since some fixed moment, never backwards. */
int64_t clock_wall_us(void);
int64_t clock_monotonic_us(void);

/* "2006-02-03T16:45:09.000Z", as in S3's XML. */
void clock_format_iso8601(int64_t wall_us, char out[CLOCK_TEXT_MAX]);

/* "Mon, 12 Oct 2009 17:50:00 GMT" (RFC 9110 section 5.6.7). */
void clock_format_http(int64_t wall_us, char out[CLOCK_TEXT_MAX]);

/* "20130524T000000Z", the x-amz-date of SigV4. */
void clock_format_amz(int64_t wall_us, char out[CLOCK_TEXT_MAX]);

/*
 * Each parses the whole text into seconds since 1970; false, and 0, for anything else or a date that is none.
 * http takes all three forms of RFC 9110, each with a numeric zone too, as RFC 5322 has it. iso8601 takes "Z" or an
 * offset such as "+02:00", drops fractions of a second, and reads a date alone as its first second.
 */
MUST_USE bool clock_parse_amz(struct slice text, int64_t *seconds);
MUST_USE bool clock_parse_http(struct slice text, int64_t *seconds);
MUST_USE bool clock_parse_iso8601(struct slice text, int64_t *seconds);

#endif
