/* What condition keys mean in a request: each with the requests that have it, and those that have not. */
#include "gateway/policy_context.h"

#include "tests/unit/gateway/exchange.h"

#define NOW_US (INT64_C(1700000000) * 1000000) /* 2023-11-14T22:13:20Z */

static const struct {
	const char *name;
	enum policy_key key;
	const char *member;
	const char *method, *target;
	const char *headers[HEADERS_MAX];
	enum action action;
	enum credential_kind kind;
	const char *tags;   /* of the object that is asked about; NULL: there is none */
	const char *values; /* in order, with blanks between; NULL: the request has no such key */
} rows[] = {
	{ "address", POLICY_KEY_SOURCE_IP, "", "GET", "/b/k", { 0 }, ACTION_GetObject, CREDENTIAL_NONE, NULL,
	    "203.0.113.9" },
	{ "address in a header", POLICY_KEY_SOURCE_IP, "", "GET", "/b/k", { "X-Forwarded-For: 192.0.2.1" },
	    ACTION_GetObject, CREDENTIAL_NONE, NULL, "203.0.113.9" },
	{ "transport", POLICY_KEY_SECURE_TRANSPORT, "", "GET", "/b/k", { "X-Forwarded-Proto: https" },
	    ACTION_GetObject, CREDENTIAL_NONE, NULL, "false" },
	{ "region", POLICY_KEY_REQUESTED_REGION, "", "GET", "/b/k", { 0 }, ACTION_GetObject, CREDENTIAL_NONE, NULL,
	    "us-east-1" },
	{ "account", POLICY_KEY_RESOURCE_ACCOUNT, "", "GET", "/b/k", { 0 }, ACTION_GetObject, CREDENTIAL_NONE, NULL,
	    "alice" },
	{ "account, S3's", POLICY_KEY_S3_RESOURCE_ACCOUNT, "", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_NONE, NULL, "alice" },
	{ "header", POLICY_KEY_REFERER, "", "GET", "/b/k", { "referer: https://a.example/" }, ACTION_GetObject,
	    CREDENTIAL_NONE, NULL, "https://a.example/" },
	{ "empty header", POLICY_KEY_USER_AGENT, "", "GET", "/b/k", { "User-Agent:" }, ACTION_GetObject,
	    CREDENTIAL_NONE, NULL, "" },
	{ "no header", POLICY_KEY_REFERER, "", "GET", "/b/k", { "Referrer: x" }, ACTION_GetObject, CREDENTIAL_NONE,
	    NULL, NULL },
	{ "header of two lines", POLICY_KEY_X_GRANT_READ, "", "PUT", "/b/k",
	    { "x-amz-grant-read: id=a", "X-Amz-Grant-Read: id=b" }, ACTION_PutObject, CREDENTIAL_NONE, NULL,
	    "id=a,id=b" },
	{ "ACL", POLICY_KEY_X_ACL, "", "PUT", "/b/k", { "x-amz-acl: private" }, ACTION_PutObject, CREDENTIAL_NONE,
	    NULL, "private" },
	{ "prefix", POLICY_KEY_PREFIX, "", "GET", "/b?prefix=a%2F&max-keys=5", { 0 }, ACTION_ListBucket,
	    CREDENTIAL_NONE, NULL, "a/" },
	{ "empty prefix", POLICY_KEY_PREFIX, "", "GET", "/b?prefix=", { 0 }, ACTION_ListBucket, CREDENTIAL_NONE,
	    NULL, "" },
	{ "no prefix", POLICY_KEY_PREFIX, "", "GET", "/b?prefix2=a", { 0 }, ACTION_ListBucket, CREDENTIAL_NONE,
	    NULL, NULL },
	{ "prefix of another operation", POLICY_KEY_PREFIX, "", "GET", "/b/k?prefix=a", { 0 }, ACTION_ListBucket,
	    CREDENTIAL_NONE, NULL, NULL },
	{ "count", POLICY_KEY_MAX_KEYS, "", "GET", "/b?max-keys=5", { 0 }, ACTION_ListBucket, CREDENTIAL_NONE, NULL,
	    "5" },
	{ "delimiter", POLICY_KEY_DELIMITER, "", "GET", "/b?versions&delimiter=/", { 0 }, ACTION_ListBucketVersions,
	    CREDENTIAL_NONE, NULL, "/" },
	{ "version", POLICY_KEY_VERSION_ID, "", "GET", "/b/k?versionId=abc", { 0 }, ACTION_GetObjectVersion,
	    CREDENTIAL_NONE, NULL, "abc" },
	{ "no version", POLICY_KEY_VERSION_ID, "", "GET", "/b/k", { 0 }, ACTION_GetObject, CREDENTIAL_NONE, NULL,
	    NULL },
	{ "copy source", POLICY_KEY_X_COPY_SOURCE, "", "PUT", "/b/k", { "x-amz-copy-source: from/the%2Fkey" },
	    ACTION_PutObject, CREDENTIAL_NONE, NULL, "from/the/key" },
	{ "copy source with all there is", POLICY_KEY_X_COPY_SOURCE, "", "PUT", "/b/k",
	    { "x-amz-copy-source: /from/%74he/key?versionId=x" }, ACTION_PutObject, CREDENTIAL_NONE, NULL,
	    "from/the/key" },
	{ "copy source of what is no copy", POLICY_KEY_X_COPY_SOURCE, "", "POST", "/b/k?uploads",
	    { "x-amz-copy-source: from/key" }, ACTION_PutObject, CREDENTIAL_NONE, NULL, NULL },
	{ "no copy source", POLICY_KEY_X_COPY_SOURCE, "", "PUT", "/b/k", { "x-amz-copy-source: nothing" },
	    ACTION_PutObject, CREDENTIAL_NONE, NULL, NULL },
	{ "anonymous", POLICY_KEY_AUTH_TYPE, "", "GET", "/b/k", { 0 }, ACTION_GetObject, CREDENTIAL_NONE, NULL,
	    NULL },
	{ "version 4 in the header", POLICY_KEY_AUTH_TYPE, "", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_V4_HEADER, NULL, "REST-HEADER" },
	{ "version 2 in the query", POLICY_KEY_AUTH_TYPE, "", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_V2_QUERY, NULL, "REST-QUERY-STRING" },
	{ "in a form", POLICY_KEY_AUTH_TYPE, "", "PUT", "/b/k", { 0 }, ACTION_PutObject, CREDENTIAL_V4_FORM, NULL,
	    "POST" },
	{ "anonymous signature", POLICY_KEY_SIGNATURE_VERSION, "", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_NONE, NULL, NULL },
	{ "signature 4", POLICY_KEY_SIGNATURE_VERSION, "", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_V4_QUERY, NULL, "AWS4-HMAC-SHA256" },
	{ "signature 2", POLICY_KEY_SIGNATURE_VERSION, "", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_V2_FORM, NULL, "AWS" },
	{ "age", POLICY_KEY_SIGNATURE_AGE, "", "GET", "/b/k?X-Amz-Date=20231114T221310Z", { 0 }, ACTION_GetObject,
	    CREDENTIAL_V4_QUERY, NULL, "10000" },
	{ "age that is not signed", POLICY_KEY_SIGNATURE_AGE, "", "GET", "/b/k?X-Amz-Date=20231114T221310Z", { 0 },
	    ACTION_GetObject, CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "creation", POLICY_KEY_OBJECT_CREATION_OPERATION, "", "PUT", "/b/k", { 0 }, ACTION_PutObject,
	    CREDENTIAL_NONE, NULL, "true" },
	{ "creation of a part", POLICY_KEY_OBJECT_CREATION_OPERATION, "", "PUT", "/b/k?partNumber=1&uploadId=x",
	    { 0 }, ACTION_PutObject, CREDENTIAL_NONE, NULL, "false" },
	{ "no creation", POLICY_KEY_OBJECT_CREATION_OPERATION, "", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_NONE, NULL, NULL },
	{ "existing tag", POLICY_KEY_EXISTING_OBJECT_TAG, "team", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_NONE, "a=b&team=red", "red" },
	{ "existing tag of another case", POLICY_KEY_EXISTING_OBJECT_TAG, "Team", "GET", "/b/k", { 0 },
	    ACTION_GetObject, CREDENTIAL_NONE, "a=b&team=red", NULL },
	{ "no existing tag", POLICY_KEY_EXISTING_OBJECT_TAG, "team", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_NONE, "", NULL },
	{ "no object", POLICY_KEY_EXISTING_OBJECT_TAG, "team", "GET", "/b/k", { "x-amz-tagging: team=red" },
	    ACTION_GetObject, CREDENTIAL_NONE, NULL, NULL },
	{ "requested tag", POLICY_KEY_REQUEST_OBJECT_TAG, "a b", "PUT", "/b/k", { "x-amz-tagging: x=1&a+b=c%20d" },
	    ACTION_PutObject, CREDENTIAL_NONE, "a+b=no", "c d" },
	{ "requested keys", POLICY_KEY_REQUEST_OBJECT_TAG_KEYS, "", "PUT", "/b/k", { "x-amz-tagging: x=1&a=2" },
	    ACTION_PutObject, CREDENTIAL_NONE, NULL, "a x" },
	{ "requested keys of a copy that keeps its source's", POLICY_KEY_REQUEST_OBJECT_TAG_KEYS, "", "PUT", "/b/k",
	    { "x-amz-copy-source: from/key", "x-amz-tagging: x=1" }, ACTION_PutObject, CREDENTIAL_NONE, NULL,
	    NULL },
	{ "requested keys of a copy", POLICY_KEY_REQUEST_OBJECT_TAG_KEYS, "", "PUT", "/b/k",
	    { "x-amz-copy-source: from/key", "x-amz-tagging: x=1", "x-amz-tagging-directive: REPLACE" },
	    ACTION_PutObject, CREDENTIAL_NONE, NULL, "x" },
	{ "no requested keys", POLICY_KEY_REQUEST_OBJECT_TAG_KEYS, "", "PUT", "/b/k", { 0 }, ACTION_PutObject,
	    CREDENTIAL_NONE, "a=b", NULL },
	{ "requested tags that are none", POLICY_KEY_REQUEST_OBJECT_TAG_KEYS, "", "PUT", "/b/k",
	    { "x-amz-tagging: a=1&a=2" }, ACTION_PutObject, CREDENTIAL_NONE, NULL, NULL },
	{ "tag of a bucket", POLICY_KEY_BUCKET_TAG, "team", "GET", "/b/k", { "x-amz-tagging: team=red" },
	    ACTION_GetObject, CREDENTIAL_NONE, "team=red", NULL },
	{ "encrypted transport", POLICY_KEY_TLS_VERSION, "", "GET", "/b/k", { 0 }, ACTION_GetObject,
	    CREDENTIAL_NONE, NULL, NULL },
};

