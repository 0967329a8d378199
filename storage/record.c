/* Each kind of record is a table of fields; one encoder and one decoder serve them all. */
#include "storage/record.h"

#include "common/buf.h"

enum form {
	FORM_BYTES,
	FORM_NUMBER,
	FORM_TIME,
	FORM_FLAG,
	FORM_ID,
	FORM_PAIRS,
	FORM_BLOBS
};

struct field_form {
	unsigned tag; /* below 64 */
	enum form form;
	size_t offset;
	uint64_t max;  /* the longest bytes, the largest number */
	bool required; /* a record without it is none */
};

struct record_form {
	unsigned char kind;
	size_t size;
	const struct field_form *fields;
	size_t field_count;
};

#define TEXT_MAX  4096 /* names, IDs, ETags */
#define BYTES_MAX STORE_VALUE_MAX

static const struct field_form user_fields[] = {
	{ 1, FORM_BYTES, offsetof(struct record_user, id), TEXT_MAX, true },
	{ 2, FORM_BYTES, offsetof(struct record_user, display_name), TEXT_MAX, false },
	{ 3, FORM_BYTES, offsetof(struct record_user, email), TEXT_MAX, false },
	{ 4, FORM_FLAG, offsetof(struct record_user, disabled), 1, false },
	{ 5, FORM_FLAG, offsetof(struct record_user, administrator), 1, false },
	{ 6, FORM_TIME, offsetof(struct record_user, created_us), UINT64_MAX, false },
	{ 7, FORM_NUMBER, offsetof(struct record_user, revision), UINT64_MAX, false },
	{ 8, FORM_NUMBER, offsetof(struct record_user, key_count), UINT32_MAX, false },
	{ 9, FORM_BYTES, offsetof(struct record_user, name), TEXT_MAX, true },
};

static const struct field_form key_fields[] = {
	{ 1, FORM_BYTES, offsetof(struct record_key, id), TEXT_MAX, true },
	{ 2, FORM_BYTES, offsetof(struct record_key, secret), TEXT_MAX, true },
	{ 3, FORM_BYTES, offsetof(struct record_key, user_id), TEXT_MAX, true },
	{ 4, FORM_TIME, offsetof(struct record_key, created_us), UINT64_MAX, false },
};

static const struct field_form bucket_fields[] = {
	{ 1, FORM_ID, offsetof(struct record_bucket, id), 16, true },
	{ 2, FORM_BYTES, offsetof(struct record_bucket, name), TEXT_MAX, true },
	{ 3, FORM_BYTES, offsetof(struct record_bucket, owner_id), TEXT_MAX, true },
	{ 4, FORM_BYTES, offsetof(struct record_bucket, location), TEXT_MAX, false },
	{ 5, FORM_BYTES, offsetof(struct record_bucket, acl), BYTES_MAX, false },
	{ 6, FORM_NUMBER, offsetof(struct record_bucket, versioning), 2, false },
	{ 7, FORM_TIME, offsetof(struct record_bucket, created_us), UINT64_MAX, false },
	{ 8, FORM_NUMBER, offsetof(struct record_bucket, revision), UINT64_MAX, true },
	{ 9, FORM_NUMBER, offsetof(struct record_bucket, documents), UINT64_MAX, false },
	{ 10, FORM_NUMBER, offsetof(struct record_bucket, state), RECORD_BUCKET_DELETING, false },
	{ 11, FORM_PAIRS, offsetof(struct record_bucket, shards), BYTES_MAX, false },
	{ 12, FORM_BYTES, offsetof(struct record_bucket, moving_key), TEXT_MAX, false },
	{ 13, FORM_NUMBER, offsetof(struct record_bucket, moving_to), UINT32_MAX, false },
};

#define VERSION_SUMMARY_FIELDS 11 /* the first of these, to the number of parts */

