#include "gateway/operations/complete_expected.h"

#include <inttypes.h>

#define SIZE_HEADER "x-amz-mp-object-size"

/* Without the number of parts that may stand behind it. False where that is none. */
static bool
split_value(struct slice value, struct slice *digest)
{
	struct slice rest = value;
	uint64_t count;

	return slice_next(&rest, '-', digest) &&
	       (digest->length == value.length || slice_to_number(rest, PART_NUMBER_MAX, &count));
}

static enum s3_err
read_claim(struct req *r, struct checksum_claim *out)
{
	struct slice digest;
	enum s3_err err = checksum_header(r, out);

	if (err != S3_OK || out->checksum == NULL)
		return err;
	if (split_value(out->value, &digest) && checksum_value_valid(out->checksum, digest))
		return S3_OK;
	return req_refuse(r, S3_INVALID_REQUEST, "Value for %s header is invalid.", out->checksum->header);
}

enum s3_err
complete_expected_read(struct req *r, struct complete_expected *out)
{
	struct slice size = req_header(r, SIZE_HEADER);
	enum s3_err err;

	*out = (struct complete_expected){ .size_given = size.length > 0 };
	if ((err = read_claim(r, &out->claim)) != S3_OK ||
	    (err = upload_checksum_read_type(r, &out->type_given, &out->composite)) != S3_OK)
		return err;
	if (out->size_given && !slice_to_number(size, INT64_MAX, &out->size))
		return req_refuse(r, S3_INVALID_REQUEST, "Value for " SIZE_HEADER " header is invalid: '%.*s'",
		    SLICE_ARG(slice_head(size, 64)));
	return S3_OK;
}

enum s3_err
complete_expected_check_upload(
    struct req *r, const struct complete_expected *expected, const struct upload_checksum *upload)
{
	const struct checksum *claimed = expected->claim.checksum;

	if (expected->type_given && expected->composite != upload->composite)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "The upload was created using the %s checksum mode. The complete request must use the same "
		    "checksum mode.",
		    upload_checksum_type(upload));
	if (claimed == NULL || !upload->asked_for || claimed == upload->algorithm)
		return S3_OK;
	return req_refuse(r, S3_INVALID_REQUEST,
	    "Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s",
	    upload->algorithm->lower, claimed->lower);
}

/* A composite value may come without the number of parts. */
static bool
same_value(struct slice expected, struct slice found)
{
	struct slice digest;

	return slice_equal(expected, found) || (split_value(found, &digest) && slice_equal(expected, digest));
}

enum s3_err
complete_expected_check_object(
    struct req *r, const struct complete_expected *expected, uint64_t size, const struct fields *checksums)
{
	const struct checksum *claimed = expected->claim.checksum;
	const struct field *found;

	if (expected->size_given && expected->size != size)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "The provided '" SIZE_HEADER "' header value %" PRIu64
		    " does not match what was computed: %" PRIu64,
		    expected->size, size);
	if (claimed == NULL)
		return S3_OK;
	/* Where the upload began without an algorithm, S3 passes over a checksum of another kind than the default. */
	found = fields_find(checksums, claimed->name);
	if (found == NULL || same_value(expected->claim.value, found->value))
		return S3_OK;
	return req_refuse(
	    r, S3_BAD_DIGEST, "The %s you specified did not match the calculated checksum.", claimed->lower);
}
