/* Records: what is written is read back, and nothing else is taken for a record. */
#include "storage/record.h"

#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

static struct fields
make_pairs(const char *name, const char *value, size_t count)
{
	struct fields pairs = { 0 };

	for (size_t i = 0; i < count; i++)
		fields_add(mem, &pairs, slice_from(talloc_asprintf(mem, "%s-%zu", name, i)), slice_from(value));
	return pairs;
}

static struct record_blobs
make_blobs(size_t count)
{
	struct record_blobs blobs = { talloc_zero_array(mem, struct record_blob, count), count };

	for (size_t i = 0; i < count; i++) {
		memset(blobs.items[i].id.bytes, (int)(i + 1), sizeof(blobs.items[i].id.bytes));
		blobs.items[i].size = UINT64_MAX - i;
	}
	return blobs;
}

static struct record_version
make_version(void)
{
	struct record_version v = { .ordinal = 1732252800000000,
		.salt = UINT64_MAX,
		.null_version = true,
		.delete_marker = true,
		.modified_us = -1,
		.size = UINT64_C(1) << 40,
		.etag = SLICE("d41d8cd98f00b204e9800998ecf8427e-3"),
		.owner_id = SLICE("owner"),
		.acl = slice_make("acl\0with zero", 13),
		.tags = SLICE("tags"),
		.has_content = true,
		.part_count = RECORD_PARTS_MAX,
		.null_ordinal = 7 };

	v.checksums = make_pairs("CRC32", "AAAAAA==", 2);
	v.headers = make_pairs("content-type", "text/plain", 3);
	v.metadata = make_pairs("", "", 1);
	v.blobs = make_blobs(3);
	memset(v.content_id, 0xab, sizeof(v.content_id));
	memset(v.upload_id, 0xcd, sizeof(v.upload_id));
	return v;
}

static void
assert_pairs_equal(const struct fields *a, const struct fields *b)
{
	ck_assert_uint_eq(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		ck_assert(slice_equal(a->items[i].name, b->items[i].name));
		ck_assert(slice_equal(a->items[i].value, b->items[i].value));
	}
}

static void
assert_summary_equal(const struct record_version *a, const struct record_version *b)
{
	ck_assert_uint_eq(a->ordinal, b->ordinal);
	ck_assert_uint_eq(a->salt, b->salt);
	ck_assert_int_eq(a->null_version, b->null_version);
	ck_assert_int_eq(a->delete_marker, b->delete_marker);
	ck_assert_int_eq(a->modified_us, b->modified_us);
	ck_assert_uint_eq(a->size, b->size);
	ck_assert(slice_equal(a->etag, b->etag));
	ck_assert(slice_equal(a->owner_id, b->owner_id));
	assert_pairs_equal(&a->checksums, &b->checksums);
	ck_assert_mem_eq(a->upload_id, b->upload_id, sizeof(a->upload_id));
	ck_assert_uint_eq(a->part_count, b->part_count);
}

static void
assert_versions_equal(const struct record_version *a, const struct record_version *b)
{
	assert_summary_equal(a, b);
	ck_assert(slice_equal(a->acl, b->acl));
	ck_assert(slice_equal(a->tags, b->tags));
	assert_pairs_equal(&a->headers, &b->headers);
	assert_pairs_equal(&a->metadata, &b->metadata);
	ck_assert_int_eq(a->has_content, b->has_content);
	ck_assert_mem_eq(a->content_id, b->content_id, sizeof(a->content_id));
	ck_assert_uint_eq(a->blobs.count, b->blobs.count);
	for (size_t i = 0; i < a->blobs.count; i++) {
		ck_assert_mem_eq(a->blobs.items[i].id.bytes, b->blobs.items[i].id.bytes, 16);
		ck_assert_uint_eq(a->blobs.items[i].size, b->blobs.items[i].size);
	}
	ck_assert_uint_eq(a->null_ordinal, b->null_ordinal);
}

