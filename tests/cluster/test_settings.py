"""
Gateways remember settings, and contents of small objects. What a change has put an end to is not seen any more once it is
answered, through no gateway: one that hangs holds the change up for some seconds, and does not go on as if nothing had been.
"""

import os
import signal
import time

import pytest

from launcher import end_well
from test_two_gateways import POLICY, pair, send, status, turns  # noqa: F401

HELD_UP = 30  # seconds that are more than enough for a gateway to be given up


@pytest.mark.parametrize("size", [4, 40000, 1 << 20, 2 << 20])
def test_contents(pair, size):
    """Asked for often enough to be kept, then another, then none."""
    for number, one, other in turns(pair):
        body = b"%04d" % number * (size // 4)
        assert status(one, "PUT", "/bucket/key", body) == 200
        for gateway in (other, other, other, one, one, one):
            assert send(gateway, "GET", "/bucket/key")[1] == body
        part = send(other, "GET", "/bucket/key", headers=[("Range", "bytes=1-%d" % (size - 2))])
        assert (part[0].status, part[1]) == (206, body[1:-1])
    assert status(pair[0], "DELETE", "/bucket/key") == 204
    assert [status(gateway, "GET", "/bucket/key") for gateway in pair] == [404, 404]


def anonymous(gateway):
    return status(gateway, "GET", "/bucket/key", keys=False)


@pytest.fixture
def public(gateways):
    """Two gateways, and an object that all may read: both remember that."""
    both = gateways(2)
    assert status(both[0], "PUT", "/bucket") == 200
    assert status(both[0], "PUT", "/bucket/key", b"bytes") == 200
    assert status(both[0], "PUT", "/bucket", POLICY.encode(), query="policy") in (200, 204)
    for _ in range(10):
        assert [anonymous(gateway) for gateway in both] == [200, 200]
    return both


def test_gateway_that_hangs(public):
    one, hanging = public
    os.kill(hanging.process.pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        assert status(one, "DELETE", "/bucket", query="policy") == 204
        assert time.monotonic() - begun < HELD_UP
        assert anonymous(one) == 403
        begun = time.monotonic()
        assert status(one, "PUT", "/bucket-2") == 200
        assert time.monotonic() - begun < HELD_UP / 2, "it is given up once"
    finally:
        os.kill(hanging.process.pid, signal.SIGCONT)
    assert anonymous(hanging) == 403, "it remembers what it was told nothing of"
    for _ in range(20):
        assert status(one, "PUT", "/bucket", POLICY.encode(), query="policy") in (200, 204)
        assert anonymous(hanging) == 200
        assert status(one, "DELETE", "/bucket", query="policy") == 204
        assert anonymous(hanging) == 403
    for gateway in public:
        end_well(gateway)


def test_gateway_that_is_killed(public):
    one, dying = public
    dying.kill()
    begun = time.monotonic()
    assert status(one, "DELETE", "/bucket", query="policy") == 204
    assert time.monotonic() - begun < HELD_UP
    assert anonymous(one) == 403
    dying.start()
    assert anonymous(dying) == 403
    for gateway in public:
        end_well(gateway)
