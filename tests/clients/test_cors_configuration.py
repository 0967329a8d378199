"""?cors: what is taken, what is refused and why, what comes back, and that it counts from the next request on."""

import base64
import hashlib
import http.client
import xml.etree.ElementTree as ElementTree

import pytest

from answers import S3_NAMESPACE, SIGNERS, ask, build, preflight, send, send_on
from signing import V4, Chunks, Request

GET_RULE = b"<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
EARLIER = b"<CORSConfiguration>" + GET_RULE.replace(b"*", b"https://earlier.example") + b"</CORSConfiguration>"
VALID = b"<CORSConfiguration>" + GET_RULE + b"</CORSConfiguration>"
OWN_NAMESPACE = VALID.replace(b"<CORSConfiguration>", b'<CORSConfiguration xmlns="%s">' % S3_NAMESPACE.encode())


def put(gateway, bucket, user, document, headers=(), **more):
    return ask(gateway, "PUT", "/" + bucket, "cors=", headers, document, by=user, **more)


def get(gateway, bucket, user):
    return ask(gateway, "GET", "/" + bucket, "cors=", by=user)


def elements(answer):
    """The rules of an answer: a list of (element, text) for each."""
    root = ElementTree.fromstring(answer.body)
    assert root.tag == "{%s}CORSConfiguration" % S3_NAMESPACE
    return [[(child.tag.partition("}")[2], child.text) for child in rule] for rule in root]


