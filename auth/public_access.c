#include "auth/public_access.h"

#define LEVELS      2
#define ELEMENTS    16
#define WRITTEN_MAX 1024
#define SHOWN_MAX   64 /* of a name or a value in a message */

static const struct {
	const char *name;
	size_t offset;
} switches[] = {
	{ "BlockPublicAcls", offsetof(struct public_access, block_acls) },
	{ "IgnorePublicAcls", offsetof(struct public_access, ignore_acls) },
	{ "BlockPublicPolicy", offsetof(struct public_access, block_policy) },
	{ "RestrictPublicBuckets", offsetof(struct public_access, restrict_buckets) },
};

static bool *
member(struct public_access *access, size_t i)
{
	return (bool *)((char *)access + switches[i].offset);
}

/* Clients write the values in either case. */
static enum s3_err
read_value(const struct xml_element *element, struct s3_refusal *why, bool *out)
{
	*out = slice_equal_nocase(element->text, SLICE("true"));
	if (element->first == NULL && (*out || slice_equal_nocase(element->text, SLICE("false"))))
		return S3_OK;
	return s3_refuse(why, S3_MALFORMED_XML, "%.*s is '%.*s', neither true nor false.", SLICE_ARG(element->name),
	    SLICE_ARG(slice_head(element->text, SHOWN_MAX)));
}

static enum s3_err
read_switch(const struct xml_element *element, struct s3_refusal *why, struct public_access *out, unsigned *seen)
{
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (!xml_is(element, switches[i].name))
			continue;
		if (*seen & 1U << i)
			return s3_refuse(why, S3_MALFORMED_XML, "%s is given twice.", switches[i].name);
		*seen |= 1U << i;
		return read_value(element, why, member(out, i));
	}
	return s3_refuse(why, S3_MALFORMED_XML, "'%.*s' is no element of a PublicAccessBlockConfiguration.",
	    SLICE_ARG(slice_head(element->name, SHOWN_MAX)));
}

static enum s3_err
read_block(const struct xml_element *root, struct s3_refusal *why, struct public_access *out)
{
	enum s3_err err = S3_OK;
	unsigned seen = 0;

	if (root == NULL || !xml_is(root, "PublicAccessBlockConfiguration") ||
	    (root->first == NULL && root->text.length > 0))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	for (const struct xml_element *e = root->first; e != NULL && err == S3_OK; e = e->next)
		err = read_switch(e, why, out, &seen);
	if (err == S3_OK && seen == 0)
		err = s3_refuse(why, S3_INVALID_REQUEST, "Must specify at least one configuration.");
	return err;
}

enum s3_err
public_access_parse(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct public_access *out)
{
	static const struct xml_limits limits = { .depth = LEVELS, .elements = ELEMENTS };
	TALLOC_CTX *scratch = talloc_new(mem);
	enum s3_err err;

	*out = (struct public_access){ 0 };
	err = read_block(xml_parse(scratch, document, limits), why, out);
	if (err != S3_OK)
		*out = (struct public_access){ 0 };
	talloc_free(scratch);
	return err;
}

struct slice
public_access_write(TALLOC_CTX *mem, const struct public_access *access)
{
	struct xml_writer *w = xml_writer_new(mem, WRITTEN_MAX);
	struct public_access copy = *access;

	xml_start_root(w, "PublicAccessBlockConfiguration");
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
		xml_bool(w, switches[i].name, *member(&copy, i));
	xml_end(w);
	return xml_finish(w);
}
