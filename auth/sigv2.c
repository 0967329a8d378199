#include "auth/sigv2.h"

#include <assert.h>

#include "common/clock.h"
#include "common/encode.h"

#define SIGNATURE_TEXT 28 /* base64 of HMAC-SHA1 */

enum {
	BOTO = 1,
	BOTOCORE = 2,
	S3CMD = 4,
	ALL_CLIENTS = BOTO | BOTOCORE | S3CMD
};

/*
 * What belongs to the resource, in byte order, and which clients know so. The documentation's list is older than half
 * of S3, and each client has its own. In a header every client's list is taken. In a presigned URL only the whole one
 * is: whoever holds a URL for an object must not get at its ?retention by appending it.
 */
static const struct subresource {
	const char *name;
	unsigned clients;
} subresources[] = {
	{ "accelerate", BOTOCORE },
	{ "acl", ALL_CLIENTS },
	{ "analytics", BOTOCORE },
	{ "attributes", 0 },
	{ "billing", BOTO },
	{ "compose", BOTO },
	{ "cors", ALL_CLIENTS },
	{ "defaultObjectAcl", BOTO | BOTOCORE },
	{ "delete", ALL_CLIENTS },
	{ "encryption", 0 },
	{ "encryptionConfig", BOTO },
	{ "intelligent-tiering", 0 },
	{ "inventory", BOTOCORE },
	{ "legal-hold", 0 },
	{ "lifecycle", ALL_CLIENTS },
	{ "location", ALL_CLIENTS },
	{ "logging", ALL_CLIENTS },
	{ "metadataConfiguration", 0 },
	{ "metadataTable", 0 },
	{ "metrics", BOTOCORE },
	{ "notification", BOTOCORE | S3CMD },
	{ "object-lock", BOTOCORE },
	{ "ownershipControls", 0 },
	{ "partNumber", ALL_CLIENTS },
	{ "policy", ALL_CLIENTS },
	{ "policyStatus", 0 },
	{ "publicAccessBlock", 0 },
	{ "replication", BOTOCORE },
	{ "requestPayment", ALL_CLIENTS },
	{ "response-cache-control", BOTO | BOTOCORE },
	{ "response-content-disposition", BOTO | BOTOCORE },
	{ "response-content-encoding", BOTO | BOTOCORE },
	{ "response-content-language", BOTO | BOTOCORE },
	{ "response-content-type", BOTO | BOTOCORE },
	{ "response-expires", BOTO | BOTOCORE },
	{ "restore", ALL_CLIENTS },
	{ "retention", 0 },
	{ "select", BOTOCORE },
	{ "select-type", BOTOCORE },
	{ "storageClass", BOTO | BOTOCORE },
	{ "tagging", BOTO | BOTOCORE },
	{ "torrent", ALL_CLIENTS },
	{ "uploadId", ALL_CLIENTS },
	{ "uploads", ALL_CLIENTS },
	{ "userProject", BOTO },
	{ "versionId", ALL_CLIENTS },
	{ "versioning", ALL_CLIENTS },
	{ "versions", ALL_CLIENTS },
	{ "website", ALL_CLIENTS },
	{ "websiteConfig", BOTO },
};

/* A line or a parameter on its way into the string to sign; `order` keeps equal names as they came. */
struct entry {
	struct slice name;
	struct slice value;
	bool has_value;
	size_t order;
};

static int
compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = slice_compare(a->name, b->name);

	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static const struct subresource *
