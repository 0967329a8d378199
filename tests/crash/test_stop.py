"""SIGTERM under load: requests under way are finished, what was answered is kept, the program ends with 0, soon."""

import os
import random
import signal
import socket
import time

import pytest

import load
from launcher import CLUSTER, Gateway, wait_until
from wire import Client, Closed

ROUNDS = int(os.environ.get("CROSSGATE_STOP_ROUNDS", "30"))
SECONDS = 15  # the longest a stop may take while clients are quick


@pytest.fixture
def gateway(tmp_path):
    gateway = Gateway(tmp_path / "store", ["--garbage-grace", "0"]).start()
    yield gateway
    gateway.kill()


@pytest.mark.slow
def test_stop_under_load(gateway):
    store, chance = load.Store(), random.Random(ROUNDS)
    load.make_bucket(gateway)
    for number in range(ROUNDS):
        writers = load.run_writers(gateway, store, number)
        load.pause(chance.uniform(0.05, 0.7))
        started = time.monotonic()
        status = gateway.stop(60)
        took = time.monotonic() - started
        load.end_writers(writers)
        assert status == 0, "round %d: exit status %d: %s" % (number, status, gateway.log_text()[-2000:])
        assert took < SECONDS, "round %d: %.1f s" % (number, took)
        if number % 10 == 0:
            verified, report = gateway.verify()
            assert verified == 0, report
        gateway.start()
        load.check_all(gateway, store)
    assert gateway.stop() == 0


def begin_upload(client, key, size):
    wire = client.wire(timeout=30)
    wire.send(client.put_head(load.BUCKET, key, b"Content-Length: %d" % size) + b"u" * (size // 2))
    return wire


@pytest.mark.parametrize("size", [1000, 3000000])
def test_upload_under_way_is_finished(gateway, size):
    load.make_bucket(gateway)
    client = Client(gateway)
    with begin_upload(client, "key", size) as wire:
        load.pause(0.3)
        gateway.process.send_signal(signal.SIGTERM)
        load.pause(0.3)
        wire.send(b"u" * (size - size // 2))
        assert wire.read().status == 200
    assert gateway.process.wait(SECONDS) == 0
    gateway.kill()
    gateway.start()
    assert client.send("GET", "/%s/key" % load.BUCKET).body == b"u" * size


def test_download_under_way_is_finished(gateway):
    load.make_bucket(gateway)
    client = Client(gateway)
    body = b"d" * 20000000
    client.put(load.BUCKET, "key", body)
    with client.wire(timeout=30) as wire:
        wire.send(client.request("GET", "/%s/key" % load.BUCKET).bytes())
        wire.buffered = wire.socket.recv(100000)
        gateway.process.send_signal(signal.SIGTERM)
        load.pause(0.3)
        assert wire.read().body == body
    assert gateway.process.wait(SECONDS) == 0


def test_nothing_new_is_taken_after_the_signal(gateway):
    load.make_bucket(gateway)
    client = Client(gateway)
    with begin_upload(client, "key", 1000) as upload, client.wire() as kept:
        assert kept.send(client.request("GET", "/").bytes()).read().status == 200
        gateway.process.send_signal(signal.SIGTERM)
        load.pause(0.3)
        try:
            answer = kept.send(client.request("PUT", "/%s/late" % load.BUCKET, body=b"x").bytes()).read()
            assert answer.status == 503, answer
        except Closed:
            pass
        try:
            with client.wire(timeout=5) as late:
                assert late.send(client.request("GET", "/").bytes()).read().status == 503
        except (OSError, Closed):
            pass
        upload.send(b"u" * 500)
        assert upload.read().status == 200
    assert gateway.process.wait(SECONDS) == 0


def test_idle_and_half_begun_connections_do_not_hold_it_up(gateway):
    client = Client(gateway)
    wires = [client.wire() for _ in range(100)]
    for number, wire in enumerate(wires):
        wire.send([b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", client.request("GET", "/").bytes()][number % 4])
    load.pause(0.3)
    assert gateway.stop(SECONDS) == 0
    for wire in wires:
        wire.close()


def test_clients_that_went_do_not_hold_it_up(gateway):
    """Uploads that broke off in the middle, whatever their timeouts would say."""
    load.make_bucket(gateway)
    client = Client(gateway)
    wires = [begin_upload(client, "key-%d" % number, 2000 * (number + 1) ** 2) for number in range(60)]
    for number, wire in enumerate(wires):
        [wire.close, wire.reset, lambda: wire.socket.shutdown(socket.SHUT_WR)][number % 3]()
    assert gateway.stop(SECONDS) == 0
    gateway.start()
    assert Client(gateway).keys(load.BUCKET) == []


def test_client_that_never_finishes_does_not_hold_it_up_forever(tmp_path):
    gateway = Gateway(tmp_path / "store", ["--body-timeout", "3",
                      "--idle-timeout", "3", "--header-timeout", "3"]).start()
    try:
        load.make_bucket(gateway)
        client = Client(gateway)
        client.put(load.BUCKET, "large", b"l" * 30000000)
        upload = begin_upload(client, "key", 1000000)
        reader = client.wire()
        reader.send(client.request("GET", "/%s/large" % load.BUCKET).bytes())
        load.pause(0.3)
        status = gateway.stop(60)
        assert status == 0, gateway.log_text()[-2000:]
        upload.close()
        reader.close()
    finally:
        gateway.kill()


@pytest.mark.parametrize("signals", [[signal.SIGTERM, signal.SIGTERM, signal.SIGTERM],
                         [signal.SIGINT], [signal.SIGHUP, signal.SIGTERM]])
def test_signals_in_any_number(gateway, signals):
    for number in signals:
        gateway.process.send_signal(number)
        load.pause(0.02)
    assert gateway.process.wait(SECONDS) == 0


@pytest.mark.skipif(bool(CLUSTER), reason="about the embedded engine: on a cluster any number may serve")
def test_second_gateway_on_the_same_store_is_refused(gateway, tmp_path):
    second = Gateway(tmp_path / "store", log=tmp_path / "second.log")
    with pytest.raises(AssertionError):
        second.start()
    assert second.log_text().strip(), "it says nothing"
    assert Client(gateway).send("GET", "/").status == 200


def test_port_is_free_at_once(gateway, tmp_path):
    """A restart under clients that are still connected."""
    with socket.create_connection(("127.0.0.1", gateway.port)):
        port = gateway.port
        assert gateway.stop(SECONDS) == 0
        again = Gateway(tmp_path / "store", ["--listen", "127.0.0.1:%d" % port]).start()
        try:
            assert wait_until(lambda: Client(again).send("GET", "/").status == 200, 10, "it serves")
        finally:
            again.kill()
