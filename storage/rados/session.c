/*
 * Which openings are at work. Each holds a shared lock of its own, by its session, on one RADOS object, and renews it
 * long before it ends: whoever dies is no longer among the holders soon afterwards. An opening whose lease ended though
 * it lives loses the uploads that it has under way, if others clean up meanwhile; the catalog's conditions see to it.
 *
 * One of them has an exclusive lock as well, which it renews in the same way: it does the background work.
 *
 * The thread that renews also sees that settings are watched (watch.h), gets another client when the store's is lost, and
 * finds out whether the cluster is full. An OSD then refuses what makes an object grow, but not what adds keys to an omap;
 * so a byte is written now and then, and commits go by how that ends.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <time.h>

#include "common/log.h"
#include "storage/rados/names.h"
#include "storage/rados/rados.h"
#include "storage/rados/watch.h"

#define LEASE_SECONDS 30
#define RENEW_SECONDS 5
#define LOCK          "session"
#define LOCK_WORK     "work"
#define COOKIE_BYTES  17 /* 16 hexadecimal digits and NUL */

struct lease {
	struct rs_store *store;
	pthread_t thread;
	struct {
		pthread_mutex_t mutex; /* taken alone */
		pthread_cond_t cond;   /* either is set */
		bool closing, woken;
	} locked;
};

struct cookie {
	char text[COOKIE_BYTES];
};

static struct cookie
cookie_of(uint64_t session)
{
	struct cookie cookie;

	snprintf(cookie.text, sizeof(cookie.text), "%016" PRIx64, session);
	return cookie;
}

static int
lease_renew(struct rs_store *s)
{
	struct cookie cookie = cookie_of(s->store.session);
	struct timeval duration = { LEASE_SECONDS, 0 };
	struct rs_client *c = rs_client_hold(s);
	int rc = rados_lock_shared(
	    c->locks, RS_SESSIONS, LOCK, cookie.text, "", "crossgate", &duration, LIBRADOS_LOCK_FLAG_MAY_RENEW);

	rc = rs_client_result(c, rc);
	rs_client_release(c);
	return rc;
}

static int
lead_renew(struct rs_store *s)
{
	struct cookie cookie = cookie_of(s->store.session);
	struct timeval duration = { LEASE_SECONDS, 0 };
	struct rs_client *c = rs_client_hold(s);
	int rc = rados_lock_exclusive(
	    c->locks, RS_SESSIONS, LOCK_WORK, cookie.text, "crossgate", &duration, LIBRADOS_LOCK_FLAG_MAY_RENEW);

	rc = rs_client_result(c, rc);
	rs_client_release(c);
	return rc;
}

static void
lead_look(struct rs_store *s)
{
	bool leads = lead_renew(s) == 0;

	if (atomic_exchange(&s->leads, leads) != leads)
		LOG(INFO, leads ? "leads" : "leads no more", LOG_STRING("store", s->place));
}

bool
rs_leads(struct store *store)
{
	struct rs_store *s = rs_of(store);

	if (!atomic_load(&s->leads))
		lead_look(s);
	return atomic_load(&s->leads);
}

/* A byte more; when it may not be, that is what a full cluster is. Then all bytes go again. */
static int
room_try(struct rs_store *s)
{
	rados_write_op_t op = rados_create_write_op();
	int rc;

	rados_write_op_append(op, "", 1);
	rc = rs_write(s, op, RS_ROOM, RS_FULL_FAILS);
	if (rc < 0)
		return rc;
	op = rados_create_write_op();
	rados_write_op_truncate(op, 0);
	return rs_write(s, op, RS_ROOM, RS_FULL_GOES);
}

static void
room_look(struct rs_store *s)
{
	enum store_err err = rs_write_err(room_try(s));

	if ((err == STORE_OK || err == STORE_FULL) &&
	    atomic_exchange(&s->full, err == STORE_FULL) != (err == STORE_FULL))
		LOG(WARN, err ? "the cluster is full" : "the cluster has room again",
		    LOG_STRING("store", s->place));
}

/*
 * Another client in the place of one that is lost. False: it cannot be had yet, and all that is asked of the store fails
 * until it can.
 */
static bool
client_look(struct rs_store *s)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct rs_client *c = rs_client_hold(s);
	bool lost = atomic_load(&c->lost);
	enum store_err err = STORE_OK;
	char *message = NULL;

	rs_client_release(c);
	if (lost)
		err = rs_connect(s, false, mem, &message);
	if (err)
		LOG(WARN, "not connected again", LOG_STRING("store", s->place), LOG_SENTENCE(message));
	else if (lost)
		LOG(WARN, "connected again", LOG_STRING("store", s->place));
	talloc_free(mem);
	return !err;
}

