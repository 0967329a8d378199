#include "tests/unit/gateway/exchange.h"

/* MD5 of "0123456789" and of nothing. */
#define ETAG       "781e5e245d69b566979b86e28d23f2c7"
#define ETAG_EMPTY "d41d8cd98f00b204e9800998ecf8427e"

static const struct exchange reads[] = {
	{ "whole", "alice", "GET", "/photos/a.txt", { 0 }, "", 200, NULL, { "0123456789" }, { 0 },
	    { "ETag: \"" ETAG "\"", "Content-Type: text/plain", "x-amz-meta-colour: blue",
		"Accept-Ranges: bytes" } },
	{ "and no more", "alice", "GET", "/photos/a.txt", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "Cache-Control: max-age=1", "Content-Range:", "x-amz-version-id:", "x-amz-checksum-crc32:" } },
	{ "type that was not given", "alice", "GET", "/photos/open", { 0 }, "", 200, NULL, { "open" }, { 0 },
	    { "Content-Type: binary/octet-stream" } },
	{ "HEAD", "alice", "HEAD", "/photos/a.txt", { 0 }, "", 200, NULL, { 0 }, { "0123" },
	    { "ETag: \"" ETAG "\"", "Content-Type: text/plain", "x-amz-meta-colour: blue" } },
	{ "checksum", "alice", "GET", "/photos/a.txt", { "x-amz-checksum-mode: ENABLED" }, "", 200, NULL, { 0 },
	    { 0 }, { "x-amz-checksum-crc32: poTHxg==", "x-amz-checksum-type: FULL_OBJECT" } },
	{ "no checksum of a part", "alice", "GET", "/photos/a.txt",
	    { "x-amz-checksum-mode: ENABLED", "Range: bytes=0-1" }, "", 206, NULL, { "01" }, { 0 },
	    { "x-amz-checksum-crc32:", "x-amz-checksum-type:" } },
	{ "range", "alice", "GET", "/photos/a.txt", { "Range: bytes=2-4" }, "", 206, NULL, { "234" }, { "1", "5" },
	    { "Content-Range: bytes 2-4/10", "ETag: \"" ETAG "\"" } },
	{ "range of HEAD", "alice", "HEAD", "/photos/a.txt", { "Range: bytes=-3" }, "", 206, NULL, { 0 }, { 0 },
	    { "Content-Range: bytes 7-9/10" } },
	{ "several ranges", "alice", "GET", "/photos/a.txt", { "Range: bytes=0-1,3-4" }, "", 200, NULL,
	    { "0123456789" }, { 0 }, { "Content-Range:" } },
	{ "unsatisfiable", "alice", "GET", "/photos/a.txt", { "Range: bytes=10-" }, "", 416, "InvalidRange",
	    { "<ActualObjectSize>10</ActualObjectSize>", "<RangeRequested>bytes=10-</RangeRequested>" }, { 0 },
	    { "Content-Range: bytes */10" } },
	{ "range of nothing", "alice", "GET", "/photos/empty", { "Range: bytes=0-" }, "", 416, "InvalidRange",
	    { 0 }, { 0 }, { "Content-Range: bytes */0" } },
	{ "empty", "alice", "GET", "/photos/empty", { 0 }, "", 200, NULL, { 0 }, { 0 },
	    { "ETag: \"" ETAG_EMPTY "\"" } },
	{ "If-Range holds", "alice", "GET", "/photos/a.txt", { "Range: bytes=0-1", "If-Range: \"" ETAG "\"" }, "",
	    206, NULL, { "01" }, { "2" }, { 0 } },
	{ "If-Range does not", "alice", "GET", "/photos/a.txt", { "Range: bytes=0-1", "If-Range: \"x\"" }, "", 200,
	    NULL, { "0123456789" }, { 0 }, { 0 } },
	{ "If-Range forgives", "alice", "GET", "/photos/a.txt", { "Range: bytes=10-", "If-Range: \"x\"" }, "", 200,
	    NULL, { "0123456789" }, { 0 }, { 0 } },
	{ "not modified", "alice", "GET", "/photos/a.txt", { "If-None-Match: \"" ETAG "\"" }, "", 304, NULL, { 0 },
	    { "0" }, { "ETag: \"" ETAG "\"", "Cache-Control: max-age=1", "Content-Type:", "x-amz-meta-colour:" } },
	{ "not modified since a day to come", "alice", "HEAD", "/photos/a.txt",
	    { "If-Modified-Since: Fri, 31 Dec 2199 23:59:59 GMT" }, "", 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "failed", "alice", "GET", "/photos/a.txt", { "If-Match: \"x\"" }, "", 412, "PreconditionFailed",
	    { "<Condition>If-Match</Condition>" }, { 0 }, { 0 } },
	{ "before the range", "alice", "GET", "/photos/a.txt", { "If-Match: \"x\"", "Range: bytes=10-" }, "", 412,
	    "PreconditionFailed", { 0 }, { 0 }, { 0 } },
	{ "first part", "alice", "GET", "/photos/a.txt?partNumber=1", { 0 }, "", 206, NULL, { "0123456789" }, { 0 },
	    { "Content-Range: bytes 0-9/10", "x-amz-mp-parts-count:" } },
	{ "first part of nothing", "alice", "HEAD", "/photos/empty?partNumber=1", { 0 }, "", 200, NULL, { 0 },
	    { 0 }, { "Content-Range:" } },
	{ "second part", "alice", "GET", "/photos/a.txt?partNumber=2", { 0 }, "", 416, "InvalidPartNumber", { 0 },
	    { 0 }, { 0 } },
	{ "no part", "alice", "GET", "/photos/a.txt?partNumber=0", { 0 }, "", 400, "InvalidArgument", { 0 }, { 0 },
	    { 0 } },
	{ "part and range", "alice", "GET", "/photos/a.txt?partNumber=1", { "Range: bytes=0-1" }, "", 400,
	    "InvalidRequest", { 0 }, { 0 }, { 0 } },
	{ "overrides", "alice", "GET",
	    "/photos/a.txt?response-content-type=a%2Fb&response-cache-control=no-store&response-expires=never"
	    "&response-content-disposition=attachment%3B%20filename%3D%22x%22",
	    { 0 }, "", 200, NULL, { "0123456789" }, { 0 },
	    { "Content-Type: a/b", "Cache-Control: no-store", "Expires: never",
		"Content-Disposition: attachment; filename=\"x\"" } },
	{ "empty override", "alice", "GET", "/photos/a.txt?response-content-type=", { 0 }, "", 200, NULL, { 0 },
	    { 0 }, { "Content-Type: text/plain" } },
	{ "anonymous override", NULL, "GET", "/photos/open?response-content-type=text%2Fhtml", { 0 }, "", 400,
	    "InvalidRequest", { "anonymous" }, { 0 }, { 0 } },
	{ "line break in an override", "alice", "GET", "/photos/a.txt?response-content-type=a%0D%0AX-Evil%3A1",
	    { 0 }, "", 400, "InvalidArgument", { 0 }, { 0 }, { "Content-Type: application/xml" } },
	{ "bare CR in an override", "alice", "GET", "/photos/a.txt?response-content-language=a%0Db", { 0 }, "", 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "NUL in an override", "alice", "GET", "/photos/a.txt?response-content-encoding=a%00b", { 0 }, "", 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "a client's key", "alice", "GET", "/photos/a.txt",
	    { "x-amz-server-side-encryption-customer-algorithm: AES256" }, "", 400, "InvalidRequest", { 0 }, { 0 },
	    { 0 } },
};

