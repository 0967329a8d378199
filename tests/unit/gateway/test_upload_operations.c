#include "tests/unit/gateway/upload_exchange.h"

static const struct exchange creations[] = {
	{ "plain", "alice", "POST", "/photos/n?uploads", { 0 }, "", 200, NULL,
	    { "<InitiateMultipartUploadResult xmlns=", "<Bucket>photos</Bucket><Key>n</Key><UploadId>" }, { 0 },
	    { "x-amz-checksum-algorithm:", "x-amz-checksum-type:" } },
	{ "composite by itself", "alice", "POST", "/photos/n?uploads", { "x-amz-checksum-algorithm: crc32c" }, "",
	    200, NULL, { 0 }, { 0 }, { "x-amz-checksum-algorithm: CRC32C", "x-amz-checksum-type: COMPOSITE" } },
	{ "whole by itself", "alice", "POST", "/photos/n?uploads", { "x-amz-checksum-algorithm: CRC64NVME" }, "",
	    200, NULL, { 0 }, { 0 }, { "x-amz-checksum-type: FULL_OBJECT" } },
	{ "whole if asked", "alice", "POST", "/photos/n?uploads", { FULL }, "", 200, NULL, { 0 }, { 0 },
	    { "x-amz-checksum-algorithm: CRC32", "x-amz-checksum-type: FULL_OBJECT" } },
	{ "composite of 64 bits", "alice", "POST", "/photos/n?uploads",
	    { "x-amz-checksum-algorithm: CRC64NVME", "x-amz-checksum-type: COMPOSITE" }, "", 400, "InvalidRequest",
	    { "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm." }, { 0 }, { 0 } },
	{ "whole of a hash", "alice", "POST", "/photos/n?uploads",
	    { "x-amz-checksum-algorithm: SHA1", "x-amz-checksum-type: FULL_OBJECT" }, "", 400, "InvalidRequest",
	    { "The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm." }, { 0 }, { 0 } },
	{ "type alone", "alice", "POST", "/photos/n?uploads", { "x-amz-checksum-type: COMPOSITE" }, "", 400,
	    "InvalidRequest", { "can only be used with the x-amz-checksum-algorithm header." }, { 0 }, { 0 } },
	{ "type that is none", "alice", "POST", "/photos/n?uploads",
	    { "x-amz-checksum-algorithm: CRC32", "x-amz-checksum-type: BOTH" }, "", 400, "InvalidRequest",
	    { "Value for x-amz-checksum-type header is invalid." }, { 0 }, { 0 } },
	{ "algorithm that is none", "alice", "POST", "/photos/n?uploads", { "x-amz-checksum-algorithm: MD4" }, "",
	    400, "InvalidRequest", { "Checksum algorithm provided is unsupported." }, { 0 }, { 0 } },
	{ "two algorithms", "alice", "POST", "/photos/n?uploads", { "x-amz-checksum-algorithm: CRC32,SHA1" }, "",
	    400, "InvalidRequest", { "Invalid types are specified" }, { 0 }, { 0 } },
	{ "encryption", "alice", "POST", "/photos/n?uploads", { "x-amz-server-side-encryption: AES256" }, "", 501,
	    "NotImplemented", { 0 }, { 0 }, { 0 } },
	{ "class", "alice", "POST", "/photos/n?uploads", { "x-amz-storage-class: GLACIER" }, "", 501,
	    "NotImplemented", { 0 }, { 0 }, { 0 } },
	{ "ACL that is none", "alice", "POST", "/photos/n?uploads", { "x-amz-acl: x" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "others may not", "bob", "POST", "/photos/n?uploads", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 },
	    { 0 } },
	{ "others may where all may write", "alice", "POST", "/drop/n?uploads", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { 0 } },
	{ "missing bucket", "alice", "POST", "/nowhere/n?uploads", { 0 }, "", 404, "NoSuchBucket", { 0 }, { 0 },
	    { 0 } },
};

