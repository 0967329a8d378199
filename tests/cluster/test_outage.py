"""A cluster that does not answer: errors that clients may try again on, in a set time, and nothing false; then all goes on."""

import time

import pytest

from cluster import osds, store_url
from launcher import end_well, wait_until
from test_two_gateways import send, status

TIMEOUT = 3  # of an operation, as the store's URL says


@pytest.fixture
def stopped_osds():
    """stopped_osds(True) stops every OSD where it stands, as a machine that hangs does; False lets them go on."""

    def stop(stopped):
        for osd in osds():
            osd.pause(stopped)

    yield stop
    stop(False)


@pytest.mark.slow
def test_cluster_that_hangs(gateways, stopped_osds, monkeypatch):
    monkeypatch.setattr("launcher.CLUSTER", store_url(timeout=TIMEOUT))
    gateway, = gateways(1)
    assert status(gateway, "PUT", "/bucket") == 200
    assert status(gateway, "PUT", "/bucket/large", b"l" * 3000000) == 200
    stopped_osds(True)
    for method, path, body in (("GET", "/bucket/large", b""), ("PUT", "/bucket/small", b"s"),
                               ("PUT", "/bucket/other", b"o" * 3000000), ("DELETE", "/bucket/large", b""), ("GET", "/bucket", b"")):
        begun = time.monotonic()
        answer, said = send(gateway, method, path, body)
        assert answer.status == 503 and answer.getheader("Retry-After"), (answer.status, said)
        assert b"<Code>SlowDown</Code>" in said or b"<Code>ServiceUnavailable</Code>" in said, said
        assert time.monotonic() - begun < 5 * TIMEOUT, (method, path)
    stopped_osds(False)

    # The same process serves again, without a restart.
    wait_until(lambda: status(gateway, "GET", "/bucket/large") in (200, 404), 60, "it serves again")
    assert status(gateway, "PUT", "/bucket/small", b"after") == 200
    assert send(gateway, "GET", "/bucket/small")[1] == b"after"
    end_well(gateway)
