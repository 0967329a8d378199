"""`aws s3api` of Debian and the newest: tags, ACLs, policies and other settings."""

import json

import pytest

from answers import ALL_USERS, ask, grants

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


def test_ownership_and_public_access(aws, bucket):
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    aws.api("put-bucket-ownership-controls", bucket=bucket, ownership_controls=rules)
    assert aws.api("get-bucket-ownership-controls", bucket=bucket)["OwnershipControls"] == rules
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    aws.api("put-public-access-block", bucket=bucket, public_access_block_configuration=block)
    assert aws.api("get-public-access-block", bucket=bucket)["PublicAccessBlockConfiguration"] == block
