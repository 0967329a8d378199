/*
 * Two operations at once. The first one is interrupted before one of its engine calls; there the other one begins, and
 * may in turn be interrupted before one of its calls, until the first one has ended. All places are tried, or some
 * (scratch.h). Whatever the place, the answers of both and what is there afterwards must be as if one had come after the
 * other.
 */
#ifndef TESTS_UNIT_STORAGE_PLAYERS_H
#define TESTS_UNIT_STORAGE_PLAYERS_H

#include "tests/unit/storage/catalog_operations.h"

#include <semaphore.h>

#include "tests/unit/storage/interleave.h"

/* Each of the two has a thread, and a catalog on an engine that stops it; only one runs at a time. */
struct player {
	struct interleave engine;
	struct catalog *catalog;
	const struct operation *operation;
	const char *answer; /* NULL: it was not begun */
	sem_t turn;
};

static struct catalog *plain;
static struct player one, other;
static pthread_t other_thread;
static TALLOC_CTX *other_mem; /* where its answer is */

static inline void
player_init(struct player *player)
{
	player->engine = interleave_make(store);
	player->engine.store.engine = &player->engine.engine;
	player->catalog = catalog_new(&player->engine.store, &catalog_wishes);
	player->catalog->lend_hand_us = 0;
	sem_init(&player->turn, 0, 0);
}

static inline void
players_set_up(void)
{
	catalog_scratch_open();
	plain = catalog;
	plain->gate_kept_us = GATE_KEPT_US;
	player_init(&one);
	player_init(&other);
}

static inline void
players_tear_down(void)
{
	catalog_free(one.catalog);
	catalog_free(other.catalog);
	catalog = plain;
	catalog_scratch_close();
}

/* Turns. */

static inline void
wait_for_turn(struct player *player)
{
	while (sem_wait(&player->turn) != 0)
		continue;
	catalog = player->catalog;
}

static void *
run_other(void *context)
{
	(void)context;
	mem = other_mem;
	wait_for_turn(&other);
	other.answer = other.operation->run();
	sem_post(&one.turn);
	return NULL;
}

/* The first one is interrupted. */
static inline void
begin_other(void)
{
	ck_assert_int_eq(pthread_create(&other_thread, NULL, run_other, NULL), 0);
	other.answer = "";
	sem_post(&other.turn);
	wait_for_turn(&one);
}

/* The other one is interrupted. */
static inline void
interrupt_other(void)
{
	sem_post(&one.turn);
	wait_for_turn(&other);
}

static inline void
player_begin(struct player *player, const struct operation *operation, unsigned at, void (*meanwhile)(void))
{
	player->operation = operation;
	player->answer = NULL;
	player->engine.at = at;
	player->engine.calls = 0;
	player->engine.meanwhile = meanwhile;
}

/* Let both run; whether each was interrupted. */
static inline void
play(unsigned one_at, unsigned other_at, bool *one_was, bool *other_was)
{
	player_begin(&one, one.operation, one_at, begin_other);
	player_begin(&other, other.operation, other_at, interrupt_other);
	catalog = one.catalog;
	one.answer = one.operation->run();
	*one_was = other.answer != NULL;
	*other_was = other_at && other.engine.calls >= other_at;
	if (*other_was) {
		sem_post(&other.turn);
		wait_for_turn(&one);
	}
	if (*one_was)
		pthread_join(other_thread, NULL);
	catalog = plain;
}

/* Orders. */

/* Both answers, and what is there afterwards. */
static inline char *
outcome(TALLOC_CTX *texts)
{
	return talloc_asprintf(texts, "one: %s\nother: %s\n%s", one.answer, other.answer, dump());
}

static inline char *
one_after_the_other(TALLOC_CTX *texts, const struct state *state, struct player *former, struct player *latter)
{
	char *text;

	state->prepare();
	former->answer = former->operation->run();
	latter->answer = latter->operation->run();
	text = outcome(texts);
	catalog_scratch_wipe();
	return text;
}

/* Two deletions of a bucket at once carry on each other: both may say that they did it. */
static inline bool
both_deleted(void)
{
	return one.operation->run == delete_bucket && other.operation->run == delete_bucket &&
	       !strcmp(one.answer, "ok") && !strcmp(other.answer, "ok");
}

/* False when the first one, or the other one, ended before the call at which it was to be interrupted. */
static inline bool
try_place(const struct state *state, unsigned one_at, unsigned other_at, const char *orders[2], bool *one_was)
{
	const char *what, *text;
	bool other_was;

	state->prepare();
	other_mem = talloc_new(NULL);
	play(one_at, other_at, one_was, &other_was);
	if (*one_was) {
		what = talloc_asprintf(mem, "%s: %s, before call %u of it %s, up to its call %u", state->name,
		    one.operation->name, one_at, other.operation->name, other_at);
		text = outcome(mem);
		ck_assert_msg(!strcmp(text, orders[0]) || !strcmp(text, orders[1]) || both_deleted(),
		    "%s:\n%s\ninstead of\n%s\nor\n%s", what, text, orders[0], orders[1]);
		assert_clean(what);
	}
	talloc_free(other_mem);
	catalog_scratch_wipe();
	return *one_was && (other_was || !other_at);
}

/* The other one whole, or interrupted everywhere, at each place of the first one. */
static inline void
try_pair(const struct state *state, const struct operation *a, const struct operation *b, bool interrupt_both)
{
	TALLOC_CTX *texts = talloc_new(NULL);
	const char *orders[2];
	bool one_was = true;

	one.operation = a;
	other.operation = b;
	orders[0] = one_after_the_other(texts, state, &one, &other);
	orders[1] = one_after_the_other(texts, state, &other, &one);
	for (unsigned one_at = 1; one_was; one_at = places_next(one_at, a->name, b->name)) {
		unsigned other_at = interrupt_both;

		while (try_place(state, one_at, other_at, orders, &one_was) && interrupt_both)
			other_at = places_next(other_at, b->name, a->name);
	}
	talloc_free(texts);
}

#endif
