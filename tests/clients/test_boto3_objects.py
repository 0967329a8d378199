"""boto3: objects, their headers and metadata, ranges, conditions, checksums, ACLs, deletion of many."""

import base64
import datetime
import hashlib

import pytest

from answers import ALL_USERS, AUTHENTICATED_USERS, grants, name_of, refused

BODY = bytes(range(256)) * 16
ETAG = '"%s"' % hashlib.md5(BODY).hexdigest()
AN_HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def key(s3, bucket):
    """An object of alice's: its key is always "key"."""
    s3.put_object(Bucket=bucket, Key="key", Body=BODY)
    return "key"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def test_put_answers_the_etag(s3, bucket):
    assert s3.put_object(Bucket=bucket, Key="key", Body=BODY)["ETag"] == ETAG


def test_get_answers_what_was_put(s3, bucket, key):
    answer = s3.get_object(Bucket=bucket, Key=key)
    assert answer["Body"].read() == BODY
    assert (answer["ETag"], answer["ContentLength"], answer["AcceptRanges"]) == (ETAG, len(BODY), "bytes")
    assert abs(answer["LastModified"] - now()) < AN_HOUR


def test_head_answers_the_same_headers_as_get(s3, bucket, key):
    got, headed = (call(Bucket=bucket, Key=key, ChecksumMode="ENABLED") for call in (s3.get_object, s3.head_object))
    del got["Body"]
    for answer in (got, headed):
        for name in ("date", "x-amz-request-id", "x-amz-id-2"):
            answer["ResponseMetadata"]["HTTPHeaders"].pop(name, None)
    assert headed["ResponseMetadata"]["HTTPHeaders"] == got["ResponseMetadata"]["HTTPHeaders"]


def test_overwriting_replaces_everything(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"first", Metadata={"old": "1"}, ContentType="text/plain")
    s3.put_object(Bucket=bucket, Key="key", Body=b"second")
    answer = s3.get_object(Bucket=bucket, Key="key")
    assert answer["Body"].read() == b"second"
    assert answer["Metadata"] == {}
    assert answer["ContentType"] == "binary/octet-stream"


def test_system_headers_come_back(s3, bucket):
    sent = {"ContentType": "text/x-odd; charset=utf-8", "CacheControl": "max-age=60, public",
            "ContentDisposition": 'attachment; filename="a b.txt"', "ContentEncoding": "gzip",
            "ContentLanguage": "de, en"}
    s3.put_object(Bucket=bucket, Key="key", Body=b"", Expires=datetime.datetime(2030, 1, 2, 3, 4, 5), **sent)
    answer = s3.get_object(Bucket=bucket, Key="key")
    assert {name: answer.get(name) for name in sent} == sent
    assert answer["Expires"] == datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


def test_metadata_comes_back(s3, bucket):
    sent = {"colour": "blue", "upper-value": "ABC  d", "empty": "", "number": "1"}
    s3.put_object(Bucket=bucket, Key="key", Body=b"", Metadata=sent)
    assert s3.head_object(Bucket=bucket, Key="key")["Metadata"] == {**sent, "upper-value": "ABC  d"}


def test_metadata_above_2_kib_is_refused(s3, bucket):
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=b"", Metadata={"a": "x" * 2050}) == (
        "MetadataTooLarge", 400)


def test_response_headers_are_overridden(s3, bucket, key):
    answer = s3.get_object(Bucket=bucket, Key=key, ResponseContentType="text/x-other",
                           ResponseContentDisposition="inline", ResponseCacheControl="no-store")
    assert (answer["ContentType"], answer["ContentDisposition"], answer["CacheControl"]) == (
        "text/x-other", "inline", "no-store")


@pytest.mark.parametrize("header,first,last", [
    ("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=4000-", 4000, 4095), ("bytes=-1", 4095, 4095),
    ("bytes=-9999", 0, 4095), ("bytes=4095-99999", 4095, 4095), ("bytes=0-", 0, 4095),
])
def test_range(s3, bucket, key, header, first, last):
    answer = s3.get_object(Bucket=bucket, Key=key, Range=header)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert answer["ContentRange"] == "bytes %d-%d/4096" % (first, last)
    assert answer["Body"].read() == BODY[first:last + 1]


