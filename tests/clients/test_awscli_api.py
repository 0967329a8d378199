"""`aws s3api` of Debian and the newest: what it does with objects, as a person or a script would call it."""

import pytest

from answers import ask
from contents import make_file
from drivers import uri

MIB = 1 << 20

pytestmark = pytest.mark.slow  # each command takes a second to start


@pytest.fixture
def body(tmp_path):
    path = tmp_path / "body"
    path.write_bytes(b"some bytes")
    return path


@pytest.fixture
def key(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"some bytes")
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


def test_checksums(aws, bucket, body, gateway, alice, tmp_path):
    for algorithm in aws.algorithms:
        put = aws.api("put-object", bucket=bucket, key=algorithm, body=body, checksum_algorithm=algorithm)
        head = ask(gateway, "HEAD", "/%s/%s" % (bucket, algorithm), headers=[("x-amz-checksum-mode", "ENABLED")], by=alice)
        assert head.header("x-amz-checksum-" + algorithm) == put["Checksum" + algorithm]
    aws("cp", "--recursive", uri(bucket), tmp_path / "back")  # the newest checks them
    assert {path.name: path.read_bytes() for path in (tmp_path / "back").iterdir()} == dict.fromkeys(
        aws.algorithms, b"some bytes")


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
