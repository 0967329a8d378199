#include "storage/catalog_walk.h"

enum scan_step
walk_past(struct walk *w, struct slice beginning, struct slice *seek)
{
	*seek = name_after(beginning, w->seek);
	return SCAN_SEEK;
}

enum scan_step
walk_damaged(struct walk *w)
{
	w->err = STORE_DAMAGED;
	return SCAN_STOP;
}

/* The common prefix that a key falls under. */
static bool
find_common_prefix(const struct walk *w, struct slice key, struct slice *common)
{
	size_t position;

	if (w->delimiter.length == 0 || !slice_find(slice_skip(key, w->prefix.length), w->delimiter, &position))
		return false;
	*common = slice_head(key, w->prefix.length + position + w->delimiter.length);
	return true;
}

/* What a name of a common prefix's begins with. */
static struct slice
common_beginning(struct slice name, struct slice common)
{
	return slice_head(name, 1 + common.length);
}

bool
walk_meets(struct walk *w, struct slice name, struct slice key, enum scan_step *step, struct slice *seek)
{
	struct slice common;

	*step = SCAN_STOP;
	if (!slice_starts_with(key, w->prefix))
		return false;
	if (!find_common_prefix(w, key, &common) || slice_compare(common, w->after) > 0)
		return true;
	*step = walk_past(w, common_beginning(name, common), seek);
	return false;
}

static void
add_prefix(struct walk *w, struct slice common)
{
	struct slice kept = slice_make(slice_dup(w->page, common), common.length);

	ARRAY_GROW(w->page, w->prefixes, w->prefix_count, struct slice);
	w->prefixes[w->prefix_count++] = kept;
	w->count++;
	w->last = kept;
	w->last_is_prefix = true;
}

bool
walk_takes(struct walk *w, struct slice name, struct slice key, enum scan_step *step, struct slice *seek)
{
	struct slice common;

	*step = SCAN_STOP;
	w->truncated = w->count == w->limit;
	if (w->truncated)
		return false;
	if (!find_common_prefix(w, key, &common))
		return true;
	add_prefix(w, common);
	*step = walk_past(w, common_beginning(name, common), seek);
	return false;
}

void
walk_took(struct walk *w, struct slice key)
{
	w->count++;
	w->last = key;
	w->last_is_prefix = false;
}

/* Where to begin: at the prefix, or after what the last page ended with. What is longer than a key is cut. */
static struct slice
first_name(const struct walk *w, TALLOC_CTX *mem)
{
	struct slice letter = slice_make(&w->letter, 1);
	struct slice prefix = NAME(mem, letter, slice_head(w->prefix, OBJECT_KEY_MAX + 1));
	struct slice after = NAME(mem, letter, slice_head(w->after, OBJECT_KEY_MAX + 1));

	if (w->after.length == 0)
		return prefix;
	if (w->after_is_prefix)
		after = name_after(after, talloc_array(mem, char, after.length));
	else
		after = NAME(mem, after, w->after_inside ? SLICE("\0") : SLICE("\1"));
	return slice_compare(after, prefix) < 0 ? prefix : after;
}

enum store_err
walk_run(struct walk *w, struct catalog *c, const struct bucket_id *bucket, scan_visit_fn *visit, void *context)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	enum store_err err = STORE_OK;

	if (w->limit)
		err = store_scan(c->store, bucket_partition(bucket, slice_make(NULL, 0)), first_name(w, scratch),
		    visit, context);
	talloc_free(scratch);
	return err ? err : w->err;
}
