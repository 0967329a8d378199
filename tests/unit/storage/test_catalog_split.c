/* Splitting: what is there and its order stay the same, whatever fails, and whatever goes on meanwhile. */
#include "tests/unit/storage/faults.h"
#include "tests/unit/storage/split_scratch.h"
#include "tests/unit/suite.h"

static struct bucket *bucket;

static struct slice
large(uint64_t seed)
{
	return random_bytes_of(mem, 30000, seed);
}

static void
must_sweep(void)
{
	struct sweep_result result;

	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
}

static void
reread_bucket(void)
{
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
}

static size_t
shards_now(void)
{
	struct bucket *now;

	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &now), STORE_OK);
	return shard_count(&now->shards);
}

static void
with_nothing(void)
{
	bucket = make_bucket("bucket");
}

static void
with_enabled(void)
{
	with_nothing();
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	reread_bucket();
}

/* What it comes to. */

static const char *
key_of(unsigned number)
{
	return talloc_asprintf(mem, "%c/%03u", 'a' + number % 3, number);
}

/* Keys with and without blobs, versions, parts. */
static void
put_many(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		ck_assert_store(put_object(bucket, key_of(i), key_of(i), i % 5 ? slice_from(key_of(i)) : large(i),
				    NULL, NULL, NULL),
		    STORE_OK);
}

static void
with_many(void)
{
	with_enabled();
	put_many(40);
	put_many(20);
	put_in_parts(bucket, "b/010");
	put_in_parts(bucket, "c/999");
}

START_TEST(stays_the_same)
{
	const char *before;
	size_t shards;

	with_many();
	before = dump();
	ck_assert_uint_eq(shards_now(), 1);
	do {
		shards = shards_now();
		must_sweep();
	} while (shards_now() > shards);
	ck_assert_uint_gt(shards, 10);
	ck_assert_str_eq(dump(), before);
	assert_clean("split");
	reread_bucket();
	ck_assert_str_eq(dump(), before);
}
END_TEST

/* No shard holds more than it should, but where one key does. */
START_TEST(shards_are_small)
{
	with_nothing();
	put_many(60);
	must_sweep();
	reread_bucket();
	for (size_t i = 0; i < shard_count(&bucket->shards); i++) {
		struct shard shard = shard_at(&bucket->id, &bucket->shards, i);
		size_t records = all_entries(shard_partition(&shard.name), SLICE("o")).count +
				 all_entries(shard_partition(&shard.name), SLICE("c")).count;

		ck_assert_uint_le(records, SHARD_RECORDS);
		ck_assert_uint_gt(records, 0);
	}
}
END_TEST

/* Sizes of pages. */
static const size_t limits[] = { 1, 2, 7, 1000 };

static char *
list_all(const struct list_query *wanted)
{
	struct list_query query = *wanted;
	struct list_page *page;
	char *text = talloc_strdup(mem, "");

	do {
		ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
		for (size_t i = 0; i < page->object_count; i++)
			text = talloc_asprintf_append(text, "%.*s ", SLICE_ARG(page->objects[i]->key));
		for (size_t i = 0; i < page->prefix_count; i++)
			text = talloc_asprintf_append(text, "(%.*s) ", SLICE_ARG(page->prefixes[i]));
		query.after = page->last;
		query.after_is_prefix = page->last_is_prefix;
	} while (page->truncated);
	return text;
}

/* Pages go from shard to shard; a common prefix may cover several, and is told of once. */
START_TEST(lists)
{
	const struct list_query queries[] = { { .limit = limits[_i] },
		{ .limit = limits[_i], .delimiter = SLICE("/") },
		{ .limit = limits[_i], .prefix = SLICE("b/"), .delimiter = SLICE("0") },
		{ .limit = limits[_i], .prefix = SLICE("c/01") } };
	char *before[ARRAY_SIZE(queries)];

	with_nothing();
	put_many(60);
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++)
		before[i] = list_all(&queries[i]);
	must_sweep();
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++)
		ck_assert_str_eq(list_all(&queries[i]), before[i]);
	reread_bucket();
	ck_assert_uint_gt(shard_count(&bucket->shards), 10);
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++)
		ck_assert_str_eq(list_all(&queries[i]), before[i]);
}
END_TEST

