/* Listings, against a plain model: sort all keys, fold them, cut the page. */
#include "tests/unit/storage/catalog_scratch.h"

#include "tests/unit/suite.h"

struct item {
	struct slice text;
	bool is_prefix;
};

struct model {
	struct slice *keys; /* sorted; only those that are there */
	size_t count;
};

static int
compare_slices(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* Whether `text` comes after where the listing begins. */
static bool
comes_after(const struct list_query *query, struct slice text)
{
	if (query->after.length == 0)
		return true;
	if (query->after_is_prefix && slice_starts_with(text, query->after))
		return false;
	return slice_compare(text, query->after) > 0;
}

/* All that a listing without limit holds. */
static size_t
model_list(const struct model *m, const struct list_query *query, struct item *items)
{
	size_t count = 0, position;

	for (size_t i = 0; i < m->count; i++) {
		struct item item = { m->keys[i], false };
		struct slice rest;

		if (!slice_starts_with(item.text, query->prefix))
			continue;
		rest = slice_skip(item.text, query->prefix.length);
		if (query->delimiter.length && slice_find(rest, query->delimiter, &position))
			item = (struct item){ slice_head(m->keys[i],
						  query->prefix.length + position + query->delimiter.length),
				true };
		if (!comes_after(query, m->keys[i]) || !comes_after(query, item.text))
			continue;
		if (count && items[count - 1].is_prefix && slice_equal(items[count - 1].text, item.text))
			continue;
		items[count++] = item;
	}
	return count;
}

/* A page's two lists, merged in byte order, must be what the model holds. */
static void
compare_page(const struct list_page *page, const struct item *items, size_t count, size_t limit)
{
	size_t shown = count < limit ? count : limit, object = 0, prefix = 0;

	ck_assert_uint_eq(page->object_count + page->prefix_count, shown);
	for (size_t i = 0; i < shown; i++) {
		if (items[i].is_prefix) {
			ck_assert(slice_equal(page->prefixes[prefix++], items[i].text));
			continue;
		}
		ck_assert(slice_equal(page->objects[object]->key, items[i].text));
		ck_assert(slice_equal(slice_from(page->objects[object]->etag), items[i].text));
		ck_assert_uint_eq(page->objects[object++]->size, items[i].text.length);
	}
	ck_assert_int_eq(page->truncated, limit && count > limit);
	if (!shown)
		return;
	ck_assert(slice_equal(page->last, items[shown - 1].text));
	ck_assert_int_eq(page->last_is_prefix, items[shown - 1].is_prefix);
}

/* Random keys. */

#define KEYS 400

/* Keys of few different bytes, so that they share beginnings and hold delimiters; 0xff is the awkward one. */
static struct slice
random_text(uint64_t *random, size_t max)
{
	static const char bytes[] = "aab//-\xff\x01";
	size_t length = next_random(random) % (max + 1);
	char *text = talloc_zero_size(mem, length + 1);

	for (size_t i = 0; i < length; i++)
		text[i] = bytes[next_random(random) % (sizeof(bytes) - 1)];
	return slice_make(text, length);
}

/* Some keys have noncurrent versions, some end as delete markers. */
static void
fill(const struct bucket *bucket, struct model *m, uint64_t *random)
{
	m->keys = talloc_array(mem, struct slice, KEYS);
	for (int i = 0; i < KEYS; i++) {
		struct slice key = random_text(random, 7);
		unsigned versions = next_random(random) % 8 ? 1 : 3;
		bool deleted = bucket->versioning == VERSIONING_ENABLED && next_random(random) % 5 == 0;
		bool known = false;

		for (size_t j = 0; j < m->count; j++)
			known = known || slice_equal(m->keys[j], key);
		if (known || key.length == 0)
			continue;
		for (unsigned v = 0; v < versions; v++)
			ck_assert_store(put_object(bucket, key.data, key.data, key, NULL, NULL, NULL), STORE_OK);
		if (deleted)
			delete_object(bucket, key.data, "");
		else
			m->keys[m->count++] = key;
	}
	/* A key that was deleted may have been put again under the same name, or the other way round. */
	for (size_t i = 0; i < m->count;) {
		if (object_is(bucket, m->keys[i].data, "", m->keys[i]))
			i++;
		else
			m->keys[i] = m->keys[--m->count];
	}
	qsort(m->keys, m->count, sizeof(*m->keys), compare_slices);
}

static struct list_query
random_query(const struct model *m, uint64_t *random)
{
	static const char *const delimiters[] = { "", "/", "/", "a", "//", "a/", "\xff", "-a-", "aab//-" };
	struct list_query query = { .prefix = random_text(random, 2),
		.delimiter = slice_from(delimiters[next_random(random) % ARRAY_SIZE(delimiters)]),
		.limit = next_random(random) % 3 ? next_random(random) % 12 : 1000 };

	switch (next_random(random) % 4) {
	case 0:
		query.after = random_text(random, 5);
		break;
	case 1:
		query.after = m->keys[next_random(random) % m->count];
		break;
	case 2:
		query.after = slice_head(m->keys[next_random(random) % m->count], 1 + next_random(random) % 4);
		query.after_is_prefix = true;
	}
	return query;
}

START_TEST(random_pages)
{
	uint64_t random = 77 + (uint64_t)_i;
	struct bucket *bucket = make_bucket("bucket");
	struct item *items = talloc_array(mem, struct item, KEYS);
	struct model m = { 0 };

	if (_i % 2) {
		ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED), STORE_OK);
		ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
	}
	fill(bucket, &m, &random);
	for (int i = 0; i < 4000; i++) {
		TALLOC_CTX *own = talloc_new(NULL);
		struct list_query query = random_query(&m, &random);
		struct list_page *page;

		ck_assert_store(catalog_list(catalog, own, bucket, &query, &page), STORE_OK);
		compare_page(page, items, model_list(&m, &query, items), query.limit);
		talloc_free(own);
	}
}
END_TEST

