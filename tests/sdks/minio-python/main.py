"""MinIO's client for Python on the gateway that the environment names. Exits 0 if all went well."""

import io
import os
import urllib.request
from datetime import timedelta

from minio import Minio
from minio.commonconfig import ENABLED, CopySource, Tags
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.versioningconfig import VersioningConfig

BUCKET = os.environ["S3_BUCKET"]
SMALL = "a/small +&ü"
client = Minio(os.environ["S3_ENDPOINT"].removeprefix("http://"), access_key=os.environ["S3_ACCESS_KEY"],
               secret_key=os.environ["S3_SECRET_KEY"], secure=False)


def get(key, version=None):
    answer = client.get_object(BUCKET, key, version_id=version)
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()


def put(key, data, **more):
    return client.put_object(BUCKET, key, io.BytesIO(data), len(data), **more)


def small():
    tags = Tags.new_object_tags()
    tags["colour"] = "light blue"
    put(SMALL, b"some bytes", content_type="text/x-odd", metadata={"colour": "blue"}, tags=tags)
    assert get(SMALL) == b"some bytes"
    head = client.stat_object(BUCKET, SMALL)
    assert head.content_type == "text/x-odd" and head.metadata["x-amz-meta-colour"] == "blue", head
    assert client.get_object_tags(BUCKET, SMALL) == tags
    try:
        client.stat_object(BUCKET, "nothing")
        raise AssertionError("a missing key is there")
    except S3Error as error:
        assert error.code == "NoSuchKey", error


def multipart():
    large = os.urandom(11 << 20)
    put_large = client.put_object(BUCKET, "large", io.BytesIO(large), -1, part_size=5 << 20)  # of unknown length
    assert put_large.etag.endswith("-3"), put_large.etag
    assert get("large") == large
    client.copy_object(BUCKET, "b/copy", CopySource(BUCKET, "large"))
    assert get("b/copy") == large


def listing():
    found = {item.object_name: item.is_dir for item in client.list_objects(BUCKET)}
    assert found == {"a/": True, "b/": True, "large": False}, found


def presigned():
    url = client.presigned_get_object(BUCKET, SMALL, expires=timedelta(minutes=1))
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert answer.read() == b"some bytes"


def versions():
    client.set_bucket_versioning(BUCKET, VersioningConfig(ENABLED))
    first = put("v", b"1").version_id
    put("v", b"2")
    client.remove_object(BUCKET, "v")
    assert get("v", first) == b"1"
    found = [item.is_delete_marker for item in client.list_objects(BUCKET, prefix="v", include_version=True)]
    assert sorted(found) == [False, False, True], found


def empty():
    every = client.list_objects(BUCKET, recursive=True, include_version=True)
    failed = list(client.remove_objects(BUCKET, [DeleteObject(item.object_name, item.version_id) for item in every]))
    assert not failed, failed
    client.remove_bucket(BUCKET)


client.make_bucket(BUCKET)
small()
multipart()
listing()
presigned()
versions()
empty()
