/* Many deletions in few commits: each has the outcome that it would have had alone. */
#include "tests/unit/storage/catalog_dump.h"

#include <pthread.h>

#include "tests/unit/suite.h"

#define MANY 1000

static struct bucket *bucket;
static struct object_removal removals[MANY];

static void
make_versioned_bucket(enum versioning versioning)
{
	bucket = make_bucket("bucket");
	if (versioning != VERSIONING_NEVER)
		ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, versioning), STORE_OK);
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
}

static const char *
put_version(const char *key)
{
	struct object *object;

	ck_assert_store(put_object(bucket, key, "etag", SLICE("bytes"), NULL, NULL, &object), STORE_OK);
	return object->version_id;
}

static const char *
key_of(size_t number)
{
	return talloc_asprintf(mem, "key %04zu", number);
}

static struct object_removal
removal_of(const char *key, const char *version_id)
{
	return (struct object_removal){ .key = slice_from(key), .version_id = slice_from(version_id) };
}

/* Delete the first `count` of the removals; how many commits that took. */
static unsigned
delete_all(size_t count)
{
	fault_set(store, NULL, 0);
	catalog_objects_delete(catalog, mem, bucket, removals, count);
	return fault_count(store, FAULT_COMMIT);
}

static size_t
versions_left(void)
{
	const struct version_query query = { .limit = 10 * MANY };
	struct version_page *page;

	ck_assert_store(catalog_list_versions(catalog, mem, bucket, &query, &page), STORE_OK);
	return page->version_count;
}

static void
all_deleted(size_t count, bool markers)
{
	for (size_t i = 0; i < count; i++) {
		ck_assert_store(removals[i].err, STORE_OK);
		ck_assert_int_eq(removals[i].deletion.delete_marker, markers);
	}
}

/* Commits. */

START_TEST(many_keys)
{
	make_versioned_bucket(VERSIONING_NEVER);
	for (size_t i = 0; i < MANY; i++) {
		removals[i] = removal_of(key_of(i), "");
		if (i % 3)
			put_version(key_of(i));
	}
	ck_assert_uint_le(delete_all(MANY), 3);
	all_deleted(MANY, false);
	ck_assert_uint_eq(versions_left(), 0);
	ck_assert_ptr_null(removals[1].deletion.version_id);
	assert_clean("many keys");
}
END_TEST

START_TEST(many_markers)
{
	make_versioned_bucket(VERSIONING_ENABLED);
	for (size_t i = 0; i < MANY; i++)
		removals[i] = removal_of(key_of(i), "");
	ck_assert_uint_le(delete_all(MANY), 3);
	all_deleted(MANY, true);
	ck_assert_uint_eq(versions_left(), MANY);
	ck_assert_str_ne(removals[0].deletion.version_id, removals[1].deletion.version_id);
}
END_TEST

/* All versions of one key, in the order in which they are listed: the head first, and each would be it in turn. */
START_TEST(many_versions_of_a_key)
{
	make_versioned_bucket(VERSIONING_ENABLED);
	for (size_t i = 0; i < MANY; i++)
		removals[MANY - 1 - i] = removal_of("key", put_version("key"));
	ck_assert_uint_le(delete_all(MANY), 5);
	all_deleted(MANY, false);
	ck_assert_uint_eq(versions_left(), 0);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}
END_TEST

/* A marker and what it hides, for each of many keys. */
START_TEST(markers_and_versions)
{
	make_versioned_bucket(VERSIONING_ENABLED);
	for (size_t i = 0; i < MANY; i += 2) {
		removals[i + 1] = removal_of(key_of(i), put_version(key_of(i)));
		removals[i] = removal_of(key_of(i), delete_object(bucket, key_of(i), "").version_id);
	}
	ck_assert_uint_le(delete_all(MANY), 5);
	for (size_t i = 0; i < MANY; i++) {
		ck_assert_store(removals[i].err, STORE_OK);
		ck_assert_int_eq(removals[i].deletion.delete_marker, i % 2 == 0);
		ck_assert(slice_equal(slice_from(removals[i].deletion.version_id), removals[i].version_id));
	}
	ck_assert_uint_eq(versions_left(), 0);
}
END_TEST

