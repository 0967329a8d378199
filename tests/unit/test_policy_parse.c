/* Bucket policies read, and refused with the message that says where. */
#include "auth/policy.h"

#include "common/buf.h"
#include "tests/unit/suite.h"

#define ID_128 ID_64 ID_64
#define ID_64  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Users: alice, whose name is Alice, the one of 128 characters, and two whose IDs read like something else. */
static bool
name_of(void *context, struct slice id, TALLOC_CTX *mem, struct slice *name)
{
	static const struct {
		const char *id;
		const char *name;
	} users[] = { { "alice", "Alice" }, { ID_128, "long" }, { "*", "star" }, { "a:user/b", "colons" },
		{ "arn:aws:iam::alice:root", "arn" } };

	(void)context;
	(void)mem;
	ck_assert(id.length > 0 && id.length <= 128);
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		*name = slice_from(users[i].name);
		if (slice_equal(id, slice_from(users[i].id)))
			return true;
	}
	return false;
}

static const struct policy_users users = { NULL, name_of };

#define POLICY(statements)  "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define OLD(statements)     "{\"Version\":\"2008-10-17\",\"Statement\":[" statements "]}"
#define STATEMENT(elements) "{\"Effect\":\"Allow\"," elements "}"

#define ALL     "\"Principal\":\"*\""
#define GET     "\"Action\":\"s3:GetObject\""
#define OBJECTS "\"Resource\":\"arn:aws:s3:::bucket/*\""
#define BUCKET  "\"Resource\":\"arn:aws:s3:::bucket\""
#define PLAIN   STATEMENT(ALL "," GET "," OBJECTS)

#define WITH_PRINCIPAL(p)      POLICY(STATEMENT("\"Principal\":" p "," GET "," OBJECTS))
#define WITH_ACTION(a)         POLICY(STATEMENT(ALL ",\"Action\":" a "," OBJECTS))
#define ON_BUCKET(a)           POLICY(STATEMENT(ALL ",\"Action\":" a "," BUCKET))
#define WITH_RESOURCE(r)       POLICY(STATEMENT(ALL "," GET ",\"Resource\":" r))
#define WITH_CONDITION(c)      POLICY(STATEMENT(ALL "," GET "," OBJECTS ",\"Condition\":" c))
#define OLD_CONDITION(c)       OLD(STATEMENT(ALL "," GET "," OBJECTS ",\"Condition\":" c))
#define CONDITION_OF(a, c)     POLICY(STATEMENT(ALL ",\"Action\":" a "," OBJECTS ",\"Condition\":" c))
#define BUCKET_CONDITION(a, c) POLICY(STATEMENT(ALL ",\"Action\":" a "," BUCKET ",\"Condition\":" c))

#define NOT_JSON    "Policies must be valid JSON and the first byte must be '{'"
#define BAD_JSON    "This policy contains invalid Json: "
#define PRINCIPAL   "Invalid principal in policy: Statement[0].Principal"
#define ACTION      "Policy has invalid action: Statement[0].Action"
#define RESOURCE    "Policy has invalid resource: Statement[0].Resource"
#define NO_RESOURCE "Action does not apply to any resource(s) in statement: Statement[0].Action"
#define NO_CONDITION \
	"Conditions do not apply to combination of actions and resources in statement: Statement[0].Action"
#define KEY         "Policy has an invalid condition key: Statement[0].Condition"
#define TYPE        "Invalid Condition type: Statement[0].Condition"
#define SYNTAX      "Invalid policy syntax: Statement[0]"
#define VARIABLE    "Policy has an invalid policy variable: Statement[0]"
#define VALUE(what) "Invalid " what " in Conditions: Statement[0].Condition."

