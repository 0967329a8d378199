"""boto3: buckets, their ACLs and documents, and what users may see of each other."""

import uuid

import pytest

from answers import ALL_USERS, AUTHENTICATED_USERS, grants, refused


def test_bucket_is_made_listed_and_removed(s3, bucket_name, alice):
    s3.create_bucket(Bucket=bucket_name)
    listed = s3.list_buckets()
    assert bucket_name in [bucket["Name"] for bucket in listed["Buckets"]]
    assert listed["Owner"]["ID"] == alice.id
    s3.delete_bucket(Bucket=bucket_name)
    assert bucket_name not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_buckets_of_others_are_not_listed(s3_bob, bucket):
    assert bucket not in [found["Name"] for found in s3_bob.list_buckets()["Buckets"]]


def test_buckets_are_listed_by_name(s3):
    mark = uuid.uuid4().hex[:8]
    names = ["%s-%s" % (mark, letter) for letter in "cab"]
    for name in names:
        s3.create_bucket(Bucket=name)
    listed = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if bucket["Name"].startswith(mark)]
    assert listed == sorted(names)


def test_head_bucket(s3, bucket):
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_location_is_kept(s3, bucket_name):
    s3.create_bucket(Bucket=bucket_name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert s3.get_bucket_location(Bucket=bucket_name)["LocationConstraint"] == "eu-west-1"


def test_location_is_none_by_default(s3, bucket):
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None


def test_name_taken_by_another_user(s3_bob, bucket):
    assert refused(s3_bob.create_bucket, Bucket=bucket) == ("BucketAlreadyExists", 409)


@pytest.mark.parametrize("name", ["ab", "Upper-case", "under_score", "-dash", "dash-", "a..b", "192.168.1.1", "x" * 64])
def test_invalid_name(s3, name):
    assert refused(s3.create_bucket, Bucket=name) == ("InvalidBucketName", 400)


@pytest.mark.parametrize("operation", [
    "head_bucket", "list_objects", "list_objects_v2", "delete_bucket", "get_bucket_acl", "get_bucket_cors",
    "delete_bucket_cors", "get_bucket_location"])
def test_missing_bucket(s3, bucket_name, operation):
    code, status = refused(getattr(s3, operation), Bucket=bucket_name)
    assert (code, status) in [("NoSuchBucket", 404), ("404", 404)]


def test_bucket_that_holds_something_is_not_removed(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"")
    assert refused(s3.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)


def test_bucket_made_anew_is_empty(s3, bucket):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={
        "CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]})
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert refused(s3.get_bucket_cors, Bucket=bucket) == ("NoSuchCORSConfiguration", 404)


def test_owner_has_full_control(s3, bucket, alice):
    acl = s3.get_bucket_acl(Bucket=bucket)
    assert acl["Owner"]["ID"] == alice.id
    assert grants(acl) == [(alice.id, "FULL_CONTROL")]


@pytest.mark.parametrize("canned,more", [
    ("private", []),
    ("public-read", [(ALL_USERS, "READ")]),
    ("public-read-write", [(ALL_USERS, "READ"), (ALL_USERS, "WRITE")]),
    ("authenticated-read", [(AUTHENTICATED_USERS, "READ")]),
])
def test_canned_acl_of_a_bucket(s3, bucket, alice, canned, more):
    s3.put_bucket_acl(Bucket=bucket, ACL=canned)
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == sorted([(alice.id, "FULL_CONTROL")] + more)


def test_grant_headers_of_a_bucket(s3, bucket, alice, bob):
    s3.put_bucket_acl(Bucket=bucket, GrantFullControl='id="%s"' % alice.id, GrantRead='id="%s"' % bob.id)
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == sorted([(alice.id, "FULL_CONTROL"), (bob.id, "READ")])


def test_acl_document_of_a_bucket(s3, s3_bob, bucket, alice, bob):
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={
        "Owner": {"ID": alice.id},
        "Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": bob.id}, "Permission": "READ"},
                   {"Grantee": {"Type": "CanonicalUser", "ID": alice.id}, "Permission": "FULL_CONTROL"}]})
    assert s3_bob.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert refused(s3_bob.put_object, Bucket=bucket, Key="key", Body=b"") == ("AccessDenied", 403)


def test_unknown_canned_acl(s3, bucket):
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="everybody") == ("InvalidArgument", 400)


@pytest.mark.parametrize("operation,parameters", [
    ("list_objects_v2", {}), ("list_objects", {}), ("delete_bucket", {}), ("get_bucket_acl", {}),
    ("put_bucket_acl", {"ACL": "private"}), ("get_bucket_cors", {}), ("delete_bucket_cors", {}),
    ("put_bucket_cors", {"CORSConfiguration": {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]}}),
    ("put_object", {"Key": "key", "Body": b""}), ("get_object", {"Key": "key"}), ("delete_object", {"Key": "key"}),
])
def test_others_may_do_nothing(s3_bob, bucket, operation, parameters):
    assert refused(getattr(s3_bob, operation), Bucket=bucket, **parameters) == ("AccessDenied", 403)


def test_head_of_a_bucket_of_others(s3_bob, bucket):
    assert refused(s3_bob.head_bucket, Bucket=bucket) == ("403", 403)


def test_wrong_secret(make_boto3, alice, bob):
    impostor = make_boto3(type(alice)("", alice.access_key, bob.secret_key))
    assert refused(impostor.list_buckets) == ("SignatureDoesNotMatch", 403)


def test_unknown_key(make_boto3, alice):
    nobody = make_boto3(type(alice)("", "AKIANOBODY", alice.secret_key))
    assert refused(nobody.list_buckets) == ("InvalidAccessKeyId", 403)


def test_virtual_hosted_style(gateway, make_boto3, alice, bucket, localhost_names):
    client = make_boto3(alice, "http://localhost:%d" % gateway.port, s3={"addressing_style": "virtual"})
    client.put_object(Bucket=bucket, Key="a key/with+plus", Body=b"bytes")
    assert client.get_object(Bucket=bucket, Key="a key/with+plus")["Body"].read() == b"bytes"
    assert [item["Key"] for item in client.list_objects_v2(Bucket=bucket)["Contents"]] == ["a key/with+plus"]
