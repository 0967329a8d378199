"""The gateway that does the background work is killed while it deletes garbage: another one takes over, and nothing is left."""

import concurrent.futures

import pytest

from launcher import end_well, wait_until
from test_two_gateways import status

OBJECTS = 400


@pytest.mark.slow
def test_gateway_killed_while_it_cleans_up(gateways):
    leader, = gateways(1)
    wait_until(lambda: "event=leads " in leader.log_text(), 60, "the first to lead")
    other, = gateways(1)
    assert status(other, "PUT", "/bucket") == 200

    def blobs():
        return sum(name.startswith("blobs/") for name in other.files())

    def each(method, body):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            return set(pool.map(lambda number: status(other, method, "/bucket/%d" % number, body), range(OBJECTS)))

    assert each("PUT", b"b" * 20000) == {200}
    assert blobs() == OBJECTS
    assert each("DELETE", b"") == {204}
    wait_until(lambda: blobs() < OBJECTS, 60, "the first to begin to clean up")
    leader.kill()
    wait_until(lambda: blobs() == 0, 120, "another one to go on")
    end_well(other)
