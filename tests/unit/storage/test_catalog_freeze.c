/* A store that is read-only: no operation changes anything, readers notice nothing, the sweep is quiet; and the way back. */
#include "storage/catalog_freeze.h"

#include "tests/unit/storage/catalog_upload_operations.h"
#include "tests/unit/suite.h"

/* It answers what it would answer otherwise, or that the store is read-only. */
static void
try_frozen(const struct state *state, const struct operation *operation)
{
	const char *what = talloc_asprintf(mem, "%s: %s", state->name, operation->name), *before, *answer,
		   *free_answer;

	state->prepare();
	ck_assert_store(catalog_freeze(catalog), STORE_OK);
	before = dump();
	answer = operation->run();
	ck_assert_msg(strcmp(dump(), before) == 0, "%s: it has changed", what);
	ck_assert_store(catalog_thaw(catalog), STORE_OK);
	ck_assert_msg(strcmp(dump(), before) == 0, "%s: it has changed", what);
	free_answer = operation->run();
	ck_assert_msg(strstr(answer, "read-only") || strcmp(answer, free_answer) == 0, "%s: %s", what, answer);
	ck_assert_msg(!strstr(free_answer, "read-only"), "%s: %s", what, free_answer);
	assert_clean(what);
	catalog_scratch_wipe();
}

START_TEST(objects)
{
	for (size_t s = 0; s < ARRAY_SIZE(states); s++)
		try_frozen(&states[s], &operations[_i]);
}
END_TEST

START_TEST(uploads)
{
	for (size_t s = 0; s < ARRAY_SIZE(upload_states); s++)
		try_frozen(&upload_states[s], &upload_operations[_i]);
}
END_TEST

START_TEST(writes_are_refused)
{
	with_nothing();
	ck_assert_store(catalog_freeze(catalog), STORE_OK);
	ck_assert_str_eq(put_one_small(), "read-only");
	ck_assert_str_eq(put_one_large(), "read-only");
	ck_assert_str_eq(create_upload(), "read-only");
	ck_assert_str_eq(delete_bucket(), "read-only");
	ck_assert_str_eq(change_bucket(), "read-only");
	ck_assert_str_eq(put_document(), "read-only");
	bucket->name[0] = 'B';
	ck_assert_str_eq(create_bucket(), "read-only");
}
END_TEST

/* What was begun before ends so, too, and its blob goes after the way back. */
START_TEST(upload_under_way)
{
	const struct object_change change = { .etag = "late", .owner_id = "owner" };
	struct content *content;
	struct object *object;
	struct sweep_result swept;

	with_large();
	ck_assert_store(take_in(bucket, "key", large(7), &content), STORE_OK);
	ck_assert_store(catalog_freeze(catalog), STORE_OK);
	ck_assert_store(
	    catalog_object_put(catalog, mem, bucket, SLICE("key"), content, &change, NULL, NULL, &object),
	    STORE_READ_ONLY);
	ck_assert_store(catalog_sweep(catalog, NULL, &swept), STORE_OK);
	ck_assert_uint_eq(swept.blobs_deleted, 0);
	ck_assert(object_is(bucket, "key", "", large(1)));
	ck_assert_store(catalog_thaw(catalog), STORE_OK);
	ck_assert_store(catalog_sweep(catalog, NULL, &swept), STORE_OK);
	ck_assert_uint_eq(swept.blobs_deleted, 1);
	assert_clean("upload under way");
}
END_TEST

/* Stopped before any of its commits, it is carried on; or taken back. */
START_TEST(stopped_anywhere)
{
	for (unsigned number = 1;; number++) {
		struct fault fault = { FAULT_COMMIT, number, UINT32_MAX, FAULT_BEFORE, STORE_IO, 0 };
		enum store_err err;
		bool frozen;

		with_versions();
		fault_set(store, &fault, 1);
		err = catalog_freeze(catalog);
		fault_set(store, NULL, 0);
		ck_assert_store(catalog_is_frozen(catalog, &frozen), STORE_OK);
		ck_assert(frozen == (number > 1));
		if (_i)
			ck_assert_store(catalog_freeze(catalog), STORE_OK);
		ck_assert_store(catalog_thaw(catalog), STORE_OK);
		ck_assert_str_eq(put_one_small(), "ok");
		assert_clean("stopped");
		catalog_scratch_wipe();
		if (!err)
			break;
		ck_assert_uint_lt(number, 20);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog freeze");
	TCase *tc = tcase_create("freeze");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_loop_test(tc, objects, 0, (int)ARRAY_SIZE(operations));
	tcase_add_loop_test(tc, uploads, 0, (int)ARRAY_SIZE(upload_operations));
	tcase_add_test(tc, writes_are_refused);
	tcase_add_test(tc, upload_under_way);
	tcase_add_loop_test(tc, stopped_anywhere, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