subresource_find(struct slice name)
{
	size_t low = 0, high = ARRAY_SIZE(subresources);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(name, slice_from(subresources[middle].name));

		if (order == 0)
			return &subresources[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool
is_signed_by(const struct subresource *s, unsigned form)
{
	static const unsigned clients[] = { 0, BOTO, BOTOCORE, S3CMD };
	unsigned client = clients[form / SIGV2_SIGNER];

	return client == 0 || (s->clients & client) != 0;
}

/*
 * Values stand decoded in the string to sign, so "partNumber=1%26uploadId%3DX" would read as two parameters: the
 * signature for a part would be good for a whole object. Such a value has no decoded form.
 */
static bool
hides_subresource(struct slice value)
{
	struct slice part, name;

	slice_next(&value, '&', &part);
	while (slice_next(&value, '&', &part)) {
		slice_next(&part, '=', &name);
		if (subresource_find(name) != NULL)
			return true;
	}
	return false;
}

/* One "name=value" of the query; *taken: it is part of the resource. */
static bool
read_parameter(TALLOC_CTX *mem, struct slice member, unsigned form, struct entry *entry, bool *taken)
{
	const struct subresource *s;
	struct slice raw_name, name, value = member;

	*taken = false;
	slice_next(&value, '=', &raw_name);
	if (!percent_decode(mem, raw_name, true, &name))
		return false;
	s = subresource_find(name);
	if (s == NULL || !is_signed_by(s, form))
		return true;
	*taken = true;
	entry->name = slice_from(s->name);
	entry->value = value;
	entry->has_value = raw_name.length < member.length && !(value.length == 0 && (form & SIGV2_BARE_EMPTY));
	if (form & SIGV2_RAW_VALUES)
		return true;
	return percent_decode(mem, value, true, &entry->value) && !hides_subresource(entry->value);
}

static size_t
count_members(struct slice list, char separator)
{
	struct slice member;
	size_t count = 0;

	while (slice_next(&list, separator, &member))
		count++;
	return count;
}

static bool
append_subresources(TALLOC_CTX *mem, struct slice query, unsigned form, struct buf *out)
{
	size_t members = count_members(query, '&'), count = 0;
	struct entry *entries;
	struct slice member;

	if (members == 0)
		return true;
	entries = talloc_zero_array(mem, struct entry, members);
	assert(entries != NULL);
	while (slice_next(&query, '&', &member)) {
		bool taken;

		entries[count].order = count;
		if (!read_parameter(mem, member, form, &entries[count], &taken))
			return false;
		count += taken;
	}
	qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < count; i++) {
		buf_append_byte(out, i == 0 ? '?' : '&');
		buf_append(out, entries[i].name);
		if (!entries[i].has_value)
			continue;
		buf_append_byte(out, '=');
		buf_append(out, entries[i].value);
	}
	return true;
}

/* Does the request name a bucket and nothing in it? */
static bool
is_bucket(const struct auth_request *request)
{
	struct slice rest = slice_skip(request->path, 1);
	const char *slash = rest.length > 0 ? memchr(rest.data, '/', rest.length) : NULL;

	if (request->host_bucket.length > 0)
		return rest.length == 0;
	return rest.length > 0 && (slash == NULL || slash == rest.data + rest.length - 1);
}

/* The bucket that the host names stands in front; the path is not decoded. */
static void
append_resource(const struct auth_request *request, unsigned form, struct buf *out)
{
	struct slice path = request->path.length > 0 ? request->path : SLICE("/");

	if (request->host_bucket.length > 0) {
		buf_append_byte(out, '/');
		buf_append(out, request->host_bucket);
	}
	if (!(form & SIGV2_OTHER_SLASH)) {
		buf_append(out, path);
	} else if (path.data[path.length - 1] == '/') {
		buf_append(out, slice_head(path, path.length - 1));
	} else {
		buf_append(out, path);
		buf_append_byte(out, '/');
	}
}

/* What botocore takes for a part of the path; it is signed in its usual place as well. */
static void
append_first_parameter(struct slice query, struct buf *out)
{
	struct slice first;

	slice_next(&query, '&', &first);
	buf_append_byte(out, '?');
	buf_append(out, first);
}

static void
add_amz(TALLOC_CTX *mem, const struct fields *fields, struct entry *entries, size_t *count)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *f = &fields->items[i];

		if (!slice_equal_nocase(slice_head(f->name, 6), SLICE("x-amz-")))
			continue;
		entries[*count] =
		    (struct entry){ credential_lower(mem, f->name), slice_trim(f->value), true, *count };
		++*count;
	}
}

/*
 * "x-amz-name:value\n", sorted. A presigned URL may carry such headers as parameters (boto, botocore); they are signed
 * like headers, whether or not the signer wanted that, so that nobody can append an x-amz-acl.
 */
