"""OPTIONS: each refusal with its words, each answer with its headers, asked with curl as the guides do and bare."""

import pytest

from answers import ask, build, preflight, send
from signing import V2, V4

RULES = b"""<CORSConfiguration>
  <CORSRule>
    <AllowedOrigin>https://www.example.com</AllowedOrigin>
    <AllowedOrigin>https://*.example.net</AllowedOrigin>
    <AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>
    <AllowedHeader>content-*</AllowedHeader><AllowedHeader>X-Amz-Date</AllowedHeader>
    <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-meta-colour</ExposeHeader>
    <MaxAgeSeconds>3000</MaxAgeSeconds>
  </CORSRule>
  <CORSRule>
    <AllowedOrigin>*</AllowedOrigin><AllowedOrigin>https://beside.example</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
  </CORSRule>
  <CORSRule>
    <AllowedOrigin>null</AllowedOrigin><AllowedMethod>DELETE</AllowedMethod><MaxAgeSeconds>0</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>"""
VARY = ["access-control-request-headers", "access-control-request-method", "origin"]
NOT_ALLOWED = ("CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request "
               "method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the "
               "resource's CORS spec.")


@pytest.fixture(scope="module")
def ruled(gateway, alice):
    """A bucket with RULES."""
    assert ask(gateway, "PUT", "/ruled", by=alice).status == 200
    assert ask(gateway, "PUT", "/ruled", "cors=", body=RULES, by=alice).status == 200
    return "ruled"


def assert_refused(answer, status, code, message, method, resource_type):
    assert (answer.status, answer.code) == (status, code), answer
    assert answer.error("Message") == message
    assert answer.error("Method") == method
    assert answer.error("ResourceType") == resource_type
    assert answer.error("RequestId") == answer.header("x-amz-request-id")
    assert answer.error("HostId")
    assert answer.access_control() == {}


# refusals.

@pytest.mark.parametrize("origin", [None, "", "  "])
def test_no_origin(gateway, ruled, origin):
    answer = preflight(gateway, "/ruled/key", origin, "PUT")
    assert_refused(answer, 400, "BadRequest", "Insufficient information. Origin request header needed.", "PUT",
                   answer.error("ResourceType"))


@pytest.mark.parametrize("path", ["/no-such-bucket/key", "/no-such-bucket"])
def test_missing_bucket(gateway, path):
    answer = preflight(gateway, path, "https://www.example.com", "PUT")
    assert_refused(answer, 403, "AccessForbidden", "CORSResponse: Bucket not found", "PUT", "BUCKET")
    assert answer.vary() == []


