/* Buckets: their records and documents, and how they are deleted step by step. */
#include "tests/unit/storage/catalog_scratch.h"

#include "common/clock.h"
#include "tests/unit/suite.h"

static struct bucket *
find(const char *name)
{
	struct bucket *bucket;
	enum store_err err = catalog_bucket(catalog, mem, slice_from(name), &bucket);

	ck_assert(err == STORE_OK || (err == STORE_NOT_FOUND && !bucket));
	return bucket;
}

START_TEST(create_and_find)
{
	struct bucket bucket = { .name = talloc_strdup(mem, "bucket"),
		.owner_id = talloc_strdup(mem, "owner"),
		.location = talloc_strdup(mem, "eu-west-1"),
		.acl = slice_make("a\0b", 3) };
	struct bucket *found, again = bucket;
	int64_t before = clock_wall_us();

	ck_assert_ptr_null(find("bucket"));
	ck_assert_store(catalog_bucket_create(catalog, &bucket), STORE_OK);
	found = find("bucket");
	ck_assert_str_eq(found->name, "bucket");
	ck_assert_str_eq(found->owner_id, "owner");
	ck_assert_str_eq(found->location, "eu-west-1");
	ck_assert(slice_equal(found->acl, slice_make("a\0b", 3)));
	ck_assert_mem_eq(found->id.bytes, bucket.id.bytes, 16);
	ck_assert_uint_eq(found->revision, bucket.revision);
	ck_assert_int_eq(found->versioning, VERSIONING_NEVER);
	ck_assert_uint_eq(found->documents, 0);
	ck_assert(found->created_us >= before && found->created_us <= clock_wall_us());
	ck_assert_store(catalog_bucket_create(catalog, &again), STORE_EXISTS);
	ck_assert_uint_eq(again.revision, 0);
}
END_TEST

START_TEST(impossible)
{
	char *long_name = talloc_zero_size(mem, 300);
	struct bucket bucket = { .name = long_name, .owner_id = talloc_strdup(mem, "owner"), .location = NULL };

	ck_assert_store(catalog_bucket_create(catalog, &bucket), STORE_INVALID);
	memset(long_name, 'x', 299);
	ck_assert_store(catalog_bucket_create(catalog, &bucket), STORE_INVALID);
	ck_assert_ptr_null(find(long_name));
	long_name[BUCKET_NAME_MAX] = '\0';
	ck_assert_store(catalog_bucket_create(catalog, &bucket), STORE_OK);
	ck_assert_ptr_nonnull(find(long_name));
	ck_assert_ptr_null(find(""));
}
END_TEST

START_TEST(documents)
{
	struct bucket *bucket = make_bucket("bucket"), *other = make_bucket("other");
	struct slice big = random_bytes_of(mem, DOCUMENT_SIZE_MAX + 1, 1), got;
	uint64_t revision = bucket->revision;

	ck_assert_store(catalog_document(catalog, mem, bucket, 0, &got), STORE_NOT_FOUND);
	ck_assert_store(catalog_document_delete(catalog, bucket, 0), STORE_OK);
	ck_assert_store(catalog_document_put(catalog, bucket, 0, SLICE("zero")), STORE_OK);
	ck_assert_store(catalog_document_put(catalog, bucket, DOCUMENT_NUMBER_MAX, SLICE("")), STORE_OK);
	ck_assert_store(catalog_document_put(catalog, bucket, 5, big), STORE_INVALID);
	ck_assert_store(catalog_document_put(catalog, bucket, 5, slice_head(big, DOCUMENT_SIZE_MAX)), STORE_OK);
	bucket = find("bucket");
	ck_assert_uint_eq(bucket->documents, 1 | UINT64_C(1) << 5 | UINT64_C(1) << DOCUMENT_NUMBER_MAX);
	ck_assert_uint_ne(bucket->revision, revision);
	ck_assert_store(catalog_document(catalog, mem, bucket, 0, &got), STORE_OK);
	ck_assert(slice_equal(got, SLICE("zero")));
	ck_assert_store(catalog_document(catalog, mem, bucket, DOCUMENT_NUMBER_MAX, &got), STORE_OK);
	ck_assert_uint_eq(got.length, 0);
	ck_assert_store(catalog_document(catalog, mem, bucket, 5, &got), STORE_OK);
	ck_assert(slice_equal(got, slice_head(big, DOCUMENT_SIZE_MAX)));
	ck_assert_store(catalog_document(catalog, mem, other, 0, &got), STORE_NOT_FOUND);
	ck_assert_store(catalog_document_delete(catalog, bucket, 0), STORE_OK);
	ck_assert_store(catalog_document(catalog, mem, bucket, 0, &got), STORE_NOT_FOUND);
	ck_assert_uint_eq(find("bucket")->documents & 1, 0);
}
END_TEST