static const struct {
	const char *name;
	struct slice document;
	const char *message; /* NULL: it is taken */
} vectors[] = {
	/* The document. */
	{ "the least", SLICE("{\"Statement\":" PLAIN "}"), NULL },
	{ "a list", SLICE(POLICY(PLAIN)), NULL },
	{ "two", SLICE(POLICY(PLAIN "," PLAIN)), NULL },
	{ "the old version", SLICE(OLD(PLAIN)), NULL },
	{ "Id and Sid",
	    SLICE("{\"Id\":\"\",\"Statement\":[{\"Sid\":\"any thing\",\"Effect\":\"Deny\"," ALL "," GET "," OBJECTS
		  "}]}"),
	    NULL },
	{ "white space", SLICE("{ \"Statement\" :\r\n\t[ " PLAIN " ] } \n"), NULL },
	{ "nothing", SLICE(""), NOT_JSON },
	{ "a blank first", SLICE(" {}"), NOT_JSON },
	{ "a list for a policy", SLICE("[]"), NOT_JSON },
	{ "a byte order mark", SLICE("\xef\xbb\xbf{}"), NOT_JSON },
	{ "XML", SLICE("<Policy/>"), NOT_JSON },
	{ "cut", SLICE("{\"Statement\":"), BAD_JSON "line 1, column 13: " },
	{ "a comma too many", SLICE("{\"Statement\":[" PLAIN ",]}"), BAD_JSON "line 1, column " },
	{ "text behind", SLICE(POLICY(PLAIN) "x"), BAD_JSON "line 1, column " },
	{ "twice", SLICE("{\"Statement\":[],\"Statement\":[]}"), BAD_JSON "line 1, column " },
	{ "a key twice",
	    SLICE(WITH_CONDITION("{\"Bool\":{\"aws:SecureTransport\":true,\"aws:SecureTransport\":false}}")),
	    BAD_JSON },
	{ "no UTF-8", SLICE("{\"Id\":\"\xff\"}"), BAD_JSON },
	{ "NUL", SLICE("{\"Id\":\"\\u0000\"}"), BAD_JSON },
	{ "too deep", SLICE("{\"a\":[[[[[[[[1]]]]]]]]}"), BAD_JSON "it nests deeper than 8 levels" },
	{ "an empty object", SLICE("{}"), "Missing required field Statement" },
	{ "no statements", SLICE("{\"Statement\":[]}"),
	    "Could not parse the policy: Statement is empty!: Statement" },
	{ "a string for statements", SLICE("{\"Statement\":\"x\"}"), "Invalid policy syntax: Statement: \"x\"" },
	{ "a string for a statement", SLICE(POLICY(PLAIN ",\"x\"")), "Invalid policy syntax: Statement[1]: \"x\"" },
	{ "null for a statement", SLICE(POLICY("null")), "Invalid policy syntax: Statement[0]" },
	{ "an unknown field", SLICE("{\"statement\":[]}"), "Unknown field: statement" },
	{ "an unknown field of a statement",
	    SLICE(POLICY(PLAIN "," STATEMENT(ALL "," GET "," OBJECTS ",\"Conditions\":{}"))),
	    "Unknown field: Statement[1].Conditions" },
	{ "an unknown field of the one statement", SLICE("{\"Statement\":{\"effect\":\"Allow\"}}"),
	    "Unknown field: Statement.effect" },
	{ "another version", SLICE("{\"Version\":\"2012-10-18\",\"Statement\":[" PLAIN "]}"),
	    "The policy must contain a valid version string: Version: \"2012-10-18\"" },
	{ "a number for a version", SLICE("{\"Version\":2012,\"Statement\":[" PLAIN "]}"),
	    "The policy must contain a valid version string: Version: \"2012\"" },
	{ "a number for an Id", SLICE("{\"Id\":1,\"Statement\":[" PLAIN "]}"), "Invalid policy syntax: Id: \"1\"" },
	{ "a number for a Sid", SLICE(POLICY(STATEMENT("\"Sid\":1," ALL "," GET "," OBJECTS))),
	    "Invalid policy syntax: Statement[0].Sid: \"1\"" },

	/* Elements. */
	{ "no effect", SLICE(POLICY("{" ALL "," GET "," OBJECTS "}")),
	    "Missing required field Effect: Statement[0]" },
	{ "another effect", SLICE(POLICY("{\"Effect\":\"allow\"," ALL "," GET "," OBJECTS "}")),
	    "Invalid effect: Statement[0].Effect: \"allow\"" },
	{ "an effect in a list", SLICE(POLICY("{\"Effect\":[\"Allow\"]," ALL "," GET "," OBJECTS "}")),
	    "Invalid effect: Statement[0].Effect" },
	{ "no principal", SLICE(POLICY(STATEMENT(GET "," OBJECTS))),
	    "Missing required field Principal: Statement[0]" },
	{ "no action", SLICE(POLICY(STATEMENT(ALL "," OBJECTS))), "Missing required field Action: Statement[0]" },
	{ "no resource", SLICE(POLICY(PLAIN "," STATEMENT(ALL "," GET))),
	    "Missing required field Resource: Statement[1]" },
	{ "both principals",
	    SLICE(POLICY("{\"Effect\":\"Deny\"," ALL ",\"NotPrincipal\":\"*\"," GET "," OBJECTS "}")),
	    "Invalid policy syntax, there must be one alone: Statement[0].NotPrincipal: \"Principal\"" },
	{ "both actions", SLICE(POLICY(STATEMENT(ALL "," GET ",\"NotAction\":\"s3:PutObject\"," OBJECTS))),
	    "Invalid policy syntax, there must be one alone: Statement[0].NotAction: \"Action\"" },
	{ "both resources",
	    SLICE(POLICY(STATEMENT(ALL "," GET "," OBJECTS ",\"NotResource\":\"arn:aws:s3:::bucket/a\""))),
	    "Invalid policy syntax, there must be one alone: Statement[0].NotResource: \"Resource\"" },

	/* Principals. */
	{ "everybody of AWS", SLICE(WITH_PRINCIPAL("{\"AWS\":\"*\"}")), NULL },
	{ "everybody in a list", SLICE(WITH_PRINCIPAL("{\"AWS\":[\"*\"]}")), NULL },
	{ "everybody and somebody", SLICE(WITH_PRINCIPAL("{\"AWS\":[\"*\",\"alice\"]}")), NULL },
	{ "an ID", SLICE(WITH_PRINCIPAL("{\"AWS\":\"alice\"}")), NULL },
	{ "the longest ID", SLICE(WITH_PRINCIPAL("{\"AWS\":\"" ID_128 "\"}")), NULL },
	{ "an account's ARN", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam::alice:root\"}")), NULL },
	{ "a user's ARN", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam::alice:user/Alice\"}")), NULL },
	{ "a canonical ID", SLICE(WITH_PRINCIPAL("{\"CanonicalUser\":\"alice\"}")), NULL },
	{ "a canonical ID that looks like an ARN",
	    SLICE(WITH_PRINCIPAL("{\"CanonicalUser\":\"arn:aws:iam::alice:root\"}")), NULL },
	{ "a canonical ID that looks like everybody", SLICE(WITH_PRINCIPAL("{\"CanonicalUser\":\"*\"}")), NULL },
	{ "a service", SLICE(WITH_PRINCIPAL("{\"Service\":\"cloudfront.amazonaws.com\"}")), NULL },
	{ "a provider", SLICE(WITH_PRINCIPAL("{\"Federated\":[\"cognito-identity.amazonaws.com\"]}")), NULL },
	{ "every type",
	    SLICE(WITH_PRINCIPAL("{\"AWS\":[\"alice\"],\"CanonicalUser\":[\"alice\",\"" ID_128
				 "\"],\"Service\":\"a\",\"Federated\":\"b\"}")),
	    NULL },
	{ "all but somebody",
	    SLICE(POLICY("{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":\"alice\"}," GET "," OBJECTS "}")), NULL },
	{ "an unknown ID", SLICE(WITH_PRINCIPAL("{\"AWS\":\"nobody\"}")), PRINCIPAL ".AWS: \"nobody\"" },
	{ "the second is unknown", SLICE(WITH_PRINCIPAL("{\"AWS\":[\"alice\",\"nobody\"]}")),
	    PRINCIPAL ".AWS[1]: \"nobody\"" },
	{ "an unknown account", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam::nobody:root\"}")),
	    PRINCIPAL ".AWS: \"arn:aws:iam::nobody:root\"" },
	{ "another's name", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam::alice:user/alice\"}")),
	    PRINCIPAL ".AWS: \"arn:aws:iam::alice:user/alice\"" },
	{ "no name", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam::alice:user/\"}")), PRINCIPAL ".AWS: " },
	{ "no account", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam:::root\"}")), PRINCIPAL ".AWS: " },
	{ "no account of a user", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam:::user/Alice\"}")),
	    PRINCIPAL ".AWS: " },
	{ "a role", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam::alice:role/a\"}")), PRINCIPAL ".AWS: " },
	{ "another service's ARN", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:sts::alice:root\"}")),
	    PRINCIPAL ".AWS: " },
	{ "a pattern", SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam::*:root\"}")), NULL },
	{ "a pattern of an ID", SLICE(WITH_PRINCIPAL("{\"AWS\":\"ali*\"}")), PRINCIPAL ".AWS: \"ali*\"" },
	{ "a variable", SLICE(WITH_PRINCIPAL("{\"AWS\":\"${aws:userid}\"}")), PRINCIPAL ".AWS: " },
	{ "an ID too long", SLICE(WITH_PRINCIPAL("{\"AWS\":\"" ID_128 "x\"}")), PRINCIPAL ".AWS: " },
	{ "an empty ID", SLICE(WITH_PRINCIPAL("{\"AWS\":\"\"}")), PRINCIPAL ".AWS" },
	{ "an empty list", SLICE(WITH_PRINCIPAL("{\"AWS\":[]}")), PRINCIPAL ".AWS" },
	{ "no type", SLICE(WITH_PRINCIPAL("{}")), PRINCIPAL },
	{ "an unknown type", SLICE(WITH_PRINCIPAL("{\"AWS\":\"*\",\"aws\":\"*\"}")), PRINCIPAL },
	{ "a string", SLICE(WITH_PRINCIPAL("\"alice\"")), PRINCIPAL ": \"alice\"" },
	{ "a list", SLICE(WITH_PRINCIPAL("[\"*\"]")), PRINCIPAL },
	{ "null", SLICE(WITH_PRINCIPAL("null")), PRINCIPAL },
	{ "a number in a list", SLICE(WITH_PRINCIPAL("{\"AWS\":[1]}")), SYNTAX ".Principal.AWS[0]: \"1\"" },
	{ "an empty service", SLICE(WITH_PRINCIPAL("{\"Service\":\"\"}")), PRINCIPAL ".Service" },
	{ "all but somebody, allowed",
	    SLICE(POLICY(STATEMENT("\"NotPrincipal\":{\"AWS\":\"alice\"}," GET "," OBJECTS))),
	    "Allow with NotPrincipal is not allowed: Statement[0].NotPrincipal" },

	/* Actions. */
	{ "every action", SLICE(WITH_ACTION("\"*\"")), NULL },
	{ "every action of S3", SLICE(WITH_ACTION("\"s3:*\"")), NULL },
	{ "without case", SLICE(WITH_ACTION("\"S3:gEtObJeCt\"")), NULL },
	{ "a pattern of actions", SLICE(WITH_ACTION("\"s3:Get?bject*\"")), NULL },
	{ "a list of actions", SLICE(WITH_ACTION("[\"s3:GetObject\",\"s3:PutObject\"]")), NULL },
	{ "one that nothing here asks for", SLICE(WITH_ACTION("\"s3:ReplicateObject\"")), NULL },
	{ "another service's", SLICE(WITH_ACTION("\"ec2:RunInstances\"")), ACTION ": \"ec2:RunInstances\"" },
	{ "the second is another service's", SLICE(WITH_ACTION("[\"s3:GetObject\",\"iam:*\"]")),
	    ACTION "[1]: \"iam:*\"" },
	{ "a pattern of services", SLICE(WITH_ACTION("\"s?:GetObject\"")), ACTION ": " },
	{ "no service", SLICE(WITH_ACTION("\"GetObject\"")), ACTION ": \"GetObject\"" },
	{ "an unknown action", SLICE(WITH_ACTION("\"s3:GetObjects\"")), ACTION ": \"s3:GetObjects\"" },
	{ "a pattern of none", SLICE(WITH_ACTION("\"s3:Fetch*\"")), ACTION ": " },
	{ "no name", SLICE(WITH_ACTION("\"s3:\"")), ACTION ": \"s3:\"" },
	{ "an empty action", SLICE(WITH_ACTION("\"\"")), ACTION },
	{ "no actions", SLICE(WITH_ACTION("[]")), ACTION },
	{ "null", SLICE(WITH_ACTION("null")), SYNTAX ".Action" },
	{ "a list in a list", SLICE(WITH_ACTION("[[\"s3:GetObject\"]]")), SYNTAX ".Action[0]" },
	{ "all but some",
	    SLICE(POLICY(STATEMENT(ALL ",\"NotAction\":[\"s3:DeleteObject\",\"s3:PutBucketPolicy\"]," OBJECTS))),
	    NULL },
	{ "all but what is none", SLICE(POLICY(STATEMENT(ALL ",\"NotAction\":\"s3:x\"," OBJECTS))),
	    "Policy has invalid action: Statement[0].NotAction: \"s3:x\"" },

	/* Resources, and actions beside them. */
	{ "the bucket", SLICE(ON_BUCKET("\"s3:ListBucket\"")), NULL },
	{ "an object", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucket/a/b?.jpg\"")), NULL },
	{ "both", SLICE(WITH_RESOURCE("[\"arn:aws:s3:::bucket\",\"arn:aws:s3:::bucket/*\"]")), NULL },
	{ "all with that beginning", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucket*\"")), NULL },
	{ "the bucket with that beginning",
	    SLICE(POLICY(STATEMENT(ALL ",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::bucket*\""))),
	    NULL },
	{ "all but some resources",
	    SLICE(POLICY(STATEMENT(ALL "," GET ",\"NotResource\":\"arn:aws:s3:::bucket/private/*\""))), NULL },
	{ "a variable in a key", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucket/${aws:username}/*\"")), NULL },
	{ "another bucket", SLICE(WITH_RESOURCE("\"arn:aws:s3:::other/*\"")),
	    RESOURCE ": \"arn:aws:s3:::other/*\"" },
	{ "the second is another's", SLICE(WITH_RESOURCE("[\"arn:aws:s3:::bucket/*\",\"arn:aws:s3:::buckets/*\"]")),
	    RESOURCE "[1]: \"arn:aws:s3:::buckets/*\"" },
	{ "every bucket", SLICE(WITH_RESOURCE("\"arn:aws:s3:::*\"")), RESOURCE ": " },
	{ "everything", SLICE(WITH_RESOURCE("\"*\"")), RESOURCE ": \"*\"" },
	{ "a pattern of buckets", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucke?/*\"")), RESOURCE ": " },
	{ "a bucket with one more", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucket?\"")), RESOURCE ": " },
	{ "a bucket of another case", SLICE(WITH_RESOURCE("\"arn:aws:s3:::Bucket/*\"")), RESOURCE ": " },
	{ "a region", SLICE(WITH_RESOURCE("\"arn:aws:s3:us-east-1::bucket/*\"")), RESOURCE ": " },
	{ "another partition", SLICE(WITH_RESOURCE("\"arn:aws-cn:s3:::bucket/*\"")), RESOURCE ": " },
	{ "no ARN", SLICE(WITH_RESOURCE("\"bucket/*\"")), RESOURCE ": " },
	{ "a cut ARN", SLICE(WITH_RESOURCE("\"arn:aws:s3:::\"")), RESOURCE ": " },
	{ "an empty resource", SLICE(WITH_RESOURCE("\"\"")), RESOURCE },
	{ "no resources", SLICE(WITH_RESOURCE("[]")), RESOURCE },
	{ "another bucket for NotResource",
	    SLICE(POLICY(STATEMENT(ALL "," GET ",\"NotResource\":\"arn:aws:s3:::other/*\""))),
	    "Policy has invalid resource: Statement[0].NotResource: " },
	{ "an object's action on the bucket", SLICE(ON_BUCKET("\"s3:GetObject\"")),
	    NO_RESOURCE ": \"s3:GetObject\"" },
	{ "the bucket's action on objects", SLICE(WITH_ACTION("\"s3:ListBucket\"")),
	    NO_RESOURCE ": \"s3:ListBucket\"" },
	{ "the second is the bucket's", SLICE(WITH_ACTION("[\"s3:GetObject\",\"s3:ListBucket\"]")),
	    NO_RESOURCE "[1]: \"s3:ListBucket\"" },
	{ "a pattern of the bucket's on objects", SLICE(WITH_ACTION("\"s3:ListBucket*\"")), NO_RESOURCE ": " },
	{ "a pattern of both on the bucket", SLICE(ON_BUCKET("\"s3:Get*\"")), NULL },
	{ "an action of the service", SLICE(ON_BUCKET("\"s3:ListAllMyBuckets\"")), NO_RESOURCE ": " },
	{ "an action that makes a bucket", SLICE(ON_BUCKET("\"s3:CreateBucket\"")), NO_RESOURCE ": " },
	{ "an action on something else", SLICE(ON_BUCKET("\"s3:CreateJob\"")), NO_RESOURCE ": " },

	/* Conditions. */
	{ "none", SLICE(WITH_CONDITION("{}")), NULL },
	{ "no keys", SLICE(WITH_CONDITION("{\"StringEquals\":{}}")), NULL },
	{ "several",
	    SLICE(WITH_CONDITION(
		"{\"StringEquals\":{\"aws:Referer\":\"a\",\"aws:UserAgent\":[\"a\",\"b\"]},\"Bool\":{\"aws:SecureTransport\":\"true\"}}")),
	    NULL },
	{ "a key without case", SLICE(WITH_CONDITION("{\"IpAddress\":{\"AWS:sourceip\":\"1.2.3.4\"}}")), NULL },
	{ "a tag", SLICE(WITH_CONDITION("{\"StringEquals\":{\"s3:ExistingObjectTag/a b/c\":\"x\"}}")), NULL },
	{ "a set",
	    SLICE(CONDITION_OF("\"s3:PutObject\"",
		"{\"ForAllValues:StringLikeIfExists\":{\"s3:RequestObjectTagKeys\":[\"a*\"]}}")),
	    NULL },
	{ "a number",
	    SLICE(BUCKET_CONDITION("\"s3:ListBucket\"", "{\"NumericLessThanEquals\":{\"s3:max-keys\":10}}")),
	    NULL },
	{ "a fraction", SLICE(WITH_CONDITION("{\"NumericLessThan\":{\"s3:TlsVersion\":1.2}}")), NULL },
	{ "a boolean", SLICE(WITH_CONDITION("{\"Bool\":{\"aws:SecureTransport\":false}}")), NULL },
	{ "a key of Amazon's alone", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}}")),
	    NULL },
	{ "a list for conditions", SLICE(WITH_CONDITION("[]")), SYNTAX ".Condition" },
	{ "a string for keys", SLICE(WITH_CONDITION("{\"StringEquals\":\"x\"}")),
	    SYNTAX ".Condition.StringEquals: \"x\"" },
	{ "an unknown operator", SLICE(WITH_CONDITION("{\"StringIs\":{\"aws:Referer\":\"a\"}}")),
	    TYPE ": \"StringIs\"" },
	{ "an operator of another case", SLICE(WITH_CONDITION("{\"stringEquals\":{\"aws:Referer\":\"a\"}}")),
	    TYPE ": \"stringEquals\"" },
	{ "a prefix alone", SLICE(WITH_CONDITION("{\"ForAnyValue:\":{\"aws:Referer\":\"a\"}}")), TYPE ": " },
	{ "a suffix alone", SLICE(WITH_CONDITION("{\"IfExists\":{\"aws:Referer\":\"a\"}}")),
	    TYPE ": \"IfExists\"" },
	{ "two prefixes",
	    SLICE(WITH_CONDITION("{\"ForAnyValue:ForAllValues:StringEquals\":{\"aws:Referer\":\"a\"}}")),
	    TYPE ": " },
	{ "Null with a suffix", SLICE(WITH_CONDITION("{\"NullIfExists\":{\"aws:Referer\":true}}")),
	    TYPE ": \"NullIfExists\"" },
	{ "Null with a prefix", SLICE(WITH_CONDITION("{\"ForAnyValue:Null\":{\"aws:Referer\":true}}")),
	    TYPE ": \"ForAnyValue:Null\"" },
	{ "an unknown key", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:SourceIP4\":\"a\"}}")),
	    KEY ".StringEquals: \"aws:SourceIP4\"" },
	{ "another service's key", SLICE(WITH_CONDITION("{\"StringEquals\":{\"ec2:Region\":\"a\"}}")),
	    KEY ".StringEquals: \"ec2:Region\"" },
	{ "a tag without a key", SLICE(WITH_CONDITION("{\"StringEquals\":{\"s3:ExistingObjectTag/\":\"a\"}}")),
	    KEY ".StringEquals: " },
	{ "a key that is longer", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:Referer/a\":\"a\"}}")),
	    KEY ".StringEquals: " },
	{ "an empty key", SLICE(WITH_CONDITION("{\"StringEquals\":{\"\":\"a\"}}")), KEY ".StringEquals" },
	{ "no values", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:Referer\":[]}}")),
	    SYNTAX ".Condition.StringEquals.aws:Referer" },
	{ "null for a value", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:Referer\":null}}")),
	    SYNTAX ".Condition.StringEquals.aws:Referer" },
	{ "an object for a value", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:Referer\":[\"a\",{}]}}")),
	    SYNTAX ".Condition.StringEquals.aws:Referer[1]" },
	{ "an empty value", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:Referer\":\"\"}}")), NULL },
	{ "an address that is none",
	    SLICE(POLICY(PLAIN "," PLAIN "," STATEMENT(
		ALL "," GET "," OBJECTS
		    ",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"10.0.0.256\"]}}"))),
	    "Invalid IP address in Conditions: Statement[2].Condition.IpAddress.aws:SourceIp[1]: \"10.0.0.256\"" },
	{ "an address for another operator", SLICE(WITH_CONDITION("{\"StringLike\":{\"aws:SourceIp\":\"10.*\"}}")),
	    VALUE("IP address") "StringLike.aws:SourceIp: \"10.*\"" },
	{ "an IPv6 network", SLICE(WITH_CONDITION("{\"NotIpAddress\":{\"aws:SourceIp\":\"2001:db8::/32\"}}")),
	    NULL },
	{ "a prefix too long", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/33\"}}")),
	    VALUE("IP address") "IpAddress.aws:SourceIp: \"10.0.0.0/33\"" },
	{ "an IPv6 prefix too long", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"::/129\"}}")),
	    VALUE("IP address") },
	{ "an empty prefix", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/\"}}")),
	    VALUE("IP address") },
	{ "a negative prefix", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/-1\"}}")),
	    VALUE("IP address") },
	{ "a netmask", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/255.0.0.0\"}}")),
	    VALUE("IP address") },
	{ "an octal address", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"010.0.0.1\"}}")),
	    VALUE("IP address") },
	{ "a short address", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"10.1\"}}")),
	    VALUE("IP address") },
	{ "a zone", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"fe80::1%eth0\"}}")),
	    VALUE("IP address") },
	{ "an empty address", SLICE(WITH_CONDITION("{\"IpAddress\":{\"aws:SourceIp\":\"\"}}")),
	    VALUE("IP address") },
	{ "a number that is none",
	    SLICE(BUCKET_CONDITION("\"s3:ListBucket\"", "{\"NumericEquals\":{\"s3:max-keys\":\"1x\"}}")),
	    VALUE("number") "NumericEquals.s3:max-keys: \"1x\"" },
	{ "a number with an exponent",
	    SLICE(BUCKET_CONDITION("\"s3:ListBucket\"", "{\"NumericEquals\":{\"s3:max-keys\":1e20}}")),
	    VALUE("number") },
	{ "a number without digits",
	    SLICE(BUCKET_CONDITION("\"s3:ListBucket\"", "{\"NumericEquals\":{\"s3:max-keys\":\"-\"}}")),
	    VALUE("number") },
	{ "a number that ends in a point",
	    SLICE(BUCKET_CONDITION("\"s3:ListBucket\"", "{\"NumericEquals\":{\"s3:max-keys\":\"1.\"}}")),
	    VALUE("number") },
	{ "a number that begins with a point",
	    SLICE(BUCKET_CONDITION("\"s3:ListBucket\"", "{\"NumericEquals\":{\"s3:max-keys\":\".5\"}}")),
	    VALUE("number") },
	{ "a fraction too fine",
	    SLICE(BUCKET_CONDITION("\"s3:ListBucket\"", "{\"NumericEquals\":{\"s3:max-keys\":\"0.1234567\"}}")),
	    VALUE("number") },
	{ "a number too large",
	    SLICE(BUCKET_CONDITION("\"s3:ListBucket\"", "{\"NumericEquals\":{\"s3:max-keys\":\"9223372036854\"}}")),
	    VALUE("number") },
	{ "a date that is none", SLICE(WITH_CONDITION("{\"DateLessThan\":{\"aws:CurrentTime\":\"2024-02-30\"}}")),
	    VALUE("date") "DateLessThan.aws:CurrentTime: \"2024-02-30\"" },
	{ "a date in seconds", SLICE(WITH_CONDITION("{\"DateLessThan\":{\"aws:EpochTime\":1700000000}}")), NULL },
	{ "a boolean that is none", SLICE(WITH_CONDITION("{\"Bool\":{\"aws:SecureTransport\":\"yes\"}}")),
	    VALUE("boolean") "Bool.aws:SecureTransport: \"yes\"" },
	{ "a null that is none", SLICE(WITH_CONDITION("{\"Null\":{\"aws:Referer\":\"0\"}}")),
	    VALUE("boolean") "Null.aws:Referer: \"0\"" },
	{ "base64 that is none", SLICE(WITH_CONDITION("{\"BinaryEquals\":{\"aws:Referer\":\"a\"}}")),
	    VALUE("base64") "BinaryEquals.aws:Referer: \"a\"" },
	{ "an object's action with a listing's key",
	    SLICE(WITH_CONDITION("{\"StringEquals\":{\"s3:prefix\":\"a\"}}")), NO_CONDITION ": \"s3:GetObject\"" },
	{ "one of two cannot have it",
	    SLICE(CONDITION_OF(
		"[\"s3:PutObject\",\"s3:GetObject\"]", "{\"StringEquals\":{\"s3:x-amz-acl\":\"private\"}}")),
	    NO_CONDITION "[1]: \"s3:GetObject\"" },
	{ "a pattern may stand for some that can",
	    SLICE(CONDITION_OF("\"s3:*\"", "{\"StringEquals\":{\"s3:x-amz-acl\":\"private\"}}")), NULL },
	{ "uploads listed have no prefix",
	    SLICE(
		BUCKET_CONDITION("\"s3:ListBucketMultipartUploads\"", "{\"StringEquals\":{\"s3:prefix\":\"a\"}}")),
	    NO_CONDITION ": " },
	{ "the key comes before the resource",
	    SLICE(CONDITION_OF("\"s3:ListBucketMultipartUploads\"", "{\"StringEquals\":{\"s3:prefix\":\"a\"}}")),
	    NO_CONDITION ": " },
	{ "versions have one",
	    SLICE(CONDITION_OF("\"s3:GetObjectVersion\"", "{\"StringEquals\":{\"s3:VersionId\":\"a\"}}")), NULL },
	{ "objects have none",
	    SLICE(CONDITION_OF("\"s3:GetObject\"", "{\"StringEquals\":{\"s3:versionid\":\"a\"}}")),
	    NO_CONDITION ": " },

	/* Variables. */
	{ "a variable",
	    SLICE(WITH_CONDITION(
		"{\"StringLike\":{\"aws:Referer\":\"*/${aws:username}/${s3:ExistingObjectTag/a}\"}}")),
	    NULL },
	{ "a default", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:Referer\":\"${aws:username, 'a, b'}\"}}")),
	    NULL },
	{ "characters", SLICE(WITH_CONDITION("{\"StringLike\":{\"aws:Referer\":\"${*}${?}${$}$\"}}")), NULL },
	{ "of an ARN",
	    SLICE(WITH_CONDITION("{\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::${aws:userid}:user/*\"}}")),
	    NULL },
	{ "an unknown variable", SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:Referer\":\"${aws:name}\"}}")),
	    VARIABLE ".Condition.StringEquals.aws:Referer: \"${aws:name}\"" },
	{ "a variable of several values",
	    SLICE(WITH_CONDITION("{\"StringEquals\":{\"aws:Referer\":\"${aws:TagKeys}\"}}")),
	    VARIABLE ".Condition" },
	{ "an open variable", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucket/${aws:username\"")),
	    VARIABLE ".Resource: " },
	{ "an empty variable", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucket/${}\"")), VARIABLE ".Resource: " },
	{ "an empty default without quotes", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucket/${aws:username, }\"")),
	    VARIABLE ".Resource: " },
	{ "a default without its end", SLICE(WITH_RESOURCE("\"arn:aws:s3:::bucket/${aws:username, '}\"")),
	    VARIABLE ".Resource: " },
	{ "none in the old version", SLICE(OLD_CONDITION("{\"StringEquals\":{\"aws:Referer\":\"${aws:name}\"}}")),
	    NULL },
	{ "none in numbers",
	    SLICE(WITH_CONDITION("{\"NumericEquals\":{\"s3:signatureAge\":\"${aws:EpochTime}\"}}")),
	    VALUE("number") },
	{ "none in buckets", SLICE(WITH_RESOURCE("\"arn:aws:s3:::${aws:username}/*\"")), RESOURCE ": " },
};

