#include "gateway/pool.h"

#include <pthread.h>

#define STACK_BYTES (512 * 1024)

struct pool {
	struct {
		pthread_mutex_t mutex; /* a leaf: nothing is locked under it */
		pthread_cond_t work;
		struct job *first;
		struct job **last; /* where the next job is linked */
		bool ending;
	} locked;
	size_t thread_count;
	pthread_t threads[];
};

static struct job *
take_job(struct pool *pool)
{
	struct job *job;

	pthread_mutex_lock(&pool->locked.mutex);
	while (!pool->locked.first && !pool->locked.ending)
		pthread_cond_wait(&pool->locked.work, &pool->locked.mutex);
	job = pool->locked.first;
	if (job) {
		pool->locked.first = job->next;
		if (!pool->locked.first)
			pool->locked.last = &pool->locked.first;
	}
	pthread_mutex_unlock(&pool->locked.mutex);
	return job;
}

static void *
worker(void *context)
{
	struct pool *pool = context;
	struct job *job;

	while ((job = take_job(pool)) != NULL)
		job->run(job);
	return NULL;
}

struct pool *
pool_new(size_t threads)
{
	struct pool *pool = calloc(1, sizeof(*pool) + threads * sizeof(pthread_t));
	pthread_attr_t attributes;

	if (!pool)
		abort();
	pthread_mutex_init(&pool->locked.mutex, NULL);
	pthread_cond_init(&pool->locked.work, NULL);
	pool->locked.last = &pool->locked.first;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	while (pool->thread_count < threads &&
	       pthread_create(&pool->threads[pool->thread_count], &attributes, worker, pool) == 0)
		pool->thread_count++;
	pthread_attr_destroy(&attributes);
	if (pool->thread_count == threads)
		return pool;
	pool_free(pool);
	return NULL;
}

void
pool_submit(struct pool *pool, struct job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&pool->locked.mutex);
	*pool->locked.last = job;
	pool->locked.last = &job->next;
	pthread_mutex_unlock(&pool->locked.mutex);
	pthread_cond_signal(&pool->locked.work);
}

void
pool_free(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->locked.mutex);
	pool->locked.ending = true;
	pthread_mutex_unlock(&pool->locked.mutex);
	pthread_cond_broadcast(&pool->locked.work);
	for (size_t i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->locked.work);
	pthread_mutex_destroy(&pool->locked.mutex);
	free(pool);
}
