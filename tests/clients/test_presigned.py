"""Presigned URLs of boto and boto3, versions 2 and 4, used by a client that knows no secret."""

import datetime
import sys
import time
import types
import urllib.parse
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import botocore.auth
import pytest

from answers import ask

KEY = "a folder/key with+plus"


def fetch(method, url, body=None, headers=None):
    """Status and body of what a plain HTTP client gets."""
    try:
        with urlopen(Request(url, data=body, method=method, headers=headers or {}), timeout=60) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


class FromBoto3:
    """URLs of boto3; made as if `age` seconds ago."""

    def __init__(self, make_boto3, alice, version, monkeypatch):
        self.client, self.monkeypatch = make_boto3(alice, signature_version=version), monkeypatch

    def url(self, method, bucket, expires=600, age=0):
        with self.monkeypatch.context() as past:
            then = time.time() - age
            clock = types.SimpleNamespace(**vars(time))
            clock.time = lambda: then
            moment = datetime.datetime.utcfromtimestamp(then)
            days = types.SimpleNamespace(**vars(datetime))
            days.datetime = types.SimpleNamespace(utcnow=lambda: moment)
            past.setattr(botocore.auth, "time", clock)
            for signer in filter(None, map(sys.modules.get, ("botocore.auth", "botocore.crt.auth"))):
                past.setattr(signer, "datetime", days, raising=False)
                past.setattr(signer, "get_current_datetime", lambda remove_tzinfo=True: moment if remove_tzinfo
                             else moment.replace(tzinfo=datetime.timezone.utc), raising=False)
            operation = {"GET": "get_object", "PUT": "put_object", "DELETE": "delete_object", "HEAD": "head_object"}[method]
            return self.client.generate_presigned_url(operation, {"Bucket": bucket, "Key": KEY}, ExpiresIn=expires)


class FromBoto:
    """URLs of boto 2."""

    def __init__(self, make_boto, alice, version, monkeypatch):
        if version == "v4":
            monkeypatch.setenv("S3_USE_SIGV4", "True")
        self.connection, self.version = make_boto(alice, region="us-east-1" if version == "v4" else None), version

    def url(self, method, bucket, expires=600, age=0):
        if self.version == "v4":
            moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - age))
            return self.connection.generate_url_sigv4(expires, method, bucket, KEY, iso_date=moment)
        return self.connection.generate_url(expires - age, method, bucket, KEY)


@pytest.fixture(params=["boto-v2", "boto-v4", "boto3-v2", "boto3-v4"])
def signer(request, make_boto, make_boto3, alice, monkeypatch, localhost_names):
    library, version = request.param.split("-")
    if library == "boto":
        return FromBoto(make_boto, alice, version, monkeypatch)
    return FromBoto3(make_boto3, alice, {"v2": "s3", "v4": "s3v4"}[version], monkeypatch)


@pytest.fixture
def stored(s3, bucket):
    """A bucket with an object under KEY."""
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"presigned bytes")
    return bucket


def test_get(signer, stored):
    assert fetch("GET", signer.url("GET", stored)) == (200, b"presigned bytes")


def test_head(signer, stored):
    assert fetch("HEAD", signer.url("HEAD", stored)) == (200, b"")


def test_put(signer, s3, bucket):
    assert fetch("PUT", signer.url("PUT", bucket), b"uploaded", {"Content-Type": ""})[0] == 200
    assert s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"uploaded"


def test_delete(signer, s3, stored):
    assert fetch("DELETE", signer.url("DELETE", stored)) == (204, b"")
    assert s3.list_objects_v2(Bucket=stored)["KeyCount"] == 0


def test_another_method_is_refused(signer, s3, stored):
    status, body = fetch("DELETE", signer.url("GET", stored))
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body
    assert s3.list_objects_v2(Bucket=stored)["KeyCount"] == 1


def test_another_key_is_refused(signer, stored):
    status, body = fetch("GET", signer.url("GET", stored).replace("/key", "/kez"))
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body


