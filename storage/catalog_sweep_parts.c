/*
 * Clearing away the parts of uploads that were aborted, of objects that were deleted, and of buckets that are gone. An
 * upload may have ten thousand parts, so they go page by page, and what names them goes last: whoever comes after a
 * crash begins again with those that are left.
 */
#include "storage/catalog_sweep.h"

struct count_visit {
	TALLOC_CTX *scratch;
	struct slice prefix;
	uint64_t *count;
};

static enum scan_step
count_part(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct count_visit *v = context;
	struct record_part record;

	(void)seek;
	if (!slice_starts_with(name, v->prefix))
		return SCAN_STOP;
	if (part_decode(v->scratch, value, &record) && record.size)
		++*v->count;
	talloc_free_children(v->scratch);
	return SCAN_NEXT;
}

enum store_err
parts_count_blobs(struct catalog *c, struct slice partition, const unsigned char upload_id[16], uint64_t *count)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct count_visit v = { talloc_new(mem), name_parts(mem, upload_id), count };
	enum store_err err;

	*count = 0;
	err = store_scan(c->store, partition, v.prefix, count_part, &v);
	talloc_free(mem);
	return err;
}

static bool
sweep_part(struct sweep *s, const struct entry *entry, struct change *change)
{
	struct record_part record;
	struct record_blob blob;

	if (!part_decode(change->mem, entry->value, &record))
		return sweep_went_well(s, STORE_DAMAGED);
	blob = part_blob(&record);
	if (record.size && !sweep_blob(s, &blob.id))
		return false;
	change_delete(change, entry->name);
	return true;
}

bool
sweep_parts(struct sweep *s, struct slice partition, struct slice prefix)
{
	char first[STORE_KEY_MAX + 1];
	struct slice from = prefix;
	struct entries page = { .count = PARTS_PAGE };
	bool all = true;

	while (page.count == PARTS_PAGE && !sweep_stopped(s)) {
		TALLOC_CTX *scratch = talloc_new(NULL);
		struct change change = { .mem = scratch, .frees = true };

		all = sweep_went_well(s, read_entries(s->c, partition, prefix, from, PARTS_PAGE, scratch, &page)) &&
		      all;
		for (size_t i = 0; i < page.count && !sweep_stopped(s); i++)
			all = sweep_part(s, &page.items[i], &change) && all;
		if (page.count)
			from = entries_next(&page, first);
		if (change.delete_count)
			all = sweep_went_well(s, change_commit(s->c, partition, &change)) && all;
		talloc_free(scratch);
	}
	return all && !sweep_stopped(s);
}

static enum store_err
delete_uploads(struct sweep *s, struct slice partition, size_t *count)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct change change = { .mem = scratch, .frees = true };
	struct entries page;
	enum store_err err = read_entries(s->c, partition, SLICE("u"), SLICE("u"), SWEEP_PAGE, scratch, &page);

	for (size_t i = 0; i < page.count; i++)
		change_delete(&change, page.items[i].name);
	if (!err && page.count)
		err = change_commit(s->c, partition, &change);
	*count = page.count;
	talloc_free(scratch);
	return err;
}

/* The uploads first: who finds one finds all of its parts. */
void
sweep_uploads(struct sweep *s, struct slice partition)
{
	size_t count = SWEEP_PAGE;

	while (count == SWEEP_PAGE && !sweep_stopped(s))
		if (!sweep_went_well(s, delete_uploads(s, partition, &count)))
			return;
	(void)sweep_parts(s, partition, SLICE("p"));
}
