/*
 * A CORSConfiguration, and a request against it. The first byte is the separator of five fields and the document:
 *
 *	|Origin|method|Access-Control-Request-Method|Access-Control-Request-Headers|<CORSConfiguration>…
 *
 * An empty field is a header that is not there. Rules that are taken come back the same when they are written and read
 * again; an answer never holds what ends a header line, names each field once, and widens nothing when it refuses. The
 * service's rules, always the same, have no say where the bucket has some. What is said of a refusal is one short line of
 * printable ASCII, and blames no header that the list beside it permits.
 */
#include <assert.h>

#include "cors/complaint.h"
#include "cors/rules.h"
#include "cors/service.h"
#include "tests/fuzz/fuzz.h"

#define FIELDS 4

static struct cors_rules *
parse(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	struct cors_rules *rules;
	enum s3_err err = cors_rules_parse(mem, document, &why, &rules);

	assert(err == why.err && (err == S3_OK) == (rules != NULL));
	assert(err == S3_OK || err == S3_MALFORMED_XML || err == S3_INVALID_REQUEST);
	assert(err == S3_OK || (why.message != NULL && why.message[0] != '\0'));
	return rules;
}

/* Escaping makes a document longer: it may then be more than is taken. */
static void
round_trip(TALLOC_CTX *mem, const struct cors_rules *rules)
{
	struct slice written = cors_rules_write(mem, rules);
	struct cors_rules *again;

	assert(written.length > 0);
	assert(cors_rules_count(rules) > 0 && cors_rules_count(rules) <= CORS_RULES_MAX);
	if (written.length > CORS_DOCUMENT_MAX)
		return;
	again = parse(mem, written);
	assert(again != NULL && cors_rules_count(again) == cors_rules_count(rules));
	assert(slice_equal(written, cors_rules_write(mem, again)));
}

static bool
fits_in_a_line(struct slice s)
{
	for (size_t i = 0; i < s.length; i++)
		if (s.data[i] == '\r' || s.data[i] == '\n' || s.data[i] == '\0')
			return false;
	return true;
}

static void
check_answer(const struct fields *headers, const struct cors_request *request, bool has_rules)
{
	const struct field *origin = fields_find_nocase(headers, "Access-Control-Allow-Origin");

	assert((fields_find_nocase(headers, "Vary") != NULL) == has_rules);
	for (size_t i = 0; i < headers->count; i++) {
		char name[64] = { 0 };

		assert(headers->items[i].name.length < sizeof(name));
		memcpy(name, headers->items[i].name.data, headers->items[i].name.length);
		assert(fields_count_nocase(headers, name) == 1);
		assert(headers->items[i].value.length > 0 && fits_in_a_line(headers->items[i].value));
	}
	if (origin == NULL) {
		assert(headers->count == (has_rules ? 1 : 0));
		return;
	}
	assert(request->origins == CORS_ONE_ORIGIN);
	assert(slice_equal(origin->value, SLICE("*")) || slice_equal(origin->value, request->origin));
	assert((fields_find_nocase(headers, "Access-Control-Allow-Credentials") != NULL) ==
	       (!slice_equal(origin->value, SLICE("*")) && !slice_equal(origin->value, SLICE("null"))));
}

/* A text with what a line escapes is not looked for in one. */
static bool
is_plain(struct slice s)
{
	for (size_t i = 0; i < s.length; i++)
		if (s.data[i] < 0x20 || s.data[i] == 0x7f || s.data[i] == '\'' || s.data[i] == '\\')
			return false;
	return s.length <= CORS_ESCAPED_MAX;
}

static void
check_list(TALLOC_CTX *mem, struct slice header, const char *line)
{
	const char *list = strstr(line, "' not in permitted list: ");
	struct slice rest, member, name = slice_lower(mem, header);

	assert(list != NULL);
	rest = slice_lower(mem, slice_from(list + strlen("' not in permitted list: ")));
	/* A list that is cut has a member that is none. */
	while (is_plain(rest) && slice_next(&rest, ',', &member)) {
		struct cors_pattern pattern = cors_pattern_make(member);

		assert(!cors_pattern_matches(&pattern, name));
	}
}

static void
check_complaint(
    TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request, bool preflight)
{
	struct cors_complaint complaint;

	cors_complaint(mem, resource, request, preflight, &complaint);
	assert(complaint.failed != NULL);
	assert((request->origins == CORS_NO_ORIGIN) == (strcmp(complaint.failed, "no origin") == 0));
	if (complaint.line == NULL)
		return;
	assert(strlen(complaint.line) < 4096);
	for (const char *c = complaint.line; *c != '\0'; c++)
		assert(*c >= 0x20 && *c < 0x7f);
	if (strcmp(complaint.failed, "header") == 0 && is_plain(complaint.value))
		check_list(mem, complaint.value, complaint.line);
}

