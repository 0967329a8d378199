/*
 * Reading an object's bytes: from memory, or from its blobs in order, one of them open at a time. The blobs of an object
 * that came in parts are looked up in pages of parts: it may have ten thousand.
 */
#include "storage/catalog_uploads.h"

/* The blobs that are known: all that the version names, or those of some parts. */
struct window {
	struct record_blob *blobs;
	size_t count;
	uint64_t begins;      /* where in the object the first of them begins */
	unsigned last_number; /* of the parts */
	bool more;            /* there are parts after these */
};

struct object_reader {
	struct catalog *catalog;
	const struct object *object;
	struct home home;          /* of the key */
	uint64_t end;              /* of what is going to be read */
	struct slice bytes;        /* of an object in memory, */
	struct kept_content *kept; /* which holds them, unless the object does */
	struct window window;
	size_t current;  /* the blob of the window that is open, */
	uint64_t begins; /* and where in the object it begins */
	struct blob_reader *blob;
};

static void
close_blob(struct object_reader *reader)
{
	if (reader->blob)
		blob_close(reader->blob);
	reader->blob = NULL;
}

static int
reader_destroy(struct object_reader *reader)
{
	close_blob(reader);
	if (reader->kept)
		kept_content_release(reader->kept);
	return 0;
}

/* Opening. */

static enum store_err
read_content(struct object_reader *reader)
{
	const struct object_private *private = reader->object->private;
	struct catalog *c = reader->catalog;
	struct record_bytes record;
	struct slice value;
	enum store_err err;

	reader->bytes = private->bytes;
	if (!private->has_content || private->bytes.length)
		return STORE_OK;
	do
		err = store_get(c->store, home_partition(&reader->home), name_content(reader, private->content_id),
		    reader, &value);
	while (err && home_moved(c, reader, &reader->home, &err));
	if (!err && !record_bytes_decode(reader, value, &record))
		err = STORE_DAMAGED;
	if (!err)
		reader->bytes = record.bytes;
	return err;
}

/* What is there must be as long as the object is said to be. Parts show that when they are read. */
static bool
sizes_match(const struct object *object, struct slice bytes)
{
	const struct record_blobs *blobs = &object->private->blobs;
	uint64_t size = 0;

	if (object->private->has_content)
		return blobs->count == 0 && !object->upload_id && bytes.length == object->size;
	if (object->upload_id)
		return blobs->count == 0;
	for (size_t i = 0; i < blobs->count; i++)
		if (__builtin_add_overflow(size, blobs->items[i].size, &size))
			return false;
	return size == object->size;
}

/* Know the blobs of the parts that come after those known. */
static enum store_err
next_window(struct object_reader *reader, unsigned after, uint64_t begins)
{
	const struct object_private *private = reader->object->private;
	struct window *window = &reader->window;
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct part_places places;
	enum store_err err;

	do
		err = part_places_read(reader->catalog, home_partition(&reader->home), private->upload_id, after,
		    PARTS_PAGE, scratch, &places);
	while (home_moved(reader->catalog, reader, &reader->home, &err));
	close_blob(reader);
	if (!err && !places.count)
		err = STORE_DAMAGED;
	if (!err) {
		window->blobs = talloc_realloc(reader, window->blobs, struct record_blob, places.count);
		for (size_t i = 0; i < places.count; i++)
			window->blobs[i] = places.items[i].blob;
		window->count = places.count;
		window->begins = begins;
		window->last_number = places.items[places.count - 1].number;
		window->more = places.more;
	}
	talloc_free(scratch);
	return err;
}

static enum store_err
first_window(struct object_reader *reader)
{
	const struct record_blobs *blobs = &reader->object->private->blobs;

	if (reader->object->upload_id)
		return next_window(reader, 0, 0);
	reader->window = (struct window){ .blobs = blobs->items, .count = blobs->count };
	return STORE_OK;
}

/* Open the blob `number` of the window, which begins there in the object, to read on from that byte of the object. */
static enum store_err
open_blob(struct object_reader *reader, size_t number, uint64_t begins, uint64_t offset)
{
	const struct record_blob *blob = &reader->window.blobs[number];
	uint64_t end = begins + blob->size < reader->end ? begins + blob->size : reader->end;

	close_blob(reader);
	reader->current = number;
	reader->begins = begins;
	return blob_open(reader->catalog->store, &blob->id, blob->size, offset - begins,
	    offset < end ? end - offset : 0, &reader->blob);
}

