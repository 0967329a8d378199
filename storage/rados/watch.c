/*
 * What makes it safe to remember settings (cache.h): every opening that serves watches one RADOS object, and who has changed
 * a setting notifies all who watch it, and waits until each of them has forgotten it, before the change counts as done
 * (notify.c).
 *
 * Who does not answer is no longer heard: an OSD ends a watch from which it gets no sign of life for WATCH_SECONDS, and
 * whoever has had no answer to such a sign for TRUST_MS, which is less, relies on nothing it remembers. So a gateway that
 * dies or hangs holds up a change of settings for some seconds and then no more, and is no danger when it goes on.
 */
#include "common/clock.h"
#include "storage/rados/cache.h"
#include "storage/rados/names.h"
#include "storage/rados/watch.h"

#define WATCH_SECONDS 5
#define TRUST_MS      3000

/* A watch by one client of the cluster. It is also its completion's, which may come when nobody waits for it any more. */
struct registration {
	struct cache *cache;
	struct rs_client *client; /* held */
	uint64_t handle;
	_Atomic bool answered, there, lost;
	_Atomic unsigned holders;
};

struct watch {
	struct cache *cache;
	pthread_mutex_t mutex;        /* taken before the cache's */
	struct registration *present; /* NULL: there is none */
};

static void
registration_release(struct registration *r)
{
	if (atomic_fetch_sub(&r->holders, 1) == 1)
		talloc_free(r);
}

/* Callbacks, on a thread of librados, which must not wait. */

static void
registered(rados_completion_t completion, void *context)
{
	struct registration *r = context;

	atomic_store(&r->there, rados_aio_get_return_value(completion) == 0);
	atomic_store(&r->answered, true);
	registration_release(r);
}

/* A notice is the numbers of slots, two bytes each. */
static void
noticed(void *context, uint64_t notify_id, uint64_t handle, uint64_t notifier, void *data, size_t length)
{
	struct registration *r = context;
	const unsigned char *bytes = data;

	(void)notifier;
	for (size_t i = 0; i + 1 < length; i += 2)
		cache_forget(r->cache, (uint16_t)(bytes[i] << 8 | bytes[i + 1]));
	(void)rados_notify_ack(r->client->locks, RS_SESSIONS, notify_id, handle, NULL, 0);
}

static void
unwatched(void *context, uint64_t handle, int code)
{
	struct registration *r = context;

	(void)handle;
	(void)code;
	atomic_store(&r->lost, true);
}

/* Watching. */

static struct registration *
registration_begin(struct rs_store *s)
{
	struct registration *r = talloc_zero(NULL, struct registration);
	rados_completion_t completion;
	int rc;

	r->cache = s->watch->cache;
	r->client = rs_client_hold(s);
	atomic_init(&r->holders, 2);
	rados_aio_create_completion2(r, registered, &completion);
	rc = rados_aio_watch2(
	    r->client->locks, RS_SESSIONS, completion, &r->handle, noticed, unwatched, WATCH_SECONDS, r);
	rados_aio_release(completion);
	if (rc == 0)
		return r;
	rs_client_release(r->client);
	talloc_free(r);
	return NULL;
}

/* Afterwards no notice comes to it any more. */
static void
registration_end(struct registration *r)
{
	(void)rados_unwatch2(r->client->locks, r->handle);
	(void)rados_watch_flush(r->client->cluster);
	rs_client_release(r->client);
	registration_release(r);
}

static struct registration *
registration_take(struct watch *w)
{
	struct registration *r;

	pthread_mutex_lock(&w->mutex);
	r = w->present;
	w->present = NULL;
	pthread_mutex_unlock(&w->mutex);
	cache_forget_all(w->cache);
	return r;
}

/* Whether it may stay: it works, or may come to work. */
static bool
registration_is_good(struct registration *r)
{
	return r && !atomic_load(&r->client->lost) && !atomic_load(&r->lost) &&
	       (atomic_load(&r->there) || !atomic_load(&r->answered));
}

void
rs_watch_open(struct rs_store *s)
{
	s->watch = talloc_zero(s, struct watch);
	s->watch->cache = cache_new();
	pthread_mutex_init(&s->watch->mutex, NULL);
}

void
rs_watch_look(struct rs_store *s)
{
	struct watch *w = s->watch;
	struct registration *r;

	if (!w || registration_is_good(w->present))
		return;
	r = registration_take(w);
	if (r)
		registration_end(r);
	r = registration_begin(s);
	pthread_mutex_lock(&w->mutex);
	w->present = r;
	pthread_mutex_unlock(&w->mutex);
}

void
rs_watch_close(struct rs_store *s)
{
	struct watch *w = s->watch;
	struct registration *r = registration_take(w);

	if (r)
		registration_end(r);
	pthread_mutex_destroy(&w->mutex);
	cache_free(w->cache);
}

/* Whether every notice of a change that was waited for has come. */
static bool
hears_all(struct watch *w)
{
	struct registration *r;
	bool hears = false;

	pthread_mutex_lock(&w->mutex);
	r = w->present;
	if (r && atomic_load(&r->there) && registration_is_good(r)) {
		int age_ms = rados_watch_check(r->client->locks, r->handle);

		hears = age_ms >= 0 && age_ms < TRUST_MS;
	}
	pthread_mutex_unlock(&w->mutex);
	return hears;
}

/* Remembering. */

bool
rs_recall(struct rs_store *s, struct slice partition, struct slice key, TALLOC_CTX *mem, struct slice *value,
    struct rs_ticket *ticket)
{
	*ticket = (struct rs_ticket){ .valid = false };
	if (!s->watch || !partition_is_settings(partition) || !hears_all(s->watch))
		return false;
	*ticket = (struct rs_ticket){ .valid = true, .read_us = clock_monotonic_us() };
	return cache_find(s->watch->cache, partition, key, ticket->read_us, mem, value, &ticket->number);
}

void
rs_remember(struct rs_store *s, const struct rs_ticket *ticket, struct slice partition, struct slice key,
    struct slice value)
{
	if (ticket->valid)
		cache_put(s->watch->cache, ticket->number, partition, key, value, ticket->read_us);
}

void
rs_forget(struct rs_store *s, uint16_t slot)
{
	if (s->watch)
		cache_forget(s->watch->cache, slot);
}
