/* What the rules make of a request: the answer to a preflight, and the header fields of every other answer. */
#include "cors/rules.h"

#include <assert.h>

/* Reading a request. */

/* The values of all fields of that name, joined with commas. False when there is none. */
static bool
read_lines(TALLOC_CTX *mem, const struct fields *headers, const char *name, struct slice *out)
{
	struct slice wanted = slice_from(name);
	size_t lines = 0, length = 0;
	const char *separator = "";
	struct buf *joined;

	*out = slice_make(NULL, 0);
	for (size_t i = 0; i < headers->count; i++) {
		if (!slice_equal_nocase(headers->items[i].name, wanted))
			continue;
		*out = slice_trim(headers->items[i].value);
		length += out->length + 1;
		lines++;
	}
	if (lines <= 1)
		return lines == 1;
	joined = buf_new(mem, length);
	for (size_t i = 0; i < headers->count; i++) {
		if (!slice_equal_nocase(headers->items[i].name, wanted))
			continue;
		buf_append_string(joined, separator);
		separator = ",";
		buf_append(joined, slice_trim(headers->items[i].value));
	}
	*out = buf_slice(joined);
	return true;
}

void
cors_request_read(
    TALLOC_CTX *mem, struct slice method, const struct fields *headers, bool names_key, struct cors_request *out)
{
	size_t origins = fields_count_nocase(headers, "Origin");

	*out = (struct cors_request){ .origins = CORS_NO_ORIGIN, .method = method, .names_key = names_key };
	if (origins == 1)
		out->origin = slice_trim(fields_find_nocase(headers, "Origin")->value);
	if (out->origin.length > 0)
		out->origins = CORS_ONE_ORIGIN;
	else if (origins > 1)
		out->origins = CORS_MANY_ORIGINS;
	/* A repeated method is joined too: the list is no method, so nothing is granted for it. */
	out->has_requested_method =
	    read_lines(mem, headers, "Access-Control-Request-Method", &out->requested_method);
	out->has_requested_headers =
	    read_lines(mem, headers, "Access-Control-Request-Headers", &out->requested_headers);
}

/* The names of Access-Control-Request-Headers. */

/* Names in lower case and in order; they lie in `joined`, which is all of them with ", " between. */
struct names {
	struct slice *items;
	size_t count;
	struct slice joined;
};

/* The next member of the list that is not empty. */
static bool
next_name(struct slice *rest, struct slice *name)
{
	while (slice_next(rest, ',', name)) {
		*name = slice_trim(*name);
		if (name->length > 0)
			return true;
	}
	return false;
}

/* False, and *faulty, when a name is no token. */
static bool
names_check(struct slice list, size_t *count, size_t *length, struct slice *faulty)
{
	struct slice name;

	*count = 0;
	*length = 0;
	while (next_name(&list, &name)) {
		if (!cors_is_token(name)) {
			*faulty = name;
			return false;
		}
		++*count;
		*length += name.length + 2;
	}
	return true;
}

static bool
names_read(TALLOC_CTX *mem, struct slice list, struct names *names, struct slice *faulty)
{
	struct slice name;
	size_t count, length;
	char *at;

	*names = (struct names){ NULL, 0, { NULL, 0 } };
	if (!names_check(list, &count, &length, faulty))
		return false;
	if (count == 0)
		return true;
	names->items = talloc_size(mem, count * sizeof(*names->items) + length);
	assert(names->items != NULL);
	at = (char *)(names->items + count);
	names->joined = slice_make(at, length - 2);
	while (next_name(&list, &name)) {
		cors_lower(at, name);
		names->items[names->count++] = slice_make(at, name.length);
		at += name.length;
		*at++ = ',';
		*at++ = ' ';
	}
	return true;
}

/* Answering. */

/* S3's text, and its spelling: clients match it. */
static const char not_allowed[] =
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method "
    "/ Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS "
    "spec.";

/* Every answer of a resource under rules, so that a cache keeps the answers to different origins apart. */
static void
add_vary(TALLOC_CTX *mem, struct fields *headers)
{
	fields_add(mem, headers, SLICE("Vary"),
	    SLICE("Origin, Access-Control-Request-Headers, Access-Control-Request-Method"));
}

static void
add_unless_empty(TALLOC_CTX *mem, struct fields *headers, struct slice name, struct slice value)
{
	if (value.length > 0)
		fields_add(mem, headers, name, value);
}

