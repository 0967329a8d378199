/*
 * The first look at a request, before anything believes it: what libmicrohttpd lets pass and two servers in a row could
 * understand differently (RFC 9112 section 11.2, request smuggling) is refused. Pure.
 */
#ifndef GATEWAY_HYGIENE_H
#define GATEWAY_HYGIENE_H

#include "common/fields.h"

#define HYGIENE_HEADERS_MAX 128

/*
 * NULL, or what is wrong with the request, in a person's words. `headers` are as received, with the lengths that the
 * connection counted: a value may hold any byte.
 */
const char *hygiene_check(struct slice method, struct slice raw_target, struct slice http_version,
    const struct fields *headers);

#endif
