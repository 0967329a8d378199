"""`aws s3api` of Debian and the newest: the operations one by one, as a person or a script would call them."""

import json

import pytest

from answers import ALL_USERS, ask, grants
from contents import make_file

MIB = 1 << 20

pytestmark = pytest.mark.slow  # each command takes a second to start


@pytest.fixture
def body(tmp_path):
    path = tmp_path / "body"
    path.write_bytes(b"some bytes")
    return path


@pytest.fixture
def key(aws, bucket, body):
    aws.api("put-object", bucket=bucket, key="key", body=body)
    return "key"


def fetched(aws, tmp_path, **parameters):
    """The bytes that get-object stores, and what it prints."""
    printed = aws.api("get-object", tmp_path / "fetched", key="key", **parameters)
    return (tmp_path / "fetched").read_bytes(), printed


def test_multipart(aws, bucket, s3, tmp_path):
    first, second = make_file(tmp_path / "1", 5 * MIB), make_file(tmp_path / "2", 100)
    s3.put_object(Bucket=bucket, Key="source", Body=b"0123456789")
    upload = {"bucket": bucket, "key": "key",
              "upload_id": aws.api("create-multipart-upload", bucket=bucket, key="key")["UploadId"]}
    parts = [{"PartNumber": number, "ETag": aws.api("upload-part", part_number=str(number), body=path, **upload)["ETag"]}
             for number, path in ((1, first), (2, second))]
    copied = aws.api("upload-part-copy", part_number="3", copy_source=bucket + "/source", copy_source_range="bytes=2-4",
                     **upload)
    assert [item["Key"] for item in aws.api("list-multipart-uploads", bucket=bucket)["Uploads"]] == ["key"]
    assert [(part["PartNumber"], part["Size"]) for part in aws.api("list-parts", **upload)["Parts"]] == [
        (1, 5 * MIB), (2, 100), (3, 3)]
    # A part that is not the last one has to have 5 MiB.
    short = [*parts, {"PartNumber": 3, "ETag": copied["CopyPartResult"]["ETag"]}]
    assert aws.refused("complete-multipart-upload", multipart_upload={"Parts": short}, **upload) == "EntityTooSmall"
    done = aws.api("complete-multipart-upload", multipart_upload={"Parts": parts}, **upload)
    assert done["ETag"].endswith('-2"')
    assert fetched(aws, tmp_path, bucket=bucket)[0] == first.read_bytes() + second.read_bytes()
    assert aws.api("head-object", bucket=bucket, key="key", part_number="2")["PartsCount"] == 2


def test_multipart_abort(aws, bucket, body):
    upload = {"bucket": bucket, "key": "key",
              "upload_id": aws.api("create-multipart-upload", bucket=bucket, key="key")["UploadId"]}
    aws.api("upload-part", part_number="1", body=body, **upload)
    aws.api("abort-multipart-upload", **upload)
    assert "Uploads" not in aws.api("list-multipart-uploads", bucket=bucket)
    assert aws.refused("list-parts", **upload) == "NoSuchUpload"


def test_versioning(aws, bucket, key, body, tmp_path):
    assert aws.api("get-bucket-versioning", bucket=bucket) == {}
    aws.api("put-bucket-versioning", bucket=bucket, versioning_configuration="Status=Enabled")
    assert aws.api("get-bucket-versioning", bucket=bucket)["Status"] == "Enabled"
    body.write_bytes(b"second")
    second = aws.api("put-object", bucket=bucket, key=key, body=body)["VersionId"]
    marker = aws.api("delete-object", bucket=bucket, key=key)
    assert marker["DeleteMarker"] is True
    assert aws.refused("get-object", tmp_path / "none", bucket=bucket, key=key) == "NoSuchKey"
    listing = aws.api("list-object-versions", bucket=bucket)
    assert [(item["VersionId"], item["IsLatest"]) for item in listing["Versions"]] == [(second, False), ("null", False)]
    assert [(item["VersionId"], item["IsLatest"]) for item in listing["DeleteMarkers"]] == [(marker["VersionId"], True)]
    assert fetched(aws, tmp_path, bucket=bucket, version_id="null")[0] == b"some bytes"
    aws.api("delete-object", bucket=bucket, key=key, version_id=marker["VersionId"])
    assert fetched(aws, tmp_path, bucket=bucket)[0] == b"second"


def test_tags_of_an_object(aws, bucket, body):
    aws.api("put-object", bucket=bucket, key="key", body=body, tagging="colour=light%20blue&n=1")
    assert aws.api("get-object-tagging", bucket=bucket, key="key")["TagSet"] == [
        {"Key": "colour", "Value": "light blue"}, {"Key": "n", "Value": "1"}]
    aws.api("put-object-tagging", bucket=bucket, key="key", tagging={"TagSet": [{"Key": "other", "Value": ""}]})
    assert aws.api("get-object-tagging", bucket=bucket, key="key")["TagSet"] == [{"Key": "other", "Value": ""}]
    aws.api("delete-object-tagging", bucket=bucket, key="key")
    assert aws.api("get-object-tagging", bucket=bucket, key="key")["TagSet"] == []


