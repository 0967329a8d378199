"""boto3: what policies allow and deny, with their conditions on requests, and how ACLs and policies go together."""

import json
import uuid

import pytest

from answers import ask, outcome, refused
from policies import allow, deny, of, policy, user

DENIED = ("AccessDenied", 403)


def put(s3, bucket, *statements):
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))


def read(client, bucket, key, **parameters):
    return client.get_object(Bucket=bucket, Key=key, **parameters)["Body"].read()


def status(gateway, bucket, key="", **request):
    return ask(gateway, request.pop("method", "GET"), "/%s/%s" % (bucket, key) if key else "/" + bucket, **request).status


@pytest.fixture
def filled(s3, bucket):
    """A bucket of alice's with a few private objects."""
    for key in ("public/a", "public/b", "secret/a", "top"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    return bucket


# Who and what.

def test_everybody_reads_what_is_public(gateway, s3, s3_bob, filled):
    put(s3, filled, allow(of(filled, "public/*"), "s3:GetObject"))
    assert status(gateway, filled, "public/a") == 200
    assert read(s3_bob, filled, "public/a") == b"public/a"
    assert status(gateway, filled, "secret/a") == 403
    assert status(gateway, filled) == 403


def test_one_user_alone(gateway, s3, s3_bob, filled, bob, new_user, make_boto3):
    put(s3, filled, allow(of(filled, "secret/*"), "s3:GetObject", user(bob)))
    assert read(s3_bob, filled, "secret/a") == b"secret/a"
    assert refused(read, make_boto3(new_user("carol")), filled, "secret/a") == DENIED
    assert status(gateway, filled, "secret/a") == 403


@pytest.mark.parametrize("principal", [
    lambda bob: {"AWS": bob.id}, lambda bob: {"AWS": [bob.id]}, lambda bob: {"CanonicalUser": bob.id},
    lambda bob: {"AWS": "arn:aws:iam::%s:root" % bob.id},
    lambda bob: {"AWS": "arn:aws:iam::%s:user/%s" % (bob.id, bob.id)}])
def test_forms_of_a_principal(s3, s3_bob, filled, bob, principal):
    put(s3, filled, allow(of(filled, "top"), "s3:GetObject", principal(bob)))
    assert read(s3_bob, filled, "top") == b"top"


def test_deny_for_all_but_one(s3, s3_bob, gateway, filled, bob, alice):
    statement = deny(of(filled, "top"), "s3:GetObject")
    del statement["Principal"]
    statement["NotPrincipal"] = {"AWS": [bob.id, alice.id]}
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject"), statement)
    assert read(s3_bob, filled, "top") == b"top"
    assert read(s3, filled, "top") == b"top"
    assert status(gateway, filled, "top") == 403
    assert status(gateway, filled, "public/a") == 200


# Each operation asks for its permission: (action, on objects, the call).
CALLS = [
    ("s3:ListBucket", lambda c, b: c.list_objects_v2(Bucket=b)),
    ("s3:ListBucket", lambda c, b: c.list_objects(Bucket=b)),
    ("s3:ListBucket", lambda c, b: c.head_bucket(Bucket=b)),
    ("s3:GetBucketLocation", lambda c, b: c.get_bucket_location(Bucket=b)),
    ("s3:GetBucketAcl", lambda c, b: c.get_bucket_acl(Bucket=b)),
    ("s3:PutBucketAcl", lambda c, b: c.put_bucket_acl(Bucket=b, ACL="private")),
    ("s3:GetBucketCORS", lambda c, b: c.get_bucket_cors(Bucket=b)),
    ("s3:PutBucketCORS", lambda c, b: c.delete_bucket_cors(Bucket=b)),
    ("s3:GetBucketVersioning", lambda c, b: c.get_bucket_versioning(Bucket=b)),
    ("s3:GetBucketTagging", lambda c, b: c.get_bucket_tagging(Bucket=b)),
    ("s3:PutBucketTagging", lambda c, b: c.delete_bucket_tagging(Bucket=b)),
    ("s3:GetBucketOwnershipControls", lambda c, b: c.get_bucket_ownership_controls(Bucket=b)),
    ("s3:PutBucketOwnershipControls", lambda c, b: c.delete_bucket_ownership_controls(Bucket=b)),
    ("s3:GetBucketPublicAccessBlock", lambda c, b: c.get_public_access_block(Bucket=b)),
    ("s3:PutBucketPublicAccessBlock", lambda c, b: c.delete_public_access_block(Bucket=b)),
    ("s3:GetBucketPolicyStatus", lambda c, b: c.get_bucket_policy_status(Bucket=b)),
    ("s3:GetLifecycleConfiguration", lambda c, b: c.get_bucket_lifecycle_configuration(Bucket=b)),
    ("s3:GetBucketWebsite", lambda c, b: c.get_bucket_website(Bucket=b)),
    ("s3:GetEncryptionConfiguration", lambda c, b: c.get_bucket_encryption(Bucket=b)),
    ("s3:GetReplicationConfiguration", lambda c, b: c.get_bucket_replication(Bucket=b)),
    ("s3:GetBucketLogging", lambda c, b: c.get_bucket_logging(Bucket=b)),
    ("s3:GetBucketNotification", lambda c, b: c.get_bucket_notification_configuration(Bucket=b)),
    ("s3:GetBucketRequestPayment", lambda c, b: c.get_bucket_request_payment(Bucket=b)),
    ("s3:GetObject", lambda c, b: c.get_object(Bucket=b, Key="top")),
    ("s3:GetObject", lambda c, b: c.head_object(Bucket=b, Key="top")),
    ("s3:GetObjectVersion", lambda c, b: c.get_object(Bucket=b, Key="top", VersionId="null")),
    ("s3:GetObjectAcl", lambda c, b: c.get_object_acl(Bucket=b, Key="top")),
    ("s3:GetObjectVersionAcl", lambda c, b: c.get_object_acl(Bucket=b, Key="top", VersionId="null")),
    ("s3:PutObjectAcl", lambda c, b: c.put_object_acl(Bucket=b, Key="top", ACL="private")),
    ("s3:GetObjectTagging", lambda c, b: c.get_object_tagging(Bucket=b, Key="top")),
    ("s3:GetObjectVersionTagging", lambda c, b: c.get_object_tagging(Bucket=b, Key="top", VersionId="null")),
    ("s3:PutObjectTagging", lambda c, b: c.put_object_tagging(Bucket=b, Key="top", Tagging={"TagSet": []})),
    ("s3:DeleteObjectTagging", lambda c, b: c.delete_object_tagging(Bucket=b, Key="top")),
    ("s3:PutObject", lambda c, b: c.put_object(Bucket=b, Key="new", Body=b"x")),
    ("s3:DeleteObject", lambda c, b: c.delete_object(Bucket=b, Key="top")),
    ("s3:DeleteObjectVersion", lambda c, b: c.delete_object(Bucket=b, Key="top", VersionId="null")),
    ("s3:DeleteBucket", lambda c, b: c.delete_bucket(Bucket=b)),
]


@pytest.mark.parametrize("action,call", CALLS)
def test_operation_needs_its_action_and_no_other(s3, s3_bob, filled, bob, action, call):
    everything = [of(filled), of(filled, "*")]
    statement = allow(everything, "s3:*", user(bob))
    del statement["Action"]
    statement["NotAction"] = action
    put(s3, filled, statement)
    assert outcome(s3_bob, call, filled) == "denied"
    put(s3, filled, allow(of(filled) if "Bucket" in action or "Configuration" in action else everything, action, user(bob)))
    assert outcome(s3_bob, call, filled) != "denied"


@pytest.mark.parametrize("action,call", CALLS)
def test_denied_operation_is_denied_to_the_owner_too(s3, filled, action, call):
    put(s3, filled, deny([of(filled), of(filled, "*")], "s3:*"))
    assert outcome(s3, call, filled) == "denied"


def test_copy_needs_both_ends(s3, s3_bob, filled, bucket_name, bob):
    source = {"Bucket": filled, "Key": "top"}
    target = "copy-" + uuid.uuid4().hex[:8]
    s3.create_bucket(Bucket=target)
    copy = {"Bucket": target, "Key": "copy", "CopySource": source}
    put(s3, target, allow(of(target, "*"), "s3:PutObject", user(bob)))
    assert refused(s3_bob.copy_object, **copy) == DENIED
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject", user(bob)))
    s3_bob.copy_object(**copy)
    put(s3, target, deny(of(target, "*"), "s3:PutObject", user(bob)))
    assert refused(s3_bob.copy_object, **copy) == DENIED


def test_copy_of_tags_needs_their_permissions(s3, s3_bob, filled, bob):
    s3.put_object_tagging(Bucket=filled, Key="top", Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    copy = {"Bucket": filled, "Key": "copy", "CopySource": {"Bucket": filled, "Key": "top"}}
    put(s3, filled, allow(of(filled, "*"), ["s3:GetObject", "s3:PutObject"], user(bob)))
    assert refused(s3_bob.copy_object, **copy) == DENIED
    put(s3, filled, allow(of(filled, "*"), ["s3:GetObject", "s3:PutObject", "s3:GetObjectTagging",
                                            "s3:PutObjectTagging"], user(bob)))
    s3_bob.copy_object(**copy)


def test_tags_of_a_put_need_their_permission(s3, s3_bob, filled, bob):
    put(s3, filled, allow(of(filled, "*"), "s3:PutObject", user(bob)))
    assert refused(s3_bob.put_object, Bucket=filled, Key="new", Body=b"x", Tagging="a=1") == DENIED
    put(s3, filled, allow(of(filled, "*"), ["s3:PutObject", "s3:PutObjectTagging"], user(bob)))
    s3_bob.put_object(Bucket=filled, Key="new", Body=b"x", Tagging="a=1")


def test_delete_of_many_asks_for_each_key(s3, s3_bob, filled, bob):
    put(s3, filled, allow(of(filled, "public/*"), "s3:DeleteObject", user(bob)),
        deny(of(filled, "public/b"), "s3:DeleteObject"))
    answer = s3_bob.delete_objects(Bucket=filled, Delete={"Objects": [
        {"Key": key} for key in ("public/a", "public/b", "secret/a")]})
    assert [deleted["Key"] for deleted in answer["Deleted"]] == ["public/a"]
    assert sorted((error["Key"], error["Code"]) for error in answer["Errors"]) == [
        ("public/b", "AccessDenied"), ("secret/a", "AccessDenied")]
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=filled)["Contents"]] == ["public/b", "secret/a", "top"]


