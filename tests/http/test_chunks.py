"""What a request says of its body: hashes, signed chunks, trailers, checksums. None of it may lie."""

import base64
import zlib

import pytest

from claims import host, put, refuse
from signing import Chunks, Request
from wire import refused


@pytest.mark.parametrize("payload", ["", "x", "0" * 63, "0" * 65, "Z" * 64, "unsigned-payload",
                                     "STREAMING-UNSIGNED-PAYLOAD",
                                     "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-",
                                     "UNSIGNED-PAYLOAD,UNSIGNED-PAYLOAD"])
def test_payload_hash_that_is_none(client, bucket, payload):
    answer = client.exchange(put(client, bucket, payload=payload))
    refused(answer, answer.status, "InvalidArgument", "InvalidRequest", "NotImplemented", "XAmzContentSHA256Mismatch")
    assert answer.status in (400, 501) and client.keys(bucket) == []


def chunked(client, bucket, body, **how):
    """The request whose body is aws-chunked, and its chunks' signer; the body's length is `body`'s."""
    request = Request("PUT", "/%s/key" % bucket, host=host(client))
    return request, Chunks(client.signer(), request, len(body), **how)


def split(data, size=8192):
    return [data[at:at + size] for at in range(0, len(data), size)]


DATA = bytes(range(256)) * 120


def encoded(chunks, data=DATA):
    return b"".join(chunks.chunk(piece) for piece in split(data)) + chunks.last()


def test_signed_chunks_are_taken(client, bucket):
    request, chunks = chunked(client, bucket, DATA)
    request.body = encoded(chunks)
    assert client.exchange(request).status == 200
    answer = client.send("GET", "/%s/key" % bucket)
    assert answer.body == DATA and answer.header("Content-Encoding") is None


def wrong_signature(chunks):
    return chunks.chunk(DATA[:100]) + chunks.chunk(DATA[100:], signature="0" * 64) + chunks.last()


def wrong_last_signature(chunks):
    return chunks.chunk(DATA) + chunks.last(signature="0" * 64)


def changed_byte(chunks):
    return encoded(chunks).replace(bytes(range(100, 110)), b"X" * 10, 1)


def swapped(chunks):
    first, second, third, fourth = [chunks.chunk(piece) for piece in split(DATA)]
    return first + third + second + fourth + chunks.last()


