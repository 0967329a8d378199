/* Buckets whose partition is split as soon as it has a handful of records. */
#ifndef TESTS_UNIT_STORAGE_SPLIT_SCRATCH_H
#define TESTS_UNIT_STORAGE_SPLIT_SCRATCH_H

#include "common/log.h"
#include "tests/unit/storage/catalog_uploads.h"

#define SHARD_RECORDS 4

/* Before any catalog is made. */
static inline void
split_early(void)
{
	catalog_wishes.shard_records = SHARD_RECORDS;
	catalog_wishes.sample_every = 1;
}

/* An object of two parts, and an upload under way with two. */
static inline void
put_in_parts(const struct bucket *in, const char *key)
{
	const unsigned numbers[] = { 1, 2 };
	struct upload *finished = begin_upload(in, key), *under_way = begin_upload(in, key);
	struct object *object;

	for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++) {
		ck_assert_store(
		    put_part(in, finished, numbers[i], "done", random_bytes_of(mem, 30000, 20 + i)), STORE_OK);
		ck_assert_store(
		    put_part(in, under_way, numbers[i], "under way", random_bytes_of(mem, 30000, 30 + i)),
		    STORE_OK);
	}
	ck_assert_store(complete(in, finished, numbers, 2, &object), STORE_OK);
}

#endif