# Missing keys: 404 for those who may list, 403 for others.

def test_missing_key_is_told_to_those_who_may_list(s3, s3_bob, gateway, filled, bob):
    assert refused(s3.get_object, Bucket=filled, Key="nothing") == ("NoSuchKey", 404)
    assert refused(s3_bob.get_object, Bucket=filled, Key="nothing") == DENIED
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject"))
    assert refused(s3_bob.get_object, Bucket=filled, Key="nothing") == DENIED
    assert status(gateway, filled, "nothing") == 403
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject"), allow(of(filled), "s3:ListBucket", user(bob)))
    assert refused(s3_bob.get_object, Bucket=filled, Key="nothing") == ("NoSuchKey", 404)
    assert refused(s3_bob.head_object, Bucket=filled, Key="nothing") == ("404", 404)
    assert status(gateway, filled, "nothing") == 403


def test_missing_key_that_is_denied(s3, filled):
    put(s3, filled, deny(of(filled, "secret/*"), "s3:GetObject"))
    assert refused(s3.get_object, Bucket=filled, Key="secret/nothing") == DENIED
    assert refused(s3.get_object, Bucket=filled, Key="nothing") == ("NoSuchKey", 404)


def test_parameters_of_a_read_are_none_of_a_listing(s3, gateway, filled):
    put(s3, filled, allow(of(filled), "s3:ListBucket", condition={"StringEquals": {"s3:prefix": "public/"}}))
    assert status(gateway, filled, query="list-type=2&prefix=public/") == 200
    assert status(gateway, filled, "nothing", query="prefix=public/") == 403


