"""What pages load beside themselves: fonts and images."""

import base64

import pytest

from browsers import BLOCKED
from font import wide_font
from seen import wait_for_requests

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@pytest.fixture
def put(s3, bucket):
    """put(key, content, type): an object that caches keep, for everybody; its URL without a query."""

    def put(key, content, kind):
        s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=kind, CacheControl="public, max-age=3600",
                      ACL="public-read")
        return "%s/%s/%s" % (s3.meta.endpoint_url, bucket, key)

    return put


@pytest.fixture
def font(put):
    return put("wide.ttf", wide_font(), "font/ttf")


@pytest.fixture
def image(put):
    return put("pixel.png", PIXEL, "image/png")


def test_font(browser, pages, font, allow):
    assert browser.run("useFont", font + "?before") == BLOCKED  # an answer that caches keep, too: it is not asked for again
    allow(pages.home, methods=["GET"], headers=[])
    assert browser.run("useFont", font) == 20
    assert browser.run("useFont", font, origin=pages.stranger) == BLOCKED
    allow(pages.home, methods=["PUT"])
    assert browser.run("useFont", font + "?again") == BLOCKED


def test_font_for_everybody(browser, pages, font, allow):
    allow("*", methods=["GET"], headers=[])
    for origin in (pages.home, pages.other, pages.stranger):
        assert browser.run("useFont", font, origin=origin) == 20


def test_image_needs_no_rule_to_be_shown(browser, image):
    assert browser.run("showImage", image) == "shown"
    assert browser.run("showImage", image, "anonymous") == BLOCKED


def test_image_first_without_an_origin(browser, pages, gateway, bucket, image, allow):
    """The answer to a plain <img> has no headers for other origins. A cache must not keep it for a page that asks as one."""
    allow(pages.home, methods=["GET"], headers=[])
    assert browser.run("showImage", image) == "shown"
    assert browser.run("showImage", image) == "shown", "from the cache"
    wait_for_requests(gateway, bucket, ["GET 200"])
    assert browser.run("showImage", image, "anonymous") == "readable"
    assert browser.run("ask", image)["status"] == 200


def test_image_first_with_an_origin(browser, pages, image, allow):
    allow(pages.home, methods=["GET"], headers=[])
    assert browser.run("showImage", image, "anonymous") == "readable"
    assert browser.run("showImage", image) == "shown"
    assert browser.run("showImage", image, "anonymous") == "readable"


@pytest.mark.parametrize("first, second", [("home", "other"), ("other", "home")])
def test_image_of_two_origins(browser, pages, image, allow, first, second):
    """What was kept for one origin is no answer to another."""
    allow(pages.home, pages.other, methods=["GET"], headers=[])
    for name in (first, second, first):
        assert browser.run("showImage", image, "anonymous", origin=getattr(pages, name)) == "readable"


def test_image_of_an_origin_without_a_rule(browser, pages, image, allow):
    allow(pages.home, methods=["GET"], headers=[])
    for name, outcome in (("home", "readable"), ("other", BLOCKED), ("home", "readable"), ("other", BLOCKED)):
        assert browser.run("showImage", image, "anonymous", origin=getattr(pages, name)) == outcome


@pytest.mark.parametrize("allowed, outcome", [("home", "readable"), ("*", BLOCKED)])
def test_image_with_credentials(browser, pages, image, allow, allowed, outcome):
    allow(getattr(pages, allowed, allowed), methods=["GET"], headers=[])
    assert browser.run("showImage", image, "use-credentials") == outcome