def replayed(chunks):
    first = chunks.chunk(DATA[:len(DATA) // 2])
    return first + first + chunks.last()


def left_out(chunks):
    pieces = [chunks.chunk(piece) for piece in split(DATA)]
    return pieces[0] + pieces[2] + pieces[3] + chunks.last()


FAULTS = {
    "a chunk with a wrong signature": wrong_signature,
    "a last chunk with a wrong signature": wrong_last_signature,
    "a byte changed": changed_byte,
    "chunks swapped": swapped,
    "a chunk replayed": replayed,
    "a chunk left out": left_out,
    "no last chunk": lambda chunks: b"".join(chunks.chunk(piece) for piece in split(DATA)),
    "cut in a chunk": lambda chunks: encoded(chunks)[:20000],
    "cut in a chunk's first line": lambda chunks: encoded(chunks)[:40],
    "nothing": lambda chunks: b"",
    "no chunks at all": lambda chunks: DATA,
    "bytes behind the last chunk": lambda chunks: encoded(chunks) + b"more",
    "a second body behind the last chunk": lambda chunks: encoded(chunks) + chunks.chunk(b"more") + chunks.last(),
    "less than was announced": lambda chunks: encoded(chunks, DATA[:-1]),
    "more than was announced": lambda chunks: encoded(chunks, DATA + b"x"),
    "a size too large": lambda chunks: chunks.chunk(DATA, size="%x" % (len(DATA) + 1)) + chunks.last(),
    "a size too small": lambda chunks: chunks.chunk(DATA, size="%x" % (len(DATA) - 1)) + chunks.last(),
    "a size that wraps": lambda chunks: chunks.chunk(DATA, size="1%016x" % len(DATA)) + chunks.last(),
    "a size of 64 bits": lambda chunks: chunks.chunk(DATA, size="ffffffffffffffff") + chunks.last(),
    "a size below zero": lambda chunks: chunks.chunk(DATA, size="-%x" % len(DATA)) + chunks.last(),
    "a size with a prefix": lambda chunks: chunks.chunk(DATA, size="0x%x" % len(DATA)) + chunks.last(),
    "a size with a blank": lambda chunks: chunks.chunk(DATA, size=" %x" % len(DATA)) + chunks.last(),
    "an empty size": lambda chunks: chunks.chunk(DATA, size="") + chunks.last(),
    "a first line without an end": lambda chunks: b"a" * 30000,
    "a chunk without a signature": lambda chunks: b"%x\r\n%s\r\n" % (len(DATA), DATA) + chunks.last(),
    "another extension for a signature": lambda chunks: encoded(chunks).replace(b"chunk-signature", b"chunk-signaturf"),
    "no line end behind a chunk": lambda chunks: encoded(chunks).replace(b"\r\n0;", b"0;"),
    "bare line feeds": lambda chunks: encoded(chunks).replace(b"\r\n", b"\n"),
    "NUL in a first line": lambda chunks: encoded(chunks).replace(b";chunk", b"\x00;chunk", 1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_signed_chunks_with(client, bucket, fault):
    """CVE-2026-49017: chunks that were cut, changed, or that lie."""
    client.put(bucket, "key", b"old")
    request, chunks = chunked(client, bucket, DATA)
    request.body = FAULTS[fault](chunks)
    answer = client.exchange(request)
    refused(answer, answer.status, "SignatureDoesNotMatch", "InvalidRequest", "IncompleteBody", "MalformedTrailerError",
            "MissingRequestBodyError", "InvalidChunkSizeError")
    assert answer.status in (400, 403), answer
    assert client.send("GET", "/%s/key" % bucket).body == b"old"


def test_last_line_end_that_is_missing(client, bucket):
    """Some clients leave it out: what was signed is there, and whole."""
    request, chunks = chunked(client, bucket, DATA)
    request.body = encoded(chunks)[:-2]
    answer = client.exchange(request)
    assert answer.status in (200, 400) and client.keys(bucket) == (["key"] if answer.status == 200 else [])


def test_chunks_of_one_request_in_another(client, bucket):
    """The first chunk's signature hangs on the request's."""
    first, chunks = chunked(client, bucket, DATA)
    stolen = encoded(chunks)
    request = Request("PUT", "/%s/other" % bucket, host=host(client))
    Chunks(client.signer(), request, len(DATA))
    request.body = stolen
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("length", ["", "x", "-1", "+5", "18446744073709551621", "5368709121", "1e3"])
def test_decoded_length_that_is_none(client, bucket, length):
    request = Request("PUT", "/%s/key" % bucket, host=host(client))
    chunks = Chunks(client.signer(), request, length)
    request.body = encoded(chunks)
    answer = client.exchange(request)
    refused(answer, answer.status, "MissingContentLength", "InvalidArgument", "InvalidRequest", "EntityTooLarge")
    assert client.keys(bucket) == []


SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
CRC = b"x-amz-checksum-crc32:%s\n"


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big"))


def with_trailer(client, bucket, lines, announced="x-amz-checksum-crc32", signature=None):
    request, chunks = chunked(client, bucket, DATA, payload=SIGNED_TRAILER, trailer=announced)
    body = b"".join(chunks.chunk(piece) for piece in split(DATA))
    request.body = body + chunks.last()[:-2] + chunks.trailer(lines, signature)
    return request


def test_signed_trailer_is_taken(client, bucket):
    answer = client.exchange(with_trailer(client, bucket, CRC % crc32(DATA)))
    assert answer.status == 200 and answer.header("x-amz-checksum-crc32") == crc32(DATA).decode(), answer


@pytest.mark.parametrize("fault,lines,announced,signature", [
    ("a wrong signature", CRC % crc32(DATA), "x-amz-checksum-crc32", "0" * 64),
    ("a wrong checksum", CRC % crc32(b""), "x-amz-checksum-crc32", None),
    ("a checksum that is none", CRC % b"no", "x-amz-checksum-crc32", None),
    ("another field than announced", CRC % crc32(DATA), "x-amz-checksum-sha256", None),
    ("no field", b"", "x-amz-checksum-crc32", None),
    ("two fields", CRC % crc32(DATA) + CRC % crc32(b""), "x-amz-checksum-crc32", None),
    ("a field that is no checksum", b"x-amz-acl:public-read\n", "x-amz-acl", None),
])
def test_signed_trailer_with(client, bucket, fault, lines, announced, signature):
    answer = client.exchange(with_trailer(client, bucket, lines, announced, signature))
    refused(answer, answer.status, "SignatureDoesNotMatch", "BadDigest", "InvalidRequest", "MalformedTrailerError",
            "IncompleteBody",
            "InvalidArgument")
    assert answer.status in (400, 403) and client.keys(bucket) == []


def unsigned_trailer(client, method, path, query="", data=b"payload", trailer=None, headers=()):
    """As a client sends it: hashed by nothing, checked by a checksum behind it."""
    request = Request(method, path, query, headers, host=host(client))
    signer = client.signer()
    Chunks(signer, request, len(data), payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer="x-amz-checksum-crc32")
    request.body = b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(data), data, trailer if trailer is not None else
                                                b"x-amz-checksum-crc32:" + crc32(data) + b"\r\n")
    return request


def test_unsigned_trailer_is_taken(client, bucket):
    assert client.exchange(unsigned_trailer(client, "PUT", "/%s/key" % bucket)).status == 200
    assert client.send("GET", "/%s/key" % bucket).body == b"payload"


@pytest.mark.parametrize("method,path,query", [
    ("PUT", "/{b}/new", ""), ("PUT", "/{b}", "cors"), ("PUT", "/{b}",
     "acl"), ("POST", "/{b}", "delete"), ("PUT", "/{b}-made", ""),
    ("DELETE", "/{b}/page", ""), ("GET", "/{b}", ""), ("GET", "/",
     ""), ("DELETE", "/{b}", ""), ("PUT", "/{b}/page", "acl"),
])
def test_made_up_signature_with_an_unsigned_trailer(client, public, method, path, query):
    """CVE-2025-31489, CVE-2026-40344: an unsigned body does not make an unsigned request."""
    request = unsigned_trailer(client, method, path.format(b=public), query)
    value = request.header("Authorization")
    for made_up in (value[:-64] + "0" * 64, value[:-64], value.replace(client.access_key, "AKIANOBODY")):
        request.set("Authorization", made_up)
        answer = client.exchange(request)
        refused(answer, answer.status, "SignatureDoesNotMatch", "InvalidAccessKeyId", "AuthorizationHeaderMalformed")
    request.drop("Authorization")
    answer = client.exchange(request)
    assert answer.status in (400, 403), answer
    assert client.keys(public) == ["page"] and client.send("HEAD", "/%s-made" % public).status == 404


@pytest.mark.parametrize("trailer", [b"", b"\r\n", b"x-amz-checksum-crc32:AAAAAA==\r\n", b"x-amz-checksum-crc32\r\n",
                                     b"x-amz-checksum-sha256:" + b"A" * 43 + b"=\r\n", b"a:b\r\n" * 3000,
                                     b"x-amz-checksum-crc32:" + crc32(b"payload") + b"\r\nx-amz-checksum-crc32:AAAAAA==\r\n"])
def test_unsigned_trailer_that_is_wrong(client, bucket, trailer):
    request = unsigned_trailer(client, "PUT", "/%s/key" % bucket, trailer=trailer)
    answer = client.exchange(request)
    refused(answer, 400, "BadDigest", "InvalidRequest", "MalformedTrailerError", "IncompleteBody")
    assert client.keys(bucket) == []


def test_checksum_in_header_and_body_differ(client, bucket):
    for name, value in (("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-crc32c", "AAAAAA=="),
                        ("x-amz-checksum-sha1", "A" * 27 + "="), ("x-amz-checksum-sha256", "A" * 43 + "="),
                        ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")):
        refuse(client, bucket, client.request("PUT", "/%s/key" % bucket, headers=[(name, value)], body=b"x"), 400,
               "BadDigest",
               "InvalidRequest")


def test_long_upload_with_a_wrong_chunk_is_answered_at_once(client, bucket):
    """A gibibyte is announced, its first chunk is wrong: the answer does not wait for the rest."""
    request = Request("PUT", "/%s/key" % bucket, host=host(client))
    request.set("Content-Length", str(1 << 30))
    chunks = Chunks(client.signer(), request, (1 << 30) - 1000)
    with client.wire() as wire:
        answer = wire.send(request.head() + chunks.chunk(DATA, signature="0" * 64) + chunks.chunk(DATA * 20)).read()
        assert (answer.status, answer.code, answer.header("connection")) == (403, "SignatureDoesNotMatch", "close")
        assert answer.header("x-amz-request-id")
    assert client.keys(bucket) == []
