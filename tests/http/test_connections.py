"""Connections: keeping them, pipelining, 100-continue, HEAD, and what every answer carries."""

import re
import socket

import pytest

from signing import UNSIGNED, Request
from wire import Closed, refused

RULES = (b'<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule>'
         b"<AllowedOrigin>http://one.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
         b"<AllowedMethod>PUT</AllowedMethod><ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>")
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


@pytest.fixture
def shared(client, public):
    """A bucket with an object for everybody and rules for http://one.example."""
    assert client.send("PUT", "/" + public, "cors", body=RULES).status == 200
    return public


def kept_headers(answer):
    return {name for name in answer.names() if name.startswith("access-control-")}


def test_a_connection_serves_many_requests(client, bucket):
    with client.wire() as wire:
        for number in range(50):
            wire.send(client.request("PUT", "/%s/%02d" % (bucket, number), body=b"%d" % number).bytes())
            assert wire.read().status == 200
        wire.send(client.request("GET", "/%s/49" % bucket).bytes())
        assert wire.read().body == b"49"


def test_pipelined_requests_are_answered_in_order(client, bucket):
    keys = ["%02d" % number for number in range(20)]
    with client.wire() as wire:
        wire.send(b"".join(client.request("PUT", "/%s/%s" % (bucket, key), body=key.encode()).bytes() for key in keys))
        assert [wire.read().status for _ in keys] == [200] * len(keys)
        wire.send(b"".join(client.request("GET", "/%s/%s" % (bucket, key)).bytes() for key in keys))
        assert [wire.read().body.decode() for _ in keys] == keys


def test_pipelined_head_and_get_do_not_mix(client, public):
    path = "/%s/page" % public
    with client.wire() as wire:
        for _ in range(3):
            wire.send(client.request("HEAD", path).bytes() + client.request("GET", path).bytes() +
                      client.request("HEAD", "/%s/none" % public).bytes())
        for _ in range(3):
            assert wire.read("HEAD").header("Content-Length") == "1000"
            assert len(wire.read().body) == 1000
            assert wire.read("HEAD").status == 404
        assert wire.silent()


def test_read_behind_a_write_on_one_connection_sees_it(client, bucket):
    path = "/%s/key" % bucket
    with client.wire() as wire:
        for number in range(20):
            body = b"%d" % number
            wire.send(client.request("PUT", path, body=body).bytes() + client.request("GET", path).bytes())
            assert wire.read().status == 200
            assert wire.read().body == body


@pytest.mark.parametrize("length", [0, 1, 1000, 65536, 500000])
def test_small_refused_body_keeps_the_connection(client, bucket, length):
    """Browsers and SDKs lose a round trip, or the answer itself, when a refusal closes under an unread body."""
    request = client.request("PUT", "/%s/key" % bucket, body=b"x" * length)
    request.set("Authorization", request.header("Authorization")[:-4] + "0000")
    with client.wire() as wire:
        for _ in range(3):
            wire.send(request.bytes())
            refused(wire.read(), 403, "SignatureDoesNotMatch")
        wire.send(client.request("GET", "/" + bucket).bytes())
        assert wire.read().status == 200


@pytest.mark.parametrize("method,path,query,status", [
    ("GET", "/{bucket}/none", "", 404), ("GET", "/no-such-bucket-at-all", "", 404), ("PUT", "/{bucket}", "cors", 400),
    ("POST", "/{bucket}", "cors", 405), ("DELETE",
     "/no-such-bucket-at-all", "", 404), ("GET", "/{bucket}/%zz", "", 400),
])
def test_an_error_keeps_the_connection(client, bucket, method, path, query, status):
    path = path.format(bucket=bucket)
    with client.wire() as wire:
        for _ in range(3):
            wire.send(client.request(method, path, query).bytes())
            refused(wire.read(), status)
        wire.send(client.request("PUT", "/%s/after" % bucket, body=b"ok").bytes())
        assert wire.read().status == 200
    assert client.keys(bucket) == ["after"]


