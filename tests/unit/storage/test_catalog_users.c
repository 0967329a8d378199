/* Users and their access keys. */
#include "tests/unit/storage/catalog_scratch.h"

#include "tests/unit/suite.h"

static struct user
make_user(const char *id, const char *email)
{
	return (struct user){ .id = talloc_strdup(mem, id),
		.name = talloc_asprintf(mem, "name of %s", id),
		.display_name = talloc_asprintf(mem, "The user %s", id),
		.email = talloc_strdup(mem, email),
		.enabled = true,
		.created_us = 1732252800000000 };
}

static struct access_key
make_key(const char *id, const char *user_id)
{
	return (struct access_key){ .id = talloc_strdup(mem, id),
		.secret = talloc_asprintf(mem, "secret of %s", id),
		.user_id = talloc_strdup(mem, user_id),
		.created_us = 5 };
}

static enum store_err
add(const char *id, const char *email, const char *key_id)
{
	struct user user = make_user(id, email);
	struct access_key key = make_key(key_id, id);

	return catalog_user_add(catalog, &user, &key);
}

static void
check_key(const struct access_key *key, const char *key_id, const char *user_id)
{
	ck_assert_str_eq(key->id, key_id);
	ck_assert_str_eq(key->secret, talloc_asprintf(mem, "secret of %s", key_id));
	ck_assert_str_eq(key->user_id, user_id);
	ck_assert_int_eq(key->created_us, 5);
}

static enum store_err
find_key(const char *key_id, const char *user_id)
{
	struct access_key *key;
	struct user *user;
	enum store_err err = catalog_user_by_key(catalog, mem, slice_from(key_id), &key, &user);

	if (err) {
		ck_assert_ptr_null(key);
		ck_assert_ptr_null(user);
		return err;
	}
	check_key(key, key_id, user_id);
	ck_assert_str_eq(user->id, user_id);
	return STORE_OK;
}

START_TEST(add_and_find)
{
	struct user *user;

	ck_assert_store(add("one", "One@Example.ORG", "KEY1"), STORE_OK);
	ck_assert_store(catalog_user(catalog, mem, SLICE("one"), &user), STORE_OK);
	ck_assert_str_eq(user->id, "one");
	ck_assert_str_eq(user->name, "name of one");
	ck_assert_str_eq(user->display_name, "The user one");
	ck_assert_str_eq(user->email, "One@Example.ORG");
	ck_assert(user->enabled && !user->administrator);
	ck_assert_int_eq(user->created_us, 1732252800000000);
	ck_assert_store(catalog_user_by_email(catalog, mem, SLICE("oNE@example.org"), &user), STORE_OK);
	ck_assert_str_eq(user->id, "one");
	ck_assert_store(catalog_user_by_name(catalog, mem, SLICE("name of one"), &user), STORE_OK);
	ck_assert_str_eq(user->id, "one");
	ck_assert_store(find_key("KEY1", "one"), STORE_OK);
}
END_TEST

START_TEST(taken)
{
	struct user same_name = make_user("two", "");
	struct access_key key = make_key("KEY2", "two");

	ck_assert_store(add("one", "one@example.org", "KEY1"), STORE_OK);
	ck_assert_store(add("one", "", "KEY2"), STORE_EXISTS);
	ck_assert_store(add("two", "ONE@example.org", "KEY2"), STORE_EXISTS);
	ck_assert_store(add("two", "", "KEY1"), STORE_EXISTS);
	same_name.name = talloc_strdup(mem, "name of one");
	ck_assert_store(catalog_user_add(catalog, &same_name, &key), STORE_EXISTS);
	ck_assert_store(find_key("KEY2", "two"), STORE_NOT_FOUND);
	ck_assert_store(add("two", "", "KEY2"), STORE_OK);
	ck_assert_store(add("three", "", "KEY3"), STORE_OK);
}
END_TEST

