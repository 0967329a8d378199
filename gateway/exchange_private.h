/* What the files of an exchange share. */
#ifndef GATEWAY_EXCHANGE_PRIVATE_H
#define GATEWAY_EXCHANGE_PRIVATE_H

#include "gateway/exchange.h"
#include "gateway/req.h"

enum job_state {
	JOB_NONE,
	JOB_RUNNING,   /* a worker has the request; the loop at most fills its body's buffer */
	JOB_PARKED,    /* and the connection is suspended until it is done */
	JOB_ABANDONED, /* the connection is gone: the worker ends the request */
	JOB_DONE
};

/* What the connection knows of its request's body. */
enum phase {
	PHASE_HEADERS, /* the body has not been asked for */
	PHASE_BODY,    /* its bytes go to the request */
	PHASE_DISCARD, /* nobody wants them: the answer waits for the end */
	PHASE_LINGER,  /* nor here, and it has been given */
	PHASE_RUN      /* all bytes are in */
};

/* From where on a worker waits for an answer's body to come from a cluster, and with what result. */
struct awaited {
	uint64_t position;
	enum store_err err;
};

struct exchange {
	struct exchanges *all;
	struct MHD_Connection *connection;
	struct peer *peer;
	const char *target; /* where libmicrohttpd has it */
	struct req *r;
	enum phase phase;
	uint64_t unwanted; /* bytes of the body that were dropped */
	enum flow flow;    /* what req_advance returned last */
	bool begun;        /* the headers have been seen, and the request counts as under way */
	bool answered;     /* stays so, however often it is asked for */
	struct awaited awaited;
	struct job job;
	_Atomic enum job_state state;
};

struct exchange *exchange_of(struct job *job);

/* Give the request to a worker, which calls `run`; and what that calls last. */
void exchange_start_job(struct exchange *x, void (*run)(struct job *job));
void exchange_hand_back(struct exchange *x);

/* Suspend the connection until the worker is done. */
void exchange_await_worker(struct exchange *x);

/* exchange_answer.c: send the reply that the request has. */
enum MHD_Result exchange_answer(struct exchange *x);

#endif
