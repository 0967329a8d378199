"""Which bucket the Host header means, and what else a request may say of itself that is not so."""

import re

import pytest

from launcher import Gateway, wait_until
from signing import UNSIGNED, Request
from wire import Client, Closed, refused


def hosted(client, method, host, path, body=b"", query=""):
    """A rightly signed request with a Host of its own."""
    return client.exchange(client.signer().header(Request(method, path, query, body=body, host=host)))


# Buckets in host names (the gateway of these tests has --domain localhost).

def test_bucket_in_the_host_is_the_bucket_in_the_path(client, bucket):
    for host in bucket + ".localhost", bucket + ".localhost:8333", bucket.upper() + ".LOCALHOST":
        assert hosted(client, "PUT", host, "/key", host.encode()).status == 200
        assert client.send("GET", "/%s/key" % bucket).body == host.encode()
    assert client.keys(bucket) == ["key"]


def test_path_under_a_bucket_host_is_all_key(client, bucket):
    assert hosted(client, "PUT", bucket + ".localhost", "/other/key", b"x").status == 200
    assert client.keys(bucket) == ["other/key"]


def test_signature_of_one_host_on_another(client, bucket):
    """The same target under another host is another object."""
    assert client.send("PUT", "/%s-two" % bucket).status == 200
    request = client.signer().header(Request("PUT", "/key", body=b"x", host=bucket + ".localhost"))
    for host in bucket + "-two.localhost", "localhost", "127.0.0.1":
        answer = client.exchange(request.set("Host", host))
        refused(answer, answer.status, "SignatureDoesNotMatch", "NoSuchBucket", "InvalidBucketName")
    assert client.keys(bucket) == [] and client.keys(bucket + "-two") == []


def test_bucket_of_somebody_else_through_the_host(client, bob, bucket):
    client.put(bucket, "key", b"secret")
    other = Client(client.server, bob.access_key, bob.secret_key)
    for method, path in ("GET", "/key"), ("GET", "/"), ("PUT", "/new"), ("DELETE", "/key"), ("DELETE", "/"):
        refused(hosted(other, method, bucket + ".localhost", path), 403, "AccessDenied")
    assert client.keys(bucket) == ["key"]


@pytest.mark.parametrize("host", ["..localhost", ".localhost", "a.b.c.localhost", "-.localhost", "localhost.localhost",
                                  "localhost.", "localhost:0",
                                  "xlocalhost", "bucket.localhost.evil.example", "a" * 200 + \
                                      ".localhost", "[::1]", "[::1].localhost", "%2e.localhost",
                                  "localhost:99999", "a_b.localhost", "127.0.0.1.localhost"])
def test_odd_hosts_do_no_harm(client, public, host):
    for path in "/", "/%s/page" % public, "/../page":
        answer = client.anonymous("GET", path) if host is None else client.exchange(Request("GET", path, host=host))
        assert answer.status in (200, 400, 403, 404), answer
        assert answer.status != 200 or path.endswith("/page")


# Headers that come twice, or that belong to somebody else.

@pytest.mark.parametrize("name,values", [("x-amz-date", ["20260101T000000Z", None]), ("x-amz-content-sha256",
                                                                                      [UNSIGNED, "0" * 64]),
                                         ("x-amz-acl", ["private", "public-read"]
                                          ), ("Content-MD5", ["AAAAAAAAAAAAAAAAAAAAAA=="] * 2),
                                         ("x-amz-copy-source", ["/a/b", "/c/d"]),
                                         ("x-amz-decoded-content-length", ["1", "2"])])