static const struct field_form version_fields[] = {
	{ 1, FORM_NUMBER, offsetof(struct record_version, ordinal), UINT64_MAX, true },
	{ 2, FORM_NUMBER, offsetof(struct record_version, salt), UINT64_MAX, false },
	{ 3, FORM_FLAG, offsetof(struct record_version, null_version), 1, false },
	{ 4, FORM_FLAG, offsetof(struct record_version, delete_marker), 1, false },
	{ 5, FORM_TIME, offsetof(struct record_version, modified_us), UINT64_MAX, false },
	{ 6, FORM_NUMBER, offsetof(struct record_version, size), UINT64_MAX, false },
	{ 7, FORM_BYTES, offsetof(struct record_version, etag), TEXT_MAX, false },
	{ 8, FORM_BYTES, offsetof(struct record_version, owner_id), TEXT_MAX, false },
	{ 9, FORM_PAIRS, offsetof(struct record_version, checksums), BYTES_MAX, false },
	{ 18, FORM_ID, offsetof(struct record_version, upload_id), 16, false },
	{ 19, FORM_NUMBER, offsetof(struct record_version, part_count), RECORD_PARTS_MAX, false },
	{ 10, FORM_BYTES, offsetof(struct record_version, acl), BYTES_MAX, false },
	{ 11, FORM_BYTES, offsetof(struct record_version, tags), BYTES_MAX, false },
	{ 12, FORM_PAIRS, offsetof(struct record_version, headers), BYTES_MAX, false },
	{ 13, FORM_PAIRS, offsetof(struct record_version, metadata), BYTES_MAX, false },
	{ 14, FORM_FLAG, offsetof(struct record_version, has_content), 1, false },
	{ 15, FORM_ID, offsetof(struct record_version, content_id), 16, false },
	{ 16, FORM_BLOBS, offsetof(struct record_version, blobs), 26, false },
	{ 17, FORM_NUMBER, offsetof(struct record_version, null_ordinal), UINT64_MAX, false },
};

static const struct field_form upload_fields[] = {
	{ 1, FORM_NUMBER, offsetof(struct record_upload, state), RECORD_UPLOAD_FROZEN, false },
	{ 2, FORM_NUMBER, offsetof(struct record_upload, revision), UINT64_MAX, true },
	{ 3, FORM_TIME, offsetof(struct record_upload, initiated_us), UINT64_MAX, false },
	{ 4, FORM_BYTES, offsetof(struct record_upload, initiator_id), TEXT_MAX, false },
	{ 5, FORM_BYTES, offsetof(struct record_upload, owner_id), TEXT_MAX, false },
	{ 6, FORM_BYTES, offsetof(struct record_upload, acl), BYTES_MAX, false },
	{ 7, FORM_BYTES, offsetof(struct record_upload, tags), BYTES_MAX, false },
	{ 8, FORM_PAIRS, offsetof(struct record_upload, headers), BYTES_MAX, false },
	{ 9, FORM_PAIRS, offsetof(struct record_upload, metadata), BYTES_MAX, false },
	{ 10, FORM_PAIRS, offsetof(struct record_upload, checksums), BYTES_MAX, false },
};

#define PART_PLACE_FIELDS 2 /* the first of these */

static const struct field_form part_fields[] = {
	{ 1, FORM_NUMBER, offsetof(struct record_part, size), UINT64_MAX, false },
	{ 5, FORM_ID, offsetof(struct record_part, blob_id), 16, false },
	{ 2, FORM_TIME, offsetof(struct record_part, modified_us), UINT64_MAX, false },
	{ 3, FORM_BYTES, offsetof(struct record_part, etag), TEXT_MAX, true },
	{ 4, FORM_PAIRS, offsetof(struct record_part, checksums), BYTES_MAX, false },
};

static const struct field_form garbage_fields[] = {
	{ 1, FORM_NUMBER, offsetof(struct record_garbage, state), RECORD_GARBAGE_DEAD, false },
	{ 2, FORM_NUMBER, offsetof(struct record_garbage, session), UINT64_MAX, false },
	{ 3, FORM_TIME, offsetof(struct record_garbage, since_us), UINT64_MAX, false },
	{ 4, FORM_BLOBS, offsetof(struct record_garbage, blobs), 26, false },
	{ 5, FORM_ID, offsetof(struct record_garbage, upload_id), 16, false },
};

