#include "tests/unit/gateway/upload_exchange.h"

#define PART_SIZE (5 * 1024 * 1024)

#define DOCUMENT(number, etag)                                                                           \
	"<CompleteMultipartUpload><Part><PartNumber>" number "</PartNumber><ETag>" etag "</ETag></Part>" \
	"</CompleteMultipartUpload>"
#define WITH_CHECKSUM(element)                                                                             \
	"<CompleteMultipartUpload><Part><PartNumber>3</PartNumber><ETag>" ETAG "</ETag>" element "</Part>" \
	"</CompleteMultipartUpload>"

/* Part 3 is there: "0123456789". */
static const struct exchange completions[] = {
	{ "answer", "alice", "POST", THE_UPLOAD, { "Host: s3.example" }, DOCUMENT("3", "\"" ETAG "\""), 200, NULL,
	    { "<CompleteMultipartUploadResult xmlns=", "<Location>http://s3.example/photos/mp</Location>",
		"<Bucket>photos</Bucket><Key>mp</Key><ETag>&quot;8e938564cd1410f0ec1c1781466a6738-1&quot;</ETag>",
		"<ChecksumCRC64NVME>" CRC64 "</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>" },
	    { 0 }, { "x-amz-version-id:" } },
	{ "without quotes", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT("3", ETAG), 200, NULL, { 0 }, { 0 },
	    { 0 } },
	{ "another ETag", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT("3", "\"x\""), 400, "InvalidPart",
	    { "<UploadId>UPLOAD</UploadId><PartNumber>3</PartNumber><ETag>x</ETag>" }, { 0 }, { 0 } },
	{ "missing part", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT("2", ETAG), 400, "InvalidPart",
	    { "<PartNumber>2</PartNumber>" }, { 0 }, { 0 } },
	{ "part beyond all", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT("20000", ETAG), 400, "InvalidPart", { 0 },
	    { 0 }, { 0 } },
	{ "no document", "alice", "POST", THE_UPLOAD, { 0 }, "", 400, "MalformedXML", { 0 }, { 0 }, { 0 } },
	{ "no parts", "alice", "POST", THE_UPLOAD, { 0 }, "<CompleteMultipartUpload/>", 400, "MalformedXML", { 0 },
	    { 0 }, { 0 } },
	{ "part 0", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT("0", ETAG), 400, "InvalidArgument",
	    { "PartNumber must be &gt;= 1" }, { 0 }, { 0 } },
	{ "size", "alice", "POST", THE_UPLOAD, { "x-amz-mp-object-size: 10" }, DOCUMENT("3", ETAG), 200, NULL,
	    { 0 }, { 0 }, { 0 } },
	{ "another size", "alice", "POST", THE_UPLOAD, { "x-amz-mp-object-size: 11" }, DOCUMENT("3", ETAG), 400,
	    "InvalidRequest", { "header value 11 does not match what was computed: 10" }, { 0 }, { 0 } },
	{ "size that is none", "alice", "POST", THE_UPLOAD, { "x-amz-mp-object-size: -1" }, DOCUMENT("3", ETAG),
	    400, "InvalidRequest", { "Value for x-amz-mp-object-size header is invalid: '-1'" }, { 0 }, { 0 } },
	{ "checksum", "alice", "POST", THE_UPLOAD,
	    { "x-amz-checksum-crc64nvme: " CRC64, "x-amz-checksum-type: FULL_OBJECT" }, DOCUMENT("3", ETAG), 200,
	    NULL, { 0 }, { 0 }, { 0 } },
	{ "another checksum", "alice", "POST", THE_UPLOAD, { "x-amz-checksum-crc64nvme: AAAAAAAAAAA=" },
	    DOCUMENT("3", ETAG), 400, "BadDigest",
	    { "The crc64nvme you specified did not match the calculated checksum." }, { 0 }, { 0 } },
	{ "checksum that is none", "alice", "POST", THE_UPLOAD, { "x-amz-checksum-crc64nvme: x" },
	    DOCUMENT("3", ETAG), 400, "InvalidRequest", { "Value for x-amz-checksum-crc64nvme header is invalid." },
	    { 0 }, { 0 } },
	{ "checksum of a kind that is none", "alice", "POST", THE_UPLOAD, { "x-amz-checksum-sha512: x" },
	    DOCUMENT("3", ETAG), 501, "NotImplemented", { 0 }, { 0 }, { 0 } },
	{ "two checksums", "alice", "POST", THE_UPLOAD,
	    { "x-amz-checksum-crc64nvme: " CRC64, "x-amz-checksum-crc32: " CRC32 }, DOCUMENT("3", ETAG), 400,
	    "InvalidRequest", { "Expecting a single x-amz-checksum- header." }, { 0 }, { 0 } },
	{ "another type", "alice", "POST", THE_UPLOAD, { "x-amz-checksum-type: COMPOSITE" }, DOCUMENT("3", ETAG),
	    400, "InvalidRequest", { "The upload was created using the FULL_OBJECT checksum mode." }, { 0 },
	    { 0 } },
	{ "type that is none", "alice", "POST", THE_UPLOAD, { "x-amz-checksum-type: x" }, DOCUMENT("3", ETAG), 400,
	    "InvalidRequest", { 0 }, { 0 }, { 0 } },
	{ "a part's checksum that was not given with it", "alice", "POST", THE_UPLOAD, { 0 },
	    WITH_CHECKSUM("<ChecksumCRC32>" CRC32 "</ChecksumCRC32>"), 400, "InvalidPart", { 0 }, { 0 }, { 0 } },
	{ "a part's checksum that was worked out", "alice", "POST", THE_UPLOAD, { 0 },
	    WITH_CHECKSUM("<ChecksumCRC64NVME>" CRC64 "</ChecksumCRC64NVME>"), 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "new, and it is", "alice", "POST", THE_UPLOAD, { "If-None-Match: *" }, DOCUMENT("3", ETAG), 200, NULL,
	    { 0 }, { 0 }, { 0 } },
	{ "unchanged, and it is missing", "alice", "POST", THE_UPLOAD, { "If-Match: x" }, DOCUMENT("3", ETAG), 404,
	    "NoSuchKey", { 0 }, { 0 }, { 0 } },
	{ "malformed condition", "alice", "POST", THE_UPLOAD, { "If-Match: \"x" }, DOCUMENT("3", ETAG), 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "a client's key", "alice", "POST", THE_UPLOAD, { "x-amz-server-side-encryption-customer-key: x" },
	    DOCUMENT("3", ETAG), 501, "NotImplemented", { 0 }, { 0 }, { 0 } },
	{ "of no upload", "alice", "POST", "/photos/mp?uploadId=0123456789abcdef0123456789abcdef", { 0 },
	    DOCUMENT("3", ETAG), 404, "NoSuchUpload", { "<UploadId>0123456789abcdef0123456789abcdef</UploadId>" },
	    { 0 }, { 0 } },
	{ "of an object in one piece", "alice", "POST", "/photos/a.txt?uploadId=UPLOAD", { 0 }, DOCUMENT("3", ETAG),
	    404, "NoSuchUpload", { 0 }, { 0 }, { 0 } },
	{ "others may not", "bob", "POST", THE_UPLOAD, { 0 }, DOCUMENT("3", ETAG), 403, "AccessDenied", { 0 },
	    { 0 }, { 0 } },
};