static void
append_amz_headers(
    TALLOC_CTX *mem, const struct credential *credential, const struct auth_request *request, struct buf *out)
{
	size_t count = 0;
	struct entry *entries =
	    talloc_array(mem, struct entry, request->headers.count + request->parameters.count + 1);

	assert(entries != NULL);
	add_amz(mem, &request->headers, entries, &count);
	if (credential->kind == CREDENTIAL_V2_QUERY)
		add_amz(mem, &request->parameters, entries, &count);
	qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < count; i++) {
		bool again = i > 0 && slice_equal(entries[i].name, entries[i - 1].name);

		if (i > 0 && !again)
			buf_append_byte(out, '\n');
		if (!again)
			buf_append(out, entries[i].name);
		buf_append_byte(out, again ? ',' : ':');
		buf_append(out, entries[i].value);
	}
	if (count > 0)
		buf_append_byte(out, '\n');
}

static void
append_line(struct slice text, struct buf *out)
{
	buf_append(out, slice_trim(text));
	buf_append_byte(out, '\n');
}

static struct slice
header_value(const struct auth_request *request, const char *name)
{
	const struct field *header = fields_find_nocase(&request->headers, name);

	return header != NULL ? header->value : SLICE("");
}

bool
sigv2_string_to_sign(TALLOC_CTX *mem, const struct credential *credential, const struct auth_request *request,
    unsigned form, struct buf *out)
{
	append_line(request->method, out);
	append_line(header_value(request, "Content-MD5"), out);
	append_line(header_value(request, "Content-Type"), out);
	append_line(form & SIGV2_BOTH_DATES ? header_value(request, "Date") : credential->private->date, out);
	append_amz_headers(mem, credential, request, out);
	append_resource(request, form, out);
	if (form & SIGV2_FIRST_TWICE)
		append_first_parameter(request->query, out);
	return append_subresources(mem, request->query, form, out);
}

unsigned
sigv2_forms(const struct credential *credential, const struct auth_request *request, bool *lists_differ)
{
	bool in_header = credential->kind == CREDENTIAL_V2_HEADER;
	struct slice rest = request->query, member;
	unsigned forms = is_bucket(request) ? SIGV2_OTHER_SLASH : 0;

	forms |= rest.length > 0 ? SIGV2_FIRST_TWICE : 0;
	*lists_differ = false;
	while (slice_next(&rest, '&', &member)) {
		struct slice value = member, name;
		const struct subresource *s;

		slice_next(&value, '=', &name);
		s = subresource_find(name);
		if (s == NULL)
			continue;
		if (in_header && s->clients != ALL_CLIENTS)
			*lists_differ = true;
		if (name.length < member.length && value.length == 0)
			forms |= SIGV2_BARE_EMPTY;
		if (value.length > 0 &&
		    (memchr(value.data, '%', value.length) || memchr(value.data, '+', value.length)))
			forms |= SIGV2_RAW_VALUES;
	}
	if (in_header && header_value(request, "x-amz-date").length > 0 && header_value(request, "Date").length > 0)
		forms |= SIGV2_BOTH_DATES;
	return forms;
}

enum s3_err
sigv2_read_header(struct credential *credential, const struct auth_request *request, struct slice key_and_signature,
    struct s3_refusal *why)
{
	const struct field *date = fields_find_nocase(&request->headers, "x-amz-date");
	const char *colon = memrchr(key_and_signature.data, ':', key_and_signature.length);
	size_t key_length = colon != NULL ? (size_t)(colon - key_and_signature.data) : 0;
	int64_t seconds;

	credential->access_key = slice_head(key_and_signature, key_length);
	credential->private->signature = slice_skip(key_and_signature, key_length + 1);
	if (key_length == 0 || key_length > ACCESS_KEY_MAX || credential->private->signature.length == 0) {
		s3_refusal_detail(why, "ArgumentName", SLICE("Authorization"));
		s3_refusal_detail(why, "ArgumentValue", header_value(request, "Authorization"));
		return s3_refuse(why, S3_INVALID_ARGUMENT,
		    "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature");
	}
	if (date == NULL) {
		date = fields_find_nocase(&request->headers, "Date");
		credential->private->date = date != NULL ? date->value : SLICE("");
	}
	if (date == NULL || (!clock_parse_http(date->value, &seconds) && !clock_parse_amz(date->value, &seconds) &&
				!clock_parse_iso8601(date->value, &seconds)))
		return s3_refuse(
		    why, S3_ACCESS_DENIED, "AWS authentication requires a valid Date or x-amz-date header");
	return credential_check_skew(request, seconds, date->value, why);
}

