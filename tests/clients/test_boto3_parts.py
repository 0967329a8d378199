"""boto3: parts that are copied, parts that are read one by one, and the listings of parts and uploads."""

import datetime
import hashlib

import pytest

from answers import refused
from parts import MIB, PART_MIN, Upload, some_bytes, whole_etag

SOURCE = some_bytes(11 * MIB + 3)
AN_HOUR = datetime.timedelta(hours=1)
NOW = datetime.datetime.now(datetime.timezone.utc)


def etag(body):
    return '"%s"' % hashlib.md5(body).hexdigest()


def read(s3, bucket, **more):
    return s3.get_object(Bucket=bucket, Key="key", **more)["Body"].read()


# UploadPartCopy.

@pytest.fixture
def source(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from", Body=SOURCE)
    return {"Bucket": bucket, "Key": "from"}


def test_parts_from_ranges(s3, bucket, source):
    upload = Upload(s3, bucket)
    for number, (first, last) in enumerate([(0, PART_MIN - 1), (PART_MIN, 2 * PART_MIN), (2 * PART_MIN + 1, len(SOURCE) - 1)], 1):
        answer = upload.copy(number, source, CopySourceRange="bytes=%d-%d" % (first, last))
        assert answer["ETag"] == etag(SOURCE[first:last + 1])
        assert abs(answer["LastModified"] - datetime.datetime.now(datetime.timezone.utc)) < AN_HOUR
    upload.complete()
    assert read(s3, bucket) == SOURCE


def test_part_from_a_whole_object_and_from_a_body(s3, bucket, source):
    upload = Upload(s3, bucket)
    assert upload.copy(1, source)["ETag"] == etag(SOURCE)
    upload.put(2, b"behind it")
    upload.complete()
    assert read(s3, bucket) == SOURCE + b"behind it"


def test_part_from_an_object_in_parts(s3, bucket, source):
    first = Upload(s3, bucket, "from")
    first.put(1, SOURCE[:PART_MIN])
    first.put(2, SOURCE[PART_MIN:])
    first.complete()
    upload = Upload(s3, bucket)
    upload.copy(1, source, CopySourceRange="bytes=%d-%d" % (PART_MIN - 10, PART_MIN + 9))
    upload.complete()
    assert read(s3, bucket) == SOURCE[PART_MIN - 10:PART_MIN + 10]


def test_part_from_a_version(s3, bucket, source):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    versions = [s3.put_object(Bucket=bucket, Key="from", Body=body)["VersionId"] for body in (b"one", b"two")]
    upload = Upload(s3, bucket)
    answer = s3.upload_part_copy(**upload.where, PartNumber=1, CopySource={**source, "VersionId": versions[0]})
    assert answer["CopySourceVersionId"] == versions[0]
    assert answer["CopyPartResult"]["ETag"] == etag(b"one")
    assert refused(upload.copy, 1, {**source, "VersionId": "0" * 32}) == ("NoSuchVersion", 404)


def test_part_from_another_bucket(s3, bucket, source):
    other = bucket + "-other"
    s3.create_bucket(Bucket=other)
    upload = Upload(s3, other)
    upload.copy(1, source, CopySourceRange="bytes=0-2")
    upload.complete()
    assert read(s3, other) == SOURCE[:3]


@pytest.mark.parametrize("text", ["bytes=0-%d" % len(SOURCE), "bytes=%d-%d" % (len(SOURCE), len(SOURCE)), "bytes=5-3", "bytes=-3",
                                  "bytes=3-", "bytes=", "0-3", "bytes=0-1,3-4", "bytes=a-b", "bytes=0-99999999999999999999",
                                  "items=0-1"])
def test_range_that_cannot_be(s3, bucket, source, text):
    upload = Upload(s3, bucket)
    assert refused(upload.copy, 1, source, CopySourceRange=text) == ("InvalidArgument", 400)
    assert upload.listed() == []


@pytest.mark.parametrize("conditions,holds", [
    ({"CopySourceIfMatch": etag(SOURCE)}, True), ({"CopySourceIfMatch": '"x"'}, False),
    ({"CopySourceIfNoneMatch": '"x"'}, True), ({"CopySourceIfNoneMatch": etag(SOURCE)}, False),
    ({"CopySourceIfModifiedSince": NOW - AN_HOUR}, True), ({"CopySourceIfUnmodifiedSince": NOW - AN_HOUR}, False),
])
def test_conditions_on_the_source(s3, bucket, source, conditions, holds):
    upload = Upload(s3, bucket)
    if holds:
        upload.copy(1, source, CopySourceRange="bytes=0-1", **conditions)
    else:
        assert refused(upload.copy, 1, source, **conditions) == ("PreconditionFailed", 412)
    assert upload.listed() == ([1] if holds else [])


def test_source_that_is_missing(s3, bucket):
    upload = Upload(s3, bucket)
    assert refused(upload.copy, 1, bucket + "/nothing") == ("NoSuchKey", 404)
    assert refused(upload.copy, 1, "no-such-bucket/key") == ("NoSuchBucket", 404)
    for text in "nokey", "/", "bucket/":
        assert refused(upload.copy, 1, text) == ("InvalidArgument", 400)


def test_source_that_may_not_be_read(s3, s3_bob, bucket, source):
    """CVE-2026-39360: whoever may write a part of an upload may not read anything by it."""
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    upload = Upload(s3_bob, bucket)
    assert refused(upload.copy, 1, source) == ("AccessDenied", 403)
    assert refused(upload.copy, 1, source, CopySourceRange="bytes=0-1") == ("AccessDenied", 403)
    assert upload.listed() == []


def test_copy_of_an_object_in_parts(s3, bucket):
    upload = Upload(s3, bucket, "from")
    upload.put(1, SOURCE[:PART_MIN])
    upload.put(2, SOURCE[PART_MIN:])
    upload.complete()
    answer = s3.copy_object(Bucket=bucket, Key="key", CopySource={"Bucket": bucket, "Key": "from"})
    assert answer["CopyObjectResult"]["ETag"] == etag(SOURCE)
    assert read(s3, bucket) == SOURCE


def test_copy_of_an_object_in_parts_onto_itself(s3, bucket):
    """Only what is said of it changes; its bytes stay where they are, and so its parts and its ETag."""
    upload = Upload(s3, bucket)
    upload.put(1, SOURCE[:PART_MIN])
    upload.put(2, SOURCE[PART_MIN:])
    before = upload.complete()["ETag"]
    s3.copy_object(Bucket=bucket, Key="key", CopySource={"Bucket": bucket, "Key": "key"}, MetadataDirective="REPLACE",
                   Metadata={"new": "1"})
    found = s3.get_object(Bucket=bucket, Key="key")
    assert (found["ETag"], found["Metadata"]) == (before, {"new": "1"})
    assert found["Body"].read() == SOURCE
    assert read(s3, bucket, PartNumber=2) == SOURCE[PART_MIN:]


# GET and HEAD of single parts.

@pytest.fixture
def in_parts(s3, bucket):
    bodies = [some_bytes(PART_MIN, 1), some_bytes(PART_MIN + 1, 2), b"end"]
    upload = Upload(s3, bucket)
    for number, body in zip((2, 3, 9), bodies):
        upload.put(number, body)
    upload.complete()
    return bodies


def test_parts_one_by_one(s3, bucket, in_parts):
    """By their places, whatever numbers they were put with."""
    total, offset = sum(map(len, in_parts)), 0
    for number, body in enumerate(in_parts, 1):
        answer = s3.get_object(Bucket=bucket, Key="key", PartNumber=number)
        assert answer["Body"].read() == body
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert answer["PartsCount"] == 3 and answer["ETag"] == whole_etag(*in_parts)
        assert answer["ContentRange"] == "bytes %d-%d/%d" % (offset, offset + len(body) - 1, total)
        head = s3.head_object(Bucket=bucket, Key="key", PartNumber=number)
        assert (head["ContentLength"], head["PartsCount"]) == (len(body), 3)
        offset += len(body)


def test_part_that_is_not_there(s3, bucket, in_parts):
    assert refused(s3.get_object, Bucket=bucket, Key="key", PartNumber=4) == ("InvalidPartNumber", 416)
    assert refused(s3.head_object, Bucket=bucket, Key="key", PartNumber=4) == ("416", 416)
    assert refused(s3.get_object, Bucket=bucket, Key="key", PartNumber=0) == ("InvalidArgument", 400)
    assert refused(s3.get_object, Bucket=bucket, Key="key", PartNumber=1, Range="bytes=0-1") == ("InvalidRequest", 400)


def test_no_count_without_a_part(s3, bucket, in_parts):
    assert "PartsCount" not in s3.head_object(Bucket=bucket, Key="key")


def test_one_empty_part(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(5, b"")
    upload.complete()
    answer = s3.get_object(Bucket=bucket, Key="key", PartNumber=1)
    assert (answer["Body"].read(), answer["PartsCount"]) == (b"", 1)
    assert refused(s3.get_object, Bucket=bucket, Key="key", PartNumber=2) == ("InvalidPartNumber", 416)


@pytest.mark.parametrize("first,last", [(0, 0), (PART_MIN - 1, PART_MIN), (PART_MIN - 1, 2 * PART_MIN + 1),
                                        (2 * PART_MIN + 1, 2 * PART_MIN + 3)])
def test_range_across_parts(s3, bucket, in_parts, first, last):
    assert read(s3, bucket, Range="bytes=%d-%d" % (first, last)) == b"".join(in_parts)[first:last + 1]


# ListParts.

def test_list_parts(s3, bucket, alice):
    upload = Upload(s3, bucket)
    for number in 1, 2, 10000:
        upload.put(number, b"x" * number)
    listed = s3.list_parts(**upload.where)
    assert [(part["PartNumber"], part["Size"], part["ETag"]) for part in listed["Parts"]] == [
        (number, number, etag(b"x" * number)) for number in (1, 2, 10000)]
    assert (listed["Bucket"], listed["Key"], listed["UploadId"]) == (bucket, "key", upload.id)
    assert (listed["PartNumberMarker"], listed["NextPartNumberMarker"], listed["MaxParts"]) == (0, 10000, 1000)
    assert not listed["IsTruncated"] and listed["StorageClass"] == "STANDARD"
    assert listed["Initiator"] == listed["Owner"] == {"ID": alice.id, "DisplayName": "Alice"}
    assert abs(listed["Parts"][0]["LastModified"] - datetime.datetime.now(datetime.timezone.utc)) < AN_HOUR


def test_list_parts_in_pages(s3, bucket):
    upload = Upload(s3, bucket)
    for number in range(1, 8):
        upload.put(number, b"x")
    pages, marker = [], 0
    while True:
        page = s3.list_parts(**upload.where, MaxParts=3, PartNumberMarker=marker)
        pages.append([part["PartNumber"] for part in page["Parts"]])
        marker = page["NextPartNumberMarker"]
        if not page["IsTruncated"]:
            break
    assert pages == [[1, 2, 3], [4, 5, 6], [7]]
    assert upload.listed(PartNumberMarker=7) == []
    assert upload.listed(MaxParts=0) == []


@pytest.mark.parametrize("parameters", [{"MaxParts": -1}, {"MaxParts": 2 ** 31}, {"PartNumberMarker": -1}])
def test_list_parts_with_a_number_that_is_none(s3, bucket, parameters):
    upload = Upload(s3, bucket)
    assert refused(s3.list_parts, **upload.where, **parameters) == ("InvalidArgument", 400)


# ListMultipartUploads.

def uploads_of(page):
    return [(upload["Key"], upload["UploadId"]) for upload in page.get("Uploads", [])]


@pytest.fixture
def under_way(s3, bucket):
    """(key, upload ID) of all, in the order of the listing: by key, then by time."""
    keys = ["a", "dir/1", "dir/1", "dir/2", "e", "e", "e", "ümlaut"]
    return [(key, Upload(s3, bucket, key).id) for key in keys]


def test_list_uploads(s3, bucket, alice, under_way):
    page = s3.list_multipart_uploads(Bucket=bucket)
    assert uploads_of(page) == under_way
    assert not page["IsTruncated"] and page["MaxUploads"] == 1000
    first = page["Uploads"][0]
    assert first["Initiator"] == first["Owner"] == {"ID": alice.id, "DisplayName": "Alice"}
    assert first["StorageClass"] == "STANDARD"
    assert abs(first["Initiated"] - datetime.datetime.now(datetime.timezone.utc)) < AN_HOUR


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("parameters", [{}, {"Prefix": "e"}, {"Prefix": "dir/"}])
def test_list_uploads_in_pages(s3, bucket, under_way, parameters, limit):
    pages = s3.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, **parameters, PaginationConfig={"PageSize": limit})
    found = [uploads_of(page) for page in pages]
    assert max(map(len, found)) <= limit
    assert sum(found, []) == [(key, id) for key, id in under_way if key.startswith(parameters.get("Prefix", ""))]


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_list_uploads_with_a_delimiter(s3, bucket, under_way, limit):
    pages = s3.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": limit})
    keys, prefixes = [], []
    for page in pages:
        keys += uploads_of(page)
        prefixes += [prefix["Prefix"] for prefix in page.get("CommonPrefixes", [])]
        assert len(page.get("Uploads", [])) + len(page.get("CommonPrefixes", [])) <= limit
    assert keys == [(key, id) for key, id in under_way if not key.startswith("dir/")]
    assert prefixes == ["dir/"]


def test_list_uploads_after_a_key_and_an_upload(s3, bucket, under_way):
    assert uploads_of(s3.list_multipart_uploads(Bucket=bucket, KeyMarker="dir/2")) == under_way[4:]
    assert uploads_of(s3.list_multipart_uploads(Bucket=bucket, KeyMarker="e", UploadIdMarker=under_way[5][1])) == under_way[6:]
    assert uploads_of(s3.list_multipart_uploads(Bucket=bucket, UploadIdMarker=under_way[5][1])) == under_way
    assert refused(s3.list_multipart_uploads, Bucket=bucket, KeyMarker="e", UploadIdMarker="x") == ("InvalidArgument", 400)


def test_list_uploads_encoded(s3, bucket, under_way):
    page = s3.list_multipart_uploads(Bucket=bucket, EncodingType="url", Prefix="ü")
    assert page["EncodingType"] == "url" and page["Uploads"][0]["Key"] in ("%C3%BCmlaut", "ümlaut")
    assert refused(s3.list_multipart_uploads, Bucket=bucket, EncodingType="x") == ("InvalidArgument", 400)


def test_list_uploads_without_any(s3, bucket):
    page = s3.list_multipart_uploads(Bucket=bucket)
    assert "Uploads" not in page and not page["IsTruncated"]
    assert refused(s3.list_multipart_uploads, Bucket=bucket, MaxUploads=-1) == ("InvalidArgument", 400)