START_TEST(made_with_documents)
{
	struct bucket bucket = { .name = talloc_strdup(mem, "bucket"), .owner_id = talloc_strdup(mem, "owner") };
	struct bucket again = bucket, *found;
	const struct bucket_document first[] = { { 3, SLICE("three") }, { DOCUMENT_NUMBER_MAX, SLICE("last") } };
	const struct bucket_document big = { 3, random_bytes_of(mem, DOCUMENT_SIZE_MAX + 1, 1) };
	struct slice got;

	ck_assert_store(catalog_bucket_create_with(catalog, &bucket, &big, 1), STORE_INVALID);
	ck_assert_ptr_null(find("bucket"));
	ck_assert_store(catalog_bucket_create_with(catalog, &bucket, first, ARRAY_SIZE(first)), STORE_OK);
	found = find("bucket");
	ck_assert_uint_eq(found->documents, UINT64_C(1) << 3 | UINT64_C(1) << DOCUMENT_NUMBER_MAX);
	ck_assert_uint_eq(bucket.documents, found->documents);
	ck_assert_store(catalog_document(catalog, mem, found, 3, &got), STORE_OK);
	ck_assert(slice_equal(got, SLICE("three")));
	ck_assert_store(catalog_document(catalog, mem, found, DOCUMENT_NUMBER_MAX, &got), STORE_OK);
	ck_assert(slice_equal(got, SLICE("last")));
	/* Of a bucket that is there already, nothing changes. */
	ck_assert_store(catalog_bucket_create_with(catalog, &again, first, 1), STORE_EXISTS);
	ck_assert_uint_eq(find("bucket")->revision, found->revision);
}
END_TEST

/* Each change gives a revision that the bucket never had; what changes is there at once. */
START_TEST(changes)
{
	struct bucket *bucket = make_bucket("bucket");
	uint64_t seen[64];
	struct slice got;

	for (unsigned i = 0; i < 64; i++) {
		seen[i] = find("bucket")->revision;
		for (unsigned j = 0; j < i; j++)
			ck_assert_uint_ne(seen[i], seen[j]);
		switch (i % 3) {
		case 0:
			ck_assert_store(
			    catalog_bucket_set_acl(catalog, bucket, slice_from(talloc_asprintf(mem, "acl %u", i))),
			    STORE_OK);
			ck_assert(slice_equal(find("bucket")->acl, slice_from(talloc_asprintf(mem, "acl %u", i))));
			break;
		case 1:
			ck_assert_store(catalog_document_put(catalog, bucket, 1, SLICE("text")), STORE_OK);
			break;
		case 2:
			ck_assert_store(catalog_bucket_set_versioning(
					    catalog, bucket, i % 2 ? VERSIONING_ENABLED : VERSIONING_SUSPENDED),
			    STORE_OK);
			ck_assert_int_eq(
			    find("bucket")->versioning, i % 2 ? VERSIONING_ENABLED : VERSIONING_SUSPENDED);
		}
	}
	ck_assert_store(catalog_document(catalog, mem, bucket, 1, &got), STORE_OK);
}
END_TEST

