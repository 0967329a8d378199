/* The socket that the gateway listens on. */
#ifndef GATEWAY_LISTENER_H
#define GATEWAY_LISTENER_H

#include "common/slice.h"

/*
 * Listen on "ADDR:PORT"; an IPv6 address stands in brackets, no address means all, port 0 picks a free one. Returns the
 * socket, which is the caller's, and in *address what it listens on; -1 and a line for a person in *message, on `mem`.
 */
MUST_USE int listener_open(TALLOC_CTX *mem, const char *listen_on, char **address, char **message);

#endif
