/* Listings of versions, against a plain model: all versions in order, folded, and cut into pages. */
#include "tests/unit/storage/catalog_scratch.h"

#include "tests/unit/suite.h"

#define VERSIONS_MAX 2000

/* A version, or a common prefix, whose `id` is NULL. */
struct item {
	struct slice key;
	const char *id;
	bool marker, latest;
};

/* In the order in which they are listed. */
struct model {
	struct item items[VERSIONS_MAX];
	size_t count;
};

static struct model model, folded;
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
	model.count = 0;
}

/* The model. */

static void
model_remove(size_t position)
{
	struct item gone = model.items[position];

	model.count--;
	memmove(
	    &model.items[position], &model.items[position + 1], (model.count - position) * sizeof(model.items[0]));
	if (gone.latest && position < model.count && slice_equal(model.items[position].key, gone.key))
		model.items[position].latest = true;
}

static void
model_add(struct slice key, const char *id, bool marker)
{
	size_t position = 0;

	for (size_t i = 0; strcmp(id, "null") == 0 && i < model.count; i++)
		if (slice_equal(model.items[i].key, key) && strcmp(model.items[i].id, "null") == 0)
			model_remove(i--);
	while (position < model.count && slice_compare(model.items[position].key, key) < 0)
		position++;
	ck_assert_uint_lt(model.count, VERSIONS_MAX);
	if (position < model.count && slice_equal(model.items[position].key, key))
		model.items[position].latest = false;
	memmove(
	    &model.items[position + 1], &model.items[position], (model.count - position) * sizeof(model.items[0]));
	model.items[position] = (struct item){ key, id, marker, true };
	model.count++;
}

/* Where a query begins among the versions: those from there on come after. */
static bool
comes_after(const struct version_query *query, size_t position)
{
	struct slice key = model.items[position].key;

	if (query->after.length == 0)
		return true;
	if (query->after_is_prefix && slice_starts_with(key, query->after))
		return false;
	if (!slice_equal(key, query->after) || query->after_version.length == 0)
		return slice_compare(key, query->after) > 0;
	while (position-- > 0 && slice_equal(model.items[position].key, key))
		if (slice_equal(slice_from(model.items[position].id), query->after_version))
			return true;
	return false;
}

/* All that a listing without limit holds, into `folded`. */
static void
model_list(const struct version_query *query)
{
	folded.count = 0;
	for (size_t i = 0; i < model.count; i++) {
		struct item item = model.items[i];
		size_t position;

		if (!slice_starts_with(item.key, query->prefix))
			continue;
		if (query->delimiter.length &&
		    slice_find(slice_skip(item.key, query->prefix.length), query->delimiter, &position))
			item = (struct item){ .key = slice_head(item.key,
						  query->prefix.length + position + query->delimiter.length) };
		if (!comes_after(query, i) || (!item.id && slice_compare(item.key, query->after) <= 0))
			continue;
		if (!item.id && folded.count && slice_equal(folded.items[folded.count - 1].key, item.key))
			continue;
		folded.items[folded.count++] = item;
	}
}

