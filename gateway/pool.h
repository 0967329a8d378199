/* The workers: threads that run what may wait, first in, first out. */
#ifndef GATEWAY_POOL_H
#define GATEWAY_POOL_H

#include "common/slice.h"

struct pool;

/* A job is linked into the queue by the member that its owner embeds; it must stay until it has run. */
struct job {
	void (*run)(struct job *job);
	struct job *next;
};

/* NULL when the threads cannot be made. */
struct pool *pool_new(size_t threads);

/* Any thread. */
void pool_submit(struct pool *pool, struct job *job);

/* Let the queue run empty, then join every thread. Nothing may be submitted any more. */
void pool_free(struct pool *pool);

#endif
