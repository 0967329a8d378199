/*
 * Blobs: reading. What is going to be read is asked for in pieces as the blob is opened, and further on while a piece is
 * being read, so that the next ones are on their way already.
 */
#include <errno.h>

#include "storage/rados/blob.h"

/*
 * Pieces under way, with the one that is being read. Who reads on for long gets more of them, and larger ones; who does not
 * take what he has asked for holds up little memory. A piece goes up to a multiple of piece_bytes, which divide STRIPE_BYTES,
 * so that none is in two objects.
 */
static const struct depth {
	uint64_t from; /* bytes that were asked for before */
	unsigned pieces;
	uint64_t piece_bytes;
} depths[] = { { 0, 2, 512 << 10 }, { 4 << 20, 4, 512 << 10 }, { 16 << 20, 4, 1 << 20 } };

#define PIECES 4

/* Bytes that were asked for. */
struct piece {
	uint64_t begins;
	size_t length;
	char *bytes; /* on the reader */
	size_t got;
	int of_read;
	rados_completion_t completion; /* NULL: it is complete */
};

struct rs_reader {
	struct blob_reader reader;
	struct rs_client *client;
	uint64_t begin; /* where reading begins, */
	uint64_t next;  /* where the next piece to be asked for begins, */
	uint64_t end;   /* and where the last one ends */
	struct piece pieces[PIECES];
	unsigned first, count; /* those that were asked for, in order, round and round */
};

/* Pieces. */

static void
piece_free(struct rs_reader *r, struct piece *piece)
{
	atomic_fetch_sub(&r->client->store->bytes_read_ahead, piece->length);
	talloc_free(piece->bytes);
}

static int
piece_ask(struct rs_reader *r, struct piece *piece, const char *expected_size)
{
	struct rs_name object = rs_blob_name(&r->reader.id, piece->begins / STRIPE_BYTES);
	rados_read_op_t op = rados_create_read_op();
	int rc;

	piece->bytes = talloc_size(r, piece->length);
	atomic_fetch_add(&r->client->store->bytes_read_ahead, piece->length);
	if (expected_size)
		rados_read_op_cmpxattr(
		    op, SIZE_ATTRIBUTE, LIBRADOS_CMPXATTR_OP_EQ, expected_size, strlen(expected_size));
	if (piece->length > 0)
		rados_read_op_read(
		    op, piece->begins % STRIPE_BYTES, piece->length, piece->bytes, &piece->got, &piece->of_read);
	rados_aio_create_completion2(NULL, NULL, &piece->completion);
	rc = rados_aio_read_op_operate(op, r->client->io, piece->completion, object.text, 0);
	if (rc < 0) {
		rados_aio_release(piece->completion);
		piece->completion = NULL;
		piece_free(r, piece);
	}
	rados_release_read_op(op);
	return rc;
}

/* Fewer bytes than there must be, or a blob of another size: damaged. */
static int
piece_await(struct rs_reader *r, struct piece *piece)
{
	int rc;

	if (!piece->completion)
		return 0;
	rados_aio_wait_for_complete(piece->completion);
	rc = rs_client_result(r->client, rados_aio_get_return_value(piece->completion));
	rados_aio_release(piece->completion);
	piece->completion = NULL;
	if (rc == -ECANCELED || (rc >= 0 && piece->length > 0 && piece->got != piece->length))
		return -EIO;
	return rc < 0 ? rc : 0; /* an OSD counts comparisons that hold */
}

/* Give up what was asked for: its memory must not be written to any more. */
static void
piece_drop(struct rs_reader *r)
{
	struct piece *piece = &r->pieces[r->first];

	if (piece->completion) {
		(void)rados_aio_cancel(r->client->io, piece->completion);
		rados_aio_wait_for_complete(piece->completion);
		rados_aio_release(piece->completion);
		piece->completion = NULL;
	}
	piece_free(r, piece);
	r->first = (r->first + 1) % PIECES;
	r->count--;
}

static void
drop_all(struct rs_reader *r)
{
	while (r->count > 0)
		piece_drop(r);
}

static const struct depth *
depth_now(const struct rs_reader *r)
{
	const struct depth *depth = depths;

	if (atomic_load(&r->client->store->bytes_read_ahead) >= BYTES_AHEAD_MANY)
		return depth;
	for (size_t i = 1; i < ARRAY_SIZE(depths); i++)
		if (r->next - r->begin >= depths[i].from)
			depth = &depths[i];
	return depth;
}

