#include "storage/catalog_verify.h"

#include <stdarg.h>

#include "common/encode.h"

#define WALK_PAGE 64

void
verify_say(struct verify *v, const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = talloc_vasprintf(NULL, format, arguments);
	va_end(arguments);
	if (v->report)
		v->report(v->context, verify_text(line, slice_from(line)));
	talloc_free(line);
}

const char *
verify_text(TALLOC_CTX *mem, struct slice name)
{
	char *text = talloc_array(mem, char, name.length + 1);

	for (size_t i = 0; i < name.length; i++)
		text[i] = name.data[i] >= 0x20 && name.data[i] < 0x7f ? name.data[i] : '.';
	text[name.length] = '\0';
	return text;
}

const char *
verify_partition_text(struct verify *v, TALLOC_CTX *mem, struct slice partition)
{
	const struct verify_bucket *bucket;
	struct bucket_id id;

	if (!partition_is_bucket(partition, &id))
		return verify_text(mem, partition);
	bucket = verify_find_bucket(v, &id);
	if (bucket)
		return talloc_asprintf(mem, "bucket %s", bucket->name);
	return talloc_asprintf(mem, "partition %s", hex_encode(mem, partition));
}

/* A name of at most STORE_KEY_MAX + 1 bytes. */
struct place {
	char bytes[STORE_KEY_MAX + 1];
	size_t length;
};

static struct slice
slice_of(const struct place *place)
{
	return slice_make(place->bytes, place->length);
}

static enum store_err
probe(struct verify *v, struct slice partition, struct slice from)
{
	TALLOC_CTX *scratch = talloc_new(NULL);
	struct entries page = { 0 };
	enum store_err err = read_entries(v->c, partition, slice_make(NULL, 0), from, 1, scratch, &page);

	talloc_free(scratch);
	return err;
}

/*
 * From `from` on the first record cannot be read, and the engine does not say which it is. Find out, byte by byte: it
 * comes at or after each name from which on nothing can be read, and before the first one from which on something can.
 * Of several such records in a row this finds the last. STORE_NOT_FOUND: nothing can be read any more
 */
static enum store_err
find_unreadable(struct verify *v, struct slice partition, struct slice from, struct place *found)
{
	found->length = 0;
	while (found->length < STORE_KEY_MAX) {
		enum store_err err = STORE_DAMAGED;
		unsigned byte = 0;

		found->length++;
		for (; byte < 256 && err == STORE_DAMAGED; byte++) {
			found->bytes[found->length - 1] = (char)byte;
			if (slice_compare(slice_of(found), from) > 0)
				err = probe(v, partition, slice_of(found));
		}
		if (err && err != STORE_DAMAGED)
			return err;
		if (!err && byte == 1) {
			found->length--;
			return STORE_OK;
		}
		found->bytes[found->length - 1] = (char)(err ? 255 : byte - 2);
	}
	return STORE_NOT_FOUND;
}

static enum store_err
jump_over(struct verify *v, struct slice partition, struct place *place, TALLOC_CTX *scratch)
{
	struct place from = *place;
	enum store_err err = find_unreadable(v, partition, slice_of(&from), place);

	v->result->damaged++;
	verify_say(v, "%s: the record %s%s does not match its checksum",
	    verify_partition_text(v, scratch, partition), err ? "after " : "",
	    verify_text(scratch, err ? slice_of(&from) : slice_of(place)));
	place->bytes[place->length++] = 0;
	return err;
}

enum store_err
verify_walk(struct verify *v, struct slice partition, struct slice from, verify_check_fn *check, void *context)
{
	struct place place = { .length = from.length };
	enum store_err err = STORE_OK;
	bool more = true;

	memcpy(place.bytes, from.data, from.length);
	while (more && !err) {
		TALLOC_CTX *scratch = talloc_new(NULL);
		struct entries page = { 0 };
		enum store_err end =
		    read_entries(v->c, partition, slice_make(NULL, 0), slice_of(&place), WALK_PAGE, scratch, &page);

		if (page.count)
			place.length = entries_next(&page, place.bytes).length;
		more = end == STORE_DAMAGED || page.count == WALK_PAGE;
		for (size_t i = 0; i < page.count && !err; i++)
			err = check(v, context, &page.items[i], scratch);
		if (!err)
			err = end == STORE_DAMAGED ? jump_over(v, partition, &place, scratch) : end;
		talloc_free(scratch);
	}
	return err == STORE_NOT_FOUND ? STORE_OK : err;
}
