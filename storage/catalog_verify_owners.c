/*
 * Parts that belong to nothing. The uploads that have parts are listed, then those crossed out that are under way, whose
 * object is there, or that are known to be garbage. While others write, an upload may pass from one to the next behind
 * the reader's back, and in the end go; so what is left over is looked for again. In a bucket that is deleted, whose gate
 * stays closed, parts wait to be cleared away.
 */
#include "storage/catalog_verify.h"

#include "common/encode.h"

#define PASSES 4

struct owned {
	unsigned char upload_id[16];
	bool found;
};

struct owners {
	TALLOC_CTX *mem, *scratch;
	struct owned *items; /* by ID, as the scan gives them */
	size_t count;
	size_t left; /* that nothing was found for */
	char seek[STORE_KEY_MAX];
};

/* The first part of each upload. */
static enum scan_step
visit_part(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct owners *o = context;
	struct owned item = { .found = false };
	unsigned number;

	(void)value;
	if (name.data[0] != 'p')
		return SCAN_STOP;
	if (!name_part_parse(name, item.upload_id, &number))
		return SCAN_NEXT;
	ARRAY_GROW(o->mem, o->items, o->count, struct owned);
	o->items[o->count++] = item;
	o->left++;
	*seek = name_after(slice_head(name, 1 + sizeof(item.upload_id)), o->seek);
	return SCAN_SEEK;
}

static int
compare_owned(const void *a, const void *b)
{
	const struct owned *one = a, *other = b;

	return memcmp(one->upload_id, other->upload_id, sizeof(one->upload_id));
}

static void
cross_out(struct owners *o, const unsigned char upload_id[16])
{
	struct owned wanted, *item;

	memcpy(wanted.upload_id, upload_id, sizeof(wanted.upload_id));
	item = o->count ? bsearch(&wanted, o->items, o->count, sizeof(wanted), compare_owned) : NULL;
	if (item && !item->found) {
		item->found = true;
		o->left--;
	}
}

static enum scan_step
visit_owner(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct owners *o = context;
	struct record_version version;
	struct record_garbage garbage;
	unsigned char id[16];
	struct slice key;

	if (name.data[0] == 'p') {
		*seek = SLICE("u");
		return SCAN_SEEK;
	}
	if (name.data[0] == 'g' && record_garbage_decode(o->scratch, value, &garbage))
		cross_out(o, garbage.upload_id);
	else if (name.data[0] == 'o' && record_version_decode_summary(o->scratch, value, &version))
		cross_out(o, version.upload_id);
	else if (name_upload_parse(name, &key, id))
		cross_out(o, id);
	talloc_free_children(o->scratch);
	return o->left ? SCAN_NEXT : SCAN_STOP;
}

static enum store_err
tell(struct verify *v, const struct verify_bucket *bucket, struct slice partition, struct owners *o,
    const struct owned *item)
{
	struct part_rows rows;
	enum store_err err;

	if (verify_is_closed(v, partition, o->scratch))
		return STORE_OK;
	err = part_rows_read(v->c, partition, item->upload_id, 0, 1, o->scratch, &rows);
	if (err || !rows.count)
		return err == STORE_DAMAGED ? STORE_OK : err; /* which was told of */
	v->result->orphans++;
	verify_say(v, "bucket %s, upload %s: its parts belong to nothing", bucket->name,
	    hex_encode(o->scratch, slice_make(item->upload_id, sizeof(item->upload_id))));
	return STORE_OK;
}

static enum store_err
find_owners(struct verify *v, const struct verify_bucket *bucket, struct owners *o)
{
	struct slice partition = bucket->partition;
	enum store_err err = store_scan(v->c->store, partition, SLICE("p"), visit_part, o);

	for (int pass = 0; pass < PASSES && o->left && !err; pass++)
		err = store_scan(v->c->store, partition, SLICE("g"), visit_owner, o);
	for (size_t i = 0; i < o->count && o->left && !err; i++)
		if (!o->items[i].found)
			err = tell(v, bucket, partition, o, &o->items[i]);
	return err;
}

/* Records that cannot be read have been told of. */
enum store_err
verify_owners(struct verify *v, const struct verify_bucket *bucket)
{
	struct owners o = { .mem = talloc_new(NULL) };
	enum store_err err;

	o.scratch = talloc_new(o.mem);
	err = find_owners(v, bucket, &o);
	talloc_free(o.mem);
	return err == STORE_DAMAGED ? STORE_OK : err;
}
