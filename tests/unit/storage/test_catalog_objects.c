/* Objects without versions: putting, reading, changing, deleting, conditions. */
#include "tests/unit/storage/catalog_scratch.h"

#include "tests/unit/suite.h"

#define NONE slice_make(NULL, 0)

static const size_t sizes[] = { 0, 1, 100, 16 << 10, (16 << 10) + 1, 64 << 10, (64 << 10) + 1, 300 << 10, 5 << 20 };

START_TEST(put_and_get)
{
	struct bucket *bucket = make_bucket("bucket");
	struct slice bytes = random_bytes_of(mem, sizes[_i], 1), other = random_bytes_of(mem, sizes[_i], 2);
	struct object *object;

	ck_assert(object_is(bucket, "key", "", NONE));
	ck_assert_store(put_object(bucket, "key", "etag", bytes, NULL, NULL, &object), STORE_OK);
	ck_assert_str_eq(object->version_id, "null");
	ck_assert_str_eq(object->etag, "etag");
	ck_assert(object->is_latest && !object->delete_marker);
	ck_assert_uint_eq(object->size, sizes[_i]);
	ck_assert(object_is(bucket, "key", "", bytes));
	ck_assert(object_is(bucket, "key", "null", bytes));
	ck_assert(object_is(bucket, "ke", "", NONE));
	ck_assert(object_is(bucket, "key1", "", NONE));
	ck_assert_store(put_object(bucket, "key", "other", other, NULL, NULL, NULL), STORE_OK);
	ck_assert(object_is(bucket, "key", "", other));
	delete_object(bucket, "key", "");
	ck_assert(object_is(bucket, "key", "", NONE));
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}
END_TEST

/* Ranges of an object, by pieces of all lengths. */
START_TEST(read_ranges)
{
	struct bucket *bucket = make_bucket("bucket");
	struct slice bytes = random_bytes_of(mem, sizes[_i], 1);
	char *out = talloc_size(mem, 100000);
	struct object_reader *reader;
	struct object *object;
	uint64_t random = 1;

	ck_assert_store(put_object(bucket, "key", "etag", bytes, NULL, NULL, NULL), STORE_OK);
	for (int with_bytes = 0; with_bytes < 2; with_bytes++) {
		ck_assert_store(
		    catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), with_bytes, &object), STORE_OK);
		ck_assert_store(object_reader_open(catalog, mem, object, 0, object->size, &reader), STORE_OK);
		for (int i = 0; i < 100; i++) {
			uint64_t offset = next_random(&random) % (sizes[_i] + 2);
			size_t length = next_random(&random) % 100000, got, left;

			left = offset < sizes[_i] ? sizes[_i] - offset : 0;
			ck_assert_store(object_reader_read(reader, offset, out, length, &got), STORE_OK);
			ck_assert_uint_eq(got, left < length ? left : length);
			if (got)
				ck_assert_mem_eq(out, bytes.data + offset, got);
		}
		talloc_free(reader);
	}
}
END_TEST