def test_bucket_without_rules(gateway, bucket):
    answer = preflight(gateway, "/%s/key" % bucket, "https://www.example.com", "PUT")
    assert_refused(answer, 403, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", "PUT", "BUCKET")
    assert answer.vary() == []


def test_service_root(gateway):
    answer = preflight(gateway, "/", "https://www.example.com", "GET")
    assert (answer.status, answer.code) == (403, "AccessForbidden")
    assert answer.error("Message") == "CORSResponse: CORS is not enabled for this bucket."
    assert answer.access_control() == {}


def test_no_requested_method(gateway, ruled):
    answer = preflight(gateway, "/ruled/key", "https://www.example.com")
    assert_refused(answer, 400, "BadRequest", "Invalid Access-Control-Request-Method: null", "OPTIONS",
                   answer.error("ResourceType"))
    assert answer.vary() == VARY


@pytest.mark.parametrize("method", ["put", "PATCH", "OPTIONS", "*", "P<T"])
def test_requested_method_that_is_none_of_the_five(gateway, ruled, method):
    answer = preflight(gateway, "/ruled/key", "https://www.example.com", method)
    assert_refused(answer, 400, "BadRequest", "Invalid Access-Control-Request-Method: " + method, method,
                   answer.error("ResourceType"))


def test_requested_header_that_is_no_token(gateway, ruled):
    answer = preflight(gateway, "/ruled/key", "https://www.example.com", "PUT", "content-type, a b")
    assert_refused(answer, 400, "BadRequest", 'Access-Control-Request-Headers "a b" contains invalid character.', "PUT",
                   answer.error("ResourceType"))


@pytest.mark.parametrize("origin,method,headers", [
    ("https://other.example", "PUT", None),
    ("https://www.example.com", "DELETE", None),
    ("https://www.example.com", "HEAD", None),
    ("https://www.example.com", "PUT", "x-other"),
    ("https://www.example.com", "GET", "content-type"),
    ("https://www.example.com:443", "PUT", None),
    ("https://www.example.com/", "PUT", None),
    ("HTTPS://www.example.com", "PUT", None),
    ("https://.example.ne", "PUT", None),
    ("http://a.example.net", "PUT", None),
    ("https://www.example.com, https://www.example.com", "PUT", None),
])
@pytest.mark.parametrize("path,resource_type", [("/ruled/key", "OBJECT"), ("/ruled", "BUCKET")])
def test_no_rule_matches(gateway, ruled, origin, method, headers, path, resource_type):
    answer = preflight(gateway, path, origin, method, headers)
    assert_refused(answer, 403, "AccessForbidden", NOT_ALLOWED, method, resource_type)
    assert answer.vary() == VARY


def test_two_origins_match_nothing(gateway, ruled):
    answer = ask(gateway, "OPTIONS", "/ruled/key", headers=[
        ("Origin", "https://www.example.com"), ("Origin", "https://www.example.com"),
        ("Access-Control-Request-Method", "PUT")])
    assert_refused(answer, 403, "AccessForbidden", NOT_ALLOWED, "PUT", "OBJECT")


# answers.


def test_named_origin(gateway, ruled):
    answer = preflight(gateway, "/ruled/key", "https://www.example.com", "PUT", "Content-Type, x-amz-date,,Content-MD5")
    assert (answer.status, answer.body, answer.header("Content-Length")) == (200, b"", "0")
    assert answer.access_control() == {
        "Allow-Origin": "https://www.example.com", "Allow-Credentials": "true", "Allow-Methods": "PUT, POST",
        "Allow-Headers": "content-type, x-amz-date, content-md5", "Expose-Headers": "ETag, x-amz-meta-colour",
        "Max-Age": "3000"}
    assert answer.vary() == VARY
    assert answer.header("x-amz-request-id") and answer.header("Date")


@pytest.mark.parametrize("origin", ["https://a.example.net", "https://a.b.example.net", "https://.example.net"])
def test_wildcard_within_an_origin(gateway, ruled, origin):
    answer = preflight(gateway, "/ruled/key", origin, "POST")
    assert answer.access_control()["Allow-Origin"] == origin
    assert "Allow-Headers" not in answer.access_control()


@pytest.mark.parametrize("origin", ["https://any.example", "https://beside.example", "https://www.example.com", "null"])
def test_bare_wildcard(gateway, ruled, origin):
    """CVE-2026-46685: whoever is let in by the wildcard alone gets no credentials, and no origin back."""
    answer = preflight(gateway, "/ruled/key", origin, "GET")
    assert answer.access_control() == {"Allow-Origin": "*", "Allow-Methods": "GET"}
    assert answer.vary() == VARY


def test_null_origin_gets_no_credentials(gateway, ruled):
    answer = preflight(gateway, "/ruled/key", "null", "DELETE")
    assert answer.access_control() == {"Allow-Origin": "null", "Allow-Methods": "DELETE", "Max-Age": "0"}


def test_space_around_the_origin_does_not_count(gateway, ruled):
    answer = preflight(gateway, "/ruled/key", " \thttps://www.example.com ", "PUT")
    assert answer.access_control()["Allow-Origin"] == "https://www.example.com"


def test_requested_headers_over_several_lines(gateway, ruled):
    answer = ask(gateway, "OPTIONS", "/ruled/key", headers=[
        ("Origin", "https://www.example.com"), ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "content-type"), ("Access-Control-Request-Headers", "content-md5, ")])
    assert answer.access_control()["Allow-Headers"] == "content-type, content-md5"


@pytest.mark.parametrize("path,query", [
    ("/ruled", ""), ("/ruled/", ""), ("/ruled", "cors"), ("/ruled", "list-type=2"), ("/ruled/no/such/key", ""),
    ("/ruled/key", "uploads"), ("/ruled/a%20b%2Fc", "versionId=x"), ("/ruled//", ""), ("/ruled/../x", ""),
    ("/ruled/" + "k" * 1025, ""), ("/ruled/%ff%zz", ""), ("/ruled", "prefix=%zz")])
def test_key_and_query_do_not_matter(gateway, ruled, path, query):
    assert preflight(gateway, path, "https://www.example.com", "PUT", query=query).status == 200


