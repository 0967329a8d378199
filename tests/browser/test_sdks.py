"""The SDKs for JavaScript, versions 2 and 3, as they run in a page, with the checksums that they send by default."""

import hashlib
import uuid

import pytest

from browsers import BLOCKED
from sdk import ABORT, EACH, LIFE, UPLOAD, UPLOAD_NAMED

SIZE = 64 << 20
KEY = "a folder/key+ü"
EVERY_METHOD = ("GET", "PUT", "POST", "DELETE", "HEAD")
OPERATIONS = ("PutObject", "GetObject", "ListObjectsV2", "DeleteObject", "CreateMultipartUpload")


def parameters(bucket):
    """Of each operation that a page is refused."""
    of_key = {"Bucket": bucket, "Key": KEY}
    return {**{operation: of_key for operation in OPERATIONS}, "PutObject": {**of_key, "Body": "new"},
            "ListObjectsV2": {"Bucket": bucket}, "ListBuckets": {}}


def test_object(sdk, pages, s3, bucket, allow):
    allow(pages.home, age=600)
    answers = sdk(LIFE, bucket, KEY)
    assert answers["got"]["Body"] == "some bytes"
    assert answers["range"]["Body"] == "bytes"
    assert (answers["got"]["ContentType"], answers["put"]["ETag"]) == ("text/x-odd", answers["got"]["ETag"])
    assert (answers["keys"], answers["left"], answers["error"]) == ([KEY], 0, "NoSuchKey")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("exposed", [True, False])
def test_metadata_is_read_only_when_exposed(sdk, pages, bucket, allow, exposed):
    allow(pages.home, expose=["x-amz-meta-colour"] if exposed else [])
    got = sdk(LIFE, bucket, KEY)["got"]
    assert got["Metadata"] == ({"colour": "blue"} if exposed else {})
    assert "ETag" not in got


# What is not as the rule says: the origin, the method of the operation, a header that the SDK sends. Which operations that blocks.
REFUSALS = {
    "origin": (dict(origins=["https://www.example.com"]), OPERATIONS),
    "slash": (dict(origins=["{home}/"]), OPERATIONS),
    "GET alone": (dict(methods=["GET"]), ("PutObject", "DeleteObject", "CreateMultipartUpload")),
    "all but GET": (dict(methods=["PUT", "POST", "DELETE", "HEAD"]), ("GetObject", "ListObjectsV2")),
    "no header": (dict(headers=[]), OPERATIONS),
    "no Authorization": (dict(headers=["x-amz-*", "content-*", "amz-sdk-*"]), OPERATIONS),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_refused(sdk, pages, s3, bucket, allow, kind):
    rule, blocked = REFUSALS[kind]
    origins = [origin.format(home=pages.home) for origin in rule.get("origins", ["{home}"])]
    allow(*origins, methods=rule.get("methods", EVERY_METHOD), headers=rule.get("headers", ["*"]))
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"old")
    names = sdk(EACH, OPERATIONS, parameters(bucket))
    assert names == {operation: BLOCKED if operation in blocked else "done" for operation in OPERATIONS}
    if "DeleteObject" in blocked:
        assert s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"old"


def test_errors_are_read(sdk, pages, bucket, allow):
    allow(pages.home)
    assert sdk(EACH, ["GetObject"], parameters(bucket)) == {"GetObject": "NoSuchKey"}
    assert sdk(EACH, ["ListObjectsV2"], parameters("missing-" + uuid.uuid4().hex)) == {"ListObjectsV2": BLOCKED}
    assert sdk(EACH, ["ListBuckets"], parameters(bucket)) == {"ListBuckets": BLOCKED}, "without rules for the service"


@pytest.mark.slow
def test_upload_in_parts(sdk, pages, s3, bucket, allow):
    allow(pages.home, age=600, expose=["ETag", "x-amz-checksum-crc32"])
    answer = sdk(UPLOAD, bucket, KEY, SIZE, seconds=90)
    stored = s3.get_object(Bucket=bucket, Key=KEY)
    assert (answer["ETag"], stored["ETag"].endswith('-13"')) == (stored["ETag"], True)
    digest = hashlib.sha256()
    for piece in stored["Body"].iter_chunks(1 << 20):
        digest.update(piece)
    assert digest.hexdigest() == answer["digest"]
    assert len(answer["progress"]) >= 13 and answer["progress"][-1] == SIZE
    assert answer["progress"] == sorted(answer["progress"])


@pytest.mark.slow
def test_upload_that_is_aborted(sdk, pages, s3, bucket, allow):
    """When the first part is there."""
    allow(pages.home, age=600)
    assert sdk(ABORT, bucket, KEY, SIZE, seconds=90) in ("AbortError", "RequestAbortedError")
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_upload_without_a_rule_for_parts(sdk, pages, s3, bucket, allow):
    """Beginning is a POST, and each part a PUT."""
    allow(pages.home, methods=["POST", "DELETE"])
    assert sdk(UPLOAD_NAMED, bucket, KEY, 6 << 20) == BLOCKED
    allow(pages.stranger)
    assert sdk(UPLOAD_NAMED, bucket, KEY, 6 << 20) == BLOCKED
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("expose, outcomes", [
    ([], {"v2": "ETagMissing", "v3": "Error"}),
    (["ETag"], {"v2": "done", "v3": "InvalidRequest"}),
    (["ETag", "x-amz-checksum-crc32"], {"v2": "done", "v3": "done"})])
def test_upload_needs_what_parts_answer(sdk, pages, bucket, allow, expose, outcomes):
    """The ETag of each part completes an upload, and since version 3 its checksum: a page has to see both."""
    allow(pages.home, expose=expose)
    assert sdk(UPLOAD_NAMED, bucket, KEY, 6 << 20) == outcomes[sdk.version]
