/* Finding what is wrong with uploads and parts: each kind of fault is made on purpose and told of, and no other. */
#include "tests/unit/storage/catalog_uploads.h"

#include "tests/unit/suite.h"

static struct bucket *bucket;
static struct upload *upload;
static struct object *object;
static unsigned char upload_id[16];

static struct slice
large(uint64_t seed)
{
	return random_bytes_of(mem, 20000, seed);
}

static void
set_up(void)
{
	catalog_scratch_open();
	bucket = make_bucket("bucket");
	upload = begin_upload(bucket, "key");
	ck_assert(upload_id_parse(slice_from(upload->id), upload_id));
	for (unsigned number = 1; number <= 3; number++)
		ck_assert_store(put_part(bucket, upload, number, "part", large(number)), STORE_OK);
}

static void
complete_all(void)
{
	const unsigned numbers[] = { 1, 2, 3 };

	ck_assert_store(complete(bucket, upload, numbers, 3, &object), STORE_OK);
}

static struct slice
partition(void)
{
	return first_shard(&bucket->id);
}

static struct record_part
read_part(unsigned number)
{
	struct part_rows rows;

	ck_assert_store(part_rows_read(catalog, partition(), upload_id, number - 1, 1, mem, &rows), STORE_OK);
	ck_assert(rows.count == 1 && rows.items[0].number == number);
	return rows.items[0].record;
}

static void
write_part(unsigned number, const struct record_part *record)
{
	ck_assert_store(
	    put_one(store, partition(), name_part(mem, upload_id, number), record_part_encode(mem, record)),
	    STORE_OK);
}

static void
change_version(void (*change)(struct record_version *record))
{
	struct row row = { .name = name_head(mem, SLICE("key")) };

	ck_assert_store(read_row(bucket, "key", &row), STORE_OK);
	change(&row.record);
	ck_assert_store(put_one(store, partition(), row.name, record_version_encode(mem, &row.record)), STORE_OK);
}

/* What is told. */

static char *lines;

static void
add_line(void *context, const char *line)
{
	(void)context;
	lines = talloc_asprintf_append(lines, "%s\n", line);
}

static struct verify_result
assert_faults(uint64_t damaged, uint64_t missing, uint64_t orphans)
{
	struct verify_result result;

	lines = talloc_strdup(mem, "");
	ck_assert_store(catalog_verify(catalog, add_line, NULL, &result), STORE_OK);
	ck_assert_msg(result.damaged == damaged && result.missing == missing && result.orphans == orphans,
	    "damaged %d, missing %d, orphans %d:\n%s", (int)result.damaged, (int)result.missing,
	    (int)result.orphans, lines);
	ck_assert_int_eq(damaged + missing + orphans == 0, *lines == '\0');
	return result;
}

static void
assert_read(enum store_err expected)
{
	struct object *read;
	struct slice got;

	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), false, &read), STORE_OK);
	ck_assert_store(read_object(read, &got), expected);
}

/* Tests. */

START_TEST(counts)
{
	struct verify_result result = assert_faults(0, 0, 0);

	ck_assert_uint_eq(result.blobs, 3);
	ck_assert_uint_eq(result.bytes, 60000);
	ck_assert_uint_eq(result.versions, 0);
	complete_all();
	result = assert_faults(0, 0, 0);
	ck_assert_uint_eq(result.blobs, 3);
	ck_assert_uint_eq(result.bytes, 60000);
	ck_assert_uint_eq(result.versions, 1);
	ck_assert_uint_eq(result.objects, 1);
	assert_read(STORE_OK);
}
END_TEST

START_TEST(missing_blob)
{
	struct record_part part = read_part(2);
	struct record_blob blob = part_blob(&part);

	if (_i)
		complete_all();
	ck_assert_store(blob_delete(store, &blob.id), STORE_OK);
	assert_faults(0, 1, 0);
	ck_assert_ptr_nonnull(strstr(lines, talloc_asprintf(mem, "upload %s, part 2: blob ", upload->id)));
	if (_i)
		assert_read(STORE_NOT_FOUND);
}
END_TEST

/* What is being cleared away need not be whole. */
START_TEST(missing_blob_of_garbage)
{
	struct record_part part = read_part(2);
	struct record_blob blob = part_blob(&part);

	ck_assert_store(blob_delete(store, &blob.id), STORE_OK);
	if (_i)
		ck_assert_store(abort_upload(bucket, upload), STORE_OK);
	else
		ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	ck_assert_uint_eq(assert_faults(0, 0, 0).blobs, 2);
}
END_TEST

START_TEST(wrong_size)
{
	struct record_part part = read_part(2);

	complete_all();
	part.size++;
	write_part(2, &part);
	assert_faults(2, 0, 0); /* the blob is of another size, and so is the object */
	assert_read(STORE_DAMAGED);
}
END_TEST

START_TEST(missing_part)
{
	ck_assert_store(delete_one(store, partition(), name_part(mem, upload_id, 3)), STORE_OK);
	assert_faults(0, 0, 1); /* the blob */
	write_part(3, &(struct record_part){ .etag = SLICE("empty") });
	complete_all();
	ck_assert_store(delete_one(store, partition(), name_part(mem, upload_id, (unsigned)_i)), STORE_OK);
	assert_faults(0, 1, _i == 3 ? 1 : 2);
	ck_assert_ptr_nonnull(strstr(lines, "bucket bucket, key \"key\", version null: its parts: not found"));
	assert_read(_i == 3 ? STORE_OK : STORE_DAMAGED);
}
END_TEST

