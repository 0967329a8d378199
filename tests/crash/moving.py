"""The load of writers whose store is being moved: they go on until they are told so, and are told nothing else."""

import subprocess

import load
import parts
import versions
from launcher import clean_environment, program

MOVED = b"The store is being moved to another place"


class Moving:
    def turned_away(self, answer, said):
        assert b"<Code>ServiceUnavailable</Code>" in said and MOVED in said, said
        assert answer.getheader("Retry-After"), said
        self.refused += 1
        self.stopping = True

    def read(self, connection, key):
        load.check_answer(*connection.send("GET", "/%s/%s" % (load.BUCKET, key)), self.store, key)


class Writer(Moving, load.Writer):
    pass


class Uploader(Moving, parts.Uploader):
    pass


class Versioner(Moving, versions.Versioner):
    pass


def make_buckets(gateway):
    load.make_bucket(gateway)
    versions.make_bucket(gateway)


def run_writers(gateway, store, seed):
    """So many of each kind, for a while."""
    writers = [writer for kind, count in ((Writer, 4), (Uploader, 2), (Versioner, 2))
               for writer in load.run_writers(gateway, store, seed, count, kind)]
    load.pause(2)
    for writer in writers:
        assert not writer.stopping and not writer.failure, writer.failure
    return writers


def end_writers(writers):
    """Each ends by itself, for the one reason."""
    for writer in writers:
        writer.join(60)
    load.end_writers(writers)
    assert all(writer.refused == 1 for writer in writers)


def check(gateway, store):
    parts.check_uploads(gateway, store)
    load.check_all(gateway, store)
    versions.check(gateway, store)


def count_blobs(store):
    return load.count_blobs(store) + versions.count_blobs(store)


def send(gateway, *arguments, **more):
    connection = load.Connection(gateway)
    try:
        return connection.send(*arguments, **more)
    finally:
        connection.close()


def url_of(gateway):
    """What `crossgate migrate` calls its store."""
    return gateway.store[1] if gateway.store[0] == "--store" else "local:" + gateway.store[1]


def migrate(*arguments):
    return subprocess.run([program(), "migrate", *arguments], env=clean_environment(), capture_output=True, text=True,
                          timeout=300)


def migrate_between(source, target):
    """What the command printed; it must go well."""
    done = migrate("--from", url_of(source), "--to", url_of(target))
    assert done.returncode == 0, done.stderr
    assert "read_only=yes" in done.stderr, done.stderr
    assert "read-only seconds: " in done.stdout and done.stdout.splitlines()[-1].startswith(url_of(target)), done.stdout
    return done.stdout