/* Ask for as much as there may be under way. */
static int
ask_on(struct rs_reader *r, const char *expected_size)
{
	int rc = 0;

	while (rc == 0 && r->next < r->end) {
		struct piece *piece = &r->pieces[(r->first + r->count) % PIECES];
		const struct depth *depth = depth_now(r);
		uint64_t boundary = r->next - r->next % depth->piece_bytes + depth->piece_bytes;

		if (r->count >= depth->pieces)
			break;
		piece->begins = r->next;
		piece->length = (size_t)((r->end < boundary ? r->end : boundary) - r->next);
		rc = piece_ask(r, piece, r->next < STRIPE_BYTES ? expected_size : NULL);
		if (rc < 0)
			break;
		r->next += piece->length;
		r->count++;
	}
	return rc;
}

/* Opening. */

/* Where no piece that is asked for shows it. */
static int
check_size(struct rs_reader *r, const char *expected_size)
{
	struct piece nothing = { .begins = 0 };
	int rc = piece_ask(r, &nothing, expected_size);

	if (rc < 0)
		return rc;
	rc = piece_await(r, &nothing);
	piece_free(r, &nothing);
	return rc;
}

static int
open_at(struct rs_reader *r, uint64_t size, uint64_t offset, uint64_t length)
{
	struct rs_number expected_size = rs_number_write(size);
	int rc;

	r->begin = r->next = offset;
	r->end = offset + length;
	rc = ask_on(r, expected_size.text);
	if (rc < 0)
		return rc;
	if (r->count == 0 || offset >= STRIPE_BYTES)
		return check_size(r, expected_size.text);
	return piece_await(r, &r->pieces[r->first]);
}

static void
reader_free(struct rs_reader *r)
{
	drop_all(r);
	rs_client_release(r->client);
	talloc_free(r);
}

enum store_err
rs_blob_open(struct store *store, const struct blob_id *id, uint64_t size, uint64_t offset, uint64_t length,
    struct blob_reader **out)
{
	struct rs_reader *r = talloc_zero(NULL, struct rs_reader);
	int rc;

	r->client = rs_client_hold(rs_of(store));
	r->reader.id = *id;
	rc = open_at(r, size, offset, length);
	if (rc == 0)
		*out = &r->reader;
	else
		reader_free(r);
	return rs_read_err(rc);
}

/* Reading. */

/* Let the first piece be the one with that byte. `length`: how much is wanted from there on. */
static int
read_to(struct rs_reader *r, uint64_t offset, size_t length)
{
	while (r->count > 0 && (offset < r->pieces[r->first].begins ||
				   offset >= r->pieces[r->first].begins + r->pieces[r->first].length))
		piece_drop(r);
	if (r->count == 0) {
		r->begin = r->next = offset;
		if (r->end < offset + length)
			r->end = offset + length;
	}
	return ask_on(r, NULL);
}

enum store_err
rs_blob_read(struct blob_reader *reader, uint64_t offset, void *out, size_t length)
{
	struct rs_reader *r = (struct rs_reader *)reader;
	char *to = out;
	int rc = 0;

	while (rc == 0 && length > 0) {
		struct piece *piece;
		size_t skipped, step;

		rc = read_to(r, offset, length);
		piece = &r->pieces[r->first];
		if (rc == 0)
			rc = piece_await(r, piece);
		if (rc < 0)
			break;
		skipped = (size_t)(offset - piece->begins);
		step = piece->length - skipped < length ? piece->length - skipped : length;
		memcpy(to, piece->bytes + skipped, step);
		to += step;
		offset += step;
		length -= step;
	}
	if (rc < 0)
		drop_all(r);
	return rs_read_err(rc);
}

void
rs_blob_close(struct blob_reader *reader)
{
	reader_free((struct rs_reader *)reader);
}

size_t
rs_blob_ready(const struct blob_reader *reader, uint64_t offset)
{
	const struct rs_reader *r = (const struct rs_reader *)reader;

	for (unsigned i = 0; i < r->count; i++) {
		const struct piece *piece = &r->pieces[(r->first + i) % PIECES];

		if (offset >= piece->begins && offset - piece->begins < piece->length)
			return !piece->completion || rados_aio_is_complete(piece->completion)
				   ? piece->length - (size_t)(offset - piece->begins)
				   : 0;
	}
	return 0;
}
