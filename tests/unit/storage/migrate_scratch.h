/* Two stores, of which the first one is the suites' catalog; and what must be so when it has been moved to the second. */
#ifndef TESTS_UNIT_STORAGE_MIGRATE_SCRATCH_H
#define TESTS_UNIT_STORAGE_MIGRATE_SCRATCH_H

#include "common/encode.h"
#include "storage/catalog_freeze.h"
#include "storage/migrate.h"
#include "tests/unit/storage/catalog_upload_operations.h"

static char *target_folder;
static struct store *target;
static struct migrate_progress progress;
static _Atomic bool stop;
static unsigned blobs_at_once = 4;
static char *message;
static struct migrate_result result;
static char *told; /* the lines that were told, on `mem` */

static inline void
target_begin(void)
{
	target = fault_wrap(scratch_open_any(target_folder));
}

static inline void
migrate_scratch_open(void)
{
	catalog_scratch_in_memory();
	catalog_scratch_open();
	target_folder = scratch_make(NULL);
	target_begin();
}

static inline void
migrate_scratch_close(void)
{
	store_close(target);
	scratch_remove(target_folder);
	talloc_free(target_folder);
	catalog_scratch_close();
}

/* A target that has never been one. */
static inline void
target_anew(void)
{
	store_close(target);
	scratch_remove(target_folder);
	talloc_free(target_folder);
	target_folder = scratch_make(NULL);
	target_begin();
}

static inline void
tell(void *context, const char *line)
{
	(void)context;
	told = talloc_asprintf(mem, "%s%s\n", told ? told : "", line);
}

static inline enum store_err
migrate_between(struct store *from, struct store *to)
{
	const struct migrate_options options = { .from_url = "local:source",
		.blobs_at_once = blobs_at_once,
		.progress = &progress,
		.stop = &stop,
		.report = tell };

	told = NULL;
	return migrate_run(from, to, &options, mem, &result, &message);
}

static inline enum store_err
migrate(void)
{
	return migrate_between(store, target);
}

static inline bool
source_is_frozen(void)
{
	bool frozen;

	ck_assert_store(catalog_is_frozen(catalog, &frozen), STORE_OK);
	return frozen;
}

/* All records of a store, names and values. */
static inline const char *
dump_records(struct store *s)
{
	struct buf *b = buf_new(mem, 1 << 22);
	struct catalog view = { .store = s };
	struct entries partitions = { 0 }, all;

	ck_assert_store(partition_list(s, add_name, &partitions), STORE_OK);
	for (size_t i = 0; i < partitions.count; i++) {
		struct slice partition = partitions.items[i].name;

		ck_assert_store(
		    read_entries(&view, partition, SLICE(""), SLICE(""), SIZE_MAX, mem, &all), STORE_OK);
		for (size_t j = 0; j < all.count; j++)
			buf_printf(b, "%s %s %08x\n", hex_encode(mem, partition),
			    hex_encode(mem, all.items[j].name), crc32c(0, all.items[j].value));
	}
	ck_assert(!buf_overflowed(b));
	return slice_dup(mem, buf_slice(b));
}

static inline void
swap_stores(void)
{
	struct store *other = target;

	target = store;
	store = other;
	catalog->store = other;
}

/* The source is read-only, the target is not, and both are whole and equal; nothing superfluous is in the target. */
static inline void
assert_moved(const char *what)
{
	const char *records = dump_records(store), *source = dump(), *from_url;
	bool frozen = source_is_frozen();

	ck_assert_msg(frozen, "%s: the source is not read-only", what);
	swap_stores();
	ck_assert_msg(!source_is_frozen(), "%s: the target is read-only", what);
	ck_assert_store(migrate_unfinished(store, mem, &from_url), STORE_OK);
	ck_assert_msg(!from_url, "%s: the target is marked", what);
	ck_assert_msg(strcmp(dump_records(store), records) == 0, "%s: records differ:\n%s\n%s", what, records,
	    dump_records(store));
	ck_assert_msg(strcmp(dump(), source) == 0, "%s: contents differ:\n%s\n%s", what, source, dump());
	assert_clean(what);
	swap_stores();
}

#define STATES (ARRAY_SIZE(states) + ARRAY_SIZE(upload_states))

static inline const struct state *
state_of(size_t number)
{
	return number < ARRAY_SIZE(states) ? &states[number] : &upload_states[number - ARRAY_SIZE(states)];
}

static inline void
add_user(void)
{
	struct user user = { .id = talloc_strdup(mem, "owner"),
		.name = talloc_strdup(mem, "owner"),
		.display_name = talloc_strdup(mem, "Owner"),
		.email = talloc_strdup(mem, "owner@example.com"),
		.enabled = true };
	struct access_key key = { .id = talloc_strdup(mem, "AKIA0000000000000001"),
		.secret = talloc_strdup(mem, "secret"),
		.user_id = user.id };

	ck_assert_store(catalog_user_add(catalog, &user, &key), STORE_OK);
}

/* A store that is just opened, with that state of a bucket, a document of it, and a user. */
static inline void
prepare(size_t number)
{
	state_of(number)->prepare();
	if (state_of(number)->prepare != with_deletion && state_of(number)->prepare != with_upload_and_deletion)
		ck_assert_store(catalog_document_put(catalog, bucket, 3, SLICE("document")), STORE_OK);
	add_user();
}

static inline void
must_migrate(const char *what)
{
	enum store_err err = migrate();

	ck_assert_msg(err == STORE_OK, "%s: %s: %s\n%s", what, store_err_name(err), message, told ? told : "");
	assert_moved(what);
}

#endif
