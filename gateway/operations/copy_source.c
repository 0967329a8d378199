#include "gateway/operations/copy_source.h"

#include "common/encode.h"

#define KEY_MAX 1024 /* bytes */

static enum s3_err
refuse(struct s3_refusal *why, struct slice header, const char *message)
{
	s3_refusal_detail(why, "ArgumentName", SLICE("x-amz-copy-source"));
	s3_refusal_detail(why, "ArgumentValue", header);
	return s3_refuse(why, S3_INVALID_ARGUMENT, "%s", message);
}

/* A "?" that is not encoded begins the one parameter there is. */
static bool
take_version(TALLOC_CTX *mem, struct slice *rest, struct copy_source *out)
{
	struct slice parameter = SLICE("versionId="), query;
	size_t mark;

	if (!slice_find(*rest, SLICE("?"), &mark))
		return true;
	query = slice_skip(*rest, mark + 1);
	*rest = slice_head(*rest, mark);
	out->has_version_id = slice_starts_with(query, parameter);
	return out->has_version_id &&
	       percent_decode(mem, slice_skip(query, parameter.length), false, &out->version_id);
}

enum s3_err
copy_source_parse(TALLOC_CTX *mem, struct slice header, struct s3_refusal *why, struct copy_source *out)
{
	struct slice rest = header, key;

	*out = (struct copy_source){ 0 };
	if (!take_version(mem, &rest, out))
		return refuse(why, header, "Unsupported copy source parameter.");
	if (!percent_decode(mem, rest, false, &rest))
		return refuse(why, header, "The copy source is not percent-encoded.");
	if (slice_starts_with(rest, SLICE("/")))
		rest = slice_skip(rest, 1);
	key = rest;
	if (!slice_next(&key, '/', &out->bucket) || out->bucket.length == 0 || key.length == 0)
		return refuse(
		    why, header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
	if (key.length > KEY_MAX)
		return s3_refuse(why, S3_KEY_TOO_LONG, NULL);
	if (memchr(rest.data, '\0', rest.length) != NULL || !utf8_valid(rest))
		return refuse(why, header, "The copy source is not UTF-8, or holds the character U+0000.");
	out->key = key;
	return S3_OK;
}
