/* Giving the answer. When its body has to wait for a cluster, a worker does, while the connection is suspended. */
#include "gateway/exchange_private.h"
#include "gateway/req.h"

#define REPLY_PIECE (256 * 1024) /* bytes of a body asked for at once */

static enum store_err
read_body(struct exchange *x, uint64_t position, char *out, size_t max, size_t *got)
{
	struct reply *reply = &x->r->reply;
	enum store_err err;

	if (max > reply->content_length - position)
		max = (size_t)(reply->content_length - position);
	err = object_reader_read(reply->reader, reply->offset + position, out, max, got);
	return err == STORE_OK && *got == 0 ? STORE_DAMAGED : err;
}

static void
await_body(struct job *job)
{
	struct exchange *x = exchange_of(job);
	size_t got;
	char byte;

	x->awaited.err = read_body(x, x->awaited.position, &byte, 1, &got);
	exchange_hand_back(x);
}

/* Read what is there; *got 0 and no error: a worker waits for it, and will call back. */
static enum store_err
read_ready(struct exchange *x, uint64_t position, char *out, size_t max, size_t *got)
{
	enum job_state done = JOB_DONE;
	size_t ready;

	if (!atomic_compare_exchange_strong(&x->state, &done, JOB_NONE) && done != JOB_NONE) {
		exchange_await_worker(x);
		return STORE_OK;
	}
	if (x->awaited.err)
		return x->awaited.err;
	ready = object_reader_ready(x->r->reply.reader, x->r->reply.offset + position);
	if (ready > 0)
		return read_body(x, position, out, ready < max ? ready : max, got);
	x->awaited.position = position;
	exchange_start_job(x, await_body);
	exchange_await_worker(x);
	return STORE_OK;
}

static ssize_t
read_reply(void *context, uint64_t position, char *out, size_t max)
{
	struct exchange *x = context;
	struct reply *reply = &x->r->reply;
	enum store_err err = STORE_OK;
	size_t got = 0;

	if (position < reply->body.length) {
		struct slice rest = slice_head(slice_skip(reply->body, (size_t)position), max);

		memcpy(out, rest.data, rest.length);
		got = rest.length;
	} else if (catalog_get_waits(x->r->gateway->catalog)) {
		err = read_ready(x, position, out, max, &got);
	} else {
		err = read_body(x, position, out, max, &got);
	}
	if (err) {
		LOG(ERROR, "answer cut short", LOG_STRING("request_id", x->r->id),
		    LOG_STRING("error", store_err_name(err)), LOG_NUMBER("position", position));
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	x->r->sent += got;
	return (ssize_t)got;
}

static struct MHD_Response *
make_response(struct exchange *x)
{
	struct reply *reply = &x->r->reply;
	struct MHD_Response *response;

	if (reply->body.length == reply->content_length) {
		response = MHD_create_response_from_buffer(
		    reply->body.length, (void *)(uintptr_t)reply->body.data, MHD_RESPMEM_PERSISTENT);
		x->r->sent = reply->body.length;
	} else {
		/* Also what HEAD and 304 leave out: libmicrohttpd needs its length, and never asks for it. */
		size_t piece = reply->content_length < REPLY_PIECE ? (size_t)reply->content_length : REPLY_PIECE;

		response = MHD_create_response_from_callback(reply->content_length, piece, read_reply, x, NULL);
	}
	return response;
}

enum MHD_Result
exchange_answer(struct exchange *x)
{
	struct req *r = x->r;
	struct MHD_Response *response = make_response(x);
	enum MHD_Result result;

	for (size_t i = 0; i < r->reply.headers.count; i++) {
		const struct field *field = &r->reply.headers.items[i];
		char *name = slice_dup(r, field->name), *value = slice_dup(r, field->value);

		/* libmicrohttpd takes no empty value; white space around a value does not count (RFC 9110 section 5.5). */
		if (MHD_add_response_header(response, name, *value ? value : " ") != MHD_YES)
			LOG(WARN, "header not sent", LOG_STRING("name", name), LOG_STRING("request_id", r->id));
	}
	if (r->reply.close)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	peer_is_served(x->peer);
	result = MHD_queue_response(x->connection, r->reply.status, response);
	MHD_destroy_response(response);
	x->answered = true;
	return result;
}
