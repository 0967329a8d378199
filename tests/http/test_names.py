"""Names of buckets and keys: what is refused; all else comes back byte for byte, and stays in the store."""

import os
import xml.etree.ElementTree as ElementTree
from urllib.parse import quote, unquote_to_bytes

import pytest

from wire import refused

BAD_BUCKETS = ["a", "ab", "a" * 64, "a" * 255, "a" * 1000, "Bucket", "BUCKET", "under_score", "-start", "end-",
               ".start", "end.", "two..dots",
               "192.168.5.4", "127.0.0.1", "a%20b", "a%2Fb", "b%C3%BCcket", "b%FFcket", "bucket%00", "bucket%0A",
               "a$b", "a!b", "a:b",
               "a@b", "a,b", "a;b", "a'b", "a%22b", "a*b", "..", "%2E%2E", "...", "a%2F..%2Fb", "xn--bucket",
               "bucket-s3alias",
               "%E2%80%AEbucket", "a\\b", "~bucket", "+bucket"]


@pytest.mark.parametrize("name", BAD_BUCKETS, ids=lambda name: name[:30])
def test_bad_bucket_name(client, name):
    request = client.request("PUT", "/" + name)
    answer = client.exchange(request)
    refused(answer, 400, "InvalidBucketName", "InvalidURI")
    for method in "GET", "HEAD", "DELETE":
        answer = client.send(method, "/" + name)
        assert answer.status in (400, 404), answer
    assert b"<Name>%s</Name>" % unquote_to_bytes(name) not in client.send("GET", "/").body


@pytest.mark.parametrize("name", ["abc", "a" * 63, "a.b.c", "0-9", "1.2.3", "1.2.3.4.5", "a-b--c", "a1.b2"])
def test_good_bucket_name(client, name):
    assert client.send("PUT", "/" + name).status == 200
    assert client.send("HEAD", "/" + name).status == 200
    assert client.send("DELETE", "/" + name).status == 204


# Keys as they stand in the target.
KEYS = ["key", "a/b/c", "/leading", "//two", "a//b", "trailing/", "a/", "/", "//", ".", "..", "../up", "a/../b",
        "a/./b", "./a", "../../../etc/passwd",
        "%2E%2E/x", "..%2F..%2Fetc%2Fpasswd", "a%2Fb", "a%252Fb", "a+b", "a%2Bb", "a%20b", "a%3Fb", "a%23b",
        "a%26b%3Dc", "a%25b", "a\\b", "..%5C..%5Cx",
        "C:%5Cx", "%C3%A4%C3%B6%C3%BC", "%E2%82%AC", "%F0%9F%98%80", "%0A", "a%0D%0Ab", "%09tab", "%01", "%7F", "%20",
        "%20lead", "trail%20", "~tilde",
        "*", "a;b", "a:b", "a,b", "a=b", "a@b", "a!b", "a'b", "a(b)", "a$b", "a|b", "a%22b", "a%3Cb%3E", "a[b]",
        "a%5Bb%5D", "a{b}", "a^b", "a`b",
        "blobs/00/x", "meta/data.mdb", "format", "soap", "favicon.ico", "robots.txt", "x" * 255 + "/y",
        "a/" * 500 + "a", "%EF%BB%BFbom", "e%CC%81", "%C3%A9"]


def sanctioned(key):
    """The canonical path of version 4: what boto and everybody else signs."""
    return quote(unquote_to_bytes(key), safe="/-_.~")


def spelt(client, method, bucket, key, body=b""):
    """A request whose target spells the key just so, signed over its canonical spelling."""
    request = client.request(method, "/%s/%s" % (bucket, sanctioned(key)), body=body)
    request.path = "/%s/%s" % (bucket, key)
    return client.exchange(request)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:30])
def test_key_comes_back_as_it_was(client, bucket, key):
    body = key.encode()
    put = spelt(client, "PUT", bucket, key, body)
    assert put.status == 200, put
    assert spelt(client, "GET", bucket, key).body == body
    assert spelt(client, "GET", bucket, sanctioned(key)).body == body
    listed = client.keys(bucket)
    assert [unquote_to_bytes(name.replace("+", "%20")) for name in listed] == [unquote_to_bytes(key)]
    assert spelt(client, "DELETE", bucket, key).status == 204
    assert client.keys(bucket) == []


def test_keys_that_look_alike_are_different(client, bucket):
    for key in KEYS:
        assert spelt(client, "PUT", bucket, key, key.encode()).status == 200
    for key in KEYS:
        assert spelt(client, "GET", bucket, key).body in (key.encode(), sanctioned(key).encode()), key
    answer = client.send("GET", "/" + bucket, "encoding-type=url&list-type=2")
    names = [element.text for element in ElementTree.fromstring(
        answer.body).iter("{http://s3.amazonaws.com/doc/2006-03-01/}Key")]
    keys = [unquote_to_bytes(name.replace("+", "%20")) for name in names]
    assert keys == sorted({unquote_to_bytes(key) for key in KEYS})


def test_nothing_is_written_outside_of_the_store(client, bucket):
    """CVE-2026-54917, CVE-2023-28433."""
    around = client.server.data.parent
    before = set(os.listdir(around))
    for key in "../escaped", "../../escaped", "..%2F..%2F..%2Fescaped", "%2e%2e/%2e%2e/escaped", "a/../../../../escaped", "/tmp/escaped":
        assert spelt(client, "PUT", bucket, key, b"x" * 300000).status == 200
    assert set(os.listdir(around)) == before and not os.path.exists("/tmp/escaped")
    assert not [name for name in client.server.files() if "escaped" in name]


