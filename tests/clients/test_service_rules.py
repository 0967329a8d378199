"""Rules for the whole service: where they apply, what they answer to preflights and to all other requests."""

import http.client

import pytest

from answers import Answer, ask, build, preflight, send, send_on
from log_lines import refusals_of, sentences_about
from signing import V4

ORIGIN = "https://ui.example.com"
PLAIN = "https://plain.example.com"
STRANGER = "http://stranger.example.com"
OWN = "https://own.example.com"
GATEWAY_ARGUMENTS = ["--log-level", "debug"]
GATEWAY_CONFIGURATION = """
[cors]
allowed_origin = https://ui.example.com, https://second.example.com
expose_headers = ETag,x-amz-request-id
max_age = 60
allow_methods = GET,PUT,POST
allow_headers = X-Other-Header,x-amz-*

[cors.plain]
allowed_origin = https://plain.example.com
allow_credentials = no
expose_headers =
allow_headers =
max_age =

[cors.zero]
allowed_origin = https://zero.example.com
max_age = 0
"""
RULES = ("<CORSConfiguration><CORSRule><AllowedOrigin>%s</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
         "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>X-Other-Header</AllowedHeader>"
         "</CORSRule></CORSConfiguration>" % OWN).encode()
SIMPLE = "Accept,Accept-Language,Content-Type,Cache-Control,Content-Language,Expires,Last-Modified,Pragma"
VARY = ["access-control-request-headers", "access-control-request-method", "origin"]
NOT_ENABLED = "CORSResponse: CORS is not enabled for this bucket."
NOT_ALLOWED = "CORSResponse: This CORS request is not allowed. "
GRANTED = {"Allow-Origin": ORIGIN, "Allow-Credentials": "true", "Expose-Headers": "ETag,x-amz-request-id"}


@pytest.fixture(scope="module")
def buckets(gateway, alice):
    """One with rules of its own, one without; an object in each."""
    for name in ("ruled", "bare"):
        assert ask(gateway, "PUT", "/" + name, by=alice).status == 200
        assert ask(gateway, "PUT", "/%s/key" % name, body=b"some bytes", by=alice).status == 200
    assert ask(gateway, "PUT", "/ruled", "cors=", body=RULES, by=alice).status == 200


def assert_refused(answer, status, code, message):
    assert (answer.status, answer.code) == (status, code), answer
    assert answer.error("Message").startswith(message)
    assert (answer.access_control(), answer.vary()) == ({}, VARY)


# where they apply.

PLACES = {
    "bucket without rules": "/bare",
    "object of a bucket without rules": "/bare/key",
    "object that is not there": "/bare/nothing",
    "bucket that does not exist": "/no-such-bucket",
    "object of a bucket that does not exist": "/no-such-bucket/key",
    "service root": "/",
}


@pytest.mark.parametrize("place", PLACES)
def test_preflight_where_service_rules_apply(gateway, buckets, place):
    answer = preflight(gateway, PLACES[place], ORIGIN, "PUT")
    assert (answer.status, answer.body, answer.header("Content-Length")) == (200, b"", "0"), answer
    assert answer.access_control() == {
        "Allow-Origin": ORIGIN, "Allow-Credentials": "true", "Allow-Methods": "GET,PUT,POST", "Max-Age": "60"}
    assert answer.vary() == VARY


@pytest.mark.parametrize("place", PLACES)
def test_actual_request_where_service_rules_apply(gateway, alice, buckets, place):
    answer = ask(gateway, "GET", PLACES[place], by=alice, unsigned=[("Origin", ORIGIN)])
    assert answer.status == (404 if "no" in PLACES[place] else 200)
    assert (answer.access_control(), answer.vary()) == (GRANTED, VARY)


@pytest.mark.parametrize("place", PLACES)
def test_no_origin_where_service_rules_apply(gateway, alice, buckets, place):
    answer = ask(gateway, "GET", PLACES[place], by=alice)
    assert (answer.access_control(), answer.vary()) == ({}, VARY)


def test_preflight_of_the_server_itself(gateway):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    connection.putrequest("OPTIONS", "*")
    connection.putheader("Origin", ORIGIN)
    connection.putheader("Access-Control-Request-Method", "GET")
    connection.endheaders()
    response = connection.getresponse()
    answer = Answer(response, response.read())
    connection.close()
    assert (answer.status, answer.access_control()["Allow-Origin"]) == (200, ORIGIN)


