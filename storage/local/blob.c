/*
 * Blobs as files. The bytes are in blocks of 64 KiB (the last may be shorter), each followed by its CRC32C, which begins
 * with the blob's id and the block's number: a block of another blob, or from another place, does not match.
 *
 * A file is made under its final name, since the catalog has noted the id durably before: what a crash leaves behind is
 * found by that note and deleted. Nothing reads a blob before the record that names it is committed, after the seal.
 */
#include "storage/local/local.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/encode.h"

#define BLOCK_BYTES ((size_t)64 * 1024)
#define CRC_BYTES   sizeof(uint32_t)

#define RUN_BLOCKS  256                 /* blocks of one system call: two pieces each, IOV_MAX is 1024 */
#define FLUSH_BYTES ((uint64_t)4 << 20) /* so often the disk is told to begin, so that the seal waits less */
#define ROOM_BYTES  ((uint64_t)1 << 20) /* so often the room on the disk is looked at */
#define AHEAD_BYTES ((uint64_t)1 << 20) /* from this size on, the kernel reads further ahead */

struct local_writer {
	struct blob_writer writer;
	int fd;
	uint32_t seed;
	uint64_t block;        /* the number of the block that is being filled */
	uint64_t offset;       /* bytes of the file that are written, */
	uint64_t flush_offset; /* that the disk has been told to write, */
	uint64_t room_offset;  /* and at which to look at the room next */
	size_t filled;         /* bytes in `partial` */
	char partial[BLOCK_BYTES];
};

struct local_blob {
	struct blob_reader reader;
	int fd;
	uint32_t seed;
	char *scratch;          /* a block of which a part was wanted; NULL before there was one */
	uint64_t scratch_block; /* its number */
};

struct blob_path {
	char text[2 + 1 + 32 + 1];
};

static unsigned char
folder_of(const struct blob_id *id)
{
	/* Ids begin with a time; their end is random. */
	return id->bytes[sizeof(id->bytes) - 1];
}

static struct blob_path
path_of(const struct blob_id *id)
{
	static const char digits[] = "0123456789abcdef";
	struct blob_path path;
	char *out = path.text;

	out += snprintf(out, sizeof(path.text), "%02x/", folder_of(id));
	for (size_t i = 0; i < sizeof(id->bytes); i++) {
		*out++ = digits[id->bytes[i] >> 4];
		*out++ = digits[id->bytes[i] & 15];
	}
	*out = 0;
	return path;
}

static uint32_t
seed_of(const struct blob_id *id)
{
	return crc32c(0, slice_make(id->bytes, sizeof(id->bytes)));
}

static uint32_t
block_crc(uint32_t seed, uint64_t block, const char *data, size_t length)
{
	unsigned char number[8];

	for (size_t i = 0; i < sizeof(number); i++)
		number[i] = (unsigned char)(block >> (8 * i));
	return crc32c(crc32c(seed, slice_make(number, sizeof(number))), slice_make(data, length));
}

static uint64_t
file_bytes(uint64_t size)
{
	return size + (size + BLOCK_BYTES - 1) / BLOCK_BYTES * CRC_BYTES;
}

/* Leave out what a system call has done of its pieces. */
static void
pieces_skip(struct iovec **pieces, int *count, size_t done)
{
	while (*count > 0 && done >= (*pieces)->iov_len) {
		done -= (*pieces)->iov_len;
		++*pieces;
		--*count;
	}
	if (*count > 0) {
		(*pieces)->iov_base = (char *)(*pieces)->iov_base + done;
		(*pieces)->iov_len -= done;
	}
}

/* --- Writing ------------------------------------------------------------------------------------------------------ */

