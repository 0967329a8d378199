"""boto3: putting, reading and deleting bucket policies, their status, and who may."""

import json

import pytest

from answers import ask, refused
from policies import allow, deny, of, policy, user

SWITCHES = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
NO_POLICY = ("NoSuchBucketPolicy", 404)
DENIED = ("AccessDenied", 403)
# How a policy is written does not matter to its meaning, and stays.
SPACED = '{ "Version":"2012-10-17",\n\t"Statement" : [{"Sid": "caf\u00e9", "Effect":"Allow","Principal":"*","Action":"s3:GetObject",' \
         '"Resource":"arn:aws:s3:::%s/*"}]}\n'


def put(s3, bucket, *statements):
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))


def block(s3, bucket, *on):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={name: name in on for name in SWITCHES})


def is_public(s3, bucket):
    return s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"]


def test_policy_comes_back_byte_for_byte(gateway, s3, bucket, alice):
    text = SPACED % bucket
    put = s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == text
    answer = ask(gateway, "GET", "/" + bucket, query="policy", by=alice)
    assert (answer.status, answer.body) == (200, text.encode())
    assert answer.header("Content-Type") == "application/json"


def test_bucket_without_a_policy(s3, bucket):
    assert refused(s3.get_bucket_policy, Bucket=bucket) == NO_POLICY
    assert refused(s3.get_bucket_policy_status, Bucket=bucket) == NO_POLICY


def test_policy_is_replaced_and_deleted(s3, bucket):
    put(s3, bucket, allow(of(bucket, "a"), "s3:GetObject"))
    put(s3, bucket, allow(of(bucket, "b"), "s3:GetObject"))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"][0]["Resource"] == of(bucket, "b")
    for _ in range(2):  # deleting what is not there succeeds
        assert s3.delete_bucket_policy(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 204
        assert refused(s3.get_bucket_policy, Bucket=bucket) == NO_POLICY


def test_policy_goes_with_its_bucket(s3, bucket):
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject"))
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert refused(s3.get_bucket_policy, Bucket=bucket) == NO_POLICY


@pytest.mark.parametrize("text", [
    "x", "[]", "{", "{}", '{"Statement": []}', '{"Version": "2012-10-17"}',
    '{"Version": "2030-01-01", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}',
    policy(allow("arn:aws:s3:::another-bucket/*", "s3:GetObject"))])
def test_malformed_policy_changes_nothing(s3, bucket, text):
    put(s3, bucket, allow(of(bucket, "kept"), "s3:GetObject"))
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=text) == ("MalformedPolicy", 400)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == before


def test_malformed_policy_is_told_with_what_is_wrong(gateway, bucket, alice):
    text = policy(allow(of(bucket, "*"), "s3:GetEverything")).encode()
    answer = ask(gateway, "PUT", "/" + bucket, query="policy", body=text, by=alice)
    assert (answer.status, answer.code) == (400, "MalformedPolicy")
    assert "GetEverything" in answer.body.decode()


def test_principal_that_does_not_exist(s3, bucket):
    nobody = {"AWS": "arn:aws:iam::nobody-of-this-id:root"}
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=policy(
        allow(of(bucket, "*"), "s3:GetObject", nobody))) == ("MalformedPolicy", 400)


def test_principal_that_goes_later(gateway, s3, bucket, new_user, make_boto3):
    carol = new_user("carol")
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, allow(of(bucket, "key"), "s3:GetObject", user(carol)), allow(of(bucket, "key"), "s3:GetObjectAcl"))
    assert make_boto3(carol).get_object(Bucket=bucket, Key="key")["Body"].read() == b"x"
    gateway.run("user", "remove", carol.id)
    assert ask(gateway, "GET", "/%s/key" % bucket, query="acl").status == 200  # the rest is still in force


def test_policy_that_is_too_long(s3, bucket):
    def of_length(length):
        text = policy(allow(of(bucket, "*"), "s3:GetObject", condition={"StringEquals": {"aws:UserAgent": "%s"}}))
        return text.replace("%s", "x" * (length - len(json.dumps(json.loads(text), separators=(",", ":"))) + 2))

    s3.put_bucket_policy(Bucket=bucket, Policy=of_length(20 * 1024))
    kept = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=of_length(20 * 1024 + 1)) == ("MalformedPolicy", 400)
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=of_length(1024 * 1024)) == ("MalformedPolicy", 400)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == kept


def test_empty_policy(gateway, bucket, alice):
    answer = ask(gateway, "PUT", "/" + bucket, query="policy", by=alice)
    assert (answer.status, answer.code) == (400, "MissingRequestBodyError")


@pytest.mark.parametrize("operation,parameters", [
    ("get_bucket_policy", {}), ("delete_bucket_policy", {}), ("get_bucket_policy_status", {}),
    ("put_bucket_policy", {"Policy": "{}"})])