def test_nothing_of_a_request_shows_in_the_next(client, shared):
    """Origin, rules, overrides, range and identity of one request on the answer to another (the two buckets differ)."""
    page = "/%s/page" % shared
    plain = Request("GET", page, host="x")
    other = client.send("PUT", "/plain-" + shared)
    assert other.status == 200
    with client.wire() as wire:
        for _ in range(3):
            wire.send(Request("GET", page, host="x", headers=[("Origin", "http://one.example")]).bytes())
            answer = wire.read()
            assert answer.header("Access-Control-Allow-Origin") == "http://one.example"
            wire.send(plain.bytes())
            answer = wire.read()
            assert kept_headers(answer) == set() and answer.header("Vary") == VARY and answer.status == 200
            wire.send(Request("GET", page, host="x", headers=[("Origin", "http://two.example")]).bytes())
            assert kept_headers(wire.read()) == set()
            wire.send(client.request("GET", page, "response-content-type=text%2Fx-other",
                      [("Range", "bytes=0-9")]).bytes())
            answer = wire.read()
            assert (answer.status, answer.header("Content-Type"), len(answer.body)) == (206, "text/x-other", 10)
            wire.send(plain.bytes())
            answer = wire.read()
            assert (answer.status, answer.header("Content-Type"), len(answer.body)) == (200, "text/plain", 1000)
            wire.send(client.request("GET", "/plain-" + shared).bytes())
            answer = wire.read()
            assert answer.status == 200 and answer.header("Vary") is None
            wire.send(Request("GET", "/plain-" + shared, host="x").bytes())
            refused(wire.read(), 403, "AccessDenied")


def test_refused_request_with_an_origin_leaves_nothing_behind(client, shared):
    with client.wire() as wire:
        wire.send(
    Request(
        "PUT", "/%s/key" %
        shared, host="x", headers=[
            ("Origin", "http://one.example")], body=b"x").bytes())
        answer = wire.read()
        refused(answer, 403, "AccessDenied")
        assert answer.header("Access-Control-Allow-Origin") == "http://one.example"
        wire.send(Request("GET", "/%s/none" % shared, host="x").bytes())
        assert kept_headers(wire.read()) == set()


def test_close_is_done_when_asked(client, public):
    with client.wire() as wire:
        wire.send(client.request("GET", "/%s/page" % public, headers=[("Connection", "close")]).bytes())
        answer = wire.read()
        assert answer.status == 200 and answer.header("Connection") == "close"
        assert wire.closed()


def test_http_1_0_closes_by_itself(client, public):
    with client.wire() as wire:
        wire.send(b"GET /%s/page HTTP/1.0\r\n\r\n" % public.encode())
        answer = wire.read()
        assert answer.status == 200 and len(answer.body) == 1000
        assert wire.closed()


def test_client_that_ends_its_side_still_gets_its_answer(client, public):
    with client.wire() as wire:
        wire.send(client.request("GET", "/%s/page" % public).bytes())
        wire.socket.shutdown(socket.SHUT_WR)
        assert len(wire.read().body) == 1000
        assert wire.closed()


def test_empty_lines_before_a_request_are_skipped(client, public):
    """RFC 9112 section 2.2: at least one."""
    with client.wire() as wire:
        wire.send(b"\r\n" + client.request("GET", "/%s/page" % public).bytes())
        assert wire.read().status == 200


# Expect: 100-continue.

