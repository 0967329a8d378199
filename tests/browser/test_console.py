"""What a person finds in the browser's console, as the manual quotes it. Chromium alone writes it to its log as well."""

import pytest

from browsers import BLOCKED
from launcher import wait_until

NO_HEADER = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
PREFLIGHT = "Response to preflight request doesn't pass access control check: "
WITH_CREDENTIALS = ("The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the "
                    "request's credentials mode is 'include'.")

# Each kind: the rule's origin (None: no rule), what the page does, what it asks with, what the console says then.
KINDS = {
    "origin": ("stranger", "ask", {}, NO_HEADER),
    "origin of a preflight": ("stranger", "ask", {"method": "PUT"}, PREFLIGHT + NO_HEADER),
    "method": ("home", "ask", {"method": "DELETE"}, PREFLIGHT + NO_HEADER),
    "header": ("home", "ask", {"headers": {"X-Other": "1"}}, PREFLIGHT + NO_HEADER),
    "no rules": (None, "ask", {}, NO_HEADER),
    "no rules, preflight": (None, "askByXhr", {"method": "PUT"}, PREFLIGHT + NO_HEADER),
    "credentials": ("*", "ask", {"credentials": "include"}, WITH_CREDENTIALS),
    "font": ("stranger", "useFont", {}, NO_HEADER),
    "image": ("stranger", "showImage", "anonymous", NO_HEADER),
}
pytestmark = pytest.mark.parametrize("browser", [pytest.param("chromium", marks=pytest.mark.xdist_group("chromium"))],
                                     indirect=True)
WORDS = {"ask": "fetch", "askByXhr": "XMLHttpRequest", "useFont": "font", "showImage": "image"}


@pytest.fixture
def expect(browser, pages):
    """expect(script, url, argument, reason): the page is blocked, and the console says why."""
    def expect(script, url, argument, reason):
        line = "Access to %s at '%s' from origin '%s' has been blocked by CORS policy: %s" % (
            WORDS[script], url, pages.home, reason)
        assert browser.run(script, url, argument) == BLOCKED
        wait_until(lambda: line in browser.console(), 10, "the line %r" % line)

    return expect


@pytest.mark.parametrize("kind", KINDS)
def test_refusal(expect, pages, s3, bucket, allow, kind):
    allowed, script, argument, reason = KINDS[kind]
    s3.put_object(Bucket=bucket, Key="key", Body=b"", ACL="public-read")
    if allowed:
        allow(getattr(pages, allowed, allowed), methods=["GET", "PUT"], headers=["content-type"])
    expect(script, "%s/%s/key" % (s3.meta.endpoint_url, bucket), argument, reason)


def test_missing_bucket(expect, gateway, bucket_name):
    url = "%s/%s/key" % (gateway.endpoint, bucket_name)
    expect("ask", url, {}, NO_HEADER)
    expect("ask", url, {"method": "PUT"}, PREFLIGHT + NO_HEADER)