static const struct {
	const char *name;
	const char *const create[3];
	const char *part;   /* element of the part's checksum */
	const char *header; /* of the completion */
	unsigned status;
	const char *code, *has;
} whole_checksums[] = {
	{ "composite", { COMPOSITE }, "<ChecksumSHA256>" SHA256 "</ChecksumSHA256>", "Accept: x", 200, NULL,
	    "<ChecksumSHA256>scS3ntrtGnN7/yVPUyUJLyFLdZUiSwVS4MDQSpy8Nxg=-1</ChecksumSHA256>"
	    "<ChecksumType>COMPOSITE</ChecksumType>" },
	{ "composite, said", { COMPOSITE }, "<ChecksumSHA256>" SHA256 "</ChecksumSHA256>",
	    "x-amz-checksum-sha256: scS3ntrtGnN7/yVPUyUJLyFLdZUiSwVS4MDQSpy8Nxg=", 200, NULL, "COMPOSITE" },
	{ "composite, said with its number", { COMPOSITE }, "<ChecksumSHA256>" SHA256 "</ChecksumSHA256>",
	    "x-amz-checksum-sha256: scS3ntrtGnN7/yVPUyUJLyFLdZUiSwVS4MDQSpy8Nxg=-1", 200, NULL, "COMPOSITE" },
	{ "composite, said with another number", { COMPOSITE }, "<ChecksumSHA256>" SHA256 "</ChecksumSHA256>",
	    "x-amz-checksum-sha256: scS3ntrtGnN7/yVPUyUJLyFLdZUiSwVS4MDQSpy8Nxg=-2", 400, "BadDigest", "sha256" },
	{ "composite, said with no number", { COMPOSITE }, "<ChecksumSHA256>" SHA256 "</ChecksumSHA256>",
	    "x-amz-checksum-sha256: scS3ntrtGnN7/yVPUyUJLyFLdZUiSwVS4MDQSpy8Nxg=-a", 400, "InvalidRequest",
	    "Value for x-amz-checksum-sha256 header is invalid." },
	{ "composite, of another kind", { COMPOSITE }, "<ChecksumSHA256>" SHA256 "</ChecksumSHA256>",
	    "x-amz-checksum-crc32: " CRC32, 400, "InvalidRequest",
	    "expected checksum Type: sha256, actual checksum Type: crc32" },
	{ "composite, without the part's", { COMPOSITE }, "", "Accept: x", 400, "InvalidRequest",
	    "It was missing for part 3 in the request." },
	{ "composite, with another of the part", { COMPOSITE },
	    "<ChecksumSHA256>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</ChecksumSHA256>", "Accept: x", 400,
	    "InvalidPart", "<PartNumber>3</PartNumber>" },
	{ "composite, with another kind of the part", { COMPOSITE }, "<ChecksumCRC32>" CRC32 "</ChecksumCRC32>",
	    "Accept: x", 400, "BadDigest", "The crc32 you specified for part 3 did not match what we received." },
	{ "whole", { FULL }, "", "Accept: x", 200, NULL,
	    "<ChecksumCRC32>" CRC32 "</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>" },
	{ "whole, said", { FULL }, "", "x-amz-checksum-crc32: " CRC32, 200, NULL, "FULL_OBJECT" },
	{ "whole, said with the part's", { FULL }, "<ChecksumCRC32>" CRC32 "</ChecksumCRC32>",
	    "x-amz-checksum-crc32: " CRC32, 200, NULL, "FULL_OBJECT" },
	{ "whole, another", { FULL }, "", "x-amz-checksum-crc32: AAAAAA==", 400, "BadDigest",
	    "The crc32 you specified did not match the calculated checksum." },
	{ "whole, with another of the part", { FULL }, "<ChecksumCRC32>AAAAAA==</ChecksumCRC32>", "Accept: x", 400,
	    "InvalidPart", "<PartNumber>3</PartNumber>" },
};

