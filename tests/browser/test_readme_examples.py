"""The example rules of the README, with pages of this machine in the place of its sites."""

import pytest

from answers import ask as send
from browsers import BLOCKED
from font import wide_font
from readme import example
from sdk import EACH, UPLOAD_NAMED

SITES = ("https://app.example.com", "https://www.example.com")


@pytest.fixture
def ruled(gateway, alice, pages, s3, bucket):
    """ruled(heading): gives the bucket those rules; a URL of an object in it that everybody may read."""

    def put(heading, content=b"0123456789"):
        document = example(heading)
        for site in SITES:
            document = document.replace(site, pages.home)
        assert pages.home in document or "<AllowedOrigin>*<" in document
        assert send(gateway, "PUT", "/" + bucket, "cors=", body=document.encode(), by=alice).status == 200
        s3.put_object(Bucket=bucket, Key="key", Body=content, ACL="public-read")
        return "%s/%s/key" % (gateway.endpoint, bucket)

    return put


def test_web_fonts(browser, pages, ruled):
    url = ruled("Web fonts", wide_font())
    assert browser.run("useFont", url) == 20
    assert browser.run("useFont", url, origin=pages.stranger) == BLOCKED
    assert browser.run("ask", url, {"method": "PUT"}) == BLOCKED


def test_uploads_by_an_sdk(sdk, pages, ruled, s3, bucket):
    ruled("Uploads by an SDK")
    of_key = {"Bucket": bucket, "Key": "key"}
    parameters = {"PutObject": {**of_key, "Body": "x", "Metadata": {"colour": "blue"}}, "GetObject": of_key, "HeadObject": of_key,
                  "ListObjectsV2": {"Bucket": bucket}, "DeleteObject": of_key}
    assert sdk(EACH, list(parameters), parameters) == dict.fromkeys(parameters, "done")
    assert sdk(UPLOAD_NAMED, bucket, "parts", 6 << 20) == "done"
    assert s3.head_object(Bucket=bucket, Key="parts")["ContentLength"] == 6 << 20
    assert sdk(EACH, list(parameters), parameters, origin=pages.stranger) == dict.fromkeys(parameters, BLOCKED)


def test_presigned_uploads(ask, presign, pages, ruled):
    ruled("Presigned uploads")
    url = presign("PUT", "new", "text/x-odd")
    upload = {"method": "PUT", "body": "a file", "headers": {"Content-Type": "text/x-odd"}}
    answer = ask(url, **upload)
    assert (answer["status"], "etag" in answer["headers"]) == (200, True)
    assert ask(url, pages.stranger, **upload) == BLOCKED
    assert ask(url, **{**upload, "headers": {"X-Other": "1"}}) == BLOCKED


def test_form_uploads(browser, pages, ruled, s3, bucket):
    ruled("Form uploads")
    made = s3.generate_presigned_post(bucket, "form", Fields={"success_action_status": "201"},
                                      Conditions=[{"success_action_status": "201"}])
    script = """(url, fields, progress) =>
        askByXhr(url, { method: 'POST', body: formData(fields, 'a file', 'a.txt'), progress })"""
    for progress in (False, True):
        answer = browser.run(script, made["url"], made["fields"], progress)
        assert answer["status"] == 201
        assert {"etag", "location"} <= set(answer["headers"])
        assert browser.run(script, made["url"], made["fields"], progress, origin=pages.stranger) == BLOCKED


def test_public_reading(browser, ask, pages, ruled):
    url = ruled("Public reading")
    for page in ({"origin": pages.home}, {"origin": pages.stranger}, {"sandbox": "allow-scripts"}):
        answer = browser.run("ask", url, {"headers": {"Range": "bytes=-3"}}, **page)
        assert (answer["text"], answer["headers"]["content-range"]) == ("789", "bytes 7-9/10")
    assert ask(url, headers={"If-None-Match": '"other"'})["status"] == 200
    assert ask(url, credentials="include") == BLOCKED
    assert ask(url, method="DELETE") == BLOCKED
