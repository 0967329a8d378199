"""boto3: versions, delete markers, the null version, and their listing."""

import pytest

from answers import ask, refused

UNKNOWN = "00064b0e0000000100000000000000ff"


def set_versioning(s3, bucket, status):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


@pytest.fixture
def versioned(s3, bucket):
    set_versioning(s3, bucket, "Enabled")
    return bucket


def put(s3, bucket, body, key="key"):
    return s3.put_object(Bucket=bucket, Key=key, Body=body).get("VersionId")


def body(s3, bucket, key="key", **version):
    return s3.get_object(Bucket=bucket, Key=key, **version)["Body"].read()


def listed(s3, bucket, **more):
    """(key, version ID, what it is, whether it is the latest) of all, in the order of the document."""
    page = s3.list_object_versions(Bucket=bucket, **more)
    found = [(version["Key"], version["VersionId"], "version", version["IsLatest"]) for version in page.get("Versions", [])]
    return found + [(marker["Key"], marker["VersionId"], "marker", marker["IsLatest"])
                    for marker in page.get("DeleteMarkers", [])]


# The bucket's state.

def test_state_follows_what_was_put(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    for status in "Suspended", "Enabled", "Suspended", "Enabled":
        set_versioning(s3, bucket, status)
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == status


@pytest.mark.parametrize("configuration,error", [
    ({"Status": "enabled"}, ("MalformedXML", 400)),
    ({"Status": "Disabled"}, ("MalformedXML", 400)),
    ({}, ("IllegalVersioningConfigurationException", 400)),
    ({"Status": "Enabled", "MFADelete": "Enabled"}, ("NotImplemented", 501)),
])
def test_state_that_cannot_be(s3, bucket, configuration, error):
    assert refused(s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=configuration) == error
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


def test_mfa_is_not_there(s3, versioned):
    version = put(s3, versioned, b"one")
    assert refused(s3.put_bucket_versioning, Bucket=versioned, MFA="serial 123456",
                   VersioningConfiguration={"Status": "Suspended"}) == ("NotImplemented", 501)
    assert refused(s3.delete_object, Bucket=versioned, Key="key", VersionId=version,
                   MFA="serial 123456") == ("NotImplemented", 501)
    assert refused(s3.delete_objects, Bucket=versioned, MFA="serial 123456",
                   Delete={"Objects": [{"Key": "key"}]}) == ("NotImplemented", 501)
    assert body(s3, versioned) == b"one"


def test_state_is_the_owners(s3_bob, versioned):
    assert refused(s3_bob.put_bucket_versioning, Bucket=versioned,
                   VersioningConfiguration={"Status": "Suspended"}) == ("AccessDenied", 403)


# Versions and markers.

def test_each_put_is_a_version(s3, versioned):
    first, second = put(s3, versioned, b"one"), put(s3, versioned, b"two")
    assert first != second
    assert body(s3, versioned) == b"two"
    assert body(s3, versioned, VersionId=first) == b"one"
    assert s3.get_object(Bucket=versioned, Key="key")["VersionId"] == second
    assert s3.head_object(Bucket=versioned, Key="key", VersionId=first)["VersionId"] == first


def test_deletion_makes_a_marker_and_deleting_that_undoes_it(s3, versioned):
    version = put(s3, versioned, b"one")
    deleted = s3.delete_object(Bucket=versioned, Key="key")
    assert deleted["DeleteMarker"] is True and deleted["VersionId"] not in (version, "null")
    assert refused(s3.get_object, Bucket=versioned, Key="key") == ("NoSuchKey", 404)
    assert body(s3, versioned, VersionId=version) == b"one"
    undone = s3.delete_object(Bucket=versioned, Key="key", VersionId=deleted["VersionId"])
    assert undone["DeleteMarker"] is True and undone["VersionId"] == deleted["VersionId"]
    assert body(s3, versioned) == b"one"


def test_deletion_of_a_version_is_for_good(s3, versioned):
    first, second = put(s3, versioned, b"one"), put(s3, versioned, b"two")
    answer = s3.delete_object(Bucket=versioned, Key="key", VersionId=second)
    assert answer["VersionId"] == second and "DeleteMarker" not in answer
    assert body(s3, versioned) == b"one"
    assert refused(s3.get_object, Bucket=versioned, Key="key", VersionId=second) == ("NoSuchVersion", 404)
    s3.delete_object(Bucket=versioned, Key="key", VersionId=first)
    assert listed(s3, versioned) == []


def test_deletion_of_nothing(s3, versioned):
    assert s3.delete_object(Bucket=versioned, Key="never")["DeleteMarker"] is True
    answer = s3.delete_object(Bucket=versioned, Key="never", VersionId=UNKNOWN)
    assert "DeleteMarker" not in answer and answer["VersionId"] == UNKNOWN


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_current_marker(gateway, s3, alice, versioned, method):
    put(s3, versioned, b"one")
    marker = s3.delete_object(Bucket=versioned, Key="key")["VersionId"]
    answer = ask(gateway, method, "/%s/key" % versioned, by=alice)
    assert answer.status == 404
    assert (answer.header("x-amz-delete-marker"), answer.header("x-amz-version-id")) == ("true", marker)
    if method == "GET":
        assert (answer.code, answer.error("Key")) == ("NoSuchKey", "key")


@pytest.mark.parametrize("method,subresource", [("GET", ""), ("HEAD", ""), ("GET", "acl=&"), ("PUT", "acl=&")])
def test_marker_by_version(gateway, s3, alice, versioned, method, subresource):
    put(s3, versioned, b"one")
    marker = s3.delete_object(Bucket=versioned, Key="key")["VersionId"]
    put(s3, versioned, b"two")
    answer = ask(gateway, method, "/%s/key" % versioned, subresource + "versionId=" + marker, by=alice)
    assert answer.status == 405
    assert (answer.header("x-amz-delete-marker"), answer.header("x-amz-version-id")) == ("true", marker)
    assert answer.header("Allow") == "DELETE" and answer.header("Last-Modified").endswith(" GMT")
    if method != "HEAD":
        assert (answer.code, answer.error("Method"), answer.error("ResourceType")) == (
            "MethodNotAllowed", method, "DeleteMarker")


def test_marker_is_not_told_to_strangers(gateway, s3, bob, versioned):
    put(s3, versioned, b"one")
    marker = s3.delete_object(Bucket=versioned, Key="key")["VersionId"]
    for query in "", "versionId=" + marker:
        answer = ask(gateway, "GET", "/%s/key" % versioned, query, by=bob)
        assert (answer.status, answer.code, answer.header("x-amz-delete-marker")) == (403, "AccessDenied", None)


@pytest.mark.parametrize("version", ["x", "NULL", "0" * 31, "0" * 33, "0" * 31 + "G", "0" * 31 + "A", "%00", "Ab%2F%2E"])
def test_version_that_cannot_be(gateway, s3, alice, versioned, version):
    put(s3, versioned, b"one")
    for method, query in ("GET", ""), ("HEAD", ""), ("DELETE", ""), ("GET", "acl=&"):
        answer = ask(gateway, method, "/%s/key" % versioned, query + "versionId=" + version, by=alice)
        assert answer.status == 400
        if method != "HEAD":
            assert (answer.code, answer.error("Message")) == ("InvalidArgument", "Invalid version id specified")
            assert answer.error("ArgumentName") == "versionId"
    assert body(s3, versioned) == b"one"


def test_empty_version(gateway, s3, alice, versioned):
    put(s3, versioned, b"one")
    for method in "GET", "DELETE":
        answer = ask(gateway, method, "/%s/key" % versioned, "versionId=", by=alice)
        assert (answer.status, answer.code) == (400, "InvalidArgument")
        assert answer.error("Message") == "Version id cannot be the empty string"
    assert body(s3, versioned) == b"one"


def test_unknown_version(gateway, s3, alice, versioned):
    put(s3, versioned, b"one")
    answer = ask(gateway, "GET", "/%s/key" % versioned, "versionId=" + UNKNOWN, by=alice)
    assert (answer.status, answer.code, answer.error("VersionId")) == (404, "NoSuchVersion", UNKNOWN)
    assert answer.header("x-amz-delete-marker") is None and answer.header("x-amz-version-id") is None


@pytest.mark.parametrize("headers", [[], [("x-amz-copy-source", "%s/key")]])
def test_what_makes_a_version_takes_none(gateway, s3, alice, versioned, headers):
    version = put(s3, versioned, b"one")
    answer = ask(gateway, "PUT", "/%s/other" % versioned, "versionId=" + version, body=b"x" if not headers else b"",
                 headers=[(name, value % versioned) for name, value in headers], by=alice)
    assert (answer.status, answer.code) == (400, "InvalidArgument")
    assert answer.error("Message") == "This operation does not accept a version-id."


# The null version.

def test_null_version_of_a_bucket_without_versions(s3, bucket):
    assert put(s3, bucket, b"one") is None
    assert "VersionId" not in s3.get_object(Bucket=bucket, Key="key")
    assert body(s3, bucket, VersionId="null") == b"one"
    assert refused(s3.get_object, Bucket=bucket, Key="key", VersionId=UNKNOWN) == ("NoSuchVersion", 404)
    assert listed(s3, bucket) == [("key", "null", "version", True)]
    answer = s3.delete_object(Bucket=bucket, Key="key")
    assert "DeleteMarker" not in answer and "VersionId" not in answer
    assert listed(s3, bucket) == []


def test_null_version_stays_when_versioning_is_enabled(s3, bucket):
    put(s3, bucket, b"null")
    set_versioning(s3, bucket, "Enabled")
    version = put(s3, bucket, b"one")
    assert body(s3, bucket, VersionId="null") == b"null"
    assert listed(s3, bucket) == [("key", version, "version", True), ("key", "null", "version", False)]
    assert s3.delete_object(Bucket=bucket, Key="key", VersionId="null")["VersionId"] == "null"
    assert listed(s3, bucket) == [("key", version, "version", True)]


def test_suspended_put_replaces_the_null_version(s3, versioned):
    version = put(s3, versioned, b"one")
    set_versioning(s3, versioned, "Suspended")
    assert put(s3, versioned, b"null") is None
    assert put(s3, versioned, b"null again") is None
    assert s3.get_object(Bucket=versioned, Key="key")["VersionId"] == "null"
    assert body(s3, versioned) == b"null again"
    assert listed(s3, versioned) == [("key", "null", "version", True), ("key", version, "version", False)]


def test_suspended_deletion_makes_a_null_marker(s3, versioned):
    version = put(s3, versioned, b"one")
    set_versioning(s3, versioned, "Suspended")
    put(s3, versioned, b"null")
    for _ in range(2):
        answer = s3.delete_object(Bucket=versioned, Key="key")
        assert (answer["DeleteMarker"], answer["VersionId"]) == (True, "null")
        assert sorted(listed(s3, versioned)) == sorted([("key", "null", "marker", True), ("key", version, "version", False)])
    assert refused(s3.get_object, Bucket=versioned, Key="key", VersionId="null") == ("MethodNotAllowed", 405)
    put(s3, versioned, b"null again")
    assert listed(s3, versioned) == [("key", "null", "version", True), ("key", version, "version", False)]


# Copies and ACLs of versions.

def test_restore_by_a_copy_of_an_earlier_version(s3, versioned):
    first = put(s3, versioned, b"one")
    put(s3, versioned, b"two")
    answer = s3.copy_object(Bucket=versioned, Key="key", CopySource={"Bucket": versioned, "Key": "key", "VersionId": first})
    assert answer["CopySourceVersionId"] == first and answer["VersionId"] != first
    assert body(s3, versioned) == b"one"
    assert len(listed(s3, versioned)) == 3


def test_copy_of_a_null_version_and_of_a_marker(s3, bucket):
    put(s3, bucket, b"null")
    assert "CopySourceVersionId" not in s3.copy_object(Bucket=bucket, Key="a", CopySource=bucket + "/key")
    set_versioning(s3, bucket, "Enabled")
    assert s3.copy_object(Bucket=bucket, Key="b", CopySource=bucket + "/key")["CopySourceVersionId"] == "null"
    marker = s3.delete_object(Bucket=bucket, Key="key")["VersionId"]
    source = {"Bucket": bucket, "Key": "key"}
    assert refused(s3.copy_object, Bucket=bucket, Key="c", CopySource=source) == ("NoSuchKey", 404)
    for version, error in (marker, ("InvalidRequest", 400)), (UNKNOWN, ("NoSuchVersion", 404)), ("x", ("InvalidArgument", 400)):
        assert refused(s3.copy_object, Bucket=bucket, Key="c", CopySource=dict(source, VersionId=version)) == error
    s3.copy_object(Bucket=bucket, Key="c", CopySource=dict(source, VersionId="null"))
    assert body(s3, bucket, key="c") == b"null"


def test_acl_of_one_version(s3, s3_bob, versioned):
    first, second = put(s3, versioned, b"one"), put(s3, versioned, b"two")
    s3.put_object_acl(Bucket=versioned, Key="key", VersionId=first, ACL="public-read")
    assert body(s3_bob, versioned, VersionId=first) == b"one"
    assert refused(s3_bob.get_object, Bucket=versioned, Key="key", VersionId=second) == ("AccessDenied", 403)
    assert len(s3.get_object_acl(Bucket=versioned, Key="key", VersionId=first)["Grants"]) == 2
    assert len(s3.get_object_acl(Bucket=versioned, Key="key")["Grants"]) == 1


def test_a_version_is_deleted_by_the_owner_alone(s3, s3_bob, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    set_versioning(s3, bucket, "Enabled")
    version = put(s3, bucket, b"one")
    assert refused(s3_bob.delete_object, Bucket=bucket, Key="key", VersionId=version) == ("AccessDenied", 403)
    errors = s3_bob.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "key", "VersionId": version}]})["Errors"]
    assert [error["Code"] for error in errors] == ["AccessDenied"]
    assert s3_bob.delete_object(Bucket=bucket, Key="key")["DeleteMarker"] is True
    assert body(s3, bucket, VersionId=version) == b"one"


