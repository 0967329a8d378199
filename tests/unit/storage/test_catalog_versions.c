/* Versions: what S3 promises of them, case by case, and against a plain model in memory. */
#include "tests/unit/storage/catalog_scratch.h"

#include "tests/unit/suite.h"

#define NONE slice_make(NULL, 0)

static struct bucket *
set_versioning(const char *name, enum versioning versioning)
{
	struct bucket *bucket;

	ck_assert_store(catalog_bucket(catalog, mem, slice_from(name), &bucket), STORE_OK);
	if (versioning != VERSIONING_NEVER)
		ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, versioning), STORE_OK);
	ck_assert_store(catalog_bucket(catalog, mem, slice_from(name), &bucket), STORE_OK);
	return bucket;
}

static const char *
put_text(const struct bucket *bucket, const char *text)
{
	struct object *object;

	ck_assert_store(put_object(bucket, "key", text, slice_from(text), NULL, NULL, &object), STORE_OK);
	return object->version_id;
}

START_TEST(enabled)
{
	struct bucket *bucket = make_bucket("bucket");
	const char *one, *two, *marker;
	struct object_deletion deletion;
	struct object *object;

	put_text(bucket, "null");
	bucket = set_versioning("bucket", VERSIONING_ENABLED);
	one = put_text(bucket, "one");
	two = put_text(bucket, "two");
	ck_assert_str_ne(one, two);
	ck_assert_uint_le(strlen(one), VERSION_ID_MAX);
	ck_assert(object_is(bucket, "key", "", SLICE("two")) && object_is(bucket, "key", two, SLICE("two")));
	ck_assert(object_is(bucket, "key", one, SLICE("one")) && object_is(bucket, "key", "null", SLICE("null")));
	ck_assert_store(
	    catalog_object(catalog, mem, bucket, SLICE("key"), slice_from(one), false, &object), STORE_OK);
	ck_assert(!object->is_latest);
	ck_assert_str_eq(object->version_id, one);
	deletion = delete_object(bucket, "key", "");
	marker = deletion.version_id;
	ck_assert(deletion.delete_marker);
	ck_assert_store(
	    catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object), STORE_NOT_FOUND);
	ck_assert(object && object->delete_marker && object->is_latest);
	ck_assert_str_eq(object->version_id, marker);
	ck_assert_store(
	    catalog_object(catalog, mem, bucket, SLICE("key"), slice_from(marker), true, &object), STORE_NOT_FOUND);
	ck_assert(object && object->delete_marker);
	ck_assert(object_is(bucket, "key", two, SLICE("two")));
	deletion = delete_object(bucket, "key", marker);
	ck_assert(deletion.delete_marker);
	ck_assert_str_eq(deletion.version_id, marker);
	ck_assert(object_is(bucket, "key", "", SLICE("two")));
	deletion = delete_object(bucket, "key", one);
	ck_assert(!deletion.delete_marker);
	ck_assert_str_eq(deletion.version_id, one);
	ck_assert(object_is(bucket, "key", one, NONE) && object_is(bucket, "key", "", SLICE("two")));
	delete_object(bucket, "key", two);
	ck_assert(object_is(bucket, "key", "", SLICE("null")));
	delete_object(bucket, "key", "null");
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}
END_TEST

