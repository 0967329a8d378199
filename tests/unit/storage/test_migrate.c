/* Moving a store to another: from each state of the catalog, with what cannot be read, or is not believed, and under writers. */
#include "tests/unit/storage/migrate_scratch.h"

#include <sched.h>

#include "tests/unit/suite.h"

START_TEST(moves)
{
	prepare((size_t)_i);
	must_migrate(state_of((size_t)_i)->name);
	ck_assert(result.read_only_us > 0);
	/* What the source was is still there to go back to. */
	ck_assert_str_eq(put_one_small(), "read-only");
	ck_assert_store(catalog_thaw(catalog), STORE_OK);
	ck_assert(!source_is_frozen());
	ck_assert_str_ne(put_one_small(), "read-only");
}
END_TEST

/* More than a page of everything: records, large ones, blobs; and in the target what the source has no longer. */
START_TEST(many)
{
	with_versions();
	for (unsigned i = 0; i < 1500; i++)
		ck_assert_store(put_object(bucket, talloc_asprintf(mem, "many/%u", i), "small",
				    random_bytes_of(mem, 5000, i), NULL, NULL, NULL),
		    STORE_OK);
	for (unsigned i = 0; i < 40; i++)
		ck_assert_store(put_object(bucket, talloc_asprintf(mem, "blob/%u", i), "large",
				    random_bytes_of(mem, 20000 + i * 100000, i), NULL, NULL, NULL),
		    STORE_OK);
	/* It is stopped before the switch, and the source then changes greatly. */
	fault_set(store, &(struct fault){ FAULT_COMMIT, 1, 1, FAULT_BEFORE, STORE_IO, 0 }, 1);
	ck_assert_store(migrate(), STORE_IO);
	fault_set(store, NULL, 0);
	ck_assert(progress.blobs_copied >= 40);
	for (unsigned i = 0; i < 1500; i++)
		delete_object(bucket, talloc_asprintf(mem, "many/%u", i), "");
	for (unsigned i = 0; i < 40; i += 2)
		delete_object(bucket, talloc_asprintf(mem, "blob/%u", i), "");
	sweep();
	must_migrate("many");
}
END_TEST

/* What is no target, and no source. */

START_TEST(refused)
{
	const char *from_url;

	with_small();
	ck_assert_store(put_one(target, SLICE("users"), SLICE("k"), SLICE("v")), STORE_OK);
	ck_assert_store(migrate(), STORE_EXISTS);
	ck_assert_ptr_nonnull(strstr(message, "holds something already"));
	ck_assert_store(delete_one(target, SLICE("users"), SLICE("k")), STORE_OK);

	ck_assert_store(migrate_between(store, store), STORE_EXISTS);
	ck_assert_store(migrate_between(target, target), STORE_EXISTS);
	ck_assert_store(migrate_unfinished(target, mem, &from_url), STORE_OK);
	ck_assert_ptr_null(from_url);

	ck_assert_store(put_one(target, SLICE("migration"), SLICE("from"), SLICE("rados:elsewhere")), STORE_OK);
	ck_assert_store(migrate(), STORE_EXISTS);
	ck_assert_ptr_nonnull(strstr(message, "rados:elsewhere"));
	ck_assert_store(migrate_between(target, store), STORE_EXISTS);
	ck_assert_store(delete_one(target, SLICE("migration"), SLICE("from")), STORE_OK);

	stop = true;
	ck_assert_store(migrate(), STORE_REFUSED);
	stop = false;
	ck_assert_store(migrate_unfinished(target, mem, &from_url), STORE_OK);
	ck_assert_str_eq(from_url, "local:source");
	ck_assert(!source_is_frozen());
	must_migrate("after all");
	ck_assert_store(migrate(), STORE_EXISTS);
}
END_TEST

/* What cannot be read. */

static struct slice
record_of(const char *key, struct record_version *out)
{
	struct slice name = name_head(mem, slice_from(key)), value;

	ck_assert_store(store_get(store, slice_make(bucket->id.bytes, 16), name, mem, &value), STORE_OK);
	ck_assert(record_version_decode(mem, value, out));
	return name;
}

static void
assert_unreadable(const char *what)
{
	ck_assert_store(migrate(), STORE_DAMAGED);
	ck_assert_uint_eq(result.unreadable, 1);
	ck_assert_ptr_nonnull(told);
	ck_assert_msg(strstr(told, what) && strstr(told, "bucket bucket, object key"), "%s", told);
	ck_assert(!source_is_frozen());
	delete_object(bucket, "key", "");
	must_migrate("after the deletion");
}

START_TEST(blob_missing)
{
	struct record_version record;

	with_large();
	record_of("key", &record);
	ck_assert_store(blob_delete(store, &record.blobs.items[0].id), STORE_OK);
	assert_unreadable("missing");
}
END_TEST

