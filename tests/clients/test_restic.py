"""restic of Debian keeps its repository in a bucket: it reads back all that it wrote, and checks it by its own hashes."""

import json

import pytest

from contents import assert_same_trees, make_file, make_tree
from drivers import Restic

MIB = 1 << 20

pytestmark = pytest.mark.slow  # deriving a key from the password takes a second


@pytest.fixture
def restic(gateway, alice, tmp_path, bucket):
    return Restic(gateway, alice, tmp_path, bucket)


@pytest.fixture
def tree(tmp_path):
    tree = make_tree(tmp_path / "tree")
    make_file(tree / "large", 40 * MIB)
    return tree


def snapshots(restic):
    return [snapshot["id"] for snapshot in json.loads(restic("snapshots", "--json").stdout)]


def restored(restic, snapshot, tree, place):
    """What restic restores of `tree`."""
    restic("restore", snapshot, "--target", place, "--verify")
    return place / tree.relative_to("/")


def test_backup_and_restore(restic, tree, tmp_path):
    restic("init")
    restic("backup", tree)
    (tree / "new").write_bytes(b"of the second backup")
    restic("backup", tree)
    first, second = snapshots(restic)
    restic("check", "--read-data")
    assert_same_trees(tree, restored(restic, second, tree, tmp_path / "second"))
    (tree / "new").unlink()
    assert_same_trees(tree, restored(restic, first, tree, tmp_path / "first"))


def test_second_repository_in_the_same_place_is_refused(restic):
    restic("init")
    refused = restic("init", check=False)
    assert refused.returncode != 0 and "config already initialized" in refused.stderr


def test_prune_deletes_what_no_snapshot_holds(restic, tree, s3, bucket):
    def kept():
        return sum(item["Size"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"])

    restic("init")
    restic("backup", tree)
    (tree / "large").unlink()
    restic("backup", tree)
    with_large = kept()
    restic("forget", "--keep-last", "1", "--prune")
    assert len(snapshots(restic)) == 1
    assert with_large > 40 * MIB and kept() < MIB
    restic("check", "--read-data")
