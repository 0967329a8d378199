"""
A mixed load of uploads (from forms, too), overwrites, copies and deletes over several connections, by writers who know at
any moment what each key may hold: what was answered last, or what was asked since and not answered. Content describes
itself, so that what comes back shows which write it is from, and whether it is whole.
"""

import hashlib
import http.client
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "http"))

from forms import Policy, multipart, post  # noqa: E402
from signing import UNSIGNED, V4, Request  # noqa: E402

BUCKET = "load"
SMALL, LARGE = (0, 2000), (100000, 700000)
INLINE_MAX = 16384
ABSENT = None


class Version:
    """One content of one key: whole, and recognisable."""

    def __init__(self, key, number, size):
        self.name = "%s %d" % (key, number)
        head = ("%s %d\n" % (self.name, size)).encode()
        self.body = head + hashlib.shake_128(head).digest(size)
        self.md5 = self.etag = hashlib.md5(self.body).hexdigest()

    @property
    def blobs(self):
        """How many files it takes."""
        return int(len(self.body) > INLINE_MAX)

    def copy(self):
        """What a copy of it is."""
        return self


class Store:
    """What the bucket may hold: for each key the versions one of which it must have."""

    def __init__(self):
        self.allowed = {}  # key: list of Version or ABSENT; a key has one owner, so no lock is needed
        self.uploads = {}  # multipart uploads by ID, as parts.py has them
        self.histories = {}  # keys of the versioned bucket, as versions.py has them
        self.answered = 0
        self.completed = 0  # of these

    def may_be(self, key):
        return self.allowed.get(key, [ABSENT])


class Connection:
    """Signed requests over one kept-alive connection."""

    def __init__(self, gateway, timeout=30):
        self.gateway = gateway
        self.signer = dict(access_key=gateway.access_key, secret_key=gateway.secret_key, payload=UNSIGNED)
        self.http = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=timeout)

    def send(self, method, path, body=b"", headers=(), query=""):
        request = Request(method, path, query, headers, body, host="127.0.0.1:%d" % self.gateway.port)
        V4(**self.signer).header(request)
        return self._exchange(request)

    def send_form(self, key, body, headers):
        """An upload from a form, with the headers as its fields."""
        fields = Policy(BUCKET, [("key", key), *headers]).v2(self.gateway.access_key, self.gateway.secret_key)
        return self._exchange(post("/" + BUCKET, multipart(fields, body)))

    def _exchange(self, request):
        body = request.body if request.method in ("PUT", "POST") else None
        self.http.request(request.method, request.target.decode(), body, dict(request.headers))
        answer = self.http.getresponse()
        return answer, answer.read()

    def close(self):
        self.http.close()


class Writer(threading.Thread):
    """One connection's writes, until it is told to stop or the server goes."""

    seeds = 0  # each kind has others

    def __init__(self, gateway, store, name, seed, large=0.35):
        super().__init__(daemon=True)
        self.gateway, self.store, self.random, self.large = gateway, store, random.Random(seed), large
        self.keys = ["%s/%02d" % (name, number) for number in range(25)]
        self.number = seed * 1000000
        self.stopping = False
        self.failure = None
        self.refused = 0

    def run(self):
        connection = Connection(self.gateway)
        try:
            while not self.stopping:
                self.step(connection)
        except (OSError, http.client.HTTPException):
            pass  # the server went
        except Exception as failure:  # the test's own mistake, or a wrong answer
            self.failure = failure
        finally:
            connection.close()

    def step(self, connection):
        key, chance = self.random.choice(self.keys), self.random.random()
        if chance < 0.70:
            self.upload(connection, key)
        elif chance < 0.88:
            self.write(connection, key, ABSENT, "DELETE", (200, 204))
        elif chance < 0.93:
            self.copy(connection, key)
        else:
            self.read(connection, key)

    def upload(self, connection, key):
        self.number += 1
        size = self.random.randint(*(LARGE if self.random.random() < self.large else SMALL))
        version = Version(key, self.number, size)
        headers = [("x-amz-meta-version", version.name), ("Content-Type", "x/" + version.md5)]
        if self.random.random() < 0.3:
            self.write(connection, key, version, "POST", (204,), version.body, headers)
        else:
            self.write(connection, key, version, "PUT", (200,), version.body, headers)

    def read(self, connection, key):
        answer, body = connection.send("GET", "/%s/%s" % (BUCKET, key))
        if answer.status == 503:
            self.turned_away(answer, body)
        else:
            check_answer(answer, body, self.store, key)

    def turned_away(self, answer, said):
        """A server that is stopping says so, as S3 says it, and ends the connection."""
        assert b"<Code>ServiceUnavailable</Code>" in said and answer.getheader("x-amz-request-id"), said
        assert answer.getheader("Connection") == "close"
        self.refused += 1
        self.stopping = True

    def copy(self, connection, key):
        source = self.random.choice(self.keys)
        versions = self.store.may_be(source)
        if source != key and len(versions) == 1 and versions[0] is not ABSENT:
            self.write(connection, key, versions[0].copy(), "PUT", (200,), b"", [
                       ("x-amz-copy-source", "/%s/%s" % (BUCKET, source))])

    def write(self, connection, key, version, method, good, body=b"", headers=(), query=""):
        """Make the key hold that version; whether it was answered that it does."""
        self.store.allowed[key] = self.store.may_be(key) + [version]
        if method == "POST" and not query:
            answer, said = connection.send_form(key, body, headers)
        else:
            answer, said = connection.send(method, "/%s/%s" % (BUCKET, key), body, headers, query)
        done = self.is_done(answer, said, good, method + " " + key)
        if done:
            self.store.allowed[key] = [version]
        return done

    def is_done(self, answer, said, good, what):
        if answer.status in good and b"<Error>" not in said:
            self.store.answered += 1
            return True
        if answer.status == 503:
            self.turned_away(answer, said)
        elif answer.status == 507:
            self.refused += 1
        else:
            raise AssertionError("%s: %d %r" % (what, answer.status, said[:500]))
        return False