#define WANTED "x-amz-object-attributes: ETag,Checksum,ObjectParts,StorageClass,ObjectSize"

/* An object of one part, with a composite SHA256, under the key mp. */
static const struct exchange reads[] = {
	{ "a part", "alice", "GET", "/photos/mp?partNumber=1", { 0 }, "", 206, NULL, { "0123456789" }, { 0 },
	    { "x-amz-mp-parts-count: 1", "Content-Range: bytes 0-9/10", "x-amz-checksum-sha256:" } },
	{ "a part and its checksum", "alice", "HEAD", "/photos/mp?partNumber=1", { "x-amz-checksum-mode: ENABLED" },
	    "", 206, NULL, { 0 }, { 0 }, { "x-amz-checksum-sha256: " SHA256, "x-amz-checksum-type: COMPOSITE" } },
	{ "the whole and its checksum", "alice", "HEAD", "/photos/mp", { "x-amz-checksum-mode: ENABLED" }, "", 200,
	    NULL, { 0 }, { 0 },
	    { "x-amz-checksum-sha256: scS3ntrtGnN7/yVPUyUJLyFLdZUiSwVS4MDQSpy8Nxg=-1", "x-amz-mp-parts-count:" } },
	{ "a mode that is none", "alice", "GET", "/photos/mp", { "x-amz-checksum-mode: x" }, "", 400,
	    "InvalidRequest", { "Value for x-amz-checksum-mode header is invalid." }, { 0 }, { 0 } },
	{ "no such part", "alice", "GET", "/photos/mp?partNumber=2", { 0 }, "", 416, "InvalidPartNumber",
	    { "<PartNumberRequested>2</PartNumberRequested><ActualPartCount>1</ActualPartCount>" }, { 0 }, { 0 } },
	{ "attributes", "alice", "GET", "/photos/mp?attributes", { WANTED }, "", 200, NULL,
	    { "<GetObjectAttributesResponse xmlns=", "<ETag>8e938564cd1410f0ec1c1781466a6738-1</ETag>",
		"<Checksum><ChecksumSHA256>scS3ntrtGnN7/yVPUyUJLyFLdZUiSwVS4MDQSpy8Nxg=</ChecksumSHA256>"
		"<ChecksumType>COMPOSITE</ChecksumType></Checksum>",
		"<ObjectParts><PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>3</NextPartNumberMarker>"
		"<MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated>",
		"<Part><PartNumber>3</PartNumber><Size>10</Size><ChecksumSHA256>" SHA256 "</ChecksumSHA256></Part>"
		"<PartsCount>1</PartsCount></ObjectParts>",
		"<StorageClass>STANDARD</StorageClass><ObjectSize>10</ObjectSize>" },
	    { 0 }, { "x-amz-version-id:" } },
	{ "one of them", "alice", "GET", "/photos/mp?attributes", { "x-amz-object-attributes: ObjectSize" }, "",
	    200, NULL, { "<ObjectSize>10</ObjectSize>" }, { "ETag", "Checksum", "Part", "Class" }, { 0 } },
	{ "in two lines", "alice", "GET", "/photos/mp?attributes",
	    { "x-amz-object-attributes: ETag , ", "X-Amz-Object-Attributes: ObjectSize" }, "", 200, NULL,
	    { "<ETag>", "<ObjectSize>" }, { "Checksum" }, { 0 } },
	{ "the parts after the last", "alice", "GET", "/photos/mp?attributes",
	    { "x-amz-object-attributes: ObjectParts", "x-amz-part-number-marker: 3" }, "", 200, NULL,
	    { "<PartNumberMarker>3</PartNumberMarker>", "<PartsCount>1</PartsCount>" }, { "<Part>" }, { 0 } },
	{ "none of the parts", "alice", "GET", "/photos/mp?attributes",
	    { "x-amz-object-attributes: ObjectParts", "x-amz-max-parts: 0" }, "", 200, NULL,
	    { "<MaxParts>0</MaxParts>", "<PartsCount>1</PartsCount>" }, { "<Part>" }, { 0 } },
	{ "a limit that is none", "alice", "GET", "/photos/mp?attributes",
	    { "x-amz-object-attributes: ObjectParts", "x-amz-max-parts: x" }, "", 400, "InvalidArgument", { 0 },
	    { 0 }, { 0 } },
	{ "no attributes", "alice", "GET", "/photos/mp?attributes", { 0 }, "", 400, "InvalidRequest",
	    { "is either missing or empty" }, { 0 }, { 0 } },
	{ "an attribute that is none", "alice", "GET", "/photos/mp?attributes",
	    { "x-amz-object-attributes: ETag,Colour" }, "", 400, "InvalidArgument",
	    { "Invalid attribute name specified.", "<ArgumentValue>Colour</ArgumentValue>" }, { 0 }, { 0 } },
	{ "a client's key", "alice", "GET", "/photos/mp?attributes",
	    { WANTED, "x-amz-server-side-encryption-customer-key: x" }, "", 400, "InvalidRequest", { 0 }, { 0 },
	    { 0 } },
	{ "attributes of what came in one piece", "alice", "GET", "/photos/a.txt?attributes", { WANTED }, "", 200,
	    NULL, { "<ETag>" ETAG "</ETag>", "<ChecksumCRC32>" CRC32 "</ChecksumCRC32>" }, { "ObjectParts" },
	    { 0 } },
	{ "others may not", "bob", "GET", "/photos/mp?attributes", { WANTED }, "", 403, "AccessDenied", { 0 },
	    { 0 }, { 0 } },
};

