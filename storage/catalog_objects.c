/* Objects as the caller sees them, and reading one. */
#include "storage/catalog_private.h"

#include "common/encode.h"

static struct object_private *
private_make(struct catalog *c, TALLOC_CTX *mem, const struct home *home, const struct record_version *record,
    struct slice bytes)
{
	struct object_private *private = talloc_zero(mem, struct object_private);

	private->catalog = c;
	private->home = (struct home){ .bucket_name = slice_copy(private, home->bucket_name),
		.bucket = home->bucket,
		.key = slice_copy(private, home->key),
		.shard.number = home->shard.number,
		.shard.name = home->shard.name };
	private->has_content = record->has_content;
	memcpy(private->content_id, record->content_id, sizeof(record->content_id));
	private->bytes = bytes;
	private->blobs = record->blobs;
	memcpy(private->upload_id, record->upload_id, sizeof(record->upload_id));
	return private;
}

struct object *
object_make(struct catalog *c, TALLOC_CTX *mem, const struct home *home, const struct record_version *record,
    bool is_latest, struct slice bytes)
{
	struct object *object = talloc_zero(mem, struct object);

	object->version_id = version_id_of(object, record);
	object->is_latest = is_latest;
	object->delete_marker = record->delete_marker;
	object->modified_us = record->modified_us;
	object->size = record->size;
	object->etag = slice_dup(object, record->etag);
	object->owner_id = slice_dup(object, record->owner_id);
	object->acl = record->acl;
	object->tags = record->tags;
	object->headers = record->headers;
	object->metadata = record->metadata;
	object->checksums = record->checksums;
	if (record_has_id(record->upload_id))
		object->upload_id = hex_encode(object, slice_make(record->upload_id, sizeof(record->upload_id)));
	object->part_count = (unsigned)record->part_count;
	object->private = private_make(c, object, home, record, bytes);
	object->key = object->private->home.key;
	return object;
}

struct object *
object_make_listed(struct catalog *c, TALLOC_CTX *mem, const struct home *home,
    const struct record_version *summary, bool is_latest)
{
	struct object *object = object_make(c, mem, home, summary, is_latest, slice_make(NULL, 0));

	for (size_t i = 0; i < object->checksums.count; i++) {
		struct field *field = &object->checksums.items[i];

		field->name.data = slice_dup(object, field->name);
		field->value.data = slice_dup(object, field->value);
	}
	return object;
}

enum store_err
catalog_object(struct catalog *c, TALLOC_CTX *mem, const struct bucket *bucket, struct slice key,
    struct slice version_id, bool with_bytes, struct object **out)
{
	const struct wanted wanted = { .version_id = version_id, .bytes = with_bytes };
	struct home home = home_find(mem, bucket, key);
	struct located found;
	enum store_err err;

	*out = NULL;
	if (!object_key_valid(key))
		return STORE_NOT_FOUND;
	do {
		err = locate(c, &home, &wanted, mem, &found);
		if (!err && !found.version)
			err = STORE_NOT_FOUND;
	} while (err && home_moved(c, mem, &home, &err));
	if (err || !found.version)
		return err ? err : STORE_NOT_FOUND;
	*out = object_make(c, mem, &home, &found.version->record, found.version == &found.head, found.content);
	return (*out)->delete_marker ? STORE_NOT_FOUND : STORE_OK;
}
