/*
 * Copying blobs. What was written is read back and compared with what was read, by MD5, which is the ETag of what came in
 * one piece. Several are copied at a time, for each waits for disks or a cluster most of the time.
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>

#include "common/digest.h"
#include "common/encode.h"
#include "storage/migrate_private.h"

#define CHUNK_BYTES ((size_t)1 << 20)
#define MD5_BYTES   16

/* What the threads share. */
struct work {
	struct migration *m;
	struct blob_copy *copies;
	size_t count;
	_Atomic size_t next;
	_Atomic int failed; /* enum store_err: of a store as a whole */
	_Atomic bool of_target;
};

struct copier {
	struct work *work;
	pthread_t thread;
	TALLOC_CTX *mem;
	char *bytes; /* CHUNK_BYTES */
};

/* An error that makes going on useless. Returns it. */
static enum store_err
give_up(struct work *work, enum store_err err, bool of_target)
{
	int none = STORE_OK;

	if (atomic_compare_exchange_strong(&work->failed, &none, (int)err))
		work->of_target = of_target;
	return err;
}

/* The next bytes of a blob. STORE_REFUSED: it is time to stop. */
static enum store_err
read_chunk(struct copier *c, struct blob_reader *reader, uint64_t size, uint64_t offset, struct slice *out)
{
	*out = slice_make(c->bytes, size - offset < CHUNK_BYTES ? size - offset : CHUNK_BYTES);
	return migrate_stopped(c->work->m) ? STORE_REFUSED : blob_read(reader, offset, c->bytes, out->length);
}

/* Read all of a blob, hand it to a writer if there is one, and say what its digest is. *wrote: it is the writer that failed. */
static enum store_err
read_blob(struct copier *c, struct blob_reader *reader, uint64_t size, struct blob_writer *writer,
    unsigned char md5[DIGEST_MAX], bool *wrote)
{
	struct digest *digest = digest_new(c->mem, DIGEST_MD5);
	enum store_err err = STORE_OK;
	struct slice chunk;

	*wrote = false;
	for (uint64_t offset = 0; !err && offset < size; offset += chunk.length) {
		err = read_chunk(c, reader, size, offset, &chunk);
		if (err)
			break;
		digest_update(digest, chunk);
		if (writer) {
			err = blob_append(writer, chunk);
			*wrote = err != STORE_OK;
		}
	}
	digest_final(digest, md5);
	talloc_free(digest);
	return err;
}

/* The digest of a blob of the target. STORE_NOT_FOUND, STORE_DAMAGED: it is not there, or not whole */
static enum store_err
read_target(struct copier *c, const struct record_blob *blob, unsigned char md5[DIGEST_MAX])
{
	struct blob_reader *reader;
	bool wrote;
	enum store_err err = blob_open(c->work->m->to, &blob->id, blob->size, 0, blob->size, &reader);

	if (err)
		return err;
	err = read_blob(c, reader, blob->size, NULL, md5, &wrote);
	blob_close(reader);
	return err;
}

/* What is there of an attempt before this one goes first. */
static enum store_err
write_target(struct copier *c, const struct record_blob *blob, struct blob_reader *source,
    unsigned char md5[DIGEST_MAX], bool *of_target)
{
	struct store *to = c->work->m->to;
	struct blob_writer *writer;
	enum store_err err = blob_delete(to, &blob->id);

	*of_target = true;
	if (!err)
		err = blob_create(to, &blob->id, &writer);
	if (err)
		return err;
	err = read_blob(c, source, blob->size, writer, md5, of_target);
	if (err) {
		blob_abandon(writer);
		return err;
	}
	*of_target = true;
	return blob_seal(writer);
}

static bool
matches(const struct blob_copy *copy, const unsigned char md5[DIGEST_MAX])
{
	unsigned char wanted[MD5_BYTES];

	return copy->etag.length == 0 ||
	       (hex_decode(copy->etag, wanted, sizeof(wanted)) && memcmp(wanted, md5, sizeof(wanted)) == 0);
}

