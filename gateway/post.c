#include "gateway/post.h"

#include "auth/post_policy.h"
#include "gateway/form.h"
#include "gateway/hygiene.h"
#include "gateway/tags.h"

/* Of the request: the answer, which can name the key twice and a URL, has to fit beside them. */
#define HEADER_BYTES_MAX (16 * 1024)
#define SHOWN_MAX        256 /* bytes of a bad value in a message */

/* Reading the form. */

static enum s3_err
not_multipart(struct req *r)
{
	s3_refusal_detail(
	    &r->refusal, "Condition", SLICE("Bucket POST must be of the enclosure-type multipart/form-data"));
	return req_refuse(r, S3_PRECONDITION_FAILED, NULL);
}

static enum s3_err
begin_form(struct req *r)
{
	struct slice type = req_header(r, "content-type"), boundary;

	if (!form_type_fits(type))
		return not_multipart(r);
	if (fields_count_nocase(&r->headers, "content-type") > 1 || !form_boundary(r, type, &boundary))
		return form_malformed(&r->refusal, "its Content-Type '%.*s' names no boundary",
		    SLICE_ARG(slice_head(type, SHOWN_MAX)));
	if (r->header_bytes > HEADER_BYTES_MAX)
		return req_refuse(r, S3_REQUEST_HEADER_TOO_LARGE,
		    "The header fields of a POST are longer than %d bytes.", HEADER_BYTES_MAX);
	return body_begin_form(r, boundary);
}

struct slice
post_field(const struct req *r, const char *name)
{
	const struct field *field = fields_find_nocase(&r->form, name);

	return field != NULL ? field->value : SLICE("");
}

static enum s3_err
refuse_field(struct req *r, const char *name, struct slice value, const char *message)
{
	s3_refusal_detail(&r->refusal, "ArgumentName", slice_from(name));
	s3_refusal_detail(&r->refusal, "ArgumentValue", slice_head(value, SHOWN_MAX));
	return req_refuse(r, S3_INVALID_ARGUMENT, "%s", message);
}

static enum s3_err
read_key(struct req *r)
{
	struct slice key = post_field(r, "key");

	if (fields_find_nocase(&r->form, "key") == NULL)
		return refuse_field(r, "key", key,
		    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the "
		    "fields.");
	if (key.length == 0)
		return refuse_field(r, "key", key, "User key must have a length greater than 0.");
	r->target.key = key;
	return target_check_key(r, key, &r->refusal);
}

enum s3_err
post_read_form(struct req *r, bool *more)
{
	const struct form *form;
	enum s3_err err = S3_OK;

	*more = false;
	if (r->operation->body != BODY_FORM)
		return S3_OK;
	if (r->body.intake == NULL)
		err = begin_form(r);
	if (err == S3_OK)
		err = body_take_form(r, more, &form);
	if (err != S3_OK || *more)
		return err;
	err = form_fields(form, r, &r->refusal, &r->form);
	return err != S3_OK ? err : read_key(r);
}

/* Its policy. */

/* A bucket that the form names must be the one that it was sent to, which alone counts. */
static enum s3_err
check_bucket(struct req *r)
{
	const struct field *named = fields_find_nocase(&r->form, "bucket");

	if (named == NULL || slice_equal(named->value, r->target.bucket))
		return S3_OK;
	return req_refuse(r, S3_ACCESS_DENIED, "The form is for the bucket '%.*s', not for '%.*s'.",
	    SLICE_ARG(slice_head(named->value, SHOWN_MAX)), SLICE_ARG(r->target.bucket));
}

/* What is not signed is anonymous, and a policy within it nobody's word. */
static enum s3_err
check_policy(struct req *r)
{
	struct post_policy *policy;
	enum s3_err err;

	r->body.size_min = 0;
	r->body.size_max = OBJECT_SIZE_MAX;
	if (r->credential->kind == CREDENTIAL_NONE)
		return S3_OK;
	err = post_policy_read(r, post_field(r, "policy"), &r->refusal, &policy);
	if (err == S3_OK)
		err = post_policy_check(policy, &r->form, r->target.bucket, r->started_us / 1000000, &r->refusal);
	if (err != S3_OK)
		return err;
	post_policy_size(policy, &r->body.size_min, &r->body.size_max);
	if (r->body.size_max > OBJECT_SIZE_MAX)
		r->body.size_max = OBJECT_SIZE_MAX;
	return S3_OK;
}

/* From fields to headers. */

static bool
begins_with(struct slice name, struct slice beginning)
{
	return slice_equal_nocase(slice_head(name, beginning.length), beginning);
}

static bool
is_any(struct slice name, const struct slice *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal_nocase(name, names[i]))
			return true;
	return false;
}

