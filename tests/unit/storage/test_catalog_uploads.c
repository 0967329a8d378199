/* Multipart uploads: beginning, putting parts, listing them, completing, aborting, and the object that came of it. */
#include "tests/unit/storage/catalog_dump.h"
#include "tests/unit/storage/catalog_uploads.h"

#include "tests/unit/suite.h"

static struct bucket *bucket;
static struct upload *upload;

static void
set_up(void)
{
	catalog_scratch_open();
	bucket = make_bucket("bucket");
	upload = begin_upload(bucket, "key");
}

static struct slice
bytes_of(size_t length, uint64_t seed)
{
	return random_bytes_of(mem, length, seed);
}

static struct catalog_stats
stats(void)
{
	struct catalog_stats result;

	ck_assert_store(catalog_stats(catalog, &result), STORE_OK);
	return result;
}

static bool
is_under_way(void)
{
	struct upload *found;
	enum store_err err = catalog_upload(catalog, mem, bucket, upload->key, slice_from(upload->id), &found);

	ck_assert(err == STORE_OK || err == STORE_NOT_FOUND);
	return !err;
}

/* Beginning. */

START_TEST(attributes)
{
	struct fields headers = { 0 }, checksums = { 0 };
	struct object_change change = {
		.etag = "", .owner_id = "somebody", .acl = slice_make("\0acl", 4), .tags = SLICE("tags")
	};
	struct upload *made, *read;

	fields_add(mem, &headers, SLICE("content-type"), SLICE("text/plain"));
	fields_add(mem, &checksums, SLICE("algorithm"), SLICE("CRC32"));
	change.headers = headers;
	change.metadata = headers;
	change.checksums = checksums;
	ck_assert_store(
	    catalog_upload_create(catalog, mem, bucket, SLICE("a/b"), SLICE("who"), &change, &made), STORE_OK);
	ck_assert_store(catalog_upload(catalog, mem, bucket, SLICE("a/b"), slice_from(made->id), &read), STORE_OK);
	for (int i = 0; i < 2; i++, read = made) {
		ck_assert(slice_equal(read->key, SLICE("a/b")));
		ck_assert_uint_eq(strlen(read->id), 32);
		ck_assert_str_eq(read->id, made->id);
		ck_assert_int_eq(read->initiated_us, made->initiated_us);
		ck_assert_str_eq(read->initiator_id, "who");
		ck_assert_str_eq(read->owner_id, "somebody");
		ck_assert(slice_equal(read->acl, change.acl) && slice_equal(read->tags, change.tags));
		ck_assert(slice_equal(read->headers.items[0].value, SLICE("text/plain")));
		ck_assert(slice_equal(read->metadata.items[0].name, SLICE("content-type")));
		ck_assert(slice_equal(read->checksums.items[0].value, SLICE("CRC32")));
	}
	ck_assert_str_gt(made->id, upload->id);
}
END_TEST

START_TEST(unknown)
{
	char *upper = talloc_strdup(mem, upload->id);
	const char *const ids[] = { "", "0", "0123456789abcdef0123456789abcdef", upper,
		talloc_asprintf(mem, "%s0", upload->id), "0123456789abcdef0123456789abcdeg" };
	struct upload *found;

	for (char *at = upper; *at; at++)
		*at = *at >= 'a' ? (char)(*at - 'a' + 'A') : *at;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct upload other = { .key = upload->key, .id = ids[i] };
		const unsigned one = 1;
		struct object *object;

		if (!strcmp(ids[i], upload->id))
			continue;
		ck_assert_store(
		    catalog_upload(catalog, mem, bucket, upload->key, slice_from(ids[i]), &found), STORE_NOT_FOUND);
		ck_assert_ptr_null(found);
		ck_assert_store(abort_upload(bucket, &other), STORE_NOT_FOUND);
		ck_assert_store(put_part(bucket, &other, 1, "e", SLICE("x")), STORE_NOT_FOUND);
		ck_assert_store(complete(bucket, &other, &one, 1, &object), STORE_NOT_FOUND);
		ck_assert_store(complete_frozen(bucket, &other, &one, 1, &object), STORE_NOT_FOUND);
	}
	ck_assert_store(
	    catalog_upload(catalog, mem, bucket, SLICE("other"), slice_from(upload->id), &found), STORE_NOT_FOUND);
	ck_assert_uint_eq(stats().garbage, 0);
	assert_clean("unknown");
}
END_TEST