/* An object of several blobs, as multipart uploads make them: read over their borders, counted, swept. */
START_TEST(several_blobs)
{
	static const size_t parts[] = { 100, 1, 70000, 0, 65536, 5 };
	struct bucket *bucket = make_bucket("bucket");
	struct record_blob blobs[ARRAY_SIZE(parts)];
	struct record_version version = { .ordinal = 1, .null_version = true, .etag = SLICE("etag-6") };
	struct change change = { .mem = mem };
	struct slice whole = random_bytes_of(mem, 300000, 1), rest = whole, got;
	struct verify_result verified;
	struct sweep_result swept;
	struct object *object;
	struct object_reader *reader;
	char out[1000];
	size_t length;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		id_make(blobs[i].id.bytes);
		blobs[i].size = parts[i];
		ck_assert_store(write_blob(store, blobs[i].id, slice_head(rest, parts[i]), 60000), STORE_OK);
		rest = slice_skip(rest, parts[i]);
		version.size += parts[i];
	}
	version.blobs = (struct record_blobs){ blobs, ARRAY_SIZE(parts) };
	change_put(&change, name_head(mem, SLICE("key")), record_version_encode(mem, &version));
	ck_assert_store(change_commit(catalog, first_shard(&bucket->id), &change), STORE_OK);
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object), STORE_OK);
	ck_assert_store(read_object(object, &got), STORE_OK);
	ck_assert(slice_equal(got, slice_head(whole, version.size)));
	ck_assert_store(object_reader_open(catalog, mem, object, 0, object->size, &reader), STORE_OK);
	for (uint64_t offset = version.size; offset-- > 0; offset -= offset < 997 ? offset : 997) {
		ck_assert_store(object_reader_read(reader, offset, out, sizeof(out), &length), STORE_OK);
		ck_assert_mem_eq(out, whole.data + offset, length);
	}
	talloc_free(reader);
	ck_assert_store(catalog_verify(catalog, NULL, NULL, &verified), STORE_OK);
	ck_assert_uint_eq(verified.blobs, ARRAY_SIZE(parts));
	ck_assert_uint_eq(verified.damaged + verified.missing + verified.orphans, 0);
	delete_object(bucket, "key", "");
	ck_assert_store(catalog_sweep(catalog, NULL, &swept), STORE_OK);
	ck_assert_uint_eq(swept.blobs_deleted, ARRAY_SIZE(parts));
}
END_TEST

/* Attributes. */

static struct fields
one_field(const char *name, const char *value)
{
	struct fields fields = { 0 };

	fields_add(mem, &fields, slice_from(name), slice_from(value));
	return fields;
}

static void
assert_one_field(const struct fields *fields, const char *name, const char *value)
{
	ck_assert_uint_eq(fields->count, 1);
	ck_assert(slice_equal(fields->items[0].name, slice_from(name)));
	ck_assert(slice_equal(fields->items[0].value, slice_from(value)));
}

START_TEST(attributes)
{
	struct bucket *bucket = make_bucket("bucket");
	struct slice bytes = random_bytes_of(mem, 40000, 1);
	struct object_change change = { .etag = "etag",
		.owner_id = "somebody",
		.acl = slice_make("\0acl", 4),
		.tags = SLICE("tags"),
		.headers = one_field("content-type", "text/plain"),
		.metadata = one_field("colour", "r\xc3\xb6t"),
		.checksums = one_field("CRC32", "AAAAAA==") };
	struct content *content;
	struct object *put, *got;

	ck_assert_store(take_in(bucket, "key", bytes, &content), STORE_OK);
	ck_assert_uint_eq(content_size(content), bytes.length);
	ck_assert_store(
	    catalog_object_put(catalog, mem, bucket, SLICE("key"), content, &change, NULL, NULL, &put), STORE_OK);
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &got), STORE_OK);
	for (int i = 0; i < 2; i++, got = put) {
		ck_assert(slice_equal(got->key, SLICE("key")));
		ck_assert_str_eq(got->etag, "etag");
		ck_assert_str_eq(got->owner_id, "somebody");
		ck_assert(slice_equal(got->acl, change.acl) && slice_equal(got->tags, change.tags));
		assert_one_field(&got->headers, "content-type", "text/plain");
		assert_one_field(&got->metadata, "colour", "r\xc3\xb6t");
		assert_one_field(&got->checksums, "CRC32", "AAAAAA==");
		ck_assert_int_eq(got->modified_us, put->modified_us);
	}
}
END_TEST

