/* The deadlines of connections: whoever is in time is left alone, however often its phase changes meanwhile. */
#include "gateway/peer.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/unit/suite.h"

#define PEERS       16
#define WATCHING_US (4 * INT64_C(1000000)) /* the watcher looks once a second */

static struct peers *peers;

struct connection {
	int client, server;
	struct peer *peer;
};

static void
open_connection(struct connection *c)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	c->client = pair[0];
	c->server = pair[1];
	c->peer = peer_open(peers, c->server);
}

static void
close_connection(struct connection *c)
{
	peer_close(peers, c->peer);
	close(c->server);
	close(c->client);
}

static bool
is_cut(const struct connection *c)
{
	char byte;

	return recv(c->client, &byte, 1, MSG_DONTWAIT) == 0;
}

static void
set_up(void)
{
	const struct config config = {
		.header_timeout = 2, .idle_timeout = 2, .body_timeout = 2, .body_rate = 10000
	};

	peers = peers_new(&config);
	ck_assert_ptr_nonnull(peers);
}

static void
tear_down(void)
{
	peers_free(peers);
}

/* One request after another, as fast as may be: a look that falls between two phases mixes none of them up. */
START_TEST(busy)
{
	struct connection connections[PEERS];
	int64_t end_us = clock_monotonic_us() + WATCHING_US;

	for (size_t i = 0; i < PEERS; i++)
		open_connection(&connections[i]);
	while (clock_monotonic_us() < end_us)
		for (size_t i = 0; i < PEERS; i++) {
			peer_awaits_body(connections[i].peer);
			peer_received(connections[i].peer, 1);
			peer_is_served(connections[i].peer);
			peer_is_idle(peers, connections[i].peer);
		}
	for (size_t i = 0; i < PEERS; i++) {
		ck_assert_msg(!is_cut(&connections[i]), "connection %zu", i);
		close_connection(&connections[i]);
	}
}
END_TEST

static const struct {
	const char *name;
	void (*enter)(struct peer *peer); /* NULL: it stays where it begins */
	size_t bytes;                     /* of the body, each millisecond or so */
	bool cut;
} phases[] = {
	{ "no headers come", NULL, 0, true },
	{ "no body comes", peer_awaits_body, 0, true },
	{ "a body comes too slowly", peer_awaits_body, 1, true },
	{ "a body comes as it should", peer_awaits_body, 1000, false },
	{ "it is served, however long", peer_is_served, 0, false },
};

START_TEST(deadline)
{
	struct connection c;
	int64_t begin_us = clock_monotonic_us(),
		end_us = begin_us + (phases[_i].cut ? 60 * INT64_C(1000000) : WATCHING_US);
	const struct timespec tick = { .tv_nsec = 1000 * 1000 };
	bool cut = false;

	open_connection(&c);
	if (phases[_i].enter)
		phases[_i].enter(c.peer);
	while (!cut && clock_monotonic_us() < end_us) {
		peer_received(c.peer, phases[_i].bytes);
		nanosleep(&tick, NULL);
		cut = is_cut(&c);
	}
	ck_assert_msg(cut == phases[_i].cut, "%s", phases[_i].name);
	close_connection(&c);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("peer");
	TCase *tc = tcase_create("busy");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, busy);
	suite_add_tcase(suite, tc);
	tc = tcase_create("deadline");
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, deadline, 0, ARRAY_SIZE(phases));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
