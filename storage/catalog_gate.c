/*
 * How a bucket is deleted while others write to it. Its record and its objects lie in different partitions, so this
 * takes steps, each of which anybody who comes across it carries on:
 *
 *	1  record: state DELETING, revision R; not while keys are on their way from shard to shard
 *	2  the gate of each shard: closed by R. From here on no write to an object of the bucket succeeds
 *	3  look for objects. There are none: the record goes, the remains are noted for the sweep, the gates stay closed
 *	4  There is one: record: state ACTIVE, a new revision; then the gates open, each to its range of keys
 *
 * A revision is never used twice. Who reads a gate closed by R and only then a record that is not DELETING with R
 * knows that the deletion R is over, whatever happens meanwhile; every change of the gate is conditional on the gate
 * that was read before the record. So a late step of one deletion cannot open or close the gate of another. A gate keeps
 * its range while it is closed.
 */
#include "storage/catalog_private.h"

#include "common/clock.h"

/* A bucket's shards, each with its gate. */
struct gates {
	struct gated {
		struct shard shard;
		struct gate gate;
	} * items;
	size_t count;
};

/* The gates of a bucket, and only then its record. STORE_CONFLICT: it has other shards by now */
static enum store_err
gates_read(struct catalog *c, TALLOC_CTX *mem, struct slice name, const struct bucket_id *id, struct gates *out,
    struct bucket_row *row)
{
	struct bucket_row before;
	enum store_err err = bucket_read(c, mem, name, &before);

	if (err || !bucket_row_is(&before, id))
		return err ? err : STORE_NOT_FOUND;
	out->count = shard_count(&before.record.shards);
	out->items = talloc_array(mem, struct gated, out->count);
	for (size_t i = 0; i < out->count && !err; i++) {
		out->items[i].shard = shard_at(id, &before.record.shards, i);
		err = gate_read(c, mem, shard_partition(&out->items[i].shard.name), &out->items[i].gate);
	}
	if (!err)
		err = bucket_read(c, mem, name, row);
	if (err || !bucket_row_is(row, id))
		return err ? err : STORE_NOT_FOUND;
	return shards_equal(&before.record.shards, &row->record.shards) ? STORE_OK : STORE_CONFLICT;
}

/* Let each gate that has another revision have this one; 0 opens it. *changed: one had */
static enum store_err
gates_set(struct catalog *c, TALLOC_CTX *mem, const struct gates *gates, uint64_t revision, bool *changed)
{
	enum store_err err = STORE_OK;

	*changed = false;
	for (size_t i = 0; i < gates->count && !err; i++) {
		const struct gated *item = &gates->items[i];
		struct record_gate record = item->gate.record;
		struct change change = { .mem = mem, .frees = true };

		if (record.revision == revision)
			continue;
		*changed = true;
		record.revision = revision;
		change_expect(&change, NAME_GATE, item->gate.value);
		if (revision == 0 && record.begin.length == 0 && record.end.length == 0)
			change_delete(&change, NAME_GATE);
		else
			change_put(&change, NAME_GATE, record_gate_encode(mem, &record));
		err = change_commit(c, shard_partition(&item->shard.name), &change);
	}
	return err;
}

/* Whether there are versions. Uploads under way go with the bucket: they are cleared with its remains. */
struct emptiness {
	struct slice end; /* what comes from this name on lies elsewhere */
	bool empty;
};

static enum scan_step
visit_member(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct emptiness *e = context;

	(void)value;
	(void)seek;
	e->empty = name.data[0] != 'o' || (e->end.length && slice_compare(name, e->end) >= 0);
	return SCAN_STOP;
}

static enum store_err
is_empty(struct catalog *c, TALLOC_CTX *mem, const struct bucket_id *id, const struct fields *shards, bool *empty)
{
	enum store_err err = STORE_OK;

	*empty = true;
	for (size_t i = 0; i < shard_count(shards) && *empty && !err; i++) {
		struct shard shard = shard_at(id, shards, i);
		struct emptiness e = { .empty = true };

		if (shard.end.length)
			e.end = NAME(mem, SLICE("o"), shard.end);
		err = store_scan(
		    c->store, shard_partition(&shard.name), NAME(mem, SLICE("o"), shard.begin), visit_member, &e);
		*empty = e.empty;
	}
	return err;
}

static enum store_err
bring_back(struct catalog *c, TALLOC_CTX *mem, struct bucket_row *row)
{
	struct change change = { .mem = mem, .frees = true };

	row->record.state = RECORD_BUCKET_ACTIVE;
	return bucket_commit(c, &change, row);
}

