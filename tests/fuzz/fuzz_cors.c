/*
 * A CORSConfiguration, and a request against it. The first byte is the separator of five fields and the document:
 *
 *	|Origin|method|Access-Control-Request-Method|Access-Control-Request-Headers|<CORSConfiguration>…
 *
 * An empty field is a header that is not there. Rules that are taken come back the same when they are written and read
 * again; an answer never holds what ends a header line, names each field once, and widens nothing when it refuses.
 */
#include <assert.h>

#include "cors/cors.h"
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

static void
ask(TALLOC_CTX *mem, const struct cors_resource *resource, const struct cors_request *request)
{
	bool has_rules = resource->bucket_exists && resource->rules != NULL;
	struct fields preflight = { NULL, 0 }, actual = { NULL, 0 };
	struct s3_refusal why = { .mem = mem };
	enum s3_err err = cors_preflight(mem, resource, request, &why, &preflight);

	assert(err == why.err && why.detail_count == (err == S3_OK ? 0 : 2));
	assert((err == S3_OK) == (fields_find_nocase(&preflight, "Access-Control-Allow-Origin") != NULL));
	check_answer(&preflight, request, has_rules);

	cors_actual(mem, resource, request, &actual);
	check_answer(&actual, request, has_rules);
	/* With the method asked for, the actual request is granted what its preflight was, and no more. */
	if (request->has_requested_method)
		assert(actual.count == preflight.count);
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
	talloc_free(mem);
	return 0;
}
