/* Rules and requests as the tables of the cross-origin suites write them down, and answers as they expect them. */
#ifndef TESTS_UNIT_CORS_REQUEST_H
#define TESTS_UNIT_CORS_REQUEST_H

#include <check.h>

#include "common/buf.h"
#include "cors/cors.h"
#include "tests/unit/cors_document.h"

#define MISSING ((const char *)1) /* in place of a document: there is no such bucket */

/* Lines of an answer, as lines_of() shows it. */
#define ALLOW_ORIGIN(value)  "Access-Control-Allow-Origin: " value "\n"
#define CREDENTIALS          "Access-Control-Allow-Credentials: true\n"
#define ALLOW_METHODS(value) "Access-Control-Allow-Methods: " value "\n"
#define ALLOW_HEADERS(value) "Access-Control-Allow-Headers: " value "\n"
#define EXPOSED(value)       "Access-Control-Expose-Headers: " value "\n"
#define AGE(value)           "Access-Control-Max-Age: " value "\n"
#define VARY                 "Vary: Origin, Access-Control-Request-Headers, Access-Control-Request-Method\n"

#define NO_ORIGIN     "Insufficient information. Origin request header needed."
#define NO_BUCKET     "CORSResponse: Bucket not found"
#define NOT_ENABLED   "CORSResponse: CORS is not enabled for this bucket."
#define WRONG_METHOD  "Invalid Access-Control-Request-Method: "
#define WRONG_NAME(x) "Access-Control-Request-Headers \"" x "\" contains invalid character."
#define NOT_ALLOWED                                                                                                 \
	"CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request " \
	"method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the "      \
	"resource's CORS spec."

#define OBJECT "OBJECT"
#define BUCKET "BUCKET"
#define O_A                          \
	{                            \
		"Origin", "http://a" \
	}
#define M(x)                                       \
	{                                          \
		"Access-Control-Request-Method", x \
	}
#define H(x)                                        \
	{                                           \
		"Access-Control-Request-Headers", x \
	}

struct header {
	const char *name;
	const char *value;
};

static inline struct cors_resource
make_resource(TALLOC_CTX *mem, const char *document)
{
	struct s3_refusal why = { .mem = mem };
	struct cors_rules *rules = NULL;

	if (document != NULL && document != MISSING)
		ck_assert_msg(
		    cors_rules_parse(mem, slice_from(document), &why, &rules) == S3_OK, "%s", why.message);
	return (struct cors_resource){ .bucket_exists = document != MISSING, .rules = rules };
}

static inline struct cors_request
make_request(TALLOC_CTX *mem, const char *method, const struct header *headers, size_t max, bool names_key)
{
	struct fields fields = { NULL, 0 };
	struct cors_request request;

	for (size_t i = 0; i < max && headers[i].name != NULL; i++)
		fields_add(mem, &fields, slice_from(headers[i].name), slice_from(headers[i].value));
	cors_request_read(mem, slice_from(method), &fields, names_key, &request);
	return request;
}

/* The answer's header fields, a line each. */
static inline const char *
lines_of(TALLOC_CTX *mem, const struct fields *headers)
{
	struct buf *lines = buf_new(mem, 4096);

	buf_append_string(lines, "");
	for (size_t i = 0; i < headers->count; i++)
		buf_printf(
		    lines, "%.*s: %.*s\n", SLICE_ARG(headers->items[i].name), SLICE_ARG(headers->items[i].value));
	return headers->count > 0 ? buf_slice(lines).data : "";
}

static inline const char *
detail(const struct s3_refusal *why, const char *name)
{
	for (size_t i = 0; i < why->detail_count; i++)
		if (strcmp(why->details[i].name, name) == 0)
			return why->details[i].value;
	return "(none)";
}

/* What a preflight is to be answered; without a refusal there is neither message nor detail. */
struct preflight_answer {
	enum s3_err err;
	const char *message;
	const char *method;
	const char *resource_type;
	const char *lines;
};

static inline void
check_preflight(TALLOC_CTX *mem, const char *name, const struct cors_resource *resource,
    const struct cors_request *request, struct preflight_answer expected)
{
	struct s3_refusal why = { .mem = mem };
	struct fields headers = { NULL, 0 };
	enum s3_err err = cors_preflight(mem, resource, request, &why, &headers);
	const char *lines = lines_of(mem, &headers);

	ck_assert_msg(err == expected.err && err == why.err, "%s: error %s", name, s3_err_code(err));
	ck_assert_msg(strcmp(lines, expected.lines) == 0, "%s: answer\n%s", name, lines);
	if (err == S3_OK) {
		ck_assert_msg(why.detail_count == 0, "%s: details without a refusal", name);
		return;
	}
	ck_assert_msg(strcmp(why.message, expected.message) == 0, "%s: message %s", name, why.message);
	ck_assert_msg(
	    strcmp(detail(&why, "Method"), expected.method) == 0, "%s: Method %s", name, detail(&why, "Method"));
	ck_assert_msg(strcmp(detail(&why, "ResourceType"), expected.resource_type) == 0, "%s: ResourceType %s",
	    name, detail(&why, "ResourceType"));
}

/* An actual request is granted something where its answer has an Access-Control-Allow-Origin. */
static inline void
check_actual(TALLOC_CTX *mem, const char *name, const struct cors_resource *resource,
    const struct cors_request *request, const char *expected)
{
	struct fields headers = { NULL, 0 };
	bool granted = cors_actual(mem, resource, request, &headers);
	const char *lines = lines_of(mem, &headers);

	ck_assert_msg(strcmp(lines, expected) == 0, "%s: answer\n%s", name, lines);
	ck_assert_msg(granted == (strstr(expected, "Allow-Origin") != NULL), "%s: granted %d", name, granted);
}

#endif
