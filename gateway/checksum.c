#include "gateway/checksum.h"

#include "gateway/req.h"

const struct checksum checksum_kinds[CHECKSUMS] = {
	{ "CRC32", "x-amz-checksum-crc32", DIGEST_CRC32 },
	{ "CRC32C", "x-amz-checksum-crc32c", DIGEST_CRC32C },
	{ "CRC64NVME", "x-amz-checksum-crc64nvme", DIGEST_CRC64NVME },
	{ "SHA1", "x-amz-checksum-sha1", DIGEST_SHA1 },
	{ "SHA256", "x-amz-checksum-sha256", DIGEST_SHA256 },
};

const struct checksum *
checksum_find(struct slice name)
{
	for (size_t i = 0; i < CHECKSUMS; i++)
		if (slice_equal_nocase(name, slice_from(checksum_kinds[i].name)))
			return &checksum_kinds[i];
	return NULL;
}

enum s3_err
checksum_requested(struct req *r, const struct checksum **out)
{
	struct slice name = req_header(r, "x-amz-checksum-algorithm");

	*out = name.length > 0 ? checksum_find(name) : NULL;
	if (name.length == 0 || *out != NULL)
		return S3_OK;
	return req_refuse(r, S3_INVALID_REQUEST,
	    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
	    "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
}
