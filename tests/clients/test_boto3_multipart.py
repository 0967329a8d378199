"""boto3: multipart uploads, from the first part to the object and what is read of it."""

import concurrent.futures
import hashlib

import botocore.exceptions
import pytest

from answers import refused
from parts import MIB, PART_MIN, Upload, header, some_bytes, whole_etag

NO_UPLOAD = "0" * 32


@pytest.fixture(scope="module")
def bodies():
    """Of ten parts."""
    return [some_bytes(PART_MIN + number, number) for number in range(9)] + [b"the last and least"]


def read(s3, bucket, key="key", **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


# The way that all goes.

def test_ten_parts(s3, bucket, bodies):
    upload = Upload(s3, bucket, ContentType="text/x-odd", Metadata={"colour": "blue"}, CacheControl="no-store")
    for number, body in enumerate(bodies, 1):
        assert upload.put(number, body)["ETag"] == '"%s"' % hashlib.md5(body).hexdigest()
    done = upload.complete()
    assert (done["Bucket"], done["Key"], done["ETag"]) == (bucket, "key", whole_etag(*bodies))
    assert done["Location"].endswith("/%s/key" % bucket)
    found = s3.get_object(Bucket=bucket, Key="key")
    assert found["Body"].read() == b"".join(bodies)
    assert (found["ETag"], found["ContentType"], found["CacheControl"]) == (done["ETag"], "text/x-odd", "no-store")
    assert found["Metadata"] == {"colour": "blue"}


@pytest.mark.parametrize("body", [b"", b"x", some_bytes(MIB)], ids=len)
def test_one_part(s3, bucket, body):
    upload = Upload(s3, bucket)
    upload.put(1, body)
    assert upload.complete()["ETag"] == whole_etag(body)
    assert read(s3, bucket) == body
    assert s3.head_object(Bucket=bucket, Key="key")["ContentLength"] == len(body)


def test_parts_out_of_order_and_with_gaps(s3, bucket, bodies):
    upload = Upload(s3, bucket)
    for number, body in ((10000, bodies[-1]), (7, bodies[1]), (2, bodies[0])):
        upload.put(number, body)
    upload.complete()
    assert read(s3, bucket) == bodies[0] + bodies[1] + bodies[-1]


def test_parts_at_the_same_time(s3, bucket, bodies):
    upload = Upload(s3, bucket)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(upload.put, range(1, len(bodies) + 1), bodies))
    assert upload.complete()["ETag"] == whole_etag(*bodies)
    assert read(s3, bucket) == b"".join(bodies)


def test_a_part_that_is_put_again(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"first")
    upload.put(1, b"second")
    upload.complete()
    assert read(s3, bucket) == b"second"


def test_parts_that_are_not_named_go(s3, bucket, bodies):
    upload = Upload(s3, bucket)
    for number, body in enumerate(bodies[:3], 1):
        upload.put(number, body)
    assert upload.complete([1, 3])["ETag"] == whole_etag(bodies[0], bodies[2])
    assert read(s3, bucket) == bodies[0] + bodies[2]
    assert refused(s3.list_parts, **upload.where) == ("NoSuchUpload", 404)


def test_an_object_is_there_when_it_is_complete(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"before")
    upload = Upload(s3, bucket)
    upload.put(1, b"after")
    assert read(s3, bucket) == b"before"
    upload.complete()
    assert read(s3, bucket) == b"after"


def test_empty_object_listed(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"")
    etag = upload.complete()["ETag"]
    page = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [(found["Key"], found["ETag"], found["Size"]) for found in page] == [("key", etag, 0)]