START_TEST(suspended)
{
	struct bucket *bucket = make_bucket("bucket");
	const char *one;
	struct object_deletion deletion;

	put_text(bucket, "first null");
	bucket = set_versioning("bucket", VERSIONING_ENABLED);
	one = put_text(bucket, "one");
	bucket = set_versioning("bucket", VERSIONING_SUSPENDED);
	ck_assert(object_is(bucket, "key", "null", SLICE("first null")));
	ck_assert_str_eq(put_text(bucket, "second null"), "null");
	ck_assert(object_is(bucket, "key", "", SLICE("second null")));
	ck_assert(object_is(bucket, "key", "null", SLICE("second null")));
	ck_assert(object_is(bucket, "key", one, SLICE("one")));
	ck_assert_str_eq(put_text(bucket, "third null"), "null");
	ck_assert(object_is(bucket, "key", "null", SLICE("third null")));
	deletion = delete_object(bucket, "key", "");
	ck_assert(deletion.delete_marker);
	ck_assert_str_eq(deletion.version_id, "null");
	ck_assert(object_is(bucket, "key", "", NONE) && object_is(bucket, "key", "null", NONE));
	deletion = delete_object(bucket, "key", "null");
	ck_assert(deletion.delete_marker);
	ck_assert(object_is(bucket, "key", "", SLICE("one")));
}
END_TEST

START_TEST(marker_without_object)
{
	struct bucket *bucket = make_bucket("bucket");
	struct object_deletion deletion = delete_object(bucket, "key", "");

	ck_assert(!deletion.delete_marker && !deletion.version_id);
	bucket = set_versioning("bucket", VERSIONING_ENABLED);
	deletion = delete_object(bucket, "key", "");
	ck_assert(deletion.delete_marker);
	delete_object(bucket, "key", "");
	delete_object(bucket, "key", "");
	ck_assert(object_is(bucket, "key", "", NONE));
	put_text(bucket, "text");
	ck_assert(object_is(bucket, "key", "", SLICE("text")));
}
END_TEST

/* Version IDs that no version has, of all shapes. */
static const struct {
	const char *name, *version_id;
} unknown_ids[] = {
	{ "short", "0" },
	{ "of the right shape", "00064b0e00000000ffffffffffffffff" },
	{ "zero", "00000000000000000000000000000000" },
	{ "largest", "ffffffffffffffffffffffffffffffff" },
	{ "upper case", "00064B0E00000000FFFFFFFFFFFFFFFF" },
	{ "not a digit", "0006\xff"
			 "b0e00000000ffffffffffffffff" },
	{ "too long", "00064b0e00000000ffffffffffffffff0" },
	{ "NULL", "NULL" },
	{ "longer than any", "nullnullnullnullnullnullnullnullnullnullnullnullnullnullnullnullnullnull" },
};

START_TEST(unknown_id)
{
	struct bucket *bucket;
	const char *version_id = unknown_ids[_i].version_id;
	struct object *object;

	make_bucket("bucket");
	bucket = set_versioning("bucket", VERSIONING_ENABLED);
	put_text(bucket, "one");
	put_text(bucket, "two");
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("key"), slice_from(version_id), true, &object),
	    STORE_NOT_FOUND);
	ck_assert_ptr_null(object);
	delete_object(bucket, "key", version_id);
	ck_assert(object_is(bucket, "key", "", SLICE("two")));
}
END_TEST

/* The random half of an ID counts, too. */
START_TEST(guessed_id)
{
	struct bucket *bucket;
	char *guess;

	make_bucket("bucket");
	bucket = set_versioning("bucket", VERSIONING_ENABLED);
	guess = talloc_strdup(mem, put_text(bucket, "one"));
	guess[31] = guess[31] == '0' ? '1' : '0';
	ck_assert(object_is(bucket, "key", guess, NONE));
	put_text(bucket, "two");
	ck_assert(object_is(bucket, "key", guess, NONE));
	delete_object(bucket, "key", guess);
	ck_assert(object_is(bucket, "key", "", SLICE("two")));
}
END_TEST

