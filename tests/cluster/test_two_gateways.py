"""
Two gateways over one pool are one service: what is changed through one is in force on the other for the next request,
conditional writes know one winner, and a gateway that is killed takes nothing with it that was answered.
"""

import concurrent.futures
import http.client
import threading

import pytest

import load
from launcher import end_well, wait_until
from signing import V4, Request

ROUNDS = 20
WRITERS = 64
RULES = ("<CORSConfiguration><CORSRule><AllowedOrigin>http://%s.example</AllowedOrigin>"
         "<AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>")
POLICY = ('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",'
          ' "Resource": "arn:aws:s3:::bucket/*"}]}')


def send(gateway, method, path, body=b"", headers=(), query="", keys=None):
    """A request signed with the gateway's keys, or others; None when `keys` is False."""
    request = Request(method, path, query, headers, body, host="127.0.0.1:%d" % gateway.port)
    if keys is not False:
        access_key, secret_key = keys or (gateway.access_key, gateway.secret_key)
        V4(access_key=access_key, secret_key=secret_key).header(request)
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    try:
        connection.request(method, request.target.decode(), body or None, dict(request.headers))
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def status(*arguments, **more):
    return send(*arguments, **more)[0].status


@pytest.fixture
def pair(gateways):
    """Two of them, in either order, and a bucket with an object; both end well."""
    both = gateways(2)
    assert status(both[0], "PUT", "/bucket") == 200
    assert status(both[1], "PUT", "/bucket/key", b"bytes") == 200
    yield both
    for gateway in both:
        end_well(gateway)


def turns(pair):
    """This one and the other, in turns."""
    for number in range(ROUNDS):
        yield number, pair[number % 2], pair[1 - number % 2]


def preflight(gateway, origin):
    return status(gateway, "OPTIONS", "/bucket/key", keys=False,
                  headers=[("Origin", origin), ("Access-Control-Request-Method", "PUT")])


def test_rules(pair):
    for number, one, other in turns(pair):
        assert status(one, "PUT", "/bucket", (RULES % number).encode(), query="cors") == 200
        assert preflight(other, "http://%d.example" % number) == 200
        assert preflight(other, "http://%d.example" % (number - 1)) == 403
        if number % 3 == 0:
            assert status(other, "DELETE", "/bucket", query="cors") == 204
            assert preflight(one, "http://%d.example" % number) == 403


def test_acls_and_policies(pair):
    for number, one, other in turns(pair):
        assert status(one, "PUT", "/bucket/key", query="acl", headers=[("x-amz-acl", "public-read")]) == 200
        assert status(other, "GET", "/bucket/key", keys=False) == 200
        assert status(one, "PUT", "/bucket/key", query="acl", headers=[("x-amz-acl", "private")]) == 200
        assert status(other, "GET", "/bucket/key", keys=False) == 403
        assert status(one, "PUT", "/bucket", POLICY.encode(), query="policy") in (200, 204)
        assert status(other, "GET", "/bucket/key", keys=False) == 200
        assert status(other, "DELETE", "/bucket", query="policy") == 204
        assert status(one, "GET", "/bucket/key", keys=False) == 403


def test_users(pair):
    for number, one, other in turns(pair):
        name, keys = "user%d" % number, ("AKIAUSER%012d" % number, "secret%034d" % number)
        assert status(other, "GET", "/", keys=keys) == 403
        one.run("user", "add", name, "--id", name, "--access-key", keys[0], "--secret-key", keys[1])
        assert status(one, "GET", "/", keys=keys) == status(other, "GET", "/", keys=keys) == 200
        one.run("user", "disable", name)
        assert status(one, "GET", "/", keys=keys) == status(other, "GET", "/", keys=keys) == 403


def test_buckets_and_objects(pair):
    for number, one, other in turns(pair):
        bucket, body = "/bucket-%d" % number, b"%d" % number * 50000
        assert status(one, "PUT", bucket) == 200
        assert status(other, "PUT", bucket + "/key", body) == 200
        assert send(one, "GET", bucket + "/key")[1] == body
        assert status(one, "DELETE", bucket) == 409
        assert status(one, "DELETE", bucket + "/key") == 204
        assert status(other, "GET", bucket + "/key") == 404
        assert status(other, "DELETE", bucket) == 204
        assert status(one, "HEAD", bucket) == 404


def race(pair, headers, key, size):
    """The statuses of as many writers to the same key, through both, all at once; and the bodies of those that won."""
    ready = threading.Barrier(WRITERS)

    def write(number):
        body = b"%04d" % number * (size // 4)
        ready.wait()
        return status(pair[number % 2], "PUT", key, body, headers=headers), body

    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(write, range(WRITERS)))
    return [answer for answer, _ in answers], [body for answer, body in answers if answer == 200]


@pytest.mark.parametrize("size", [4, 40000])
def test_one_of_many_writers_wins(pair, size):
    for number in range(3):
        key = "/bucket/raced-%d" % number
        statuses, won = race(pair, [("If-None-Match", "*")], key, size)
        assert len(won) == 1 and set(statuses) <= {200, 409, 412}, statuses
        assert send(pair[0], "GET", key)[1] == send(pair[1], "GET", key)[1] == won[0]
        etag = send(pair[0], "HEAD", key)[0].getheader("ETag")
        statuses, won = race(pair, [("If-Match", etag)], key, size)
        # A winner with the same bytes has the same ETag, so that one more may win after it.
        assert won and set(statuses) <= {200, 409, 412}, statuses
        assert send(pair[0], "GET", key)[1] == send(pair[1], "GET", key)[1] in won


@pytest.mark.slow
def test_killed_in_the_middle(gateways):
    """What was answered through the one that dies is whole through the other, and what it left behind goes."""
    dying, staying = gateways(2)
    store = load.Store()
    load.make_bucket(staying)
    for number in range(4):
        writers = load.run_writers(dying, store, number)
        load.pause(1.5)
        dying.kill()
        load.end_writers(writers)
        load.check_all(staying, store)
        dying.start()
    assert store.answered > 20, store.answered

    def blobs():
        return sum(name.startswith("blobs/") for name in staying.files())

    expected = load.count_blobs(store)
    wait_until(lambda: blobs() == expected, 120, "%d blobs where the objects take %d" % (blobs(), expected))
    report = staying.verify()
    assert report[0] == 0 and "orphans: 0" in report[1], report
    end_well(dying)
    end_well(staying)
