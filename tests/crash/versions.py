"""
Versions under load, in a bucket of their own: put, hidden by delete markers, and deleted for good. What was answered with
a version ID must be there in its order; what was asked for and not answered may be there, under an ID nobody was told.
"""

import hashlib
import re

import load

BUCKET = "versioned"
MARKER = "marker"


class History:
    """What a key has: what was answered, the newest last, and what may be there besides."""

    def __init__(self):
        self.answered = []  # (version ID, load.Version or MARKER)
        self.asked = []  # load.Version or MARKER, put without an answer
        self.going = set()  # version IDs whose deletion was not answered


class Versioner(load.Writer):
    seeds = 80

    def __init__(self, gateway, store, name, seed, **how):
        super().__init__(gateway, store, name, seed, **how)
        self.keys = self.keys[:6]
        for key in self.keys:
            store.histories.setdefault(key, History())

    def step(self, connection):
        history = self.store.histories[(key := self.random.choice(self.keys))]
        chance = self.random.random()
        if chance < 0.55 or not history.answered:
            self.put(connection, key, history)
        elif chance < 0.70:
            self.hide(connection, key, history)
        else:
            self.delete(connection, key, history, self.random.choice(history.answered))

    def put(self, connection, key, history):
        self.number += 1
        size = self.random.randint(*(load.LARGE if self.random.random() < self.large else load.SMALL))
        version = load.Version(key, self.number, size)
        self.make(connection, key, history, version, "PUT", (200,), version.body)

    def hide(self, connection, key, history):
        self.make(connection, key, history, MARKER, "DELETE", (204,))

    def make(self, connection, key, history, version, method, good, body=b""):
        history.asked.append(version)
        answer, said = connection.send(method, "/%s/%s" % (BUCKET, key), body)
        if self.is_done(answer, said, good, method + " " + key):
            history.asked.remove(version)
            history.answered.append((answer.getheader("x-amz-version-id"), version))

    def delete(self, connection, key, history, row):
        history.going.add(row[0])
        answer, said = connection.send("DELETE", "/%s/%s" % (BUCKET, key), query="versionId=" + row[0])
        if self.is_done(answer, said, (204,), "DELETE a version of " + key):
            history.answered.remove(row)
            history.going.discard(row[0])


def make_bucket(gateway):
    connection = load.Connection(gateway)
    enabled = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    for body, query in (b"", ""), (enabled, "versioning"):
        answer, said = connection.send("PUT", "/" + BUCKET, body, query=query)
        assert answer.status == 200, said
    connection.close()


def list_versions(connection):
    """By key, the newest first: (version ID, MD5 or MARKER, whether it is the latest)."""
    found, query, more = {}, "", True
    while more:
        answer, said = connection.send("GET", "/" + BUCKET, query=query + "versions")
        assert answer.status == 200, said
        for kind, rest in re.findall(r"<(Version|DeleteMarker)>(.*?)</\1>", said.decode(), re.DOTALL):
            key, name, latest = (re.search("<%s>(.*?)<" % tag, rest).group(1) for tag in ("Key", "VersionId", "IsLatest"))
            md5 = MARKER if kind == "DeleteMarker" else re.search("<ETag>&quot;(.*?)&quot;", rest).group(1)
            found.setdefault(key, []).append((name, md5, latest == "true"))
        more = b"<IsTruncated>true<" in said
        if more:
            query = "key-marker=%s&version-id-marker=%s&" % tuple(
                re.search("<%s>(.*?)<" % tag, said.decode()).group(1).replace("/", "%2F")
                for tag in ("NextKeyMarker", "NextVersionIdMarker"))
    return found


def digest_of(version):
    return MARKER if version is MARKER else version.md5


def check_history(connection, key, history, listed):
    """The listing has all that was answered, in order, and nothing but what was asked for; all of it is whole."""
    assert [latest for _, _, latest in listed] == [at == 0 for at in range(len(listed))], (key, listed)
    known, rows = dict(history.answered), []
    for name, md5, _ in reversed(listed):
        version = known.get(name)
        if version is None:
            version = next((asked for asked in history.asked if digest_of(asked) == md5), None)
            assert version is not None, "%s has the version %s, %s, that nobody asked for" % (key, name, md5)
            history.asked.remove(version)
        assert digest_of(version) == md5, (key, name, md5)
        rows.append((name, version))
    there = [row for row in rows if row[0] in known]
    assert there == [row for row in history.answered if row in there], "%s: out of order" % key
    lost = {name for name in known if name not in dict(rows)} - history.going
    assert not lost, "%s has lost %s" % (key, lost)
    for name, version in rows:
        if version is not MARKER:
            answer, body = connection.send("GET", "/%s/%s" % (BUCKET, key), query="versionId=" + name)
            assert answer.status == 200 and hashlib.md5(body).hexdigest() == version.md5, (key, name, answer.status)
    history.answered, history.asked, history.going = rows, [], set()


def check(gateway, store):
    connection = load.Connection(gateway)
    try:
        listed = list_versions(connection)
        assert set(listed) <= set(store.histories)
        for key, history in store.histories.items():
            check_history(connection, key, history, listed.get(key, []))
    finally:
        connection.close()


def count_blobs(store):
    return sum(version.blobs for history in store.histories.values() for _, version in history.answered
               if version is not MARKER)
