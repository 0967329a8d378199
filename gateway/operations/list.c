/* ListObjects and ListObjectsV2: one listing, asked for and written in two ways. */
#include "common/encode.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/list_token.h"
#include "gateway/operations/operations.h"

#define KEYS_MAX 1000 /* a page */

struct listing {
	struct slice prefix, delimiter;
	struct slice marker; /* marker or start-after */
	uint64_t max_keys;
	bool url_encoded;
	bool with_owner;
	struct list_position after;
	struct list_page *page;
	struct owner_names owner_names;
};

/* A parameter that is text: what is not UTF-8 could neither match a key nor be written into the answer. */
static enum s3_err
read_text(struct req *r, const char *name, struct slice *out)
{
	*out = req_parameter(r, name);
	if (out->length > 0 && !utf8_valid(*out))
		return refuse_argument(r, name, slice_from(""), "The parameter is not UTF-8.");
	return S3_OK;
}

static enum s3_err
read_max_keys(struct req *r, uint64_t *out)
{
	struct slice text = req_parameter(r, "max-keys");

	*out = KEYS_MAX;
	if (text.length == 0)
		return S3_OK;
	if (!slice_to_number(text, INT32_MAX, out))
		return refuse_argument(
		    r, "max-keys", text, "Provided max-keys not an integer or within integer range");
	if (*out > KEYS_MAX)
		*out = KEYS_MAX;
	return S3_OK;
}

static enum s3_err
read_encoding(struct req *r, bool *url_encoded)
{
	struct slice text = req_parameter(r, "encoding-type");

	*url_encoded = slice_equal(text, SLICE("url"));
	if (text.length > 0 && !*url_encoded)
		return refuse_argument(r, "encoding-type", text, "Invalid Encoding Method specified in Request");
	return S3_OK;
}

/* What both forms take. `marker` names the parameter that says after which key to begin. */
static enum s3_err
read_listing(struct req *r, const char *marker, struct listing *out)
{
	enum s3_err err;

	*out = (struct listing){ 0 };
	if ((err = read_text(r, "prefix", &out->prefix)) != S3_OK ||
	    (err = read_text(r, "delimiter", &out->delimiter)) != S3_OK ||
	    (err = read_text(r, marker, &out->marker)) != S3_OK ||
	    (err = read_max_keys(r, &out->max_keys)) != S3_OK)
		return err;
	return read_encoding(r, &out->url_encoded);
}

/* No key is longer than a key may be, nor holds a NUL: what is beyond the first of these orders nothing. */
static struct slice
as_key(struct slice name)
{
	const char *end = name.length > 0 ? memchr(name.data, '\0', name.length) : NULL;

	return slice_head(name, end != NULL ? (size_t)(end - name.data) : OBJECT_KEY_MAX);
}

static bool
can_match(struct slice prefix)
{
	return slice_equal(as_key(prefix), prefix);
}

/* A marker inside a common prefix stands for all of it, for a page that ended with the prefix was continued there. */
static struct list_position
position_of(const struct listing *l, struct slice marker)
{
	struct list_position position = { as_key(marker), false };
	size_t mark;

	if (l->delimiter.length > 0 && slice_starts_with(position.after, l->prefix) &&
	    slice_find(slice_skip(position.after, l->prefix.length), l->delimiter, &mark)) {
		position.is_prefix = true;
		position.after = slice_head(position.after, l->prefix.length + mark + l->delimiter.length);
	}
	return position;
}

static enum s3_err
read_page(struct req *r, struct listing *l)
{
	struct list_query query = {
		.prefix = l->prefix,
		.delimiter = l->delimiter,
		.after = l->after.after,
		.after_is_prefix = l->after.is_prefix,
		.limit = (size_t)l->max_keys,
	};

	if (l->max_keys == 0 || !can_match(l->prefix)) {
		l->page = talloc_zero(r, struct list_page);
		return S3_OK;
	}
	return req_refuse_store(r, catalog_list(r->gateway->catalog, r, r->bucket, &query, &l->page));
}

/* <name>key</name>, as encoding-type asks. */
static void
write_key(struct xml_writer *w, struct req *r, const struct listing *l, const char *name, struct slice key)
{
	struct buf *encoded;

	if (!l->url_encoded) {
		xml_text(w, name, key);
		return;
	}
	encoded = buf_new(r, key.length * 3);
	percent_encode(encoded, key, PERCENT_KEEP_SLASH);
	xml_text(w, name, buf_slice(encoded));
	talloc_free(encoded);
}