def test_virtual_hosted_style(gateway, ruled):
    answer = preflight(gateway, "/key", "https://www.example.com", "PUT", host="ruled.localhost:%d" % gateway.port)
    assert answer.access_control()["Allow-Origin"] == "https://www.example.com"


def test_forged_authorization_does_not_matter(gateway, ruled):
    answer = ask(gateway, "OPTIONS", "/ruled/key", headers=[
        ("Origin", "https://www.example.com"), ("Access-Control-Request-Method", "PUT"), ("Authorization", "AWS forged")])
    assert answer.status == 200


@pytest.mark.parametrize("signer", [
    lambda user: V4(user.access_key, user.secret_key), lambda user: V4(user.access_key, user.secret_key, at=0),
    lambda user: V4(user.access_key, "wrong"), lambda user: V2(user.access_key, user.secret_key),
    lambda user: V2(user.access_key, user.secret_key, at=0), lambda user: V2("AKIANOBODY", "wrong"),
], ids=["valid v4", "expired v4", "forged v4", "valid v2", "expired v2", "forged v2"])
def test_presigned_query_does_not_matter(gateway, alice, ruled, signer):
    request = build(gateway, "OPTIONS", "/ruled/key")
    signer(alice).presign(request)
    request.add("Origin", "https://www.example.com").add("Access-Control-Request-Method", "PUT")
    answer = send(gateway, request)
    assert (answer.status, answer.access_control()["Allow-Origin"]) == (200, "https://www.example.com")


def test_cookies_and_policies_do_not_matter(gateway, alice, bucket):
    """Not even a policy that denies everything to everybody."""
    assert ask(gateway, "PUT", "/" + bucket, "cors=", body=RULES, by=alice).status == 200
    policy = ('{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": '
              '["arn:aws:s3:::%s", "arn:aws:s3:::%s/*"]}]}' % (bucket, bucket))
    assert ask(gateway, "PUT", "/" + bucket, "policy=", body=policy.encode(), by=alice).status == 204
    answer = ask(gateway, "OPTIONS", "/%s/key" % bucket, headers=[
        ("Origin", "https://www.example.com"), ("Access-Control-Request-Method", "PUT"), ("Cookie", "session=1")])
    assert (answer.status, answer.access_control()["Allow-Origin"]) == (200, "https://www.example.com")


def test_nothing_is_exposed_that_no_rule_exposes(gateway, ruled):
    """Not even ETag: the owner's rules decide."""
    for method in "GET", "DELETE":
        answer = preflight(gateway, "/ruled/key", "null", method)
        assert answer.status == 200 and "Expose-Headers" not in answer.access_control()


def test_body_is_not_read(gateway, ruled):
    assert preflight(gateway, "/ruled/key", "https://www.example.com", "PUT", body=b"x" * 1000).status == 200


# as the guides ask.


def put_rules_with_s3cmd(bucket, rules, make_s3cmd, alice, make_boto):
    make_s3cmd(alice)("setcors", rules, "s3://" + bucket)


def put_rules_with_boto(bucket, rules, make_s3cmd, alice, make_boto):
    make_boto(alice).get_bucket(bucket).set_cors_xml(rules.read_text())


@pytest.mark.parametrize("put_rules", [put_rules_with_s3cmd, put_rules_with_boto])
def test_curl_sees_the_rules_that_a_client_put(curl, bucket, tmp_path, make_s3cmd, alice, make_boto, put_rules):
    rules = tmp_path / "rules.xml"
    rules.write_bytes(RULES)
    put_rules(bucket, rules, make_s3cmd, alice, make_boto)
    asked = ["-i", "-X", "OPTIONS", "-H", "Access-Control-Request-Method: PUT", curl.url(bucket, "key")]

    granted = curl.plain("-H", "Origin: https://www.example.com", *asked).stdout
    assert granted.startswith("HTTP/1.1 200 OK\r\n")
    assert "\r\nAccess-Control-Allow-Origin: https://www.example.com\r\n" in granted
    assert "\r\nAccess-Control-Allow-Methods: PUT, POST\r\n" in granted

    denied = curl.plain("-H", "Origin: https://other.example", *asked).stdout
    assert denied.startswith("HTTP/1.1 403 Forbidden\r\n")
    assert "<Code>AccessForbidden</Code>" in denied
    assert "Access-Control-" not in denied.partition("\r\n\r\n")[0].replace("Access-Control-Request", "")