/* Parts. */

static void
assert_part(const struct part *part, unsigned number, const char *etag, uint64_t size)
{
	ck_assert_uint_eq(part->number, number);
	ck_assert_str_eq(part->etag, etag);
	ck_assert_uint_eq(part->size, size);
	ck_assert_int_gt(part->modified_us, 0);
}

START_TEST(list_parts)
{
	struct part_page *page;

	ck_assert_store(catalog_parts(catalog, mem, bucket, upload, 0, 10, &page), STORE_OK);
	ck_assert(page->count == 0 && !page->truncated);
	ck_assert_store(put_part(bucket, upload, 10000, "last", SLICE("12")), STORE_OK);
	ck_assert_store(put_part(bucket, upload, 300, "third", SLICE("")), STORE_OK);
	ck_assert_store(put_part(bucket, upload, 1, "first", SLICE("1")), STORE_OK);
	ck_assert_store(put_part(bucket, upload, 2, "second", bytes_of(70000, 1)), STORE_OK);
	ck_assert_store(put_part(bucket, upload, 1, "again", SLICE("1234")), STORE_OK);
	ck_assert_store(catalog_parts(catalog, mem, bucket, upload, 0, 4, &page), STORE_OK);
	ck_assert(page->count == 4 && !page->truncated);
	assert_part(&page->parts[0], 1, "again", 4);
	assert_part(&page->parts[1], 2, "second", 70000);
	assert_part(&page->parts[2], 300, "third", 0);
	assert_part(&page->parts[3], 10000, "last", 2);
	ck_assert_store(catalog_parts(catalog, mem, bucket, upload, 1, 2, &page), STORE_OK);
	ck_assert(page->count == 2 && page->truncated);
	assert_part(&page->parts[1], 300, "third", 0);
	ck_assert_store(catalog_parts(catalog, mem, bucket, upload, 0, 0, &page), STORE_OK);
	ck_assert(page->count == 0 && page->truncated);
	ck_assert_store(catalog_parts(catalog, mem, bucket, upload, 10000, 2, &page), STORE_OK);
	ck_assert(page->count == 0 && !page->truncated);
	ck_assert_store(catalog_parts(catalog, mem, bucket, upload, UINT32_MAX, 2, &page), STORE_OK);
	ck_assert(page->count == 0 && !page->truncated);
	ck_assert_uint_eq(stats().garbage, 1);
	ck_assert_uint_eq(stats().blobs, 3);
	assert_clean("parts");
	ck_assert_uint_eq(stats().blobs, 3);
}
END_TEST

/* Completing. */

static void
assert_listed(unsigned part_count)
{
	const struct list_query query = { .limit = 10 };
	struct list_page *page;

	ck_assert_store(catalog_list(catalog, mem, bucket, &query, &page), STORE_OK);
	ck_assert_uint_eq(page->object_count, 1);
	ck_assert_str_eq(page->objects[0]->upload_id, upload->id);
	ck_assert_uint_eq(page->objects[0]->part_count, part_count);
}

static void
assert_object(const struct object *object, struct slice bytes, unsigned part_count)
{
	struct object *read;
	struct slice got;

	ck_assert_str_eq(object->upload_id, upload->id);
	ck_assert_uint_eq(object->part_count, part_count);
	ck_assert_uint_eq(object->size, bytes.length);
	ck_assert_store(read_object(object, &got), STORE_OK);
	ck_assert(slice_equal(got, bytes));
	ck_assert_store(catalog_object(catalog, mem, bucket, upload->key, SLICE(""), true, &read), STORE_OK);
	ck_assert_str_eq(read->etag, "whole");
	ck_assert_str_eq(read->upload_id, upload->id);
	ck_assert_uint_eq(read->part_count, part_count);
	assert_listed(part_count);
}

