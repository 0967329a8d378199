"""What ends a gateway's connection with the cluster does not end the gateway: 503 until it is connected again, by itself."""

import json
import subprocess
import time

import pytest

from cluster import Daemon, ceph, make_pool, remove_pool, store_url
from launcher import CLUSTER, Gateway, end_well, wait_until
from test_two_gateways import send, status

TIMEOUT = 3  # of an operation, as the store's URL says
BODY = b"l" * 3000000
REQUESTS = (("GET", "/bucket/large", b""), ("HEAD", "/bucket", b""), ("PUT", "/bucket/small", b"s"), ("PUT", "/bucket/other", BODY),
            ("DELETE", "/bucket/large", b""), ("GET", "/bucket", b""), ("PUT", "/another", b""), ("GET", "/", b""))


@pytest.fixture
def gateway(gateways, monkeypatch):
    monkeypatch.setattr("launcher.CLUSTER", store_url(timeout=TIMEOUT))
    gateway, = gateways(1)
    assert status(gateway, "PUT", "/bucket") == status(gateway, "PUT", "/bucket/large", BODY) == 200
    return gateway


def holders(gateway):
    """The addresses from which the gateway says that it is at work."""
    said = subprocess.run(["rados", "-p", CLUSTER.partition("?")[0].removeprefix("rados:"), "-N", gateway.namespace,
                           "lock", "info", "sessions", "session", "--format=json"],
                          check=True, capture_output=True, timeout=60).stdout
    return [locker["addr"] for locker in json.loads(said)["lockers"]]


def test_client_that_is_turned_away(gateway):
    before, = holders(gateway)
    ceph("osd", "blocklist", "add", before, "600")
    refused = 0
    deadline = time.monotonic() + 60
    while "connected again" not in gateway.log_text() and time.monotonic() < deadline:
        for method, path, body in REQUESTS[:4]:
            answer, said = send(gateway, method, path, body)
            assert answer.status in (200, 503), (method, path, answer.status, said)
            refused += answer.status == 503
    assert refused, "it was not turned away"
    assert send(gateway, "GET", "/bucket/large")[1] == BODY
    assert status(gateway, "PUT", "/bucket/other", BODY) == 200
    wait_until(lambda: set(holders(gateway)) - {before}, 30, "its lease goes on from the new address")
    end_well(gateway)


def test_monitor_that_goes_and_comes(gateway, tmp_path):
    monitor = Daemon("mon.a")
    monitor.kill()
    try:
        for method, path, body in REQUESTS:
            answer, said = send(gateway, method, path, body)
            assert answer.status in (200, 204, 503), (method, path, answer.status, said)

        # Without a cluster nothing starts, and says so in time.
        begun = time.monotonic()
        late = Gateway(tmp_path / "late")
        done = late.run("serve", "--listen", "127.0.0.1:0", check=False)
        assert done.returncode == 1 and "cannot reach the cluster" in done.stderr, done
        assert time.monotonic() - begun < 4 * TIMEOUT
    finally:
        monitor.start()
    late = wait_until(lambda: "HEALTH" in ceph("health", timeout=120) and Gateway(tmp_path / "late").start(), 120, "it starts")
    try:
        assert status(late, "PUT", "/bucket") == 200
    finally:
        assert late.stop() == 0
    assert status(gateway, "PUT", "/bucket/large", BODY) == 200
    assert send(gateway, "GET", "/bucket/large")[1] == BODY
    end_well(gateway)


def test_pool_that_is_deleted(gateways, monkeypatch):
    """Nothing is said not to be there for want of the pool, neither without it nor with another one of that name."""
    make_pool("passing")
    monkeypatch.setattr("launcher.CLUSTER", store_url("passing", timeout=TIMEOUT))
    gateway, = gateways(1)
    assert status(gateway, "PUT", "/bucket") == status(gateway, "PUT", "/bucket/large", BODY) == 200
    for again in (False, True):
        if again:
            make_pool("passing")
        else:
            remove_pool("passing")
            wait_until(lambda: status(gateway, "GET", "/bucket/large") == 503, 30, "it notices")
        wait_until(lambda: ("there is no store" if again else "cannot use the pool") in gateway.log_text(), 60, "it says so")
        for method, path, body in REQUESTS:
            begun = time.monotonic()
            answer, said = send(gateway, method, path, body)
            assert answer.status == 503 and (method == "HEAD" or b"<Error>" in said), (method, path, answer.status, said)
            assert time.monotonic() - begun < 5 * TIMEOUT, (method, path)
    assert gateway.stop() == 0
    remove_pool("passing")
