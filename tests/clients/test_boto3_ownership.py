"""boto3: whose the objects of a bucket are, and what becomes of its ACLs."""

import pytest

from answers import ALL_USERS, ask, grants, refused

NOT_SUPPORTED = ("AccessControlListNotSupported", 400)


def controls(ownership):
    return {"Rules": [{"ObjectOwnership": ownership}]}


def set_ownership(s3, bucket, ownership):
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls(ownership))


@pytest.fixture
def shared(s3, bucket, bob):
    """A bucket of alice's into which bob may write."""
    s3.put_bucket_acl(Bucket=bucket, GrantWrite='id="%s"' % bob.id, GrantRead='id="%s"' % bob.id)
    return bucket


@pytest.fixture
def enforced(s3, bucket_name):
    s3.create_bucket(Bucket=bucket_name, ObjectOwnership="BucketOwnerEnforced")
    return bucket_name


@pytest.mark.parametrize("ownership", ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"])
def test_controls_are_put_got_and_deleted(s3, bucket, ownership):
    set_ownership(s3, bucket, ownership)
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == controls(ownership)
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    assert refused(s3.get_bucket_ownership_controls, Bucket=bucket) == ("OwnershipControlsNotFoundError", 404)


@pytest.mark.parametrize("ownership", ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"])
def test_bucket_is_made_with_controls(s3, bucket_name, ownership):
    s3.create_bucket(Bucket=bucket_name, ObjectOwnership=ownership)
    assert s3.get_bucket_ownership_controls(Bucket=bucket_name)["OwnershipControls"] == controls(ownership)


def test_bucket_of_an_unknown_ownership_is_not_made(s3, bucket_name):
    assert refused(s3.create_bucket, Bucket=bucket_name, ObjectOwnership="Everybody") == ("InvalidArgument", 400)
    assert refused(s3.head_bucket, Bucket=bucket_name) == ("404", 404)


@pytest.mark.parametrize("ownership", ["Everybody", "objectwriter", ""])
def test_unknown_controls_change_nothing(s3, bucket, ownership):
    set_ownership(s3, bucket, "BucketOwnerPreferred")
    assert refused(set_ownership, s3, bucket, ownership) == ("MalformedXML", 400)
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == controls("BucketOwnerPreferred")


@pytest.mark.parametrize("rules", [[], [{"ObjectOwnership": "ObjectWriter"}] * 2])
def test_controls_have_one_rule(s3, bucket, rules):
    assert refused(s3.put_bucket_ownership_controls, Bucket=bucket, OwnershipControls={"Rules": rules}) == (
        "MalformedXML", 400)


@pytest.mark.parametrize("operation,parameters", [
    ("get_bucket_ownership_controls", {}), ("delete_bucket_ownership_controls", {}),
    ("put_bucket_ownership_controls", {"OwnershipControls": controls("ObjectWriter")})])
def test_others_have_no_say(s3_bob, bucket, operation, parameters):
    assert refused(getattr(s3_bob, operation), Bucket=bucket, **parameters) == ("AccessDenied", 403)


def test_writer_owns_by_default(s3, s3_bob, shared, bob):
    s3_bob.put_object(Bucket=shared, Key="key", Body=b"bob's")
    assert refused(s3.get_object, Bucket=shared, Key="key") == ("AccessDenied", 403)
    assert s3.list_objects(Bucket=shared)["Contents"][0]["Owner"]["ID"] == bob.id
    acl = s3_bob.get_object_acl(Bucket=shared, Key="key")
    assert (acl["Owner"]["ID"], grants(acl)) == (bob.id, [(bob.id, "FULL_CONTROL")])


def test_preferred_gives_away_what_comes_with_full_control(s3, s3_bob, shared, alice, bob):
    set_ownership(s3, shared, "BucketOwnerPreferred")
    s3_bob.put_object(Bucket=shared, Key="given", Body=b"x", ACL="bucket-owner-full-control")
    s3_bob.put_object(Bucket=shared, Key="kept", Body=b"x", ACL="bucket-owner-read")
    acl = s3.get_object_acl(Bucket=shared, Key="given")
    assert (acl["Owner"]["ID"], grants(acl)) == (alice.id, [(alice.id, "FULL_CONTROL")])
    assert refused(s3_bob.get_object, Bucket=shared, Key="given") == ("AccessDenied", 403)
    assert s3_bob.get_object_acl(Bucket=shared, Key="kept")["Owner"]["ID"] == bob.id


def test_writer_gives_full_control_and_stays_owner(s3, s3_bob, shared, alice, bob):
    s3_bob.put_object(Bucket=shared, Key="key", Body=b"x", ACL="bucket-owner-full-control")
    acl = s3.get_object_acl(Bucket=shared, Key="key")
    assert acl["Owner"]["ID"] == bob.id
    assert grants(acl) == sorted([(alice.id, "FULL_CONTROL"), (bob.id, "FULL_CONTROL")])


def test_enforced_shows_the_owners_full_control(s3, enforced, alice):
    s3.put_object(Bucket=enforced, Key="key", Body=b"x")
    for acl in (s3.get_bucket_acl(Bucket=enforced), s3.get_object_acl(Bucket=enforced, Key="key")):
        assert (acl["Owner"]["ID"], grants(acl)) == (alice.id, [(alice.id, "FULL_CONTROL")])


def test_enforced_takes_objects_of_others_over(s3, s3_bob, shared, alice, bob):
    s3_bob.put_object(Bucket=shared, Key="key", Body=b"bob's", ACL="public-read")
    s3.put_bucket_acl(Bucket=shared, ACL="private")
    set_ownership(s3, shared, "BucketOwnerEnforced")
    assert s3.get_object(Bucket=shared, Key="key")["Body"].read() == b"bob's"
    assert refused(s3_bob.get_object, Bucket=shared, Key="key") == ("AccessDenied", 403)
    acl = s3.get_object_acl(Bucket=shared, Key="key")
    assert (acl["Owner"]["ID"], grants(acl)) == (alice.id, [(alice.id, "FULL_CONTROL")])
    assert s3.list_objects(Bucket=shared)["Contents"][0]["Owner"]["ID"] == alice.id
    set_ownership(s3, shared, "ObjectWriter")  # as it was
    assert s3_bob.get_object_acl(Bucket=shared, Key="key")["Owner"]["ID"] == bob.id


def test_enforced_counts_no_acl(s3, gateway, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="public-read")
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 200
    set_ownership(s3, bucket, "BucketOwnerEnforced")
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 403
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    assert ask(gateway, "GET", "/%s/key" % bucket).status == 200


@pytest.mark.parametrize("acl", [
    {"ACL": "private"}, {"ACL": "public-read"}, {"ACL": "bucket-owner-read"},
    {"GrantRead": 'uri="%s"' % ALL_USERS}])
def test_enforced_refuses_acls(s3, enforced, acl):
    s3.put_object(Bucket=enforced, Key="there", Body=b"x")
    source = {"Bucket": enforced, "Key": "there"}
    assert refused(s3.put_object, Bucket=enforced, Key="key", Body=b"x", **acl) == NOT_SUPPORTED
    assert refused(s3.copy_object, Bucket=enforced, Key="key", CopySource=source, **acl) == NOT_SUPPORTED
    assert refused(s3.put_object_acl, Bucket=enforced, Key="there", **acl) == NOT_SUPPORTED
    assert refused(s3.put_bucket_acl, Bucket=enforced, **acl) == NOT_SUPPORTED
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=enforced)["Contents"]] == ["there"]


