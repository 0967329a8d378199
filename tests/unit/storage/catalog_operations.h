/* Operations on a key and its bucket, for suites that try each with each; and states from which to begin. */
#ifndef TESTS_UNIT_STORAGE_CATALOG_OPERATIONS_H
#define TESTS_UNIT_STORAGE_CATALOG_OPERATIONS_H

#include "tests/unit/storage/catalog_dump.h"

static struct bucket *bucket;
static const char *first, *second, *third; /* the IDs of the key's versions */

/* What is there before. */

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
with_enabled(void)
{
	with_nothing();
	set_versioning(VERSIONING_ENABLED);
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

static void
close_gate(void)
{
	struct record_gate gate = { .revision = bucket->revision - 1 };

	ck_assert_store(
	    put_one(store, slice_make(bucket->id.bytes, 16), NAME_GATE, record_gate_encode(mem, &gate)), STORE_OK);
}

/* A gate that a deletion left closed after it had brought the bucket back. */
static void
with_closed_gate(void)
{
	with_nothing();
	close_gate();
}

static void
begin_deletion(void)
{
	struct change change = { .mem = mem };
	struct bucket_row row;

	ck_assert_store(bucket_read(catalog, mem, slice_from(bucket->name), &row), STORE_OK);
	row.record.state = RECORD_BUCKET_DELETING;
	row.record.revision++;
	bucket_write(&change, &row.record);
	ck_assert_store(change_commit(catalog, PARTITION_BUCKETS, &change), STORE_OK);
}

/* A deletion that stopped after its first step. */
static void
with_deletion(void)
{
	with_nothing();
	begin_deletion();
}

static const struct state {
	const char *name;
	void (*prepare)(void);
} states[] = {
	{ "nothing", with_nothing },
	{ "a small object", with_small },
	{ "a large object", with_large },
	{ "versions", with_versions },
	{ "suspended", with_suspended },
	{ "a gate left closed", with_closed_gate },
	{ "a deletion begun", with_deletion },
	{ "versioning enabled", with_enabled },
};

/* Operations: each returns what it was answered, as a text. */

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

#endif
