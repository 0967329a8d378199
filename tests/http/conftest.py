"""One gateway for all tests of this folder. After each test it must be alive; after all, whole and empty of leftovers."""

import itertools
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from launcher import SECRET_KEY, Gateway, program  # noqa: E402
from wire import Client  # noqa: E402

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    assert os.path.exists(program()), "build it first: " + program()
    gateway = Gateway(tmp_path_factory.mktemp("http") / "store", ["--garbage-grace", "0", "--log-level", "debug"]).start()
    yield gateway
    status = gateway.stop()
    log = gateway.log_text()
    verified, report = gateway.verify()
    assert status == 0, log[-3000:]
    assert "Sanitizer" not in log and "runtime error" not in log, log[-6000:]
    assert SECRET_KEY not in log, "the log holds a secret"
    assert verified == 0, report


@pytest.fixture(scope="session")
def client(server):
    return Client(server)


@pytest.fixture(autouse=True)
def still_alive(request):
    """No test may leave a gateway behind that is dead or does not answer."""
    yield
    if "client" in request.fixturenames:
        client = request.getfixturevalue("client")
        assert client.server.running(), client.server.log_text()[-3000:]
        assert client.send("GET", "/").status == 200


@pytest.fixture
def bucket(client):
    """A bucket of the test's own."""
    name = "bucket-%d" % next(numbers)
    answer = client.send("PUT", "/" + name)
    assert answer.status == 200, answer
    return name


@pytest.fixture
def public(client, bucket):
    """A bucket whose object `page` everybody may read: 1000 bytes."""
    client.put(bucket, "page", bytes(range(250)) * 4, [("x-amz-acl", "public-read"), ("Content-Type", "text/plain")])
    return bucket
