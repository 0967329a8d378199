/* ListObjectVersions, as it is asked for and written; what is listed in which order, test_catalog_list_versions.c says. */
#include "tests/unit/gateway/exchange.h"

static char *first, *marker; /* of "a" */

static char *
version_of(const char *method, const char *target)
{
	struct req *r = ask("alice", method, target, NULL, SLICE("x"));
	char *id = slice_dup(mem, answer_field(r, "x-amz-version-id"));

	ck_assert_uint_lt(r->reply.status, 300);
	talloc_free(r);
	return id;
}

static void
set_versioning(const char *status)
{
	done("alice", "PUT", "/bkt?versioning", NULL,
	    talloc_asprintf(mem, "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>", status));
}

/* a: marker, first; dir/1, dir/2: one each; "e f": null. */
static void
setup(void)
{
	exchange_setup();
	done("alice", "PUT", "/bkt", HEADERS("x-amz-acl: public-read"), "");
	done("alice", "PUT", "/bkt/e%20f", HEADERS("x-amz-checksum-crc32: AAAAAA=="), "x");
	set_versioning("Enabled");
	first = version_of("PUT", "/bkt/a");
	marker = version_of("DELETE", "/bkt/a");
	version_of("PUT", "/bkt/dir/1");
	version_of("PUT", "/bkt/dir/2");
}

static const struct exchange lists[] = {
	{ "all", "alice", "GET", "/bkt?versions", { 0 }, "", 200, NULL,
	    { "<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bkt</Name><Prefix></Prefix>"
	      "<KeyMarker></KeyMarker><VersionIdMarker></VersionIdMarker><MaxKeys>1000</MaxKeys>"
	      "<IsTruncated>false</IsTruncated><DeleteMarker><Key>a</Key><VersionId>",
		"</VersionId><IsLatest>true</IsLatest><LastModified>",
		"Z</LastModified><Owner><ID>alice</ID><DisplayName>Name of alice</DisplayName></Owner></DeleteMarker>"
		"<Version><Key>a</Key><VersionId>",
		"<ETag>&quot;9dd4e461268c8034f5c8564e155c67a6&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
		"<ChecksumType>FULL_OBJECT</ChecksumType><Size>1</Size><StorageClass>STANDARD</StorageClass>"
		"<Owner><ID>alice</ID><DisplayName>Name of alice</DisplayName></Owner></Version>",
		"<Key>e f</Key><VersionId>null</VersionId><IsLatest>true</IsLatest>",
		"<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>1</Size>" },
	    { "Delimiter", "NextKeyMarker", "NextVersionIdMarker", "CommonPrefixes", "EncodingType" }, { 0 } },
	{ "delimiter", "alice", "GET", "/bkt?versions&delimiter=/", { 0 }, "", 200, NULL,
	    { "<Delimiter>/</Delimiter>", "<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>",
		"<Key>a</Key>" },
	    { "dir/1" }, { 0 } },
	{ "prefix", "alice", "GET", "/bkt?versions&prefix=dir/", { 0 }, "", 200, NULL,
	    { "<Prefix>dir/</Prefix>", "<Key>dir/1</Key>", "<Key>dir/2</Key>" }, { "<Key>a</Key>" }, { 0 } },
	{ "key marker", "alice", "GET", "/bkt?versions&key-marker=a", { 0 }, "", 200, NULL,
	    { "<KeyMarker>a</KeyMarker>", "<Key>dir/1</Key>" }, { "<Key>a</Key>" }, { 0 } },
	{ "key marker in a common prefix", "alice", "GET", "/bkt?versions&key-marker=dir/1&delimiter=/", { 0 }, "",
	    200, NULL, { "<Key>e f</Key>" }, { "<Prefix>dir/", "<Key>a<" }, { 0 } },
	{ "truncated at a common prefix", "alice", "GET", "/bkt?versions&key-marker=a&delimiter=/&max-keys=1",
	    { 0 }, "", 200, NULL, { "<NextKeyMarker>dir/</NextKeyMarker><MaxKeys>1<", "<IsTruncated>true" },
	    { "NextVersionIdMarker" }, { 0 } },
	{ "no keys", "alice", "GET", "/bkt?versions&max-keys=0", { 0 }, "", 200, NULL,
	    { "<MaxKeys>0</MaxKeys><IsTruncated>false" }, { "<Version>", "Next" }, { 0 } },
	{ "encoded", "alice", "GET", "/bkt?versions&encoding-type=url&prefix=e+&key-marker=%21", { 0 }, "", 200,
	    NULL,
	    { "<Prefix>e%20</Prefix>", "<KeyMarker>%21</KeyMarker>", "<EncodingType>url</EncodingType>",
		"<Key>e%20f</Key>" },
	    { 0 }, { 0 } },
	{ "encoded next marker", "alice", "GET",
	    "/bkt?versions&encoding-type=url&delimiter=%20&max-keys=1&key-marker=dir/1", { 0 }, "", 200, NULL,
	    { "<NextKeyMarker>dir/2</NextKeyMarker>", "<Delimiter>%20</Delimiter>" }, { 0 }, { 0 } },
	{ "others", "bob", "GET", "/bkt?versions", { 0 }, "", 200, NULL, { "<Key>a</Key>" }, { 0 }, { 0 } },
	{ "version marker alone", "alice", "GET", "/bkt?versions&version-id-marker=null", { 0 }, "", 400,
	    "InvalidArgument",
	    { "A version-id marker cannot be specified without a key marker.",
		"<ArgumentName>version-id-marker</ArgumentName><ArgumentValue>null</ArgumentValue>" },
	    { 0 }, { 0 } },
	{ "empty version marker", "alice", "GET", "/bkt?versions&key-marker=a&version-id-marker=", { 0 }, "", 400,
	    "InvalidArgument", { "A version-id marker cannot be empty." }, { 0 }, { 0 } },
	{ "version marker that is none", "alice", "GET", "/bkt?versions&key-marker=a&version-id-marker=x", { 0 },
	    "", 400, "InvalidArgument",
	    { "Invalid version id specified", "<ArgumentName>version-id-marker</ArgumentName>" }, { 0 }, { 0 } },
	{ "key marker that is not UTF-8", "alice", "GET", "/bkt?versions&key-marker=%C3", { 0 }, "", 400,
	    "InvalidArgument", { "<ArgumentName>key-marker</ArgumentName>" }, { 0 }, { 0 } },
	{ "max-keys that is none", "alice", "GET", "/bkt?versions&max-keys=-1", { 0 }, "", 400, "InvalidArgument",
	    { "<ArgumentName>max-keys</ArgumentName>" }, { 0 }, { 0 } },
	{ "missing", "alice", "GET", "/c?versions", { 0 }, "", 404, "NoSuchBucket", { 0 }, { 0 }, { 0 } },
};

