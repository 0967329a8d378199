"""Listings of a bucket that others write to and delete from meanwhile: what stays is there once, in byte order, in all pages."""

import threading

import pytest

from answers import ask

KEYS = sorted("%s/%04d" % (folder, number) for folder in ("a", "b", "ü") for number in range(0, 120, 2))


class Disturber:
    """Puts and deletes the keys between those that stay, over and over, while its `with` lasts."""

    def __init__(self, gateway, user, bucket):
        self.gateway, self.user, self.bucket = gateway, user, bucket
        self.done = threading.Event()
        self.rounds = 0
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.done.is_set():
            for method in "PUT", "DELETE":
                for number in range(1, 40, 2):
                    answer = ask(self.gateway, method, "/%s/b/%04d" % (self.bucket, number), by=self.user)
                    assert answer.status in (200, 204)
            self.rounds += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


@pytest.fixture
def filled(gateway, alice, bucket):
    for key in KEYS:
        assert ask(gateway, "PUT", "/%s/%s" % (bucket, key.replace("ü", "%C3%BC")), body=b"x", by=alice).status == 200
    return bucket


def until(disturber, rounds, listing):
    """List over and over, until the bucket has changed so often, and at least ten times."""
    times = 0
    while times < 10 or disturber.rounds < rounds:
        listing()
        times += 1
        assert times < 2000 and disturber.thread.is_alive()


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2"])
@pytest.mark.parametrize("size", [7, 1000])
def test_keys_that_stay_are_listed_once_in_order(gateway, s3, alice, filled, operation, size):
    def listing():
        keys = [entry["Key"].encode()
                for page in s3.get_paginator(operation).paginate(Bucket=filled, PaginationConfig={"PageSize": size})
                for entry in page["Contents"]]
        assert keys == sorted(set(keys))
        assert [key.decode() for key in keys if int(key[-4:]) % 2 == 0] == KEYS

    with Disturber(gateway, alice, filled) as disturber:
        until(disturber, 3, listing)


def test_common_prefixes_stay(gateway, s3, alice, filled):
    def listing():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=filled, Delimiter="/", PaginationConfig={"PageSize": 1})
        assert [entry["Prefix"] for page in pages for entry in page["CommonPrefixes"]] == ["a/", "b/", "ü/"]

    with Disturber(gateway, alice, filled) as disturber:
        until(disturber, 3, listing)


@pytest.mark.parametrize("size", [7, 1000])
def test_versions_that_stay_are_listed_once_in_order(gateway, s3, alice, bucket, size):
    """One key gets versions all the time, and loses every other one of the first again."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    versions = [s3.put_object(Bucket=bucket, Key="key", Body=b"%d" % number)["VersionId"] for number in range(60)][::-1]
    going, staying = versions[1::2], versions[::2]
    done = threading.Event()
    failed = []

    def disturb():
        path = "/%s/key" % bucket
        while not done.is_set():
            if ask(gateway, "PUT", path, body=b"new", by=alice).status != 200:
                failed.append("PUT")
            if going and ask(gateway, "DELETE", path, "versionId=" + going.pop(), by=alice).status != 204:
                failed.append("DELETE")

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(2000):
            ids = [entry["VersionId"] for page in s3.get_paginator("list_object_versions").paginate(
                Bucket=bucket, PaginationConfig={"PageSize": size}) for entry in page["Versions"]]
            assert len(ids) == len(set(ids))
            assert [version for version in ids if version in staying] == staying
            if not going:
                break
    finally:
        done.set()
        thread.join()
    assert not failed and not going