def test_virtual_hosted_style(gateway, alice, buckets):
    answer = ask(gateway, "GET", "/key", by=alice, host="bare.localhost:%d" % gateway.port, unsigned=[("Origin", ORIGIN)])
    assert (answer.body, answer.access_control()) == (b"some bytes", GRANTED)


def test_bucket_is_made_and_gone(gateway, alice, bucket_name):
    for method, status in (("PUT", 200), ("DELETE", 204), ("GET", 404)):
        answer = ask(gateway, method, "/" + bucket_name, by=alice, unsigned=[("Origin", ORIGIN)])
        assert (answer.status, answer.access_control(), answer.vary()) == (status, GRANTED, VARY)


def test_rules_of_a_bucket_count_alone(gateway, alice, buckets):
    """Service rules neither add an origin nor a header."""
    assert_refused(preflight(gateway, "/ruled/key", ORIGIN, "GET"), 403, "AccessForbidden", NOT_ALLOWED)
    answer = ask(gateway, "GET", "/ruled/key", by=alice, unsigned=[("Origin", ORIGIN)])
    assert (answer.status, answer.access_control(), answer.vary()) == (200, {}, VARY)
    answer = preflight(gateway, "/ruled/key", OWN, "GET")
    assert answer.access_control() == {
        "Allow-Origin": OWN, "Allow-Credentials": "true", "Allow-Methods": "GET, PUT"}
    answer = ask(gateway, "GET", "/ruled/key", by=alice, unsigned=[("Origin", OWN)])
    assert answer.access_control() == {"Allow-Origin": OWN, "Allow-Credentials": "true", "Allow-Methods": "GET, PUT"}


def test_rules_of_a_bucket_come_and_go(gateway, alice, bucket):
    assert preflight(gateway, "/" + bucket, ORIGIN, "GET").status == 200
    assert ask(gateway, "PUT", "/" + bucket, "cors=", body=RULES, by=alice).status == 200
    assert preflight(gateway, "/" + bucket, ORIGIN, "GET").status == 403
    assert ask(gateway, "DELETE", "/" + bucket, "cors=", by=alice).status == 204
    assert preflight(gateway, "/" + bucket, ORIGIN, "GET").status == 200


# preflights.


@pytest.mark.parametrize("origin", [None, "", "  "])
def test_no_origin(gateway, buckets, origin):
    answer = preflight(gateway, "/bare/key", origin, "PUT")
    assert_refused(answer, 400, "BadRequest", "Insufficient information. Origin request header needed.")
    assert sentences_about(gateway, answer) == []
    assert refusals_of(gateway, answer) == [
        {"event": "cors refused", "bucket": "bare", "origin": "", "failed": "no origin", "value": ""}]


@pytest.mark.parametrize("origin", [
    STRANGER, "null", "https://ui.example.com:443", "https://ui.example.com/", "http://ui.example.com",
    "HTTPS://ui.example.com", "https://ui.example.com.evil.example", "https://ui.example.com,https://second.example.com"])
@pytest.mark.parametrize("method", ["PUT", None])
def test_origin_in_no_section(gateway, buckets, origin, method):
    answer = preflight(gateway, "/bare/key", origin, method)
    assert_refused(answer, 403, "AccessForbidden", NOT_ENABLED)
    assert sentences_about(gateway, answer) == ["CORS request from origin '%s' not permitted." % origin]
    assert refusals_of(gateway, answer) == [
        {"event": "cors refused", "bucket": "bare", "origin": origin, "failed": "origin", "value": origin}]


def test_two_origins(gateway, buckets):
    answer = ask(gateway, "OPTIONS", "/bare/key", headers=[
        ("Origin", ORIGIN), ("Origin", ORIGIN), ("Access-Control-Request-Method", "PUT")])
    assert_refused(answer, 403, "AccessForbidden", NOT_ENABLED)
    assert [fields["failed"] for fields in refusals_of(gateway, answer)] == ["many origins"]