# Many at once.

def test_many_deletions_with_versions(s3, versioned):
    version = put(s3, versioned, b"one")
    answer = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "key"}, {"Key": "never"}]})["Deleted"]
    made = {entry["Key"]: entry for entry in answer}
    assert all(entry["DeleteMarker"] and "VersionId" not in entry for entry in answer)
    marker = made["key"]["DeleteMarkerVersionId"]
    answer = s3.delete_objects(Bucket=versioned, Delete={"Objects": [
        {"Key": "key", "VersionId": marker}, {"Key": "key", "VersionId": version},
        {"Key": "key", "VersionId": UNKNOWN}, {"Key": "key", "VersionId": "x"}]})
    gone = {entry["VersionId"]: entry for entry in answer["Deleted"]}
    assert (gone[marker]["DeleteMarker"], gone[marker]["DeleteMarkerVersionId"]) == (True, marker)
    assert "DeleteMarker" not in gone[version] and "DeleteMarker" not in gone[UNKNOWN]
    assert [(error["Code"], error["VersionId"]) for error in answer["Errors"]] == [("NoSuchVersion", "x")]
    assert [entry[0] for entry in listed(s3, versioned)] == ["never"]


def test_bucket_with_versions_left(s3, bucket_name):
    s3.create_bucket(Bucket=bucket_name)
    set_versioning(s3, bucket_name, "Enabled")
    version = put(s3, bucket_name, b"one")
    marker = s3.delete_object(Bucket=bucket_name, Key="key")["VersionId"]
    for left in version, marker:
        with pytest.raises(s3.exceptions.ClientError) as error:
            s3.delete_bucket(Bucket=bucket_name)
        assert error.value.response["Error"]["Code"] == "BucketNotEmpty"
        assert error.value.response["Error"]["Message"] == (
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
        s3.delete_object(Bucket=bucket_name, Key="key", VersionId=left)
    s3.delete_bucket(Bucket=bucket_name)


# Listings.

@pytest.fixture(scope="module")
def history(s3):
    """A bucket with versions and markers, and what a listing of it holds."""
    bucket, expected = "history", []
    s3.create_bucket(Bucket=bucket)
    put(s3, bucket, b"null", key="b/2")
    set_versioning(s3, bucket, "Enabled")
    for key, versions in ("a", 3), ("b/1", 2), ("b/2", 2), ("c d+é", 1):
        mine = [(key, put(s3, bucket, b"%d" % number, key=key), "version") for number in range(versions)]
        if key == "b/2":
            mine.insert(0, (key, "null", "version"))
        if key.startswith("b"):
            mine.append((key, s3.delete_object(Bucket=bucket, Key=key)["VersionId"], "marker"))
        expected += [(*entry, entry is mine[-1]) for entry in reversed(mine)]
    return bucket, expected


def in_order(history, entries):
    return [entry for entry in history[1] if entry in entries]


def test_all_versions_in_order(s3, history):
    entries = listed(s3, history[0])
    assert sorted(entries) == sorted(history[1])
    for kind in "version", "marker":
        assert [entry for entry in entries if entry[2] == kind] == [entry for entry in history[1] if entry[2] == kind]


def test_versions_and_markers_stand_in_one_order(gateway, alice, history):
    answer = ask(gateway, "GET", "/" + history[0], "versions=", by=alice)
    ids = [piece.split(b"</VersionId>")[0].decode() for piece in answer.body.split(b"<VersionId>")[1:]]
    assert ids == [entry[1] for entry in history[1]]


@pytest.mark.parametrize("size", range(1, 12))
def test_pages_of_versions(s3, history, size):
    paginator = s3.get_paginator("list_object_versions")
    entries = []
    for page in paginator.paginate(Bucket=history[0], PaginationConfig={"PageSize": size}):
        here = [(entry["Key"], entry["VersionId"], kind, entry["IsLatest"])
                for name, kind in (("Versions", "version"), ("DeleteMarkers", "marker")) for entry in page.get(name, [])]
        assert len(here) <= size
        entries += in_order(history, here)
    assert entries == history[1]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_pages_with_a_delimiter(s3, history, size):
    keys, prefixes = set(), []
    for page in s3.get_paginator("list_object_versions").paginate(
            Bucket=history[0], Delimiter="/", PaginationConfig={"PageSize": size}):
        keys |= {entry["Key"] for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])}
        prefixes += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
    assert (sorted(keys), prefixes) == (["a", "c d+é"], ["b/"])


