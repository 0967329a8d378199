"""boto3: checksums of parts and of wholes, and GetObjectAttributes. What Debian's boto3 does not know goes in headers."""

import base64
import hashlib
import struct
import zlib

import pytest

from answers import refused
from parts import PART_MIN, Upload, header, some_bytes, whole_etag

BODIES = [some_bytes(PART_MIN, 3), some_bytes(PART_MIN, 4), b"end"]
CHECK = b"123456789"


def table(polynomial):
    rows = []
    for row in range(256):
        for _ in range(8):
            row = row >> 1 ^ polynomial if row & 1 else row >> 1
        rows.append(row)
    return rows


CRC32C_TABLE, CRC64_TABLE = table(0x82f63b78), table(0x9a6c9329ac4bc9b5)


def crc(rows, bits, body):
    value = (1 << bits) - 1
    for byte in body:
        value = value >> 8 ^ rows[(value ^ byte) & 255]
    return (value ^ (1 << bits) - 1).to_bytes(bits // 8, "big")


DIGESTS = {
    "CRC32": lambda body: struct.pack(">I", zlib.crc32(body)),
    "CRC32C": lambda body: crc(CRC32C_TABLE, 32, body),
    "CRC64NVME": lambda body: crc(CRC64_TABLE, 64, body),
    "SHA1": lambda body: hashlib.sha1(body).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
}
COMPOSITE = ["CRC32", "CRC32C", "SHA1", "SHA256"]
FULL_OBJECT = ["CRC32", "CRC32C", "CRC64NVME"]


def value(name, body):
    return base64.b64encode(DIGESTS[name](body)).decode()


def composite(name, *bodies):
    joined = b"".join(DIGESTS[name](body) for body in bodies)
    return "%s-%d" % (value(name, joined), len(bodies))


def headers(answer):
    return answer["ResponseMetadata"]["HTTPHeaders"]


def create(s3, bucket, name, kind):
    with header(s3, "x-amz-checksum-algorithm", name), header(s3, "x-amz-checksum-type", kind):
        upload = Upload(s3, bucket)
    assert headers(upload.answer)["x-amz-checksum-algorithm"] == name
    assert headers(upload.answer)["x-amz-checksum-type"] == kind
    return upload


def put(upload, number, name, body):
    """A part with its checksum, which comes back."""
    with header(upload.s3, "x-amz-checksum-" + name.lower(), value(name, body)):
        answer = upload.put(number, body)
    assert headers(answer)["x-amz-checksum-" + name.lower()] == value(name, body)
    upload.parts[number]["Checksum" + name] = value(name, body)


@pytest.fixture
def plain(make_boto3, alice):
    """A client that adds no checksums by itself; Debian's never does."""
    try:
        return make_boto3(alice, request_checksum_calculation="when_required", response_checksum_validation="when_required")
    except TypeError:
        return make_boto3(alice)


def test_known_values():
    assert value("CRC32C", CHECK) == "4waSgw==" and value("CRC64NVME", CHECK) == "rosUhgp5mIg="


# One part of each kind.

@pytest.mark.parametrize("name", COMPOSITE)
def test_composite(plain, bucket, name):
    upload = create(plain, bucket, name, "COMPOSITE")
    put(upload, 1, name, CHECK)
    with header(plain, "x-amz-checksum-type", "COMPOSITE"), \
            header(plain, "x-amz-checksum-" + name.lower(), composite(name, CHECK)):
        upload.complete(checksums=True)
    head = headers(plain.head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED"))
    assert head["x-amz-checksum-" + name.lower()] == composite(name, CHECK)
    assert head["x-amz-checksum-type"] == "COMPOSITE"


@pytest.mark.parametrize("name", FULL_OBJECT)
def test_full_object(plain, bucket, name):
    upload = create(plain, bucket, name, "FULL_OBJECT")
    with header(plain, "x-amz-checksum-" + name.lower(), value(name, CHECK)):
        upload.put(1, CHECK)
        upload.complete()
    head = headers(plain.head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED"))
    assert head["x-amz-checksum-" + name.lower()] == value(name, CHECK)
    assert head["x-amz-checksum-type"] == "FULL_OBJECT"


# Several.

def test_composite_of_several(plain, bucket):
    upload = create(plain, bucket, "SHA256", "COMPOSITE")
    for number, body in enumerate(BODIES, 1):
        put(upload, number, "SHA256", body)
    listed = plain.list_parts(**upload.where)
    assert listed["ChecksumAlgorithm"] == "SHA256"
    assert [part["ChecksumSHA256"] for part in listed["Parts"]] == [value("SHA256", body) for body in BODIES]
    assert plain.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["ChecksumAlgorithm"] == "SHA256"
    answer = upload.complete(checksums=True)
    assert (answer["ChecksumSHA256"], answer["ETag"]) == (composite("SHA256", *BODIES), whole_etag(*BODIES))


def test_full_object_of_several(plain, bucket):
    """The CRC of the whole comes from those of the parts, the last of which brings none."""
    upload = create(plain, bucket, "CRC32", "FULL_OBJECT")
    for number, body in enumerate(BODIES[:2], 1):
        put(upload, number, "CRC32", body)
    upload.put(3, BODIES[2])
    with header(plain, "x-amz-checksum-crc32", "AAAAAA=="):
        assert refused(upload.complete) == ("BadDigest", 400)
    with header(plain, "x-amz-checksum-crc32", value("CRC32", b"".join(BODIES))):
        answer = upload.complete()
    assert answer["ChecksumCRC32"] == value("CRC32", b"".join(BODIES))


def test_without_any(plain, bucket):
    """Then it is a CRC64NVME of the whole."""
    upload = Upload(plain, bucket)
    upload.put(1, CHECK)
    upload.complete()
    head = headers(plain.head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED"))
    assert (head["x-amz-checksum-crc64nvme"], head["x-amz-checksum-type"]) == (value("CRC64NVME", CHECK), "FULL_OBJECT")


def test_parts_with_others_than_the_upload_was_begun_with(plain, bucket):
    upload = create(plain, bucket, "SHA256", "COMPOSITE")
    with header(plain, "x-amz-checksum-crc32", value("CRC32", CHECK)):
        assert refused(upload.put, 1, CHECK) == ("InvalidRequest", 400)
    assert refused(upload.put, 1, CHECK) == ("InvalidRequest", 400)
    assert upload.listed() == []


@pytest.mark.parametrize("name", DIGESTS)
def test_part_with_a_wrong_checksum(plain, bucket, name):
    upload = Upload(plain, bucket)
    with header(plain, "x-amz-checksum-" + name.lower(), value(name, b"other")):
        assert refused(upload.put, 1, CHECK) == ("BadDigest", 400)
    with header(plain, "x-amz-checksum-" + name.lower(), "nonsense"):
        assert refused(upload.put, 1, CHECK) == ("InvalidRequest", 400)
    assert upload.listed() == []


def test_completing_without_a_part_s_checksum(plain, bucket):
    upload = create(plain, bucket, "SHA256", "COMPOSITE")
    put(upload, 1, "SHA256", CHECK)
    assert refused(upload.complete) == ("InvalidRequest", 400)
    upload.parts[1]["ChecksumSHA256"] = value("SHA256", b"other")
    assert refused(upload.complete, checksums=True) == ("InvalidPart", 400)
    upload.parts[1] = {"ETag": upload.parts[1]["ETag"], "ChecksumSHA1": value("SHA1", CHECK)}
    assert refused(upload.complete, checksums=True) == ("BadDigest", 400)
    upload.parts[1]["ChecksumSHA256"] = value("SHA256", CHECK)
    assert refused(upload.complete, checksums=True) == ("InvalidArgument", 400)
    del upload.parts[1]["ChecksumSHA1"]
    upload.complete(checksums=True)


def test_part_copied_has_the_upload_s_checksum(plain, bucket):
    plain.put_object(Bucket=bucket, Key="from", Body=CHECK)
    upload = create(plain, bucket, "SHA256", "COMPOSITE")
    assert upload.copy(1, bucket + "/from")["ChecksumSHA256"] == value("SHA256", CHECK)
    assert upload.complete(checksums=True)["ChecksumSHA256"] == composite("SHA256", CHECK)


@pytest.mark.parametrize("algorithm,kind", [("MD4", None), ("CRC32", "BOTH"), ("CRC64NVME", "COMPOSITE"), ("SHA1", "FULL_OBJECT"),
                                            ("CRC32,SHA1", None), (None, "COMPOSITE")])
def test_what_does_not_go_together(plain, bucket, algorithm, kind):
    with header(plain, "x-amz-checksum-algorithm", algorithm or ""), header(plain, "x-amz-checksum-type", kind or ""):
        assert refused(Upload, plain, bucket) == ("InvalidRequest", 400)
    assert "Uploads" not in plain.list_multipart_uploads(Bucket=bucket)


def test_checksum_of_a_single_part(plain, bucket):
    """GET of a part comes with that part's checksum, of the whole with that of the whole, of a range with none."""
    upload = create(plain, bucket, "SHA256", "COMPOSITE")
    for number, body in enumerate(BODIES, 1):
        put(upload, number, "SHA256", body)
    upload.complete(checksums=True)
    asked = {"Bucket": bucket, "Key": "key", "ChecksumMode": "ENABLED"}
    for number, body in enumerate(BODIES, 1):
        assert headers(plain.head_object(**asked, PartNumber=number))["x-amz-checksum-sha256"] == value("SHA256", body)
    assert headers(plain.head_object(**asked))["x-amz-checksum-sha256"] == composite("SHA256", *BODIES)
    assert "x-amz-checksum-sha256" not in headers(plain.head_object(**asked, Range="bytes=0-1"))
    assert "x-amz-checksum-sha256" not in headers(plain.head_object(Bucket=bucket, Key="key"))


def test_mode_that_is_none(plain, bucket):
    plain.put_object(Bucket=bucket, Key="key", Body=CHECK)
    with header(plain, "x-amz-checksum-mode", "disabled"):
        assert refused(plain.get_object, Bucket=bucket, Key="key") == ("InvalidRequest", 400)


def test_copy_has_a_checksum_of_its_whole(plain, bucket):
    upload = create(plain, bucket, "SHA256", "COMPOSITE")
    put(upload, 1, "SHA256", CHECK)
    upload.complete(checksums=True)
    answer = plain.copy_object(Bucket=bucket, Key="to", CopySource=bucket + "/key")["CopyObjectResult"]
    assert answer["ChecksumSHA256"] == value("SHA256", CHECK)
    answer = plain.copy_object(Bucket=bucket, Key="to", CopySource=bucket + "/key", ChecksumAlgorithm="SHA1")
    assert answer["CopyObjectResult"]["ChecksumSHA1"] == value("SHA1", CHECK)


def test_with_the_client_s_own_defaults(s3, bucket):
    """The newest boto3 adds a CRC32 to each part; Debian's none."""
    upload = Upload(s3, bucket)
    for number, body in enumerate(BODIES, 1):
        upload.put(number, body)
    assert upload.complete(checksums=True)["ETag"] == whole_etag(*BODIES)
    assert s3.get_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")["Body"].read() == b"".join(BODIES)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_computed_by_the_client(s3, bucket, algorithm):
    upload = Upload(s3, bucket, ChecksumAlgorithm=algorithm)
    for number, body in enumerate(BODIES, 1):
        upload.put(number, body, ChecksumAlgorithm=algorithm)
    assert upload.complete(checksums=True)["Checksum" + algorithm] == composite(algorithm, *BODIES)


# GetObjectAttributes.

ALL = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]


def attributes(s3, bucket, *names, **more):
    return s3.get_object_attributes(Bucket=bucket, Key="key", ObjectAttributes=list(names), **more)


def test_attributes_of_an_object_in_one_piece(plain, bucket):
    put_answer = plain.put_object(Bucket=bucket, Key="key", Body=CHECK, ChecksumSHA256=value("SHA256", CHECK))
    found = attributes(plain, bucket, *ALL)
    assert (found["ETag"], found["ObjectSize"], found["StorageClass"]) == (
        put_answer["ETag"].strip('"'), len(CHECK), "STANDARD")
    assert found["Checksum"]["ChecksumSHA256"] == value("SHA256", CHECK)
    assert "ObjectParts" not in found
    assert found["LastModified"] == plain.head_object(Bucket=bucket, Key="key")["LastModified"]


def test_attributes_that_are_asked_for(plain, bucket):
    plain.put_object(Bucket=bucket, Key="key", Body=CHECK)
    for name in ALL:
        found = attributes(plain, bucket, name)
        assert set(found) & set(ALL) == ({name} if name != "ObjectParts" else set())


def test_attributes_of_parts(plain, bucket):
    upload = create(plain, bucket, "SHA256", "COMPOSITE")
    for number, body in enumerate(BODIES, 1):
        put(upload, number, "SHA256", body)
    etag = upload.complete(checksums=True)["ETag"]
    found = attributes(plain, bucket, *ALL)
    assert (found["ETag"], found["ObjectSize"]) == (etag.strip('"'), sum(map(len, BODIES)))
    assert found["Checksum"]["ChecksumSHA256"] == composite("SHA256", *BODIES).partition("-")[0]
    parts = found["ObjectParts"]
    assert (parts["TotalPartsCount"], parts["IsTruncated"], parts["MaxParts"]) == (3, False, 1000)
    assert [(part["PartNumber"], part["Size"], part["ChecksumSHA256"]) for part in parts["Parts"]] == [
        (number, len(body), value("SHA256", body)) for number, body in enumerate(BODIES, 1)]


def test_attributes_in_pages(plain, bucket):
    upload = create(plain, bucket, "SHA256", "COMPOSITE")
    for number, body in enumerate(BODIES, 1):
        put(upload, number, "SHA256", body)
    upload.complete(checksums=True)
    first = attributes(plain, bucket, "ObjectParts", MaxParts=2)["ObjectParts"]
    assert ([part["PartNumber"] for part in first["Parts"]], first["IsTruncated"]) == ([1, 2], True)
    rest = attributes(plain, bucket, "ObjectParts", MaxParts=2, PartNumberMarker=first["NextPartNumberMarker"])["ObjectParts"]
    assert ([part["PartNumber"] for part in rest["Parts"]], rest["IsTruncated"]) == ([3], False)
    assert rest["TotalPartsCount"] == 3


def test_attributes_of_parts_without_checksums(plain, bucket):
    """The parts are counted; one by one S3 shows those alone that have checksums of their own."""
    upload = Upload(plain, bucket)
    upload.put(1, CHECK)
    upload.complete()
    parts = attributes(plain, bucket, "ObjectParts")["ObjectParts"]
    assert parts["TotalPartsCount"] == 1 and "Parts" not in parts


def test_attributes_of_a_version(plain, bucket):
    plain.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    versions = [plain.put_object(Bucket=bucket, Key="key", Body=body)["VersionId"] for body in (b"1", b"22")]
    assert attributes(plain, bucket, "ObjectSize")["ObjectSize"] == 2
    found = attributes(plain, bucket, "ObjectSize", VersionId=versions[0])
    assert (found["ObjectSize"], found["VersionId"]) == (1, versions[0])


def test_attributes_refused(plain, s3_bob, bucket):
    assert refused(attributes, plain, bucket, "ETag") == ("NoSuchKey", 404)
    plain.put_object(Bucket=bucket, Key="key", Body=CHECK)
    assert refused(attributes, plain, bucket, "Colour") == ("InvalidArgument", 400)
    assert refused(attributes, plain, bucket, "etag") == ("InvalidArgument", 400)
    assert refused(attributes, plain, bucket) == ("InvalidRequest", 400)
    assert refused(attributes, plain, bucket, "ObjectParts", MaxParts=-1) == ("InvalidArgument", 400)
    assert refused(attributes, s3_bob, bucket, "ETag") == ("AccessDenied", 403)
