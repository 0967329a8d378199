"""
Three OSDs and three copies: one of them is killed and started again while writers are at it through two gateways. Whatever
was answered is there afterwards, and no request fails but with 503, after which a client tries again.
"""

import random
import threading
import time

import pytest

from cluster import ceph, osds
from launcher import end_well, wait_until
from test_two_gateways import send, status

WRITERS = 6
KEYS = 8  # of each writer
SIZES = (100, 40000, 5000000)

pytestmark = pytest.mark.skipif(len(osds()) < 3, reason="fewer than three OSDs (scripts/test-cluster --osds 3)")


class Writer(threading.Thread):
    """Puts, overwrites, reads and deletes its own keys, and knows what each may hold: answered last, or tried since."""

    def __init__(self, gateway, number):
        super().__init__(daemon=True)
        self.gateway, self.random = gateway, random.Random(number)
        self.may_be = {"/bucket/%d-%d" % (number, key): [None] for key in range(KEYS)}
        self.answered = self.refused = 0
        self.stopping, self.failure = False, None

    def run(self):
        try:
            while not self.stopping:
                self.step(self.random.choice(list(self.may_be)))
        except Exception as failure:
            self.failure = failure

    def step(self, key):
        chance = self.random.random()
        if chance < 0.3:
            self.look(self.gateway, key)
        elif chance < 0.45:
            self.write(key, None)
        else:
            self.write(key, b"%016x" % self.random.getrandbits(64) * (self.random.choice(SIZES) // 16))

    def write(self, key, body):
        answer, said = send(self.gateway, "DELETE" if body is None else "PUT", key, body or b"")
        if answer.status in (200, 204):
            self.may_be[key] = [body]
            self.answered += 1
        else:
            self.may_be[key].append(body)
            self.turned_away(answer, said)

    def look(self, gateway, key):
        answer, body = send(gateway, "GET", key)
        if answer.status in (200, 404):
            assert (body if answer.status == 200 else None) in self.may_be[key], key
        else:
            self.turned_away(answer, body)

    def turned_away(self, answer, said):
        assert answer.status == 503 and answer.getheader("Retry-After"), (answer.status, said)
        self.refused += 1


def all_active():
    return "active+clean" in ceph("pg", "stat") and "degraded" not in ceph("pg", "stat")


def test_osd_is_killed_and_comes_back(gateways):
    both = gateways(2)
    assert status(both[0], "PUT", "/bucket") == 200
    writers = [Writer(both[number % 2], number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()

    def go_on(seconds):
        """Each writer is answered again, and some time passes under load."""
        before, until = [writer.answered for writer in writers], time.monotonic() + seconds
        wait_until(lambda: time.monotonic() > until and all(
            writer.failure or writer.answered > count for writer, count in zip(writers, before)), 120, "the writers go on")

    go_on(2)
    for osd in osds()[1:]:
        osd.kill()
        go_on(4)
        osd.start()
        go_on(2)
    for writer in writers:
        writer.stopping = True
    for writer in writers:
        writer.join()
        assert writer.failure is None, writer.failure
    wait_until(all_active, 120, "all copies are there again")
    for writer in writers:
        for key in writer.may_be:
            writer.look(both[1], key)
    print("\n%d writes answered, %d requests turned away" % (
        sum(writer.answered for writer in writers), sum(writer.refused for writer in writers)))
    for gateway in both:
        end_well(gateway)
