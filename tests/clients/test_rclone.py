"""rclone of Debian with its defaults: files of 200 MiB and more go in parts, unless the limit is told otherwise."""

import filecmp

import pytest

from contents import assert_same, assert_same_trees, make_file, make_tree

MIB = 1 << 20
IN_PARTS = ["--s3-upload-cutoff", "5Mi", "--s3-copy-cutoff", "5Mi"]


@pytest.fixture
def tree(tmp_path):
    return make_tree(tmp_path / "tree")


def test_bucket_is_made_and_removed(rclone, bucket_name):
    rclone("mkdir", "gate:" + bucket_name)
    assert bucket_name in rclone("lsd", "gate:").stdout
    rclone("rmdir", "gate:" + bucket_name)
    assert bucket_name not in rclone("lsd", "gate:").stdout


def test_copy_there_and_back(rclone, bucket, tree, tmp_path):
    rclone("copy", tree, "gate:%s/tree" % bucket)
    rclone("copy", "gate:%s/tree" % bucket, tmp_path / "back")
    assert_same_trees(tree, tmp_path / "back")


def test_check_finds_no_difference(rclone, bucket, tree):
    rclone("sync", tree, "gate:%s/tree" % bucket)
    assert "0 differences found" in rclone("check", tree, "gate:%s/tree" % bucket).stderr


def test_check_finds_a_difference(rclone, bucket, tree):
    rclone("sync", tree, "gate:%s/tree" % bucket)
    changed = next(path for path in sorted(tree.rglob("*")) if path.is_file() and path.stat().st_size)
    changed.write_bytes(b"!" * changed.stat().st_size)
    found = rclone("check", tree, "gate:%s/tree" % bucket, check=False)
    assert found.returncode != 0
    assert "1 differences found" in found.stderr


def test_second_sync_transfers_nothing(rclone, bucket, tree):
    rclone("sync", tree, "gate:%s/tree" % bucket)
    again = rclone("sync", "--stats-one-line", "-v", tree, "gate:%s/tree" % bucket)
    assert "Copied" not in again.stderr


def test_sync_deletes_what_is_gone(rclone, bucket, tree):
    rclone("sync", tree, "gate:%s/tree" % bucket)
    gone = next(path for path in sorted(tree.rglob("*")) if path.is_file())
    gone.unlink()
    rclone("sync", tree, "gate:%s/tree" % bucket)
    assert str(gone.relative_to(tree)) not in rclone("lsf", "-R", "gate:%s/tree" % bucket).stdout.splitlines()


def test_modification_time_is_kept(rclone, bucket, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    rclone("copyto", tmp_path / "file", "gate:%s/file" % bucket)
    rclone("copyto", "gate:%s/file" % bucket, tmp_path / "back")
    assert abs((tmp_path / "file").stat().st_mtime - (tmp_path / "back").stat().st_mtime) < 0.001


def test_move_on_the_server(rclone, bucket, tmp_path):
    (tmp_path / "file").write_bytes(b"moved")
    rclone("copyto", tmp_path / "file", "gate:%s/from" % bucket)
    rclone("moveto", "gate:%s/from" % bucket, "gate:%s/to" % bucket)
    assert rclone("lsf", "gate:" + bucket).stdout.split() == ["to"]
    rclone("copyto", "gate:%s/to" % bucket, tmp_path / "back")
    assert filecmp.cmp(tmp_path / "file", tmp_path / "back", shallow=False)


def test_purge_empties_and_removes(rclone, bucket, tree):
    rclone("sync", tree, "gate:%s/tree" % bucket)
    rclone("purge", "gate:" + bucket)
    assert bucket not in rclone("lsd", "gate:").stdout


def test_many_transfers_at_once(rclone, bucket, tmp_path):
    (tmp_path / "many").mkdir()
    for number in range(400):
        (tmp_path / "many" / str(number)).write_bytes(str(number).encode() * number * 40)
    rclone("copy", "--transfers", "32", "--checkers", "32", tmp_path / "many", "gate:%s" % bucket)
    rclone("copy", "--transfers", "32", "--checkers", "32", "gate:%s" % bucket, tmp_path / "back")
    assert_same_trees(tmp_path / "many", tmp_path / "back")


@pytest.fixture
def large(tmp_path):
    return make_file(tmp_path / "large", 12 * MIB)


def test_large_file_in_parts(rclone, s3, bucket, large, tmp_path):
    rclone("copy", *IN_PARTS, large, "gate:" + bucket)
    assert s3.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-3"')
    assert "0 differences found" in rclone("check", large.parent, "gate:" + bucket).stderr
    rclone("moveto", *IN_PARTS, "gate:%s/large" % bucket, "gate:%s/moved" % bucket)
    assert rclone("lsf", "gate:" + bucket).stdout.split() == ["moved"]
    rclone("copyto", "gate:%s/moved" % bucket, tmp_path / "back")
    assert_same(large, tmp_path / "back")


def test_versions(rclone, s3, bucket, tmp_path):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        (tmp_path / "file").write_bytes(body)
        rclone("copyto", "--ignore-times", tmp_path / "file", "gate:%s/file" % bucket)
    rclone("deletefile", "gate:%s/file" % bucket)
    assert rclone("lsf", "gate:" + bucket).stdout == ""
    rclone("copy", "--s3-versions", "gate:" + bucket, tmp_path / "back")
    assert sorted(path.read_bytes() for path in (tmp_path / "back").iterdir()) == [b"first", b"second"]