START_TEST(other_etag)
{
	unsigned char md5[DIGEST_MAX];
	struct slice bytes = large(1);

	digest_of(DIGEST_MD5, bytes, md5);
	with_nothing();
	ck_assert_store(
	    put_object(bucket, "right", hex_encode(mem, slice_make(md5, 16)), bytes, NULL, NULL, NULL), STORE_OK);
	md5[3] ^= 1;
	ck_assert_store(
	    put_object(bucket, "key", hex_encode(mem, slice_make(md5, 16)), bytes, NULL, NULL, NULL), STORE_OK);
	assert_unreadable("damaged");
}
END_TEST

START_TEST(malformed)
{
	struct record_version record;
	struct slice name;

	with_small();
	name = record_of("key", &record);
	ck_assert_store(put_one(store, slice_make(bucket->id.bytes, 16), name, SLICE("no record")), STORE_OK);
	ck_assert_store(migrate(), STORE_DAMAGED);
	ck_assert(told && strstr(told, "malformed"));
	ck_assert(!source_is_frozen());
}
END_TEST

/* A target that says all went well, and did something else. */

static const struct engine *honest;

static enum store_err
lie_read(struct blob_reader *r, uint64_t offset, void *out, size_t length)
{
	enum store_err err = honest->blob_read(r, offset, out, length);

	if (!err && offset == 0 && length > 100)
		((char *)out)[100] ^= 1;
	return err;
}

static enum store_err
lie_commit(struct store *s, struct slice partition, const struct batch *batch)
{
	struct batch less = *batch;

	if (partition.length == sizeof(struct bucket_id) && less.put_count > 0)
		less.put_count--;
	return honest->commit(s, partition, &less);
}

static void
assert_not_believed(struct engine lying)
{
	with_large();
	honest = target->engine;
	target->engine = &lying;
	ck_assert_store(migrate(), STORE_DAMAGED);
	ck_assert(!source_is_frozen());
	ck_assert_uint_eq(result.unreadable, 0);
	target->engine = honest;
	must_migrate("believed");
}

START_TEST(blob_not_believed)
{
	struct engine lying = *target->engine;

	lying.blob_read = lie_read;
	assert_not_believed(lying);
}
END_TEST

START_TEST(record_not_believed)
{
	struct engine lying = *target->engine;

	lying.commit = lie_commit;
	assert_not_believed(lying);
}
END_TEST

/* Writers at work. */

#define WRITERS 4

struct writer {
	pthread_t thread;
	unsigned number;
	_Atomic unsigned written;
	char last[64]; /* what the newest object that was answered holds */
};

static void *
write_on(void *context)
{
	struct writer *w = context;
	const char *key;
	enum store_err err = STORE_OK;

	mem = talloc_new(NULL);
	key = talloc_asprintf(NULL, "writer %u", w->number);
	while (!err) {
		unsigned number = w->written + 1;
		char etag[64];

		snprintf(etag, sizeof(etag), "%u of %u", number, w->number);
		err = put_object(bucket, key, etag, large(number), NULL, NULL, NULL);
		if (!err)
			memcpy(w->last, etag, sizeof(etag));
		w->written += !err;
		talloc_free_children(mem);
	}
	if (err != STORE_READ_ONLY) {
		fprintf(stderr, "writer %u: %s\n", w->number, store_err_name(err));
		abort();
	}
	talloc_free((void *)(uintptr_t)key);
	talloc_free(mem);
	return NULL;
}

static void *
sweep_on(void *context)
{
	const _Atomic bool *ended = context;
	struct sweep_result swept;

	while (!*ended)
		if (catalog_sweep(catalog, ended, &swept) != STORE_OK)
			abort();
	return NULL;
}

START_TEST(under_writers)
{
	struct writer writers[WRITERS] = { 0 };
	_Atomic bool ended = false;
	pthread_t sweeper;

	with_versions();
	set_versioning(_i ? VERSIONING_ENABLED : VERSIONING_SUSPENDED);
	ck_assert_int_eq(pthread_create(&sweeper, NULL, sweep_on, &ended), 0);
	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i].number = i;
		ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, write_on, &writers[i]), 0);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		while (writers[i].written < 10)
			sched_yield();
	ck_assert_msg(migrate() == STORE_OK, "%s", message);
	for (unsigned i = 0; i < WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
	ended = true;
	pthread_join(sweeper, NULL);
	assert_moved("under writers");
	for (unsigned i = 0; i < WRITERS; i++) {
		struct object *object;

		ck_assert_store(catalog_object(catalog, mem, bucket,
				    slice_from(talloc_asprintf(mem, "writer %u", i)), SLICE(""), true, &object),
		    STORE_OK);
		ck_assert_str_eq(object->etag, writers[i].last);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("migrate");
	TCase *tc = tcase_create("migrate");

	tcase_add_checked_fixture(tc, migrate_scratch_open, migrate_scratch_close);
	tcase_add_loop_test(tc, moves, 0, (int)STATES);
	tcase_add_test(tc, many);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, blob_missing);
	tcase_add_test(tc, other_etag);
	tcase_add_test(tc, malformed);
	tcase_add_test(tc, blob_not_believed);
	tcase_add_test(tc, record_not_believed);
	tcase_add_loop_test(tc, under_writers, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
