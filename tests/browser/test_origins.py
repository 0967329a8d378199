"""Who a page is: credentials, frames without an origin, several origins at once; and rules that change, or are kept for a while."""

import uuid

import pytest

from browsers import BLOCKED
from launcher import wait_until
from seen import requests

SANDBOX = "allow-scripts"


@pytest.fixture
def url(s3, bucket):
    """An object for everybody, which no cache keeps."""
    s3.put_object(Bucket=bucket, Key="key", Body=b"open", CacheControl="no-store", ACL="public-read")
    return "%s/%s/key" % (s3.meta.endpoint_url, bucket)


@pytest.fixture
def put_url(presign):
    return presign("PUT", "uploaded")


def put(browser, url, **more):
    """Has a page upload bytes, which have no Content-Type; the status, or BLOCKED."""
    answer = browser.run("url => ask(url, { method: 'PUT', body: new Uint8Array(5) })", url, **more)
    return answer if answer == BLOCKED else answer["status"]


def test_credentials_for_a_named_origin(ask, pages, url, put_url, allow):
    allow(pages.home)
    assert ask(url, credentials="include")["text"] == "open"
    assert ask(put_url, method="PUT", credentials="include")["status"] == 200
    assert ask(url, pages.stranger, credentials="include") == BLOCKED


def test_credentials_for_everybody(ask, url, put_url, allow):
    """`*` is never for requests with credentials."""
    allow("*")
    assert ask(url)["text"] == "open"
    assert ask(url, credentials="include") == BLOCKED
    assert ask(put_url, method="PUT", credentials="include") == BLOCKED


def test_credentials_for_a_pattern(ask, pages, url, allow):
    allow("http://127.*")
    assert ask(url, pages.home, credentials="include")["text"] == "open"
    assert ask(url, pages.other, credentials="include")["text"] == "open"
    assert ask(url, pages.stranger, credentials="include") == BLOCKED


@pytest.mark.parametrize("allowed, outcome", [("null", 200), ("*", 200), ("home", BLOCKED)])
def test_sandboxed_frame(browser, pages, url, put_url, allow, allowed, outcome):
    allow(getattr(pages, allowed, allowed))
    assert put(browser, put_url, sandbox=SANDBOX) == outcome
    answer = browser.run("ask", url, sandbox=SANDBOX)
    assert (answer if outcome == BLOCKED else answer["status"]) == outcome
    assert browser.run("ask", url, {"credentials": "include"}, sandbox=SANDBOX) == BLOCKED, "anybody may be `null`"


def test_sandboxed_frame_of_its_own_origin(browser, pages, url, allow):
    allow(pages.home)
    assert browser.run("ask", url, sandbox="allow-scripts allow-same-origin")["text"] == "open"


@pytest.mark.parametrize("allowed", ["{0}/", "{0}:80", "HTTP://127.0.0.1:{1}", "https://127.0.0.1:{1}", ""])
def test_what_is_no_origin_of_a_page(ask, pages, url, allow, allowed):
    """Rules are compared as text with what browsers send."""
    allow(allowed.format(pages.home, pages.home.rpartition(":")[2]))
    assert ask(url) == BLOCKED


def test_rules_of_several_origins(browser, pages, s3, bucket, url, put_url):
    """The first rule that fits origin and method counts, not the first of the origin."""
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [
        {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]},
        {"AllowedOrigins": [pages.home, pages.other], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}]})
    for origin, outcome in ((pages.home, 200), (pages.other, 200), (pages.stranger, BLOCKED)):
        assert browser.run("ask", url, origin=origin)["text"] == "open"
        assert put(browser, put_url, origin=origin) == outcome


def test_origins_in_turn(browser, pages, url, allow):
    """They share connections; what was said to one is not said to the next."""
    allow(pages.home)
    for _ in range(4):
        assert browser.run("ask", url, origin=pages.home)["text"] == "open"
        assert browser.run("ask", url, origin=pages.other) == BLOCKED
        assert browser.run("ask", url, sandbox=SANDBOX) == BLOCKED


def test_rules_that_change(browser, pages, s3, bucket, url, put_url, allow):
    """They count from the next request on."""
    assert (put(browser, put_url), browser.run("ask", url)) == (BLOCKED, BLOCKED)
    allow(pages.home, age=0)
    assert (put(browser, put_url), browser.run("ask", url)["status"]) == (200, 200)
    allow(pages.home, methods=["GET"], age=0)
    assert (put(browser, put_url), browser.run("ask", url)["status"]) == (BLOCKED, 200)
    allow(pages.other, age=0)
    assert (put(browser, put_url), browser.run("ask", url)) == (BLOCKED, BLOCKED)
    assert put(browser, put_url, origin=pages.other) == 200
    s3.delete_bucket_cors(Bucket=bucket)
    assert put(browser, put_url, origin=pages.other) == BLOCKED


@pytest.fixture
def count_preflights(browser, presign, gateway, bucket):
    """count_preflights(): how many there are for three uploads from one page to a URL of their own."""
    script = """async (url) => {
        const answers = [];
        for (let n = 0; n < 3; n++) answers.push(await ask(url, { method: 'PUT', body: new Uint8Array(5) }));
        return answers;
    }"""

    def count():
        key = uuid.uuid4().hex
        assert [answer["status"] for answer in browser.run(script, presign("PUT", key))] == [200, 200, 200]
        wait_until(lambda: len(requests(gateway, bucket, ["PUT"], key)) == 3, 10, "three uploads")
        return len(requests(gateway, bucket, ["OPTIONS"], key))

    return count


def test_preflights_are_kept(pages, allow, count_preflights):
    """MaxAgeSeconds save a page from asking again. Firefox, when it has just begun, keeps none for a while."""
    allow(pages.home, age=600)
    wait_until(lambda: count_preflights() == 1, 20, "only one preflight")


def test_preflights_are_not_kept(pages, allow, count_preflights):
    allow(pages.home, age=0)
    assert count_preflights() == 3


def test_preflights_kept_are_of_their_origin(browser, pages, put_url, allow):
    allow(pages.home, age=600)
    assert put(browser, put_url) == 200
    assert put(browser, put_url, origin=pages.other) == BLOCKED
    assert put(browser, put_url, sandbox=SANDBOX) == BLOCKED
