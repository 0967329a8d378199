"""Uploads from forms: presigned by boto3 (versions 2 and 4), boto and the SDK for JavaScript, sent by requests, curl and
fetch."""

import base64
import html
import re
import types
import xml.etree.ElementTree as ElementTree

import boto.s3.connection
import pytest
import requests

from contents import make_file

CONTENT = b"--not the boundary\r\n\r\n--" + bytes(range(256))


def send(url, fields, content=CONTENT, filename="cat.jpg", **options):
    return requests.post(url, data=fields, files={"file": (filename, content)}, allow_redirects=False, timeout=60,
                         **options)


def error_code(answer):
    return ElementTree.fromstring(answer.content).findtext("Code")


@pytest.fixture(params=["s3v4", "s3"])
def presign(request, make_boto3, alice):
    """presign(bucket, key, …) by either version of the signature."""
    return make_boto3(alice, signature_version=request.param).generate_presigned_post


def test_boto3(presign, s3, bucket):
    made = presign(bucket, "a folder/key+é.txt", Fields={"Content-Type": "image/jpeg", "x-amz-meta-Colour": "blue"},
                   Conditions=[{"Content-Type": "image/jpeg"}, ["starts-with", "$x-amz-meta-colour", ""]])
    answer = send(made["url"], made["fields"])
    assert (answer.status_code, answer.content) == (204, b"")
    stored = s3.get_object(Bucket=bucket, Key="a folder/key+é.txt")
    assert stored["Body"].read() == CONTENT
    assert (stored["ContentType"], stored["Metadata"]) == ("image/jpeg", {"colour": "blue"})
    assert answer.headers["ETag"] == stored["ETag"]
    assert requests.get(answer.headers["Location"], timeout=60).status_code == 403, "it is private"


def test_boto3_file_name(presign, s3, bucket):
    made = presign(bucket, "photos/${filename}")
    assert send(made["url"], made["fields"], filename="C:\\pictures\\my cat.jpg").status_code == 204
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["photos/my cat.jpg"]


def test_boto3_size(presign, s3, bucket):
    made = presign(bucket, "key", Conditions=[["content-length-range", 5, 10]])
    assert [send(made["url"], made["fields"], b"x" * size).status_code for size in (4, 5, 10, 11)] == [400, 204, 204, 400]
    assert error_code(send(made["url"], made["fields"], b"x" * 11)) == "EntityTooLarge"
    assert error_code(send(made["url"], made["fields"], b"x" * 4)) == "EntityTooSmall"
    assert s3.head_object(Bucket=bucket, Key="key")["ContentLength"] == 10


def test_boto3_another_key(presign, s3, bucket):
    made = presign(bucket, "mine/${filename}")
    answer = send(made["url"], {**made["fields"], "key": "yours/key"})
    assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_boto3_expired(presign, bucket):
    made = presign(bucket, "key", ExpiresIn=-1)
    assert error_code(send(made["url"], made["fields"])) == "AccessDenied"


def test_somebody_who_may_not_write(make_boto3, bob, bucket):
    made = make_boto3(bob).generate_presigned_post(bucket, "key")
    assert error_code(send(made["url"], made["fields"])) == "AccessDenied"


def test_created(presign, bucket):
    made = presign(bucket, "a/b c", Fields={"success_action_status": "201"}, Conditions=[{"success_action_status": "201"}])
    answer = send(made["url"], made["fields"])
    root = ElementTree.fromstring(answer.content)
    assert (answer.status_code, root.tag) == (201, "PostResponse")
    assert (root.findtext("Bucket"), root.findtext("Key")) == (bucket, "a/b c")
    assert root.findtext("Location") == answer.headers["Location"] == made["url"].rstrip("/") + "/a%2Fb%20c"
    assert root.findtext("ETag") == answer.headers["ETag"]


def test_redirect(presign, bucket):
    page = "https://www.example.com/done?page=1"
    made = presign(bucket, "a/b c", Fields={"success_action_redirect": page}, Conditions=[{"success_action_redirect": page}])
    answer = send(made["url"], made["fields"])
    assert answer.status_code == 303
    assert answer.headers["Location"] == "%s&bucket=%s&key=a%%2Fb+c&etag=%%22%s%%22" % (
        page, bucket, answer.headers["ETag"].strip('"'))


def test_tags_and_acl(presign, s3, bucket):
    tagging = "<Tagging><TagSet><Tag><Key>colour</Key><Value>blue</Value></Tag></TagSet></Tagging>"
    made = presign(bucket, "key", Fields={"acl": "public-read", "tagging": tagging},
                   Conditions=[{"acl": "public-read"}, {"tagging": tagging}])
    answer = send(made["url"], made["fields"])
    assert answer.status_code == 204
    assert requests.get(answer.headers["Location"], timeout=60).content == CONTENT
    assert s3.get_object_tagging(Bucket=bucket, Key="key")["TagSet"] == [{"Key": "colour", "Value": "blue"}]