def test_versions(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    versions = []
    for body in b"one", b"two":
        upload = Upload(s3, bucket)
        upload.put(1, body)
        versions.append(upload.complete()["VersionId"])
    assert len(set(versions)) == 2
    assert [read(s3, bucket, VersionId=version) for version in versions] == [b"one", b"two"]


def test_acl_and_tags(s3, s3_bob, bucket):
    upload = Upload(s3, bucket, ACL="public-read", Tagging="a=b")
    upload.put(1, b"open")
    upload.complete()
    assert read(s3_bob, bucket) == b"open"
    assert s3.get_object_tagging(Bucket=bucket, Key="key")["TagSet"] == [{"Key": "a", "Value": "b"}]


@pytest.mark.parametrize("key", ["with space", "plus+", "ünïcode", "a/../b", "question?mark", "percent%2F", "//", "<&>"])
def test_awkward_key(s3, bucket, key):
    upload = Upload(s3, bucket, key)
    assert upload.answer["Key"] == key
    upload.put(1, b"awkward")
    assert upload.complete()["Key"] == key
    assert read(s3, bucket, key) == b"awkward"


def test_managed_upload_and_download(s3, bucket, tmp_path):
    """boto3's transfer manager, with its own idea of when to split."""
    path, back = tmp_path / "there", tmp_path / "back"
    path.write_bytes(some_bytes(20 * MIB))
    s3.upload_file(str(path), bucket, "key")
    assert s3.head_object(Bucket=bucket, Key="key")["ETag"].endswith('-3"')
    s3.download_file(bucket, "key", str(back))
    assert back.read_bytes() == path.read_bytes()


# Completing: refusals, and what they leave.

def test_order(s3, bucket, bodies):
    upload = Upload(s3, bucket)
    upload.put(1, bodies[0])
    upload.put(2, b"end")
    assert refused(upload.complete, [2, 1]) == ("InvalidPartOrder", 400)
    assert refused(upload.complete, [1, 1]) == ("InvalidPartOrder", 400)
    upload.complete()


def test_part_that_is_missing(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"one")
    upload.parts[2] = {"ETag": '"x"'}
    with pytest.raises(botocore.exceptions.ClientError) as error:
        upload.complete([2])
    found = error.value.response["Error"]
    assert (found["Code"], found["UploadId"], found["PartNumber"], found["ETag"]) == (
        "InvalidPart", upload.id, "2", "x")
    upload.complete([1])


def test_etag_that_is_another(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"one")
    etag = upload.parts[1]["ETag"]
    upload.parts[1]["ETag"] = '"%s"' % hashlib.md5(b"two").hexdigest()
    assert refused(upload.complete) == ("InvalidPart", 400)
    upload.parts[1]["ETag"] = etag.strip('"')
    upload.complete()


def test_part_that_is_too_small(s3, bucket, bodies):
    upload = Upload(s3, bucket)
    for number, body in ((1, bodies[0]), (2, bodies[1][:PART_MIN - 1]), (3, b"end")):
        upload.put(number, body)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        upload.complete()
    found = error.value.response["Error"]
    assert (found["Code"], found["ProposedSize"], found["MinSizeAllowed"], found["PartNumber"]) == (
        "EntityTooSmall", str(PART_MIN - 1), str(PART_MIN), "2")
    upload.put(2, bodies[1][:PART_MIN])
    upload.complete()


def test_no_parts(s3, bucket):
    upload = Upload(s3, bucket)
    assert refused(upload.complete, []) == ("MalformedXML", 400)
    assert refused(s3.complete_multipart_upload, **upload.where) == ("MalformedXML", 400)
    assert upload.listed() == []


@pytest.mark.parametrize("number", [0, -1])
def test_part_number_below_1(s3, bucket, number):
    upload = Upload(s3, bucket)
    upload.parts[number] = {"ETag": '"x"'}
    assert refused(upload.complete) == ("InvalidArgument", 400)


def test_completing_again_answers_the_same(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"once")
    answers = [upload.complete() for _ in range(3)]
    assert len({(answer["ETag"], answer["Location"]) for answer in answers}) == 1
    s3.put_object(Bucket=bucket, Key="key", Body=b"another")
    assert refused(upload.complete) == ("NoSuchUpload", 404)
    assert read(s3, bucket) == b"another"


def test_completing_many_times_at_once(s3, bucket, bodies):
    upload = Upload(s3, bucket)
    for number, body in enumerate(bodies[:2], 1):
        upload.put(number, body)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: upload.complete()["ETag"], range(8)))
    assert set(answers) == {whole_etag(*bodies[:2])}
    assert read(s3, bucket) == bodies[0] + bodies[1]


def test_size(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"four")
    with header(s3, "x-amz-mp-object-size", "5"):
        assert refused(upload.complete) == ("InvalidRequest", 400)
    with header(s3, "x-amz-mp-object-size", "4"):
        upload.complete()


def test_only_if_it_is_new(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"later")
    s3.put_object(Bucket=bucket, Key="key", Body=b"earlier")
    with header(s3, "If-None-Match", "*"):
        assert refused(upload.complete) == ("PreconditionFailed", 412)
    assert read(s3, bucket) == b"earlier"
    s3.delete_object(Bucket=bucket, Key="key")
    with header(s3, "If-None-Match", "*"):
        upload.complete()
    assert read(s3, bucket) == b"later"


def test_only_if_it_is_unchanged(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"later")
    with header(s3, "If-Match", '"x"'):
        assert refused(upload.complete) == ("NoSuchKey", 404)
    etag = s3.put_object(Bucket=bucket, Key="key", Body=b"earlier")["ETag"]
    with header(s3, "If-Match", '"x"'):
        assert refused(upload.complete) == ("PreconditionFailed", 412)
    with header(s3, "If-Match", etag):
        upload.complete()
    assert read(s3, bucket) == b"later"


def test_one_of_many_completions_makes_the_new_object(s3, bucket):
    uploads = [Upload(s3, bucket) for _ in range(8)]
    for number, upload in enumerate(uploads):
        upload.put(1, b"%d" % number)

    def complete(upload):
        try:
            return upload.complete()["ETag"]
        except s3.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    with header(s3, "If-None-Match", "*"), concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(complete, uploads))
    assert sorted(answers)[1:] == ["PreconditionFailed"] * 7
    assert read(s3, bucket) == b"%d" % answers.index(s3.head_object(Bucket=bucket, Key="key")["ETag"])


