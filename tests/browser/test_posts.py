"""Uploads from forms with a policy: as a form that leads away from the page, and as FormData."""

import re

import pytest

from browsers import BLOCKED

CONTENT = "--not the boundary\r\n\r\n--ü"


@pytest.fixture(params=["s3v4", "s3"])
def presign(request, make_s3, alice, bucket):
    """presign(**fields): URL and fields, by either version of the signature."""
    client = make_s3(alice, request.param)

    def presign(**fields):
        made = client.generate_presigned_post(bucket, "photos/${filename}", Fields=fields,
                                              Conditions=[{name: value} for name, value in fields.items()])
        return made["url"], made["fields"]

    return presign


@pytest.fixture(params=["ask", "askByXhr"], ids=["fetch", "xhr"])
def post(request, browser):
    """post(url, fields, origin=…, …) of a FormData."""
    script = """(url, fields, content, options) =>
        %s(url, { method: 'POST', body: formData(fields, content, 'my cat.jpg'), ...options })""" % request.param
    return lambda url, fields, origin=None, **options: browser.run(script, url, fields, CONTENT, options, origin=origin)


def submit(browser, url, fields):
    return browser.run("submitForm", url, fields, CONTENT, "my cat.jpg")


def stored(s3, bucket):
    return [found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def content(s3, bucket):
    return s3.get_object(Bucket=bucket, Key="photos/my cat.jpg")["Body"].read().decode()


def test_form_and_back(browser, presign, pages, s3, bucket):
    """A form needs no rule: the policy is what allows it. Where it leads to is a page that may be read again."""
    url, fields = presign(success_action_redirect=pages.home + "/landed.html?done=1")
    landed = submit(browser, url, fields)
    assert (landed["title"], landed["path"]) == ("Landed", "/landed.html")
    etag = s3.head_object(Bucket=bucket, Key="photos/my cat.jpg")["ETag"]
    assert landed["search"] == "?done=1&bucket=%s&key=photos%%2Fmy+cat.jpg&etag=%%22%s%%22" % (bucket, etag.strip('"'))
    assert content(s3, bucket) == CONTENT


def test_form_and_a_document(browser, presign, s3, bucket):
    url, fields = presign(success_action_status="201")
    assert submit(browser, url, fields) == BLOCKED, "the answer is shown, but another origin's"
    assert content(s3, bucket) == CONTENT


def test_form_and_nothing(browser, presign, pages, s3, bucket, allow):
    """The status 204 leaves a browser where it is, without a word to the page: it stays until it can read what it sent, for a
    browser may give up the upload of a page that goes."""
    allow(pages.home, methods=["GET"])
    url, fields = presign()
    there = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "photos/my cat.jpg"})
    script = """async (there, ...form) => {
        submitForm(...form);
        while ((await fetch(there, { cache: 'no-store' })).status !== 200);
    }"""
    browser.run(script, there, url, fields, CONTENT, "my cat.jpg")
    assert content(s3, bucket) == CONTENT


def test_form_that_the_policy_refuses(browser, presign, pages, s3, bucket):
    url, fields = presign(success_action_redirect=pages.home + "/landed.html")
    assert submit(browser, url, {**fields, "key": "elsewhere/${filename}"}) == BLOCKED, "not where it would lead to"
    assert stored(s3, bucket) == []


def test_form_data(post, presign, pages, s3, bucket, allow):
    allow(pages.home, methods=["POST"], headers=[], expose=["ETag", "Location"])
    url, fields = presign(success_action_status="201")
    answer = post(url, fields)
    etag = s3.head_object(Bucket=bucket, Key="photos/my cat.jpg")["ETag"]
    assert (answer["status"], answer["headers"]["etag"]) == (201, etag)
    assert answer["headers"]["location"].endswith("/%s/photos%%2Fmy%%20cat.jpg" % bucket)
    assert re.findall("<Key>(.*?)</Key>", answer["text"]) == ["photos/my cat.jpg"]
    assert content(s3, bucket) == CONTENT


def test_form_data_that_the_policy_refuses(post, presign, pages, s3, bucket, allow):
    allow(pages.home, methods=["POST"])
    url, fields = presign()
    answer = post(url, {**fields, "key": "elsewhere/${filename}"})
    assert (answer["status"], "Invalid according to Policy" in answer["text"]) == (403, True)
    assert post(url, {**fields, "key": "elsewhere/${filename}"}, pages.stranger) == BLOCKED
    assert stored(s3, bucket) == []


def test_form_data_of_a_stranger(post, presign, pages, s3, bucket, allow):
    """It takes no preflight, so that the upload is made; whether it was, the page does not learn."""
    allow(pages.home, methods=["POST"])
    assert post(*presign(), pages.stranger) == BLOCKED
    assert stored(s3, bucket) == ["photos/my cat.jpg"]


def test_form_data_method_without_a_rule(post, presign, pages, allow):
    allow(pages.home, methods=["GET", "PUT"])
    assert post(*presign()) == BLOCKED


def test_form_data_header_without_a_rule(post, presign, pages, s3, bucket, allow):
    allow(pages.home, methods=["POST"], headers=[])
    url, fields = presign()
    assert post(url, fields, headers={"X-Requested-With": "XMLHttpRequest"}) == BLOCKED, "as frameworks add it"
    assert stored(s3, bucket) == []
    allow(pages.home, methods=["POST"], headers=["x-requested-with"])
    assert post(url, fields, headers={"X-Requested-With": "XMLHttpRequest"})["status"] == 204


def test_form_data_progress(browser, presign, pages, s3, bucket, allow):
    """Who listens to the progress needs a preflight even here."""
    script = """(url, fields, content) =>
        askByXhr(url, { method: 'POST', body: formData(fields, content, 'my cat.jpg'), progress: true })"""
    allow(pages.other, methods=["POST"])
    url, fields = presign()
    assert browser.run(script, url, fields, CONTENT) == BLOCKED
    assert stored(s3, bucket) == []
    allow(pages.home, methods=["POST"])
    answer = browser.run(script, url, fields, CONTENT)
    assert (answer["status"], answer["sent"] > len(CONTENT)) == (204, True)