static const struct exchange writes[] = {
	{ "answer", "alice", "PUT", "/photos/n", { "x-amz-checksum-crc32: poTHxg==" }, "0123456789", 200, NULL,
	    { 0 }, { 0 },
	    { "ETag: \"" ETAG "\"", "x-amz-checksum-crc32: poTHxg==", "x-amz-checksum-type: FULL_OBJECT",
		"x-amz-version-id:" } },
	{ "standard", "alice", "PUT", "/photos/n", { "x-amz-storage-class: STANDARD" }, "", 200, NULL, { 0 }, { 0 },
	    { 0 } },
	{ "reduced", "alice", "PUT", "/photos/n", { "x-amz-storage-class: REDUCED_REDUNDANCY" }, "", 200, NULL,
	    { 0 }, { 0 }, { 0 } },
	{ "glacier", "alice", "PUT", "/photos/n", { "x-amz-storage-class: GLACIER" }, "", 501, "NotImplemented",
	    { "x-amz-storage-class" }, { 0 }, { 0 } },
	{ "no class", "alice", "PUT", "/photos/n", { "x-amz-storage-class: standard" }, "", 400,
	    "InvalidStorageClass", { 0 }, { 0 }, { 0 } },
	{ "encryption", "alice", "PUT", "/photos/n", { "X-Amz-Server-Side-Encryption: AES256" }, "", 501,
	    "NotImplemented", { "X-Amz-Server-Side-Encryption" }, { 0 }, { 0 } },
	{ "lock", "alice", "PUT", "/photos/n", { "x-amz-object-lock-mode: GOVERNANCE" }, "", 501, "NotImplemented",
	    { "x-amz-object-lock-mode" }, { 0 }, { 0 } },
	{ "redirect", "alice", "PUT", "/photos/n", { "x-amz-website-redirect-location: /x" }, "", 501,
	    "NotImplemented", { 0 }, { 0 }, { 0 } },
	{ "append", "alice", "PUT", "/photos/n", { "x-amz-write-offset-bytes: 0" }, "", 501, "NotImplemented",
	    { 0 }, { 0 }, { 0 } },
	{ "ACL", "alice", "PUT", "/photos/n", { "x-amz-acl: nonsense" }, "", 400, "InvalidArgument", { 0 }, { 0 },
	    { 0 } },
	{ "metadata without a name", "alice", "PUT", "/photos/n", { "x-amz-meta-: v" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "only if new, and it is", "alice", "PUT", "/photos/n", { "If-None-Match: *" }, "", 200, NULL, { 0 },
	    { 0 }, { 0 } },
	{ "only if new, and it is not", "alice", "PUT", "/photos/a.txt", { "If-None-Match: *" }, "", 412,
	    "PreconditionFailed", { "<Condition>If-None-Match</Condition>" }, { 0 }, { 0 } },
	{ "only if unchanged, and it is", "alice", "PUT", "/photos/a.txt", { "If-Match: \"" ETAG "\"" }, "", 200,
	    NULL, { 0 }, { 0 }, { 0 } },
	{ "only if unchanged, and it is not", "alice", "PUT", "/photos/a.txt", { "If-Match: \"x\"" }, "", 412,
	    "PreconditionFailed", { "<Condition>If-Match</Condition>" }, { 0 }, { 0 } },
	{ "only if unchanged, and it is missing", "alice", "PUT", "/photos/n", { "If-Match: \"x\"" }, "", 404,
	    "NoSuchKey", { 0 }, { 0 }, { 0 } },
	{ "malformed condition", "alice", "PUT", "/photos/n", { "If-None-Match: \"x" }, "", 400, "InvalidArgument",
	    { 0 }, { 0 }, { 0 } },
	{ "only if another, which would hold", "alice", "PUT", "/photos/a.txt", { "If-None-Match: \"x\"" }, "", 501,
	    "NotImplemented", { "<Header>If-None-Match</Header>" }, { 0 }, { 0 } },
	{ "only if new and unchanged", "alice", "PUT", "/photos/a.txt",
	    { "If-Match: \"" ETAG "\"", "If-None-Match: *" }, "", 501, "NotImplemented",
	    { "<Header>If-None-Match</Header>" }, { 0 }, { 0 } },
	{ "only if another, which would not", "alice", "PUT", "/photos/a.txt", { "If-None-Match: \"" ETAG "\"" },
	    "", 501, "NotImplemented", { 0 }, { 0 }, { 0 } },
	{ "If-Match tells nothing to who may not read", "alice", "PUT", "/shared/secret", { "If-Match: *" }, "",
	    403, "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "nor of what is missing", "alice", "PUT", "/drop/n", { "If-Match: *" }, "", 403, "AccessDenied", { 0 },
	    { 0 }, { 0 } },
	{ "others may write", "alice", "PUT", "/shared/n", { 0 }, "", 200, NULL, { 0 }, { 0 }, { 0 } },
	{ "or may not", "bob", "PUT", "/photos/n", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "delete", "alice", "DELETE", "/photos/a.txt", { 0 }, "", 204, NULL, { 0 }, { 0 },
	    { "x-amz-delete-marker:", "x-amz-version-id:" } },
	{ "delete what is missing", "alice", "DELETE", "/photos/n", { 0 }, "", 204, NULL, { 0 }, { 0 }, { 0 } },
	{ "delete only if unchanged", "alice", "DELETE", "/photos/a.txt", { "If-Match: \"" ETAG "\"" }, "", 204,
	    NULL, { 0 }, { 0 }, { 0 } },
	{ "and it is changed", "alice", "DELETE", "/photos/a.txt", { "If-Match: \"x\"" }, "", 412,
	    "PreconditionFailed", { 0 }, { 0 }, { 0 } },
	{ "and it is missing", "alice", "DELETE", "/photos/n", { "If-Match: *" }, "", 404, "NoSuchKey", { 0 },
	    { 0 }, { 0 } },
	{ "delete by size", "alice", "DELETE", "/photos/a.txt", { "x-amz-if-match-size: 10" }, "", 204, NULL, { 0 },
	    { 0 }, { 0 } },
	{ "and it is another", "alice", "DELETE", "/photos/a.txt", { "x-amz-if-match-size: 9" }, "", 412,
	    "PreconditionFailed", { "<Condition>x-amz-if-match-size</Condition>" }, { 0 }, { 0 } },
	{ "and it is missing", "alice", "DELETE", "/photos/n", { "x-amz-if-match-size: 9" }, "", 204, NULL, { 0 },
	    { 0 }, { 0 } },
	{ "and it is no number", "alice", "DELETE", "/photos/a.txt", { "x-amz-if-match-size: -1" }, "", 400,
	    "InvalidArgument", { "<ArgumentName>x-amz-if-match-size</ArgumentName>" }, { 0 }, { 0 } },
	{ "delete by time", "alice", "DELETE", "/photos/a.txt",
	    { "x-amz-if-match-last-modified-time: Mon, 01 Jan 1990 00:00:00 GMT" }, "", 412, "PreconditionFailed",
	    { "<Condition>x-amz-if-match-last-modified-time</Condition>" }, { 0 }, { 0 } },
	{ "and it is no date", "alice", "DELETE", "/photos/a.txt", { "x-amz-if-match-last-modified-time: x" }, "",
	    400, "InvalidArgument", { "<ArgumentValue>x</ArgumentValue>" }, { 0 }, { 0 } },
	{ "size tells nothing to who may not read", "alice", "DELETE", "/shared/secret",
	    { "x-amz-if-match-size: 1" }, "", 403, "AccessDenied", { 0 }, { 0 }, { 0 } },
	{ "delete with MFA", "alice", "DELETE", "/photos/a.txt", { "x-amz-mfa: serial 1" }, "", 501,
	    "NotImplemented", { "<Header>x-amz-mfa</Header>" }, { 0 }, { 0 } },
	{ "put a part of no upload", "alice", "PUT", "/photos/a.txt?partNumber=1", { 0 }, "x", 400,
	    "InvalidArgument",
	    { "does not accept partNumber without uploadId", "<ArgumentName>partNumber</ArgumentName>" }, { 0 },
	    { 0 } },
	{ "put a version", "alice", "PUT", "/photos/a.txt?versionId=null", { 0 }, "x", 400, "InvalidArgument",
	    { "This operation does not accept a version-id." }, { 0 }, { 0 } },
	{ "delete an empty version", "alice", "DELETE", "/photos/a.txt?versionId=", { 0 }, "", 400,
	    "InvalidArgument", { 0 }, { 0 }, { 0 } },
	{ "delete the null version", "alice", "DELETE", "/photos/a.txt?versionId=null", { 0 }, "", 204, NULL, { 0 },
	    { 0 }, { 0 } },
};

#define DELETE(inner)     "<Delete>" inner "</Delete>"
#define KEY(key)          "<Object><Key>" key "</Key></Object>"
#define TAGGED(key, etag) "<Object><Key>" key "</Key><ETag>" etag "</ETag></Object>"

static const struct exchange many[] = {
	{ "there and not there", "alice", "POST", "/photos?delete", { 0 }, DELETE(KEY("a.txt") KEY("n")), 200, NULL,
	    { "<Deleted><Key>a.txt</Key></Deleted><Deleted><Key>n</Key></Deleted>" }, { "Error" }, { 0 } },
	{ "quiet", "alice", "POST", "/photos?delete", { 0 }, DELETE("<Quiet>true</Quiet>" KEY("a.txt")), 200, NULL,
	    { "DeleteResult" }, { "Deleted", "Error" }, { 0 } },
	{ "denied", "bob", "POST", "/photos?delete", { 0 }, DELETE("<Quiet>true</Quiet>" KEY("a.txt")), 200, NULL,
	    { "<Error><Key>a.txt</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>" },
	    { "Deleted" }, { 0 } },
	{ "denied to nobody known", NULL, "POST", "/photos?delete", { 0 }, DELETE(KEY("a.txt")), 200, NULL,
	    { "AccessDenied" }, { "Deleted" }, { 0 } },
	{ "by ETag", "alice", "POST", "/photos?delete", { 0 },
	    DELETE(TAGGED("a.txt", "\"" ETAG "\"") TAGGED("open", "x") TAGGED("n", "x")), 200, NULL,
	    { "<Deleted><Key>a.txt</Key></Deleted>", "<Key>open</Key><Code>PreconditionFailed</Code>",
		"<Key>n</Key><Code>NoSuchKey</Code>" },
	    { 0 }, { 0 } },
	{ "markup in a key", "alice", "POST", "/photos?delete", { 0 }, DELETE(KEY("&lt;&amp;&#13;")), 200, NULL,
	    { "<Key>&lt;&amp;&#xD;</Key>" }, { 0 }, { 0 } },
	{ "no document", "alice", "POST", "/photos?delete", { 0 }, "", 400, "MissingRequestBodyError", { 0 }, { 0 },
	    { 0 } },
	{ "no Delete", "alice", "POST", "/photos?delete", { 0 }, "<Remove/>", 400, "MalformedXML", { 0 }, { 0 },
	    { 0 } },
};

static const struct exchange acls[] = {
	{ "object", "alice", "GET", "/photos/open?acl", { 0 }, "", 200, NULL,
	    { "<Owner><ID>alice</ID><DisplayName>Name of alice</DisplayName></Owner>", "<Permission>FULL_CONTROL",
		"AllUsers", "<Permission>READ<" },
	    { 0 }, { 0 } },
	{ "private object", "alice", "GET", "/photos/a.txt?acl", { 0 }, "", 200, NULL, { "alice" }, { "AllUsers" },
	    { 0 } },
	{ "neither header nor document", "alice", "PUT", "/photos/open?acl", { 0 }, "", 400,
	    "MissingSecurityHeader", { "<MissingHeaderName>x-amz-acl</MissingHeaderName>" }, { 0 }, { 0 } },
	{ "header and document", "alice", "PUT", "/photos/open?acl", { "x-amz-acl: private" },
	    "<AccessControlPolicy/>", 400, "UnexpectedContent", { 0 }, { 0 }, { 0 } },
	{ "no policy", "alice", "PUT", "/photos/open?acl", { 0 }, "<Policy/>", 400, "MalformedACLError", { 0 },
	    { 0 }, { 0 } },
	{ "others may not", "bob", "PUT", "/photos/open?acl", { "x-amz-acl: private" }, "", 403, "AccessDenied",
	    { 0 }, { 0 }, { 0 } },
	{ "bucket", "bob", "GET", "/shared?acl", { 0 }, "", 200, NULL, { "<ID>bob</ID>", "AllUsers", "WRITE" },
	    { 0 }, { 0 } },
	{ "bucket, others may not", "alice", "GET", "/shared?acl", { 0 }, "", 403, "AccessDenied", { 0 }, { 0 },
	    { 0 } },
};

START_TEST(reading)
{
	exchange(&reads[_i]);
}
END_TEST

START_TEST(writing)
{
	exchange(&writes[_i]);
}
END_TEST

START_TEST(delete_many)
{
	exchange(&many[_i]);
}
END_TEST

START_TEST(acl)
{
	exchange(&acls[_i]);
}
END_TEST

START_TEST(attributes_come_back)
{
	done("alice", "PUT", "/photos/n",
	    HEADERS("Content-Encoding: aws-chunked, gzip,br", "Content-Language: de", "Content-Language: en",
		"x-amz-meta-A: 1", "X-Amz-Meta-a: 2", "x-amz-meta-utf8: \xc3\xa4"),
	    "x");
	expect("coding of the body", "alice", "HEAD", "/photos/n", 200, "Content-Encoding: gzip,br", NULL);
	expect("lines", "alice", "HEAD", "/photos/n", 200, "Content-Language: de,en", NULL);
	expect("metadata of one name", "alice", "HEAD", "/photos/n", 200, "x-amz-meta-a: 1,2", NULL);
	expect("metadata as bytes", "alice", "HEAD", "/photos/n", 200, "x-amz-meta-utf8: \xc3\xa4", NULL);
	done("alice", "PUT", "/photos/n", HEADERS("Content-Encoding: aws-chunked"), "x");
	expect("only the body's", "alice", "HEAD", "/photos/n", 200, "Content-Encoding:", NULL);
}
END_TEST

START_TEST(attributes_have_ceilings)
{
	char value[2048 + 1] = { 0 };
	struct req *r;

	memset(value, 'v', sizeof(value) - 1);
	r = ask(
	    "alice", "PUT", "/photos/n", HEADERS(talloc_asprintf(mem, "x-amz-meta-n: %s", value + 1)), SLICE(""));
	ck_assert_uint_eq(r->reply.status, 200);
	talloc_free(r);
	r = ask("alice", "PUT", "/photos/n", HEADERS(talloc_asprintf(mem, "x-amz-meta-n: %s", value)), SLICE(""));
	ck_assert_int_eq(r->refusal.err, S3_METADATA_TOO_LARGE);
	talloc_free(r);
	r = ask("alice", "PUT", "/photos/n",
	    HEADERS(talloc_asprintf(mem, "Cache-Control: %s%s", value, value),
		talloc_asprintf(mem, "Content-Language: %s%s", value, value), "Expires: v"),
	    SLICE(""));
	ck_assert_int_eq(r->refusal.err, S3_REQUEST_HEADER_TOO_LARGE);
	talloc_free(r);
}
END_TEST

START_TEST(acls_are_put_and_count)
{
	ck_assert_uint_eq(ask(NULL, "GET", "/photos/a.txt", NULL, SLICE(""))->reply.status, 403);
	done("alice", "PUT", "/photos/a.txt?acl", HEADERS("x-amz-acl: public-read"), "");
	expect("public", NULL, "GET", "/photos/a.txt", 200, "x-amz-meta-colour: blue", "0123456789");
	done("alice", "PUT", "/photos/a.txt?acl", NULL,
	    "<AccessControlPolicy><Owner><ID>alice</ID></Owner><AccessControlList><Grant>"
	    "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>bob</ID>"
	    "</Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>");
	expect("granted", "bob", "GET", "/photos/a.txt", 200, "ETag: \"" ETAG "\"", "0123456789");
	ck_assert_uint_eq(ask(NULL, "GET", "/photos/a.txt", NULL, SLICE(""))->reply.status, 403);
	done("alice", "PUT", "/photos?acl", HEADERS("x-amz-acl: public-read"), "");
	expect("listed", NULL, "GET", "/photos", 200, NULL, "<Key>a.txt</Key>");
}
END_TEST

/* Nobody known owns nothing: what comes without a name is the bucket owner's, who can read it. */
START_TEST(anonymous_uploads_are_the_bucket_owners)
{
	done(NULL, "PUT", "/shared/found", NULL, "found");
	expect("owner", "bob", "GET", "/shared/found", 200, NULL, "found");
	expect("listed", "bob", "GET", "/shared?prefix=found", 200, NULL, "<ID>bob</ID>");
	ck_assert_uint_eq(ask(NULL, "GET", "/shared/found", NULL, SLICE(""))->reply.status, 403);
}
END_TEST

/* What was true before the body came need not be true when it is stored. */
START_TEST(conditions_are_decided_with_the_write)
{
	struct req *r = make_request("alice", "PUT", "/photos/n", HEADERS("If-None-Match: *"));

	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "PUT", "/photos/n", NULL, "first");
	ck_assert_int_eq(finish(r, SLICE("second")), S3_PRECONDITION_FAILED);
	talloc_free(r);
	expect("the first stays", "alice", "GET", "/photos/n", 200, NULL, "first");
}
END_TEST

