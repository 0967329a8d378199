"""
What SIGKILL cannot show, since the kernel keeps what was written: that the disk has all before the answer goes out.
Watched from outside, system call by system call: the bytes of a blob are synced, then its folder, then the record that
names it with LMDB's two steps (its pages, then the page that makes them count), and only then is success said.
"""

import re
import shutil
import subprocess
import warnings

import pytest

import load
from launcher import CLUSTER, Gateway, wait_until
from wire import Client

pytestmark = pytest.mark.skipif(bool(CLUSTER), reason="about the embedded engine's disk")
CALLS = "fdatasync,fsync,msync,sync_file_range,pwrite64,pwritev,write,writev,sendto,sendmsg,openat"
RULES = (b'<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><AllowedOrigin>*</AllowedOrigin>'
         b"<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>")


class Watch:
    """strace on a running gateway; `calls` are those that were finished, in the order in which they were."""

    def __init__(self, gateway, output):
        self.output = output
        self.process = subprocess.Popen(["strace", "-f", "-y", "-s", "24", "-e", "trace=" + CALLS, "-p",
                                         str(gateway.process.pid),
                                         "-o", str(output)], stderr=subprocess.PIPE, text=True)
        said = self.process.stderr.readline()
        if "attached" not in said:
            self.stop()
            warnings.warn("NOT TESTED: the order of syncs and answers: " + said.strip())
            pytest.skip(said.strip())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()

    def calls(self):
        begun, finished = {}, []
        for line in self.output.read_text(errors="replace").splitlines():
            thread, _, call = line.partition(" ")
            call = call.strip()
            if call.endswith("<unfinished ...>"):
                begun[thread] = call[:-len("<unfinished ...>")]
                # an answer counts from the moment in which it begins to go out
                if "HTTP/1.1" in call:
                    finished.append(begun.pop(thread))
            elif call.startswith("<... "):
                if thread in begun:
                    finished.append(begun.pop(thread) + call.partition("resumed>")[2])
            elif call:
                finished.append(call)
        return finished


@pytest.fixture
def gateway(tmp_path):
    if not shutil.which("strace"):
        warnings.warn("NOT TESTED: the order of syncs and answers, for want of strace")
        pytest.skip("no strace")
    gateway = Gateway(tmp_path / "store").start()
    yield gateway
    gateway.kill()


def kinds(calls):
    """One letter a call: B blob synced, F its folder, K LMDB's pages synced, M its meta page written, A success."""
    letters = ""
    for call in calls:
        if re.match(r"(fdatasync|fsync)\(\d+<[^>]*/blobs/../[^>/]+>\)\s+= 0", call):
            letters += "B"
        elif re.match(r"fsync\(\d+<[^>]*/blobs/..>\)\s+= 0", call):
            letters += "F"
        elif re.match(r"(fdatasync|fsync|msync)\(\d+<[^>]*/meta/data.mdb>.*= 0", call):
            letters += "K"
        elif re.match(r"pwrite64\(\d+<[^>]*/meta/data.mdb>", call):
            letters += "M"
        elif "HTTP/1.1 20" in call:
            letters += "A"
    return letters


REQUESTS = {
    "a bucket": ("PUT", "/new-bucket", "", b"", r"KM"),
    "a small object": ("PUT", "/%s/small" % load.BUCKET, "", b"s" * 1000, r"KM"),
    "a large object": ("PUT", "/%s/large" % load.BUCKET, "", b"l" * 1000000, r"BFM*KM"),
    "an overwrite": ("PUT", "/%s/old" % load.BUCKET, "", b"o" * 1000000, r"BFM*KM"),
    "a deletion": ("DELETE", "/%s/old" % load.BUCKET, "", b"", r"KM"),
    "rules": ("PUT", "/" + load.BUCKET, "cors", RULES, r"KM"),
    "the deletion of rules": ("DELETE", "/" + load.BUCKET, "cors", b"", r"KM"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_success_is_said_after_the_disk_has_it(gateway, tmp_path, name):
    method, path, query, body, order = REQUESTS[name]
    load.make_bucket(gateway)
    client = Client(gateway)
    client.put(load.BUCKET, "old", b"o" * 1000000)
    assert client.send("PUT", "/" + load.BUCKET, "cors", body=RULES).status == 200
    watch = Watch(gateway, tmp_path / "calls")
    try:
        assert client.send(method, path, query, body=body).status in (200, 204)
        wait_until(lambda: "A" in kinds(watch.calls()), 10, "the answer is seen")
    finally:
        watch.stop()
    letters = kinds(watch.calls())
    assert letters.count("A") == 1 and re.search(order + r"M*$", letters[:letters.index("A")]), (letters, watch.calls())