static const struct exchange parts[] = {
	{ "answer", "alice", "PUT", PART "1", { 0 }, "0123456789", 200, NULL, { 0 }, { 0 },
	    { "ETag: \"" ETAG "\"", "x-amz-checksum-crc64nvme: " CRC64, "x-amz-checksum-type:" } },
	{ "nothing", "alice", "PUT", PART "10000", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "ETag: \"d41d8cd98f00b204e9800998ecf8427e\"" } },
	{ "its own checksum is answered alone", "alice", "PUT", PART "1", { "x-amz-checksum-crc32: " CRC32 },
	    "0123456789", 200, NULL, { 0 }, { 0 },
	    { "x-amz-checksum-crc32: " CRC32, "x-amz-checksum-crc64nvme:" } },
	{ "number 0", "alice", "PUT", PART "0", { 0 }, "", 400, "InvalidArgument",
	    { "Part number must be an integer between 1 and 10000, inclusive",
		"<ArgumentName>partNumber</ArgumentName><ArgumentValue>0</ArgumentValue>" },
	    { 0 }, { 0 } },
	{ "number 10001", "alice", "PUT", PART "10001", { 0 }, "", 400, "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "number that is none", "alice", "PUT", PART "x", { 0 }, "", 400, "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "number that is empty", "alice", "PUT", PART, { 0 }, "", 400, "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "without a number", "alice", "PUT", "/photos/mp?uploadId=UPLOAD", { 0 }, "", 405, "MethodNotAllowed",
	    { 0 }, { 0 }, { 0 } },
	{ "of another key", "alice", "PUT", "/photos/other?uploadId=UPLOAD&partNumber=1", { 0 }, "", 404,
	    "NoSuchUpload", { 0 }, { 0 }, { 0 } },
	{ "of another bucket", "alice", "PUT", "/shared/mp?uploadId=UPLOAD&partNumber=1", { 0 }, "", 404,
	    "NoSuchUpload", { 0 }, { 0 }, { 0 } },
	{ "of an ID that is none", "alice", "PUT", "/photos/mp?uploadId=x&partNumber=1", { 0 }, "", 404,
	    "NoSuchUpload", { 0 }, { 0 }, { 0 } },
	{ "of an empty ID", "alice", "PUT", "/photos/mp?uploadId=&partNumber=1", { 0 }, "", 404, "NoSuchUpload",
	    { 0 }, { 0 }, { 0 } },
	{ "a client's key", "alice", "PUT", PART "1", { "x-amz-server-side-encryption-customer-algorithm: AES256" },
	    "", 501, "NotImplemented", { 0 }, { 0 }, { 0 } },
	{ "others may not", "bob", "PUT", PART "1", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 }, { 0 } },
};

static const struct {
	const char *name;
	const char *const create[3];
	const char *const header; /* of the part */
	unsigned status;
	const char *message;
} part_checksums[] = {
	{ "the same", { COMPOSITE }, "x-amz-checksum-sha256: " SHA256, 200, NULL },
	{ "another", { COMPOSITE }, "x-amz-checksum-crc32: " CRC32, 400,
	    "expected checksum Type: sha256, actual checksum Type: crc32" },
	{ "none, composite", { COMPOSITE }, "Accept: x", 400,
	    "expected checksum Type: sha256, actual checksum Type: null" },
	{ "none, whole", { FULL }, "Accept: x", 200, NULL },
	{ "another, whole", { FULL }, "x-amz-checksum-sha256: " SHA256, 400,
	    "expected checksum Type: crc32, actual checksum Type: sha256" },
	{ "any", { NULL }, "x-amz-checksum-sha256: " SHA256, 200, NULL },
};

