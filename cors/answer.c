/* What the rules make of a request: the answer to a preflight, and the header fields of every other answer. */
#include "cors/answer.h"

#include "cors/service_rules.h"

/* S3's text, and its spelling: clients match it. */
static const char not_allowed[] =
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method "
    "/ Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS "
    "spec.";

enum s3_err
cors_refuse_not_enabled(struct s3_refusal *why)
{
	return s3_refuse(why, S3_ACCESS_FORBIDDEN, "CORSResponse: CORS is not enabled for this bucket.");
}

enum s3_err
cors_refuse_name(TALLOC_CTX *mem, struct s3_refusal *why, struct slice name)
{
	return s3_refuse(why, S3_BAD_REQUEST, "Access-Control-Request-Headers \"%s\" contains invalid character.",
	    cors_shown(mem, name));
}

enum s3_err
cors_refuse_not_allowed(struct s3_refusal *why)
{
	return s3_refuse(why, S3_ACCESS_FORBIDDEN, "%s", not_allowed);
}

void
cors_add_unless_empty(TALLOC_CTX *mem, struct fields *headers, struct slice name, struct slice value)
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
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Allow-Headers"), names);
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Expose-Headers"), rule->expose_headers);
	cors_add_unless_empty(mem, headers, SLICE("Access-Control-Max-Age"), rule->max_age);
}

bool
cors_echoes_safely(struct slice origin)
{
	for (size_t i = 0; i < origin.length; i++)
		if (origin.data[i] == '\r' || origin.data[i] == '\n' || origin.data[i] == '\0')
			return false;
	return true;
}

static const struct cors_rule *
find_rule(const struct cors_rules *rules, const struct cors_request *request, unsigned method,
    const struct cors_names *names)
{
	struct cors_question question = { request->origin, method, names->items, names->count };

	if (request->origins != CORS_ONE_ORIGIN || !cors_echoes_safely(request->origin))
		return NULL;
	return cors_rules_match(rules, &question);
}

struct cors_in_force
cors_in_force(const struct cors_resource *resource)
{
	if (resource->bucket_exists && resource->rules != NULL)
		return (struct cors_in_force){ .rules = resource->rules };
	/* A bucket had rules of its own: those of the service, which may be wider, do not take their place. */
	if (resource->rules_are_damaged)
		return (struct cors_in_force){ .rules = NULL };
	return (struct cors_in_force){ .service = resource->service };
}

/* The decision over a preflight under a bucket's rules, in the order that S3 has. */
static enum s3_err
decide(TALLOC_CTX *mem, const struct cors_rules *rules, const struct cors_request *request, struct s3_refusal *why,
    struct fields *headers)
{
	unsigned method = cors_method_bit(request->requested_method);
	const struct cors_rule *rule;
	struct cors_names names;
	struct slice faulty;

	if (method == 0)
		return s3_refuse(why, S3_BAD_REQUEST, "Invalid Access-Control-Request-Method: %s",
		    request->has_requested_method ? cors_shown(mem, request->requested_method) : "null");
	if (!cors_names_read(mem, request->requested_headers, &names, &faulty))
		return cors_refuse_name(mem, why, faulty);
	rule = find_rule(rules, request, method, &names);
	if (rule == NULL)
		return cors_refuse_not_allowed(why);
	add_grant(mem, headers, rule, request->origin, names.joined);
	return S3_OK;
}

static enum s3_err
preflight(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct s3_refusal *why, struct fields *headers)
{
	struct cors_in_force in_force = cors_in_force(resource);

	if (request->origins == CORS_NO_ORIGIN)
		return s3_refuse(why, S3_BAD_REQUEST, "Insufficient information. Origin request header needed.");
	if (in_force.rules != NULL)
		return decide(mem, in_force.rules, request, why, headers);
	if (in_force.service != NULL)
		return cors_service_preflight(mem, in_force.service, request, why, headers);
	if (!resource->bucket_exists)
		return s3_refuse(why, S3_ACCESS_FORBIDDEN, "CORSResponse: Bucket not found");
	return cors_refuse_not_enabled(why);
}

/* Whether a refusal is about what the URL names, not about a bucket that grants this origin nothing at all. */
static bool
is_about_object(const struct cors_resource *resource, const struct cors_request *request)
{
	struct cors_in_force in_force = cors_in_force(resource);

	return request->names_key &&
	       (request->origins == CORS_NO_ORIGIN || in_force.rules != NULL ||
		   (in_force.service != NULL && cors_service_match(in_force.service, request).section != NULL));
}

/* What error documents say of a refused preflight. */
static void
add_details(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct s3_refusal *why)
{
	struct slice method = SLICE("OPTIONS");

	if (request->has_requested_method)
		method = slice_from(cors_shown(mem, request->requested_method));
	s3_refusal_detail(why, "Method", method);
	s3_refusal_detail(
	    why, "ResourceType", is_about_object(resource, request) ? SLICE("OBJECT") : SLICE("BUCKET"));
}

/* Every answer where rules are in force, so that a cache keeps the answers to different origins apart. */
static void
add_vary(TALLOC_CTX *mem, const struct cors_resource *resource, struct fields *headers)
{
	struct cors_in_force in_force = cors_in_force(resource);

	if (in_force.rules != NULL || in_force.service != NULL)
		fields_add(mem, headers, SLICE("Vary"),
		    SLICE("Origin, Access-Control-Request-Headers, Access-Control-Request-Method"));
}

enum s3_err
cors_preflight(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct s3_refusal *why, struct fields *headers)
{
	enum s3_err err = preflight(mem, resource, request, why, headers);

	if (err != S3_OK)
		add_details(mem, resource, request, why);
	add_vary(mem, resource, headers);
	return err;
}

static bool
actual(TALLOC_CTX *mem, const struct cors_rules *rules, const struct cors_request *request, struct fields *headers)
{
	struct slice method = request->has_requested_method ? request->requested_method : request->method;
	const struct cors_rule *rule = NULL;
	struct cors_names names;
	struct slice faulty;

	if (request->origins == CORS_ONE_ORIGIN &&
	    cors_names_read(mem, request->requested_headers, &names, &faulty))
		rule = find_rule(rules, request, cors_method_bit(method), &names);
	if (rule != NULL)
		add_grant(mem, headers, rule, request->origin, names.joined);
	return rule != NULL;
}

bool
cors_actual(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    struct fields *headers)
{
	struct cors_in_force in_force = cors_in_force(resource);
	bool granted = false;

	if (in_force.rules != NULL)
		granted = actual(mem, in_force.rules, request, headers);
	else if (in_force.service != NULL)
		granted = cors_service_actual(mem, in_force.service, request, headers);
	add_vary(mem, resource, headers);
	return granted;
}