START_TEST(version_comes_back)
{
	struct record_version written = make_version(), read;
	struct slice value = record_version_encode(mem, &written);

	ck_assert_uint_eq((unsigned char)value.data[0], RECORD_FORMAT);
	ck_assert(record_version_decode(mem, value, &read));
	assert_versions_equal(&written, &read);
	ck_assert_uint_eq(read.unknown.length, 0);
	ck_assert(record_version_decode_summary(mem, value, &read));
	assert_summary_equal(&written, &read);
	ck_assert_uint_eq(read.blobs.count, 0);
}
END_TEST

/* Only one byte has to be wrong in the right place for a reader that trusts to go astray. */
START_TEST(cut_and_bent)
{
	struct record_version version = make_version(), read;
	struct slice value = record_version_encode(mem, &version);
	char *bytes = talloc_memdup(mem, value.data, value.length);

	for (size_t length = 0; length < value.length; length++) {
		char *cut = talloc_memdup(mem, value.data, length);

		(void)!record_version_decode(mem, slice_make(cut, length), &read);
		talloc_free(cut);
	}
	for (size_t i = 0; i < value.length; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			bytes[i] ^= (char)(1 << bit);
			if (record_version_decode(mem, slice_make(bytes, value.length), &read))
				ck_assert_uint_gt(record_version_encode(mem, &read).length, 2);
			bytes[i] ^= (char)(1 << bit);
		}
	}
}
END_TEST

#define HEAD "\1v"

/* Malformed records, and well-formed ones beside them: tag, length, bytes. */
static const struct {
	const char *name;
	struct slice value;
	bool right;
} version_rows[] = {
	{ "the least", SLICE(HEAD "\1\1\5"), true },
	{ "empty", SLICE(""), false },
	{ "format alone", SLICE("\1"), false },
	{ "another format", SLICE("\2v\1\1\5"), false },
	{ "another kind", SLICE("\1b\1\1\5"), false },
	{ "no ordinal", SLICE(HEAD), false },
	{ "tag alone", SLICE(HEAD "\1"), false },
	{ "length beyond the end", SLICE(HEAD "\1\2\5"), false },
	{ "length beyond all", SLICE(HEAD "\1\377\377\377\377\377\377\377\377\377\1\5"), false },
	{ "length over 64 bits", SLICE(HEAD "\1\377\377\377\377\377\377\377\377\377\2\5"), false },
	{ "length that never ends", SLICE(HEAD "\1\200\200\200\200\200\200\200\200\200\200\0\5"), false },
	{ "needlessly long length", SLICE(HEAD "\1\201\0\5"), false },
	{ "number of two bytes", SLICE(HEAD "\1\2\200\1"), true },
	{ "needlessly long number", SLICE(HEAD "\1\2\205\0"), false },
	{ "number with a rest", SLICE(HEAD "\1\2\5\5"), false },
	{ "number of no bytes", SLICE(HEAD "\1\0"), false },
	{ "the same field twice", SLICE(HEAD "\1\1\5\1\1\5"), false },
	{ "fields in another order", SLICE(HEAD "\6\1\3\1\1\5"), true },
	{ "flag of 2", SLICE(HEAD "\1\1\5\3\1\2"), false },
	{ "ID too short", SLICE(HEAD "\1\1\5\17\1a"), false },
	{ "pair", SLICE(HEAD "\1\1\5\14\3\1ab"), true },
	{ "pair, name beyond the end", SLICE(HEAD "\1\1\5\14\3\3ab"), false },
	{ "pair of no bytes", SLICE(HEAD "\1\1\5\14\0"), false },
	{ "blob without a size", SLICE(HEAD "\1\1\5\20\20aaaaaaaaaaaaaaaa"), false },
	{ "blob", SLICE(HEAD "\1\1\5\20\21aaaaaaaaaaaaaaaa\1"), true },
	{ "blob with a rest", SLICE(HEAD "\1\1\5\20\22aaaaaaaaaaaaaaaa\1\1"), false },
	{ "upload", SLICE(HEAD "\1\1\5\22\20aaaaaaaaaaaaaaaa\23\1\2"), true },
	{ "upload, ID too long", SLICE(HEAD "\1\1\5\22\21aaaaaaaaaaaaaaaaa"), false },
	{ "upload twice", SLICE(HEAD "\1\1\5\22\20aaaaaaaaaaaaaaaa\22\20aaaaaaaaaaaaaaaa"), false },
	{ "10,000 parts", SLICE(HEAD "\1\1\5\23\2\220\116"), true },
	{ "10,001 parts", SLICE(HEAD "\1\1\5\23\2\221\116"), false },
	{ "unknown field", SLICE(HEAD "\1\1\5\70\2ab"), true },
	{ "unknown field, large tag", SLICE(HEAD "\1\1\5\200\200\1\2ab"), true },
	{ "unknown field, cut", SLICE(HEAD "\1\1\5\70\3ab"), false },
};