START_TEST(complete_all)
{
	static const size_t sizes[] = { 100, 1, 70000, 0, 65536, 5 };
	unsigned numbers[ARRAY_SIZE(sizes)];
	struct slice whole = bytes_of(300000, 1), rest = whole;
	struct object *object;
	struct part_page *page;
	uint64_t size = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		numbers[i] = 1 + 7 * i;
		ck_assert_store(put_part(bucket, upload, numbers[i], "part", slice_head(rest, sizes[i])), STORE_OK);
		rest = slice_skip(rest, sizes[i]);
		size += sizes[i];
	}
	ck_assert(object_is(bucket, "key", "", slice_make(NULL, 0)));
	ck_assert_store(complete(bucket, upload, numbers, ARRAY_SIZE(numbers), &object), STORE_OK);
	assert_object(object, slice_head(whole, size), ARRAY_SIZE(sizes));
	ck_assert(!is_under_way());
	ck_assert_store(catalog_object_parts(catalog, mem, object, 1, 3, &page), STORE_OK);
	ck_assert(page->count == 3 && page->truncated);
	for (size_t i = 0, offset = sizes[0]; i < 3; offset += sizes[++i]) {
		assert_part(&page->parts[i], numbers[i + 1], "part", sizes[i + 1]);
		ck_assert_uint_eq(page->parts[i].offset, offset);
	}
	ck_assert_uint_eq(stats().blobs, ARRAY_SIZE(sizes) - 1);
	ck_assert_uint_eq(stats().bytes, size);
	assert_clean("completed");
	delete_object(bucket, "key", "");
	ck_assert_uint_eq(stats().garbage, ARRAY_SIZE(sizes) - 1);
	assert_clean("deleted");
	ck_assert_uint_eq(all_entries(first_shard(&bucket->id), SLICE("")).count, 0);
}
END_TEST

START_TEST(complete_some)
{
	const unsigned named[] = { 2, 4 }, missing[] = { 2, 3 }, descending[] = { 4, 2 }, twice[] = { 2, 2 };
	struct object *object;

	for (unsigned number = 1; number < 6; number += number == 2 ? 2 : 1)
		ck_assert_store(
		    put_part(bucket, upload, number, "part", bytes_of(20000 + number, number)), STORE_OK);
	ck_assert_store(complete(bucket, upload, missing, 2, &object), STORE_INVALID);
	ck_assert_store(complete(bucket, upload, descending, 2, &object), STORE_INVALID);
	ck_assert_store(complete(bucket, upload, twice, 2, &object), STORE_INVALID);
	ck_assert_store(complete(bucket, upload, named, 0, &object), STORE_INVALID);
	ck_assert(is_under_way());
	ck_assert_store(complete(bucket, upload, named, 2, &object), STORE_OK);
	ck_assert_uint_eq(object->size, 20002 + 20004);
	ck_assert_uint_eq(stats().garbage, 2);
	assert_clean("some");
	ck_assert_uint_eq(stats().blobs, 2);
}
END_TEST

START_TEST(only_the_last_freeze)
{
	const unsigned one = 1;
	struct upload *first, *second;
	struct object *object, *none;

	ck_assert_store(put_part(bucket, upload, 1, "part", SLICE("bytes")), STORE_OK);
	ck_assert_store(complete_frozen(bucket, upload, &one, 1, &object), STORE_CONFLICT);
	ck_assert_store(freeze(bucket, upload, &first), STORE_OK);
	ck_assert_store(freeze(bucket, upload, &second), STORE_OK);
	ck_assert_store(complete_frozen(bucket, first, &one, 1, &object), STORE_CONFLICT);
	ck_assert_store(put_part(bucket, upload, 2, "part", SLICE("more")), STORE_OK);
	ck_assert_store(complete_frozen(bucket, second, &one, 1, &object), STORE_CONFLICT);
	ck_assert_store(complete(bucket, upload, &one, 1, &object), STORE_OK);
	ck_assert_store(complete_frozen(bucket, second, &one, 1, &none), STORE_NOT_FOUND);
	ck_assert_store(put_part(bucket, upload, 2, "part", SLICE("more")), STORE_NOT_FOUND);
	assert_object(object, SLICE("bytes"), 1);
	assert_clean("frozen");
}
END_TEST

static bool
is_none(void *context, const struct object *current)
{
	(void)context;
	return !current;
}

