#include "tests/unit/auth_request.h"
#include "tests/unit/suite.h"

/* 2013-05-24T00:00:00Z, the moment of all requests below. */
#define NOW    1369353600
#define DATE   "20130524T000000Z"
#define SCOPE  TEST_ACCESS_KEY "/20130524/us-east-1/s3/aws4_request"
#define EMPTY  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEX64  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define GET    "GET /b/k HTTP/1.1\nHost: h\n"
#define SIGNED "SignedHeaders=host;x-amz-content-sha256;x-amz-date"
#define V4     "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE "," SIGNED ",Signature=" HEX64 "\n"
#define TIMES  "x-amz-date: " DATE "\nx-amz-content-sha256: " EMPTY "\n"
#define QUERY_SCOPE                                                                                            \
	"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" TEST_ACCESS_KEY "%2F20130524%2Fus-east-1%2Fs3%2F" \
	"aws4_request"
#define QUERY(date, expires, headers)                                                             \
	QUERY_SCOPE "&X-Amz-Date=" date "&X-Amz-Expires=" expires "&X-Amz-SignedHeaders=" headers \
		    "&X-Amz-Signature=" HEX64
#define URL(query, headers) "GET /b/k?" query " HTTP/1.1\nHost: h\n" headers
#define V2_URL(expires)     "GET /b/k?AWSAccessKeyId=AK&Signature=c2ln&Expires=" expires " HTTP/1.1\nHost: h\n"
#define V2                  "Authorization: AWS AK:c2ln\n"

