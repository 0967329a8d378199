"""Malformed, truncated, oversized and malicious documents: refused with S3's code, and nothing is changed."""

import base64
import hashlib
import time

import pytest

from wire import refused

S3 = "http://s3.amazonaws.com/doc/2006-03-01/"
RULE = ("<CORSRule><AllowedOrigin>http://a</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>")
GOOD = {
    "cors": '<CORSConfiguration xmlns="%s">%s</CORSConfiguration>' % (S3, RULE),
    "acl": '<AccessControlPolicy xmlns="%s"><Owner><ID>{owner}</ID></Owner><AccessControlList/></AccessControlPolicy>' % S3,
    "delete": '<Delete xmlns="%s"><Object><Key>page</Key></Object></Delete>' % S3,
    "create": '<CreateBucketConfiguration xmlns="%s"><LocationConstraint>eu-west-1</LocationConstraint>'
              "</CreateBucketConfiguration>" % S3,
}
CODES = {"cors": ("MalformedXML",), "acl": ("MalformedACLError", "MalformedXML"), "delete": ("MalformedXML",),
         "create": ("MalformedXML",)}
KINDS = list(GOOD)
BOMB = ('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    '<!ENTITY %s "%s">' % (chr(ord("a") + level), ("&%s;" % chr(ord("a") + level - 1)) * 10) for level in range(1,
                                                                                                                12)) +
    "]>")


@pytest.fixture
def kept(client, public):
    """A bucket with rules, an ACL and an object, all of which have to stay as they are."""
    assert client.send("PUT", "/" + public, "cors", body=GOOD["cors"].encode()).status == 200
    return public


def state(client, bucket):
    return (client.send("GET", "/" + bucket, "cors").body, client.send("GET", "/" + bucket, "acl").body,
            client.send("GET", "/%s/page" % bucket, "acl").body, client.keys(bucket),
            client.send("HEAD", "/" + bucket + "-made").status)


def good(client, kind, bucket):
    acl = client.send("GET", "/" + bucket, "acl").body.decode()
    return GOOD[kind].replace("{owner}", acl[acl.index("<ID>") + 4:acl.index("</ID>")])


def send(client, kind, bucket, body):
    body = body if isinstance(body, bytes) else body.encode()
    digest = [("Content-MD5", base64.b64encode(hashlib.md5(body).digest()).decode())]
    method, path, query = {"cors": ("PUT", bucket, "cors"), "acl": ("PUT", bucket, "acl"),
                           "delete": ("POST", bucket, "delete"), "create": ("PUT", bucket + "-made", "")}[kind]
    return client.send(method, "/" + path, query, digest, body)


def refuse(client, kind, bucket, body, *codes):
    before = state(client, bucket)
    started = time.monotonic()
    refused(send(client, kind, bucket, body), 400, *(codes or CODES[kind]))
    assert time.monotonic() - started < 5
    assert state(client, bucket) == before


@pytest.mark.parametrize("kind", KINDS)
def test_right_document_is_taken(client, kept, kind):
    """That what the other tests make wrong is right otherwise."""
    assert send(client, kind, kept, good(client, kind, kept)).status == 200


