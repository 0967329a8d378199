#include "gateway/operations/bucket_configuration.h"

#include "gateway/tags.h"

static bool
location_valid(struct slice location)
{
	if (slice_equal(location, SLICE("EU")))
		return true;
	if (location.length > LOCATION_MAX)
		return false;
	for (size_t i = 0; i < location.length; i++) {
		char c = location.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

static enum s3_err
read_location(const struct xml_element *e, struct s3_refusal *why, struct slice *location)
{
	if (e == NULL)
		return S3_OK;
	if (e->first != NULL)
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	if (!location_valid(e->text)) {
		s3_refusal_detail(why, "LocationConstraint", slice_head(e->text, LOCATION_MAX));
		return s3_refuse(why, S3_INVALID_LOCATION, NULL);
	}
	*location = e->text;
	return S3_OK;
}

/* Elements that it may hold, each once; those of directory buckets are known. */
static enum s3_err
check_elements(const struct xml_element *root, struct s3_refusal *why)
{
	for (const struct xml_element *e = root->first; e != NULL; e = e->next) {
		if (xml_is(e, "Location") || xml_is(e, "Bucket"))
			return s3_refuse(why, S3_NOT_IMPLEMENTED,
			    "%.*s in a CreateBucketConfiguration is not implemented.", SLICE_ARG(e->name));
		if (e != xml_child(root, "LocationConstraint") && e != xml_child(root, "Tags"))
			return s3_refuse(why, S3_MALFORMED_XML, NULL);
	}
	return S3_OK;
}

enum s3_err
bucket_configuration_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct bucket_configuration *out)
{
	struct bucket_configuration found = { 0 };
	const struct xml_element *root, *tags;
	enum s3_err err;

	*out = (struct bucket_configuration){ 0 };
	if (document.length == 0)
		return S3_OK;
	root = xml_parse(mem, document, (struct xml_limits){ 0 });
	if (root == NULL || !xml_is(root, "CreateBucketConfiguration") || xml_has_text(root))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	if ((err = check_elements(root, why)) != S3_OK ||
	    (err = read_location(xml_child(root, "LocationConstraint"), why, &found.location)) != S3_OK)
		return err;
	if ((tags = xml_child(root, "Tags")) != NULL &&
	    (err = tags_read(mem, tags, TAGGED_NEW_BUCKET, why, &found.tags)) != S3_OK)
		return err;
	*out = found;
	return S3_OK;
}
