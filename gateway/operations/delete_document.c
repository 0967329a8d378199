#include "gateway/operations/delete_document.h"

#include "common/xml.h"

/* Delete, Quiet, and an Object of five elements for each key. */
static const struct xml_limits limits = { .depth = 3, .elements = 2 + DELETE_KEYS_MAX * 6 };

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

static enum s3_err
parse_item(const struct xml_element *object, struct s3_refusal *why, struct delete_item *out)
{
	bool has_key = false;

	for (const struct xml_element *e = object->first; e != NULL; e = e->next) {
		bool taken = false;

		if (xml_is(e, "LastModifiedTime") || xml_is(e, "Size"))
			return s3_refuse(why, S3_NOT_IMPLEMENTED, "%.*s in a Delete document is not implemented.",
			    SLICE_ARG(e->name));
		if (xml_is(e, "Key"))
			taken = take_once(e, &has_key, &out->key);
		else if (xml_is(e, "VersionId"))
			taken = take_once(e, &out->has_version_id, &out->version_id);
		else if (xml_is(e, "ETag"))
			taken = take_once(e, &out->has_etag, &out->etag);
		if (!taken)
			return s3_refuse(why, S3_MALFORMED_XML, NULL);
	}
	return out->key.length > 0 ? S3_OK : s3_refuse(why, S3_MALFORMED_XML, NULL);
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
	enum s3_err err;

	*out = (struct delete_document){ 0 };
	if (root == NULL || !xml_is(root, "Delete"))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	for (const struct xml_element *e = root->first; e != NULL; e = e->next) {
		if (xml_is(e, "Quiet")) {
			if (!take_once(e, &has_quiet, &text) || !parse_bool(text, &quiet))
				return s3_refuse(why, S3_MALFORMED_XML, NULL);
			continue;
		}
		if (!xml_is(e, "Object") || count == DELETE_KEYS_MAX)
			return s3_refuse(why, S3_MALFORMED_XML, NULL);
		if ((err = parse_item(e, why, &items[count++])) != S3_OK)
			return err;
	}
	if (count == 0)
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	*out = (struct delete_document){ items, count, quiet };
	return S3_OK;
}
