/*
 * How a bucket is deleted while others write to it. Its record and its objects lie in different partitions, so this
 * takes steps, each of which anybody who comes across it carries on:
 *
 *	1  record: state DELETING, revision R
 *	2  gate: closed by R. From here on no write to an object of the bucket succeeds
 *	3  look for objects. There are none: the record goes, the remains are noted for the sweep, the gate stays closed
 *	4  There is one: record: state ACTIVE, a new revision; then the gate opens
 *
 * A revision is never used twice. Who reads a gate closed by R and only then a record that is not DELETING with R
 * knows that the deletion R is over, whatever happens meanwhile; every change of the gate is conditional on the gate
 * that was read before the record. So a late step of one deletion cannot open or close the gate of another.
 */
#include "storage/catalog_private.h"

#include "common/clock.h"

static bool
closed_by(TALLOC_CTX *mem, struct slice gate, uint64_t revision)
{
	struct record_gate record;

	return gate.length && record_gate_decode(mem, gate, &record) && record.revision == revision;
}

static enum store_err
gate_change(struct catalog *c, TALLOC_CTX *mem, const struct bucket_id *id, struct slice seen,
    const struct record_gate *gate)
{
	struct change change = { .mem = mem, .frees = true };

	change_expect(&change, NAME_GATE, seen);
	if (gate)
		change_put(&change, NAME_GATE, record_gate_encode(mem, gate));
	else
		change_delete(&change, NAME_GATE);
	return change_commit(c, bucket_partition(id, slice_make(NULL, 0)), &change);
}

static enum scan_step
visit_member(void *context, struct slice name, struct slice value, struct slice *seek)
{
	bool *empty = context;

	(void)value;
	(void)seek;
	*empty = name.data[0] != 'o';
	return SCAN_STOP;
}

/* Versions alone count. Uploads under way go with the bucket: they are cleared with its remains. */
static enum store_err
is_empty(struct catalog *c, const struct bucket_id *id, bool *empty)
{
	*empty = true;
	return store_scan(c->store, bucket_partition(id, slice_make(NULL, 0)), SLICE("o"), visit_member, empty);
}

static enum store_err
bring_back(struct catalog *c, TALLOC_CTX *mem, struct bucket_row *row)
{
	struct change change = { .mem = mem, .frees = true };

	change_expect(&change, bucket_name(mem, row->record.name), row->value);
	row->record.state = RECORD_BUCKET_ACTIVE;
	row->record.revision++;
	bucket_write(&change, &row->record);
	return change_commit(c, PARTITION_BUCKETS, &change);
}

static enum store_err
take_away(struct catalog *c, TALLOC_CTX *mem, const struct bucket_row *row)
{
	const struct record_bucket *record = &row->record;
	struct record_remains remains = { .deleted_us = clock_wall_us() };
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
	struct slice partition = bucket_partition(id, slice_make(NULL, 0)), gate;
	struct record_gate closed = { 0 };
	struct bucket_row row;
	bool empty;
	enum store_err err = read_optional(c, partition, NAME_GATE, mem, &gate);

	if (!err)
		err = bucket_read(c, mem, name, &row);
	if (err || !bucket_row_is(&row, id))
		return err ? err : STORE_NOT_FOUND;
	if (row.record.state == RECORD_BUCKET_ACTIVE)
		return gate.length ? gate_change(c, mem, id, gate, NULL) : STORE_OK;
	if (!closed_by(mem, gate, row.record.revision)) {
		closed.revision = row.record.revision;
		err = gate_change(c, mem, id, gate, &closed);
		return err ? err : STORE_CONFLICT;
	}
	err = is_empty(c, id, &empty);
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
	err = is_empty(c, &bucket->id, &empty);
	if (err || !empty)
		return err ? err : STORE_NOT_EMPTY;
	change_expect(&change, bucket_name(mem, row.record.name), row.value);
	row.record.state = RECORD_BUCKET_DELETING;
	row.record.revision++;
	bucket_write(&change, &row.record);
	return change_commit(c, PARTITION_BUCKETS, &change);
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
bucket_refresh(struct catalog *c, const struct bucket *bucket)
{
	TALLOC_CTX *scratch;
	struct bucket_row row;
	enum store_err err;

	if (clock_monotonic_us() - bucket->read_us < c->bucket_fresh_us)
		return STORE_OK;
	scratch = talloc_new(NULL);
	err = bucket_read(c, scratch, slice_from(bucket->name), &row);
	if (!err && !bucket_row_is(&row, &bucket->id))
		err = STORE_NOT_FOUND;
	talloc_free(scratch);
	return err;
}

enum store_err
bucket_reopen(struct catalog *c, struct slice name, const struct bucket_id *id)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct slice gate;
	enum store_err err = read_optional(c, bucket_partition(id, slice_make(NULL, 0)), NAME_GATE, scratch, &gate);

	talloc_free(scratch);
	return !err && gate.length ? bucket_settle(c, name, id) : err;
}
