#include "gateway/operations/versioning_configuration.h"

#include "common/xml.h"

/* A child that is one of two words, and comes once: its place in `words`; -1 when it is neither. */
static int
read_word(const struct xml_element *e, const char *const words[2])
{
	for (int i = 0; i < 2 && e->first == NULL; i++)
		if (slice_equal(e->text, slice_from(words[i])))
			return i;
	return -1;
}

enum s3_err
versioning_configuration_parse(TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, bool *enabled)
{
	static const char *const status_words[] = { "Suspended", "Enabled" };
	static const char *const mfa_words[] = { "Disabled", "Enabled" };
	const struct xml_element *root = xml_parse(mem, document, (struct xml_limits){ .depth = 2, .elements = 3 });
	bool has_status = false, has_mfa = false;
	int status = 0, mfa = 0;

	*enabled = false;
	if (root == NULL || !xml_is(root, "VersioningConfiguration") ||
	    (root->first == NULL && slice_trim(root->text).length > 0))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	for (const struct xml_element *e = root->first; e != NULL; e = e->next) {
		bool is_status = xml_is(e, "Status");
		bool *taken = is_status ? &has_status : &has_mfa;

		if ((!is_status && !xml_is(e, "MfaDelete")) || *taken)
			return s3_refuse(why, S3_MALFORMED_XML, NULL);
		*taken = true;
		if ((is_status && (status = read_word(e, status_words)) < 0) ||
		    (!is_status && (mfa = read_word(e, mfa_words)) < 0))
			return s3_refuse(why, S3_MALFORMED_XML, NULL);
	}
	if (mfa > 0)
		return s3_refuse(why, S3_NOT_IMPLEMENTED, "MfaDelete: Enabled is not implemented.");
	if (!has_status)
		return s3_refuse(why, S3_ILLEGAL_VERSIONING, NULL);
	*enabled = status > 0;
	return S3_OK;
}