/* A bucket of the same name is another bucket. */
START_TEST(made_anew)
{
	struct bucket *old = make_bucket("bucket"), *new;
	struct content *content;
	struct object *object;
	const struct object_change change = { .etag = "e", .owner_id = "owner" };
	struct slice got;

	ck_assert_store(catalog_document_put(catalog, old, 3, SLICE("text")), STORE_OK);
	ck_assert_store(catalog_bucket_delete(catalog, old), STORE_OK);
	ck_assert_ptr_null(find("bucket"));
	new = make_bucket("bucket");
	ck_assert_mem_ne(new->id.bytes, old->id.bytes, 16);
	ck_assert_uint_ne(new->revision, old->revision);
	ck_assert_store(catalog_document(catalog, mem, new, 3, &got), STORE_NOT_FOUND);
	ck_assert_store(catalog_bucket_set_acl(catalog, old, SLICE("x")), STORE_NOT_FOUND);
	ck_assert_store(catalog_bucket_set_versioning(catalog, old, VERSIONING_ENABLED), STORE_NOT_FOUND);
	ck_assert_store(catalog_document_put(catalog, old, 1, SLICE("x")), STORE_NOT_FOUND);
	ck_assert_store(catalog_document_delete(catalog, old, 1), STORE_NOT_FOUND);
	ck_assert_store(catalog_bucket_delete(catalog, old), STORE_NOT_FOUND);
	ck_assert_store(take_in(old, "key", SLICE("bytes"), &content), STORE_OK);
	ck_assert_store(catalog_object_put(catalog, mem, old, SLICE("key"), content, &change, NULL, NULL, &object),
	    STORE_NOT_FOUND);
	ck_assert(object_is(new, "key", "", slice_make(NULL, 0)));
}
END_TEST

/* Lists. */

static const struct {
	const char *owner, *after, *prefix;
	size_t limit;
	const char *names; /* with a blank after each */
	bool more;
} list_rows[] = {
	{ "owner", "", "", 100, "a a-b a.b b ba bb c ", false },
	{ "owner", "", "", 7, "a a-b a.b b ba bb c ", false },
	{ "owner", "", "", 6, "a a-b a.b b ba bb ", true },
	{ "owner", "", "", 0, "", false },
	{ "owner", "", "b", 100, "b ba bb ", false },
	{ "owner", "", "b", 2, "b ba ", true },
	{ "owner", "b", "b", 2, "ba bb ", false },
	{ "owner", "b", "", 2, "ba bb ", true },
	{ "owner", "a", "b", 100, "b ba bb ", false },
	{ "owner", "c", "b", 100, "", false },
	{ "owner", "zzz", "", 100, "", false },
	{ "owner", "a-", "", 2, "a-b a.b ", true },
	{ "own", "", "", 100, "d ", false },
	{ "nobody", "", "", 100, "", false },
};

START_TEST(lists)
{
	static const char *const names[] = { "bb", "a", "c", "a.b", "b", "ba", "a-b" };
	struct bucket other = { .name = talloc_strdup(mem, "d"), .owner_id = talloc_strdup(mem, "own") };
	char *got = talloc_strdup(mem, "");
	struct bucket **buckets;
	size_t count;
	bool more;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		make_bucket(names[i]);
	ck_assert_store(catalog_bucket_create(catalog, &other), STORE_OK);
	ck_assert_store(
	    catalog_buckets(catalog, mem, slice_from(list_rows[_i].owner), slice_from(list_rows[_i].after),
		slice_from(list_rows[_i].prefix), list_rows[_i].limit, &buckets, &count, &more),
	    STORE_OK);
	for (size_t i = 0; i < count; i++) {
		ck_assert_str_eq(buckets[i]->owner_id, list_rows[_i].owner);
		got = talloc_asprintf_append(got, "%s ", buckets[i]->name);
	}
	ck_assert_str_eq(got, list_rows[_i].names);
	ck_assert_int_eq(more, list_rows[_i].more);
}
END_TEST

/* Deletion, step by step. */

static struct slice
partition_of(const struct bucket *bucket)
{
	return first_shard(&bucket->id);
}