static const struct field_form gate_fields[] = {
	{ 1, FORM_NUMBER, offsetof(struct record_gate, revision), UINT64_MAX, false },
	{ 2, FORM_BYTES, offsetof(struct record_gate, begin), TEXT_MAX, false },
	{ 3, FORM_BYTES, offsetof(struct record_gate, end), TEXT_MAX, false },
};

static const struct field_form remains_fields[] = {
	{ 1, FORM_TIME, offsetof(struct record_remains, deleted_us), UINT64_MAX, false },
	{ 2, FORM_PAIRS, offsetof(struct record_remains, shards), BYTES_MAX, false },
};

static const struct field_form bytes_fields[] = {
	{ 1, FORM_BYTES, offsetof(struct record_bytes, bytes), BYTES_MAX, false },
};

/* Encoding. */

static size_t
varint_write(uint64_t number, unsigned char out[10])
{
	size_t length = 0;

	do {
		out[length] = (unsigned char)(number & 0x7f);
		number >>= 7;
		if (number)
			out[length] |= 0x80;
		length++;
	} while (number);
	return length;
}

static size_t
varint_length(uint64_t number)
{
	unsigned char bytes[10];

	return varint_write(number, bytes);
}

static void
put_varint(struct buf *b, uint64_t number)
{
	unsigned char bytes[10];

	buf_append(b, slice_make(bytes, varint_write(number, bytes)));
}

static void
put_bytes(struct buf *b, unsigned tag, struct slice bytes)
{
	put_varint(b, tag);
	put_varint(b, bytes.length);
	buf_append(b, bytes);
}

static void
put_number(struct buf *b, unsigned tag, uint64_t number)
{
	unsigned char bytes[10];

	put_bytes(b, tag, slice_make(bytes, varint_write(number, bytes)));
}

/* A pair is the length of its name, the name, the value. */
static void
put_pairs(struct buf *b, unsigned tag, const struct fields *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct field *pair = &pairs->items[i];

		put_varint(b, tag);
		put_varint(b, varint_length(pair->name.length) + pair->name.length + pair->value.length);
		put_varint(b, pair->name.length);
		buf_append(b, pair->name);
		buf_append(b, pair->value);
	}
}

/* A blob is its ID and its size. */
static void
put_blobs(struct buf *b, unsigned tag, const struct record_blobs *blobs)
{
	for (size_t i = 0; i < blobs->count; i++) {
		const struct record_blob *blob = &blobs->items[i];

		put_varint(b, tag);
		put_varint(b, sizeof(blob->id.bytes) + varint_length(blob->size));
		buf_append(b, slice_make(blob->id.bytes, sizeof(blob->id.bytes)));
		put_varint(b, blob->size);
	}
}

bool
record_has_id(const unsigned char id[16])
{
	for (size_t i = 0; i < 16; i++)
		if (id[i])
			return true;
	return false;
}

/* Whether the decoder would take it back: what cannot be read is not to be written. */
static bool
fits(const struct field_form *field, const void *member)
{
	switch (field->form) {
	case FORM_BYTES:
		return ((const struct slice *)member)->length <= field->max;
	case FORM_NUMBER:
		return *(const uint64_t *)member <= field->max;
	case FORM_PAIRS:
		return ((const struct fields *)member)->count <= RECORD_PAIRS_MAX;
	case FORM_BLOBS:
		return ((const struct record_blobs *)member)->count <= RECORD_BLOBS_MAX;
	case FORM_TIME:
	case FORM_FLAG:
	case FORM_ID:
		break;
	}
	return true;
}

static void
put_field(struct buf *b, const struct field_form *field, const void *member)
{
	const struct slice *bytes = member;

	switch (field->form) {
	case FORM_BYTES:
		if (bytes->length || field->required)
			put_bytes(b, field->tag, *bytes);
		break;
	case FORM_NUMBER:
		if (*(const uint64_t *)member || field->required)
			put_number(b, field->tag, *(const uint64_t *)member);
		break;
	case FORM_TIME:
		if (*(const int64_t *)member)
			put_number(b, field->tag, (uint64_t)(*(const int64_t *)member));
		break;
	case FORM_FLAG:
		if (*(const bool *)member)
			put_number(b, field->tag, 1);
		break;
	case FORM_ID:
		if (field->required || record_has_id(member))
			put_bytes(b, field->tag, slice_make(member, 16));
		break;
	case FORM_PAIRS:
		put_pairs(b, field->tag, member);
		break;
	case FORM_BLOBS:
		put_blobs(b, field->tag, member);
		break;
	}
}

