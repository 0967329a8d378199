"""boto3, and Amazon's SDK for JavaScript beside it: tags of objects and of buckets."""

import json
import threading
from urllib.parse import quote

import pytest

from answers import ALL_USERS, SIGNERS, ask, build, grants, refused, send
from drivers import SdkError

MOST = [("%03d" % number + "k" * 125, "v" * 256) for number in range(10)]
ODD = {"a key": "x y", "+-=._:/@": "+-=._:/@", "größe": "中文"}


def tagging(tags):
    """A set of tags, as boto3 wants it, of a dictionary or of pairs."""
    pairs = tags.items() if isinstance(tags, dict) else tags
    return {"TagSet": [{"Key": key, "Value": value} for key, value in pairs]}


def as_header(tags):
    return "&".join(quote(key, safe="") + "=" + quote(value, safe="") for key, value in tags.items())


def tags_of(s3, bucket, key="key", **version):
    tag_set = s3.get_object_tagging(Bucket=bucket, Key=key, **version)["TagSet"]
    assert tag_set == sorted(tag_set, key=lambda tag: tag["Key"].encode())
    return {tag["Key"]: tag["Value"] for tag in tag_set}


@pytest.fixture
def key(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"bytes", ContentType="text/x-odd", Metadata={"colour": "blue"})
    return "key"


# Objects.


def test_put_get_delete(s3, bucket, key):
    assert tags_of(s3, bucket) == {}
    answer = s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging(ODD))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200 and "VersionId" not in answer
    assert tags_of(s3, bucket) == ODD
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"b": ""}))
    assert tags_of(s3, bucket) == {"b": ""}
    assert s3.delete_object_tagging(Bucket=bucket, Key=key)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert tags_of(s3, bucket) == {}


def test_nothing_but_the_tags_changes(s3, bucket, key):
    before = s3.head_object(Bucket=bucket, Key=key)
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1"}))
    after = s3.get_object(Bucket=bucket, Key=key)
    assert after["Body"].read() == b"bytes"
    for name in "ETag", "LastModified", "ContentType", "Metadata":
        assert after[name] == before[name]


def test_tags_come_with_the_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"", Tagging=as_header(ODD))
    assert tags_of(s3, bucket) == ODD
    s3.put_object(Bucket=bucket, Key="key", Body=b"")
    assert tags_of(s3, bucket) == {}


@pytest.mark.parametrize("header,tags", [
    ("foo=bar&bar", {"foo": "bar", "bar": ""}), ("a+b=c+d", {"a b": "c d"}), ("&a=&", {"a": ""}), ("", {}),
])
def test_forms_of_the_header(s3, bucket, header, tags):
    s3.put_object(Bucket=bucket, Key="key", Body=b"", Tagging=header)
    assert tags_of(s3, bucket) == tags


def test_count(gateway, alice, s3, bucket, key):
    for method in "HEAD", "GET":
        assert ask(gateway, method, "/%s/key" % bucket, by=alice).header("x-amz-tagging-count") is None
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1", "b": "2"}))
    for method in "HEAD", "GET":
        assert ask(gateway, method, "/%s/key" % bucket, by=alice).header("x-amz-tagging-count") == "2"
    s3.put_object_acl(Bucket=bucket, Key=key, ACL="public-read")
    answer = ask(gateway, "GET", "/%s/key" % bucket)
    assert (answer.body, answer.header("x-amz-tagging-count")) == (b"bytes", None)


def test_presigned_upload_with_tags_in_its_query(gateway, alice, s3, bucket):
    request = build(gateway, "PUT", "/%s/key" % bucket, "x-amz-tagging=a%3D1%26b%3Dx%252By", body=b"bytes")
    SIGNERS["v4-query"](alice, request)
    assert send(gateway, request).status == 200
    assert tags_of(s3, bucket) == {"a": "1", "b": "x+y"}


def test_as_many_and_as_long_as_can_be(s3, bucket, key):
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging(MOST))
    assert tags_of(s3, bucket) == dict(MOST)
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == 5


