"""Rules for the whole service: what belongs to no bucket, and buckets without rules of their own."""

import uuid

import pytest

from browsers import BLOCKED
from sdk import EACH


@pytest.fixture(scope="module")
def gateway_configuration(pages):
    """A console at home, and a site that may read, without credentials."""
    return """
[cors]
allowed_origin = %s
expose_headers = ETag,x-amz-checksum-crc32
max_age = 0
allow_methods = GET,HEAD,PUT,POST,DELETE
allow_headers = Authorization,x-amz-*,amz-sdk-*,x-custom

[cors.reader]
allowed_origin = %s
allow_methods = GET,HEAD
allow_headers =
allow_credentials = no
""" % (pages.home, pages.other)


def test_console(sdk, pages, bucket):
    """It lists buckets, makes one, and learns why it cannot."""
    parameters = {"ListBuckets": {}, "CreateBucket": {"Bucket": "new-" + uuid.uuid4().hex},
                  "HeadBucket": {"Bucket": bucket}, "ListObjectsV2": {"Bucket": "missing-" + uuid.uuid4().hex},
                  "PutObject": {"Bucket": bucket, "Key": "key", "Body": "some bytes"}}
    names = sdk(EACH, list(parameters), parameters)
    assert names == {**dict.fromkeys(parameters, "done"), "ListObjectsV2": "NoSuchBucket"}
    parameters["CreateBucket"]["Bucket"] += "-too"
    assert set(sdk(EACH, list(parameters), parameters, origin=pages.stranger).values()) == {BLOCKED}


def test_buckets_are_listed(sdk, bucket):
    script = "async (sdk) => (await sdk.call('ListBuckets', {})).Buckets.map((bucket) => bucket.Name)"
    assert bucket in sdk(script)


def test_section(ask, presign, pages, s3, bucket):
    """Each origin has what its own section says."""
    s3.put_object(Bucket=bucket, Key="key", Body=b"some bytes")
    url = presign("GET", "key")
    for origin in (pages.home, pages.other):
        assert ask(url, origin)["text"] == "some bytes"
    assert ask(url, pages.stranger) == BLOCKED
    assert ask(presign("DELETE", "key"), pages.other, method="DELETE") == BLOCKED
    assert ask(url, pages.home, headers={"X-Custom": "1"})["status"] == 200
    assert ask(url, pages.other, headers={"X-Custom": "1"}) == BLOCKED
    assert ask(presign("DELETE", "key"), pages.home, method="DELETE")["status"] == 204


def test_credentials(ask, presign, pages, s3, bucket):
    """A cache would bring those of one origin to the other: it keeps what an answer of 304 does not name."""
    s3.put_object(Bucket=bucket, Key="key", Body=b"some bytes", CacheControl="no-store")
    url = presign("GET", "key")
    assert ask(url, pages.home, credentials="include")["text"] == "some bytes"
    assert ask(url, pages.other, credentials="include") == BLOCKED


def test_bucket_with_rules_of_its_own(ask, presign, pages, s3, bucket, allow):
    """They count alone, also where they say less."""
    s3.put_object(Bucket=bucket, Key="key", Body=b"some bytes", CacheControl="no-store")
    allow(pages.stranger, methods=["GET"])
    url = presign("GET", "key")
    assert [ask(url, origin) == BLOCKED for origin in (pages.home, pages.other, pages.stranger)] == [True, True, False]
    s3.delete_bucket_cors(Bucket=bucket)
    assert [ask(url, origin) == BLOCKED for origin in (pages.home, pages.other, pages.stranger)] == [False, False, True]