START_TEST(versions_malformed)
{
	struct slice value = version_rows[_i].value;
	/* An exact copy, so that a sanitizer sees the first byte too many. */
	char *copy = talloc_memdup(mem, value.data, value.length);
	struct record_version read, zero;
	bool right = record_version_decode(mem, slice_make(copy, value.length), &read);

	memset(&zero, 0, sizeof(zero));
	ck_assert_msg(right == version_rows[_i].right, "%s", version_rows[_i].name);
	if (!right)
		ck_assert_mem_eq(&read, &zero, sizeof(zero));
}
END_TEST

START_TEST(unknown_fields_stay)
{
	struct slice value = SLICE(HEAD "\70\2ab\1\1\5\71\1c");
	struct record_version read;
	struct slice again;

	ck_assert(record_version_decode(mem, value, &read));
	read.size = 9;
	again = record_version_encode(mem, &read);
	ck_assert(slice_equal(again, SLICE(HEAD "\1\1\5\6\1\11\70\2ab\71\1c")));
}
END_TEST

START_TEST(user_comes_back)
{
	struct record_user written = { .id = SLICE("id"),
		.name = SLICE("name"),
		.display_name = SLICE("A Name"),
		.email = SLICE("a@example.org"),
		.disabled = true,
		.administrator = true,
		.created_us = INT64_MAX,
		.revision = UINT64_MAX,
		.key_count = 3 };
	struct record_user read;

	ck_assert(record_user_decode(mem, record_user_encode(mem, &written), &read));
	ck_assert(slice_equal(read.id, written.id) && slice_equal(read.name, written.name));
	ck_assert(slice_equal(read.display_name, written.display_name));
	ck_assert(slice_equal(read.email, written.email) && read.disabled && read.administrator);
	ck_assert_int_eq(read.created_us, INT64_MAX);
	ck_assert_uint_eq(read.revision, UINT64_MAX);
	ck_assert_uint_eq(read.key_count, 3);
}
END_TEST

START_TEST(key_comes_back)
{
	struct record_key written = {
		.id = SLICE("AKID"), .secret = SLICE("secret"), .user_id = SLICE("id"), .created_us = 5
	};
	struct record_key read;

	ck_assert(record_key_decode(mem, record_key_encode(mem, &written), &read));
	ck_assert(slice_equal(read.id, written.id) && slice_equal(read.secret, written.secret));
	ck_assert(slice_equal(read.user_id, written.user_id));
	ck_assert_int_eq(read.created_us, 5);
}
END_TEST