/* The same thing several times. */
START_TEST(repeated)
{
	const char *id;

	make_versioned_bucket(VERSIONING_ENABLED);
	id = put_version("key");
	put_version("key");
	for (size_t i = 0; i < 40; i++)
		removals[i] = i % 2 ? removal_of("key", id) : removal_of("key", "");
	delete_all(40);
	for (size_t i = 0; i < 40; i++) {
		ck_assert_store(removals[i].err, STORE_OK);
		ck_assert_int_eq(removals[i].deletion.delete_marker, i % 2 == 0);
	}
	ck_assert_uint_eq(versions_left(), 1 + 20);
	assert_clean("repeated");
}
END_TEST

START_TEST(suspended)
{
	make_versioned_bucket(VERSIONING_NEVER);
	put_version("key");
	put_version("other");
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
	put_version("key");
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_SUSPENDED), STORE_OK);
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
	removals[0] = removal_of("key", "");
	removals[1] = removal_of("other", "");
	removals[2] = removal_of("other", "null");
	delete_all(3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert(removals[i].err == STORE_OK && removals[i].deletion.delete_marker);
		ck_assert_str_eq(removals[i].deletion.version_id, "null");
	}
	ck_assert_uint_eq(versions_left(), 2);
}
END_TEST

/* Large records: no commit takes more of them than fit a transaction. */
START_TEST(large_records)
{
	static char attribute[100000];
	struct object_change change = { .etag = "etag", .owner_id = "owner" };

	make_versioned_bucket(VERSIONING_NEVER);
	memset(attribute, 'x', sizeof(attribute));
	fields_add(mem, &change.metadata, SLICE("name"), slice_make(attribute, sizeof(attribute)));
	for (size_t i = 0; i < 200; i++) {
		struct content *content;
		struct object *object;

		removals[i] = removal_of(key_of(i), "");
		ck_assert_store(take_in(bucket, "key", SLICE("x"), &content), STORE_OK);
		ck_assert_store(catalog_object_put(
				    catalog, mem, bucket, removals[i].key, content, &change, NULL, NULL, &object),
		    STORE_OK);
	}
	ck_assert_uint_ge(delete_all(200), 3);
	all_deleted(200, false);
	ck_assert_uint_eq(versions_left(), 0);
}
END_TEST

/* Outcomes. */

static bool
refuse(void *context, const struct object *current)
{
	(void)context;
	(void)current;
	return false;
}

static bool
is_there(void *context, const struct object *current)
{
	bool *asked = context;

	*asked = true;
	return current != NULL;
}

START_TEST(each_has_an_outcome)
{
	static char long_key[OBJECT_KEY_MAX + 2];
	bool asked = false;

	make_versioned_bucket(VERSIONING_ENABLED);
	memset(long_key, 'k', sizeof(long_key) - 1);
	removals[0] = removal_of("a", "");
	removals[1] = removal_of("b", "");
	removals[1].check = refuse;
	removals[2] = removal_of(long_key, "");
	removals[3] = removal_of("c", "00000000000000010000000000000000");
	removals[4] = removal_of("d", "");
	removals[4].check = is_there;
	removals[4].context = &asked;
	removals[5] = removal_of("e", put_version("e"));
	removals[5].check = is_there;
	removals[5].context = &asked;
	removals[6] = removal_of("", "");
	ck_assert_uint_eq(delete_all(7), 1);
	ck_assert_store(removals[0].err, STORE_OK);
	ck_assert_store(removals[1].err, STORE_REFUSED);
	ck_assert_store(removals[2].err, STORE_INVALID);
	ck_assert_store(removals[3].err, STORE_OK);
	ck_assert_store(removals[4].err, STORE_REFUSED);
	ck_assert_store(removals[5].err, STORE_OK);
	ck_assert_store(removals[6].err, STORE_INVALID);
	ck_assert(asked);
	ck_assert(removals[0].deletion.delete_marker && !removals[1].deletion.version_id);
	ck_assert_ptr_null(removals[3].deletion.version_id);
	ck_assert_uint_eq(versions_left(), 1);
}
END_TEST

