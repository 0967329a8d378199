/*
 * One pass over both stores: partition by partition, and of each one range after another, as far as a page of the source
 * reaches. A range is compared, made equal, and forgotten, so that memory is bounded.
 */
#include <assert.h>

#include "storage/catalog_verify.h"
#include "storage/migrate_private.h"

/* The most of a range: records of the source, records of the target that differ, and bytes of either. */
#define PAGE_RECORDS 1000
#define PAGE_BYTES   ((size_t)4 << 20)

_Static_assert(2 * PAGE_RECORDS <= STORE_BATCH_MAX, "a range is made equal in one batch");

/* A page of the source. */

struct page {
	TALLOC_CTX *mem;
	struct entries entries;
	size_t bytes;
	bool more; /* the partition may go on behind it */
};

static enum scan_step
page_visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct page *page = context;
	struct entries *e = &page->entries;

	(void)seek;
	ARRAY_GROW(page->mem, e->items, e->count, struct entry);
	e->items[e->count++] = (struct entry){ slice_copy(page->mem, name), slice_copy(page->mem, value) };
	page->bytes += name.length + value.length;
	page->more = e->count == PAGE_RECORDS || page->bytes >= PAGE_BYTES;
	return page->more ? SCAN_STOP : SCAN_NEXT;
}

/* Comparing it with the target. */

struct compare {
	const struct page *page;
	size_t next; /* of the page's entries, the first that is not behind the target's */
	TALLOC_CTX *mem;
	struct difference *items;
	size_t count;
	size_t found_count, found_bytes; /* of the target's records that are kept in memory */
	bool ended;                      /* the range ends where it is now, before the page does */
};

static void
differ(struct compare *c, struct slice name, struct slice wanted, struct slice found)
{
	ARRAY_GROW(c->mem, c->items, c->count, struct difference);
	c->items[c->count++] = (struct difference){ name, wanted, slice_copy(c->mem, found) };
}

/* The page's entries that come before a name of the target are not there. */
static void
pass_absent(struct compare *c, const struct slice *name)
{
	const struct entries *source = &c->page->entries;

	for (; c->next < source->count; c->next++) {
		const struct entry *entry = &source->items[c->next];

		if (name && slice_compare(entry->name, *name) >= 0)
			break;
		differ(c, entry->name, entry->value, slice_make(NULL, 0));
	}
}

static enum scan_step
compare_visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct compare *c = context;
	const struct entries *source = &c->page->entries;
	const struct entry *entry;

	(void)seek;
	pass_absent(c, &name);
	entry = c->next < source->count ? &source->items[c->next] : NULL;
	if (!entry && c->page->more)
		return SCAN_STOP;
	if (entry && slice_equal(entry->name, name)) {
		c->next++;
		if (slice_equal(entry->value, value))
			return SCAN_NEXT;
		differ(c, entry->name, entry->value, value);
	} else {
		differ(c, slice_copy(c->mem, name), slice_make(NULL, 0), value);
	}
	c->found_count++;
	c->found_bytes += name.length + value.length;
	c->ended = c->found_count == PAGE_RECORDS || c->found_bytes >= PAGE_BYTES;
	return c->ended ? SCAN_STOP : SCAN_NEXT;
}

/* Ranges. */

/* A name of at most STORE_KEY_MAX + 1 bytes. */
struct place {
	char bytes[STORE_KEY_MAX + 1];
	size_t length;
};

/* The first possible name after this one has a zero byte more. */
static void
place_after(struct place *place, struct slice name)
{
	memcpy(place->bytes, name.data, name.length);
	place->bytes[name.length] = 0;
	place->length = name.length + 1;
}

static enum store_err
find_differences(
    struct migration *m, struct slice partition, struct slice from, struct page *page, struct compare *c)
{
	enum store_err err = store_scan(m->from, partition, from, page_visit, page);

	if (err)
		return migrate_fail(m, err, "cannot read the source's records");
	err = store_scan(m->to, partition, from, compare_visit, c);
	if (err)
		return migrate_fail(m, err, "cannot read the target's records");
	if (!c->ended)
		pass_absent(c, NULL);
	m->options->progress->records_compared += c->next;
	return STORE_OK;
}

/* Make one range equal. *more: there is another, at `place`. */
static enum store_err
pass_range(struct migration *m, struct slice partition, struct place *place, bool *more)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct page page = { .mem = scratch };
	struct compare c = { .page = &page, .mem = scratch };
	enum store_err err = find_differences(m, partition, slice_make(place->bytes, place->length), &page, &c);

	*more = c.ended || page.more;
	if (!err && *more) {
		assert(c.ended ? c.count > 0 : page.entries.count > 0);
		place_after(
		    place, c.ended ? c.items[c.count - 1].name : page.entries.items[page.entries.count - 1].name);
	}
	if (!err && c.count > 0)
		err = migrate_apply(m, partition, c.items, c.count);
	talloc_free(scratch);
	return err;
}

static enum store_err
pass_partition(struct migration *m, struct slice partition)
{
	struct place place = { .length = 0 };
	enum store_err err = STORE_OK;
	bool more = true;

	while (!err && more)
		err = migrate_stopped(m) ? migrate_refuse(m, STORE_REFUSED, "stopped: begin again to go on")
					 : pass_range(m, partition, &place, &more);
	m->options->progress->partitions_done++;
	return err;
}

/* Partitions. */

static bool
add_partition(void *context, struct slice partition)
{
	struct partitions *p = context;

	if (!slice_equal(partition, PARTITION_MIGRATION)) {
		ARRAY_GROW(p->mem, p->items, p->count, struct slice);
		p->items[p->count++] = slice_copy(p->mem, partition);
	}
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* The partitions of either, those of both but once. */
static enum store_err
partitions_of_both(struct migration *m, struct partitions *out)
{
	size_t count = 0;
	enum store_err err = partition_list(m->from, add_partition, out);

	if (err)
		return migrate_fail(m, err, "cannot list the source's partitions");
	err = partition_list(m->to, add_partition, out);
	if (err)
		return migrate_fail(m, err, "cannot list the target's partitions");
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), compare_names);
	for (size_t i = 0; i < out->count; i++)
		if (i == 0 || !slice_equal(out->items[i], out->items[count - 1]))
			out->items[count++] = out->items[i];
	out->count = count;
	return STORE_OK;
}

enum store_err
migrate_pass(struct migration *m)
{
	struct migrate_progress *progress = m->options->progress;
	struct partitions partitions = { .mem = talloc_new(NULL) };
	enum store_err err = partitions_of_both(m, &partitions);

	progress->records_compared = progress->partitions_done = 0;
	progress->partitions = partitions.count;
	for (size_t i = 0; !err && i < partitions.count; i++)
		err = pass_partition(m, partitions.items[i]);
	talloc_free(partitions.mem);
	return err;
}