@pytest.mark.parametrize("header", ["bytes=4096-", "bytes=-0", "bytes=9999-10000"])
def test_range_outside(s3, bucket, key, header):
    assert refused(s3.get_object, Bucket=bucket, Key=key, Range=header) == ("InvalidRange", 416)


@pytest.mark.parametrize("header", ["bytes=5-2", "lines=1-2", "bytes=x"])
def test_range_that_makes_no_sense_is_ignored(s3, bucket, key, header):
    assert s3.get_object(Bucket=bucket, Key=key, Range=header)["Body"].read() == BODY


@pytest.mark.parametrize("conditions", [
    {"IfMatch": ETAG}, {"IfMatch": "*"}, {"IfNoneMatch": '"other"'}, {"IfModifiedSince": now() - AN_HOUR},
    {"IfUnmodifiedSince": now() + AN_HOUR}, {"IfMatch": ETAG, "IfUnmodifiedSince": now() - AN_HOUR},
    {"IfMatch": '"other", ' + ETAG},
], ids=name_of)
def test_condition_that_holds(s3, bucket, key, conditions):
    assert s3.get_object(Bucket=bucket, Key=key, **conditions)["Body"].read() == BODY


@pytest.mark.parametrize("conditions,code,status", [
    ({"IfMatch": '"other"'}, "PreconditionFailed", 412),
    ({"IfUnmodifiedSince": now() - AN_HOUR}, "PreconditionFailed", 412),
    ({"IfNoneMatch": ETAG}, "304", 304),
    ({"IfNoneMatch": "*"}, "304", 304),
    ({"IfNoneMatch": ETAG, "IfModifiedSince": now() - AN_HOUR}, "304", 304),
], ids=name_of)
def test_condition_that_fails(s3, bucket, key, conditions, code, status):
    assert refused(s3.get_object, Bucket=bucket, Key=key, **conditions) == (code, status)


def test_not_modified_since_it_was(s3, bucket, key):
    modified = s3.head_object(Bucket=bucket, Key=key)["LastModified"]
    assert refused(s3.get_object, Bucket=bucket, Key=key, IfModifiedSince=modified) == ("304", 304)


def test_head_with_a_condition_that_fails(s3, bucket, key):
    assert refused(s3.head_object, Bucket=bucket, Key=key, IfMatch='"other"') == ("412", 412)
    assert refused(s3.head_object, Bucket=bucket, Key=key, IfNoneMatch=ETAG) == ("304", 304)


def test_missing_key(s3, bucket):
    assert refused(s3.get_object, Bucket=bucket, Key="nothing") == ("NoSuchKey", 404)
    assert refused(s3.head_object, Bucket=bucket, Key="nothing") == ("404", 404)


def test_missing_key_is_hidden_from_who_may_not_list(s3_bob, bucket):
    assert refused(s3_bob.get_object, Bucket=bucket, Key="nothing") == ("AccessDenied", 403)


def test_delete_twice(s3, bucket, key):
    for _ in range(2):
        assert s3.delete_object(Bucket=bucket, Key=key)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(s3.head_object, Bucket=bucket, Key=key) == ("404", 404)


def test_key_of_1024_bytes(s3, bucket):
    key = "ü" * 512
    s3.put_object(Bucket=bucket, Key=key, Body=b"long")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"long"
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]


def test_key_of_1025_bytes(s3, bucket):
    assert refused(s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"") == ("KeyTooLongError", 400)


def test_right_content_md5(s3, bucket):
    digest = base64.b64encode(hashlib.md5(BODY).digest()).decode()
    assert s3.put_object(Bucket=bucket, Key="key", Body=BODY, ContentMD5=digest)["ETag"] == ETAG


def test_wrong_content_md5_stores_nothing(s3, bucket):
    digest = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=BODY, ContentMD5=digest) == ("BadDigest", 400)
    assert refused(s3.head_object, Bucket=bucket, Key="key") == ("404", 404)


def test_content_md5_that_is_none(s3, bucket):
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=BODY, ContentMD5="nonsense") == ("InvalidDigest", 400)


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA1"])
def test_checksum_is_checked_and_kept(s3, bucket, algorithm):
    value = base64.b64encode(hashlib.new(algorithm, BODY).digest()).decode()
    s3.put_object(Bucket=bucket, Key="key", Body=BODY, **{"Checksum" + algorithm: value})
    answer = s3.get_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")
    assert answer["Checksum" + algorithm] == value
    assert answer["Body"].read() == BODY


