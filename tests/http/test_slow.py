"""Clients that are slow on purpose: headers byte by byte, bodies byte by byte, answers that nobody reads."""

import time

import pytest

from launcher import wait_until
from signing import UNSIGNED
from wire import Closed, refused

GATEWAY_ARGUMENTS = [
    "--garbage-grace",
    "0",
    "--header-timeout",
    "2",
    "--body-timeout",
    "3",
    "--body-rate",
    "1000",
    "--idle-timeout",
     "4"]
PATIENCE = 15


def drip(wire, data, pause, limit=PATIENCE):
    """Sends byte by byte until the server closes; the seconds that took, or None when it took them all."""
    started = time.monotonic()
    wire.socket.settimeout(pause)
    for byte in data:
        try:
            wire.socket.sendall(bytes([byte]))
            wire._fill()
        except TimeoutError:
            pass
        except (Closed, BrokenPipeError, ConnectionResetError):
            return time.monotonic() - started
        if time.monotonic() - started > limit:
            return None
    return None


def test_slow_headers(client, bucket):
    """Slowloris: the deadline counts from the first byte to the last, and is not put off by each byte."""
    with client.wire() as wire:
        took = drip(wire, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 1000, 0.2)
    assert took is not None and 1 <= took < 8, took


def test_slow_request_line(client, bucket):
    with client.wire() as wire:
        took = drip(wire, b"GET /" + b"a" * 1000, 0.2)
    assert took is not None and took < 8, took


def test_slow_headers_of_a_second_request(client, bucket):
    with client.wire() as wire:
        assert wire.send(client.request("GET", "/").bytes()).read().status == 200
        took = drip(wire, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 1000, 0.2)
    assert took is not None and took < 8, took


def test_slow_body(client, bucket):
    with client.wire() as wire:
        wire.send(client.put_head(bucket, "key", b"Content-Length: 1000000") + b"a" * 300000)
        took = drip(wire, b"a" * 1000, 0.1)
    assert took is not None and took < 12, took
    assert client.keys(bucket) == []


def test_slow_body_of_a_document(client, bucket):
    with client.wire() as wire:
        wire.send(client.request("PUT", "/" + bucket, "cors", [("Content-Length", "5000")], payload=UNSIGNED).head())
        took = drip(wire, b"<" + b"a" * 1000, 0.1)
    assert took is not None and took < 12, took


def test_slow_body_that_nobody_wants(client, bucket):
    request = client.request("PUT", "/%s/key" % bucket, headers=[("Content-Length", "100000")], payload=UNSIGNED)
    request.set("Authorization", request.header("Authorization")[:-4] + "0000")
    with client.wire() as wire:
        wire.send(request.head())
        took = drip(wire, b"a" * 1000, 0.1)
    assert took is not None and took < 12, took


def test_body_that_stops(client, bucket):
    with client.wire(timeout=PATIENCE) as wire:
        started = time.monotonic()
        wire.send(client.put_head(bucket, "key", b"Content-Length: 1000000") + b"a" * 500000)
        try:
            refused(wire.read(), 400, "RequestTimeout", "IncompleteBody")
        except Closed:
            pass
        assert time.monotonic() - started < 12
    assert client.keys(bucket) == []


def test_continue_that_nobody_follows(client, bucket):
    with client.wire(timeout=PATIENCE) as wire:
        started = time.monotonic()
        wire.send(client.put_head(bucket, "key", b"Content-Length: 1000000", b"Expect: 100-continue"))
        wire._until(b"\r\n\r\n")
        try:
            wire.read()
        except Closed:
            pass
        assert time.monotonic() - started < 12


def test_body_slow_but_fast_enough(client, bucket):
    """A poor line is no attack: above the rate, it may take as long as it takes."""
    with client.wire() as wire:
        wire.send(client.put_head(bucket, "key", b"Content-Length: 40000"))
        for _ in range(40):
            wire.send(b"a" * 1000)
            time.sleep(0.2)
        assert wire.read().status == 200


def test_idle_connection_is_closed(client):
    with client.wire() as wire:
        assert wire.closed(PATIENCE)
    with client.wire() as wire:
        assert wire.send(client.request("GET", "/").bytes()).read().status == 200
        assert wire.closed(PATIENCE)


def test_reader_that_does_not_read(client, bucket):
    """An answer that nobody takes holds its connection as long as idleness may last, and no memory but a buffer."""
    client.put(bucket, "large", b"r" * 30000000)
    before = client.server.peak_memory()
    wires = [client.wire() for _ in range(30)]
    for wire in wires:
        wire.send(client.request("GET", "/%s/large" % bucket).bytes())
    time.sleep(1)
    assert client.send("GET", "/").status == 200
    assert client.server.peak_memory() - before < 60 << 20

    def gone():
        """Whether the server's side of all of them is closed: then a read ends before the object does."""
        with open("/proc/net/tcp") as table:
            states = [line.split()[3] for line in table if line.split()[1].endswith(":%04X" % client.server.port)]
        return states.count("01") <= 1

    wait_until(gone, 30, "the connections of readers that do not read are closed")
    for wire in wires:
        wire.close()


def test_many_slow_clients_do_not_stop_the_others(client, bucket):
    wires = [client.wire() for _ in range(500)]
    for number, wire in enumerate(wires):
        wire.send([b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", b"",
                   client.put_head(bucket, "k%d" % number, b"Content-Length: 100000") + b"a"]
                  [number % 4])
    slowest = 0
    for _ in range(50):
        started = time.monotonic()
        assert client.send("GET", "/").status == 200
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 2
    for wire in wires:
        assert wire.closed(PATIENCE) or wire.buffered
        wire.close()
    assert client.keys(bucket) == []


@pytest.mark.parametrize("count", [300])
def test_clients_that_connect_and_go(client, count):
    for _ in range(count):
        client.wire().close()
    for _ in range(count):
        wire = client.wire()
        wire.send(b"GET /")
        wire.reset()
    assert client.send("GET", "/").status == 200
