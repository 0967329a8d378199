#include "tests/unit/gateway/exchange.h"

#define CORS                                                              \
	"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>" \
	"<AllowedOrigin>https://a.example</AllowedOrigin><ID> x </ID></CORSRule></CORSConfiguration>"
#define LOCATION(text)                                            \
	"<CreateBucketConfiguration><LocationConstraint>" text "" \
	"</LocationConstraint></CreateBucketConfiguration>"

static void
setup(void)
{
	exchange_setup();
	done("alice", "PUT", "/photos", NULL, "");
	done("alice", "PUT", "/europe", NULL, LOCATION("EU"));
	done("alice", "PUT", "/full", NULL, "");
	done("alice", "PUT", "/full/key", NULL, "x");
}

static const struct exchange buckets[] = {
	{ "create", "bob", "PUT", "/new-one", { 0 }, "", 200, NULL, { 0 }, { 0 }, { "Location: /new-one" } },
	{ "create somewhere", "bob", "PUT", "/new-one", { 0 }, LOCATION("anywhere-1"), 200, NULL, { 0 }, { 0 },
	    { 0 } },
	{ "create nowhere", "bob", "PUT", "/new-one", { 0 }, LOCATION("No Where"), 400, "InvalidLocationConstraint",
	    { "<LocationConstraint>No Where</LocationConstraint>" }, { 0 }, { 0 } },
	{ "one's own again", "alice", "PUT", "/photos", { 0 }, "", 409, "BucketAlreadyOwnedByYou",
	    { "<BucketName>photos</BucketName>" }, { 0 }, { 0 } },
	{ "somebody else's", "bob", "PUT", "/photos", { 0 }, "", 409, "BucketAlreadyExists", { 0 }, { 0 }, { 0 } },
	{ "a name that is none", "bob", "PUT", "/Photos", { 0 }, "", 400, "InvalidBucketName",
	    { "<BucketName>Photos</BucketName>" }, { 0 }, { 0 } },
	{ "a malformed document", "bob", "PUT", "/new-one", { 0 }, "x", 400, "MalformedXML", { 0 }, { 0 }, { 0 } },
	{ "with a lock", "bob", "PUT", "/new-one", { "x-amz-bucket-object-lock-enabled: true" }, "", 501,
	    "NotImplemented", { 0 }, { 0 }, { 0 } },
	{ "without a lock", "bob", "PUT", "/new-one", { "x-amz-bucket-object-lock-enabled: False" }, "", 200, NULL,
	    { 0 }, { 0 }, { 0 } },
	{ "with ACLs", "bob", "PUT", "/new-one", { "x-amz-object-ownership: ObjectWriter" }, "", 200, NULL, { 0 },
	    { 0 }, { 0 } },
	{ "without ACLs", "bob", "PUT", "/new-one", { "x-amz-object-ownership: BucketOwnerEnforced" }, "", 200,
	    NULL, { 0 }, { 0 }, { 0 } },
	{ "without ACLs, and private", "bob", "PUT", "/new-one",
	    { "x-amz-object-ownership: BucketOwnerEnforced", "x-amz-acl: private" }, "", 200, NULL, { 0 }, { 0 },
	    { 0 } },
	{ "without ACLs, but with one", "bob", "PUT", "/new-one",
	    { "x-amz-object-ownership: BucketOwnerEnforced", "x-amz-acl: public-read" }, "", 400,
	    "InvalidBucketAclWithObjectOwnership", { 0 }, { 0 }, { 0 } },
	{ "of the owner by preference", "bob", "PUT", "/new-one",
	    { "x-amz-object-ownership: BucketOwnerPreferred" }, "", 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "of no ownership", "bob", "PUT", "/new-one", { "x-amz-object-ownership: x" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "with no ACL", "bob", "PUT", "/new-one", { "x-amz-acl: x" }, "", 400, "InvalidArgument", { 0 }, { 0 },
	    { 0 } },
	{ "anonymously", NULL, "PUT", "/new-one", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "head", "alice", "HEAD", "/photos", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "x-amz-bucket-region: us-east-1" } },
	{ "head in Europe", "alice", "HEAD", "/europe", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "x-amz-bucket-region: eu-west-1" } },
	{ "head of somebody else's", "bob", "HEAD", "/photos", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 },
	    { 0 } },
	{ "head of nothing", "bob", "HEAD", "/new-one", { 0 }, "", 404, "NoSuchBucket", { 0 }, { 0 }, { 0 } },
	{ "location", "alice", "GET", "/europe?location", { 0 }, "", 200, NULL,
	    { "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">EU</LocationConstraint>" },
	    { 0 }, { "Content-Type: application/xml" } },
	{ "no location", "alice", "GET", "/photos?location", { 0 }, "", 200, NULL,
	    { "2006-03-01/\"></LocationConstraint>" }, { 0 }, { 0 } },
	{ "versioning", "alice", "GET", "/photos?versioning", { 0 }, "", 200, NULL, { "<VersioningConfiguration" },
	    { "Status" }, { 0 } },
	{ "payment", "alice", "GET", "/photos?requestPayment", { 0 }, "", 200, NULL,
	    { "<RequestPaymentConfiguration xmlns", "<Payer>BucketOwner</Payer>" }, { 0 }, { 0 } },
	{ "delete", "alice", "DELETE", "/photos", { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
	{ "delete what is full", "alice", "DELETE", "/full", { 0 }, "", 409, "BucketNotEmpty",
	    { "<BucketName>full</BucketName>" }, { 0 }, { 0 } },
	{ "delete somebody else's", "bob", "DELETE", "/photos", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 },
	    { 0 } },
	{ "delete nothing", "bob", "DELETE", "/new-one", { 0 }, "", 404, "NoSuchBucket", { 0 }, { 0 }, { 0 } },
	{ "no versioning", "alice", "PUT", "/photos?versioning", { 0 }, "", 400, "MissingRequestBodyError", { 0 },
	    { 0 }, { 0 } },
	{ "versioning", "alice", "PUT", "/photos?versioning", { 0 },
	    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", 200, NULL, { 0 }, { 0 },
	    { 0 } },
	{ "versioning without a status", "alice", "PUT", "/photos?versioning", { 0 }, "<VersioningConfiguration/>",
	    400, "IllegalVersioningConfigurationException", { "The Versioning element must be specified" }, { 0 },
	    { 0 } },
	{ "versioning with MFA", "alice", "PUT", "/photos?versioning", { "x-amz-mfa: 1 2" },
	    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", 501, "NotImplemented",
	    { "<Header>x-amz-mfa</Header>" }, { 0 }, { 0 } },
	{ "versioning of somebody else's", "bob", "PUT", "/photos?versioning", { 0 },
	    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", 403, "AccessDenied",
	    { 0 }, { 0 }, { 0 } },
	{ "what is not there", "alice", "PUT", "/photos?logging", { 0 }, "", 501, "NotImplemented",
	    { "PutBucketLogging" }, { 0 }, { 0 } },
	/* documents */
	{ "no rules", "alice", "GET", "/photos?cors", { 0 }, "", 404, "NoSuchCORSConfiguration",
	    { "<BucketName>photos</BucketName>" }, { 0 }, { 0 } },
	{ "no policy", "alice", "GET", "/photos?policy", { 0 }, "", 404, "NoSuchBucketPolicy",
	    { "<BucketName>photos</BucketName>" }, { 0 }, { 0 } },
	{ "no tags", "alice", "GET", "/photos?tagging", { 0 }, "", 404, "NoSuchTagSet", { 0 }, { 0 }, { 0 } },
	{ "no lifecycle", "alice", "GET", "/photos?lifecycle", { 0 }, "", 404, "NoSuchLifecycleConfiguration",
	    { 0 }, { 0 }, { 0 } },
	{ "no website", "alice", "GET", "/photos?website", { 0 }, "", 404, "NoSuchWebsiteConfiguration", { 0 },
	    { 0 }, { 0 } },
	{ "no encryption", "alice", "GET", "/photos?encryption", { 0 }, "", 404,
	    "ServerSideEncryptionConfigurationNotFoundError", { 0 }, { 0 }, { 0 } },
	{ "no lock", "alice", "GET", "/photos?object-lock", { 0 }, "", 404, "ObjectLockConfigurationNotFoundError",
	    { 0 }, { 0 }, { 0 } },
	{ "no logging", "alice", "GET", "/photos?logging", { 0 }, "", 200, NULL,
	    { "<BucketLoggingStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>" }, { 0 },
	    { "Content-Type: application/xml" } },
	{ "no notification", "alice", "GET", "/photos?notification", { 0 }, "", 200, NULL,
	    { "<NotificationConfiguration xmlns" }, { 0 }, { 0 } },
	{ "delete no rules", "alice", "DELETE", "/photos?cors", { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
	{ "delete no policy", "alice", "DELETE", "/photos?policy", { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
	{ "rules of somebody else's", "bob", "GET", "/photos?cors", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 },
	    { 0 } },
	{ "put nothing", "alice", "PUT", "/photos?cors", { 0 }, "", 400, "MissingRequestBodyError", { 0 }, { 0 },
	    { 0 } },
	{ "put what is none", "alice", "PUT", "/photos?cors", { 0 }, "<CORSConfiguration/>", 400, "MalformedXML",
	    { 0 }, { 0 }, { 0 } },
	{ "put rules", "alice", "PUT", "/photos?cors", { 0 }, CORS, 200, NULL, { 0 }, { "<" }, { 0 } },
	/* preflight */
	{ "no origin", NULL, "OPTIONS", "/photos/key", { 0 }, "", 400, "BadRequest",
	    { "Origin request header needed" }, { 0 }, { "Access-Control-Allow-Origin:" } },
	{ "bucket without rules", NULL, "OPTIONS", "/photos/key",
	    { "Origin: https://a.example", "Access-Control-Request-Method: GET" }, "", 403, "AccessForbidden",
	    { "<ResourceType>BUCKET</ResourceType>" }, { 0 }, { 0 } },
	{ "missing bucket", NULL, "OPTIONS", "/new-one/key",
	    { "Origin: https://a.example", "Access-Control-Request-Method: GET" }, "", 403, "AccessForbidden",
	    { "Bucket not found" }, { 0 }, { 0 } },
};

START_TEST(bucket)
{
	exchange(&buckets[_i]);
}
END_TEST

static const struct exchange regions[] = {
	{ "none given", "bob", "PUT", "/new-one", { 0 }, "", 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "the same", "bob", "PUT", "/new-one", { 0 }, LOCATION("eu-west-1"), 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "its old name", "bob", "PUT", "/new-one", { 0 }, LOCATION("EU"), 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "another", "bob", "PUT", "/new-one", { 0 }, LOCATION("us-west-2"), 400,
	    "IllegalLocationConstraintException", { "us-west-2" }, { 0 }, { 0 } },
	{ "malformed", "bob", "PUT", "/new-one", { 0 }, LOCATION("?"), 400, "InvalidLocationConstraint", { 0 },
	    { 0 }, { 0 } },
	{ "head", "alice", "HEAD", "/photos", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "x-amz-bucket-region: eu-west-1" } },
};

START_TEST(region)
{
	char name[] = "eu-west-1";

	config.region = name;
	exchange(&regions[_i]);
}
END_TEST

static const struct exchange with_rules[] = {
	{ "as put, in S3's form", "alice", "GET", "/photos?cors", { 0 }, "", 200, NULL,
	    { "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">", "<ID> x </ID>",
		"<AllowedOrigin>https://a.example</AllowedOrigin>" },
	    { 0 }, { "Content-Type: application/xml" } },
	{ "allowed", NULL, "OPTIONS", "/photos/key",
	    { "Origin: https://a.example", "Access-Control-Request-Method: GET" }, "", 200, NULL, { 0 }, { "<" },
	    { "Access-Control-Allow-Origin: https://a.example", "Access-Control-Allow-Methods: GET",
		"Access-Control-Allow-Credentials: true",
		"Vary: Origin, Access-Control-Request-Headers, Access-Control-Request-Method" } },
	{ "refused", NULL, "OPTIONS", "/photos/key",
	    { "Origin: https://b.example", "Access-Control-Request-Method: GET" }, "", 403, "AccessForbidden",
	    { "<ResourceType>OBJECT</ResourceType>", "<Method>GET</Method>" }, { 0 },
	    { "Access-Control-Allow-Origin:",
		"Vary: Origin, Access-Control-Request-Headers, Access-Control-Request-Method" } },
	{ "refused for the bucket", NULL, "OPTIONS", "/photos",
	    { "Origin: https://a.example", "Access-Control-Request-Method: PUT" }, "", 403, "AccessForbidden",
	    { "<ResourceType>BUCKET</ResourceType>" }, { 0 }, { 0 } },
	{ "a refused document changes nothing", "alice", "PUT", "/photos?cors", { 0 }, "<CORSConfiguration/>", 400,
	    "MalformedXML", { 0 }, { 0 }, { 0 } },
	{ "still there", "alice", "GET", "/photos?cors", { 0 }, "", 200, NULL, { "a.example" }, { 0 }, { 0 } },
	{ "deleted", "alice", "DELETE", "/photos?cors", { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
	{ "gone", "alice", "GET", "/photos?cors", { 0 }, "", 404, "NoSuchCORSConfiguration", { 0 }, { 0 }, { 0 } },
	{ "and at once", NULL, "OPTIONS", "/photos/key",
	    { "Origin: https://a.example", "Access-Control-Request-Method: GET" }, "", 403, "AccessForbidden",
	    { "CORS is not enabled for this bucket" }, { 0 }, { "Vary:" } },
};

START_TEST(rules_in_force)
{
	done("alice", "PUT", "/photos?cors", NULL, CORS);
	for (size_t i = 0; i < ARRAY_SIZE(with_rules); i++)
		exchange(&with_rules[i]);
}
END_TEST

START_TEST(a_bucket_made_anew_has_no_rules)
{
	struct exchange e = { "none", "alice", "GET", "/photos?cors", { 0 }, "", 404, "NoSuchCORSConfiguration",
		{ 0 }, { 0 }, { 0 } };

	done("alice", "PUT", "/photos?cors", NULL, CORS);
	done("alice", "DELETE", "/photos", NULL, "");
	done("alice", "PUT", "/photos", NULL, "");
	exchange(&e);
}
END_TEST

/* The bucket is made by somebody else between the two looks at it. */
START_TEST(creation_that_is_outrun)
{
	static const char *const makers[] = { "alice", "bob" };
	static const enum s3_err errors[] = { S3_BUCKET_ALREADY_OWNED, S3_BUCKET_ALREADY_EXISTS };
	struct req *r = make_request("alice", "PUT", "/race", NULL);

	ck_assert_int_eq(begin(r), S3_OK);
	done(makers[_i], "PUT", "/race", NULL, "");
	ck_assert_int_eq(finish(r, SLICE("")), errors[_i]);
	talloc_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bucket_operations");
	TCase *tc = tcase_create("bucket_operations");

	tcase_add_checked_fixture(tc, setup, exchange_teardown);
	tcase_add_loop_test(tc, bucket, 0, ARRAY_SIZE(buckets));
	tcase_add_loop_test(tc, region, 0, ARRAY_SIZE(regions));
	tcase_add_test(tc, rules_in_force);
	tcase_add_test(tc, a_bucket_made_anew_has_no_rules);
	tcase_add_loop_test(tc, creation_that_is_outrun, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
