/* Every condition operator against requests: a statement that allows with the condition, and what it says. */
#include "auth/policy.h"

#include "tests/unit/policy_request.h"
#include "tests/unit/suite.h"

#define NOW INT64_C(1714557600000000) /* 2024-05-01T10:00:00Z */

#define STRING(operator, values)  "{\"" operator"\":{\"aws:Referer\":" values "}}"
#define NUMBER(operator, values)  "{\"" operator"\":{\"s3:signatureAge\":" values "}}"
#define TIME(operator, values)    "{\"" operator"\":{\"aws:CurrentTime\":" values "}}"
#define ADDRESS(operator, values) "{\"" operator"\":{\"aws:SourceIp\":" values "}}"
#define SECURE(values)            "{\"Bool\":{\"aws:SecureTransport\":" values "}}"
#define ARN(operator, values)     "{\"" operator"\":{\"aws:PrincipalArn\":" values "}}"
#define TAGS(operator, values)    "{\"" operator"\":{\"s3:RequestObjectTagKeys\":" values "}}"

static const struct {
	const char *name;
	const char *condition;
	const char *request;
	bool holds;
} vectors[] = {
	/* Strings. */
	{ "equal", STRING("StringEquals", "\"a\""), "aws:Referer=a", true },
	{ "not equal", STRING("StringEquals", "\"a\""), "aws:Referer=b", false },
	{ "with case", STRING("StringEquals", "\"a\""), "aws:Referer=A", false },
	{ "no wildcard", STRING("StringEquals", "\"a*\""), "aws:Referer=ab", false },
	{ "a literal asterisk", STRING("StringEquals", "\"a*\""), "aws:Referer=a*", true },
	{ "one of two", STRING("StringEquals", "[\"a\",\"b\"]"), "aws:Referer=b", true },
	{ "none of two", STRING("StringEquals", "[\"a\",\"b\"]"), "aws:Referer=c", false },
	{ "empty", STRING("StringEquals", "\"\""), "aws:Referer=", true },
	{ "empty is not absent", STRING("StringEquals", "\"\""), "", false },
	{ "absent", STRING("StringEquals", "\"a\""), "", false },
	{ "without values", STRING("StringEquals", "\"a\""), "aws:Referer", false },
	{ "a number for a string", STRING("StringEquals", "12"), "aws:Referer=12", true },
	{ "a boolean for a string", STRING("StringEquals", "true"), "aws:Referer=true", true },
	{ "beyond ASCII", STRING("StringEquals", "\"\\u00e9\""), "aws:Referer=\xc3\xa9", true },
	{ "not: equal", STRING("StringNotEquals", "\"a\""), "aws:Referer=a", false },
	{ "not: another", STRING("StringNotEquals", "\"a\""), "aws:Referer=b", true },
	{ "not: one of two", STRING("StringNotEquals", "[\"a\",\"b\"]"), "aws:Referer=b", false },
	{ "not: absent", STRING("StringNotEquals", "\"a\""), "", true },
	{ "nocase", STRING("StringEqualsIgnoreCase", "\"aBc\""), "aws:Referer=AbC", true },
	{ "nocase: another", STRING("StringEqualsIgnoreCase", "\"aBc\""), "aws:Referer=AbD", false },
	{ "nocase: no wildcard", STRING("StringEqualsIgnoreCase", "\"a*\""), "aws:Referer=abc", false },
	{ "nocase: absent", STRING("StringEqualsIgnoreCase", "\"a\""), "", false },
	{ "not nocase", STRING("StringNotEqualsIgnoreCase", "\"aBc\""), "aws:Referer=AbC", false },
	{ "not nocase: another", STRING("StringNotEqualsIgnoreCase", "\"aBc\""), "aws:Referer=b", true },
	{ "not nocase: absent", STRING("StringNotEqualsIgnoreCase", "\"a\""), "", true },
	{ "like", STRING("StringLike", "\"http://*.example.com/?\""), "aws:Referer=http://a.b.example.com/x",
	    true },
	{ "like: another", STRING("StringLike", "\"http://*.example.com/?\""), "aws:Referer=http://example.com/x",
	    false },
	{ "like: with case", STRING("StringLike", "\"A*\""), "aws:Referer=ab", false },
	{ "like: all", STRING("StringLike", "\"*\""), "aws:Referer=", true },
	{ "like: all is not absent", STRING("StringLike", "\"*\""), "", false },
	{ "not like", STRING("StringNotLike", "\"a*\""), "aws:Referer=ab", false },
	{ "not like: another", STRING("StringNotLike", "\"a*\""), "aws:Referer=ba", true },
	{ "not like: absent", STRING("StringNotLike", "\"a*\""), "", true },

	/* Numbers. */
	{ "number", NUMBER("NumericEquals", "\"10\""), "s3:signatureAge=10", true },
	{ "number: JSON's", NUMBER("NumericEquals", "10"), "s3:signatureAge=10", true },
	{ "number: written otherwise", NUMBER("NumericEquals", "\"10.50\""), "s3:signatureAge=010.5", true },
	{ "number: another", NUMBER("NumericEquals", "10"), "s3:signatureAge=11", false },
	{ "number: no order of texts", NUMBER("NumericLessThan", "9"), "s3:signatureAge=10", false },
	{ "number: one of two", NUMBER("NumericEquals", "[10,11]"), "s3:signatureAge=11", true },
	{ "number: none asked", NUMBER("NumericEquals", "10"), "s3:signatureAge=ten", false },
	{ "number: negative", NUMBER("NumericLessThan", "-1"), "s3:signatureAge=-2", true },
	{ "number: negative fraction", NUMBER("NumericGreaterThan", "-1.5"), "s3:signatureAge=-1.25", true },
	{ "number: minus nought", NUMBER("NumericEquals", "0"), "s3:signatureAge=-0", true },
	{ "number: exact", NUMBER("NumericEquals", "0.1"), "s3:signatureAge=0.100000", true },
	{ "number: finest", NUMBER("NumericLessThan", "\"0.000002\""), "s3:signatureAge=0.000001", true },
	{ "number: largest", NUMBER("NumericLessThan", "\"9223372036853\""), "s3:signatureAge=9223372036852",
	    true },
	{ "number: asked too large", NUMBER("NumericGreaterThan", "1"), "s3:signatureAge=99999999999999999999",
	    false },
	{ "number: absent", NUMBER("NumericEquals", "10"), "", false },
	{ "not number", NUMBER("NumericNotEquals", "10"), "s3:signatureAge=10", false },
	{ "not number: another", NUMBER("NumericNotEquals", "10"), "s3:signatureAge=11", true },
	{ "not number: none asked", NUMBER("NumericNotEquals", "10"), "s3:signatureAge=ten", true },
	{ "not number: absent", NUMBER("NumericNotEquals", "10"), "", true },
	{ "less", NUMBER("NumericLessThan", "10"), "s3:signatureAge=9", true },
	{ "less: equal", NUMBER("NumericLessThan", "10"), "s3:signatureAge=10", false },
	{ "less: absent", NUMBER("NumericLessThan", "10"), "", false },
	{ "less or equal", NUMBER("NumericLessThanEquals", "10"), "s3:signatureAge=10", true },
	{ "less or equal: more", NUMBER("NumericLessThanEquals", "10"), "s3:signatureAge=10.1", false },
	{ "greater", NUMBER("NumericGreaterThan", "10"), "s3:signatureAge=11", true },
	{ "greater: equal", NUMBER("NumericGreaterThan", "10"), "s3:signatureAge=10", false },
	{ "greater or equal", NUMBER("NumericGreaterThanEquals", "10"), "s3:signatureAge=10", true },
	{ "greater or equal: less", NUMBER("NumericGreaterThanEquals", "10"), "s3:signatureAge=9", false },

	/* Dates. */
	{ "date", TIME("DateEquals", "\"2024-05-01T10:00:00Z\""), "", true },
	{ "date: in another zone", TIME("DateEquals", "\"2024-05-01T12:00:00+02:00\""), "", true },
	{ "date: in seconds", TIME("DateEquals", "1714557600"), "", true },
	{ "date: seconds in text", TIME("DateEquals", "\"1714557600\""), "", true },
	{ "date: another", TIME("DateEquals", "\"2024-05-01T10:00:01Z\""), "", false },
	{ "date: a day is its beginning", TIME("DateEquals", "\"2024-05-01\""), "", false },
	{ "not date", TIME("DateNotEquals", "\"2024-05-01T10:00:00Z\""), "", false },
	{ "not date: another", TIME("DateNotEquals", "\"2024-05-02\""), "", true },
	{ "before", TIME("DateLessThan", "\"2024-05-02\""), "", true },
	{ "before: equal", TIME("DateLessThan", "\"2024-05-01T10:00:00Z\""), "", false },
	{ "before or at", TIME("DateLessThanEquals", "\"2024-05-01T10:00:00Z\""), "", true },
	{ "before or at: after", TIME("DateLessThanEquals", "\"2024-05-01T09:59:59Z\""), "", false },
	{ "after", TIME("DateGreaterThan", "\"2024-05-01\""), "", true },
	{ "after: equal", TIME("DateGreaterThan", "\"2024-05-01T10:00:00Z\""), "", false },
	{ "after or at", TIME("DateGreaterThanEquals", "\"2024-05-01T10:00:00Z\""), "", true },
	{ "after or at: before", TIME("DateGreaterThanEquals", "\"2024-05-02\""), "", false },
	{ "between",
	    "{\"DateGreaterThan\":{\"aws:CurrentTime\":\"2024-04-01\"},\"DateLessThan\":{\"aws:CurrentTime\":\"2024-06-01\"}}",
	    "", true },
	{ "seconds as a number", "{\"NumericEquals\":{\"aws:EpochTime\":1714557600}}", "", true },
	{ "seconds as a date", "{\"DateLessThan\":{\"aws:EpochTime\":\"2024-05-02\"}}", "", true },
	{ "a date for no date", "{\"DateLessThan\":{\"aws:Referer\":\"2024-05-02\"}}", "aws:Referer=soon", false },
	{ "a date of the request", "{\"DateLessThan\":{\"s3:object-lock-retain-until-date\":\"2024-05-02\"}}",
	    "s3:object-lock-retain-until-date=2024-05-01T00:00:00.000Z", true },

	/* Booleans, bytes, presence. */
	{ "true", SECURE("\"true\""), "aws:SecureTransport=true", true },
	{ "true: JSON's", SECURE("true"), "aws:SecureTransport=true", true },
	{ "true: of another case", SECURE("\"TRUE\""), "aws:SecureTransport=True", true },
	{ "true: false", SECURE("true"), "aws:SecureTransport=false", false },
	{ "false", SECURE("false"), "aws:SecureTransport=false", true },
	{ "false: absent", SECURE("false"), "", false },
	{ "either", SECURE("[true,false]"), "aws:SecureTransport=false", true },
	{ "no boolean asked", SECURE("false"), "aws:SecureTransport=no", false },
	{ "bytes", STRING("BinaryEquals", "\"AGE=\""), "aws:Referer=", false },
	{ "bytes: equal", STRING("BinaryEquals", "\"YWI=\""), "aws:Referer=ab", true },
	{ "bytes: another", STRING("BinaryEquals", "\"YWI=\""), "aws:Referer=YWI=", false },
	{ "bytes: none", STRING("BinaryEquals", "\"\""), "aws:Referer=", true },
	{ "bytes: absent", STRING("BinaryEquals", "\"YWI=\""), "", false },
	{ "null", STRING("Null", "true"), "", true },
	{ "null: there", STRING("Null", "true"), "aws:Referer=a", false },
	{ "null: there and empty", STRING("Null", "true"), "aws:Referer=", false },
	{ "null: without values", STRING("Null", "true"), "aws:Referer", true },
	{ "not null", STRING("Null", "\"false\""), "aws:Referer=a", true },
	{ "not null: absent", STRING("Null", "\"false\""), "", false },
	{ "null or not", STRING("Null", "[true,false]"), "aws:Referer=a", true },
	{ "null: another tag", "{\"Null\":{\"s3:ExistingObjectTag/a\":true}}", "s3:ExistingObjectTag/b=x", true },
	{ "null: Amazon's alone", "{\"Null\":{\"aws:SourceVpc\":true}}", "aws:SourceVpc=x", true },

	/* Addresses. */
	{ "address", ADDRESS("IpAddress", "\"203.0.113.9\""), "aws:SourceIp=203.0.113.9", true },
	{ "address: another", ADDRESS("IpAddress", "\"203.0.113.9\""), "aws:SourceIp=203.0.113.10", false },
	{ "network", ADDRESS("IpAddress", "\"203.0.113.0/24\""), "aws:SourceIp=203.0.113.255", true },
	{ "network: below", ADDRESS("IpAddress", "\"203.0.113.0/24\""), "aws:SourceIp=203.0.112.255", false },
	{ "network: above", ADDRESS("IpAddress", "\"203.0.113.0/24\""), "aws:SourceIp=203.0.114.0", false },
	{ "network: bits behind it", ADDRESS("IpAddress", "\"203.0.113.77/24\""), "aws:SourceIp=203.0.113.1",
	    true },
	{ "network: odd bits", ADDRESS("IpAddress", "\"10.0.0.32/27\""), "aws:SourceIp=10.0.0.63", true },
	{ "network: odd bits, outside", ADDRESS("IpAddress", "\"10.0.0.32/27\""), "aws:SourceIp=10.0.0.64", false },
	{ "network: one address", ADDRESS("IpAddress", "\"10.0.0.1/32\""), "aws:SourceIp=10.0.0.1", true },
	{ "network: all of IPv4", ADDRESS("IpAddress", "\"0.0.0.0/0\""), "aws:SourceIp=203.0.113.9", true },
	{ "network: all of IPv4 is not IPv6", ADDRESS("IpAddress", "\"0.0.0.0/0\""), "aws:SourceIp=2001:db8::1",
	    false },
	{ "network: all of IPv6", ADDRESS("IpAddress", "\"::/0\""), "aws:SourceIp=2001:db8::1", true },
	{ "IPv6", ADDRESS("IpAddress", "\"2001:DB8:0::/32\""), "aws:SourceIp=2001:db8:ffff::1", true },
	{ "IPv6: outside", ADDRESS("IpAddress", "\"2001:db8::/32\""), "aws:SourceIp=2001:db9::1", false },
	{ "IPv6: one address", ADDRESS("IpAddress", "\"::1\""), "aws:SourceIp=::1", true },
	{ "IPv6: odd bits", ADDRESS("IpAddress", "\"2001:db8:8000::/33\""), "aws:SourceIp=2001:db8:7fff::1",
	    false },
	{ "IPv4 in IPv6", ADDRESS("IpAddress", "\"203.0.113.0/24\""), "aws:SourceIp=::ffff:203.0.113.9", true },
	{ "IPv6 for IPv4", ADDRESS("IpAddress", "\"::ffff:203.0.113.0/120\""), "aws:SourceIp=203.0.113.9", true },
	{ "two networks", ADDRESS("IpAddress", "[\"10.0.0.0/8\",\"2001:db8::/32\"]"), "aws:SourceIp=2001:db8::1",
	    true },
	{ "address: no address asked", ADDRESS("IpAddress", "\"0.0.0.0/0\""), "aws:SourceIp=localhost", false },
	{ "address: a port", ADDRESS("IpAddress", "\"0.0.0.0/0\""), "aws:SourceIp=10.0.0.1:80", false },
	{ "address: absent", ADDRESS("IpAddress", "\"0.0.0.0/0\""), "", false },
	{ "not address", ADDRESS("NotIpAddress", "\"203.0.113.0/24\""), "aws:SourceIp=203.0.113.9", false },
	{ "not address: another", ADDRESS("NotIpAddress", "\"203.0.113.0/24\""), "aws:SourceIp=203.0.114.9", true },
	{ "not address: neither", ADDRESS("NotIpAddress", "[\"10.0.0.0/8\",\"203.0.113.0/24\"]"),
	    "aws:SourceIp=10.0.0.1", false },
	{ "not address: of the other family", ADDRESS("NotIpAddress", "\"0.0.0.0/0\""), "aws:SourceIp=::1", true },
	{ "not address: absent", ADDRESS("NotIpAddress", "\"10.0.0.0/8\""), "", true },
	{ "an address as a text", ADDRESS("StringEquals", "\"10.0.0.1\""), "aws:SourceIp=10.0.0.1", true },

	/* ARNs. Whoever asks is arn:aws:iam::alice:user/Alice. */
	{ "ARN", ARN("ArnEquals", "\"arn:aws:iam::alice:user/Alice\""), "", true },
	{ "ARN: another", ARN("ArnEquals", "\"arn:aws:iam::bob:user/Alice\""), "", false },
	{ "ARN: equal means like", ARN("ArnEquals", "\"arn:aws:iam::*:user/A?ice\""), "", true },
	{ "ARN: like", ARN("ArnLike", "\"arn:*:iam:*:al*:user/*\""), "", true },
	{ "ARN: a part for two", ARN("ArnLike", "\"arn:aws:*:user/Alice\""), "", false },
	{ "ARN: no part spans a colon", ARN("ArnLike", "\"arn:aws:i*:alice:user/Alice:*\""), "", false },
	{ "ARN: a star is none", ARN("ArnLike", "\"*\""), "", false },
	{ "ARN: cut", ARN("ArnLike", "\"arn:aws:iam::alice\""), "", false },
	{ "ARN: all of it a pattern", ARN("ArnLike", "\"*:*:*:*:*:*\""), "", true },
	{ "ARN: colons in the last part", "{\"ArnLike\":{\"aws:Referer\":\"arn:aws:sns:r:a:*c\"}}",
	    "aws:Referer=arn:aws:sns:r:a:b:c", true },
	{ "ARN: colons in the last part of the pattern", "{\"ArnLike\":{\"aws:Referer\":\"arn:aws:sns:r:a:b:c\"}}",
	    "aws:Referer=arn:aws:sns:r:a:b:c", true },
	{ "ARN: too short", "{\"ArnLike\":{\"aws:Referer\":\"*:*:*:*:*:*\"}}", "aws:Referer=arn:aws:sns:r:a",
	    false },
	{ "ARN: an end that is empty", "{\"ArnLike\":{\"aws:Referer\":\"arn:aws:sns:r:a:\"}}",
	    "aws:Referer=arn:aws:sns:r:a:", true },
	{ "ARN: an end that is not", "{\"ArnLike\":{\"aws:Referer\":\"arn:aws:sns:r:a:\"}}",
	    "aws:Referer=arn:aws:sns:r:a:b", false },
	{ "ARN: empty parts", "{\"ArnLike\":{\"aws:Referer\":\":::::\"}}", "aws:Referer=:::::", true },
	{ "ARN: a variable", ARN("ArnLike", "\"arn:aws:iam::${aws:userid}:user/${aws:username}\""), "", true },
	{ "ARN: a default with a colon", ARN("ArnLike", "\"arn:aws:iam::${s3:prefix, 'a:b'}:user/Alice\""), "",
	    false },
	{ "not ARN", ARN("ArnNotEquals", "\"arn:aws:iam::alice:user/Alice\""), "", false },
	{ "not ARN: another", ARN("ArnNotLike", "\"arn:aws:iam::bob:*\""), "", true },
	{ "not ARN: like", ARN("ArnNotLike", "\"arn:aws:iam::alice:*\""), "", false },
	{ "not ARN: absent", "{\"ArnNotLike\":{\"aws:SourceArn\":\"arn:aws:sns:*:*:*\"}}", "", true },

	/* IfExists. */
	{ "if it exists", STRING("StringEqualsIfExists", "\"a\""), "aws:Referer=a", true },
	{ "if it exists: another", STRING("StringEqualsIfExists", "\"a\""), "aws:Referer=b", false },
	{ "if it exists: absent", STRING("StringEqualsIfExists", "\"a\""), "", true },
	{ "if it exists: like", STRING("StringLikeIfExists", "\"a*\""), "", true },
	{ "if it exists: number", NUMBER("NumericLessThanIfExists", "1"), "", true },
	{ "if it exists: date", "{\"DateLessThanIfExists\":{\"s3:object-lock-retain-until-date\":\"2024-05-02\"}}",
	    "", true },
	{ "if it exists: boolean", "{\"BoolIfExists\":{\"aws:MultiFactorAuthPresent\":\"true\"}}", "", true },
	{ "if it exists: address", ADDRESS("IpAddressIfExists", "\"10.0.0.0/8\""), "", true },
	{ "if it exists: address, another", ADDRESS("IpAddressIfExists", "\"10.0.0.0/8\""), "aws:SourceIp=11.0.0.1",
	    false },
	{ "if it exists: ARN", "{\"ArnLikeIfExists\":{\"aws:SourceArn\":\"arn:aws:sns:*:*:*\"}}", "", true },
	{ "if it exists: bytes", STRING("BinaryEqualsIfExists", "\"YWI=\""), "", true },
	{ "if it exists: not", STRING("StringNotEqualsIfExists", "\"a\""), "", true },
	{ "if it exists: not, equal", STRING("StringNotEqualsIfExists", "\"a\""), "aws:Referer=a", false },

	/* Sets. */
	{ "all", TAGS("ForAllValues:StringEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=a;b", true },
	{ "all: fewer", TAGS("ForAllValues:StringEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=a", true },
	{ "all: one more", TAGS("ForAllValues:StringEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=a;b;c",
	    false },
	{ "all: absent", TAGS("ForAllValues:StringEquals", "[\"a\",\"b\"]"), "", true },
	{ "all: none", TAGS("ForAllValues:StringEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys", true },
	{ "all: like", TAGS("ForAllValues:StringLike", "\"a*\""), "s3:RequestObjectTagKeys=ab;ac", true },
	{ "all not", TAGS("ForAllValues:StringNotEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=c;d", true },
	{ "all not: one is", TAGS("ForAllValues:StringNotEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=c;a",
	    false },
	{ "all not: absent", TAGS("ForAllValues:StringNotEquals", "[\"a\",\"b\"]"), "", true },
	{ "any", TAGS("ForAnyValue:StringEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=c;b", true },
	{ "any: none of them", TAGS("ForAnyValue:StringEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=c;d",
	    false },
	{ "any: absent", TAGS("ForAnyValue:StringEquals", "[\"a\",\"b\"]"), "", false },
	{ "any: none", TAGS("ForAnyValue:StringEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys", false },
	{ "any: absent, if it exists", TAGS("ForAnyValue:StringEqualsIfExists", "[\"a\",\"b\"]"), "", false },
	{ "any not", TAGS("ForAnyValue:StringNotEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=a;c", true },
	{ "any not: all are", TAGS("ForAnyValue:StringNotEquals", "[\"a\",\"b\"]"), "s3:RequestObjectTagKeys=a;b",
	    false },
	{ "any not: absent", TAGS("ForAnyValue:StringNotEquals", "[\"a\",\"b\"]"), "", false },
	{ "no set, several", TAGS("StringEquals", "\"a\""), "s3:RequestObjectTagKeys=b;a", true },
	{ "no set, several, not", TAGS("StringNotEquals", "\"a\""), "s3:RequestObjectTagKeys=b;a", false },
	{ "a set of one", STRING("ForAllValues:StringEquals", "\"a\""), "aws:Referer=a", true },

	/* Several. */
	{ "both keys", "{\"StringEquals\":{\"aws:Referer\":\"a\",\"aws:UserAgent\":\"b\"}}",
	    "aws:Referer=a|aws:UserAgent=b", true },
	{ "one of two keys", "{\"StringEquals\":{\"aws:Referer\":\"a\",\"aws:UserAgent\":\"b\"}}", "aws:Referer=a",
	    false },
	{ "both operators", "{\"StringEquals\":{\"aws:Referer\":\"a\"},\"Bool\":{\"aws:SecureTransport\":true}}",
	    "aws:Referer=a|aws:SecureTransport=true", true },
	{ "one of two operators",
	    "{\"StringEquals\":{\"aws:Referer\":\"a\"},\"Bool\":{\"aws:SecureTransport\":true}}",
	    "aws:Referer=a|aws:SecureTransport=false", false },
	{ "no condition", "{}", "", true },
	{ "no keys", "{\"StringEquals\":{}}", "", true },
	{ "tags by their key",
	    "{\"StringEquals\":{\"s3:ExistingObjectTag/a\":\"x\",\"S3:EXISTINGOBJECTTAG/b\":\"y\"}}",
	    "s3:ExistingObjectTag/a=x|s3:ExistingObjectTag/b=y", true },
	{ "tags with case", "{\"StringEquals\":{\"s3:ExistingObjectTag/A\":\"x\"}}", "s3:ExistingObjectTag/a=x",
	    false },

	/* Who and when. */
	{ "the ID", "{\"StringEquals\":{\"aws:userid\":\"alice\"}}", "", true },
	{ "the name", "{\"StringEquals\":{\"aws:username\":\"Alice\"}}", "", true },
	{ "the name is not the request's to say", "{\"StringEquals\":{\"aws:username\":\"Bob\"}}",
	    "aws:username=Bob", false },
	{ "the account", "{\"StringEquals\":{\"aws:PrincipalAccount\":\"alice\"}}", "", true },
	{ "the type", "{\"StringEquals\":{\"aws:PrincipalType\":\"User\"}}", "", true },
	{ "no service", "{\"Bool\":{\"aws:PrincipalIsAWSService\":false,\"aws:ViaAWSService\":\"false\"}}", "",
	    true },
	{ "the time as a text", "{\"StringEquals\":{\"aws:CurrentTime\":\"2024-05-01T10:00:00Z\"}}", "", true },

	/* Variables. */
	{ "a variable", STRING("StringEquals", "\"${aws:username}\""), "aws:Referer=Alice", true },
	{ "a variable: another", STRING("StringEquals", "\"${aws:username}\""), "aws:Referer=Bob", false },
	{ "a variable among texts", STRING("StringLike", "\"*/${AWS:UserName}/?${s3:signatureAge}\""),
	    "aws:Referer=a/Alice/x5|s3:signatureAge=5", true },
	{ "its value is no pattern", STRING("StringLike", "\"${aws:UserAgent}\""),
	    "aws:Referer=abc|aws:UserAgent=a*", false },
	{ "its value is a text", STRING("StringLike", "\"${aws:UserAgent}*\""), "aws:Referer=a*bc|aws:UserAgent=a*",
	    true },
	{ "its value is no variable", STRING("StringEquals", "\"${aws:UserAgent}\""),
	    "aws:Referer=Alice|aws:UserAgent=${aws:username}", false },
	{ "without a value", STRING("StringEquals", "\"${aws:UserAgent}\""), "aws:Referer=", false },
	{ "without a value, like", STRING("StringLike", "\"*${aws:UserAgent}*\""), "aws:Referer=a", false },
	{ "without a value, not", STRING("StringNotEquals", "\"${aws:UserAgent}\""), "aws:Referer=a", true },
	{ "without a value, another has", STRING("StringEquals", "[\"${aws:UserAgent}\",\"a\"]"), "aws:Referer=a",
	    true },
	{ "of an empty value", STRING("StringEquals", "\"${aws:UserAgent}\""),
	    "aws:Referer=|aws:UserAgent=", true },
	{ "a default", STRING("StringEquals", "\"${aws:UserAgent, 'x, y'}\""), "aws:Referer=x, y", true },
	{ "a default that is not needed", STRING("StringEquals", "\"${aws:UserAgent, 'x'}\""),
	    "aws:Referer=x|aws:UserAgent=y", false },
	{ "a default of Amazon's alone", STRING("StringEquals", "\"${aws:PrincipalTag/team,'x'}\""),
	    "aws:Referer=x", true },
	{ "an empty default", STRING("StringEquals", "\"a${aws:UserAgent, ''}\""), "aws:Referer=a", true },
	{ "an asterisk", STRING("StringLike", "\"a${*}\""), "aws:Referer=a*", true },
	{ "an asterisk is none", STRING("StringLike", "\"a${*}\""), "aws:Referer=ab", false },
	{ "a question mark", STRING("StringLike", "\"${?}${$}{a}\""), "aws:Referer=?${a}", true },
	{ "a question mark is none", STRING("StringLike", "\"${?}\""), "aws:Referer=a", false },
	{ "characters where nothing is a pattern", STRING("StringEquals", "\"${*}${?}${$}\""), "aws:Referer=*?$",
	    true },
	{ "a dollar", STRING("StringEquals", "\"a$b$\""), "aws:Referer=a$b$", true },
	{ "nocase", STRING("StringEqualsIgnoreCase", "\"${aws:username}\""), "aws:Referer=aLICE", true },
	{ "a tag", STRING("StringEquals", "\"${s3:ExistingObjectTag/a b}\""),
	    "aws:Referer=x|s3:ExistingObjectTag/a b=x", true },
};

static enum policy_effect
decide_by(TALLOC_CTX *mem, const char *version, const char *effect, const char *condition, const char *request)
{
	const struct identity alice = { SLICE("alice"), false, false };
	const struct policy_question question = { .who = &alice,
		.user_name = SLICE("Alice"),
		.wall_us = NOW,
		.action = ACTION_GetObject,
		.bucket = SLICE("bucket"),
		.key = SLICE("key"),
		.values = request_values,
		.context = talloc_strdup(mem, request) };
	const char *document = talloc_asprintf(mem,
	    "{\"Version\":\"%s\",\"Statement\":{\"Effect\":\"%s\",\"Principal\":\"*\",\"Action\":\"s3:*\","
	    "\"Resource\":\"arn:aws:s3:::bucket/*\",\"Condition\":%s}}",
	    version, effect, condition);
	struct s3_refusal why = { .mem = mem };
	struct policy *policy;
	enum s3_err err = policy_parse(mem, slice_from(document), SLICE("bucket"), NULL, &why, &policy);

	ck_assert_msg(err == S3_OK, "%s: %s", condition, why.message);
	return policy_decide(mem, policy, &question);
}

static enum policy_effect
decide(TALLOC_CTX *mem, const char *version, const char *effect, size_t row)
{
	return decide_by(mem, version, effect, vectors[row].condition, vectors[row].request);
}

/* An effect, when the condition holds, and else nothing. */
START_TEST(conditions)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	bool holds = vectors[_i].holds;

	ck_assert_msg(decide(mem, "2012-10-17", "Allow", (size_t)_i) == (holds ? POLICY_ALLOW : POLICY_NONE),
	    "%s: %s", vectors[_i].name, holds ? "does not hold" : "holds");
	ck_assert_msg(decide(mem, "2012-10-17", "Deny", (size_t)_i) == (holds ? POLICY_DENY : POLICY_NONE),
	    "%s: deny", vectors[_i].name);
	talloc_free(mem);
}
END_TEST

/* In the old version there are no variables: what looks like one is that text. All else is as in the new one. */
START_TEST(old_version)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	enum policy_effect effect = decide(mem, "2008-10-17", "Allow", (size_t)_i);

	if (strstr(vectors[_i].condition, "${") == NULL)
		ck_assert_msg(effect == (vectors[_i].holds ? POLICY_ALLOW : POLICY_NONE), "%s", vectors[_i].name);
	talloc_free(mem);
}
END_TEST

START_TEST(no_variables)
{
	static const struct {
		const char *condition;
		bool holds;
	} rows[] = {
		{ STRING("StringEquals", "\"${aws:username}\""), true },
		{ STRING("StringLike", "\"*{aws:username}\""), true },
		{ STRING("StringLike", "\"${*}\""), true },
		{ STRING("StringLike", "\"${$}\""), false },
		{ STRING("StringEquals", "\"Alice\""), false },
	};
	TALLOC_CTX *mem = talloc_new(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(decide_by(mem, "2008-10-17", "Allow", rows[i].condition,
				  "aws:Referer=${aws:username}") == (rows[i].holds ? POLICY_ALLOW : POLICY_NONE),
		    "%s", rows[i].condition);
	talloc_free(mem);
}
END_TEST

START_TEST(anonymous)
{
	static const struct {
		const char *condition;
		bool holds;
	} rows[] = {
		{ "{\"StringEquals\":{\"aws:PrincipalType\":\"Anonymous\"}}", true },
		{ "{\"StringEquals\":{\"aws:userid\":\"anonymous\"}}", true },
		{ "{\"StringLike\":{\"aws:username\":\"*\"}}", false },
		{ "{\"Null\":{\"aws:username\":true,\"aws:PrincipalArn\":true,\"aws:PrincipalAccount\":true}}",
		    true },
		{ "{\"Null\":{\"aws:PrincipalIsAWSService\":true}}", true },
		{ "{\"StringNotEquals\":{\"aws:username\":\"Alice\"}}", true },
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct identity nobody = { { NULL, 0 }, true, false };
	const struct policy_question question = { .who = &nobody,
		.action = ACTION_GetObject,
		.bucket = SLICE("bucket"),
		.key = SLICE("key"),
		.values = request_values,
		.context = talloc_strdup(mem, "") };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *document = talloc_asprintf(mem,
		    "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\","
		    "\"Resource\":\"arn:aws:s3:::bucket/*\",\"Condition\":%s}}",
		    rows[i].condition);
		struct policy *policy;

		ck_assert_int_eq(
		    policy_parse(mem, slice_from(document), SLICE("bucket"), NULL, NULL, &policy), S3_OK);
		ck_assert_msg((policy_decide(mem, policy, &question) == POLICY_ALLOW) == rows[i].holds, "%s",
		    rows[i].condition);
	}
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("policy_conditions");
	TCase *tc = tcase_create("policy_conditions");

	tcase_add_loop_test(tc, conditions, 0, ARRAY_SIZE(vectors));
	tcase_add_loop_test(tc, old_version, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, no_variables);
	tcase_add_test(tc, anonymous);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