/* The clock stands still, or goes back: versions stay in the order in which they were made. */
START_TEST(clock_went_back)
{
	struct bucket *bucket;
	struct record_version future = { .ordinal = UINT64_C(1) << 60, .salt = 1, .etag = SLICE("future") };
	struct change change = { .mem = mem };
	const char *one, *two;

	make_bucket("bucket");
	bucket = set_versioning("bucket", VERSIONING_ENABLED);
	change_put(&change, name_head(mem, SLICE("key")), record_version_encode(mem, &future));
	ck_assert_store(change_commit(catalog, first_shard(&bucket->id), &change), STORE_OK);
	one = put_text(bucket, "one");
	two = put_text(bucket, "two");
	delete_object(bucket, "key", two);
	ck_assert(object_is(bucket, "key", "", SLICE("one")));
	delete_object(bucket, "key", one);
	ck_assert(object_is(bucket, "key", "", SLICE("")));
	ck_assert(object_is(bucket, "key", "10000000000000000000000000000001", SLICE("")));
}
END_TEST

/* A writer that has not heard of it that versioning was switched on must not destroy a version that has an ID. */
START_TEST(stale_bucket)
{
	struct bucket *stale = make_bucket("bucket"), *bucket;
	const char *one;

	bucket = set_versioning("bucket", VERSIONING_ENABLED);
	one = put_text(bucket, "one");
	put_text(stale, "null");
	ck_assert(object_is(bucket, "key", one, SLICE("one")));
	ck_assert(object_is(bucket, "key", "", SLICE("null")));
	delete_object(stale, "key", "");
	ck_assert(object_is(bucket, "key", one, SLICE("one")));
	ck_assert(object_is(bucket, "key", "", NONE));
}
END_TEST

/* Against a model. */

#define MODEL_VERSIONS 64
#define LARGE          20000 /* bytes: a blob */

/* One key's versions, the newest first. */
struct model {
	struct version {
		char id[VERSION_ID_MAX + 1];
		bool marker;
		struct slice bytes;
		struct slice tags;
	} versions[MODEL_VERSIONS];
	size_t count;
};

static void
model_remove(struct model *m, size_t position)
{
	memmove(
	    &m->versions[position], &m->versions[position + 1], (m->count - position - 1) * sizeof(m->versions[0]));
	m->count--;
}

static size_t
model_find(const struct model *m, const char *id)
{
	size_t position = 0;

	while (position < m->count && strcmp(m->versions[position].id, id) != 0)
		position++;
	return position;
}

static void
model_push(struct model *m, const char *id, bool marker, struct slice bytes)
{
	size_t old_null = model_find(m, "null");

	if (strcmp(id, "null") == 0 && old_null < m->count)
		model_remove(m, old_null);
	memmove(&m->versions[1], &m->versions[0], m->count * sizeof(m->versions[0]));
	m->versions[0] = (struct version){ .marker = marker, .bytes = bytes };
	snprintf(m->versions[0].id, sizeof(m->versions[0].id), "%s", id);
	m->count++;
}

static void
do_put(struct model *m, const struct bucket *bucket, uint64_t *random)
{
	size_t size = next_random(random) % 4 ? next_random(random) % 100 : LARGE + next_random(random) % 100;
	struct slice bytes = random_bytes_of(mem, size, next_random(random));
	struct object *object;

	ck_assert_store(put_object(bucket, "key", "e", bytes, NULL, NULL, &object), STORE_OK);
	ck_assert_int_eq(strcmp(object->version_id, "null") == 0, bucket->versioning != VERSIONING_ENABLED);
	model_push(m, object->version_id, false, bytes);
}

static void
do_delete(struct model *m, const struct bucket *bucket)
{
	struct object_deletion deletion = delete_object(bucket, "key", "");

	if (bucket->versioning == VERSIONING_NEVER) {
		ck_assert(!deletion.delete_marker);
		m->count = 0;
		return;
	}
	ck_assert(deletion.delete_marker);
	ck_assert_int_eq(strcmp(deletion.version_id, "null") == 0, bucket->versioning != VERSIONING_ENABLED);
	model_push(m, deletion.version_id, true, NONE);
}