START_TEST(parse)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *name = vectors[_i].name, *message = vectors[_i].message;
	struct s3_refusal why = { .mem = mem };
	struct policy *policy;
	enum s3_err err = policy_parse(mem, vectors[_i].document, SLICE("bucket"), &users, &why, &policy);

	ck_assert_msg(
	    err == (message == NULL ? S3_OK : S3_MALFORMED_POLICY) && err == why.err, "%s: %s", name, why.message);
	ck_assert_msg((policy != NULL) == (err == S3_OK), "%s: output", name);
	if (message != NULL) {
		const char *got = why.message != NULL ? why.message : s3_err_message(err);

		ck_assert_msg(strncmp(got, message, strlen(message)) == 0, "%s: %s", name, got);
		ck_assert_msg(strlen(got) == strlen(message) || strchr(" .", message[strlen(message) - 1]) ||
				  strchr(":[.", got[strlen(message)]),
		    "%s: %s", name, got);
	}
	talloc_free(mem);
}
END_TEST

/* A stored policy is taken whoever has gone since; and a refusal need not be told. */
START_TEST(stored)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct policy *policy;

	ck_assert_int_eq(
	    policy_parse(mem, SLICE(WITH_PRINCIPAL("{\"AWS\":[\"nobody\",\"arn:aws:iam::x:user/y\"]}")),
		SLICE("bucket"), NULL, NULL, &policy),
	    S3_OK);
	ck_assert_int_eq(policy_parse(mem, SLICE(WITH_PRINCIPAL("{\"AWS\":\"arn:aws:iam::x:role/y\"}")),
			     SLICE("bucket"), NULL, NULL, &policy),
	    S3_MALFORMED_POLICY);
	ck_assert_ptr_null(policy);
	talloc_free(mem);
}
END_TEST

