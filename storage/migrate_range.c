/*
 * Making a range of the target equal: note its blobs, copy those that are wanted, commit, read back, forget the notes of
 * what was copied.
 */
#include "common/encode.h"
#include "storage/migrate_private.h"

struct range {
	struct migration *m;
	TALLOC_CTX *mem;
	struct slice partition;
	const struct difference *differences;
	size_t count;
	bool *left; /* of each difference: it is not made equal this time */
	struct blob_copy *copies;
	size_t copy_count;
	struct blob_id *dropped; /* blobs that a record names no longer */
	size_t dropped_count;
};

/* Which blobs a record names. */

struct named {
	struct record_blobs blobs;
	struct slice etag; /* when it is the MD5 of the one blob */
};

static bool
is_md5(struct slice etag)
{
	unsigned char md5[16];

	return hex_decode(etag, md5, sizeof(md5));
}

static bool
version_names(TALLOC_CTX *mem, struct slice value, struct named *out)
{
	struct record_version version;

	if (!record_version_decode(mem, value, &version))
		return false;
	*out = (struct named){ version.blobs, version.etag };
	return true;
}

static bool
part_names(TALLOC_CTX *mem, struct slice value, struct named *out)
{
	struct record_blob *blob = talloc(mem, struct record_blob);
	struct record_part part;

	if (!part_decode(mem, value, &part))
		return false;
	*blob = part_blob(&part);
	*out = (struct named){ { blob, blob->size > 0 }, part.etag };
	return true;
}

/* False: the record is malformed. Garbage names blobs as well, but what is garbage is not copied. */
static bool
names(const struct range *r, struct slice name, struct slice value, struct named *out)
{
	bool right = true;

	*out = (struct named){ 0 };
	if (value.length == 0 || slice_equal(r->partition, PARTITION_USERS) ||
	    slice_equal(r->partition, PARTITION_BUCKETS))
		return true;
	if (name.data[0] == 'o')
		right = version_names(r->mem, value, out);
	else if (name.data[0] == 'p')
		right = part_names(r->mem, value, out);
	if (out->blobs.count != 1 || !is_md5(out->etag))
		out->etag = slice_make(NULL, 0);
	return right;
}

static bool
has_blob(const struct record_blobs *blobs, const struct blob_id *id)
{
	for (size_t i = 0; i < blobs->count; i++)
		if (memcmp(blobs->items[i].id.bytes, id->bytes, sizeof(id->bytes)) == 0)
			return true;
	return false;
}

/* What is to be copied, and what is dropped. */

struct search {
	struct slice id;
	TALLOC_CTX *mem;
	const char *name;
};

static enum scan_step
search_visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct search *search = context;
	struct record_bucket record;

	(void)seek;
	if (!slice_starts_with(name, SLICE("b/")))
		return SCAN_STOP;
	if (!record_bucket_decode(search->mem, value, &record) ||
	    !slice_equal(search->id, slice_make(record.id, sizeof(record.id))))
		return SCAN_NEXT;
	search->name = slice_dup(search->mem, record.name);
	return SCAN_STOP;
}

/* The bucket's name, or what else can be said of where a record lies. */
static const char *
place_of(const struct range *r)
{
	struct search search = { .id = slice_head(r->partition, sizeof(struct bucket_id)), .mem = r->mem };
	enum store_err err = store_scan(r->m->from, PARTITION_BUCKETS, SLICE("b/"), search_visit, &search);

	if (!err && search.name)
		return talloc_asprintf(r->mem, "bucket %s", search.name);
	return talloc_asprintf(r->mem, "partition %s", hex_encode(r->mem, r->partition));
}

static const char *
describe(const struct range *r, const struct difference *d)
{
	struct slice key;
	uint64_t ordinal;
	bool is_head;

	if (name_parse(d->name, &key, &is_head, &ordinal))
		return talloc_asprintf(r->mem, "%s, object %.*s", place_of(r), SLICE_ARG(key));
	return talloc_asprintf(r->mem, "%s, record %s", place_of(r), hex_encode(r->mem, d->name));
}

/* Blobs that the target's record names as well are there, and were read back before that record was written. */
static void
look_at(struct range *r, size_t number)
{
	const struct difference *d = &r->differences[number];
	struct named wanted, found;

	if (!names(r, d->name, d->wanted, &wanted)) {
		migrate_tell(r->m, "%s: the record is malformed", describe(r, d));
		r->left[number] = true;
		return;
	}
	(void)names(r, d->name, d->found, &found); /* it was the source's once, and was looked at then */
	for (size_t i = 0; i < wanted.blobs.count; i++) {
		if (has_blob(&found.blobs, &wanted.blobs.items[i].id))
			continue;
		ARRAY_GROW(r->mem, r->copies, r->copy_count, struct blob_copy);
		r->copies[r->copy_count++] =
		    (struct blob_copy){ wanted.blobs.items[i], wanted.etag, number, STORE_OK };
	}
	for (size_t i = 0; i < found.blobs.count; i++) {
		if (has_blob(&wanted.blobs, &found.blobs.items[i].id))
			continue;
		ARRAY_GROW(r->mem, r->dropped, r->dropped_count, struct blob_id);
		r->dropped[r->dropped_count++] = found.blobs.items[i].id;
	}
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct blob_id));
}

