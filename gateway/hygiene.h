/*
 * The first look at a request, before anything believes it: what libmicrohttpd lets pass and two servers in a row could
 * understand differently (RFC 9112 section 11.2, request smuggling) is refused. Pure.
 */
#ifndef GATEWAY_HYGIENE_H
#define GATEWAY_HYGIENE_H

#include "common/fields.h"

#define HYGIENE_HEADERS_MAX 128

/* Whether that can be a header's name (RFC 9110 section 5.6.2, token). */
bool is_field_name(struct slice s);

/* Whether the bytes may stand in a header line (RFC 9110 section 5.5): no control characters but the tab. */
bool is_field_value(struct slice s);

/*
 * NULL, or what is wrong with the request, in a person's words. `headers` are as received, with the lengths that the
 * connection counted: a value may hold any byte.
 */
const char *hygiene_check(
    struct slice method, struct slice raw_target, struct slice http_version, const struct fields *headers);

/*
 * Whether libmicrohttpd has read every byte of the header block. It parses in place: method, target, version, names and
 * values lie one behind the other, NULs where separators were. What it joined (a folded line), cut (at a NUL) or skipped
 * (a line without a name) leaves a gap. All pointers are its own; `headers` untrimmed; `target` as long as it was
 * received; `size` bytes from the method on are the header block with its empty line.
 */
bool hygiene_is_whole(
    const char *method, size_t size, struct slice target, const char *version, const struct fields *headers);

#endif