/* A policy of as many statements as it takes to be that long, with so much white space beside them. */
static struct slice
long_policy(TALLOC_CTX *mem, size_t length, size_t blanks)
{
	struct buf *out = buf_new(mem, (size_t)1024 * 1024);
	size_t rest;

	buf_append_string(out, "{\"Statement\":[");
	while (buf_slice(out).length + 2 * strlen(PLAIN) < length)
		buf_append_string(out, PLAIN ",");
	buf_append_string(out, PLAIN);
	for (size_t i = 0; i < blanks; i++)
		buf_append_byte(out, "\n\t "[i % 3]);
	buf_append_string(out, "],\"Id\":\"");
	rest = length + blanks - buf_slice(out).length - strlen("\"}");
	for (size_t i = 0; i < rest; i++)
		buf_append_byte(out, ' ');
	buf_append_string(out, "\"}");
	return buf_slice(out);
}

static const struct {
	size_t length;
	size_t blanks;
	const char *message;
} lengths[] = {
	{ POLICY_NORMALIZED_MAX, 0, NULL },
	{ POLICY_NORMALIZED_MAX + 1, 0,
	    "Normalized policy document exceeds the maximum allowed size of 20480 bytes" },
	{ POLICY_NORMALIZED_MAX, POLICY_DOCUMENT_MAX - POLICY_NORMALIZED_MAX, NULL },
	{ POLICY_NORMALIZED_MAX, POLICY_DOCUMENT_MAX - POLICY_NORMALIZED_MAX + 1,
	    "Policy document exceeds the maximum allowed size of 65536 bytes" },
};