START_TEST(another_part)
{
	complete_all();
	write_part(4, &(struct record_part){ .etag = SLICE("empty") });
	assert_faults(1, 0, 0);
}
END_TEST

static void
one_byte_more(struct record_version *record)
{
	record->size++;
}

static void
with_content(struct record_version *record)
{
	record->has_content = true;
}

static void
with_blob(struct record_version *record)
{
	struct record_part part = read_part(1);
	struct record_blob *blob = talloc_memdup(mem, &(struct record_blob){ 0 }, sizeof(*blob));

	*blob = part_blob(&part);
	record->blobs = (struct record_blobs){ blob, 1 };
}

static void
of_no_upload(struct record_version *record)
{
	record->upload_id[0] ^= 1;
}

static const struct {
	void (*change)(struct record_version *record);
	uint64_t damaged, missing, orphans;
} version_rows[] = {
	{ one_byte_more, 1, 0, 0 },
	{ with_content, 1, 0, 0 },
	{ with_blob, 1, 0, 0 },
	{ of_no_upload, 0, 1, 1 },
};

START_TEST(wrong_version)
{
	complete_all();
	change_version(version_rows[_i].change);
	assert_faults(version_rows[_i].damaged, version_rows[_i].missing, version_rows[_i].orphans);
	assert_read(version_rows[_i].change == with_content ? STORE_NOT_FOUND : STORE_DAMAGED);
}
END_TEST

START_TEST(orphans)
{
	ck_assert_store(delete_one(store, partition(), name_upload(mem, SLICE("key"), upload_id)), STORE_OK);
	assert_faults(0, 0, 1);
	ck_assert_ptr_nonnull(strstr(lines, talloc_asprintf(mem, "upload %s: its parts belong", upload->id)));
	upload = begin_upload(bucket, "key");
	ck_assert_store(put_part(bucket, upload, 1, "part", large(1)), STORE_OK);
	assert_faults(0, 0, 1);
}
END_TEST

static const struct {
	const char *name;
	struct slice key;
	struct slice value;
} malformed_rows[] = {
	{ "upload",
	    SLICE("ukey\0"
		  "0123456789abcdef"),
	    SLICE("nonsense") },
	{ "upload without an ID", SLICE("ukey"), SLICE("\1m\2\1\1") },
	{ "upload with a short ID",
	    SLICE("ukey\0"
		  "0123456789abcde"),
	    SLICE("\1m\2\1\1") },
	{ "part", SLICE("p0123456789abcdef\0\1"), SLICE("nonsense") },
	{ "part of no number", SLICE("p0123456789abcdef\0"), SLICE("\1p\3\1e") },
	{ "part number 0", SLICE("p0123456789abcdef\0\0"), SLICE("\1p\3\1e") },
	{ "part number 10,001", SLICE("p0123456789abcdef\47\21"), SLICE("\1p\3\1e") },
	{ "size without a blob", SLICE("p0123456789abcdef\0\1"), SLICE("\1p\1\1\5\3\1e") },
	{ "blob without a size", SLICE("p0123456789abcdef\0\1"),
	    SLICE("\1p\3\1e\5\20"
		  "0123456789abcdef") },
};

/* A part of a name that is right belongs to nothing besides, and cannot be shown. */
START_TEST(malformed)
{
	struct slice key = malformed_rows[_i].key;
	struct verify_result result;

	ck_assert_store(put_one(store, partition(), key, malformed_rows[_i].value), STORE_OK);
	result = assert_faults(1, 0, 0);
	ck_assert_msg(result.blobs == 3, "%s", malformed_rows[_i].name);
}
END_TEST

/* The sweep leaves what it cannot read, and what names it, and clears the rest. */
START_TEST(unreadable_part)
{
	struct sweep_result result;

	ck_assert_store(put_one(store, partition(), name_part(mem, upload_id, 2), SLICE("nonsense")), STORE_OK);
	ck_assert_store(abort_upload(bucket, upload), STORE_OK);
	for (int i = 0; i < 2; i++) {
		ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_DAMAGED);
		ck_assert_uint_eq(result.blobs_deleted, i ? 0 : 2);
	}
	assert_faults(1, 0, 1);
	ck_assert_store(delete_one(store, partition(), name_part(mem, upload_id, 2)), STORE_OK);
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}
END_TEST

/* Parts that belong to nothing go with their bucket. */
START_TEST(orphans_in_deleted_bucket)
{
	struct sweep_result result;

	ck_assert_store(delete_one(store, partition(), name_upload(mem, SLICE("key"), upload_id)), STORE_OK);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	assert_faults(0, 0, 0);
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	ck_assert_uint_eq(result.blobs_deleted, 3);
	assert_faults(0, 0, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog verify uploads");
	TCase *tc = tcase_create("verify");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, set_up, catalog_scratch_close);
	tcase_add_test(tc, counts);
	tcase_add_loop_test(tc, missing_blob, 0, 2);
	tcase_add_loop_test(tc, missing_blob_of_garbage, 0, 2);
	tcase_add_test(tc, wrong_size);
	tcase_add_loop_test(tc, missing_part, 1, 4);
	tcase_add_test(tc, another_part);
	tcase_add_loop_test(tc, wrong_version, 0, ARRAY_SIZE(version_rows));
	tcase_add_test(tc, orphans);
	tcase_add_loop_test(tc, malformed, 0, ARRAY_SIZE(malformed_rows));
	tcase_add_test(tc, unreadable_part);
	tcase_add_test(tc, orphans_in_deleted_bucket);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
