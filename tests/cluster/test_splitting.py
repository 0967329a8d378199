"""
A bucket's partition is split while two gateways write to it: no request fails, all keys are there, in order, and nothing is
left over. CROSSGATE_SPLIT_KEYS says of how many keys (20,000), CROSSGATE_SPLIT_RECORDS from how many records on a partition
is split (a tenth of the keys, at least 1,000).
"""

import http.client
import os
import re
import subprocess
import time

from cluster import store_url
from launcher import ROOT, end_well, wait_until
from signing import V4, Request

KEYS = int(os.environ.get("CROSSGATE_SPLIT_KEYS", 20000))
RECORDS = int(os.environ.get("CROSSGATE_SPLIT_RECORDS", max(1000, KEYS // 10)))
BENCH_LOAD = "build/tests/bench/bench_load"
BATCH = 50000  # requests that are signed at a time: a signature holds for a quarter of an hour


def loads(gateways, keys, first_key):
    """Each gateway is sent its half of the keys, at once; what bench_load says of each."""
    half = keys // 2
    running = []
    for number, gateway in enumerate(gateways):
        command = [os.path.join(ROOT, BENCH_LOAD), "--kind", "put", "--size", "100", "--port", str(gateway.port),
                   "--connections", "8", "--bucket", "bucket", "--keys", str(half), "--first-key",
                   str(first_key + number * half), "--requests", str(half)]
        environment = dict(os.environ, BENCH_ACCESS_KEY=gateway.access_key, BENCH_SECRET_KEY=gateway.secret_key)
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    for load in running:
        said, wrong = load.communicate(timeout=1200)
        assert load.returncode == 0, said + wrong
        yield said


def ask(gateway, connection, method, path, query=""):
    request = Request(method, path, query, (), b"", host="127.0.0.1:%d" % gateway.port)
    V4(access_key=gateway.access_key, secret_key=gateway.secret_key).header(request)
    connection.request(method, request.target.decode(), None, dict(request.headers))
    answer = connection.getresponse()
    body = answer.read().decode()
    assert answer.status == 200, body
    return body


def keys_of(gateway, connection):
    """All keys, page by page."""
    after = ""
    while True:
        page = ask(gateway, connection, "GET", "/bucket", "list-type=2&start-after=" + after)
        keys = re.findall("<Key>(.*?)</Key>", page)
        yield from keys
        if "<IsTruncated>true" not in page:
            return
        after = keys[-1]


def splits(gateways):
    return sum(gateway.log_text().count("event=split ") for gateway in gateways)


def test_keys_stay_while_a_bucket_is_split(gateways, monkeypatch):
    subprocess.run(["make", "-s", BENCH_LOAD], check=True, cwd=ROOT)
    monkeypatch.setattr("launcher.CLUSTER", store_url(split=RECORDS))
    both = gateways(2)
    connection = http.client.HTTPConnection("127.0.0.1", both[0].port, timeout=60)
    ask(both[0], connection, "PUT", "/bucket")
    started, slowest, first = time.monotonic(), 0, 0
    while first < KEYS:
        for said in loads(both, min(BATCH, KEYS - first), first):
            slowest = max(slowest, int(re.search(r"slowest_us (\d+)", said).group(1)))
        first += BATCH
    loaded = time.monotonic() - started
    wait_until(lambda: splits(both) > 0, 60, "the bucket to be split")
    connection.close()
    connection = http.client.HTTPConnection("127.0.0.1", both[1].port, timeout=60)
    assert list(keys_of(both[1], connection)) == ["key-%06d" % number for number in range(KEYS)]
    print("\n%d keys in %.0f s, by two gateways; %d splits; the slowest of the requests took %.0f ms" % (
        KEYS, loaded, splits(both), slowest / 1000))
    connection.close()
    for gateway in both:
        end_well(gateway)