START_TEST(length)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct slice document = long_policy(mem, lengths[_i].length, lengths[_i].blanks);
	struct policy *policy;
	enum s3_err err = policy_parse(mem, document, SLICE("bucket"), &users, &why, &policy);

	ck_assert_uint_eq(document.length, lengths[_i].length + lengths[_i].blanks);
	ck_assert_msg((err == S3_OK) == (lengths[_i].message == NULL), "%s", why.message);
	if (err != S3_OK)
		ck_assert_str_eq(why.message, lengths[_i].message);
	talloc_free(mem);
}
END_TEST

/* Policies are kept compiled: what one takes of memory is a small multiple of its document, however it is made up. */
static const struct {
	const char *before;
	const char *unit;
	const char *after;
} shapes[] = {
	{ "{\"Statement\":[",
	    "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::bucket\"}",
	    "]}" },
	{ "{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::bucket\",\"Principal\":{\"AWS\":[",
	    "\"*\",\"alice\"", "]}}}" },
	{ "{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Resource\":\"arn:aws:s3:::bucket\",\"Action\":[",
	    "\"*\"", "]}}" },
	{ "{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":[",
	    "\"arn:aws:s3:::bucket/*?\"", "]}}" },
	{ "{\"Statement\":{\"Effect\":\"Deny\"," ALL ",\"Action\":\"*\"," OBJECTS
	  ",\"Condition\":{\"StringLike\":{\"aws:Referer\":[",
	    "\"*?*?*?\",\"\",1", "]}}}}" },
	{ "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\"," ALL ",\"Action\":\"*\"," OBJECTS
	  ",\"Condition\":{\"StringLike\":{\"aws:Referer\":[",
	    "\"${*}${?}\",\"*${*}?${aws:userid}\"", "]}}}}" },
	{ "{\"Statement\":{\"Effect\":\"Deny\"," ALL ",\"Action\":\"*\"," OBJECTS
	  ",\"Condition\":{\"ArnLike\":{\"aws:Referer\":[",
	    "\"*:*:*:*:*:*\",\"\"", "]}}}}" },
	{ "{\"Statement\":{\"Effect\":\"Deny\"," ALL ",\"Action\":\"*\"," OBJECTS
	  ",\"Condition\":{\"BinaryEquals\":{\"aws:Referer\":[",
	    "\"\",\"AA==\"", "]}}}}" },
	{ "{\"Statement\":{\"Effect\":\"Deny\"," ALL ",\"Action\":\"*\"," OBJECTS
	  ",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":[",
	    "\"::\"", "]}}}}" },
};

START_TEST(memory)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *document = buf_new(mem, POLICY_NORMALIZED_MAX);
	struct s3_refusal why = { .mem = mem };
	struct policy *policy;
	size_t kept;

	buf_append_string(document, shapes[_i].before);
	while (buf_slice(document).length + 2 * strlen(shapes[_i].unit) + strlen(shapes[_i].after) + 1 <
	       POLICY_NORMALIZED_MAX)
		buf_printf(document, "%s,", shapes[_i].unit);
	buf_printf(document, "%s%s", shapes[_i].unit, shapes[_i].after);
	ck_assert_msg(policy_parse(mem, buf_slice(document), SLICE("bucket"), &users, &why, &policy) == S3_OK,
	    "%s: %s", shapes[_i].unit, why.message);
	kept = talloc_total_size(policy) + 112 * talloc_total_blocks(policy); /* with what talloc and malloc need */
	ck_assert_msg(kept < 12 * buf_slice(document).length, "%s: %zu bytes", shapes[_i].unit, kept);
	talloc_free(mem);
}
END_TEST

/* The document may go, and what of it is shown is bounded. */
START_TEST(borrows_nothing)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	char *text = talloc_strdup(mem, WITH_RESOURCE("\"arn:aws:s3:::bucket/a\""));
	const struct identity who = { SLICE("alice"), false, false };
	struct policy_question question = { .who = &who,
		.user_name = SLICE("Alice"),
		.action = ACTION_GetObject,
		.bucket = SLICE("bucket"),
		.key = SLICE("a") };
	struct policy *policy;

	ck_assert_int_eq(policy_parse(mem, slice_from(text), SLICE("bucket"), &users, &why, &policy), S3_OK);
	memset(text, 'x', strlen(text));
	talloc_free(text);
	ck_assert_int_eq(policy_decide(mem, policy, &question), POLICY_ALLOW);

	text = talloc_strdup(mem, "{\"");
	for (size_t i = 0; i < 5000; i++)
		text = talloc_strdup_append(text, "x");
	text = talloc_strdup_append(text, "\":1}");
	ck_assert_int_eq(
	    policy_parse(mem, slice_from(text), SLICE("bucket"), &users, &why, &policy), S3_MALFORMED_POLICY);
	ck_assert_uint_lt(strlen(why.message), 1000);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy_parse");
	TCase *tc = tcase_create("policy_parse");

	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, stored);
	tcase_add_loop_test(tc, length, 0, ARRAY_SIZE(lengths));
	tcase_add_loop_test(tc, memory, 0, ARRAY_SIZE(shapes));
	tcase_add_test(tc, borrows_nothing);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
