/* The target's notes of blobs that perhaps no record of it names. */
#include "storage/migrate_private.h"

#define NOTE      'b' /* what names of notes begin with; the blob's ID follows */
#define NOTE_NAME (1 + sizeof(struct blob_id))

static enum store_err
change_notes(struct migration *m, const struct blob_id *ids, size_t count, bool note)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	enum store_err err = STORE_OK;

	while (!err && count > 0) {
		struct change change = { .mem = scratch, .frees = !note };
		size_t step = count < STORE_BATCH_MAX ? count : STORE_BATCH_MAX;
		struct batch batch;

		for (size_t i = 0; i < step; i++) {
			struct slice name =
			    NAME(scratch, SLICE("b"), slice_make(ids[i].bytes, sizeof(ids[i].bytes)));

			if (note)
				change_put(&change, name, SLICE("1"));
			else
				change_delete(&change, name);
		}
		batch = (struct batch){ .puts = change.puts,
			.put_count = change.put_count,
			.deletes = change.deletes,
			.delete_count = change.delete_count,
			.frees = change.frees };
		err = store_commit(m->to, PARTITION_MIGRATION, &batch);
		ids += step;
		count -= step;
		talloc_free_children(scratch);
	}
	talloc_free(scratch);
	return err ? migrate_fail(m, err, "cannot note blobs in the target") : STORE_OK;
}

enum store_err
migrate_note(struct migration *m, const struct blob_id *ids, size_t count)
{
	return change_notes(m, ids, count, true);
}

enum store_err
migrate_forget(struct migration *m, const struct blob_id *ids, size_t count)
{
	return change_notes(m, ids, count, false);
}

struct notes {
	struct blob_id ids[SWEEP_PAGE];
	size_t count;
};

static enum scan_step
collect_note(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct notes *notes = context;

	(void)value;
	(void)seek;
	if (name.length != NOTE_NAME || name.data[0] != NOTE)
		return SCAN_NEXT;
	memcpy(notes->ids[notes->count++].bytes, name.data + 1, sizeof(notes->ids[0].bytes));
	return notes->count < SWEEP_PAGE ? SCAN_NEXT : SCAN_STOP;
}

/* A blob that is there, but is not of size 0, is said to be damaged. */
static enum store_err
source_has(struct migration *m, const struct blob_id *id, bool *has)
{
	struct blob_reader *reader;
	enum store_err err = blob_open(m->from, id, 0, 0, 0, &reader);

	if (!err)
		blob_close(reader);
	*has = err != STORE_NOT_FOUND;
	return err == STORE_NOT_FOUND || err == STORE_DAMAGED ? STORE_OK : err;
}

static enum store_err
settle_page(struct migration *m, const struct notes *notes)
{
	struct blob_id settled[SWEEP_PAGE];
	size_t count = 0;
	enum store_err err = STORE_OK;

	for (size_t i = 0; !err && i < notes->count; i++) {
		bool has;

		err = source_has(m, &notes->ids[i], &has);
		if (!err && !has)
			err = blob_delete(m->to, &notes->ids[i]);
		if (!has || m->last)
			settled[count++] = notes->ids[i];
	}
	if (err)
		return migrate_fail(m, err, "cannot do away with blobs that the source has no longer");
	return migrate_forget(m, settled, count);
}

enum store_err
migrate_settle(struct migration *m)
{
	struct notes notes = { .count = SWEEP_PAGE };
	char last[NOTE_NAME + 1] = { NOTE };
	struct slice from = { last, 1 };
	enum store_err err = STORE_OK;

	while (!err && notes.count == SWEEP_PAGE) {
		notes.count = 0;
		err = store_scan(m->to, PARTITION_MIGRATION, from, collect_note, &notes);
		if (err)
			return migrate_fail(m, err, "cannot read the target's notes of blobs");
		if (notes.count == 0)
			break;
		/* On after the last one: a zero byte more. */
		memcpy(last + 1, notes.ids[notes.count - 1].bytes, sizeof(notes.ids[0].bytes));
		from.length = sizeof(last);
		err = migrate_stopped(m) ? migrate_refuse(m, STORE_REFUSED, "stopped: begin again to go on")
					 : settle_page(m, &notes);
	}
	return err;
}
