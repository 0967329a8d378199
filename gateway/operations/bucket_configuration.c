#include "gateway/operations/bucket_configuration.h"

#include "common/xml.h"

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

enum s3_err
bucket_configuration_parse(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct slice *location)
{
	const struct xml_element *root, *named = NULL;

	*location = slice_from("");
	if (document.length == 0)
		return S3_OK;
	root = xml_parse(mem, document, (struct xml_limits){ 0 });
	if (root == NULL || !xml_is(root, "CreateBucketConfiguration") ||
	    (root->first == NULL && root->text.length > 0))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	for (const struct xml_element *e = root->first; e != NULL; e = e->next) {
		if (xml_is(e, "Location") || xml_is(e, "Bucket") || xml_is(e, "Tags"))
			return s3_refuse(why, S3_NOT_IMPLEMENTED,
			    "%.*s in a CreateBucketConfiguration is not implemented.", SLICE_ARG(e->name));
		if (!xml_is(e, "LocationConstraint") || e->first != NULL || named != NULL)
			return s3_refuse(why, S3_MALFORMED_XML, NULL);
		named = e;
	}
	if (named == NULL)
		return S3_OK;
	if (!location_valid(named->text)) {
		s3_refusal_detail(why, "LocationConstraint", slice_head(named->text, LOCATION_MAX));
		return s3_refuse(why, S3_INVALID_LOCATION, NULL);
	}
	*location = named->text;
	return S3_OK;
}
