#include "tests/unit/gateway/exchange.h"

/* MD5 of "0123456789". */
#define ETAG "781e5e245d69b566979b86e28d23f2c7"

static const struct exchange copies[] = {
	{ "plain", "alice", "PUT", "/photos/n", { "x-amz-copy-source: /photos/a.txt" }, "", 200, NULL,
	    { "<CopyObjectResult", "<ETag>&quot;" ETAG "&quot;</ETag>", "<LastModified>",
		"<ChecksumCRC32>poTHxg==</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>" },
	    { 0 }, { 0 } },
	{ "with another checksum", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-checksum-algorithm: SHA256" }, "", 200, NULL,
	    { "<ChecksumSHA256>hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII=</ChecksumSHA256>" }, { "CRC32" },
	    { 0 } },
	{ "with a checksum that is none", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-checksum-algorithm: MD5" }, "", 400, "InvalidRequest",
	    { 0 }, { 0 }, { 0 } },
	{ "of an object without a checksum", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/empty" }, "",
	    200, NULL, { "<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>" }, { 0 }, { 0 } },
	{ "across buckets", "alice", "PUT", "/photos/n", { "x-amz-copy-source: shared/open" }, "", 200, NULL, { 0 },
	    { 0 }, { 0 } },
	{ "denied at the source", "alice", "PUT", "/photos/n", { "x-amz-copy-source: shared/secret" }, "", 403,
	    "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "denied at the destination", "bob", "PUT", "/photos/n", { "x-amz-copy-source: shared/open" }, "", 403,
	    "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "missing", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/x" }, "", 404, "NoSuchKey",
	    { "<Key>x</Key>" }, { 0 }, { 0 } },
	{ "missing, in a bucket that may not be listed", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: drop/x" }, "", 403, "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "missing version", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/a.txt?versionId=00000000000000010000000000000001" }, "", 404,
	    "NoSuchVersion", { 0 }, { 0 }, { 0 } },
	{ "a part of no upload", "alice", "PUT", "/photos/n?partNumber=1", { "x-amz-copy-source: photos/a.txt" },
	    "", 400, "InvalidArgument", { "<ArgumentName>partNumber</ArgumentName>" }, { 0 }, { 0 } },
	{ "no version", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/a.txt?versionId=x" }, "", 400,
	    "InvalidArgument", { "Invalid version id specified" }, { 0 }, { 0 } },
	{ "missing bucket", "alice", "PUT", "/photos/n", { "x-amz-copy-source: nowhere/x" }, "", 404,
	    "NoSuchBucket", { "<BucketName>nowhere</BucketName>" }, { 0 }, { 0 } },
	{ "dots are no path", "alice", "PUT", "/photos/n", { "x-amz-copy-source: shared/../photos/a.txt" }, "", 404,
	    "NoSuchKey", { "<Key>../photos/a.txt</Key>" }, { 0 }, { 0 } },
	{ "empty", "alice", "PUT", "/photos/n", { "x-amz-copy-source: " }, "", 400, "InvalidArgument", { 0 }, { 0 },
	    { 0 } },
	{ "no key", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos" }, "", 400, "InvalidArgument", { 0 },
	    { 0 }, { 0 } },
	{ "the null version", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/a.txt?versionId=null" }, "",
	    200, NULL, { 0 }, { 0 }, { 0 } },
	{ "empty version", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/a.txt?versionId=" }, "", 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "onto itself", "alice", "PUT", "/photos/a.txt", { "x-amz-copy-source: photos/a.txt" }, "", 400,
	    "InvalidRequest", { "to itself without changing" }, { 0 }, { 0 } },
	{ "onto itself, in another class", "alice", "PUT", "/photos/a.txt",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-storage-class: STANDARD" }, "", 200, NULL,
	    { ETAG, "<ChecksumCRC32>poTHxg==" }, { 0 }, { 0 } },
	{ "onto itself, with a condition on it", "alice", "PUT", "/photos/a.txt",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-metadata-directive: REPLACE", "If-Match: x" }, "", 412,
	    "PreconditionFailed", { 0 }, { 0 }, { 0 } },
	{ "unknown directive", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-metadata-directive: MERGE" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "if match", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-if-match: \"" ETAG "\"" }, "", 200, NULL, { 0 },
	    { 0 }, { 0 } },
	{ "if match, and it does not", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-if-match: x" }, "", 412, "PreconditionFailed",
	    { "<Condition>x-amz-copy-source-If-Match</Condition>" }, { 0 }, { 0 } },
	{ "if none match, and it does", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/a.txt", "x-amz-copy-source-if-none-match: \"" ETAG "\"" }, "", 412,
	    "PreconditionFailed", { 0 }, { 0 }, { 0 } },
	{ "if modified since a moment to come, which is none", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/a.txt",
		"x-amz-copy-source-if-modified-since: Fri, 31 Dec 2199 23:59:59 GMT" },
	    "", 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "only if new, and it is not", "alice", "PUT", "/photos/open",
	    { "x-amz-copy-source: photos/a.txt", "If-None-Match: *" }, "", 412, "PreconditionFailed", { 0 }, { 0 },
	    { 0 } },
	{ "of another owner than expected", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: shared/open", "x-amz-source-expected-bucket-owner: alice" }, "", 403,
	    "AccessDenied", { 0 }, { 0 }, { 0 } },
};

