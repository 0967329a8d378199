/* Buckets: making, reading, listing and changing them. How they are deleted: catalog_gate.c. */
#include "storage/catalog_private.h"

#include <assert.h>

#include "common/clock.h"
#include "common/digest.h"

struct slice
bucket_name(TALLOC_CTX *mem, struct slice name)
{
	return NAME(mem, SLICE("b/"), name);
}

struct slice
bucket_index_name(TALLOC_CTX *mem, struct slice owner_id, struct slice name)
{
	return NAME(mem, SLICE("o/"), owner_id, NAME_ZERO, name);
}

struct slice
remains_name(TALLOC_CTX *mem, const unsigned char bucket_id[16])
{
	return NAME(mem, SLICE("s/"), slice_make(bucket_id, 16));
}

enum store_err
bucket_read(struct catalog *c, TALLOC_CTX *mem, struct slice name, struct bucket_row *out)
{
	enum store_err err = STORE_OK;

	*out = (struct bucket_row){ 0 };
	if (name.length <= BUCKET_NAME_MAX)
		err = read_optional(c, PARTITION_BUCKETS, bucket_name(mem, name), mem, &out->value);
	if (!err && out->value.length &&
	    (!record_bucket_decode(mem, out->value, &out->record) || !shards_valid(&out->record.shards)))
		err = STORE_DAMAGED;
	return err;
}

bool
bucket_row_is(const struct bucket_row *row, const struct bucket_id *id)
{
	return row->value.length && memcmp(row->record.id, id->bytes, sizeof(id->bytes)) == 0;
}

void
bucket_write(struct change *change, const struct record_bucket *record)
{
	struct slice value = record_bucket_encode(change->mem, record);

	change_put(change, bucket_name(change->mem, record->name), value);
	change_put(change, bucket_index_name(change->mem, record->owner_id, record->name), value);
}

enum store_err
bucket_commit(struct catalog *c, struct change *change, struct bucket_row *row)
{
	change_expect(change, bucket_name(change->mem, row->record.name), row->value);
	row->record.revision++;
	bucket_write(change, &row->record);
	return change_commit(c, PARTITION_BUCKETS, change);
}

/* The bucket of that record; its strings are on `mem`. */
static void
bucket_fill(TALLOC_CTX *mem, const struct record_bucket *record, struct bucket *bucket)
{
	bucket->name = slice_dup(mem, record->name);
	memcpy(bucket->id.bytes, record->id, sizeof(record->id));
	bucket->owner_id = slice_dup(mem, record->owner_id);
	bucket->location = slice_dup(mem, record->location);
	bucket->acl = slice_copy(mem, record->acl);
	bucket->versioning = (enum versioning)record->versioning;
	bucket->created_us = record->created_us;
	bucket->revision = record->revision;
	bucket->documents = record->documents;
	bucket->read_us = clock_monotonic_us();
	bucket->shards = record->shards;
	if (bucket->shards.count)
		fields_copy(mem, &bucket->shards);
}

enum store_err
catalog_bucket(struct catalog *c, TALLOC_CTX *mem, struct slice name, struct bucket **out)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct bucket_row row;
	enum store_err err = bucket_read(c, scratch, name, &row);

	*out = NULL;
	if (!err && !row.value.length)
		err = STORE_NOT_FOUND;
	if (!err) {
		*out = talloc_zero(mem, struct bucket);
		bucket_fill(*out, &row.record, *out);
	}
	talloc_free(scratch);
	return err;
}

/* Documents: bytes under a number. */

struct slice
document_name(TALLOC_CTX *mem, const unsigned char bucket_id[16], unsigned number)
{
	unsigned char byte = (unsigned char)number;

	return NAME(mem, SLICE("d/"), slice_make(bucket_id, 16), slice_make(&byte, 1));
}

static void
put_document(const void *context, struct change *change, struct record_bucket *record)
{
	const struct bucket_document *document = context;
	struct record_bytes bytes = { .bytes = document->bytes };

	record->documents |= UINT64_C(1) << document->number;
	change_put(change, document_name(change->mem, record->id, document->number),
	    record_bytes_encode(change->mem, &bytes));
}

/* Making. */

static bool
has_zero(struct slice s)
{
	return s.length && memchr(s.data, 0, s.length);
}

