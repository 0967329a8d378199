#include "gateway/peer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/clock.h"

#define GONE_LOOKS 2

enum phase {
	AWAITS_HEADERS,
	AWAITS_BODY,
	IS_SERVED
};

struct peer {
	struct peer *next, **link; /* under the list's mutex */
	int socket;
	_Atomic uint64_t version; /* one more at each change of what follows, and odd while it is changed */
	_Atomic enum phase phase;
	_Atomic int64_t since_us;  /* when the phase began */
	_Atomic uint64_t received; /* bytes of the body in this phase */
	struct {
		uint64_t version;  /* of the phase at the last look */
		int64_t looked_us; /* when the body was looked at, or its phase began */
		uint64_t counted;  /* of its bytes, until then */
		unsigned gone_for; /* looks in a row that found nobody there */
	} watcher;                 /* the watcher's alone */
};

struct peers {
	int64_t header_timeout_us;
	int64_t idle_timeout_us;
	int64_t body_timeout_us;
	uint64_t body_rate;
	pthread_t watcher;
	struct {
		pthread_mutex_t mutex; /* a leaf; also keeps a socket from being closed while it is shut down */
		pthread_cond_t wake;
		struct peer *first;
		bool ending;
	} locked;
};

/* A body is looked at once every body_timeout, for what has come since the last look: a fast start buys no slow end. */
static bool
body_is_late(const struct peers *peers, struct peer *peer, int64_t now, uint64_t received)
{
	int64_t passed = now - peer->watcher.looked_us;
	uint64_t came = received - peer->watcher.counted;

	if (passed <= peers->body_timeout_us)
		return false;
	peer->watcher.looked_us = now;
	peer->watcher.counted = received;
	return came < peers->body_rate * (uint64_t)(passed / 1000000);
}

/* What is being changed is no phase to be late in: the time of one is never taken for that of another. */
static bool
is_late(const struct peers *peers, struct peer *peer, int64_t now)
{
	uint64_t version = atomic_load(&peer->version);
	enum phase phase = atomic_load(&peer->phase);
	int64_t since_us = atomic_load(&peer->since_us);
	uint64_t received = atomic_load(&peer->received);

	if (version % 2 == 1 || atomic_load(&peer->version) != version)
		return false;
	if (peer->watcher.version != version) {
		peer->watcher.version = version;
		peer->watcher.looked_us = since_us;
		peer->watcher.counted = 0;
	}
	switch (phase) {
	case AWAITS_HEADERS:
		return now - since_us > peers->header_timeout_us;
	case AWAITS_BODY:
		return body_is_late(peers, peer, now, received);
	case IS_SERVED:
		return false;
	}
	return false;
}

/*
 * Whether the client has gone and left nothing to read. libmicrohttpd may not see that of a connection that it has
 * resumed, or that ended together with its last request. A moment is allowed for what it has read and not yet passed on.
 */
static bool
is_gone(struct peer *peer)
{
	struct pollfd poll_socket = { .fd = peer->socket, .events = POLLRDHUP };
	int unread = 0;

	if (atomic_load(&peer->phase) == IS_SERVED || poll(&poll_socket, 1, 0) != 1 ||
	    ioctl(peer->socket, FIONREAD, &unread) != 0 || unread > 0)
		peer->watcher.gone_for = 0;
	else
		peer->watcher.gone_for++;
	return peer->watcher.gone_for > GONE_LOOKS;
}

static void *
watch(void *context)
{
	struct peers *peers = context;

	pthread_mutex_lock(&peers->locked.mutex);
	while (!peers->locked.ending) {
		int64_t now = clock_monotonic_us();
		struct timespec next;

		for (struct peer *p = peers->locked.first; p; p = p->next)
			if (is_late(peers, p, now) || is_gone(p))
				shutdown(p->socket, SHUT_RDWR);
		clock_gettime(CLOCK_REALTIME, &next);
		next.tv_sec++;
		pthread_cond_timedwait(&peers->locked.wake, &peers->locked.mutex, &next);
	}
	pthread_mutex_unlock(&peers->locked.mutex);
	return NULL;
}

struct peers *
peers_new(const struct config *config)
{
	struct peers *peers = calloc(1, sizeof(*peers));

	if (!peers)
		abort();
	peers->header_timeout_us = (int64_t)config->header_timeout * 1000000;
	peers->idle_timeout_us = (int64_t)config->idle_timeout * 1000000;
	peers->body_timeout_us = (int64_t)config->body_timeout * 1000000;
	peers->body_rate = config->body_rate;
	pthread_mutex_init(&peers->locked.mutex, NULL);
	pthread_cond_init(&peers->locked.wake, NULL);
	if (pthread_create(&peers->watcher, NULL, watch, peers) == 0)
		return peers;
	free(peers);
	return NULL;
}

void
peers_free(struct peers *peers)
{
	pthread_mutex_lock(&peers->locked.mutex);
	peers->locked.ending = true;
	pthread_mutex_unlock(&peers->locked.mutex);
	pthread_cond_signal(&peers->locked.wake);
	pthread_join(peers->watcher, NULL);
	pthread_cond_destroy(&peers->locked.wake);
	pthread_mutex_destroy(&peers->locked.mutex);
	free(peers);
}

/* By the thread of the connection alone. */
static void
enter(struct peer *peer, enum phase phase, int64_t since_us)
{
	atomic_fetch_add(&peer->version, 1);
	atomic_store(&peer->since_us, since_us);
	atomic_store(&peer->received, 0);
	atomic_store(&peer->phase, phase);
	atomic_fetch_add(&peer->version, 1);
}

struct peer *
peer_open(struct peers *peers, int socket)
{
	struct peer *peer = talloc_zero(NULL, struct peer);

	peer->socket = socket;
	enter(peer, AWAITS_HEADERS, clock_monotonic_us());
	pthread_mutex_lock(&peers->locked.mutex);
	peer->next = peers->locked.first;
	peer->link = &peers->locked.first;
	if (peer->next)
		peer->next->link = &peer->next;
	peers->locked.first = peer;
	pthread_mutex_unlock(&peers->locked.mutex);
	return peer;
}

void
peer_close(struct peers *peers, struct peer *peer)
{
	pthread_mutex_lock(&peers->locked.mutex);
	*peer->link = peer->next;
	if (peer->next)
		peer->next->link = peer->link;
	pthread_mutex_unlock(&peers->locked.mutex);
	talloc_free(peer);
}

/* It awaits headers again, but has its idle time first. */
void
peer_is_idle(const struct peers *peers, struct peer *peer)
{
	enter(peer, AWAITS_HEADERS, clock_monotonic_us() + peers->idle_timeout_us);
}

void
peer_awaits_body(struct peer *peer)
{
	enter(peer, AWAITS_BODY, clock_monotonic_us());
}

void
peer_received(struct peer *peer, size_t bytes)
{
	atomic_fetch_add(&peer->received, bytes);
}

void
peer_is_served(struct peer *peer)
{
	enter(peer, IS_SERVED, 0);
}

void
peers_shut_down(struct peers *peers)
{
	pthread_mutex_lock(&peers->locked.mutex);
	for (struct peer *p = peers->locked.first; p; p = p->next)
		shutdown(p->socket, SHUT_RDWR);
	pthread_mutex_unlock(&peers->locked.mutex);
}
