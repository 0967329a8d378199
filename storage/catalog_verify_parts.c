/*
 * Uploads and parts. Of what is being cleared away a blob may be missing, for the sweep deletes the blobs of parts
 * before their records.
 */
#include "storage/catalog_verify.h"

#include "common/encode.h"

void
verify_upload(struct verify_subject *s)
{
	struct record_upload record;
	struct slice key;
	unsigned char id[16];

	if (!name_upload_parse(s->entry->name, &key, id) ||
	    !record_upload_decode(s->scratch, s->entry->value, &record))
		verify_malformed(s);
}

static bool
is_there(const struct verify_subject *s, struct slice name)
{
	struct slice value;

	return read_optional(s->v->c, s->bucket->partition, name, s->scratch, &value) || value.length;
}

/* Whether the sweep may be at the upload's parts: it is garbage, or its bucket is deleted, whose gate stays closed. */
static bool
is_garbage(const struct verify_subject *s, const unsigned char upload_id[16])
{
	struct blob_id id;

	memcpy(id.bytes, upload_id, sizeof(id.bytes));
	return verify_is_closed(s->v, s->bucket->partition, s->scratch) ||
	       is_there(s, name_garbage(s->scratch, &id));
}

/* Looking for the record that refers to an upload's parts, among those of keys that have their home elsewhere. */
struct owner_search {
	const struct verify_subject *s;
	const unsigned char *upload_id;
	TALLOC_CTX *scratch;
	bool found;
};

static enum scan_step
search_owner(void *context, struct slice name, struct slice value, struct slice *seek)
{
	struct owner_search *search = context;
	const struct record_gate *gate = &search->s->bucket->gate;
	struct record_version version = { 0 };
	struct slice key = { NULL, 0 };
	uint64_t ordinal;
	bool is_head;

	if (name.data[0] > 'o' && name.data[0] < 'u') {
		*seek = SLICE("u");
		return SCAN_SEEK;
	}
	if (name.data[0] > 'u')
		return SCAN_STOP;
	search->found = (name_parse(name, &key, &is_head, &ordinal)
				? record_version_decode_summary(search->scratch, value, &version)
				: name_upload_parse(name, &key, version.upload_id)) &&
			!key_in_range(key, gate->begin, gate->end) &&
			memcmp(version.upload_id, search->upload_id, sizeof(version.upload_id)) == 0;
	talloc_free_children(search->scratch);
	return search->found ? SCAN_STOP : SCAN_NEXT;
}

/* Parts that were moved, and are still to be cleared away here: their blobs may have gone with the object since. */
static bool
is_elsewhere(const struct verify_subject *s, const unsigned char upload_id[16])
{
	struct owner_search search = { s, upload_id, talloc_new(s->scratch), false };

	return store_scan(s->v->c->store, s->bucket->partition, SLICE("o"), search_owner, &search) || search.found;
}

void
verify_part(struct verify_subject *s)
{
	struct record_part record;
	struct record_blob blob;
	unsigned char upload_id[16];
	unsigned number;
	enum store_err err;

	if (!name_part_parse(s->entry->name, upload_id, &number) ||
	    !part_decode(s->scratch, s->entry->value, &record)) {
		verify_malformed(s);
		return;
	}
	if (!record.size)
		return;
	s->what = talloc_asprintf(
	    s->scratch, "upload %s, part %u", hex_encode(s->scratch, slice_make(upload_id, 16)), number);
	blob = part_blob(&record);
	err = verify_blob(s, &blob);
	if (err && (is_garbage(s, upload_id) || is_elsewhere(s, upload_id)))
		return;
	if (verify_judge(s, err,
		talloc_asprintf(s->scratch, "blob %s", hex_encode(s->scratch, slice_make(blob.id.bytes, 16))))) {
		s->v->result->blobs++;
		s->v->result->bytes += record.size;
	}
}

struct totals {
	uint64_t count, size;
};

static enum store_err
add_up(const struct verify_subject *s, const unsigned char upload_id[16], struct totals *out)
{
	struct part_places page = { .more = true };
	unsigned after = 0;
	enum store_err err = STORE_OK;

	*out = (struct totals){ 0 };
	while (page.more && !err) {
		TALLOC_CTX *scratch = talloc_new(NULL);

		err = part_places_read(s->v->c, s->bucket->partition, upload_id, after, PARTS_PAGE, scratch, &page);
		out->count += page.count;
		for (size_t i = 0; i < page.count; i++)
			out->size += page.items[i].blob.size;
		if (page.count)
			after = page.items[page.count - 1].number;
		talloc_free(scratch);
	}
	return err;
}

bool
verify_manifest(const struct verify_subject *s, const struct record_version *version)
{
	struct totals totals;
	enum store_err err = add_up(s, version->upload_id, &totals);

	if (!err && totals.count < version->part_count)
		err = STORE_NOT_FOUND;
	else if (!err && (totals.count > version->part_count || totals.size != version->size))
		err = STORE_DAMAGED;
	if (version->has_content || version->blobs.count)
		err = STORE_DAMAGED;
	return verify_judge(s, err, "its parts");
}
