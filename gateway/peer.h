/*
 * Connections under a deadline. libmicrohttpd closes a connection on which nothing happens; one byte a second would keep
 * it for ever. So each connection is watched here: its headers have to be complete in time, and a body has to come at
 * a least rate. A connection that fails is shut down, which the event loop then sees as its end.
 */
#ifndef GATEWAY_PEER_H
#define GATEWAY_PEER_H

#include "gateway/config.h"

struct peers;
struct peer;

/* Starts the watching thread; NULL when it cannot. `config` gives the deadlines, as they are at the start. */
struct peers *peers_new(const struct config *config);

/* Every peer has been closed. */
void peers_free(struct peers *peers);

/*
 * A connection was accepted: its socket is watched until peer_close, which must come before the socket is closed. A peer
 * is a talloc context as well: what hangs on it goes with the connection.
 */
struct peer *peer_open(struct peers *peers, int socket);
void peer_close(struct peers *peers, struct peer *peer);

/* What the connection is doing now; event loop. A new one awaits headers. */
void peer_awaits_body(struct peer *peer);
void peer_received(struct peer *peer, size_t bytes);
void peer_is_served(struct peer *peer);                          /* no deadline of ours */
void peer_is_idle(const struct peers *peers, struct peer *peer); /* between two requests */

/* Shut down every connection, for a stop that has waited long enough. */
void peers_shut_down(struct peers *peers);

#endif