/* What nobody can be called, and what nobody is called. */
START_TEST(absent_and_impossible)
{
	char *long_text = talloc_zero_size(mem, 2000);
	struct user *user;

	memset(long_text, 'x', 1999);
	ck_assert_store(add("", "", "KEY"), STORE_INVALID);
	ck_assert_store(add("a\nb", "", "KEY"), STORE_INVALID);
	ck_assert_store(add("a", "", ""), STORE_INVALID);
	ck_assert_store(add("a", "", "K\tY"), STORE_INVALID);
	ck_assert_store(add(long_text, "", "KEY"), STORE_INVALID);
	ck_assert_store(add("a", long_text, "KEY"), STORE_INVALID);
	ck_assert_store(add("a", "", long_text), STORE_INVALID);
	ck_assert_store(catalog_user(catalog, mem, SLICE("nobody"), &user), STORE_NOT_FOUND);
	ck_assert_store(catalog_user(catalog, mem, SLICE(""), &user), STORE_NOT_FOUND);
	ck_assert_store(catalog_user(catalog, mem, slice_from(long_text), &user), STORE_NOT_FOUND);
	ck_assert_store(catalog_user(catalog, mem, SLICE("a\0b"), &user), STORE_NOT_FOUND);
	ck_assert_store(catalog_user_by_name(catalog, mem, SLICE("nobody"), &user), STORE_NOT_FOUND);
	ck_assert_store(catalog_user_by_name(catalog, mem, slice_from(long_text), &user), STORE_NOT_FOUND);
	ck_assert_store(catalog_user_by_email(catalog, mem, SLICE(""), &user), STORE_NOT_FOUND);
	ck_assert_store(catalog_user_by_email(catalog, mem, SLICE("x@y"), &user), STORE_NOT_FOUND);
	ck_assert_store(find_key("nothing", ""), STORE_NOT_FOUND);
	ck_assert_store(find_key(long_text, ""), STORE_NOT_FOUND);
	ck_assert_store(catalog_user_enable(catalog, SLICE("nobody"), true), STORE_NOT_FOUND);
	ck_assert_store(catalog_user_remove(catalog, SLICE("nobody")), STORE_NOT_FOUND);
}
END_TEST

START_TEST(in_order)
{
	static const char *const ids[] = { "b", "a/b", "a", "ab", "\xc3\xa4", "Z" };
	static const char *const ordered[] = { "Z", "a", "a/b", "ab", "b", "\xc3\xa4" };
	struct user **users;
	size_t count;

	ck_assert_store(catalog_users(catalog, mem, &users, &count), STORE_OK);
	ck_assert_uint_eq(count, 0);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		ck_assert_store(add(ids[i], "", talloc_asprintf(mem, "K%zu", i)), STORE_OK);
	ck_assert_store(catalog_users(catalog, mem, &users, &count), STORE_OK);
	ck_assert_uint_eq(count, ARRAY_SIZE(ordered));
	for (size_t i = 0; i < count; i++)
		ck_assert_str_eq(users[i]->id, ordered[i]);
}
END_TEST

START_TEST(enable)
{
	struct user *user;

	ck_assert_store(add("one", "", "KEY1"), STORE_OK);
	for (int on = 0; on < 2; on++) {
		ck_assert_store(catalog_user_enable(catalog, SLICE("one"), on), STORE_OK);
		ck_assert_store(catalog_user(catalog, mem, SLICE("one"), &user), STORE_OK);
		ck_assert_int_eq(user->enabled, on);
		ck_assert_str_eq(user->display_name, "The user one");
	}
}
END_TEST

