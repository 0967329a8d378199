/* What an opening that serves remembers of settings, and how openings tell each other what they have changed there. */
#ifndef STORAGE_RADOS_WATCH_H
#define STORAGE_RADOS_WATCH_H

#include "storage/rados/rados.h"

struct group;

void rs_watch_open(struct rs_store *s);
void rs_watch_close(struct rs_store *s);

/* (one thread, now and then) See that notices come, or that they will. */
void rs_watch_look(struct rs_store *s);

/* What was known of a key when it was not remembered. */
struct rs_ticket {
	uint64_t number;
	int64_t read_us;
	bool valid;
};

/*
 * The value of a key, copied to `mem`, if it is remembered and nobody can have changed it. False: read it, and give it to
 * rs_remember with the ticket.
 */
MUST_USE bool rs_recall(struct rs_store *s, struct slice partition, struct slice key, TALLOC_CTX *mem,
    struct slice *value, struct rs_ticket *ticket);
void rs_remember(struct rs_store *s, const struct rs_ticket *ticket, struct slice partition, struct slice key,
    struct slice value);

/* What lies in that slot of the cache, if there is one, may have changed. */
void rs_forget(struct rs_store *s, uint16_t slot);

/*
 * notify.c: after a group was committed, or may have been: wait until nobody remembers what was before. STORE_OK becomes
 * STORE_TIMEOUT where that cannot be known. Nothing to do for partitions that nobody remembers.
 */
void rs_notify(struct rs_store *s, const struct group *group);

#endif
