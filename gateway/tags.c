#include "gateway/tags.h"

#include "common/encode.h"

#define STORED_MAX  (64 * 1024)  /* bytes; ten tags of three bytes a code unit, each byte encoded, are 35 KB */
#define WRITTEN_MAX (256 * 1024) /* bytes; fifty tags of three bytes a code unit are 60 KB */

#define HEADER "x-amz-tagging"

/* Beyond these it is no list of tags any more that somebody wrote too long. */
static const struct xml_limits limits = { .depth = 4, .elements = 1000 };

static const struct {
	size_t max;
	const char *too_many;
	const char *reserved; /* a key that begins with "aws:" */
} rules[] = {
	[TAGGED_OBJECT] = { OBJECT_TAGS_MAX, "Object tags cannot be greater than 10",
	    "Your TagKey cannot be prefixed with aws:" },
	[TAGGED_BUCKET] = { BUCKET_TAGS_MAX, "Bucket tag count cannot be greater than 50",
	    "System tags cannot be added/updated by requester" },
	[TAGGED_NEW_BUCKET] = { BUCKET_TAGS_MAX, "Bucket tag count cannot be greater than 50",
	    "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove \"aws:\" "
	    "from your tag keys and try again." },
};

/* Of at most `max` UTF-16 code units, each a letter, a number, a separator or one of S3's marks. */
static bool
is_tag_text(struct slice text, size_t max)
{
	size_t units = 0;
	uint32_t point;

	while (utf8_next(&text, &point)) {
		units += point > 0xffff ? 2 : 1;
		if (!unicode_is_word(point) && (point == 0 || point > 0x7f || !strchr("_.:/=+-@", (int)point)))
			return false;
	}
	return text.length == 0 && units <= max;
}

static enum s3_err
check_tag(const struct field *tag, enum tagged tagged, struct s3_refusal *why)
{
	const char *message = NULL;

	if (slice_starts_with(tag->name, SLICE("aws:")))
		message = rules[tagged].reserved;
	else if (tag->name.length == 0 || !is_tag_text(tag->name, TAG_KEY_MAX))
		message = "The TagKey you have provided is invalid";
	if (message == NULL && is_tag_text(tag->value, TAG_VALUE_MAX))
		return S3_OK;
	s3_refusal_detail(why, "TagKey", tag->name);
	if (message != NULL)
		return s3_refuse(why, S3_INVALID_TAG, "%s", message);
	s3_refusal_detail(why, "TagValue", tag->value);
	return s3_refuse(why, S3_INVALID_TAG, "The TagValue you have provided is invalid");
}

/* Put a tag where its key belongs; false where the key is there already. */
static bool
insert(TALLOC_CTX *mem, struct fields *tags, struct slice key, struct slice value)
{
	size_t place = tags->count;

	while (place > 0 && slice_compare(tags->items[place - 1].name, key) > 0)
		place--;
	if (place > 0 && slice_equal(tags->items[place - 1].name, key))
		return false;
	fields_add(mem, tags, key, value);
	memmove(&tags->items[place + 1], &tags->items[place], (tags->count - 1 - place) * sizeof(*tags->items));
	tags->items[place] = (struct field){ key, value };
	return true;
}

/* A Tag holds one Key and one Value. */
static bool
read_tag(const struct xml_element *tag, struct field *out)
{
	const struct xml_element *key = xml_child(tag, "Key"), *value = xml_child(tag, "Value");

	if (!xml_is(tag, "Tag") || key == NULL || value == NULL || key->first != NULL || value->first != NULL)
		return false;
	if (tag->first->next == NULL || tag->first->next->next != NULL)
		return false;
	*out = (struct field){ key->text, value->text };
	return true;
}

/* All of a set, unchecked and in the order in which they are. */
static bool
read_tags(TALLOC_CTX *mem, const struct xml_element *set, struct fields *out)
{
	struct field tag;

	if (xml_has_text(set))
		return false;
	for (const struct xml_element *e = set->first; e != NULL; e = e->next) {
		if (!read_tag(e, &tag))
			return false;
		fields_add(mem, out, tag.name, tag.value);
	}
	return true;
}

