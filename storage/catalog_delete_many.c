/*
 * Deleting in rounds. What a commit finds unchanged, and what it changes, is named by records: deletions that name
 * different ones do not touch each other, and go into one commit; one that names a record of another's waits for the
 * next round. So a thousand keys, or a thousand versions of one key, cost a few commits. When a commit is refused as a
 * whole, the next ones are smaller, down to one deletion, which finds out for itself.
 */
#include "storage/catalog_delete.h"
#include "storage/name_set.h"

#define CHANGE_NAMES_MAX 16                        /* records that one deletion names; each counts in a batch */
#define ROUND_NAMES_MAX  (STORE_BATCH_MAX * 7 / 8) /* with room for samples */
#define ROUND_BYTES_MAX  (8 << 20)                 /* of what is read for a commit */
#define ROUND_SKIPS_FREE 16                        /* deletions that may wait before a round has taken any */

struct round {
	struct deleting *d;
	TALLOC_CTX *mem;
	const struct home *home; /* of the first key; others may have another one */
	struct ahead *ahead;     /* NULL: each key is read by itself */
	bool moved;              /* a key has another home than it had */
	struct change change;
	struct name_set *names;
	struct object_removal **taken;
	size_t taken_count;
	size_t skipped;
	size_t bytes;
};

static size_t
change_size(const struct change *change)
{
	return change->condition_count + change->put_count + change->delete_count;
}

static bool
touches(const struct round *r, const struct change *change)
{
	bool touched = false;

	for (size_t i = 0; i < change->condition_count; i++)
		touched = touched || name_set_has(r->names, change->conditions[i].key);
	for (size_t i = 0; i < change->put_count; i++)
		touched = touched || name_set_has(r->names, change->puts[i].key);
	for (size_t i = 0; i < change->delete_count; i++)
		touched = touched || name_set_has(r->names, change->deletes[i]);
	return touched;
}

static void
merge(struct round *r, const struct change *change)
{
	for (size_t i = 0; i < change->condition_count; i++) {
		const struct condition *condition = &change->conditions[i];

		name_set_add(r->names, condition->key);
		change_expect(
		    &r->change, condition->key, condition->absent ? slice_make(NULL, 0) : condition->value);
	}
	for (size_t i = 0; i < change->put_count; i++) {
		name_set_add(r->names, change->puts[i].key);
		change_put(&r->change, change->puts[i].key, change->puts[i].value);
	}
	for (size_t i = 0; i < change->delete_count; i++) {
		name_set_add(r->names, change->deletes[i]);
		change_delete(&r->change, change->deletes[i]);
	}
	r->change.frees = r->change.frees || change->frees;
}

static void
settle(struct object_removal *removal, enum store_err err)
{
	removal->err = err;
	removal->settled = true;
	if (err)
		removal->deletion = (struct object_deletion){ 0 };
}

/* Take one deletion into the round, settle it, or leave it for the next. */
static void
consider(struct round *r, struct object_removal *removal)
{
	struct change change = { .mem = talloc_new(r->mem) };
	struct home home = *r->home;
	enum store_err err;

	home.key = removal->key;
	err = deletion_plan(r->d, &home, r->ahead, removal, &change);
	if (!err && change.too_large)
		err = STORE_INVALID;
	if (err || change_size(&change) == 0) {
		r->moved = home_moved(r->d->c, change.mem, &home, &err);
		if (!r->moved)
			settle(removal, err);
	} else if (touches(r, &change)) {
		r->skipped++;
	} else {
		merge(r, &change);
		r->taken[r->taken_count++] = removal;
		r->bytes += talloc_total_size(change.mem);
		return;
	}
	talloc_free(change.mem);
}

static bool
round_full(const struct round *r)
{
	return r->moved || r->taken_count == r->d->limit || r->bytes >= ROUND_BYTES_MAX ||
	       r->skipped > r->taken_count + ROUND_SKIPS_FREE ||
	       change_size(&r->change) + CHANGE_NAMES_MAX > ROUND_NAMES_MAX;
}

static void
drop_settled(struct deleting *d)
{
	size_t left = 0;

	for (size_t i = 0; i < d->count; i++)
		if (!d->pending[i]->settled)
			d->pending[left++] = d->pending[i];
	d->count = left;
}

/* Refusals after which nothing has been changed, and of which one deletion of several may be the reason. */
static bool
smaller_may_do(enum store_err err)
{
	return err == STORE_CONFLICT || err == STORE_DAMAGED || err == STORE_FULL;
}

/*
 * An attempt_fn: settles at least one of the deletions whose keys are at home there, or says STORE_CONFLICT. There may be
 * none, after a conflict.
 */
static enum store_err
round_once(void *context, const struct home *home, TALLOC_CTX *scratch)
{
	struct deleting *d = context;
	struct round r = { .d = d, .mem = scratch, .home = home, .change.mem = scratch };
	size_t names = d->limit * CHANGE_NAMES_MAX;
	enum store_err err = STORE_OK;

	r.names = name_set_new(scratch, names < STORE_BATCH_MAX ? names : STORE_BATCH_MAX);
	r.taken = talloc_array(scratch, struct object_removal *, d->limit);
	if (d->count > 1 && store_get_waits(d->c->store))
		r.ahead = ahead_new(scratch);
	change_expect(&r.change, NAME_GATE, home->gate);
	for (size_t i = 0; i < d->count && !round_full(&r); i++)
		if (key_in_range(d->pending[i]->key, home->shard.begin, home->shard.end))
			consider(&r, d->pending[i]);
	if (r.moved) {
		drop_settled(d);
		return STORE_CONFLICT;
	}
	if (r.taken_count > 0)
		err = change_commit(d->c, home_partition(home), &r.change);
	if (err == STORE_CONFLICT || (r.taken_count > 1 && smaller_may_do(err))) {
		d->limit = (r.taken_count + 1) / 2;
		drop_settled(d);
		return STORE_CONFLICT;
	}
	for (size_t i = 0; i < r.taken_count; i++)
		settle(r.taken[i], err);
	drop_settled(d);
	return STORE_OK;
}

void
catalog_objects_delete(
    struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct object_removal *removals, size_t count)
{
	struct deleting d = { .c = c, .mem = mem, .bucket = bucket, .count = count };
	enum store_err err = STORE_OK;

	d.pending = talloc_array(NULL, struct object_removal *, count);
	for (size_t i = 0; i < count; i++) {
		d.pending[i] = &removals[i];
		removals[i].settled = false;
		if (!object_key_valid(removals[i].key))
			settle(&removals[i], STORE_INVALID);
	}
	drop_settled(&d);
	for (d.limit = d.count; d.count > 0 && !err; d.limit = d.limit * 2 < d.count ? d.limit * 2 : d.count)
		err = object_write(c, bucket, d.pending[0]->key, round_once, &d);
	for (size_t i = 0; i < d.count; i++)
		settle(d.pending[i], err);
	talloc_free(d.pending);
}

enum store_err
catalog_object_delete(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct slice version_id, object_check_fn *check, void *context, struct object_deletion *out)
{
	struct object_removal removal = {
		.key = key, .version_id = version_id, .check = check, .context = context
	};

	catalog_objects_delete(c, mem, bucket, &removal, 1);
	*out = removal.deletion;
	return removal.err;
}
