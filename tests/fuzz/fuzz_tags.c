/*
 * Tags from all sides; the first byte says which: 'D' an object's Tagging document, 'B' a bucket's, 'H' the x-amz-tagging
 * header, anything else a stored record. What is taken keeps S3's limits, and comes back the same from the store, from a
 * written document and from a header.
 */
#include <assert.h>

#include "gateway/tags.h"
#include "tests/fuzz/fuzz.h"

static bool
equal(const struct fields *a, const struct fields *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!slice_equal(a->items[i].name, b->items[i].name) ||
		    !slice_equal(a->items[i].value, b->items[i].value))
			return false;
	return true;
}

/* Sorted, none twice; a code unit of UTF-16 has up to three bytes of UTF-8. */
static void
check_limits(const struct fields *tags, size_t max)
{
	assert(tags->count <= max);
	for (size_t i = 0; i < tags->count; i++) {
		const struct field *tag = &tags->items[i];

		assert(tag->name.length > 0 && tag->name.length <= 3 * TAG_KEY_MAX);
		assert(tag->value.length <= 3 * TAG_VALUE_MAX);
		assert(!slice_starts_with(tag->name, SLICE("aws:")));
		assert(i == 0 || slice_compare(tags->items[i - 1].name, tag->name) < 0);
	}
}

static void
check_written(TALLOC_CTX *mem, const struct fields *tags, enum tagged tagged)
{
	struct s3_refusal why = { .mem = mem };
	struct slice document = xml_finish(tags_write(mem, tags));
	struct fields again;

	assert(document.length > 0);
	assert(tags_parse(mem, document, tagged, &why, &again) == S3_OK && equal(tags, &again));
}

static void
check_stored(TALLOC_CTX *mem, const struct fields *tags)
{
	struct s3_refusal why = { .mem = mem };
	struct slice stored = tags_store(mem, tags);
	struct fields again;

	assert(tags_count(stored) == tags->count);
	assert(tags_load(mem, stored, &again) && equal(tags, &again));
	assert(tags_parse_header(mem, stored, &why, &again) == S3_OK && equal(tags, &again));
}

static void
check(TALLOC_CTX *mem, const struct fields *tags, enum tagged tagged)
{
	check_limits(tags, tagged == TAGGED_OBJECT ? OBJECT_TAGS_MAX : BUCKET_TAGS_MAX);
	check_written(mem, tags, tagged);
	if (tagged == TAGGED_OBJECT)
		check_stored(mem, tags);
}

static void
fuzz_document(TALLOC_CTX *mem, struct slice document, enum tagged tagged)
{
	struct s3_refusal why = { .mem = mem };
	struct fields tags;
	enum s3_err err = tags_parse(mem, document, tagged, &why, &tags);

	assert(err == why.err && (err == S3_OK || tags.count == 0));
	check(mem, &tags, tagged);
}

static void
fuzz_header(TALLOC_CTX *mem, struct slice header)
{
	struct s3_refusal why = { .mem = mem };
	struct fields tags;
	enum s3_err err = tags_parse_header(mem, header, &why, &tags);

	assert(err == why.err && (err == S3_OK || tags.count == 0));
	check(mem, &tags, TAGGED_OBJECT);
}

static void
fuzz_stored(TALLOC_CTX *mem, struct slice stored)
{
	struct fields tags;

	if (!tags_load(mem, stored, &tags))
		assert(tags.count == 0);
	assert(tags.count <= tags_count(stored));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice rest = slice_skip(slice_make(data, size), 1);

	if (size > 0 && data[0] == 'D')
		fuzz_document(mem, rest, TAGGED_OBJECT);
	else if (size > 0 && data[0] == 'B')
		fuzz_document(mem, rest, TAGGED_BUCKET);
	else if (size > 0 && data[0] == 'H')
		fuzz_header(mem, rest);
	else
		fuzz_stored(mem, slice_make(data, size));
	talloc_free(mem);
	return 0;
}
