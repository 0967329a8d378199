"""A page can read why S3 refused its request, if a rule lets it read anything at all."""

import re
import time
import uuid

import pytest

from answers import build
from browsers import BLOCKED
from signing import V2, V4

KEY = "key"


@pytest.fixture
def url(gateway, alice, bucket):
    """url(method, key, signer=…): presigned, by somebody else, at another time, or not at all."""

    def url(method="GET", key=KEY, signer=V4, secret=None, at=None, headers=()):
        request = build(gateway, method, "/%s/%s" % (bucket, key), headers=headers)
        if signer:
            signer(alice.access_key, secret or alice.secret_key, at=at).presign(request, expires=60)
        return gateway.endpoint + request.target.decode()

    return url


HOUR_AGO = time.time() - 3600
NOT_THE_SUM = "1B2M2Y8AsgTpgAmY7PhCfg=="

# Each kind: what makes the URL, what a page asks with it, status and code.
ERRORS = {
    "wrong signature, version 4": (dict(secret="wrong"), {}, 403, "SignatureDoesNotMatch"),
    "wrong signature, version 2": (dict(signer=V2, secret="wrong"), {}, 403, "SignatureDoesNotMatch"),
    "expired, version 4": (dict(at=HOUR_AGO), {}, 403, "AccessDenied"),
    "expired, version 2": (dict(signer=V2, at=HOUR_AGO), {}, 403, "AccessDenied"),
    "no signature": (dict(signer=None), {}, 403, "AccessDenied"),
    "no such key": (dict(key="nothing"), {}, 404, "NoSuchKey"),
    "condition": ({}, dict(headers={"If-Match": '"other"'}), 412, "PreconditionFailed"),
    "range": ({}, dict(headers={"Range": "bytes=100-200"}), 416, "InvalidRange"),
    "wrong sum of an upload": (dict(method="PUT", headers=[("Content-MD5", NOT_THE_SUM)]),
                               dict(method="PUT", headers={"Content-MD5": NOT_THE_SUM}, body="x"), 400, "BadDigest"),
    "wrong signature of an upload": (dict(method="PUT", secret="wrong"), dict(method="PUT", body="x"), 403,
                                     "SignatureDoesNotMatch"),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_error(ask, url, pages, s3, bucket, allow, kind):
    allow(pages.home)
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"0123456789")
    how, options, status, code = ERRORS[kind]
    answer = ask(url(**how), pages.home, **options)
    assert (answer["status"], re.findall("<Code>(.*?)</Code>", answer["text"])) == (status, [code])
    assert ask(url(**how), pages.stranger, **options) == BLOCKED


def test_missing_bucket(ask, gateway, pages):
    """Nobody can have said who may know."""
    assert ask("%s/missing-%s/key" % (gateway.endpoint, uuid.uuid4().hex), pages.home) == BLOCKED
