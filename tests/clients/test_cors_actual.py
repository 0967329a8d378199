"""Headers on actual requests: on every answer, errors too, when a rule matches; on none when none does."""

import http.client
import time

import pytest

from answers import ask, build, send, send_on
from signing import V2, V4

ORIGIN = "https://www.example.com"
METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"]
RULES = ("<CORSConfiguration><CORSRule><AllowedOrigin>%s</AllowedOrigin>%s<ExposeHeader>ETag</ExposeHeader>"
         "<MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>" % (
             ORIGIN, "".join("<AllowedMethod>%s</AllowedMethod>" % method for method in METHODS))).encode()
GRANTED = {"Allow-Origin": ORIGIN, "Allow-Credentials": "true", "Allow-Methods": ", ".join(METHODS),
           "Expose-Headers": "ETag", "Max-Age": "60"}
VARY = ["access-control-request-headers", "access-control-request-method", "origin"]
DELETE_KEYS = b"<Delete><Object><Key>nothing</Key></Object></Delete>"


def wrong_secret(gateway, alice, method, path):
    request = build(gateway, method, path)
    V4(alice.access_key, "wrong").header(request)
    return request


def expired(gateway, signer, method, path):
    request = build(gateway, method, path)
    signer.presign(request, expires=60)
    return request


def signed(method, path, query="", headers=(), body=b""):
    return lambda gateway, alice, bob: build(gateway, method, path.format("ruled"), query, headers, body, by=alice)


# Every kind of answer: what brings it about, its status and its code (None: no error document).
ANSWERS = {
    "put": (signed("PUT", "/{}/new", body=b"x"), 200, None),
    "get": (signed("GET", "/{}/key"), 200, None),
    "head": (signed("HEAD", "/{}/key"), 200, None),
    "range": (signed("GET", "/{}/key", headers=[("Range", "bytes=0-1")]), 206, None),
    "copy": (signed("PUT", "/{}/copy", headers=[("x-amz-copy-source", "/ruled/key")]), 200, None),
    "delete": (signed("DELETE", "/{}/nothing"), 204, None),
    "delete many": (signed("POST", "/{}", "delete=", body=DELETE_KEYS), 200, None),
    "list": (signed("GET", "/{}"), 200, None),
    "list version 2": (signed("GET", "/{}", "list-type=2"), 200, None),
    "head bucket": (signed("HEAD", "/{}"), 200, None),
    "get acl": (signed("GET", "/{}/key", "acl="), 200, None),
    "get cors": (signed("GET", "/{}", "cors="), 200, None),
    "put cors": (signed("PUT", "/{}", "cors=", body=RULES), 200, None),
    "not modified": (signed("GET", "/{}/key", headers=[("If-None-Match", "*")]), 304, None),
    "bad digest": (signed("PUT", "/{}/new", headers=[("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")], body=b"x"), 400,
                   "BadDigest"),
    "bad XML": (signed("PUT", "/{}", "cors=", body=b"<"), 400, "MalformedXML"),
    "bad argument": (signed("GET", "/{}", "max-keys=x"), 400, "InvalidArgument"),
    "key too long": (signed("PUT", "/{}/" + "k" * 1025, body=b"x"), 400, "KeyTooLongError"),
    "key not UTF-8": (signed("PUT", "/{}/%ff", body=b"x"), 400, "InvalidURI"),
    "bad escape in the query": (signed("GET", "/{}", "prefix=%zz"), 400, "InvalidURI"),
    "malformed authorization": (
        lambda gateway, alice, bob: build(gateway, "GET", "/ruled/key", headers=[
            ("Authorization", "AWS4-HMAC-SHA256 Credential=x"), ("x-amz-date", "20200101T000000Z")]), 400, None),
    "anonymous": (lambda gateway, alice, bob: build(gateway, "GET", "/ruled/key"), 403, "AccessDenied"),
    "not permitted": (lambda gateway, alice, bob: build(gateway, "GET", "/ruled/key", by=bob), 403, "AccessDenied"),
    "wrong signature": (lambda gateway, alice, bob: wrong_secret(gateway, alice, "GET", "/ruled/key"), 403,
                        "SignatureDoesNotMatch"),
    "wrong signature of an upload": (lambda gateway, alice, bob: wrong_secret(gateway, alice, "PUT", "/ruled/key"), 403,
                                     "SignatureDoesNotMatch"),
    "unknown key": (lambda gateway, alice, bob: build(
        gateway, "GET", "/ruled/key", by=type(alice)("", "AKIANOBODY", "x")), 403, "InvalidAccessKeyId"),
    "expired, version 4": (lambda gateway, alice, bob: expired(
        gateway, V4(alice.access_key, alice.secret_key, at=time.time() - 3600), "GET", "/ruled/key"), 403, "AccessDenied"),
    "expired, version 2": (lambda gateway, alice, bob: expired(
        gateway, V2(alice.access_key, alice.secret_key, at=time.time() - 3600), "GET", "/ruled/key"), 403, "AccessDenied"),
    "clock skew": (lambda gateway, alice, bob: V4(alice.access_key, alice.secret_key, at=time.time() - 3600).header(
        build(gateway, "GET", "/ruled/key")), 403, "RequestTimeTooSkewed"),
    "missing key": (signed("GET", "/{}/nothing"), 404, "NoSuchKey"),
    "missing key, head": (signed("HEAD", "/{}/nothing"), 404, None),
    "missing upload": (signed("GET", "/{}/key", "uploadId=none"), 404, "NoSuchUpload"),
    "missing document": (signed("GET", "/{}", "policy="), 404, "NoSuchBucketPolicy"),
    "wrong method": (signed("POST", "/{}", "cors=", body=RULES), 405, "MethodNotAllowed"),
    "bucket not empty": (signed("DELETE", "/{}"), 409, "BucketNotEmpty"),
    "failed condition": (signed("GET", "/{}/key", headers=[("If-Match", '"other"')]), 412, "PreconditionFailed"),
    "bad range": (signed("GET", "/{}/key", headers=[("Range", "bytes=99-")]), 416, "InvalidRange"),
    "not implemented": (signed("GET", "/{}/key", "torrent="), 501, "NotImplemented"),
}