/* The target's blob is right if it is what the source has: where it is there already, it is only compared. */
static enum store_err
copy_from(struct copier *c, struct blob_copy *copy, struct blob_reader *source)
{
	unsigned char read[DIGEST_MAX], written[DIGEST_MAX];
	bool of_target = false, wrote;
	enum store_err found = read_target(c, &copy->blob, written), err = STORE_OK;

	if (found && found != STORE_NOT_FOUND && found != STORE_DAMAGED)
		return give_up(c->work, found, true);
	if (!found)
		err = read_blob(c, source, copy->blob.size, NULL, read, &wrote);
	if (found || (!err && memcmp(read, written, MD5_BYTES) != 0)) {
		err = write_target(c, &copy->blob, source, read, &of_target);
		if (!err)
			err = read_target(c, &copy->blob, written);
	}
	if (!err && memcmp(read, written, MD5_BYTES) != 0)
		err = STORE_DAMAGED;
	if (err && (of_target || (err != STORE_NOT_FOUND && err != STORE_DAMAGED)))
		return give_up(c->work, err, of_target);
	return err || matches(copy, read) ? err : STORE_DAMAGED;
}

static void
copy_one(struct copier *c, struct blob_copy *copy)
{
	struct migration *m = c->work->m;
	struct blob_reader *source;

	copy->err = blob_open(m->from, &copy->blob.id, copy->blob.size, 0, copy->blob.size, &source);
	if (copy->err) {
		if (copy->err != STORE_NOT_FOUND && copy->err != STORE_DAMAGED)
			(void)give_up(c->work, copy->err, false);
		return;
	}
	copy->err = copy_from(c, copy, source);
	blob_close(source);
	if (copy->err)
		return;
	m->options->progress->blobs_copied++;
	m->options->progress->bytes_copied += copy->blob.size;
}

static void *
copier_run(void *context)
{
	struct copier *c = context;
	struct work *work = c->work;
	size_t number;

	while (!work->failed && (number = work->next++) < work->count)
		copy_one(c, &work->copies[number]);
	return NULL;
}

/* A thread that cannot be made is missed by nobody: the caller's own copies as well. */
static void
run_copiers(struct copier *copiers, size_t count)
{
	sigset_t all, before;
	size_t started = 1;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (
	    started < count && pthread_create(&copiers[started].thread, NULL, copier_run, &copiers[started]) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	copier_run(&copiers[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(copiers[i].thread, NULL);
}

enum store_err
migrate_blobs(struct migration *m, struct blob_copy *copies, size_t count)
{
	struct work work = { .m = m, .copies = copies, .count = count };
	struct copier copiers[MIGRATE_BLOBS_AT_ONCE_MAX];
	size_t copier_count = count < m->options->blobs_at_once ? count : m->options->blobs_at_once;

	assert(copier_count > 0 && copier_count <= MIGRATE_BLOBS_AT_ONCE_MAX);
	for (size_t i = 0; i < copier_count; i++) {
		copiers[i] = (struct copier){ .work = &work, .mem = talloc_new(NULL) };
		copiers[i].bytes = talloc_size(copiers[i].mem, CHUNK_BYTES);
	}
	run_copiers(copiers, copier_count);
	for (size_t i = 0; i < copier_count; i++)
		talloc_free(copiers[i].mem);
	for (size_t i = 0; i < count; i++)
		m->bytes_copied += copies[i].err == STORE_OK ? copies[i].blob.size : 0;
	if (work.failed == STORE_REFUSED)
		return migrate_refuse(m, STORE_REFUSED, "stopped: begin again to go on");
	if (work.failed)
		return migrate_fail(m, (enum store_err)work.failed,
		    work.of_target ? "cannot write a blob to the target" : "cannot read a blob of the source");
	return STORE_OK;
}