# Conditions.

@pytest.mark.parametrize("query,listed", [
    ("prefix=public/", True), ("list-type=2&prefix=public/", True), ("prefix=public%2F", True), ("prefix=", False),
    ("", False), ("prefix=public", False), ("prefix=public/a", False), ("Prefix=public/", False),
    ("prefix=secret/", False)])
def test_prefix(s3, gateway, filled, query, listed):
    put(s3, filled, allow(of(filled), "s3:ListBucket", condition={"StringEquals": {"s3:prefix": "public/"}}))
    assert status(gateway, filled, query=query) == (200 if listed else 403)


def test_prefix_and_delimiter_and_count(s3, gateway, filled):
    put(s3, filled, allow(of(filled), "s3:ListBucket", condition={
        "StringEquals": {"s3:delimiter": "/"}, "NumericLessThanEquals": {"s3:max-keys": "10"}}))
    assert status(gateway, filled, query="delimiter=/&max-keys=10") == 200
    assert status(gateway, filled, query="delimiter=/&max-keys=11") == 403
    assert status(gateway, filled, query="delimiter=/") == 403
    assert status(gateway, filled, query="max-keys=1") == 403


@pytest.mark.parametrize("network,served", [
    ("127.0.0.0/8", True), ("127.0.0.1/32", True), ("127.0.0.1", True), ("203.0.113.0/24", False), ("::1/128", False)])