static void
do_delete_version(struct model *m, const struct bucket *bucket, uint64_t *random)
{
	size_t position = next_random(random) % (m->count + 1);
	const char *id = position < m->count ? m->versions[position].id : "null";
	struct object_deletion deletion = delete_object(bucket, "key", id);

	position = model_find(m, id);
	if (position == m->count)
		return;
	if (bucket->versioning != VERSIONING_NEVER) {
		ck_assert_int_eq(deletion.delete_marker, m->versions[position].marker);
		ck_assert_str_eq(deletion.version_id, id);
	}
	model_remove(m, position);
}

static void
do_change(struct model *m, const struct bucket *bucket, uint64_t *random)
{
	const struct object_change change = { .etag = "e",
		.owner_id = "owner",
		.tags = random_bytes_of(mem, next_random(random) % 50, next_random(random)) };
	size_t position = next_random(random) % (m->count + 1);
	const char *id = position < m->count ? m->versions[position].id : "";
	bool there;
	struct object *object;

	if (position == m->count)
		position = 0;
	there = position < m->count && !m->versions[position].marker;
	ck_assert_store(catalog_object_change(catalog, mem, bucket, SLICE("key"), slice_from(id), &change, false,
			    NULL, NULL, &object),
	    there ? STORE_OK : STORE_NOT_FOUND);
	if (there)
		m->versions[position].tags = change.tags;
}

static void
compare_version(const struct bucket *bucket, const char *id, const struct version *expected, bool is_latest)
{
	struct object *object;
	struct slice bytes;

	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("key"), slice_from(id), true, &object),
	    expected && !expected->marker ? STORE_OK : STORE_NOT_FOUND);
	if (!expected) {
		ck_assert_ptr_null(object);
		return;
	}
	ck_assert_int_eq(object->delete_marker, expected->marker);
	ck_assert_int_eq(object->is_latest, is_latest);
	ck_assert_str_eq(object->version_id, expected->id);
	if (expected->marker)
		return;
	ck_assert_store(read_object(object, &bytes), STORE_OK);
	ck_assert(slice_equal(bytes, expected->bytes));
	ck_assert(slice_equal(object->tags, expected->tags));
}

static void
compare_all(const struct model *m, const struct bucket *bucket)
{
	struct verify_result verified;
	struct sweep_result swept;
	struct catalog_stats stats;
	uint64_t blobs = 0;

	compare_version(bucket, "", m->count ? &m->versions[0] : NULL, true);
	for (size_t i = 0; i < m->count; i++) {
		compare_version(bucket, m->versions[i].id, &m->versions[i], i == 0);
		blobs += m->versions[i].bytes.length > LARGE;
	}
	if (model_find(m, "null") == m->count)
		compare_version(bucket, "null", NULL, false);
	ck_assert_store(catalog_verify(catalog, NULL, NULL, &verified), STORE_OK);
	ck_assert_uint_eq(verified.damaged + verified.missing + verified.orphans, 0);
	ck_assert_uint_eq(verified.versions, m->count);
	ck_assert_uint_eq(verified.objects, m->count && !m->versions[0].marker);
	ck_assert_store(catalog_sweep(catalog, NULL, &swept), STORE_OK);
	ck_assert_store(catalog_stats(catalog, &stats), STORE_OK);
	ck_assert_uint_eq(stats.blobs, blobs);
	ck_assert_uint_eq(stats.garbage, 0);
}

START_TEST(against_model)
{
	struct model *m = talloc_zero(mem, struct model);
	uint64_t random = (uint64_t)_i * 7919 + 1;
	struct bucket *bucket = make_bucket("bucket");

	for (int round = 0; round < 120; round++) {
		uint64_t what = next_random(&random) % 16;

		if (what == 0 && round > 20)
			bucket = set_versioning(
			    "bucket", next_random(&random) % 2 ? VERSIONING_ENABLED : VERSIONING_SUSPENDED);
		else if (what < 6 && m->count < MODEL_VERSIONS - 1)
			do_put(m, bucket, &random);
		else if (what < 9 && m->count < MODEL_VERSIONS - 1)
			do_delete(m, bucket);
		else if (what < 12)
			do_delete_version(m, bucket, &random);
		else
			do_change(m, bucket, &random);
		compare_version(bucket, "", m->count ? &m->versions[0] : NULL, true);
		if (round % 8 == 0)
			compare_all(m, bucket);
	}
	compare_all(m, bucket);
	while (m->count) {
		delete_object(bucket, "key", m->versions[0].id);
		model_remove(m, 0);
	}
	compare_all(m, bucket);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}