static struct slice
encode(TALLOC_CTX *mem, const struct record_form *form, const void *record)
{
	struct buf *b = buf_new(mem, STORE_VALUE_MAX);
	const struct slice *unknown = record;
	bool fit = true;

	buf_append_byte(b, RECORD_FORMAT);
	buf_append_byte(b, (char)form->kind);
	for (size_t i = 0; i < form->field_count && fit; i++) {
		const struct field_form *field = &form->fields[i];
		const void *member = (const char *)record + field->offset;

		fit = fits(field, member);
		if (fit)
			put_field(b, field, member);
	}
	buf_append(b, *unknown);
	return fit && !buf_overflowed(b) ? buf_slice(b) : slice_make(NULL, 0);
}

/* Decoding. */

static bool
take_varint(struct slice *rest, uint64_t *number)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 10 && i < rest->length; i++) {
		unsigned char byte = (unsigned char)rest->data[i];

		if (i == 9 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte & 0x80)
			continue;
		if (i > 0 && byte == 0)
			return false;
		*rest = slice_skip(*rest, i + 1);
		*number = value;
		return true;
	}
	return false;
}

static bool
take_bytes(struct slice *rest, uint64_t length, struct slice *bytes)
{
	if (length > rest->length)
		return false;
	*bytes = slice_head(*rest, length);
	*rest = slice_skip(*rest, length);
	return true;
}

static bool
get_number(struct slice bytes, uint64_t max, uint64_t *number)
{
	return take_varint(&bytes, number) && bytes.length == 0 && *number <= max;
}

static bool
get_time(struct slice bytes, int64_t *time_us)
{
	uint64_t number;

	if (!get_number(bytes, UINT64_MAX, &number))
		return false;
	*time_us = (int64_t)number;
	return true;
}

static bool
get_flag(struct slice bytes, bool *flag)
{
	uint64_t number;

	if (!get_number(bytes, 1, &number))
		return false;
	*flag = number == 1;
	return true;
}

static bool
get_id(struct slice bytes, unsigned char id[16])
{
	if (bytes.length != 16)
		return false;
	memcpy(id, bytes.data, 16);
	return true;
}

static bool
get_pair(TALLOC_CTX *mem, struct slice bytes, struct fields *pairs)
{
	uint64_t name_length;
	struct slice name;

	if (pairs->count >= RECORD_PAIRS_MAX || !take_varint(&bytes, &name_length) ||
	    !take_bytes(&bytes, name_length, &name))
		return false;
	fields_add(mem, pairs, name, bytes);
	return true;
}

static bool
get_blob(TALLOC_CTX *mem, struct slice bytes, struct record_blobs *blobs)
{
	struct record_blob blob;
	struct slice id;

	if (blobs->count >= RECORD_BLOBS_MAX || !take_bytes(&bytes, sizeof(blob.id.bytes), &id) ||
	    !get_number(bytes, UINT64_MAX, &blob.size))
		return false;
	memcpy(blob.id.bytes, id.data, id.length);
	if ((blobs->count & (blobs->count - 1)) == 0)
		blobs->items =
		    talloc_realloc(mem, blobs->items, struct record_blob, blobs->count ? 2 * blobs->count : 1);
	blobs->items[blobs->count++] = blob;
	return true;
}

static bool
get_field(TALLOC_CTX *mem, const struct field_form *field, struct slice bytes, void *record)
{
	void *member = (char *)record + field->offset;

	switch (field->form) {
	case FORM_BYTES:
		*(struct slice *)member = bytes;
		return bytes.length <= field->max;
	case FORM_NUMBER:
		return get_number(bytes, field->max, member);
	case FORM_TIME:
		return get_time(bytes, member);
	case FORM_FLAG:
		return get_flag(bytes, member);
	case FORM_ID:
		return get_id(bytes, member);
	case FORM_PAIRS:
		return get_pair(mem, bytes, member);
	case FORM_BLOBS:
		return get_blob(mem, bytes, member);
	}
	return false;
}

