/* Blobs: reading. */
#include "storage/local/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct local_blob {
	struct blob_reader reader;
	int fd;
	uint32_t seed;
	char *scratch;          /* a block of which a part was wanted; NULL before there was one */
	uint64_t scratch_block; /* its number */
};

static uint64_t
file_bytes(uint64_t size)
{
	return size + (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_CRC_BYTES;
}

enum store_err
local_blob_open(struct store *store, const struct blob_id *id, uint64_t size, uint64_t offset, uint64_t length,
    struct blob_reader **out)
{
	struct blob_path path = blob_path(id);
	enum store_err err = STORE_OK;
	struct local_blob *r;
	struct stat file;
	int fd = openat(local_of(store)->blobs, path.text, O_RDONLY | O_CLOEXEC);

	(void)offset;
	(void)length;
	if (fd < 0)
		return local_err(errno);
	if (fstat(fd, &file) < 0)
		err = local_err(errno);
	else if ((uint64_t)file.st_size != file_bytes(size))
		err = STORE_DAMAGED;
	if (err) {
		close(fd);
		return err;
	}
	r = talloc_zero(NULL, struct local_blob);
	r->fd = fd;
	r->seed = blob_seed(id);
	*out = &r->reader;
	return STORE_OK;
}

static size_t
block_length(const struct local_blob *r, uint64_t block)
{
	uint64_t left = r->reader.size - block * BLOCK_BYTES;

	return left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES;
}

/* Fill the pieces; a file that ends before has been cut since it was opened. */
static enum store_err
read_pieces(struct local_blob *r, uint64_t offset, struct iovec *pieces, int count)
{
	while (count > 0) {
		ssize_t done = preadv(r->fd, pieces, count, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done == 0 ? STORE_DAMAGED : local_err(errno);
		offset += (uint64_t)done;
		blob_pieces_skip(&pieces, &count, (size_t)done);
	}
	return STORE_OK;
}

/* Read `count` whole blocks into `out`, and check each. */
static enum store_err
read_blocks(struct local_blob *r, uint64_t block, size_t count, char *out)
{
	struct iovec pieces[2 * RUN_BLOCKS];
	uint32_t crcs[RUN_BLOCKS];
	enum store_err err;

	for (size_t i = 0; i < count; i++) {
		pieces[2 * i] = (struct iovec){ out + i * BLOCK_BYTES, block_length(r, block + i) };
		pieces[2 * i + 1] = (struct iovec){ &crcs[i], BLOCK_CRC_BYTES };
	}
	err = read_pieces(r, block * (BLOCK_BYTES + BLOCK_CRC_BYTES), pieces, (int)(2 * count));
	for (size_t i = 0; err == STORE_OK && i < count; i++)
		if (crcs[i] !=
		    blob_block_crc(r->seed, block + i, out + i * BLOCK_BYTES, block_length(r, block + i)))
			err = STORE_DAMAGED;
	return err;
}

/* A block of which a part is wanted stays in `scratch`, for whoever reads on from there. */
static enum store_err
read_part(struct local_blob *r, uint64_t block, size_t from, char *out, size_t length)
{
	enum store_err err;

	if (!r->scratch || r->scratch_block != block) {
		if (!r->scratch)
			r->scratch = talloc_size(r, BLOCK_BYTES);
		r->scratch_block = UINT64_MAX;
		err = read_blocks(r, block, 1, r->scratch);
		if (err)
			return err;
		r->scratch_block = block;
	}
	memcpy(out, r->scratch + from, length);
	return STORE_OK;
}

/* How many blocks lie whole in what is wanted, at its beginning. */
static size_t
whole_blocks(const struct local_blob *r, uint64_t offset, size_t length)
{
	if (offset % BLOCK_BYTES != 0)
		return 0;
	if (offset + length == r->reader.size)
		return (length + BLOCK_BYTES - 1) / BLOCK_BYTES;
	return length / BLOCK_BYTES;
}

enum store_err
local_blob_read(struct blob_reader *reader, uint64_t offset, void *out, size_t length)
{
	struct local_blob *r = (struct local_blob *)reader;
	enum store_err err = STORE_OK;
	char *to = out;

	while (err == STORE_OK && length > 0) {
		uint64_t block = offset / BLOCK_BYTES;
		size_t from = offset % BLOCK_BYTES;
		size_t whole = whole_blocks(r, offset, length);
		size_t step;

		if (whole > 0) {
			if (whole > RUN_BLOCKS)
				whole = RUN_BLOCKS;
			step = whole * BLOCK_BYTES < length ? whole * BLOCK_BYTES : length;
			err = read_blocks(r, block, whole, to);
		} else {
			step = block_length(r, block) - from < length ? block_length(r, block) - from : length;
			err = read_part(r, block, from, to, step);
		}
		to += step;
		offset += step;
		length -= step;
	}
	return err;
}

void
local_blob_close(struct blob_reader *reader)
{
	struct local_blob *r = (struct local_blob *)reader;

	close(r->fd);
	talloc_free(r);
}
