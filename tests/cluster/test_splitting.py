"""
A bucket's partition is split while two gateways write to it: no request fails, all keys are there, in order, and nothing is
left over. CROSSGATE_SPLIT_KEYS says of how many keys (20,000), CROSSGATE_SPLIT_RECORDS from how many records on a partition
is split (a tenth of the keys, at least 1,000).
"""

import os
import re
import subprocess
import time

import pytest

from cluster import store_url
from launcher import ROOT, end_well, wait_until
from test_two_gateways import send, status

KEYS = int(os.environ.get("CROSSGATE_SPLIT_KEYS", 20000))
RECORDS = int(os.environ.get("CROSSGATE_SPLIT_RECORDS", max(1000, KEYS // 10)))
BENCH_LOAD = "build/tests/bench/bench_load"
BATCH = 50000  # requests that are signed at a time: a signature holds for a quarter of an hour


def begin_loads(gateways, keys, first_key):
    """Each gateway is sent its share of the keys, all at once."""
    share = keys // len(gateways)
    for number, gateway in enumerate(gateways):
        command = [os.path.join(ROOT, BENCH_LOAD), "--kind", "put", "--size", "100", "--port", str(gateway.port),
                   "--connections", "8", "--bucket", "bucket", "--keys", str(share), "--first-key",
                   str(first_key + number * share), "--requests", str(share)]
        environment = dict(os.environ, BENCH_ACCESS_KEY=gateway.access_key, BENCH_SECRET_KEY=gateway.secret_key)
        yield subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_loads(running):
    """No request failed; how long the slowest took, in milliseconds."""
    slowest = 0
    for load in running:
        said, wrong = load.communicate(timeout=1200)
        assert load.returncode == 0, said + wrong
        slowest = max(slowest, int(re.search(r"slowest_us (\d+)", said).group(1)) / 1000)
    return slowest


def keys_of(gateway):
    """All keys, page by page."""
    after, truncated = "", True
    while truncated:
        answer, page = send(gateway, "GET", "/bucket", query="list-type=2&start-after=" + after)
        assert answer.status == 200, page
        keys = re.findall("<Key>(.*?)</Key>", page.decode())
        yield from keys
        after, truncated = keys[-1], b"<IsTruncated>true" in page


def has_split(gateways):
    return any("event=split " in gateway.log_text() for gateway in gateways)


@pytest.fixture(scope="module", autouse=True)
def bench_load():
    subprocess.run(["make", "-s", BENCH_LOAD], check=True, cwd=ROOT)


def test_keys_stay_while_a_bucket_is_split(gateways, monkeypatch):
    monkeypatch.setattr("launcher.CLUSTER", store_url(split=RECORDS))
    both = gateways(2)
    assert status(both[0], "PUT", "/bucket") == 200
    started, slowest = time.monotonic(), 0
    for first in range(0, KEYS, BATCH):
        slowest = max(slowest, end_loads(list(begin_loads(both, min(BATCH, KEYS - first), first))))
    loaded = time.monotonic() - started
    wait_until(lambda: has_split(both), 60, "the bucket to be split")
    assert list(keys_of(both[1])) == ["key-%06d" % number for number in range(KEYS)]
    print("\n%d keys in %.0f s, by two gateways; the slowest of the requests took %.0f ms" % (KEYS, loaded, slowest))
    for gateway in both:
        end_well(gateway)


@pytest.mark.slow
def test_gateway_killed_while_it_splits(gateways, monkeypatch):
    """The one of three that does the background work: writers through the others go on, and one of them takes over."""
    monkeypatch.setattr("launcher.CLUSTER", store_url(split=1000))
    leader, = gateways(1)
    wait_until(lambda: "event=leads " in leader.log_text(), 60, "the first to lead")
    others = gateways(2)
    assert status(leader, "PUT", "/bucket") == 200
    loads = list(begin_loads(others, 24000, 0))
    wait_until(lambda: has_split([leader]), 60, "the first to split")
    leader.kill()
    end_loads(loads)
    wait_until(lambda: has_split(others), 120, "another one to go on")
    assert sum("event=leads " in gateway.log_text() for gateway in others) == 1
    assert list(keys_of(others[0])) == ["key-%06d" % number for number in range(24000)]
    for gateway in others:
        end_well(gateway)