enum {
	ACCESS_KEY,
	SIGNATURE,
	EXPIRES,
	PARAMETERS
};

static enum s3_err
read_parameters(const struct auth_request *request, struct slice values[PARAMETERS], struct s3_refusal *why)
{
	static const char *const names[PARAMETERS] = { "AWSAccessKeyId", "Signature", "Expires" };
	const char *repeated = credential_parameters(request, names, PARAMETERS, values);

	if (repeated != NULL)
		return s3_refuse(why, S3_ACCESS_DENIED, "The parameter %s may be given only once.", repeated);
	for (size_t p = 0; p < PARAMETERS; p++)
		if (values[p].length == 0 || (p == ACCESS_KEY && values[p].length > ACCESS_KEY_MAX))
			return s3_refuse(why, S3_ACCESS_DENIED,
			    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
			    "parameters");
	return S3_OK;
}

enum s3_err
sigv2_read_query(struct credential *credential, const struct auth_request *request, struct s3_refusal *why)
{
	const uint64_t year_9999_end = 253402300799;
	struct slice values[PARAMETERS];
	uint64_t expires;
	char *signature;
	enum s3_err err;

	err = read_parameters(request, values, why);
	if (err)
		return err;
	if (!slice_to_number(values[EXPIRES], year_9999_end, &expires))
		return s3_refuse(why, S3_ACCESS_DENIED, "Invalid date (should be seconds since epoch): %.*s",
		    SLICE_ARG(values[EXPIRES]));
	if (request->now > (int64_t)expires)
		return credential_not_in_time(request, (int64_t)expires, "Request has expired", why);
	/* A "+" that its sender did not encode has become a space, which base64 has none of. */
	signature = slice_dup(credential->private, values[SIGNATURE]);
	for (size_t i = 0; i < values[SIGNATURE].length; i++)
		if (signature[i] == ' ')
			signature[i] = '+';
	credential->access_key = values[ACCESS_KEY];
	credential->private->signature = slice_make(signature, values[SIGNATURE].length);
	credential->private->date = values[EXPIRES];
	return S3_OK;
}

/* Does the signature fit this form? */
static bool
try_form(TALLOC_CTX *mem, const struct credential *credential, const struct auth_request *request,
    struct slice secret, unsigned form, struct buf *to_sign)
{
	unsigned char hash[20];

	buf_reset(to_sign);
	if (!sigv2_string_to_sign(mem, credential, request, form, to_sign) || buf_overflowed(to_sign))
		return false;
	hmac_sha1(secret, buf_slice(to_sign), hash);
	return equal_secret(slice_make(base64_encode(mem, slice_make(hash, sizeof(hash))), SIGNATURE_TEXT),
	    credential->private->signature);
}

static bool
try_other_forms(
    TALLOC_CTX *mem, const struct credential *credential, const struct auth_request *request, struct slice secret)
{
	struct buf *to_sign = buf_new(mem, CANONICAL_MAX);
	bool lists_differ;
	unsigned useful = sigv2_forms(credential, request, &lists_differ);

	if (lists_differ)
		useful |= SIGV2_FORMS - SIGV2_SIGNER;
	for (unsigned form = 1; form < SIGV2_FORMS; form++)
		if ((form & ~useful) == 0 && try_form(mem, credential, request, secret, form, to_sign))
			return true;
	return false;
}

enum s3_err
sigv2_verify(
    struct credential *credential, const struct auth_request *request, struct slice secret, struct s3_refusal *why)
{
	TALLOC_CTX *mem = talloc_new(credential->private);
	struct buf *to_sign = buf_new(mem, CANONICAL_MAX);
	enum s3_err err = S3_OK;

	if (!try_form(mem, credential, request, secret, 0, to_sign) &&
	    !try_other_forms(mem, credential, request, secret)) {
		s3_refusal_detail(why, "AWSAccessKeyId", credential->access_key);
		s3_refusal_detail(why, "StringToSign", buf_slice(to_sign));
		s3_refusal_detail(why, "SignatureProvided", credential->private->signature);
		err = s3_refuse(why, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
	}
	talloc_free(mem);
	return err;
}