END_TEST

/* At once. */

struct writer {
	pthread_t thread;
	const struct bucket *bucket;
	uint64_t random;
	uint64_t kept; /* versions and markers that it made and did not delete */
};

/* Put, delete, and delete what was put, as it comes. */
static void *
write_versions(void *context)
{
	struct writer *w = context;
	const struct object_change change = { .etag = "e", .owner_id = "owner" };

	for (int i = 0; i < 60; i++) {
		TALLOC_CTX *own = talloc_new(NULL);
		struct content *content = content_new(catalog, own, w->bucket, SLICE("key"));
		struct object_deletion deletion;
		struct object *object;

		ck_assert_store(content_append(content, SLICE("bytes")), STORE_OK);
		ck_assert_store(content_finish(content), STORE_OK);
		ck_assert_store(catalog_object_put(
				    catalog, own, w->bucket, SLICE("key"), content, &change, NULL, NULL, &object),
		    STORE_OK);
		w->kept++;
		if (next_random(&w->random) % 4 == 0) {
			ck_assert_store(catalog_object_delete(catalog, own, w->bucket, SLICE("key"), SLICE(""),
					    NULL, NULL, &deletion),
			    STORE_OK);
			w->kept++;
		}
		if (next_random(&w->random) % 4) {
			ck_assert_store(catalog_object_delete(catalog, own, w->bucket, SLICE("key"),
					    slice_from(object->version_id), NULL, NULL, &deletion),
			    STORE_OK);
			w->kept--;
		}
		talloc_free(own);
	}
	return NULL;
}

/* Each version is deleted once and for all, whichever place it has by then; the rest is counted. */
START_TEST(at_once)
{
	struct bucket *bucket;
	struct writer writers[8];
	struct verify_result verified;
	uint64_t versions, kept = 0;
	struct object *object;
	enum store_err err;

	make_bucket("bucket");
	bucket = set_versioning("bucket", VERSIONING_ENABLED);
	for (unsigned i = 0; i < ARRAY_SIZE(writers); i++) {
		writers[i] = (struct writer){ .bucket = bucket, .random = i + 1 };
		ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, write_versions, &writers[i]), 0);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(writers); i++) {
		pthread_join(writers[i].thread, NULL);
		kept += writers[i].kept;
	}
	ck_assert_store(catalog_verify(catalog, NULL, NULL, &verified), STORE_OK);
	ck_assert_uint_eq(verified.damaged + verified.missing + verified.orphans, 0);
	ck_assert_uint_eq(verified.versions, kept);
	/* Take them away by the head, one after another: each deletion must find exactly one version. */
	for (versions = 0;; versions++) {
		err = catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), false, &object);
		ck_assert(err == STORE_OK || err == STORE_NOT_FOUND);
		if (!object)
			break;
		delete_object(bucket, "key", object->version_id);
	}
	ck_assert_uint_eq(versions, verified.versions);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog versions");
	TCase *tc = tcase_create("versions");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_test(tc, enabled);
	tcase_add_test(tc, suspended);
	tcase_add_test(tc, marker_without_object);
	tcase_add_loop_test(tc, unknown_id, 0, ARRAY_SIZE(unknown_ids));
	tcase_add_test(tc, guessed_id);
	tcase_add_test(tc, clock_went_back);
	tcase_add_test(tc, stale_bucket);
	tcase_add_loop_test(tc, against_model, 0, 8);
	tcase_add_test(tc, at_once);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