static struct req *
request_of(size_t row)
{
	struct req *r = make_request(NULL, rows[row].method, rows[row].target, rows[row].headers);

	memcpy(r->address, "203.0.113.9", sizeof("203.0.113.9"));
	r->started_us = NOW_US;
	r->credential = talloc_zero(r, struct credential);
	r->credential->kind = rows[row].kind;
	ck_assert_int_eq(read_target(r), S3_OK);
	ck_assert_int_eq(route(r), S3_OK);
	return r;
}

static const char *
joined(struct req *r, const struct slice *values, size_t count)
{
	struct buf *out = buf_new(r, 4096);

	for (size_t i = 0; i < count; i++) {
		buf_append_string(out, i > 0 ? " " : "");
		buf_append(out, values[i]);
	}
	return slice_dup(r, buf_slice(out));
}

START_TEST(key)
{
	struct req *r = request_of((size_t)_i);
	char owner[] = "alice", name[] = "b";
	const struct bucket bucket = { .name = name, .owner_id = owner };
	const struct object object = { .tags = slice_from(rows[_i].tags) };
	struct subject about = { .bucket = &bucket, .key = r->target.key };
	struct policy_context context = { r, rows[_i].action, &about };
	const struct slice *values;
	size_t count;
	bool has;

	about.object = rows[_i].tags != NULL ? &object : NULL;
	about.version_id = req_parameter(r, "versionId");
	has = policy_context_values(&context, r, rows[_i].key, slice_from(rows[_i].member), &values, &count);
	ck_assert_msg(has == (rows[_i].values != NULL), "%s: %s", rows[_i].name, has ? "has it" : "has it not");
	if (has)
		ck_assert_msg(strcmp(joined(r, values, count), rows[_i].values) == 0, "%s: %s", rows[_i].name,
		    joined(r, values, count));
	else
		ck_assert_uint_eq(count, 0);
	talloc_free(r);
}
END_TEST

