#include "gateway/checksum.h"

#include "common/encode.h"
#include "gateway/req.h"

enum {
	CRC32,
	CRC32C,
	CRC64NVME,
	SHA1,
	SHA256
};

const struct checksum checksum_kinds[CHECKSUMS] = {
	[CRC32] = { "CRC32", "crc32", "x-amz-checksum-crc32", DIGEST_CRC32 },
	[CRC32C] = { "CRC32C", "crc32c", "x-amz-checksum-crc32c", DIGEST_CRC32C },
	[CRC64NVME] = { "CRC64NVME", "crc64nvme", "x-amz-checksum-crc64nvme", DIGEST_CRC64NVME },
	[SHA1] = { "SHA1", "sha1", "x-amz-checksum-sha1", DIGEST_SHA1 },
	[SHA256] = { "SHA256", "sha256", "x-amz-checksum-sha256", DIGEST_SHA256 },
};

const struct checksum *
checksum_find(struct slice name)
{
	for (size_t i = 0; i < CHECKSUMS; i++)
		if (slice_equal_nocase(name, slice_from(checksum_kinds[i].name)))
			return &checksum_kinds[i];
	return NULL;
}

const struct checksum *const checksum_default = &checksum_kinds[CRC64NVME];

const struct checksum *
checksum_of(const struct fields *checksums)
{
	for (size_t i = 0; i < CHECKSUMS; i++)
		if (fields_find(checksums, checksum_kinds[i].name) != NULL)
			return &checksum_kinds[i];
	return checksum_default;
}

static const struct checksum *
find_by_header(struct slice name)
{
	for (size_t i = 0; i < CHECKSUMS; i++)
		if (slice_equal_nocase(name, slice_from(checksum_kinds[i].header)))
			return &checksum_kinds[i];
	return NULL;
}

static enum s3_err
take_claim(struct req *r, const struct checksum *checksum, struct slice value, struct checksum_claim *out)
{
	if (out->checksum != NULL)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
	*out = (struct checksum_claim){ checksum, value };
	return S3_OK;
}

bool
checksum_value_valid(const struct checksum *checksum, struct slice value)
{
	unsigned char bytes[DIGEST_MAX];
	size_t length;

	return base64_decode(value, bytes, sizeof(bytes), &length) && length == digest_length(checksum->kind);
}

/* A header whose name begins with x-amz-checksum-. */
static enum s3_err
read_header(struct req *r, const struct field *header, struct checksum_claim *out)
{
	static const struct slice others[] = { SLICE("x-amz-checksum-algorithm"), SLICE("x-amz-checksum-mode"),
		SLICE("x-amz-checksum-type") };
	const struct checksum *checksum = find_by_header(header->name);

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (slice_equal_nocase(header->name, others[i]))
			return S3_OK;
	if (checksum == NULL) {
		s3_refusal_detail(&r->refusal, "Header", header->name);
		return req_refuse(r, S3_NOT_IMPLEMENTED,
		    "The header %.*s implies functionality that is not implemented.", SLICE_ARG(header->name));
	}
	return take_claim(r, checksum, header->value, out);
}

enum s3_err
checksum_header(struct req *r, struct checksum_claim *out)
{
	struct slice prefix = SLICE("x-amz-checksum-");
	enum s3_err err = S3_OK;

	*out = (struct checksum_claim){ 0 };
	for (size_t i = 0; i < r->headers.count && err == S3_OK; i++)
		if (slice_equal_nocase(slice_head(r->headers.items[i].name, prefix.length), prefix))
			err = read_header(r, &r->headers.items[i], out);
	return err;
}

/* x-amz-trailer announces one checksum behind the payload. */
static enum s3_err
read_trailer(struct req *r, struct checksum_claim *out)
{
	struct slice trailer = req_header(r, "x-amz-trailer");
	const struct checksum *checksum = find_by_header(trailer);

	if (trailer.length == 0)
		return S3_OK;
	if (checksum == NULL)
		return req_refuse(
		    r, S3_INVALID_REQUEST, "The value specified in the x-amz-trailer header is not supported");
	return take_claim(r, checksum, slice_from(""), out);
}

enum s3_err
checksum_claimed(struct req *r, struct checksum_claim *out)
{
	struct slice announced = req_header(r, "x-amz-sdk-checksum-algorithm");
	enum s3_err err;

	if ((err = checksum_header(r, out)) != S3_OK)
		return err;
	if (out->checksum != NULL && !checksum_value_valid(out->checksum, out->value))
		return req_refuse(r, S3_INVALID_REQUEST, "Value for %s header is invalid.", out->checksum->header);
	if ((err = read_trailer(r, out)) != S3_OK)
		return err;
	if (announced.length == 0)
		return S3_OK;
	if (out->checksum == NULL)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
		    "headers were found.");
	if (checksum_find(announced) != out->checksum)
		return req_refuse(
		    r, S3_INVALID_REQUEST, "Value for x-amz-sdk-checksum-algorithm header is invalid.");
	return S3_OK;
}

enum s3_err
checksum_requested(struct req *r, const struct checksum **out)
{
	struct slice name = req_header(r, "x-amz-checksum-algorithm");

	*out = name.length > 0 ? checksum_find(name) : NULL;
	if (name.length == 0 || *out != NULL)
		return S3_OK;
	if (memchr(name.data, ',', name.length) != NULL)
		return req_refuse(
		    r, S3_INVALID_REQUEST, "Invalid types are specified in x-amz-checksum-algorithm header.");
	return req_refuse(r, S3_INVALID_REQUEST,
	    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
	    "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
}
