#include "gateway/exchange_private.h"

#include "gateway/early_answer.h"
#include "gateway/hygiene.h"
#include "gateway/req.h"

/* Of a body whose refusal is sent already, so much is still read: many clients look for an answer only behind it. */
#define LINGER_MAX (64 * 1024 * 1024)

/* Handing over to a worker and back. */

/* The end of a request, wherever it comes: its line in the log, and its memory. */
static void
end(struct exchange *x, bool completed)
{
	struct exchanges *all = x->all;
	bool begun = x->begun;

	if (begun)
		req_log(x->r, completed);
	talloc_free(x->r);
	if (begun)
		atomic_fetch_sub(&all->under_way, 1);
}

struct exchange *
exchange_of(struct job *job)
{
	return (struct exchange *)((char *)job - offsetof(struct exchange, job));
}

void
exchange_hand_back(struct exchange *x)
{
	struct MHD_Connection *connection = x->connection;

	switch (atomic_exchange(&x->state, JOB_DONE)) {
	case JOB_PARKED:
		MHD_resume_connection(connection); /* x is the loop's again: do not touch it */
		break;
	case JOB_ABANDONED:
		end(x, false);
		break;
	default:
		break;
	}
}

static void
work(struct job *job)
{
	struct exchange *x = exchange_of(job);

	x->flow = req_advance(x->r, true);
	exchange_hand_back(x);
}

void
exchange_start_job(struct exchange *x, void (*run)(struct job *job))
{
	atomic_store(&x->state, JOB_RUNNING);
	x->job.run = run;
	pool_submit(x->all->workers, &x->job);
}

static void
start_worker(struct exchange *x)
{
	exchange_start_job(x, work);
}

void
exchange_await_worker(struct exchange *x)
{
	struct MHD_Connection *connection = x->connection;
	enum job_state running = JOB_RUNNING;

	MHD_suspend_connection(connection);
	if (!atomic_compare_exchange_strong(&x->state, &running, JOB_PARKED))
		MHD_resume_connection(connection); /* it was faster than we */
}

/* A request's way. */

/*
 * The answer is there before the body. Given now, it would close the connection, be there a body or not: a body that is
 * short or empty is read to its end first.
 */
static bool
worth_discarding(const struct exchange *x)
{
	const struct body *body = &x->r->body;

	if (x->phase != PHASE_HEADERS)
		return x->phase != PHASE_RUN;
	return !x->r->reply.close && !body->expects_continue && !body->chunked &&
	       body->content_length <= BODY_DISCARD_MAX;
}

/*
 * Likewise, but the body is long. Bytes that nobody reads would reset the connection as it closes, and the client, which sends
 * on, would perhaps never see the answer.
 */
static bool
worth_lingering(const struct exchange *x)
{
	const struct body *body = &x->r->body;

	return x->phase == PHASE_HEADERS && x->r->refusal.err && !x->r->reply.close && !body->expects_continue &&
	       (body->chunked || body->content_length > BODY_DISCARD_MAX) &&
	       !slice_equal(x->r->method, SLICE("HEAD"));
}

static void
answer_early(struct exchange *x)
{
	int socket = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;

	early_answer_send(socket, x->r, MHD_get_reason_phrase_for(x->r->reply.status));
	x->phase = PHASE_LINGER;
}

static enum MHD_Result
follow(struct exchange *x)
{
	switch (x->flow) {
	case FLOW_WAIT:
		start_worker(x);
		exchange_await_worker(x);
		return MHD_YES;
	case FLOW_BODY:
		if (x->phase == PHASE_HEADERS) {
			x->phase = PHASE_BODY;
			peer_awaits_body(x->peer);
		}
		return MHD_YES;
	case FLOW_REPLY:
		if (worth_lingering(x)) {
			peer_awaits_body(x->peer);
			answer_early(x);
			return MHD_YES;
		}
		if (!worth_discarding(x))
			return exchange_answer(x);
		if (x->phase == PHASE_HEADERS)
			peer_awaits_body(x->peer);
		x->phase = PHASE_DISCARD;
		return MHD_YES;
	case FLOW_NEXT:
		break;
	}
	abort();
}

static enum MHD_Result
advance(struct exchange *x)
{
	x->flow = req_advance(x->r, false);
	return follow(x);
}

/* The first look at what a worker has left. */
static void
collect_flow(struct exchange *x)
{
	enum job_state done = JOB_DONE;

	if (atomic_compare_exchange_strong(&x->state, &done, JOB_NONE) && x->phase == PHASE_BODY &&
	    x->flow == FLOW_REPLY)
		x->phase = PHASE_DISCARD;
}

/* A buffer of the body is full: have it worked off while the other is filled. False: neither is free yet. */
static bool
pass_buffer_on(struct exchange *x)
{
	collect_flow(x);
	if (x->phase == PHASE_DISCARD)
		return true;
	if (atomic_load(&x->state) != JOB_NONE) {
		exchange_await_worker(x);
		return false;
	}
	body_turn(x->r);
	x->flow = req_advance(x->r, false);
	if (x->flow == FLOW_WAIT) {
		bool is_wanted = req_takes_body(x->r);

		start_worker(x);
		/* A client may send no more before it knows: then no piece would come to take the answer along. */
		if (!is_wanted) {
			exchange_await_worker(x);
			return false;
		}
	} else if (x->flow == FLOW_REPLY) {
		x->phase = PHASE_DISCARD;
	}
	return true;
}