START_TEST(bucket_that_is_gone)
{
	make_versioned_bucket(VERSIONING_ENABLED);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	removals[0] = removal_of("a", "");
	removals[1] = removal_of("b", "");
	delete_all(2);
	ck_assert_store(removals[0].err, STORE_NOT_FOUND);
	ck_assert_store(removals[1].err, STORE_NOT_FOUND);
}
END_TEST

START_TEST(nothing)
{
	make_versioned_bucket(VERSIONING_ENABLED);
	ck_assert_uint_eq(delete_all(0), 0);
}
END_TEST

/* A record that is damaged spoils its own deletion alone. */
START_TEST(damaged)
{
	make_versioned_bucket(VERSIONING_NEVER);
	for (size_t i = 0; i < 10; i++) {
		put_version(key_of(i));
		removals[i] = removal_of(key_of(i), "");
	}
	ck_assert_store(
	    put_one(store, first_shard(&bucket->id), name_head(mem, removals[4].key), SLICE("nonsense")), STORE_OK);
	delete_all(10);
	for (size_t i = 0; i < 10; i++)
		ck_assert_store(removals[i].err, i == 4 ? STORE_DAMAGED : STORE_OK);
}
END_TEST

/* Refused commits that change nothing are tried again, smaller; of others nobody knows. */
static const struct {
	const char *name;
	struct fault fault;
	size_t failed; /* at least so many fail, where each key takes a scan of its own; */
	size_t most;   /* and at most */
} faults[] = {
	{ "one conflict", { FAULT_COMMIT, 1, 1, FAULT_BEFORE, STORE_CONFLICT, 0 }, 0, 0 },
	{ "conflicts down to one", { FAULT_COMMIT, 1, 8, FAULT_BEFORE, STORE_CONFLICT, 0 }, 0, 0 },
	{ "full once", { FAULT_COMMIT, 1, 1, FAULT_BEFORE, STORE_FULL, 0 }, 0, 0 },
	{ "full down to one", { FAULT_COMMIT, 1, 5, FAULT_BEFORE, STORE_FULL, 0 }, 1, 1 },
	{ "full for good", { FAULT_COMMIT, 1, 1000, FAULT_BEFORE, STORE_FULL, 0 }, 10, 10 },
	{ "no answer", { FAULT_COMMIT, 1, 1, FAULT_AFTER, STORE_TIMEOUT, 0 }, 10, 10 },
	{ "one cannot be read", { FAULT_SCAN, 4, 4, FAULT_BEFORE, STORE_IO, 0 }, 1, 1 },
	{ "nothing can be read", { FAULT_SCAN, 1, 1000, FAULT_BEFORE, STORE_TIMEOUT, 0 }, 10, 10 },
};

START_TEST(refused_commits)
{
	bool one_scan = faults[_i].fault.call == FAULT_SCAN && store_get_waits(store);
	size_t failed = 0, least = one_scan && faults[_i].failed < 10 ? 0 : faults[_i].failed;

	make_versioned_bucket(VERSIONING_NEVER);
	for (size_t i = 0; i < 10; i++) {
		put_version(key_of(i));
		removals[i] = removal_of(key_of(i), "");
	}
	fault_set(store, &faults[_i].fault, 1);
	catalog_objects_delete(catalog, mem, bucket, removals, 10);
	fault_set(store, NULL, 0);
	for (size_t i = 0; i < 10; i++) {
		failed += removals[i].err != STORE_OK;
		ck_assert(removals[i].err == STORE_OK || removals[i].err == faults[_i].fault.err);
	}
	ck_assert_msg(failed >= least && failed <= faults[_i].most, "%s: %zu", faults[_i].name, failed);
	if (faults[_i].fault.manner == FAULT_BEFORE)
		ck_assert_uint_eq(versions_left(), failed);
	assert_clean(faults[_i].name);
}
END_TEST

