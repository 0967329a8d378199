/*
 * Two operations at once: the second one happens, whole, before each of the engine calls of the first one in turn.
 * Whatever the place, the answers of both and what is there afterwards must be as if one had come after the other.
 */
#include "tests/unit/storage/catalog_dump.h"
#include "tests/unit/storage/interleave.h"
#include "tests/unit/suite.h"

static struct interleave between;
static struct catalog *plain, *stepping;
static struct bucket *bucket;
static const char *first, *second, *third; /* the IDs of the key's versions */

static void
set_up(void)
{
	static const struct catalog_options options = { .garbage_grace_us = 0 };

	catalog_scratch_open();
	plain = catalog;
	between = interleave_make(store);
	between.store.engine = &between.engine;
	stepping = catalog_new(&between.store, &options);
	stepping->gate_kept_us = 0;
}

static void
tear_down(void)
{
	catalog_free(stepping);
	catalog = plain;
	catalog_scratch_close();
}

/* --- What is there before ------------------------------------------------------------------------------------------- */

static struct slice
large(uint64_t seed)
{
	return random_bytes_of(mem, 30000, seed);
}

static const char *
put(const char *etag, struct slice bytes)
{
	struct object *object;

	ck_assert_store(put_object(bucket, "key", etag, bytes, NULL, NULL, &object), STORE_OK);
	return object->version_id;
}

static void
reread_bucket(void)
{
	ck_assert_store(catalog_bucket(catalog, mem, SLICE("bucket"), &bucket), STORE_OK);
}

static void
with_nothing(void)
{
	bucket = make_bucket("bucket");
	first = second = third = "null";
}

static void
with_small(void)
{
	with_nothing();
	put("first", SLICE("small"));
}

static void
with_large(void)
{
	with_nothing();
	put("first", large(1));
}

static void
set_versioning(enum versioning versioning)
{
	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, versioning), STORE_OK);
	reread_bucket();
}

static void
with_versions(void)
{
	with_small();
	set_versioning(VERSIONING_ENABLED);
	second = put("second", large(2));
	third = put("third", SLICE("also small"));
}

static void
with_suspended(void)
{
	with_versions();
	set_versioning(VERSIONING_SUSPENDED);
}

static const struct {
	const char *name;
	void (*prepare)(void);
} states[] = {
	{ "nothing", with_nothing },
	{ "a small object", with_small },
	{ "a large object", with_large },
	{ "versions", with_versions },
	{ "suspended", with_suspended },
};

#define STATES_OF_BUCKET 2 /* the first of these, with which to try operations on buckets */

/* --- Operations: each returns what it was answered, as a text -------------------------------------------------------- */

static const char *
say(enum store_err err)
{
	return store_err_name(err);
}

static bool
is_current(void *context, const struct object *current)
{
	return current && strcmp(current->etag, context) == 0;
}

static const char *
put_one_small(void)
{
	return say(put_object(bucket, "key", "small", SLICE("another"), NULL, NULL, NULL));
}

static const char *
put_one_large(void)
{
	return say(put_object(bucket, "key", "large", large(9), NULL, NULL, NULL));
}

static const char *
put_if_first(void)
{
	char etag[] = "first";

	return say(put_object(bucket, "key", "matched", SLICE("x"), is_current, etag, NULL));
}

static const char *
put_other_key(void)
{
	return say(put_object(bucket, "kez", "other", SLICE("x"), NULL, NULL, NULL));
}

static const char *
delete_which(const char *version_id)
{
	struct object_deletion deletion;
	enum store_err err = catalog_object_delete(
	    catalog, mem, bucket, SLICE("key"), slice_from(version_id), NULL, NULL, &deletion);

	return talloc_asprintf(mem, "%s marker %d", say(err), deletion.delete_marker);
}

static const char *
delete_key(void)
{
	return delete_which("");
}

static const char *
delete_first(void)
{
	return delete_which(first);
}

static const char *
delete_second(void)
{
	return delete_which(second);
}

static const char *
delete_third(void)
{
	return delete_which(third);
}

static const char *
change_one(const char *version_id, const char *tags)
{
	const struct object_change change = { .etag = "first", .owner_id = "owner", .tags = slice_from(tags) };
	struct object *object;

	return say(catalog_object_change(
	    catalog, mem, bucket, SLICE("key"), slice_from(version_id), &change, false, NULL, NULL, &object));
}

static const char *
change_current(void)
{
	return change_one("", "on current");
}

static const char *
change_second(void)
{
	return change_one(second, "on second");
}

static const char *
get_one(const char *version_id)
{
	struct object *object;
	struct slice bytes = { NULL, 0 };
	enum store_err err =
	    catalog_object(catalog, mem, bucket, SLICE("key"), slice_from(version_id), true, &object);

	if (!err)
		err = read_object(object, &bytes);
	return talloc_asprintf(mem, "%s marker %d etag %s bytes %08x", say(err),
	    object ? object->delete_marker : -1, object ? object->etag : "", crc32c(0, bytes));
}

static const char *
get_current(void)
{
	return get_one("");
}

static const char *
get_first(void)
{
	return get_one(first);
}

static const char *
get_second(void)
{
	return get_one(second);
}

