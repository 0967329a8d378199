/* The parts of an upload, and of the object that came of it: putting one, and reading them in pages. */
#include "storage/catalog_uploads.h"

#include <assert.h>

#include "common/clock.h"

static bool
place_is_right(const struct record_part *record)
{
	return record_has_id(record->blob_id) == (record->size > 0);
}

bool
part_decode(TALLOC_CTX *mem, struct slice value, struct record_part *out)
{
	return record_part_decode(mem, value, out) && place_is_right(out);
}

struct record_blob
part_blob(const struct record_part *record)
{
	struct record_blob blob = { .size = record->size };

	memcpy(blob.id.bytes, record->blob_id, sizeof(blob.id.bytes));
	return blob;
}

/* Reading. */

enum store_err
part_rows_read(struct catalog *c, struct slice partition, const unsigned char upload_id[16], unsigned after,
    size_t max, TALLOC_CTX *mem, struct part_rows *out)
{
	struct entries page;
	enum store_err err = read_entries(
	    c, partition, name_parts(mem, upload_id), name_part(mem, upload_id, after + 1), max + 1, mem, &page);

	*out = (struct part_rows){ .more = page.count > max };
	if (out->more)
		page.count = max;
	out->items = talloc_zero_array(mem, struct part_row, page.count);
	for (size_t i = 0; i < page.count && !err; i++) {
		struct part_row *row = &out->items[i];
		unsigned char id[16];

		if (name_part_parse(page.items[i].name, id, &row->number) &&
		    part_decode(mem, page.items[i].value, &row->record))
			out->count++;
		else
			err = STORE_DAMAGED;
	}
	return err;
}

struct places_visit {
	TALLOC_CTX *mem;
	struct slice prefix;
	size_t max;
	struct part_places *out;
	enum store_err err;
};

static enum scan_step
visit_place(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct places_visit *v = context;
	struct part_places *out = v->out;
	struct record_part record;
	unsigned char id[16];
	unsigned number;

	(void)seek;
	if (!slice_starts_with(name, v->prefix))
		return SCAN_STOP;
	out->more = out->count == v->max;
	if (out->more)
		return SCAN_STOP;
	if (!name_part_parse(name, id, &number) || !record_part_decode_place(value, &record) ||
	    !place_is_right(&record)) {
		v->err = STORE_DAMAGED;
		return SCAN_STOP;
	}
	ARRAY_GROW(v->mem, out->items, out->count, struct part_place);
	out->items[out->count++] = (struct part_place){ number, part_blob(&record) };
	return SCAN_NEXT;
}

enum store_err
part_places_read(struct catalog *c, struct slice partition, const unsigned char upload_id[16], unsigned after,
    size_t max, TALLOC_CTX *mem, struct part_places *out)
{
	struct places_visit v = { mem, name_parts(mem, upload_id), max, out, STORE_OK };
	enum store_err err;

	*out = (struct part_places){ 0 };
	err = store_scan(c->store, partition, name_part(mem, upload_id, after + 1), visit_place, &v);
	return err ? err : v.err;
}

static void
part_fill(TALLOC_CTX *mem, const struct part_row *row, struct part *part)
{
	part->number = row->number;
	part->size = row->record.size;
	part->etag = slice_dup(mem, row->record.etag);
	part->modified_us = row->record.modified_us;
	part->checksums = row->record.checksums;
	fields_copy(mem, &part->checksums);
}

static enum store_err
parts_page(struct catalog *c, TALLOC_CTX *mem, struct slice partition, const unsigned char upload_id[16],
    unsigned after, size_t limit, struct part_page **out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct part_rows rows = { 0 };
	enum store_err err = STORE_OK;

	if (after < PART_NUMBER_MAX)
		err = part_rows_read(c, partition, upload_id, after, limit, scratch, &rows);
	if (!err) {
		*out = talloc_zero(mem, struct part_page);
		(*out)->parts = talloc_zero_array(*out, struct part, rows.count);
		(*out)->count = rows.count;
		(*out)->truncated = rows.more;
		for (size_t i = 0; i < rows.count; i++)
			part_fill((*out)->parts, &rows.items[i], &(*out)->parts[i]);
	}
	talloc_free(scratch);
	return err;
}

enum store_err
catalog_parts(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, const struct upload *upload,
    unsigned after, size_t limit, struct part_page **out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct home home = home_find(scratch, bucket, upload->key);
	struct upload_row row;
	unsigned char id[16];
	enum store_err err = STORE_OK;

	*out = NULL;
	if (!upload_id_parse(slice_from(upload->id), id)) {
		talloc_free(scratch);
		return STORE_NOT_FOUND;
	}
	do {
		TALLOC_FREE(*out);
		err = parts_page(c, mem, home_partition(&home), id, after, limit, out);
		/* Afterwards, for completing or aborting it may have taken some of them. */
		if (!err)
			err = upload_read(c, &home, id, scratch, &row);
	} while (home_moved(c, scratch, &home, &err));
	if (err)
		TALLOC_FREE(*out);
	talloc_free(scratch);
	return err;
}

/* How many bytes the parts have that come before one. */
static enum store_err
sum_sizes(
    struct catalog *c, struct slice partition, const unsigned char upload_id[16], unsigned before, uint64_t *sum)
{
	struct part_places page = { .more = true };
	unsigned after = 0;
	enum store_err err = STORE_OK;