START_TEST(a_deletion_too)
{
	struct req *r = make_request("alice", "DELETE", "/photos/a.txt", HEADERS("If-Match: \"" ETAG "\""));

	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "PUT", "/photos/a.txt", NULL, "new");
	ck_assert_int_eq(finish(r, SLICE("")), S3_PRECONDITION_FAILED);
	talloc_free(r);
	expect("the new one stays", "alice", "GET", "/photos/a.txt", 200, NULL, "new");
}
END_TEST

/* An ACL is set on what is there then, whose attributes stay. */
START_TEST(an_acl_meets_a_new_object)
{
	struct req *r = make_request("alice", "PUT", "/photos/a.txt?acl", HEADERS("x-amz-acl: public-read"));

	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "PUT", "/photos/a.txt", HEADERS("Content-Type: x/new"), "new");
	ck_assert_int_eq(finish(r, SLICE("")), S3_OK);
	talloc_free(r);
	expect("new and public", NULL, "GET", "/photos/a.txt", 200, "Content-Type: x/new", "new");
}
END_TEST

/* Whoever wrote it meanwhile may be somebody else, whose ACL it is. */
START_TEST(an_acl_meets_the_object_of_another_owner)
{
	struct req *r = make_request("bob", "PUT", "/shared/open?acl", HEADERS("x-amz-acl: public-read"));

	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "PUT", "/shared/open", NULL, "private");
	ck_assert_int_eq(finish(r, SLICE("")), S3_ACCESS_DENIED);
	talloc_free(r);
	ck_assert_uint_eq(ask(NULL, "GET", "/shared/open", NULL, SLICE(""))->reply.status, 403);
}
END_TEST

