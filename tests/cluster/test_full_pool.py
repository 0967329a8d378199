"""A pool that has reached its quota: writes are refused with a clear error, reads and deletes go on, and room counts again."""

import pytest

from cluster import ceph, make_pool, remove_pool, store_url
from launcher import end_well, wait_until
from test_two_gateways import send, status

POOL = "small"
QUOTA = 20000000  # bytes; the cluster looks at it every few seconds, so that more than this gets in
OBJECT = 1000000


@pytest.fixture
def small_pool(monkeypatch):
    make_pool(POOL)
    ceph("osd", "pool", "set-quota", POOL, "max_bytes", str(QUOTA))
    monkeypatch.setattr("launcher.CLUSTER", store_url(POOL))
    yield
    remove_pool(POOL)


@pytest.mark.slow
def test_full_pool(small_pool, gateways):
    gateway, = gateways(1)
    assert status(gateway, "PUT", "/bucket") == 200
    keys = []

    def put_large():
        keys.append("/bucket/large-%d" % len(keys))
        answer, said = send(gateway, "PUT", keys[-1], b"l" * OBJECT)
        assert answer.status == 200 or (answer.status == 507 and b"<Code>InsufficientStorage</Code>" in said), said
        return answer.status == 507

    wait_until(put_large, 120, "large objects are refused")
    assert len(keys) > QUOTA // OBJECT, len(keys)
    # What is kept beside its record makes no object grow, which is what an OSD looks at: it is refused all the same.
    wait_until(lambda: status(gateway, "PUT", "/bucket/small", b"s") == 507, 30, "small objects are refused")
    assert status(gateway, "GET", keys[0]) == status(gateway, "GET", "/bucket") == 200
    for key in keys:
        assert status(gateway, "DELETE", key) == 204

    wait_until(lambda: status(gateway, "PUT", "/bucket/small", b"s") == 200, 120, "there is room again")
    assert status(gateway, "PUT", "/bucket/large", b"l" * OBJECT) == 200
    assert "lease not renewed" not in gateway.log_text() and "leads no more" not in gateway.log_text()
    end_well(gateway)