/* All keys are deleted at once, and the bucket with its shards. */
START_TEST(goes)
{
	struct object_removal removals[60] = { 0 };
	struct entries partitions = { 0 };

	with_nothing();
	put_many(60);
	must_sweep();
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_NOT_EMPTY);
	for (unsigned i = 0; i < 60; i++)
		removals[i].key = slice_from(key_of(i * 7 % 60));
	catalog_objects_delete(catalog, mem, bucket, removals, 60);
	for (unsigned i = 0; i < 60; i++)
		ck_assert_store(removals[i].err, STORE_OK);
	put_in_parts(bucket, "zz");
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_NOT_EMPTY);
	delete_object(bucket, "zz", "null");
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	for (int i = 0; i < 10; i++)
		must_sweep();
	ck_assert_store(partition_list(store, add_name, &partitions), STORE_OK);
	ck_assert_uint_eq(partitions.count, 0);
}
END_TEST

/* Content that was begun before its key went to another shard. */
START_TEST(content_follows)
{
	struct content *content;
	const struct object_change change = { .etag = "late", .owner_id = "owner" };
	struct object *object;

	with_many();
	ck_assert_store(take_in(bucket, "c/035", large(99), &content), STORE_OK);
	must_sweep();
	ck_assert_store(
	    catalog_object_put(catalog, mem, bucket, SLICE("c/035"), content, &change, NULL, NULL, &object),
	    STORE_OK);
	assert_clean("content");
	ck_assert(object_is(bucket, "c/035", "", large(99)));
}
END_TEST

/* A reader that was opened before, of which the parts and the content are looked up afterwards. */
START_TEST(reader_follows)
{
	struct object *parts, *small;
	struct slice bytes;

	with_many();
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("c/999"), SLICE(""), false, &parts), STORE_OK);
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("c/038"), SLICE(""), false, &small), STORE_OK);
	must_sweep();
	ck_assert_store(read_object(parts, &bytes), STORE_OK);
	ck_assert_uint_eq(bytes.length, 60000);
	ck_assert_store(read_object(small, &bytes), STORE_OK);
	ck_assert(slice_equal(bytes, SLICE("c/038")));
}
END_TEST

/* Faults. */

static void
with_few(void)
{
	with_enabled();
	ck_assert_store(put_object(bucket, "a", "a", SLICE("a"), NULL, NULL, NULL), STORE_OK);
	put_in_parts(bucket, "key");
	ck_assert_store(put_object(bucket, "key", "second", SLICE("small"), NULL, NULL, NULL), STORE_OK);
	ck_assert_store(put_object(bucket, "key", "third", large(3), NULL, NULL, NULL), STORE_OK);
}

static enum store_err
run_sweep(void)
{
	struct sweep_result result;

	return catalog_sweep(catalog, NULL, &result);
}

static const struct operation split = { "split", with_few, run_sweep };

START_TEST(each_call_fails)
{
	each_call_fails_in(&split, _i);
}
END_TEST

START_TEST(all_calls_fail)
{
	all_calls_fail_in(&split);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog split");
	TCase *tc = tcase_create("split");

	log_set_level(LOG_LEVEL_WARN);
	split_early();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_test(tc, stays_the_same);
	tcase_add_test(tc, shards_are_small);
	tcase_add_loop_test(tc, lists, 0, ARRAY_SIZE(limits));
	tcase_add_test(tc, goes);
	tcase_add_test(tc, content_follows);
	tcase_add_test(tc, reader_follows);
	tcase_add_loop_test(tc, each_call_fails, 0, 2);
	tcase_add_test(tc, all_calls_fail);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