static const struct field_form *
find_field(const struct record_form *form, uint64_t tag)
{
	for (size_t i = 0; i < form->field_count; i++)
		if (form->fields[i].tag == tag)
			return &form->fields[i];
	return NULL;
}

/* `kept` has room for all fields of the record. */
static void
keep_unknown(char *kept, struct slice field, struct slice *unknown)
{
	memcpy(kept + unknown->length, field.data, field.length);
	*unknown = slice_make(kept, unknown->length + field.length);
}

static bool
may_repeat(const struct field_form *field)
{
	return field->form == FORM_PAIRS || field->form == FORM_BLOBS;
}

static bool
decode_fields(TALLOC_CTX *mem, const struct record_form *form, struct slice rest, void *out, struct slice *unknown)
{
	size_t room = rest.length;
	uint64_t seen = 0;
	char *kept = NULL;

	while (rest.length) {
		const struct field_form *field;
		struct slice start = rest, bytes;
		uint64_t tag, length;

		if (!take_varint(&rest, &tag) || !take_varint(&rest, &length) || !take_bytes(&rest, length, &bytes))
			return false;
		field = find_field(form, tag);
		if (!field) {
			if (unknown && !kept)
				kept = talloc_array(mem, char, room);
			if (unknown)
				keep_unknown(kept, slice_head(start, start.length - rest.length), unknown);
			continue;
		}
		if ((seen & UINT64_C(1) << tag && !may_repeat(field)) || !get_field(mem, field, bytes, out))
			return false;
		seen |= UINT64_C(1) << tag;
	}
	for (size_t i = 0; i < form->field_count; i++)
		if (form->fields[i].required && !(seen & UINT64_C(1) << form->fields[i].tag))
			return false;
	return true;
}

static bool
decode(TALLOC_CTX *mem, const struct record_form *form, struct slice value, void *out, bool with_unknown)
{
	memset(out, 0, form->size);
	if (value.length < 2 || value.length > STORE_VALUE_MAX || value.data[0] != RECORD_FORMAT ||
	    (unsigned char)value.data[1] != form->kind)
		return false;
	if (decode_fields(mem, form, slice_skip(value, 2), out, with_unknown ? (struct slice *)out : NULL))
		return true;
	memset(out, 0, form->size);
	return false;
}

#define DEFINE_RECORD(name, letter)                                                                          \
	static const struct record_form name##_form = { letter, sizeof(struct record_##name), name##_fields, \
		ARRAY_SIZE(name##_fields) };                                                                 \
                                                                                                             \
	struct slice record_##name##_encode(TALLOC_CTX *mem, const struct record_##name *record)             \
	{                                                                                                    \
		return encode(mem, &name##_form, record);                                                    \
	}                                                                                                    \
                                                                                                             \
	bool record_##name##_decode(TALLOC_CTX *mem, struct slice value, struct record_##name *out)          \
	{                                                                                                    \
		return decode(mem, &name##_form, value, out, true);                                          \
	}

DEFINE_RECORD(user, 'u')
DEFINE_RECORD(key, 'k')
DEFINE_RECORD(bucket, 'b')
DEFINE_RECORD(version, 'v')
DEFINE_RECORD(upload, 'm')
DEFINE_RECORD(part, 'p')
DEFINE_RECORD(garbage, 'g')
DEFINE_RECORD(gate, 'x')
DEFINE_RECORD(remains, 's')
DEFINE_RECORD(bytes, 'y')

bool
record_version_decode_summary(TALLOC_CTX *mem, struct slice value, struct record_version *out)
{
	static const struct record_form summary = { 'v', sizeof(struct record_version), version_fields,
		VERSION_SUMMARY_FIELDS };

	return decode(mem, &summary, value, out, false);
}

bool
record_part_decode_place(struct slice value, struct record_part *out)
{
	static const struct record_form place = { 'p', sizeof(struct record_part), part_fields, PART_PLACE_FIELDS };

	return decode(NULL, &place, value, out, false);
}
