/*
 * Blobs: reading. A small blob is read as it is opened. Of a larger one, who reads on from where the last read ended finds
 * the next bytes on their way already.
 */
#include <errno.h>

#include "storage/rados/blob.h"

#define WHOLE_MAX       ((uint64_t)1 << 20) /* what is read as it is opened */
#define READ_BYTES      ((uint64_t)512 << 10)
#define READS_UNDER_WAY 2 /* of them; so much memory each reader takes */

_Static_assert(STRIPE_BYTES % READ_BYTES == 0, "no read is in two objects");

/* READ_BYTES at a multiple of them, a chunk here, that were asked for. */
struct slot {
	uint64_t chunk;
	size_t length;
	char *bytes; /* READ_BYTES, on the reader; NULL before it was used */
	rados_completion_t completion;
	bool asked, there;
};

struct rs_reader {
	struct blob_reader reader;
	struct rs_client *client;
	char *whole;       /* a small blob; NULL otherwise */
	uint64_t expected; /* where the next read begins if it goes on from the last one */
	unsigned ahead;    /* chunks to ask for at a time */
	struct slot slots[READS_UNDER_WAY];
};

static void
reader_free(struct rs_reader *r)
{
	rs_client_release(r->client);
	talloc_free(r);
}

/* Opening. */

static int
open_and_read(struct rs_client *c, const struct blob_id *id, uint64_t size, char *whole, size_t *got)
{
	struct rs_name object = rs_blob_name(id, 0);
	struct rs_number bytes = rs_number_write(size);
	rados_read_op_t op = rados_create_read_op();
	int of_read = 0;
	int rc;

	*got = 0;
	rados_read_op_cmpxattr(op, SIZE_ATTRIBUTE, LIBRADOS_CMPXATTR_OP_EQ, bytes.text, strlen(bytes.text));
	if (whole)
		rados_read_op_read(op, 0, size, whole, got, &of_read);
	rc = rs_client_read(c, op, object.text);
	return rc > 0 ? 0 : rc; /* an OSD counts comparisons that hold */
}

enum store_err
rs_blob_open(struct store *store, const struct blob_id *id, uint64_t size, struct blob_reader **out)
{
	struct rs_reader *r = talloc_zero(NULL, struct rs_reader);
	size_t got;
	int rc;

	r->client = rs_client_hold(rs_of(store));
	if (size > 0 && size <= WHOLE_MAX)
		r->whole = talloc_size(r, size);
	rc = open_and_read(r->client, id, size, r->whole, &got);
	/* -ECANCELED: it is not of that size. */
	if (rc == -ECANCELED || (rc == 0 && r->whole && got != size))
		rc = -EIO;
	r->expected = UINT64_MAX;
	if (rc == 0)
		*out = &r->reader;
	else
		reader_free(r);
	return rs_read_err(rc);
}

/* Reading ahead. */

static size_t
chunk_length(const struct rs_reader *r, uint64_t chunk)
{
	uint64_t left = r->reader.size - chunk * READ_BYTES;

	return left < READ_BYTES ? (size_t)left : READ_BYTES;
}

static struct slot *
slot_of(struct rs_reader *r, uint64_t chunk)
{
	return &r->slots[chunk % READS_UNDER_WAY];
}

/* Give up what was asked for: its memory must not be written to any more. */
static void
slot_clear(struct rs_reader *r, struct slot *slot)
{
	if (slot->asked) {
		(void)rados_aio_cancel(r->client->io, slot->completion);
		rados_aio_wait_for_complete(slot->completion);
		rados_aio_release(slot->completion);
	}
	slot->asked = slot->there = false;
}

static int
slot_ask(struct rs_reader *r, uint64_t chunk)
{
	struct rs_name object = rs_blob_name(&r->reader.id, chunk * READ_BYTES / STRIPE_BYTES);
	struct slot *slot = slot_of(r, chunk);
	int rc;

	if (slot->chunk == chunk && (slot->asked || slot->there))
		return 0;
	slot_clear(r, slot);
	if (!slot->bytes)
		slot->bytes = talloc_size(r, READ_BYTES);
	slot->chunk = chunk;
	slot->length = chunk_length(r, chunk);
	rados_aio_create_completion2(NULL, NULL, &slot->completion);
	rc = rados_aio_read(r->client->io, object.text, slot->completion, slot->bytes, slot->length,
	    chunk * READ_BYTES % STRIPE_BYTES);
	slot->asked = rc == 0;
	if (rc < 0)
		rados_aio_release(slot->completion);
	return rc;
}

/* Fewer bytes than there must be: damaged. */
static int
slot_await(struct rs_reader *r, struct slot *slot)
{
	int rc;

	if (slot->there)
		return 0;
	rados_aio_wait_for_complete(slot->completion);
	rc = rs_client_result(r->client, rados_aio_get_return_value(slot->completion));
	rados_aio_release(slot->completion);
	slot->asked = false;
	slot->there = rc >= 0 && (size_t)rc == slot->length;
	if (rc >= 0 && !slot->there)
		rc = -EIO;
	return rc < 0 ? rc : 0;
}

/* Copy from a chunk, after having asked for those that come next. */
static int
read_on(struct rs_reader *r, uint64_t chunk, size_t from, char *out, size_t length)
{
	uint64_t last = (r->reader.size - 1) / READ_BYTES;
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < r->ahead && chunk + i <= last; i++)
		rc = slot_ask(r, chunk + i);
	if (rc == 0)
		rc = slot_await(r, slot_of(r, chunk));
	if (rc < 0)
		return rc;
	memcpy(out, slot_of(r, chunk)->bytes + from, length);
	return 0;
}

/* Read within a chunk, and nothing but that. */
static int
read_there(struct rs_reader *r, uint64_t chunk, size_t from, char *out, size_t length)
{
	struct rs_name object = rs_blob_name(&r->reader.id, chunk * READ_BYTES / STRIPE_BYTES);
	int rc = rados_read(r->client->io, object.text, out, length, chunk * READ_BYTES % STRIPE_BYTES + from);

	if (rc >= 0 && (size_t)rc != length)
		return -EIO;
	return rc < 0 ? rs_client_result(r->client, rc) : 0;
}

enum store_err
rs_blob_read(struct blob_reader *reader, uint64_t offset, void *out, size_t length)
{
	struct rs_reader *r = (struct rs_reader *)reader;
	bool onwards = offset == r->expected;
	char *to = out;
	int rc = 0;

	if (r->whole) {
		memcpy(out, r->whole + offset, length);
		return STORE_OK;
	}
	r->ahead = !onwards ? 0 : r->ahead == 0 ? 1 : r->ahead < READS_UNDER_WAY ? 2 * r->ahead : r->ahead;
	while (rc == 0 && length > 0) {
		uint64_t chunk = offset / READ_BYTES;
		size_t from = offset % READ_BYTES;
		size_t step = chunk_length(r, chunk) - from < length ? chunk_length(r, chunk) - from : length;

		rc = onwards ? read_on(r, chunk, from, to, step) : read_there(r, chunk, from, to, step);
		to += step;
		offset += step;
		length -= step;
	}
	r->expected = offset;
	return rs_read_err(rc);
}

void
rs_blob_close(struct blob_reader *reader)
{
	struct rs_reader *r = (struct rs_reader *)reader;

	for (unsigned i = 0; i < READS_UNDER_WAY; i++)
		slot_clear(r, &r->slots[i]);
	reader_free(r);
}
