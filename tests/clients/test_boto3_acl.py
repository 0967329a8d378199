"""boto3: ACLs in full: grants of every kind, who may what by them, and how they come back."""

import pytest

from answers import ALL_USERS, AUTHENTICATED_USERS, ask, grants, outcome, refused

DENIED = ("AccessDenied", 403)


def read(client, bucket, key):
    return client.get_object(Bucket=bucket, Key=key)["Body"].read()


def status(gateway, bucket, key, **request):
    return ask(gateway, request.pop("method", "GET"), "/%s/%s" % (bucket, key), **request).status


@pytest.fixture
def filled(s3, bucket):
    """A bucket of alice's with a private object."""
    s3.put_object(Bucket=bucket, Key="top", Body=b"top")
    return bucket


def test_several_grants_of_one_grantee(s3, s3_bob, bucket, bob):
    s3.put_bucket_acl(Bucket=bucket, GrantRead='id="%s"' % bob.id, GrantReadACP='id="%s"' % bob.id)
    assert grants(s3_bob.get_bucket_acl(Bucket=bucket)) == [(bob.id, "READ"), (bob.id, "READ_ACP")]
    assert s3_bob.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert refused(s3_bob.put_object, Bucket=bucket, Key="key", Body=b"x") == DENIED


def test_all_kinds_of_grantee(s3, s3_bob, filled, alice, bob):
    s3.put_object_acl(Bucket=filled, Key="top", AccessControlPolicy={
        "Owner": {"ID": alice.id},
        "Grants": [
            {"Grantee": {"Type": "CanonicalUser", "ID": alice.id}, "Permission": "FULL_CONTROL"},
            {"Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": bob.id + "@example.com"},
             "Permission": "READ_ACP"},
            {"Grantee": {"Type": "Group", "URI": AUTHENTICATED_USERS}, "Permission": "READ"}]})
    shown = s3_bob.get_object_acl(Bucket=filled, Key="top")
    assert grants(shown) == sorted([
        (alice.id, "FULL_CONTROL"), (bob.id, "READ_ACP"), (AUTHENTICATED_USERS, "READ")])
    assert {grant["Grantee"]["Type"] for grant in shown["Grants"]} == {"CanonicalUser", "Group"}
    assert read(s3_bob, filled, "top") == b"top"
    s3.put_object_acl(Bucket=filled, Key="top", AccessControlPolicy={"Owner": shown["Owner"], "Grants": shown["Grants"]})
    assert grants(s3.get_object_acl(Bucket=filled, Key="top")) == grants(shown)


def test_authenticated_users_are_not_everybody(s3, s3_bob, gateway, filled):
    s3.put_object_acl(Bucket=filled, Key="top", ACL="authenticated-read")
    assert read(s3_bob, filled, "top") == b"top"
    assert status(gateway, filled, "top") == 403


@pytest.mark.parametrize("grant,code", [
    ('id="nobody"', "InvalidArgument"), ('emailAddress="nobody@example.com"', "UnresolvableGrantByEmailAddress"),
    ('uri="http://acs.amazonaws.com/groups/global/Nobody"', "InvalidArgument"), ("nobody", "InvalidArgument")])
def test_grant_to_nobody(s3, filled, alice, grant, code):
    assert refused(s3.put_object_acl, Bucket=filled, Key="top", GrantRead=grant) == (code, 400)
    assert refused(s3.put_object, Bucket=filled, Key="new", Body=b"x", GrantRead=grant) == (code, 400)
    assert grants(s3.get_object_acl(Bucket=filled, Key="top")) == [(alice.id, "FULL_CONTROL")]


@pytest.mark.parametrize("canned,permission", [("bucket-owner-read", "READ"), ("bucket-owner-full-control", "FULL_CONTROL")])
def test_objects_of_others_for_the_bucket_owner(s3, s3_bob, bucket, alice, bob, canned, permission):
    s3.put_bucket_acl(Bucket=bucket, GrantWrite='id="%s"' % bob.id)
    s3_bob.put_object(Bucket=bucket, Key="key", Body=b"bob's", ACL=canned)
    assert read(s3, bucket, "key") == b"bob's"
    assert grants(s3_bob.get_object_acl(Bucket=bucket, Key="key")) == sorted([
        (alice.id, permission), (bob.id, "FULL_CONTROL")])
    changed = outcome(s3, lambda c, b: c.put_object_acl(Bucket=b, Key="key", ACL="private"), bucket)
    assert changed == ("done" if permission == "FULL_CONTROL" else "denied")


def test_log_delivery(s3, bucket, alice):
    log = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    s3.put_bucket_acl(Bucket=bucket, ACL="log-delivery-write")
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == sorted([
        (alice.id, "FULL_CONTROL"), (log, "READ_ACP"), (log, "WRITE")])


@pytest.mark.parametrize("permission,operations", [
    ("READ", {"get_object"}), ("READ_ACP", {"get_object_acl"}), ("WRITE_ACP", {"put_object_acl"}), ("WRITE", set()),
    ("FULL_CONTROL", {"get_object", "get_object_acl", "put_object_acl"})])
def test_permissions_of_an_object(s3, s3_bob, filled, alice, bob, permission, operations):
    s3.put_object_acl(Bucket=filled, Key="top", AccessControlPolicy={"Owner": {"ID": alice.id}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": bob.id}, "Permission": permission}]})
    for operation in ("get_object", "get_object_acl", "put_object_acl"):
        parameters = {"ACL": "private"} if operation == "put_object_acl" else {}
        result = outcome(s3_bob, lambda c, b: getattr(c, operation)(Bucket=b, Key="top", **parameters), filled)
        assert result == ("done" if operation in operations else "denied"), operation


@pytest.mark.parametrize("permission,operations", [
    ("READ", {"list_objects_v2"}), ("READ_ACP", {"get_bucket_acl"}), ("WRITE_ACP", {"put_bucket_acl"}),
    ("WRITE", {"put_object", "delete_object"}),
    ("FULL_CONTROL", {"list_objects_v2", "put_object", "delete_object", "get_bucket_acl", "put_bucket_acl"})])
def test_permissions_of_a_bucket(s3, s3_bob, filled, alice, bob, permission, operations):
    s3.put_bucket_acl(Bucket=filled, AccessControlPolicy={"Owner": {"ID": alice.id}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": bob.id}, "Permission": permission}]})
    more = {"put_object": {"Key": "new", "Body": b"x"}, "delete_object": {"Key": "new"}, "put_bucket_acl": {"ACL": "private"}}
    for operation in ("list_objects_v2", "put_object", "delete_object", "get_bucket_acl", "put_bucket_acl"):
        result = outcome(s3_bob, lambda c, b: getattr(c, operation)(Bucket=b, **more.get(operation, {})), filled)
        assert result == ("done" if operation in operations else "denied"), operation


def test_write_lets_nobody_read_what_was_written(s3, gateway, bucket):
    s3.put_bucket_acl(Bucket=bucket, GrantWrite='uri="%s"' % ALL_USERS)
    assert status(gateway, bucket, "drop", method="PUT", body=b"x") == 200
    assert status(gateway, bucket, "drop") == 403
    assert s3.list_objects(Bucket=bucket)["Contents"][0]["Owner"]["ID"] == s3.get_bucket_acl(Bucket=bucket)["Owner"]["ID"]
