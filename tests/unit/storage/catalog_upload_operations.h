/* Operations on uploads of a key, and states from which to begin, beside those on keys and buckets. */
#ifndef TESTS_UNIT_STORAGE_CATALOG_UPLOAD_OPERATIONS_H
#define TESTS_UNIT_STORAGE_CATALOG_UPLOAD_OPERATIONS_H

#include "tests/unit/storage/catalog_operations.h"
#include "tests/unit/storage/catalog_uploads.h"

static struct upload *upload;

/* What is there before. */

static void
add_upload(void)
{
	upload = begin_upload(bucket, "key");
	ck_assert_store(put_part(bucket, upload, 1, "one", large(11)), STORE_OK);
	ck_assert_store(put_part(bucket, upload, 2, "two", SLICE("the second part")), STORE_OK);
}

static void
with_upload(void)
{
	with_nothing();
	add_upload();
}

static void
with_frozen(void)
{
	struct upload *frozen;

	with_large();
	add_upload();
	ck_assert_store(freeze(bucket, upload, &frozen), STORE_OK);
}

static void
with_upload_and_versions(void)
{
	with_versions();
	add_upload();
}

static void
complete_it(void)
{
	const unsigned numbers[] = { 1, 2 };
	struct object *object;

	ck_assert_store(complete(bucket, upload, numbers, 2, &object), STORE_OK);
}

static void
with_completed(void)
{
	with_upload();
	complete_it();
	add_upload();
}

/* Of an upload that was aborted, and of an object that was deleted. */
static void
with_parts_as_garbage(void)
{
	with_upload();
	complete_it();
	delete_object(bucket, "key", "");
	add_upload();
	ck_assert_store(abort_upload(bucket, upload), STORE_OK);
	add_upload();
}

static void
with_upload_and_closed_gate(void)
{
	with_upload();
	close_gate();
}

static void
with_upload_and_deletion(void)
{
	with_upload();
	begin_deletion();
}

static const struct state upload_states[] = {
	{ "an upload", with_upload },
	{ "a frozen upload over an object", with_frozen },
	{ "an upload over versions", with_upload_and_versions },
	{ "an upload over a completed one", with_completed },
	{ "parts as garbage", with_parts_as_garbage },
	{ "an upload, a gate left closed", with_upload_and_closed_gate },
	{ "an upload, a deletion begun", with_upload_and_deletion },
};

/* Operations. */

static const char *
create_upload(void)
{
	const struct object_change change = { .etag = "", .owner_id = "another" };
	struct upload *made;

	return say(catalog_upload_create(catalog, mem, bucket, SLICE("key"), SLICE("who"), &change, &made));
}

static const char *
put_first_part(void)
{
	return say(put_part(bucket, upload, 1, "one again", large(12)));
}

static const char *
put_third_part(void)
{
	return say(put_part(bucket, upload, 3, "three", SLICE("the third part")));
}

static const char *
abort_it(void)
{
	return say(abort_upload(bucket, upload));
}

/* As the gateway does it: again from the start while somebody else was at the upload. */
static enum store_err
complete_first_parts(size_t max)
{
	enum store_err err = STORE_CONFLICT;

	for (int tries = 0; tries < 10 && err == STORE_CONFLICT; tries++) {
		unsigned numbers[3];
		struct upload *frozen;
		struct part_page *page = NULL;
		struct object *object;

		err = freeze(bucket, upload, &frozen);
		if (!err)
			err = catalog_parts(catalog, mem, bucket, frozen, 0, max, &page);
		for (size_t i = 0; !err && i < page->count; i++)
			numbers[i] = page->parts[i].number;
		if (!err)
			err = complete_frozen(bucket, frozen, numbers, page->count, &object);
	}
	return err;
}

static const char *
complete_all(void)
{
	return say(complete_first_parts(3));
}

static const char *
complete_one(void)
{
	return say(complete_first_parts(1));
}

static const char *
list_uploads(void)
{
	const struct upload_query query = { .limit = 10 };
	struct upload_page *page;
	char *text;
	enum store_err err = catalog_list_uploads(catalog, mem, bucket, &query, &page);

	text = talloc_strdup(mem, say(err));
	for (size_t i = 0; !err && i < page->upload_count; i++)
		text = talloc_asprintf_append(text, " %s", page->uploads[i]->owner_id);
	return text;
}

static const char *
list_parts(void)
{
	struct part_page *page;
	char *text;
	enum store_err err = catalog_parts(catalog, mem, bucket, upload, 0, 10, &page);

	text = talloc_strdup(mem, say(err));
	for (size_t i = 0; !err && i < page->count; i++)
		text = talloc_asprintf_append(text, " %u %s", page->parts[i].number, page->parts[i].etag);
	return text;
}

static const struct operation upload_operations[] = {
	{ "create upload", create_upload, false },
	{ "put first part", put_first_part, false },
	{ "put third part", put_third_part, false },
	{ "complete", complete_all, false },
	{ "complete one part", complete_one, false },
	{ "abort", abort_it, false },
	{ "list uploads", list_uploads, false },
	{ "list parts", list_parts, false },
	{ "put large", put_one_large, false },
	{ "delete", delete_key, false },
	{ "get", get_current, false },
	{ "delete bucket", delete_bucket, true },
	{ "create bucket", create_bucket, true },
	{ "sweep", sweep, false },
	{ "verify", verify, false },
};

#endif