START_TEST(bucket_comes_back)
{
	struct record_bucket written = { .id = "0123456789abcde",
		.name = SLICE("name"),
		.owner_id = SLICE("owner"),
		.location = SLICE("eu-west-1"),
		.acl = SLICE("acl"),
		.versioning = 2,
		.created_us = 1,
		.revision = 0,
		.documents = UINT64_MAX,
		.state = RECORD_BUCKET_DELETING };
	struct record_bucket read;

	ck_assert(record_bucket_decode(mem, record_bucket_encode(mem, &written), &read));
	ck_assert_mem_eq(read.id, written.id, 16);
	ck_assert(slice_equal(read.name, written.name) && slice_equal(read.owner_id, written.owner_id));
	ck_assert(slice_equal(read.location, written.location) && slice_equal(read.acl, written.acl));
	ck_assert_uint_eq(read.versioning, 2);
	ck_assert_int_eq(read.created_us, 1);
	ck_assert_uint_eq(read.documents, UINT64_MAX);
	ck_assert_uint_eq(read.state, RECORD_BUCKET_DELETING);
	written.state = RECORD_BUCKET_DELETING + 1;
	ck_assert_uint_eq(record_bucket_encode(mem, &written).length, 0);
}
END_TEST

START_TEST(upload_comes_back)
{
	struct record_upload written = { .state = RECORD_UPLOAD_FROZEN,
		.revision = UINT64_MAX,
		.initiated_us = 1,
		.initiator_id = SLICE("who"),
		.owner_id = SLICE("owner"),
		.acl = slice_make("a\0l", 3),
		.tags = SLICE("tags"),
		.headers = make_pairs("content-type", "text/plain", 2),
		.metadata = make_pairs("name", "value", 3),
		.checksums = make_pairs("algorithm", "CRC32", 1) };
	struct record_upload read;

	ck_assert(record_upload_decode(mem, record_upload_encode(mem, &written), &read));
	ck_assert_uint_eq(read.state, RECORD_UPLOAD_FROZEN);
	ck_assert_uint_eq(read.revision, UINT64_MAX);
	ck_assert_int_eq(read.initiated_us, 1);
	ck_assert(slice_equal(read.initiator_id, written.initiator_id));
	ck_assert(slice_equal(read.owner_id, written.owner_id));
	ck_assert(slice_equal(read.acl, written.acl) && slice_equal(read.tags, written.tags));
	assert_pairs_equal(&read.headers, &written.headers);
	assert_pairs_equal(&read.metadata, &written.metadata);
	assert_pairs_equal(&read.checksums, &written.checksums);
	written.state = RECORD_UPLOAD_FROZEN + 1;
	ck_assert_uint_eq(record_upload_encode(mem, &written).length, 0);
	ck_assert(!record_upload_decode(mem, SLICE("\1m"), &read));
	ck_assert(record_upload_decode(mem, SLICE("\1m\2\1\0"), &read));
	ck_assert(!record_upload_decode(mem, SLICE("\1m\1\1\2\2\1\0"), &read));
}
END_TEST

START_TEST(part_comes_back)
{
	struct record_part written = { .size = UINT64_MAX,
		.modified_us = 2,
		.etag = SLICE("etag"),
		.checksums = make_pairs("CRC32", "AAAAAA==", 1),
		.blob_id = "0123456789abcde" };
	struct record_part read;

	ck_assert(record_part_decode(mem, record_part_encode(mem, &written), &read));
	ck_assert_uint_eq(read.size, UINT64_MAX);
	ck_assert_int_eq(read.modified_us, 2);
	ck_assert(slice_equal(read.etag, written.etag));
	assert_pairs_equal(&read.checksums, &written.checksums);
	ck_assert(record_has_id(read.blob_id));
	ck_assert_mem_eq(read.blob_id, written.blob_id, sizeof(read.blob_id));
	ck_assert(!record_part_decode(mem, SLICE("\1p\1\1\5"), &read));
	ck_assert(record_part_decode(mem, SLICE("\1p\3\1e"), &read));
	ck_assert(!record_has_id(read.blob_id));
	ck_assert(!record_part_decode(mem, SLICE("\1p\3\1e\5\1a"), &read));
}
END_TEST

