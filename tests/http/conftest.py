"""What raw-socket tests share: a signing client, buckets, and that after each test the gateway is alive."""

import itertools

import pytest

from wire import Client

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def client(gateway):
    return Client(gateway)


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