@pytest.fixture(scope="module")
def ruled(gateway, alice):
    """A bucket with RULES and an object "key"."""
    assert ask(gateway, "PUT", "/ruled", by=alice).status == 200
    assert ask(gateway, "PUT", "/ruled", "cors=", body=RULES, by=alice).status == 200
    assert ask(gateway, "PUT", "/ruled/key", body=b"some bytes", by=alice).status == 200
    return "ruled"


@pytest.mark.parametrize("case", ANSWERS)
def test_answer_carries_the_headers(gateway, alice, bob, ruled, case):
    make, status, code = ANSWERS[case]
    answer = send(gateway, make(gateway, alice, bob).add("Origin", ORIGIN))
    assert answer.status == status, answer
    assert code is None or answer.code == code
    assert answer.access_control() == GRANTED
    assert answer.vary() == VARY


@pytest.mark.parametrize("case", ANSWERS)
@pytest.mark.parametrize("origin", [None, "https://other.example"])
def test_answer_without_a_match_is_the_same_but_bare(gateway, alice, bob, ruled, case, origin):
    make, status, code = ANSWERS[case]
    request = make(gateway, alice, bob)
    if origin:
        request.add("Origin", origin)
    answer = send(gateway, request)
    assert answer.status == status, answer
    assert answer.access_control() == {}
    assert answer.vary() == VARY


def test_no_rules_no_headers_and_no_vary(gateway, alice, bucket):
    answer = ask(gateway, "GET", "/" + bucket, by=alice, unsigned=[("Origin", ORIGIN)])
    assert (answer.status, answer.access_control(), answer.vary()) == (200, {}, [])


def test_missing_bucket(gateway, alice, bucket_name):
    answer = ask(gateway, "GET", "/" + bucket_name, by=alice, unsigned=[("Origin", ORIGIN)])
    assert (answer.status, answer.access_control(), answer.vary()) == (404, {}, [])


def test_list_of_buckets(gateway, alice, ruled):
    answer = ask(gateway, "GET", "/", by=alice, unsigned=[("Origin", ORIGIN)])
    assert (answer.status, answer.access_control(), answer.vary()) == (200, {}, [])


def test_virtual_hosted_style(gateway, alice, ruled):
    answer = ask(gateway, "GET", "/key", by=alice, host="ruled.localhost:%d" % gateway.port,
                 unsigned=[("Origin", ORIGIN)])
    assert (answer.body, answer.access_control()) == (b"some bytes", GRANTED)


def test_requested_headers_are_answered_here_too(gateway, alice, bucket):
    document = RULES.replace(b"<ExposeHeader>", b"<AllowedHeader>x-*</AllowedHeader><ExposeHeader>")
    ask(gateway, "PUT", "/" + bucket, "cors=", body=document, by=alice)
    answer = ask(gateway, "GET", "/" + bucket, by=alice, unsigned=[
        ("Origin", ORIGIN), ("Access-Control-Request-Headers", "X-One,x-two")])
    assert answer.access_control() == {**GRANTED, "Allow-Headers": "x-one, x-two"}


def test_requested_method_replaces_the_method(gateway, alice, bucket):
    document = RULES.replace(b"<AllowedMethod>DELETE</AllowedMethod>", b"")
    ask(gateway, "PUT", "/" + bucket, "cors=", body=document, by=alice)
    answer = ask(gateway, "GET", "/" + bucket, by=alice, unsigned=[
        ("Origin", ORIGIN), ("Access-Control-Request-Method", "DELETE")])
    assert (answer.status, answer.access_control()) == (200, {})


def test_refused_origin_is_executed_all_the_same(gateway, alice, ruled):
    answer = ask(gateway, "PUT", "/ruled/elsewhere", body=b"written", by=alice,
                 unsigned=[("Origin", "https://other.example")])
    assert answer.status == 200
    assert ask(gateway, "GET", "/ruled/elsewhere", by=alice).body == b"written"


def test_nothing_stays_for_the_next_request_of_a_connection(gateway, alice, ruled, bucket):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    expected = [(ORIGIN, "/ruled/key", GRANTED), (None, "/ruled/key", {}), ("https://other.example", "/ruled/key", {}),
                (ORIGIN, "/" + bucket, {}), (ORIGIN, "/ruled/nothing", GRANTED), (None, "/ruled/nothing", {})]
    for origin, path, headers in expected * 2:
        request = build(gateway, "GET", path, by=alice, unsigned=[("Origin", origin)] if origin else [])
        assert send_on(connection, request).access_control() == headers
    connection.close()


def test_upload_without_a_length(gateway, alice, ruled):
    """http.client adds no Content-Length to a method of its own choosing, so the request is written by hand."""
    request = build(gateway, "PUT", "/ruled/new", by=alice, unsigned=[("Origin", ORIGIN)])
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    connection.connect()
    connection.sock.sendall(request.head())
    response = http.client.HTTPResponse(connection.sock, method="PUT")
    response.begin()
    assert (response.status, response.getheader("Access-Control-Allow-Origin")) == (411, ORIGIN)
    connection.close()
