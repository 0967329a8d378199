"""Signatures that are wrong, stale, replayed elsewhere, doubled or made up: refused, and nothing is stored or told."""

import base64
import time
import zlib

import pytest

from signing import UNSIGNED, V2, V4, Chunks, Request
from wire import Client, refused

GATEWAY_ARGUMENTS = ["--region", "us-east-1"]


def put(client, bucket, body=b"payload", **how):
    return client.request("PUT", "/%s/key" % bucket, body=body, **how)


def refuse(client, bucket, request, status, *codes):
    """Sends a request that must be refused, and looks whether it did anything all the same."""
    before = client.keys(bucket)
    refused(client.exchange(request), status, *codes)
    assert client.keys(bucket) == before


# --- Right ones ---------------------------------------------------------------------------------------------------

def host(client):
    return "127.0.0.1:%d" % client.server.port


def test_every_kind_of_signature_is_taken(client, public):
    """What the rest of this file makes wrong is right otherwise."""
    path, address = "/%s/key" % public, host(client)
    signers = {"v4 header": client.signer().header, "v4 query": client.signer().presign,
               "v2 header": V2(client.access_key, client.secret_key).header,
               "v2 query": V2(client.access_key, client.secret_key).presign}
    for name, sign in signers.items():
        for method, body in ("PUT", b"x"), ("GET", b""):
            answer = client.exchange(sign(Request(method, path, body=body, host=address)))
            assert answer.status == 200, (name, answer)


def test_signature_without_a_payload_hash_is_taken(client, bucket):
    assert client.exchange(put(client, bucket, payload=UNSIGNED)).status == 200


# --- Wrong ones ---------------------------------------------------------------------------------------------------

def test_wrong_secret(client, bucket):
    request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
    refuse(client, bucket, V4(client.access_key, "not the secret").header(request), 403, "SignatureDoesNotMatch")
    request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
    refuse(client, bucket, V2(client.access_key, "not the secret").header(request), 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("access_key", ["AKIANOBODY", "A", "A" * 128, "..", "a_b", "AKIA%00X"])
def test_unknown_access_key(client, bucket, access_key):
    for sign in V4(access_key, "x").header, V2(access_key, "x").header:
        request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
        refuse(client, bucket, sign(request), 403, "InvalidAccessKeyId")


def test_refusal_tells_no_secret(client, bucket):
    request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
    signer = V4(client.access_key, "not the secret")
    answer = client.exchange(signer.header(request))
    right = V4(client.access_key, client.secret_key, date=signer.date)
    right.header(Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client)))
    assert client.secret_key.encode() not in answer.body and right.signature.encode() not in answer.body
    assert answer.error["StringToSign"] == signer.string_to_sign


@pytest.mark.parametrize("signature", ["", "0", "0" * 64, "0" * 63, "0" * 65, "f" * 2000,
                                       "zz" * 32, "%00", "'", "../..", " "])
def test_signature_of_any_form(client, bucket, signature):
    request = put(client, bucket)
    value = request.header("Authorization")
    request.set("Authorization", value[:value.index("Signature=") + 10] + signature)
    with client.wire() as wire:
        answer = wire.send(request.bytes()).read()
    refused(answer, answer.status, "SignatureDoesNotMatch", "AuthorizationHeaderMalformed")
    assert answer.status in (400, 403) and client.keys(bucket) == []


