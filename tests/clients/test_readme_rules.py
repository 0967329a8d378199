"""The example rules of the README: each as it stands there, with what it promises and one thing that it must not allow."""

import xml.etree.ElementTree as ElementTree

import pytest

import answers
from answers import ask, build, send
from readme import README, example
from signing import V4

APP = "https://app.example.com"
STRANGER = "https://stranger.example"


@pytest.fixture
def ruled(gateway, alice, bucket):
    """ruled(heading): a bucket with those rules, and a key that everybody may read."""

    def make(heading):
        put = ask(gateway, "PUT", "/" + bucket, "cors=", body=example(heading).encode(), by=alice)
        assert put.status == 200, put
        assert ask(gateway, "PUT", "/%s/key" % bucket, headers=[("x-amz-acl", "public-read")], body=b"some bytes",
                   by=alice).status == 200
        return bucket

    return make


def preflight(gateway, bucket, *asked):
    return answers.preflight(gateway, "/%s/key" % bucket, *asked)


def assert_granted(answer, origin, **more):
    """That a browser lets a page of this origin go on and, in `more`, what it may read."""
    assert answer.status == 200, answer
    found = answer.access_control()
    assert found["Allow-Origin"] == origin
    for name, value in more.items():
        assert found.get(name.replace("_", "-")) == value, found


def assert_refused(answer):
    assert (answer.status, answer.code, answer.access_control()) == (403, "AccessForbidden", {})


@pytest.mark.parametrize("origin", ["https://www.example.com", "https://blog.example.com"])
def test_web_fonts(gateway, ruled, origin):
    bucket = ruled("Web fonts")
    answer = ask(gateway, "GET", "/%s/key" % bucket, unsigned=[("Origin", origin)])
    assert_granted(answer, origin, Max_Age="86400")
    assert answer.body == b"some bytes"