static void
write_object(struct xml_writer *w, struct req *r, struct listing *l, const struct object *object)
{
	xml_start(w, "Contents");
	write_key(w, r, l, "Key", object->key);
	xml_time(w, "LastModified", object->modified_us);
	xml_etag(w, object->etag);
	for (size_t i = 0; i < object->checksums.count; i++) {
		const struct field *checksum = &object->checksums.items[i];

		if (slice_equal(checksum->name, SLICE("type")))
			xml_text(w, "ChecksumType", checksum->value);
		else
			xml_text(w, "ChecksumAlgorithm", checksum->name);
	}
	xml_number(w, "Size", object->size);
	if (l->with_owner)
		xml_owner(w, r, &l->owner_names, slice_from(object->owner_id));
	xml_string(w, "StorageClass", "STANDARD");
	xml_end(w);
}

/* What both forms end with. */
static enum s3_err
write_page(struct xml_writer *w, struct req *r, struct listing *l)
{
	const struct list_page *page = l->page;

	xml_number(w, "MaxKeys", l->max_keys);
	if (l->delimiter.length > 0)
		write_key(w, r, l, "Delimiter", l->delimiter);
	if (l->url_encoded)
		xml_string(w, "EncodingType", "url");
	xml_bool(w, "IsTruncated", page->truncated);
	for (size_t i = 0; i < page->object_count; i++)
		write_object(w, r, l, page->objects[i]);
	for (size_t i = 0; i < page->prefix_count; i++) {
		xml_start(w, "CommonPrefixes");
		write_key(w, r, l, "Prefix", page->prefixes[i]);
		xml_end(w);
	}
	xml_end(w);
	return reply_xml(r, 200, w);
}

static struct xml_writer *
begin(struct req *r, const struct listing *l)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_LONG);

	xml_start_root(w, "ListBucketResult");
	xml_string(w, "Name", r->bucket->name);
	write_key(w, r, l, "Prefix", l->prefix);
	return w;
}

enum s3_err
op_list_objects(struct req *r)
{
	struct listing l;
	struct xml_writer *w;
	enum s3_err err;

	if ((err = read_listing(r, "marker", &l)) != S3_OK)
		return err;
	l.with_owner = true;
	l.after = position_of(&l, l.marker);
	if ((err = read_page(r, &l)) != S3_OK)
		return err;
	w = begin(r, &l);
	write_key(w, r, &l, "Marker", l.marker);
	if (l.page->truncated && l.delimiter.length > 0)
		write_key(w, r, &l, "NextMarker", l.page->last);
	return write_page(w, r, &l);
}

static enum s3_err
read_token(struct req *r, struct listing *l)
{
	struct slice token = req_parameter(r, "continuation-token");

	if (!req_has_parameter(r, "continuation-token"))
		l->after = position_of(l, l->marker);
	else if (!list_token_read(r, token, &l->after))
		return refuse_argument(
		    r, "continuation-token", token, "The continuation token provided is incorrect");
	return S3_OK;
}

enum s3_err
op_list_objects_v2(struct req *r)
{
	struct listing l;
	struct xml_writer *w;
	enum s3_err err;

	if ((err = read_listing(r, "start-after", &l)) != S3_OK || (err = read_token(r, &l)) != S3_OK)
		return err;
	l.with_owner = slice_equal_nocase(req_parameter(r, "fetch-owner"), SLICE("true"));
	if ((err = read_page(r, &l)) != S3_OK)
		return err;
	w = begin(r, &l);
	if (l.page->truncated)
		xml_string(w, "NextContinuationToken",
		    list_token_write(r, (struct list_position){ l.page->last, l.page->last_is_prefix }));
	if (req_has_parameter(r, "continuation-token"))
		xml_text(w, "ContinuationToken", req_parameter(r, "continuation-token"));
	if (l.marker.length > 0)
		write_key(w, r, &l, "StartAfter", l.marker);
	xml_number(w, "KeyCount", l.page->object_count + l.page->prefix_count);
	return write_page(w, r, &l);
}
