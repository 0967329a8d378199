"""Multipart uploads by other clients than boto3: s3cmd, boto 2, rclone, and the JavaScript SDKs."""

import math

import pytest

from answers import ask
from contents import assert_same, make_file
from parts import MIB, PART_MIN, some_bytes, whole_etag

SIZE = 12 * MIB + 345
PARTS = 3  # of 5 MiB


@pytest.fixture(scope="module")
def big_file(tmp_path_factory):
    return make_file(tmp_path_factory.mktemp("big") / "file", SIZE)


@pytest.fixture(scope="module")
def pieces(big_file):
    """Of 5 MiB, and the rest."""
    body = big_file.read_bytes()
    return [body[at:at + PART_MIN] for at in range(0, SIZE, PART_MIN)]


def etag_of(s3, bucket, key="key"):
    return s3.head_object(Bucket=bucket, Key=key)["ETag"]


# s3cmd.

@pytest.fixture(params=["v4", "v2"])
def s3cmd(request, make_s3cmd, alice):
    return make_s3cmd(alice, signature_v2=request.param == "v2")


def test_s3cmd_splits_by_itself(s3cmd, s3, bucket, tmp_path):
    path = make_file(tmp_path / "file", 16 * MIB)
    s3cmd("put", path, "s3://%s/key" % bucket)
    assert etag_of(s3, bucket).endswith('-2"')
    s3cmd("get", "s3://%s/key" % bucket, tmp_path / "back")
    assert_same(path, tmp_path / "back")


def test_s3cmd_splits_as_told(s3cmd, s3, bucket, big_file, pieces, tmp_path):
    s3cmd("--multipart-chunk-size-mb=5", "put", big_file, "s3://%s/key" % bucket)
    assert etag_of(s3, bucket) == whole_etag(*pieces)
    s3cmd("get", "s3://%s/key" % bucket, tmp_path / "back")
    assert_same(big_file, tmp_path / "back")


def test_s3cmd_copies_in_parts(s3cmd, s3, bucket, big_file, tmp_path):
    s3cmd("--multipart-chunk-size-mb=5", "put", big_file, "s3://%s/from" % bucket)
    s3cmd("cp", "s3://%s/from" % bucket, "s3://%s/key" % bucket)
    s3cmd("get", "s3://%s/key" % bucket, tmp_path / "back")
    assert_same(big_file, tmp_path / "back")


def test_s3cmd_sees_and_aborts_uploads(s3cmd, s3, bucket):
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
    etag = s3.upload_part(Bucket=bucket, Key="key", UploadId=upload_id, PartNumber=1, Body=b"part")["ETag"]
    assert upload_id in s3cmd("multipart", "s3://" + bucket).stdout
    assert etag in s3cmd("listmp", "s3://%s/key" % bucket, upload_id).stdout
    s3cmd("abortmp", "s3://%s/key" % bucket, upload_id)
    assert upload_id not in s3cmd("multipart", "s3://" + bucket).stdout


def test_s3cmd_goes_on_with_an_upload(s3cmd, s3, bucket, big_file, pieces):
    """What is there already is not sent again."""
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="key", UploadId=upload_id, PartNumber=2, Body=pieces[1])
    s3cmd("--multipart-chunk-size-mb=5", "--upload-id", upload_id, "--continue-put", "put", big_file, "s3://%s/key" % bucket)
    assert etag_of(s3, bucket) == whole_etag(*pieces)


# boto 2.

@pytest.fixture
def boto_bucket(make_boto, alice, bucket):
    return make_boto(alice).get_bucket(bucket)


def test_boto_uploads_in_parts(boto_bucket, pieces, big_file):
    upload = boto_bucket.initiate_multipart_upload("key", headers={"Content-Type": "text/x-odd"}, metadata={"colour": "blue"})
    with open(big_file, "rb") as body:
        for number, piece in enumerate(pieces, 1):
            upload.upload_part_from_file(body, number, size=len(piece))
    assert [(part.part_number, part.size) for part in upload] == [(number, len(piece)) for number, piece in enumerate(pieces, 1)]
    assert [(found.key_name, found.id) for found in boto_bucket.list_multipart_uploads()] == [("key", upload.id)]
    assert upload.complete_upload().etag == whole_etag(*pieces)
    key = boto_bucket.get_key("key")
    assert (key.content_type, key.get_metadata("colour")) == ("text/x-odd", "blue")
    assert key.get_contents_as_string() == b"".join(pieces)


def test_boto_copies_parts(boto_bucket):
    body = some_bytes(PART_MIN + 100)
    boto_bucket.new_key("from").set_contents_from_string(body)
    upload = boto_bucket.initiate_multipart_upload("key")
    upload.copy_part_from_key(boto_bucket.name, "from", 1, 0, PART_MIN - 1)
    upload.copy_part_from_key(boto_bucket.name, "from", 2, PART_MIN, PART_MIN + 99)
    upload.complete_upload()
    assert boto_bucket.get_key("key").get_contents_as_string() == body


