#include "gateway/operations/delete_document.h"

#include "common/clock.h"
#include "common/xml.h"
#include "gateway/conditions.h"

/* Delete, Quiet, and an Object of five elements for each key. */
static const struct xml_limits limits = { .depth = 3, .elements = 2 + DELETE_KEYS_MAX * 6 };

/* A moment in either of the forms in which clients write it. */
static bool
parse_moment(struct slice text, int64_t *out)
{
	return clock_parse_http(text, out) || clock_parse_iso8601(text, out);
}

/* An element that holds text and may come once. */
static bool
take_once(const struct xml_element *e, bool *taken, struct slice *out)
{
	if (*taken || e->first != NULL)
		return false;
	*taken = true;
	*out = e->text;
	return true;
}

static bool
parse_member(const struct xml_element *e, bool *has_key, struct delete_item *out)
{
	struct slice text;

	if (xml_is(e, "Key"))
		return take_once(e, has_key, &out->key);
	if (xml_is(e, "VersionId"))
		return take_once(e, &out->has_version_id, &out->version_id);
	if (xml_is(e, "ETag"))
		return take_once(e, &out->has_etag, &out->etag) && entity_tags_valid(out->etag);
	if (xml_is(e, "LastModifiedTime"))
		return take_once(e, &out->has_modified, &text) && parse_moment(text, &out->modified);
	if (xml_is(e, "Size"))
		return take_once(e, &out->has_size, &text) && slice_to_number(text, INT64_MAX, &out->size);
	return false;
}

static bool
parse_item(const struct xml_element *object, struct delete_item *out)
{
	bool has_key = false;

	for (const struct xml_element *e = object->first; e != NULL; e = e->next)
		if (!parse_member(e, &has_key, out))
			return false;
	return out->key.length > 0;
}

static bool
parse_bool(struct slice text, bool *out)
{
	text = slice_trim(text);
	*out = slice_equal_nocase(text, SLICE("true")) || slice_equal(text, SLICE("1"));
	return *out || slice_equal_nocase(text, SLICE("false")) || slice_equal(text, SLICE("0"));
}

enum s3_err
delete_document_parse(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct delete_document *out)
{
	const struct xml_element *root = xml_parse(mem, document, limits);
	struct delete_item *items = talloc_zero_array(mem, struct delete_item, DELETE_KEYS_MAX);
	bool has_quiet = false, quiet = false;
	struct slice text;
	size_t count = 0;

	*out = (struct delete_document){ 0 };
	if (root == NULL || !xml_is(root, "Delete"))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	for (const struct xml_element *e = root->first; e != NULL; e = e->next) {
		if (xml_is(e, "Quiet")) {
			if (!take_once(e, &has_quiet, &text) || !parse_bool(text, &quiet))
				return s3_refuse(why, S3_MALFORMED_XML, NULL);
			continue;
		}
		if (!xml_is(e, "Object") || count == DELETE_KEYS_MAX || !parse_item(e, &items[count++]))
			return s3_refuse(why, S3_MALFORMED_XML, NULL);
	}
	if (count == 0)
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	*out = (struct delete_document){ items, count, quiet };
	return S3_OK;
}
