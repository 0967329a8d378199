#include "gateway/operations/listing.h"

#include "common/encode.h"
#include "gateway/operations/answer.h"

enum s3_err
listing_read_text(struct req *r, const char *name, struct slice *out)
{
	*out = req_parameter(r, name);
	if (out->length > 0 && !utf8_valid(*out))
		return refuse_argument(r, name, slice_from(""), "The parameter is not UTF-8.");
	return S3_OK;
}

enum s3_err
listing_read_number(struct req *r, const char *name, uint64_t otherwise, uint64_t *out)
{
	struct slice text = req_parameter(r, name);

	*out = otherwise;
	if (text.length == 0 || slice_to_number(text, INT32_MAX, out))
		return S3_OK;
	if (text.data[0] == '-')
		return refuse_argument(r, name, text,
		    talloc_asprintf(r, "Argument %s must be an integer between 0 and 2147483647", name));
	return refuse_argument(
	    r, name, text, talloc_asprintf(r, "Provided %s not an integer or within integer range", name));
}

enum s3_err
listing_read_encoding(struct req *r, bool *url_encoded)
{
	struct slice text = req_parameter(r, "encoding-type");

	*url_encoded = slice_equal(text, SLICE("url"));
	if (text.length > 0 && !*url_encoded)
		return refuse_argument(r, "encoding-type", text, "Invalid Encoding Method specified in Request");
	return S3_OK;
}

enum s3_err
listing_read(struct req *r, const char *limit, struct listing *out)
{
	enum s3_err err;

	*out = (struct listing){ 0 };
	if ((err = listing_read_text(r, "prefix", &out->prefix)) != S3_OK ||
	    (err = listing_read_text(r, "delimiter", &out->delimiter)) != S3_OK ||
	    (err = listing_read_number(r, limit, LISTING_MAX, &out->limit)) != S3_OK)
		return err;
	if (out->limit > LISTING_MAX)
		out->limit = LISTING_MAX;
	return listing_read_encoding(r, &out->url_encoded);
}

/* No key is longer than a key may be, nor holds a NUL: what is beyond the first of these orders nothing. */
static struct slice
as_key(struct slice name)
{
	const char *end = name.length > 0 ? memchr(name.data, '\0', name.length) : NULL;

	return slice_head(name, end != NULL ? (size_t)(end - name.data) : OBJECT_KEY_MAX);
}

bool
listing_wants(const struct listing *l)
{
	return l->limit > 0 && slice_equal(as_key(l->prefix), l->prefix);
}

struct list_position
listing_position(const struct listing *l, struct slice marker)
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

void
listing_write_key(struct xml_writer *w, struct req *r, const struct listing *l, const char *name, struct slice key)
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

void
listing_write_head(struct xml_writer *w, struct req *r, const struct listing *l, bool truncated)
{
	xml_number(w, "MaxKeys", l->limit);
	if (l->delimiter.length > 0)
		listing_write_key(w, r, l, "Delimiter", l->delimiter);
	if (l->url_encoded)
		xml_string(w, "EncodingType", "url");
	xml_bool(w, "IsTruncated", truncated);
}

void
listing_write_checksums(struct xml_writer *w, const struct fields *checksums)
{
	for (size_t i = 0; i < checksums->count; i++) {
		const struct field *checksum = &checksums->items[i];

		if (slice_equal(checksum->name, SLICE("type")))
			xml_text(w, "ChecksumType", checksum->value);
		else
			xml_text(w, "ChecksumAlgorithm", checksum->name);
	}
}

void
listing_write_prefixes(
    struct xml_writer *w, struct req *r, const struct listing *l, const struct slice *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		xml_start(w, "CommonPrefixes");
		listing_write_key(w, r, l, "Prefix", prefixes[i]);
		xml_end(w);
	}
}