static void
add_grant(
    TALLOC_CTX *mem, struct fields *headers, const struct cors_rule *rule, struct slice origin, struct slice names)
{
	struct slice allowed = rule->any_origin ? SLICE("*") : origin;

	fields_add(mem, headers, SLICE("Access-Control-Allow-Origin"), allowed);
	/* Any sandboxed frame of any site has the origin "null". */
	if (!rule->any_origin && !slice_equal(origin, SLICE("null")))
		fields_add(mem, headers, SLICE("Access-Control-Allow-Credentials"), SLICE("true"));
	fields_add(mem, headers, SLICE("Access-Control-Allow-Methods"), rule->allow_methods);
	add_unless_empty(mem, headers, SLICE("Access-Control-Allow-Headers"), names);
	add_unless_empty(mem, headers, SLICE("Access-Control-Expose-Headers"), rule->expose_headers);
	add_unless_empty(mem, headers, SLICE("Access-Control-Max-Age"), rule->max_age);
}

/* An origin is echoed: nothing that ends a header line can be one. */
static bool
echoes_safely(struct slice origin)
{
	for (size_t i = 0; i < origin.length; i++)
		if (origin.data[i] == '\r' || origin.data[i] == '\n' || origin.data[i] == '\0')
			return false;
	return true;
}

static const struct cors_rule *
find_rule(
    const struct cors_rules *rules, const struct cors_request *request, unsigned method, const struct names *names)
{
	struct cors_question question = { request->origin, method, names->items, names->count };

	if (request->origins != CORS_ONE_ORIGIN || !echoes_safely(request->origin))
		return NULL;
	return cors_rules_match(rules, &question);
}

static const struct cors_rules *
rules_in_force(const struct cors_resource *resource)
{
	return resource->bucket_exists ? resource->rules : NULL;
}

/* The decision over a preflight, in the order that S3 has. */
static enum s3_err
decide(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct s3_refusal *why, struct fields *headers)
{
	const struct cors_rule *rule;
	struct slice faulty;
	struct names names;
	unsigned method;

	if (request->origins == CORS_NO_ORIGIN)
		return s3_refuse(why, S3_BAD_REQUEST, "Insufficient information. Origin request header needed.");
	if (!resource->bucket_exists)
		return s3_refuse(why, S3_ACCESS_FORBIDDEN, "CORSResponse: Bucket not found");
	if (resource->rules == NULL)
		return s3_refuse(why, S3_ACCESS_FORBIDDEN, "CORSResponse: CORS is not enabled for this bucket.");
	method = cors_method_bit(request->requested_method);
	if (method == 0)
		return s3_refuse(why, S3_BAD_REQUEST, "Invalid Access-Control-Request-Method: %s",
		    request->has_requested_method ? cors_shown(mem, request->requested_method) : "null");
	if (!names_read(mem, request->requested_headers, &names, &faulty))
		return s3_refuse(why, S3_BAD_REQUEST,
		    "Access-Control-Request-Headers \"%s\" contains invalid character.", cors_shown(mem, faulty));
	rule = find_rule(resource->rules, request, method, &names);
	if (rule == NULL)
		return s3_refuse(why, S3_ACCESS_FORBIDDEN, "%s", not_allowed);
	add_grant(mem, headers, rule, request->origin, names.joined);
	return S3_OK;
}

/* What error documents say of a refused preflight. */
static void
add_details(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct s3_refusal *why)
{
	bool about_object =
	    request->names_key && (request->origins == CORS_NO_ORIGIN || rules_in_force(resource) != NULL);
	struct slice method = SLICE("OPTIONS");

	if (request->has_requested_method)
		method = slice_from(cors_shown(mem, request->requested_method));
	s3_refusal_detail(why, "Method", method);
	s3_refusal_detail(why, "ResourceType", about_object ? SLICE("OBJECT") : SLICE("BUCKET"));
}

enum s3_err
cors_preflight(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct s3_refusal *why, struct fields *headers)
{
	enum s3_err err = decide(mem, resource, request, why, headers);

	if (err != S3_OK)
		add_details(mem, resource, request, why);
	if (rules_in_force(resource) != NULL)
		add_vary(mem, headers);
	return err;
}

void
cors_actual(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct fields *headers)
{
	const struct cors_rules *rules = rules_in_force(resource);
	struct slice method = request->has_requested_method ? request->requested_method : request->method;
	const struct cors_rule *rule = NULL;
	struct slice faulty;
	struct names names;

	if (rules == NULL)
		return;
	if (request->origins == CORS_ONE_ORIGIN && names_read(mem, request->requested_headers, &names, &faulty))
		rule = find_rule(rules, request, cors_method_bit(method), &names);
	if (rule != NULL)
		add_grant(mem, headers, rule, request->origin, names.joined);
	add_vary(mem, headers);
}