START_TEST(reading)
{
	upload_id = begin_upload("alice", "/photos/mp?uploads", HEADERS(COMPOSITE));
	done_upload("PUT", PART "3", HEADERS("x-amz-checksum-sha256: " SHA256), "0123456789");
	done_upload("POST", THE_UPLOAD, NULL, WITH_CHECKSUM("<ChecksumSHA256>" SHA256 "</ChecksumSHA256>"));
	exchange(&reads[_i]);
}
END_TEST

START_TEST(completing)
{
	done_upload("PUT", PART "3", NULL, "0123456789");
	exchange_upload(&completions[_i]);
}
END_TEST

START_TEST(completing_with_checksums)
{
	const char *const *create = whole_checksums[_i].create;
	bool composite = create[1] == NULL;
	char *document = talloc_asprintf(mem, WITH_CHECKSUM("%s"), whole_checksums[_i].part);
	struct exchange e = { whole_checksums[_i].name, "alice", "POST", THE_UPLOAD, { whole_checksums[_i].header },
		document, whole_checksums[_i].status, whole_checksums[_i].code, { whole_checksums[_i].has }, { 0 },
		{ 0 } };

	upload_id = begin_upload("alice", "/photos/mp?uploads", HEADERS(create[0], create[1]));
	done_upload("PUT", PART "3", HEADERS(composite ? "x-amz-checksum-sha256: " SHA256 : NULL), "0123456789");
	exchange_upload(&e);
}
END_TEST

