/*
 * Blobs that nothing names. All blobs are listed; then those that some record names are crossed out. While others write,
 * a blob may pass from one record to another behind the reader's back: from its intent to a part, to a version, to
 * garbage. It can do so only so often, so what is left over is looked for again as many times.
 */
#include "storage/catalog_verify.h"

#include "common/encode.h"

#define PASSES 4

enum mark {
	MARK_FREE,
	MARK_UNNAMED,
	MARK_NAMED
};

/* A hash table with open addressing: the last bytes of an ID are random. */
struct blob_table {
	struct blob_id *ids;
	unsigned char *marks; /* enum mark */
	size_t capacity;      /* a power of two */
	size_t count;
	size_t unnamed;
};

static size_t
find_slot(const struct blob_table *t, const struct blob_id *id)
{
	uint64_t hash;
	size_t slot;

	memcpy(&hash, id->bytes + 8, sizeof(hash));
	slot = hash & (t->capacity - 1);
	while (t->marks[slot] != MARK_FREE && memcmp(t->ids[slot].bytes, id->bytes, sizeof(id->bytes)) != 0)
		slot = (slot + 1) & (t->capacity - 1);
	return slot;
}

static void
table_init(struct blob_table *t, TALLOC_CTX *mem, size_t capacity)
{
	*t = (struct blob_table){ .capacity = capacity };
	t->ids = talloc_array(mem, struct blob_id, capacity);
	t->marks = talloc_zero_array(mem, unsigned char, capacity);
}

static void
table_add(struct blob_table *t, const struct blob_id *id)
{
	size_t slot = find_slot(t, id);

	if (t->marks[slot] != MARK_FREE)
		return;
	t->ids[slot] = *id;
	t->marks[slot] = MARK_UNNAMED;
	t->count++;
	t->unnamed++;
}

struct blobs_visit {
	TALLOC_CTX *mem;
	struct blob_table *table;
};

static void
table_grow(struct blobs_visit *v)
{
	struct blob_table old = *v->table;

	table_init(v->table, v->mem, 2 * old.capacity);
	for (size_t i = 0; i < old.capacity; i++)
		if (old.marks[i] != MARK_FREE)
			table_add(v->table, &old.ids[i]);
	talloc_free(old.ids);
	talloc_free(old.marks);
}

static bool
visit_blob(void *context, const struct blob_id *id)
{
	struct blobs_visit *v = context;

	if (2 * v->table->count >= v->table->capacity)
		table_grow(v);
	table_add(v->table, id);
	return true;
}

/* Crossing out. */

struct names_visit {
	TALLOC_CTX *scratch;
	struct blob_table *table;
};

static void
cross_out(struct blob_table *t, const struct record_blob *blob)
{
	size_t slot = find_slot(t, &blob->id);

	if (t->marks[slot] == MARK_UNNAMED) {
		t->marks[slot] = MARK_NAMED;
		t->unnamed--;
	}
}

static void
cross_out_each(struct blob_table *t, const struct record_blobs *blobs)
{
	for (size_t i = 0; i < blobs->count; i++)
		cross_out(t, &blobs->items[i]);
}

static void
cross_out_part(struct blob_table *t, const struct record_part *part)
{
	struct record_blob blob = part_blob(part);

	cross_out(t, &blob);
}

static enum scan_step
visit_record(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct names_visit *v = context;
	struct record_version version;
	struct record_garbage garbage;
	struct record_part part;

	(void)seek;
	if (name.data[0] == 'g' && record_garbage_decode(v->scratch, value, &garbage))
		cross_out_each(v->table, &garbage.blobs);
	else if (name.data[0] == 'o' && record_version_decode(v->scratch, value, &version))
		cross_out_each(v->table, &version.blobs);
	else if (name.data[0] == 'p' && part_decode(v->scratch, value, &part))
		cross_out_part(v->table, &part);
	talloc_free_children(v->scratch);
	return v->table->unnamed ? SCAN_NEXT : SCAN_STOP;
}

/* Records that cannot be read have been told of; what they name may then be taken for an orphan. */
static enum store_err
cross_out_all(struct verify *v, TALLOC_CTX *mem, struct blob_table *table)
{
	struct names_visit visit = { talloc_new(mem), table };
	struct partitions partitions;
	struct bucket_id id;
	enum store_err err = partitions_read(v->c, mem, &partitions);

	for (size_t i = 0; i < partitions.count && !err; i++) {
		if (partition_is_bucket(partitions.items[i], &id))
			err = store_scan(v->c->store, partitions.items[i], SLICE("g"), visit_record, &visit);
		if (err == STORE_DAMAGED)
			err = STORE_OK;
	}
	return err;
}

/* What is left over. */

struct orphans_visit {
	struct verify *v;
	const struct blob_table *table;
};

static bool
visit_orphan(void *context, const struct blob_id *id)
{
	struct orphans_visit *o = context;
	char *text;

	if (o->table->marks[find_slot(o->table, id)] != MARK_UNNAMED)
		return true;
	text = hex_encode(NULL, slice_make(id->bytes, sizeof(id->bytes)));
	o->v->result->orphans++;
	verify_say(o->v, "blob %s: nothing names it", text);
	talloc_free(text);
	return true;
}

enum store_err
verify_blobs(struct verify *v)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct blob_table table;
	struct blobs_visit blobs = { mem, &table };
	struct orphans_visit orphans = { v, &table };
	enum store_err err;

	table_init(&table, mem, 1024);
	err = blob_list(v->c->store, visit_blob, &blobs);
	for (int pass = 0; pass < PASSES && table.unnamed && !err; pass++)
		err = cross_out_all(v, mem, &table);
	if (!err && table.unnamed)
		err = blob_list(v->c->store, visit_orphan, &orphans);
	talloc_free(mem);
	return err;
}