@pytest.mark.parametrize("tags,error", [
    ([*MOST, ("one", "more")], "BadRequest"),
    ([("k" * 129, "")], "InvalidTag"),
    ([("k", "v" * 257)], "InvalidTag"),
    ([("", "v")], "InvalidTag"),
    ([("k", "v"), ("k", "w")], "InvalidTag"),
    ([("aws:k", "v")], "InvalidTag"),
    ([("k*", "v")], "InvalidTag"),
    ([("k", "<v>")], "InvalidTag"),
    ([("k", "\t")], "InvalidTag"),
])
def test_tags_that_cannot_be(s3, bucket, key, tags, error):
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1"}))
    if all(key for key, _ in tags):
        assert refused(s3.put_object_tagging, Bucket=bucket, Key=key, Tagging=tagging(tags)) == (error, 400)
    keys = [key for key, _ in tags]
    if len(keys) > len(set(keys)) or "" in keys:
        error = "InvalidArgument"
    header = "&".join(quote(key, safe="") + "=" + quote(value, safe="") for key, value in tags)
    assert refused(s3.put_object, Bucket=bucket, Key=key, Body=b"", Tagging=header) == (error, 400)
    assert tags_of(s3, bucket) == {"a": "1"}


@pytest.mark.parametrize("header", ["a=1=2", "a=%", "a=%E4", "=1", "TagSet=[{Key=string,Value=string}]"])
def test_headers_that_are_no_tags(s3, bucket, header):
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=b"", Tagging=header) == ("InvalidArgument", 400)
    assert refused(s3.head_object, Bucket=bucket, Key="key") == ("404", 404)


@pytest.mark.parametrize("directive,new,tags", [
    ({}, {}, {"a": "1"}),
    ({"TaggingDirective": "COPY"}, {"Tagging": "b=2"}, {"a": "1"}),
    ({"TaggingDirective": "REPLACE"}, {"Tagging": "b=2"}, {"b": "2"}),
    ({"TaggingDirective": "REPLACE"}, {}, {}),
])
@pytest.mark.parametrize("target", ["to", "key"])
def test_copy(s3, bucket, key, target, directive, new, tags):
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1"}))
    onto_itself = {"MetadataDirective": "REPLACE"} if target == key else {}
    s3.copy_object(Bucket=bucket, Key=target, CopySource={"Bucket": bucket, "Key": key}, **directive, **new, **onto_itself)
    assert tags_of(s3, bucket, target) == tags


def test_multipart_upload(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="key", Tagging=as_header(ODD))["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="key", UploadId=upload, PartNumber=1, Body=b"bytes")
    s3.complete_multipart_upload(Bucket=bucket, Key="key", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert tags_of(s3, bucket) == ODD
    s3.put_object_tagging(Bucket=bucket, Key="key", Tagging=tagging({"a": "1"}))
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"bytes"
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "key"})
    assert tags_of(s3, bucket, "to") == {"a": "1"}


@pytest.mark.parametrize("operation,parameters", [
    ("get_object_tagging", {}), ("put_object_tagging", {"Tagging": tagging({})}), ("delete_object_tagging", {}),
    ("put_object", {"Body": b"", "Tagging": "a=1"}), ("create_multipart_upload", {"Tagging": "a=1"}),
])
def test_tags_are_the_bucket_owners(s3, s3_bob, bucket, operation, parameters):
    """No ACL gives them away, neither the bucket's nor the object's."""
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    s3_bob.put_object(Bucket=bucket, Key="key", Body=b"", ACL="public-read-write")
    assert refused(getattr(s3_bob, operation), Bucket=bucket, Key="key", **parameters) == ("AccessDenied", 403)
    assert tags_of(s3, bucket) == {}


