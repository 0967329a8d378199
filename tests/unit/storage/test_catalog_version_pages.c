/* Listings of versions, case by case: what changes between two pages, what a page costs, faults. */
#include "tests/unit/storage/catalog_scratch.h"
#include "tests/unit/storage/interleave.h"

#include "tests/unit/suite.h"

static struct bucket *bucket;

static void
set_versioning(enum versioning versioning)
{
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, versioning), STORE_OK);
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
}

static void
make_versioned_bucket(void)
{
	bucket = make_bucket("bucket");
	set_versioning(VERSIONING_ENABLED);
}

static const char *
put_version(const char *key)
{
	struct object *object;

	ck_assert_store(put_object(bucket, key, "etag", SLICE("bytes"), NULL, NULL, &object), STORE_OK);
	return object->version_id;
}

static struct version_page *
list(const struct version_query *query)
{
	struct version_page *page;

	ck_assert_store(catalog_list_versions(catalog, mem, bucket, query, &page), STORE_OK);
	return page;
}

static void
go_on(struct version_query *query, const struct version_page *page)
{
	query->after = page->last;
	query->after_is_prefix = page->last_is_prefix;
	query->after_version = page->last_version ? slice_from(page->last_version) : slice_make(NULL, 0);
}

/* Changes between two pages. The key has, from the newest: v4, the null version, v2, v1. */

static const char *ids[5];

static void
with_four_versions(void)
{
	make_versioned_bucket();
	ids[1] = put_version("key");
	ids[2] = put_version("key");
	set_versioning(VERSIONING_SUSPENDED);
	ids[3] = put_version("key");
	set_versioning(VERSIONING_ENABLED);
	ids[4] = put_version("key");
	put_version("later");
}

static void
meanwhile_nothing(void)
{
}

static void
meanwhile_marker_goes(void)
{
	delete_object(bucket, "key", ids[4]);
}

static void
meanwhile_two_go(void)
{
	delete_object(bucket, "key", ids[4]);
	delete_object(bucket, "key", "null");
}

static void
meanwhile_one_comes(void)
{
	put_object(bucket, "key", "etag", SLICE("x"), NULL, NULL, NULL);
}

/* The null version is no longer where the page ended, but at the top. */
static void
meanwhile_null_is_replaced(void)
{
	set_versioning(VERSIONING_SUSPENDED);
	put_object(bucket, "key", "etag", SLICE("x"), NULL, NULL, NULL);
}

static void
meanwhile_null_goes(void)
{
	delete_object(bucket, "key", "null");
}

static void
meanwhile_all_go(void)
{
	for (int i = 1; i <= 4; i++)
		delete_object(bucket, "key", ids[i]);
}

static const struct {
	const char *name;
	void (*meanwhile)(void);
	size_t limit; /* of the first page, which begins with v4 */
	const char *rest;
} changes[] = {
	{ "nothing after the first", meanwhile_nothing, 1, "n21" },
	{ "nothing after the null version", meanwhile_nothing, 2, "21" },
	{ "nothing after the last", meanwhile_nothing, 4, "" },
	{ "the marker goes, which was the head", meanwhile_marker_goes, 1, "n21" },
	{ "the head goes, after a later page", meanwhile_marker_goes, 3, "1" },
	{ "the head and the null version go", meanwhile_two_go, 1, "21" },
	{ "the head and the marker, the null version, go", meanwhile_two_go, 2, "21" },
	{ "the head and the null version go later", meanwhile_two_go, 3, "1" },
	{ "a newer one comes after the head", meanwhile_one_comes, 1, "n21" },
	{ "a newer one comes after the null version", meanwhile_one_comes, 2, "21" },
	{ "the null version is replaced before it is listed", meanwhile_null_is_replaced, 1, "21" },
	{ "the null version, the marker, is replaced", meanwhile_null_is_replaced, 2, "21" },
	{ "the null version, listed before, is replaced", meanwhile_null_is_replaced, 3, "1" },
	{ "the null version, the marker, goes", meanwhile_null_goes, 2, "21" },
	{ "all go", meanwhile_all_go, 2, "" },
};