START_TEST(keys)
{
	struct access_key key = make_key("KEY0", "one"), **all;
	size_t count;

	ck_assert_store(catalog_key_add(catalog, &key), STORE_NOT_FOUND);
	ck_assert_store(add("one", "", "KEY1"), STORE_OK);
	ck_assert_store(add("on", "", "KEY2"), STORE_OK);
	ck_assert_store(catalog_key_add(catalog, &key), STORE_OK);
	ck_assert_store(catalog_key_add(catalog, &key), STORE_EXISTS);
	ck_assert_store(catalog_keys(catalog, mem, SLICE("one"), &all, &count), STORE_OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(all[0]->id, "KEY0");
	ck_assert_str_eq(all[1]->id, "KEY1");
	ck_assert_store(catalog_key_remove(catalog, SLICE("on"), SLICE("KEY0")), STORE_NOT_FOUND);
	ck_assert_store(catalog_key_remove(catalog, SLICE("one"), SLICE("KEY0")), STORE_OK);
	ck_assert_store(catalog_key_remove(catalog, SLICE("one"), SLICE("KEY0")), STORE_NOT_FOUND);
	ck_assert_store(find_key("KEY0", "one"), STORE_NOT_FOUND);
	ck_assert_store(find_key("KEY1", "one"), STORE_OK);
	ck_assert_store(catalog_keys(catalog, mem, SLICE("on"), &all, &count), STORE_OK);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(keys_most)
{
	struct access_key key;

	ck_assert_store(add("one", "", "KEY"), STORE_OK);
	for (int i = 1; i < USER_KEYS_MAX; i++) {
		key = make_key(talloc_asprintf(mem, "K%d", i), "one");
		ck_assert_store(catalog_key_add(catalog, &key), STORE_OK);
	}
	key = make_key("ONE-TOO-MANY", "one");
	ck_assert_store(catalog_key_add(catalog, &key), STORE_REFUSED);
	ck_assert_store(catalog_key_remove(catalog, SLICE("one"), SLICE("KEY")), STORE_OK);
	ck_assert_store(catalog_key_add(catalog, &key), STORE_OK);
	ck_assert_store(catalog_user_remove(catalog, SLICE("one")), STORE_OK);
	ck_assert_store(find_key("ONE-TOO-MANY", "one"), STORE_NOT_FOUND);
	ck_assert_store(add("two", "", "K7"), STORE_OK);
}
END_TEST

START_TEST(remove_user)
{
	struct bucket *bucket = make_bucket("bucket");

	ck_assert_store(add("owner", "o@example.org", "KEY"), STORE_OK);
	ck_assert_store(add("own", "", "KEY2"), STORE_OK);
	ck_assert_store(catalog_user_remove(catalog, SLICE("owner")), STORE_NOT_EMPTY);
	ck_assert_store(find_key("KEY", "owner"), STORE_OK);
	ck_assert_store(catalog_user_remove(catalog, SLICE("own")), STORE_OK);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	ck_assert_store(catalog_user_remove(catalog, SLICE("owner")), STORE_OK);
	ck_assert_store(find_key("KEY", "owner"), STORE_NOT_FOUND);
	ck_assert_store(
	    add("owner", "O@example.org", "KEY"), STORE_OK); /* ID, name, address and key are free again */
}
END_TEST

/* Many add and remove keys of one user at once: the count must stay right, so that exactly USER_KEYS_MAX fit. */
static void *
add_keys(void *context)
{
	TALLOC_CTX *own = talloc_new(NULL);
	unsigned number = *(unsigned *)context, *added = context;

	*added = 0;
	for (int i = 0; i < 30; i++) {
		struct access_key key = { .id = talloc_asprintf(own, "K%u-%d", number, i),
			.secret = talloc_strdup(own, "secret"),
			.user_id = talloc_strdup(own, "one") };
		enum store_err err = catalog_key_add(catalog, &key);

		ck_assert(err == STORE_OK || err == STORE_REFUSED);
		*added += err == STORE_OK;
	}
	talloc_free(own);
	return NULL;
}

START_TEST(keys_at_once)
{
	pthread_t threads[4];
	unsigned numbers[4], added = 1;
	struct access_key **all;
	size_t count;

	ck_assert_store(add("one", "", "KEY"), STORE_OK);
	for (unsigned i = 0; i < 4; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, add_keys, &numbers[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		added += numbers[i];
	}
	ck_assert_uint_eq(added, USER_KEYS_MAX);
	ck_assert_store(catalog_keys(catalog, mem, SLICE("one"), &all, &count), STORE_OK);
	ck_assert_uint_eq(count, USER_KEYS_MAX);
	ck_assert_store(catalog_user_remove(catalog, SLICE("one")), STORE_OK);
	ck_assert_store(catalog_keys(catalog, mem, SLICE("one"), &all, &count), STORE_OK);
	ck_assert_uint_eq(count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog users");
	TCase *tc = tcase_create("users");

	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_test(tc, add_and_find);
	tcase_add_test(tc, taken);
	tcase_add_test(tc, absent_and_impossible);
	tcase_add_test(tc, in_order);
	tcase_add_test(tc, enable);
	tcase_add_test(tc, keys);
	tcase_add_test(tc, keys_most);
	tcase_add_test(tc, remove_user);
	tcase_add_test(tc, keys_at_once);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
