/* Each operation with each of its engine calls failing. */
#include "tests/unit/storage/faults.h"

#include "tests/unit/suite.h"

static struct bucket *bucket;
static const char *version; /* of one of the key's noncurrent versions */

static struct slice
large(uint64_t seed)
{
	return random_bytes_of(mem, 150000, seed);
}

static void
reread_bucket(void)
{
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
}

static enum store_err
add_user(const char *id)
{
	struct user user = { .id = talloc_strdup(mem, id),
		.name = talloc_strdup(mem, id),
		.display_name = talloc_strdup(mem, ""),
		.email = talloc_asprintf(mem, "%s@example.org", id) };
	struct access_key key = { .id = talloc_asprintf(mem, "KEY-%s", id),
		.secret = talloc_strdup(mem, "secret") };

	return catalog_user_add(catalog, &user, &key);
}

static enum store_err
put(const char *key, struct slice bytes)
{
	return put_object(bucket, key, key, bytes, NULL, NULL, NULL);
}

/* What is there before. */

static void
with_user(void)
{
	ck_assert_store(add_user("user"), STORE_OK);
}

static void
with_bucket(void)
{
	bucket = make_bucket("bucket");
	ck_assert_store(catalog_document_put(catalog, bucket, 1, SLICE("one")), STORE_OK);
	reread_bucket();
}

static void
with_small(void)
{
	with_bucket();
	ck_assert_store(put("key", SLICE("small")), STORE_OK);
}

static void
with_large(void)
{
	with_bucket();
	ck_assert_store(put("key", large(1)), STORE_OK);
}

/* A null version, one with an ID, and then another: large ones all. */
static void
with_versions(void)
{
	struct object *object;

	with_large();
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	reread_bucket();
	ck_assert_store(put_object(bucket, "key", "two", large(2), NULL, NULL, &object), STORE_OK);
	version = object->version_id;
	ck_assert_store(put_object(bucket, "key", "three", large(3), NULL, NULL, &object), STORE_OK);
}

static void
with_suspended(void)
{
	with_versions();
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_SUSPENDED), STORE_OK);
	reread_bucket();
}

static void
with_garbage(void)
{
	with_large();
	ck_assert_store(put("key", large(2)), STORE_OK);
	delete_object(bucket, "key", "");
	ck_assert_store(put("key", large(3)), STORE_OK);
}

/* Operations. */

static enum store_err
user_add(void)
{
	return add_user("another");
}

static enum store_err
user_disable(void)
{
	return catalog_user_enable(catalog, SLICE("user"), false);
}

static enum store_err
user_remove(void)
{
	return catalog_user_remove(catalog, SLICE("user"));
}

static enum store_err
key_add(void)
{
	struct access_key key = { .id = talloc_strdup(mem, "SECOND"),
		.secret = talloc_strdup(mem, "secret"),
		.user_id = talloc_strdup(mem, "user") };

	return catalog_key_add(catalog, &key);
}

static enum store_err
key_remove(void)
{
	return catalog_key_remove(catalog, SLICE("user"), SLICE("KEY-user"));
}

static enum store_err
bucket_create(void)
{
	struct bucket made = { .name = talloc_strdup(mem, "made"), .owner_id = talloc_strdup(mem, "owner") };

	return catalog_bucket_create(catalog, &made);
}

static enum store_err
bucket_delete(void)
{
	return catalog_bucket_delete(catalog, bucket);
}

static enum store_err
bucket_delete_full(void)
{
	enum store_err err = catalog_bucket_delete(catalog, bucket);

	return err == STORE_NOT_EMPTY ? STORE_OK : err;
}

static enum store_err
bucket_acl(void)
{
	return catalog_bucket_set_acl(catalog, bucket, SLICE("another"));
}

static enum store_err
bucket_versioning(void)
{
	return catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED);
}

static enum store_err
document_put(void)
{
	return catalog_document_put(catalog, bucket, 2, SLICE("two"));
}

static enum store_err
document_delete(void)
{
	return catalog_document_delete(catalog, bucket, 1);
}

static enum store_err
put_small(void)
{
	return put("key", SLICE("another"));
}

static enum store_err
put_large(void)
{
	return put("key", large(9));
}

static enum store_err
put_discarded(void)
{
	struct content *content;
	enum store_err err = take_in(bucket, "key", large(9), &content);

	content_discard(content);
	return err;
}

static enum store_err
object_change(void)
{
	const struct object_change change = { .etag = "key", .owner_id = "owner", .tags = SLICE("tags") };
	struct object *object;

	return catalog_object_change(
	    catalog, mem, bucket, SLICE("key"), SLICE("null"), &change, true, NULL, NULL, &object);
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
delete_noncurrent(void)
{
	return delete_version(version);
}

static enum store_err
delete_head(void)
{
	struct object *object;
	enum store_err err = catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), false, &object);

	return err ? err : delete_version(object->version_id);
}

static enum store_err
get(void)
{
	struct object *object;
	struct slice bytes;
	enum store_err err = catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object);

	return err ? err : read_object(object, &bytes);
}

static enum store_err
list(void)
{
	const struct list_query query = { .limit = 10 };
	struct list_page *page;

	return catalog_list(catalog, mem, bucket, &query, &page);
}

static enum store_err
list_versions(void)
{
	const struct version_query query = { .limit = 10 };
	struct version_page *page;

	return catalog_list_versions(catalog, mem, bucket, &query, &page);
}

static enum store_err
sweep(void)
{
	struct sweep_result result;

	return catalog_sweep(catalog, NULL, &result);
}

static const struct operation operations[] = {
	{ "user add", with_user, user_add },
	{ "user disable", with_user, user_disable },
	{ "user remove", with_user, user_remove },
	{ "key add", with_user, key_add },
	{ "key remove", with_user, key_remove },
	{ "bucket create", with_bucket, bucket_create },
	{ "bucket delete", with_bucket, bucket_delete },
	{ "bucket delete, not empty", with_small, bucket_delete_full },
	{ "bucket ACL", with_bucket, bucket_acl },
	{ "bucket versioning", with_bucket, bucket_versioning },
	{ "document put", with_bucket, document_put },
	{ "document delete", with_bucket, document_delete },
	{ "put small, new", with_bucket, put_small },
	{ "put small over small", with_small, put_small },
	{ "put small over large", with_large, put_small },
	{ "put large, new", with_bucket, put_large },
	{ "put large over large", with_large, put_large },
	{ "put large, discarded", with_large, put_discarded },
	{ "put, versions", with_versions, put_large },
	{ "put, suspended", with_suspended, put_large },
	{ "change", with_large, object_change },
	{ "change noncurrent", with_versions, object_change },
	{ "delete small", with_small, delete_key },
	{ "delete large", with_large, delete_key },
	{ "delete, versions", with_versions, delete_key },
	{ "delete, suspended", with_suspended, delete_key },
	{ "delete head", with_versions, delete_head },
	{ "delete noncurrent", with_versions, delete_noncurrent },
	{ "delete noncurrent null", with_versions, delete_null },
	{ "get small", with_small, get },
	{ "get large", with_large, get },
	{ "list", with_large, list },
	{ "list versions", with_versions, list_versions },
	{ "sweep", with_garbage, sweep },
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
	Suite *suite = suite_create("catalog faults");
	TCase *tc = tcase_create("faults");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_loop_test(tc, each_call_fails, 0, 2 * ARRAY_SIZE(operations));
	tcase_add_loop_test(tc, all_calls_fail, 0, ARRAY_SIZE(operations));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