static char *
text_of(const struct version_page *page)
{
	char *text = talloc_strdup(mem, "");

	for (size_t i = 0; i < page->version_count; i++) {
		const struct object *version = page->versions[i];

		if (slice_equal(version->key, SLICE("later")))
			break;
		for (int j = 1; j <= 4; j++)
			if (strcmp(version->version_id, ids[j]) == 0)
				text = talloc_asprintf_append(text, "%c", j == 3 ? 'n' : '0' + j);
	}
	return text;
}

START_TEST(changes_between_pages)
{
	struct version_query query = { .limit = changes[_i].limit };
	struct version_page *page;

	with_four_versions();
	page = list(&query);
	ck_assert_str_eq(text_of(page), talloc_strndup(mem, "4n21", changes[_i].limit));
	go_on(&query, page);
	changes[_i].meanwhile();
	query.limit = 100;
	page = list(&query);
	ck_assert_msg(strcmp(text_of(page), changes[_i].rest) == 0, "%s: %s instead of %s", changes[_i].name,
	    text_of(page), changes[_i].rest);
	ck_assert(slice_equal(page->last, SLICE("later")));
}
END_TEST

/* Markers that are version IDs, as a client may take them from the versions that were listed. */
static const struct {
	const char *name, *version_id, *rest;
} markers[] = {
	{ "the null version", "null", "21" },
	{ "none of this key, older than all", "00000000000000010000000000000000", "" },
	{ "none of this key, newer than all", "ffffffffffffffff0000000000000000", "4n21" },
	{ "no version's ID", "nonsense", "4n21" },
};

START_TEST(version_ids_as_markers)
{
	struct version_query query = {
		.after = SLICE("key"), .after_version = slice_from(markers[_i].version_id), .limit = 100
	};

	with_four_versions();
	ck_assert_msg(strcmp(text_of(list(&query)), markers[_i].rest) == 0, "%s", markers[_i].name);
}
END_TEST

START_TEST(null_marker_without_null_version)
{
	struct version_query query = { .after = SLICE("key"), .after_version = SLICE("null"), .limit = 100 };

	with_four_versions();
	delete_object(bucket, "key", "null");
	ck_assert_str_eq(text_of(list(&query)), "421");
}
END_TEST

/* What a page costs: records visited, through an engine that counts them. */

static struct interleave counting;
static struct catalog *counting_catalog;

static void
count_records(void)
{
	static const struct catalog_options options = { 0 };

	counting = interleave_make(store);
	counting.store.engine = &counting.engine;
	counting_catalog = catalog_new(&counting.store, &options);
}

#define MANY 3000

