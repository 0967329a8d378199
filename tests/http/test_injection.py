"""Values that try to write themselves into answers as something else: header lines, markup, scripts."""

from urllib.parse import quote

import pytest

from wire import Closed, refused

S3 = "http://s3.amazonaws.com/doc/2006-03-01/"


def rule(**more):
    elements = {"AllowedOrigin": "*", "AllowedMethod": "GET", **more}
    return ('<CORSConfiguration xmlns="%s"><CORSRule>%s</CORSRule></CORSConfiguration>' % (S3, "".join(
        "<%s>%s</%s>" % (name, value, name) for name, value in elements.items()))).encode()


LINE_BREAKS = ["&#13;&#10;", "&#10;", "&#13;", "\n", "&#9;", " "]


@pytest.mark.parametrize("line_break", LINE_BREAKS)
@pytest.mark.parametrize("element", ["ExposeHeader", "AllowedHeader"])
def test_line_break_in_a_cors_header_name_is_refused(client, bucket, element, line_break):
    """CVE-2020-10753, CVE-2021-3524."""
    body = rule(**{element: "ETag%sX-Injected: 1" % line_break})
    refused(client.send("PUT", "/" + bucket, "cors", body=body), 400, "InvalidRequest")
    refused(client.send("GET", "/" + bucket, "cors"), 404, "NoSuchCORSConfiguration")


@pytest.mark.parametrize("line_break", LINE_BREAKS[:4])
def test_line_break_in_a_cors_origin_is_refused(client, bucket, line_break):
    body = rule(AllowedOrigin="http://a%sX-Injected: 1" % line_break)
    refused(client.send("PUT", "/" + bucket, "cors", body=body), 400, "InvalidRequest")


@pytest.mark.parametrize("line_break", LINE_BREAKS[:4])
def test_line_break_in_a_cors_method_is_refused(client, bucket, line_break):
    body = rule(AllowedMethod="GET%sX-Injected: 1" % line_break)
    refused(client.send("PUT", "/" + bucket, "cors", body=body), 400, "InvalidRequest", "MalformedXML")


@pytest.mark.parametrize("line_break", LINE_BREAKS[:4])
def test_line_break_in_a_cors_id_reaches_no_header(client, bucket, line_break):
    """An ID may be any text, but it is written into documents alone."""
    assert client.send("PUT", "/" + bucket, "cors", body=rule(ID="a%sX-Injected: 1" % line_break)).status == 200
    for method in "OPTIONS", "GET":
        answer = client.send(
    method,
    "/" + bucket,
    headers=[
        ("Origin",
        "http://a"),
        ("Access-Control-Request-Method",
         "GET")])
        assert answer.status == 200 and "x-injected" not in answer.names()


@pytest.mark.parametrize("value", ["\x01", "a\x00b", "a\x7fb", "a\x0bb", "a\rb", "\x1b[31m", "a\x08"])
@pytest.mark.parametrize("name", ["x-amz-meta-a", "Content-Type",
                         "Content-Disposition", "Cache-Control", "Origin", "X-Other"])
def test_control_character_in_a_header_is_refused(client, bucket, name, value):
    request = client.request("PUT", "/%s/key" % bucket, headers=[(name, value)], body=b"x")
    with client.wire() as wire:
        answer = wire.send(request.bytes()).read()
        assert (answer.status, answer.header("Connection")) == (400, "close"), answer
        assert wire.closed()
    assert client.keys(bucket) == []


def test_tab_in_a_header_is_kept_or_refused(client, bucket):
    """RFC 9110 section 5.5 allows a tab within a value."""
    answer = client.send("PUT", "/%s/key" % bucket, headers=[("x-amz-meta-a", "a\tb")], body=b"x")
    assert answer.status in (200, 400, 403)
    if answer.status == 200:
        assert client.send("HEAD", "/%s/key" % bucket).header("x-amz-meta-a") in ("a\tb", "a b")