START_TEST(change_in_place)
{
	struct bucket *bucket = make_bucket("bucket");
	size_t size = _i ? 40000 : 40;
	struct slice bytes = random_bytes_of(mem, size, 1);
	struct object_change change = { .etag = "etag", .owner_id = "owner", .tags = SLICE("new tags") };
	struct object *put, *changed, *touched;

	ck_assert_store(catalog_object_change(
			    catalog, mem, bucket, SLICE("key"), SLICE(""), &change, false, NULL, NULL, &changed),
	    STORE_NOT_FOUND);
	ck_assert_store(put_object(bucket, "key", "etag", bytes, NULL, NULL, &put), STORE_OK);
	ck_assert_store(catalog_object_change(catalog, mem, bucket, SLICE("key"), SLICE("null"), &change, false,
			    NULL, NULL, &changed),
	    STORE_OK);
	ck_assert(slice_equal(changed->tags, SLICE("new tags")));
	ck_assert_uint_eq(changed->acl.length, 0);
	ck_assert_uint_eq(changed->size, size);
	ck_assert_int_eq(changed->modified_us, put->modified_us);
	ck_assert_store(catalog_object_change(
			    catalog, mem, bucket, SLICE("key"), SLICE(""), &change, true, NULL, NULL, &touched),
	    STORE_OK);
	ck_assert_int_gt(touched->modified_us, put->modified_us);
	ck_assert_str_eq(touched->version_id, put->version_id);
	ck_assert(object_is(bucket, "key", "", bytes));
	ck_assert_store(catalog_object_change(catalog, mem, bucket, SLICE("key"), SLICE("0123"), &change, false,
			    NULL, NULL, &changed),
	    STORE_NOT_FOUND);
}
END_TEST

/* What no record can hold is refused, and the bytes go. */
START_TEST(too_large)
{
	struct bucket *bucket = make_bucket("bucket");
	struct object_change change = {
		.etag = "etag", .owner_id = "owner", .acl = random_bytes_of(mem, STORE_VALUE_MAX, 1)
	};
	struct content *content;
	struct object *object;
	struct catalog_stats stats;

	ck_assert_store(take_in(bucket, "key", random_bytes_of(mem, 40000, 1), &content), STORE_OK);
	ck_assert_store(
	    catalog_object_put(catalog, mem, bucket, SLICE("key"), content, &change, NULL, NULL, &object),
	    STORE_INVALID);
	ck_assert(object_is(bucket, "key", "", NONE));
	ck_assert_store(catalog_stats(catalog, &stats), STORE_OK);
	ck_assert_uint_eq(stats.garbage, 0);
}
END_TEST

