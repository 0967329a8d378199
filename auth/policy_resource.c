/* Resource and NotResource: a policy speaks of its own bucket alone (Amazon S3: "Bucket policies"). */
#include "auth/policy_private.h"

#include <assert.h>

#define INVALID "Policy has invalid resource"

/* Behind "arn:aws:s3:::", the bucket's name, and then nothing, "/" and a key, or "*". */
static bool
is_of_bucket(struct slice resource, struct slice bucket)
{
	struct slice rest = slice_skip(resource, bucket.length);

	return slice_starts_with(resource, bucket) &&
	       (rest.length == 0 || rest.data[0] == '/' || rest.data[0] == '*');
}

static enum s3_err
read_resource(
    const struct policy_reader *r, struct slice written, const struct policy_place *at, struct policy_text *out)
{
	struct slice prefix = SLICE("arn:aws:s3:::");
	struct slice resource = slice_skip(written, prefix.length);

	if (!slice_starts_with(written, prefix) || !is_of_bucket(resource, r->bucket))
		return policy_refuse(r, at, written, INVALID);
	return policy_text_read(r, resource, true, at, out);
}

enum s3_err
policy_resources_read(const struct policy_reader *r, const struct json *element, const struct policy_place *at,
    struct policy_statement *statement)
{
	const struct json *items;
	size_t count;
	enum s3_err err = policy_items(r, element, false, at, INVALID, &items, &count);

	if (err != S3_OK)
		return err;
	statement->resources = talloc_zero_array(r->mem, struct policy_text, count);
	assert(statement->resources != NULL);
	for (size_t i = 0; i < count && err == S3_OK; i++) {
		const struct policy_place item = policy_item_place(element, at, i);

		err = read_resource(r, items[i].text, &item, &statement->resources[i]);
	}
	statement->resource_count = count;
	return err;
}

/* What stands behind the bucket's name: nothing, '/' or '*'. */
static char
behind_bucket(const struct policy_text *resource, struct slice bucket)
{
	return resource->written.length > bucket.length ? resource->written.data[bucket.length] : '\0';
}

bool
policy_reaches_bucket(const struct policy_statement *statement, struct slice bucket)
{
	for (size_t i = 0; i < statement->resource_count; i++)
		if (behind_bucket(&statement->resources[i], bucket) != '/')
			return true;
	return false;
}

bool
policy_reaches_objects(const struct policy_statement *statement, struct slice bucket)
{
	for (size_t i = 0; i < statement->resource_count; i++)
		if (behind_bucket(&statement->resources[i], bucket) != '\0')
			return true;
	return false;
}
