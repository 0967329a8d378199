/* As many parts as an upload may have: what is read in pages, and what takes several commits. */
#include "tests/unit/storage/catalog_dump.h"
#include "tests/unit/storage/catalog_uploads.h"

#include "tests/unit/suite.h"

static struct bucket *bucket;
static struct upload *upload;

static void
set_up(void)
{
	catalog_scratch_open();
	bucket = make_bucket("bucket");
	upload = begin_upload(bucket, "key");
}

/* Part N holds N % 5 bytes of its number, so that where one is shows what it holds. */

static uint64_t
size_of(unsigned number)
{
	return number % 5;
}

static uint64_t
offset_of(unsigned number)
{
	return (uint64_t)(number - 1) / 5 * 10 + (number - 1) % 5 * ((number - 1) % 5 + 1) / 2;
}

static char
byte_at(uint64_t offset)
{
	unsigned number = (unsigned)(offset / 10 * 5 + 1);

	while (offset_of(number + 1) <= offset)
		number++;
	return (char)(number % 251);
}

static void
put_parts(unsigned count)
{
	for (unsigned number = 1; number <= count; number++) {
		TALLOC_CTX *outer = mem;
		char bytes[5];

		mem = talloc_new(NULL);
		memset(bytes, (int)(number % 251), sizeof(bytes));
		ck_assert_store(put_part(bucket, upload, number, talloc_asprintf(mem, "%u", number),
				    slice_make(bytes, size_of(number))),
		    STORE_OK);
		talloc_free(mem);
		mem = outer;
	}
}

static struct object *
complete_each(unsigned first, unsigned last, unsigned step)
{
	unsigned *numbers = talloc_array(mem, unsigned, PART_NUMBER_MAX);
	struct object *object;
	size_t count = 0;

	for (unsigned number = first; number <= last; number += step)
		numbers[count++] = number;
	ck_assert_store(complete(bucket, upload, numbers, count, &object), STORE_OK);
	ck_assert_uint_eq(object->part_count, count);
	return object;
}

static void
check_pages(const struct object *object, size_t limit)
{
	struct part_page *page;
	unsigned after = 0;

	do {
		ck_assert_store(catalog_object_parts(catalog, mem, object, after, limit, &page), STORE_OK);
		for (size_t i = 0; i < page->count; i++) {
			const struct part *part = &page->parts[i];

			ck_assert_uint_eq(part->number, ++after);
			ck_assert_uint_eq(part->size, size_of(after));
			ck_assert_uint_eq(part->offset, offset_of(after));
			ck_assert_str_eq(part->etag, talloc_asprintf(page, "%u", after));
		}
		talloc_free(page);
	} while (after < object->part_count);
}

static void
check_read(struct object_reader *reader, uint64_t size, uint64_t offset, size_t length)
{
	char bytes[3000];
	size_t got, left = offset < size ? (size_t)(size - offset) : 0;

	ck_assert_uint_le(length, sizeof(bytes));
	ck_assert_store(object_reader_read(reader, offset, bytes, length, &got), STORE_OK);
	ck_assert_uint_eq(got, left < length ? left : length);
	for (size_t i = 0; i < got; i++)
		ck_assert_int_eq(bytes[i], byte_at(offset + i));
}

START_TEST(most)
{
	struct object_reader *reader;
	struct object *object;
	uint64_t random = 1, size = offset_of(PART_NUMBER_MAX + 1);

	put_parts(PART_NUMBER_MAX);
	object = complete_each(1, PART_NUMBER_MAX, 1);
	ck_assert_uint_eq(object->size, size);
	check_pages(object, 1000);
	ck_assert_store(object_reader_open(catalog, mem, object, 0, object->size, &reader), STORE_OK);
	for (uint64_t offset = 0; offset < size; offset += 3000)
		check_read(reader, size, offset, 3000);
	for (int i = 0; i < 300; i++)
		check_read(reader, size, next_random(&random) % (size + 2), next_random(&random) % 100);
	talloc_free(reader);
	assert_clean("most");
	delete_object(bucket, "key", "");
	assert_clean("deleted");
	ck_assert_uint_eq(all_entries(first_shard(&bucket->id), SLICE("")).count, 0);
}
END_TEST

/* More parts that are not named than one commit takes away. */
START_TEST(few_of_many)
{
	struct object *object;
	struct part_page *page;

	put_parts(3500);
	object = complete_each(1, 3500, 1000);
	ck_assert_store(catalog_object_parts(catalog, mem, object, 0, 10, &page), STORE_OK);
	ck_assert_uint_eq(page->count, 4);
	ck_assert_uint_eq(page->parts[3].number, 3001);
	ck_assert_uint_eq(page->parts[3].offset, 3);
	assert_clean("few");
	ck_assert_uint_eq(all_entries(first_shard(&bucket->id), SLICE("")).count, 5);
}
END_TEST

/* The surplus goes before the object is there: a completion that fails in between can be gone on with. */
START_TEST(interrupted)
{
	const struct fault fault = { .call = FAULT_COMMIT,
		.first = (unsigned)_i,
		.last = (unsigned)_i,
		.manner = FAULT_AFTER,
		.err = STORE_TIMEOUT };
	const unsigned named[] = { 1, 2500 };
	struct upload *frozen, *found;
	struct object *object;
	enum store_err err;

	put_parts(2500);
	ck_assert_store(freeze(bucket, upload, &frozen), STORE_OK);
	fault_set(store, &fault, 1);
	ck_assert_store(complete_frozen(bucket, frozen, named, 2, &object), STORE_TIMEOUT);
	fault_set(store, NULL, 0);
	assert_clean("interrupted");
	err = catalog_upload(catalog, mem, bucket, SLICE("key"), slice_from(upload->id), &found);
	ck_assert_store(err, _i < 3 ? STORE_OK : STORE_NOT_FOUND);
	if (!err)
		ck_assert_store(complete(bucket, upload, named, 2, &object), STORE_OK);
	ck_assert_store(catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object), STORE_OK);
	ck_assert_uint_eq(object->part_count, 2);
	assert_clean("completed");
}
END_TEST

/* The sweep stops in the middle, and the next one goes on. */
START_TEST(swept_in_steps)
{
	const struct fault fault = { .call = FAULT_BLOB_DELETE, .first = 900, .last = UINT32_MAX, .err = STORE_IO };
	struct sweep_result result;

	put_parts(1500);
	ck_assert_store(abort_upload(bucket, upload), STORE_OK);
	catalog->options.garbage_grace_us = INT64_MAX;
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	ck_assert_uint_eq(result.blobs_waiting, 1200);
	catalog->options.garbage_grace_us = 0;
	fault_set(store, &fault, 1);
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_IO);
	ck_assert_uint_eq(result.blobs_deleted, 899);
	fault_set(store, NULL, 0);
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	ck_assert_uint_eq(result.blobs_deleted, 301);
	assert_clean("swept");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog many parts");
	TCase *tc = tcase_create("parts");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, set_up, catalog_scratch_close);
	tcase_add_test(tc, most);
	tcase_add_test(tc, few_of_many);
	tcase_add_loop_test(tc, interrupted, 1, 4);
	tcase_add_test(tc, swept_in_steps);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