/* False: the store closes. */
static bool
lease_wait(struct lease *lease)
{
	struct timespec until;
	bool closing;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RENEW_SECONDS;
	pthread_mutex_lock(&lease->locked.mutex);
	while (!lease->locked.closing && !lease->locked.woken &&
	       pthread_cond_timedwait(&lease->locked.cond, &lease->locked.mutex, &until) == 0)
		;
	closing = lease->locked.closing;
	lease->locked.woken = false;
	pthread_mutex_unlock(&lease->locked.mutex);
	return !closing;
}

static void
look_around(struct rs_store *s)
{
	enum store_err err;

	if (!client_look(s))
		return;
	err = rs_write_err(lease_renew(s));
	if (err)
		LOG(WARN, "lease not renewed", LOG_STRING("store", s->place),
		    LOG_STRING("error", store_err_name(err)));
	if (atomic_load(&s->leads))
		lead_look(s);
	rs_watch_look(s);
	room_look(s);
}

static void *
lease_run(void *context)
{
	struct lease *lease = context;

	rs_watch_look(lease->store);
	while (lease_wait(lease))
		look_around(lease->store);
	return NULL;
}

static int
lease_start(struct lease *lease)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	int rc;

	pthread_mutex_init(&lease->locked.mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&lease->locked.cond, &attributes);
	pthread_condattr_destroy(&attributes);
	/* Signals are for the threads that the program makes itself. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&lease->thread, NULL, lease_run, lease);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int
rs_lease_open(struct rs_store *s)
{
	struct lease *lease;
	int rc = lease_renew(s);

	if (rc < 0)
		return rc;
	lease = talloc_zero(s, struct lease);
	lease->store = s;
	s->lease = lease;
	rc = lease_start(lease);
	if (rc < 0)
		s->lease = NULL;
	return rc;
}

void
rs_lease_wake(struct rs_store *s)
{
	struct lease *lease = s->lease;

	if (!lease)
		return;
	pthread_mutex_lock(&lease->locked.mutex);
	lease->locked.woken = true;
	pthread_cond_signal(&lease->locked.cond);
	pthread_mutex_unlock(&lease->locked.mutex);
}

void
rs_lease_close(struct rs_store *s)
{
	struct cookie cookie = cookie_of(s->store.session);
	struct lease *lease = s->lease;

	pthread_mutex_lock(&lease->locked.mutex);
	lease->locked.closing = true;
	pthread_cond_signal(&lease->locked.cond);
	pthread_mutex_unlock(&lease->locked.mutex);
	pthread_join(lease->thread, NULL);
	pthread_cond_destroy(&lease->locked.cond);
	pthread_mutex_destroy(&lease->locked.mutex);
	/* Otherwise it ends by itself. */
	(void)rados_unlock(s->present.client->locks, RS_SESSIONS, LOCK, cookie.text);
	if (atomic_load(&s->leads))
		(void)rados_unlock(s->present.client->locks, RS_SESSIONS, LOCK_WORK, cookie.text);
}

/* The cookies of those who hold the lock, one after another, on `mem`. A number, or a negative errno. */
static ssize_t
holders_read(struct rs_store *s, TALLOC_CTX *mem, const char **cookies)
{
	struct rs_client *c = rs_client_hold(s);
	size_t room = 4096;
	ssize_t count;

	do {
		char tag[16];
		size_t tag_length = sizeof(tag);
		size_t lengths[3] = { room, room, room };
		char *texts = talloc_size(mem, 3 * room);
		int exclusive;

		count = rados_list_lockers(c->locks, RS_SESSIONS, LOCK, &exclusive, tag, &tag_length, texts,
		    &lengths[0], texts + room, &lengths[1], texts + 2 * room, &lengths[2]);
		*cookies = texts + room;
		room *= 4;
	} while (count == -ERANGE && room <= ((size_t)16 << 20));
	if (count < 0)
		count = rs_client_result(c, (int)count);
	rs_client_release(c);
	return count;
}

/* Where it cannot be known, one may still be at work. */
bool
rs_session_alive(struct store *store, uint64_t session)
{
	struct cookie wanted = cookie_of(session);
	TALLOC_CTX *mem;
	const char *cookie;
	bool alive;
	ssize_t count;

	if (session == store->session)
		return true;
	mem = talloc_new(NULL);
	count = holders_read(rs_of(store), mem, &cookie);
	alive = count < 0 && count != -ENOENT;
	for (; count > 0 && !alive; count--, cookie += strlen(cookie) + 1)
		alive = strcmp(cookie, wanted.text) == 0;
	talloc_free(mem);
	return alive;
}