/* Leave a bucket as a deletion leaves it that stops after its first or second step. */
static void
stop_after(const struct bucket *bucket, int step)
{
	struct bucket_row row;
	struct record_gate gate;
	struct change change = { .mem = mem };

	ck_assert_store(bucket_read(catalog, mem, slice_from(bucket->name), &row), STORE_OK);
	row.record.state = RECORD_BUCKET_DELETING;
	gate = (struct record_gate){ .revision = ++row.record.revision };
	bucket_write(&change, &row.record);
	ck_assert_store(change_commit(catalog, PARTITION_BUCKETS, &change), STORE_OK);
	if (step > 1)
		ck_assert_store(
		    put_one(store, partition_of(bucket), NAME_GATE, record_gate_encode(mem, &gate)), STORE_OK);
}

static void
close_gate(const struct bucket *bucket, uint64_t revision)
{
	struct record_gate gate = { .revision = revision };

	ck_assert_store(put_one(store, partition_of(bucket), NAME_GATE, record_gate_encode(mem, &gate)), STORE_OK);
}

static bool
gate_is_open(const struct bucket *bucket)
{
	return holds(store, partition_of(bucket), NAME_GATE, SLICE(""));
}

static bool
is_active(const char *name)
{
	struct bucket_row row;

	ck_assert_store(bucket_read(catalog, mem, slice_from(name), &row), STORE_OK);
	return row.value.length && row.record.state == RECORD_BUCKET_ACTIVE;
}

/* How an interrupted deletion goes on, by who comes across it. */
enum visitor {
	PUTTER,
	CREATOR,
	DELETER,
	CHANGER,
	SWEEPER,
	VISITORS
};

static void
come_across(struct bucket *bucket, enum visitor visitor, bool empty)
{
	struct bucket again = *bucket;
	struct sweep_result result;

	switch (visitor) {
	case PUTTER:
		ck_assert_store(put_object(bucket, "new", "e", SLICE("x"), NULL, NULL, NULL),
		    empty ? STORE_NOT_FOUND : STORE_OK);
		break;
	case CREATOR:
		ck_assert_store(catalog_bucket_create(catalog, &again), empty ? STORE_OK : STORE_EXISTS);
		break;
	case DELETER:
		ck_assert_store(catalog_bucket_delete(catalog, bucket), empty ? STORE_OK : STORE_NOT_EMPTY);
		break;
	case CHANGER:
		ck_assert_store(
		    catalog_bucket_set_acl(catalog, bucket, SLICE("x")), empty ? STORE_NOT_FOUND : STORE_OK);
		break;
	case SWEEPER:
		ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
		ck_assert_uint_eq(result.buckets_finished, 1);
		break;
	case VISITORS:
		break;
	}
}

START_TEST(interrupted)
{
	enum visitor visitor = (enum visitor)(_i % VISITORS);
	int step = 1 + _i / VISITORS % 2;
	bool empty = _i / VISITORS / 2;
	struct bucket *bucket = make_bucket("bucket");

	if (!empty)
		ck_assert_store(put_object(bucket, "key", "e", SLICE("bytes"), NULL, NULL, NULL), STORE_OK);
	stop_after(bucket, step);
	ck_assert_ptr_nonnull(find("bucket"));
	ck_assert_int_eq(object_is(bucket, "key", "", SLICE("bytes")), !empty);
	if (visitor == PUTTER && step == 1) {
		/* Nothing keeps an object out as yet, and it keeps the bucket. */
		ck_assert_store(put_object(bucket, "new", "e", SLICE("x"), NULL, NULL, NULL), STORE_OK);
		ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_NOT_EMPTY);
		empty = false;
	} else {
		come_across(bucket, visitor, empty);
	}
	if (empty && visitor != CREATOR)
		ck_assert_ptr_null(find("bucket"));
	else
		ck_assert(is_active("bucket"));
	ck_assert(!empty || !gate_is_open(bucket) || visitor == SWEEPER);
	ck_assert(empty || gate_is_open(bucket));
}
END_TEST