static enum store_err
take_away(struct catalog *c, TALLOC_CTX *mem, const struct bucket_row *row)
{
	const struct record_bucket *record = &row->record;
	struct record_remains remains = { .deleted_us = clock_wall_us(), .shards = record->shards };
	struct change change = { .mem = mem, .frees = true };

	change_expect(&change, bucket_name(mem, record->name), row->value);
	change_delete(&change, bucket_name(mem, record->name));
	change_delete(&change, bucket_index_name(mem, record->owner_id, record->name));
	for (unsigned number = 0; number <= DOCUMENT_NUMBER_MAX; number++)
		if (record->documents & UINT64_C(1) << number)
			change_delete(&change, document_name(mem, record->id, number));
	change_put(&change, remains_name(mem, record->id), record_remains_encode(mem, &remains));
	return change_commit(c, PARTITION_BUCKETS, &change);
}

/* The next step from what is there. STORE_CONFLICT: look again; STORE_OK and STORE_NOT_FOUND: at rest. */
static enum store_err
settle_once(struct catalog *c, TALLOC_CTX *mem, struct slice name, const struct bucket_id *id)
{
	struct bucket_row row;
	struct gates gates;
	bool changed, empty;
	enum store_err err = gates_read(c, mem, name, id, &gates, &row);

	if (err)
		return err;
	if (row.record.state == RECORD_BUCKET_ACTIVE)
		return gates_set(c, mem, &gates, 0, &changed);
	err = gates_set(c, mem, &gates, row.record.revision, &changed);
	if (err || changed)
		return err ? err : STORE_CONFLICT;
	err = is_empty(c, mem, id, &row.record.shards, &empty);
	if (!err)
		err = empty ? take_away(c, mem, &row) : bring_back(c, mem, &row);
	return err ? err : STORE_CONFLICT;
}

enum store_err
bucket_settle(struct catalog *c, struct slice name, const struct bucket_id *id)
{
	enum store_err err = STORE_CONFLICT;

	for (int tries = 0; tries < TRIES_MAX && err == STORE_CONFLICT; tries++) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = settle_once(c, scratch, name, id);
		talloc_free(scratch);
	}
	return err == STORE_CONFLICT ? STORE_TIMEOUT : err;
}

/*
 * Step 1. A bucket that holds something is left in peace. STORE_OK as well when another deletion of the bucket is
 * under way: both end alike.
 */
static enum store_err
begin_once(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket)
{
	struct change change = { .mem = mem, .frees = true };
	struct bucket_row row;
	bool empty;
	enum store_err err = bucket_read(c, mem, slice_from(bucket->name), &row);

	if (err || !bucket_row_is(&row, &bucket->id))
		return err ? err : STORE_NOT_FOUND;
	if (row.record.state == RECORD_BUCKET_DELETING)
		return STORE_OK;
	if (row.record.moving_to) {
		err = move_carry_on(c, slice_from(bucket->name), &bucket->id);
		return err ? err : STORE_CONFLICT;
	}
	err = is_empty(c, mem, &bucket->id, &row.record.shards, &empty);
	if (err || !empty)
		return err ? err : STORE_NOT_EMPTY;
	row.record.state = RECORD_BUCKET_DELETING;
	return bucket_commit(c, &change, &row);
}

enum store_err
catalog_bucket_delete(struct catalog *c, const struct bucket *bucket)
{
	enum store_err err = STORE_CONFLICT;

	for (int tries = 0; tries < TRIES_MAX && err == STORE_CONFLICT; tries++) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = begin_once(c, scratch, bucket);
		talloc_free(scratch);
	}
	if (err)
		return err == STORE_CONFLICT ? STORE_TIMEOUT : err;
	err = bucket_settle(c, slice_from(bucket->name), &bucket->id);
	return err == STORE_OK ? STORE_NOT_EMPTY : err == STORE_NOT_FOUND ? STORE_OK : err;
}

enum store_err
bucket_refresh(struct catalog *c, const struct home *home)
{
	TALLOC_CTX *scratch;
	struct bucket_row row;
	enum store_err err;

	if (clock_monotonic_us() - home->read_us < c->bucket_fresh_us)
		return STORE_OK;
	scratch = talloc_new(NULL);
	err = bucket_read(c, scratch, home->bucket_name, &row);
	if (!err && !bucket_row_is(&row, &home->bucket))
		err = STORE_NOT_FOUND;
	talloc_free(scratch);
	return err;
}
