/*
 * Completing an upload: one small commit, whatever the number of parts, for their records stay where they are and become
 * the object's manifest. Those of parts that were not named go. Where they are more than one commit is to hold, the
 * surplus goes in commits before, which rely on the upload being frozen as that last one does.
 */
#include "storage/catalog_uploads.h"

#define UNNAMED_MAX 1000 /* that go in one commit */

struct completing {
	struct catalog *c;
	TALLOC_CTX *mem;
	const struct home *home; /* of this attempt */
	const struct bucket *bucket;
	const struct upload *upload;
	unsigned char id[16];
	const unsigned *numbers;
	size_t count;
	const struct object_change *change;
	object_check_fn *check;
	void *context;
	struct object **out;
	bool outdated; /* the upload is no longer as it was frozen */
};

/* Which parts there are. */

struct selection {
	size_t named;  /* how many of the numbers were found */
	uint64_t size; /* of these parts together */
	struct part_place *unnamed;
	size_t unnamed_count;
};

static enum store_err
select_part(const struct completing *p, TALLOC_CTX *scratch, const struct part_place *part, struct selection *s)
{
	if (s->named < p->count && part->number == p->numbers[s->named]) {
		s->named++;
		return __builtin_add_overflow(s->size, part->blob.size, &s->size) ? STORE_DAMAGED : STORE_OK;
	}
	ARRAY_GROW(scratch, s->unnamed, s->unnamed_count, struct part_place);
	s->unnamed[s->unnamed_count++] = *part;
	return STORE_OK;
}

static enum store_err
select_parts(const struct completing *p, TALLOC_CTX *scratch, struct selection *s)
{
	struct part_places page = { .more = true };
	unsigned after = 0;
	enum store_err err = STORE_OK;

	*s = (struct selection){ 0 };
	while (page.more && !err) {
		TALLOC_CTX *mem = talloc_new(NULL);

		err = part_places_read(p->c, home_partition(p->home), p->id, after, PARTS_PAGE, mem, &page);
		for (size_t i = 0; i < page.count && !err; i++)
			err = select_part(p, scratch, &page.items[i], s);
		if (page.count)
			after = page.items[page.count - 1].number;
		talloc_free(mem);
	}
	return err;
}

/* After the parts were read: if the upload still is as it was frozen, they were, too. */
static enum store_err
check_frozen(struct completing *p, TALLOC_CTX *scratch)
{
	struct upload_row row;
	enum store_err err = upload_read(p->c, p->home, p->id, scratch, &row);

	if (err)
		return err;
	p->outdated = row.record.state != RECORD_UPLOAD_FROZEN || !slice_equal(row.value, p->upload->revision);
	return p->outdated ? STORE_REFUSED : STORE_OK;
}

/* Dropping the others. */

static void
expect_frozen(struct completing *p, struct change *change, struct slice name)
{
	change_expect(change, NAME_GATE, p->home->gate);
	change_expect(change, name, p->upload->revision);
}

static void
drop_parts(struct completing *p, struct change *change, const struct part_place *unnamed, size_t count)
{
	struct record_blobs blobs = { talloc_array(change->mem, struct record_blob, count), 0 };

	for (size_t i = 0; i < count; i++) {
		change_delete(change, name_part(change->mem, p->id, unnamed[i].number));
		if (unnamed[i].blob.size)
			blobs.items[blobs.count++] = unnamed[i].blob;
	}
	if (blobs.count)
		change_drop_blobs(change, blobs);
}

static enum store_err
drop_surplus(struct completing *p, TALLOC_CTX *scratch, struct selection *s)
{
	enum store_err err = STORE_OK;

	while (s->unnamed_count > UNNAMED_MAX && !err) {
		struct change change = { .mem = scratch, .frees = true };

		s->unnamed_count -= UNNAMED_MAX;
		expect_frozen(p, &change, name_upload(scratch, p->upload->key, p->id));
		drop_parts(p, &change, &s->unnamed[s->unnamed_count], UNNAMED_MAX);
		err = change_commit(p->c, home_partition(p->home), &change);
	}
	return err;
}

/* The version. */

static enum store_err
put_version(struct completing *p, TALLOC_CTX *scratch, const struct row *head, const struct row *old_null,
    const struct selection *s)
{
	struct slice name = name_upload(scratch, p->upload->key, p->id), value;
	struct change change = { .mem = scratch };
	struct record_version made;
	enum store_err err;

	version_begin(&made, head, p->bucket->versioning != VERSIONING_ENABLED);
	object_change_apply(&made, p->change);
	made.size = s->size;
	made.part_count = s->named;
	memcpy(made.upload_id, p->id, sizeof(made.upload_id));
	expect_frozen(p, &change, name);
	change_delete(&change, name);
	drop_parts(p, &change, s->unnamed, s->unnamed_count);
	value = version_push(&change, p->upload->key, head, old_null, &made);
	err = change_commit(p->c, home_partition(p->home), &change);
	if (!err)
		*p->out = object_from_value(p->c, p->mem, p->home, value, true);
	return err;
}

static enum store_err
select_and_check(struct completing *p, TALLOC_CTX *scratch, struct selection *s)
{
	enum store_err err = select_parts(p, scratch, s);

	if (!err)
		err = check_frozen(p, scratch);
	return !err && s->named < p->count ? STORE_INVALID : err;
}

static enum store_err
complete_once(void *context, const struct home *home, TALLOC_CTX *scratch)
{
	struct completing *p = context;
	const struct wanted wanted = { 0 };
	struct row old_null = { 0 };
	struct selection selection;
	struct located found;
	enum store_err err;

	p->home = home;
	p->outdated = false;
	err = select_and_check(p, scratch, &selection);
	if (!err)
		err = locate(p->c, home, &wanted, scratch, &found);
	if (!err)
		err = object_check(p->c, scratch, home, &found.head, true, p->check, p->context);
	if (!err && p->bucket->versioning != VERSIONING_ENABLED)
		err = old_null_read(p->c, home, scratch, &found.head, &old_null);
	if (!err)
		err = drop_surplus(p, scratch, &selection);
	return err ? err : put_version(p, scratch, &found.head, &old_null, &selection);
}

enum store_err
catalog_upload_complete(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    const struct upload *upload, const unsigned *numbers, size_t count, const struct object_change *change,
    object_check_fn *check, void *context, struct object **out)
{
	struct completing p = { c, mem, NULL, bucket, upload, { 0 }, numbers, count, change, check, context, out,
		false };
	enum store_err err;

	*out = NULL;
	if (!upload_id_parse(slice_from(upload->id), p.id))
		return STORE_NOT_FOUND;
	if (count == 0)
		return STORE_INVALID;
	err = upload_write(c, bucket, upload->key, complete_once, &p);
	return p.outdated ? STORE_CONFLICT : err;
}
