"""A full disk: uploads are refused with a clear error, reads and deletes go on, and after deletes uploads do, too."""

import os
import subprocess
import warnings

import pytest

import load
import parts
from launcher import CLUSTER, Gateway, wait_until
from wire import Client, refused

pytestmark = pytest.mark.skipif(bool(CLUSTER), reason="about the embedded engine's disk")
MEGABYTES = 96


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % MEGABYTES, "crossgate-test", str(place)],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        warnings.warn("NOT TESTED: the full disk, since this user may not mount one: " + mounted.stderr.strip())
        pytest.skip("may not mount: " + mounted.stderr.strip())
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def gateway(disk):
    gateway = Gateway(disk / "store", ["--garbage-grace", "0"], log=disk.parent / "log").start()
    yield gateway
    gateway.kill()


def body_of(number, size):
    return (b"%08d" % number) * (size // 8)


def fill(client, prefix, size, most=1000000):
    """Uploads until one is refused; how many were taken."""
    for number in range(most):
        answer = client.send("PUT", "/%s/%s-%05d" % (load.BUCKET, prefix, number), body=body_of(number, size))
        if answer.status != 200:
            refused(answer, 507, "InsufficientStorage")
            return number
    raise AssertionError("the disk never became full")


def check(client, prefix, count, size):
    for number in range(count):
        answer = client.send("GET", "/%s/%s-%05d" % (load.BUCKET, prefix, number))
        assert answer.status == 200 and answer.body == body_of(number, size), (number, answer.status)


@pytest.mark.parametrize("size", [4000000, 200000, 8000])
def test_disk_that_uploads_fill(gateway, size):
    load.make_bucket(gateway)
    client = Client(gateway)
    count = fill(client, "key", size)
    assert count * size > MEGABYTES * 500000, "it is full too early, after %d objects" % count
    check(client, "key", min(count, 200), size)
    assert client.send("GET", "/" + load.BUCKET, "max-keys=10").status == 200
    refused(client.send("PUT", "/%s/large" % load.BUCKET, body=b"x" * 3000000), 507, "InsufficientStorage")
    refused(client.send("PUT", "/%s/key-00000" % load.BUCKET, body=b"x" * 3000000), 507, "InsufficientStorage")
    check(client, "key", 1, size)
    for number in range(count):
        answer = client.send("DELETE", "/%s/key-%05d" % (load.BUCKET, number))
        assert answer.status == 204, (number, answer)

    def taken():
        return client.send("PUT", "/%s/again" % load.BUCKET, body=b"y" * size).status == 200

    wait_until(taken, 60, "uploads are taken again after deletes and the sweep")
    assert gateway.stop() == 0
    status, report = gateway.verify()
    assert status == 0, report


def test_disk_that_parts_fill(gateway):
    """Those that were taken stay, and aborting the upload gives the room back."""
    load.make_bucket(gateway)
    client = Client(gateway)
    path, size = "/%s/key" % load.BUCKET, 4000000
    upload = parts.upload_id(client.send("POST", path, "uploads").body)
    count, status = 0, 200
    while status == 200:
        answer = client.send("PUT", path, "partNumber=%d&uploadId=%s" % (count + 1, upload), body=body_of(count, size))
        status = answer.status
        count += status == 200
    refused(answer, 507, "InsufficientStorage")
    assert count * size > MEGABYTES * 500000, "it is full too early, after %d parts" % count
    refused(client.send("PUT", path, "partNumber=1&uploadId=" + upload, body=b"x" * size), 507, "InsufficientStorage")
    listed = client.send("GET", path, "uploadId=" + upload).body
    assert listed.count(b"<Size>%d</Size>" % size) == listed.count(b"<Part>") == count
    assert client.send("DELETE", path, "uploadId=" + upload).status == 204
    wait_until(lambda: client.send("PUT", path, body=body_of(0, size)).status == 200, 60, "uploads are taken again")
    assert gateway.stop() == 0
    status, report = gateway.verify()
    assert status == 0, report


def test_disk_that_something_else_fills(gateway, disk):
    """To the last byte, while the gateway runs."""
    load.make_bucket(gateway)
    client = Client(gateway)
    for number in range(20):
        client.put(load.BUCKET, "key-%05d" % number, body_of(number, 400000))
        client.put(load.BUCKET, "small-%05d" % number, body_of(number, 800))
    with open(disk / "other", "wb", buffering=0) as other:
        try:
            while True:
                other.write(b"o" * 4096)
        except OSError:
            pass
    for size in 100, 3000, 400000, 5000000:
        refused(client.send("PUT", "/%s/new" % load.BUCKET, body=b"n" * size), 507, "InsufficientStorage")
    check(client, "key", 20, 400000)
    check(client, "small", 20, 800)
    statuses = {client.send("DELETE", "/%s/key-%05d" % (load.BUCKET, number)).status for number in range(10)}
    assert statuses <= {204, 507}, statuses
    os.unlink(disk / "other")
    wait_until(
    lambda: client.send(
        "PUT",
        "/%s/new" %
        load.BUCKET,
        body=b"n" *
        400000).status == 200,
        30,
         "uploads are taken again")
    assert client.send("GET", "/%s/new" % load.BUCKET).body == b"n" * 400000
    assert gateway.stop() == 0
    status, report = gateway.verify()
    assert status == 0, report


def test_start_on_a_full_disk(gateway, disk):
    """It comes up to serve what there is."""
    load.make_bucket(gateway)
    client = Client(gateway)
    client.put(load.BUCKET, "key", b"k" * 400000)
    with open(disk / "other", "wb", buffering=0) as other:
        try:
            while True:
                other.write(b"o" * 4096)
        except OSError:
            pass
    gateway.kill()
    gateway.start()
    assert client.send("GET", "/%s/key" % load.BUCKET).body == b"k" * 400000
    refused(client.send("PUT", "/%s/new" % load.BUCKET, body=b"n"), 507, "InsufficientStorage")


def test_load_on_a_disk_that_becomes_full(gateway):
    """Many at once run into the end: all that was answered is there, the rest is old or new."""
    store = load.Store()
    load.make_bucket(gateway)
    Client(gateway)
    fill(Client(gateway), "ballast", 2000000)
    client = Client(gateway)
    for number in range(4):
        assert client.send("DELETE", "/%s/ballast-%05d" % (load.BUCKET, number)).status == 204
    writers = load.run_writers(gateway, store, 7, large=0.9)
    load.pause(8)
    load.end_writers(writers)
    assert any(writer.refused for writer in writers), "it never became full"
    for number in range(4, 100):
        client.send("DELETE", "/%s/ballast-%05d" % (load.BUCKET, number))
    load.check_all(gateway, store)
    assert gateway.stop() == 0
    status, report = gateway.verify()
    assert status == 0, report
