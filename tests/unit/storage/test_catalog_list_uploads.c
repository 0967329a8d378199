/* Listings of uploads, against a plain model: all uploads in order, folded, and cut into pages. */
#include "tests/unit/storage/catalog_uploads.h"

#include "tests/unit/suite.h"

#define UPLOADS_MAX 400

/* An upload, or a common prefix, whose `id` is NULL. */
struct item {
	struct slice key;
	const char *id;
};

/* In the order in which they are listed. */
struct model {
	struct item items[UPLOADS_MAX];
	size_t count;
};

static struct model model, folded;
static struct bucket *bucket;

static void
set_up(void)
{
	catalog_scratch_open();
	bucket = make_bucket("bucket");
	model.count = 0;
}

/* The model. */

static void
add(const char *key)
{
	const struct upload *upload = begin_upload(bucket, key);
	size_t position = 0;

	ck_assert_uint_lt(model.count, UPLOADS_MAX);
	while (position < model.count && slice_compare(model.items[position].key, upload->key) <= 0)
		position++;
	memmove(
	    &model.items[position + 1], &model.items[position], (model.count - position) * sizeof(model.items[0]));
	model.items[position] = (struct item){ upload->key, upload->id };
	model.count++;
}

static bool
comes_after(const struct upload_query *query, const struct item *item)
{
	if (query->after.length == 0)
		return true;
	if (query->after_is_prefix && slice_starts_with(item->key, query->after))
		return false;
	if (slice_equal(item->key, query->after) && query->after_upload.length && !query->after_is_prefix)
		return slice_compare(slice_from(item->id), query->after_upload) > 0;
	return slice_compare(item->key, query->after) > 0;
}

/* All that a listing without limit holds, into `folded`. */
static void
model_list(const struct upload_query *query)
{
	folded.count = 0;
	for (size_t i = 0; i < model.count; i++) {
		struct item item = model.items[i];
		size_t position;

		if (!slice_starts_with(item.key, query->prefix) || !comes_after(query, &item))
			continue;
		if (query->delimiter.length &&
		    slice_find(slice_skip(item.key, query->prefix.length), query->delimiter, &position)) {
			item = (struct item){ .key = slice_head(item.key,
						  query->prefix.length + position + query->delimiter.length) };
			if (slice_compare(item.key, query->after) <= 0)
				continue;
		}
		if (!item.id && folded.count && slice_equal(folded.items[folded.count - 1].key, item.key))
			continue;
		folded.items[folded.count++] = item;
	}
}

static void
compare_last(const struct upload_page *page, const struct item *last)
{
	ck_assert(slice_equal(page->last, last->key));
	ck_assert_int_eq(page->last_is_prefix, !last->id);
	ck_assert_int_eq(page->last_upload == NULL, !last->id);
	if (last->id)
		ck_assert_str_eq(page->last_upload, last->id);
}

/* A page must hold what the model does from `from` on. Returns how much that is. */
static size_t
compare_page(const struct upload_page *page, size_t from, size_t limit)
{
	size_t left = folded.count - from, shown = left < limit ? left : limit, upload = 0, prefix = 0;

	ck_assert_uint_eq(page->upload_count + page->prefix_count, shown);
	ck_assert_int_eq(page->truncated, limit && left > limit);
	for (size_t i = from; i < from + shown; i++) {
		if (!folded.items[i].id) {
			ck_assert(slice_equal(page->prefixes[prefix++], folded.items[i].key));
			continue;
		}
		ck_assert(slice_equal(page->uploads[upload]->key, folded.items[i].key));
		ck_assert_str_eq(page->uploads[upload]->owner_id, "owner");
		ck_assert_str_eq(page->uploads[upload++]->id, folded.items[i].id);
	}
	if (shown)
		compare_last(page, &folded.items[from + shown - 1]);
	return shown;
}

static struct upload_page *
list(const struct upload_query *query)
{
	struct upload_page *page;

	ck_assert_store(catalog_list_uploads(catalog, mem, bucket, query, &page), STORE_OK);
	return page;
}

