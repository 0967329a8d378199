/* Which policies make a bucket public. */
#include "auth/policy.h"

#include "tests/unit/suite.h"

#define REST             "\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::bucket/*\""
#define TO(principal)    "{\"Effect\":\"Allow\",\"Principal\":" principal "," REST "}"
#define DENY             "{\"Effect\":\"Deny\",\"Principal\":\"*\"," REST "}"
#define IF(condition)    "{\"Effect\":\"Allow\",\"Principal\":\"*\"," REST ",\"Condition\":" condition "}"
#define KEY(key, value)  IF("{\"StringEquals\":{\"" key "\":" value "}}")
#define LIKE(key, value) IF("{\"StringLike\":{\"" key "\":" value "}}")
#define ADDRESS(value)   IF("{\"IpAddress\":{\"aws:SourceIp\":" value "}}")
#define ARN(key, value)  IF("{\"ArnLike\":{\"" key "\":" value "}}")

static const struct {
	const char *name;
	const char *statements;
	bool public;
} vectors[] = {
	/* Principals. */
	{ "everybody", TO("\"*\""), true },
	{ "everybody of AWS", TO("{\"AWS\":\"*\"}"), true },
	{ "everybody and somebody", TO("{\"AWS\":[\"alice\",\"*\"]}"), true },
	{ "somebody", TO("{\"AWS\":\"alice\"}"), false },
	{ "several", TO("{\"AWS\":[\"alice\",\"arn:aws:iam::bob:root\"]}"), false },
	{ "a canonical user", TO("{\"CanonicalUser\":\"alice\"}"), false },
	{ "a service", TO("{\"Service\":\"cloudfront.amazonaws.com\"}"), false },
	{ "denied to everybody", DENY, false },
	{ "denied to all but one", "{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":\"alice\"}," REST "}", false },
	{ "one of several statements", TO("{\"AWS\":\"alice\"}") "," DENY "," TO("\"*\""), true },
	{ "none of several statements", TO("{\"AWS\":\"alice\"}") "," DENY, false },
	{ "one action",
	    "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::bucket\"}",
	    true },
	{ "all actions but one",
	    "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"NotAction\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::bucket\"}",
	    true },

	/* Addresses. */
	{ "an address", ADDRESS("\"203.0.113.9\""), false },
	{ "a network", ADDRESS("\"203.0.113.0/24\""), false },
	{ "/8", ADDRESS("\"11.0.0.0/8\""), false },
	{ "broader than /8", ADDRESS("\"10.0.0.0/7\""), true },
	{ "half of all", ADDRESS("\"0.0.0.0/1\""), true },
	{ "all", ADDRESS("\"0.0.0.0/0\""), true },
	{ "all of IPv6", ADDRESS("\"::/0\""), true },
	{ "IPv6 /32", ADDRESS("\"2001:db8::/32\""), false },
	{ "IPv6 broader than /32", ADDRESS("\"2001:db8::/31\""), true },
	{ "IPv4 in IPv6", ADDRESS("\"::ffff:11.0.0.0/104\""), false },
	{ "all of IPv4 within IPv6", ADDRESS("\"::/32\""), true },
	{ "all of IPv4 within little more", ADDRESS("\"::fffe:0:0/95\""), true },
	{ "IPv6 beside all of IPv4", ADDRESS("\"::1:0:0:0/80\""), false },
	{ "IPv4 in IPv6, broad", ADDRESS("\"::ffff:0.0.0.0/96\""), true },
	{ "two networks", ADDRESS("[\"203.0.113.0/24\",\"2001:db8::/32\"]"), false },
	{ "one of two is broad", ADDRESS("[\"203.0.113.0/24\",\"0.0.0.0/0\"]"), true },
	{ "all but a network", IF("{\"NotIpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}"), true },
	{ "a network if there is one", IF("{\"IpAddressIfExists\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}"), true },
	{ "each of a set of networks", IF("{\"ForAllValues:IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}"),
	    true },
	{ "any of a set of networks", IF("{\"ForAnyValue:IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}"),
	    false },
	{ "an address of Amazon's network", IF("{\"IpAddress\":{\"aws:VpcSourceIp\":\"10.0.0.0/8\"}}"), true },

	/* Keys with fixed values. */
	{ "a source", ARN("aws:SourceArn", "\"arn:aws:sns:us-east-1:1:topic\""), false },
	{ "a source as a text", KEY("aws:SourceArn", "\"arn:aws:sns:us-east-1:1:topic\""), false },
	{ "any source", ARN("aws:SourceArn", "\"arn:aws:sns:*:*:*\""), true },
	{ "a network of Amazon's", KEY("aws:SourceVpc", "\"vpc-1\""), false },
	{ "a pattern of networks", LIKE("aws:SourceVpc", "\"vpc-*\""), true },
	{ "no pattern", LIKE("aws:SourceVpc", "\"vpc-1\""), false },
	{ "an asterisk that is none", KEY("aws:SourceVpc", "\"vpc-*\""), false },
	{ "an endpoint", KEY("aws:SourceVpce", "[\"vpce-1\",\"vpce-2\"]"), false },
	{ "one of two is a pattern", LIKE("aws:SourceVpce", "[\"vpce-1\",\"*\"]"), true },
	{ "an owner", KEY("aws:SourceOwner", "\"1\""), false },
	{ "an account", KEY("aws:SourceAccount", "\"1\""), false },
	{ "an account of whatever case", IF("{\"StringEqualsIgnoreCase\":{\"aws:SourceAccount\":\"a\"}}"), false },
	{ "an organisation", KEY("aws:PrincipalOrgID", "\"o-1\""), false },
	{ "a principal's account", KEY("aws:PrincipalAccount", "\"alice\""), false },
	{ "a principal", ARN("aws:PrincipalArn", "\"arn:aws:iam::alice:user/Alice\""), false },
	{ "some principals", ARN("aws:PrincipalArn", "\"arn:aws:iam::alice:user/*\""), true },
	{ "a user ID", KEY("aws:userid", "\"alice\""), false },
	{ "the ID of nobody", KEY("aws:userid", "\"anonymous\""), true },
	{ "somebody or nobody", KEY("aws:userid", "[\"alice\",\"anonymous\"]"), true },
	{ "a pattern of IDs", LIKE("aws:userid", "\"AROAEXAMPLE:*\""), true },
	{ "a variable", KEY("aws:userid", "\"${aws:userid}\""), true },
	{ "an empty ID", KEY("aws:userid", "\"\""), true },
	{ "an access point", ARN("s3:DataAccessPointArn", "\"arn:aws:s3:us-east-1:1:accesspoint/a\""), false },
	{ "an account's access points", ARN("s3:DataAccessPointArn", "\"arn:aws:s3:us-east-1:1:accesspoint/*\""),
	    false },
	{ "any account's access points", ARN("s3:DataAccessPointArn", "\"arn:aws:s3:us-east-1:*:accesspoint/a\""),
	    true },
	{ "an access point's account", KEY("s3:DataAccessPointAccount", "\"1\""), false },

	/* Keys that anybody can have. */
	{ "a referer", KEY("aws:Referer", "\"a\""), true },
	{ "an agent", KEY("aws:UserAgent", "\"a\""), true },
	{ "TLS", IF("{\"Bool\":{\"aws:SecureTransport\":true}}"), true },
	{ "a time", IF("{\"DateLessThan\":{\"aws:CurrentTime\":\"2024-05-01\"}}"), true },
	{ "a name", KEY("aws:username", "\"Alice\""), true },
	{ "a tag", KEY("s3:ExistingObjectTag/public", "\"yes\""), true },
	{ "no condition", IF("{}"), true },

	/* Conditions that narrow nothing. */
	{ "not an account", IF("{\"StringNotEquals\":{\"aws:SourceAccount\":\"1\"}}"), true },
	{ "an account if there is one", IF("{\"StringEqualsIfExists\":{\"aws:SourceAccount\":\"1\"}}"), true },
	{ "all of a set", IF("{\"ForAllValues:StringEquals\":{\"aws:SourceAccount\":\"1\"}}"), true },
	{ "any of a set", IF("{\"ForAnyValue:StringEquals\":{\"aws:SourceAccount\":\"1\"}}"), false },
	{ "some account", IF("{\"Null\":{\"aws:SourceAccount\":false}}"), true },
	{ "a number", IF("{\"NumericEquals\":{\"aws:SourceAccount\":1}}"), true },
	{ "not a source", IF("{\"ArnNotLike\":{\"aws:SourceArn\":\"arn:aws:sns:us-east-1:1:topic\"}}"), true },
	{ "no ARN", ARN("aws:SourceArn", "\"*\""), true },

	/* Several conditions: one that narrows is enough. */
	{ "a referer and an address",
	    IF("{\"StringEquals\":{\"aws:Referer\":\"a\"},\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.9\"}}"),
	    false },
	{ "a referer and an agent", IF("{\"StringEquals\":{\"aws:Referer\":\"a\",\"aws:UserAgent\":\"b\"}}"),
	    true },
};

