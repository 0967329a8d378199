"""boto 2, the library of the DreamObjects guide: signatures of version 2 and 4, path style and subdomains."""

import hashlib

import boto.exception
import boto.s3.connection
import pytest

PATH_STYLE = boto.s3.connection.OrdinaryCallingFormat()
SUBDOMAIN = boto.s3.connection.SubdomainCallingFormat()


@pytest.fixture(params=["v2-path", "v2-subdomain", "v4-path", "v4-subdomain"])
def connection(request, make_boto, alice, localhost_names, monkeypatch):
    version, style = request.param.split("-")
    calling_format = SUBDOMAIN if style == "subdomain" else PATH_STYLE
    if version == "v2":
        return make_boto(alice, calling_format)
    monkeypatch.setenv("S3_USE_SIGV4", "True")
    return make_boto(alice, calling_format, region="us-east-1")


def test_version_of_signatures(connection, request):
    version = "hmac-v4-s3" if "v4" in request.node.callspec.id else "hmac-v1"
    assert version in connection._auth_handler.capability


@pytest.fixture
def boto_bucket(connection, bucket):
    return connection.get_bucket(bucket)


def test_bucket_is_made_listed_and_removed(connection, bucket_name):
    connection.create_bucket(bucket_name)
    assert bucket_name in [bucket.name for bucket in connection.get_all_buckets()]
    connection.delete_bucket(bucket_name)
    assert connection.lookup(bucket_name) is None


def test_missing_bucket(connection, bucket_name):
    with pytest.raises(boto.exception.S3ResponseError) as refused:
        connection.get_bucket(bucket_name)
    assert refused.value.status == 404


def test_text_goes_there_and_back(boto_bucket):
    key = boto_bucket.new_key("folder/key with space+plus")
    key.set_contents_from_string("grün", headers={"Content-Type": "text/plain; charset=utf-8"})
    assert key.get_contents_as_string() == "grün".encode()
    assert boto_bucket.get_key(key.name).content_type == "text/plain; charset=utf-8"


def test_etag_is_the_md5(boto_bucket):
    key = boto_bucket.new_key("key")
    key.set_contents_from_string("bytes")
    assert boto_bucket.get_key("key").etag == '"%s"' % hashlib.md5(b"bytes").hexdigest()
    assert boto_bucket.get_key("key").size == 5


def test_metadata_comes_back(boto_bucket):
    key = boto_bucket.new_key("key")
    key.set_metadata("colour", "blue")
    key.set_metadata("accented", "é")
    key.set_contents_from_string("bytes")
    found = boto_bucket.get_key("key")
    assert found.get_metadata("colour") == "blue"
    assert found.get_metadata("accented") == "é"


def test_missing_key_is_none(boto_bucket):
    assert boto_bucket.get_key("nothing") is None
    assert not boto_bucket.new_key("nothing").exists()


def test_reading_a_missing_key(boto_bucket):
    with pytest.raises(boto.exception.S3ResponseError) as refused:
        boto_bucket.new_key("nothing").get_contents_as_string()
    assert (refused.value.status, refused.value.error_code) == (404, "NoSuchKey")


def test_part_of_an_object(boto_bucket):
    key = boto_bucket.new_key("key")
    key.set_contents_from_string("0123456789")
    assert key.get_contents_as_string(headers={"Range": "bytes=2-4"}) == b"234"


def test_listing_with_folders(boto_bucket):
    for name in ("a/1", "a/2", "b"):
        boto_bucket.new_key(name).set_contents_from_string("x")
    assert [item.name for item in boto_bucket.list()] == ["a/1", "a/2", "b"]
    assert [item.name for item in boto_bucket.list(delimiter="/")] == ["b", "a/"], "boto puts prefixes last"
    assert [item.name for item in boto_bucket.list(prefix="a/")] == ["a/1", "a/2"]


def test_listing_goes_on_over_pages(boto_bucket):
    names = ["%02d" % number for number in range(7)]
    for name in names:
        boto_bucket.new_key(name).set_contents_from_string("x")
    first = boto_bucket.get_all_keys(max_keys=3)
    assert first.is_truncated
    assert [item.name for item in first] == names[:3]
    rest = boto_bucket.get_all_keys(marker=first[-1].name)
    assert [item.name for item in rest] == names[3:]


def test_copy(boto_bucket):
    boto_bucket.new_key("from here").set_contents_from_string("bytes")
    boto_bucket.copy_key("to", boto_bucket.name, "from here", metadata={"new": "1"})
    found = boto_bucket.get_key("to")
    assert found.get_contents_as_string() == b"bytes"
    assert found.get_metadata("new") == "1"


def test_delete(boto_bucket):
    key = boto_bucket.new_key("key")
    key.set_contents_from_string("bytes")
    key.delete()
    assert boto_bucket.get_key("key") is None


def test_delete_many(boto_bucket):
    names = ["a", "b/c", "d e&f<"]
    for name in names:
        boto_bucket.new_key(name).set_contents_from_string("x")
    result = boto_bucket.delete_keys(names + ["was never there"])
    assert sorted(item.key for item in result.deleted) == sorted(names + ["was never there"])
    assert result.errors == []
    assert list(boto_bucket.list()) == []


def test_canned_acl(boto_bucket, alice):
    key = boto_bucket.new_key("key")
    key.set_contents_from_string("bytes", policy="public-read")
    grants = {(grant.id or grant.uri, grant.permission) for grant in key.get_acl().acl.grants}
    assert grants == {(alice.id, "FULL_CONTROL"), ("http://acs.amazonaws.com/groups/global/AllUsers", "READ")}
    key.set_acl("private")
    assert [grant.permission for grant in key.get_acl().acl.grants] == ["FULL_CONTROL"]


def test_grant_to_another_user(boto_bucket, bob):
    key = boto_bucket.new_key("key")
    key.set_contents_from_string("bytes")
    key.add_user_grant("READ", bob.id)
    assert (bob.id, "READ") in [(grant.id, grant.permission) for grant in key.get_acl().acl.grants]


def test_grant_by_email(boto_bucket, bob):
    key = boto_bucket.new_key("key")
    key.set_contents_from_string("bytes")
    key.add_email_grant("READ", bob.id + "@example.com")
    assert (bob.id, "READ") in [(grant.id, grant.permission) for grant in key.get_acl().acl.grants]


def test_location_is_the_default(boto_bucket):
    assert boto_bucket.get_location() == ""