def test_metadata_beyond_ascii_comes_back_as_it_was(client, bucket):
    value = "gr\u00fc\u00dfe".encode()
    client.put(bucket, "key", b"x", [("x-amz-meta-a", value)])
    answer = client.send("GET", "/%s/key" % bucket)
    assert answer.header("x-amz-meta-a").encode("latin-1") in (value, b"=?UTF-8?B?Z3LDvMOfZQ==?=")


OVERRIDES = ["content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding"]


@pytest.mark.parametrize("name", OVERRIDES)
def test_response_override_is_answered_when_signed(client, public, name):
    answer = client.send("GET", "/%s/page" % public, "response-%s=%s" % (name, quote("x-a; b=c", safe="")))
    assert answer.status == 200 and answer.header(name) == "x-a; b=c"
    request = client.request("GET", "/%s/page" % public, "response-%s=other" % name)
    request.headers = [pair for pair in request.headers if pair[0] == "Host"]
    client.signer().presign(request)
    assert client.exchange(request).header(name) == "other"


@pytest.mark.parametrize("name", OVERRIDES)
def test_response_override_is_refused_when_anonymous(client, public, name):
    """CVE-2020-1760: a link must not turn somebody's object into a page with scripts."""
    answer = client.anonymous("GET", "/%s/page" % public, "response-%s=text%%2Fhtml" % name)
    refused(answer, 400, "InvalidRequest")
    assert client.anonymous("GET", "/%s/page" % public).header("Content-Type") == "text/plain"


@pytest.mark.parametrize("value", ["a%0d%0aX-Injected:%201", "a%0aX-Injected:%201", "a%0dX-Injected:%201",
                                   "%0d%0a%0d%0a%3Cscript%3E", "a%00b", "a%7f", "%01",
                                   "%e5%98%8a%e5%98%8dX-Injected:%201"])
@pytest.mark.parametrize("name", OVERRIDES)
def test_response_override_injects_nothing(client, public, name, value):
    """CVE-2020-1760. The reader of answers would itself refuse a control character in a header."""
    answer = client.send("GET", "/%s/page" % public, "response-%s=%s" % (name, value))
    assert "x-injected" not in answer.names() and b"<script>" not in answer.body[:200]
    if answer.status != 200:
        refused(answer, 400, "InvalidRequest", "InvalidArgument", "InvalidURI")
    elif answer.header(name):
        assert "X-Injected" not in answer.header(name) or "\r" not in answer.header(name)


HOSTILE = ["%0d%0aX-Injected:%201", "<script>alert(1)</script>", "]]>&<", "%3Cscript%3Ealert(1)%3C/script%3E",
           "&amp;&lt;", "%22%27", "%EF%BF%BF", "%01", "%1b[31m"]


