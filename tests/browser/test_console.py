"""What a person finds in the browser's console, as the manual quotes it."""

import pytest

from browsers import BLOCKED
from launcher import wait_until

# Chromium's reasons.
NO_HEADER = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
PREFLIGHT = "Response to preflight request doesn't pass access control check: "
WITH_CREDENTIALS = ("The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the "
                    "request's credentials mode is 'include'.")
WORDS = {"ask": "fetch", "askByXhr": "XMLHttpRequest", "useFont": "font", "showImage": "image"}

# Firefox's.
MISSING = "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: %d."
NO_SUCCESS = "CORS request did not succeed). Status code: (null)."
NOT_SUPPORTED = "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’)."
NO_FONT = "downloadable font: download failed"

# Each kind: the rule's origin (None: no rule), what the page does, what it asks with, what of that is refused.
KINDS = {
    "origin": ("stranger", "ask", {}, "request"),
    "origin of a preflight": ("stranger", "ask", {"method": "PUT"}, "preflight"),
    "method": ("home", "ask", {"method": "DELETE"}, "preflight"),
    "header": ("home", "ask", {"headers": {"X-Other": "1"}}, "preflight"),
    "no rules": (None, "ask", {}, "request"),
    "no rules, preflight": (None, "askByXhr", {"method": "PUT"}, "preflight"),
    "credentials": ("*", "ask", {"credentials": "include"}, "credentials"),
    "font": ("stranger", "useFont", {}, "request"),
    "image": ("stranger", "showImage", "anonymous", "request"),
}

pytestmark = pytest.mark.parametrize("browser", [pytest.param("chromium", marks=pytest.mark.xdist_group("chromium")),
                                                 pytest.param("firefox-console", marks=pytest.mark.xdist_group("firefox"))],
                                     indirect=True)


def chromium_says(script, url, origin, refused, status):
    reason = {"request": NO_HEADER, "preflight": PREFLIGHT + NO_HEADER, "credentials": WITH_CREDENTIALS}[refused]
    return ["Access to %s at '%s' from origin '%s' has been blocked by CORS policy: %s" % (WORDS[script], url, origin, reason)]


def firefox_says(script, url, origin, refused, status):
    reasons = {"request": [MISSING % status], "preflight": [MISSING % 403, NO_SUCCESS], "credentials": [NOT_SUPPORTED]}[refused]
    place = "‘%s’" % url if refused == "credentials" else url
    start = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at %s. (Reason: " % place
    return [start + reason for reason in reasons] + ([NO_FONT] if script == "useFont" else [])


@pytest.fixture
def expect(browser, pages):
    """expect(script, url, argument, refused, status): the page is blocked, and the console says why."""
    says = chromium_says if browser.program == "chromium" else firefox_says

    def expect(script, url, argument, refused, status=200):
        lines = says(script, url, pages.home, refused, status)
        assert browser.run(script, url, argument) == BLOCKED
        wait_until(lambda: all(line in browser.console() for line in lines), 10, "the lines %r" % lines)

    return expect


@pytest.mark.parametrize("kind", KINDS)
def test_refusal(expect, pages, s3, bucket, allow, kind):
    allowed, script, argument, refused = KINDS[kind]
    s3.put_object(Bucket=bucket, Key="key", Body=b"", ACL="public-read")
    if allowed:
        allow(getattr(pages, allowed, allowed), methods=["GET", "PUT"], headers=["content-type"])
    expect(script, "%s/%s/key" % (s3.meta.endpoint_url, bucket), argument, refused)


def test_missing_bucket(expect, gateway, bucket_name):
    url = "%s/%s/key" % (gateway.endpoint, bucket_name)
    expect("ask", url, {}, "request", 404)
    expect("ask", url, {"method": "PUT"}, "preflight")