def md5(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def in_rule(*parts):
    """A document of one rule that holds the parts beside what a rule must have."""
    return VALID.replace(b"</CORSRule>", b"".join(parts) + b"</CORSRule>")


def of_rules(count):
    return b"<CORSConfiguration>" + GET_RULE * count + b"</CORSConfiguration>"


def padded(size):
    """A valid document of exactly that many bytes."""
    return VALID + b"<!--" + b"x" * (size - len(VALID) - 7) + b"-->"


# what is taken.


@pytest.mark.parametrize("document", [
    VALID, OWN_NAMESPACE, b'<?xml version="1.0" encoding="UTF-8"?>\n' + VALID, b"\xef\xbb\xbf" + VALID,
    VALID.replace(b"><", b">\n <"), padded(65536), of_rules(100),
    in_rule(b"<ID></ID>"), in_rule(b"<ID>" + "ü".encode() * 255 + b"</ID>"), in_rule(b"<MaxAgeSeconds> 0 </MaxAgeSeconds>"),
    in_rule(b"<MaxAgeSeconds>2147483647</MaxAgeSeconds>"), VALID.replace(b">*<", b"><"),
], ids=["plain", "namespace", "declaration", "byte order mark", "indented", "65536 bytes", "100 rules", "empty ID",
        "ID of 255", "max age 0", "max age 2^31-1", "empty origin"])
def test_valid_document(gateway, alice, bucket, document):
    answer = put(gateway, bucket, alice, document)
    assert (answer.status, answer.body) == (200, b"")
    assert get(gateway, bucket, alice).status == 200


@pytest.mark.parametrize("path,query", [("/{}", "cors"), ("/{}/", "cors"), ("/{}", "cors=")])
@pytest.mark.parametrize("signer", SIGNERS)
def test_every_way_to_ask_and_sign(gateway, alice, bucket, path, query, signer):
    def by_alice(method, body=b""):
        request = Request(method, path.format(bucket), query, body=body, host="127.0.0.1:%d" % gateway.port)
        SIGNERS[signer](alice, request)
        return send(gateway, request)

    assert by_alice("PUT", VALID).status == 200
    assert elements(by_alice("GET")) == [[("AllowedMethod", "GET"), ("AllowedOrigin", "*")]]
    assert by_alice("DELETE").status == 204


def test_virtual_hosted_style(gateway, alice, bucket):
    host = "%s.localhost:%d" % (bucket, gateway.port)
    assert ask(gateway, "PUT", "/", "cors=", body=VALID, by=alice, host=host).status == 200
    assert elements(ask(gateway, "GET", "/", "cors=", by=alice, host=host)) == elements(get(gateway, bucket, alice))


@pytest.mark.parametrize("headers", [
    [("Content-MD5", md5(VALID))], [("x-amz-checksum-sha256", sha256(VALID))],
    [("x-amz-checksum-sha256", sha256(VALID)), ("x-amz-sdk-checksum-algorithm", "SHA256")],
], ids=["Content-MD5", "SHA-256", "SHA-256 announced"])
def test_right_digest(gateway, alice, bucket, headers):
    assert put(gateway, bucket, alice, VALID, headers).status == 200


def test_body_in_signed_chunks(gateway, alice, bucket):
    request = Request("PUT", "/" + bucket, "cors=", host="127.0.0.1:%d" % gateway.port)
    chunks = Chunks(V4(alice.access_key, alice.secret_key), request, len(VALID))
    request.body = chunks.chunk(VALID[:50]) + chunks.chunk(VALID[50:]) + chunks.last()
    assert send(gateway, request).status == 200
    assert elements(get(gateway, bucket, alice)) == [[("AllowedMethod", "GET"), ("AllowedOrigin", "*")]]


# what is refused.

REFUSED = {
    "Content-MD5 that is none": (VALID, [("Content-MD5", "nonsense")], "InvalidDigest", None),
    "wrong Content-MD5": (VALID, [("Content-MD5", md5(b"other"))], "BadDigest", None),
    "wrong checksum": (VALID, [("x-amz-checksum-sha256", sha256(b"other"))], "BadDigest", None),
    "checksum that is none": (VALID, [("x-amz-checksum-sha256", "nonsense")], "InvalidRequest", None),
    "65537 bytes": (padded(65537), [], "MalformedXML", None),
    "200 KiB": (padded(200 << 10), [], "MalformedXML", None),
    "2 MiB": (padded(2 << 20), [], "MalformedXML", None),
    "text": (b"no XML", [], "MalformedXML", None),
    "cut short": (VALID[:-5], [], "MalformedXML", None),
    "another root": (VALID.replace(b"CORSConfiguration", b"Configuration"), [], "MalformedXML", None),
    "another namespace": (OWN_NAMESPACE.replace(b"2006", b"2007"), [], "MalformedXML", None),
    "doctype": (b"<!DOCTYPE CORSConfiguration>" + VALID, [], "MalformedXML", None),
    "entity": (b'<!DOCTYPE CORSConfiguration [<!ENTITY e "GET">]>' + VALID.replace(b"GET", b"&e;"), [], "MalformedXML",
               None),
    "Latin-1 bytes": (in_rule(b"<ID>\xfc</ID>"), [], "MalformedXML", None),
    "no rule": (b"<CORSConfiguration/>", [], "MalformedXML", None),
    "101 rules": (of_rules(101), [], "InvalidRequest",
                  "The number of CORS rules should not exceed allowed limit of 100 rules."),
    "rule without origin": (VALID.replace(b"<AllowedOrigin>*</AllowedOrigin>", b""), [], "MalformedXML", None),
    "rule without method": (VALID.replace(b"<AllowedMethod>GET</AllowedMethod>", b""), [], "MalformedXML", None),
    "unknown element": (in_rule(b"<Allow/>"), [], "MalformedXML", None),
    "name in lower case": (VALID.replace(b"AllowedOrigin", b"allowedorigin"), [], "MalformedXML", None),
    "text between elements": (in_rule(b"text"), [], "MalformedXML", None),
    "element in a value": (VALID.replace(b"GET", b"<b>GET</b>"), [], "MalformedXML", None),
    "two IDs": (in_rule(b"<ID>a</ID><ID>b</ID>"), [], "MalformedXML", None),
    "ID of 256": (in_rule(b"<ID>" + b"x" * 256 + b"</ID>"), [], "MalformedXML", None),
    "one ID for two rules": (VALID.replace(GET_RULE, in_rule(b"<ID>a</ID>")[19:-20]
                                           + in_rule(b"<ID>a</ID><MaxAgeSeconds>1</MaxAgeSeconds>")[19:-20]), [],
                             "InvalidRequest", None),
    "method in lower case": (VALID.replace(b"GET", b"get"), [], "InvalidRequest",
                             "Found unsupported HTTP method in CORS config. Unsupported method is get"),
    "method OPTIONS": (VALID.replace(b"GET", b"OPTIONS"), [], "InvalidRequest",
                       "Found unsupported HTTP method in CORS config. Unsupported method is OPTIONS"),
    "method with a blank": (VALID.replace(b"GET", b" GET"), [], "InvalidRequest", None),
    "method *": (VALID.replace(b"GET", b"*"), [], "InvalidRequest", None),
    "origin with two wildcards": (VALID.replace(b">*<", b">http://*.*<"), [], "InvalidRequest",
                                  'AllowedOrigin "http://*.*" can not have more than one wildcard.'),
    "origin with a line end": (VALID.replace(b">*<", b">http://a&#13;&#10;Set-Cookie: x<"), [], "InvalidRequest", None),
    "header with two wildcards": (in_rule(b"<AllowedHeader>*a*</AllowedHeader>"), [], "InvalidRequest",
                                  'AllowedHeader "*a*" can not have more than one wildcard.'),
    "header with a blank": (in_rule(b"<AllowedHeader>a b</AllowedHeader>"), [], "InvalidRequest",
                            'AllowedHeader "a b" contains invalid character.'),
    "exposed wildcard": (in_rule(b"<ExposeHeader>*</ExposeHeader>"), [], "InvalidRequest",
                         'ExposeHeader "*" contains wildcard. We currently do not support wildcard for ExposeHeader.'),
    "exposed blank": (in_rule(b"<ExposeHeader>a b</ExposeHeader>"), [], "InvalidRequest",
                      'ExposeHeader "a b" contains invalid character.'),
    "exposed line end": (in_rule(b"<ExposeHeader>a&#13;&#10;b: c</ExposeHeader>"), [], "InvalidRequest", None),
    "negative max age": (in_rule(b"<MaxAgeSeconds>-1</MaxAgeSeconds>"), [], "MalformedXML", None),
    "max age of 2^31": (in_rule(b"<MaxAgeSeconds>2147483648</MaxAgeSeconds>"), [], "MalformedXML", None),
    "max age in words": (in_rule(b"<MaxAgeSeconds>day</MaxAgeSeconds>"), [], "MalformedXML", None),
    "two max ages": (in_rule(b"<MaxAgeSeconds>1</MaxAgeSeconds><MaxAgeSeconds>1</MaxAgeSeconds>"), [], "MalformedXML",
                     None),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusal_leaves_the_earlier_rules(gateway, alice, bucket, case):
    document, headers, code, message = REFUSED[case]
    assert put(gateway, bucket, alice, EARLIER).status == 200
    answer = put(gateway, bucket, alice, document, headers)
    assert (answer.status, answer.code) == (400, code), answer
    assert message is None or answer.error("Message") == message
    assert elements(get(gateway, bucket, alice)) == [[("AllowedMethod", "GET"),
                                                      ("AllowedOrigin", "https://earlier.example")]]


# Two things are wrong with each: (who asks, the document, further headers, the code of what is looked at first).
FIRST = {
    "permission before digest": ("bob", VALID, [("Content-MD5", "nonsense")], "AccessDenied"),
    "permission before size": ("nobody", padded(65537), [], "AccessDenied"),
    "digest that is none before size": ("alice", padded(65537), [("Content-MD5", "nonsense")], "InvalidDigest"),
    "size before digest": ("alice", padded(65537), [("Content-MD5", md5(b"other"))], "MalformedXML"),
    "digest before checksum": ("alice", VALID, [("Content-MD5", md5(b"other")), ("x-amz-checksum-sha256", sha256(b"other"))],
                               "BadDigest"),
    "digest before XML": ("alice", b"<", [("Content-MD5", md5(b"other"))], "BadDigest"),
    "checksum before XML": ("alice", b"<", [("x-amz-checksum-sha256", sha256(b"other"))], "BadDigest"),
    "checksum that is none before XML": ("alice", b"<", [("x-amz-checksum-sha256", "nonsense")], "InvalidRequest"),
    "structure of the last rule before values of the first": (
        "alice", VALID.replace(b"GET", b"get").replace(b"</CORSRule>", b"</CORSRule><CORSRule/>"), [], "MalformedXML"),
}


@pytest.mark.parametrize("case", FIRST)
def test_what_is_looked_at_first(gateway, alice, bob, bucket, case):
    who, document, headers, code = FIRST[case]
    answer = put(gateway, bucket, {"alice": alice, "bob": bob, "nobody": None}[who], document, headers)
    assert answer.code == code, answer
    assert get(gateway, bucket, alice).code == "NoSuchCORSConfiguration"


def test_signature_of_the_body_before_xml(gateway, alice, bucket):
    request = build(gateway, "PUT", "/" + bucket, "cors=", body=b"<", by=alice)
    request.body = b">"
    assert send(gateway, request).code == "XAmzContentSHA256Mismatch"


def test_empty_body(gateway, alice, bucket):
    assert put(gateway, bucket, alice, b"").code in ("MissingRequestBodyError", "MalformedXML")


def test_body_that_was_not_the_signed_one(gateway, alice, bucket):
    request = build(gateway, "PUT", "/" + bucket, "cors=", body=VALID, by=alice)
    request.body = VALID.replace(b"*", b"?")
    answer = send(gateway, request)
    assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch")


def test_post_is_no_method_of_it(gateway, alice, bucket):
    answer = ask(gateway, "POST", "/" + bucket, "cors=", body=VALID, by=alice)
    assert (answer.status, answer.code) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("method,body", [("PUT", VALID), ("GET", b""), ("DELETE", b"")])
def test_missing_bucket(gateway, alice, bucket_name, method, body):
    answer = ask(gateway, method, "/" + bucket_name, "cors=", body=body, by=alice)
    assert (answer.status, answer.code) == (404, "NoSuchBucket")


@pytest.mark.parametrize("method,body", [("PUT", VALID), ("GET", b""), ("DELETE", b"")])
@pytest.mark.parametrize("who", ["bob", "nobody"])
def test_only_the_owner_may(gateway, alice, bob, bucket, method, body, who):
    assert put(gateway, bucket, alice, EARLIER).status == 200
    answer = ask(gateway, method, "/" + bucket, "cors=", body=body, by=bob if who == "bob" else None)
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert b"earlier.example" in get(gateway, bucket, alice).body


@pytest.mark.parametrize("change,code", [({"secret_key": "wrong"}, "SignatureDoesNotMatch"),
                                         ({"access_key": "AKIANOBODY"}, "InvalidAccessKeyId")])
def test_credentials_that_do_not_hold(gateway, alice, bucket, change, code):
    impostor = type(alice)(**{**vars(alice), **change})
    answer = put(gateway, bucket, impostor, VALID)
    assert (answer.status, answer.code) == (403, code)


# what comes back.


def test_absent_configuration(gateway, alice, bucket):
    answer = get(gateway, bucket, alice)
    assert (answer.status, answer.code) == (404, "NoSuchCORSConfiguration")
    assert answer.error("Message") == "The CORS configuration does not exist"
    assert answer.error("BucketName") == bucket


def test_answer_is_xml(gateway, alice, bucket):
    put(gateway, bucket, alice, VALID)
    assert get(gateway, bucket, alice).header("Content-Type") == "application/xml"


def test_order_of_rules_and_repeated_elements(gateway, alice, bucket):
    rules = [(["https://b.example", "https://a.example"], ["PUT", "GET"], ["z", "a"], ["Y", "X"]),
             (["*"], ["GET"], [], [])]
    document = b"<CORSConfiguration>"
    for origins, methods, headers, exposed in rules:
        document += b"<CORSRule>"
        for name, values in (("AllowedOrigin", origins), ("AllowedMethod", methods), ("AllowedHeader", headers),
                             ("ExposeHeader", exposed)):
            document += b"".join(b"<%s>%s</%s>" % (name.encode(), value.encode(), name.encode()) for value in values)
        document += b"</CORSRule>"
    put(gateway, bucket, alice, document + b"</CORSConfiguration>")

    found = elements(get(gateway, bucket, alice))
    for (origins, methods, headers, exposed), rule in zip(rules, found, strict=True):
        assert [text for name, text in rule if name == "AllowedOrigin"] == origins
        assert [text for name, text in rule if name == "AllowedMethod"] == methods
        assert [text for name, text in rule if name == "AllowedHeader"] == headers
        assert [text for name, text in rule if name == "ExposeHeader"] == exposed


@pytest.mark.parametrize("text", [" blanks around ", "a&b<c>d\"e'", "ünïcode 漢字 🎈", "two\nlines", "]]>"])
def test_text_of_an_id_comes_back_unchanged(gateway, alice, bucket, text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert put(gateway, bucket, alice, in_rule(b"<ID>", escaped.encode(), b"</ID>")).status == 200
    assert ("ID", text) in elements(get(gateway, bucket, alice))[0]


def test_delete_twice(gateway, alice, bucket):
    put(gateway, bucket, alice, VALID)
    for _ in range(2):
        answer = ask(gateway, "DELETE", "/" + bucket, "cors=", by=alice)
        assert (answer.status, answer.body) == (204, b"")
    assert get(gateway, bucket, alice).code == "NoSuchCORSConfiguration"


# from the next request on.


def preflight_status(gateway, bucket, origin):
    return preflight(gateway, "/%s/key" % bucket, origin, "GET").status


def test_change_counts_for_the_very_next_request(gateway, alice, bucket):
    for number in range(20):
        origin = "https://site-%d.example" % number
        assert put(gateway, bucket, alice, VALID.replace(b"*", origin.encode())).status == 200
        assert preflight_status(gateway, bucket, origin) == 200
        assert preflight_status(gateway, bucket, "https://site-%d.example" % (number - 1)) == 403


def test_change_counts_on_connections_that_are_open(gateway, alice, bucket):
    """They are spread over the event loops, each of which keeps rules compiled."""
    connections = [http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60) for _ in range(16)]
    for number in range(3):
        origin = "https://site-%d.example" % number
        assert put(gateway, bucket, alice, VALID.replace(b"*", origin.encode())).status == 200
        for connection in connections:
            request = build(gateway, "OPTIONS", "/%s/key" % bucket,
                            headers=[("Origin", origin), ("Access-Control-Request-Method", "GET")])
            assert send_on(connection, request).status == 200
    for connection in connections:
        connection.close()


def test_objects_leave_the_rules_alone(gateway, alice, bucket):
    put(gateway, bucket, alice, EARLIER)
    for method, path, query in (("PUT", "/key", ""), ("PUT", "/key", ""), ("POST", "/key", "uploads="), ("DELETE", "/key", ""),
                                ("GET", "", "")):
        assert ask(gateway, method, "/" + bucket + path, query, by=alice).status in (200, 204)
    assert elements(get(gateway, bucket, alice)) == [[("AllowedMethod", "GET"), ("AllowedOrigin", "https://earlier.example")]]


def test_deletion_counts_for_the_very_next_request(gateway, alice, bucket):
    for _ in range(5):
        put(gateway, bucket, alice, VALID)
        assert preflight_status(gateway, bucket, "https://any.example") == 200
        ask(gateway, "DELETE", "/" + bucket, "cors=", by=alice)
        assert preflight_status(gateway, bucket, "https://any.example") == 403