def test_web_fonts_of_a_stranger(gateway, ruled):
    bucket = ruled("Web fonts")
    answer = ask(gateway, "GET", "/%s/key" % bucket, unsigned=[("Origin", STRANGER)])
    assert (answer.status, answer.access_control()) == (200, {})
    assert_refused(preflight(gateway, bucket, "https://www.example.com", "PUT"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_uploads_by_an_sdk(gateway, ruled, method):
    bucket = ruled("Uploads by an SDK")
    asked = ["amz-sdk-invocation-id", "amz-sdk-request", "authorization", "content-type", "x-amz-checksum-crc32",
             "x-amz-content-sha256", "x-amz-date", "x-amz-sdk-checksum-algorithm", "x-amz-user-agent"]
    assert_granted(preflight(gateway, bucket, APP, method, ",".join(asked)), APP, Allow_Headers=", ".join(asked),
                   Allow_Credentials="true", Max_Age="3600")
    assert_refused(preflight(gateway, bucket, STRANGER, method, "authorization"))


def test_multipart_upload_by_an_sdk_reads_the_etag(gateway, alice, ruled):
    path = "/%s/large" % ruled("Uploads by an SDK")
    origin = [("Origin", APP)]
    begun = ask(gateway, "POST", path, "uploads=", by=alice, unsigned=origin)
    assert_granted(begun, APP)
    upload = ElementTree.fromstring(begun.body).findtext("{*}UploadId")
    part = ask(gateway, "PUT", path, "partNumber=1&uploadId=" + upload, body=b"the only part", by=alice, unsigned=origin)
    assert_granted(part, APP, Expose_Headers="ETag, x-amz-checksum-crc32, x-amz-version-id")
    assert part.header("ETag")
    document = ("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>"
                % part.header("ETag")).encode()
    assert_granted(ask(gateway, "POST", path, "uploadId=" + upload, body=document, by=alice, unsigned=origin), APP)


def test_presigned_upload(gateway, alice, ruled):
    bucket = ruled("Presigned uploads")
    assert_granted(preflight(gateway, bucket, APP, "PUT", "content-type,x-amz-meta-author"), APP,
                   Allow_Headers="content-type, x-amz-meta-author")
    request = build(gateway, "PUT", "/%s/new" % bucket, body=b"a file", headers=[("Content-Type", "text/plain")])
    V4(alice.access_key, alice.secret_key).presign(request)
    answer = send(gateway, request.add("Origin", APP))
    assert_granted(answer, APP, Expose_Headers="ETag")
    assert answer.header("ETag")


@pytest.mark.parametrize("origin,method,headers", [(APP, "PUT", "authorization"), (APP, "GET", None),
                                                   (STRANGER, "PUT", "content-type")])
def test_presigned_upload_and_what_is_none(gateway, ruled, origin, method, headers):
    assert_refused(preflight(gateway, ruled("Presigned uploads"), origin, method, headers))


def form_upload(gateway, s3, bucket, origin):
    """What a page sends for FormData: answered with 201 and the document that names the object."""
    made = s3.generate_presigned_post(bucket, "form", Fields={"success_action_status": "201"},
                                      Conditions=[{"success_action_status": "201"}])
    parts = ["--x\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n" % field for field in made["fields"].items()]
    parts.append("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\na file\r\n--x--\r\n")
    return ask(gateway, "POST", "/" + bucket, body="".join(parts).encode(),
               headers=[("Content-Type", "multipart/form-data; boundary=x"), ("Origin", origin)])


def test_form_upload(gateway, s3, ruled):
    bucket = ruled("Form uploads")
    answer = form_upload(gateway, s3, bucket, APP)
    assert answer.status == 201
    assert (answer.access_control()["Allow-Origin"], answer.access_control()["Expose-Headers"]) == (APP, "ETag, Location")
    assert answer.header("ETag") and answer.header("Location")
    assert_granted(preflight(gateway, bucket, APP, "POST"), APP)  # with a listener for its progress


def test_form_upload_of_a_stranger_is_done_but_not_read(gateway, s3, ruled):
    bucket = ruled("Form uploads")
    answer = form_upload(gateway, s3, bucket, STRANGER)
    assert (answer.status, answer.access_control()) == (201, {})
    assert_refused(preflight(gateway, bucket, STRANGER, "POST"))


def test_public_reading(gateway, ruled):
    bucket = ruled("Public reading")
    assert_granted(preflight(gateway, bucket, STRANGER, "GET", "if-none-match,range"), "*",
                   Allow_Headers="if-none-match, range", Allow_Credentials=None)
    answer = ask(gateway, "GET", "/%s/key" % bucket, headers=[("Origin", STRANGER), ("Range", "bytes=0-3")])
    assert (answer.status, answer.body) == (206, b"some")
    assert answer.access_control()["Expose-Headers"] == "ETag, Content-Range"
    assert answer.header("Content-Range") == "bytes 0-3/10"


@pytest.mark.parametrize("method,headers", [("PUT", None), ("DELETE", None), ("GET", "authorization")])
def test_public_reading_is_reading_alone(gateway, ruled, method, headers):
    assert_refused(preflight(gateway, ruled("Public reading"), STRANGER, method, headers))


def test_rules_of_the_first_upload(gateway, alice, bucket):
    """The README's first rules, and the question to curl below them."""
    document = README[README.index("    <CORSConfiguration>"):].partition("\n\n")[0]
    assert "fonts for the site" in document
    assert ask(gateway, "PUT", "/" + bucket, "cors=", body=document.encode(), by=alice).status == 200
    origin = "https://www.example.com"
    assert_granted(preflight(gateway, bucket, origin, "GET"), origin, Allow_Methods="GET, PUT", Expose_Headers="ETag")
    assert_granted(preflight(gateway, bucket, origin, "PUT", "content-type,x-amz-date"), origin)
    assert_refused(preflight(gateway, bucket, STRANGER, "GET"))
