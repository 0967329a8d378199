"""Amazon's SDKs for JavaScript, versions 2 and 3, in Node; version 3 with the checksums that it sends by default."""

import base64
import zlib

import pytest

from answers import ask
from drivers import SdkError
from contents import assert_same, make_file

RULE = {"ID": "uploads", "AllowedOrigins": ["https://www.example.com"], "AllowedMethods": ["PUT", "GET"],
        "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}


@pytest.fixture(scope="module", params=["v2.js", "v3.js"])
def sdk(request, make_javascript, alice):
    return make_javascript(request.param, alice)


@pytest.fixture(scope="module")
def sdk3(make_javascript, alice):
    return make_javascript("v3.js", alice)


def refused(sdk, operation, **parameters):
    with pytest.raises(SdkError) as error:
        sdk(operation, **parameters)
    return error.value.code, error.value.status


def test_bucket(sdk, bucket_name):
    sdk("CreateBucket", Bucket=bucket_name)
    assert bucket_name in [bucket["Name"] for bucket in sdk("ListBuckets")["Buckets"]]
    sdk("HeadBucket", Bucket=bucket_name)
    sdk("DeleteBucket", Bucket=bucket_name)
    assert refused(sdk, "ListObjectsV2", Bucket=bucket_name) == ("NoSuchBucket", 404)


def test_object_with_headers_and_metadata(sdk, bucket):
    sdk("PutObject", Bucket=bucket, Key="a key", Body=b"some bytes", ContentType="text/x-odd", Metadata={"colour": "blue"})
    answer = sdk("GetObject", Bucket=bucket, Key="a key")
    assert (answer["Body"], answer["ContentType"], answer["Metadata"]) == (b"some bytes", "text/x-odd", {"colour": "blue"})
    sdk("DeleteObject", Bucket=bucket, Key="a key")
    assert refused(sdk, "GetObject", Bucket=bucket, Key="a key") == ("NoSuchKey", 404)


def test_stream(sdk, bucket, tmp_path):
    path = make_file(tmp_path / "file", 200_000)
    sdk("PutObject", Bucket=bucket, Key="key", Body=path)
    assert sdk("GetObject", Bucket=bucket, Key="key")["Body"] == path.read_bytes()


@pytest.mark.parametrize("size", [0, 100, (12 << 20) + 1])
def test_stream_of_unknown_length(sdk, bucket, tmp_path, size):
    path = make_file(tmp_path / "file", size)
    assert ("-3" in sdk("Upload", Bucket=bucket, Key="key", Body=path)["ETag"]) == (size > 5 << 20)
    sdk("GetObject", save_to=tmp_path / "back", Bucket=bucket, Key="key")
    assert_same(path, tmp_path / "back")


def test_versions(sdk, bucket):
    sdk("PutBucketVersioning", Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = sdk("PutObject", Bucket=bucket, Key="key", Body=b"first")["VersionId"]
    sdk("DeleteObject", Bucket=bucket, Key="key")
    assert sdk("GetObject", Bucket=bucket, Key="key", VersionId=first)["Body"] == b"first"
    listing = sdk("ListObjectVersions", Bucket=bucket)
    assert [item["VersionId"] for item in listing["Versions"]] == [first] and len(listing["DeleteMarkers"]) == 1


def test_tags(sdk, bucket):
    sdk("PutObject", Bucket=bucket, Key="key", Body=b"", Tagging="colour=light%20blue")
    assert sdk("GetObjectTagging", Bucket=bucket, Key="key")["TagSet"] == [{"Key": "colour", "Value": "light blue"}]


def test_range(sdk, bucket):
    sdk("PutObject", Bucket=bucket, Key="key", Body=b"0123456789")
    assert sdk("GetObject", Bucket=bucket, Key="key", Range="bytes=2-4")["Body"] == b"234"


def test_copy(sdk, bucket):
    sdk("PutObject", Bucket=bucket, Key="from", Body=b"copied")
    sdk("CopyObject", Bucket=bucket, Key="to", CopySource=bucket + "/from")
    assert sdk("GetObject", Bucket=bucket, Key="to")["Body"] == b"copied"


def test_listing(sdk, bucket):
    for key in ("a/1", "b c", "ü"):
        sdk("PutObject", Bucket=bucket, Key=key, Body=b"")
    page = sdk("ListObjectsV2", Bucket=bucket, Delimiter="/")
    assert [item["Key"] for item in page["Contents"]] == ["b c", "ü"]
    assert [item["Prefix"] for item in page["CommonPrefixes"]] == ["a/"]


def test_delete_many(sdk, bucket):
    for key in ("a", "b&<"):
        sdk("PutObject", Bucket=bucket, Key=key, Body=b"")
    answer = sdk("DeleteObjects", Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b&<"}]})
    assert sorted(item["Key"] for item in answer["Deleted"]) == ["a", "b&<"]
    assert not sdk("ListObjectsV2", Bucket=bucket).get("Contents")


def test_acl(sdk, bucket, gateway):
    sdk("PutObject", Bucket=bucket, Key="key", Body=b"open", ACL="public-read")
    assert ask(gateway, "GET", "/%s/key" % bucket).body == b"open"
    sdk("PutObjectAcl", Bucket=bucket, Key="key", ACL="private")
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 403


def test_rules(sdk, bucket):
    sdk("PutBucketCors", Bucket=bucket, CORSConfiguration={"CORSRules": [RULE]})
    assert sdk("GetBucketCors", Bucket=bucket)["CORSRules"] == [RULE]
    sdk("DeleteBucketCors", Bucket=bucket)
    assert refused(sdk, "GetBucketCors", Bucket=bucket) == ("NoSuchCORSConfiguration", 404)


def test_presigned_url_of_version_2(gateway, make_javascript, alice, bucket, curl):
    sdk = make_javascript("v2.js", alice)
    sdk("PutObject", Bucket=bucket, Key="key", Body=b"presigned")
    url = sdk("GetSignedUrl", Operation="getObject", Bucket=bucket, Key="key", Expires=60)
    assert curl.plain("--fail", url).stdout == "presigned"


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def test_version_3_sends_a_crc32_that_is_kept(sdk3, bucket):
    assert sdk3("PutObject", Bucket=bucket, Key="key", Body=b"some bytes")["ChecksumCRC32"] == crc32(b"some bytes")
    assert sdk3("HeadObject", Bucket=bucket, Key="key", ChecksumMode="ENABLED")["ChecksumCRC32"] == crc32(b"some bytes")


def test_version_3_sends_it_behind_a_stream(sdk3, bucket, tmp_path):
    path = make_file(tmp_path / "file", 200_000)
    assert sdk3("PutObject", Bucket=bucket, Key="key", Body=path)["ChecksumCRC32"] == crc32(path.read_bytes())


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_every_checksum_of_version_3(sdk3, bucket, algorithm):
    sdk3("PutObject", Bucket=bucket, Key="key", Body=b"some bytes", ChecksumAlgorithm=algorithm)
    answer = sdk3("GetObject", Bucket=bucket, Key="key", ChecksumMode="ENABLED")
    assert answer["Body"] == b"some bytes"
    assert answer["Checksum" + algorithm]


@pytest.mark.parametrize("size", [0, 100, (12 << 20) + 1])
def test_version_3_over_tls(make_javascript, front, alice, bucket, tmp_path, size):
    """Its bodies are not signed there, and the checksum comes behind them."""
    sdk = make_javascript("v3.js", alice, on=front, NODE_EXTRA_CA_CERTS=str(front.certificate))
    path = make_file(tmp_path / "file", size)
    sdk("PutObject", Bucket=bucket, Key="one", Body=path)
    sdk("Upload", Bucket=bucket, Key="parts", Body=path)
    for key in ("one", "parts"):
        assert sdk("GetObject", save_to=tmp_path / "back", Bucket=bucket, Key=key)["ChecksumCRC32"]
        assert_same(path, tmp_path / "back")
