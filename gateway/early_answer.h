/*
 * An answer in the middle of a request's body. libmicrohttpd sends none before it has the whole body, and for a long one
 * that nobody wants that would be late: so a refusal is written to the socket by ourselves, as the connection's last.
 */
#ifndef GATEWAY_EARLY_ANSWER_H
#define GATEWAY_EARLY_ANSWER_H

#include "gateway/req.h"

/*
 * Send r->reply, which is all in memory, with the phrase for its status, and end our side of the connection; the client may
 * go on to send. Does not wait: what the socket does not take at once is not sent. Event loop.
 */
void early_answer_send(int socket, struct req *r, const char *reason);

#endif