def test_enforced_refuses_an_acl_document(s3, enforced, alice, bob):
    policy = {"Owner": {"ID": alice.id}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": bob.id}, "Permission": "READ"}]}
    assert refused(s3.put_bucket_acl, Bucket=enforced, AccessControlPolicy=policy) == NOT_SUPPORTED


def test_enforced_takes_the_owners_full_control(s3, enforced, alice):
    policy = {"Owner": {"ID": alice.id}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": alice.id}, "Permission": "FULL_CONTROL"}]}
    s3.put_object(Bucket=enforced, Key="canned", Body=b"x", ACL="bucket-owner-full-control")
    s3.put_object(Bucket=enforced, Key="granted", Body=b"x", GrantFullControl='id="%s"' % alice.id)
    s3.put_object_acl(Bucket=enforced, Key="canned", ACL="bucket-owner-full-control")
    s3.put_object_acl(Bucket=enforced, Key="canned", AccessControlPolicy=policy)
    s3.put_bucket_acl(Bucket=enforced, AccessControlPolicy=policy)
    assert grants(s3.get_object_acl(Bucket=enforced, Key="canned")) == [(alice.id, "FULL_CONTROL")]


def test_enforced_is_refused_while_the_bucket_acl_grants_others(s3, shared):
    assert refused(set_ownership, s3, shared, "BucketOwnerEnforced") == ("InvalidBucketAclWithObjectOwnership", 400)
    assert refused(s3.get_bucket_ownership_controls, Bucket=shared) == ("OwnershipControlsNotFoundError", 404)
    s3.put_bucket_acl(Bucket=shared, ACL="private")
    set_ownership(s3, shared, "BucketOwnerEnforced")


@pytest.mark.parametrize("acl", [{"ACL": "public-read"}, {"GrantRead": 'uri="%s"' % ALL_USERS}])
def test_bucket_is_not_made_enforced_with_an_acl(s3, bucket_name, acl):
    assert refused(s3.create_bucket, Bucket=bucket_name, ObjectOwnership="BucketOwnerEnforced", **acl) == (
        "InvalidBucketAclWithObjectOwnership", 400)
    assert refused(s3.head_bucket, Bucket=bucket_name) == ("404", 404)


def test_bucket_made_anew_has_no_controls(s3, enforced):
    s3.delete_bucket(Bucket=enforced)
    s3.create_bucket(Bucket=enforced)
    assert refused(s3.get_bucket_ownership_controls, Bucket=enforced) == ("OwnershipControlsNotFoundError", 404)
    s3.put_bucket_acl(Bucket=enforced, ACL="public-read")