enum store_err
local_blob_create(struct store *store, const struct blob_id *id, struct blob_writer **out)
{
	struct local_store *s = local_of(store);
	struct blob_path path = path_of(id);
	struct local_writer *w;
	int fd = openat(s->blobs, path.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == ENOENT ? STORE_IO : local_err(errno);
	w = talloc(NULL, struct local_writer);
	w->fd = fd;
	w->seed = seed_of(id);
	w->block = w->offset = w->flush_offset = w->room_offset = w->filled = 0;
	*out = &w->writer;
	return STORE_OK;
}

static enum store_err
write_pieces(struct local_writer *w, struct iovec *pieces, int count)
{
	while (count > 0) {
		ssize_t done = pwritev(w->fd, pieces, count, (off_t)w->offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return local_err(errno);
		w->offset += (uint64_t)done;
		pieces_skip(&pieces, &count, (size_t)done);
	}
	if (w->offset - w->flush_offset >= FLUSH_BYTES) {
		/* Only a beginning: an error comes out of the sync in the seal. */
		(void)sync_file_range(
		    w->fd, (off_t)w->flush_offset, (off_t)(w->offset - w->flush_offset), SYNC_FILE_RANGE_WRITE);
		w->flush_offset = w->offset;
	}
	return STORE_OK;
}

/* Write blocks from where they lie: first the one in `partial`, when it is full or the last, then those in `bytes`. */
static enum store_err
write_blocks(struct local_writer *w, bool with_partial, struct slice bytes)
{
	struct iovec pieces[2 * RUN_BLOCKS];
	uint32_t crcs[RUN_BLOCKS];
	size_t blocks = 0;

	if (w->offset >= w->room_offset) {
		enum store_err err = local_room_for_blobs(local_of(w->writer.store));

		if (err)
			return err;
		w->room_offset = w->offset + ROOM_BYTES;
	}
	for (; blocks < RUN_BLOCKS && (with_partial || bytes.length > 0); blocks++) {
		struct slice data =
		    with_partial ? slice_make(w->partial, w->filled) : slice_head(bytes, BLOCK_BYTES);

		if (!with_partial)
			bytes = slice_skip(bytes, data.length);
		with_partial = false;
		crcs[blocks] = block_crc(w->seed, w->block++, data.data, data.length);
		pieces[2 * blocks] = (struct iovec){ (char *)(uintptr_t)data.data, data.length };
		pieces[2 * blocks + 1] = (struct iovec){ &crcs[blocks], CRC_BYTES };
	}
	return write_pieces(w, pieces, (int)(2 * blocks));
}

/* Bytes go from the caller's memory to the file; only what is left of a block is copied, and waits for the next call. */
enum store_err
local_blob_append(struct blob_writer *writer, struct slice bytes)
{
	struct local_writer *w = (struct local_writer *)writer;
	enum store_err err = STORE_OK;
	size_t whole;

	if (w->filled > 0) {
		struct slice head = slice_head(bytes, BLOCK_BYTES - w->filled);

		memcpy(w->partial + w->filled, head.data, head.length);
		w->filled += head.length;
		bytes = slice_skip(bytes, head.length);
	}
	while (err == STORE_OK && (w->filled == BLOCK_BYTES || bytes.length >= BLOCK_BYTES)) {
		bool with_partial = w->filled == BLOCK_BYTES;

		whole = bytes.length - bytes.length % BLOCK_BYTES;
		if (whole > (RUN_BLOCKS - with_partial) * BLOCK_BYTES)
			whole = (RUN_BLOCKS - with_partial) * BLOCK_BYTES;
		err = write_blocks(w, with_partial, slice_head(bytes, whole));
		if (with_partial)
			w->filled = 0;
		bytes = slice_skip(bytes, whole);
	}
	if (err == STORE_OK && bytes.length > 0) {
		memcpy(w->partial + w->filled, bytes.data, bytes.length);
		w->filled += bytes.length;
	}
	return err;
}

/* The name of a file is durable when its folder is synced. */
static enum store_err
sync_folder(struct local_store *s, unsigned char folder)
{
	char name[3];
	enum store_err err;
	int fd;

	snprintf(name, sizeof(name), "%02x", folder);
	fd = openat(s->blobs, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? STORE_IO : local_err(errno);
	err = fsync(fd) < 0 ? local_err(errno) : STORE_OK;
	close(fd);
	return err;
}

enum store_err
local_blob_seal(struct blob_writer *writer)
{
	struct local_writer *w = (struct local_writer *)writer;
	enum store_err err = STORE_OK;

	if (w->filled > 0)
		err = write_blocks(w, true, slice_make(NULL, 0));
	if (err == STORE_OK && fdatasync(w->fd) < 0)
		err = local_err(errno);
	if (err == STORE_OK)
		err = sync_folder(local_of(writer->store), folder_of(&w->writer.id));
	if (err) {
		local_blob_abandon(writer);
		return err;
	}
	close(w->fd);
	talloc_free(w);
	return STORE_OK;
}

void
local_blob_abandon(struct blob_writer *writer)
{
	struct local_writer *w = (struct local_writer *)writer;
	struct blob_path path = path_of(&w->writer.id);

	close(w->fd);
	/* For the room alone: who deletes it by the catalog's note does not mind that it is gone. */
	(void)unlinkat(local_of(writer->store)->blobs, path.text, 0);
	talloc_free(w);
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

enum store_err
local_blob_open(struct store *store, const struct blob_id *id, uint64_t size, struct blob_reader **out)
{
	struct blob_path path = path_of(id);
	struct local_blob *r;
	struct stat file;
	int fd = openat(local_of(store)->blobs, path.text, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return local_err(errno);
	if (fstat(fd, &file) < 0 || (uint64_t)file.st_size != file_bytes(size)) {
		close(fd);
		return STORE_DAMAGED;
	}
	if (size >= AHEAD_BYTES)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	r = talloc_zero(NULL, struct local_blob);
	r->fd = fd;
	r->seed = seed_of(id);
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
		pieces_skip(&pieces, &count, (size_t)done);
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
		pieces[2 * i + 1] = (struct iovec){ &crcs[i], CRC_BYTES };
	}
	err = read_pieces(r, block * (BLOCK_BYTES + CRC_BYTES), pieces, (int)(2 * count));
	for (size_t i = 0; err == STORE_OK && i < count; i++)
		if (crcs[i] != block_crc(r->seed, block + i, out + i * BLOCK_BYTES, block_length(r, block + i)))
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

/* --- Deleting and listing ----------------------------------------------------------------------------------------- */

/*
 * Not synced here: a file that a power cut brings back is still noted as garbage and deleted once more. The commit that
 * takes the note away, which `frees`, sees to it that the unlinks before it are durable.
 */
enum store_err
local_blob_delete(struct store *store, const struct blob_id *id)
{
	struct local_store *s = local_of(store);
	struct blob_path path = path_of(id);

	if (unlinkat(s->blobs, path.text, 0) < 0)
		return errno == ENOENT ? STORE_OK : local_err(errno);
	atomic_fetch_add(&s->unlinks[folder_of(id)].done, 1);
	return STORE_OK;
}

enum store_err
local_blob_sync_deletes(struct local_store *s)
{
	for (unsigned i = 0; i < LOCAL_BLOB_FOLDERS; i++) {
		struct local_unlinks *unlinks = &s->unlinks[i];
		uint64_t done = atomic_load(&unlinks->done);
		uint64_t synced = atomic_load(&unlinks->synced);
		enum store_err err;

		if (synced >= done)
			continue;
		err = sync_folder(s, (unsigned char)i);
		if (err)
			return err;
		/* Another thread may have synced more meanwhile. */
		while (synced < done && !atomic_compare_exchange_weak(&unlinks->synced, &synced, done))
			;
	}
	return STORE_OK;
}

static bool
list_folder(DIR *folder, blob_visit_fn *visit, void *context)
{
	const struct dirent *entry;
	struct blob_id id;

	while ((entry = readdir(folder)))
		if (hex_decode(slice_from(entry->d_name), id.bytes, sizeof(id.bytes)) && !visit(context, &id))
			return false;
	return true;
}

enum store_err
local_blob_list(struct store *store, blob_visit_fn *visit, void *context)
{
	bool more = true;

	for (unsigned i = 0; more && i < LOCAL_BLOB_FOLDERS; i++) {
		char name[3];
		DIR *folder;
		int fd;

		snprintf(name, sizeof(name), "%02x", i);
		fd = openat(local_of(store)->blobs, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		folder = fd < 0 ? NULL : fdopendir(fd);
		if (!folder) {
			enum store_err err = errno == ENOENT ? STORE_IO : local_err(errno);

			if (fd >= 0)
				close(fd);
			return err;
		}
		more = list_folder(folder, visit, context);
		closedir(folder);
	}
	return STORE_OK;
}
