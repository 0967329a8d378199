"""boto 2 and rclone on buckets that keep versions."""

import json

import boto.s3.connection
import pytest


@pytest.fixture
def boto_bucket(make_boto, alice, bucket):
    """A bucket of alice's that keeps versions, through boto 2."""
    found = make_boto(alice, boto.s3.connection.OrdinaryCallingFormat()).get_bucket(bucket)
    assert found.configure_versioning(True)
    return found


def put(bucket, text, key="key"):
    made = bucket.new_key(key)
    made.set_contents_from_string(text)
    return made.version_id


def listed(bucket, **more):
    """(key, version ID, whether it is a marker, whether it is the latest), in the listing's order."""
    return [(entry.name, entry.version_id, isinstance(entry, boto.s3.deletemarker.DeleteMarker), entry.is_latest)
            for entry in bucket.list_versions(**more) if not isinstance(entry, boto.s3.prefix.Prefix)]


def test_state(boto_bucket):
    assert boto_bucket.get_versioning_status() == {"Versioning": "Enabled"}
    assert boto_bucket.configure_versioning(False)
    assert boto_bucket.get_versioning_status()["Versioning"] == "Suspended"
    with pytest.raises(boto.exception.S3ResponseError) as refused:
        boto_bucket.configure_versioning(True, mfa_delete=True, mfa_token=("serial", "123456"))
    assert (refused.value.status, refused.value.error_code) == (501, "NotImplemented")


def test_versions_and_markers(boto_bucket):
    first, second = put(boto_bucket, "one"), put(boto_bucket, "two")
    marker = boto_bucket.delete_key("key").version_id
    assert listed(boto_bucket) == [("key", marker, True, True), ("key", second, False, False), ("key", first, False, False)]
    assert boto_bucket.get_key("key") is None
    assert boto_bucket.get_key("key", version_id=first).get_contents_as_string() == b"one"
    assert boto_bucket.delete_key("key", version_id=marker).delete_marker
    assert boto_bucket.get_key("key").get_contents_as_string() == b"two"


def test_all_pages(boto_bucket):
    expected = []
    for key in "a", "b/1", "c":
        expected += [(key, version) for version in [put(boto_bucket, "%d" % number, key) for number in range(4)][::-1]]
    found, marker = [], {}
    while True:
        page = boto_bucket.get_all_versions(max_keys=3, **marker)
        found += [(entry.name, entry.version_id) for entry in page]
        if not page.is_truncated:
            break
        marker = {"key_marker": page.next_key_marker, "version_id_marker": page.next_version_id_marker}
    assert found == expected
    assert [entry[0] for entry in listed(boto_bucket, delimiter="/")] == ["a"] * 4 + ["c"] * 4


def test_restore_and_empty(boto_bucket):
    first = put(boto_bucket, "one")
    put(boto_bucket, "two")
    boto_bucket.copy_key("key", boto_bucket.name, "key", src_version_id=first)
    assert boto_bucket.get_key("key").get_contents_as_string() == b"one"
    boto_bucket.delete_key("key")
    boto_bucket.delete_key("key")
    result = boto_bucket.delete_keys(list(boto_bucket.list_versions()))
    assert len(result.deleted) == 5 and not result.errors
    assert sum(deleted.delete_marker for deleted in result.deleted) == 2
    assert listed(boto_bucket) == []
    boto_bucket.delete()


def test_rclone_shows_and_reads_old_versions(boto_bucket, rclone, tmp_path):
    put(boto_bucket, "one", "file.txt")
    put(boto_bucket, "and two", "file.txt")
    boto_bucket.delete_key("file.txt")
    remote = "gate:" + boto_bucket.name
    assert json.loads(rclone("lsjson", remote).stdout) == []
    old = json.loads(rclone("lsjson", "--s3-versions", remote).stdout)
    assert sorted(entry["Size"] for entry in old) == [3, 7]
    rclone("copy", "--s3-versions", remote, tmp_path)
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["and two", "one"]


def test_rclone_cleans_up_hidden_versions(boto_bucket, rclone):
    for number in range(3):
        put(boto_bucket, "%d" % number, "a")
    put(boto_bucket, "x", "b")
    boto_bucket.delete_key("b")
    rclone("backend", "cleanup-hidden", "gate:" + boto_bucket.name)
    assert [(entry[0], entry[3]) for entry in listed(boto_bucket)] == [("a", True)]
