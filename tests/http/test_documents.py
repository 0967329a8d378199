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
    "versioning": '<VersioningConfiguration xmlns="%s"><Status>Enabled</Status></VersioningConfiguration>' % S3,
    "tagging": '<Tagging xmlns="%s"><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>' % S3,
    "object tagging": '<Tagging xmlns="%s"><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>' % S3,
    "ownershipControls": '<OwnershipControls xmlns="%s"><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>'
                         "</OwnershipControls>" % S3,
    "publicAccessBlock": '<PublicAccessBlockConfiguration xmlns="%s"><BlockPublicPolicy>true</BlockPublicPolicy>'
                         "</PublicAccessBlockConfiguration>" % S3,
    "complete": '<CompleteMultipartUpload xmlns="%s"><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>'
                "</CompleteMultipartUpload>" % S3,
}
CODES = {kind: ("MalformedXML",) for kind in GOOD}
CODES.update(acl=("MalformedACLError", "MalformedXML"),
             versioning=("MalformedXML", "IllegalVersioningConfigurationException"))
KINDS = list(GOOD)
PART = b"a part"
BOMB = ('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    '<!ENTITY %s "%s">' % (chr(ord("a") + level), ("&%s;" % chr(ord("a") + level - 1)) * 10) for level in range(1,
                                                                                                                12)) +
    "]>")


@pytest.fixture
def kept(client, public):
    """A bucket with rules, an ACL, an object and an upload of one part, all of which have to stay as they are."""
    assert client.send("PUT", "/" + public, "cors", body=GOOD["cors"].encode()).status == 200
    upload = "uploadId=" + between(client.send("POST", "/%s/large" % public, "uploads").body, "UploadId")
    assert client.send("PUT", "/%s/large" % public, "partNumber=1&" + upload, body=PART).status == 200
    return public


def between(document, element):
    return document.decode().partition("<%s>" % element)[2].partition("</%s>" % element)[0]


def state(client, bucket):
    """What the bucket's settings, its object, and its upload are; answers about what is not there differ in their IDs."""
    settings = "acl", "cors", "versioning", "tagging", "ownershipControls", "publicAccessBlock", "uploads"
    answers = [client.send("GET", "/" + bucket, name) for name in settings]
    answers += [client.send("GET", "/%s/page" % bucket, name) for name in ("acl", "tagging")]
    return ([answer.body if answer.status == 200 else answer.code for answer in answers], client.keys(bucket),
            client.send("HEAD", "/" + bucket + "-made").status)


def good(client, kind, bucket):
    owner = between(client.send("GET", "/" + bucket, "acl").body, "ID")
    return GOOD[kind].replace("{owner}", owner).replace("{etag}", hashlib.md5(PART).hexdigest())


def where(client, kind, bucket):
    """Method, path and query of the request that brings such a document."""
    if kind == "complete":
        upload = between(client.send("GET", "/" + bucket, "uploads").body, "UploadId")
        return "POST", "/%s/large" % bucket, "uploadId=" + upload
    return {"delete": ("POST", "/" + bucket, "delete"), "create": ("PUT", "/%s-made" % bucket, ""),
            "object tagging": ("PUT", "/%s/page" % bucket, "tagging")}.get(kind, ("PUT", "/" + bucket, kind))


def send(client, kind, bucket, body):
    body = body if isinstance(body, bytes) else body.encode()
    digest = [("Content-MD5", base64.b64encode(hashlib.md5(body).digest()).decode())]
    method, path, query = where(client, kind, bucket)
    return client.send(method, path, query, digest, body)


def refuse(client, kind, bucket, body, *codes):
    before = state(client, bucket)
    started = time.monotonic()
    refused(send(client, kind, bucket, body), 400, *(codes or CODES[kind]))
    assert time.monotonic() - started < 5
    assert state(client, bucket) == before


@pytest.mark.parametrize("kind", KINDS)
def test_right_document_is_taken(client, kept, kind):
    """That what the other tests make wrong is right otherwise."""
    assert send(client, kind, kept, good(client, kind, kept)).status in (200, 204)


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
    """CVE-2022-47950 and its like: nothing outside the document is read, and nothing in it grows."""
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


TOO_LARGE = {kind: 65537 for kind in KINDS}
TOO_LARGE.update(delete=2 * 1024 * 1024 + 1, complete=4 * 1024 * 1024 + 1)
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
    headers = [("Transfer-Encoding", "chunked"), ("x-amz-decoded-content-length", str(len(body)))]
    request = client.request(*where(client, kind, kept), payload="UNSIGNED-PAYLOAD", headers=headers)
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


def test_a_million_parts_in_one_document_are_refused(client, kept):
    parts = "<Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>" * 1000000
    refuse(client, "complete", kept, "<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % parts, *LARGE_CODES)


def test_parts_beyond_ten_thousand_are_refused(client, kept):
    parts = "".join("<Part><PartNumber>%d</PartNumber><ETag>x</ETag></Part>" % number for number in range(1, 10002))
    refuse(client, "complete", kept, "<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % parts)


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
