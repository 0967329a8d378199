"""fetch and XMLHttpRequest with presigned URLs."""

import pytest

BLOCKED = "blocked"
TEXT = "text/plain;charset=UTF-8"  # what a browser calls a string; version 2 signs it always


@pytest.fixture(params=["ask", "askByXhr"])
def ask(request, browser):
    """ask(url, origin=…, method=…, headers=…, body=…) by fetch and by XMLHttpRequest."""

    def ask(url, origin=None, **options):
        return browser.run("(url, options) => %s(url, options)" % request.param, url, options, origin=origin)

    return ask


@pytest.fixture(params=["s3v4", "s3"])
def presign(request, make_s3, alice, bucket):
    """presign("put_object", Key=…) by either version of the signature."""
    client = make_s3(alice, request.param)
    return lambda operation, **parameters: client.generate_presigned_url(operation, {"Bucket": bucket, **parameters})


def test_put(ask, presign, pages, s3, bucket, allow):
    allow(pages.home)
    url = presign("put_object", Key="a key", ContentType=TEXT)
    assert ask(url, pages.stranger, method="PUT", body="not seen") == BLOCKED
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)

    answer = ask(url, pages.home, method="PUT", body="some bytes")
    stored = s3.get_object(Bucket=bucket, Key="a key")
    assert (answer["status"], answer["headers"]["etag"]) == (200, stored["ETag"])
    assert stored["Body"].read() == b"some bytes"