START_TEST(copy)
{
	exchange(&copies[_i]);
}
END_TEST

START_TEST(a_copy_has_the_bytes_and_attributes)
{
	done("alice", "PUT", "/photos/n", HEADERS("x-amz-copy-source: photos/a.txt", "Content-Type: x/y"), "");
	expect("bytes", "alice", "GET", "/photos/n", 200, "Content-Type: text/plain", "0123456789");
	expect("metadata", "alice", "GET", "/photos/n", 200, "x-amz-meta-colour: blue", NULL);
	done("alice", "PUT", "/photos/n",
	    HEADERS("x-amz-copy-source: photos/a.txt", "Content-Type: x/y", "x-amz-metadata-directive: REPLACE"),
	    "");
	expect("replaced", "alice", "GET", "/photos/n", 200, "Content-Type: x/y", "0123456789");
	expect("metadata is gone", "alice", "GET", "/photos/n", 200, "x-amz-meta-colour:", NULL);
	expect("the source stays", "alice", "GET", "/photos/a.txt", 200, "x-amz-meta-colour: blue", "0123456789");
}
END_TEST

START_TEST(a_copy_onto_itself_keeps_the_bytes)
{
	done("alice", "PUT", "/photos/a.txt",
	    HEADERS("x-amz-copy-source: photos/a.txt", "x-amz-meta-new: 1", "x-amz-metadata-directive: REPLACE",
		"x-amz-acl: public-read"),
	    "");
	expect("bytes", "alice", "GET", "/photos/a.txt", 200, "x-amz-meta-new: 1", "0123456789");
	expect("metadata is gone", "alice", "GET", "/photos/a.txt", 200, "x-amz-meta-colour:", NULL);
	expect("ETag", NULL, "HEAD", "/photos/a.txt", 200, "ETag: \"" ETAG "\"", NULL);
}
END_TEST

START_TEST(an_acl_is_not_copied)
{
	done("alice", "PUT", "/photos/n", HEADERS("x-amz-copy-source: photos/open"), "");
	expect("private again", "alice", "GET", "/photos/n", 200, NULL, "open");
	ck_assert_uint_eq(ask(NULL, "GET", "/photos/n", NULL, SLICE(""))->reply.status, 403);
}
END_TEST

START_TEST(large_copies_are_whole)
{
	size_t length = 3 * 1024 * 1024 + 12345;
	char *bytes = talloc_size(mem, length);
	uint64_t seed = 1;
	struct req *r;

	fill_random(&seed, bytes, length);
	r = ask("alice", "PUT", "/photos/large", NULL, slice_make(bytes, length));
	ck_assert_uint_eq(r->reply.status, 200);
	talloc_free(r);
	done("alice", "PUT", "/photos/copy", HEADERS("x-amz-copy-source: photos/large"), "");
	r = ask("alice", "GET", "/photos/copy", NULL, SLICE(""));
	ck_assert(slice_equal(answer_body(r), slice_make(bytes, length)));
	talloc_free(r);
	r = ask("alice", "GET", "/photos/copy", HEADERS("Range: bytes=1048570-2100000"), SLICE(""));
	ck_assert(slice_equal(answer_body(r), slice_make(bytes + 1048570, 2100000 - 1048570 + 1)));
	talloc_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("copy_operations");
	TCase *tc = tcase_create("copy_operations");

	tcase_add_checked_fixture(tc, exchange_setup_objects, exchange_teardown);
	tcase_add_loop_test(tc, copy, 0, ARRAY_SIZE(copies));
	tcase_add_test(tc, a_copy_has_the_bytes_and_attributes);
	tcase_add_test(tc, a_copy_onto_itself_keeps_the_bytes);
	tcase_add_test(tc, an_acl_is_not_copied);
	tcase_add_test(tc, large_copies_are_whole);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
