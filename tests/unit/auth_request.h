/*
 * A request for the tests of signatures, read from the text that a client would send: request line, headers, an empty
 * line. The bucket is read from the host: BUCKET.s3.amazonaws.com and BUCKET.s3.example, or a host that ends so.
 */
#ifndef TESTS_UNIT_AUTH_REQUEST_H
#define TESTS_UNIT_AUTH_REQUEST_H

#include "auth/signature.h"
#include "common/encode.h"

#define TEST_ACCESS_KEY "AKIAIOSFODNN7EXAMPLE"
#define TEST_SECRET_KEY "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

/* False when a parameter is not encoded properly; those before it are there. */
static inline bool
test_request_read_query(TALLOC_CTX *mem, struct auth_request *request)
{
	struct slice rest = request->query, member;

	while (slice_next(&rest, '&', &member)) {
		struct slice value = member, name;

		if (member.length == 0)
			continue;
		slice_next(&value, '=', &name);
		if (!percent_decode(mem, name, true, &name) || !percent_decode(mem, value, true, &value))
			return false;
		fields_add(mem, &request->parameters, name, value);
	}
	return true;
}

static inline void
test_request_read_host(struct auth_request *request)
{
	static const char *const domains[] = { ".s3.amazonaws.com", ".s3.example" };
	const struct field *host = fields_find_nocase(&request->headers, "Host");
	size_t position;

	for (size_t i = 0; host != NULL && i < ARRAY_SIZE(domains); i++)
		if (slice_find(host->value, slice_from(domains[i]), &position))
			request->host_bucket = slice_head(host->value, position);
	if (host != NULL && slice_starts_with(host->value, SLICE("static.")))
		slice_next(&(struct slice){ host->value.data, host->value.length }, ':', &request->host_bucket);
}

/* False when the text is no request. */
static inline bool
test_request_read(TALLOC_CTX *mem, struct slice text, struct auth_request *request)
{
	struct slice line, target;

	*request = (struct auth_request){ .method = { NULL, 0 } };
	if (!slice_next(&text, '\n', &line) || !slice_next(&line, ' ', &request->method) ||
	    !slice_next(&line, ' ', &target) || target.length == 0 || target.data[0] != '/')
		return false;
	request->query = target;
	slice_next(&request->query, '?', &request->path);
	while (slice_next(&text, '\n', &line) && line.length > 0) {
		struct slice value = line, name;

		slice_next(&value, ':', &name);
		if (name.length > 0)
			fields_add(mem, &request->headers, name, slice_trim(value));
	}
	test_request_read_host(request);
	return test_request_read_query(mem, request);
}

#endif
