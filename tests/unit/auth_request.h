/*
 * A request for the tests of signatures, read from the text that a client would send: request line, headers, an empty
 * line. The bucket is read from the host: BUCKET.s3.amazonaws.com and BUCKET.s3.example, or a host that ends so.
 */
#ifndef TESTS_UNIT_AUTH_REQUEST_H
#define TESTS_UNIT_AUTH_REQUEST_H

#include <dirent.h>

#include "auth/credential_private.h"
#include "auth/sigv4.h"
#include "common/clock.h"
#include "common/encode.h"

#define TEST_NAME_MAX   256
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
	if (host != NULL && slice_starts_with(host->value, SLICE("static."))) {
		struct slice rest = host->value;

		slice_next(&rest, ':', &request->host_bucket);
	}
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

/* The time at which the request says that it was signed; for a Version 2 URL, that at which it ends. */
static inline int64_t
test_request_time(const struct auth_request *request)
{
	const struct field *date = fields_find_nocase(&request->headers, "x-amz-date");
	const struct field *expires = fields_find(&request->parameters, "Expires");
	uint64_t seconds_left;
	int64_t seconds;

	if (expires != NULL && slice_to_number(expires->value, UINT32_MAX, &seconds_left))
		return (int64_t)seconds_left;
	if (date == NULL)
		date = fields_find(&request->parameters, "X-Amz-Date");
	if (date == NULL)
		date = fields_find_nocase(&request->headers, "Date");
	if (date != NULL && (clock_parse_amz(date->value, &seconds) || clock_parse_http(date->value, &seconds)))
		return seconds;
	return 0;
}

/* Put the right signature into a Version 4 credential. False when the request has no canonical form. */
static inline bool
test_sign_v4(TALLOC_CTX *mem, struct credential *credential, const struct auth_request *request)
{
	struct buf *canonical = buf_new(mem, CANONICAL_MAX), *to_sign = buf_new(mem, CANONICAL_MAX);
	char *signature = talloc_array(mem, char, SHA256_HEX + 1);
	unsigned char key[32];

	if (!sigv4_canonical_request(mem, credential, request, 0, canonical))
		return false;
	sigv4_string_to_sign(credential, buf_slice(canonical), to_sign);
	sigv4_signing_key(
	    SLICE(TEST_SECRET_KEY), credential->private->scope_date, credential->private->scope_region, key);
	sigv4_sign(key, buf_slice(to_sign), signature);
	credential->private->signature = slice_make(signature, SHA256_HEX);
	return true;
}

/* A file, without the line feed at its end when `chomp`; NULL data when there is none. */
static inline struct slice
test_file_read(TALLOC_CTX *mem, const char *folder, const char *name, bool chomp)
{
	char *path = talloc_asprintf(mem, "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	struct buf *content = buf_new(mem, 1 << 20);
	char piece[4096];
	size_t length;

	if (file == NULL)
		return slice_make(NULL, 0);
	while ((length = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_append(content, slice_make(piece, length));
	fclose(file);
	length = buf_slice(content).length;
	if (chomp && length > 0 && buf_slice(content).data[length - 1] == '\n')
		length--;
	return slice_head(buf_slice(content), length);
}

/* The cases of tests/vectors/VERSION, in order. */
static inline size_t
test_vectors_list(const char *folder, char names[][TEST_NAME_MAX], size_t max)
{
	struct dirent **entries = NULL;
	int found = scandir(folder, &entries, NULL, alphasort);
	size_t count = 0;

	for (int i = 0; i < found; i++) {
		if (entries[i]->d_name[0] != '.' && count < max)
			snprintf(names[count++], TEST_NAME_MAX, "%s", entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return count;
}

/* A vector's request with its Authorization, at its own time. */
static inline bool
test_vector_read(TALLOC_CTX *mem, const char *folder, struct auth_request *request)
{
	struct slice authorization = test_file_read(mem, folder, "authorization", true);

	if (!test_request_read(mem, test_file_read(mem, folder, "request", false), request))
		return false;
	if (authorization.data != NULL)
		fields_add(mem, &request->headers, SLICE("Authorization"), authorization);
	request->now = test_request_time(request);
	return true;
}

/* The bits that the words in the file "form" name. */
static inline unsigned
test_vector_form(
    TALLOC_CTX *mem, const char *folder, const char *const names[], const unsigned bits[], size_t count)
{
	struct slice rest = test_file_read(mem, folder, "form", true), word;
	unsigned form = 0;

	while (slice_next(&rest, ' ', &word))
		for (size_t i = 0; i < count; i++)
			if (slice_equal(word, slice_from(names[i])))
				form += bits[i];
	return form;
}

#endif
