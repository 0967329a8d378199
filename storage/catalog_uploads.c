/* Multipart uploads: beginning, reading, freezing and throwing one away. */
#include "storage/catalog_uploads.h"

#include "common/clock.h"
#include "common/encode.h"

enum store_err
upload_read(
    struct catalog *c, const struct home *home, const unsigned char id[16], TALLOC_CTX *mem, struct upload_row *out)
{
	enum store_err err;

	*out = (struct upload_row){ .name = name_upload(mem, home->key, id) };
	err = store_get(c->store, home_partition(home), out->name, mem, &out->value);
	if (!err && !record_upload_decode(mem, out->value, &out->record))
		err = STORE_DAMAGED;
	return err;
}

struct upload *
upload_make(TALLOC_CTX *mem, struct slice key, const unsigned char id[16], struct slice value)
{
	struct upload *upload = talloc_zero(mem, struct upload);
	struct record_upload record;

	upload->revision = slice_copy(upload, value);
	if (!record_upload_decode(upload, upload->revision, &record)) {
		talloc_free(upload);
		return NULL;
	}
	upload->key = slice_copy(upload, key);
	upload->id = hex_encode(upload, slice_make(id, 16));
	upload->initiated_us = record.initiated_us;
	upload->initiator_id = slice_dup(upload, record.initiator_id);
	upload->owner_id = slice_dup(upload, record.owner_id);
	upload->acl = record.acl;
	upload->tags = record.tags;
	upload->headers = record.headers;
	upload->metadata = record.metadata;
	upload->checksums = record.checksums;
	return upload;
}

enum store_err
upload_write(struct catalog *c, const struct bucket *bucket, struct slice key, attempt_fn *attempt, void *context)
{
	return object_key_valid(key) ? object_write(c, bucket, key, attempt, context) : STORE_NOT_FOUND;
}

struct slice
upload_change_state(struct change *change, const struct upload_row *row, uint64_t state)
{
	struct record_upload record = row->record;
	struct slice value;

	record.state = state;
	record.revision++;
	value = record_upload_encode(change->mem, &record);
	change_expect(change, row->name, row->value);
	change_put(change, row->name, value);
	return value;
}

void
upload_drop(struct change *change, const unsigned char upload_id[16])
{
	struct record_garbage garbage = { .state = RECORD_GARBAGE_DEAD, .since_us = clock_wall_us() };
	struct blob_id id;

	memcpy(garbage.upload_id, upload_id, sizeof(garbage.upload_id));
	memcpy(id.bytes, upload_id, sizeof(id.bytes));
	change_put(change, name_garbage(change->mem, &id), record_garbage_encode(change->mem, &garbage));
}

/* Beginning. */

struct creating {
	struct catalog *c;
	TALLOC_CTX *mem;
	const struct record_upload *record;
	struct upload **out;
};

static enum store_err
create_once(void *context, const struct home *home, TALLOC_CTX *scratch)
{
	struct creating *p = context;
	struct change change = { .mem = scratch };
	struct slice name, value = record_upload_encode(scratch, p->record);
	unsigned char id[16];
	enum store_err err;

	id_make(id);
	name = name_upload(scratch, home->key, id);
	change_expect(&change, NAME_GATE, home->gate);
	change_expect(&change, name, slice_make(NULL, 0));
	change_put(&change, name, value);
	err = change_commit(p->c, home_partition(home), &change);
	if (!err)
		*p->out = upload_make(p->mem, home->key, id, value);
	return err;
}

enum store_err
catalog_upload_create(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct slice initiator_id, const struct object_change *change, struct upload **out)
{
	const struct record_upload record = { .state = RECORD_UPLOAD_OPEN,
		.initiated_us = clock_wall_us(),
		.initiator_id = initiator_id,
		.owner_id = slice_from(change->owner_id),
		.acl = change->acl,
		.tags = change->tags,
		.headers = change->headers,
		.metadata = change->metadata,
		.checksums = change->checksums };
	struct creating p = { c, mem, &record, out };

	*out = NULL;
	return object_write(c, bucket, key, create_once, &p);
}

enum store_err
catalog_upload(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct slice upload_id, struct upload **out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct home home = home_find(scratch, bucket, key);
	struct upload_row row = { 0 };
	unsigned char id[16];
	enum store_err err = STORE_NOT_FOUND;

	*out = NULL;
	if (object_key_valid(key) && upload_id_parse(upload_id, id))
		do
			err = upload_read(c, &home, id, scratch, &row);
		while (err && home_moved(c, scratch, &home, &err));
	if (!err)
		*out = upload_make(mem, key, id, row.value);
	talloc_free(scratch);
	return err;
}

/* Freezing and aborting. */

struct ending {
	struct catalog *c;
	TALLOC_CTX *mem;
	unsigned char id[16];
	struct upload **out;
};

/* Anew also where it is frozen, so that of several completions at once only the one that began last goes on. */
static enum store_err
freeze_once(void *context, const struct home *home, TALLOC_CTX *scratch)
{
	struct ending *p = context;
	struct change change = { .mem = scratch };
	struct upload_row row;
	struct slice value;
	enum store_err err = upload_read(p->c, home, p->id, scratch, &row);

	if (err)
		return err;
	change_expect(&change, NAME_GATE, home->gate);
	value = upload_change_state(&change, &row, RECORD_UPLOAD_FROZEN);
	err = change_commit(p->c, home_partition(home), &change);
	if (!err)
		*p->out = upload_make(p->mem, home->key, p->id, value);
	return err;
}

enum store_err
catalog_upload_freeze(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct slice upload_id, struct upload **out)
{
	struct ending p = { .c = c, .mem = mem, .out = out };

	*out = NULL;
	if (!upload_id_parse(upload_id, p.id))
		return STORE_NOT_FOUND;
	return upload_write(c, bucket, key, freeze_once, &p);
}

static enum store_err
abort_once(void *context, const struct home *home, TALLOC_CTX *scratch)
{
	struct ending *p = context;
	struct change change = { .mem = scratch, .frees = true };
	struct upload_row row;
	enum store_err err = upload_read(p->c, home, p->id, scratch, &row);

	if (err)
		return err;
	change_expect(&change, NAME_GATE, home->gate);
	change_expect(&change, row.name, row.value);
	change_delete(&change, row.name);
	upload_drop(&change, p->id);
	return change_commit(p->c, home_partition(home), &change);
}

enum store_err
catalog_upload_abort(struct catalog *c, const struct bucket *bucket, struct slice key, struct slice upload_id)
{
	struct ending p = { .c = c };

	if (!upload_id_parse(upload_id, p.id))
		return STORE_NOT_FOUND;
	return upload_write(c, bucket, key, abort_once, &p);
}
