/* What the service's rules make of a request: oslo.middleware's decisions, with S3's answers to what is refused. */
#include "cors/answer.h"

#include <assert.h>

#include "cors/service_rules.h"

/* The section that names the origin itself. */
static const struct cors_service_section *
find_by_name(const struct cors_service *service, struct slice origin)
{
	size_t low = 0, high = service->origin_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_compare(service->origins[middle].text, origin);

		if (order == 0)
			return service->origins[middle].section;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct cors_service_match
cors_service_match(const struct cors_service *service, const struct cors_request *request)
{
	struct cors_service_match match = { NULL, false };

	if (request->origins == CORS_ONE_ORIGIN) {
		match.section = find_by_name(service, request->origin);
		match.any_origin = match.section == NULL;
	}
	if (match.any_origin)
		match.section = service->any_origin;
	return match;
}

bool
cors_service_has_method(const struct cors_service_section *section, struct slice method)
{
	for (size_t i = 0; i < section->methods.count; i++)
		if (slice_equal(section->methods.items[i], method))
			return true;
	return false;
}

static bool
has_headers(const struct cors_service_section *section, const struct cors_names *names)
{
	if (section->headers.count > 0 && names->count > CORS_COMPARISONS_MAX / section->headers.count)
		return false;
	for (size_t i = 0; i < names->count; i++)
		if (!cors_any_matches(&section->headers, names->items[i]))
			return false;
	return true;
}

static void
add_origin(TALLOC_CTX *mem, struct fields *headers, const struct cors_service_match *match, struct slice origin)
{
	fields_add(mem, headers, SLICE("Access-Control-Allow-Origin"), match->any_origin ? SLICE("*") : origin);
	/* Browsers refuse the pair with "*", and where one does not, it would open everything. */
	if (match->section->allow_credentials && !match->any_origin)
		fields_add(mem, headers, SLICE("Access-Control-Allow-Credentials"), SLICE("true"));
}

/* The names as the client wrote them, with "," between. */
static struct slice
names_as_written(TALLOC_CTX *mem, struct slice list)
{
	struct buf *joined = buf_new(mem, list.length);
	struct slice name;

	while (cors_next_name(&list, &name)) {
		if (buf_slice(joined).length > 0)
			buf_append_byte(joined, ',');
		buf_append(joined, name);
	}
	assert(!buf_overflowed(joined));
	return buf_slice(joined);
}

/* Without a method to ask for it is an operator's look by hand: everything that the section permits. */
static void
add_whole_section(TALLOC_CTX *mem, struct fields *headers, const struct cors_service_section *section)
{
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Allow-Methods"), section->allow_methods);
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Allow-Headers"), section->allow_headers);
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Expose-Headers"), section->expose_headers);
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Max-Age"), section->max_age);
}

/* What the section permits of what the preflight asks for. */
static enum s3_err
decide(TALLOC_CTX *mem, const struct cors_service_match *match, const struct cors_request *request,
    struct s3_refusal *why, struct fields *headers)
{
	const struct cors_service_section *section = match->section;
	struct cors_names names;
	struct slice faulty;

	if (!cors_names_read(mem, request->requested_headers, &names, &faulty))
		return cors_refuse_name(mem, why, faulty);
	if (!cors_service_has_method(section, request->requested_method) || !has_headers(section, &names))
		return cors_refuse_not_allowed(why);
	add_origin(mem, headers, match, request->origin);
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Allow-Methods"), section->allow_methods);
	cors_add_unless_empty(
	    mem, headers, SLICE("Access-Control-Allow-Headers"), names_as_written(mem, request->requested_headers));
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Max-Age"), section->max_age);
	return S3_OK;
}

enum s3_err
cors_service_preflight(TALLOC_CTX *mem, const struct cors_service *service, const struct cors_request *request,
    struct s3_refusal *why, struct fields *headers)
{
	struct cors_service_match match = cors_service_match(service, request);

	if (match.section == NULL)
		return cors_refuse_not_enabled(why);
	if (request->has_requested_method)
		return decide(mem, &match, request, why, headers);
	add_origin(mem, headers, &match, request->origin);
	add_whole_section(mem, headers, match.section);
	return S3_OK;
}

/* The method is not compared with allow_methods: a browser that has to ask first has asked. */
bool
cors_service_actual(
    TALLOC_CTX *mem, const struct cors_service *service, const struct cors_request *request, struct fields *headers)
{
	struct cors_service_match match = cors_service_match(service, request);

	if (match.section == NULL)
		return false;
	add_origin(mem, headers, &match, request->origin);
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Expose-Headers"), match.section->expose_headers);
	return true;
}
