#include "common/encode.h"
#include "tests/unit/gateway/exchange.h"

#define LONG_NAME \
	"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

static void
put(const char *target)
{
	done("alice", "PUT", target, NULL, "x");
}

static void
setup(void)
{
	static const char *const keys[] = { "/bkt/a", "/bkt/dir/1", "/bkt/dir/2", "/bkt/dir/sub/3", "/bkt/e%20f",
		"/bkt/g%3Ch%26", "/bkt/i%01j", "/bkt/z//k", "/bkt/%C3%A4" };

	exchange_setup();
	done("alice", "PUT", "/bkt", HEADERS("x-amz-acl: public-read"), "");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		put(keys[i]);
	done("alice", "PUT", "/bkt/dir/1", HEADERS("x-amz-checksum-crc32: AAAAAA=="), "x");
}

static const struct exchange lists[] = {
	{ "V1", "alice", "GET", "/bkt", { 0 }, "", 200, NULL,
	    { "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bkt</Name><Prefix></Prefix>"
	      "<Marker></Marker><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>a</Key><LastModified>",
		"<ETag>&quot;9dd4e461268c8034f5c8564e155c67a6&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
		"<ChecksumType>FULL_OBJECT</ChecksumType><Size>1</Size><Owner><ID>alice</ID>"
		"<DisplayName>Name of alice</DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>",
		"<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>1</Size>",
		"<Key>g&lt;h&amp;</Key>", "<Key>i&#x1;j</Key>", "<Key>\xc3\xa4</Key>" },
	    { "Delimiter", "NextMarker", "CommonPrefixes", "EncodingType", "KeyCount" }, { 0 } },
	{ "V2", "alice", "GET", "/bkt?list-type=2", { 0 }, "", 200, NULL,
	    { "<Name>bkt</Name><Prefix></Prefix><KeyCount>9</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false" },
	    { "Owner", "Marker", "Delimiter", "Token", "StartAfter" }, { 0 } },
	{ "anonymous", NULL, "GET", "/bkt?list-type=2", { 0 }, "", 200, NULL, { "<KeyCount>9</KeyCount>" }, { 0 },
	    { 0 } },
	{ "owner on demand", "alice", "GET", "/bkt?list-type=2&fetch-owner=true&max-keys=1", { 0 }, "", 200, NULL,
	    { "<Owner><ID>alice</ID>" }, { 0 }, { 0 } },
	{ "no owner on demand", "alice", "GET", "/bkt?list-type=2&fetch-owner=false", { 0 }, "", 200, NULL, { 0 },
	    { "Owner" }, { 0 } },
	{ "prefix", "alice", "GET", "/bkt?list-type=2&prefix=dir/", { 0 }, "", 200, NULL,
	    { "<Prefix>dir/</Prefix><KeyCount>3</KeyCount>" }, { "<Key>a<" }, { 0 } },
	{ "delimiter", "alice", "GET", "/bkt?list-type=2&delimiter=/", { 0 }, "", 200, NULL,
	    { "<KeyCount>7</KeyCount><MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter><IsTruncated>",
		"<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>z/</Prefix></CommonPrefixes>" },
	    { "dir/1", "dir/sub" }, { 0 } },
	{ "prefix and delimiter", "alice", "GET", "/bkt?prefix=dir/&delimiter=/", { 0 }, "", 200, NULL,
	    { "<Prefix>dir/</Prefix>", "<Key>dir/1</Key>", "<CommonPrefixes><Prefix>dir/sub/</Prefix>" },
	    { "dir/sub/3" }, { 0 } },
	{ "empty segment", "alice", "GET", "/bkt?prefix=z/&delimiter=/", { 0 }, "", 200, NULL,
	    { "<CommonPrefixes><Prefix>z//</Prefix>" }, { "Contents" }, { 0 } },
	{ "long delimiter", "alice", "GET", "/bkt?delimiter=ir/su", { 0 }, "", 200, NULL,
	    { "<Delimiter>ir/su</Delimiter>", "<CommonPrefixes><Prefix>dir/su</Prefix>", "<Key>dir/1</Key>" },
	    { "dir/sub" }, { 0 } },
	{ "delimiter that nothing has", "alice", "GET", "/bkt?list-type=2&delimiter=%00", { 0 }, "", 200, NULL,
	    { "<KeyCount>9</KeyCount>" }, { "CommonPrefixes" }, { 0 } },
	{ "prefix that nothing has", "alice", "GET", "/bkt?list-type=2&prefix=a%00", { 0 }, "", 200, NULL,
	    { "<KeyCount>0</KeyCount>" }, { "Contents" }, { 0 } },
	{ "start-after of version 2", "alice", "GET", "/bkt?start-after=a", { 0 }, "", 400, "InvalidArgument",
	    { "startAfter only supported in", "<ArgumentName>start-after</ArgumentName>" }, { 0 }, { 0 } },
	{ "continuation-token of version 2", "alice", "GET", "/bkt?list-type=1&continuation-token=a", { 0 }, "",
	    400, "InvalidArgument", { "<ArgumentName>continuation-token</ArgumentName>" }, { 0 }, { 0 } },
	{ "empty parameters", "alice", "GET", "/bkt?prefix=&delimiter=&marker=&max-keys=&encoding-type=", { 0 }, "",
	    200, NULL, { "<MaxKeys>1000</MaxKeys><IsTruncated>false", "<Key>a</Key>" }, { "Delimiter" }, { 0 } },
	{ "marker", "alice", "GET", "/bkt?marker=dir/1", { 0 }, "", 200, NULL,
	    { "<Marker>dir/1</Marker>", "dir/2" }, { "<Key>a<", "<Key>dir/1<" }, { 0 } },
	{ "marker that is no key", "alice", "GET", "/bkt?marker=dir/11", { 0 }, "", 200, NULL, { "<Key>dir/2<" },
	    { "<Key>dir/1<" }, { 0 } },
	{ "marker beyond a NUL", "alice", "GET", "/bkt?marker=dir/1%00x", { 0 }, "", 200, NULL, { "<Key>dir/2<" },
	    { "<Key>dir/1<" }, { 0 } },
	{ "start-after", "alice", "GET", "/bkt?list-type=2&start-after=dir/2", { 0 }, "", 200, NULL,
	    { "<StartAfter>dir/2</StartAfter><KeyCount>6</KeyCount>" }, { "<Key>dir/2<" }, { 0 } },
	{ "start after a common prefix", "alice", "GET", "/bkt?list-type=2&start-after=dir/&delimiter=/", { 0 }, "",
	    200, NULL, { "<KeyCount>5</KeyCount>", "<Prefix>z/</Prefix>" }, { "<Prefix>dir/" }, { 0 } },
	{ "start within a common prefix", "alice", "GET", "/bkt?list-type=2&start-after=dir/1&delimiter=/", { 0 },
	    "", 200, NULL, { "<KeyCount>5</KeyCount>" }, { "<Prefix>dir/" }, { 0 } },
	{ "start before the prefix", "alice", "GET", "/bkt?list-type=2&start-after=a&prefix=dir/", { 0 }, "", 200,
	    NULL, { "<KeyCount>3</KeyCount>" }, { 0 }, { 0 } },
	{ "start behind the prefix", "alice", "GET", "/bkt?list-type=2&start-after=e&prefix=dir/", { 0 }, "", 200,
	    NULL, { "<KeyCount>0</KeyCount>" }, { "Contents" }, { 0 } },
	{ "truncated", "alice", "GET", "/bkt?max-keys=2", { 0 }, "", 200, NULL,
	    { "<MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>" }, { "NextMarker", "dir/2" }, { 0 } },
	{ "truncated with a delimiter", "alice", "GET", "/bkt?max-keys=2&delimiter=/", { 0 }, "", 200, NULL,
	    { "<Marker></Marker><NextMarker>dir/</NextMarker><MaxKeys>2<", "<IsTruncated>true" }, { 0 }, { 0 } },
	{ "just not truncated", "alice", "GET", "/bkt?max-keys=9", { 0 }, "", 200, NULL,
	    { "<IsTruncated>false", "\xc3\xa4" }, { 0 }, { 0 } },
	{ "no keys at all", "alice", "GET", "/bkt?list-type=2&max-keys=0", { 0 }, "", 200, NULL,
	    { "<KeyCount>0</KeyCount><MaxKeys>0</MaxKeys><IsTruncated>false" }, { "Contents", "Token" }, { 0 } },
	{ "more than there may be", "alice", "GET", "/bkt?max-keys=5000", { 0 }, "", 200, NULL,
	    { "<MaxKeys>1000</MaxKeys>" }, { 0 }, { 0 } },
	{ "negative", "alice", "GET", "/bkt?max-keys=-1", { 0 }, "", 400, "InvalidArgument",
	    { "<ArgumentName>max-keys</ArgumentName><ArgumentValue>-1</ArgumentValue>" }, { 0 }, { 0 } },
	{ "no number", "alice", "GET", "/bkt?max-keys=x", { 0 }, "", 400, "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "a number too large", "alice", "GET", "/bkt?max-keys=2147483648", { 0 }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "encoded", "alice", "GET", "/bkt?encoding-type=url&delimiter=/&prefix=&marker=%21", { 0 }, "", 200, NULL,
	    { "<Marker>%21</Marker>", "<EncodingType>url</EncodingType>", "<Key>e%20f</Key>", "<Key>g%3Ch%26</Key>",
		"<Key>i%01j</Key>", "<Key>%C3%A4</Key>", "<Delimiter>/</Delimiter>", "<Prefix>dir/</Prefix>" },
	    { 0 }, { 0 } },
	{ "encoded prefix and start", "alice", "GET",
	    "/bkt?list-type=2&encoding-type=url&prefix=e+&start-after=%26", { 0 }, "", 200, NULL,
	    { "<Prefix>e%20</Prefix><StartAfter>%26</StartAfter><KeyCount>1</KeyCount>" }, { 0 }, { 0 } },
	{ "unknown encoding", "alice", "GET", "/bkt?encoding-type=base64", { 0 }, "", 400, "InvalidArgument",
	    { "<ArgumentName>encoding-type</ArgumentName><ArgumentValue>base64</ArgumentValue>" }, { 0 }, { 0 } },
	{ "prefix that is not UTF-8", "alice", "GET", "/bkt?prefix=%C3", { 0 }, "", 400, "InvalidArgument",
	    { "<ArgumentName>prefix</ArgumentName>" }, { 0 }, { 0 } },
	{ "no token", "alice", "GET", "/bkt?list-type=2&continuation-token=x", { 0 }, "", 400, "InvalidArgument",
	    { "The continuation token provided is incorrect", "<ArgumentName>continuation-token</ArgumentName>" },
	    { 0 }, { 0 } },
	{ "empty token", "alice", "GET", "/bkt?list-type=2&continuation-token=", { 0 }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	/* \1\1dir/ and \1\0dir/1 */
	{ "token of a prefix", "alice", "GET", "/bkt?list-type=2&delimiter=/&continuation-token=AQFkaXIv", { 0 },
	    "", 200, NULL, { "<ContinuationToken>AQFkaXIv</ContinuationToken><KeyCount>5</KeyCount>" }, { "dir/" },
	    { 0 } },
	{ "token of a key before start-after", "alice", "GET",
	    "/bkt?list-type=2&start-after=x&continuation-token=AQBkaXIvMQ%3D%3D", { 0 }, "", 200, NULL,
	    { "<StartAfter>x</StartAfter><KeyCount>7</KeyCount>", "<Key>dir/2</Key>" }, { "<Key>dir/1<" }, { 0 } },
	{ "others", "bob", "GET", "/bkt", { 0 }, "", 200, NULL, { "<Key>a</Key>" }, { 0 }, { 0 } },
	{ "missing", "alice", "GET", "/c", { 0 }, "", 404, "NoSuchBucket", { 0 }, { 0 }, { 0 } },
};

START_TEST(list)
{
	exchange(&lists[_i]);
}
END_TEST

/* The texts of an answer's elements of that name, in order, each with a blank behind it. */
static void
collect(struct slice body, const char *name, struct buf *out)
{
	char *open = talloc_asprintf(mem, "<%s>", name);
	size_t position;

	while (slice_find(body, slice_from(open), &position)) {
		body = slice_skip(body, position + strlen(open));
		ck_assert(slice_find(body, SLICE("</"), &position));
		buf_append(out, slice_head(body, position));
		buf_append_byte(out, ' ');
	}
}

static char *
element(struct slice body, const char *name)
{
	struct buf *text = buf_new(mem, 4096);

	collect(body, name, text);
	return slice_dup(mem, slice_trim(buf_slice(text)));
}

/* Page by page with one entry each, as clients go on. */
static void
walk(const char *target, const char *next_element, const char *parameter, const char *expected)
{
	struct buf *seen = buf_new(mem, 4096);
	char *next = talloc_strdup(mem, "");

	for (unsigned pages = 0; pages < 20; pages++) {
		struct buf *encoded = buf_new(mem, 4096);
		struct slice body;
		struct req *r;

		percent_encode(encoded, slice_from(next), PERCENT_ALL);
		r = ask("alice", "GET",
		    *next ? talloc_asprintf(mem, "%s&%s=%s", target, parameter, buf_slice(encoded).data) : target,
		    NULL, SLICE(""));
		ck_assert_uint_eq(r->reply.status, 200);
		body = answer_body(r);
		collect(slice_skip(body, strstr(body.data, "<IsTruncated>") - body.data), "Key", seen);
		collect(slice_skip(body, strstr(body.data, "<IsTruncated>") - body.data), "Prefix", seen);
		next = element(body, next_element);
		talloc_free(r);
		if (*next == '\0')
			break;
	}
	ck_assert_str_eq(buf_slice(seen).data, expected);
}

START_TEST(pages)
{
	walk("/bkt?list-type=2&max-keys=1", "NextContinuationToken", "continuation-token",
	    "a dir/1 dir/2 dir/sub/3 e f g&lt;h&amp; i&#x1;j z//k \xc3\xa4 ");
	walk("/bkt?list-type=2&max-keys=1&delimiter=/", "NextContinuationToken", "continuation-token",
	    "a dir/ e f g&lt;h&amp; i&#x1;j z/ \xc3\xa4 ");
	walk("/bkt?max-keys=1&delimiter=/&prefix=dir/", "NextMarker", "marker", "dir/1 dir/2 dir/sub/ ");
	walk("/bkt?list-type=2&max-keys=1&delimiter=ir/", "NextContinuationToken", "continuation-token",
	    "a dir/ e f g&lt;h&amp; i&#x1;j z//k \xc3\xa4 ");
}
END_TEST

START_TEST(markers_longer_than_a_key)
{
	struct buf *target = buf_new(mem, 4096);
	struct req *r;

	buf_append_string(target, "/bkt?list-type=2&start-after=");
	for (unsigned i = 0; i < 11; i++)
		buf_append_string(target, LONG_NAME);
	r = ask("alice", "GET", buf_slice(target).data, NULL, SLICE(""));
	ck_assert_str_eq(element(answer_body(r), "KeyCount"), "2");
	talloc_free(r);
	buf_append_string(target, "&prefix=");
	for (unsigned i = 0; i < 11; i++)
		buf_append_string(target, LONG_NAME);
	r = ask("alice", "GET", buf_slice(target).data, NULL, SLICE(""));
	ck_assert_str_eq(element(answer_body(r), "KeyCount"), "0");
	talloc_free(r);
}
END_TEST

static void
setup_buckets(void)
{
	exchange_setup();
	done("alice", "PUT", "/alpha", NULL, "");
	done("alice", "PUT", "/beta", NULL,
	    "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>");
	done("alice", "PUT", "/beta-2", NULL, "");
	done("bob", "PUT", "/gamma", NULL, "");
}

static const struct exchange services[] = {
	{ "own", "alice", "GET", "/", { 0 }, "", 200, NULL,
	    { "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>alice</ID>"
	      "<DisplayName>Name of alice</DisplayName></Owner><Buckets><Bucket><Name>alpha</Name><CreationDate>",
		"</Bucket><Bucket><Name>beta</Name>", "<Name>beta-2</Name>",
		"</Bucket></Buckets></ListAllMyBucketsResult>" },
	    { "gamma", "BucketRegion", "Token" }, { 0 } },
	{ "none", "root", "GET", "/", { 0 }, "", 200, NULL, { "<Buckets/>" }, { "<Bucket>" }, { 0 } },
	{ "anonymous", NULL, "GET", "/", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "prefix", "alice", "GET", "/?prefix=bet", { 0 }, "", 200, NULL,
	    { "<BucketRegion>eu-west-1</BucketRegion>", "<BucketRegion>us-east-1</BucketRegion>",
		"<Prefix>bet</Prefix>" },
	    { "alpha" }, { 0 } },
	{ "prefix of nothing", "alice", "GET", "/?prefix=b%00", { 0 }, "", 200, NULL, { "<Buckets/>" }, { 0 },
	    { 0 } },
	{ "region", "alice", "GET", "/?bucket-region=eu-west-1", { 0 }, "", 200, NULL, { "<Name>beta</Name>" },
	    { "alpha", "beta-2" }, { 0 } },
	{ "page", "alice", "GET", "/?max-buckets=1", { 0 }, "", 200, NULL,
	    { "<Name>alpha</Name>", "</Buckets><ContinuationToken>AQBhbHBoYQ==</ContinuationToken>" }, { "beta" },
	    { 0 } },
	{ "next page", "alice", "GET", "/?max-buckets=2&continuation-token=AQBhbHBoYQ%3D%3D", { 0 }, "", 200, NULL,
	    { "<Name>beta</Name>", "<Name>beta-2</Name>" }, { "alpha", "ContinuationToken" }, { 0 } },
	{ "page of a region", "alice", "GET", "/?max-buckets=1&bucket-region=us-east-1", { 0 }, "", 200, NULL,
	    { "<Name>alpha</Name>", "<ContinuationToken>" }, { 0 }, { 0 } },
	{ "last page of a region", "alice", "GET", "/?max-buckets=1&bucket-region=eu-west-1", { 0 }, "", 200, NULL,
	    { "<Name>beta</Name>" }, { "ContinuationToken" }, { 0 } },
	{ "no buckets asked for", "alice", "GET", "/?max-buckets=0", { 0 }, "", 400, "InvalidArgument",
	    { "<ArgumentName>max-buckets</ArgumentName>" }, { 0 }, { 0 } },
	{ "too many", "alice", "GET", "/?max-buckets=10001", { 0 }, "", 400, "InvalidArgument", { 0 }, { 0 },
	    { 0 } },
	{ "no token", "alice", "GET", "/?continuation-token=x", { 0 }, "", 400, "InvalidArgument", { 0 }, { 0 },
	    { 0 } },
};

START_TEST(service)
{
	exchange(&services[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("list_operations");
	TCase *objects = tcase_create("objects"), *buckets = tcase_create("buckets");

	tcase_add_checked_fixture(objects, setup, exchange_teardown);
	tcase_add_loop_test(objects, list, 0, ARRAY_SIZE(lists));
	tcase_add_test(objects, pages);
	tcase_add_test(objects, markers_longer_than_a_key);
	suite_add_tcase(suite, objects);
	tcase_add_checked_fixture(buckets, setup_buckets, exchange_teardown);
	tcase_add_loop_test(buckets, service, 0, ARRAY_SIZE(services));
	suite_add_tcase(suite, buckets);
	return run_suite(suite);
}