static bool
bucket_valid(const struct record_bucket *record)
{
	return record->name.length && record->name.length <= BUCKET_NAME_MAX && !has_zero(record->name) &&
	       record->owner_id.length && record->owner_id.length <= USER_ID_MAX && !has_zero(record->owner_id) &&
	       record->location.length <= BUCKET_LOCATION_MAX;
}

struct first_documents {
	const struct bucket_document *items;
	size_t count;
};

static enum store_err
create_once(
    struct catalog *c, TALLOC_CTX *mem, struct record_bucket *record, const struct first_documents *documents)
{
	struct change change = { .mem = mem };
	struct bucket_row row;
	struct bucket_id id;
	enum store_err err = bucket_read(c, mem, record->name, &row);

	if (!err && row.value.length && row.record.state == RECORD_BUCKET_DELETING) {
		memcpy(id.bytes, row.record.id, sizeof(id.bytes));
		err = bucket_settle(c, record->name, &id);
		return !err || err == STORE_NOT_FOUND ? STORE_CONFLICT : err;
	}
	if (err || row.value.length)
		return err ? err : STORE_EXISTS;
	change_expect(&change, bucket_name(mem, record->name), slice_make(NULL, 0));
	for (size_t i = 0; i < documents->count; i++)
		put_document(&documents->items[i], &change, record);
	bucket_write(&change, record);
	return change_commit(c, PARTITION_BUCKETS, &change);
}

static bool
documents_valid(const struct first_documents *documents)
{
	for (size_t i = 0; i < documents->count; i++) {
		assert(documents->items[i].number <= DOCUMENT_NUMBER_MAX);
		if (documents->items[i].bytes.length > DOCUMENT_SIZE_MAX)
			return false;
	}
	return true;
}

enum store_err
catalog_bucket_create_with(
    struct catalog *c, struct bucket *bucket, const struct bucket_document *documents, size_t count)
{
	const struct first_documents first = { documents, count };
	struct record_bucket record = { .name = slice_from(bucket->name),
		.owner_id = slice_from(bucket->owner_id),
		.location = slice_from(bucket->location),
		.acl = bucket->acl,
		.created_us = clock_wall_us() };
	enum store_err err = bucket_valid(&record) && documents_valid(&first) ? STORE_CONFLICT : STORE_INVALID;

	random_bytes(record.id, sizeof(record.id));
	random_bytes(&record.revision, sizeof(record.revision));
	for (int tries = 0; tries < TRIES_MAX && err == STORE_CONFLICT; tries++) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = create_once(c, scratch, &record, &first);
		talloc_free(scratch);
	}
	if (!err) {
		memcpy(bucket->id.bytes, record.id, sizeof(record.id));
		bucket->versioning = VERSIONING_NEVER;
		bucket->created_us = record.created_us;
		bucket->revision = record.revision;
		bucket->documents = record.documents;
		bucket->read_us = clock_monotonic_us();
		bucket->shards = (struct fields){ 0 };
	}
	return err == STORE_CONFLICT ? STORE_TIMEOUT : err;
}

enum store_err
catalog_bucket_create(struct catalog *c, struct bucket *bucket)
{
	return catalog_bucket_create_with(c, bucket, NULL, 0);
}

/* Listing. */

struct buckets_visit {
	TALLOC_CTX *mem;
	struct slice prefix;
	size_t limit;
	struct bucket **buckets;
	size_t count;
	bool more;
	enum store_err err;
};

static enum scan_step
visit_bucket(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct buckets_visit *v = context;
	struct record_bucket record;
	struct bucket *bucket;

	(void)seek;
	if (!slice_starts_with(name, v->prefix))
		return SCAN_STOP;
	v->more = v->count == v->limit;
	if (v->more)
		return SCAN_STOP;
	if (!record_bucket_decode(v->mem, value, &record)) {
		v->err = STORE_DAMAGED;
		return SCAN_STOP;
	}
	bucket = talloc_zero(v->mem, struct bucket);
	bucket_fill(bucket, &record, bucket);
	v->buckets = talloc_realloc(v->mem, v->buckets, struct bucket *, v->count + 1);
	v->buckets[v->count++] = bucket;
	return SCAN_NEXT;
}