START_TEST(list)
{
	exchange(&lists[_i]);
}
END_TEST

/* Page by page: what a page says comes next is what the next one begins with. */
START_TEST(pages)
{
	struct exchange second_of_a = { "the second version", "alice", "GET",
		talloc_asprintf(mem, "/bkt?versions&max-keys=1&key-marker=a&version-id-marker=%s", marker), { 0 },
		"", 200, NULL,
		{ talloc_asprintf(
		      mem, "<Version><Key>a</Key><VersionId>%s</VersionId><IsLatest>false</IsLatest>", first),
		    talloc_asprintf(mem,
			"<VersionIdMarker>%s</VersionIdMarker><NextKeyMarker>a</NextKeyMarker>"
			"<NextVersionIdMarker>%s</NextVersionIdMarker>",
			marker, first) },
		{ "DeleteMarker" }, { 0 } };
	struct exchange rest = { "the rest", "alice", "GET",
		talloc_asprintf(mem, "/bkt?versions&key-marker=a&version-id-marker=%s", first), { 0 }, "", 200,
		NULL, { "<IsTruncated>false</IsTruncated><Version><Key>dir/1</Key>" }, { "<Key>a</Key>" }, { 0 } };

	expect("the first version", "alice", "GET", "/bkt?versions&max-keys=1", 200, NULL,
	    talloc_asprintf(
		mem, "<NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>%s</NextVersionIdMarker>", marker));
	exchange(&second_of_a);
	exchange(&rest);
}
END_TEST

START_TEST(not_for_everybody)
{
	done("bob", "PUT", "/private", NULL, "");
	ck_assert_uint_eq(ask("alice", "GET", "/private?versions", NULL, SLICE(""))->reply.status, 403);
	ck_assert_uint_eq(ask(NULL, "GET", "/private?versions", NULL, SLICE(""))->reply.status, 403);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("list_versions_operation");
	TCase *tc = tcase_create("list_versions_operation");

	tcase_add_checked_fixture(tc, setup, exchange_teardown);
	tcase_add_loop_test(tc, list, 0, ARRAY_SIZE(lists));
	tcase_add_test(tc, pages);
	tcase_add_test(tc, not_for_everybody);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
