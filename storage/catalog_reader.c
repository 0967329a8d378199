/* Reading an object's bytes: from memory, or from its blobs in order, one of them open at a time. */
#include "storage/catalog_private.h"

struct object_reader {
	struct store *store;
	uint64_t size;
	struct slice bytes; /* of an inline object */
	const struct record_blob *blobs;
	size_t blob_count;
	size_t current;  /* the blob that is open, */
	uint64_t begins; /* and where in the object it begins */
	struct blob_reader *blob;
};

static int
reader_destroy(struct object_reader *reader)
{
	if (reader->blob)
		blob_close(reader->blob);
	return 0;
}

static enum store_err
read_content(const struct object_private *private, TALLOC_CTX *mem, struct slice *bytes)
{
	struct catalog *c = private->catalog;
	struct record_bytes record;
	struct slice value;
	enum store_err err;

	*bytes = private->bytes;
	if (!private->has_content || private->bytes.length)
		return STORE_OK;
	err = store_get(c->store, bucket_partition(&private->bucket, private->key),
	    name_content(mem, private->content_id), mem, &value);
	if (!err && !record_bytes_decode(mem, value, &record))
		err = STORE_DAMAGED;
	if (!err)
		*bytes = record.bytes;
	return err;
}

/* Have that blob open. */
static enum store_err
open_blob(struct object_reader *reader, size_t number, uint64_t begins)
{
	const struct record_blob *blob = &reader->blobs[number];

	if (reader->blob && reader->current == number)
		return STORE_OK;
	if (reader->blob)
		blob_close(reader->blob);
	reader->blob = NULL;
	reader->current = number;
	reader->begins = begins;
	return blob_open(reader->store, &blob->id, blob->size, &reader->blob);
}

/* What is there must be as long as the object is said to be. */
static bool
sizes_match(const struct object *object, struct slice bytes)
{
	const struct record_blobs *blobs = &object->private->blobs;
	uint64_t size = 0;

	if (object->private->has_content)
		return blobs->count == 0 && bytes.length == object->size;
	for (size_t i = 0; i < blobs->count; i++)
		if (__builtin_add_overflow(size, blobs->items[i].size, &size))
			return false;
	return size == object->size;
}

enum store_err
object_reader_open(struct catalog *c, TALLOC_CTX *mem, const struct object *object, struct object_reader **out)
{
	struct object_reader *reader = talloc_zero(mem, struct object_reader);
	const struct object_private *private = object->private;
	enum store_err err = read_content(private, reader, &reader->bytes);

	*out = NULL;
	talloc_set_destructor(reader, reader_destroy);
	reader->store = c->store;
	reader->size = object->size;
	reader->blobs = private->blobs.items;
	reader->blob_count = private->blobs.count;
	if (!err && !sizes_match(object, reader->bytes))
		err = STORE_DAMAGED;
	if (!err && reader->blob_count)
		err = open_blob(reader, 0, 0);
	if (err)
		talloc_free(reader);
	else
		*out = reader;
	return err;
}

/* Find the blob that holds a byte of the object; from the open one on, when it is not before that. */
static size_t
find_blob(const struct object_reader *reader, uint64_t offset, uint64_t *begins)
{
	bool onwards = reader->blob && offset >= reader->begins;
	size_t number = onwards ? reader->current : 0;

	*begins = onwards ? reader->begins : 0;
	while (offset - *begins >= reader->blobs[number].size)
		*begins += reader->blobs[number++].size;
	return number;
}

static enum store_err
read_blobs(struct object_reader *reader, uint64_t offset, char *out, size_t length)
{
	enum store_err err = STORE_OK;

	while (length && !err) {
		uint64_t begins, left;
		size_t number = find_blob(reader, offset, &begins), piece;

		left = begins + reader->blobs[number].size - offset;
		piece = left < length ? (size_t)left : length;
		err = open_blob(reader, number, begins);
		if (!err)
			err = blob_read(reader->blob, offset - begins, out, piece);
		out += piece;
		offset += piece;
		length -= piece;
	}
	return err;
}

enum store_err
object_reader_read(struct object_reader *reader, uint64_t offset, void *out, size_t length, size_t *got)
{
	enum store_err err = STORE_OK;

	*got = 0;
	if (offset >= reader->size)
		return STORE_OK;
	if (length > reader->size - offset)
		length = (size_t)(reader->size - offset);
	if (reader->blob_count)
		err = read_blobs(reader, offset, out, length);
	else
		memcpy(out, reader->bytes.data + offset, length);
	if (!err)
		*got = length;
	return err;
}
