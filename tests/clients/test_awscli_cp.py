"""`aws s3 cp` of Debian (version 2) and the newest of version 1, which sends and asks for checksums by default."""

import pytest

from answers import ask
from contents import assert_same, assert_same_trees, make_file
from drivers import uri

KIB, MIB = 1 << 10, 1 << 20
# Files of 8 MiB and more go in parts.
SIZES = [0, 1, 16 * KIB, 16 * KIB + 1, 5 * MIB, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 17 * MIB, 100 * MIB]

pytestmark = pytest.mark.slow  # each command takes a second to start


def there_and_back(aws, bucket, tmp_path):
    (tmp_path / "sent").mkdir()
    for size in SIZES:
        make_file(tmp_path / "sent" / str(size), size)
    aws("cp", "--recursive", tmp_path / "sent", uri(bucket, "sizes"))
    aws("cp", "--recursive", uri(bucket, "sizes"), tmp_path / "back")
    assert_same_trees(tmp_path / "sent", tmp_path / "back")
    etags = {item["Key"]: item["ETag"] for item in aws.api("list-objects-v2", bucket=bucket)["Contents"]}
    assert {key for key, etag in etags.items() if "-" in etag} == {"sizes/%d" % size for size in SIZES if size >= 8 * MIB}


def test_files_of_every_size(aws, bucket, tmp_path):
    there_and_back(aws, bucket, tmp_path)


def test_files_of_every_size_over_tls(make_aws, front, bucket, tmp_path):
    there_and_back(make_aws("newest", on=front, AWS_CA_BUNDLE=str(front.certificate)), bucket, tmp_path)


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


def test_acl_with_cp(aws, bucket, gateway, tmp_path):
    (tmp_path / "file").write_bytes(b"open")
    aws("cp", "--acl", "public-read", tmp_path / "file", uri(bucket, "open"))
    assert ask(gateway, "GET", "/%s/open" % bucket).body == b"open"
