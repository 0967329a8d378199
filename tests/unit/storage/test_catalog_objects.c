/* Objects without versions: putting, reading, changing, deleting, conditions. */
#include "tests/unit/storage/catalog_scratch.h"

#include "tests/unit/suite.h"

static const size_t sizes[] = { 0, 1, 100, 16 << 10, 64 << 10, (64 << 10) + 1, 300 << 10, 5 << 20 };

START_TEST(put_and_get)
{
	struct bucket *bucket = make_bucket("bucket");
	struct slice bytes = random_bytes_of(mem, sizes[_i], 1), other = random_bytes_of(mem, sizes[_i], 2);
	struct object *object;

	ck_assert(object_is(bucket, "key", "", slice_make(NULL, 0)));
	ck_assert_store(put_object(bucket, "key", "etag", bytes, NULL, NULL, &object), STORE_OK);
	ck_assert_str_eq(object->version_id, "null");
	ck_assert_uint_eq(object->size, sizes[_i]);
	ck_assert(object_is(bucket, "key", "", bytes));
	ck_assert(object_is(bucket, "key", "null", bytes));
	ck_assert_store(put_object(bucket, "key", "other", other, NULL, NULL, NULL), STORE_OK);
	ck_assert(object_is(bucket, "key", "", other));
	delete_object(bucket, "key", "");
	ck_assert(object_is(bucket, "key", "", slice_make(NULL, 0)));
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog objects");
	TCase *tc = tcase_create("objects");

	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_loop_test(tc, put_and_get, 0, ARRAY_SIZE(sizes));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
