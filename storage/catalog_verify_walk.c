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
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '.';
	if (v->report)
		v->report(v->context, line);
	talloc_free(line);
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
	struct entries page;
	enum store_err err = read_entries(v->c, partition, slice_make(NULL, 0), from, 1, scratch, &page);

	talloc_free(scratch);
	return err;
}

/*
 * The first record from *place on cannot be read, and its name is not known. Move *place behind it, not far: try the
 * names that differ in a late byte first. STORE_NOT_FOUND: there is nothing to go on with
 */
static enum store_err
move_behind(struct verify *v, struct slice partition, struct place *place)
{
	struct place from = *place;

	for (size_t length = from.length < STORE_KEY_MAX ? from.length + 1 : STORE_KEY_MAX; length-- > 0;) {
		unsigned byte = length < from.length ? (unsigned char)from.bytes[length] + 1u : 0;

		for (; byte < 256; byte++) {
			enum store_err err;

			place->bytes[length] = (char)byte;
			place->length = length + 1;
			err = probe(v, partition, slice_of(place));
			if (err != STORE_DAMAGED)
				return err;
		}
	}
	return STORE_NOT_FOUND;
}

static enum store_err
jump_over(struct verify *v, struct slice partition, struct place *place, TALLOC_CTX *scratch)
{
	const char *before = hex_encode(scratch, slice_of(place));
	enum store_err err = move_behind(v, partition, place);

	v->result->damaged++;
	verify_say(v, "partition %s: a record does not match its checksum; nothing was read from %s to %s",
	    hex_encode(scratch, partition), before, err ? "the end" : hex_encode(scratch, slice_of(place)));
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
		struct entries page;
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
