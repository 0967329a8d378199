/* Many threads at once on uploads of one key. */
#include "tests/unit/storage/actors.h"
#include "tests/unit/storage/catalog_uploads.h"
#include "tests/unit/suite.h"

#define LONG_US (INT64_C(600) * 1000 * 1000)
#define THREADS 16

static struct bucket *bucket;
static struct upload *upload;

static void
run_threads(void *(*run)(void *context))
{
	pthread_t threads[THREADS];
	unsigned numbers[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run, &numbers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* Parts are put beside each other: no commit is refused for another one's sake. */

#define PARTS_EACH 20

static void *
put_some_parts(void *context)
{
	unsigned number = *(unsigned *)context;

	mem = talloc_new(NULL);
	for (unsigned i = 0; i < PARTS_EACH; i++)
		ck_assert_store(put_part(bucket, upload, 1 + i * THREADS + number, "part",
				    random_bytes_of(mem, 100 + 10 * i, number)),
		    STORE_OK);
	talloc_free(mem);
	return NULL;
}

START_TEST(parts_at_once)
{
	TALLOC_CTX *outer = mem;
	struct part_page *page;

	bucket = make_bucket("bucket");
	upload = begin_upload(bucket, "key");
	run_threads(put_some_parts);
	mem = outer;
	ck_assert_uint_eq(store_counter(store, STORE_CALL_COMMIT).results[STORE_CONFLICT], 0);
	ck_assert_store(catalog_parts(catalog, mem, bucket, upload, 0, 1000, &page), STORE_OK);
	ck_assert_uint_eq(page->count, THREADS * PARTS_EACH);
	assert_clean("parts at once");
}
END_TEST

/* One winner. */

static _Atomic unsigned completed, aborted;

static void *
rival(void *context)
{
	const unsigned one = 1, number = *(unsigned *)context;
	struct object *object;
	enum store_err err = STORE_CONFLICT;

	mem = talloc_new(NULL);
	while (err == STORE_CONFLICT)
		err = number % 4 ? complete(bucket, upload, &one, 1, &object) : abort_upload(bucket, upload);
	ck_assert(err == STORE_OK || err == STORE_NOT_FOUND);
	if (!err && number % 4)
		completed++;
	else if (!err)
		aborted++;
	talloc_free(mem);
	return NULL;
}

START_TEST(one_winner)
{
	bucket = make_bucket("bucket");
	for (int round = 0; round < 20; round++) {
		struct object *object;
		enum store_err err;

		completed = aborted = 0;
		upload = begin_upload(bucket, "key");
		ck_assert_store(put_part(bucket, upload, 1, "part", random_bytes_of(mem, 100, 1)), STORE_OK);
		run_threads(rival);
		ck_assert_uint_eq(completed + aborted, 1);
		err = catalog_object(catalog, mem, bucket, SLICE("key"), SLICE(""), true, &object);
		ck_assert_store(err, completed ? STORE_OK : STORE_NOT_FOUND);
		delete_object(bucket, "key", "");
	}
	assert_clean("one winner");
}
END_TEST

/* A key that changes, in a bucket that comes and goes. */

#define PARTS     3
#define LOOKS_MAX 100

/* The bytes of a part follow from the object's ETag, so that a mixture shows. */
static struct slice
part_of(const char *etag, unsigned number)
{
	unsigned seed = crc32c(number, slice_from(etag));

	return random_bytes_of(mem, seed % 3 ? seed % 100 : 20000 + seed % 100, seed);
}

static bool
is_whole(const struct object *object, struct slice bytes)
{
	for (unsigned number = 1; number <= PARTS; number++) {
		struct slice part = part_of(object->etag, number);

		if (!slice_starts_with(bytes, part))
			return false;
		bytes = slice_skip(bytes, part.length);
	}
	return bytes.length == 0;
}

static enum store_err
complete_it(const struct bucket *in, const struct upload *which, const char *etag)
{
	const struct object_change change = { .etag = etag, .owner_id = "owner" };
	static const unsigned numbers[PARTS] = { 1, 2, 3 };
	struct upload *frozen;
	struct object *object;
	enum store_err err = freeze(in, which, &frozen);

	if (!err)
		err =
		    catalog_upload_complete(catalog, mem, in, frozen, numbers, PARTS, &change, NULL, NULL, &object);
	return err;
}

static void
upload_some(struct actor *actor)
{
	const struct object_change change = { .etag = "", .owner_id = "owner" };
	const char *etag = talloc_asprintf(mem, "%u-%u", actor->number, actor->count);
	struct bucket *found = find_bucket();
	struct upload *made;
	enum store_err err = STORE_NOT_FOUND;

	if (found)
		err = catalog_upload_create(catalog, mem, found, SLICE("key"), SLICE("who"), &change, &made);
	for (unsigned number = 1; number <= PARTS && !err; number++)
		err = put_part(found, made, number, "part", part_of(etag, number));
	if (!err)
		err = next_random(&actor->random) % 4 ? complete_it(found, made, etag) : abort_upload(found, made);
	ck_assert_msg(err == STORE_OK || err == STORE_NOT_FOUND, "%s", store_err_name(err));
	actor->count += !err;
}

static void
get_some(struct actor *actor)
{
	struct bucket *found = find_bucket();
	struct object *object;
	struct slice bytes;
	enum store_err err = STORE_NOT_FOUND;

	if (found)
		err = catalog_object(catalog, mem, found, SLICE("key"), SLICE(""), true, &object);
	if (err == STORE_NOT_FOUND)
		return;
	ck_assert_store(err, STORE_OK);
	ck_assert_store(read_object(object, &bytes), STORE_OK);
	ck_assert(is_whole(object, bytes));
	actor->count++;
}

static void
delete_some(struct actor *actor)
{
	struct bucket *found = find_bucket();
	struct object_deletion deletion;
	enum store_err err = STORE_NOT_FOUND;

	if (found)
		err = catalog_object_delete(catalog, mem, found, SLICE("key"), SLICE(""), NULL, NULL, &deletion);
	ck_assert_msg(err == STORE_OK || err == STORE_NOT_FOUND, "%s", store_err_name(err));
	actor->count += !err;
}

/*
 * Nothing of an upload keeps its bucket: for some to be completed, the bucket has to stay as long as an upload takes, now
 * and then. How long that is on this engine, reading an object tells; a bucket may be remembered.
 */
static void
delete_seldom(struct actor *actor)
{
	for (uint64_t looks = next_random(&actor->random) % LOOKS_MAX; looks > 0; looks--) {
		struct bucket *found = find_bucket();
		struct object *object;

		if (found)
			(void)!catalog_object(catalog, mem, found, SLICE("key"), SLICE(""), false, &object);
	}
	delete (actor);
}

/* With readers and their grace, or with a sweep that is always at once at what has gone. */
START_TEST(come_and_go)
{
	void (*const look)(struct actor * actor) = _i ? sweep : get_some;
	struct actor actors[] = { { .act = upload_some, .goal = 40 }, { .act = upload_some, .goal = 40 },
		{ .act = upload_some, .goal = 40 }, { .act = look }, { .act = look }, { .act = delete_some },
		{ .act = delete_seldom }, { .act = create }, { .act = sweep }, { .act = verify } };

	catalog->gate_kept_us = LONG_US;
	catalog->options.garbage_grace_us = _i ? 0 : LONG_US;
	play_all(actors, ARRAY_SIZE(actors));
	catalog->gate_kept_us = 0;
	catalog->options.garbage_grace_us = 0;
	assert_clean("uploads come and go");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog upload races");
	TCase *tc = tcase_create("races");

	catalog_scratch_in_memory();
	tcase_add_checked_fixture(tc, catalog_scratch_open, catalog_scratch_close);
	tcase_add_test(tc, parts_at_once);
	tcase_add_test(tc, one_winner);
	tcase_add_loop_test(tc, come_and_go, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