/* Whether more of a body is to come than is read just to keep the connection. */
static bool
is_long(const struct exchange *x)
{
	const struct body *body = &x->r->body;
	uint64_t rest = body->chunked ? x->unwanted : body->content_length - body->received;

	return rest > BODY_DISCARD_MAX;
}

/* A piece that nobody wants. MHD_NO, which closes the connection: no more of them, either. */
static enum MHD_Result
drop_piece(struct exchange *x, size_t *length)
{
	peer_received(x->peer, *length);
	x->unwanted += *length;
	*length = 0;
	if (x->phase == PHASE_DISCARD && is_long(x))
		answer_early(x);
	return x->phase == PHASE_LINGER && x->unwanted > LINGER_MAX ? MHD_NO : MHD_YES;
}

/* A piece of the body; what is left in *length comes again. */
static enum MHD_Result
take_piece(struct exchange *x, const char *data, size_t *length)
{
	while (x->phase == PHASE_BODY && *length > 0) {
		size_t taken = body_feed(x->r, slice_make(data, *length));

		peer_received(x->peer, taken);
		data += taken;
		*length -= taken;
		if (*length > 0 && !pass_buffer_on(x))
			return MHD_YES;
	}
	return *length > 0 ? drop_piece(x, length) : MHD_YES;
}

static enum MHD_Result
body_ended(struct exchange *x)
{
	bool discarded = x->phase == PHASE_DISCARD;

	if (x->phase == PHASE_LINGER)
		return MHD_NO;
	x->phase = PHASE_RUN;
	if (discarded)
		return exchange_answer(x);
	x->r->body.complete = true;
	body_turn(x->r);
	peer_is_served(x->peer);
	return advance(x);
}

static enum MHD_Result
collect_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_length, const char *value,
    size_t value_length)
{
	struct exchange *x = context;

	(void)kind;
	fields_add(x->r, &x->r->headers, slice_make(name, name_length), slice_make(value, value_length));
	return MHD_YES;
}

static void
read_headers(struct exchange *x, const char *method, const char *version)
{
	struct req *r = x->r;
	struct slice target = slice_make(x->target, r->raw_target.length);
	size_t size = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;

	MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, collect_header, x);
	if (!hygiene_is_whole(method, size, target, version, &r->headers))
		r->malformed = "a header block that not everybody would read alike";
	/* They are the connection's, and go with it, while a worker may still be at the request: copies. */
	r->method = slice_from(talloc_strdup(r, method));
	fields_copy(r, &r->headers);
	for (size_t i = 0; i < r->headers.count; i++)
		r->headers.items[i].value = slice_trim(r->headers.items[i].value);
	if (!r->malformed)
		r->malformed = hygiene_check(r->method, r->raw_target, slice_from(version), &r->headers);
}

static enum MHD_Result
begin(struct exchange *x, const char *method, const char *version)
{
	struct exchanges *all = x->all;

	x->begun = true;
	talloc_steal(NULL, x->r);
	atomic_fetch_add(&all->under_way, 1);
	read_headers(x, method, version);
	if (atomic_load(&all->draining)) {
		req_turn_away(x->r);
		return exchange_answer(x);
	}
	address_format(
	    MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, x->r->address);
	return advance(x);
}

/* A call for a request that has begun: after a worker, with a piece of the body, or at the body's end. */
static enum MHD_Result
take_call(struct exchange *x, const char *data, size_t *length)
{
	collect_flow(x);
	if (x->phase == PHASE_HEADERS || x->phase == PHASE_RUN)
		return follow(x);
	if (*length > 0)
		return take_piece(x, data, length);
	if (atomic_load(&x->state) != JOB_NONE) {
		exchange_await_worker(x);
		return MHD_YES;
	}
	return body_ended(x);
}

/* Its memory hangs on the peer until it begins: it may end without a word to us, and then goes with the connection. */
struct exchange *
exchange_new(struct exchanges *all, struct peer *peer, struct MHD_Connection *connection, const char *target)
{
	struct req *r = req_new(peer, all->gateway);
	struct exchange *x = talloc_zero(r, struct exchange);

	x->all = all;
	x->connection = connection;
	x->peer = peer;
	x->r = r;
	x->target = target;
	r->raw_target = slice_from(talloc_strdup(r, target));
	return x;
}

enum MHD_Result
exchange_go_on(struct exchange *x, const char *method, const char *version, const char *data, size_t *length)
{
	if (!x->begun)
		return begin(x, method, version);
	if (x->answered) {
		*length = 0;
		return exchange_answer(x); /* the daemon stops and asks again */
	}
	return take_call(x, data, length);
}

void
exchange_end(struct exchange *x, bool completed)
{
	enum job_state running = JOB_RUNNING;

	if (!atomic_compare_exchange_strong(&x->state, &running, JOB_ABANDONED))
		end(x, completed || (x->phase == PHASE_LINGER && x->r->sent > 0));
}