START_TEST(small_ones_come_back)
{
	struct record_garbage garbage = { .state = RECORD_GARBAGE_DEAD, .session = 1, .since_us = 2 }, garbage_read;
	struct record_gate gate = { .revision = 3 }, gate_read;
	struct record_remains remains = { .deleted_us = 4 }, remains_read;
	struct record_bytes bytes = { .bytes = SLICE("bytes") }, bytes_read;

	garbage.blobs = make_blobs(2);
	memset(garbage.upload_id, 0xef, sizeof(garbage.upload_id));
	ck_assert(record_garbage_decode(mem, record_garbage_encode(mem, &garbage), &garbage_read));
	ck_assert_uint_eq(garbage_read.state, RECORD_GARBAGE_DEAD);
	ck_assert_uint_eq(garbage_read.session, 1);
	ck_assert_int_eq(garbage_read.since_us, 2);
	ck_assert_uint_eq(garbage_read.blobs.count, 2);
	ck_assert_mem_eq(garbage_read.upload_id, garbage.upload_id, sizeof(garbage.upload_id));
	ck_assert(record_gate_decode(mem, record_gate_encode(mem, &gate), &gate_read) && gate_read.revision == 3);
	ck_assert(record_remains_decode(mem, record_remains_encode(mem, &remains), &remains_read));
	ck_assert_int_eq(remains_read.deleted_us, 4);
	ck_assert(record_bytes_decode(mem, record_bytes_encode(mem, &bytes), &bytes_read));
	ck_assert(slice_equal(bytes_read.bytes, SLICE("bytes")));
	ck_assert(!record_gate_decode(mem, record_bytes_encode(mem, &bytes), &gate_read));
}
END_TEST

START_TEST(largest)
{
	struct record_version version = { .ordinal = 1, .blobs = make_blobs(RECORD_BLOBS_MAX) }, read;
	struct record_bytes bytes = { .bytes =
					  slice_make(talloc_zero_size(mem, STORE_VALUE_MAX), STORE_VALUE_MAX) };

	ck_assert(record_version_decode(mem, record_version_encode(mem, &version), &read));
	ck_assert_uint_eq(read.blobs.count, RECORD_BLOBS_MAX);
	version.blobs = make_blobs(RECORD_BLOBS_MAX + 1);
	ck_assert_uint_eq(record_version_encode(mem, &version).length, 0);
	version.blobs.count = 0;
	version.metadata = make_pairs("a", "b", RECORD_PAIRS_MAX + 1);
	ck_assert_uint_eq(record_version_encode(mem, &version).length, 0);
	version.metadata.count--;
	ck_assert(record_version_decode(mem, record_version_encode(mem, &version), &read));
	version.etag = slice_make(bytes.bytes.data, 4096);
	ck_assert(record_version_decode(mem, record_version_encode(mem, &version), &read));
	version.etag.length++;
	ck_assert_uint_eq(record_version_encode(mem, &version).length, 0);
	ck_assert_uint_eq(record_bytes_encode(mem, &bytes).length, 0);
	bytes.bytes.length -= 16;
	ck_assert_uint_gt(record_bytes_encode(mem, &bytes).length, bytes.bytes.length);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record");
	TCase *tc = tcase_create("record");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_test(tc, version_comes_back);
	tcase_add_test(tc, cut_and_bent);
	tcase_add_loop_test(tc, versions_malformed, 0, ARRAY_SIZE(version_rows));
	tcase_add_test(tc, unknown_fields_stay);
	tcase_add_test(tc, user_comes_back);
	tcase_add_test(tc, key_comes_back);
	tcase_add_test(tc, bucket_comes_back);
	tcase_add_test(tc, upload_comes_back);
	tcase_add_test(tc, part_comes_back);
	tcase_add_test(tc, small_ones_come_back);
	tcase_add_test(tc, largest);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
