/*
 * A request on its connection: all of it that is libmicrohttpd's business. The stages run on the event loop until one may
 * wait; a worker then has the request, and the connection is suspended until it is done.
 */
#ifndef GATEWAY_EXCHANGE_H
#define GATEWAY_EXCHANGE_H

#include <stdatomic.h>

#include <microhttpd.h>

#include "gateway/gateway.h"
#include "gateway/peer.h"
#include "gateway/pool.h"

/* What all exchanges of a server share. */
struct exchanges {
	struct gateway *gateway;
	struct pool *workers;
	_Atomic uint64_t under_way; /* requests that have begun and not ended */
	_Atomic bool draining;      /* new ones are turned away */
};

struct exchange;

/* The request line has been read: `target` is libmicrohttpd's copy of it, which stays. Ended by exchange_end. */
struct exchange *exchange_new(
    struct exchanges *all, struct peer *peer, struct MHD_Connection *connection, const char *target);

/* Every call of libmicrohttpd's for the request: its headers, a piece of its body, the body's end, or after a worker. */
enum MHD_Result exchange_go_on(
    struct exchange *x, const char *method, const char *version, const char *data, size_t *length);

/*
 * libmicrohttpd is done with the request; `completed`: its whole answer was sent. The line in the log is written, and the
 * memory goes: at once, or when the worker that has it still is done.
 */
void exchange_end(struct exchange *x, bool completed);

#endif