@pytest.mark.parametrize("position", [0, 1, 31, 62, 63])
def test_signature_with_one_digit_changed(client, bucket, position):
    request = put(client, bucket)
    head, signature = request.header("Authorization").rsplit("=", 1)
    changed = signature[:position] + ("0" if signature[position] != "0" else "1") + signature[position + 1:]
    request.set("Authorization", head + "=" + changed)
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("value", [
    "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e",
    "AWS4-HMAC-SHA256 Signature=0", "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=", "AWS4-HMAC-SHA256 ====,,,,",
    "AWS4-HMAC-SHA256 " + "Credential=x," * 300, "AWS4-HMAC-SHA512 Credential=a/b/c/d/e,SignedHeaders=host,Signature=0",
    "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/s3/aws4_request, SignedHeaders=host, Signature=0",
    "AWS", "AWS ", "AWS :", "AWS x", "AWS x:", "AWS :x", "Basic eDp5", "Bearer token", "Digest x", "aws4-hmac-sha256 x", "x", "'", "",
])
@pytest.mark.parametrize("dated", [True, False])
def test_malformed_authorization(client, bucket, value, dated):
    request = put(client, bucket)
    request.set("Authorization", value)
    if not dated:
        request.drop("x-amz-date")
    answer = client.exchange(request)
    refused(answer, answer.status)
    assert answer.status in (400, 403, 501), answer
    assert client.keys(bucket) == []


@pytest.mark.parametrize("change", [
    {"service": "ec2"}, {"region": "eu-west-1"}, {"region": ""}, {"terminator": "aws5_request"},
    {"scope": "20260101/us-east-1/s3/aws4_request"}, {"scope": "x"}, {"scope": "///"}, {"scope": ""},
    {"scope": "19700101/us-east-1/s3/aws4_request"}, {"scope": "99999999/us-east-1/s3/aws4_request"},
    {"signed": ["x-amz-content-sha256", "x-amz-date"]}, {"signed": ["host"]}, {"signed": []},
], ids=str)
def test_scope_or_signed_headers_that_are_wrong(client, bucket, change):
    """Each is signed rightly, over what it says."""
    answer = client.exchange(put(client, bucket, **change))
    refused(answer, answer.status, "AuthorizationHeaderMalformed", "SignatureDoesNotMatch", "AccessDenied", "InvalidArgument",
            "InvalidRequest")
    assert answer.status in (400, 403) and client.keys(bucket) == []


def test_region_that_is_wrong_names_the_right_one(client, bucket):
    error = refused(client.exchange(put(client, bucket, region="eu-west-1")), 400, "AuthorizationHeaderMalformed")
    assert error["Region"] == "us-east-1"


# --- Stale ones -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("minutes", [-10000000, -60 * 24 * 8, -60, -16, 16, 60, 60 * 24 * 8, 10000000])
def test_time_too_far_away(client, bucket, minutes):
    at = time.time() + 60 * minutes
    refuse(client, bucket, put(client, bucket, at=at), 403, "RequestTimeTooSkewed")
    request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
    if at > 0:
        refuse(client, bucket, V2(client.access_key, client.secret_key, at=at).header(request), 403, "RequestTimeTooSkewed")


@pytest.mark.parametrize("minutes", [-14, 14])
def test_time_near_enough(client, bucket, minutes):
    assert client.exchange(put(client, bucket, at=time.time() + 60 * minutes)).status == 200


@pytest.mark.parametrize("date", ["", "x", "20260101", "20260101T000000", "20261301T000000Z", "20260132T000000Z",
                                  "20260101T250000Z", "2026-01-01T00:00:00Z", "99991231T235959Z", "00000000T000000Z",
                                  "20260101T000000Z0", "+2026101T000000Z"])
def test_time_that_is_none(client, bucket, date):
    request = put(client, bucket, date=date or "20260101T000000Z")
    request.set("x-amz-date", date)
    answer = client.exchange(request)
    refused(answer, answer.status)
    assert answer.status in (400, 403) and client.keys(bucket) == []


def test_no_time_at_all(client, bucket):
    request = put(client, bucket, signed=["host", "x-amz-content-sha256"])
    request.drop("x-amz-date")
    refuse(client, bucket, request, 403, "AccessDenied")


# --- Replayed elsewhere ---------------------------------------------------------------------------------------------

def test_replay_with_another_key(client, bucket):
    request = put(client, bucket)
    request.path = "/%s/other" % bucket
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


