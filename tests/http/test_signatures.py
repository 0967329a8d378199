"""Signatures that are wrong, stale, replayed elsewhere, doubled or made up: refused, and nothing is stored or told."""

import time

import pytest

from claims import host, presigned, put, refuse
from signing import UNSIGNED, V2, V4, Request
from wire import Client, refused

GATEWAY_ARGUMENTS = ["--region", "us-east-1"]


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


# Wrong ones.

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
    "AWS4-HMAC-SHA256 Signature=0", "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
    "AWS4-HMAC-SHA256 ====,,,,",
    "AWS4-HMAC-SHA256 " + "Credential=x," * 300, "AWS4-HMAC-SHA512 Credential=a/b/c/d/e,SignedHeaders=host,Signature=0",
    "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/s3/aws4_request, SignedHeaders=host, Signature=0",
    "AWS", "AWS ", "AWS :", "AWS x", "AWS x:", "AWS :x", "Basic eDp5", "Bearer token", "Digest x",
    "aws4-hmac-sha256 x", "x", "'", "",
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
    refused(answer, answer.status, "AuthorizationHeaderMalformed", "SignatureDoesNotMatch", "AccessDenied",
            "InvalidArgument",
            "InvalidRequest")
    assert answer.status in (400, 403) and client.keys(bucket) == []


def test_region_that_is_wrong_names_the_right_one(client, bucket):
    error = refused(client.exchange(put(client, bucket, region="eu-west-1")), 400, "AuthorizationHeaderMalformed")
    assert error["Region"] == "us-east-1"


# Stale ones.

@pytest.mark.parametrize("minutes", [-10000000, -60 * 24 * 8, -60, -16, 16, 60, 60 * 24 * 8, 10000000])
def test_time_too_far_away(client, bucket, minutes):
    at = time.time() + 60 * minutes
    refuse(client, bucket, put(client, bucket, at=at), 403, "RequestTimeTooSkewed")
    request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
    if at > 0:
        refuse(client, bucket, V2(client.access_key, client.secret_key, at=at).header(request), 403,
               "RequestTimeTooSkewed")


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


# Replayed elsewhere.

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
    refused(
    answer,
    answer.status,
    "SignatureDoesNotMatch",
    "AuthorizationHeaderMalformed",
    "RequestTimeTooSkewed",
     "AccessDenied")
    assert client.keys(bucket) == []


@pytest.mark.parametrize("name,value", [("x-amz-acl", "public-read"), ("x-amz-meta-a", "b"), ("x-amz-copy-source",
                                                                                              "/a/b"),
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


@pytest.mark.parametrize("path", ["/{b}//key", "/{b}/./key", "/{b}/x/../key",
                         "/{b}/%6bey", "/{b}/KEY", "/{b}/key/", "/{b}/key%00"])
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
    for name, value in ("x-amz-acl", "public-read"), ("Content-Type",
                        "text/html"), ("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="):
        request = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
        V2(client.access_key, client.secret_key).header(request)
        refuse(client, bucket, request.add(name, value), 403, "SignatureDoesNotMatch")


# Two kinds of credentials.

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


# Who may.

def test_anonymous_does_nothing_that_nobody_allowed(client, public):
    for method, path, query in (("GET", "/", ""), ("GET", "/{b}", ""), ("GET", "/{b}", "acl"), ("GET", "/{b}", "cors"),
                                ("PUT", "/{b}/new", ""), ("DELETE", "/{b}/page", ""), ("PUT", "/{b}/page", "acl"),
                                ("PUT", "/{b}", "cors"), ("DELETE", "/{b}",
                                 "cors"), ("DELETE", "/{b}", ""), ("PUT", "/{b}-made", ""),
                                ("GET", "/{b}/page", "acl")):
        refused(
    client.anonymous(
        method,
        path.format(
            b=public),
            query,
            body=b"x" if method == "PUT" else b""),
            403,
             "AccessDenied")
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