/* A page must hold what the model does from `from` on. Returns how much that is. */
static size_t
compare_page(const struct version_page *page, size_t from, size_t limit)
{
	size_t left = folded.count - from, shown = left < limit ? left : limit, version = 0, prefix = 0;

	ck_assert_uint_eq(page->version_count + page->prefix_count, shown);
	for (size_t i = 0; i < shown; i++) {
		const struct item *item = &folded.items[from + i];
		const struct object *object = item->id ? page->versions[version++] : NULL;

		if (!object) {
			ck_assert(slice_equal(page->prefixes[prefix++], item->key));
			continue;
		}
		ck_assert(slice_equal(object->key, item->key));
		ck_assert_str_eq(object->version_id, item->id);
		ck_assert_int_eq(object->delete_marker, item->marker);
		ck_assert_int_eq(object->is_latest, item->latest);
	}
	ck_assert_int_eq(page->truncated, limit && left > limit);
	if (shown) {
		ck_assert(slice_equal(page->last, folded.items[from + shown - 1].key));
		ck_assert_int_eq(page->last_is_prefix, !folded.items[from + shown - 1].id);
		ck_assert_int_eq(page->last_is_prefix, !page->last_version);
	}
	return shown;
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

/* What is there. */

static const char *
put_version(const char *key)
{
	struct object *object;

	ck_assert_store(put_object(bucket, key, "etag", SLICE("bytes"), NULL, NULL, &object), STORE_OK);
	model_add(slice_from(key), object->version_id, false);
	return object->version_id;
}

static const char *
put_marker(const char *key)
{
	const char *id = delete_object(bucket, key, "").version_id;

	model_add(slice_from(key), id, true);
	return id;
}

static char *
random_key(uint64_t *random)
{
	static const char bytes[] = "aab//-\xff\x01";
	size_t length = 1 + next_random(random) % 4;
	char *text = talloc_zero_size(mem, length + 1);

	for (size_t i = 0; i < length; i++)
		text[i] = bytes[next_random(random) % (sizeof(bytes) - 1)];
	return text;
}

static void
fill(uint64_t *random)
{
	static const enum versioning states[] = { VERSIONING_ENABLED, VERSIONING_SUSPENDED, VERSIONING_ENABLED };

	make_versioned_bucket();
	for (size_t state = 0; state < ARRAY_SIZE(states); state++) {
		set_versioning(states[state]);
		for (int i = 0; i < 120; i++) {
			const char *key = random_key(random);
			unsigned versions = next_random(random) % 4 ? 1 : 5;

			while (versions-- > 0)
				if (next_random(random) % 5)
					put_version(key);
				else
					put_marker(key);
		}
	}
}

static struct version_query
random_query(uint64_t *random)
{
	static const char *const delimiters[] = { "", "/", "/", "a", "//", "a/", "\xff" };
	const struct item *item = &model.items[next_random(random) % model.count];
	struct version_query query = { .delimiter =
					   slice_from(delimiters[next_random(random) % ARRAY_SIZE(delimiters)]),
		.limit = next_random(random) % 3 ? next_random(random) % 12 : 1000 };

	if (next_random(random) % 2)
		query.prefix = slice_from(random_key(random));
	query.prefix = slice_head(query.prefix, 2);
	switch (next_random(random) % 5) {
	case 0:
		query.after = slice_from(random_key(random));
		break;
	case 1:
		query.after = item->key;
		break;
	case 2:
		query.after = item->key;
		query.after_version = slice_from(item->id);
		break;
	case 3:
		query.after = slice_head(item->key, 1 + next_random(random) % 3);
		query.after_is_prefix = true;
	}
	return query;
}

START_TEST(random_pages)
{
	uint64_t random = 7 + (uint64_t)_i;

	fill(&random);
	for (int i = 0; i < 3000; i++) {
		struct version_query query = random_query(&random);
		struct version_page *page = list(&query);

		model_list(&query);
		compare_page(page, 0, query.limit);
		talloc_free(page);
	}
}
END_TEST

/* Page after page at every limit, each version is listed once and nothing is left out. */
START_TEST(page_after_page)
{
	static const char *const delimiters[] = { "", "/", "a/", "\xff" };
	uint64_t random = 5;

	fill(&random);
	for (size_t d = 0; d < ARRAY_SIZE(delimiters); d++)
		for (size_t limit = 1; limit < 20; limit++) {
			struct version_query query = { .delimiter = slice_from(delimiters[d]), .limit = limit };
			struct version_page *page;
			size_t seen = 0;

			model_list(&query);
			do {
				page = list(&query);
				seen += compare_page(page, seen, limit);
				go_on(&query, page);
			} while (page->truncated);
			ck_assert_uint_eq(seen, folded.count);
		}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog list versions");
	TCase *tc = tcase_create("list versions");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_loop_test(tc, random_pages, 0, 3);
	tcase_add_test(tc, page_after_page);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