def test_no_requested_method(gateway, buckets):
    answer = preflight(gateway, "/bare/key", ORIGIN)
    assert (answer.status, answer.body) == (200, b"")
    allowed = answer.access_control()
    assert allowed.pop("Allow-Headers").startswith("X-Other-Header,x-amz-*")
    assert allowed == {"Allow-Origin": ORIGIN, "Allow-Credentials": "true", "Allow-Methods": "GET,PUT,POST",
                       "Expose-Headers": "ETag,x-amz-request-id", "Max-Age": "60"}
    assert answer.vary() == VARY
    assert sentences_about(gateway, answer) == ["CORS request does not contain Access-Control-Request-Method header."]
    assert refusals_of(gateway, answer) == []


@pytest.mark.parametrize("method", ["DELETE", "HEAD", "get", "TRACE", "LIST", "*", "GET,PUT"])
def test_requested_method_that_is_not_allowed(gateway, buckets, method):
    answer = preflight(gateway, "/bare/key", ORIGIN, method)
    assert_refused(answer, 403, "AccessForbidden", NOT_ALLOWED)
    assert sentences_about(gateway, answer) == [
        "Request method '%s' not in permitted list: GET,PUT,POST" % method]
    assert refusals_of(gateway, answer) == [
        {"event": "cors refused", "bucket": "bare", "origin": ORIGIN, "failed": "method", "value": method}]


@pytest.mark.parametrize("headers,failed", [
    ("X-Custom-Header", "X-Custom-Header"), ("x-other-header, X-Custom-Header", "X-Custom-Header"),
    ("authorization", "authorization"), ("x-amz", "x-amz"), ("X-Other-Header2", "X-Other-Header2")])
def test_requested_header_that_is_not_allowed(gateway, buckets, headers, failed):
    answer = preflight(gateway, "/bare/key", ORIGIN, "PUT", headers)
    assert_refused(answer, 403, "AccessForbidden", NOT_ALLOWED)
    sentence, = sentences_about(gateway, answer)
    assert sentence.startswith("Request header '%s' not in permitted list: X-Other-Header,x-amz-*" % failed)
    assert refusals_of(gateway, answer) == [
        {"event": "cors refused", "bucket": "bare", "origin": ORIGIN, "failed": "header", "value": failed}]


def test_requested_header_that_is_no_token(gateway, buckets):
    answer = preflight(gateway, "/bare/key", ORIGIN, "PUT", "x-amz-date, a b")
    assert_refused(answer, 400, "BadRequest", 'Access-Control-Request-Headers "a b" contains invalid character.')
    assert [(fields["failed"], fields["value"]) for fields in refusals_of(gateway, answer)] == [("header", "a b")]


@pytest.mark.parametrize("headers", [
    "x-other-header", "X-OTHER-HEADER", "x-amz-date,X-Amz-Content-Sha256", SIMPLE, SIMPLE.lower(), "pragma,x-other-header"])
def test_requested_headers_are_answered_as_asked(gateway, buckets, headers):
    answer = preflight(gateway, "/bare/key", ORIGIN, "PUT", headers)
    assert answer.status == 200
    assert answer.access_control() == {
        "Allow-Origin": ORIGIN, "Allow-Credentials": "true", "Allow-Methods": "GET,PUT,POST",
        "Allow-Headers": headers, "Max-Age": "60"}
    assert sentences_about(gateway, answer) == refusals_of(gateway, answer) == []


def test_simple_headers_are_allowed_everywhere(gateway, buckets):
    assert preflight(gateway, "/bare/key", PLAIN, "PUT", "content-type").access_control() == {
        "Allow-Origin": PLAIN, "Allow-Methods": "GET,PUT,POST", "Allow-Headers": "content-type"}
    assert preflight(gateway, "/bare/key", PLAIN, "PUT", "x-other-header").status == 403


def test_credentials_are_not_allowed_where_the_option_is_off(gateway, alice, buckets):
    assert "Allow-Credentials" not in preflight(gateway, "/bare/key", PLAIN, "PUT").access_control()
    answer = ask(gateway, "GET", "/bare/key", by=alice, unsigned=[("Origin", PLAIN)])
    assert answer.access_control() == {"Allow-Origin": PLAIN}


@pytest.mark.parametrize("origin,age", [(ORIGIN, "60"), (PLAIN, None), ("https://zero.example.com", "0")])
def test_max_age(gateway, buckets, origin, age):
    assert preflight(gateway, "/bare/key", origin, "PUT").access_control().get("Max-Age") == age


@pytest.mark.parametrize("headers", [
    [("Authorization", "AWS4-HMAC-SHA256 Credential=x")], [("Cookie", "a=b")], [("x-amz-date", "x")]])