enum s3_err
tags_read(
    TALLOC_CTX *mem, const struct xml_element *set, enum tagged tagged, struct s3_refusal *why, struct fields *out)
{
	struct fields given = { 0 }, tags = { 0 };
	enum s3_err err;

	*out = (struct fields){ 0 };
	if (!read_tags(mem, set, &given))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	if (given.count > rules[tagged].max)
		return s3_refuse(why, S3_BAD_REQUEST, "%s", rules[tagged].too_many);
	for (size_t i = 0; i < given.count; i++) {
		const struct field *tag = &given.items[i];

		if ((err = check_tag(tag, tagged, why)) != S3_OK)
			return err;
		if (insert(mem, &tags, tag->name, tag->value))
			continue;
		s3_refusal_detail(why, "TagKey", tag->name);
		return s3_refuse(why, S3_INVALID_TAG, "Cannot provide multiple Tags with the same key");
	}
	*out = tags;
	return S3_OK;
}

enum s3_err
tags_parse(TALLOC_CTX *mem, struct slice document, enum tagged tagged, struct s3_refusal *why, struct fields *out)
{
	const struct xml_element *root = xml_parse(mem, document, limits);

	*out = (struct fields){ 0 };
	if (root == NULL || !xml_is(root, "Tagging") || root->first == NULL || root->first->next != NULL ||
	    !xml_is(root->first, "TagSet"))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	return tags_read(mem, root->first, tagged, why, out);
}

/* "key=value" or "key", each form-encoded. */
static bool
decode_pair(TALLOC_CTX *mem, struct slice pair, struct field *out)
{
	struct slice key;

	/* The value of a tag may hold "=", but not bare. */
	return slice_next(&pair, '=', &key) && memchr(pair.data ? pair.data : "", '=', pair.length) == NULL &&
	       percent_decode(mem, key, true, &out->name) && percent_decode(mem, pair, true, &out->value) &&
	       out->name.length > 0 && utf8_valid(out->name) && utf8_valid(out->value);
}

/* Pairs up to the first one too many. */
static bool
decode_pairs(TALLOC_CTX *mem, struct slice text, struct fields *out)
{
	struct slice pair;
	struct field tag;

	while (out->count <= OBJECT_TAGS_MAX && slice_next(&text, '&', &pair)) {
		if (pair.length == 0)
			continue;
		if (!decode_pair(mem, pair, &tag) || !insert(mem, out, tag.name, tag.value))
			return false;
	}
	return true;
}

enum s3_err
tags_parse_header(TALLOC_CTX *mem, struct slice header, struct s3_refusal *why, struct fields *out)
{
	struct fields tags = { 0 };
	enum s3_err err;

	*out = (struct fields){ 0 };
	if (!decode_pairs(mem, header, &tags)) {
		s3_refusal_detail(why, "ArgumentName", SLICE(HEADER));
		s3_refusal_detail(why, "ArgumentValue", header);
		return s3_refuse(why, S3_INVALID_ARGUMENT,
		    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
		    "tag name duplicates.");
	}
	if (tags.count > OBJECT_TAGS_MAX)
		return s3_refuse(why, S3_BAD_REQUEST, "%s", rules[TAGGED_OBJECT].too_many);
	for (size_t i = 0; i < tags.count; i++)
		if ((err = check_tag(&tags.items[i], TAGGED_OBJECT, why)) != S3_OK)
			return err;
	*out = tags;
	return S3_OK;
}

struct slice
tags_store(TALLOC_CTX *mem, const struct fields *tags)
{
	struct buf *stored = buf_new(mem, STORED_MAX);

	for (size_t i = 0; i < tags->count; i++) {
		if (i > 0)
			buf_append_byte(stored, '&');
		percent_encode(stored, tags->items[i].name, PERCENT_ALL);
		buf_append_byte(stored, '=');
		percent_encode(stored, tags->items[i].value, PERCENT_ALL);
	}
	return buf_slice(stored);
}

bool
tags_load(TALLOC_CTX *mem, struct slice stored, struct fields *out)
{
	*out = (struct fields){ 0 };
	if (tags_count(stored) <= OBJECT_TAGS_MAX && decode_pairs(mem, stored, out))
		return true;
	*out = (struct fields){ 0 };
	return false;
}

size_t
tags_count(struct slice stored)
{
	size_t count = 0;
	struct slice pair;

	while (slice_next(&stored, '&', &pair))
		count++;
	return count;
}

struct xml_writer *
tags_write(TALLOC_CTX *mem, const struct fields *tags)
{
	struct xml_writer *w = xml_writer_new(mem, WRITTEN_MAX);

	xml_start_root(w, "Tagging");
	xml_start(w, "TagSet");
	for (size_t i = 0; i < tags->count; i++) {
		xml_start(w, "Tag");
		xml_text(w, "Key", tags->items[i].name);
		xml_text(w, "Value", tags->items[i].value);
		xml_end(w);
	}
	xml_end(w);
	xml_end(w);
	return w;
}