START_TEST(is_public)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *document =
	    talloc_asprintf(mem, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", vectors[_i].statements);
	struct s3_refusal why = { .mem = mem };
	struct policy *policy;

	ck_assert_msg(policy_parse(mem, slice_from(document), SLICE("bucket"), NULL, &why, &policy) == S3_OK,
	    "%s: %s", vectors[_i].name, why.message);
	ck_assert_msg(policy_is_public(policy) == vectors[_i].public, "%s", vectors[_i].name);
	talloc_free(mem);
}
END_TEST

/* Objects that are encrypted with one key are that key's holders'. */
START_TEST(encryption_key)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct policy *policy;

	ck_assert_int_eq(
	    policy_parse(mem,
		SLICE("{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:PutObject\","
		      "\"Resource\":\"arn:aws:s3:::bucket/*\",\"Condition\":{\"StringEquals\":"
		      "{\"s3:x-amz-server-side-encryption-aws-kms-key-id\":\"arn:aws:kms:us-east-1:1:key/a\"}}}}"),
		SLICE("bucket"), NULL, NULL, &policy),
	    S3_OK);
	ck_assert(!policy_is_public(policy));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy_public");
	TCase *tc = tcase_create("policy_public");

	tcase_add_loop_test(tc, is_public, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, encryption_key);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