static const struct exchange copies[] = {
	{ "all", "alice", "PUT", PART "1", { "x-amz-copy-source: photos/a.txt" }, "", 200, NULL,
	    { "<CopyPartResult", "<LastModified>", "<ETag>&quot;" ETAG "&quot;</ETag>",
		"<ChecksumCRC64NVME>" CRC64 "</ChecksumCRC64NVME>" },
	    { 0 }, { "x-amz-copy-source-version-id:" } },
	{ "a range", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: bytes=3-5" }, "", 200, NULL,
	    { "<ETag>&quot;d81f9c1be2e08964bf9f24b15f0e4900&quot;</ETag>" }, { 0 }, { 0 } },
	{ "the last byte", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: bytes=9-9" }, "", 200, NULL,
	    { "45c48cce2e2d7fbdea1afc51c7c6ad26" }, { 0 }, { 0 } },
	{ "nothing", "alice", "PUT", PART "1", { "x-amz-copy-source: photos/empty" }, "", 200, NULL,
	    { "d41d8cd98f00b204e9800998ecf8427e" }, { 0 }, { 0 } },
	{ "beyond the end", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: bytes=0-10" }, "", 400,
	    "InvalidArgument",
	    { "Range specified is not valid for source object of size: 10",
		"<ArgumentName>x-amz-copy-source-range</ArgumentName><ArgumentValue>bytes=0-10</ArgumentValue>" },
	    { 0 }, { 0 } },
	{ "of nothing", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/empty", "x-amz-copy-source-range: bytes=0-0" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "backwards", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: bytes=5-3" }, "", 400, "InvalidArgument",
	    { "must be of the form bytes=first-last" }, { 0 }, { 0 } },
	{ "open", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: bytes=3-" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "a suffix", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: bytes=-3" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "several", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: bytes=0-1,3-4" }, "", 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "no range", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: 0-1" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "an empty range", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-range: " }, "", 400, "InvalidArgument", { 0 },
	    { 0 }, { 0 } },
	{ "denied at the source", "alice", "PUT", PART "1", { "x-amz-copy-source: shared/secret" }, "", 403,
	    "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "denied at the destination", "bob", "PUT", PART "1", { "x-amz-copy-source: shared/open" }, "", 403,
	    "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "missing", "alice", "PUT", PART "1", { "x-amz-copy-source: photos/x" }, "", 404, "NoSuchKey", { 0 },
	    { 0 }, { 0 } },
	{ "dots are no path", "alice", "PUT", PART "1", { "x-amz-copy-source: shared/../photos/a.txt" }, "", 404,
	    "NoSuchKey", { 0 }, { 0 }, { 0 } },
	{ "names nothing", "alice", "PUT", PART "1", { "x-amz-copy-source: " }, "", 400, "InvalidArgument", { 0 },
	    { 0 }, { 0 } },
	{ "condition holds", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-if-match: " ETAG }, "", 200, NULL, { 0 }, { 0 },
	    { 0 } },
	{ "condition fails", "alice", "PUT", PART "1",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-if-none-match: " ETAG }, "", 412,
	    "PreconditionFailed", { 0 }, { 0 }, { 0 } },
	{ "number 0", "alice", "PUT", PART "0", { "x-amz-copy-source: photos/a.txt" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "of no upload", "alice", "PUT", "/photos/mp?uploadId=x&partNumber=1",
	    { "x-amz-copy-source: photos/a.txt" }, "", 404, "NoSuchUpload", { 0 }, { 0 }, { 0 } },
};