def test_replay_with_another_bucket(client, bucket):
    request = put(client, bucket)
    assert client.send("PUT", "/%s-two" % bucket).status == 200
    request.path = "/%s-two/key" % bucket
    refuse(client, bucket + "-two", request, 403, "SignatureDoesNotMatch")


def test_replay_with_another_method(client, bucket):
    client.put(bucket, "key", b"kept")
    request = client.request("GET", "/%s/key" % bucket)
    for method in "DELETE", "PUT":
        request.method = method
        refuse(client, bucket, request, 403, "SignatureDoesNotMatch")
    request.method = "HEAD"
    assert client.exchange(request).status == 403


@pytest.mark.parametrize("query", ["acl", "x=y", "tagging", "versionId=null", "cors", "delete"])
def test_replay_with_another_query(client, bucket, query):
    request = put(client, bucket)
    request.query = query
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


def test_replay_with_a_parameter_taken_away(client, bucket):
    """A deletion of a setting must not become the deletion of the bucket."""
    request = client.request("DELETE", "/" + bucket, "cors")
    request.query = ""
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


def test_replay_with_another_host(client, bucket):
    request = put(client, bucket)
    request.set("Host", "other.example")
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


def test_replay_with_another_body(client, bucket):
    request = put(client, bucket, body=b"payload")
    request.body = b"PAYLOAD"
    refuse(client, bucket, request, 400, "XAmzContentSHA256Mismatch")


@pytest.mark.parametrize("size", [100000, 700000, 3000000])
def test_replay_with_another_large_body(client, bucket, size):
    """The bytes have been taken in before the end shows that they are wrong."""
    client.put(bucket, "key", b"old")
    request = put(client, bucket, body=b"a" * size)
    request.body = b"a" * (size - 1) + b"b"
    refuse(client, bucket, request, 400, "XAmzContentSHA256Mismatch")
    assert client.send("GET", "/%s/key" % bucket).body == b"old"


def test_replay_with_another_claim_about_the_body(client, bucket):
    request = put(client, bucket)
    request.set("x-amz-content-sha256", UNSIGNED)
    request.body = b"PAYLOAD"
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


def test_replay_with_another_time(client, bucket):
    now = time.time()
    request = put(client, bucket, at=now)
    request.set("x-amz-date", V4("", "", at=now + 60).date)
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


def test_replay_on_another_day(client, bucket):
    request = put(client, bucket, date=V4("", "", at=time.time() - 86400).date)
    request.set("x-amz-date", V4("", "").date)
    answer = client.exchange(request)
    refused(answer, answer.status, "SignatureDoesNotMatch", "AuthorizationHeaderMalformed", "RequestTimeTooSkewed", "AccessDenied")
    assert client.keys(bucket) == []


@pytest.mark.parametrize("name,value", [("x-amz-acl", "public-read"), ("x-amz-meta-a", "b"), ("x-amz-copy-source", "/a/b"),
                                        ("x-amz-grant-read", "id=x"), ("x-amz-tagging", "a=b")])
def test_header_added_that_nobody_signed(client, bucket, name, value):
    request = put(client, bucket).add(name, value)
    refuse(client, bucket, request, 403, "AccessDenied", "SignatureDoesNotMatch")


def test_signed_header_changed(client, bucket):
    request = put(client, bucket)
    request.headers = [pair for pair in request.headers if pair[0] == "Host"]
    request.add("x-amz-acl", "private").add("Content-Type", "text/plain")
    client.signer().header(request)
    for name, value in ("x-amz-acl", "public-read"), ("Content-Type", "text/html"):
        changed = Request(request.method, request.path, body=request.body)
        changed.headers = list(request.headers)
        refuse(client, bucket, changed.set(name, value), 403, "SignatureDoesNotMatch")
        refuse(client, bucket, changed.drop(name), 403, "SignatureDoesNotMatch", "AccessDenied")