MALFORMED = {
    "no XML": lambda text: "this is no XML",
    "JSON": lambda text: '{"CORSRules": []}',
    "only a declaration": lambda text: '<?xml version="1.0" encoding="UTF-8"?>',
    "only white space": lambda text: "  \n ",
    "text before the root": lambda text: "x" + text,
    "text behind the root": lambda text: text + "x",
    "two roots": lambda text: text + text,
    "an end tag too many": lambda text: text + "</x>",
    "tags that cross": lambda text: text.replace("<", "<a><b></a></b><", 1),
    "another root": lambda text: "<Other>" + text + "</Other>",
    "another namespace": lambda text: text.replace(S3, "http://example.com/"),
    "an unknown element": lambda text: text.replace("></", "><Unknown/></", 1).replace('"><', '"><Unknown/><', 1),
    "text between elements": lambda text: text.replace('"><', '">text<', 1),
    "an entity that nobody declared": lambda text: text.replace('"><', '">&unknown;<', 1),
    "a reference to a NUL": lambda text: text.replace('"><', '">&#0;<', 1),
    "a NUL": lambda text: text.replace('"><', '">\x00<', 1),
    "a NUL behind the end": lambda text: text + "\x00",
    "an unfinished comment": lambda text: text + "<!-- x",
    "an unfinished CDATA section": lambda text: text.replace('"><', '"><![CDATA[<', 1),
    "an attribute without quotes": lambda text: text.replace(">", " a=b>", 1),
    "an attribute twice": lambda text: text.replace(">", ' a="1" a="2">', 1),
    "invalid UTF-8": lambda text: text.replace('"><', '">\udcff\udcfe<', 1),
    "an overlong UTF-8 sequence": lambda text: text.replace('"><', '">\udcc0\udcbc<', 1),
    "an unknown encoding": lambda text: '<?xml version="1.0" encoding="x-unknown"?>' + text,
    "an encoding that lies": lambda text: '<?xml version="1.0" encoding="UTF-16"?>' + text,
    "a document type": lambda text: "<!DOCTYPE x>" + text,
    "a document type with a system identifier": lambda text: '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + text,
    "an internal entity": lambda text: '<!DOCTYPE x [<!ENTITY e "e">]>' + text.replace('"><', '">&e;<', 1),
    "an external entity": lambda text: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + text.replace(
        '"><', '">&e;<', 1),
    "a parameter entity": lambda text: '<!DOCTYPE x [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]>' + text,
    "an external entity through the network": lambda text: (
        '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:1/">]>' + text.replace('"><', '">&e;<', 1)),
    "a billion laughs": lambda text: BOMB + text.replace('"><', '">&l;<', 1),
    "a billion laughs in an attribute": lambda text: BOMB + text.replace(">", ' a="&l;">', 1),
    "a quadratic blow-up": lambda text: ('<!DOCTYPE x [<!ENTITY e "%s">]>' % ("e" * 20000)) + text.replace(
        '"><', '">%s<' % ("&e;" * 9000), 1),
    "an entity that contains itself": lambda text: '<!DOCTYPE x [<!ENTITY e "&e;">]>' + text.replace(
        '"><', '">&e;<', 1),
    "elements 5,000 deep": lambda text: text.replace('"><', '">%s%s<' % ("<a>" * 5000, "</a>" * 5000), 1),
    "elements 15,000 deep that never end": lambda text: text.replace('"><', '">%s<' % ("<a>" * 15000), 1),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", MALFORMED)
def test_malformed_document_is_refused(client, kept, kind, fault):
    refuse(client, kind, kept, MALFORMED[fault](good(client, kind, kept)).encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("kind", KINDS)
def test_document_cut_anywhere_is_refused(client, kept, kind):
    text = good(client, kind, kept)
    for length in list(range(1, len(text), 7)) + [len(text) - 1]:
        refuse(client, kind, kept, text[:length])


@pytest.mark.parametrize("kind", ["cors", "delete", "acl"])
def test_empty_document_is_refused(client, kept, kind):
    refuse(client, kind, kept, b"", "MissingRequestBodyError", "MalformedXML", "MalformedACLError",
           "MissingSecurityHeader")


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_or_address_shows_in_the_refusal(client, kept, kind):
    document = MALFORMED["an external entity"](good(client, kind, kept))
    assert b"root:" not in send(client, kind, kept, document).body


TOO_LARGE = {"cors": 65537, "acl": 65537, "create": 65537, "delete": 2 * 1024 * 1024 + 1}
LARGE_CODES = ("MalformedXML", "MalformedACLError", "EntityTooLarge", "MaxMessageLengthExceeded")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("excess", [0, 1000, 400000, 5000000])
def test_oversized_document_is_refused(client, kept, kind, excess):
    text = good(client, kind, kept)
    refuse(client, kind, kept, text + " " * (TOO_LARGE[kind] - len(text) + excess), *LARGE_CODES)


@pytest.mark.parametrize("kind", KINDS)
def test_oversized_document_of_chunks_is_refused(client, kept, kind):
    """Without a length in advance it is the bytes that count."""
    text = good(client, kind, kept)
    body = (text + " " * TOO_LARGE[kind]).encode()
    request = client.request("POST" if kind == "delete" else "PUT", "/" + kept + ("-made" if kind == "create" else ""),
                             "" if kind == "create" else kind, payload="UNSIGNED-PAYLOAD",
                             headers=[("Transfer-Encoding", "chunked"),
                                      ("x-amz-decoded-content-length", str(len(body)))])
    before = state(client, kept)
    chunks = b"".join(b"1000\r\n" + body[at:at + 4096].ljust(4096) + b"\r\n" for at in range(0, len(body), 4096))
    with client.wire() as wire:
        answer = wire.send(request.head() + chunks + b"0\r\n\r\n").read()
    assert answer.status in (400, 411, 501), answer
    assert state(client, kept) == before


def test_largest_document_is_taken(client, kept):
    assert send(client, "cors", kept, GOOD["cors"].ljust(65536)).status == 200


def test_a_thousand_keys_are_deleted_and_one_more_is_refused(client, kept):
    def document(count):
        return '<Delete xmlns="%s">%s</Delete>' % (S3, "".join(
            "<Object><Key>page%s</Key></Object>" % ("" if number == 0 else number) for number in range(count)))

    refuse(client, "delete", kept, document(1001))
    assert send(client, "delete", kept, document(1000)).status == 200
    assert client.keys(kept) == []


def test_hundreds_of_thousands_of_elements_are_refused(client, kept):
    refuse(client, "delete", kept, '<Delete xmlns="%s">%s</Delete>' % (S3, "<Object/>" * 200000))
    refuse(client, "cors", kept, '<CORSConfiguration xmlns="%s">%s</CORSConfiguration>' % (S3, "<CORSRule/>" * 5000))


def test_hundred_and_one_rules_are_refused(client, kept):
    refuse(client, "cors", kept, GOOD["cors"].replace(RULE, RULE * 101), "InvalidRequest")


@pytest.mark.parametrize("length", [1025, 100000])
def test_key_too_long_in_a_deletion_harms_nobody_else(client, kept, length):
    document = '<Delete xmlns="%s"><Object><Key>%s</Key></Object><Object><Key>page</Key></Object></Delete>' % (
        S3, "k" * length)
    answer = send(client, "delete", kept, document)
    assert answer.status in (200, 400), answer
    assert client.keys(kept) == ([] if answer.status == 200 else ["page"])


@pytest.mark.parametrize("prolog", ["\ufeff", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-8"?>\n',
                                    "<!-- a comment -->", "<?a-processing instruction?>"])
def test_harmless_prologs_are_taken(client, kept, prolog):
    assert send(client, "cors", kept, prolog + GOOD["cors"]).status == 200


def test_encoding_that_is_converted_is_stored_rightly(client, kept):
    document = '<?xml version="1.0" encoding="ISO-8859-1"?>' + GOOD["cors"].replace("http://a", "http://\xe4")
    answer = send(client, "cors", kept, document.encode("latin-1"))
    if answer.status == 200:
        assert "http://\xe4".encode() in client.send("GET", "/" + kept, "cors").body
    else:
        refused(answer, 400, "MalformedXML")


def test_document_with_a_wrong_digest_is_refused(client, kept):
    body = GOOD["cors"].replace("http://a", "http://b").encode()
    for headers, code in (([("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==")], "BadDigest"),
                          ([("Content-MD5", "no digest")], "InvalidDigest"),
                          ([("x-amz-checksum-crc32", "AAAAAA==")], "BadDigest"),
                          ([("x-amz-checksum-sha256", "no checksum")], "InvalidRequest")):
        before = state(client, kept)
        refused(client.send("PUT", "/" + kept, "cors", headers, body), 400, code)
        assert state(client, kept) == before