def test_continue_is_sent_before_the_body(client, bucket):
    request = client.request("PUT", "/%s/key" % bucket, headers=[("Expect", "100-continue"), ("Content-Length", "5")],
                             payload=UNSIGNED)
    with client.wire() as wire:
        wire.send(request.head())
        assert wire._until(b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
        wire.send(b"hello")
        answer = wire.read()
        assert answer.status == 200 and answer.interim == []
    assert client.send("GET", "/%s/key" % bucket).body == b"hello"


def test_continue_comes_once_for_a_large_body(client, bucket):
    body = b"z" * 3000000
    request = client.request("PUT", "/%s/key" % bucket, headers=[("Expect", "100-continue")], body=body)
    with client.wire() as wire:
        wire.send(request.bytes())
        answer = wire.read()
        assert answer.status == 200 and answer.interim in ([], [100])
    assert client.send("GET", "/%s/key" % bucket).body == body


@pytest.mark.parametrize("length", [5, 50000, 5000000])
def test_refusal_comes_instead_of_continue(client, bucket, length):
    """RFC 9110 section 10.1.1: a client that waits learns of the refusal before it sends its body."""
    request = client.request("PUT", "/%s/key" % bucket,
                             headers=[("Expect", "100-continue"), ("Content-Length", str(length))], payload=UNSIGNED)
    request.set("Authorization", request.header("Authorization")[:-4] + "0000")
    with client.wire() as wire:
        wire.send(request.head())
        answer = wire.read()
        refused(answer, 403, "SignatureDoesNotMatch")
        assert answer.interim == []
    assert client.keys(bucket) == []


@pytest.mark.parametrize("path,status,code", [
    ("/no-such-bucket-at-all/key", 404, "NoSuchBucket"), ("/{bucket}/" + "k" * 1025, 400, "KeyTooLongError"),
])
def test_refusal_of_the_target_comes_instead_of_continue(client, bucket, path, status, code):
    request = client.request("PUT", path.format(bucket=bucket), payload=UNSIGNED,
                             headers=[("Expect", "100-continue"), ("Content-Length", "5")])
    with client.wire() as wire:
        wire.send(request.head())
        answer = wire.read()
        refused(answer, status, code)
        assert answer.interim == []


def test_unknown_expectation_is_refused_or_ignored(client, bucket):
    """RFC 9110 section 10.1.1: 417, or as if it were not there."""
    request = client.request("PUT", "/%s/key" % bucket, headers=[("Expect", "the-unexpected")], body=b"hello")
    with client.wire() as wire:
        assert wire.send(request.bytes()).read().status in (200, 417)


# HEAD.

@pytest.mark.parametrize("path,query,status", [
    ("/{bucket}/page", "", 200), ("/{bucket}", "", 200), ("/{bucket}/none", "", 404),
    ("/no-such-bucket-at-all", "", 404), ("/no-such-bucket-at-all/key", "", 404), ("/{bucket}/%zz", "", 400),
])
def test_head_has_no_body(client, public, path, query, status):
    with client.wire() as wire:
        for _ in range(3):
            wire.send(client.request("HEAD", path.format(bucket=public), query).bytes())
            answer = wire.read("HEAD")
            assert answer.status == status and answer.header("x-amz-request-id"), answer
            assert wire.silent(0.1)


def test_refused_head_has_no_body(client, public):
    with client.wire() as wire:
        wire.send(Request("HEAD", "/" + public, host="x").bytes() * 3)
        assert [wire.read("HEAD").status for _ in range(3)] == [403] * 3
        assert wire.silent(0.1)


@pytest.mark.parametrize("size", [0, 1, 1000, 300000])
def test_head_and_get_carry_the_same_headers(client, bucket, size):
    client.put(bucket, "key", b"k" * size, [("Content-Type", "text/x"), ("x-amz-meta-a", "b"),
                                            ("Cache-Control", "no-cache"), ("Content-Language", "de")])
    head = client.send("HEAD", "/%s/key" % bucket)
    get = client.send("GET", "/%s/key" % bucket)
    assert len(get.body) == size and head.header("Content-Length") == str(size)
    for answer in head, get:
        answer.headers = [(name, value) for name, value in answer.headers
                          if name not in ("x-amz-request-id", "x-amz-id-2", "date")]
    assert sorted(head.headers) == sorted(get.headers)
    assert head.header("Accept-Ranges") == "bytes" and head.header("Cache-Control") == "no-cache"


# What every answer carries.

def test_every_answer_has_an_id_of_its_own(client, public):
    ids = set()
    with client.wire() as wire:
        for request in (client.request("GET", "/"), client.request("GET", "/%s/page" % public),
                        client.request("GET", "/%s/none" % public), Request("GET", "/", host="x"),
                        Request("OPTIONS", "/%s/x" % public, host="x"), client.request("DELETE", "/%s/none" % public),
                        client.request("GET", "/%s/page" % public, headers=[("If-None-Match", "*")]),
                        client.request("GET", "/%s/page" % public, headers=[("Range", "bytes=5000-")]),
                        client.request("PUT", "/%s" % public, "website")):
            answer = wire.send(request.bytes()).read(request.method)
            assert answer.header("x-amz-request-id") and answer.header("x-amz-id-2"), answer
            assert re.match(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\Z", answer.header("Date"))
            ids.add(answer.header("x-amz-request-id"))
    assert len(ids) == 9


# Methods and forms of targets.

@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "PROPFIND", "LINK", "FOO", "get", "X" * 100])
@pytest.mark.parametrize("path", ["/", "/{bucket}", "/{bucket}/page"])
def test_unknown_method_is_refused(client, public, method, path):
    with client.wire() as wire:
        wire.send(client.request(method, path.format(bucket=public)).bytes())
        answer = wire.read()
        refused(answer, answer.status, "MethodNotAllowed", "NotImplemented")
        assert answer.status in (405, 501)
    assert client.keys(public) == ["page"]