static const struct exchange listings[] = {
	{ "whose parts they are", "alice", "GET", THE_UPLOAD, { 0 }, "", 200, NULL,
	    { "<ListPartsResult xmlns=", "<Bucket>photos</Bucket><Key>mp</Key><UploadId>UPLOAD</UploadId>",
		"<Initiator><ID>alice</ID><DisplayName>Name of alice</DisplayName></Initiator>",
		"<Owner><ID>alice</ID><DisplayName>Name of alice</DisplayName></Owner>",
		"<StorageClass>STANDARD</StorageClass>" },
	    { "ChecksumAlgorithm", "EncodingType" }, { 0 } },
	{ "parts", "alice", "GET", THE_UPLOAD, { 0 }, "", 200, NULL,
	    { "<PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>3</NextPartNumberMarker>",
		"<MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated>",
		"<Part><PartNumber>3</PartNumber><LastModified>", "<Size>10</Size><ChecksumCRC64NVME>" CRC64 },
	    { 0 }, { 0 } },
	{ "no more parts", "alice", "GET", THE_UPLOAD "&part-number-marker=3", { 0 }, "", 200, NULL,
	    { "<PartNumberMarker>3</PartNumberMarker><NextPartNumberMarker>0</NextPartNumberMarker>" },
	    { "<Part>" }, { 0 } },
	{ "a marker beyond all", "alice", "GET", THE_UPLOAD "&part-number-marker=2147483647", { 0 }, "", 200, NULL,
	    { 0 }, { "<Part>" }, { 0 } },
	{ "no parts wanted", "alice", "GET", THE_UPLOAD "&max-parts=0", { 0 }, "", 200, NULL,
	    { "<MaxParts>0</MaxParts><IsTruncated>false</IsTruncated>" }, { "<Part>" }, { 0 } },
	{ "too many parts wanted", "alice", "GET", THE_UPLOAD "&max-parts=5000", { 0 }, "", 200, NULL,
	    { "<MaxParts>1000</MaxParts>" }, { 0 }, { 0 } },
	{ "a limit that is none", "alice", "GET", THE_UPLOAD "&max-parts=x", { 0 }, "", 400, "InvalidArgument",
	    { "Provided max-parts not an integer or within integer range" }, { 0 }, { 0 } },
	{ "a limit below 0", "alice", "GET", THE_UPLOAD "&max-parts=-1", { 0 }, "", 400, "InvalidArgument",
	    { "Argument max-parts must be an integer between 0 and 2147483647" }, { 0 }, { 0 } },
	{ "a marker that is none", "alice", "GET", THE_UPLOAD "&part-number-marker=x", { 0 }, "", 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "encoded", "alice", "GET", THE_UPLOAD "&encoding-type=url", { 0 }, "", 200, NULL,
	    { "<EncodingType>url</EncodingType>" }, { 0 }, { 0 } },
	{ "another encoding", "alice", "GET", THE_UPLOAD "&encoding-type=x", { 0 }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "parts of no upload", "alice", "GET", "/photos/mp?uploadId=x", { 0 }, "", 404, "NoSuchUpload", { 0 },
	    { 0 }, { 0 } },
	{ "others may not see parts", "bob", "GET", THE_UPLOAD, { 0 }, "", 403, "AccessDenied", { 0 }, { 0 },
	    { 0 } },
	{ "uploads", "alice", "GET", "/photos?uploads", { 0 }, "", 200, NULL,
	    { "<ListMultipartUploadsResult xmlns=", "<Bucket>photos</Bucket><KeyMarker></KeyMarker>",
		"<UploadIdMarker></UploadIdMarker><Prefix></Prefix>",
		"<MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>",
		"<Upload><Key>mp</Key><UploadId>UPLOAD</UploadId><Initiator><ID>alice</ID>",
		"</Initiator><Owner><ID>alice</ID>", "<StorageClass>STANDARD</StorageClass><Initiated>" },
	    { "NextKeyMarker", "Delimiter", "CommonPrefixes", "ChecksumAlgorithm" }, { 0 } },
	{ "a common prefix", "alice", "GET", "/photos?uploads&delimiter=p", { 0 }, "", 200, NULL,
	    { "<Delimiter>p</Delimiter>", "<CommonPrefixes><Prefix>mp</Prefix></CommonPrefixes>" }, { "<Upload>" },
	    { 0 } },
	{ "another prefix", "alice", "GET", "/photos?uploads&prefix=x", { 0 }, "", 200, NULL,
	    { "<Prefix>x</Prefix>" }, { "<Upload>" }, { 0 } },
	{ "after the key", "alice", "GET", "/photos?uploads&key-marker=mp", { 0 }, "", 200, NULL,
	    { "<KeyMarker>mp</KeyMarker>" }, { "<Upload>" }, { 0 } },
	{ "after an ID before it", "alice", "GET",
	    "/photos?uploads&key-marker=mp&upload-id-marker=00000000000000000000000000000000", { 0 }, "", 200, NULL,
	    { "<UploadIdMarker>00000000000000000000000000000000</UploadIdMarker>", "<Upload>" }, { 0 }, { 0 } },
	{ "after its ID", "alice", "GET", "/photos?uploads&key-marker=mp&upload-id-marker=UPLOAD", { 0 }, "", 200,
	    NULL, { 0 }, { "<Upload>" }, { 0 } },
	{ "an ID without a key does not count", "alice", "GET", "/photos?uploads&upload-id-marker=x", { 0 }, "",
	    200, NULL, { "<UploadIdMarker></UploadIdMarker>", "<Upload>" }, { 0 }, { 0 } },
	{ "an ID that is none", "alice", "GET", "/photos?uploads&key-marker=mp&upload-id-marker=x", { 0 }, "", 400,
	    "InvalidArgument", { "Invalid uploadId marker" }, { 0 }, { 0 } },
	{ "no uploads wanted", "alice", "GET", "/photos?uploads&max-uploads=0", { 0 }, "", 200, NULL,
	    { "<IsTruncated>false</IsTruncated>" }, { "<Upload>" }, { 0 } },
	{ "a limit of uploads that is none", "alice", "GET", "/photos?uploads&max-uploads=x", { 0 }, "", 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "others may not see uploads", "bob", "GET", "/photos?uploads", { 0 }, "", 403, "AccessDenied", { 0 },
	    { 0 }, { 0 } },
	{ "abort", "alice", "DELETE", THE_UPLOAD, { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
	{ "abort no upload", "alice", "DELETE", "/photos/mp?uploadId=x", { 0 }, "", 404, "NoSuchUpload", { 0 },
	    { 0 }, { 0 } },
	{ "others may not abort", "bob", "DELETE", THE_UPLOAD, { 0 }, "", 403, "AccessDenied", { 0 }, { 0 },
	    { 0 } },
};

START_TEST(creating)
{
	exchange(&creations[_i]);
}
END_TEST

START_TEST(putting_parts)
{
	exchange_upload(&parts[_i]);
}
END_TEST

START_TEST(putting_parts_with_checksums)
{
	const char *const *create = part_checksums[_i].create;
	struct exchange e = { part_checksums[_i].name, "alice", "PUT", PART "1", { part_checksums[_i].header },
		"0123456789", part_checksums[_i].status, part_checksums[_i].status == 200 ? NULL : "InvalidRequest",
		{ part_checksums[_i].message }, { 0 }, { 0 } };

	upload_id = begin_upload("alice", "/photos/mp?uploads", HEADERS(create[0], create[1]));
	exchange_upload(&e);
}
END_TEST

START_TEST(copying_parts)
{
	exchange_upload(&copies[_i]);
}
END_TEST

START_TEST(listing)
{
	done_upload("PUT", PART "3", NULL, "0123456789");
	exchange_upload(&listings[_i]);
}
END_TEST

static const struct exchange of_alice[] = {
	{ "initiator", "alice", "GET", "/drop/mp?uploadId=UPLOAD", { 0 }, "", 200, NULL,
	    { "<Initiator><ID>alice</ID><DisplayName>Name of alice</DisplayName></Initiator><Owner><ID>alice</ID>" },
	    { 0 }, { 0 } },
	{ "bucket's owner", "bob", "GET", "/drop/mp?uploadId=UPLOAD", { 0 }, "", 200, NULL,
	    { "<Initiator><ID>alice</ID>" }, { 0 }, { 0 } },
	{ "anybody", NULL, "GET", "/drop/mp?uploadId=UPLOAD", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "anybody aborts", NULL, "DELETE", "/drop/mp?uploadId=UPLOAD", { 0 }, "", 403, "AccessDenied", { 0 },
	    { 0 }, { 0 } },
	{ "initiator aborts", "alice", "DELETE", "/drop/mp?uploadId=UPLOAD", { 0 }, "", 204, NULL, { 0 }, { 0 },
	    { 0 } },
};

static const struct exchange by_nobody_known = { "anybody begins", NULL, "POST", "/drop/mp?uploads", { 0 }, "", 403,
	"AccessDenied", { "Anonymous users cannot initiate multipart uploads" }, { 0 }, { 0 } };

/* Who began an upload may see and abort it, and so may the bucket's owner; nobody else may. */
START_TEST(initiator)
{
	upload_id = begin_upload("alice", "/drop/mp?uploads", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(of_alice); i++)
		exchange_upload(&of_alice[i]);
	exchange(&by_nobody_known);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("upload_operations");
	TCase *tc = tcase_create("upload_operations");

	tcase_add_checked_fixture(tc, upload_setup, exchange_teardown);
	tcase_add_loop_test(tc, creating, 0, ARRAY_SIZE(creations));
	tcase_add_loop_test(tc, putting_parts, 0, ARRAY_SIZE(parts));
	tcase_add_loop_test(tc, putting_parts_with_checksums, 0, ARRAY_SIZE(part_checksums));
	tcase_add_loop_test(tc, copying_parts, 0, ARRAY_SIZE(copies));
	tcase_add_loop_test(tc, listing, 0, ARRAY_SIZE(listings));
	tcase_add_test(tc, initiator);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
