#include "gateway/early_answer.h"

#include <sys/socket.h>

#include "common/buf.h"
#include "common/clock.h"

#define ANSWER_MAX (512 * 1024) /* bytes: an error document and its header block */

static struct slice
write_answer(struct req *r, const char *reason)
{
	const struct reply *reply = &r->reply;
	struct buf *answer = buf_new(r, ANSWER_MAX);
	char date[CLOCK_TEXT_MAX];

	clock_format_http(clock_wall_us(), date);
	buf_printf(answer, "HTTP/1.1 %u %s\r\nDate: %s\r\n", reply->status, reason, date);
	for (size_t i = 0; i < reply->headers.count; i++) {
		buf_append(answer, reply->headers.items[i].name);
		buf_append_string(answer, ": ");
		buf_append(answer, reply->headers.items[i].value);
		buf_append_string(answer, "\r\n");
	}
	buf_printf(answer, "Connection: close\r\nContent-Length: %zu\r\n\r\n", reply->body.length);
	buf_append(answer, reply->body);
	return buf_overflowed(answer) ? SLICE("") : buf_slice(answer);
}

void
early_answer_send(int socket, struct req *r, const char *reason)
{
	struct slice answer = write_answer(r, reason);
	ssize_t sent = send(socket, answer.data, answer.length, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent == (ssize_t)answer.length)
		r->sent = r->reply.body.length;
	shutdown(socket, SHUT_WR);
}
