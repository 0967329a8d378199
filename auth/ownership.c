#include "auth/ownership.h"

#include <assert.h>

#define LEVELS      3 /* OwnershipControls, Rule, ObjectOwnership */
#define ELEMENTS    16
#define WRITTEN_MAX 1024
#define SHOWN_MAX   64 /* of a value in a message */

static const char *const names[] = {
	[OWNERSHIP_OBJECT_WRITER] = "ObjectWriter",
	[OWNERSHIP_BUCKET_OWNER_PREFERRED] = "BucketOwnerPreferred",
	[OWNERSHIP_BUCKET_OWNER_ENFORCED] = "BucketOwnerEnforced",
};

const char *
ownership_name(enum ownership ownership)
{
	assert(ownership < ARRAY_SIZE(names));
	return names[ownership];
}

bool
ownership_by_name(struct slice name, enum ownership *out)
{
	*out = OWNERSHIP_OBJECT_WRITER;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (slice_equal(name, slice_from(names[i]))) {
			*out = (enum ownership)i;
			return true;
		}
	}
	return false;
}

/* The only child of an element, if that is its name. */
static const struct xml_element *
only_child(const struct xml_element *parent, const char *name)
{
	const struct xml_element *child = parent->first;

	return child != NULL && child->next == NULL && xml_is(child, name) ? child : NULL;
}

static enum s3_err
read_controls(const struct xml_element *root, struct s3_refusal *why, enum ownership *out)
{
	const struct xml_element *rule = NULL, *value = NULL;

	if (root == NULL || !xml_is(root, "OwnershipControls"))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	if ((rule = only_child(root, "Rule")) != NULL)
		value = only_child(rule, "ObjectOwnership");
	if (value == NULL || value->first != NULL)
		return s3_refuse(
		    why, S3_MALFORMED_XML, "OwnershipControls must hold exactly one Rule of one ObjectOwnership.");
	if (!ownership_by_name(value->text, out))
		return s3_refuse(why, S3_MALFORMED_XML, "'%.*s' is no ObjectOwnership.",
		    SLICE_ARG(slice_head(value->text, SHOWN_MAX)));
	return S3_OK;
}

enum s3_err
ownership_parse(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, enum ownership *out)
{
	static const struct xml_limits limits = { .depth = LEVELS, .elements = ELEMENTS };
	TALLOC_CTX *scratch = talloc_new(mem);
	enum s3_err err;

	*out = OWNERSHIP_OBJECT_WRITER;
	err = read_controls(xml_parse(scratch, document, limits), why, out);
	talloc_free(scratch);
	return err;
}

struct slice
ownership_write(TALLOC_CTX *mem, enum ownership ownership)
{
	struct xml_writer *w = xml_writer_new(mem, WRITTEN_MAX);

	xml_start_root(w, "OwnershipControls");
	xml_start(w, "Rule");
	xml_string(w, "ObjectOwnership", ownership_name(ownership));
	xml_end(w);
	xml_end(w);
	return xml_finish(w);
}