/* A blob may be dropped by one record and wanted by another, as when a version is no longer the current one. */
static enum store_err
note_blobs(struct range *r)
{
	size_t count = r->copy_count + r->dropped_count, kept = 0;
	struct blob_id *ids = talloc_array(r->mem, struct blob_id, count);

	if (count == 0)
		return STORE_OK;
	for (size_t i = 0; i < count; i++)
		ids[i] = i < r->copy_count ? r->copies[i].blob.id : r->dropped[i - r->copy_count];
	qsort(ids, count, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || compare_ids(&ids[i], &ids[kept - 1]) != 0)
			ids[kept++] = ids[i];
	return migrate_note(r->m, ids, kept);
}

/* A blob that the source cannot give may have gone with its record, since that was read. */
static enum store_err
judge(struct range *r, const struct blob_copy *copy)
{
	const struct difference *d = &r->differences[copy->difference];
	struct slice now;
	enum store_err err;

	if (copy->err == STORE_OK || r->left[copy->difference])
		return STORE_OK;
	r->left[copy->difference] = true;
	err = store_get(r->m->from, r->partition, d->name, r->mem, &now);
	if (err && err != STORE_NOT_FOUND)
		return migrate_fail(r->m, err, "cannot read the source's records");
	if (!err && slice_equal(now, d->wanted))
		migrate_tell(r->m, "%s: blob %s: %s", describe(r, d),
		    hex_encode(r->mem, slice_make(copy->blob.id.bytes, sizeof(copy->blob.id.bytes))),
		    copy->err == STORE_NOT_FOUND ? "missing" : "damaged");
	return STORE_OK;
}

static enum store_err
copy_blobs(struct range *r)
{
	enum store_err err = note_blobs(r);

	if (!err && r->copy_count > 0)
		err = migrate_blobs(r->m, r->copies, r->copy_count);
	for (size_t i = 0; !err && i < r->copy_count; i++)
		err = judge(r, &r->copies[i]);
	return err;
}

/* Records. */

static enum store_err
commit(struct range *r)
{
	struct change change = { .mem = r->mem };
	struct batch batch;
	enum store_err err;

	for (size_t i = 0; i < r->count; i++) {
		const struct difference *d = &r->differences[i];

		if (r->left[i])
			r->m->left++;
		else if (d->wanted.length > 0)
			change_put(&change, d->name, d->wanted);
		else
			change_delete(&change, d->name);
	}
	r->m->changed += r->count;
	if (change.put_count + change.delete_count == 0)
		return STORE_OK;
	batch = (struct batch){ .puts = change.puts,
		.put_count = change.put_count,
		.deletes = change.deletes,
		.delete_count = change.delete_count };
	err = store_commit(r->m->to, r->partition, &batch);
	if (err)
		return migrate_fail(r->m, err, "cannot write to the target");
	r->m->options->progress->records_changed += change.put_count + change.delete_count;
	return STORE_OK;
}

/* Reading back: from one changed key to the next. */

struct reading {
	const struct range *r;
	size_t next; /* difference that is still to be seen */
	bool wrong;
};

/* Differences up to a key of the target that are not there: right for what was to go. */
static void
expect_absent(struct reading *reading, const struct slice *name)
{
	const struct range *r = reading->r;

	for (; reading->next < r->count; reading->next++) {
		const struct difference *d = &r->differences[reading->next];

		if (name && slice_compare(d->name, *name) >= 0)
			return;
		reading->wrong |= !r->left[reading->next] && d->wanted.length > 0;
	}
}

static enum scan_step
reading_visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct reading *reading = context;
	const struct range *r = reading->r;

	expect_absent(reading, &name);
	if (reading->next < r->count && slice_equal(r->differences[reading->next].name, name)) {
		reading->wrong |=
		    !r->left[reading->next] && !slice_equal(r->differences[reading->next].wanted, value);
		reading->next++;
	}
	if (reading->next == r->count)
		return SCAN_STOP;
	*seek = r->differences[reading->next].name;
	return SCAN_SEEK;
}

static enum store_err
read_back(const struct range *r)
{
	struct reading reading = { .r = r };
	enum store_err err = store_scan(r->m->to, r->partition, r->differences[0].name, reading_visit, &reading);

	if (err)
		return migrate_fail(r->m, err, "cannot read the target's records");
	expect_absent(&reading, NULL);
	if (reading.wrong)
		return migrate_refuse(
		    r->m, STORE_DAMAGED, "the target does not have the records that were written to it");
	return STORE_OK;
}

/* The notes of those that a record of the target names now. */
static enum store_err
forget_copied(struct range *r)
{
	struct blob_id *ids = talloc_array(r->mem, struct blob_id, r->copy_count);
	size_t count = 0;

	for (size_t i = 0; i < r->copy_count; i++)
		if (!r->left[r->copies[i].difference])
			ids[count++] = r->copies[i].blob.id;
	return migrate_forget(r->m, ids, count);
}

enum store_err
migrate_apply(struct migration *m, struct slice partition, const struct difference *differences, size_t count)
{
	struct range r = {
		.m = m, .mem = talloc_new(NULL), .partition = partition, .differences = differences, .count = count
	};
	enum store_err err;

	r.left = talloc_zero_array(r.mem, bool, count);
	for (size_t i = 0; i < count; i++)
		look_at(&r, i);
	err = copy_blobs(&r);
	if (!err)
		err = commit(&r);
	if (!err)
		err = read_back(&r);
	if (!err)
		err = forget_copied(&r);
	talloc_free(r.mem);
	return err;
}
