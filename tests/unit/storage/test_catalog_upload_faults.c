/* Each operation on uploads, and on objects that came in parts, with each of its engine calls failing. */
#include "tests/unit/storage/faults.h"

#include "tests/unit/storage/catalog_uploads.h"
#include "tests/unit/suite.h"

static struct bucket *bucket;
static struct upload *upload;
static struct object *object;

static struct slice
large(uint64_t seed)
{
	return random_bytes_of(mem, 150000, seed);
}

/* What is there before. */

static void
with_bucket(void)
{
	bucket = make_bucket("bucket");
}

static void
add_upload(void)
{
	upload = begin_upload(bucket, "key");
	ck_assert_store(put_part(bucket, upload, 1, "one", large(1)), STORE_OK);
	ck_assert_store(put_part(bucket, upload, 2, "two", SLICE("small")), STORE_OK);
	ck_assert_store(put_part(bucket, upload, 4, "four", SLICE("")), STORE_OK);
}

static void
with_upload(void)
{
	with_bucket();
	add_upload();
}

static void
with_frozen(void)
{
	struct upload *frozen;

	with_upload();
	ck_assert_store(freeze(bucket, upload, &frozen), STORE_OK);
	upload = frozen;
}

/* With another one under way. */
static void
with_completed(void)
{
	const unsigned numbers[] = { 1, 2 };

	with_upload();
	ck_assert_store(complete(bucket, upload, numbers, 2, &object), STORE_OK);
	add_upload();
}

static void
with_frozen_over_completed(void)
{
	struct upload *frozen;

	with_completed();
	ck_assert_store(freeze(bucket, upload, &frozen), STORE_OK);
	upload = frozen;
}

static void
with_completed_version(void)
{
	with_completed();
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
	ck_assert_store(put_object(bucket, "key", "newer", large(5), NULL, NULL, NULL), STORE_OK);
}

static void
with_garbage(void)
{
	with_completed();
	ck_assert_store(abort_upload(bucket, upload), STORE_OK);
	delete_object(bucket, "key", "");
	add_upload();
}

static void
with_remains(void)
{
	with_garbage();
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}

/* Operations. */

static enum store_err
create_upload(void)
{
	const struct object_change change = { .etag = "", .owner_id = "another" };
	struct upload *made;

	return catalog_upload_create(catalog, mem, bucket, SLICE("key"), SLICE("who"), &change, &made);
}

static enum store_err
put_new_part(void)
{
	return put_part(bucket, upload, 3, "three", large(3));
}

static enum store_err
put_part_again(void)
{
	return put_part(bucket, upload, 1, "one again", large(4));
}

static enum store_err
put_empty_part(void)
{
	return put_part(bucket, upload, 1, "one again", SLICE(""));
}

static enum store_err
discard_part(void)
{
	struct content *content = content_new_part(catalog, mem, bucket, SLICE("key"));
	enum store_err err = content_append(content, large(4));

	content_discard(content);
	return err;
}

static enum store_err
freeze_it(void)
{
	struct upload *frozen;

	return freeze(bucket, upload, &frozen);
}

static enum store_err
complete_some(void)
{
	const unsigned numbers[] = { 2, 4 };
	struct object *made;

	return complete_frozen(bucket, upload, numbers, 2, &made);
}

static enum store_err
abort_it(void)
{
	return abort_upload(bucket, upload);
}

static enum store_err
read_upload(void)
{
	struct upload *read;

	return catalog_upload(catalog, mem, bucket, upload->key, slice_from(upload->id), &read);
}

static enum store_err
list_parts(void)
{
	struct part_page *page;

	return catalog_parts(catalog, mem, bucket, upload, 1, 1, &page);
}

static enum store_err
list_uploads(void)
{
	const struct upload_query query = { .limit = 10 };
	struct upload_page *page;

	return catalog_list_uploads(catalog, mem, bucket, &query, &page);
}

static enum store_err
get(void)
{
	struct object *read;
	struct slice bytes;
	enum store_err err = catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &read);

	return err ? err : read_object(read, &bytes);
}

static enum store_err
list_object_parts(void)
{
	struct part_page *page;

	return catalog_object_parts(catalog, mem, object, 1, 1, &page);
}

static enum store_err
put_over(void)
{
	return put_object(bucket, "key", "key", SLICE("small"), NULL, NULL, NULL);
}

static enum store_err
delete_version(const char *id)
{
	struct object_deletion deletion;

	return catalog_object_delete(catalog, mem, bucket, SLICE("key"), slice_from(id), NULL, NULL, &deletion);
}

static enum store_err
delete_key(void)
{
	return delete_version("");
}

static enum store_err
delete_null(void)
{
	return delete_version("null");
}

static enum store_err
delete_bucket(void)
{
	return catalog_bucket_delete(catalog, bucket);
}

static enum store_err
sweep(void)
{
	struct sweep_result result;

	return catalog_sweep(catalog, NULL, &result);
}

static const struct operation operations[] = {
	{ "create upload", with_bucket, create_upload },
	{ "put part", with_upload, put_new_part },
	{ "put part again", with_upload, put_part_again },
	{ "put part again, frozen", with_frozen, put_part_again },
	{ "put empty part", with_upload, put_empty_part },
	{ "discard part", with_upload, discard_part },
	{ "freeze", with_upload, freeze_it },
	{ "freeze again", with_frozen, freeze_it },
	{ "complete", with_frozen, complete_some },
	{ "complete over a completed one", with_frozen_over_completed, complete_some },
	{ "abort", with_upload, abort_it },
	{ "abort, frozen", with_frozen, abort_it },
	{ "read upload", with_upload, read_upload },
	{ "list parts", with_upload, list_parts },
	{ "list uploads", with_upload, list_uploads },
	{ "get", with_completed, get },
	{ "list an object's parts", with_completed, list_object_parts },
	{ "put over", with_completed, put_over },
	{ "delete", with_completed, delete_key },
	{ "delete noncurrent", with_completed_version, delete_null },
	{ "delete bucket", with_upload, delete_bucket },
	{ "sweep", with_garbage, sweep },
	{ "sweep remains", with_remains, sweep },
};

START_TEST(each_call_fails)
{
	each_call_fails_in(&operations[_i / 2], _i % 2);
}
END_TEST

START_TEST(all_calls_fail)
{
	all_calls_fail_in(&operations[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog upload faults");
	TCase *tc = tcase_create("faults");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_loop_test(tc, each_call_fails, 0, 2 * ARRAY_SIZE(operations));
	tcase_add_loop_test(tc, all_calls_fail, 0, ARRAY_SIZE(operations));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