/* The gate keeps delete markers out, too. */
START_TEST(marker_at_closed_gate)
{
	struct bucket *bucket = make_bucket("bucket");
	struct object_deletion deletion;

	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	bucket = find("bucket");
	stop_after(bucket, 2);
	ck_assert_store(catalog_object_delete(catalog, mem, bucket, SLICE("key"), SLICE(""), NULL, NULL, &deletion),
	    STORE_NOT_FOUND);
	ck_assert_ptr_null(find("bucket"));
	ck_assert(holds(store, partition_of(bucket), name_head(mem, SLICE("key")), SLICE("")));
}
END_TEST

/* A deletion was undone but for the last step: whoever finds the gate closed opens it. */
START_TEST(gate_left_closed)
{
	struct bucket *bucket = make_bucket("bucket");
	struct object_deletion deletion;

	close_gate(bucket, bucket->revision - 1);
	ck_assert_store(put_object(bucket, "key", "e", SLICE("bytes"), NULL, NULL, NULL), STORE_OK);
	ck_assert(gate_is_open(bucket));
	close_gate(bucket, bucket->revision - 1);
	ck_assert_store(
	    catalog_object_delete(catalog, mem, bucket, SLICE("key"), SLICE(""), NULL, NULL, &deletion), STORE_OK);
	ck_assert(gate_is_open(bucket));
	close_gate(bucket, bucket->revision - 1);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	ck_assert_ptr_null(find("bucket"));
	ck_assert(!gate_is_open(bucket));
}
END_TEST

START_TEST(not_empty)
{
	struct bucket *bucket = make_bucket("bucket");
	uint64_t revision = find("bucket")->revision;

	ck_assert_store(put_object(bucket, "key", "e", SLICE("bytes"), NULL, NULL, NULL), STORE_OK);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_NOT_EMPTY);
	ck_assert_uint_eq(find("bucket")->revision, revision);
	delete_object(bucket, "key", "");
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_NOT_FOUND);
}
END_TEST

/* A delete marker is something, too. */
START_TEST(marker_keeps_bucket)
{
	struct bucket *bucket = make_bucket("bucket");
	struct object_deletion marker;

	ck_assert_store(catalog_bucket_set_versioning(catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	bucket = find("bucket");
	marker = delete_object(bucket, "key", "");
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_NOT_EMPTY);
	delete_object(bucket, "key", marker.version_id);
	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
}
END_TEST

/* Who read a bucket long ago looks again before writing: by then the gate of a deleted bucket may be gone. */
START_TEST(read_long_ago)
{
	struct bucket *bucket = make_bucket("bucket");
	struct sweep_result result;

	ck_assert_store(catalog_bucket_delete(catalog, bucket), STORE_OK);
	ck_assert(!gate_is_open(bucket));
	ck_assert_store(put_object(bucket, "key", "e", SLICE("x"), NULL, NULL, NULL), STORE_NOT_FOUND);
	catalog->gate_kept_us = INT64_C(1000) * 1000 * 1000;
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	ck_assert(!gate_is_open(bucket));
	catalog->gate_kept_us = 0;
	ck_assert_store(catalog_sweep(catalog, NULL, &result), STORE_OK);
	ck_assert(gate_is_open(bucket));
	bucket->read_us -= BUCKET_FRESH_US;
	ck_assert_store(put_object(bucket, "key", "e", SLICE("x"), NULL, NULL, NULL), STORE_NOT_FOUND);
	ck_assert(object_is(bucket, "key", "", slice_make(NULL, 0)));
	ck_assert_int_gt(GATE_KEPT_US, 2 * BUCKET_FRESH_US);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog buckets");
	TCase *tc = tcase_create("buckets");

	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_test(tc, create_and_find);
	tcase_add_test(tc, impossible);
	tcase_add_test(tc, documents);
	tcase_add_test(tc, made_with_documents);
	tcase_add_test(tc, changes);
	tcase_add_test(tc, made_anew);
	tcase_add_loop_test(tc, lists, 0, ARRAY_SIZE(list_rows));
	tcase_add_loop_test(tc, interrupted, 0, 4 * VISITORS);
	tcase_add_test(tc, marker_at_closed_gate);
	tcase_add_test(tc, gate_left_closed);
	tcase_add_test(tc, not_empty);
	tcase_add_test(tc, marker_keeps_bucket);
	tcase_add_test(tc, read_long_ago);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
