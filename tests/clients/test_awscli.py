"""`aws s3` of Debian (version 2) and the newest of version 1, which sends and asks for checksums by default."""

import pytest

from answers import ask
from contents import assert_same_trees, make_tree
from drivers import uri
from launcher import wait_until

pytestmark = pytest.mark.slow  # each command takes a second to start


def put(s3, bucket, *keys):
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"bytes of " + key.encode())


def test_bucket_is_made_listed_and_removed(aws, bucket_name, s3):
    assert aws("mb", uri(bucket_name)).stdout == "make_bucket: %s\n" % bucket_name
    assert bucket_name in aws("ls").stdout.split()
    put(s3, bucket_name, "a/key")
    refused = aws("rb", uri(bucket_name), check=False)
    assert refused.returncode == 1 and "(BucketNotEmpty)" in refused.stderr
    aws("rb", "--force", uri(bucket_name))
    assert bucket_name not in aws("ls").stdout.split()


def test_sync_there_and_back(aws, bucket, tmp_path):
    tree, back = make_tree(tmp_path / "tree"), tmp_path / "back"
    aws("sync", tree, uri(bucket, "tree"))
    assert aws("sync", tree, uri(bucket, "tree")).stdout == ""
    aws("sync", uri(bucket, "tree"), back)
    assert_same_trees(tree, back)


def test_sync_deletes_and_leaves_out(aws, bucket, s3, tmp_path):
    put(s3, bucket, "tree/gone", "tree/kept.log", "tree/other/gone")
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "new.log").write_bytes(b"left out")
    shown = aws("sync", "--delete", "--exclude", "*.log", tmp_path, uri(bucket, "tree")).stdout
    assert "delete: s3://%s/tree/gone" % bucket in shown
    assert aws.keys(bucket) == ["tree/kept.log", "tree/new"]


def test_mv(aws, bucket, tmp_path):
    (tmp_path / "file").write_bytes(b"moved")
    aws("mv", tmp_path / "file", uri(bucket, "from"))
    assert not (tmp_path / "file").exists()
    aws("mv", uri(bucket, "from"), uri(bucket, "a/to"))
    assert aws.keys(bucket) == ["a/to"]
    aws("mv", "--recursive", uri(bucket, "a/"), tmp_path / "back")
    assert aws.keys(bucket) == []
    assert (tmp_path / "back" / "to").read_bytes() == b"moved"


def test_rm(aws, bucket, s3):
    put(s3, bucket, "a/1", "a/2", "b/1.txt", "b/2", "c d&e")
    aws("rm", uri(bucket, "c d&e"))
    aws("rm", "--recursive", "--exclude", "*.txt", uri(bucket, "b"))
    assert aws.keys(bucket) == ["a/1", "a/2", "b/1.txt"]
    aws("rm", "--recursive", uri(bucket))
    assert aws.keys(bucket) == []


def test_ls(aws, bucket, s3):
    put(s3, bucket, "a/1", "a/2", "b")
    assert [line.split()[-1] for line in aws("ls", uri(bucket)).stdout.splitlines()] == ["a/", "b"]
    summary = aws("ls", "--recursive", "--summarize", uri(bucket)).stdout.split("\n\n")[-1].split()
    assert summary == ["Total", "Objects:", "3", "Total", "Size:", str(12 + 12 + 10)]


def test_presigned_url_is_fetched_until_it_expires(aws, bucket, s3, curl, gateway):
    put(s3, bucket, "a folder/key+&")
    url = aws("presign", "--expires-in", "60", uri(bucket, "a folder/key+&")).stdout.strip()
    assert curl.plain("--fail", url).stdout == "bytes of a folder/key+&"
    signed = aws("presign", "--expires-in", "1", uri(bucket, "a folder/key+&")).stdout.strip()
    wait_until(lambda: curl.plain("--fail", signed, check=False).returncode, 30, "an end to the URL")
    assert "<Code>AccessDenied</Code>" in curl.plain(signed).stdout
    assert ask(gateway, "GET", "/" + bucket + "/a%20folder/key%2B%26").status == 403


def test_what_is_not_there(aws, bucket, tmp_path):
    missing = aws("cp", uri(bucket, "nothing"), tmp_path / "back", check=False)
    assert missing.returncode == 1 and "(404)" in missing.stderr and not (tmp_path / "back").exists()
    nowhere = aws("ls", uri("no-such-bucket"), check=False)
    assert nowhere.returncode != 0 and "(NoSuchBucket)" in nowhere.stderr
