"""Multipart uploads over raw sockets: parts that do not come whole, bodies that lie, and signatures that are made up."""

import base64
import re
import socket
import zlib

import pytest

from claims import host
from launcher import wait_until
from signing import UNSIGNED, Chunks, Request
from wire import Closed, refused

GATEWAY_ARGUMENTS = ["--garbage-grace", "0"]
GIB = 1 << 30
SIZES = [100, 300000, 5000000]
DOCUMENT = b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>"


class Upload:
    def __init__(self, client, bucket, key="key"):
        self.client, self.path = client, "/%s/%s" % (bucket, key)
        answer = client.send("POST", self.path, "uploads")
        self.id = re.search(b"<UploadId>(.*)</UploadId>", answer.body).group(1).decode()
        self.query = "uploadId=" + self.id

    def part(self, number):
        return "partNumber=%d&%s" % (number, self.query)

    def put(self, number, body, **how):
        return self.client.send("PUT", self.path, self.part(number), body=body, **how)

    def numbers(self):
        answer = self.client.send("GET", self.path, self.query)
        assert answer.status == 200, answer
        return [int(number) for number in re.findall(b"<PartNumber>([0-9]+)</PartNumber>", answer.body)]

    def head(self, number, *lines):
        """A part's header block, signed for any body, with these header lines and no length by itself."""
        request = self.client.request("PUT", self.path, self.part(number), payload=UNSIGNED)
        return request.head().replace(b"\r\n\r\n", b"\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n")


@pytest.fixture
def upload(client, bucket):
    return Upload(client, bucket)


# Parts that do not come whole.

@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", ["close", "reset"])
def test_part_broken_off(client, upload, size, way):
    assert upload.put(1, b"old").status == 200
    for number in 1, 2:
        wire = client.wire()
        wire.send(upload.head(number, b"Content-Length: %d" % (size * 2)) + b"a" * size)
        getattr(wire, way)()
    assert upload.numbers() == [1]
    answer = client.send("GET", upload.path, upload.query)
    assert b"<Size>3</Size>" in answer.body


@pytest.mark.parametrize("size", SIZES)
def test_part_shorter_than_declared(client, upload, size):
    with client.wire(timeout=20) as wire:
        wire.send(upload.head(1, b"Content-Length: %d" % (size * 2)) + b"a" * size)
        wire.socket.shutdown(socket.SHUT_WR)
        try:
            refused(wire.read(), 400, "IncompleteBody", "RequestTimeout", "BadRequest")
        except Closed:
            pass
    assert upload.numbers() == []


def test_part_without_a_length(client, upload):
    with client.wire() as wire:
        refused(wire.send(upload.head(1)).read(), 411, "MissingContentLength")
    assert upload.numbers() == []


@pytest.mark.parametrize("length", [5 * GIB + 1, 10 ** 12, 2 ** 63 - 1])
def test_part_too_large(client, upload, length):
    """Refused before the first byte."""
    with client.wire() as wire:
        wire.send(upload.head(1, b"Content-Length: %d" % length))
        refused(wire.read(), 400, "EntityTooLarge")
        assert wire.closed()
    assert upload.numbers() == []


def test_part_of_no_upload_is_not_asked_for(client, upload):
    """Who waits with the body is told before."""
    upload.query = "uploadId=" + "0" * 32
    with client.wire() as wire:
        wire.send(upload.head(1, b"Content-Length: 100000000", b"Expect: 100-continue"))
        answer = wire.read()
        refused(answer, 404, "NoSuchUpload")
        assert not answer.interim


def test_part_of_an_upload_that_is_aborted_meanwhile(client, upload):
    with client.wire() as wire:
        wire.send(upload.head(1, b"Content-Length: 200000") + b"a" * 100000)
        assert client.send("DELETE", upload.path, upload.query).status == 204
        wire.send(b"a" * 100000)
        refused(wire.read(), 404, "NoSuchUpload")


def blobs_of(client):
    """How many files there are of a mebibyte, as no other test makes them."""
    return sum(1 for size in client.server.files().values() if 1000000 <= size < 1100000)


@pytest.mark.slow
def test_bytes_of_refused_parts_go(client, upload):
    """A part with a wrong digest leaves nothing behind, no more than one that is put over."""
    body = b"a" * 1000000
    for headers in ([("Content-MD5", base64.b64encode(b"x" * 16).decode())], [("x-amz-checksum-crc32", "AAAAAA==")]):
        refused(client.send("PUT", upload.path, upload.part(1), headers=headers, body=body), 400, "BadDigest")
    for _ in range(3):
        assert upload.put(1, body).status == 200
    wait_until(lambda: blobs_of(client) == 1, 60, "one blob")
    assert client.send("DELETE", upload.path, upload.query).status == 204
    wait_until(lambda: blobs_of(client) == 0, 60, "no blob")


