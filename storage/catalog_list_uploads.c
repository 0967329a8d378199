/* Listing the uploads under way: those of a key lie together, by ID, which is in the order of time. */
#include "storage/catalog_uploads.h"
#include "storage/catalog_walk.h"

#include "common/encode.h"

struct listing {
	struct walk walk;
	struct slice after_upload;
	struct upload_page *page;
	TALLOC_CTX *scratch;
};

/* Whether an upload of the key that the page begins inside of was passed before. */
static bool
was_passed(struct listing *l, struct slice key, const unsigned char id[16])
{
	const char *text;

	if (!l->walk.after_inside || !slice_equal(key, l->walk.after))
		return false;
	text = hex_encode(l->scratch, slice_make(id, 16));
	return slice_compare(slice_from(text), l->after_upload) <= 0;
}

/* To where the page goes on; one by one where the ID is none that an upload could have. */
static enum scan_step
pass(struct listing *l, struct slice key, struct slice *seek)
{
	unsigned char id[16];

	if (!upload_id_parse(l->after_upload, id))
		return SCAN_NEXT;
	*seek = NAME(l->scratch, name_upload(l->scratch, key, id), NAME_ZERO);
	return SCAN_SEEK;
}

static enum scan_step
visit(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct listing *l = context;
	struct upload_page *page = l->page;
	struct upload *upload;
	enum scan_step step;
	unsigned char id[16];
	struct slice key;

	if (!name_upload_parse(name, &key, id))
		return walk_damaged(&l->walk);
	if (!walk_meets(&l->walk, name, key, &step, seek))
		return step;
	if (was_passed(l, key, id))
		return pass(l, key, seek);
	if (!walk_takes(&l->walk, name, key, &step, seek))
		return step;
	upload = upload_make(page, key, id, value);
	if (!upload)
		return walk_damaged(&l->walk);
	ARRAY_GROW(page, page->uploads, page->upload_count, struct upload *);
	page->uploads[page->upload_count++] = upload;
	page->last_upload = upload->id;
	walk_took(&l->walk, upload->key);
	return SCAN_NEXT;
}

enum store_err
catalog_list_uploads(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket,
    const struct upload_query *query, struct upload_page **out)
{
	struct upload_page *page = talloc_zero(mem, struct upload_page);
	struct listing l = { .walk = { .letter = 'u',
				 .prefix = query->prefix,
				 .delimiter = query->delimiter,
				 .after = query->after,
				 .after_is_prefix = query->after_is_prefix,
				 .after_inside = !query->after_is_prefix && query->after_upload.length > 0,
				 .limit = query->limit,
				 .page = page,
				 .item_count = &page->upload_count },
		.after_upload = query->after_upload,
		.page = page,
		.scratch = talloc_new(NULL) };
	enum store_err err = walk_run(&l.walk, c, bucket, visit, &l);

	page->prefixes = l.walk.prefixes;
	page->prefix_count = l.walk.prefix_count;
	page->truncated = l.walk.truncated;
	page->last = l.walk.last;
	page->last_is_prefix = l.walk.last_is_prefix;
	if (page->last_is_prefix)
		page->last_upload = NULL;
	talloc_free(l.scratch);
	if (err)
		talloc_free(page);
	*out = err ? NULL : page;
	return err;
}
