/*
 * Commits. An OSD does not begin a conditional operation before the one before it on the same object is on all its
 * disks. So batches of one partition that come while one is under way wait, and then go together (group.h). Whoever waits
 * first carries the group; there is no thread for it.
 */
#include <assert.h>
#include <errno.h>

#include "storage/rados/group.h"
#include "storage/rados/names.h"
#include "storage/rados/watch.h"

/* A partition with an operation under way: it belongs to whoever carries that. */
struct lane {
	char name[STORE_PARTITION_MAX];
	struct slice partition;
	struct waiting *first;
	struct lane *next;
};

struct lanes {
	pthread_mutex_t mutex; /* taken alone; guards the list, and what waits in each lane */
	struct lane *first;
};

void
rs_lanes_open(struct rs_store *s)
{
	s->lanes = talloc_zero(s, struct lanes);
	pthread_mutex_init(&s->lanes->mutex, NULL);
}

void
rs_lanes_close(struct rs_store *s)
{
	assert(!s->lanes->first);
	pthread_mutex_destroy(&s->lanes->mutex);
}

static struct lane **
lane_find_locked(struct lanes *lanes, struct slice partition)
{
	struct lane **lane = &lanes->first;

	while (*lane && !slice_equal((*lane)->partition, partition))
		lane = &(*lane)->next;
	return lane;
}

static void
lane_append_locked(struct lane *lane, struct waiting *w)
{
	struct waiting **end = &lane->first;

	while (*end)
		end = &(*end)->next;
	*end = w;
	w->lane = lane;
}

/* Wait in the partition's lane. True: this batch carries the next group; false: it is done. */
static bool
lane_join(struct lanes *lanes, struct waiting *w)
{
	struct lane **place;
	bool carries;

	pthread_mutex_lock(&lanes->mutex);
	place = lane_find_locked(lanes, w->partition);
	carries = !*place;
	if (carries) {
		*place = talloc_zero(NULL, struct lane);
		memcpy((*place)->name, w->partition.data, w->partition.length);
		(*place)->partition = slice_make((*place)->name, w->partition.length);
	}
	lane_append_locked(*place, w);
	pthread_mutex_unlock(&lanes->mutex);
	if (carries)
		return true;
	while (sem_wait(&w->wake) < 0)
		assert(errno == EINTR);
	return !w->done;
}

/* Take out of the lane what goes in one operation, the first that waits in any case. */
static void
lane_take(struct lanes *lanes, struct lane *lane, struct group *group)
{
	group->count = group->keys = group->bytes = 0;
	pthread_mutex_lock(&lanes->mutex);
	for (struct waiting **w = &lane->first; *w;) {
		if (group_takes(group, *w)) {
			group_add(group, *w);
			*w = (*w)->next;
		} else {
			w = &(*w)->next;
		}
	}
	pthread_mutex_unlock(&lanes->mutex);
}

/* Wake those that are done, and who carries the next group; without one the lane goes. */
static void
lane_leave(struct lanes *lanes, struct lane *lane, const struct group *group, const struct waiting *self)
{
	pthread_mutex_lock(&lanes->mutex);
	if (lane->first) {
		sem_post(&lane->first->wake);
	} else {
		*lane_find_locked(lanes, lane->partition) = lane->next;
		talloc_free(lane);
	}
	pthread_mutex_unlock(&lanes->mutex);
	for (size_t i = 0; i < group->count; i++) {
		struct waiting *w = group->members[i];

		if (w == self)
			continue;
		w->done = true; /* it is its caller's again as soon as it is posted */
		sem_post(&w->wake);
	}
}

enum store_err
rs_commit(struct store *store, struct slice partition, const struct batch *batch)
{
	struct rs_store *s = rs_of(store);
	TALLOC_CTX *mem;
	struct waiting w;

	if (!batch->frees && atomic_load(&s->full))
		return STORE_FULL;
	mem = talloc_new(NULL);
	waiting_init(&w, mem, partition, batch);
	if (lane_join(s->lanes, &w)) {
		struct group group;

		lane_take(s->lanes, w.lane, &group);
		group_commit(s, &group);
		rs_notify(s, &group);
		lane_leave(s->lanes, w.lane, &group, &w);
	}
	sem_destroy(&w.wake);
	talloc_free(mem);
	if (w.result == STORE_OK && batch->put_count == 0 && batch->delete_count > 0)
		rs_partition_tidy(s, partition);
	return w.result;
}
