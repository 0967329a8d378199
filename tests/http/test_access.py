"""Who may do what, as others have got it wrong: deny against allow, addresses in headers, conditions that tell secrets."""

import json

import pytest

from signing import V2, V4, Request
from wire import Client, refused

PAST, FUTURE = "Mon, 01 Jan 1990 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.fixture(scope="module")
def owner(gateway, alice):
    """No administrator."""
    return Client(gateway, alice.access_key, alice.secret_key)


@pytest.fixture(scope="module")
def stranger(gateway, bob):
    return Client(gateway, bob.access_key, bob.secret_key)


@pytest.fixture
def private(owner, bucket_name):
    """A bucket of the owner's with a private object."""
    assert owner.send("PUT", "/" + bucket_name).status == 200
    owner.put(bucket_name, "key", b"secret")
    return bucket_name


def statement(bucket, effect, action, condition=None):
    made = {"Effect": effect, "Principal": "*", "Action": action,
            "Resource": ["arn:aws:s3:::" + bucket, "arn:aws:s3:::%s/*" % bucket]}
    return {**made, "Condition": condition} if condition else made


def put_policy(client, bucket, *statements):
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}).encode()
    assert client.send("PUT", "/" + bucket, "policy", body=text).status == 204


# Headers in which proxies tell who is behind them.
CLAIMED = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "203.0.113.9, 127.0.0.1"), ("X-Real-IP", "203.0.113.9"),
           ("Forwarded", "for=203.0.113.9"), ("True-Client-IP", "203.0.113.9"), ("X-Client-IP", "203.0.113.9"),
           ("CF-Connecting-IP", "203.0.113.9"), ("X-Cluster-Client-IP", "203.0.113.9"), ("Via", "1.1 203.0.113.9"),
           ("X-Amz-Source-Ip", "203.0.113.9"), ("Client-IP", "203.0.113.9")]


@pytest.mark.parametrize("header", CLAIMED, ids=str)
def test_source_address_is_not_taken_from_a_header(owner, private, header):
    """CVE-2026-21862"""
    claimed, true = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    path = "/%s/key" % private
    put_policy(owner, private, statement(private, "Allow", "s3:GetObject", claimed))
    refused(owner.anonymous("GET", path, headers=[header]), 403, "AccessDenied")
    put_policy(owner, private, statement(private, "Allow", "s3:GetObject", true))
    assert owner.anonymous("GET", path, headers=[header]).body == b"secret"
    put_policy(owner, private, statement(private, "Allow", "s3:GetObject"), statement(private, "Deny", "s3:GetObject", true))
    refused(owner.anonymous("GET", path, headers=[header]), 403, "AccessDenied")


@pytest.mark.parametrize("header", [("X-Forwarded-Proto", "https"), ("Forwarded", "proto=https"), ("X-Forwarded-Ssl", "on"),
                                    ("Front-End-Https", "on"), ("X-Amz-Secure-Transport", "true")], ids=str)
def test_secure_transport_is_not_taken_from_a_header(owner, private, header):
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    put_policy(owner, private, statement(private, "Allow", "s3:GetObject", secure))
    refused(owner.anonymous("GET", "/%s/key" % private, headers=[header]), 403, "AccessDenied")


@pytest.mark.parametrize("headers", [
    {"If-Match": "{etag}"}, {"If-Match": '"0"'}, {"If-Match": "*"}, {"If-None-Match": "{etag}"}, {"If-None-Match": "*"},
    {"If-Modified-Since": FUTURE}, {"If-Modified-Since": PAST}, {"If-Unmodified-Since": PAST},
    {"If-Unmodified-Since": FUTURE}, {"Range": "bytes=100-"}, {"Range": "bytes=0-0"},
    {"If-Range": "{etag}", "Range": "bytes=100-"}], ids=str)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize("key", ["key", "nothing"])
def test_conditions_are_evaluated_only_after_authorisation(owner, stranger, private, method, key, headers):
    """CVE-2024-36107: whoever may not read is told nothing by a condition, neither that it holds nor that it does not."""
    etag = owner.send("HEAD", "/%s/key" % private).header("ETag")
    given = [(name, value.replace("{etag}", etag)) for name, value in headers.items()]
    for ask in (owner.anonymous, stranger.send):
        answer = ask(method, "/%s/%s" % (private, key), headers=given, body=b"x" if method == "PUT" else b"")
        assert answer.status == 403, answer
        assert answer.header("ETag") is None and answer.header("Last-Modified") is None
    assert owner.send("GET", "/%s/key" % private).body == b"secret"