/* What an upload was begun with becomes the object's. */
START_TEST(attributes_of_the_object)
{
	const char *document = DOCUMENT("3", ETAG);

	upload_id = begin_upload("alice", "/photos/mp?uploads",
	    HEADERS("Content-Type: text/x-odd", "x-amz-meta-Colour: blue", "x-amz-acl: public-read",
		"Cache-Control: no-store", "x-amz-tagging: a=b"));
	done_upload("PUT", PART "3", NULL, "0123456789");
	done_upload("POST", THE_UPLOAD, NULL, document);
	expect("anybody may read", NULL, "GET", "/photos/mp", 200, "Content-Type: text/x-odd", "0123456789");
	expect("metadata", NULL, "HEAD", "/photos/mp", 200, "x-amz-meta-colour: blue", NULL);
	expect("caching", NULL, "HEAD", "/photos/mp", 200, "Cache-Control: no-store", NULL);
	expect("tags", "alice", "GET", "/photos/mp?tagging", 200, NULL, "<Key>a</Key><Value>b</Value>");
}
END_TEST

/* A client that did not hear of its success is told again, until the object is another one. */
START_TEST(completing_again)
{
	const struct exchange again = { "again", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT("3", ETAG), 200, NULL,
		{ "-1&quot;</ETag>", "<ChecksumCRC64NVME>" CRC64 }, { 0 }, { 0 } };
	const struct exchange gone = { "gone", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT("3", ETAG), 404,
		"NoSuchUpload", { 0 }, { 0 }, { 0 } };

	done_upload("PUT", PART "3", NULL, "0123456789");
	for (int i = 0; i < 3; i++)
		exchange_upload(&again);
	done("alice", "PUT", "/photos/mp", NULL, "another");
	exchange_upload(&gone);
}
END_TEST

