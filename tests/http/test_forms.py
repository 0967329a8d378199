"""Forms that are malformed, cut short, flooded, or signed for something else: nothing is stored, and the answer is S3's."""

import base64
import hashlib
import socket
import time

import pytest

from forms import BOUNDARY, Policy, Poster, multipart, part, post
from launcher import wait_until
from policies import allow, of, policy
from signing import Request
from wire import Closed

GATEWAY_ARGUMENTS = ["--garbage-grace", "0", "--region", "us-east-1"]
GIB = 1 << 30
KEY = [("key", "key")]


@pytest.fixture
def poster(client, bucket):
    return Poster(client, bucket)


@pytest.fixture
def drop(client, bucket):
    """A bucket that everybody may write to."""
    assert client.send("PUT", "/" + bucket, "acl", [("x-amz-acl", "public-read-write")]).status == 200
    return bucket


def refused(answer, status, code, message=""):
    assert (answer.status, answer.code) == (status, code), answer
    assert message in answer.error["Message"], answer
    return answer.error


def anonymous(client, bucket, body, *headers, **how):
    return client.exchange(post("/" + bucket, body, *headers, **how))


# What a form may look like.

@pytest.mark.parametrize("version", ["v4", "v2"])
def test_signed(poster, version):
    answer = poster.send([("key", "a/b"), ("Content-Type", "text/x-odd"), ("Cache-Control", "max-age=1"),
                          ("Content-Disposition", "inline"), ("Content-Encoding", "identity"),
                          ("Expires", "Wed, 21 Oct 2037 07:28:00 GMT"), ("x-amz-meta-A", "1")], version=version)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("location") == "http://127.0.0.1/%s/a%%2Fb" % poster.bucket
    stored = poster.get("a/b")
    assert stored.body == b"content"
    assert [stored.header(name) for name in ("content-type", "cache-control", "content-disposition", "content-encoding",
                                             "expires", "x-amz-meta-a", "etag")] == [
        "text/x-odd", "max-age=1", "inline", "identity", "Wed, 21 Oct 2037 07:28:00 GMT", "1", answer.header("etag")]


@pytest.mark.parametrize("path", ["/%s", "/%s/"])
def test_addresses(client, bucket, path):
    poster = Poster(client, bucket)
    assert poster.send(KEY, path=path % bucket).status == 204
    assert poster.keys() == ["key"]


def test_virtual_host(client, bucket):
    fields = Poster(client, bucket).fields([("key", "a/b")])
    answer = client.exchange(post("/", multipart(fields, b"x"), host=bucket + ".localhost"))
    assert (answer.status, answer.header("location")) == (204, "http://%s.localhost/a%%2Fb" % bucket)


def test_url_of_an_object(client, drop):
    refused(client.exchange(post("/%s/key" % drop, multipart(KEY, b"x"))), 405, "MethodNotAllowed")


def test_url_of_the_service(client):
    refused(client.exchange(post("/", multipart(KEY, b"x"))), 405, "MethodNotAllowed")


def test_no_such_bucket(client):
    refused(client.exchange(post("/no-such-bucket", multipart(KEY, b"x"))), 404, "NoSuchBucket")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/mixed; boundary=b", "text/plain", None])
def test_no_form(client, drop, kind):
    request = Request("POST", "/" + drop, "", [("Content-Type", kind)] if kind else [], multipart(KEY, b"x"))
    error = refused(client.exchange(request), 412, "PreconditionFailed")
    assert error["Condition"] == "Bucket POST must be of the enclosure-type multipart/form-data"


@pytest.mark.parametrize("kind", [
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"", "multipart/form-data; "
    "boundary=" + "b" * 71, "multipart/form-data; boundary=a; boundary=" + BOUNDARY, "multipart/form-data; boundary=a\xe4"])
def test_no_boundary(client, drop, kind):
    request = Request("POST", "/" + drop, "", [("Content-Type", kind)], multipart(KEY, b"x"))
    refused(client.exchange(request), 400, "MalformedPOSTRequest", "names no boundary")


def test_two_content_types(client, drop):
    answer = anonymous(client, drop, multipart(KEY, b"x"), ("Content-Type", "multipart/form-data; boundary=other"))
    refused(answer, 400, "MalformedPOSTRequest")


