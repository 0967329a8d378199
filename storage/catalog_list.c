/*
 * Listing current objects in one scan. What is not shown is jumped over: noncurrent versions of a key, and all that a
 * common prefix covers.
 */
#include "storage/catalog_private.h"

struct listing {
	struct catalog *catalog;
	const struct bucket_id *bucket;
	const struct list_query *query;
	struct list_page *page;
	char seek[STORE_KEY_MAX]; /* where the scan was sent to */
	enum store_err err;
};

static bool
page_full(const struct listing *l)
{
	return l->page->object_count + l->page->prefix_count == l->query->limit;
}

/* Jump to the first name after all that begin with `prefix`. */
static enum scan_step
seek_after(struct listing *l, struct slice prefix, struct slice *seek)
{
	*seek = name_after(prefix, l->seek);
	return SCAN_SEEK;
}

/* The common prefix that a key falls under. */
static bool
find_common_prefix(const struct list_query *query, struct slice key, struct slice *common)
{
	size_t position;

	if (query->delimiter.length == 0 ||
	    !slice_find(slice_skip(key, query->prefix.length), query->delimiter, &position))
		return false;
	*common = slice_head(key, query->prefix.length + position + query->delimiter.length);
	return true;
}

#define GROW(page, array, count, type)                                                              \
	do {                                                                                        \
		if (((count) & ((count)-1)) == 0)                                                   \
			(array) = talloc_realloc((page), (array), type, (count) ? 2 * (count) : 1); \
	} while (0)

static void
add_prefix(struct list_page *page, struct slice common)
{
	struct slice kept = slice_make(slice_dup(page, common), common.length);

	GROW(page, page->prefixes, page->prefix_count, struct slice);
	page->prefixes[page->prefix_count++] = kept;
	page->last = kept;
	page->last_is_prefix = true;
}

/* The record borrows from the scan. */
static void
add_object(struct listing *l, struct slice key, const struct record_version *record)
{
	struct list_page *page = l->page;
	struct object *object = object_make(l->catalog, page, l->bucket, key, record, true, slice_make(NULL, 0));

	for (size_t i = 0; i < object->checksums.count; i++) {
		struct field *field = &object->checksums.items[i];

		field->name.data = slice_dup(object, field->name);
		field->value.data = slice_dup(object, field->value);
	}
	GROW(page, page->objects, page->object_count, struct object *);
	page->objects[page->object_count++] = object;
	page->last = object->key;
	page->last_is_prefix = false;
}

static enum scan_step
visit_head(struct listing *l, struct slice key, struct slice name, struct slice value, struct slice *seek)
{
	struct record_version record;
	struct slice common;
	bool is_common = find_common_prefix(l->query, key, &common);

	if (is_common && slice_compare(common, l->query->after) <= 0)
		return seek_after(l, slice_head(name, 1 + common.length), seek);
	if (!record_version_decode_summary(l->page, value, &record)) {
		l->err = STORE_DAMAGED;
		return SCAN_STOP;
	}
	if (record.delete_marker)
		return SCAN_NEXT;
	l->page->truncated = page_full(l);
	if (l->page->truncated)
		return SCAN_STOP;
	if (!is_common) {
		add_object(l, key, &record);
		return SCAN_NEXT;
	}
	add_prefix(l->page, common);
	return seek_after(l, slice_head(name, 1 + common.length), seek);
}

static enum scan_step
visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct listing *l = context;
	struct slice key;
	uint64_t ordinal;
	bool is_head;

	if (name.data[0] != 'o')
		return SCAN_STOP;
	if (!name_parse(name, &key, &is_head, &ordinal)) {
		l->err = STORE_DAMAGED;
		return SCAN_STOP;
	}
	if (!slice_starts_with(key, l->query->prefix))
		return SCAN_STOP;
	if (!is_head)
		return seek_after(l, slice_head(name, 1 + key.length + 2), seek);
	return visit_head(l, key, name, value, seek);
}

/* Where to begin: at the prefix, or after what the last page ended with. What is longer than a key is cut. */
static struct slice
first_name(const struct list_query *query, TALLOC_CTX *mem)
{
	struct slice prefix = NAME(mem, SLICE("o"), slice_head(query->prefix, OBJECT_KEY_MAX + 1));
	struct slice after = NAME(mem, SLICE("o"), slice_head(query->after, OBJECT_KEY_MAX + 1));

	if (query->after.length == 0)
		return prefix;
	if (query->after_is_prefix)
		after = name_after(after, talloc_array(mem, char, after.length));
	else
		after = NAME(mem, after, SLICE("\0\2"));
	return slice_compare(after, prefix) < 0 ? prefix : after;
}

enum store_err
catalog_list(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, const struct list_query *query,
    struct list_page **out)
{
	struct list_page *page = talloc_zero(mem, struct list_page);
	struct listing l = { .catalog = c, .bucket = &bucket->id, .query = query, .page = page };
	TALLOC_CTX *scratch = talloc_new(NULL);
	enum store_err err = STORE_OK;

	if (query->limit)
		err = store_scan(c->store, bucket_partition(&bucket->id, slice_make(NULL, 0)),
		    first_name(query, scratch), visit, &l);
	if (!err)
		err = l.err;
	talloc_free(scratch);
	if (err)
		talloc_free(page);
	*out = err ? NULL : page;
	return err;
}
