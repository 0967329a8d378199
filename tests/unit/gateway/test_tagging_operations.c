/* The tags of objects and buckets. */
#include "tests/unit/gateway/exchange.h"

#define TAG(key, value) "<Tag><Key>" key "</Key><Value>" value "</Value></Tag>"
#define TAGGING(tags)   "<Tagging><TagSet>" tags "</TagSet></Tagging>"
#define VERSION(id)     talloc_asprintf(mem, "/photos/a.txt?tagging&versionId=%s", id)
#define ANSWER_OF(tags) "<TagSet>" tags "</TagSet></Tagging>"
#define NO_TAGS         "<TagSet/></Tagging>"

static void
setup(void)
{
	exchange_setup_objects();
	done("alice", "PUT", "/photos/tagged", HEADERS("x-amz-tagging: b=2&a=1"), "tagged");
	done("alice", "PUT", "/photos/public", HEADERS("x-amz-tagging: a=1", "x-amz-acl: public-read"), "public");
}

static const struct exchange exchanges[] = {
	{ "none", "alice", "GET", "/photos/a.txt?tagging", { 0 }, "", 200, NULL, { NO_TAGS }, { 0 },
	    { "Content-Type: application/xml", "x-amz-version-id:" } },
	{ "some", "alice", "GET", "/photos/tagged?tagging", { 0 }, "", 200, NULL,
	    { "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
		ANSWER_OF(TAG("a", "1") TAG("b", "2")) },
	    { 0 }, { 0 } },
	{ "no object", "alice", "GET", "/photos/none?tagging", { 0 }, "", 404, "NoSuchKey", { 0 }, { 0 }, { 0 } },
	{ "others may not read", "bob", "GET", "/photos/public?tagging", { 0 }, "", 403, "AccessDenied", { 0 },
	    { 0 }, { 0 } },
	{ "others may not write", "bob", "PUT", "/photos/public?tagging", { 0 }, TAGGING(""), 403, "AccessDenied",
	    { 0 }, { 0 }, { 0 } },
	{ "others may not delete", "bob", "DELETE", "/photos/public?tagging", { 0 }, "", 403, "AccessDenied", { 0 },
	    { 0 }, { 0 } },
	{ "an object's owner in another's bucket", "alice", "PUT", "/shared/n", { "x-amz-tagging: a=1" }, "", 403,
	    "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "without tags", "alice", "PUT", "/shared/n", { "x-amz-tagging:" }, "", 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "put", "alice", "PUT", "/photos/a.txt?tagging", { 0 }, TAGGING(TAG("a", "1")), 200, NULL, { 0 }, { 0 },
	    { "x-amz-version-id:" } },
	{ "no document", "alice", "PUT", "/photos/a.txt?tagging", { 0 }, "", 400, "MissingRequestBodyError", { 0 },
	    { 0 }, { 0 } },
	{ "another document", "alice", "PUT", "/photos/a.txt?tagging", { 0 }, "<Tags/>", 400, "MalformedXML", { 0 },
	    { 0 }, { 0 } },
	{ "a tag that cannot be", "alice", "PUT", "/photos/a.txt?tagging", { 0 }, TAGGING(TAG("a", "*")), 400,
	    "InvalidTag",
	    { "<TagKey>a</TagKey><TagValue>*</TagValue>", "The TagValue you have provided is invalid" }, { 0 },
	    { 0 } },
	{ "delete", "alice", "DELETE", "/photos/tagged?tagging", { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
	{ "delete none", "alice", "DELETE", "/photos/a.txt?tagging", { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
	{ "count", "alice", "GET", "/photos/tagged", { 0 }, "", 200, NULL, { "tagged" }, { 0 },
	    { "x-amz-tagging-count: 2" } },
	{ "count of HEAD", "alice", "HEAD", "/photos/tagged", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "x-amz-tagging-count: 2" } },
	{ "no count", "alice", "HEAD", "/photos/a.txt", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "x-amz-tagging-count:" } },
	{ "no count for others", NULL, "HEAD", "/photos/public", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "x-amz-tagging-count:" } },
	{ "a header that is no list", "alice", "PUT", "/photos/n", { "x-amz-tagging: a=1=2" }, "", 400,
	    "InvalidArgument", { "<ArgumentName>x-amz-tagging</ArgumentName><ArgumentValue>a=1=2</ArgumentValue>" },
	    { 0 }, { 0 } },
	{ "two headers", "alice", "PUT", "/photos/n", { "x-amz-tagging: a=1", "x-amz-tagging: b=2" }, "", 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "too many", "alice", "PUT", "/photos/n", { "x-amz-tagging: a&b&c&d&e&f&g&h&i&j&k" }, "", 400,
	    "BadRequest", { "Object tags cannot be greater than 10" }, { 0 }, { 0 } },
	{ "no such directive", "alice", "PUT", "/photos/n",
	    { "x-amz-copy-source: photos/tagged", "x-amz-tagging-directive: MOVE" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "tags go along where both may", "alice", "PUT", "/shared/n", { "x-amz-copy-source: photos/tagged" }, "",
	    403, "AccessDenied", { 0 }, { "CopyObjectResult" }, { 0 } },
	{ "tags that cannot be read", "bob", "PUT", "/shared/n", { "x-amz-copy-source: photos/public" }, "", 403,
	    "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "tags that are left behind", "bob", "PUT", "/shared/n",
	    { "x-amz-copy-source: photos/public", "x-amz-tagging-directive: REPLACE" }, "", 200, NULL,
	    { "CopyObjectResult" }, { 0 }, { 0 } },
	{ "bucket without", "alice", "GET", "/photos?tagging", { 0 }, "", 404, "NoSuchTagSet",
	    { "The TagSet does not exist", "<BucketName>photos</BucketName>" }, { 0 }, { 0 } },
	{ "bucket, others may not", "bob", "PUT", "/photos?tagging", { 0 }, TAGGING(TAG("a", "1")), 403,
	    "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "bucket, system tags", "alice", "PUT", "/photos?tagging", { 0 }, TAGGING(TAG("aws:a", "1")), 400,
	    "InvalidTag", { "System tags cannot be added/updated by requester" }, { 0 }, { 0 } },
	{ "bucket, no document", "alice", "PUT", "/photos?tagging", { 0 }, "", 400, "MissingRequestBodyError",
	    { 0 }, { 0 }, { 0 } },
	{ "bucket, delete none", "alice", "DELETE", "/photos?tagging", { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
};

START_TEST(one)
{
	exchange(&exchanges[_i]);
}
END_TEST

START_TEST(tags_change_and_nothing_else)
{
	done("alice", "PUT", "/photos/a.txt?acl", HEADERS("x-amz-acl: public-read"), "");
	done("alice", "PUT", "/photos/a.txt?tagging", NULL, TAGGING(TAG("b", "2") TAG("a", "x y+")));
	expect(
	    "put", "alice", "GET", "/photos/a.txt?tagging", 200, NULL, ANSWER_OF(TAG("a", "x y+") TAG("b", "2")));
	expect("public still", NULL, "GET", "/photos/a.txt", 200, "x-amz-meta-colour: blue", "0123456789");
	expect("content", "alice", "HEAD", "/photos/a.txt", 200, "Content-Type: text/plain", NULL);
	done("alice", "PUT", "/photos/a.txt?tagging", NULL, TAGGING(TAG("c", "")));
	expect("put again", "alice", "GET", "/photos/a.txt?tagging", 200, NULL, ANSWER_OF(TAG("c", "")));
	done("alice", "PUT", "/photos/a.txt?acl", HEADERS("x-amz-acl: private"), "");
	expect("beside an ACL", "alice", "HEAD", "/photos/a.txt", 200, "x-amz-tagging-count: 1", NULL);
	done("alice", "DELETE", "/photos/a.txt?tagging", NULL, "");
	expect("deleted", "alice", "GET", "/photos/a.txt?tagging", 200, NULL, NO_TAGS);
	expect("no count", "alice", "HEAD", "/photos/a.txt", 200, "x-amz-tagging-count:", NULL);
	done("alice", "PUT", "/photos/tagged", NULL, "anew");
	expect("overwritten", "alice", "GET", "/photos/tagged?tagging", 200, NULL, NO_TAGS);
}
END_TEST

static const struct {
	const char *target;
	const char *headers[HEADERS_MAX];
	const char *tags;
} copies[] = {
	{ "/photos/n", { "x-amz-copy-source: photos/tagged" }, ANSWER_OF(TAG("a", "1") TAG("b", "2")) },
	{ "/photos/n",
	    { "x-amz-copy-source: photos/tagged", "x-amz-tagging-directive: COPY", "x-amz-tagging: c=3" },
	    ANSWER_OF(TAG("a", "1") TAG("b", "2")) },
	{ "/photos/n",
	    { "x-amz-copy-source: photos/tagged", "x-amz-tagging-directive: REPLACE", "x-amz-tagging: c=3" },
	    ANSWER_OF(TAG("c", "3")) },
	{ "/photos/n", { "x-amz-copy-source: photos/tagged", "x-amz-tagging-directive: REPLACE" }, NO_TAGS },
	{ "/photos/tagged", { "x-amz-copy-source: photos/tagged", "x-amz-metadata-directive: REPLACE" },
	    ANSWER_OF(TAG("a", "1") TAG("b", "2")) },
	{ "/photos/tagged",
	    { "x-amz-copy-source: photos/tagged", "x-amz-metadata-directive: REPLACE",
		"x-amz-tagging-directive: REPLACE", "x-amz-tagging: c=3" },
	    ANSWER_OF(TAG("c", "3")) },
};

START_TEST(copies_have_tags)
{
	done("alice", "PUT", copies[_i].target, copies[_i].headers, "");
	expect("copied", "alice", "GET", talloc_asprintf(mem, "%s?tagging", copies[_i].target), 200, NULL,
	    copies[_i].tags);
	expect("bytes", "alice", "GET", copies[_i].target, 200, NULL, "tagged");
}
END_TEST

static void
expect_no_tag_set(void)
{
	struct req *r = ask("alice", "GET", "/photos?tagging", NULL, SLICE(""));

	ck_assert_int_eq(r->refusal.err, S3_NO_SUCH_TAG_SET);
	talloc_free(r);
}

START_TEST(buckets_have_tags)
{
	struct req *r = ask("alice", "PUT", "/photos?tagging", NULL, SLICE(TAGGING(TAG("b", "2") TAG("a", "1"))));

	ck_assert_uint_eq(r->reply.status, 204);
	talloc_free(r);
	expect("put", "alice", "GET", "/photos?tagging", 200, NULL, ANSWER_OF(TAG("a", "1") TAG("b", "2")));
	r = ask("alice", "PUT", "/photos?tagging", NULL, SLICE(TAGGING(TAG("a", "*"))));
	ck_assert_int_eq(r->refusal.err, S3_INVALID_TAG);
	talloc_free(r);
	expect("what is refused changes nothing", "alice", "GET", "/photos?tagging", 200, NULL,
	    ANSWER_OF(TAG("a", "1") TAG("b", "2")));
	done("alice", "PUT", "/photos?tagging", NULL, TAGGING(""));
	expect_no_tag_set();
	done("alice", "PUT", "/photos?tagging", NULL, TAGGING(TAG("a", "1")));
	done("alice", "DELETE", "/photos?tagging", NULL, "");
	expect_no_tag_set();
}
END_TEST

/* Tags are set on what is there then, whose attributes stay. */
START_TEST(tags_meet_a_new_object)
{
	struct req *r = make_request("alice", "PUT", "/photos/a.txt?tagging", NULL);

	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "PUT", "/photos/a.txt", HEADERS("Content-Type: x/new", "x-amz-tagging: b=2"), "new");
	ck_assert_int_eq(finish(r, SLICE(TAGGING(TAG("a", "1")))), S3_OK);
	talloc_free(r);
	expect("new", "alice", "GET", "/photos/a.txt", 200, "Content-Type: x/new", "new");
	expect("tagged", "alice", "GET", "/photos/a.txt?tagging", 200, NULL, ANSWER_OF(TAG("a", "1")));
}
END_TEST

START_TEST(tags_meet_a_new_acl)
{
	struct req *r = make_request("alice", "PUT", "/photos/a.txt?tagging", NULL);

	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "PUT", "/photos/a.txt?acl", HEADERS("x-amz-acl: public-read"), "");
	ck_assert_int_eq(finish(r, SLICE(TAGGING(TAG("a", "1")))), S3_OK);
	talloc_free(r);
	expect("public", NULL, "GET", "/photos/a.txt", 200, NULL, "0123456789");
	expect("tagged", "alice", "HEAD", "/photos/a.txt", 200, "x-amz-tagging-count: 1", NULL);
}
END_TEST

/* A policy that looks at tags looks at those that are there when they are changed. */
START_TEST(tags_meet_other_tags_than_the_policy_allows)
{
	struct req *r = make_request("bob", "PUT", "/photos/tagged?tagging", NULL);

	done("alice", "PUT", "/photos?policy", NULL,
	    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"bob\"},"
	    "\"Action\":\"s3:PutObjectTagging\",\"Resource\":\"arn:aws:s3:::photos/*\",\"Condition\":"
	    "{\"StringEquals\":{\"s3:ExistingObjectTag/a\":\"1\"}}}]}");
	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "PUT", "/photos/tagged?tagging", NULL, TAGGING(TAG("a", "2")));
	ck_assert_int_eq(finish(r, SLICE(TAGGING(TAG("c", "3")))), S3_ACCESS_DENIED);
	talloc_free(r);
	expect("they stay", "alice", "GET", "/photos/tagged?tagging", 200, NULL, ANSWER_OF(TAG("a", "2")));
}
END_TEST

START_TEST(tags_meet_nothing)
{
	struct req *r = make_request("alice", "DELETE", "/photos/a.txt?tagging", NULL);

	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "DELETE", "/photos/a.txt", NULL, "");
	ck_assert_int_eq(finish(r, SLICE("")), S3_NO_SUCH_KEY);
	talloc_free(r);
}
END_TEST