def test_wrong_checksum_stores_nothing(s3, bucket):
    value = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=BODY, ChecksumSHA256=value) == ("BadDigest", 400)
    assert refused(s3.head_object, Bucket=bucket, Key="key") == ("404", 404)


@pytest.mark.parametrize("canned,more", [
    ("private", []),
    ("public-read", [(ALL_USERS, "READ")]),
    ("authenticated-read", [(AUTHENTICATED_USERS, "READ")]),
    ("bucket-owner-full-control", []),
])
def test_canned_acl_of_an_object(s3, bucket, key, alice, canned, more):
    s3.put_object_acl(Bucket=bucket, Key=key, ACL=canned)
    assert grants(s3.get_object_acl(Bucket=bucket, Key=key)) == sorted([(alice.id, "FULL_CONTROL")] + more)


def test_authenticated_read_opens_to_every_user(s3, s3_bob, bucket, key):
    s3.put_object_acl(Bucket=bucket, Key=key, ACL="authenticated-read")
    assert s3_bob.get_object(Bucket=bucket, Key=key)["Body"].read() == BODY
    assert refused(s3_bob.put_object_acl, Bucket=bucket, Key=key, ACL="private") == ("AccessDenied", 403)


def test_grant_opens_to_one_user(s3, s3_bob, bucket, key, bob):
    assert refused(s3_bob.get_object, Bucket=bucket, Key=key) == ("AccessDenied", 403)
    s3.put_object_acl(Bucket=bucket, Key=key, GrantRead="id=" + bob.id)
    assert s3_bob.get_object(Bucket=bucket, Key=key)["Body"].read() == BODY


def test_acl_with_the_upload(s3, s3_bob, bucket, bob):
    s3.put_object(Bucket=bucket, Key="key", Body=BODY, GrantRead="id=" + bob.id)
    assert s3_bob.get_object(Bucket=bucket, Key="key")["Body"].read() == BODY


def test_writer_owns_what_she_wrote(s3, s3_bob, bucket, bob):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    s3_bob.put_object(Bucket=bucket, Key="key", Body=BODY)
    assert s3_bob.get_object_acl(Bucket=bucket, Key="key")["Owner"]["ID"] == bob.id
    assert refused(s3.get_object, Bucket=bucket, Key="key") == ("AccessDenied", 403)
    s3.delete_object(Bucket=bucket, Key="key")


def test_bucket_owner_full_control(s3, s3_bob, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    s3_bob.put_object(Bucket=bucket, Key="key", Body=BODY, ACL="bucket-owner-full-control")
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == BODY


def test_acl_of_a_missing_key(s3, bucket):
    assert refused(s3.get_object_acl, Bucket=bucket, Key="nothing") == ("NoSuchKey", 404)
    assert refused(s3.put_object_acl, Bucket=bucket, Key="nothing", ACL="private") == ("NoSuchKey", 404)


def test_delete_many(s3, bucket):
    names = ["a", "b/c", "d e&f<>\"'", "ünïcode", "plus+", "%41"]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": name} for name in names + ["never there"]]})
    assert [item["Key"] for item in answer["Deleted"]] == names + ["never there"]
    assert "Errors" not in answer
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_delete_many_quietly(s3, bucket, key):
    answer = s3.delete_objects(Bucket=bucket, Delete={"Quiet": True, "Objects": [{"Key": key}, {"Key": "nothing"}]})
    assert "Deleted" not in answer and "Errors" not in answer
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_delete_many_of_others(s3, s3_bob, bucket, key):
    answer = s3_bob.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [(key, "AccessDenied")]
    assert "Deleted" not in answer
    assert s3.head_object(Bucket=bucket, Key=key)["ETag"] == ETAG


def test_delete_of_1000_and_of_1001(s3, bucket):
    objects = [{"Key": "%04d" % number} for number in range(1001)]
    assert len(s3.delete_objects(Bucket=bucket, Delete={"Objects": objects[:1000]})["Deleted"]) == 1000
    assert refused(s3.delete_objects, Bucket=bucket, Delete={"Objects": objects}) == ("MalformedXML", 400)