def test_changed_signature_is_refused(signer, stored):
    url = signer.url("GET", stored)
    head, mark, signature = url.partition("Signature=")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:] if "AWSAccessKeyId" in url else (
        ("0" if signature[0] != "0" else "1") + signature[1:])
    status, body = fetch("GET", head + mark + changed)
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body


def test_longer_expiry_is_refused(signer, stored):
    url = signer.url("GET", stored)
    parts = urllib.parse.urlsplit(url)
    query = [(name, str(int(value) + 600) if name in ("Expires", "X-Amz-Expires") else value)
             for name, value in urllib.parse.parse_qsl(parts.query)]
    longer = parts._replace(query=urllib.parse.urlencode(query, quote_via=urllib.parse.quote)).geturl()
    assert longer != url
    status, body = fetch("GET", longer)
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body


def test_expired(signer, stored):
    status, body = fetch("GET", signer.url("GET", stored, expires=600, age=601))
    assert status == 403 and b"<Code>AccessDenied</Code>" in body and b"expired" in body


def test_old_but_not_expired(signer, stored):
    assert fetch("GET", signer.url("GET", stored, expires=3600, age=3000))[0] == 200


def test_url_for_eight_days_is_refused(make_boto3, alice, stored):
    url = make_boto3(alice).generate_presigned_url("get_object", {"Bucket": stored, "Key": KEY}, ExpiresIn=8 * 86400)
    status, body = fetch("GET", url)
    assert status == 400 and b"<Code>AuthorizationQueryParametersError</Code>" in body


def test_header_that_was_signed_must_come(make_boto3, alice, s3, bucket):
    url = make_boto3(alice).generate_presigned_url(
        "put_object", {"Bucket": bucket, "Key": "key", "Metadata": {"colour": "blue"}}, ExpiresIn=600)
    assert fetch("PUT", url, b"x", {"Content-Type": ""})[0] == 403
    assert fetch("PUT", url, b"x", {"Content-Type": "", "x-amz-meta-colour": "blue"})[0] == 200
    assert s3.head_object(Bucket=bucket, Key="key")["Metadata"] == {"colour": "blue"}


def test_header_that_was_not_signed_is_refused(make_boto3, alice, bucket):
    url = make_boto3(alice).generate_presigned_url("put_object", {"Bucket": bucket, "Key": "key"}, ExpiresIn=600)
    assert fetch("PUT", url, b"x", {"Content-Type": "", "x-amz-acl": "public-read"})[0] == 403


def test_response_headers_in_the_url(make_boto3, alice, stored):
    for version in ("s3", "s3v4"):
        url = make_boto3(alice, signature_version=version).generate_presigned_url(
            "get_object", {"Bucket": stored, "Key": KEY, "ResponseContentType": "text/x-odd",
                           "ResponseContentDisposition": 'attachment; filename="ü.txt"'}, ExpiresIn=600)
        with urlopen(url, timeout=60) as answer:
            assert answer.headers["Content-Type"] == "text/x-odd"


def test_response_headers_need_a_signature(gateway, s3, stored):
    s3.put_object_acl(Bucket=stored, Key=KEY, ACL="public-read")
    path = "/%s/%s" % (stored, urllib.parse.quote(KEY))
    assert ask(gateway, "GET", path).status == 200
    answer = ask(gateway, "GET", path, "response-content-type=text/html")
    assert (answer.status, answer.code) == (400, "InvalidRequest")


def test_url_with_a_subdomain(gateway, make_boto3, alice, stored):
    client = make_boto3(alice, "http://localhost:%d" % gateway.port, s3={"addressing_style": "virtual"})
    parts = urllib.parse.urlsplit(client.generate_presigned_url("get_object", {"Bucket": stored, "Key": KEY}))
    assert parts.hostname == stored + ".localhost"
    answer = ask(gateway, "GET", parts.path, parts.query, host=parts.netloc)
    assert answer.body == b"presigned bytes"
