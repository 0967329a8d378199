/* Blobs: writing, deleting, listing. */
#include "storage/local/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/encode.h"

#define FLUSH_BYTES ((uint64_t)4 << 20) /* so often the disk is told to begin, so that the seal waits less */
#define ROOM_BYTES  ((uint64_t)1 << 20) /* so often the room on the disk is looked at */

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

struct folder_name {
	char text[3];
};

static const char digits[] = "0123456789abcdef";

static unsigned char
folder_of(const struct blob_id *id)
{
	/* Ids begin with a time; their end is random. */
	return id->bytes[sizeof(id->bytes) - 1];
}

static struct folder_name
folder_name(unsigned char folder)
{
	return (struct folder_name){ { digits[folder >> 4], digits[folder & 15], 0 } };
}

struct blob_path
blob_path(const struct blob_id *id)
{
	struct blob_path path;
	char *out = path.text;

	*out++ = digits[folder_of(id) >> 4];
	*out++ = digits[folder_of(id) & 15];
	*out++ = '/';
	for (size_t i = 0; i < sizeof(id->bytes); i++) {
		*out++ = digits[id->bytes[i] >> 4];
		*out++ = digits[id->bytes[i] & 15];
	}
	*out = 0;
	return path;
}

uint32_t
blob_seed(const struct blob_id *id)
{
	return crc32c(0, slice_make(id->bytes, sizeof(id->bytes)));
}

uint32_t
blob_block_crc(uint32_t seed, uint64_t block, const char *data, size_t length)
{
	unsigned char number[8];

	for (size_t i = 0; i < sizeof(number); i++)
		number[i] = (unsigned char)(block >> (8 * i));
	return crc32c(crc32c(seed, slice_make(number, sizeof(number))), slice_make(data, length));
}

void
blob_pieces_skip(struct iovec **pieces, int *count, size_t done)
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

/* Writing. */

/* The name of a file is durable when its folder is synced. */
static enum store_err
sync_folder(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum store_err err;

	if (fd < 0)
		return local_err(errno == ENOENT ? EIO : errno);
	err = fsync(fd) < 0 ? local_err(errno) : STORE_OK;
	close(fd);
	return err;
}

/* Folders are made with the store; a backup that leaves out empty ones may have lost some. */
static enum store_err
make_folder(struct local_store *s, unsigned char folder)
{
	if (mkdirat(s->blobs, folder_name(folder).text, 0700) < 0 && errno != EEXIST)
		return local_err(errno == ENOENT ? EIO : errno);
	return sync_folder(s->blobs, ".");
}

static int
create_file(struct local_store *s, const struct blob_id *id)
{
	return openat(s->blobs, blob_path(id).text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

enum store_err
local_blob_create(struct store *store, const struct blob_id *id, struct blob_writer **out)
{
	struct local_store *s = local_of(store);
	struct local_writer *w;
	enum store_err err = STORE_OK;
	int fd = create_file(s, id);

	if (fd < 0 && errno == ENOENT) {
		err = make_folder(s, folder_of(id));
		if (err)
			return err;
		fd = create_file(s, id);
	}
	if (fd < 0)
		return local_err(errno == ENOENT ? EIO : errno);
	w = talloc(NULL, struct local_writer);
	w->fd = fd;
	w->seed = blob_seed(id);
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
		blob_pieces_skip(&pieces, &count, (size_t)done);
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
		crcs[blocks] = blob_block_crc(w->seed, w->block++, data.data, data.length);
		pieces[2 * blocks] = (struct iovec){ (char *)(uintptr_t)data.data, data.length };
		pieces[2 * blocks + 1] = (struct iovec){ &crcs[blocks], BLOCK_CRC_BYTES };
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
		err = sync_folder(local_of(writer->store)->blobs, folder_name(folder_of(&writer->id)).text);
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
	struct blob_path path = blob_path(&w->writer.id);

	close(w->fd);
	/* For the room alone: who deletes it by the catalog's note does not mind that it is gone. */
	(void)unlinkat(local_of(writer->store)->blobs, path.text, 0);
	talloc_free(w);
}

/* Deleting and listing. */

/*
 * Not synced here: a file that a power cut brings back is still noted as garbage and deleted once more. The commit that
 * takes the note away, which `frees`, sees to it that the unlinks before it are durable.
 */
enum store_err
local_blob_delete(struct store *store, const struct blob_id *id)
{
	struct local_store *s = local_of(store);
	struct blob_path path = blob_path(id);

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
		err = sync_folder(s->blobs, folder_name((unsigned char)i).text);
		if (err)
			return err;
		/* Another thread may have synced more meanwhile. */
		while (synced < done && !atomic_compare_exchange_weak(&unlinks->synced, &synced, done))
			;
	}
	return STORE_OK;
}

/* False when the visitor wants no more. */
static bool
list_folder(DIR *files, unsigned folder, blob_visit_fn *visit, void *context, enum store_err *err)
{
	const struct dirent *entry;
	struct blob_id id;

	while ((errno = 0, entry = readdir(files)))
		if (hex_decode(slice_from(entry->d_name), id.bytes, sizeof(id.bytes)) && folder_of(&id) == folder &&
		    !visit(context, &id))
			return false;
	*err = local_err(errno);
	return *err == STORE_OK;
}

enum store_err
local_blob_list(struct store *store, blob_visit_fn *visit, void *context)
{
	enum store_err err = STORE_OK;
	bool more = true;

	for (unsigned i = 0; more && i < LOCAL_BLOB_FOLDERS; i++) {
		int fd = openat(
		    local_of(store)->blobs, folder_name((unsigned char)i).text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		DIR *files = fd < 0 ? NULL : fdopendir(fd);

		if (!files && fd < 0 && errno == ENOENT)
			continue;
		if (!files) {
			err = local_err(errno);
			if (fd >= 0)
				close(fd);
			return err;
		}
		more = list_folder(files, i, visit, context, &err);
		closedir(files);
	}
	return err;
}