def test_key_marker_alone_goes_on_behind_the_key(s3, history):
    assert {entry[0] for entry in listed(s3, history[0], KeyMarker="a")} == {"b/1", "b/2", "c d+é"}


def test_marker_of_a_version_that_was_listed(s3, history):
    for number, entry in enumerate(history[1]):
        rest = listed(s3, history[0], KeyMarker=entry[0], VersionIdMarker=entry[1])
        assert sorted(rest) == sorted(history[1][number + 1:])


def test_prefix_of_versions(s3, history):
    assert {entry[0] for entry in listed(s3, history[0], Prefix="b/1")} == {"b/1"}


def test_page_goes_on_though_its_last_version_is_gone(s3, versioned):
    versions = [put(s3, versioned, b"%d" % number) for number in range(6)][::-1]
    page = s3.list_object_versions(Bucket=versioned, MaxKeys=3)
    s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "key", "VersionId": version} for version in versions[:3]]})
    rest = s3.list_object_versions(
        Bucket=versioned, KeyMarker=page["NextKeyMarker"], VersionIdMarker=page["NextVersionIdMarker"])
    assert [version["VersionId"] for version in rest["Versions"]] == versions[3:]


def test_version_marker_without_a_key_marker(s3, versioned):
    assert refused(s3.list_object_versions, Bucket=versioned, VersionIdMarker="null") == ("InvalidArgument", 400)
    assert refused(s3.list_object_versions, Bucket=versioned, KeyMarker="a", VersionIdMarker="x") == ("InvalidArgument", 400)


def test_current_objects_are_listed_alone(s3, history):
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=history[0])["Contents"]] == ["a", "c d+é"]


def test_presigned_url_of_a_version(s3, versioned):
    import urllib.request

    first = put(s3, versioned, b"one")
    put(s3, versioned, b"two")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": versioned, "Key": "key", "VersionId": first})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"one" and answer.headers["x-amz-version-id"] == first