	*sum = 0;
	while (page.more && after + 1 < before && !err) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = part_places_read(c, partition, upload_id, after, PARTS_PAGE, scratch, &page);
		for (size_t i = 0; i < page.count && page.items[i].number < before; i++)
			if (__builtin_add_overflow(*sum, page.items[i].blob.size, sum))
				err = STORE_DAMAGED;
		if (page.count)
			after = page.items[page.count - 1].number;
		talloc_free(scratch);
	}
	return err;
}

/* A page, each part of it with its place in the object. */
static enum store_err
object_parts_page(struct catalog *c, TALLOC_CTX *mem, const struct home *home, const unsigned char upload_id[16],
    unsigned after, size_t limit, struct part_page **out)
{
	uint64_t offset;
	enum store_err err = parts_page(c, mem, home_partition(home), upload_id, after, limit, out);

	if (err || !(*out)->count)
		return err;
	err = sum_sizes(c, home_partition(home), upload_id, (*out)->parts[0].number, &offset);
	for (size_t i = 0; i < (*out)->count; i++) {
		(*out)->parts[i].offset = offset;
		offset += (*out)->parts[i].size;
	}
	return err;
}

enum store_err
catalog_object_parts(struct catalog *c, TALLOC_CTX *mem, const struct object *object, unsigned after, size_t limit,
    struct part_page **out)
{
	const struct object_private *private = object->private;
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct home home = private->home;
	enum store_err err = object->upload_id ? STORE_OK : STORE_NOT_FOUND;

	*out = NULL;
	if (!err)
		do {
			TALLOC_FREE(*out);
			err = object_parts_page(c, mem, &home, private->upload_id, after, limit, out);
		} while (home_moved(c, scratch, &home, &err));
	if (err)
		TALLOC_FREE(*out);
	talloc_free(scratch);
	return err;
}

/* Putting. */

struct putting {
	struct catalog *c;
	TALLOC_CTX *mem;
	const struct home *home; /* of this attempt */
	unsigned char id[16];
	unsigned number;
	struct content *content;
	const char *etag;
	const struct fields *checksums;
	struct part **out;
};

static struct part *
part_make(TALLOC_CTX *mem, const struct part_row *row)
{
	struct part *part = talloc_zero(mem, struct part);

	part_fill(part, row, part);
	return part;
}

/* The part that this one takes the place of, if there is one. */
static enum store_err
old_part_read(
    struct putting *p, TALLOC_CTX *scratch, struct slice name, struct slice *value, struct record_part *old)
{
	enum store_err err = read_optional(p->c, home_partition(p->home), name, scratch, value);

	*old = (struct record_part){ 0 };
	return !err && value->length && !part_decode(scratch, *value, old) ? STORE_DAMAGED : err;
}

/* Parts are put beside each other, for the upload stays as it is; unless a completion has frozen it and given up. */
static void
expect_upload(struct change *change, const struct upload_row *upload)
{
	if (upload->record.state == RECORD_UPLOAD_FROZEN)
		(void)upload_change_state(change, upload, RECORD_UPLOAD_OPEN);
	else
		change_expect(change, upload->name, upload->value);
}

static enum store_err
commit_part(struct putting *p, TALLOC_CTX *scratch, const struct upload_row *upload)
{
	struct part_row made = { p->number, { .size = p->content->size,
						.modified_us = clock_wall_us(),
						.etag = slice_from(p->etag),
						.checksums = *p->checksums } };
	struct slice name = name_part(scratch, p->id, p->number), old_value;
	struct change change = { .mem = scratch };
	struct record_blob old_blob;
	struct record_part old;
	enum store_err err = old_part_read(p, scratch, name, &old_value, &old);

	if (err)
		return err;
	old_blob = part_blob(&old);
	if (made.record.size)
		memcpy(made.record.blob_id, p->content->blob.bytes, sizeof(made.record.blob_id));
	change_expect(&change, NAME_GATE, p->home->gate);
	expect_upload(&change, upload);
	change_expect(&change, name, old_value);
	change_put(&change, name, record_part_encode(scratch, &made.record));
	content_take(&change, p->content);
	if (old.size)
		change_drop_blobs(&change, (struct record_blobs){ &old_blob, 1 });
	err = content_commit(p->content, p->home, &change);
	if (!err)
		*p->out = part_make(p->mem, &made);
	return err;
}

static enum store_err
put_once(void *context, const struct home *home, TALLOC_CTX *scratch)
{
	struct putting *p = context;
	struct upload_row upload;
	enum store_err err = upload_read(p->c, home, p->id, scratch, &upload);

	p->home = home;
	return err ? err : commit_part(p, scratch, &upload);
}

enum store_err
catalog_part_put(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct slice upload_id, unsigned number, struct content *content, const char *etag,
    const struct fields *checksums, struct part **out)
{
	struct putting p = { c, mem, NULL, { 0 }, number, content, etag, checksums, out };
	enum store_err err = STORE_NOT_FOUND;

	assert(content->finished && content->is_part);
	assert(number >= 1 && number <= PART_NUMBER_MAX);
	*out = NULL;
	if (upload_id_parse(upload_id, p.id))
		err = upload_write(c, bucket, key, put_once, &p);
	content_end(content, err);
	return err;
}