def test_trace_echoes_nothing(client, public):
    """Cross-site tracing."""
    answer = client.exchange(Request("TRACE", "/%s/page" % public, headers=[("Cookie", "secret-cookie")], host="x"))
    assert b"secret-cookie" not in answer.body and answer.status in (403, 405, 501)


@pytest.mark.parametrize("method,path", [("POST", "/"), ("PUT", "/"), ("DELETE", "/"), ("HEAD", "/"),
                                         ("POST", "/{bucket}/page")])
def test_method_that_the_resource_does_not_have(client, public, method, path):
    answer = client.send(method, path.format(bucket=public))
    assert answer.status in (400, 405, 501) or (method, answer.status) == ("HEAD", 200), answer
    assert client.keys(public) == ["page"]


def test_absolute_form_is_the_same_request(client, public):
    """RFC 9112 section 3.2.2."""
    with client.wire() as wire:
        wire.send(b"GET http://127.0.0.1:%d/%s/page HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                  % (client.server.port, public.encode()))
        answer = wire.read()
        assert answer.status == 200 and len(answer.body) == 1000
        wire.send(b"GET http://127.0.0.1/%s?list-type=2 HTTP/1.1\r\nHost: x\r\n\r\n" % public.encode())
        refused(wire.read(), 403, "AccessDenied")


@pytest.mark.parametrize("target", [b"http://", b"http:///page", b"ftp://127.0.0.1/page", b"http:/page", b"//page",
                                    b"http://user:pass@127.0.0.1/page", b"127.0.0.1:80", b"http://[::1/page"])
def test_odd_absolute_forms_do_no_harm(client, public, target):
    with client.wire() as wire:
        try:
            answer = wire.send(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n").read()
            assert answer.status in (400, 403, 404), answer
        except Closed:
            pass


def test_asterisk_form_is_for_options_alone(client):
    """RFC 9112 section 3.2.4."""
    with client.wire() as wire:
        answer = wire.send(b"OPTIONS * HTTP/1.1\r\nHost: x\r\nOrigin: http://a\r\n"
                           b"Access-Control-Request-Method: GET\r\n\r\n").read()
        refused(answer, 403, "AccessForbidden")
    with client.wire() as wire:
        refused(wire.send(b"GET * HTTP/1.1\r\nHost: x\r\n\r\n").read(), 400)


def test_fragment_in_a_target_does_no_harm(client, public):
    with client.wire() as wire:
        answer = wire.send(b"GET /%s/page#x HTTP/1.1\r\nHost: x\r\n\r\n" % public.encode()).read()
        assert answer.status in (400, 403, 404)
