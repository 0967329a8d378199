"""boto3: CopyObject."""

import datetime
import hashlib

import pytest

from answers import name_of, refused

BODY = b"what is copied" * 1000
ETAG = '"%s"' % hashlib.md5(BODY).hexdigest()
AN_HOUR = datetime.timedelta(hours=1)
NOW = datetime.datetime.now(datetime.timezone.utc)


@pytest.fixture
def source(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from", Body=BODY, ContentType="text/x-odd", CacheControl="max-age=1",
                  Metadata={"colour": "blue"})
    return {"Bucket": bucket, "Key": "from"}


def test_copy_takes_bytes_headers_and_metadata(s3, bucket, source):
    answer = s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    assert answer["CopyObjectResult"]["ETag"] == ETAG
    copy = s3.get_object(Bucket=bucket, Key="to")
    assert copy["Body"].read() == BODY
    assert (copy["ETag"], copy["ContentType"], copy["CacheControl"]) == (ETAG, "text/x-odd", "max-age=1")
    assert copy["Metadata"] == {"colour": "blue"}


def test_copy_ignores_new_metadata_without_replace(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, MetadataDirective="COPY", Metadata={"new": "1"})
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"colour": "blue"}


def test_replace_takes_the_new_headers_and_metadata(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, MetadataDirective="REPLACE", ContentType="text/x-new",
                   Metadata={"new": "1"})
    copy = s3.get_object(Bucket=bucket, Key="to")
    assert copy["Body"].read() == BODY
    assert (copy["ContentType"], copy["Metadata"]) == ("text/x-new", {"new": "1"})
    assert "CacheControl" not in copy


def test_replace_onto_itself(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="from", CopySource=source, MetadataDirective="REPLACE", Metadata={"new": "1"})
    found = s3.get_object(Bucket=bucket, Key="from")
    assert found["Body"].read() == BODY
    assert found["Metadata"] == {"new": "1"}


def test_copy_onto_itself_without_a_change(s3, bucket, source):
    assert refused(s3.copy_object, Bucket=bucket, Key="from", CopySource=source) == ("InvalidRequest", 400)


def test_copy_to_another_bucket(s3, bucket, source):
    other = bucket + "-other"
    s3.create_bucket(Bucket=other)
    s3.copy_object(Bucket=other, Key="to", CopySource=source)
    assert s3.get_object(Bucket=other, Key="to")["Body"].read() == BODY


def test_copy_outlives_its_source(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    s3.delete_object(Bucket=bucket, Key="from")
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == BODY


@pytest.mark.parametrize("size", [0, 1, 4096, 300_000])
def test_copy_of_each_way_to_keep_bytes(s3, bucket, size):
    body = bytes(number % 251 for number in range(size))
    s3.put_object(Bucket=bucket, Key="from", Body=body)
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from"})
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == body


@pytest.mark.parametrize("key", ["with space", "plus+", "ünïcode", "a/../b", "question?mark", "percent%2F", "//", "a//b/"])
def test_source_with_an_awkward_key(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=b"awkward")
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": key})
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == b"awkward"


@pytest.mark.parametrize("conditions", [
    {"CopySourceIfMatch": ETAG}, {"CopySourceIfNoneMatch": '"other"'}, {"CopySourceIfModifiedSince": NOW - AN_HOUR},
    {"CopySourceIfUnmodifiedSince": NOW + AN_HOUR},
    {"CopySourceIfMatch": ETAG, "CopySourceIfUnmodifiedSince": NOW - AN_HOUR},
], ids=name_of)
def test_condition_that_holds(s3, bucket, source, conditions):
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source, **conditions)
    assert s3.head_object(Bucket=bucket, Key="to")["ETag"] == ETAG


@pytest.mark.parametrize("conditions", [
    {"CopySourceIfMatch": '"other"'}, {"CopySourceIfNoneMatch": ETAG}, {"CopySourceIfUnmodifiedSince": NOW - AN_HOUR},
    {"CopySourceIfNoneMatch": ETAG, "CopySourceIfModifiedSince": NOW - AN_HOUR},
], ids=name_of)
def test_condition_that_fails(s3, bucket, source, conditions):
    assert refused(s3.copy_object, Bucket=bucket, Key="to", CopySource=source, **conditions) == (
        "PreconditionFailed", 412)
    assert refused(s3.head_object, Bucket=bucket, Key="to") == ("404", 404)


def test_missing_source(s3, bucket):
    assert refused(s3.copy_object, Bucket=bucket, Key="to", CopySource=bucket + "/nothing") == ("NoSuchKey", 404)


def test_missing_source_bucket(s3, bucket):
    assert refused(s3.copy_object, Bucket=bucket, Key="to", CopySource="no-such-bucket/key") == ("NoSuchBucket", 404)


@pytest.mark.parametrize("text", ["", "nokey", "/", "bucket/"])
def test_source_that_names_nothing(s3, bucket, text):
    assert refused(s3.copy_object, Bucket=bucket, Key="to", CopySource=text)[0] in ("InvalidArgument", "InvalidRequest")


def test_unreadable_source(s3, s3_bob, bucket, source):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    assert refused(s3_bob.copy_object, Bucket=bucket, Key="to", CopySource=source) == ("AccessDenied", 403)


def test_copy_gets_its_own_acl(s3, s3_bob, bucket, source):
    s3.put_object_acl(Bucket=bucket, Key="from", ACL="authenticated-read")
    s3.copy_object(Bucket=bucket, Key="to", CopySource=source)
    assert refused(s3_bob.get_object, Bucket=bucket, Key="to") == ("AccessDenied", 403)


def test_unknown_directive(s3, bucket, source):
    assert refused(s3.copy_object, Bucket=bucket, Key="to", CopySource=source, MetadataDirective="MOVE") == (
        "InvalidArgument", 400)