def check_key(connection, store, key):
    """What a key holds is one of what it may hold, and whole."""
    check_answer(*connection.send("GET", "/%s/%s" % (BUCKET, key)), store, key)


def check_answer(answer, body, store, key):
    """Body, length, ETag and metadata are those of one version; from now on the key may hold that one alone."""
    versions = store.may_be(key)
    names = [version.name if version else "absent" for version in versions]
    if answer.status == 404:
        assert b"NoSuchKey" in body, body
        assert ABSENT in versions, "%s is absent; it may be: %s" % (key, names)
        store.allowed[key] = [ABSENT]
        return
    assert answer.status == 200, (key, answer.status, body[:500])
    md5 = hashlib.md5(body).hexdigest()
    matching = [version for version in versions if version and version.md5 == md5]
    assert matching, "%s holds %r…, %d bytes, of the version %s; it may be: %s" % (
        key, body[:60], len(body), answer.getheader("x-amz-meta-version"), names)
    matching = [version for version in matching if answer.getheader("ETag") == '"%s"' % version.etag]
    assert matching, "%s has the ETag %s; it may be: %s" % (key, answer.getheader("ETag"), names)
    assert answer.getheader("x-amz-meta-version") == matching[0].name
    assert answer.getheader("Content-Type") == "x/" + md5 and int(answer.getheader("Content-Length")) == len(body)
    store.allowed[key] = matching[:1]


def check_all(gateway, store):
    """Every key that was ever written, and the listing: the same keys with the same sizes, no more, no fewer."""
    connection = Connection(gateway)
    try:
        for key in sorted(store.allowed):
            check_key(connection, store, key)
        answer, body = connection.send("GET", "/" + BUCKET, query="list-type=2")
        assert answer.status == 200 and b"<IsTruncated>false<" in body
        listed = {piece.split(b"</Key>")[0].decode(): int(piece.split(b"<Size>")[1].split(b"</Size>")[0])
                  for piece in body.split(b"<Key>")[1:]}
    finally:
        connection.close()
    there = {key: len(versions[0].body) for key, versions in store.allowed.items() if versions[0] is not ABSENT}
    assert listed == there


def count_blobs(store):
    """How many files the objects take, once what each key holds is known."""
    return sum(versions[0].blobs for versions in store.allowed.values() if versions[0] is not ABSENT)


def make_bucket(gateway):
    connection = Connection(gateway)
    answer, body = connection.send("PUT", "/" + BUCKET)
    connection.close()
    assert answer.status == 200, body


def run_writers(gateway, store, seed, count=6, kind=Writer, **how):
    writers = [kind(gateway, store, "%s%d" % (kind.__name__.lower(), number), seed * 100 + kind.seeds + number, **how)
               for number in range(count)]
    for writer in writers:
        writer.start()
    return writers


def end_writers(writers):
    """Waits for all of them and passes on what one of them found wrong."""
    for writer in writers:
        writer.stopping = True
    for writer in writers:
        writer.join(60)
        assert not writer.is_alive(), "a writer hangs"
    for writer in writers:
        if writer.failure:
            raise writer.failure


def pause(seconds):
    """The load goes on for so long: an instant to break in at, not a wait for something."""
    time.sleep(seconds)