@pytest.mark.parametrize("path", ["/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
                                  "/./../etc/passwd", "//etc/passwd",
                                  "/%5c..%5c..", "/..", "/../", "/."])
def test_target_that_climbs_reads_nothing(client, path):
    with client.wire() as wire:
        answer = wire.send(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n").read()
    assert answer.status in (400, 403, 404) and b"root:" not in answer.body


@pytest.mark.parametrize("length", [1023, 1024])
def test_longest_key(client, bucket, length):
    key = ("k" * 511 + "/" + "k" * 512)[:length]
    client.put(bucket, key, b"long")
    assert client.send("GET", "/%s/%s" % (bucket, key)).body == b"long"
    assert client.keys(bucket) == [key]
    assert client.send("DELETE", "/%s/%s" % (bucket, key)).status == 204


@pytest.mark.parametrize("key", ["k" * 1025, "k" * 2000, "k" * 8000, "%41" * 1025,
                         "%E2%82%AC" * 342, "a/" * 513], ids=lambda key: "%d bytes" % len(key))
def test_key_too_long(client, bucket, key):
    for method in "PUT", "GET", "DELETE":
        answer = spelt(client, method, bucket, key, b"x" if method == "PUT" else b"")
        refused(answer, 400, "KeyTooLongError")
    assert client.keys(bucket) == []


def test_longest_key_in_escapes(client, bucket):
    """It is the decoded bytes that count."""
    assert spelt(client, "PUT", bucket, "%E2%82%AC" * 341, b"x").status == 200


@pytest.mark.parametrize("key", ["%00", "a%00b", "a%00", "%00a", "a/%00/b"])
def test_nul_in_a_key(client, bucket, key):
    client.put(bucket, "a", b"kept")
    for method in "PUT", "GET", "DELETE":
        refused(
    spelt(
        client,
        method,
        bucket,
        key,
        b"x" if method == "PUT" else b""),
        400,
        "InvalidURI",
         "InvalidArgument")
    assert client.send("GET", "/%s/a" % bucket).body == b"kept" and client.keys(bucket) == ["a"]


@pytest.mark.parametrize("key", ["%FF", "%C3", "a%C3%28", "%C0%AF", "%E0%80%80",
                         "%ED%A0%80", "%F4%90%80%80", "%F8%88%80%80%80", "%80", "%FE%FF", "%C0%80"])
def test_key_that_is_not_utf8(client, bucket, key):
    for method in "PUT", "GET", "DELETE":
        refused(
    spelt(
        client,
        method,
        bucket,
        key,
        b"x" if method == "PUT" else b""),
        400,
        "InvalidURI",
         "InvalidArgument")
    assert client.keys(bucket) == []


@pytest.mark.parametrize("key", ["%", "%2", "%zz", "%2x", "a%", "%%41", "%u0041", "%-1"])
def test_bad_escape_in_a_key(client, bucket, key):
    for method in "PUT", "GET":
        request = client.request(method, "/%s/x" % bucket, body=b"x" if method == "PUT" else b"")
        request.path = "/%s/%s" % (bucket, key)
        refused(client.exchange(request), 400, "InvalidURI")
    assert client.keys(bucket) == []


def test_raw_bytes_beyond_ascii_in_a_target(client, bucket):
    """Not a URI (RFC 3986); refused, or taken for the key that they spell."""
    request = client.request("PUT", "/%s/%%C3%%A4" % bucket, body=b"x")
    request.path = b"/%s/\xc3\xa4" % bucket.encode()
    answer = client.exchange(request)
    assert answer.status in (200, 400), answer
    assert client.keys(bucket) == (["%C3%A4"] if answer.status == 200 else [])


@pytest.mark.parametrize("query", ["prefix=%00", "prefix=%FF", "delimiter=%00", "marker=%00", "prefix=%", "prefix=%zz",
                                   "max-keys=-1", "max-keys=x",
                                   "max-keys=99999999999999999999", "encoding-type=x", "list-type=3",
                                   "continuation-token=x",
                                   "continuation-token=%FF", "start-after=%00", "prefix=" + "p" * 5000,
                                   "max-keys=1&max-keys=2"])
def test_odd_parameters_of_listings(client, bucket, query):
    client.put(bucket, "key", b"x")
    for more in "", "&list-type=2":
        answer = client.send("GET", "/" + bucket, query + more if "list-type" not in query else query)
        assert answer.status in (200, 400), answer
        if answer.status == 400:
            refused(answer, 400, "InvalidArgument", "InvalidURI", "InvalidRequest", "KeyTooLongError")


@pytest.mark.parametrize("value", ["0", "1", "1000", "1001", "2147483647"])
def test_max_keys(client, bucket, value):
    client.put(bucket, "key", b"x")
    answer = client.send("GET", "/" + bucket, "max-keys=" + value)
    assert answer.status == 200 and (b"<Key>" in answer.body) == (value != "0")
    assert b"<MaxKeys>%d</MaxKeys>" % min(int(value),
     1000) in answer.body or b"<MaxKeys>%s</MaxKeys>" % value.encode() in answer.body