static const char *
list(void)
{
	const struct list_query query = { .limit = 10 };
	struct list_page *page;
	char *text;
	enum store_err err = catalog_list(catalog, mem, bucket, &query, &page);

	text = talloc_strdup(mem, say(err));
	for (size_t i = 0; !err && i < page->object_count; i++)
		text = talloc_asprintf_append(text, " %s", page->objects[i]->etag);
	return text;
}

static const char *
delete_bucket(void)
{
	return say(catalog_bucket_delete(catalog, bucket));
}

static const char *
create_bucket(void)
{
	struct bucket made = { .name = bucket->name, .owner_id = bucket->owner_id, .acl = SLICE("acl") };

	return say(catalog_bucket_create(catalog, &made));
}

static const char *
change_bucket(void)
{
	return say(catalog_bucket_set_acl(catalog, bucket, SLICE("another")));
}

static const char *
put_document(void)
{
	return say(catalog_document_put(catalog, bucket, 3, SLICE("document")));
}

static const char *
sweep(void)
{
	struct sweep_result result;

	return say(catalog_sweep(catalog, NULL, &result));
}

static const char *
verify(void)
{
	struct verify_result r;
	char what[] = "interleaved";
	enum store_err err = catalog_verify(catalog, print_fault, what, &r);

	return talloc_asprintf(mem, "%s %d", say(err), (int)(r.damaged + r.missing + r.orphans));
}

static const struct operation {
	const char *name;
	const char *(*run)(void);
	bool of_bucket; /* the versions of a key make no difference to it */
} operations[] = {
	{ "put small", put_one_small, false },
	{ "put large", put_one_large, false },
	{ "put if first", put_if_first, false },
	{ "put other key", put_other_key, false },
	{ "delete", delete_key, false },
	{ "delete first", delete_first, false },
	{ "delete second", delete_second, false },
	{ "delete third", delete_third, false },
	{ "change current", change_current, false },
	{ "change second", change_second, false },
	{ "get", get_current, false },
	{ "get first", get_first, false },
	{ "get second", get_second, false },
	{ "list", list, false },
	{ "delete bucket", delete_bucket, true },
	{ "create bucket", create_bucket, true },
	{ "change bucket", change_bucket, true },
	{ "put document", put_document, true },
	{ "sweep", sweep, false },
	{ "verify", verify, false },
};

/* --- The two of them ------------------------------------------------------------------------------------------------ */

static const struct operation *other;
static const char *other_answer;

static void
run_other(void)
{
	catalog = plain;
	other_answer = other->run();
	catalog = stepping;
}

/* Both answers, and what is there afterwards. */
static char *
outcome(TALLOC_CTX *texts, const char *answer, const char *answer_of_other)
{
	return talloc_asprintf(texts, "one: %s\nother: %s\n%s", answer, answer_of_other, dump());
}

static char *
one_after_the_other(TALLOC_CTX *texts, void (*prepare)(void), const struct operation *one, bool other_first)
{
	const char *answer = NULL;
	char *text;

	prepare();
	if (other_first)
		other_answer = other->run();
	answer = one->run();
	if (!other_first)
		other_answer = other->run();
	text = outcome(texts, answer, other_answer);
	catalog_scratch_wipe();
	return text;
}

/* Two deletions of a bucket at once carry on each other: both may say that they did it. */
static bool
both_deleted(const struct operation *one, const char *answer)
{
	return one->run == delete_bucket && other->run == delete_bucket && !strcmp(answer, "ok") &&
	       !strcmp(other_answer, "ok");
}

/* False when the first operation made fewer calls, and the other one came after it. */
static bool
one_within_the_other(
    void (*prepare)(void), const struct operation *one, unsigned at, const char *orders[2], const char *what)
{
	const char *answer, *text;

	prepare();
	between.at = at;
	between.calls = 0;
	between.meanwhile = run_other;
	other_answer = NULL;
	catalog = stepping;
	answer = one->run();
	catalog = plain;
	if (other_answer) {
		text = outcome(mem, answer, other_answer);
		ck_assert_msg(!strcmp(text, orders[0]) || !strcmp(text, orders[1]) || both_deleted(one, answer),
		    "%s, before call %u:\n%s\ninstead of\n%s\nor\n%s", what, at, text, orders[0], orders[1]);
		assert_clean(what);
	}
	catalog_scratch_wipe();
	return other_answer != NULL;
}

static void
try_pair(const char *state, void (*prepare)(void), const struct operation *one)
{
	TALLOC_CTX *texts = talloc_new(NULL);
	const char *orders[2], *what;
	unsigned at = 1;

	what = talloc_asprintf(texts, "%s: %s within %s", state, other->name, one->name);
	orders[0] = one_after_the_other(texts, prepare, one, false);
	orders[1] = one_after_the_other(texts, prepare, one, true);
	while (one_within_the_other(prepare, one, at, orders, what))
		at++;
	talloc_free(texts);
}

START_TEST(pairs)
{
	const struct operation *one = &operations[_i];

	for (size_t s = 0; s < ARRAY_SIZE(states); s++) {
		for (size_t o = 0; o < ARRAY_SIZE(operations); o++) {
			other = &operations[o];
			if (s < STATES_OF_BUCKET || !(one->of_bucket || other->of_bucket))
				try_pair(states[s].name, states[s].prepare, one);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog interleave");
	TCase *tc = tcase_create("pairs");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, pairs, 0, ARRAY_SIZE(operations));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
