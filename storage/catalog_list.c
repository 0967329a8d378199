/* Listing current objects. Noncurrent versions of a key are jumped over. */
#include "storage/catalog_walk.h"

struct listing {
	struct walk walk;
	struct catalog *catalog;
	struct list_page *page;
};

static enum scan_step
visit_head(struct listing *l, struct slice key, struct slice name, struct slice value, struct slice *seek)
{
	struct walk *walk = &l->walk;
	struct list_page *page = l->page;
	struct record_version record;
	struct object *object;
	enum scan_step step;
	struct home home;

	if (!record_version_decode_summary(page, value, &record))
		return walk_damaged(walk);
	if (record.delete_marker)
		return SCAN_NEXT;
	if (!walk_takes(walk, name, key, &step, seek))
		return step;
	home = walk_home(walk, key);
	object = object_make_listed(l->catalog, page, &home, &record, true);
	ARRAY_GROW(page, page->objects, page->object_count, struct object *);
	page->objects[page->object_count++] = object;
	walk_took(walk, object->key);
	return SCAN_NEXT;
}

static enum scan_step
visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct listing *l = context;
	enum scan_step step;
	struct slice key;
	uint64_t ordinal;
	bool is_head;

	if (!name_parse(name, &key, &is_head, &ordinal))
		return walk_damaged(&l->walk);
	if (!walk_meets(&l->walk, name, key, &step, seek))
		return step;
	if (!is_head)
		return walk_past(&l->walk, slice_head(name, 1 + key.length + 2), seek);
	return visit_head(l, key, name, value, seek);
}

enum store_err
catalog_list(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, const struct list_query *query,
    struct list_page **out)
{
	struct list_page *page = talloc_zero(mem, struct list_page);
	struct listing l = { .walk = { .letter = 'o',
				 .prefix = query->prefix,
				 .delimiter = query->delimiter,
				 .after = query->after,
				 .after_is_prefix = query->after_is_prefix,
				 .limit = query->limit,
				 .page = page,
				 .item_count = &page->object_count },
		.catalog = c,
		.page = page };
	enum store_err err = walk_run(&l.walk, c, bucket, visit, &l);

	page->prefixes = l.walk.prefixes;
	page->prefix_count = l.walk.prefix_count;
	page->truncated = l.walk.truncated;
	page->last = l.walk.last;
	page->last_is_prefix = l.walk.last_is_prefix;
	if (err)
		talloc_free(page);
	*out = err ? NULL : page;
	return err;
}