/* A completion that was refused leaves the upload as it was: it can be gone on with. */
START_TEST(completing_after_a_refusal)
{
	const struct exchange refused = { "refused", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT("4", ETAG), 400,
		"InvalidPart", { 0 }, { 0 }, { 0 } };
	const struct exchange conditional = { "conditional", "alice", "POST", THE_UPLOAD, { "If-None-Match: *" },
		DOCUMENT("4", ETAG), 412, "PreconditionFailed", { "<Condition>If-None-Match</Condition>" }, { 0 },
		{ 0 } };
	const struct exchange unchanged = { "unchanged", "alice", "POST", THE_UPLOAD, { "If-Match: " ETAG },
		DOCUMENT("4", ETAG), 200, NULL, { 0 }, { 0 }, { 0 } };

	done_upload("PUT", PART "3", NULL, "other");
	exchange_upload(&refused);
	done_upload("PUT", PART "4", NULL, "0123456789");
	done("alice", "PUT", "/photos/mp", NULL, "0123456789");
	exchange_upload(&conditional);
	exchange_upload(&unchanged);
	expect("the part named", "alice", "GET", "/photos/mp", 200, "Content-Length:", "0123456789");
}
END_TEST

/* All parts but the last need a size. */
START_TEST(sizes_of_parts)
{
	char *big = talloc_zero_size(mem, PART_SIZE + 1);
	const char *etag = "79b281060d337b9b2b84ccf390adcf74"; /* of so many a */
	struct exchange e = { "too small", "alice", "POST", THE_UPLOAD, { 0 },
		talloc_asprintf(mem,
		    "<CompleteMultipartUpload><Part><PartNumber>3</PartNumber><ETag>" ETAG "</ETag></Part>"
		    "<Part><PartNumber>4</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>",
		    etag),
		400, "EntityTooSmall",
		{ "<ProposedSize>10</ProposedSize><MinSizeAllowed>5242880</MinSizeAllowed><PartNumber>3</PartNumber>"
		  "<ETag>" ETAG "</ETag>" },
		{ 0 }, { 0 } };

	memset(big, 'a', PART_SIZE);
	done_upload("PUT", PART "3", NULL, "0123456789");
	done_upload("PUT", PART "4", NULL, big);
	exchange_upload(&e);
	done_upload("PUT", PART "2", NULL, big);
	e = (struct exchange){ "big enough", "alice", "POST", THE_UPLOAD, { 0 },
		talloc_asprintf(mem,
		    "<CompleteMultipartUpload><Part><PartNumber>2</PartNumber><ETag>%s</ETag></Part>"
		    "<Part><PartNumber>3</PartNumber><ETag>" ETAG "</ETag></Part></CompleteMultipartUpload>",
		    etag),
		200, NULL, { "-2&quot;" }, { 0 }, { 0 } };
	exchange_upload(&e);
}
END_TEST

/* The part that was put last counts. */
START_TEST(part_put_twice)
{
	done_upload("PUT", PART "3", NULL, "earlier");
	done_upload("PUT", PART "3", NULL, "0123456789");
	done_upload("POST", THE_UPLOAD, NULL, DOCUMENT("3", ETAG));
	expect("the later", "alice", "GET", "/photos/mp", 200, NULL, "0123456789");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("complete_operation");
	TCase *tc = tcase_create("complete_operation");

	tcase_add_checked_fixture(tc, upload_setup, exchange_teardown);
	tcase_add_loop_test(tc, completing, 0, ARRAY_SIZE(completions));
	tcase_add_loop_test(tc, completing_with_checksums, 0, ARRAY_SIZE(whole_checksums));
	tcase_add_loop_test(tc, reading, 0, ARRAY_SIZE(reads));
	tcase_add_test(tc, attributes_of_the_object);
	tcase_add_test(tc, completing_again);
	tcase_add_test(tc, completing_after_a_refusal);
	tcase_add_test(tc, sizes_of_parts);
	tcase_add_test(tc, part_put_twice);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
