/*
 * Listing all versions. A key's head comes before its noncurrent versions, and they are in order, so a page that begins
 * inside a key looks at the head and jumps to where it goes on. Where scans are no snapshots, a head that was listed may
 * become a noncurrent version before the scan gets there: it is not listed again.
 */
#include "storage/catalog_walk.h"

struct listing {
	struct walk walk;
	struct catalog *catalog;
	const struct version_query *query;
	struct version_page *page;
	uint64_t
	    passed; /* the ordinal of the version that was listed last; those of its key that follow are below it */
};

static enum scan_step
visit_version(
    struct listing *l, struct slice name, struct slice key, bool is_head, struct slice value, struct slice *seek)
{
	struct version_page *page = l->page;
	struct record_version record;
	struct object *version;
	enum scan_step step;
	struct home home;

	if (!walk_takes(&l->walk, name, key, &step, seek))
		return step;
	if (!record_version_decode_summary(page, value, &record))
		return walk_damaged(&l->walk);
	home = walk_home(&l->walk, key);
	version = object_make_listed(l->catalog, page, &home, &record, is_head);
	ARRAY_GROW(page, page->versions, page->version_count, struct object *);
	page->versions[page->version_count++] = version;
	page->last_version = version_place_text(version, &record);
	l->passed = record.ordinal;
	walk_took(&l->walk, version->key);
	return SCAN_NEXT;
}

/*
 * The head of the key that the page begins inside of. The version that the last page ended with may be gone meanwhile,
 * and what was a noncurrent version may be the head now: their places alone count.
 */
static bool
resume(struct listing *l, struct slice key, struct slice value, enum scan_step *step, struct slice *seek)
{
	struct record_version head;
	uint64_t ordinal;

	if (!record_version_decode(l->page, value, &head)) {
		*step = walk_damaged(&l->walk);
		return true;
	}
	if (!version_ordinal(&head, l->query->after_version, &ordinal) || head.ordinal < ordinal)
		return false;
	*seek = NAME(l->page, name_noncurrent(l->page, key, ordinal), NAME_ZERO);
	*step = SCAN_SEEK;
	return true;
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
	if (!is_head && slice_equal(key, l->walk.last) && ordinal >= l->passed)
		return SCAN_NEXT;
	if (is_head && l->walk.after_inside && slice_equal(key, l->walk.after) &&
	    resume(l, key, value, &step, seek))
		return step;
	return visit_version(l, name, key, is_head, value, seek);
}

enum store_err
catalog_list_versions(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    const struct version_query *query, struct version_page **out)
{
	struct version_page *page = talloc_zero(mem, struct version_page);
	struct listing l = { .walk = { .letter = 'o',
				 .prefix = query->prefix,
				 .delimiter = query->delimiter,
				 .after = query->after,
				 .after_is_prefix = query->after_is_prefix,
				 .after_inside = !query->after_is_prefix && query->after_version.length > 0,
				 .limit = query->limit,
				 .page = page,
				 .item_count = &page->version_count },
		.catalog = c,
		.query = query,
		.page = page };
	enum store_err err = walk_run(&l.walk, c, bucket, visit, &l);

	page->prefixes = l.walk.prefixes;
	page->prefix_count = l.walk.prefix_count;
	page->truncated = l.walk.truncated;
	page->last = l.walk.last;
	page->last_is_prefix = l.walk.last_is_prefix;
	if (page->last_is_prefix)
		page->last_version = NULL;
	if (err)
		talloc_free(page);
	*out = err ? NULL : page;
	return err;
}
