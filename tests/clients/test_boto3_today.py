"""What boto3 does since 2025 and did not before: a checksum with every upload, and asked for with every download. Over plain HTTP
it stands in a header; over TLS it comes behind a body that is not signed."""

import base64
import io
import zlib

import pytest

pytest.importorskip("boto3", minversion="1.36", reason="for the newest boto3, which has a run of its own")

import boto3.s3.transfer  # noqa: E402

from answers import refused  # noqa: E402
from contents import assert_same, make_file  # noqa: E402

MIB = 1 << 20
ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]
PARTS = boto3.s3.transfer.TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)


@pytest.fixture(scope="module", params=["http", "https"])
def today(request, make_boto3, alice):
    """alice's client as it is by default, on the gateway and on TLS in front of it."""
    if request.param == "http":
        return make_boto3(alice)
    front = request.getfixturevalue("front")
    return make_boto3(alice, endpoint=front.endpoint, verify=str(front.certificate))


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def headers_sent(client, operation):
    """The headers of the next requests of that operation, as they are sent."""
    seen = []
    client.meta.events.register_last("before-send.s3." + operation, lambda request, **_: seen.append(dict(request.headers)))
    return seen


def test_upload_carries_a_crc32_that_is_kept(today, bucket):
    sent = headers_sent(today, "PutObject")
    assert today.put_object(Bucket=bucket, Key="key", Body=b"some bytes")["ChecksumCRC32"] == crc32(b"some bytes")
    if today.meta.endpoint_url.startswith("https:"):
        assert sent[0]["x-amz-content-sha256"] == b"STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        assert sent[0]["X-Amz-Trailer"] == b"x-amz-checksum-crc32"
    else:
        assert sent[0]["x-amz-checksum-crc32"] == crc32(b"some bytes").encode()
    answer = today.get_object(Bucket=bucket, Key="key")
    assert answer["ChecksumCRC32"] == crc32(b"some bytes") and answer["ChecksumType"] == "FULL_OBJECT"
    assert answer["Body"].read() == b"some bytes"


@pytest.mark.parametrize("size", [0, 1, 64 << 10, 3 * MIB + 1])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_checksum(today, bucket, algorithm, size):
    body = make_bytes(size)
    put = today.put_object(Bucket=bucket, Key="key", Body=body, ChecksumAlgorithm=algorithm)
    answer = today.get_object(Bucket=bucket, Key="key")
    assert answer["Checksum" + algorithm] == put["Checksum" + algorithm]
    assert answer["Body"].read() == body  # which boto3 checks