def test_source_address(s3, gateway, filled, network, served):
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject", condition={"IpAddress": {"aws:SourceIp": network}}))
    assert status(gateway, filled, "top") == (200 if served else 403)
    put(s3, filled, deny(of(filled, "*"), "s3:GetObject", condition={"NotIpAddress": {"aws:SourceIp": network}}))
    assert (outcome(s3, lambda c, b: c.get_object(Bucket=b, Key="top"), filled) == "done") is served


def test_secure_transport(s3, filled):
    put(s3, filled, deny(of(filled, "*"), "s3:*", condition={"Bool": {"aws:SecureTransport": "true"}}))
    assert read(s3, filled, "top") == b"top"
    put(s3, filled, deny(of(filled, "*"), "s3:*", condition={"Bool": {"aws:SecureTransport": "false"}}))
    assert refused(read, s3, filled, "top") == DENIED


@pytest.mark.parametrize("header,key", [("Referer", "aws:Referer"), ("User-Agent", "aws:UserAgent")])
def test_header(s3, gateway, filled, header, key):
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject", condition={"StringLike": {key: "https://example.com/*"}}))
    assert status(gateway, filled, "top", headers=[(header, "https://example.com/page")]) == 200
    assert status(gateway, filled, "top", headers=[(header, "https://example.org/page")]) == 403
    assert status(gateway, filled, "top") == 403


def test_time(s3, gateway, filled):
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject",
                          condition={"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}))
    assert status(gateway, filled, "top") == 200
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject",
                          condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}))
    assert status(gateway, filled, "top") == 403


def test_user_name(s3, s3_bob, filled, bob, new_user, make_boto3):
    put(s3, filled, allow(of(filled, "home/${aws:username}/*"), ["s3:GetObject", "s3:PutObject"], {"AWS": "*"}))
    s3_bob.put_object(Bucket=filled, Key="home/%s/key" % bob.id, Body=b"x")
    assert refused(s3_bob.put_object, Bucket=filled, Key="home/key", Body=b"x") == DENIED
    carol = make_boto3(new_user("carol"))
    assert refused(carol.put_object, Bucket=filled, Key="home/%s/key" % bob.id, Body=b"x") == DENIED