/* The tags of PutObjectTagging are those of its document. */
START_TEST(document)
{
	struct req *r = make_request(NULL, "PUT", "/b/k?tagging", HEADERS("x-amz-tagging: team=blue"));
	struct subject about = { .key = SLICE("k") };
	struct policy_context context = { r, ACTION_PutObjectTagging, &about };
	const struct slice *values;
	size_t count;

	ck_assert_int_eq(read_target(r), S3_OK);
	ck_assert_int_eq(route(r), S3_OK);
	r->body.document =
	    SLICE("<Tagging><TagSet><Tag><Key>team</Key><Value>red</Value></Tag></TagSet></Tagging>");
	ck_assert(
	    policy_context_values(&context, r, POLICY_KEY_REQUEST_OBJECT_TAG, SLICE("team"), &values, &count));
	ck_assert(count == 1 && slice_equal(values[0], SLICE("red")));
	talloc_free(r);
}
END_TEST

/* An address that is not known is none. */
START_TEST(no_address)
{
	struct req *r = make_request(NULL, "GET", "/b/k", NULL);
	struct policy_context context = { r, ACTION_GetObject, NULL };
	const struct slice *values;
	size_t count;

	ck_assert(!policy_context_values(&context, r, POLICY_KEY_SOURCE_IP, SLICE(""), &values, &count));
	talloc_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy_context");
	TCase *tc = tcase_create("policy_context");

	tcase_add_checked_fixture(tc, exchange_setup, exchange_teardown);
	tcase_add_loop_test(tc, key, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, document);
	tcase_add_test(tc, no_address);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
