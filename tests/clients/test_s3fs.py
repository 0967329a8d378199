"""A bucket that s3fs of Debian mounts as a folder, where FUSE can be used."""

import os
import subprocess

import pytest

from contents import AWKWARD_NAMES, assert_same, assert_same_trees, make_file, make_tree
from drivers import S3fs

MIB = 1 << 20

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not os.access("/dev/fuse", os.R_OK | os.W_OK),
                                                   reason="no mount by s3fs: /dev/fuse cannot be used here")]


@pytest.fixture
def mount(gateway, alice, bucket, tmp_path):
    """mount(): s3fs on the bucket, to be entered."""
    return lambda: S3fs(gateway, alice, tmp_path, bucket, tmp_path / "mounted")


def copy(source, target):
    """cp, which a mount that hangs cannot hold up for ever."""
    subprocess.run(["cp", "-r", source, target], check=True, timeout=120)


def test_files_are_written_listed_and_read(mount, s3, bucket, tmp_path):
    tree = make_tree(tmp_path / "tree")
    with mount() as folder:
        copy(tree, folder / "tree")
        assert sorted(os.listdir(folder / "tree" / "sub 0")) == sorted(AWKWARD_NAMES[0::3])
    with mount() as folder:
        assert_same_trees(tree, folder / "tree")
    stored = s3.get_object(Bucket=bucket, Key="tree/sub 1/" + AWKWARD_NAMES[1])["Body"].read()
    assert stored == (tree / "sub 1" / AWKWARD_NAMES[1]).read_bytes()


def test_objects_of_others_are_files(mount, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a/b/c", Body=b"put by boto3")
    with mount() as folder:
        assert (folder / "a/b/c").read_bytes() == b"put by boto3"
        assert os.listdir(folder / "a") == ["b"]


def test_rename_and_remove(mount, s3, bucket):
    with mount() as folder:
        (folder / "from").write_bytes(b"renamed")
        (folder / "from").rename(folder / "to")
        assert os.listdir(folder) == ["to"] and (folder / "to").read_bytes() == b"renamed"
        (folder / "to").unlink()
        (folder / "sub").mkdir()
        (folder / "sub").rmdir()
        assert os.listdir(folder) == []
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_append_overwrite_and_truncate(mount, s3, bucket):
    with mount() as folder:
        (folder / "file").write_bytes(b"0123456789")
        with open(folder / "file", "r+b") as file:
            file.seek(4)
            file.write(b"xx")
        with open(folder / "file", "ab") as file:
            file.write(b"!")
        assert (folder / "file").read_bytes() == b"0123xx6789!"
        with open(folder / "file", "r+b") as file:
            file.truncate(5)  # by its path, s3fs 1.90 writes zeros without having asked for the bytes
    assert s3.get_object(Bucket=bucket, Key="file")["Body"].read() == b"0123x"


def test_mode_and_time_are_kept(mount):
    with mount() as folder:
        (folder / "file").write_bytes(b"")
        os.chmod(folder / "file", 0o640)
        os.utime(folder / "file", (1_000_000_000, 1_000_000_000))
    with mount() as folder:
        found = os.stat(folder / "file")
        assert (found.st_mode & 0o777, found.st_mtime) == (0o640, 1_000_000_000)


def test_large_file_goes_in_parts(mount, s3, bucket, tmp_path):
    file = make_file(tmp_path / "file", 45 * MIB)
    with mount() as folder:
        copy(file, folder / "large")
        (folder / "large").rename(folder / "renamed")
    with mount() as folder:
        assert_same(file, folder / "renamed")
    assert "-" in s3.head_object(Bucket=bucket, Key="renamed")["ETag"]
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")
