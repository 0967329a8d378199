#include "storage/catalog_private.h"

#include "common/digest.h"

void
change_expect(struct change *change, struct slice name, struct slice value)
{
	ARRAY_GROW(change->mem, change->conditions, change->condition_count, struct condition);
	change->conditions[change->condition_count++] = (struct condition){ name, value.length == 0, value };
}

void
change_put(struct change *change, struct slice name, struct slice value)
{
	if (value.length == 0)
		change->too_large = true;
	ARRAY_GROW(change->mem, change->puts, change->put_count, struct put);
	change->puts[change->put_count++] = (struct put){ name, value };
}

void
change_delete(struct change *change, struct slice name)
{
	ARRAY_GROW(change->mem, change->deletes, change->delete_count, struct slice);
	change->deletes[change->delete_count++] = name;
}

/*
 * Samples: of the records of objects, contents and parts one of every so many, by the hash of its name, has a second
 * one. So how many there are can be told without counting them, and wherever they go the samples go along.
 */
static bool
is_sampled(const struct catalog *c, struct slice name)
{
	char letter = name.data[0];

	return (letter == 'o' || letter == 'c' || letter == 'p') && crc32c(0, name) % c->sample_every == 0;
}

static void
add_samples(const struct catalog *c, const struct change *change, struct batch *batch)
{
	struct put *puts = talloc_array(change->mem, struct put, 2 * change->put_count);
	struct slice *deletes = talloc_array(change->mem, struct slice, 2 * change->delete_count);

	for (size_t i = 0; i < change->put_count; i++) {
		struct slice name = change->puts[i].key;

		puts[i] = change->puts[i];
		if (is_sampled(c, name))
			puts[batch->put_count++] = (struct put){ NAME(change->mem, SLICE("y"), name), SLICE("1") };
	}
	for (size_t i = 0; i < change->delete_count; i++) {
		struct slice name = change->deletes[i];

		deletes[i] = name;
		if (is_sampled(c, name))
			deletes[batch->delete_count++] = NAME(change->mem, SLICE("y"), name);
	}
	batch->puts = puts;
	batch->deletes = deletes;
}

enum store_err
change_commit(struct catalog *c, struct slice partition, const struct change *change)
{
	struct bucket_id bucket;
	struct batch batch = { .conditions = change->conditions,
		.condition_count = change->condition_count,
		.puts = change->puts,
		.put_count = change->put_count,
		.deletes = change->deletes,
		.delete_count = change->delete_count,
		.frees = change->frees };

	if (change->too_large)
		return STORE_INVALID;
	if (partition_is_bucket(partition, &bucket))
		add_samples(c, change, &batch);
	return store_commit(c->store, partition, &batch);
}

enum store_err
read_optional(struct catalog *c, struct slice partition, struct slice name, TALLOC_CTX *mem, struct slice *value)
{
	enum store_err err = store_get(c->store, partition, name, mem, value);

	if (err)
		*value = slice_make(NULL, 0);
	return err == STORE_NOT_FOUND ? STORE_OK : err;
}

struct entries_visit {
	TALLOC_CTX *mem;
	struct slice prefix;
	size_t max;
	struct entries *out;
};

static enum scan_step
entries_visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct entries_visit *v = context;
	struct entries *out = v->out;

	(void)seek;
	if (!slice_starts_with(name, v->prefix))
		return SCAN_STOP;
	ARRAY_GROW(v->mem, out->items, out->count, struct entry);
	out->items[out->count++] = (struct entry){ slice_copy(v->mem, name), slice_copy(v->mem, value) };
	return out->count < v->max ? SCAN_NEXT : SCAN_STOP;
}

enum store_err
read_entries(struct catalog *c, struct slice partition, struct slice prefix, struct slice from, size_t max,
    TALLOC_CTX *mem, struct entries *out)
{
	struct entries_visit v = { mem, prefix, max, out };

	*out = (struct entries){ 0 };
	return store_scan(c->store, partition, slice_compare(from, prefix) < 0 ? prefix : from, entries_visit, &v);
}

struct slice
entries_next(const struct entries *page, char out[STORE_KEY_MAX + 1])
{
	struct slice last = page->items[page->count - 1].name;

	memcpy(out, last.data, last.length);
	out[last.length] = 0;
	return slice_make(out, last.length + 1);
}