START_TEST(conditions)
{
	const struct object_change change = { .etag = "whole", .owner_id = "owner" };
	const unsigned one = 1;
	struct upload *frozen;
	struct object *object;

	ck_assert_store(put_part(bucket, upload, 1, "part", SLICE("bytes")), STORE_OK);
	ck_assert_store(put_object(bucket, "key", "e", bytes_of(20000, 1), NULL, NULL, NULL), STORE_OK);
	ck_assert_store(freeze(bucket, upload, &frozen), STORE_OK);
	ck_assert_store(
	    catalog_upload_complete(catalog, mem, bucket, frozen, &one, 1, &change, is_none, NULL, &object),
	    STORE_REFUSED);
	delete_object(bucket, "key", "");
	ck_assert_store(
	    catalog_upload_complete(catalog, mem, bucket, frozen, &one, 1, &change, is_none, NULL, &object),
	    STORE_OK);
	assert_object(object, SLICE("bytes"), 1);
	ck_assert_store(put_object(bucket, "key", "e", SLICE("small"), NULL, NULL, NULL), STORE_OK);
	ck_assert_uint_eq(stats().garbage, 2);
	assert_clean("replaced");
	ck_assert_uint_eq(stats().blobs, 0);
}
END_TEST

/* Ending otherwise. */

START_TEST(aborted)
{
	for (unsigned number = 1; number < 4; number++)
		ck_assert_store(put_part(bucket, upload, number, "part", bytes_of(number * 100, number)), STORE_OK);
	ck_assert_store(abort_upload(bucket, upload), STORE_OK);
	ck_assert(!is_under_way());
	ck_assert_store(abort_upload(bucket, upload), STORE_NOT_FOUND);
	ck_assert_uint_eq(stats().garbage, 3);
	ck_assert_uint_eq(stats().blobs, 0);
	assert_clean("aborted");
	ck_assert_uint_eq(all_entries(first_shard(&bucket->id), SLICE("")).count, 0);
}
END_TEST

/* Uploads under way do not keep a bucket; parts of one of its objects that are still being read stay so long. */
START_TEST(bucket_deleted)
{
	const unsigned one = 1;
	struct upload *other = begin_upload(bucket, "other");
	struct sweep_result swept;
	struct object *object;
	struct slice got;

	ck_assert_store(put_part(bucket, upload, 1, "part", bytes_of(20000, 1)), STORE_OK);
	ck_assert_store(put_part(bucket, other, 1, "part", bytes_of(20000, 2)), STORE_OK);
	ck_assert_store(complete(bucket, upload, &one, 1, &object), STORE_OK);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_NOT_EMPTY);
	ck_assert_store(put_part(bucket, other, 2, "part", bytes_of(20000, 3)), STORE_OK);
	delete_object(bucket, "key", "");
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	ck_assert_store(put_part(bucket, other, 1, "part", SLICE("late")), STORE_NOT_FOUND);
	ck_assert_store(abort_upload(bucket, other), STORE_NOT_FOUND);
	catalog->options.garbage_grace_us = INT64_MAX;
	ck_assert_store(catalog_sweep(catalog, NULL, &swept), STORE_OK);
	ck_assert_uint_eq(swept.blobs_waiting, 1);
	ck_assert_uint_eq(swept.blobs_deleted, 0);
	ck_assert_store(read_object(object, &got), STORE_OK);
	catalog->options.garbage_grace_us = 0;
	ck_assert_store(catalog_sweep(catalog, NULL, &swept), STORE_OK);
	ck_assert_uint_eq(swept.blobs_deleted, 3);
	assert_clean("deleted");
	ck_assert_uint_eq(all_entries(first_shard(&bucket->id), SLICE("")).count, 0);
	ck_assert_uint_eq(all_entries(PARTITION_BUCKETS, SLICE("")).count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog uploads");
	TCase *tc = tcase_create("uploads");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, set_up, catalog_scratch_close);
	tcase_add_test(tc, attributes);
	tcase_add_test(tc, unknown);
	tcase_add_test(tc, list_parts);
	tcase_add_test(tc, complete_all);
	tcase_add_test(tc, complete_some);
	tcase_add_test(tc, only_the_last_freeze);
	tcase_add_test(tc, conditions);
	tcase_add_test(tc, aborted);
	tcase_add_test(tc, bucket_deleted);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
