/*
 * The model of versions. A key's current version is its head, older ones are noncurrent, the newest first. At most one
 * version is the null version: what was put while versioning was not enabled. When it is not the head, the head knows
 * where it is. An object in a bucket that never had versioning is a null version without others.
 */
#include "storage/catalog_uploads.h"

#include "common/clock.h"
#include "common/digest.h"

#define VERSION_ID_FORMAT "%016llx%016llx" /* ordinal, salt */
#define VERSION_ID_LENGTH 32

bool
version_is(const struct record_version *record, struct slice version_id)
{
	char text[VERSION_ID_LENGTH + 1];

	if (record->null_version)
		return slice_equal(version_id, SLICE("null"));
	snprintf(text, sizeof(text), VERSION_ID_FORMAT, (unsigned long long)record->ordinal,
	    (unsigned long long)record->salt);
	return slice_equal(version_id, slice_make(text, VERSION_ID_LENGTH));
}

const char *
version_place_text(TALLOC_CTX *mem, const struct record_version *record)
{
	return talloc_asprintf(
	    mem, VERSION_ID_FORMAT, (unsigned long long)record->ordinal, (unsigned long long)record->salt);
}

const char *
version_id_of(TALLOC_CTX *mem, const struct record_version *record)
{
	return record->null_version ? "null" : version_place_text(mem, record);
}

static bool
parse_ordinal(struct slice version_id, uint64_t *ordinal)
{
	static const char digits[] = "0123456789abcdef";

	*ordinal = 0;
	if (version_id.length != VERSION_ID_LENGTH)
		return false;
	for (size_t i = 0; i < VERSION_ID_LENGTH; i++) {
		const char *digit = version_id.data[i] ? strchr(digits, version_id.data[i]) : NULL;

		if (!digit)
			return false;
		if (i < VERSION_ID_LENGTH / 2)
			*ordinal = *ordinal << 4 | (uint64_t)(digit - digits);
	}
	return true;
}

bool
version_id_valid(struct slice version_id)
{
	uint64_t ordinal;

	return slice_equal(version_id, SLICE("null")) || parse_ordinal(version_id, &ordinal);
}

bool
version_ordinal(const struct record_version *head, struct slice version_id, uint64_t *ordinal)
{
	if (!slice_equal(version_id, SLICE("null")))
		return parse_ordinal(version_id, ordinal);
	*ordinal = head->null_version ? head->ordinal : head->null_ordinal;
	return *ordinal != 0;
}

bool
version_place(TALLOC_CTX *mem, struct slice key, const struct record_version *head, struct slice version_id,
    struct slice *name)
{
	uint64_t ordinal = head->null_ordinal;

	if (!slice_equal(version_id, SLICE("null")) && !parse_ordinal(version_id, &ordinal))
		return false;
	if (ordinal)
		*name = name_noncurrent(mem, key, ordinal);
	return ordinal != 0;
}

void
version_begin(struct record_version *made, const struct row *head, bool null_version)
{
	*made = (struct record_version){ .null_version = null_version, .modified_us = clock_wall_us() };
	made->ordinal = (uint64_t)made->modified_us;
	if (made->ordinal <= head->record.ordinal)
		made->ordinal = head->record.ordinal + 1;
	if (!null_version)
		random_bytes(&made->salt, sizeof(made->salt));
}

void
change_drop_blobs(struct change *change, struct record_blobs blobs)
{
	struct record_garbage garbage = {
		.state = RECORD_GARBAGE_DEAD, .since_us = clock_wall_us(), .blobs = blobs
	};

	change_put(
	    change, name_garbage(change->mem, &blobs.items[0].id), record_garbage_encode(change->mem, &garbage));
}

void
change_drop_bytes(struct change *change, const struct record_version *record)
{
	if (record->has_content)
		change_delete(change, name_content(change->mem, record->content_id));
	if (record->blobs.count)
		change_drop_blobs(change, record->blobs);
	if (record_has_id(record->upload_id))
		upload_drop(change, record->upload_id);
}

static void
remove_row(struct change *change, const struct row *row)
{
	change_expect(change, row->name, row->value);
	change_delete(change, row->name);
	change_drop_bytes(change, &row->record);
}

static void
put_head(struct change *change, struct slice name, const struct record_version *record, uint64_t null_ordinal)
{
	struct record_version head = *record;

	head.null_ordinal = null_ordinal;
	change_put(change, name, record_version_encode(change->mem, &head));
}

struct slice
version_push(struct change *change, struct slice key, const struct row *head, const struct row *old_null,
    struct record_version *made)
{
	struct record_version moved = head->record;
	struct slice value;

	change_expect(change, head->name, head->value);
	made->null_ordinal = 0;
	if (head->value.length && made->null_version && moved.null_version) {
		change_drop_bytes(change, &moved);
	} else if (head->value.length) {
		if (!made->null_version)
			made->null_ordinal = moved.null_version ? moved.ordinal : moved.null_ordinal;
		moved.null_ordinal = 0;
		change_put(change, name_noncurrent(change->mem, key, moved.ordinal),
		    record_version_encode(change->mem, &moved));
	}
	if (old_null->value.length)
		remove_row(change, old_null);
	value = record_version_encode(change->mem, made);
	change_put(change, head->name, value);
	return value;
}

void
version_pop(struct change *change, const struct row *head, const struct row *newest)
{
	uint64_t null_ordinal = head->record.null_ordinal;

	change->frees = true;
	if (!newest->value.length) {
		remove_row(change, head);
		return;
	}
	change_expect(change, head->name, head->value);
	change_drop_bytes(change, &head->record);
	change_expect(change, newest->name, newest->value);
	change_delete(change, newest->name);
	put_head(change, head->name, &newest->record, newest->record.null_version ? 0 : null_ordinal);
}

void
version_remove(struct change *change, const struct row *head, const struct row *version)
{
	change->frees = true;
	remove_row(change, version);
	if (!version->record.null_version)
		return;
	change_expect(change, head->name, head->value);
	put_head(change, head->name, &head->record, 0);
}