def test_others_may_not(s3_bob, bucket, operation, parameters):
    assert refused(getattr(s3_bob, operation), Bucket=bucket, **parameters) == DENIED


@pytest.mark.parametrize("operation", ["get_bucket_policy", "put_bucket_policy", "delete_bucket_policy",
                                       "get_bucket_policy_status"])
def test_missing_bucket(s3, bucket_name, operation):
    parameters = {"Policy": "{}"} if operation == "put_bucket_policy" else {}
    assert refused(getattr(s3, operation), Bucket=bucket_name, **parameters) == ("NoSuchBucket", 404)


def test_others_with_the_permission_are_told_that_it_is_of_no_use(s3, s3_bob, bucket, bob):
    put(s3, bucket, allow(of(bucket), ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy",
                                       "s3:GetBucketPolicyStatus"], user(bob)))
    kept = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert refused(s3_bob.get_bucket_policy, Bucket=bucket) == ("MethodNotAllowed", 405)
    assert refused(s3_bob.put_bucket_policy, Bucket=bucket, Policy=kept) == ("MethodNotAllowed", 405)
    assert refused(s3_bob.delete_bucket_policy, Bucket=bucket) == ("MethodNotAllowed", 405)
    assert not is_public(s3_bob, bucket)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == kept


def test_owner_cannot_lock_himself_out(s3, s3_bob, bucket):
    put(s3, bucket, deny([of(bucket), of(bucket, "*")], "s3:*"))
    assert refused(s3.list_objects_v2, Bucket=bucket) == DENIED
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=b"x") == DENIED
    assert refused(s3.get_bucket_policy_status, Bucket=bucket) == DENIED
    assert refused(s3.delete_bucket, Bucket=bucket) == DENIED
    assert refused(s3_bob.get_bucket_policy, Bucket=bucket) == DENIED
    assert "s3:*" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    put(s3, bucket, deny([of(bucket), of(bucket, "*")], ["s3:*"]))
    s3.delete_bucket_policy(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")


def test_administrator_is_never_denied(s3, make_boto3, root, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, deny([of(bucket), of(bucket, "*")], "s3:*"))
    administrator = make_boto3(root)
    assert administrator.get_object(Bucket=bucket, Key="key")["Body"].read() == b"x"
    administrator.delete_bucket_policy(Bucket=bucket)


@pytest.mark.parametrize("confirmed", [True, False])
def test_confirmation_to_remove_ones_own_access(s3, bucket, confirmed):
    denied = policy(deny(of(bucket), ["s3:PutBucketPolicy", "s3:GetBucketPolicy"]))
    s3.put_bucket_policy(Bucket=bucket, Policy=denied, ConfirmRemoveSelfBucketAccess=confirmed)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == denied  # the owner keeps it, as the root user of an account
    s3.delete_bucket_policy(Bucket=bucket)


def test_confirmation_that_is_none(gateway, bucket, alice):
    answer = ask(gateway, "PUT", "/" + bucket, query="policy", body=policy().encode(), by=alice,
                 headers=[("x-amz-confirm-remove-self-bucket-access", "perhaps")])
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.error("ArgumentValue") == "perhaps"


@pytest.mark.parametrize("statements,public", [
    (lambda bucket, bob: [allow(of(bucket, "*"), "s3:GetObject")], True),
    (lambda bucket, bob: [allow(of(bucket, "*"), "s3:GetObject", {"AWS": "*"})], True),
    (lambda bucket, bob: [allow(of(bucket, "*"), "s3:GetObject", user(bob))], False),
    (lambda bucket, bob: [deny(of(bucket, "*"), "s3:GetObject")], False),
    (lambda bucket, bob: [allow(of(bucket, "*"), "s3:GetObject",
                                condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})], False),
    (lambda bucket, bob: [allow(of(bucket, "*"), "s3:GetObject",
                                condition={"StringLike": {"aws:Referer": "https://example.com/*"}})], True),
])
def test_status(s3, bucket, bob, statements, public):
    put(s3, bucket, *statements(bucket, bob))
    assert is_public(s3, bucket) is public


def test_public_policies_are_blocked(s3, bucket, bob):
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", user(bob)))
    kept = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    block(s3, bucket, "BlockPublicPolicy")
    assert refused(put, s3, bucket, allow(of(bucket, "*"), "s3:GetObject")) == DENIED
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == kept
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObjectAcl", user(bob)))
    s3.delete_public_access_block(Bucket=bucket)
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject"))


def test_public_policy_in_a_restricted_bucket_is_for_its_owner(gateway, s3, s3_bob, bucket, bob):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject"))
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 200
    block(s3, bucket, "RestrictPublicBuckets")
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 403
    assert refused(s3_bob.get_object, Bucket=bucket, Key="key") == DENIED
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"x"
    put(s3, bucket, allow(of(bucket, "*"), "s3:GetObject", user(bob)))  # no public one
    assert s3_bob.get_object(Bucket=bucket, Key="key")["Body"].read() == b"x"