/* The header of PutObject that a field stands for; empty: none. */
static struct slice
header_of(struct slice field)
{
	static const struct slice same[] = { SLICE("Cache-Control"), SLICE("Content-Disposition"),
		SLICE("Content-Encoding"), SLICE("Content-Language"), SLICE("Content-MD5"), SLICE("Content-Type"),
		SLICE("Expires") };
	static const struct slice of_requests[] = { SLICE("x-amz-algorithm"), SLICE("x-amz-credential"),
		SLICE("x-amz-date"), SLICE("x-amz-signature"), SLICE("x-amz-security-token"),
		SLICE("x-amz-content-sha256") };

	if (slice_equal_nocase(field, SLICE("acl")))
		return SLICE("x-amz-acl");
	if (slice_equal_nocase(field, SLICE("tagging")))
		return SLICE("x-amz-tagging");
	/* With it, as with what SDKs send beside PutObject, the checksum itself has to be there. */
	if (slice_equal_nocase(field, SLICE("x-amz-checksum-algorithm")))
		return SLICE("x-amz-sdk-checksum-algorithm");
	if (is_any(field, same, ARRAY_SIZE(same)))
		return field;
	if (begins_with(field, SLICE("x-amz-")) && !is_any(field, of_requests, ARRAY_SIZE(of_requests)))
		return field;
	return SLICE("");
}

/* Whether a header of the request itself would say something about the object, had it come with PutObject. */
static bool
describes_object(struct slice header)
{
	static const struct slice others[] = { SLICE("x-amz-content-sha256"), SLICE("x-amz-date"),
		SLICE("x-amz-user-agent"), SLICE("x-amz-security-token"), SLICE("x-amz-expected-bucket-owner"),
		SLICE("x-amz-request-payer") };

	if (slice_equal_nocase(header, SLICE("Content-MD5")))
		return true;
	return begins_with(header, SLICE("x-amz-")) && !is_any(header, others, ARRAY_SIZE(others));
}

/* Headers that a browser sends of itself, or that are about the form; they are not about the object. */
static bool
is_left_out(struct slice header)
{
	static const struct slice names[] = { SLICE("Cache-Control"), SLICE("Expires") };

	return is_any(header, names, ARRAY_SIZE(names)) || begins_with(header, SLICE("Content-"));
}

/* No policy binds a header, so none may say what the form does not. */
static enum s3_err
check_header(struct req *r, const struct field *header, const struct fields *form_headers)
{
	for (size_t i = 0; i < form_headers->count; i++)
		if (slice_equal_nocase(form_headers->items[i].name, header->name) &&
		    slice_equal(form_headers->items[i].value, header->value))
			return S3_OK;
	s3_refusal_detail(&r->refusal, "Header", header->name);
	return req_refuse(
	    r, S3_INVALID_REQUEST, "Conflicting values provided in HTTP headers and POST form fields.");
}

/* The form has an XML document where PutObject has a header. */
static enum s3_err
read_tagging(struct req *r, struct slice document, struct slice *value)
{
	struct fields tags;
	enum s3_err err = tags_parse(r, document, TAGGED_OBJECT, &r->refusal, &tags);

	if (err == S3_OK)
		*value = tags_store(r, &tags);
	return err;
}

static enum s3_err
add_field(struct req *r, const struct field *field, struct fields *headers)
{
	struct slice name = header_of(field->name), value = slice_trim(field->value);
	enum s3_err err = S3_OK;

	if (name.length == 0)
		return S3_OK;
	if (slice_equal_nocase(field->name, SLICE("tagging")))
		err = read_tagging(r, value, &value);
	if (err != S3_OK)
		return err;
	if (!is_field_name(name) || !is_field_value(value))
		return refuse_field(r, slice_dup(r, slice_head(field->name, SHOWN_MAX)), value,
		    "The field cannot be a header: it holds control characters.");
	fields_add(r, headers, name, value);
	return S3_OK;
}

static enum s3_err
replace_headers(struct req *r)
{
	struct fields headers = { 0 };
	size_t own;
	enum s3_err err = S3_OK;

	for (size_t i = 0; i < r->form.count && err == S3_OK; i++)
		err = add_field(r, &r->form.items[i], &headers);
	own = headers.count;
	for (size_t i = 0; i < r->headers.count && err == S3_OK; i++) {
		const struct field *header = &r->headers.items[i];
		const struct fields of_form = { headers.items, own };

		if (describes_object(header->name))
			err = check_header(r, header, &of_form);
		else if (!is_left_out(header->name))
			fields_add(r, &headers, header->name, header->value);
	}
	r->headers = headers;
	return err;
}

enum s3_err
post_take_fields(struct req *r)
{
	enum s3_err err = check_policy(r);

	if (err == S3_OK)
		err = check_bucket(r);
	return err != S3_OK ? err : replace_headers(r);
}