/* At random, against one by one: what is left must be the same. */

static const char *const keys[] = { "a", "b", "c" };

START_TEST(at_random)
{
	static const enum versioning states[] = { VERSIONING_ENABLED, VERSIONING_SUSPENDED, VERSIONING_ENABLED };
	uint64_t random = 11 + (uint64_t)_i;
	size_t count = 0, markers = 0, gone = 0, before;
	bool chosen[MANY] = { 0 };
	struct version_query query = { .limit = MANY };
	struct version_page *page;

	make_versioned_bucket(VERSIONING_NEVER);
	for (size_t s = 0; s < ARRAY_SIZE(states); s++) {
		ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, states[s]), STORE_OK);
		ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
		for (int i = 0; i < 20; i++)
			if (next_random(&random) % 4)
				put_version(keys[next_random(&random) % ARRAY_SIZE(keys)]);
			else
				delete_object(bucket, keys[next_random(&random) % ARRAY_SIZE(keys)], "");
	}
	ck_assert_store(catalog_list_versions(catalog, mem, bucket, &query, &page), STORE_OK);
	before = page->version_count;
	for (size_t i = 0; i < 40; i++) {
		size_t which = next_random(&random) % before;
		const struct object *version = page->versions[which];

		if (next_random(&random) % 6 == 0) {
			removals[count++] = removal_of(keys[next_random(&random) % ARRAY_SIZE(keys)], "");
			markers++;
			continue;
		}
		removals[count++] =
		    (struct object_removal){ .key = version->key, .version_id = slice_from(version->version_id) };
		gone += !chosen[which];
		chosen[which] = true;
	}
	delete_all(count);
	for (size_t i = 0; i < count; i++)
		ck_assert_store(removals[i].err, STORE_OK);
	ck_assert_uint_eq(versions_left(), before - gone + markers);
	for (size_t i = 0; i < before; i++) {
		struct object *object;

		(void)!catalog_object(catalog, mem, bucket, page->versions[i]->key,
		    slice_from(page->versions[i]->version_id), false, &object);
		ck_assert_int_eq(object == NULL, chosen[i]);
	}
	assert_clean("at random");
}
END_TEST

/* Several at once on the same versions, with writers between them. */

static size_t made;

static void *
delete_at_once(void *context)
{
	struct object_removal mine[MANY];
	TALLOC_CTX *own = talloc_new(NULL);

	(void)context;
	memcpy(mine, removals, sizeof(mine));
	catalog_objects_delete(catalog, own, bucket, mine, MANY);
	for (size_t i = 0; i < MANY; i++)
		ck_assert_store(mine[i].err, STORE_OK);
	talloc_free(own);
	return NULL;
}

static void *
put_at_once(void *context)
{
	mem = talloc_new(NULL);
	for (int i = 0; i < 50; i++)
		put_version(key_of((size_t)i % 10));
	talloc_free(mem);
	return context;
}

START_TEST(at_once)
{
	pthread_t threads[4];

	make_versioned_bucket(VERSIONING_ENABLED);
	for (size_t i = 0; i < MANY; i++)
		removals[i] = removal_of(key_of(i % 10), put_version(key_of(i % 10)));
	made = 2 * 50;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, i % 2 ? put_at_once : delete_at_once, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(versions_left(), made);
	assert_clean("at once");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog delete many");
	TCase *tc = tcase_create("delete many");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_test(tc, many_keys);
	tcase_add_test(tc, many_markers);
	tcase_add_test(tc, many_versions_of_a_key);
	tcase_add_test(tc, markers_and_versions);
	tcase_add_test(tc, repeated);
	tcase_add_test(tc, suspended);
	tcase_add_test(tc, large_records);
	tcase_add_test(tc, each_has_an_outcome);
	tcase_add_test(tc, bucket_that_is_gone);
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, damaged);
	tcase_add_loop_test(tc, refused_commits, 0, ARRAY_SIZE(faults));
	tcase_add_loop_test(tc, at_random, 0, 20);
	tcase_add_test(tc, at_once);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