START_TEST(odd_keys)
{
	static const char *const keys[] = { "a", "/", "//", "a/../b", "\xff\xff", "a b+c", "\x01", "\xc3\xa4" };
	struct bucket *bucket = make_bucket("bucket");
	char *longest = talloc_zero_size(mem, OBJECT_KEY_MAX + 2);
	struct object *object;
	struct object_deletion deletion;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		ck_assert_store(put_object(bucket, keys[i], "e", slice_from(keys[i]), NULL, NULL, NULL), STORE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		ck_assert(object_is(bucket, keys[i], "", slice_from(keys[i])));
	memset(longest, '\xff', OBJECT_KEY_MAX);
	ck_assert_store(put_object(bucket, longest, "e", SLICE("longest"), NULL, NULL, NULL), STORE_OK);
	ck_assert(object_is(bucket, longest, "", SLICE("longest")));
	longest[OBJECT_KEY_MAX] = 'x';
	ck_assert_store(put_object(bucket, longest, "e", SLICE("longer"), NULL, NULL, NULL), STORE_INVALID);
	ck_assert_store(put_object(bucket, "", "e", SLICE("none"), NULL, NULL, NULL), STORE_INVALID);
	ck_assert(object_is(bucket, longest, "", NONE));
	ck_assert_store(
	    catalog_object(catalog, mem, bucket, SLICE("a\0"), SLICE(""), true, &object), STORE_NOT_FOUND);
	ck_assert_store(catalog_object_delete(catalog, mem, bucket, SLICE("a\0"), SLICE(""), NULL, NULL, &deletion),
	    STORE_INVALID);
}
END_TEST

/* Conditions. */

static bool
has_etag(void *context, const struct object *current)
{
	const char *etag = context;

	return current ? etag && strcmp(current->etag, etag) == 0 : !etag;
}

START_TEST(conditions)
{
	struct bucket *bucket = make_bucket("bucket");
	struct slice big = random_bytes_of(mem, 40000, 1);
	char one[] = "one", two[] = "two";
	struct object_deletion deletion;
	struct catalog_stats stats;

	ck_assert_store(put_object(bucket, "key", one, SLICE("1"), has_etag, one, NULL), STORE_REFUSED);
	ck_assert_store(put_object(bucket, "key", one, SLICE("1"), has_etag, NULL, NULL), STORE_OK);
	ck_assert_store(put_object(bucket, "key", two, big, has_etag, two, NULL), STORE_REFUSED);
	ck_assert_store(put_object(bucket, "key", two, big, has_etag, NULL, NULL), STORE_REFUSED);
	ck_assert(object_is(bucket, "key", "", SLICE("1")));
	ck_assert_store(put_object(bucket, "key", two, big, has_etag, one, NULL), STORE_OK);
	ck_assert(object_is(bucket, "key", "", big));
	ck_assert_store(
	    catalog_object_delete(catalog, mem, bucket, SLICE("key"), SLICE(""), has_etag, one, &deletion),
	    STORE_REFUSED);
	ck_assert_store(
	    catalog_object_delete(catalog, mem, bucket, SLICE("key"), SLICE(""), has_etag, two, &deletion),
	    STORE_OK);
	ck_assert(!deletion.delete_marker && !deletion.version_id);
	ck_assert_store(
	    catalog_object_delete(catalog, mem, bucket, SLICE("key"), SLICE(""), has_etag, two, &deletion),
	    STORE_REFUSED);
	ck_assert_store(
	    catalog_object_delete(catalog, mem, bucket, SLICE("key"), SLICE(""), NULL, NULL, &deletion), STORE_OK);
	/* What was refused has left nothing; what was replaced waits to be swept. */
	ck_assert_store(catalog_stats(catalog, &stats), STORE_OK);
	ck_assert_uint_eq(stats.garbage, 1);
	ck_assert_uint_eq(stats.objects + stats.blobs + stats.bytes, 0);
}
END_TEST

/* Content that is given up. */

static uint64_t
count_garbage(void)
{
	struct catalog_stats stats;

	ck_assert_store(catalog_stats(catalog, &stats), STORE_OK);
	return stats.garbage;
}

static bool
count_blob(void *context, const struct blob_id *id)
{
	(void)id;
	++*(unsigned *)context;
	return true;
}

static unsigned
count_blobs(void)
{
	unsigned count = 0;

	ck_assert_store(blob_list(store, count_blob, &count), STORE_OK);
	return count;
}

START_TEST(given_up)
{
	struct bucket *bucket = make_bucket("bucket");
	struct content *small, *large, *finished;
	struct sweep_result result;

	small = content_new(catalog, mem, bucket, SLICE("key"));
	ck_assert_store(content_append(small, SLICE("few")), STORE_OK);
	talloc_free(small);
	ck_assert_uint_eq(count_garbage(), 0);
	large = content_new(catalog, mem, bucket, SLICE("key"));
	ck_assert_store(content_append(large, random_bytes_of(mem, 20000, 1)), STORE_OK);
	ck_assert_store(take_in(bucket, "key", random_bytes_of(mem, 20000, 2), &finished), STORE_OK);
	ck_assert_uint_eq(count_garbage(), 2);
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	ck_assert_uint_eq(result.blobs_waiting, 2);
	if (_i) {
		content_discard(large);
		content_discard(finished);
		ck_assert_uint_eq(count_garbage(), 0);
	} else {
		talloc_free(large);
		talloc_free(finished);
		ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
		ck_assert_uint_eq(result.blobs_deleted, 2);
	}
	ck_assert_uint_eq(count_garbage(), 0);
	ck_assert_uint_eq(count_blobs(), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog objects");
	TCase *tc = tcase_create("objects");

	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_loop_test(tc, put_and_get, 0, ARRAY_SIZE(sizes));
	tcase_add_loop_test(tc, read_ranges, 0, ARRAY_SIZE(sizes));
	tcase_add_test(tc, several_blobs);
	tcase_add_test(tc, attributes);
	tcase_add_loop_test(tc, change_in_place, 0, 2);
	tcase_add_test(tc, too_large);
	tcase_add_test(tc, odd_keys);
	tcase_add_test(tc, conditions);
	tcase_add_loop_test(tc, given_up, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