def test_boto_cancels(boto_bucket):
    upload = boto_bucket.initiate_multipart_upload("key")
    upload.cancel_upload()
    assert list(boto_bucket.list_multipart_uploads()) == []


# rclone.

@pytest.mark.parametrize("chunk,etag_end", [("5M", '-3"'), ("6M", '-3"'), ("10M", '-2"')])
def test_rclone_with_a_low_cutoff(rclone, s3, bucket, big_file, tmp_path, chunk, etag_end):
    rclone("--s3-upload-cutoff", "5M", "--s3-chunk-size", chunk, "copyto", big_file, "gate:%s/key" % bucket)
    assert etag_of(s3, bucket).endswith(etag_end)
    rclone("copyto", "gate:%s/key" % bucket, tmp_path / "back")
    assert_same(big_file, tmp_path / "back")


def test_rclone_streams_what_has_no_size(rclone, s3, bucket, big_file, pieces):
    rclone("rcat", "--s3-chunk-size", "5M", "gate:%s/key" % bucket, stdin=big_file.read_bytes())
    assert etag_of(s3, bucket) == whole_etag(*pieces)


def test_rclone_copies_in_parts_on_the_server(rclone, s3, bucket, big_file, tmp_path):
    rclone("copyto", big_file, "gate:%s/from" % bucket)
    rclone("--s3-copy-cutoff", "5M", "--s3-chunk-size", "5M", "copyto", "gate:%s/from" % bucket, "gate:%s/key" % bucket)
    assert "-" in etag_of(s3, bucket)
    rclone("copyto", "gate:%s/key" % bucket, tmp_path / "back")
    assert_same(big_file, tmp_path / "back")


def test_rclone_cleans_up(rclone, s3, bucket):
    s3.create_multipart_upload(Bucket=bucket, Key="key")
    rclone("backend", "cleanup", "-o", "max-age=0s", "gate:" + bucket)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


# The JavaScript SDKs: version 2's ManagedUpload, version 3's lib-storage.

@pytest.fixture(scope="module", params=["v2.js", "v3.js"])
def sdk(request, make_javascript, alice):
    return make_javascript(request.param, alice)


def test_javascript_uploads_in_parts(sdk, s3, bucket, big_file, pieces):
    answer = sdk("Upload", Bucket=bucket, Key="a key", Body=big_file, PartSize=PART_MIN, ContentType="text/x-odd")
    assert (answer["Bucket"], answer["Key"], answer["ETag"]) == (bucket, "a key", whole_etag(*pieces))
    found = s3.get_object(Bucket=bucket, Key="a key")
    assert found["Body"].read() == b"".join(pieces) and found["ContentType"] == "text/x-odd"


def test_javascript_location_can_be_fetched(sdk, gateway, bucket, big_file, pieces):
    answer = sdk("Upload", Bucket=bucket, Key="a key", Body=big_file, PartSize=PART_MIN, ACL="public-read")
    path = answer["Location"].removeprefix(gateway.endpoint)
    assert path == "/%s/a%%20key" % bucket
    assert ask(gateway, "GET", path).body == b"".join(pieces)


def test_javascript_step_by_step(sdk, bucket):
    where = {"Bucket": bucket, "Key": "key"}
    where["UploadId"] = sdk("CreateMultipartUpload", **where)["UploadId"]
    etag = sdk("UploadPart", **where, PartNumber=1, Body=b"part")["ETag"]
    assert [part["PartNumber"] for part in sdk("ListParts", **where)["Parts"]] == [1]
    assert [upload["Key"] for upload in sdk("ListMultipartUploads", Bucket=bucket)["Uploads"]] == ["key"]
    answer = sdk("CompleteMultipartUpload", **where, MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]})
    assert answer["ETag"] == whole_etag(b"part")


def test_javascript_checksums(make_javascript, alice, bucket, big_file, pieces):
    """lib-storage asks for a CRC32 of each part by itself."""
    sdk = make_javascript("v3.js", alice)
    sdk("Upload", Bucket=bucket, Key="key", Body=big_file, PartSize=PART_MIN)
    found = sdk("HeadObject", Bucket=bucket, Key="key", ChecksumMode="ENABLED")
    assert found["ChecksumCRC32"] and found["ChecksumType"] in ("COMPOSITE", "FULL_OBJECT")
    found = sdk("GetObjectAttributes", Bucket=bucket, Key="key", ObjectAttributes=["ObjectParts", "ObjectSize"])
    assert (found["ObjectParts"]["TotalPartsCount"], found["ObjectSize"]) == (math.ceil(SIZE / PART_MIN), SIZE)
    assert len(sdk("GetObject", Bucket=bucket, Key="key")["Body"]) == SIZE


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"])
def test_javascript_each_checksum(make_javascript, alice, bucket, big_file, algorithm):
    sdk = make_javascript("v3.js", alice)
    sdk("Upload", Bucket=bucket, Key="key", Body=big_file, PartSize=PART_MIN, ChecksumAlgorithm=algorithm)
    assert sdk("HeadObject", Bucket=bucket, Key="key", ChecksumMode="ENABLED")["Checksum" + algorithm]
