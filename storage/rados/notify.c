/* Telling all openings that settings were changed, and waiting until they know. */
#include <errno.h>
#include <semaphore.h>
#include <time.h>

#include "common/log.h"
#include "storage/rados/cache.h"
#include "storage/rados/group.h"
#include "storage/rados/names.h"
#include "storage/rados/watch.h"

#define NOTIFY_SECONDS 10 /* longer than a watch lives that has nobody behind it (watch.c) */

/* An answer that may come when nobody waits for it any more. */
struct notification {
	sem_t answered;
	_Atomic unsigned holders;
};

static void
notification_release(struct notification *n)
{
	if (atomic_fetch_sub(&n->holders, 1) != 1)
		return;
	sem_destroy(&n->answered);
	talloc_free(n);
}

static void
notified(rados_completion_t completion, void *context)
{
	struct notification *n = context;

	(void)completion;
	sem_post(&n->answered);
	notification_release(n);
}

static bool
notification_wait(struct notification *n)
{
	struct timespec until;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += NOTIFY_SECONDS + 1;
	do
		rc = sem_clockwait(&n->answered, CLOCK_MONOTONIC, &until);
	while (rc < 0 && errno == EINTR);
	return rc == 0;
}

/* librados bounds how long watchers may take, but not how long it takes to reach them. */
static int
notify(struct rs_client *c, const char *bytes, size_t length)
{
	struct notification *n = talloc_zero(NULL, struct notification);
	rados_completion_t completion;
	int rc;

	sem_init(&n->answered, 0, 0);
	atomic_init(&n->holders, 2);
	rados_aio_create_completion2(n, notified, &completion);
	rc =
	    rados_aio_notify(c->io, RS_SESSIONS, completion, bytes, (int)length, NOTIFY_SECONDS * 1000, NULL, NULL);
	if (rc < 0)
		notification_release(n);
	else
		rc = notification_wait(n) ? rados_aio_get_return_value(completion) : -ETIMEDOUT;
	rados_aio_release(completion);
	notification_release(n);
	return rs_client_result(c, rc);
}

/* Whether a batch may have changed something. */
static bool
may_have_changed(enum store_err result)
{
	return result == STORE_OK || result == STORE_IO || result == STORE_TIMEOUT;
}

static size_t
notice_write(const struct group *group, unsigned char *out)
{
	size_t length = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct waiting *w = group->members[i];
		size_t count = w->batch->put_count + w->batch->delete_count;

		for (size_t j = 0; may_have_changed(w->result) && j < count; j++) {
			uint16_t slot = cache_slot(w->partition, w->written[j]);

			out[length++] = (unsigned char)(slot >> 8);
			out[length++] = (unsigned char)slot;
		}
	}
	return length;
}

static int
notify_all(struct rs_store *s, const struct group *group)
{
	unsigned char *notice = talloc_size(NULL, 2 * group->keys);
	size_t length = notice_write(group, notice);
	struct rs_client *c = rs_client_hold(s);
	int rc = length > 0 ? notify(c, (const char *)notice, length) : 0;

	rs_client_release(c);
	talloc_free(notice);
	return rc;
}

/* What a condition was wrong about may be what is remembered here; whoever changed it is about to say so. */
static void
forget_compared(struct rs_store *s, const struct waiting *w)
{
	for (size_t i = 0; i < w->batch->condition_count; i++)
		rs_forget(s, cache_slot(w->partition, w->compared[i]));
}

void
rs_notify(struct rs_store *s, const struct group *group)
{
	int rc;

	if (!partition_is_settings(group->members[0]->partition))
		return;
	rc = notify_all(s, group);
	for (size_t i = 0; i < group->count; i++) {
		struct waiting *w = group->members[i];

		if (w->result == STORE_OK && rc < 0) {
			LOG(WARN, "other gateways may not know of a change", LOG_STRING("store", s->place),
			    LOG_STRING("error", strerror(-rc)));
			w->result = STORE_TIMEOUT;
		}
		if (w->result == STORE_CONFLICT)
			forget_compared(s, w);
	}
}