/* The version that a successful PUT says it made. */
static char *
put_version(const char *const headers[HEADERS_MAX], const char *body)
{
	struct req *r = ask("alice", "PUT", "/photos/a.txt", headers, slice_from(body));
	char *id = slice_dup(mem, answer_field(r, "x-amz-version-id"));

	ck_assert_uint_eq(r->reply.status, 200);
	talloc_free(r);
	return id;
}

START_TEST(each_version_has_its_tags)
{
	struct bucket *bucket;
	struct req *r;
	char *first, *second;

	ck_assert_store(catalog_bucket(gateway.catalog, mem, SLICE("photos"), &bucket), STORE_OK);
	ck_assert_store(catalog_bucket_set_versioning(gateway.catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	first = put_version(HEADERS("x-amz-tagging: a=1"), "first");
	second = put_version(NULL, "second");
	expect("current", "alice", "GET", "/photos/a.txt?tagging", 200,
	    talloc_asprintf(mem, "x-amz-version-id: %s", second), NO_TAGS);
	expect("earlier", "alice", "GET", VERSION(first), 200, talloc_asprintf(mem, "x-amz-version-id: %s", first),
	    ANSWER_OF(TAG("a", "1")));
	r = ask("alice", "PUT", VERSION(first), NULL, SLICE(TAGGING(TAG("b", "2"))));
	ck_assert(slice_equal(answer_field(r, "x-amz-version-id"), slice_from(first)));
	talloc_free(r);
	expect("changed", "alice", "GET", VERSION(first), 200, NULL, ANSWER_OF(TAG("b", "2")));
	expect("null version", "alice", "GET", VERSION("null"), 200, "x-amz-version-id: null", NO_TAGS);
	done("alice", "PUT", "/photos/a.txt?tagging", NULL, TAGGING(TAG("c", "3")));
	r = ask("alice", "DELETE", VERSION(first), NULL, SLICE(""));
	ck_assert_uint_eq(r->reply.status, 204);
	ck_assert(slice_equal(answer_field(r, "x-amz-version-id"), slice_from(first)));
	talloc_free(r);
	expect("deleted", "alice", "GET", VERSION(first), 200, NULL, NO_TAGS);
	expect("of the other", "alice", "GET", VERSION(second), 200, NULL, ANSWER_OF(TAG("c", "3")));
}
END_TEST

START_TEST(tags_meet_a_deleted_version)
{
	struct bucket *bucket;
	struct req *r;
	char *id;

	ck_assert_store(catalog_bucket(gateway.catalog, mem, SLICE("photos"), &bucket), STORE_OK);
	ck_assert_store(catalog_bucket_set_versioning(gateway.catalog, bucket, VERSIONING_ENABLED), STORE_OK);
	id = put_version(NULL, "first");
	r = make_request("alice", "DELETE", VERSION(id), NULL);
	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "DELETE", talloc_asprintf(mem, "/photos/a.txt?versionId=%s", id), NULL, "");
	ck_assert_int_eq(finish(r, SLICE("")), S3_NO_SUCH_VERSION);
	talloc_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tagging_operations");
	TCase *tc = tcase_create("tagging_operations");

	tcase_add_checked_fixture(tc, setup, exchange_teardown);
	tcase_add_loop_test(tc, one, 0, ARRAY_SIZE(exchanges));
	tcase_add_test(tc, tags_change_and_nothing_else);
	tcase_add_loop_test(tc, copies_have_tags, 0, ARRAY_SIZE(copies));
	tcase_add_test(tc, buckets_have_tags);
	tcase_add_test(tc, tags_meet_a_new_object);
	tcase_add_test(tc, tags_meet_a_new_acl);
	tcase_add_test(tc, tags_meet_other_tags_than_the_policy_allows);
	tcase_add_test(tc, tags_meet_nothing);
	tcase_add_test(tc, each_version_has_its_tags);
	tcase_add_test(tc, tags_meet_a_deleted_version);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