static bool
same(const struct fields *a, const struct fields *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = slice_equal(a->items[i].name, b->items[i].name) &&
		       slice_equal(a->items[i].value, b->items[i].value);
	return same;
}

/* The service's rules beside a bucket's change nothing. */
static void
check_alone(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request,
    const struct fields *preflight, const struct fields *actual)
{
	struct cors_resource alone = { .bucket_exists = true, .rules = resource->rules };
	struct fields preflight_alone = { NULL, 0 }, actual_alone = { NULL, 0 };
	struct s3_refusal why = { .mem = mem };

	(void)!cors_preflight(mem, &alone, request, &why, &preflight_alone);
	cors_actual(mem, &alone, request, &actual_alone);
	assert(same(preflight, &preflight_alone) && same(actual, &actual_alone));
}

static void
ask(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request)
{
	bool has_bucket_rules = resource->bucket_exists && resource->rules != NULL;
	bool has_rules = has_bucket_rules || resource->service != NULL;
	struct fields preflight = { NULL, 0 }, actual = { NULL, 0 };
	struct s3_refusal why = { .mem = mem };
	enum s3_err err = cors_preflight(mem, resource, request, &why, &preflight);
	bool granted;

	assert(err == why.err && why.detail_count == (err == S3_OK ? 0 : 2));
	assert((err == S3_OK) == (fields_find_nocase(&preflight, "Access-Control-Allow-Origin") != NULL));
	check_answer(&preflight, request, has_rules);

	granted = cors_actual(mem, resource, request, &actual);
	assert(granted == (fields_find_nocase(&actual, "Access-Control-Allow-Origin") != NULL));
	check_answer(&actual, request, has_rules);
	if (err != S3_OK || !request->has_requested_method)
		check_complaint(mem, resource, request, true);
	if (!granted)
		check_complaint(mem, resource, request, false);
	if (!has_bucket_rules)
		return;
	/* With the method asked for, the actual request is granted what its preflight was, and no more. */
	if (request->has_requested_method)
		assert(actual.count == preflight.count);
	if (resource->service != NULL)
		check_alone(mem, resource, request, &preflight, &actual);
}

static const struct cors_service *
make_service(TALLOC_CTX *mem)
{
	static const struct cors_option named[] = {
		{ "allowed_origin", "http://a,https://b", "f", 2 },
		{ "allow_methods", "GET,PUT", "f", 3 },
		{ "allow_headers", "x-a,x-amz-*,*-id,x'y", "f", 4 },
		{ "expose_headers", "ETag", "f", 5 },
	};
	static const struct cors_option any[] = { { "allowed_origin", "*", "f", 7 } };
	static const struct cors_section sections[] = {
		{ "cors", false, "f", 1, named, ARRAY_SIZE(named) },
		{ "cors.any", true, "f", 6, any, ARRAY_SIZE(any) },
	};
	const struct cors_service *service;
	struct cors_notices notices;
	const char *fault;
	bool taken = cors_service_compile(mem, sections, ARRAY_SIZE(sections), &notices, &fault, &service);

	assert(taken && notices.count == 0);
	return service;
}

static void
read_request(TALLOC_CTX *mem, const struct slice fields[FIELDS], struct cors_request *request)
{
	static const char *const names[FIELDS] = { "Origin", NULL, "Access-Control-Request-Method",
		"Access-Control-Request-Headers" };
	struct fields headers = { NULL, 0 };

	for (size_t i = 0; i < FIELDS; i++)
		if (names[i] != NULL && fields[i].length > 0)
			fields_add(mem, &headers, slice_from(names[i]), fields[i]);
	cors_request_read(mem, fields[1], &headers, fields[1].length % 2 == 0, request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice rest = slice_make(data, size), fields[FIELDS] = { { NULL, 0 } };
	struct cors_resource resource = { .bucket_exists = true };
	struct cors_request request;

	if (size > 0) {
		rest = slice_skip(rest, 1);
		for (size_t i = 0; i < FIELDS; i++)
			(void)slice_next(&rest, (char)data[0], &fields[i]);
	}
	read_request(mem, fields, &request);
	resource.rules = parse(mem, rest);
	if (resource.rules != NULL)
		round_trip(mem, resource.rules);
	ask(mem, &resource, &request);
	resource.bucket_exists = false;
	ask(mem, &resource, &request);
	resource.service = make_service(mem);
	ask(mem, &resource, &request);
	resource.bucket_exists = true;
	ask(mem, &resource, &request);
	talloc_free(mem);
	return 0;
}
