/*
 * All records of a bucket, and all bytes of its objects. Others may be writing meanwhile: a fault is one only if the
 * record that names what is missing still is the same afterwards, for what it names goes after it. Contents are read
 * with the versions that name them, parts by themselves.
 */
#include "storage/catalog_verify.h"

#include "common/encode.h"

#define READ_BYTES ((size_t)1 << 20)

/* A version that is being checked. */
struct subject {
	struct verify_subject common;
	struct slice key;
	struct record_version record;
};

static bool
still_there(const struct verify_subject *s)
{
	struct slice value;
	enum store_err err = read_optional(s->v->c, s->bucket->partition, s->entry->name, s->scratch, &value);

	return err || slice_equal(value, s->entry->value);
}

bool
verify_judge(const struct verify_subject *s, enum store_err err, const char *what)
{
	if (!err || !still_there(s))
		return !err;
	if (err == STORE_NOT_FOUND)
		s->v->result->missing++;
	else
		s->v->result->damaged++;
	verify_say(s->v, "bucket %s, %s: %s: %s", s->bucket->name, s->what, what, store_err_name(err));
	return false;
}

void
verify_malformed(const struct verify_subject *s)
{
	s->v->result->damaged++;
	verify_say(s->v, "bucket %s: the record %s is malformed", s->bucket->name,
	    verify_text(s->scratch, s->entry->name));
}

enum store_err
verify_blob(const struct verify_subject *s, const struct record_blob *blob)
{
	struct blob_reader *reader;
	enum store_err err = blob_open(s->v->c->store, &blob->id, blob->size, 0, blob->size, &reader);

	if (err)
		return err;
	for (uint64_t offset = 0; offset < blob->size && !err; offset += READ_BYTES) {
		uint64_t left = blob->size - offset;

		err = blob_read(reader, offset, s->bytes, left < READ_BYTES ? (size_t)left : READ_BYTES);
	}
	blob_close(reader);
	return err;
}

/* Versions. */

static bool
check_blobs(const struct subject *s)
{
	const struct record_blobs *blobs = &s->record.blobs;
	TALLOC_CTX *scratch = s->common.scratch;
	uint64_t size = 0;
	bool right = true;

	for (size_t i = 0; i < blobs->count; i++) {
		const struct record_blob *blob = &blobs->items[i];
		const char *id = hex_encode(scratch, slice_make(blob->id.bytes, sizeof(blob->id.bytes)));

		size += blob->size;
		if (verify_judge(
			&s->common, verify_blob(&s->common, blob), talloc_asprintf(scratch, "blob %s", id)))
			s->common.v->result->blobs++;
		else
			right = false;
	}
	return right && verify_judge(&s->common, size == s->record.size ? STORE_OK : STORE_DAMAGED, "its size");
}

/* A noncurrent version must have a head, and the null version that a head names must be there. */
static enum store_err
find_other(const struct verify_subject *s, struct slice name, struct slice *value)
{
	return store_get(s->v->c->store, s->bucket->partition, name, s->scratch, value);
}

static bool
check_content(const struct subject *s)
{
	struct record_bytes content;
	struct slice value;
	enum store_err err = find_other(&s->common, name_content(s->common.scratch, s->record.content_id), &value);

	if (!err &&
	    (!record_bytes_decode(s->common.scratch, value, &content) || content.bytes.length != s->record.size))
		err = STORE_DAMAGED;
	return verify_judge(&s->common, err, "its content");
}

static void
check_place(const struct subject *s, bool is_head)
{
	uint64_t null_ordinal = s->record.null_ordinal;
	TALLOC_CTX *scratch = s->common.scratch;
	struct slice value;

	if (!is_head)
		verify_judge(&s->common, find_other(&s->common, name_head(scratch, s->key), &value),
		    "the current version of its key");
	else if (null_ordinal)
		verify_judge(&s->common,
		    find_other(&s->common, name_noncurrent(scratch, s->key, null_ordinal), &value),
		    "the null version below it");
}

/* Its bytes, which of parts have been counted already. */
static void
check_bytes(const struct subject *s)
{
	if (record_has_id(s->record.upload_id))
		verify_manifest(&s->common, &s->record);
	else if (s->record.has_content ? check_content(s) : check_blobs(s))
		s->common.v->result->bytes += s->record.size;
}

static void
check_version(struct subject *s)
{
	struct verify_subject *common = &s->common;
	struct verify_result *result = common->v->result;
	uint64_t ordinal;
	bool is_head;

	if (!name_parse(common->entry->name, &s->key, &is_head, &ordinal) ||
	    !record_version_decode(common->scratch, common->entry->value, &s->record) ||
	    (!is_head && s->record.ordinal != ordinal)) {
		verify_malformed(common);
		return;
	}
	if (!key_in_range(s->key, common->bucket->gate.begin, common->bucket->gate.end))
		return;
	common->what = talloc_asprintf(common->scratch, "key \"%.*s\", version %s", SLICE_ARG(s->key),
	    version_id_of(common->scratch, &s->record));
	check_place(s, is_head);
	verify_judge(common, common->bucket->deleted ? STORE_NOT_EMPTY : STORE_OK, "its bucket is deleted");
	result->versions++;
	if (is_head && !s->record.delete_marker)
		result->objects++;
	check_bytes(s);
}

/* The walk. */

static bool
other_is_right(const struct verify_subject *s)
{
	union {
		struct record_garbage garbage;
		struct record_gate gate;
	} record;
	struct slice name = s->entry->name, value = s->entry->value;

	if (name.data[0] == 'y')
		return name.length > 1 && slice_equal(value, SLICE("1"));
	if (name.data[0] == 'g')
		return name.length == 17 && record_garbage_decode(s->scratch, value, &record.garbage);
	return slice_equal(name, NAME_GATE) && record_gate_decode(s->scratch, value, &record.gate);
}

struct bucket_walk {
	const struct verify_bucket *bucket;
	char *bytes; /* READ_BYTES */
};

static enum store_err
check(struct verify *v, void *context, const struct entry *entry, TALLOC_CTX *scratch)
{
	const struct bucket_walk *walk = context;
	struct subject s = { .common = { v, walk->bucket, walk->bytes, entry, NULL, scratch } };

	switch (entry->name.data[0]) {
	case 'o':
		check_version(&s);
		break;
	case 'p':
		verify_part(&s.common);
		break;
	case 'u':
		verify_upload(&s.common);
		break;
	default:
		if (!other_is_right(&s.common))
			verify_malformed(&s.common);
	}
	return STORE_OK;
}

enum store_err
verify_bucket(struct verify *v, const struct verify_bucket *bucket)
{
	struct bucket_walk walk = { bucket, talloc_size(NULL, READ_BYTES) };
	enum store_err err = verify_walk(v, bucket->partition, SLICE("g"), check, &walk);

	talloc_free(walk.bytes);
	return err ? err : verify_owners(v, bucket);
}