@pytest.mark.parametrize("path", ["/{b}//key", "/{b}/./key", "/{b}/x/../key", "/{b}/%6bey", "/{b}/KEY", "/{b}/key/", "/{b}/key%00"])
def test_replay_with_a_path_that_looks_alike(client, bucket, path):
    """No normalisation between what was signed and what is stored."""
    request = put(client, bucket)
    request.path = path.format(b=bucket)
    answer = client.exchange(request)
    if path == "/{b}/%6bey":  # the same key, in another spelling: AWS takes it, for it is signed as it is meant
        assert answer.status in (200, 403)
    else:
        refused(answer, answer.status, "SignatureDoesNotMatch", "InvalidURI")
        assert client.keys(bucket) == []


def test_v2_replayed_elsewhere(client, bucket):
    client.put(bucket, "other", b"kept")
    for change in ({"path": "/%s/other" % bucket}, {"method": "DELETE"}, {"query": "acl"}, {"query": "versionId=x"}):
        request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
        V2(client.access_key, client.secret_key).header(request)
        for name, value in change.items():
            setattr(request, name, value)
        refuse(client, bucket, request, 403, "SignatureDoesNotMatch")
    for name, value in ("x-amz-acl", "public-read"), ("Content-Type", "text/html"), ("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="):
        request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
        V2(client.access_key, client.secret_key).header(request)
        refuse(client, bucket, request.add(name, value), 403, "SignatureDoesNotMatch")


# --- Presigned ------------------------------------------------------------------------------------------------------

def presigned(client, bucket, method="PUT", key="key", body=b"x", headers=(), expires=600, how=None, **override):
    request = Request(method, "/%s/%s" % (bucket, key), headers=headers, body=body, host=host(client))
    return client.signer(**(how or {})).presign(request, expires, **override)


def test_presigned_url_replayed_elsewhere(client, bucket):
    for change in ({"path": "/%s/other" % bucket}, {"method": "DELETE"}):
        request = presigned(client, bucket)
        for name, value in change.items():
            setattr(request, name, value)
        refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("added", ["x=y", "acl", "versionId=null", "response-content-type=text%2Fhtml"])
def test_presigned_url_with_a_parameter_added(client, bucket, added):
    client.put(bucket, "key", b"kept")
    request = presigned(client, bucket, "GET", body=b"")
    request.query += "&" + added
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("name,value", [("x-amz-acl", "public-read"), ("x-amz-meta-a", "b"), ("x-amz-copy-source", "/a/b"),
                                        ("x-amz-date", "20260101T000000Z"), ("x-amz-grant-full-control", "id=x")])
def test_presigned_url_with_an_unsigned_amz_header(client, bucket, name, value):
    """CVE-2026-54330."""
    request = presigned(client, bucket).add(name, value)
    refuse(client, bucket, request, 403, "AccessDenied", "SignatureDoesNotMatch")


def test_presigned_url_with_a_signed_header_that_is_missing(client, bucket):
    request = presigned(client, bucket, headers=[("x-amz-acl", "private")]).drop("x-amz-acl")
    answer = client.exchange(request)
    refused(answer, 403, "SignatureDoesNotMatch", "AccessDenied")


def test_presigned_url_that_is_over(client, bucket):
    request = presigned(client, bucket, how={"at": time.time() - 100}, expires=60)
    refuse(client, bucket, request, 403, "AccessDenied")
    moment = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
    refuse(client, bucket, V2(client.access_key, client.secret_key).presign(moment, -60), 403, "AccessDenied")


def test_presigned_url_that_lasts_until_now(client, bucket):
    assert client.exchange(presigned(client, bucket, how={"at": time.time() - 3000}, expires=3600)).status == 200


def test_presigned_url_of_the_future(client, bucket):
    request = presigned(client, bucket, how={"at": time.time() + 3600})
    refuse(client, bucket, request, 403, "AccessDenied", "RequestTimeTooSkewed")