START_TEST(cost)
{
	struct version_query query = { .limit = 50 };
	struct list_query current = { .limit = 50 };
	struct version_page *page;
	struct list_page *objects;
	size_t seen = 0;

	make_versioned_bucket();
	count_records();
	for (int i = 0; i < MANY; i++)
		ck_assert_store(put_object(bucket, "a/many", "etag", SLICE("x"), NULL, NULL, NULL), STORE_OK);
	put_version("a/next");
	put_version("b");
	do {
		counting.calls = 0;
		ck_assert_store(catalog_list_versions(counting_catalog, mem, bucket, &query, &page), STORE_OK);
		ck_assert_uint_le(counting.calls, query.limit + 3);
		seen += page->version_count;
		go_on(&query, page);
		talloc_steal(mem, page);
	} while (page->truncated);
	ck_assert_uint_eq(seen, MANY + 2);
	/* A common prefix and the current objects are found without looking at what they cover. */
	query = (struct version_query){ .limit = 50, .delimiter = SLICE("/") };
	counting.calls = 0;
	ck_assert_store(catalog_list_versions(counting_catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->version_count, 1);
	ck_assert_uint_eq(page->prefix_count, 1);
	ck_assert_uint_le(counting.calls, 4);
	counting.calls = 0;
	ck_assert_store(catalog_list(counting_catalog, mem, bucket, &current, &objects), STORE_OK);
	ck_assert_uint_eq(objects->object_count, 3);
	ck_assert_uint_le(counting.calls, 6);
	catalog_free(counting_catalog);
}
END_TEST

/* A scan that is no snapshot: a version that moves from the head is listed once. */

static void
push(void)
{
	ck_assert_store(put_object(bucket, "key", "etag", SLICE("x"), NULL, NULL, NULL), STORE_OK);
}

START_TEST(moved_while_scanning)
{
	struct version_query query = { .limit = 100 };
	struct version_page *page;

	with_four_versions();
	count_records();
	counting.at = (unsigned)_i;
	counting.meanwhile = push;
	ck_assert_store(catalog_list_versions(counting_catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_str_eq(text_of(page), "4n21");
	catalog_free(counting_catalog);
}
END_TEST

/* Faults, and records that are none. */

START_TEST(faults)
{
	static const enum store_err errors[] = { STORE_IO, STORE_TIMEOUT, STORE_DAMAGED };
	struct version_query query = { .limit = 100 };
	struct version_page *page;

	with_four_versions();
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		const struct fault fault = {
			.call = FAULT_SCAN, .first = 1, .last = 1, .manner = FAULT_BEFORE, .err = errors[i]
		};

		fault_set(store, &fault, 1);
		ck_assert_store(catalog_list_versions(catalog, mem, bucket, &query, &page), errors[i]);
		ck_assert_ptr_null(page);
	}
	fault_set(store, NULL, 0);
	ck_assert_uint_eq(list(&query)->version_count, 5);
}
END_TEST

START_TEST(damaged)
{
	struct slice partition, names[3];
	struct version_query query = { .limit = 10 }, inside = query;
	struct version_page *page;

	with_four_versions();
	inside.after = SLICE("key");
	inside.after_version = SLICE("null");
	partition = first_shard(&bucket->id);
	names[0] = name_noncurrent(mem, SLICE("key"), 1);
	names[1] = SLICE("okey\0\3");
	names[2] = name_head(mem, SLICE("key"));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ck_assert_store(put_one(store, partition, names[i], SLICE("nonsense")), STORE_OK);
		ck_assert_store(catalog_list_versions(catalog, mem, bucket, &query, &page), STORE_DAMAGED);
		ck_assert_ptr_null(page);
		ck_assert_store(catalog_list_versions(catalog, mem, bucket, &inside, &page), STORE_DAMAGED);
		ck_assert_store(delete_one(store, partition, names[i]), STORE_OK);
	}
}
END_TEST

START_TEST(nothing)
{
	struct version_query query = { .limit = 100 };

	make_versioned_bucket();
	ck_assert_uint_eq(list(&query)->version_count, 0);
	ck_assert(!list(&query)->truncated);
	put_version("key");
	query.limit = 0;
	ck_assert_uint_eq(list(&query)->version_count, 0);
	ck_assert(!list(&query)->truncated);
}
END_TEST

/* A bucket that never had versions has null versions. */
START_TEST(never_versioned)
{
	struct version_query query = { .limit = 1 };
	struct version_page *page;

	bucket = make_bucket("bucket");
	ck_assert_store(put_object(bucket, "a", "etag", SLICE("x"), NULL, NULL, NULL), STORE_OK);
	ck_assert_store(put_object(bucket, "b", "etag", SLICE("x"), NULL, NULL, NULL), STORE_OK);
	page = list(&query);
	ck_assert_str_eq(page->versions[0]->version_id, "null");
	ck_assert(page->versions[0]->is_latest && page->truncated);
	go_on(&query, page);
	page = list(&query);
	ck_assert(slice_equal(page->versions[0]->key, SLICE("b")) && !page->truncated);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog version pages");
	TCase *tc = tcase_create("version pages");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_loop_test(tc, changes_between_pages, 0, ARRAY_SIZE(changes));
	tcase_add_loop_test(tc, version_ids_as_markers, 0, ARRAY_SIZE(markers));
	tcase_add_test(tc, null_marker_without_null_version);
	tcase_add_test(tc, cost);
	tcase_add_loop_test(tc, moved_while_scanning, 1, 7);
	tcase_add_test(tc, faults);
	tcase_add_test(tc, damaged);
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, never_versioned);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
