/* Scans of neighbours: a page that one of them has read may do for the next ones, where each scan is a way to a cluster. */
#include "storage/catalog_private.h"

#define PAGE_FIRST 64
#define PAGE_MAX   1024
#define PAGE_GROWS 4

/* All records from one name on, up to the last one of a page, or to the end. */
struct ahead {
	struct slice from;
	struct entries page;
	bool to_end; /* there is none behind the page */
	TALLOC_CTX *page_mem;
	size_t size; /* the next page's */
	size_t used; /* scans that this page did for */
};

struct ahead *
ahead_new(TALLOC_CTX *mem)
{
	return talloc_zero(mem, struct ahead);
}

static struct slice
last_name(const struct ahead *ahead)
{
	return ahead->page.items[ahead->page.count - 1].name;
}

static bool
covers(const struct ahead *ahead, struct slice name)
{
	return (ahead->to_end || (ahead->page.count > 0 && slice_compare(name, last_name(ahead)) <= 0)) &&
	       slice_compare(name, ahead->from) >= 0;
}

/*
 * The page from there on; a larger one when several scans had use of the one before. None where it cannot be read: a record
 * that none of these scans wants may be the reason.
 */
static void
load(struct ahead *ahead, struct catalog *c, struct slice partition, struct slice from)
{
	enum store_err err;

	talloc_free(ahead->page_mem);
	ahead->page_mem = talloc_new(ahead);
	ahead->from = slice_copy(ahead->page_mem, from);
	ahead->size = ahead->used < 2 ? PAGE_FIRST : ahead->size * PAGE_GROWS;
	if (ahead->size > PAGE_MAX)
		ahead->size = PAGE_MAX;
	ahead->used = 0;
	err = read_entries(c, partition, SLICE(""), from, ahead->size, ahead->page_mem, &ahead->page);
	if (err)
		ahead->page.count = 0;
	ahead->to_end = !err && ahead->page.count < ahead->size;
}

/* The first entry that does not come before that name. */
static size_t
place_of(const struct ahead *ahead, struct slice name)
{
	size_t low = 0, high = ahead->page.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(ahead->page.items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum store_err
ahead_scan(struct ahead *ahead, struct catalog *c, struct slice partition, struct slice from, scan_visit_fn *visit,
    void *context)
{
	char next[STORE_KEY_MAX + 1];

	if (!covers(ahead, from))
		load(ahead, c, partition, from);
	ahead->used++;
	for (size_t i = place_of(ahead, from); i < ahead->page.count;) {
		const struct entry *entry = &ahead->page.items[i];
		struct slice seek = { NULL, 0 };

		switch (visit(context, entry->name, entry->value, &seek)) {
		case SCAN_STOP:
			return STORE_OK;
		case SCAN_SEEK:
			if (!covers(ahead, seek))
				return store_scan(c->store, partition, seek, visit, context);
			i = place_of(ahead, seek);
			break;
		case SCAN_NEXT:
			i++;
			break;
		}
	}
	if (ahead->to_end)
		return STORE_OK;
	if (ahead->page.count > 0)
		from = entries_next(&ahead->page, next);
	return store_scan(c->store, partition, from, visit, context);
}
