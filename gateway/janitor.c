#include "gateway/janitor.h"

#include <pthread.h>

#include "common/log.h"

#define PAUSE_SECONDS 5

struct janitor {
	struct catalog *catalog;
	pthread_t thread;
	_Atomic bool stop; /* the sweep looks at it as well */
	struct {
		pthread_mutex_t mutex;
		pthread_cond_t wake;
	} locked;
};

static void
sweep(struct janitor *janitor)
{
	struct sweep_result result = { 0 };
	enum store_err err = catalog_sweep(janitor->catalog, &janitor->stop, &result);

	if (err != STORE_OK)
		LOG(ERROR, "sweep", LOG_STRING("error", store_err_name(err)));
	if (result.blobs_deleted > 0 || result.buckets_finished > 0)
		LOG(INFO, "sweep", LOG_NUMBER("blobs_deleted", result.blobs_deleted),
		    LOG_NUMBER("blobs_waiting", result.blobs_waiting),
		    LOG_NUMBER("buckets_finished", result.buckets_finished));
}

static void *
run(void *context)
{
	struct janitor *janitor = context;

	pthread_mutex_lock(&janitor->locked.mutex);
	while (!janitor->stop) {
		struct timespec next;

		pthread_mutex_unlock(&janitor->locked.mutex);
		sweep(janitor);
		pthread_mutex_lock(&janitor->locked.mutex);
		clock_gettime(CLOCK_REALTIME, &next);
		next.tv_sec += PAUSE_SECONDS;
		if (!janitor->stop)
			pthread_cond_timedwait(&janitor->locked.wake, &janitor->locked.mutex, &next);
	}
	pthread_mutex_unlock(&janitor->locked.mutex);
	return NULL;
}

struct janitor *
janitor_start(struct catalog *catalog)
{
	struct janitor *janitor = calloc(1, sizeof(*janitor));

	if (!janitor)
		abort();
	janitor->catalog = catalog;
	pthread_mutex_init(&janitor->locked.mutex, NULL);
	pthread_cond_init(&janitor->locked.wake, NULL);
	if (pthread_create(&janitor->thread, NULL, run, janitor) == 0)
		return janitor;
	free(janitor);
	return NULL;
}

void
janitor_stop(struct janitor *janitor)
{
	pthread_mutex_lock(&janitor->locked.mutex);
	janitor->stop = true;
	pthread_mutex_unlock(&janitor->locked.mutex);
	pthread_cond_signal(&janitor->locked.wake);
	pthread_join(janitor->thread, NULL);
	pthread_cond_destroy(&janitor->locked.wake);
	pthread_mutex_destroy(&janitor->locked.mutex);
	free(janitor);
}