@pytest.mark.parametrize("boundary", ["b", "b" * 70, "'()+_,-./:=? x", "----WebKitFormBoundary7MA4YWxkTrZu0gW"])
def test_boundaries(client, drop, boundary):
    body = multipart(KEY, b"x", boundary=boundary)
    request = Request("POST", "/" + drop, "", [("Content-Type", 'Multipart/Form-Data; boundary="%s"' % boundary)], body)
    assert client.exchange(request).status == 204


FILE_PART = part("file", b"x", "f")
MALFORMED = {
    "nothing": b"",
    "another boundary": multipart(KEY, b"x", boundary="other"),
    "no last boundary": multipart(KEY, b"x", close=False),
    "half a last boundary": multipart(KEY, b"x")[:-4],
    "an end in a header": b"--%s\r\nContent-Disp" % BOUNDARY.encode(),
    "line feeds alone": multipart(KEY, b"x").replace(b"\r\n", b"\n"),
    "a boundary that goes on": multipart(KEY, b"x\r\n--" + BOUNDARY.encode() + b"x"),
    "a part without a name":
        b"--%s\r\nContent-Disposition: form-data\r\n\r\n\r\n" % BOUNDARY.encode() + multipart(KEY, b"x"),
    "a part without a header": b"--%s\r\n\r\nabc\r\n" % BOUNDARY.encode() + multipart(KEY, b"x"),
    "base64": part("key", b"key") + part("file", b"eA==", "f", b"Content-Transfer-Encoding: base64\r\n") +
    b"--%s--" % BOUNDARY.encode(),
    "nested parts": part("key", b"key") + part("files", b"--c--", None, b"Content-Type: multipart/mixed; boundary=c\r\n") +
    multipart([], b"x"),
    "a NUL in a header": multipart(KEY, b"x").replace(b'"key"', b'"ke\0y"'),
    "20 KB behind the file": multipart(KEY, b"x") + b"x" * 20481,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(client, drop, name):
    refused(anonymous(client, drop, MALFORMED[name]), 400, "MalformedPOSTRequest",
            "The body of your POST request is not well-formed multipart/form-data")
    assert Poster(client, drop).keys() == []


@pytest.mark.parametrize("body", [multipart(KEY, None), multipart([*KEY, ("files", "x")], None),
                                  part("key", "key") + FILE_PART + FILE_PART + b"--%s--" % BOUNDARY.encode()])
def test_not_one_file(client, drop, body):
    error = refused(anonymous(client, drop, body), 400, "InvalidArgument",
                    "POST requires exactly one file upload per request.")
    assert error["ArgumentName"] == "file"
    assert Poster(client, drop).keys() == []


def test_second_file_far_behind(client, drop):
    """The first one is on the disk by then, and goes again."""
    body = part("key", "key") + part("file", b"x" * 3_000_000, "f") + FILE_PART + b"--%s--" % BOUNDARY.encode()
    before = blob_files(client)
    refused(anonymous(client, drop, body), 400, "InvalidArgument", "exactly one file")
    assert Poster(client, drop).keys() == []
    wait_until(lambda: blob_files(client) <= before, 30, "the file of a refused upload goes")


def test_fields_behind_the_file_are_ignored(client, drop):
    body = multipart(KEY, b"x", close=False) + multipart([("key", "other"), ("acl", "no acl"), ("submit", "Upload")], None)
    assert anonymous(client, drop, body).status == 204
    assert Poster(client, drop).keys() == ["key"]


def test_key_behind_the_file(client, drop):
    body = multipart([], b"x", close=False) + multipart(KEY, None)
    error = refused(anonymous(client, drop, body), 400, "InvalidArgument",
                    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the "
                    "fields.")
    assert error["ArgumentName"] == "key"


@pytest.mark.parametrize("key, status, code", [
    (b"", 400, "InvalidArgument"), (b"a" * 1025, 400, "KeyTooLongError"), (b"a\xff", 400, "InvalidURI"),
    (b"a\0b", 400, "InvalidURI")])
def test_keys_that_cannot_be(client, drop, key, status, code):
    refused(anonymous(client, drop, multipart([("key", key)], b"x")), status, code)


@pytest.mark.parametrize("key", [
    b"a" * 1024, b"../../etc/passwd", b"/", b"a//b", b"a\r\nSet-Cookie: b", "ä €".encode(), b"%2F"])
def test_keys_that_can_be(client, drop, key):
    answer = anonymous(client, drop, multipart([("key", key), ("success_action_status", "201")], b"x"))
    assert answer.status == 201
    assert answer.header("set-cookie") is None
    location = answer.header("location")
    assert location.startswith("http://127.0.0.1/%s/" % drop)
    assert client.send("GET", location[len("http://127.0.0.1"):]).body == b"x"


def test_file_name_in_every_field(client, drop):
    fields = [("key", "u/${filename}"), ("x-amz-meta-name", "${filename}, ${filename}")]
    assert anonymous(client, drop, multipart(fields, b"x", "C:\\a\\b/cat.jpg")).status == 204
    assert client.send("GET", "/%s/u/cat.jpg" % drop).header("x-amz-meta-name") == "cat.jpg, cat.jpg"


def test_no_file_name(client, drop):
    assert anonymous(client, drop, multipart([("key", "u/${filename}")], b"x", None)).status == 204
    assert anonymous(client, drop, multipart([("key", "v/${filename}")], b"x", "")).status == 204
    assert Poster(client, drop).keys() == ["u/${filename}", "v/"]


def test_fields_flood(client, drop):
    error = refused(anonymous(client, drop, multipart([("x%d" % i, "") for i in range(1000)] + KEY, b"x")), 400,
                    "MaxPostPreDataLengthExceeded")
    assert error["MaxPostPreDataLengthBytes"] == "20480"
    refused(anonymous(client, drop, multipart([("x", b"x" * 20480)] + KEY, b"x")), 400, "MaxPostPreDataLengthExceeded")
    refused(anonymous(client, drop, multipart(KEY, b"x", "f" * 20480)), 400, "MaxPostPreDataLengthExceeded")
    refused(anonymous(client, drop, b"x" * 30000), 400, "MaxPostPreDataLengthExceeded")


def test_20_kilobytes_of_fields(client, drop):
    fields = multipart(KEY + [("x", b"")], b"", close=False)
    fitting = b"x" * (20480 - len(fields) + 2)
    assert anonymous(client, drop, multipart(KEY + [("x", fitting)], b"x")).status == 204
    refused(anonymous(client, drop, multipart(KEY + [("x", fitting + b"x")], b"x")), 400, "MaxPostPreDataLengthExceeded")


@pytest.mark.parametrize("headers", [
    [("x-amz-acl", "public-read")], [("x-amz-meta-a", "1")], [("x-amz-storage-class", "GLACIER")],
    [("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")], [("x-amz-copy-source", "/a/b")], [("x-amz-checksum-crc32", "AAAAAA==")]])
def test_header_that_no_policy_binds(poster, headers):
    refused(poster.send(KEY, headers=headers), 400, "InvalidRequest",
            "Conflicting values provided in HTTP headers and POST form fields.")
    assert poster.keys() == []


def test_header_that_says_the_same(poster):
    assert poster.send(KEY + [("acl", "public-read")], headers=[("X-Amz-Acl", "public-read")]).status == 204


def test_headers_of_a_browser_say_nothing_of_the_object(poster):
    answer = poster.send(KEY, headers=[("Cache-Control", "max-age=0"), ("Content-Language", "en"), ("Accept", "*/*")])
    assert answer.status == 204
    stored = poster.get("key")
    assert stored.header("cache-control") is None and stored.header("content-language") is None
    assert stored.header("content-type") == "binary/octet-stream"


def test_type_of_the_file_part_is_not_the_objects(client, drop):
    body = part("key", "key") + part("file", b"x", "f", b"Content-Type: text/html\r\n") + b"--%s--" % BOUNDARY.encode()
    assert anonymous(client, drop, body).status == 204
    assert Poster(client, drop).get("key").header("content-type") == "binary/octet-stream"


@pytest.mark.parametrize("field, value", [
    ("x-amz-meta-a", b"1\r\nX-Evil: 1"), ("Content-Type", b"a\nb"), ("acl", b"private\0"), ("x-amz-meta-a b", b"1"),
    ("x-amz-meta-a:b", b"1")])
def test_field_that_cannot_be_a_header(client, drop, field, value):
    refused(anonymous(client, drop, multipart(KEY + [(field, value)], b"x")), 400, "InvalidArgument")
    assert Poster(client, drop).keys() == []


def test_attributes_that_cannot_be(client, drop):
    for fields, status, code in (([("acl", "no-acl")], 400, "InvalidArgument"),
                                 ([("x-amz-storage-class", "FakeClass")], 400, "InvalidStorageClass"),
                                 ([("x-amz-server-side-encryption", "AES256")], 501, "NotImplemented"),
                                 ([("tagging", "not-xml")], 400, "MalformedXML"),
                                 ([("x-amz-meta-a", "a" * 2100)], 400, "MetadataTooLarge"),
                                 ([("Content-MD5", "AAAA")], 400, "InvalidDigest"),
                                 ([("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")], 400, "BadDigest"),
                                 ([("x-amz-checksum-sha256", "sailorjerry")], 400, "InvalidRequest"),
                                 ([("x-amz-checksum-algorithm", "SHA256")], 400, "InvalidRequest"),
                                 ([("x-amz-checksum-algorithm", "SHA256"), ("x-amz-checksum-crc32", "jNxirg==")], 400,
                                  "InvalidRequest"),
                                 ([("x-amz-checksum-crc32", "AAAAAA==")], 400, "BadDigest")):
        refused(anonymous(client, drop, multipart(KEY + fields, b"x")), status, code)
    assert Poster(client, drop).keys() == []


def test_digests_of_the_file(client, drop):
    content = b"x" * 300_000
    fields = [("Content-MD5", base64.b64encode(hashlib.md5(content).digest()).decode()),
              ("x-amz-checksum-algorithm", "SHA256"),
              ("x-amz-checksum-sha256", base64.b64encode(hashlib.sha256(content).digest()).decode())]
    answer = anonymous(client, drop, multipart(KEY + fields, content))
    assert (answer.status, answer.header("x-amz-checksum-sha256")) == (204, fields[-1][1])
    assert answer.header("etag") == '"%s"' % hashlib.md5(content).hexdigest()


def test_conditions_in_headers(client, drop):
    assert anonymous(client, drop, multipart(KEY, b"old"), ("If-None-Match", "*")).status == 204
    refused(anonymous(client, drop, multipart(KEY, b"new"), ("If-None-Match", "*")), 412, "PreconditionFailed")
    assert Poster(client, drop).get("key").body == b"old"


# Answers.

@pytest.mark.parametrize("fields, status", [
    ([("success_action_status", "200")], 200), ([("success_action_status", "201")], 201),
    ([("success_action_status", "204")], 204), ([("success_action_status", "404")], 204),
    ([("success_action_status", "")], 204), ([("redirect", "http://a.example/")], 303),
    ([("success_action_redirect", "HTTPS://a.example"), ("success_action_status", "201")], 303)])
def test_statuses(client, drop, fields, status):
    answer = anonymous(client, drop, multipart(KEY + fields, b"x"))
    assert answer.status == status
    assert (b"<PostResponse>" in answer.body) == (status == 201)
    assert answer.header("etag") == '"9dd4e461268c8034f5c8564e155c67a6"'


@pytest.mark.parametrize("url", [
    "/relative", "javascript:alert(1)", "ftp://a.example/", "http://", "http:///a", "a.example", "http://a.example/\r\nX: y",
    "http://a.example/\x01", "http://" + "a" * 2048, "\\\\a.example"])
def test_redirects_that_are_no_url(client, drop, url):
    answer = anonymous(client, drop, multipart(KEY + [("success_action_redirect", url)], b"x"))
    assert answer.status == 204
    assert answer.header("x") is None


def test_redirect(client, drop):
    fields = [("key", "a b&c=d\r\n/ä"), ("success_action_redirect", "http://a.example/x?y=z#part")]
    answer = anonymous(client, drop, multipart([(name, value.encode()) for name, value in fields], b"x"))
    assert (answer.status, answer.header("location")) == (
        303, "http://a.example/x?y=z&bucket=%s&key=a+b%%26c%%3Dd%%0D%%0A%%2F%%C3%%A4"
             "&etag=%%229dd4e461268c8034f5c8564e155c67a6%%22#part" % drop)


def test_host_that_is_too_long_for_a_location(client, drop):
    answer = anonymous(client, drop, multipart(KEY + [("success_action_status", "201")], b"x"), host="a" * 10000)
    assert (answer.status, answer.header("location")) == (201, "/%s/key" % drop)


def test_long_header_fields(client, drop):
    """The answer has to fit beside them: one that did not would come after the object is stored."""
    answer = anonymous(client, drop, multipart(KEY, b"x"), ("X-Long", "x" * 17000))
    refused(answer, 400, "RequestHeaderSectionTooLarge")
    assert Poster(client, drop).keys() == []
    fields = [("key", "€" * 341), ("success_action_redirect", "http://a.example/" + "a" * 2000)]
    answer = anonymous(client, drop, multipart([(name, value.encode()) for name, value in fields], b"x"),
                       ("X-Long", "x" * 16000), ("Origin", "https://a.example"))
    assert answer.status == 303, answer


def test_version_of_the_object(client, drop):
    document = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    assert client.send("PUT", "/" + drop, "versioning", body=document).status == 200
    answer = anonymous(client, drop, multipart(KEY, b"x"))
    assert answer.header("x-amz-version-id") == client.send("HEAD", "/%s/key" % drop).header("x-amz-version-id")


# Policies.

@pytest.mark.parametrize("version", ["v4", "v2"])
def test_policy_for_another_bucket(client, poster, version):
    """CVE-2023-43040: the bucket in the form is not the bucket of the request."""
    assert client.send("PUT", "/" + poster.bucket + "-2").status == 200
    other = Poster(client, poster.bucket + "-2")
    for fields in (KEY, KEY + [("bucket", other.bucket)]):
        refused(poster.send(fields, path="/" + other.bucket, version=version), 403, "AccessDenied")
        signed = Policy(other.bucket, fields)
        body = multipart(getattr(signed, version)(client.access_key, client.secret_key), b"x")
        refused(client.exchange(post("/" + poster.bucket, body)), 403, "AccessDenied")
    assert poster.keys() == other.keys() == []


@pytest.mark.parametrize("fields, policy, message", [
    (KEY, {"conditions": [{"bucket": "other"}]}, 'Policy Condition failed: ["eq", "$bucket", "other"]'),
    (KEY, {"conditions": [["starts-with", "$key", "user/"]]}, 'Policy Condition failed: ["starts-with", "$key", "user/"]'),
    (KEY, {"conditions": [{"acl": "private"}]}, 'Policy Condition failed: ["eq", "$acl", "private"]'),
    (KEY, {"conditions": [["starts-with", "$acl", ""]]}, 'Policy Condition failed: ["starts-with", "$acl", ""]'),
    (KEY + [("acl", "public-read")], {"uncovered": ["acl"]}, "Extra input fields: acl"),
    (KEY + [("success_action_redirect", "http://evil.example/")], {"uncovered": ["success_action_redirect"]},
     "Extra input fields: success_action_redirect"),
    (KEY + [("x-amz-meta-a", "1")], {"uncovered": ["x-amz-meta-a"]}, "Extra input fields: x-amz-meta-a"),
    (KEY + [("Content-Type", "text/html")], {"uncovered": ["Content-Type"]}, "Extra input fields: Content-Type"),
    (KEY + [("tagging", "<Tagging/>")], {"uncovered": ["tagging"]}, "Extra input fields: tagging"),
    (KEY, {"uncovered": ["key"]}, "Extra input fields: key"),
    (KEY, {"uncovered": ["bucket"]}, "Extra input fields: bucket"),
    (KEY, {"uncovered": ["x-amz-date"]}, "Extra input fields: x-amz-date"),
    (KEY, {"expires": time.time() - 1}, "Policy expired."),
])
def test_conditions_are_enforced(poster, fields, policy, message):
    """CVE-2023-28434, CVE-2021-21362: a form that its policy does not allow."""
    refused(poster.send(fields, **policy), 403, "AccessDenied", "Invalid according to Policy: " + message)
    assert poster.keys() == []


@pytest.mark.parametrize("change", [
    lambda fields: [(name, "other" if name == "key" else value) for name, value in fields],
    lambda fields: fields + [("key", "other")],
    lambda fields: fields + [("KEY", "other")],
    lambda fields: [("key", "other")] + fields,
    lambda fields: fields + [("acl", "public-read")],
    lambda fields: fields + [("Acl", "public-read")],
])
def test_fields_added_behind_the_signers_back(poster, change):
    refused(poster.send(KEY, change=change), 403, "AccessDenied", "Invalid according to Policy: ")
    assert poster.keys() == []


def test_repeated_fields_are_one_list(poster):
    fields = KEY + [("x-amz-meta-tag", "Ninja"), ("x-amz-meta-tag", "Stallman")]
    answer = poster.send(fields, uncovered=["x-amz-meta-tag"], conditions=[{"x-amz-meta-tag": "Ninja,Stallman"}])
    assert answer.status == 204
    assert poster.get("key").header("x-amz-meta-tag") == "Ninja,Stallman"


def test_hash_that_nobody_checks(client, bucket):
    """What a policy asks of x-amz-content-sha256 is asked of a header, which the body is held against."""
    claimed = hashlib.sha256(b"good").hexdigest()
    condition = {"StringEquals": {"s3:x-amz-content-sha256": claimed}}
    answer = client.send("PUT", "/" + bucket, "policy", body=policy(
        allow(of(bucket, "*"), "s3:PutObject", condition=condition)).encode())
    assert answer.status == 204, answer
    refused(anonymous(client, bucket, multipart(KEY + [("x-amz-content-sha256", claimed)], b"evil")), 403, "AccessDenied")
    assert client.keys(bucket) == []


def test_ignored_fields(poster):
    assert poster.send(KEY + [("x-ignore-a", "1")], uncovered=["x-ignore-a"]).status == 204


@pytest.mark.parametrize("document", [
    b"", b"null", b"[]", b"{", b"{}", b'{"expiration": "2999-01-01T00:00:00Z"}', b'{"conditions": []}',
    b'{"expiration": "tomorrow", "conditions": []}', b'{"expiration": "2999-01-01T00:00:00Z", "conditions": [{}]}',
    b'{"expiration": "2999-01-01T00:00:00Z", "conditions": [["content-length-range", 0]]}',
    b'{"expiration": "2999-01-01T00:00:00Z", "conditions": [["content-length-range", -1, 0]]}',
    b'{"EXPIRATION": "2999-01-01T00:00:00Z", "conditions": []}', b"[" * 5000, b'{"expiration": "\xff"}'])
def test_malformed_policies(poster, document):
    """CVE-2020-12059: a policy that is none."""
    if document:
        refused(poster.send(KEY, document=document), 400, "InvalidPolicyDocument", "Invalid Policy: ")
    else:
        refused(poster.send(KEY, document=document), 400, "InvalidArgument", "a field named 'policy'")
    assert poster.keys() == []


# Credentials.

def replace(name, value):
    return lambda fields: [(other, value if other == name else old) for other, old in fields]


def leave_out(*names):
    return lambda fields: [field for field in fields if field[0] not in names]


@pytest.mark.parametrize("version, change, status, code", [
    ("v4", replace("x-amz-signature", "0" * 64), 403, "SignatureDoesNotMatch"),
    ("v4", replace("x-amz-signature", "0"), 403, "SignatureDoesNotMatch"),
    ("v4", replace("policy", base64.b64encode(b"{}").decode()), 403, "SignatureDoesNotMatch"),
    ("v4", replace("x-amz-credential", "AKID/20130524/us-east-1/s3/aws4_request"), 400, "InvalidArgument"),
    ("v4", replace("x-amz-algorithm", "AWS4-HMAC-SHA1"), 400, "InvalidArgument"),
    ("v4", leave_out("x-amz-signature"), 400, "InvalidArgument"),
    ("v4", leave_out("x-amz-algorithm"), 400, "InvalidArgument"),
    ("v4", leave_out("x-amz-credential"), 400, "InvalidArgument"),
    ("v4", leave_out("x-amz-date"), 400, "InvalidArgument"),
    ("v4", leave_out("policy"), 400, "InvalidArgument"),
    ("v4", leave_out("x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-date"), 403, "AccessDenied"),
    ("v4", leave_out("x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy"), 403, "AccessDenied"),
    ("v4", lambda fields: fields + [("x-amz-security-token", "token")], 400, "InvalidToken"),
    ("v4", lambda fields: fields + [("AWSAccessKeyId", "AKID"), ("signature", "x")], 400, "InvalidArgument"),
    ("v2", replace("signature", base64.b64encode(bytes(20)).decode()), 403, "SignatureDoesNotMatch"),
    ("v2", replace("AWSAccessKeyId", "NOBODYSACCESSKEY"), 403, "InvalidAccessKeyId"),
    ("v2", replace("AWSAccessKeyId", "A" * 129), 400, "InvalidArgument"),
    ("v2", leave_out("signature"), 400, "InvalidArgument"),
    ("v2", leave_out("AWSAccessKeyId"), 400, "InvalidArgument"),
    ("v2", leave_out("policy"), 400, "InvalidArgument"),
])
def test_credentials_that_prove_nothing(poster, version, change, status, code):
    refused(poster.send(KEY, version=version, change=change), status, code)
    assert poster.keys() == []


@pytest.mark.parametrize("how, status, code", [
    ({"region": "eu-west-1"}, 400, "InvalidArgument"), ({"service": "ec2"}, 400, "InvalidArgument"),
    ({"terminator": "aws4"}, 400, "InvalidArgument"), ({"at": time.time() + 1000}, 403, "RequestTimeTooSkewed"),
    ({"at": time.time() - 8 * 86400}, 403, "AccessDenied"), ({"date": "2026-01-01"}, 400, "InvalidArgument")])
def test_scope_and_time(poster, how, status, code):
    refused(poster.send(KEY, how=how), status, code)


def test_days_old(poster):
    """A page may have been made days ago: its policy says how long it holds."""
    assert poster.send(KEY, how={"at": time.time() - 6 * 86400}).status == 204


def test_two_kinds_of_credentials(client, poster):
    """CVE-2026-41145: a header or a presigned query beside the form's own, or in place of them."""
    for body in (multipart(poster.fields(KEY), b"x"), multipart(KEY, b"x")):
        for sign in (client.signer().header, client.signer().presign):
            refused(client.exchange(sign(post("/" + poster.bucket, body))), 400, "InvalidArgument")
    assert poster.keys() == []


def test_somebody_else(client, poster):
    """Whose policy it is decides what may be done."""
    Poster(client, poster.bucket).send(KEY)
    client.server.run("user", "add", "forms-bob", "--access-key", "AKIAFORMSBOB00000001", "--secret-key", "bobs-secret")
    signed = Policy(poster.bucket, KEY).v4("AKIAFORMSBOB00000001", "bobs-secret")
    refused(client.exchange(post("/" + poster.bucket, multipart(signed, b"new"))), 403, "AccessDenied")
    assert poster.get("key").body == b"content"


def test_no_secret_in_the_log(client, poster):
    fields = poster.fields(KEY)
    client.exchange(post("/" + poster.bucket, multipart(fields, b"content-of-a-file")))
    log = client.server.log_text()
    for name, value in fields:
        assert name == "key" or value not in log, name
    assert "content-of-a-file" not in log


# On the way.

def test_no_length(client, drop):
    body = multipart(KEY, b"x")
    request = post("/" + drop, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), ("Transfer-Encoding", "chunked"))
    refused(client.exchange(request), 411, "MissingContentLength")
    assert Poster(client, drop).keys() == []