/* Have the blob open that holds that byte of the object; looked for from the open one on, unless it is before that. */
static enum store_err
open_at(struct object_reader *reader, uint64_t offset)
{
	struct window *window = &reader->window;
	bool onwards = reader->blob && offset >= reader->begins;
	size_t number = onwards ? reader->current : 0;
	uint64_t begins = onwards ? reader->begins : window->begins;
	enum store_err err = STORE_OK;

	if (offset < begins) {
		err = first_window(reader);
		begins = 0;
	}
	while (!err && offset - begins >= window->blobs[number].size) {
		begins += window->blobs[number++].size;
		if (number < window->count)
			continue;
		err = window->more ? next_window(reader, window->last_number, begins) : STORE_DAMAGED;
		number = 0;
	}
	if (err || (reader->blob && reader->current == number))
		return err;
	return open_blob(reader, number, begins, offset);
}

/* Read a small blob whole, to be kept. */
static enum store_err
read_whole(struct object_reader *reader, const struct record_blob *blob)
{
	struct store *s = reader->catalog->store;
	struct blob_reader *source;
	char *bytes;
	enum store_err err = blob_open(s, &blob->id, blob->size, 0, blob->size, &source);

	if (err)
		return err;
	bytes = talloc_size(NULL, blob->size);
	err = blob_read(source, 0, bytes, blob->size);
	blob_close(source);
	if (err)
		talloc_free(bytes);
	else
		reader->kept = contents_add(reader->catalog->contents, blob->id.bytes, bytes, blob->size);
	return err;
}

/* Have a small blob in memory, if it is kept, or is to be. */
static enum store_err
recall(struct object_reader *reader)
{
	const struct record_blobs *blobs = &reader->object->private->blobs;
	const struct record_blob *blob = blobs->items;
	struct contents *contents = reader->catalog->contents;
	enum store_err err = STORE_OK;

	if (!contents || blobs->count != 1 || blob->size > CONTENT_BYTES_MAX)
		return STORE_OK;
	reader->kept = contents_find(contents, blob->id.bytes);
	if (!reader->kept && contents_wants(contents, blob->id.bytes, blob->size))
		err = read_whole(reader, blob);
	if (reader->kept)
		reader->bytes = kept_content_bytes(reader->kept);
	return err;
}

static enum store_err
begin_blobs(struct object_reader *reader, uint64_t offset)
{
	enum store_err err = recall(reader);

	if (err || reader->kept)
		return err;
	err = first_window(reader);
	return !err && reader->window.count ? open_at(reader, offset) : err;
}

enum store_err
object_reader_open(struct catalog *c, TALLOC_CTX *mem, const struct object *object, uint64_t offset,
    uint64_t length, struct object_reader **out)
{
	struct object_reader *reader = talloc_zero(mem, struct object_reader);
	enum store_err err;

	*out = NULL;
	talloc_set_destructor(reader, reader_destroy);
	reader->catalog = c;
	reader->object = object;
	reader->home = object->private->home;
	reader->end = offset + length;
	err = read_content(reader);
	if (!err && !sizes_match(object, reader->bytes))
		err = STORE_DAMAGED;
	if (!err && object->size && !object->private->has_content)
		err = begin_blobs(reader, offset);
	if (err)
		talloc_free(reader);
	else
		*out = reader;
	return err;
}

/* Reading. */

static enum store_err
read_blobs(struct object_reader *reader, uint64_t offset, char *out, size_t length)
{
	enum store_err err = STORE_OK;

	while (length && !err) {
		uint64_t left;
		size_t piece;

		err = open_at(reader, offset);
		if (err)
			break;
		left = reader->begins + reader->window.blobs[reader->current].size - offset;
		piece = left < length ? (size_t)left : length;
		err = blob_read(reader->blob, offset - reader->begins, out, piece);
		out += piece;
		offset += piece;
		length -= piece;
	}
	return err;
}

enum store_err
object_reader_read(struct object_reader *reader, uint64_t offset, void *out, size_t length, size_t *got)
{
	uint64_t size = reader->object->size;
	enum store_err err = STORE_OK;

	*got = 0;
	if (offset >= size)
		return STORE_OK;
	if (length > size - offset)
		length = (size_t)(size - offset);
	if (reader->window.count)
		err = read_blobs(reader, offset, out, length);
	else
		memcpy(out, reader->bytes.data + offset, length);
	if (!err)
		*got = length;
	return err;
}

size_t
object_reader_ready(const struct object_reader *reader, uint64_t offset)
{
	if (!reader->window.count)
		return (size_t)(reader->object->size - offset);
	if (!reader->blob || offset < reader->begins ||
	    offset - reader->begins >= reader->window.blobs[reader->current].size)
		return 0;
	return blob_ready(reader->blob, offset - reader->begins);
}