def test_anonymous(s3, gateway, bucket):
    """Without a policy it is anybody's upload."""
    url = gateway.endpoint + "/" + bucket
    assert error_code(send(url, {"key": "key"})) == "AccessDenied"
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    assert send(url, {"key": "key", "acl": "public-read"}).status_code == 204
    assert requests.get(url + "/key", timeout=60).content == CONTENT


def test_host_names(make_boto3, alice, s3, bucket, localhost_names):
    made = make_boto3(alice).generate_presigned_post(bucket, "a/b")
    answer = send("http://%s.localhost/" % bucket, made["fields"])
    assert answer.status_code == 204
    assert answer.headers["Location"] == "http://%s.localhost/a%%2Fb" % bucket
    assert s3.get_object(Bucket=bucket, Key="a/b")["Body"].read() == CONTENT


def test_cross_origin(presign, s3, bucket):
    """A page may read every answer, refusals too."""
    origin = "https://www.example.com"
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [
        {"AllowedOrigins": [origin], "AllowedMethods": ["POST"], "ExposeHeaders": ["ETag", "Location"]}]})
    made = presign(bucket, "key")
    redirected = presign(bucket, "key", Fields={"redirect": origin + "/done"}, Conditions=[{"redirect": origin + "/done"}])
    for fields, status in ((made["fields"], 204), (redirected["fields"], 303), ({**made["fields"], "key": "other"}, 403)):
        answer = send(made["url"], fields, headers={"Origin": origin})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag, Location"


def test_boto(make_boto, alice, s3, gateway, bucket, monkeypatch):
    """boto 2 writes the policy itself, and gives text to what takes bytes since Python 3."""
    encoder = types.SimpleNamespace(b64encode=lambda text: base64.b64encode(text.encode()).decode())
    monkeypatch.setattr(boto.s3.connection, "base64", encoder)
    made = make_boto(alice).build_post_form_args(
        bucket, "photos/${filename}", http_method="http", max_content_length=1000, acl="public-read",
        success_action_redirect="http://www.example.com/done",
        fields=[{"name": "x-amz-meta-colour", "value": "blue"}], conditions=['{"x-amz-meta-colour": "blue"}'])
    answer = send(gateway.endpoint + "/" + bucket, {field["name"]: field["value"] for field in made["fields"]})
    assert answer.status_code == 303, answer.content
    assert answer.headers["Location"].startswith("http://www.example.com/done?bucket=%s&key=photos%%2Fcat.jpg" % bucket)
    assert s3.head_object(Bucket=bucket, Key="photos/cat.jpg")["Metadata"] == {"colour": "blue"}


@pytest.mark.parametrize("size", [0, 10, 300_000, 5_000_000])
def test_curl(curl, presign, s3, bucket, tmp_path, size):
    path = make_file(tmp_path / "a file;\"quoted\".bin", size)
    made = presign(bucket, "curl/${filename}", Fields={"Content-Type": "text/x-odd"},
                   Conditions=[["starts-with", "$Content-Type", "text/"]])
    fields = [word for name, value in made["fields"].items() for word in ("--form-string", "%s=%s" % (name, value))]
    name = str(path).replace("\\", "\\\\").replace('"', '\\"')
    shown = curl.plain("-i", "--fail", *fields, "-F", 'file=@"%s"' % name, made["url"]).stdout
    assert "HTTP/1.1 204 No Content\r\n" in shown
    stored = s3.get_object(Bucket=bucket, Key="curl/" + path.name)
    assert stored["Body"].read() == path.read_bytes()
    assert stored["ContentType"] == "text/x-odd"


@pytest.fixture(scope="module")
def page(make_javascript, alice):
    """page(**what): what a page gets for its form."""
    call = make_javascript("post.js", alice)
    return lambda **what: types.SimpleNamespace(**call("Post", **what))


def test_fetch(page, s3, bucket):
    answer = page(Bucket=bucket, Key="page/${filename}", File=CONTENT, FileName='my "cat".jpg',
                  Fields={"success_action_status": "201", "x-amz-meta-colour": "blue"})
    assert (answer.status, re.findall("<Key>(.*?)</Key>", html.unescape(answer.text))) == (201, ['page/my "cat".jpg'])
    stored = s3.get_object(Bucket=bucket, Key='page/my "cat".jpg')
    assert (stored["Body"].read(), stored["Metadata"]) == (CONTENT, {"colour": "blue"})


def test_fetch_a_field_too_many(page, bucket):
    answer = page(Bucket=bucket, Key="key", File=CONTENT, FileName="cat.jpg", More={"acl": "public-read"})
    assert answer.status == 403
    assert "Invalid according to Policy: Extra input fields: acl" in answer.text


def test_fetch_size(page, bucket):
    answer = page(Bucket=bucket, Key="key", File=b"x" * 3_000_000, FileName="cat.jpg",
                  Conditions=[["content-length-range", 0, 1_000_000]])
    assert (answer.status, "<ProposedSize>3000000</ProposedSize>" in answer.text) == (400, True)
