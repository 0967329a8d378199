/* Blobs: writing. */
#include "storage/rados/blob.h"

#include <errno.h>
#include <inttypes.h>

struct rs_writer {
	struct blob_writer writer;
	struct rs_client *client; /* all of a blob is written through one */
	char *chunk;              /* what waits to be sent, once it is full or the last; on the writer */
	size_t filled;            /* bytes in it */
	uint64_t offset;          /* where in the blob it goes */
	rados_completion_t sent[CHUNKS_UNDER_WAY];
	unsigned first, count; /* of those that are under way */
	int failed;            /* the first code of those that failed */
};

struct rs_number
rs_number_write(uint64_t number)
{
	struct rs_number out;

	snprintf(out.text, sizeof(out.text), "%" PRIu64, number);
	return out;
}

enum store_err
rs_blob_create(struct store *store, const struct blob_id *id, struct blob_writer **out)
{
	struct rs_writer *w = talloc_zero(NULL, struct rs_writer);

	(void)id;
	w->client = rs_client_hold(rs_of(store));
	*out = &w->writer;
	return STORE_OK;
}

static void
writer_free(struct rs_writer *w)
{
	rs_client_release(w->client);
	talloc_free(w);
}

/* Wait for the chunk that was sent first. */
static void
await_one(struct rs_writer *w)
{
	rados_completion_t c = w->sent[w->first];
	int rc;

	rados_aio_wait_for_complete(c);
	rc = rs_client_result(w->client, rados_aio_get_return_value(c));
	rados_aio_release(c);
	if (rc < 0 && w->failed == 0)
		w->failed = rc;
	w->first = (w->first + 1) % CHUNKS_UNDER_WAY;
	w->count--;
	atomic_fetch_sub(&w->client->store->chunks_under_way, 1);
}

static int
await_all(struct rs_writer *w)
{
	while (w->count > 0)
		await_one(w);
	return w->failed;
}

static bool
may_send(const struct rs_writer *w)
{
	return w->count == 0 ||
	       (w->count < CHUNKS_UNDER_WAY && atomic_load(&w->client->store->chunks_under_way) < CHUNKS_MANY);
}

/* An operation on one of the blob's objects, which is released; librados has copied what it needs. */
static void
send_operation(struct rs_writer *w, rados_write_op_t op, uint64_t number)
{
	struct rs_name object = rs_blob_name(&w->writer.id, number);
	rados_completion_t c;
	int rc;

	while (!may_send(w))
		await_one(w);
	if (w->failed == 0) {
		rados_aio_create_completion2(NULL, NULL, &c);
		rc = rados_aio_write_op_operate(op, w->client->io, c, object.text, NULL, RS_FULL_FAILS);
		if (rc == 0) {
			w->sent[(w->first + w->count++) % CHUNKS_UNDER_WAY] = c;
			atomic_fetch_add(&w->client->store->chunks_under_way, 1);
		} else {
			w->failed = rc;
			rados_aio_release(c);
		}
	}
	rados_release_write_op(op);
}

static void
add_seal(rados_write_op_t op, uint64_t size)
{
	struct rs_number bytes = rs_number_write(size);
	struct rs_number objects = rs_number_write(rs_blob_objects(size));

	rados_write_op_setxattr(op, SIZE_ATTRIBUTE, bytes.text, strlen(bytes.text));
	rados_write_op_setxattr(op, OBJECTS_ATTRIBUTE, objects.text, strlen(objects.text));
}

static void
send_chunk(struct rs_writer *w, const char *bytes, size_t length)
{
	rados_write_op_t op = rados_create_write_op();

	rados_write_op_write(op, bytes, length, w->offset % STRIPE_BYTES);
	send_operation(w, op, w->offset / STRIPE_BYTES);
	w->offset += length;
}

/* The last chunk stays for the seal, which goes with it. */
enum store_err
rs_blob_append(struct blob_writer *writer, struct slice bytes)
{
	struct rs_writer *w = (struct rs_writer *)writer;

	while (bytes.length > 0 && w->failed == 0) {
		size_t step = CHUNK_BYTES - w->filled;

		if (step == 0) {
			send_chunk(w, w->chunk, w->filled);
			w->filled = 0;
		} else if (w->filled == 0 && bytes.length > CHUNK_BYTES) {
			send_chunk(w, bytes.data, CHUNK_BYTES);
			bytes = slice_skip(bytes, CHUNK_BYTES);
		} else {
			struct slice head = slice_head(bytes, step);

			if (!w->chunk)
				w->chunk = talloc_size(w, CHUNK_BYTES);
			memcpy(w->chunk + w->filled, head.data, head.length);
			w->filled += head.length;
			bytes = slice_skip(bytes, head.length);
		}
	}
	return rs_write_err(w->failed);
}

/*
 * A blob of one object is sealed by the operation that writes its last chunk, for an OSD takes operations on one object
 * in order. Otherwise the seal waits until all objects are there.
 */
static int
seal(struct rs_writer *w)
{
	uint64_t size = w->offset + w->filled;
	rados_write_op_t op;

	if (size > STRIPE_BYTES) {
		int rc;

		send_chunk(w, w->chunk, w->filled);
		rc = await_all(w);
		if (rc < 0)
			return rc;
		w->filled = 0;
	}
	op = rados_create_write_op();
	rados_write_op_create(op, LIBRADOS_CREATE_IDEMPOTENT, NULL);
	if (w->filled > 0)
		rados_write_op_write(op, w->chunk, w->filled, w->offset % STRIPE_BYTES);
	add_seal(op, size);
	send_operation(w, op, 0);
	return await_all(w);
}

enum store_err
rs_blob_seal(struct blob_writer *writer)
{
	struct rs_writer *w = (struct rs_writer *)writer;
	enum store_err err = rs_write_err(seal(w));

	if (err)
		rs_blob_abandon(writer);
	else
		writer_free(w);
	return err;
}

void
rs_blob_abandon(struct blob_writer *writer)
{
	struct rs_writer *w = (struct rs_writer *)writer;
	uint64_t objects = rs_blob_objects(w->offset + w->filled);

	/* For the room alone: whoever deletes it by the catalog's note does not mind that it is gone, nor that it is not. */
	if (rs_write_err(await_all(w)) != STORE_TIMEOUT)
		(void)!rs_blob_remove(rs_of(writer->store), &writer->id, objects);
	writer_free(w);
}
