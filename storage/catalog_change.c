#include "storage/catalog_private.h"

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

enum store_err
change_commit(struct catalog *c, struct slice partition, const struct change *change)
{
	struct batch batch = { .conditions = change->conditions,
		.condition_count = change->condition_count,
		.puts = change->puts,
		.put_count = change->put_count,
		.deletes = change->deletes,
		.delete_count = change->delete_count,
		.frees = change->frees };

	return change->too_large ? STORE_INVALID : store_commit(c->store, partition, &batch);
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

static struct slice
copy(TALLOC_CTX *mem, struct slice s)
{
	return slice_make(talloc_memdup(mem, s.data, s.length), s.length);
}

static enum scan_step
entries_visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct entries_visit *v = context;
	struct entries *out = v->out;

	(void)seek;
	if (!slice_starts_with(name, v->prefix))
		return SCAN_STOP;
	ARRAY_GROW(v->mem, out->items, out->count, struct entry);
	out->items[out->count++] = (struct entry){ copy(v->mem, name), copy(v->mem, value) };
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