enum store_err
catalog_buckets(struct catalog *c, TALLOC_CTX *mem, struct slice owner_id, struct slice after, struct slice prefix,
    size_t limit, struct bucket ***out, size_t *count, bool *more)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct buckets_visit v = { .mem = mem, .limit = limit };
	struct slice from;
	enum store_err err = STORE_OK;

	after = slice_head(after, BUCKET_NAME_MAX);
	prefix = slice_head(prefix, BUCKET_NAME_MAX + 1);
	v.prefix = bucket_index_name(scratch, owner_id, prefix);
	from = v.prefix;
	if (slice_compare(after, prefix) >= 0 && after.length)
		from = NAME(scratch, bucket_index_name(scratch, owner_id, after), NAME_ZERO);
	if (limit && owner_id.length <= USER_ID_MAX)
		err = store_scan(c->store, PARTITION_BUCKETS, from, visit_bucket, &v);
	*out = v.buckets;
	*count = v.count;
	*more = v.more;
	talloc_free(scratch);
	return err ? err : v.err;
}

/* Changing. */

/* What is to become of a bucket; called again after a conflict. */
typedef void bucket_update_fn(const void *context, struct change *change, struct record_bucket *record);

static enum store_err
update_once(
    struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, bucket_update_fn *update, const void *context)
{
	struct change change = { .mem = mem };
	struct bucket_row row;
	enum store_err err = bucket_read(c, mem, slice_from(bucket->name), &row);

	if (err || !bucket_row_is(&row, &bucket->id))
		return err ? err : STORE_NOT_FOUND;
	if (row.record.state == RECORD_BUCKET_DELETING) {
		err = bucket_settle(c, slice_from(bucket->name), &bucket->id);
		return err ? err : STORE_CONFLICT;
	}
	update(context, &change, &row.record);
	return bucket_commit(c, &change, &row);
}

static enum store_err
bucket_update(struct catalog *c, const struct bucket *bucket, bucket_update_fn *update, const void *context)
{
	enum store_err err = STORE_CONFLICT;

	for (int tries = 0; tries < TRIES_MAX && err == STORE_CONFLICT; tries++) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = update_once(c, scratch, bucket, update, context);
		talloc_free(scratch);
	}
	return err == STORE_CONFLICT ? STORE_TIMEOUT : err;
}

static void
set_acl(const void *context, struct change *change, struct record_bucket *record)
{
	(void)change;
	record->acl = *(const struct slice *)context;
}

enum store_err
catalog_bucket_set_acl(struct catalog *c, const struct bucket *bucket, struct slice acl)
{
	return bucket_update(c, bucket, set_acl, &acl);
}

static void
set_versioning(const void *context, struct change *change, struct record_bucket *record)
{
	(void)change;
	record->versioning = *(const enum versioning *)context;
}

enum store_err
catalog_bucket_set_versioning(struct catalog *c, const struct bucket *bucket, enum versioning versioning)
{
	assert(versioning == VERSIONING_ENABLED || versioning == VERSIONING_SUSPENDED);
	return bucket_update(c, bucket, set_versioning, &versioning);
}

enum store_err
catalog_document_put(struct catalog *c, const struct bucket *bucket, unsigned number, struct slice document)
{
	const struct bucket_document d = { number, document };

	assert(number <= DOCUMENT_NUMBER_MAX);
	if (document.length > DOCUMENT_SIZE_MAX)
		return STORE_INVALID;
	return bucket_update(c, bucket, put_document, &d);
}

static void
delete_document(const void *context, struct change *change, struct record_bucket *record)
{
	const struct bucket_document *document = context;

	record->documents &= ~(UINT64_C(1) << document->number);
	change->frees = true;
	change_delete(change, document_name(change->mem, record->id, document->number));
}

enum store_err
catalog_document_delete(struct catalog *c, const struct bucket *bucket, unsigned number)
{
	const struct bucket_document d = { number, { NULL, 0 } };

	assert(number <= DOCUMENT_NUMBER_MAX);
	return bucket_update(c, bucket, delete_document, &d);
}

enum store_err
catalog_document(
    struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, unsigned number, struct slice *out)
{
	struct record_bytes record;
	struct slice value;
	enum store_err err;

	assert(number <= DOCUMENT_NUMBER_MAX);
	*out = slice_make(NULL, 0);
	err = store_get(c->store, PARTITION_BUCKETS, document_name(mem, bucket->id.bytes, number), mem, &value);
	if (!err && !record_bytes_decode(mem, value, &record))
		err = STORE_DAMAGED;
	if (!err)
		*out = record.bytes;
	return err;
}