@pytest.mark.parametrize("condition,parameters,others", [
    ({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}, {"ACL": "bucket-owner-full-control"},
     [{}, {"ACL": "public-read"}]),
    ({"StringLike": {"s3:x-amz-grant-full-control": "id=*"}}, {"GrantFullControl": "id=%s"},
     [{}, {"GrantRead": "id=%s"}]),
    ({"StringEquals": {"s3:x-amz-storage-class": "STANDARD"}}, {"StorageClass": "STANDARD"},
     [{}, {"StorageClass": "REDUCED_REDUNDANCY"}]),
    ({"Null": {"s3:if-none-match": "false"}}, {}, []),
    ({"StringEquals": {"s3:RequestObjectTag/team": "red"}}, {"Tagging": "team=red&x=1"},
     [{}, {"Tagging": "team=blue"}, {"Tagging": "Team=red"}]),
    ({"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["a", "b"]}}, {"Tagging": "a=1"},
     [{"Tagging": "a=1&c=2"}]),
    ({"StringEquals": {"s3:ObjectCreationOperation": "true"}}, {}, []),
])
def test_what_a_put_brings(s3, s3_bob, gateway, filled, bob, condition, parameters, others):
    def with_id(given):
        return {name: value.replace("%s", bob.id) for name, value in given.items()}

    allowed = allow(of(filled, "*"), "s3:PutObject", user(bob), condition)
    put(s3, filled, allowed, allow(of(filled, "*"), "s3:PutObjectTagging", user(bob)))
    if "s3:if-none-match" in json.dumps(condition):
        assert status(gateway, filled, "new", method="PUT", body=b"x", by=bob) == 403
        assert status(gateway, filled, "new", method="PUT", body=b"x", by=bob, headers=[("If-None-Match", "*")]) == 200
        return
    for other in others:
        assert refused(s3_bob.put_object, Bucket=filled, Key="new", Body=b"x", **with_id(other)) == DENIED
    s3_bob.put_object(Bucket=filled, Key="new", Body=b"x", **with_id(parameters))


def test_acl_that_is_demanded_by_a_deny(s3, s3_bob, filled, bob):
    put(s3, filled, allow(of(filled, "*"), "s3:PutObject", user(bob)),
        deny(of(filled, "*"), "s3:PutObject", user(bob),
             {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}))
    assert refused(s3_bob.put_object, Bucket=filled, Key="new", Body=b"x") == DENIED
    s3_bob.put_object(Bucket=filled, Key="new", Body=b"x", ACL="bucket-owner-full-control")
    assert read(s3, filled, "new") == b"x"


def test_acl_of_a_put_can_be_denied(s3, s3_bob, filled, bob):
    put(s3, filled, allow(of(filled, "*"), "s3:PutObject", user(bob)), deny(of(filled, "*"), "s3:PutObjectAcl"))
    assert refused(s3_bob.put_object, Bucket=filled, Key="new", Body=b"x", ACL="public-read") == DENIED
    assert refused(s3.put_object, Bucket=filled, Key="new", Body=b"x", ACL="public-read") == DENIED
    s3_bob.put_object(Bucket=filled, Key="new", Body=b"x")


@pytest.mark.parametrize("written", ["%s/public/a", "/%s/public/a", "%s/%%70ublic/a", "%s/public%%2Fa"])
def test_copy_source(s3, gateway, filled, bob, written):
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject", user(bob)),
        allow(of(filled, "*"), "s3:PutObject", user(bob), {"StringLike": {"s3:x-amz-copy-source": filled + "/public/*"}}))
    assert status(gateway, filled, "copy", method="PUT", by=bob, headers=[("x-amz-copy-source", written % filled)]) == 200
    secret = written.replace("public", "secret").replace("%%70ublic", "secret")
    assert status(gateway, filled, "copy", method="PUT", by=bob, headers=[("x-amz-copy-source", secret % filled)]) == 403


def test_existing_tags(s3, s3_bob, filled, bob):
    def tag(key, value):
        s3.put_object_tagging(Bucket=filled, Key=key, Tagging={"TagSet": [{"Key": "open", "Value": value}]})

    put(s3, filled, allow(of(filled, "*"), ["s3:GetObject", "s3:PutObjectTagging"], user(bob),
                          {"StringEquals": {"s3:ExistingObjectTag/open": "yes"}}))
    assert refused(read, s3_bob, filled, "top") == DENIED
    tag("top", "no")
    assert refused(read, s3_bob, filled, "top") == DENIED
    tag("top", "yes")
    assert read(s3_bob, filled, "top") == b"top"
    s3_bob.put_object_tagging(Bucket=filled, Key="top", Tagging={"TagSet": []})
    assert refused(read, s3_bob, filled, "top") == DENIED


def test_tags_of_a_tagging_document(s3, s3_bob, filled, bob):
    def tag(key, value):
        s3_bob.put_object_tagging(Bucket=filled, Key="top", Tagging={"TagSet": [{"Key": key, "Value": value}]})

    put(s3, filled, allow(of(filled, "*"), "s3:PutObjectTagging", user(bob),
                          {"StringEquals": {"s3:RequestObjectTag/team": "red"}}))
    tag("team", "red")
    assert refused(tag, "team", "blue") == DENIED
    assert refused(tag, "other", "red") == DENIED
    assert s3.get_object_tagging(Bucket=filled, Key="top")["TagSet"] == [{"Key": "team", "Value": "red"}]


def test_version(s3, s3_bob, filled, bob):
    s3.put_bucket_versioning(Bucket=filled, VersioningConfiguration={"Status": "Enabled"})
    one, two = (s3.put_object(Bucket=filled, Key="top", Body=body)["VersionId"] for body in (b"1", b"2"))
    put(s3, filled, allow(of(filled, "*"), ["s3:GetObjectVersion", "s3:DeleteObjectVersion"], user(bob),
                          {"StringEquals": {"s3:VersionId": one}}))
    assert read(s3_bob, filled, "top", VersionId=one) == b"1"
    assert refused(read, s3_bob, filled, "top", VersionId=two) == DENIED
    assert refused(read, s3_bob, filled, "top") == DENIED
    answer = s3_bob.delete_objects(Bucket=filled, Delete={"Objects": [
        {"Key": "top", "VersionId": one}, {"Key": "top", "VersionId": two}]})
    assert [deleted["VersionId"] for deleted in answer["Deleted"]] == [one]
    assert [error["VersionId"] for error in answer["Errors"]] == [two]