def test_header_that_comes_twice_is_never_taken_in_part(client, bucket, name, values):
    request = Request("PUT", "/%s/key" % bucket, body=b"x", host="127.0.0.1")
    signer = client.signer()
    signer.header(request)
    request.drop(name).drop("Authorization")
    for value in values:
        request.add(name, value or signer.date)
    payload = UNSIGNED if name == "x-amz-content-sha256" else request.header("x-amz-content-sha256")
    names = signer._names(request)
    signature = signer._sign(request, "", names, payload)
    request.add("Authorization", "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        client.access_key, signer.scope, ";".join(names), signature))
    answer = client.exchange(request)
    refused(answer, answer.status)
    assert answer.status in (400, 403, 404, 501) and client.keys(bucket) == []


@pytest.mark.parametrize("headers", [
    [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")],
    [("Connection", "Upgrade"), ("Upgrade", "websocket"),
      ("Sec-WebSocket-Key", "AAAA")], [("Connection", "Authorization, x-amz-date")],
    [("X-HTTP-Method-Override", "DELETE")], [("X-Original-URL", "/other")
      ], [("X-Rewrite-URL", "/other")], [("X-Forwarded-Host", "other.localhost")],
    [("X-Forwarded-Prefix", "/x")], [("TE", "trailers")], [("Trailer", "Content-Length")
      ], [("Max-Forwards", "0")], [("Proxy-Authorization", "Basic eDp5")],
    [("Cookie", "a=b")], [("Accept-Encoding", "gzip;q=1, *;q=0")], [("Accept", "text/plain;q=0")],
], ids=lambda headers: headers[-1][0])
def test_headers_for_others_change_nothing(client, public, headers):
    request = client.request("GET", "/%s/page" % public)
    for pair in headers:
        request.add(*pair)
    with client.wire() as wire:
        answer = wire.send(request.bytes()).read()
        assert answer.status == 200 and len(answer.body) == 1000 and answer.header("Content-Encoding") is None
        assert wire.send(request.bytes()).read().status == 200
    assert client.keys(public) == ["page"]


def test_preface_of_http_2_is_refused(client):
    with client.wire() as wire:
        wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert wire.read().status in (400, 505)
        assert b"HTTP/1.1 2" not in wire.rest()


# What reaches the log.

def test_log_lines_are_lines(client, bucket):
    """Nothing that a client says begins a line of the log, or talks to the terminal that shows it."""
    for key in "%0Atime=2026 level=info event=forged", "%0D%0Aforged", "%1B[2Jforged", "%C2%9B2Jforged", "%22 forged=yes", "forged%3Dyes%20x%3Dy":
        request = client.request("GET", "/%s/x" % bucket)
        request.path = "/%s/%s" % (bucket, key.replace(" ", "%20"))
        client.exchange(request)
    client.anonymous("GET", "/" + bucket, headers=[("User-Agent", "\x85forged"), ("Origin", "http://forged\t")])
    client.exchange(client.request("GET", "/" + bucket).set("Authorization", "AWS forged\tforged:\xff"))
    text = client.server.log.read_bytes()
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", text), re.search(rb".{20}[\x00-\x09\x0b-\x1f\x7f].{20}", text)
    assert b"\xc2\x9b" not in text
    for line in text.splitlines():
        assert line.startswith(b"time="), line
        assert not re.match(rb"time=\S+ level=\S+ event=forged", line)


# More connections than there may be.

def test_more_connections_than_allowed(tmp_path):
    """The ones too many wait or are closed; when others go there is room again."""
    gateway = Gateway(tmp_path / "store", ["--max-connections", "20"]).start()
    try:
        client = Client(gateway)
        assert client.send("GET", "/").status == 200
        wires = [client.wire(timeout=0.5) for _ in range(26)]
        served = 0
        for wire in wires:
            try:
                served += wire.send(client.request("GET", "/").bytes()).read().status == 200
            except (Closed, TimeoutError):
                pass
        assert 10 <= served <= 20, served
        for wire in wires:
            wire.close()

        def serves():
            try:
                return client.exchange(client.request("GET", "/"), timeout=0.5).status == 200
            except (Closed, OSError):
                return False

        wait_until(serves, 20, "there is room again")
        assert gateway.stop() == 0
    finally:
        gateway.kill()


def test_query_that_ended_up_in_the_path_is_not_logged(client, public):
    """A client that encodes the question mark of a presigned URL shows its signature to the log."""
    request = client.signer().presign(Request("GET", "/%s/page" % public, host="127.0.0.1:%d" % client.server.port))
    signature = request.query.rsplit("=", 1)[1]
    request.path, request.query = request.path + "%3F" + request.query, ""
    refused(client.exchange(request), 403, "AccessDenied")
    assert signature not in client.server.log_text()