# Bodies that lie.

def chunked_part(client, upload, data, **how):
    request = Request("PUT", upload.path, upload.part(1), host=host(client))
    return request, Chunks(client.signer(), request, len(data), **how)


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big"))


DATA = bytes(range(256)) * 100


def test_signed_chunks(client, upload):
    request, chunks = chunked_part(client, upload, DATA)
    request.body = chunks.chunk(DATA[:8192]) + chunks.chunk(DATA[8192:]) + chunks.last()
    answer = client.exchange(request)
    assert answer.status == 200 and upload.numbers() == [1], answer


def test_signed_chunk_that_was_changed(client, upload):
    request, chunks = chunked_part(client, upload, DATA)
    body = chunks.chunk(DATA[:8192]) + chunks.chunk(DATA[8192:]) + chunks.last()
    request.body = body.replace(DATA[:16], DATA[:15] + b"!", 1)
    refused(client.exchange(request), 403, "SignatureDoesNotMatch")
    assert upload.numbers() == []


def unsigned_trailer(client, method, path, query, data=b"payload", checksum=None):
    """As a client sends it: hashed by nothing, checked by a checksum behind it."""
    request = Request(method, path, query, host=host(client))
    Chunks(client.signer(), request, len(data), payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer="x-amz-checksum-crc32")
    request.body = b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (len(data), data, checksum or crc32(data))
    return request


def test_checksum_behind_a_part(client, upload):
    request = unsigned_trailer(client, "PUT", upload.path, upload.part(1))
    answer = client.exchange(request)
    assert answer.status == 200 and answer.header("x-amz-checksum-crc32") == crc32(b"payload").decode(), answer
    refused(client.exchange(unsigned_trailer(client, "PUT", upload.path, upload.part(2), checksum=b"AAAAAA==")), 400, "BadDigest")
    assert upload.numbers() == [1]


# Signatures that are made up.

@pytest.mark.parametrize("method,query", [("PUT", "partNumber=2&{id}"), ("POST", "{id}"), ("DELETE", "{id}"), ("GET", "{id}"),
                                          ("POST", "uploads"), ("PUT", "")])
def test_made_up_signature_with_an_unsigned_trailer(client, upload, method, query):
    """CVE-2025-31489, CVE-2026-40344: an unsigned body makes neither UploadPart nor PutObject, nor any other operation of an
    upload, an unsigned request."""
    etag = upload.put(1, b"there").header("ETag").encode()
    request = unsigned_trailer(client, method, upload.path, query.format(id=upload.query), DOCUMENT % etag)
    value = request.header("Authorization")
    for made_up in (value[:-64] + "0" * 64, value[:-64], value.replace(client.access_key, "AKIANOBODY")):
        request.set("Authorization", made_up)
        answer = client.exchange(request)
        refused(answer, answer.status, "SignatureDoesNotMatch", "InvalidAccessKeyId", "AuthorizationHeaderMalformed")
    request.drop("Authorization")
    assert client.exchange(request).status in (400, 403)
    assert upload.numbers() == [1]
    assert client.send("HEAD", upload.path).status == 404


def test_part_of_a_presigned_url(client, upload):
    """The page that uploads has a URL for one part, and for no other."""
    request = Request("PUT", upload.path, upload.part(1), body=b"from a page", host=host(client))
    client.signer().presign(request)
    assert client.exchange(request).status == 200
    request.query = request.query.replace("partNumber=1", "partNumber=2")
    refused(client.exchange(request), 403, "SignatureDoesNotMatch")
    assert upload.numbers() == [1]


# Completion documents at their bounds.

def completion(count, number=lambda n: n):
    part = b"<Part><PartNumber>%d</PartNumber><ETag>d41d8cd98f00b204e9800998ecf8427e</ETag></Part>"
    return b"<CompleteMultipartUpload>" + b"".join(part % number(n) for n in range(1, count + 1)) + b"</CompleteMultipartUpload>"


def test_ten_thousand_parts_named(client, upload):
    refused(client.send("POST", upload.path, upload.query, body=completion(10000)), 400, "InvalidPart")
    refused(client.send("POST", upload.path, upload.query, body=completion(10001)), 400, "MalformedXML")


def test_a_million_parts_named(client, upload):
    body = b"<CompleteMultipartUpload>" + b"<Part/>" * 500000 + b"</CompleteMultipartUpload>"
    refused(client.send("POST", upload.path, upload.query, body=body), 400, "MalformedXML")
    body = b"<CompleteMultipartUpload>" + b"<Part/>" * 1000000 + b"</CompleteMultipartUpload>"
    refused(client.send("POST", upload.path, upload.query, body=body), 400, "MalformedXML", "MaxMessageLengthExceeded")
    assert upload.numbers() == []