def test_tags_of_a_bucket(aws, bucket):
    assert aws.refused("get-bucket-tagging", bucket=bucket) == "NoSuchTagSet"
    tags = [{"Key": "project", "Value": "fonts"}]
    aws.api("put-bucket-tagging", bucket=bucket, tagging={"TagSet": tags})
    assert aws.api("get-bucket-tagging", bucket=bucket)["TagSet"] == tags
    aws.api("delete-bucket-tagging", bucket=bucket)
    assert aws.refused("get-bucket-tagging", bucket=bucket) == "NoSuchTagSet"


def test_acl(aws, bucket, key, alice, bob, gateway):
    aws.api("put-object-acl", bucket=bucket, key=key, acl="public-read")
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 200
    aws.api("put-object-acl", bucket=bucket, key=key, grant_read="id=" + bob.id)
    acl = aws.api("get-object-acl", bucket=bucket, key=key)
    assert grants(acl) == [(bob.id, "READ")]
    aws.api("put-bucket-acl", bucket=bucket, acl="public-read")
    assert grants(aws.api("get-bucket-acl", bucket=bucket)) == sorted([(alice.id, "FULL_CONTROL"), (ALL_USERS, "READ")])


def test_policy(aws, bucket, key, gateway):
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*" % bucket}]}
    assert aws.refused("get-bucket-policy", bucket=bucket) == "NoSuchBucketPolicy"
    aws.api("put-bucket-policy", bucket=bucket, policy=policy)
    assert json.loads(aws.api("get-bucket-policy", bucket=bucket)["Policy"]) == policy
    assert aws.api("get-bucket-policy-status", bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    assert ask(gateway, "GET", "/%s/key" % bucket).body == b"some bytes"
    aws.api("delete-bucket-policy", bucket=bucket)
    assert ask(gateway, "GET", "/%s/key" % bucket).code == "AccessDenied"


def test_checksums(aws, bucket, body, tmp_path):
    for algorithm in aws.algorithms:
        put = aws.api("put-object", bucket=bucket, key="key", body=body, checksum_algorithm=algorithm)
        data, got = fetched(aws, tmp_path, bucket=bucket, checksum_mode="ENABLED")
        assert data == b"some bytes"
        assert got["Checksum" + algorithm] == put["Checksum" + algorithm]


def test_attributes(aws, bucket, body):
    put = aws.api("put-object", bucket=bucket, key="key", body=body, checksum_algorithm="SHA256")
    found = aws.api("get-object-attributes", bucket=bucket, key="key",
                    object_attributes=["ETag", "Checksum", "ObjectSize", "StorageClass", "ObjectParts"])
    assert (found["ETag"], found["ObjectSize"], found["StorageClass"]) == (put["ETag"].strip('"'), 10, "STANDARD")
    assert found["Checksum"]["ChecksumSHA256"] == put["ChecksumSHA256"]


def test_condition_on_a_write(newest_aws, bucket, body):
    aws = newest_aws
    put = aws.api("put-object", bucket=bucket, key="key", body=body, if_none_match="*")
    assert aws.refused("put-object", bucket=bucket, key="key", body=body, if_none_match="*") == "PreconditionFailed"
    assert aws.refused("put-object", bucket=bucket, key="key", body=body, if_match='"other"') == "PreconditionFailed"
    aws.api("put-object", bucket=bucket, key="key", body=body, if_match=put["ETag"])
    assert aws.refused("delete-object", bucket=bucket, key="key", if_match='"other"') == "PreconditionFailed"
    aws.api("delete-object", bucket=bucket, key="key", if_match=put["ETag"])


def test_ownership_and_public_access(aws, bucket):
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    aws.api("put-bucket-ownership-controls", bucket=bucket, ownership_controls=rules)
    assert aws.api("get-bucket-ownership-controls", bucket=bucket)["OwnershipControls"] == rules
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    aws.api("put-public-access-block", bucket=bucket, public_access_block_configuration=block)
    assert aws.api("get-public-access-block", bucket=bucket)["PublicAccessBlockConfiguration"] == block


def test_delete_many(aws, bucket, s3):
    for name in ("a", "b&<", "ü"):
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    gone = aws.api("delete-objects", bucket=bucket, delete={"Objects": [{"Key": name} for name in ("a", "b&<", "ü")]})
    assert sorted(item["Key"] for item in gone["Deleted"]) == ["a", "b&<", "ü"]
    assert "Contents" not in aws.api("list-objects-v2", bucket=bucket)


def test_pages_of_a_listing(aws, bucket, s3):
    for name in ("a/1", "a/2", "b", "c", "d"):
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    listing = aws.api("list-objects-v2", "--page-size", "2", bucket=bucket)
    assert [item["Key"] for item in listing["Contents"]] == ["a/1", "a/2", "b", "c", "d"]
    first = aws.api("list-objects", "--max-items", "1", bucket=bucket, delimiter="/")
    assert first["CommonPrefixes"] == [{"Prefix": "a/"}] and first["NextToken"]
