"""fetch and XMLHttpRequest with presigned URLs."""

import pytest

from browsers import BLOCKED
from seen import wait_for_requests

TEXT = "text/plain;charset=UTF-8"  # what a browser calls a string; version 2 signs it always

every_signature = pytest.mark.parametrize("presign", ["boto3-v4", "boto3-v2", "boto-v2"], indirect=True)


@pytest.fixture
def stored(s3, bucket):
    """The key of an object."""
    s3.put_object(Bucket=bucket, Key="a folder/key+ü", Body=b"0123456789", ContentType="text/plain")
    return "a folder/key+ü"


def keys(s3, bucket):
    return [found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


@every_signature
def test_put(ask, presign, pages, s3, bucket, allow):
    allow(pages.home)
    url = presign("PUT", "a key", TEXT)
    assert ask(url, pages.stranger, method="PUT", body="not seen") == BLOCKED
    assert keys(s3, bucket) == []

    answer = ask(url, pages.home, method="PUT", body="some bytes")
    found = s3.get_object(Bucket=bucket, Key="a key")
    assert (answer["status"], answer["headers"]["etag"]) == (200, found["ETag"])
    assert found["Body"].read() == b"some bytes"


@every_signature
def test_get(ask, presign, pages, gateway, bucket, stored, allow):
    allow(pages.home)
    url = presign("GET", stored)
    assert ask(url, pages.stranger) == BLOCKED
    answer = ask(url, pages.home)
    assert (answer["status"], answer["text"]) == (200, "0123456789")
    wait_for_requests(gateway, bucket, ["GET 200", "GET 200"])  # that of the stranger as well: it is for the browser to keep


@every_signature
def test_delete(ask, presign, pages, s3, bucket, stored, allow):
    allow(pages.home)
    url = presign("DELETE", stored)
    assert ask(url, pages.stranger, method="DELETE") == BLOCKED
    assert keys(s3, bucket) == [stored]
    assert ask(url, pages.home, method="DELETE")["status"] == 204
    assert keys(s3, bucket) == []


def test_method_without_a_rule(ask, presign, pages, gateway, s3, bucket, stored, allow):
    allow(pages.home, methods=["GET", "POST"])
    assert ask(presign("GET", stored))["status"] == 200
    assert ask(presign("PUT", "new", TEXT), method="PUT", body="x") == BLOCKED
    assert ask(presign("DELETE", stored), method="DELETE") == BLOCKED
    wait_for_requests(gateway, bucket, ["GET 200", "OPTIONS 403", "OPTIONS 403"])
    assert keys(s3, bucket) == [stored]


def test_header_without_a_rule(ask, presign, pages, gateway, bucket, stored, allow):
    allow(pages.home, methods=["GET"], headers=["x-one*"])
    url = presign("GET", stored)
    assert ask(url, headers={"X-One": "1", "X-One-More": "1"})["status"] == 200
    assert ask(url, headers={"X-One": "1", "X-Two": "1"}) == BLOCKED
    wait_for_requests(gateway, bucket, ["OPTIONS 200", "GET 200", "OPTIONS 403"])


def test_range(ask, presign, pages, stored, allow):
    """A range with a beginning and an end needs no preflight in a browser of today; every other does."""
    allow(pages.home, methods=["GET"], headers=[], expose=["Content-Range"])
    url = presign("GET", stored)
    answer = ask(url, headers={"Range": "bytes=2-4"})
    assert (answer["status"], answer["text"], answer["headers"]["content-range"]) == (206, "234", "bytes 2-4/10")
    assert ask(url, headers={"Range": "bytes=-3"}) == BLOCKED
    assert ask(url, pages.stranger, headers={"Range": "bytes=2-4"}) == BLOCKED

    allow(pages.home, methods=["GET"], headers=["Range"])
    answer = ask(url, headers={"Range": "bytes=-3"})
    assert (answer["status"], answer["text"]) == (206, "789")


@pytest.mark.parametrize("expose", [[], ["ETag"], ["etag", "Content-Range", "x-amz-request-id"]])
def test_exposed_headers(ask, presign, pages, stored, allow, expose):
    allow(pages.home, expose=expose)
    headers = set(ask(presign("GET", stored), headers={"Range": "bytes=0-1"})["headers"])
    assert {"content-type", "content-length", "last-modified"} <= headers, "those that need no rule"
    assert headers & {"etag", "content-range", "x-amz-request-id", "accept-ranges"} == {name.lower() for name in expose}


def test_progress_of_an_upload(browser, presign, pages, s3, bucket, allow):
    """Who listens to it always needs a preflight, and gets told of every byte."""
    allow(pages.home, methods=["PUT"])
    url = presign("PUT", "key")
    script = "(url, size) => askByXhr(url, { method: 'PUT', body: new Uint8Array(size), progress: true })"
    answer = browser.run(script, url, 3_000_000)
    assert (answer["status"], answer["sent"]) == (200, 3_000_000)
    assert s3.head_object(Bucket=bucket, Key="key")["ContentLength"] == 3_000_000
    assert browser.run(script, url, 100, origin=pages.stranger) == BLOCKED


def test_bucket_in_the_host(ask, make_s3, gateway, alice, pages, bucket, stored, allow):
    """A name under localhost is this machine to browsers, so that it may be that of a bucket."""
    allow(pages.home, methods=["GET"])
    client = make_s3(alice, style="virtual", endpoint="http://localhost:%d" % gateway.port)
    url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": stored})
    assert url.startswith("http://%s.localhost:" % bucket)
    assert ask(url)["text"] == "0123456789"
    assert ask(url, pages.stranger) == BLOCKED
