/* HTTP, by libmicrohttpd: event loops, connections, the workers that they hand over to, and how all of it stops. */
#ifndef GATEWAY_SERVER_H
#define GATEWAY_SERVER_H

#include "gateway/gateway.h"

struct server;

/*
 * Listen and serve. NULL, with a line for a person in *message on `mem`, when that fails. The address that is listened
 * on, with the port that was picked, is in *address on `mem`.
 */
struct server *server_start(
    struct gateway *gateway, const struct config *config, TALLOC_CTX *mem, char **address, char **message);

/* Finish the requests under way, refuse new ones, then stop. Bounded: after `patience_us` connections are cut. */
void server_stop(struct server *server, int64_t patience_us);

#endif