@pytest.mark.parametrize("signature,kind", [("s3v4", "AWS4-HMAC-SHA256"), ("s3", "AWS")])
def test_signature(s3, make_boto3, gateway, filled, bob, signature, kind):
    client = make_boto3(bob, signature_version=signature)
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject", user(bob), {"StringEquals": {"s3:signatureversion": kind}}))
    assert read(client, filled, "top") == b"top"
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject", user(bob),
                          {"StringNotEquals": {"s3:signatureversion": kind}}))
    assert refused(read, client, filled, "top") == DENIED


def test_presigned_requests_alone(s3, s3_bob, gateway, filled, bob):
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject", user(bob),
                          {"StringEquals": {"s3:authType": "REST-QUERY-STRING"},
                           "NumericLessThan": {"s3:signatureAge": "600000"}}))
    url = s3_bob.generate_presigned_url("get_object", Params={"Bucket": filled, "Key": "top"}, ExpiresIn=60)
    path, query = url.split("/%s/" % filled, 1)[1].split("?", 1)
    assert status(gateway, filled, path, query=query) == 200
    assert refused(read, s3_bob, filled, "top") == DENIED
    put(s3, filled, allow(of(filled, "*"), "s3:GetObject", user(bob), {"NumericLessThan": {"s3:signatureAge": "0"}}))
    assert status(gateway, filled, path, query=query) == 403


# ACLs and policies.

def test_allow_of_a_policy_is_no_say_on_objects_of_others(s3, s3_bob, gateway, filled, bob):
    put(s3, filled, allow(of(filled, "*"), "s3:PutObject", user(bob)), allow(of(filled, "*"), "s3:GetObject"))
    s3_bob.put_object(Bucket=filled, Key="bobs", Body=b"x")
    assert status(gateway, filled, "top") == 200
    assert status(gateway, filled, "bobs") == 403
    assert refused(read, s3, filled, "bobs") == DENIED
    s3_bob.put_object_acl(Bucket=filled, Key="bobs", ACL="public-read")
    assert status(gateway, filled, "bobs") == 200
    s3_bob.put_object_acl(Bucket=filled, Key="bobs", ACL="private")
    s3.put_bucket_ownership_controls(Bucket=filled, OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    assert status(gateway, filled, "bobs") == 200
    assert read(s3, filled, "bobs") == b"x"


def test_deny_reaches_objects_of_others(s3, s3_bob, filled, bob):
    put(s3, filled, allow(of(filled, "*"), "s3:PutObject", user(bob)), deny(of(filled, "bobs"), "s3:GetObject"))
    s3_bob.put_object(Bucket=filled, Key="bobs", Body=b"x", ACL="public-read")
    assert refused(read, s3_bob, filled, "bobs") == DENIED


def test_acl_and_policy_add_up(s3, s3_bob, filled, bob):
    s3.put_object_acl(Bucket=filled, Key="top", GrantRead='id="%s"' % bob.id)
    put(s3, filled, allow(of(filled, "public/*"), "s3:GetObject", user(bob)))
    assert read(s3_bob, filled, "top") == b"top"
    assert read(s3_bob, filled, "public/a") == b"public/a"
    assert refused(read, s3_bob, filled, "secret/a") == DENIED


def test_policy_is_in_force_for_the_very_next_request(s3, gateway, filled):
    for _ in range(10):
        put(s3, filled, allow(of(filled, "*"), "s3:GetObject"))
        assert status(gateway, filled, "top") == 200
        s3.delete_bucket_policy(Bucket=filled)
        assert status(gateway, filled, "top") == 403


def test_key_is_matched_as_it_is_stored(s3, gateway, filled, alice):
    put(s3, filled, allow(of(filled, "public/*"), "s3:GetObject"))
    for path in ("public/../secret/a", "public//../../secret/a", "public%2F..%2Fsecret%2Fa", "./public/a", "Public/a"):
        assert status(gateway, filled, path) == 403, path
    assert status(gateway, filled, "public%2Fa") == 200
    ask(gateway, "PUT", "/%s/public/../secret/a" % filled, body=b"another key", by=alice)
    assert ask(gateway, "GET", "/%s/public/../secret/a" % filled).body == b"another key"
