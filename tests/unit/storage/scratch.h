/* A store in a folder of its own that goes with the test; and short forms of what the suites do over and over. */
#ifndef TESTS_UNIT_STORAGE_SCRATCH_H
#define TESTS_UNIT_STORAGE_SCRATCH_H

#include <check.h>
#include <ftw.h>
#include <unistd.h>

#include "common/digest.h"
#include "storage/engine.h"

#define PARTITION SLICE("partition")

#define ck_assert_store(call, expected)                                                             \
	do {                                                                                        \
		enum store_err got_ = (call), wanted_ = (expected);                                 \
		ck_assert_msg(got_ == wanted_, "%s: %s instead of %s", #call, store_err_name(got_), \
		    store_err_name(wanted_));                                                       \
	} while (0)

static inline int
scratch_unlink(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline char *
scratch_make(TALLOC_CTX *mem)
{
	const char *parent = getenv("TMPDIR");
	char *folder = talloc_asprintf(mem, "%s/crossgate-test-XXXXXX", parent && *parent ? parent : "/tmp");

	ck_assert_ptr_nonnull(mkdtemp(folder));
	return folder;
}

static inline void
scratch_remove(const char *folder)
{
	ck_assert_int_eq(nftw(folder, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline enum store_err
scratch_try(const char *folder, bool create, bool serve, TALLOC_CTX *mem, struct store **out, char **message)
{
	struct store_options options = { .create = create, .serve = serve };
	char *url = talloc_asprintf(mem, "local:%s", folder);

	return store_open(url, &options, mem, out, message);
}

static inline struct store *
scratch_open(const char *folder)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct store *s;
	char *message;
	enum store_err err = scratch_try(folder, true, true, mem, &s, &message);

	ck_assert_msg(err == STORE_OK, "%s", message);
	talloc_free(mem);
	return s;
}

/* The cluster that scripts/test-cluster has started, as rados:POOL?conf=FILE&id=ID; NULL: there is none. */
static inline const char *
scratch_cluster(void)
{
	return getenv("CROSSGATE_TEST_STORE");
}

/* A store on that cluster, in a namespace that is called like the folder. */
static inline struct store *
scratch_open_cluster(const char *folder)
{
	struct store_options options = { .create = true, .serve = true };
	TALLOC_CTX *mem = talloc_new(NULL);
	char *url = talloc_asprintf(mem, "%s&namespace=%s", scratch_cluster(), strrchr(folder, '/') + 1);
	struct store *s;
	char *message;
	enum store_err err = store_open(url, &options, mem, &s, &message);

	ck_assert_msg(err == STORE_OK, "%s", message);
	talloc_free(mem);
	return s;
}

/*
 * Suites that try each of an operation's engine calls, one after another, try the first and then every so many of them
 * where all would take too long: under a sanitizer, which looks for what goes wrong in any order, and on a cluster, where
 * each call is slow.
 */
static inline unsigned
places_step(void)
{
#ifdef __SANITIZE_ADDRESS__
	return 17;
#else
	return scratch_cluster() ? 17 : 1;
#endif
}

/* The place after this one; from the second on others for each pair of names. */
static inline unsigned
places_next(unsigned place, const char *name, const char *other)
{
	unsigned chance = crc32c(crc32c(0, slice_from(name)), slice_from(other));

	return place == 1 ? 2 + chance % places_step() : place + places_step();
}

/* For suites that hold on any engine: on the cluster where there is one, otherwise in the folder. */
static inline struct store *
scratch_open_any(const char *folder)
{
	return scratch_cluster() ? scratch_open_cluster(folder) : scratch_open(folder);
}

static inline enum store_err
put_one(struct store *s, struct slice partition, struct slice key, struct slice value)
{
	struct put put = { key, value };

	return store_commit(s, partition, &(struct batch){ .puts = &put, .put_count = 1 });
}

static inline enum store_err
delete_one(struct store *s, struct slice partition, struct slice key)
{
	return store_commit(s, partition, &(struct batch){ .deletes = &key, .delete_count = 1 });
}

/* Whether a key holds `value`; the empty slice: whether it is absent. */
static inline bool
holds(struct store *s, struct slice partition, struct slice key, struct slice value)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice got;
	enum store_err err = store_get(s, partition, key, mem, &got);
	bool same = value.length == 0 ? err == STORE_NOT_FOUND : err == STORE_OK && slice_equal(got, value);

	talloc_free(mem);
	return same;
}

/* Bytes that look random, the same each time (xorshift64*). */
static inline uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static inline void
fill_random(uint64_t *state, void *out, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((unsigned char *)out)[i] = (unsigned char)(next_random(state) >> 32);
}

static inline struct blob_id
make_id(unsigned number)
{
	struct blob_id id = { { 0 } };

	memcpy(id.bytes, &number, sizeof(number));
	id.bytes[15] = (unsigned char)(number * 37);
	return id;
}

/* Write a blob in appends of `step` bytes. */
static inline enum store_err
write_blob(struct store *s, struct blob_id id, struct slice bytes, size_t step)
{
	struct blob_writer *w;
	enum store_err err = blob_create(s, &id, &w);

	if (err)
		return err;
	while (err == STORE_OK && bytes.length > 0) {
		err = blob_append(w, slice_head(bytes, step));
		bytes = slice_skip(bytes, step);
	}
	if (err == STORE_OK)
		return blob_seal(w);
	blob_abandon(w);
	return err;
}

/* Read part of a blob; `out` has room for `length`. */
static inline enum store_err
read_blob(struct store *s, struct blob_id id, uint64_t size, uint64_t offset, void *out, size_t length)
{
	struct blob_reader *r;
	enum store_err err = blob_open(s, &id, size, offset, length, &r);

	if (err)
		return err;
	err = blob_read(r, offset, out, length);
	blob_close(r);
	return err;
}

#endif
