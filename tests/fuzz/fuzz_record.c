/* Any bytes as a record of each kind: what is taken must be written back and read again to the same bytes. */
#include "storage/record.h"
#include "tests/fuzz/fuzz.h"

#define ROUND_TRIP(kind)                                                                \
	static void round_trip_##kind(TALLOC_CTX *mem, struct slice value)              \
	{                                                                               \
		struct record_##kind record, again;                                     \
		struct slice written;                                                   \
                                                                                        \
		if (!record_##kind##_decode(mem, value, &record))                       \
			return;                                                         \
		written = record_##kind##_encode(mem, &record);                         \
		if (!written.length || !record_##kind##_decode(mem, written, &again) || \
		    !slice_equal(record_##kind##_encode(mem, &again), written))         \
			abort();                                                        \
	}

ROUND_TRIP(user)
ROUND_TRIP(key)
ROUND_TRIP(bucket)
ROUND_TRIP(version)
ROUND_TRIP(upload)
ROUND_TRIP(part)
ROUND_TRIP(garbage)
ROUND_TRIP(gate)
ROUND_TRIP(remains)
ROUND_TRIP(bytes)

/* The summary takes all that the whole takes; it looks at less. */
static void
summary(TALLOC_CTX *mem, struct slice value)
{
	struct record_version record, part;
	bool whole = record_version_decode(mem, value, &record);

	if (!record_version_decode_summary(mem, value, &part) && whole)
		abort();
	if (whole && (record.size != part.size || !slice_equal(record.etag, part.etag)))
		abort();
}

static void
place(TALLOC_CTX *mem, struct slice value)
{
	struct record_part record, part;
	bool whole = record_part_decode(mem, value, &record);

	if (!record_part_decode_place(value, &part) && whole)
		abort();
	if (whole && (record.size != part.size || memcmp(record.blob_id, part.blob_id, sizeof(part.blob_id)) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const checks[])(TALLOC_CTX * mem, struct slice value) = { round_trip_user, round_trip_key,
		round_trip_bucket, round_trip_version, round_trip_upload, round_trip_part, round_trip_garbage,
		round_trip_gate, round_trip_remains, round_trip_bytes, summary, place };
	TALLOC_CTX *mem = talloc_new(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		checks[i](mem, slice_make(data, size));
	talloc_free(mem);
	return 0;
}
