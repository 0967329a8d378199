"""
SIGKILL at random instants under load. After each restart, without any step by hand: every write that was answered is
there whole, every other one is entirely old or entirely new, and what was left half done is reclaimed.
CROSSGATE_CRASH_ROUNDS and CROSSGATE_CRASH_SEED choose the number of rounds (100) and the instants.
"""

import os
import random
import subprocess
import threading
import time

import pytest

import load
import parts
import versions
from launcher import Gateway, program, wait_until

ROUNDS = int(os.environ.get("CROSSGATE_CRASH_ROUNDS", "100"))
SEED = int(os.environ.get("CROSSGATE_CRASH_SEED", str(int(time.time()) % 100000)))


def kill_while_starting(gateway, chance):
    """A start that is killed before it could say that it is ready must do no harm either."""
    process = subprocess.Popen([program(), "serve", *gateway.store, "--listen", "127.0.0.1:0"],
                               env=gateway.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    load.pause(chance.uniform(0, 0.05))
    process.kill()
    process.wait()


def blob_files(gateway):
    return sum(name.startswith("blobs/") for name in gateway.files())


def check(gateway, store):
    parts.check_uploads(gateway, store)
    load.check_all(gateway, store)
    versions.check(gateway, store)


@pytest.mark.slow
def test_kill_at_random_instants(tmp_path):
    chance = random.Random(SEED)
    gateway = Gateway(tmp_path / "store", ["--garbage-grace", "0"]).start()
    store = load.Store()
    try:
        load.make_bucket(gateway)
        versions.make_bucket(gateway)
        for number in range(ROUNDS):
            writers = load.run_writers(gateway, store, SEED + number)
            writers += load.run_writers(gateway, store, SEED + number, 3, parts.Uploader)
            writers += load.run_writers(gateway, store, SEED + number, 3, versions.Versioner)
            load.pause(chance.uniform(0.01, 0.9))
            gateway.kill()
            load.end_writers(writers)
            if number % 5 == 0:
                kill_while_starting(gateway, chance)
            if number % 10 == 0:
                status, report = gateway.verify()
                assert status == 0, "round %d of seed %d: %s" % (number, SEED, report)
            gateway.start()
            try:
                check(gateway, store)
            except AssertionError as wrong:
                raise AssertionError("round %d of seed %d: %s" % (number, SEED, wrong)) from wrong
        assert store.answered > 10 * ROUNDS, "too few writes to say anything: %d" % store.answered
        assert store.completed > ROUNDS / 2, "too few objects that came in parts: %d" % store.completed

        parts.abort_all(gateway, store)
        expected = load.count_blobs(store) + versions.count_blobs(store)
        wait_until(lambda: blob_files(gateway) == expected, 60, "%d blobs where the objects take %d" % (
            blob_files(gateway), expected))
        status, report = gateway.verify()
        assert status == 0 and "orphans: 0" in report, report
        assert gateway.stop() == 0
        kept = sum(len(history.answered) for history in store.histories.values())
        print("%d rounds, %d writes answered, %d uploads completed, %d objects, %d versions, seed %d" % (
            ROUNDS, store.answered, store.completed, len(store.allowed), kept, SEED))
    finally:
        gateway.kill()


@pytest.mark.slow
def test_bucket_made_and_deleted_while_being_killed(tmp_path):
    """
    Deleting a bucket spans partitions: after a crash it is whole or gone, and its name can be had again. Uploads under
    way do not keep it, and go with it.
    """
    chance = random.Random(SEED + 1)
    gateway = Gateway(tmp_path / "store", ["--garbage-grace", "0"]).start()
    try:
        for number in range(max(1, ROUNDS // 5)):
            known = {}
            killer = threading.Timer(chance.uniform(0.01, 0.2), gateway.process.kill)
            killer.start()
            connection = load.Connection(gateway)
            try:
                for bucket in range(100000):
                    name = "bucket-%d" % (bucket % 5)
                    method = "DELETE" if known.get(name) == [True] else "PUT"
                    known[name] = [True, False]
                    answer, body = connection.send(method, "/" + name)
                    assert answer.status in (200, 204), body
                    known[name] = [method == "PUT"]
                    if method == "PUT":
                        parts.leave_upload(connection, name)
            except (OSError, load.http.client.HTTPException):
                pass
            killer.join()
            connection.close()
            gateway.kill()
            gateway.start()
            connection = load.Connection(gateway)
            for name, states in known.items():
                answer, _ = connection.send("HEAD", "/" + name)
                assert (answer.status == 200) in states, (number, name, answer.status, states)
                if answer.status == 404:
                    assert connection.send("PUT", "/" + name)[0].status == 200
                answer, body = connection.send("PUT", "/%s/key" % name, b"x")
                assert answer.status == 200, (number, name, states, body)
                assert connection.send("DELETE", "/%s/key" % name)[0].status == 204
                assert connection.send("DELETE", "/" + name)[0].status == 204
            connection.close()
        wait_until(lambda: blob_files(gateway) == 0, 60, "the parts in deleted buckets go")
        status, report = gateway.verify()
        assert status == 0, report
        assert gateway.stop() == 0
    finally:
        gateway.kill()
