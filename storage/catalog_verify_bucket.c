/*
 * All records of a bucket, and all bytes of its objects. Others may be writing meanwhile: a fault is one only if the
 * record that names what is missing still is the same afterwards, for what it names goes after it. Contents are read
 * with the versions that name them.
 */
#include "storage/catalog_verify.h"

#include "common/encode.h"

#define READ_BYTES ((size_t)1 << 20)

struct bucket_walk {
	const struct verify_bucket *bucket;
	char *bytes; /* READ_BYTES */
};

/* A version that is being checked. */
struct subject {
	struct verify *v;
	const struct bucket_walk *walk;
	const struct entry *entry;
	struct slice key;
	struct record_version record;
	TALLOC_CTX *scratch;
};

static struct slice
partition_of(const struct bucket_walk *walk)
{
	return bucket_partition(&walk->bucket->id, slice_make(NULL, 0));
}

static bool
still_there(const struct subject *s)
{
	struct slice value;
	enum store_err err = read_optional(s->v->c, partition_of(s->walk), s->entry->name, s->scratch, &value);

	return err || slice_equal(value, s->entry->value);
}

static const char *
describe(const struct subject *s)
{
	return talloc_asprintf(s->scratch, "bucket %s, key \"%.*s\", version %s", s->walk->bucket->name,
	    SLICE_ARG(s->key), version_id_of(s->scratch, &s->record));
}

/*
 * What became of reading some of an object's bytes. The walk goes on unless the store as a whole fails; an error in
 * reading one blob alone is told of as damage.
 */
static bool
judge(const struct subject *s, enum store_err err, const char *what)
{
	if (!err || !still_there(s))
		return !err;
	if (err == STORE_NOT_FOUND)
		s->v->result->missing++;
	else
		s->v->result->damaged++;
	verify_say(s->v, "%s: %s: %s", describe(s), what, store_err_name(err));
	return false;
}

static enum store_err
read_blob(const struct subject *s, const struct record_blob *blob)
{
	struct blob_reader *reader;
	enum store_err err = blob_open(s->v->c->store, &blob->id, blob->size, &reader);

	if (err)
		return err;
	for (uint64_t offset = 0; offset < blob->size && !err; offset += READ_BYTES) {
		uint64_t left = blob->size - offset;

		err = blob_read(reader, offset, s->walk->bytes, left < READ_BYTES ? (size_t)left : READ_BYTES);
	}
	blob_close(reader);
	return err;
}

static bool
check_blobs(const struct subject *s)
{
	const struct record_blobs *blobs = &s->record.blobs;
	uint64_t size = 0;
	bool right = true;

	for (size_t i = 0; i < blobs->count; i++) {
		const struct record_blob *blob = &blobs->items[i];
		const char *id = hex_encode(s->scratch, slice_make(blob->id.bytes, sizeof(blob->id.bytes)));

		size += blob->size;
		if (judge(s, read_blob(s, blob), talloc_asprintf(s->scratch, "blob %s", id)))
			s->v->result->blobs++;
		else
			right = false;
	}
	return right && judge(s, size == s->record.size ? STORE_OK : STORE_DAMAGED, "its size");
}

static bool
check_content(const struct subject *s)
{
	struct record_bytes content;
	struct slice value;
	enum store_err err = store_get(s->v->c->store, partition_of(s->walk),
	    name_content(s->scratch, s->record.content_id), s->scratch, &value);

	if (!err && (!record_bytes_decode(s->scratch, value, &content) || content.bytes.length != s->record.size))
		err = STORE_DAMAGED;
	return judge(s, err, "its content");
}

/* A noncurrent version must have a head, and the null version that a head names must be there. */
static enum store_err
find_other(const struct subject *s, struct slice name)
{
	struct slice value;

	return store_get(s->v->c->store, partition_of(s->walk), name, s->scratch, &value);
}

static void
check_place(const struct subject *s, bool is_head)
{
	uint64_t null_ordinal = s->record.null_ordinal;

	if (!is_head)
		judge(s, find_other(s, name_head(s->scratch, s->key)), "the current version of its key");
	else if (null_ordinal)
		judge(s, find_other(s, name_noncurrent(s->scratch, s->key, null_ordinal)),
		    "the null version below it");
}

static void
check_version(struct subject *s, bool is_head)
{
	struct verify_result *result = s->v->result;

	check_place(s, is_head);
	judge(s, s->walk->bucket->deleted ? STORE_NOT_EMPTY : STORE_OK, "its bucket is deleted");
	result->versions++;
	if (is_head && !s->record.delete_marker)
		result->objects++;
	if (s->record.has_content ? check_content(s) : check_blobs(s))
		result->bytes += s->record.size;
}

static void
malformed(const struct subject *s)
{
	s->v->result->damaged++;
	verify_say(s->v, "bucket %s: the record %s is malformed", s->walk->bucket->name,
	    verify_text(s->scratch, s->entry->name));
}

static bool
other_is_right(const struct subject *s)
{
	union {
		struct record_garbage garbage;
		struct record_gate gate;
	} record;
	struct slice name = s->entry->name, value = s->entry->value;

	if (name.data[0] == 'g')
		return name.length == 17 && record_garbage_decode(s->scratch, value, &record.garbage);
	return slice_equal(name, NAME_GATE) && record_gate_decode(s->scratch, value, &record.gate);
}

static enum store_err
check(struct verify *v, void *context, const struct entry *entry, TALLOC_CTX *scratch)
{
	struct subject s = { .v = v, .walk = context, .entry = entry, .scratch = scratch };
	uint64_t ordinal;
	bool is_head;

	if (entry->name.data[0] != 'o') {
		if (!other_is_right(&s))
			malformed(&s);
	} else if (!name_parse(entry->name, &s.key, &is_head, &ordinal) ||
		   !record_version_decode(scratch, entry->value, &s.record) ||
		   (!is_head && s.record.ordinal != ordinal)) {
		malformed(&s);
	} else {
		check_version(&s, is_head);
	}
	return STORE_OK;
}

enum store_err
verify_bucket(struct verify *v, const struct verify_bucket *bucket)
{
	struct bucket_walk walk = { bucket, talloc_size(NULL, READ_BYTES) };
	enum store_err err = verify_walk(v, partition_of(&walk), SLICE("g"), check, &walk);

	talloc_free(walk.bytes);
	return err;
}