/* All pages from where the query begins. */
static void
compare_all(struct upload_query query)
{
	struct upload_page *page;
	size_t from = 0;

	model_list(&query);
	do {
		page = list(&query);
		from += compare_page(page, from, query.limit);
		query.after = page->last;
		query.after_is_prefix = page->last_is_prefix;
		query.after_upload = slice_from(page->last_upload);
	} while (page->truncated);
	ck_assert_uint_eq(from, query.limit ? folded.count : 0);
}

/* Tests. */

static const char *const keys[] = { "a", "a/", "a/b", "a/b/c", "a/b\xff", "a/c", "a0", "b", "\xff", "\xff\xff",
	"b/\x01", "b//" };

START_TEST(against_the_model)
{
	static const char *const prefixes[] = { "", "a", "a/", "a/b", "b/", "c", "\xff" };
	static const char *const delimiters[] = { "", "/", "b", "/b" };
	static const size_t limits[] = { 0, 1, 2, 5, 1000 };
	uint64_t random = (uint64_t)_i + 1;

	for (int i = 0; i < 60; i++)
		add(keys[next_random(&random) % ARRAY_SIZE(keys)]);
	for (size_t p = 0; p < ARRAY_SIZE(prefixes); p++)
		for (size_t d = 0; d < ARRAY_SIZE(delimiters); d++)
			for (size_t l = 0; l < ARRAY_SIZE(limits); l++)
				compare_all((struct upload_query){ .prefix = slice_from(prefixes[p]),
				    .delimiter = slice_from(delimiters[d]),
				    .limit = limits[l] });
}
END_TEST

/* Where clients say that a listing begins: at any key, and at IDs that are none. */
START_TEST(markers)
{
	static const char *const ids[] = { "", "0", "g", "ffffffffffffffffffffffffffffffff",
		"00000000000000000000000000000000", "00000000000000000000000000000000x", "\xff" };

	for (int i = 0; i < 3; i++)
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			add(keys[k]);
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
			compare_all((struct upload_query){
			    .after = slice_from(keys[k]), .after_upload = slice_from(ids[i]), .limit = 4 });
	compare_all((struct upload_query){ .after_upload = SLICE("g"), .limit = 4 });
	compare_all((struct upload_query){ .after = SLICE("a/b0"), .after_upload = SLICE("0"), .limit = 4 });
	compare_all((struct upload_query){ .after = SLICE("a/"), .after_is_prefix = true, .limit = 4 });
}
END_TEST

/* Completed and aborted ones are listed no more, and objects never. */
START_TEST(only_those_under_way)
{
	const struct upload_query query = { .limit = 10 };
	struct upload *one = begin_upload(bucket, "one"), *two = begin_upload(bucket, "two");
	const unsigned number = 1;
	struct object *object;

	ck_assert_store(put_object(bucket, "three", "e", SLICE("x"), NULL, NULL, NULL), STORE_OK);
	ck_assert_store(put_part(bucket, one, 1, "e", SLICE("x")), STORE_OK);
	ck_assert_uint_eq(list(&query)->upload_count, 2);
	ck_assert_store(complete(bucket, one, &number, 1, &object), STORE_OK);
	ck_assert_uint_eq(list(&query)->upload_count, 1);
	ck_assert_store(abort_upload(bucket, two), STORE_OK);
	ck_assert_uint_eq(list(&query)->upload_count, 0);
}
END_TEST

START_TEST(damaged)
{
	const struct upload_query query = { .limit = 10 };
	struct upload_page *page;
	struct slice name = _i ? SLICE("ukey") : NAME(mem, SLICE("ukey\0"), SLICE("0123456789abcdef"));

	ck_assert_store(put_one(store, first_shard(&bucket->id), name, SLICE("x")), STORE_OK);
	ck_assert_store(catalog_list_uploads(catalog, mem, bucket, &query, &page), STORE_DAMAGED);
	ck_assert_ptr_null(page);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog list uploads");
	TCase *tc = tcase_create("list");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, set_up, catalog_scratch_close);
	tcase_add_loop_test(tc, against_the_model, 0, 5);
	tcase_add_test(tc, markers);
	tcase_add_test(tc, only_those_under_way);
	tcase_add_loop_test(tc, damaged, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