/* Page after page, each thing is listed once and nothing is left out. */
START_TEST(page_after_page)
{
	uint64_t random = 5;
	struct bucket *bucket = make_bucket("bucket");
	struct item *items = talloc_array(mem, struct item, KEYS);
	struct model m = { 0 };
	static const char *const delimiters[] = { "", "/", "a/", "\xff" };

	fill(bucket, &m, &random);
	for (size_t d = 0; d < ARRAY_SIZE(delimiters); d++) {
		for (size_t limit = 1; limit < 9; limit++) {
			struct list_query query = { .delimiter = slice_from(delimiters[d]), .limit = limit };
			size_t count = model_list(&m, &query, items), seen = 0;
			struct list_page *page;

			do {
				ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
				compare_page(page, items + seen, count - seen, limit);
				seen += page->object_count + page->prefix_count;
				query.after = page->last;
				query.after_is_prefix = page->last_is_prefix;
			} while (page->truncated);
			ck_assert_uint_eq(seen, count);
		}
	}
}
END_TEST

/* Single cases. */

START_TEST(nothing)
{
	struct bucket *bucket = make_bucket("bucket");
	struct list_query query = { .limit = 1000 };
	struct list_page *page;

	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count + page->prefix_count, 0);
	ck_assert(!page->truncated);
	ck_assert_store(put_object(bucket, "key", "e", SLICE("x"), NULL, NULL, NULL), STORE_OK);
	query.limit = 0;
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count + page->prefix_count, 0);
	ck_assert(!page->truncated);
}
END_TEST

/* What a client may ask for that no key can be. */
START_TEST(odd_queries)
{
	struct bucket *bucket = make_bucket("bucket");
	char *longest = talloc_zero_size(mem, OBJECT_KEY_MAX + 1), *longer = talloc_zero_size(mem, 5001);
	struct list_query query = { .limit = 10 };
	struct list_page *page;

	memset(longest, '\xff', OBJECT_KEY_MAX);
	memset(longer, '\xff', 5000);
	ck_assert_store(put_object(bucket, longest, "e", SLICE("x"), NULL, NULL, NULL), STORE_OK);
	ck_assert_store(put_object(bucket, "a", "e", SLICE("x"), NULL, NULL, NULL), STORE_OK);
	query.prefix = slice_from(longest);
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 1);
	query.after = slice_from(longest);
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 0);
	query.after_is_prefix = true;
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 0);
	query = (struct list_query){ .limit = 10, .prefix = slice_from(longer) };
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 0);
	query = (struct list_query){ .limit = 10, .after = slice_from(longer) };
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 0);
	query = (struct list_query){ .limit = 10, .prefix = slice_make("a\0", 2) };
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 0);
	query = (struct list_query){ .limit = 10, .after = slice_make("a\0", 2) };
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 1);
	query = (struct list_query){ .limit = 10, .delimiter = slice_from(longer) };
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 2);
}
END_TEST

/* A listed object has what a listing shows. */
START_TEST(attributes)
{
	struct bucket *bucket = make_bucket("bucket");
	struct fields checksums = { 0 };
	struct object_change change = { .etag = "the etag", .owner_id = "somebody" };
	struct list_query query = { .limit = 10 };
	struct content *content;
	struct object *put, *listed;
	struct list_page *page;

	fields_add(mem, &checksums, SLICE("CRC32"), SLICE("AAAAAA=="));
	change.checksums = checksums;
	ck_assert_store(take_in(bucket, "key", random_bytes_of(mem, 50000, 1), &content), STORE_OK);
	ck_assert_store(
	    catalog_object_put(catalog, mem, bucket, SLICE("key"), content, &change, NULL, NULL, &put), STORE_OK);
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 1);
	listed = page->objects[0];
	ck_assert_uint_eq(listed->size, 50000);
	ck_assert_str_eq(listed->etag, "the etag");
	ck_assert_str_eq(listed->owner_id, "somebody");
	ck_assert_str_eq(listed->version_id, "null");
	ck_assert_int_eq(listed->modified_us, put->modified_us);
	ck_assert(listed->is_latest);
	ck_assert_uint_eq(listed->checksums.count, 1);
	ck_assert(slice_equal(listed->checksums.items[0].value, SLICE("AAAAAA==")));
}
END_TEST

/* A record that is none is not passed over in silence. */
START_TEST(damaged)
{
	struct bucket *bucket = make_bucket("bucket");
	struct slice partition = first_shard(&bucket->id);
	struct list_query query = { .limit = 10 };
	struct list_page *page;
	struct object *object;

	ck_assert_store(put_object(bucket, "a", "e", SLICE("x"), NULL, NULL, NULL), STORE_OK);
	ck_assert_store(put_one(store, partition, name_head(mem, SLICE("b")), SLICE("nonsense")), STORE_OK);
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_DAMAGED);
	ck_assert_ptr_null(page);
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("b"), SLICE(""), true, &object), STORE_DAMAGED);
	ck_assert_store(delete_one(store, partition, name_head(mem, SLICE("b"))), STORE_OK);
	ck_assert_store(put_one(store, partition, SLICE("ob\0\3"), SLICE("nonsense")), STORE_OK);
	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_DAMAGED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog list");
	TCase *tc = tcase_create("list");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_loop_test(tc, random_pages, 0, 4);
	tcase_add_test(tc, page_after_page);
	tcase_add_test(tc, nothing);
	tcase_add_test(tc, odd_queries);
	tcase_add_test(tc, attributes);
	tcase_add_test(tc, damaged);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
