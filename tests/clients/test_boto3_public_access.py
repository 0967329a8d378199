"""boto3: the public access block of a bucket, and what it blocks."""

import pytest

from answers import ALL_USERS, AUTHENTICATED_USERS, ask, grants, refused

SWITCHES = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
DENIED = ("AccessDenied", 403)


def block(s3, bucket, *on):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={name: name in on for name in SWITCHES})


@pytest.mark.parametrize("on", [[], SWITCHES] + [[name] for name in SWITCHES])
def test_block_is_put_got_and_deleted(s3, bucket, on):
    block(s3, bucket, *on)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        name: name in on for name in SWITCHES}
    s3.delete_public_access_block(Bucket=bucket)
    assert refused(s3.get_public_access_block, Bucket=bucket) == ("NoSuchPublicAccessBlockConfiguration", 404)


def test_switch_that_is_left_out_is_off(s3, bucket):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        name: name == "IgnorePublicAcls" for name in SWITCHES}


def test_block_of_nothing_is_refused(s3, bucket):
    assert refused(s3.put_public_access_block, Bucket=bucket, PublicAccessBlockConfiguration={}) == (
        "InvalidRequest", 400)


def test_malformed_block_changes_nothing(gateway, s3, bucket, alice):
    block(s3, bucket, "BlockPublicAcls")
    document = b"<PublicAccessBlockConfiguration><BlockPublicAcls>no</BlockPublicAcls></PublicAccessBlockConfiguration>"
    answer = ask(gateway, "PUT", "/" + bucket, query="publicAccessBlock", body=document, by=alice)
    assert (answer.status, answer.code) == (400, "MalformedXML")
    assert "BlockPublicAcls is 'no'" in answer.error("Message")
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]


@pytest.mark.parametrize("operation,parameters", [
    ("get_public_access_block", {}), ("delete_public_access_block", {}),
    ("put_public_access_block", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False}})])
def test_others_have_no_say(s3_bob, bucket, operation, parameters):
    assert refused(getattr(s3_bob, operation), Bucket=bucket, **parameters) == DENIED


PUBLIC_ACLS = [{"ACL": "public-read"}, {"ACL": "public-read-write"}, {"ACL": "authenticated-read"},
               {"GrantRead": 'uri="%s"' % ALL_USERS}, {"GrantReadACP": 'uri="%s"' % AUTHENTICATED_USERS}]


@pytest.mark.parametrize("acl", PUBLIC_ACLS)
def test_public_acls_are_blocked(s3, bucket, alice, acl):
    s3.put_object(Bucket=bucket, Key="there", Body=b"x")
    block(s3, bucket, "BlockPublicAcls")
    source = {"Bucket": bucket, "Key": "there"}
    assert refused(s3.put_bucket_acl, Bucket=bucket, **acl) == DENIED
    assert refused(s3.put_object_acl, Bucket=bucket, Key="there", **acl) == DENIED
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=b"x", **acl) == DENIED
    assert refused(s3.copy_object, Bucket=bucket, Key="key", CopySource=source, **acl) == DENIED
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == [(alice.id, "FULL_CONTROL")]
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["there"]


def test_public_acl_document_is_blocked(s3, bucket, alice):
    block(s3, bucket, "BlockPublicAcls")
    policy = {"Owner": {"ID": alice.id}, "Grants": [
        {"Grantee": {"Type": "Group", "URI": ALL_USERS}, "Permission": "READ"}]}
    assert refused(s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=policy) == DENIED


def test_acls_that_are_not_public_are_taken(s3, bucket, bob):
    block(s3, bucket, *SWITCHES)
    s3.put_bucket_acl(Bucket=bucket, GrantRead='id="%s"' % bob.id)
    s3.put_object(Bucket=bucket, Key="private", Body=b"x", ACL="private")
    s3.put_object(Bucket=bucket, Key="granted", Body=b"x", GrantRead='id="%s"' % bob.id)
    s3.put_bucket_acl(Bucket=bucket, ACL="log-delivery-write")


def test_blocking_leaves_what_is_there_public(s3, gateway, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="public-read")
    block(s3, bucket, "BlockPublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 200


def test_public_acls_are_ignored(s3, s3_bob, gateway, bucket, bob):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="for-bob", Body=b"x", GrantRead='id="%s", uri="%s"' % (bob.id, ALL_USERS))
    block(s3, bucket, "IgnorePublicAcls")
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 403
    assert ask(gateway, "GET", "/" + bucket).status == 403
    assert ask(gateway, "PUT", "/%s/new" % bucket, body=b"x").status == 403
    assert refused(s3_bob.get_object, Bucket=bucket, Key="key") == DENIED
    assert s3_bob.get_object(Bucket=bucket, Key="for-bob")["Body"].read() == b"x"
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"x"
    assert (ALL_USERS, "READ") in grants(s3.get_object_acl(Bucket=bucket, Key="key"))
    s3.delete_public_access_block(Bucket=bucket)  # in force for the very next request
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 200


def test_settings_follow_each_other_at_once(s3, gateway, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="public-read")
    for _ in range(10):
        block(s3, bucket, "IgnorePublicAcls")
        assert ask(gateway, "GET", "/%s/key" % bucket).status == 403
        block(s3, bucket)
        assert ask(gateway, "GET", "/%s/key" % bucket).status == 200
