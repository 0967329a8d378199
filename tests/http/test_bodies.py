"""Bodies that are shorter or longer than declared, broken off, or other than their digests say: nothing is stored."""

import base64
import hashlib
import os
import socket
import time

import pytest

from launcher import wait_until
from signing import UNSIGNED, Request
from wire import Closed, refused

GATEWAY_ARGUMENTS = ["--garbage-grace", "0"]
SIZES = [100, 20000, 300000, 5000000]


def digest(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


@pytest.mark.parametrize("size", SIZES)
def test_longer_than_declared(client, bucket, size):
    """What is beyond the declared length is not part of the object: it is the next request, and a bad one."""
    with client.wire() as wire:
        wire.send(
    client.put_head(
        bucket,
        "key",
        b"Content-Length: %d" %
        size) +
        b"a" *
        size +
         b"more than declared\r\n\r\n")
        assert wire.read().status == 200
        try:
            assert wire.read().status in (400, 405, 501, 505)
            assert wire.closed()
        except Closed:
            pass
    answer = client.send("GET", "/%s/key" % bucket)
    assert answer.body == b"a" * size


@pytest.mark.parametrize("size", SIZES)
def test_shorter_than_declared(client, bucket, size):
    """The client ends its side and waits: the request never became whole."""
    client.put(bucket, "key", b"old")
    with client.wire(timeout=20) as wire:
        wire.send(client.put_head(bucket, "key", b"Content-Length: %d" % (size * 2)) + b"a" * size)
        wire.socket.shutdown(socket.SHUT_WR)
        try:
            answer = wire.read()
            refused(answer, 400, "IncompleteBody", "RequestTimeout", "BadRequest")
        except Closed:
            pass
    assert client.send("GET", "/%s/key" % bucket).body == b"old"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", ["close", "reset"])
def test_broken_off(client, bucket, size, way):
    """CVE-2020-1700 and its like: a client that goes leaves neither object, file, nor a connection behind."""
    client.put(bucket, "key", b"old")
    for key in "key", "new":
        wire = client.wire()
        wire.send(client.put_head(bucket, key, b"Content-Length: %d" % (size * 2)) + b"a" * size)
        getattr(wire, way)()
    assert client.keys(bucket) == ["key"]
    assert client.send("GET", "/%s/key" % bucket).body == b"old"


def test_many_broken_off_at_once(client, bucket):
    wires = [client.wire() for _ in range(50)]
    for number, wire in enumerate(wires):
        wire.send(client.put_head(bucket, "key-%d" % number, b"Content-Length: 2000000") + b"a" * (number * 20000 + 1))
    for number, wire in enumerate(wires):
        (wire.close if number % 2 else wire.reset)()
    assert client.keys(bucket) == []


def test_broken_off_while_nothing_was_sent(client, bucket):
    for lines in ([b"Content-Length: 1000"], [b"Content-Length: 1000",
                  b"Expect: 100-continue"], [b"Transfer-Encoding: chunked"]):
        wire = client.wire()
        wire.send(client.put_head(bucket, "key", *lines))
        wire.reset()
    wire = client.wire()
    wire.send(client.put_head(bucket, "key", b"Content-Length: 1000")[:-10])
    wire.reset()
    assert client.keys(bucket) == []


def test_reader_that_goes_in_the_middle(client, bucket):
    """The server's memory and descriptors of the answer go, too."""
    client.put(bucket, "large", b"r" * 8000000)
    descriptors = "/proc/%d/fd" % client.server.process.pid

    def count():
        return len(os.listdir(descriptors))

    settled = count()
    for number in range(40):
        wire = client.wire()
        wire.send(client.request("GET", "/%s/large" % bucket).bytes())
        wire.socket.recv(1000 * number + 1)
        (wire.close if number % 2 else wire.reset)()
    wait_until(lambda: count() <= settled + 2, 20, "descriptors of readers that went are closed")


def test_old_object_stays_while_a_new_one_comes_in(client, bucket):
    client.put(bucket, "key", b"old" * 100000)
    new = b"new" * 200000
    with client.wire() as wire:
        wire.send(client.put_head(bucket, "key", b"Content-Length: %d" % len(new)) + new[:-1])
        assert client.send("GET", "/%s/key" % bucket).body == b"old" * 100000
        wire.send(new[-1:])
        assert wire.read().status == 200
    assert client.send("GET", "/%s/key" % bucket).body == new


def test_reader_sees_one_version_while_it_is_replaced(client, bucket):
    """An overwrite in the middle of a download, with no grace for garbage at all, never mixes two versions."""
    old, new = b"o" * 30000000, b"n" * 30000000
    client.put(bucket, "key", old)
    with client.wire(timeout=30) as wire:
        wire.send(client.request("GET", "/%s/key" % bucket).bytes())
        first = wire.socket.recv(50000)
        client.put(bucket, "key", new)
        client.send("DELETE", "/%s/key" % bucket)
        time.sleep(1)
        wire.buffered = first
        try:
            assert wire.read().body == old
        except Closed:
            assert set(wire.buffered.partition(b"\r\n\r\n")[2]) == set(b"o")


# Digests.

@pytest.mark.parametrize("size", [0, 5] + SIZES)
def test_wrong_md5(client, bucket, size):
    answer = client.send("PUT", "/%s/key" % bucket, headers=[("Content-MD5", digest(b"other"))], body=b"a" * size)
    refused(answer, 400, "BadDigest")
    assert client.keys(bucket) == []


@pytest.mark.parametrize("value", ["", "x", digest(b"")[:-1], digest(b"") + "A", "A" * 24,
                                   "d41d8cd98f00b204e9800998ecf8427e", "AAAA",
                                   digest(b"")[:-2], " ".join(digest(b"")), "AAAAAAAAAAAAAAAAAAAAAB=="])
def test_md5_that_is_none(client, bucket, value):
    answer = client.send("PUT", "/%s/key" % bucket, headers=[("Content-MD5", value)], body=b"hello")
    refused(answer, 400, "InvalidDigest", *(["BadDigest"] if value == "AAAAAAAAAAAAAAAAAAAAAB==" else []))
    assert client.keys(bucket) == []


CHECKSUMS = {"crc32": 4, "crc32c": 4, "crc64nvme": 8, "sha1": 20, "sha256": 32}


@pytest.mark.parametrize("name", CHECKSUMS)
@pytest.mark.parametrize("size", [5, 300000])
def test_wrong_checksum(client, bucket, name, size):
    value = base64.b64encode(b"\x01" * CHECKSUMS[name]).decode()
    answer = client.send("PUT", "/%s/key" % bucket, headers=[("x-amz-checksum-" + name, value)], body=b"a" * size)
    refused(answer, 400, "BadDigest")
    assert client.keys(bucket) == []


@pytest.mark.parametrize("name", CHECKSUMS)
@pytest.mark.parametrize("value", ["", "x", "AAA=", "A" * 100, "!!!!"])
def test_checksum_that_is_none(client, bucket, name, value):
    answer = client.send("PUT", "/%s/key" % bucket, headers=[("x-amz-checksum-" + name, value)], body=b"hello")
    refused(answer, 400, "InvalidRequest", "InvalidArgument")
    assert client.keys(bucket) == []


def test_two_checksums_at_once(client, bucket):
    headers = [("x-amz-checksum-crc32", "NhCmhg=="), ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=")]
    answer = client.send("PUT", "/%s/key" % bucket, headers=headers, body=b"hello")
    refused(answer, 400, "InvalidRequest")


def test_checksum_of_an_unknown_kind(client, bucket):
    """What is not checked is not taken as if it were."""
    answer = client.send("PUT", "/%s/key" % bucket, headers=[("x-amz-checksum-sha512", "A" * 86 + "==")], body=b"hello")
    refused(answer, 501, "NotImplemented")
    assert client.keys(bucket) == []


@pytest.mark.parametrize("announced", ["SHA256", "nonsense"])
def test_checksum_of_another_kind_than_announced(client, bucket, announced):
    headers = [("x-amz-sdk-checksum-algorithm", announced), ("x-amz-checksum-crc32", "NhCmhg==")]
    answer = client.send("PUT", "/%s/key" % bucket, headers=headers, body=b"hello")
    refused(answer, 400, "InvalidRequest")
    assert client.keys(bucket) == []


def test_checksum_that_nobody_asked_for(client, bucket):
    """An object without a checksum gets a CRC64NVME, as at Amazon; naming an algorithm alone changes nothing."""
    for headers in ([], [("x-amz-checksum-algorithm", "SHA1")]):
        answer = client.send("PUT", "/%s/key" % bucket, headers=headers, body=b"123456789")
        assert answer.status == 200 and answer.header("x-amz-checksum-crc64nvme") == "rosUhgp5mIg=", answer
        assert answer.header("x-amz-checksum-type") == "FULL_OBJECT", answer


# Lengths.

def test_upload_without_a_length(client, bucket):
    request = client.request("PUT", "/%s/key" % bucket, payload=UNSIGNED)
    with client.wire() as wire:
        refused(wire.send(request.head()).read(), 411, "MissingContentLength")
    assert client.keys(bucket) == []


@pytest.mark.parametrize("length", [5 * 1024 ** 3 + 1, 10 ** 12, 2 ** 63 - 1])
def test_upload_too_large(client, bucket, length):
    """Refused before the first byte."""
    with client.wire() as wire:
        wire.send(client.put_head(bucket, "key", b"Content-Length: %d" % length))
        refused(wire.read(), 400, "EntityTooLarge")
        assert wire.closed()
    assert client.keys(bucket) == []


def test_large_refused_upload_is_not_read_to_its_end(client, bucket):
    request = client.request("PUT", "/%s/key" % bucket, payload=UNSIGNED,
                             headers=[("Content-Length", str(4 * 1024 ** 3))])
    request.set("Authorization", request.header("Authorization")[:-4] + "0000")
    started = time.monotonic()
    with client.wire() as wire:
        wire.send(request.head() + b"a" * 3000000)
        refused(wire.read(), 403, "SignatureDoesNotMatch")
        assert wire.closed()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("fields,chunk", [([("Content-Length", "20000000")], b""),
                                          ([("Transfer-Encoding", "chunked")], b"1312d00\r\n")])
def test_refusal_reaches_who_sends_all_before_reading(client, bucket, fields, chunk):
    """Most clients do: a connection that is closed meanwhile would give them an error in place of the answer."""
    request = client.request("PUT", "/%s/key" % bucket, payload=UNSIGNED, headers=fields)
    request.set("Authorization", request.header("Authorization")[:-4] + "0000")
    with client.wire() as wire:
        wire.socket.sendall(request.head() + chunk)
        for _ in range(20):
            time.sleep(0.02)  # a slow uplink
            wire.socket.sendall(b"a" * 1000000)
        if chunk:
            wire.socket.sendall(b"\r\n0\r\n\r\n")
        refused(wire.read(), 403, "SignatureDoesNotMatch")
        assert wire.closed()


@pytest.mark.parametrize("method,path,query",
                         [("GET", "/{b}", ""), ("DELETE", "/{b}/page", ""), ("HEAD", "/{b}/page", ""),
                          ("GET", "/", "")])
@pytest.mark.parametrize("size", [10, 100000])
def test_body_where_none_belongs(client, bucket, method, path, query, size):
    """Read past; the connection goes on in step."""
    with client.wire() as wire:
        for _ in range(2):
            request = client.request(method, path.format(b=bucket), query, headers=[
                                     ("Content-Length", str(size))], payload=UNSIGNED)
            answer = wire.send(request.head() + b"GET / HTTP/1.1\r\n"[:size].ljust(size, b"x")).read(method)
            assert answer.status < 500, answer
            if answer.header("Connection") == "close":
                assert wire.closed()
                return
        assert wire.silent(0.2)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 131072, 262144, 262145, 1048576, 3000001])