def test_a_policy_gives_tags(s3, s3_bob, bob, bucket, key):
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": bob.id}, "Resource": "arn:aws:s3:::%s/*" % bucket,
        "Action": ["s3:PutObject", "s3:GetObject", "s3:GetObjectTagging"]}}))
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tagging({"a": "1"}))
    assert tags_of(s3_bob, bucket) == {"a": "1"}
    assert s3_bob.get_object(Bucket=bucket, Key=key)["TagCount"] == 1
    assert refused(s3_bob.put_object_tagging, Bucket=bucket, Key=key, Tagging=tagging({})) == ("AccessDenied", 403)
    assert refused(s3_bob.put_object, Bucket=bucket, Key="new", Body=b"", Tagging="a=1") == ("AccessDenied", 403)
    copy = {"Bucket": bucket, "Key": "new", "CopySource": {"Bucket": bucket, "Key": key}}
    assert refused(s3_bob.copy_object, **copy) == ("AccessDenied", 403)
    s3_bob.copy_object(**copy, TaggingDirective="REPLACE")
    assert tags_of(s3, bucket, "new") == {}


@pytest.mark.parametrize("operation,parameters", [
    ("get_object_tagging", {}), ("put_object_tagging", {"Tagging": tagging({})}), ("delete_object_tagging", {}),
])
def test_no_object_and_no_version(s3, bucket, key, operation, parameters):
    call = getattr(s3, operation)
    assert refused(call, Bucket=bucket, Key="none", **parameters) == ("NoSuchKey", 404)
    assert refused(call, Bucket=bucket + "-none", Key=key, **parameters) == ("NoSuchBucket", 404)
    assert refused(call, Bucket=bucket, Key=key, VersionId="0" * 32, **parameters) == ("NoSuchVersion", 404)


def test_versions(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="key", Body=b"", Tagging="a=1")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="key", Body=b"")["VersionId"]
    assert tags_of(s3, bucket, VersionId=first) == {"a": "1"}
    assert s3.put_object_tagging(Bucket=bucket, Key="key", VersionId=first, Tagging=tagging({"b": "2"}))["VersionId"] == first
    assert s3.put_object_tagging(Bucket=bucket, Key="key", Tagging=tagging({"c": "3"}))["VersionId"] == second
    assert (tags_of(s3, bucket, VersionId=first), tags_of(s3, bucket)) == ({"b": "2"}, {"c": "3"})
    assert s3.delete_object_tagging(Bucket=bucket, Key="key", VersionId=first)["VersionId"] == first
    assert s3.get_object_tagging(Bucket=bucket, Key="key")["VersionId"] == second
    assert (tags_of(s3, bucket, VersionId=first), tags_of(s3, bucket)) == ({}, {"c": "3"})


@pytest.mark.parametrize("by_version", [False, True])
def test_delete_markers_have_no_tags(gateway, alice, s3, bucket, by_version):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="key", Body=b"")
    marker = s3.delete_object(Bucket=bucket, Key="key")["VersionId"]
    query = "tagging" + ("&versionId=" + marker if by_version else "")
    body = b"<Tagging><TagSet/></Tagging>"
    for method in "GET", "PUT", "DELETE":
        answer = ask(gateway, method, "/%s/key" % bucket, query, body=body if method == "PUT" else b"", by=alice)
        gone = method == "GET" and not by_version
        assert (answer.status, answer.code) == ((404, "NoSuchKey") if gone else (405, "MethodNotAllowed"))
        assert (answer.header("x-amz-delete-marker"), answer.header("x-amz-version-id")) == ("true", marker)
        assert answer.header("Allow") == (None if gone else "DELETE")


def test_tags_and_acls_at_once(make_boto3, alice, s3, bucket, key):
    """Each change keeps what the other made: both are there in the end."""

    def change(name, each):
        client = make_boto3(alice)
        for number in range(50):
            while True:
                try:
                    getattr(client, name)(Bucket=bucket, Key=key, **each(number))
                    break
                except client.exceptions.ClientError as error:  # five times outrun
                    assert error.response["Error"]["Code"] == "ConditionalRequestConflict"

    threads = [
        threading.Thread(target=change, args=(
            "put_object_tagging", lambda number: {"Tagging": tagging({"number": str(number)})})),
        threading.Thread(target=change, args=(
            "put_object_acl", lambda number: {"ACL": "public-read" if number % 2 else "private"})),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tags_of(s3, bucket) == {"number": "49"}
    assert (ALL_USERS, "READ") in grants(s3.get_object_acl(Bucket=bucket, Key=key))
    assert s3.head_object(Bucket=bucket, Key=key)["Metadata"] == {"colour": "blue"}


# Buckets.


def test_bucket_put_get_delete(s3, bucket):
    assert refused(s3.get_bucket_tagging, Bucket=bucket) == ("NoSuchTagSet", 404)
    answer = s3.put_bucket_tagging(Bucket=bucket, Tagging=tagging(ODD))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]} == ODD
    assert s3.delete_bucket_tagging(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(s3.get_bucket_tagging, Bucket=bucket) == ("NoSuchTagSet", 404)


def test_an_empty_set_of_a_bucket_is_none(s3, bucket):
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tagging({"a": "1"}))
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tagging({}))
    assert refused(s3.get_bucket_tagging, Bucket=bucket) == ("NoSuchTagSet", 404)


def test_limits_of_buckets(s3, bucket):
    fifty = {"%02d" % number: "v" * 256 for number in range(50)}
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tagging(fifty))
    for tags, error in (({**fifty, "more": ""}, "BadRequest"), ({"aws:a": ""}, "InvalidTag"), ({"k": "?"}, "InvalidTag")):
        assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging=tagging(tags)) == (error, 400)
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tagging(fifty)["TagSet"]


def test_bucket_made_with_tags(gateway, alice, s3, bucket_name):
    def make(tags):
        body = "<CreateBucketConfiguration><Tags>%s</Tags></CreateBucketConfiguration>" % "".join(
            "<Tag><Key>%s</Key><Value>%s</Value></Tag>" % tag for tag in tags)
        return ask(gateway, "PUT", "/" + bucket_name, body=body.encode(), by=alice)

    assert make([("aws:a", "1")]).code == "InvalidTag"
    assert refused(s3.head_bucket, Bucket=bucket_name) == ("404", 404)
    assert make([("b", "2"), ("a", "1")]).status == 200
    assert s3.get_bucket_tagging(Bucket=bucket_name)["TagSet"] == tagging({"a": "1", "b": "2"})["TagSet"]


@pytest.mark.parametrize("operation,parameters", [
    ("get_bucket_tagging", {}), ("put_bucket_tagging", {"Tagging": tagging({})}), ("delete_bucket_tagging", {}),
])
def test_bucket_tags_of_others(s3_bob, bucket, operation, parameters):
    assert refused(getattr(s3_bob, operation), Bucket=bucket, **parameters) == ("AccessDenied", 403)


# The SDK for JavaScript.


@pytest.fixture(scope="module", params=["v2.js", "v3.js"])
def sdk(request, make_javascript, alice):
    return make_javascript(request.param, alice)


def test_javascript_objects(sdk, bucket):
    sdk("PutObject", Bucket=bucket, Key="key", Body=b"bytes", Tagging=as_header(ODD))
    assert sdk("GetObject", Bucket=bucket, Key="key")["TagCount"] == len(ODD)
    found = sdk("GetObjectTagging", Bucket=bucket, Key="key")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in found} == ODD
    sdk("PutObjectTagging", Bucket=bucket, Key="key", Tagging=tagging({"a": ""}))
    assert sdk("GetObjectTagging", Bucket=bucket, Key="key")["TagSet"] == [{"Key": "a", "Value": ""}]
    sdk("DeleteObjectTagging", Bucket=bucket, Key="key")
    assert sdk("GetObjectTagging", Bucket=bucket, Key="key")["TagSet"] == []


def test_javascript_buckets(sdk, bucket):
    sdk("PutBucketTagging", Bucket=bucket, Tagging=tagging({"a": "1"}))
    assert sdk("GetBucketTagging", Bucket=bucket)["TagSet"] == [{"Key": "a", "Value": "1"}]
    sdk("DeleteBucketTagging", Bucket=bucket)
    with pytest.raises(SdkError) as error:
        sdk("GetBucketTagging", Bucket=bucket)
    assert (error.value.code, error.value.status) == ("NoSuchTagSet", 404)