START_TEST(an_acl_meets_nothing)
{
	struct req *r = make_request("alice", "PUT", "/photos/a.txt?acl", HEADERS("x-amz-acl: public-read"));

	ck_assert_int_eq(begin(r), S3_OK);
	done("alice", "DELETE", "/photos/a.txt", NULL, "");
	ck_assert_int_eq(finish(r, SLICE("")), S3_NO_SUCH_KEY);
	talloc_free(r);
}
END_TEST

START_TEST(keys_that_are_too_long_fail_alone)
{
	char key[1025 + 1] = { 0 };
	struct req *r;

	memset(key, 'k', sizeof(key) - 1);
	r = ask("alice", "POST", "/photos?delete", NULL,
	    slice_from(talloc_asprintf(mem, DELETE(KEY("%s") KEY("%s") KEY("a.txt")), key, key + 1)));
	ck_assert_uint_eq(r->reply.status, 200);
	ck_assert_ptr_nonnull(strstr(answer_body(r).data, "<Code>KeyTooLongError</Code>"));
	ck_assert_ptr_nonnull(strstr(answer_body(r).data, "<Deleted><Key>a.txt</Key></Deleted>"));
	talloc_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("object_operations");
	TCase *tc = tcase_create("object_operations");

	tcase_add_checked_fixture(tc, exchange_setup_objects, exchange_teardown);
	tcase_add_loop_test(tc, reading, 0, ARRAY_SIZE(reads));
	tcase_add_loop_test(tc, writing, 0, ARRAY_SIZE(writes));
	tcase_add_loop_test(tc, delete_many, 0, ARRAY_SIZE(many));
	tcase_add_loop_test(tc, acl, 0, ARRAY_SIZE(acls));
	tcase_add_test(tc, attributes_come_back);
	tcase_add_test(tc, attributes_have_ceilings);
	tcase_add_test(tc, acls_are_put_and_count);
	tcase_add_test(tc, anonymous_uploads_are_the_bucket_owners);
	tcase_add_test(tc, keys_that_are_too_long_fail_alone);
	tcase_add_test(tc, conditions_are_decided_with_the_write);
	tcase_add_test(tc, a_deletion_too);
	tcase_add_test(tc, an_acl_meets_a_new_object);
	tcase_add_test(tc, an_acl_meets_the_object_of_another_owner);
	tcase_add_test(tc, an_acl_meets_nothing);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
