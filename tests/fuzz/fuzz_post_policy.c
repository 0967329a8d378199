/*
 * A POST policy, behind an empty line that ends the fields of a form, "name=value" a line. What is allowed is allowed
 * whatever the case of the fields' names.
 */
#include <assert.h>
#include <ctype.h>

#include "auth/post_policy.h"
#include "common/encode.h"
#include "tests/fuzz/fuzz.h"

#define NOW 1400000000 /* 2014-05-13T16:53:20Z */

static struct fields
read_fields(TALLOC_CTX *mem, struct slice *rest)
{
	struct fields fields = { 0 };
	struct slice line, name;

	while (slice_next(rest, '\n', &line) && line.length > 0)
		if (slice_next(&line, '=', &name))
			fields_add(mem, &fields, name, line);
	return fields;
}

static struct fields
in_capitals(TALLOC_CTX *mem, const struct fields *fields)
{
	struct fields capitals = { 0 };

	for (size_t i = 0; i < fields->count; i++) {
		size_t length = fields->items[i].name.length;
		char *name = slice_dup(mem, fields->items[i].name);

		for (size_t j = 0; j < length; j++)
			name[j] = (char)toupper((unsigned char)name[j]);
		fields_add(mem, &capitals, slice_make(name, length), fields->items[i].value);
	}
	return capitals;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem }, again = { .mem = mem };
	struct slice rest = slice_make(data, size);
	struct fields fields = read_fields(mem, &rest), capitals = in_capitals(mem, &fields);
	struct post_policy *policy;
	enum s3_err err = post_policy_read(mem, slice_from(base64_encode(mem, rest)), &why, &policy);

	assert(err == why.err && (err == S3_OK || err == S3_INVALID_POLICY_DOCUMENT));
	assert((err == S3_OK) == (policy != NULL));
	if (policy != NULL) {
		uint64_t min, max;

		post_policy_size(policy, &min, &max);
		err = post_policy_check(policy, &fields, SLICE("photos"), NOW, &why);
		assert(err == why.err && (err == S3_OK || err == S3_ACCESS_DENIED));
		assert(post_policy_check(policy, &capitals, SLICE("photos"), NOW, &again) == err);
	}
	talloc_free(mem);
	return 0;
}