@pytest.mark.parametrize("expires", ["604801", "-1", "x", "", "1e9", "99999999999999999999", "60 ", "+60", "0x60", "4294967356"])
def test_presigned_url_with_a_bad_time_to_live(client, bucket, expires):
    refuse(client, bucket, presigned(client, bucket, expires=expires), 400, "AuthorizationQueryParametersError")


@pytest.mark.parametrize("name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
                                  "X-Amz-Signature"])
def test_presigned_url_with_a_parameter_missing(client, bucket, name):
    answer = client.exchange(presigned(client, bucket, drop=(name,)))
    refused(answer, answer.status, "AuthorizationQueryParametersError", "AccessDenied")
    assert answer.status in (400, 403) and client.keys(bucket) == []


@pytest.mark.parametrize("name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
                                  "X-Amz-Signature"])
@pytest.mark.parametrize("before", [True, False])
def test_presigned_url_with_a_parameter_twice(client, bucket, name, before):
    """Which of the two counts must not depend on who reads."""
    request = presigned(client, bucket, how={"at": time.time() - 100}, expires=60)
    double = {"X-Amz-Expires": "86400", "X-Amz-Date": V4("", "").date}.get(name, "x")
    request.query = "%s=%s&%s" % (name, double, request.query) if before else "%s&%s=%s" % (request.query, name, double)
    answer = client.exchange(request)
    refused(answer, answer.status)
    assert answer.status in (400, 403) and client.keys(bucket) == []


@pytest.mark.parametrize("change", [{"algorithm": "AWS4-HMAC-SHA1"}, {"credential": "x"}, {"credential": "a/b/c/d/e"}, {"date": "x"},
                                    {"signedheaders": ""}, {"signedheaders": "x-other"}, {"signature": ""}, {"signature": "0" * 64}],
                         ids=str)
def test_presigned_url_with_a_malformed_parameter(client, bucket, change):
    answer = client.exchange(presigned(client, bucket, **change))
    refused(answer, answer.status)
    assert answer.status in (400, 403) and client.keys(bucket) == []


def test_presigned_url_with_lower_case_names_is_no_credential(client, bucket):
    request = presigned(client, bucket)
    request.query = request.query.replace("X-Amz-", "x-amz-")
    answer = client.exchange(request)
    refused(answer, answer.status)
    assert answer.status in (400, 403) and client.keys(bucket) == []


# --- Two kinds of credentials -----------------------------------------------------------------------------------------

def test_two_kinds_of_credentials(client, bucket):
    """CVE-2026-41145: refused, in every combination, also when one of them, or both, are right."""
    v2 = V2(client.access_key, client.secret_key)
    for first in client.signer().presign, v2.presign:
        for second in client.signer().header, v2.header:
            request = second(first(Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))))
            answer = client.exchange(request)
            refused(answer, 400, "InvalidArgument", "InvalidRequest")
    request = v2.presign(client.signer().presign(Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))))
    refused(client.exchange(request), 400, "InvalidArgument", "InvalidRequest")
    request = client.signer().presign(v2.presign(Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))))
    refused(client.exchange(request), 400, "InvalidArgument", "InvalidRequest")
    assert client.keys(bucket) == []


@pytest.mark.parametrize("added", ["X-Amz-Signature=0", "X-Amz-Credential=x", "X-Amz-Algorithm=AWS4-HMAC-SHA256",
                                   "AWSAccessKeyId=x&Signature=y&Expires=1", "Signature=x", "X-Amz-Security-Token=x"])
def test_signed_header_with_pieces_of_a_presigned_url(client, bucket, added):
    request = client.signer().header(Request("PUT", "/%s/key" % bucket, added, body=b"x", host=host(client)))
    answer = client.exchange(request)
    assert answer.status in (200, 400, 403), answer
    if answer.status != 200:
        assert client.keys(bucket) == []


# --- What the body is claimed to be -----------------------------------------------------------------------------------