def test_in_single_bytes(client, drop):
    request = post("/" + drop, multipart(KEY, b"some\r\n--bytes", "f.txt"))
    with client.wire() as wire:
        wire.send(request.bytes()[:-len(request.body)])
        for position in range(len(request.body)):
            wire.send(request.body[position:position + 1])
        assert wire.read().status == 204
    assert Poster(client, drop).get("key").body == b"some\r\n--bytes"


@pytest.mark.parametrize("size", [0, 1, 16384, 16385, 262144, 1_000_000, 5_000_000])
def test_sizes(client, drop, size):
    content = (b"\r\n--" + BOUNDARY.encode()[:-1]) * (size // 26 + 1)
    answer = anonymous(client, drop, multipart(KEY, content[:size]))
    assert (answer.status, answer.header("etag")) == (204, '"%s"' % hashlib.md5(content[:size]).hexdigest())
    assert Poster(client, drop).get("key").body == content[:size]


def test_connection_is_kept(client, drop):
    """After a success, a refusal before the file, and one behind it."""
    bad = [multipart([("key", "")], b"x"), multipart(KEY, b"x" * 400_000), multipart(KEY, b"x", close=False)]
    with client.wire() as wire:
        for body in [multipart(KEY, b"x"), *bad, multipart(KEY, b"y")]:
            status = wire.send(post("/" + drop, body).bytes()).read().status
            assert (status == 400) == (body in (bad[0], bad[2]))


def test_expect_continue(client, drop):
    request = post("/" + drop, multipart(KEY, b"x"), ("Expect", "100-continue"))
    with client.wire() as wire:
        wire.send(request.bytes()[:-len(request.body)])
        assert wire._head()[0] == 100
        assert wire.send(request.body).read().status == 204


def test_expect_continue_of_no_form(client, drop):
    request = post("/" + drop, multipart(KEY, b"x"), ("Expect", "100-continue")).set("Content-Type", "text/plain")
    with client.wire() as wire:
        answer = wire.send(request.bytes()[:-len(request.body)]).read()
        assert (answer.status, answer.interim) == (412, [])


def blob_files(client):
    return {name for name in client.server.files() if name.startswith("blobs/")}


@pytest.mark.parametrize("size", [1000, 3_000_000])
def test_broken_off(client, drop, size):
    """The client leaves in the middle: nothing is stored, and nothing stays behind."""
    before = blob_files(client)
    request = post("/" + drop, multipart(KEY, b"x" * size))
    with client.wire() as wire:
        wire.send(request.bytes()[:-100])
        wire.reset()
    assert Poster(client, drop).keys() == []
    wait_until(lambda: blob_files(client) <= before, 30, "the file of an upload that was broken off goes")


def test_too_large_at_the_first_byte(client, poster):
    """The form's length tells before a byte is kept."""
    signed = poster.fields(KEY, conditions=[["content-length-range", 0, 1000]])
    head = multipart(signed, b"", close=False)[:-2]
    request = post("/" + poster.bucket, b"", ("Content-Length", str(len(head) + 5 * GIB)))
    with client.wire() as wire:
        error = refused(wire.send(request.head() + head + b"x" * 400_000).read(), 400, "EntityTooLarge")
        assert error["MaxSizeAllowed"] == "1000"
    assert poster.keys() == []


def test_larger_than_any_object(client, drop):
    request = post("/" + drop, b"", ("Content-Length", str(6 * GIB)))
    with client.wire() as wire:
        refused(wire.send(request.head()).read(), 400, "EntityTooLarge")


def test_long_refused_form_is_answered_at_once(client, poster):
    """5 GiB are announced; the answer comes with the first of them, and the rest is not read for ever."""
    head = multipart(poster.fields(KEY, expires=time.time() - 1), b"", close=False)[:-2]
    request = post("/" + poster.bucket, b"", ("Content-Length", str(len(head) + 5 * GIB - 100)))
    with client.wire() as wire:
        answer = wire.send(request.head() + head + b"x" * 400_000).read()
        refused(answer, 403, "AccessDenied", "Policy expired.")
        assert answer.header("connection") == "close"
        sent = 0
        try:
            while sent < GIB:
                wire.socket.sendall(b"x" * (1 << 20))
                sent += 1 << 20
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert sent < 200 << 20
    assert poster.keys() == []


@pytest.mark.parametrize("size", [2_000_000, 30_000_000])
def test_refused_form_that_is_sent_to_its_end(poster, size):
    """Clients that look for the answer only behind the body find it there."""
    refused(poster.send(KEY, b"x" * size, expires=time.time() - 1), 403, "AccessDenied", "Policy expired.")


def test_size_is_bounded_as_it_comes(client, drop, poster):
    """Where what follows the file could explain the length, the bytes are counted."""
    answer = poster.send(KEY, b"x" * 10_001, conditions=[["content-length-range", 5, 10_000]])
    error = refused(answer, 400, "EntityTooLarge")
    assert (error["ProposedSize"], error["MaxSizeAllowed"]) == ("10001", "10000")
    error = refused(poster.send(KEY, b"x", conditions=[["content-length-range", 5, 10_000]]), 400, "EntityTooSmall")
    assert (error["ProposedSize"], error["MinSizeAllowed"]) == ("1", "5")
    assert poster.keys() == []
    assert poster.send(KEY, b"x" * 10_000, conditions=[["content-length-range", "5", "10000"]]).status == 204


def test_silent_client_is_cut_off(client, drop):
    """A form that stops in its fields holds nothing of the gateway but its connection."""
    request = post("/" + drop, multipart(KEY, b"x"))
    with client.wire() as wire:
        wire.send(request.bytes()[:-40])
        wire.socket.shutdown(socket.SHUT_WR)
        try:
            wire.read()
        except Closed:
            pass
    assert Poster(client, drop).keys() == []


@pytest.mark.slow
def test_memory_stays_flat(client, poster):
    """A form of 1 GiB costs no more memory than one of a megabyte."""
    assert poster.send(KEY, b"x" * (1 << 20)).status == 204
    before = client.server.peak_memory()
    head, tail = multipart(poster.fields(KEY), b"", close=False)[:-2], b"\r\n--%s--\r\n" % BOUNDARY.encode()
    piece = bytes(range(256)) * 4096
    digest = hashlib.md5()
    with client.wire(timeout=120) as wire:
        length = len(head) + GIB + len(tail)
        wire.send(post("/" + poster.bucket, b"", ("Content-Length", str(length))).head() + head)
        for _ in range(GIB // len(piece)):
            wire.send(piece)
            digest.update(piece)
        answer = wire.send(tail).read()
    assert (answer.status, answer.header("etag")) == (204, '"%s"' % digest.hexdigest())
    assert client.server.peak_memory() - before < 16 << 20