@pytest.mark.parametrize("condition", ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"])
def test_conditions_on_a_source_are_evaluated_only_after_authorisation(owner, stranger, private, bucket_name, condition):
    target = bucket_name + "-bobs"
    assert stranger.send("PUT", "/" + target).status == 200
    for value in ("*", PAST, FUTURE):
        for key in ("key", "nothing"):
            answer = stranger.send("PUT", "/%s/copy" % target, headers=[
                ("x-amz-copy-source", "/%s/%s" % (private, key)), ("x-amz-copy-source-" + condition, value)])
            refused(answer, 403, "AccessDenied")


def test_an_upload_with_a_condition_tells_nothing_to_those_who_may_not_read(owner, stranger, private):
    put_policy(owner, private, statement(private, "Allow", "s3:PutObject"))
    path = "/%s/key" % private
    for value in ("*", '"0"', owner.send("HEAD", path).header("ETag")):
        refused(stranger.send("PUT", path, headers=[("If-Match", value)], body=b"x"), 403, "AccessDenied")
    assert owner.send("GET", path).body == b"secret"


# Every way to read and write an object, and what would allow it but for the deny.

def presign(client, signer, method, path):
    request = Request(method, path, host="127.0.0.1:%d" % client.server.port)
    signer(client.access_key, client.secret_key).presign(request)
    return request


def ways(client, bucket):
    """Requests on `key` that need s3:GetObject or s3:PutObject or s3:DeleteObject."""
    path = "/%s/key" % bucket
    delete = b"<Delete><Object><Key>key</Key></Object></Delete>"
    yield client.request("GET", path)
    yield client.request("HEAD", path)
    yield client.request("GET", path, "partNumber=1")
    yield client.request("GET", path, "response-content-type=text/html")
    yield client.request("GET", path, headers=[("x-amz-bypass-governance-retention", "true")])
    yield presign(client, V4, "GET", path)
    yield presign(client, V2, "GET", path)
    yield Request("GET", path, host="127.0.0.1:%d" % client.server.port)
    yield client.request("PUT", path, body=b"other")
    yield client.request("PUT", path, body=b"other", headers=[("x-amz-acl", "bucket-owner-full-control")])
    yield client.request("PUT", path, body=b"other", headers=[("x-amz-bypass-governance-retention", "true")])
    yield client.request("PUT", path, headers=[("x-amz-copy-source", path)])
    yield client.request("PUT", "/%s/copy" % bucket, headers=[("x-amz-copy-source", path)])
    yield presign(client, V4, "PUT", path)
    yield client.request("DELETE", path)
    yield client.request("DELETE", path, "versionId=null")
    yield client.request("DELETE", path, headers=[("x-amz-bypass-governance-retention", "true")])
    yield client.request("POST", "/" + bucket, "delete", body=delete)
    yield client.request("POST", "/" + bucket, "delete", body=delete, headers=[("x-amz-bypass-governance-retention", "true")])


def test_an_explicit_deny_beats_every_allow_and_bypass(owner, stranger, private):
    """CVE-2023-25812, CVE-2025-62506"""
    denied = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:BypassGovernanceRetention"]
    public = [("x-amz-acl", "public-read-write")]
    assert owner.send("PUT", "/" + private, "acl", headers=public).status == 200
    assert owner.send("PUT", "/%s/key" % private, "acl", headers=public).status == 200
    put_policy(owner, private, statement(private, "Allow", "s3:*"), statement(private, "Deny", denied))
    for client in (owner, stranger):
        for request in ways(client, private):
            answer = client.exchange(request)
            if answer.status == 200:  # DeleteObjects, which answers for each key
                assert b"<Code>AccessDenied</Code>" in answer.body and b"<Deleted>" not in answer.body, answer
            else:
                assert answer.status == 403, (request.method, request.target, answer)
    put_policy(owner, private, statement(private, "Allow", "s3:*"))
    assert owner.send("GET", "/%s/key" % private).body == b"secret", "nothing of it had an effect"
    assert owner.keys(private) == ["key"]


def test_order_of_statements_does_not_matter(owner, stranger, private):
    allow, deny = statement(private, "Allow", "s3:GetObject"), statement(private, "Deny", "s3:GetObject")
    for statements in ([allow, deny], [deny, allow], [allow, deny, allow]):
        put_policy(owner, private, *statements)
        refused(stranger.send("GET", "/%s/key" % private), 403, "AccessDenied")


def test_header_that_comes_twice_shows_the_policy_both(owner, stranger, private):
    """Whoever may give full control to one, must not give it to another in a second line."""
    mine = 'id="%s"' % stranger_id(stranger)
    put_policy(owner, private, statement(private, "Allow", "s3:PutObject",
                                         {"StringEquals": {"s3:x-amz-grant-full-control": mine}}))
    path = "/%s/new" % private
    twice = [("x-amz-grant-full-control", mine),
             ("x-amz-grant-full-control", 'uri="http://acs.amazonaws.com/groups/global/AllUsers"')]
    assert stranger.send("PUT", path, headers=twice, body=b"x").status in (400, 403)
    assert stranger.send("PUT", path, headers=twice[:1], body=b"x").status == 200


def stranger_id(stranger):
    return stranger.send("GET", "/").body.decode().split("<ID>")[1].split("</ID>")[0]
