#include "gateway/target.h"

#include "common/encode.h"

#define KEY_MAX 1024 /* bytes of an S3 key */

/* Skip "http://host" of absolute-form; "*" becomes "/". */
static struct slice
origin_form(struct slice raw)
{
	size_t authority, slash;

	if (slice_equal(raw, SLICE("*")))
		return SLICE("/");
	if (raw.length && raw.data[0] == '/')
		return raw;
	if (!slice_find(raw, SLICE("://"), &authority))
		return raw;
	raw = slice_skip(raw, authority + 3);
	return slice_find(raw, SLICE("/"), &slash) ? slice_skip(raw, slash) : SLICE("/");
}

static enum s3_err
parse_parameters(TALLOC_CTX *mem, struct slice query, struct s3_refusal *why, struct fields *out)
{
	struct slice member;

	while (slice_next(&query, '&', &member)) {
		struct slice name, value = slice_from("");

		if (member.length == 0)
			continue;
		if (out->count == TARGET_PARAMETERS_MAX)
			return s3_refuse(
			    why, S3_INVALID_ARGUMENT, "More than %d query parameters", TARGET_PARAMETERS_MAX);
		if (!slice_next(&member, '=', &name))
			name = value;
		if (!percent_decode(mem, name, true, &name) || !percent_decode(mem, member, true, &value))
			return s3_refuse(why, S3_INVALID_URI, NULL);
		fields_add(mem, out, name, value);
	}
	return S3_OK;
}

static struct slice
without_port(struct slice host)
{
	size_t colon = host.length;

	while (colon > 0 && host.data[colon - 1] >= '0' && host.data[colon - 1] <= '9')
		colon--;
	return colon > 0 && host.data[colon - 1] == ':' ? slice_head(host, colon - 1) : host;
}

/* The bucket that the Host names: what stands before ".DOMAIN". */
static struct slice
bucket_of_host(struct slice host, const char *const *domains)
{
	host = without_port(host);
	for (; *domains; domains++) {
		struct slice domain = slice_from(*domains);
		size_t rest;

		if (host.length < domain.length + 2)
			continue;
		rest = host.length - domain.length;
		if (host.data[rest - 1] == '.' && slice_equal_nocase(slice_skip(host, rest), domain))
			return slice_head(host, rest - 1);
	}
	return (struct slice){ NULL, 0 };
}

enum s3_err
target_check_key(TALLOC_CTX *mem, struct slice key, struct s3_refusal *why)
{
	if (key.length > KEY_MAX) {
		s3_refuse(why, S3_KEY_TOO_LONG, NULL);
		s3_refusal_detail(why, "Size", slice_from(talloc_asprintf(mem, "%zu", key.length)));
		s3_refusal_detail(why, "MaxSizeAllowed", SLICE("1024"));
		return S3_KEY_TOO_LONG;
	}
	if (key.length && memchr(key.data, '\0', key.length))
		return s3_refuse(why, S3_INVALID_URI, "The key holds the character U+0000.");
	if (!utf8_valid(key))
		return s3_refuse(why, S3_INVALID_URI, "The key is not UTF-8.");
	return S3_OK;
}

static enum s3_err
parse_key(TALLOC_CTX *mem, struct slice raw, struct s3_refusal *why, struct slice *key)
{
	if (!percent_decode(mem, raw, false, key))
		return s3_refuse(why, S3_INVALID_URI, NULL);
	return target_check_key(mem, *key, why);
}

enum s3_err
target_decode(TALLOC_CTX *mem, struct s3_refusal *why, struct target *target)
{
	enum s3_err err = parse_parameters(mem, target->query, why, &target->parameters);

	return err == S3_OK ? parse_key(mem, target->raw_key, why, &target->key) : err;
}

enum s3_err
target_split(TALLOC_CTX *mem, struct slice raw, struct slice host, const char *const *domains,
    struct s3_refusal *why, struct target *out)
{
	struct slice rest = origin_form(raw), path;

	*out = (struct target){ 0 };
	if (raw.length > TARGET_LENGTH_MAX)
		return s3_refuse(why, S3_URI_TOO_LONG, NULL);
	if (rest.length == 0 || rest.data[0] != '/')
		return s3_refuse(why, S3_INVALID_URI, NULL);
	if (slice_next(&rest, '?', &path))
		out->path = path;
	out->query = rest;

	path = slice_skip(path, 1);
	out->host_bucket = bucket_of_host(host, domains);
	if (out->host_bucket.length > 0)
		out->bucket =
		    slice_lower(mem, out->host_bucket); /* host names have no case (RFC 9110 section 4.2.3) */
	else {
		struct slice bucket = path;
		bool named = slice_next(&path, '/', &bucket);

		if (named && !percent_decode(mem, bucket, false, &out->bucket))
			return s3_refuse(why, S3_INVALID_URI, NULL);
		if (named && out->bucket.length == 0) {
			s3_refusal_detail(why, "BucketName", out->bucket);
			return s3_refuse(why, S3_INVALID_BUCKET_NAME, NULL);
		}
	}
	out->raw_key = path;
	return S3_OK;
}

static bool
label_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Four decimal numbers: such a name could be taken for an address. */
static bool
looks_like_address(struct slice name)
{
	struct slice part;
	unsigned parts = 0;
	uint64_t number;

	for (; slice_next(&name, '.', &part); parts++)
		if (!slice_to_number(part, 999, &number))
			return false;
	return parts == 4;
}

/* Labels as in the names of hosts, dots between them: each begins and ends with a letter or a digit. */
static bool
labels_valid(struct slice name)
{
	for (size_t i = 0; i < name.length; i++) {
		bool first = i == 0 || name.data[i - 1] == '.';
		bool last = i + 1 == name.length || name.data[i + 1] == '.';

		if (!label_character(name.data[i]) &&
		    (first || last || (name.data[i] != '-' && name.data[i] != '.')))
			return false;
	}
	return true;
}

bool
bucket_name_valid(struct slice name)
{
	static const struct slice reserved_prefixes[] = { SLICE("xn--"), SLICE("sthree-"), SLICE("amzn-s3-demo-") };
	static const struct slice reserved_suffixes[] = { SLICE("-s3alias"), SLICE("--ol-s3"), SLICE(".mrap"),
		SLICE("--x-s3"), SLICE("--table-s3") };

	if (name.length < 3 || name.length > 63 || !labels_valid(name))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(reserved_prefixes); i++)
		if (slice_starts_with(name, reserved_prefixes[i]))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(reserved_suffixes); i++) {
		struct slice suffix = reserved_suffixes[i];

		if (name.length > suffix.length &&
		    slice_equal(slice_skip(name, name.length - suffix.length), suffix))
			return false;
	}
	return !looks_like_address(name);
}