static const struct {
	const char *name;
	const char *request;
	enum s3_err err;
	enum credential_kind kind; /* where there is no error */
	const char *message;       /* with which the refusal's begins, NULL: the table's */
	const char *detail;        /* "Name=value" that must be there; NULL: any */
} rows[] = {
	{ "anonymous", GET, S3_OK, CREDENTIAL_NONE, NULL, NULL },
	{ "Version 4 in the header", GET TIMES V4, S3_OK, CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "Version 4 in the query", URL(QUERY(DATE, "60", "host"), ""), S3_OK, CREDENTIAL_V4_QUERY, NULL, NULL },
	{ "Version 2 in the header", GET "Date: Fri, 24 May 2013 00:00:00 GMT\n" V2, S3_OK, CREDENTIAL_V2_HEADER,
	    NULL, NULL },
	{ "Version 2 in the query", V2_URL("1369353600"), S3_OK, CREDENTIAL_V2_QUERY, NULL, NULL },
	{ "parameters that look like it", "GET /b/k?Expires=1&X-Amz-Date=1&x-amz-signature=1 HTTP/1.1\nHost: h\n",
	    S3_OK, CREDENTIAL_NONE, NULL, NULL },

	/* the scheme */
	{ "another scheme", GET "Authorization: Bearer abc\n", S3_INVALID_ARGUMENT, 0,
	    "Unsupported Authorization Type", "ArgumentValue=Bearer abc" },
	{ "another scheme's name", GET "Authorization: Basic YQ==\n", S3_INVALID_ARGUMENT, 0,
	    "Unsupported Authorization Type", "ArgumentName=Authorization" },
	{ "an empty header", GET "Authorization:\n", S3_ACCESS_DENIED, 0, "The Authorization header is empty.",
	    NULL },
	{ "another case", GET TIMES "Authorization: aws4-hmac-sha256 Credential=" SCOPE "\n", S3_INVALID_ARGUMENT,
	    0, "Unsupported Authorization Type", NULL },
	{ "a longer name", GET TIMES "Authorization: AWS4-HMAC-SHA2567 x\n", S3_INVALID_ARGUMENT, 0,
	    "Unsupported Authorization Type", NULL },
	{ "nothing behind the scheme", GET "Authorization: AWS4-HMAC-SHA256\n", S3_INVALID_ARGUMENT, 0,
	    "Authorization header is invalid -- one and only one ' ' (space) required", NULL },
	{ "Version 4A", GET TIMES "Authorization: AWS4-ECDSA-P256-SHA256 Credential=x\n", S3_NOT_IMPLEMENTED, 0,
	    "Signature Version 4A", NULL },
	{ "Version 4A in the query",
	    URL("X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Credential=a&X-Amz-Date=b&"
		"X-Amz-Expires=c&X-Amz-SignedHeaders=d&X-Amz-Signature=e",
		""),
	    S3_NOT_IMPLEMENTED, 0, "Signature Version 4A", NULL },
	{ "another algorithm",
	    URL("X-Amz-Algorithm=AWS4-HMAC-SHA1&X-Amz-Credential=a&X-Amz-Date=b&X-Amz-Expires=c&"
		"X-Amz-SignedHeaders=d&X-Amz-Signature=e",
		""),
	    S3_AUTH_QUERY_MALFORMED, 0, "X-Amz-Algorithm only supports", NULL },

	/* one kind alone: CVE-2026-41145 */
	{ "header and Version 4 query", URL(QUERY(DATE, "60", "host"), TIMES V4), S3_INVALID_ARGUMENT, 0,
	    "Only one auth mechanism allowed", "ArgumentName=Authorization" },
	{ "another header and Version 4 query", URL(QUERY(DATE, "60", "host"), "Authorization: Bearer x\n"),
	    S3_INVALID_ARGUMENT, 0, "Only one auth mechanism allowed", "ArgumentValue=Bearer x" },
	{ "header and half a query", URL("X-Amz-Signature=a", TIMES V4), S3_INVALID_ARGUMENT, 0,
	    "Only one auth mechanism allowed", NULL },
	{ "header and Version 2 query", V2_URL("1369353600") TIMES V4, S3_INVALID_ARGUMENT, 0,
	    "Only one auth mechanism allowed", NULL },
	{ "header and Signature", URL("Signature=a", "Date: Fri, 24 May 2013 00:00:00 GMT\n" V2),
	    S3_INVALID_ARGUMENT, 0, "Only one auth mechanism allowed", NULL },
	{ "both queries", URL(QUERY(DATE, "60", "host") "&AWSAccessKeyId=a&Signature=b&Expires=1369353600", ""),
	    S3_INVALID_ARGUMENT, 0, "Only one auth mechanism allowed", "ArgumentName=AWSAccessKeyId" },
	{ "two headers", GET TIMES V4 V4, S3_INVALID_ARGUMENT, 0, "Only one auth mechanism allowed", NULL },
	{ "two headers in two cases", GET TIMES V4 "authorization: AWS a:b\n", S3_INVALID_ARGUMENT, 0,
	    "Only one auth mechanism allowed", NULL },
	{ "two dates", GET TIMES "X-Amz-Date: " DATE "\n" V4, S3_INVALID_REQUEST, 0,
	    "The header x-amz-date may be given only once.", NULL },
	{ "two hashes", GET TIMES "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\n" V4, S3_INVALID_REQUEST, 0,
	    "The header x-amz-content-sha256 may be given only once.", NULL },
	{ "two directives", GET "x-amz-metadata-directive: COPY\nx-amz-metadata-directive: REPLACE\n" TIMES V4,
	    S3_INVALID_REQUEST, 0, "The header x-amz-metadata-directive may be given only once.", NULL },
	{ "two hosts", GET "Host: i\n" TIMES V4, S3_INVALID_REQUEST, 0, "The header Host may be given only once.",
	    NULL },

	/* the parts of a Version 4 header */
	{ "blanks between them",
	    GET TIMES "Authorization: AWS4-HMAC-SHA256  Credential=" SCOPE " ,  " SIGNED ", Signature=" HEX64 " \n",
	    S3_OK, CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "another order",
	    GET TIMES "Authorization: AWS4-HMAC-SHA256 Signature=" HEX64 "," SIGNED ",Credential=" SCOPE "\n",
	    S3_OK, CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "no credential", GET TIMES "Authorization: AWS4-HMAC-SHA256 " SIGNED ",Signature=" HEX64 "\n",
	    S3_AUTH_HEADER_MALFORMED, 0, "The authorization header is malformed; missing Credential.", NULL },
	{ "no signed headers",
	    GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE ",Signature=" HEX64 "\n",
	    S3_AUTH_HEADER_MALFORMED, 0, "The authorization header is malformed; missing SignedHeaders.", NULL },
	{ "no signature", GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE "," SIGNED "\n",
	    S3_AUTH_HEADER_MALFORMED, 0, "The authorization header is malformed; missing Signature.", NULL },
	{ "an empty signature",
	    GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE "," SIGNED ",Signature=\n",
	    S3_AUTH_HEADER_MALFORMED, 0,
	    "The authorization header is malformed; the authorization component \"Signature\" is malformed.",
	    NULL },
	{ "two signatures",
	    GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE "," SIGNED ",Signature=a,Signature=b\n",
	    S3_AUTH_HEADER_MALFORMED, 0,
	    "The authorization header is malformed; the authorization component \"Signature\" is malformed.",
	    NULL },
	{ "an unknown part", GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE ",Foo=1\n",
	    S3_AUTH_HEADER_MALFORMED, 0,
	    "The authorization header is malformed; the authorization component \"Foo\" is malformed.", NULL },
	{ "no equals sign", GET TIMES "Authorization: AWS4-HMAC-SHA256 rubbish\n", S3_AUTH_HEADER_MALFORMED, 0,
	    "The authorization header is malformed; the authorization component \"rubbish\" is malformed.", NULL },

/* the scope */
#define SCOPED(credential) \
	GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" credential "," SIGNED ",Signature=" HEX64 "\n"
#define BAD_SCOPE(credential, text) \
	SCOPED(credential), S3_AUTH_HEADER_MALFORMED, 0, "The authorization header is malformed; " text
	{ "too few parts",
	    BAD_SCOPE("AK/20130524/us-east-1/s3", "the Credential is mal-formed; expecting \"<YOUR-AKID>/"
						  "YYYYMMDD/REGION/SERVICE/aws4_request\"."),
	    NULL },
	{ "no access key",
	    BAD_SCOPE("/20130524/us-east-1/s3/aws4_request",
		"a non-empty Access Key (AKID) must be provided in the credential."),
	    NULL },
	{ "another service",
	    BAD_SCOPE("AK/20130524/us-east-1/iam/aws4_request",
		"incorrect service \"iam\". This endpoint belongs to \"s3\"."),
	    NULL },
	{ "another end",
	    BAD_SCOPE("AK/20130524/us-east-1/s3/aws5_request",
		"incorrect terminal \"aws5_request\". This endpoint uses \"aws4_request\"."),
	    NULL },
	{ "no date",
	    BAD_SCOPE("AK/2013-5-24/us-east-1/s3/aws4_request",
		"incorrect date format \"2013-5-24\". This date in the credential must be in the format "
		"\"yyyyMMdd\"."),
	    NULL },
	{ "another day",
	    BAD_SCOPE("AK/20130523/us-east-1/s3/aws4_request",
		"Invalid credential date \"20130523\". This date is not the same as X-Amz-Date: "
		"\"20130524\"."),
	    NULL },
	{ "another region",
	    BAD_SCOPE(
		"AK/20130524/us-west-2/s3/aws4_request", "the region 'us-west-2' is wrong; expecting 'us-east-1'"),
	    "Region=us-east-1" },
	{ "an empty region",
	    BAD_SCOPE("AK/20130524//s3/aws4_request", "the region '' is wrong; expecting 'us-east-1'"), NULL },
	{ "an access key with slashes", SCOPED("a/b/20130524/us-east-1/s3/aws4_request"), S3_OK,
	    CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "another region in the query",
	    URL("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK/20130524/x/s3/aws4_request&X-Amz-Date=" DATE
		"&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=" HEX64,
		""),
	    S3_AUTH_QUERY_MALFORMED, 0,
	    "Error parsing the X-Amz-Credential parameter; the region 'x' is wrong; expecting 'us-east-1'",
	    "Region=us-east-1" },
	{ "another day in the query", URL(QUERY("20130523T235959Z", "60", "host"), ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "Invalid credential date \"20130524\". This date is not the same as X-Amz-Date: \"20130523\".", NULL },

/* times: CVE-2026-55873 */
#define AT(date) GET "x-amz-date: " date "\nx-amz-content-sha256: " EMPTY "\n"
	{ "15 minutes fast", AT("20130524T001500Z") V4, S3_OK, CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "more than that", AT("20130524T001501Z") V4, S3_REQUEST_TIME_TOO_SKEWED, 0, NULL,
	    "RequestTime=20130524T001501Z" },
	{ "a day late", AT("20130523T000000Z") V4, S3_REQUEST_TIME_TOO_SKEWED, 0, NULL,
	    "ServerTime=2013-05-24T00:00:00Z" },
	{ "in 1970", AT("19700101T000000Z") V4, S3_REQUEST_TIME_TOO_SKEWED, 0, NULL,
	    "MaxAllowedSkewMilliseconds=900000" },
	{ "no time at all", GET "x-amz-content-sha256: " EMPTY "\n" V4, S3_ACCESS_DENIED, 0,
	    "AWS authentication requires a valid Date or x-amz-date header", NULL },
	{ "no such time", AT("20130532T000000Z") V4, S3_ACCESS_DENIED, 0,
	    "AWS authentication requires a valid Date or x-amz-date header", NULL },
	{ "a bad time beside a good one", AT("now") "Date: Fri, 24 May 2013 00:00:00 GMT\n" V4, S3_ACCESS_DENIED, 0,
	    "AWS authentication requires a valid Date or x-amz-date header", NULL },
	{ "Date", GET "Date: Fri, 24 May 2013 00:00:00 GMT\nx-amz-content-sha256: " EMPTY "\n" V4, S3_OK,
	    CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "Date as botocore writes it",
	    GET "Date: Fri, 24 May 2013 00:00:00 -0000\nx-amz-content-sha256: " EMPTY "\n" V4, S3_OK,
	    CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "Date in the short form", GET "Date: " DATE "\nx-amz-content-sha256: " EMPTY "\n" V4, S3_OK,
	    CREDENTIAL_V4_HEADER, NULL, NULL },
	{ "Version 2, x-amz-date", GET "x-amz-date: Fri, 24 May 2013 00:10:00 +0000\nDate: nonsense\n" V2, S3_OK,
	    CREDENTIAL_V2_HEADER, NULL, NULL },
	{ "Version 2, x-amz-date in the short form", GET "x-amz-date: " DATE "\n" V2, S3_OK, CREDENTIAL_V2_HEADER,
	    NULL, NULL },
	{ "Version 2, another zone", GET "Date: Fri, 24 May 2013 02:00:00 +0200\n" V2, S3_OK, CREDENTIAL_V2_HEADER,
	    NULL, NULL },
	{ "Version 2, late", GET "Date: Thu, 23 May 2013 23:44:59 GMT\n" V2, S3_REQUEST_TIME_TOO_SKEWED, 0, NULL,
	    "RequestTime=Thu, 23 May 2013 23:44:59 GMT" },
	{ "Version 2, no date", GET V2, S3_ACCESS_DENIED, 0,
	    "AWS authentication requires a valid Date or x-amz-date header", NULL },
	{ "Version 2, an empty date", GET "Date:\n" V2, S3_ACCESS_DENIED, 0,
	    "AWS authentication requires a valid Date or x-amz-date header", NULL },
	{ "a URL of one second", URL(QUERY(DATE, "1", "host"), ""), S3_OK, CREDENTIAL_V4_QUERY, NULL, NULL },
#define YESTERDAY(expires)                                                                                        \
	URL("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK/20130523/us-east-1/s3/aws4_request&X-Amz-Date=" \
	    "20130523T235900Z&X-Amz-Expires=" expires "&X-Amz-SignedHeaders=host&X-Amz-Signature=" HEX64,         \
	    "")
	{ "a URL's last second", YESTERDAY("60"), S3_OK, CREDENTIAL_V4_QUERY, NULL, NULL },
	{ "the first behind it", YESTERDAY("59"), S3_ACCESS_DENIED, 0, "Request has expired", "X-Amz-Expires=59" },
	{ "when it ended", YESTERDAY("59"), S3_ACCESS_DENIED, 0, "Request has expired",
	    "Expires=2013-05-23T23:59:59Z" },
	{ "what time it is", YESTERDAY("59"), S3_ACCESS_DENIED, 0, "Request has expired",
	    "ServerTime=2013-05-24T00:00:00Z" },
	{ "a URL from the future", URL(QUERY("20130524T001500Z", "1", "host"), ""), S3_OK, CREDENTIAL_V4_QUERY,
	    NULL, NULL },
	{ "more than that", URL(QUERY("20130524T001501Z", "60", "host"), ""), S3_ACCESS_DENIED, 0,
	    "Request is not yet valid", "X-Amz-Date=1369354501000" },
	{ "until when it would hold", URL(QUERY("20130524T001501Z", "60", "host"), ""), S3_ACCESS_DENIED, 0,
	    "Request is not yet valid", "Expires=2013-05-24T00:16:01Z" },
	{ "for a week", URL(QUERY(DATE, "604800", "host"), ""), S3_OK, CREDENTIAL_V4_QUERY, NULL, NULL },
	{ "for more than a week", URL(QUERY(DATE, "604801", "host"), ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
	    "604800 seconds",
	    NULL },
	{ "for no time", URL(QUERY(DATE, "0", "host"), ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "X-Amz-Expires must be at least 1", NULL },
	{ "for less", URL(QUERY(DATE, "-1", "host"), ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "X-Amz-Expires must be non-negative", NULL },
	{ "for a word", URL(QUERY(DATE, "1e3", "host"), ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "X-Amz-Expires should be a number", NULL },
	{ "for a dash", URL(QUERY(DATE, "-", "host"), ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "X-Amz-Expires should be a number", NULL },
	{ "for 2^64 seconds", URL(QUERY(DATE, "18446744073709551616", "host"), ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "X-Amz-Expires should be a number", NULL },
	{ "a mail's date", URL(QUERY("Fri,%2024%20May%202013%2000:00:00%20GMT", "60", "host"), ""),
	    S3_AUTH_QUERY_MALFORMED, 0, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
	    NULL },
	{ "Version 2, the last second", V2_URL("1369353600"), S3_OK, CREDENTIAL_V2_QUERY, NULL, NULL },
	{ "Version 2, expired", V2_URL("1369353599"), S3_ACCESS_DENIED, 0, "Request has expired",
	    "Expires=2013-05-23T23:59:59Z" },
	{ "Version 2, a negative end", V2_URL("-1"), S3_ACCESS_DENIED, 0,
	    "Invalid date (should be seconds since epoch): -1", NULL },
	{ "Version 2, a date for an end", V2_URL("20130524"), S3_ACCESS_DENIED, 0, "Request has expired", NULL },
	{ "Version 2, an end out of range", V2_URL("99999999999999999999"), S3_ACCESS_DENIED, 0,
	    "Invalid date (should be seconds since epoch): 99999999999999999999", NULL },

/* the parameters of a URL */
#define MISSING                                                                                      \
	S3_AUTH_QUERY_MALFORMED, 0,                                                                  \
	    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " \
	    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",       \
	    NULL
	{ "the algorithm alone", URL("X-Amz-Algorithm=AWS4-HMAC-SHA256", ""), MISSING },
	{ "the credential alone", URL("X-Amz-Credential=a", ""), MISSING },
	{ "the signature alone", URL("X-Amz-Signature=a", ""), MISSING },
	{ "no signature", URL(QUERY_SCOPE "&X-Amz-Date=" DATE "&X-Amz-Expires=9&X-Amz-SignedHeaders=host", ""),
	    MISSING },
	{ "an empty one",
	    URL(QUERY_SCOPE "&X-Amz-Date=" DATE "&X-Amz-Expires=&X-Amz-SignedHeaders=host&X-Amz-Signature=a", ""),
	    MISSING },
	{ "two signatures", URL(QUERY(DATE, "60", "host") "&X-Amz-Signature=b", ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "The parameter X-Amz-Signature may be given only once.", NULL },
	{ "two dates in the query", URL(QUERY(DATE, "60", "host") "&X-Amz-Date=" DATE, ""), S3_AUTH_QUERY_MALFORMED,
	    0, "The parameter X-Amz-Date may be given only once.", NULL },
	{ "two ends", URL(QUERY(DATE, "60", "host") "&X-Amz-Expires=604800", ""), S3_AUTH_QUERY_MALFORMED, 0,
	    "The parameter X-Amz-Expires may be given only once.", NULL },
	{ "an encoded name", URL(QUERY(DATE, "60", "host") "&X-Amz%2DExpires=604800", ""), S3_AUTH_QUERY_MALFORMED,
	    0, "The parameter X-Amz-Expires may be given only once.", NULL },
#define MISSING_V2           \
	S3_ACCESS_DENIED, 0, \
	    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters", NULL
	{ "Version 2, the key alone", URL("AWSAccessKeyId=a", ""), MISSING_V2 },
	{ "Version 2, the signature alone", URL("Signature=a", ""), MISSING_V2 },
	{ "Version 2, no end", URL("Signature=a&AWSAccessKeyId=b", ""), MISSING_V2 },
	{ "Version 2, an empty key", URL("Signature=a&AWSAccessKeyId=&Expires=1369353600", ""), MISSING_V2 },
	{ "Version 2, two ends", V2_URL("1369353600&Expires=9999999999"), S3_ACCESS_DENIED, 0,
	    "The parameter Expires may be given only once.", NULL },
#define BAD_PAIR                                                                                           \
	S3_INVALID_ARGUMENT, 0, "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature", \
	    "ArgumentName=Authorization"
	{ "Version 2, no colon", GET "Authorization: AWS AK\n", BAD_PAIR },
	{ "Version 2, no key", GET "Authorization: AWS :c2ln\n", BAD_PAIR },
	{ "Version 2, no signature", GET "Authorization: AWS AK:\n", BAD_PAIR },

/* headers that must be signed: CVE-2026-54330 */
#define NOT_SIGNED(names)                                                                       \
	S3_ACCESS_DENIED, 0, "There were headers present in the request which were not signed", \
	    "HeadersNotSigned=" names
	{ "an unsigned x-amz header", GET TIMES "x-amz-acl: public-read\n" V4, NOT_SIGNED("x-amz-acl") },
	{ "in a URL", URL(QUERY(DATE, "60", "host"), "X-Amz-Acl: public-read\n"), NOT_SIGNED("x-amz-acl") },
	{ "two of them", URL(QUERY(DATE, "60", "host"), "X-Amz-Meta-A: 1\nx-amz-tagging: a=b\n"),
	    NOT_SIGNED("x-amz-meta-a, x-amz-tagging") },
	{ "a copy source", URL(QUERY(DATE, "60", "host"), "x-amz-copy-source: /other/secret\n"),
	    NOT_SIGNED("x-amz-copy-source") },
	{ "a date", URL(QUERY(DATE, "60", "host"), "x-amz-date: " DATE "\n"), NOT_SIGNED("x-amz-date") },
	{ "an unsigned token", URL(QUERY(DATE, "60", "host"), "x-amz-security-token: t\n"),
	    NOT_SIGNED("x-amz-security-token") },
	{ "a signed one", URL(QUERY(DATE, "60", "host;x-amz-acl"), "X-Amz-Acl: private\n"), S3_OK,
	    CREDENTIAL_V4_QUERY, NULL, NULL },
	{ "an unsigned Content-MD5", URL(QUERY(DATE, "60", "host"), "Content-MD5: AA==\n"),
	    NOT_SIGNED("content-md5") },
	{ "an unsigned If-Range to a Range",
	    URL(QUERY(DATE, "60", "host;range"), "Range: bytes=0-1\nIf-Range: \"a\"\n"), NOT_SIGNED("if-range") },
	{ "an unsigned Range", URL(QUERY(DATE, "60", "host"), "Range: bytes=0-1\nIf-Range: \"a\"\n"), S3_OK,
	    CREDENTIAL_V4_QUERY, NULL, NULL },
	{ "a browser's headers",
	    URL(QUERY(DATE, "60", "host"),
		"Content-Type: text/plain\nOrigin: http://o\nx-amzn-trace-id: 1\nCookie: a\n"),
	    S3_OK, CREDENTIAL_V4_QUERY, NULL, NULL },
	{ "an unsigned Content-MD5 with a header", GET TIMES "Content-MD5: AA==\n" V4, S3_OK, CREDENTIAL_V4_HEADER,
	    NULL, NULL },
	{ "the host", URL(QUERY(DATE, "60", "range"), ""), NOT_SIGNED("host") },
	{ "the host in a longer name", URL(QUERY(DATE, "60", "hosts;ghost"), ""), NOT_SIGNED("host") },
	{ "the host in the header",
	    GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
		      ",SignedHeaders=x-amz-date,Signature=" HEX64 "\n",
	    NOT_SIGNED("host") },
	{ "the hash is signed anyway",
	    GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
		      ",SignedHeaders=host;x-amz-date,Signature=" HEX64 "\n",
	    S3_OK, CREDENTIAL_V4_HEADER, NULL, NULL },

	/* tokens: there are no temporary credentials */
	{ "a token",
	    GET TIMES "x-amz-security-token: t\nAuthorization: AWS4-HMAC-SHA256 Credential=" SCOPE "," SIGNED
		      ";x-amz-security-token,Signature=" HEX64 "\n",
	    S3_INVALID_TOKEN, 0, NULL, NULL },
	{ "a token in a URL", URL(QUERY(DATE, "60", "host") "&X-Amz-Security-Token=t", ""), S3_INVALID_TOKEN, 0,
	    NULL, NULL },
	{ "a token, Version 2", GET "x-amz-security-token: t\nDate: Fri, 24 May 2013 00:00:00 GMT\n" V2,
	    S3_INVALID_TOKEN, 0, NULL, NULL },
	{ "a token in a URL, Version 2", V2_URL("1369353600&x-amz-security-token=t"), S3_INVALID_TOKEN, 0, NULL,
	    NULL },

/* the body */
#define HASHED(value) GET "x-amz-date: " DATE "\nx-amz-content-sha256: " value "\n" V4
	{ "no hash", GET "x-amz-date: " DATE "\n" V4, S3_INVALID_REQUEST, 0,
	    "Missing required header for this request: x-amz-content-sha256", NULL },
	{ "an empty hash", HASHED(""), S3_X_AMZ_CONTENT_SHA256_INVALID, 0, NULL,
	    "ArgumentName=x-amz-content-sha256" },
	{ "63 digits", HASHED("123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
	    S3_X_AMZ_CONTENT_SHA256_INVALID, 0, NULL, NULL },
	{ "no digit", HASHED("g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
	    S3_X_AMZ_CONTENT_SHA256_INVALID, 0, NULL, NULL },
	{ "another word", HASHED("STREAMING-UNSIGNED-PAYLOAD"), S3_X_AMZ_CONTENT_SHA256_INVALID, 0, NULL,
	    "ArgumentValue=STREAMING-UNSIGNED-PAYLOAD" },
	{ "chunks of Version 4A", HASHED("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), S3_NOT_IMPLEMENTED, 0, NULL,
	    NULL },
	{ "signed chunks from nobody", GET "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\n",
	    S3_INVALID_REQUEST, 0, "Signed chunks need Signature Version 4.", NULL },
	{ "signed chunks, Version 2",
	    V2_URL("1369353600") "x-amz-content-sha256: "
				 "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\n",
	    S3_INVALID_REQUEST, 0, "Signed chunks need Signature Version 4.", NULL },
	{ "chunks that are not said", URL(QUERY(DATE, "60", "host"), "Content-Encoding: gzip,AWS-Chunked\n"),
	    S3_INVALID_ARGUMENT, 0,
	    "aws-chunked encoding is not supported when x-amz-content-sha256 UNSIGNED-PAYLOAD is supplied.", NULL },
	{ "too many signed headers", NULL, S3_REQUEST_HEADER_TOO_LARGE, 0, "More than 256 signed headers.", NULL },
};

static bool
has_detail(const struct s3_refusal *why, const char *expected)
{
	for (size_t i = 0; i < why->detail_count; i++) {
		size_t length = strlen(why->details[i].name);

		if (strncmp(expected, why->details[i].name, length) == 0 && expected[length] == '=' &&
		    strcmp(expected + length + 1, why->details[i].value) == 0)
			return true;
	}
	return false;
}

/* A request with 257 signed headers. */
static const char *
many_headers(TALLOC_CTX *mem)
{
	char *list = talloc_strdup(mem, "host");

	for (int i = 0; i < SIGNED_HEADERS_MAX; i++)
		list = talloc_asprintf_append(list, ";a%d", i);
	return talloc_asprintf(mem,
	    GET TIMES "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE ",SignedHeaders=%s,Signature=a\n", list);
}

START_TEST(reads)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct auth_request request;
	struct credential *credential = NULL;
	const char *text = rows[_i].request != NULL ? rows[_i].request : many_headers(mem);
	enum s3_err err;

	ck_assert(test_request_read(mem, slice_from(text), &request));
	request.now = NOW;
	request.region = SLICE("us-east-1");
	err = credential_read(mem, &request, &why, &credential);
	ck_assert_msg(err == rows[_i].err, "%s: %s, %s", rows[_i].name, s3_err_code(err), why.message);
	ck_assert_msg((credential != NULL) == (err == S3_OK), "%s", rows[_i].name);
	ck_assert_int_eq(why.err, err);
	if (err == S3_OK)
		ck_assert_msg(credential->kind == rows[_i].kind, "%s: kind %d", rows[_i].name, credential->kind);
	if (rows[_i].message != NULL)
		ck_assert_msg(
		    why.message != NULL && strncmp(why.message, rows[_i].message, strlen(rows[_i].message)) == 0,
		    "%s: says %s", rows[_i].name, why.message);
	if (rows[_i].detail != NULL)
		ck_assert_msg(has_detail(&why, rows[_i].detail), "%s: lacks %s", rows[_i].name, rows[_i].detail);
	talloc_free(mem);
}
END_TEST

static const struct {
	const char *name;
	const char *request;
	enum payload_kind payload;
} payloads[] = {
	{ "nothing said", GET, PAYLOAD_UNSIGNED },
	{ "a URL", URL(QUERY(DATE, "60", "host"), ""), PAYLOAD_UNSIGNED },
	{ "the hash of nothing", GET TIMES V4, PAYLOAD_HASHED },
	{ "a hash from nobody", GET "x-amz-content-sha256: " EMPTY "\n", PAYLOAD_HASHED },
	{ "unsigned", HASHED("UNSIGNED-PAYLOAD"), PAYLOAD_UNSIGNED },
	{ "signed chunks", HASHED("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), PAYLOAD_CHUNKS_SIGNED },
	{ "with a trailer", HASHED("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"), PAYLOAD_CHUNKS_SIGNED_TRAILER },
	{ "unsigned chunks", HASHED("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), PAYLOAD_CHUNKS_UNSIGNED_TRAILER },
	{ "unsigned chunks from nobody", GET "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\n",
	    PAYLOAD_CHUNKS_UNSIGNED_TRAILER },
	{ "not said but encoded", GET "Content-Encoding: aws-chunked\n", PAYLOAD_CHUNKS_UNSIGNED_TRAILER },
	{ "of a second encoding", GET "Content-Encoding: gzip\nContent-Encoding: aws-chunked\n",
	    PAYLOAD_CHUNKS_UNSIGNED_TRAILER },
	{ "another encoding", GET "Content-Encoding: aws-chunked-not\n", PAYLOAD_UNSIGNED },
	{ "in the query", URL(QUERY(DATE, "60", "host") "&X-Amz-Content-Sha256=" EMPTY, ""), PAYLOAD_HASHED },
	{ "the header counts",
	    URL(QUERY(DATE, "60", "host") "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD",
		"x-amz-content-sha256: " EMPTY "\n"),
	    PAYLOAD_HASHED },
};

START_TEST(payload)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct auth_request request;
	struct credential *credential;
	unsigned char expected[32];

	ck_assert(test_request_read(mem, slice_from(payloads[_i].request), &request));
	request.now = NOW;
	ck_assert_int_eq(credential_read(mem, &request, &why, &credential), S3_OK);
	ck_assert_msg(
	    credential->payload == payloads[_i].payload, "%s: %d", payloads[_i].name, credential->payload);
	ck_assert(hex_decode(SLICE(EMPTY), expected, sizeof(expected)));
	if (credential->payload == PAYLOAD_HASHED)
		ck_assert_mem_eq(credential->payload_hash, expected, sizeof(expected));
	talloc_free(mem);
}
END_TEST

/* CVE-2025-31489, CVE-2026-40344: an unsigned body with a made-up signature, in the header and in the query. */
static const char *const made_up[] = {
	HASHED("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
	HASHED("UNSIGNED-PAYLOAD"),
	URL(QUERY(DATE, "60", "host"), ""),
	URL(QUERY(DATE, "60", "host") "&X-Amz-Content-Sha256=STREAMING-UNSIGNED-PAYLOAD-TRAILER", ""),
	URL(QUERY(DATE, "60", "host"), "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\n"),
	GET "Date: Fri, 24 May 2013 00:00:00 GMT\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\n" V2,
	V2_URL("1369353600") "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\n",
	V2_URL("1369353600"),
};

START_TEST(made_up_signature)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct auth_request request;
	struct credential *credential;

	ck_assert(test_request_read(mem, slice_from(made_up[_i]), &request));
	request.now = NOW;
	ck_assert_int_eq(credential_read(mem, &request, &why, &credential), S3_OK);
	ck_assert_int_eq(
	    credential_verify(credential, &request, SLICE(TEST_SECRET_KEY), &why), S3_SIGNATURE_DOES_NOT_MATCH);
	ck_assert(!credential->private->verified);
	talloc_free(mem);
}
END_TEST

/* A presigned URL's payload line: an unsigned x-amz-content-sha256 is taken for what it says, and must fit. */
START_TEST(unsigned_hash_in_url)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct auth_request request;
	struct credential *credential;

	ck_assert(test_request_read(mem, SLICE(URL(QUERY(DATE, "60", "host"), "")), &request));
	request.now = NOW;
	ck_assert_int_eq(credential_read(mem, &request, &why, &credential), S3_OK);
	ck_assert(test_sign_v4(mem, credential, &request));
	ck_assert_int_eq(credential_verify(credential, &request, SLICE(TEST_SECRET_KEY), &why), S3_OK);
	credential->private->payload = SLICE(EMPTY);
	ck_assert_int_eq(
	    credential_verify(credential, &request, SLICE(TEST_SECRET_KEY), &why), S3_SIGNATURE_DOES_NOT_MATCH);
	talloc_free(mem);
}
END_TEST

/* CVE-2014-0006: signatures are compared in constant time, by the one function made for that. */
START_TEST(constant_time)
{
	static const char *const files[] = { "credential.c", "sigv2.c", "sigv4.c", "sigv4_chunk.c", "sigv4_key.c" };
	TALLOC_CTX *mem = talloc_new(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct slice source = test_file_read(mem, "auth", files[i], false);
		size_t position;

		ck_assert_msg(source.length > 0, "auth/%s is not there", files[i]);
		ck_assert_msg(!slice_find(source, SLICE("memcmp("), &position), "auth/%s", files[i]);
		ck_assert_msg(!slice_find(source, SLICE("slice_equal(credential->private->signature"), &position),
		    "auth/%s", files[i]);
		ck_assert_msg(!slice_find(source, SLICE("LOG("), &position), "auth/%s logs", files[i]);
	}
	talloc_free(mem);
}
END_TEST

static Suite *
credential_suite(void)
{
	Suite *suite = suite_create("credential");
	TCase *tc = tcase_create("read");

	tcase_add_loop_test(tc, reads, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tc, payload, 0, ARRAY_SIZE(payloads));
	suite_add_tcase(suite, tc);

	tc = tcase_create("verify");
	tcase_add_loop_test(tc, made_up_signature, 0, ARRAY_SIZE(made_up));
	tcase_add_test(tc, unsigned_hash_in_url);
	tcase_add_test(tc, constant_time);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	return run_suite(credential_suite());
}