def test_preflight_is_not_authenticated(gateway, buckets, headers):
    answer = ask(gateway, "OPTIONS", "/bare/key", "X-Amz-Signature=0", headers=[
        ("Origin", ORIGIN), ("Access-Control-Request-Method", "PUT"), *headers])
    assert answer.status == 200


# all other requests.


def wrongly_signed(gateway, alice, method, path):
    request = build(gateway, method, path)
    V4(alice.access_key, "wrong").header(request)
    return request


def signed(method, path, query="", headers=(), body=b""):
    return lambda gateway, alice: build(gateway, method, path, query, headers, body, by=alice)


ANSWERS = {
    "list of buckets": (signed("GET", "/"), 200),
    "list of buckets, anonymous": (lambda gateway, alice: build(gateway, "GET", "/"), 403),
    "list of buckets, wrong signature": (lambda gateway, alice: wrongly_signed(gateway, alice, "GET", "/"), 403),
    "list of buckets, bad argument": (signed("GET", "/", "max-buckets=x"), 400),
    "service root, wrong method": (signed("POST", "/"), 405),
    "put": (signed("PUT", "/bare/new", body=b"x"), 200),
    "get": (signed("GET", "/bare/key"), 200),
    "head": (signed("HEAD", "/bare/key"), 200),
    "range": (signed("GET", "/bare/key", headers=[("Range", "bytes=0-1")]), 206),
    "delete": (signed("DELETE", "/bare/nothing"), 204),
    "not modified": (signed("GET", "/bare/key", headers=[("If-None-Match", "*")]), 304),
    "bad XML": (signed("PUT", "/bare", "cors=", body=b"<"), 400),
    "malformed authorization": (lambda gateway, alice: build(gateway, "GET", "/bare/key", headers=[
        ("Authorization", "AWS4-HMAC-SHA256 Credential=x"), ("x-amz-date", "20200101T000000Z")]), 400),
    "anonymous": (lambda gateway, alice: build(gateway, "GET", "/bare/key"), 403),
    "wrong signature": (lambda gateway, alice: wrongly_signed(gateway, alice, "PUT", "/bare/key"), 403),
    "unknown key": (lambda gateway, alice: build(
        gateway, "GET", "/bare/key", by=type(alice)("", "AKIANOBODY", "x")), 403),
    "no rules": (signed("GET", "/bare", "cors="), 404),
    "missing key": (signed("GET", "/bare/nothing"), 404),
    "missing bucket": (signed("GET", "/no-such-bucket/key"), 404),
    "missing bucket, wrong signature": (
        lambda gateway, alice: wrongly_signed(gateway, alice, "GET", "/no-such-bucket/key"), 403),
    "wrong method": (signed("POST", "/bare", "cors="), 405),
    "failed condition": (signed("GET", "/bare/key", headers=[("If-Match", '"other"')]), 412),
    "bad range": (signed("GET", "/bare/key", headers=[("Range", "bytes=99-")]), 416),
    "not implemented": (signed("GET", "/bare/key", "torrent="), 501),
    "name of no bucket": (signed("GET", "/A_b/key"), 400),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_every_answer_carries_the_headers(gateway, alice, buckets, case):
    make, status = ANSWERS[case]
    answer = send(gateway, make(gateway, alice).add("Origin", ORIGIN))
    assert answer.status == status, answer
    assert (answer.access_control(), answer.vary()) == (GRANTED, VARY)
    assert sentences_about(gateway, answer) == refusals_of(gateway, answer) == []


@pytest.mark.parametrize("case", ANSWERS)
@pytest.mark.parametrize("origin", [None, STRANGER])
def test_every_answer_is_the_same_but_bare(gateway, alice, buckets, case, origin):
    make, status = ANSWERS[case]
    request = make(gateway, alice)
    if origin:
        request.add("Origin", origin)
    answer = send(gateway, request)
    assert answer.status == status, answer
    assert (answer.access_control(), answer.vary()) == ({}, VARY)
    assert len(refusals_of(gateway, answer)) == len(sentences_about(gateway, answer)) == (1 if origin else 0)


def test_method_of_the_request_does_not_matter(gateway, alice, buckets):
    """DELETE is not among allow_methods: the preflight was asked about that."""
    for headers in ([], [("Access-Control-Request-Method", "DELETE")], [("Access-Control-Request-Headers", "x")]):
        answer = ask(gateway, "DELETE", "/bare/nothing", by=alice, unsigned=[("Origin", ORIGIN), *headers])
        assert (answer.status, answer.access_control()) == (204, GRANTED)


def test_refused_origin_is_executed_all_the_same(gateway, alice, buckets):
    answer = ask(gateway, "PUT", "/bare/elsewhere", body=b"written", by=alice, unsigned=[("Origin", STRANGER)])
    assert (answer.status, answer.access_control()) == (200, {})
    assert ask(gateway, "GET", "/bare/elsewhere", by=alice).body == b"written"
    assert sentences_about(gateway, answer) == ["CORS request from origin '%s' not permitted." % STRANGER]
    assert refusals_of(gateway, answer) == [
        {"event": "cors not granted", "bucket": "bare", "origin": STRANGER, "failed": "origin", "value": STRANGER}]


def test_nothing_stays_for_the_next_request_of_a_connection(gateway, alice, buckets):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    own = {"Allow-Origin": OWN, "Allow-Credentials": "true", "Allow-Methods": "GET, PUT"}
    expected = [(ORIGIN, "/bare/key", GRANTED), (None, "/bare/key", {}), (STRANGER, "/bare/key", {}),
                (PLAIN, "/", {"Allow-Origin": PLAIN}), (ORIGIN, "/ruled/key", {}), (OWN, "/ruled/key", own),
                (OWN, "/bare/key", {}), (ORIGIN, "/no-such-bucket", GRANTED), (None, "/", {})]
    for origin, path, headers in expected * 2:
        request = build(gateway, "GET", path, by=alice, unsigned=[("Origin", origin)] if origin else [])
        answer = send_on(connection, request)
        assert (answer.access_control(), answer.vary()) == (headers, VARY)
    connection.close()


# lines of the log about rules of a bucket.


@pytest.mark.parametrize("origin,method,headers,failed,value,sentence", [
    (STRANGER, "GET", None, "origin", STRANGER, "CORS request from origin '%s' not permitted." % STRANGER),
    (OWN, "DELETE", None, "method", "DELETE", "Request method 'DELETE' not in permitted list: GET,PUT"),
    (OWN, "PATCH", None, "method", "PATCH", "Request method 'PATCH' not in permitted list: GET,PUT"),
    (OWN, "PUT", "x-other-header,X-Custom-Header", "header", "X-Custom-Header",
     "Request header 'X-Custom-Header' not in permitted list: X-Other-Header"),
    (OWN, None, None, "no requested method", "", "CORS request does not contain Access-Control-Request-Method header."),
])
def test_refusal_by_rules_of_a_bucket(gateway, buckets, origin, method, headers, failed, value, sentence):
    answer = preflight(gateway, "/ruled/key", origin, method, headers)
    assert answer.status in (400, 403)
    assert sentences_about(gateway, answer) == [sentence]
    assert refusals_of(gateway, answer) == [
        {"event": "cors refused", "bucket": "ruled", "origin": origin, "failed": failed, "value": value}]


@pytest.mark.parametrize("origin,method,failed,value,sentence", [
    (STRANGER, "GET", "origin", STRANGER, "CORS request from origin '%s' not permitted." % STRANGER),
    (OWN, "DELETE", "method", "DELETE", "Request method 'DELETE' not in permitted list: GET,PUT"),
])
def test_request_that_rules_of_a_bucket_grant_nothing(gateway, alice, buckets, origin, method, failed, value, sentence):
    answer = ask(gateway, method, "/ruled/nothing", by=alice, unsigned=[("Origin", origin)])
    assert answer.access_control() == {}
    assert sentences_about(gateway, answer) == [sentence]
    assert refusals_of(gateway, answer) == [
        {"event": "cors not granted", "bucket": "ruled", "origin": origin, "failed": failed, "value": value}]


def test_nothing_is_said_of_what_rules_of_a_bucket_grant(gateway, alice, buckets):
    for answer in (preflight(gateway, "/ruled/key", OWN, "PUT", "x-other-header"),
                   ask(gateway, "GET", "/ruled/key", by=alice, unsigned=[("Origin", OWN)]),
                   ask(gateway, "GET", "/ruled/key", by=alice)):
        assert answer.status == 200
        assert sentences_about(gateway, answer) == refusals_of(gateway, answer) == []