@pytest.mark.parametrize("payload", ["", "x", "0" * 63, "0" * 65, "Z" * 64, "unsigned-payload", "STREAMING-UNSIGNED-PAYLOAD",
                                     "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-", "UNSIGNED-PAYLOAD,UNSIGNED-PAYLOAD"])
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
    refused(answer, answer.status, "SignatureDoesNotMatch", "BadDigest", "InvalidRequest", "MalformedTrailerError", "IncompleteBody",
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
    ("PUT", "/{b}/new", ""), ("PUT", "/{b}", "cors"), ("PUT", "/{b}", "acl"), ("POST", "/{b}", "delete"), ("PUT", "/{b}-made", ""),
    ("DELETE", "/{b}/page", ""), ("GET", "/{b}", ""), ("GET", "/", ""), ("DELETE", "/{b}", ""), ("PUT", "/{b}/page", "acl"),
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
        refuse(client, bucket, client.request("PUT", "/%s/key" % bucket, headers=[(name, value)], body=b"x"), 400, "BadDigest",
               "InvalidRequest")


# --- Who may ----------------------------------------------------------------------------------------------------------

def test_anonymous_does_nothing_that_nobody_allowed(client, public):
    for method, path, query in (("GET", "/", ""), ("GET", "/{b}", ""), ("GET", "/{b}", "acl"), ("GET", "/{b}", "cors"),
                                ("PUT", "/{b}/new", ""), ("DELETE", "/{b}/page", ""), ("PUT", "/{b}/page", "acl"),
                                ("PUT", "/{b}", "cors"), ("DELETE", "/{b}", "cors"), ("DELETE", "/{b}", ""), ("PUT", "/{b}-made", ""),
                                ("GET", "/{b}/page", "acl")):
        refused(client.anonymous(method, path.format(b=public), query, body=b"x" if method == "PUT" else b""), 403, "AccessDenied")
    assert client.keys(public) == ["page"]


def test_nothing_is_told_of_what_one_may_not_see(client, bucket):
    """CVE-2024-36107: conditions, ranges and existence are looked at after permission."""
    client.put(bucket, "secret", b"x" * 100)
    etag = client.send("HEAD", "/%s/secret" % bucket).header("ETag")
    for headers in ([], [("If-None-Match", etag)], [("If-Match", '"other"')], [("Range", "bytes=500-")],
                    [("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")]):
        for key in "secret", "missing":
            answer = client.anonymous("GET", "/%s/%s" % (bucket, key), headers=headers)
            refused(answer, 403, "AccessDenied")
            assert answer.header("ETag") is None and answer.header("Last-Modified") is None


def test_copy_needs_to_read_its_source(client, bob, bucket):
    """CVE-2026-39360."""
    client.put(bucket, "secret", b"x")
    other = Client(client.server, bob.access_key, bob.secret_key)
    assert other.send("PUT", "/%s-of-bob" % bucket).status == 200
    for source in "/%s/secret", "%s/secret", "/%s/%%73ecret", "/%s/missing":
        answer = other.send("PUT", "/%s-of-bob/copy" % bucket, headers=[("x-amz-copy-source", source % bucket)])
        refused(answer, 403, "AccessDenied")
    assert other.keys(bucket + "-of-bob") == []


def test_address_in_a_header_changes_nothing(client, bucket):
    """CVE-2026-21862."""
    for name in "X-Forwarded-For", "X-Real-IP", "Forwarded":
        refused(client.anonymous("GET", "/" + bucket, headers=[(name, "127.0.0.1")]), 403, "AccessDenied")


def test_log_holds_no_signature(client, bucket):
    """CVE-2017-8761, CVE-2018-16889."""
    request = presigned(client, bucket)
    signature = request.query.rsplit("=", 1)[1]
    assert client.exchange(request).status == 200
    header = put(client, bucket)
    assert client.exchange(header).status == 200
    refused(client.exchange(put(client, bucket).add("x-amz-acl", "private")), 403)
    log = client.server.log_text()
    assert signature not in log and header.header("Authorization")[-64:] not in log and "X-Amz-Credential" not in log
