"""`aws s3` of Debian (version 2) and the newest of version 1, which sends and asks for checksums by default."""

import time

import pytest

from answers import ask
from contents import assert_same, assert_same_trees, make_file, make_tree

KIB, MIB = 1 << 10, 1 << 20
# Files of 8 MiB and more go in parts.
SIZES = [0, 1, 16 * KIB, 16 * KIB + 1, 5 * MIB, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 17 * MIB, 100 * MIB]

pytestmark = pytest.mark.slow  # each command takes a second to start


def uri(bucket, key=""):
    return "s3://%s/%s" % (bucket, key)


def listed(aws, where):
    """The keys that `aws s3 ls --recursive` prints."""
    return [line.split(maxsplit=3)[3] for line in aws("ls", "--recursive", where).stdout.splitlines()]


def put(s3, bucket, *keys):
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"bytes of " + key.encode())


def there_and_back(aws, bucket, tmp_path):
    (tmp_path / "sent").mkdir()
    for size in SIZES:
        make_file(tmp_path / "sent" / str(size), size)
    aws("cp", "--recursive", tmp_path / "sent", uri(bucket, "sizes"))
    aws("cp", "--recursive", uri(bucket, "sizes"), tmp_path / "back")
    assert_same_trees(tmp_path / "sent", tmp_path / "back")
    etags = {item["Key"]: item["ETag"] for item in aws.api("list-objects-v2", bucket=bucket)["Contents"]}
    assert {key for key, etag in etags.items() if "-" in etag} == {"sizes/%d" % size for size in SIZES if size >= 8 * MIB}


def test_bucket_is_made_listed_and_removed(aws, bucket_name, s3):
    assert aws("mb", uri(bucket_name)).stdout == "make_bucket: %s\n" % bucket_name
    assert bucket_name in aws("ls").stdout.split()
    put(s3, bucket_name, "a/key")
    refused = aws("rb", uri(bucket_name), check=False)
    assert refused.returncode == 1 and "(BucketNotEmpty)" in refused.stderr
    aws("rb", "--force", uri(bucket_name))
    assert bucket_name not in aws("ls").stdout.split()


def test_files_of_every_size(aws, bucket, tmp_path):
    there_and_back(aws, bucket, tmp_path)


def test_files_of_every_size_over_tls(make_aws, front, bucket, tmp_path):
    there_and_back(make_aws("newest", on=front, AWS_CA_BUNDLE=str(front.certificate)), bucket, tmp_path)


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
    assert listed(aws, uri(bucket)) == ["tree/kept.log", "tree/new"]


def test_headers_and_metadata_live_through_a_copy(aws, bucket, tmp_path):
    (tmp_path / "file").write_bytes(b"some bytes")
    aws("cp", "--metadata", "colour=blue,shape=round", "--content-type", "text/x-odd", "--cache-control", "max-age=60",
        tmp_path / "file", uri(bucket, "from"))
    aws("cp", uri(bucket, "from"), uri(bucket, "to"))
    head = aws.api("head-object", bucket=bucket, key="to")
    assert (head["ContentType"], head["CacheControl"], head["Metadata"]) == (
        "text/x-odd", "max-age=60", {"colour": "blue", "shape": "round"})


def test_copy_of_a_large_object_takes_headers_and_tags_along(make_aws, bucket, s3, tmp_path):
    aws = make_aws("debian")  # version 1 leaves them behind when it copies in parts
    file = make_file(tmp_path / "file", 17 * MIB)
    s3.put_object(Bucket=bucket, Key="from", Body=file.read_bytes(), ContentType="text/x-odd", Metadata={"colour": "blue"},
                  Tagging="one=1&two=2")
    aws("cp", uri(bucket, "from"), uri(bucket, "to"))
    aws("cp", uri(bucket, "to"), tmp_path / "back")
    assert_same(file, tmp_path / "back")
    head = s3.head_object(Bucket=bucket, Key="to")
    assert head["ETag"].endswith('-3"') and head["ContentType"] == "text/x-odd" and head["Metadata"] == {"colour": "blue"}
    tags = s3.get_object_tagging(Bucket=bucket, Key="to")["TagSet"]
    assert sorted(tag["Key"] + tag["Value"] for tag in tags) == ["one1", "two2"]


@pytest.mark.parametrize("size", [0, 20 * MIB + 1])
def test_stream_of_unknown_length(aws, bucket, tmp_path, size):
    sent = make_file(tmp_path / "file", size).read_bytes()
    aws("cp", "-", uri(bucket, "stream"), stdin=sent)
    assert aws("cp", uri(bucket, "stream"), "-").stdout.encode(errors="surrogateescape") == sent


def test_mv(aws, bucket, tmp_path):
    (tmp_path / "file").write_bytes(b"moved")
    aws("mv", tmp_path / "file", uri(bucket, "from"))
    assert not (tmp_path / "file").exists()
    aws("mv", uri(bucket, "from"), uri(bucket, "a/to"))
    assert listed(aws, uri(bucket)) == ["a/to"]
    aws("mv", "--recursive", uri(bucket, "a/"), tmp_path / "back")
    assert listed(aws, uri(bucket)) == []
    assert (tmp_path / "back" / "to").read_bytes() == b"moved"


def test_rm(aws, bucket, s3):
    put(s3, bucket, "a/1", "a/2", "b/1.txt", "b/2", "c d&e")
    aws("rm", uri(bucket, "c d&e"))
    aws("rm", "--recursive", "--exclude", "*.txt", uri(bucket, "b"))
    assert listed(aws, uri(bucket)) == ["a/1", "a/2", "b/1.txt"]
    aws("rm", "--recursive", uri(bucket))
    assert listed(aws, uri(bucket)) == []


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
    deadline = time.monotonic() + 30
    while curl.plain("--fail", signed, check=False).returncode == 0:
        assert time.monotonic() < deadline, "it never expires"
        time.sleep(0.1)
    assert "<Code>AccessDenied</Code>" in curl.plain(signed).stdout
    assert ask(gateway, "GET", "/" + bucket + "/a%20folder/key%2B%26").status == 403


def test_acl_with_cp(aws, bucket, gateway, tmp_path):
    (tmp_path / "file").write_bytes(b"open")
    aws("cp", "--acl", "public-read", tmp_path / "file", uri(bucket, "open"))
    assert ask(gateway, "GET", "/%s/open" % bucket).body == b"open"


def test_what_is_not_there(aws, bucket, tmp_path):
    missing = aws("cp", uri(bucket, "nothing"), tmp_path / "back", check=False)
    assert missing.returncode == 1 and "(404)" in missing.stderr and not (tmp_path / "back").exists()
    nowhere = aws("ls", uri("no-such-bucket"), check=False)
    assert nowhere.returncode != 0 and "(NoSuchBucket)" in nowhere.stderr