def test_sizes_around_every_boundary_come_back(client, bucket, size):
    body = hashlib.shake_128(b"%d" % size).digest(size)
    answer = client.put(bucket, "key", body)
    assert answer.header("ETag") == '"%s"' % hashlib.md5(body).hexdigest()
    assert client.send("GET", "/%s/key" % bucket).body == body


# And at the end.

def test_nothing_is_left_behind(client):
    """After all those of above, the sweep has taken away what nobody names: garbage, and its files."""
    def counts():
        return dict(line.split(": ") for line in client.server.run("stats").stdout.splitlines())

    wait_until(lambda: counts()["garbage"] == "0", 40, "garbage is swept")
    named = counts()["blobs"]
    assert str(sum(name.startswith("blobs/") for name in client.server.files())) == named
    status, report = client.server.verify()
    assert status == 0, report


def test_document_that_never_ends_is_answered_at_once(client, bucket):
    """Of chunked coding, which announces no length."""
    request = Request("PUT", "/" + bucket, "cors", [("Transfer-Encoding", "chunked")], host="127.0.0.1")
    client.signer(payload=UNSIGNED).header(request)
    piece = b"10000\r\n%s\r\n" % (b"x" * 65536)
    with client.wire() as wire:
        wire.send(request.head() + piece * 40)
        answer = wire.read()
        refused(answer, 400, "MalformedXML")
        assert answer.header("connection") == "close"