@pytest.mark.parametrize("text", HOSTILE)
def test_names_in_errors_are_only_text(client, bucket, text):
    """An error document is XML, whatever the target says, and never anything a browser would run."""
    for path in ("/%s/%s" % (bucket, text), "/%s" % text, "/no-such-bucket-at-all/%s" % text):
        with client.wire() as wire:
            try:
                answer = wire.send(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n").read()
            except Closed:
                continue
        assert answer.status in (400, 403, 404), answer
        assert "x-injected" not in answer.names()
        assert b"<script>" not in answer.body and answer.error["Code"], answer
        assert answer.header("Content-Type") == "application/xml"


@pytest.mark.parametrize("text", ["a%0d%0aX-Injected:%201", "a<b>&c", "a%01b", "a%1fb", "a%EF%BF%BEb", "a%EF%BF%BFb"])
def test_keys_in_listings_are_only_text(client, bucket, text):
    """XML 1.0 cannot hold some characters at all; the listing has to stay readable, and encoding-type=url exact."""
    answer = client.send(
    "PUT",
    "/%s/%s" %
    (bucket,
    text.replace(
        "<",
        "%3C").replace(
            ">",
            "%3E").replace(
                "&",
                "%26")),
                 body=b"x")
    if answer.status != 200:
        refused(answer, 400, "InvalidURI", "InvalidArgument", "InvalidRequest")
        return
    assert len(client.keys(bucket)) == 1
    plain = client.send("GET", "/" + bucket)
    assert plain.status == 200 and b"<b>" not in plain.body


@pytest.mark.parametrize("name", ["prefix", "delimiter", "marker", "start-after",
                         "continuation-token", "encoding-type", "max-keys"])
def test_parameters_of_listings_are_only_text(client, public, name):
    for text in HOSTILE:
        text = text.replace("&", "%26")
        answer = client.send("GET", "/" + public, "list-type=2&%s=%s" % (name, quote(text, safe="%")))
        assert answer.status in (200, 400), answer
        assert b"<script>" not in answer.body and "x-injected" not in answer.names()


@pytest.mark.parametrize("origin", ["http://a\tb", "http://a b", "*", "null",
                         "http://a,http://b", "<script>", "\xe4", "'", '"'])
def test_odd_origins_inject_nothing(client, bucket, origin):
    assert client.send("PUT", "/" + bucket, "cors", body=rule()).status == 200
    answer = client.anonymous("OPTIONS", "/" +
     bucket, headers=[("Origin", origin), ("Access-Control-Request-Method", "GET")])
    assert answer.header("Access-Control-Allow-Origin") in ("*", None)


def test_stored_access_control_headers_are_not_sent(client, bucket):
    """What an upload brings of them is neither kept nor added to those of the rules: two are as bad as none."""
    client.put(bucket, "key", b"x", [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "ETag"),
                                     ("Vary", "Accept"), ("x-amz-acl", "public-read")])
    bare = client.anonymous("GET", "/%s/key" % bucket, headers=[("Origin", "http://a")])
    assert bare.status == 200
    assert not any(name.startswith("access-control-") or name == "vary" for name in bare.names())

    assert client.send("PUT", "/" + bucket, "cors", body=rule(AllowedOrigin="http://a")).status == 200
    answer = client.anonymous("GET", "/%s/key" % bucket, headers=[("Origin", "http://a")])
    assert answer.header("Access-Control-Allow-Origin") == "http://a"
    assert answer.header("Access-Control-Expose-Headers") is None and "Accept" not in answer.header("Vary").split(", ")


@pytest.mark.parametrize("names", ["a b", "a\x0b", "a:b", "a;b", "<script>", "a\xe4", "a(b"])
def test_odd_requested_headers_are_not_echoed(client, bucket, names):
    assert client.send("PUT", "/" + bucket, "cors", body=rule(AllowedHeader="*")).status == 200
    answer = client.anonymous("OPTIONS", "/" + bucket, headers=[
        ("Origin", "http://a"), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", names)])
    refused(answer, 400, "BadRequest") if answer.code else None
    assert answer.status == 400 and answer.header("Access-Control-Allow-Headers") is None


@pytest.mark.parametrize("source", ["{bucket}/page%0d%0aX-Injected:%201", "{bucket}/..%2fpage", "{bucket}/../page",
                                    "{bucket}/", "",
                                    "/", "{bucket}", "//", "..", "../../etc/passwd", "{bucket}/page%00", "{bucket}/%ff",
                                    "{bucket}/page?versionId=%0d%0a", "{bucket}/page?versionId=../x",
                                    "{bucket}/page?x=y",
                                    "{bucket}/%zz"])
def test_odd_copy_sources_copy_nothing(client, public, source):
    """CVE-2024-47866, CVE-2026-55874."""
    answer = client.send("PUT", "/%s/copy" % public, headers=[("x-amz-copy-source", source.format(bucket=public))])
    refused(answer, answer.status)
    assert answer.status in (400, 403, 404), answer
    assert client.keys(public) == ["page"]
