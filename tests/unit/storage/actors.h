/* Many threads at once, each of which does one thing again and again. Meant for the thread sanitizer, too. */
#ifndef TESTS_UNIT_STORAGE_ACTORS_H
#define TESTS_UNIT_STORAGE_ACTORS_H

#include "tests/unit/storage/catalog_dump.h"

static _Atomic bool done;

struct actor {
	pthread_t thread;
	unsigned number;
	void (*act)(struct actor *actor); /* again and again */
	unsigned goal;                    /* so often it must get what it wants; 0: until the others have */
	unsigned count;                   /* how often it has */
	uint64_t random;
};

static void *
play(void *context)
{
	struct actor *actor = context;

	while (actor->goal ? actor->count < actor->goal : !done) {
		mem = talloc_new(NULL);
		actor->act(actor);
		talloc_free(mem);
	}
	return NULL;
}

/* Let them all play; those without a goal stop when the others have reached theirs. */
static inline void
play_all(struct actor *actors, unsigned count)
{
	done = false;
	for (unsigned i = 0; i < count; i++) {
		actors[i].number = i;
		actors[i].random = i + 1;
		ck_assert_int_eq(pthread_create(&actors[i].thread, NULL, play, &actors[i]), 0);
	}
	for (unsigned i = 0; i < count; i++)
		if (actors[i].goal)
			pthread_join(actors[i].thread, NULL);
	done = true;
	for (unsigned i = 0; i < count; i++)
		if (!actors[i].goal)
			pthread_join(actors[i].thread, NULL);
}

/* What they do to a bucket, which comes and goes. */

static inline struct bucket *
find_bucket(void)
{
	struct bucket *found;
	enum store_err err = catalog_bucket(catalog, mem, SLICE("bucket"), &found);

	ck_assert(err == STORE_OK || err == STORE_NOT_FOUND);
	return found;
}

static inline void
create(struct actor *actor)
{
	struct bucket made = { .name = talloc_strdup(mem, "bucket"), .owner_id = talloc_strdup(mem, "owner") };
	enum store_err err = catalog_bucket_create(catalog, &made);

	ck_assert_msg(err == STORE_OK || err == STORE_EXISTS, "%s", store_err_name(err));
	actor->count += !err;
}

static inline void delete (struct actor *actor)
{
	struct bucket *found = find_bucket();
	enum store_err err;

	if (!found)
		return;
	err = catalog_bucket_delete(catalog, found);
	ck_assert_msg(
	    err == STORE_OK || err == STORE_NOT_FOUND || err == STORE_NOT_EMPTY, "%s", store_err_name(err));
	actor->count += !err;
}

static inline void
sweep(struct actor *actor)
{
	struct sweep_result result;

	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	actor->count++;
}

static inline void
verify(struct actor *actor)
{
	char what[] = "at once";
	struct verify_result r;

	ck_assert_store(catalog_verify(catalog, print_fault, what, &r), STORE_OK);
	ck_assert_uint_eq(r.damaged + r.missing + r.orphans, 0);
	actor->count++;
}

#endif
