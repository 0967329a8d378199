#include "gateway/operations/complete_document.h"

#include "common/xml.h"

/* CompleteMultipartUpload, and a Part with PartNumber, ETag, and a checksum of each kind for each part. */
static const struct xml_limits limits = { .depth = 3, .elements = 1 + COMPLETE_PARTS_MAX * (3 + CHECKSUMS) };

#define CHECKSUM_PREFIX "Checksum"

/* What the elements of a Part say, each at most once. */
struct part_texts {
	const struct xml_element *number, *etag;
	const struct xml_element *checksums[CHECKSUMS];
	unsigned checksum_count;
};

static bool
take_once(const struct xml_element *e, const struct xml_element **place)
{
	if (*place != NULL || e->first != NULL)
		return false;
	*place = e;
	return true;
}

static bool
take_checksum(const struct xml_element *e, struct part_texts *texts)
{
	struct slice prefix = SLICE(CHECKSUM_PREFIX);

	for (size_t i = 0; i < CHECKSUMS && slice_starts_with(e->name, prefix); i++)
		if (slice_equal(slice_skip(e->name, prefix.length), slice_from(checksum_kinds[i].name))) {
			texts->checksum_count++;
			return take_once(e, &texts->checksums[i]);
		}
	return false;
}

static bool
read_texts(const struct xml_element *part, struct part_texts *texts)
{
	*texts = (struct part_texts){ 0 };
	for (const struct xml_element *e = part->first; e != NULL; e = e->next) {
		bool taken = xml_is(e, "PartNumber") ? take_once(e, &texts->number)
			     : xml_is(e, "ETag")     ? take_once(e, &texts->etag)
						     : take_checksum(e, texts);

		if (!taken)
			return false;
	}
	return texts->number != NULL && texts->etag != NULL;
}

/* "CRC32:…;SHA1:…;": all that were given, as S3 shows them. */
static enum s3_err
refuse_checksums(const struct part_texts *texts, struct s3_refusal *why)
{
	char *shown = talloc_strdup(why->mem, "");

	for (size_t i = 0; i < CHECKSUMS; i++)
		if (texts->checksums[i] != NULL)
			shown = talloc_asprintf_append(shown, "%s:%.*s;", checksum_kinds[i].name,
			    SLICE_ARG(slice_head(texts->checksums[i]->text, 256)));
	s3_refusal_detail(why, "ArgumentName", SLICE("Checksum"));
	s3_refusal_detail(why, "ArgumentValue", slice_from(shown));
	return s3_refuse(why, S3_INVALID_ARGUMENT, "Invalid Base64 or multiple checksums present in request");
}

static enum s3_err
parse_checksum(const struct part_texts *texts, struct s3_refusal *why, struct complete_part *out)
{
	for (size_t i = 0; i < CHECKSUMS; i++) {
		if (texts->checksums[i] == NULL)
			continue;
		out->checksum = &checksum_kinds[i];
		out->checksum_value = slice_trim(texts->checksums[i]->text);
		if (texts->checksum_count > 1 || !checksum_value_valid(out->checksum, out->checksum_value))
			return refuse_checksums(texts, why);
	}
	return S3_OK;
}

static enum s3_err
parse_number(struct slice text, struct s3_refusal *why, unsigned *out)
{
	uint64_t number;

	text = slice_trim(text);
	if (slice_to_number(text, INT32_MAX, &number) && number > 0) {
		*out = (unsigned)number;
		return S3_OK;
	}
	if (!slice_to_number(text, INT32_MAX, &number) && !slice_starts_with(text, SLICE("-")))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	s3_refusal_detail(why, "ArgumentName", SLICE("PartNumber"));
	s3_refusal_detail(why, "ArgumentValue", slice_head(text, 64));
	return s3_refuse(why, S3_INVALID_ARGUMENT, "PartNumber must be >= 1");
}

static struct slice
without_quotes(struct slice etag)
{
	etag = slice_trim(etag);
	if (etag.length >= 2 && etag.data[0] == '"' && etag.data[etag.length - 1] == '"')
		return slice_make(etag.data + 1, etag.length - 2);
	return etag;
}

static enum s3_err
parse_part(const struct xml_element *part, struct s3_refusal *why, struct complete_part *out)
{
	struct part_texts texts;
	enum s3_err err;

	if (!xml_is(part, "Part") || !read_texts(part, &texts))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	if ((err = parse_number(texts.number->text, why, &out->number)) != S3_OK)
		return err;
	out->etag = without_quotes(texts.etag->text);
	return parse_checksum(&texts, why, out);
}

static size_t
count_elements(const struct xml_element *first)
{
	size_t count = 0;

	for (const struct xml_element *e = first; e != NULL; e = e->next)
		count++;
	return count;
}

enum s3_err
complete_document_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct complete_document *out)
{
	const struct xml_element *root = xml_parse(mem, document, limits), *e;
	struct complete_part *parts;
	size_t count;

	*out = (struct complete_document){ 0 };
	if (root == NULL || !xml_is(root, "CompleteMultipartUpload"))
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	count = count_elements(root->first);
	if (count == 0 || count > COMPLETE_PARTS_MAX)
		return s3_refuse(why, S3_MALFORMED_XML, NULL);
	parts = talloc_zero_array(mem, struct complete_part, count);
	e = root->first;
	for (size_t i = 0; i < count; i++, e = e->next) {
		enum s3_err err = parse_part(e, why, &parts[i]);

		if (err != S3_OK)
			return err;
		if (i > 0 && parts[i].number <= parts[i - 1].number)
			return s3_refuse(why, S3_INVALID_PART_ORDER, NULL);
	}
	*out = (struct complete_document){ parts, count };
	return S3_OK;
}