# Parts: refusals.

@pytest.mark.parametrize("number", [0, 10001, -1])
def test_part_number(s3, bucket, number):
    upload = Upload(s3, bucket)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        upload.put(number, b"x")
    found = error.value.response["Error"]
    assert (found["Code"], found["ArgumentName"], found["ArgumentValue"]) == ("InvalidArgument", "partNumber", str(number))
    assert found["Message"] == "Part number must be an integer between 1 and 10000, inclusive"


def test_wrong_md5(s3, bucket):
    upload = Upload(s3, bucket)
    assert refused(upload.put, 1, b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==") == ("BadDigest", 400)
    assert refused(upload.put, 1, b"x", ContentMD5="nonsense") == ("InvalidDigest", 400)
    assert upload.listed() == []


@pytest.mark.parametrize("upload_id", [NO_UPLOAD, "x", "ü" * 40, "../" * 10])
def test_no_such_upload(s3, bucket, upload_id):
    where = {"Bucket": bucket, "Key": "key", "UploadId": upload_id}
    assert refused(s3.upload_part, **where, PartNumber=1, Body=b"x") == ("NoSuchUpload", 404)
    assert refused(s3.list_parts, **where) == ("NoSuchUpload", 404)
    assert refused(s3.abort_multipart_upload, **where) == ("NoSuchUpload", 404)
    assert refused(s3.complete_multipart_upload, **where, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": "x"}]}) == ("NoSuchUpload", 404)


def test_no_such_bucket(s3):
    assert refused(s3.create_multipart_upload, Bucket="no-such-bucket", Key="key") == ("NoSuchBucket", 404)
    assert refused(s3.list_multipart_uploads, Bucket="no-such-bucket") == ("NoSuchBucket", 404)


def test_an_upload_is_of_its_key(s3, bucket):
    upload = Upload(s3, bucket)
    other = {**upload.where, "Key": "other"}
    assert refused(s3.upload_part, **other, PartNumber=1, Body=b"x") == ("NoSuchUpload", 404)
    assert refused(s3.abort_multipart_upload, **other) == ("NoSuchUpload", 404)
    assert upload.listed() == []


def test_key_that_is_too_long(s3, bucket):
    assert refused(s3.create_multipart_upload, Bucket=bucket, Key="k" * 1025) == ("KeyTooLongError", 400)


def test_what_is_not_there_yet(s3, bucket):
    assert refused(s3.create_multipart_upload, Bucket=bucket, Key="key", ServerSideEncryption="AES256") == (
        "NotImplemented", 501)
    assert refused(s3.create_multipart_upload, Bucket=bucket, Key="key", StorageClass="GLACIER") == (
        "NotImplemented", 501)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


# Aborting.

def test_abort(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"x")
    assert upload.abort()["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(upload.abort) == ("NoSuchUpload", 404)
    assert refused(upload.put, 2, b"x") == ("NoSuchUpload", 404)
    assert refused(upload.complete) == ("NoSuchUpload", 404)
    assert refused(s3.head_object, Bucket=bucket, Key="key") == ("404", 404)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_abort_leaves_an_object_alone(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"there")
    Upload(s3, bucket).abort()
    assert read(s3, bucket) == b"there"


def test_bucket_with_an_upload_can_be_deleted(s3, bucket):
    upload = Upload(s3, bucket)
    upload.put(1, b"x")
    s3.delete_bucket(Bucket=bucket)
    assert refused(upload.put, 2, b"x") == ("NoSuchBucket", 404)


# Who may.

def test_only_who_may_write(s3, s3_bob, bucket):
    upload = Upload(s3, bucket)
    assert refused(s3_bob.create_multipart_upload, Bucket=bucket, Key="key") == ("AccessDenied", 403)
    for call in s3_bob.list_parts, s3_bob.abort_multipart_upload:
        assert refused(call, **upload.where) == ("AccessDenied", 403)
    assert refused(s3_bob.upload_part, **upload.where, PartNumber=1, Body=b"x") == ("AccessDenied", 403)
    assert refused(s3_bob.list_multipart_uploads, Bucket=bucket) == ("AccessDenied", 403)


def test_initiator(s3, s3_bob, bucket, alice, bob):
    """Who began an upload may see and abort it, even when the bucket is closed meanwhile; the bucket's owner may as well."""
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    uploads = [Upload(s3_bob, bucket) for _ in range(2)]
    uploads[0].put(1, b"x")
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    assert refused(uploads[0].put, 2, b"x") == ("AccessDenied", 403)
    assert uploads[0].listed() == [1]
    listed = s3.list_parts(**uploads[0].where)
    assert (listed["Initiator"]["ID"], listed["Owner"]["ID"]) == (bob.id, bob.id)
    assert refused(uploads[0].complete) == ("AccessDenied", 403)
    uploads[0].abort()
    s3.abort_multipart_upload(**uploads[1].where)