def make_bytes(size):
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_wrong_checksum_stores_nothing(today, bucket, algorithm):
    wrong = base64.b64encode(bytes({"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32}[algorithm])).decode()
    assert refused(today.put_object, Bucket=bucket, Key="key", Body=b"some bytes",
                   **{"Checksum" + algorithm: wrong}) == ("BadDigest", 400)
    assert refused(today.head_object, Bucket=bucket, Key="key") == ("404", 404)


@pytest.mark.parametrize("algorithm", [None, *ALGORITHMS])
def test_file_in_parts(today, bucket, tmp_path, algorithm):
    file = make_file(tmp_path / "file", 12 * MIB)
    today.upload_file(str(file), bucket, "key", Config=PARTS,
                      ExtraArgs={"ChecksumAlgorithm": algorithm} if algorithm else None)
    head = today.head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")
    assert head["ETag"].endswith('-3"') and head["ContentLength"] == 12 * MIB
    whole = head["ChecksumType"] == "FULL_OBJECT"
    assert whole == (algorithm == "CRC64NVME")
    assert head["Checksum" + (algorithm or "CRC32")].endswith("-3") != whole
    today.download_file(bucket, "key", str(tmp_path / "back"), Config=PARTS)
    assert_same(file, tmp_path / "back")


def test_checksum_of_the_whole_is_checked_at_completion(today, bucket):
    body = make_bytes(6 * MIB)
    upload = today.create_multipart_upload(Bucket=bucket, Key="key", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    upload = {"Bucket": bucket, "Key": "key", "UploadId": upload["UploadId"]}
    parts = []
    for number, piece in enumerate((body[:5 * MIB], body[5 * MIB:]), 1):
        part = today.upload_part(PartNumber=number, Body=piece, ChecksumAlgorithm="CRC32", **upload)
        parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]})
    done = {"MultipartUpload": {"Parts": parts}, "ChecksumType": "FULL_OBJECT", **upload}
    assert refused(today.complete_multipart_upload, ChecksumCRC32="AAAAAA==", **done)[1] == 400
    assert today.complete_multipart_upload(ChecksumCRC32=crc32(body), **done)["ChecksumCRC32"] == crc32(body)
    assert today.get_object(Bucket=bucket, Key="key")["Body"].read() == body


class Pipe(io.RawIOBase):
    """Bytes of a length that nobody can ask for."""

    def __init__(self, data):
        self.source = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self.source.readinto(buffer)


@pytest.mark.parametrize("size", [0, 100, 11 * MIB])
def test_stream_of_unknown_length(today, bucket, size):
    today.upload_fileobj(Pipe(make_bytes(size)), bucket, "key", Config=PARTS)
    back = io.BytesIO()
    today.download_fileobj(bucket, "key", back, Config=PARTS)
    assert back.getvalue() == make_bytes(size)


def test_large_object_is_copied_in_parts(today, bucket):
    today.upload_fileobj(io.BytesIO(make_bytes(11 * MIB)), bucket, "from", Config=PARTS)
    today.copy({"Bucket": bucket, "Key": "from"}, bucket, "to", Config=PARTS)
    assert today.head_object(Bucket=bucket, Key="to")["ETag"].endswith('-3"')
    assert today.get_object(Bucket=bucket, Key="to")["Body"].read() == make_bytes(11 * MIB)


def test_deletion_of_many_carries_a_checksum_alone(today, bucket):
    for key in ("a", "b&<"):
        today.put_object(Bucket=bucket, Key=key, Body=b"")
    sent = headers_sent(today, "DeleteObjects")
    gone = today.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b&<"}]})
    assert [item["Key"] for item in gone["Deleted"]] == ["a", "b&<"]
    assert "x-amz-checksum-crc32" in sent[0] and "Content-MD5" not in sent[0]


def test_without_a_checksum_the_gateway_makes_one(make_boto3, alice, bucket):
    quiet = make_boto3(alice, request_checksum_calculation="when_required", response_checksum_validation="when_required")
    sent = headers_sent(quiet, "PutObject")
    quiet.put_object(Bucket=bucket, Key="key", Body=b"123456789")
    assert not [name for name in sent[0] if "checksum" in name.lower()]
    assert "ChecksumCRC64NVME" not in quiet.get_object(Bucket=bucket, Key="key")
    head = quiet.head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")
    assert (head["ChecksumCRC64NVME"], head["ChecksumType"]) == ("rosUhgp5mIg=", "FULL_OBJECT")


def test_conditions_on_writes(today, bucket):
    etag = today.put_object(Bucket=bucket, Key="key", Body=b"first", IfNoneMatch="*")["ETag"]
    failed = ("PreconditionFailed", 412)
    assert refused(today.put_object, Bucket=bucket, Key="key", Body=b"second", IfNoneMatch="*") == failed
    assert refused(today.put_object, Bucket=bucket, Key="key", Body=b"second", IfMatch='"other"') == failed
    assert refused(today.put_object, Bucket=bucket, Key="none", Body=b"", IfMatch=etag) == ("NoSuchKey", 404)
    assert refused(today.delete_object, Bucket=bucket, Key="key", IfMatch='"other"') == failed
    kept = today.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "key", "ETag": '"other"'}]})
    assert [error["Code"] for error in kept["Errors"]] == ["PreconditionFailed"]
    second = today.put_object(Bucket=bucket, Key="key", Body=b"second", IfMatch=etag)["ETag"]
    today.delete_object(Bucket=bucket, Key="key", IfMatch=second)
    assert refused(today.head_object, Bucket=bucket, Key="key") == ("404", 404)


def test_conditions_on_completion(today, bucket):
    def complete(**conditions):
        upload = {"Bucket": bucket, "Key": "key",
                  "UploadId": today.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]}
        part = {"PartNumber": 1, "ETag": today.upload_part(PartNumber=1, Body=b"part", **upload)["ETag"]}
        return today.complete_multipart_upload(MultipartUpload={"Parts": [part]}, **conditions, **upload)

    etag = complete(IfNoneMatch="*")["ETag"]
    assert refused(complete, IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refused(complete, IfMatch='"other"') == ("PreconditionFailed", 412)
    complete(IfMatch=etag)
