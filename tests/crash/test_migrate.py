"""
A store that is moved to another place while it is served and written to: whatever was answered is in the new place, from the
switch on writers are told to try again and nothing else, and readers notice nothing.
"""

import pytest

import load
import moving
import parts
from launcher import CLUSTER, Gateway, end_well, wait_until
from moving import MOVED, migrate, migrate_between, send, url_of

NEW = "/%s/new" % load.BUCKET


@pytest.fixture
def pair(tmp_path):
    """A gateway on the store that is there, and one that is not started yet on that which is to be."""
    both = [Gateway(tmp_path / name, ["--garbage-grace", "0"]) for name in ("source", "target")]
    moving.make_buckets(both[0].start())
    yield both
    for gateway in both:
        gateway.kill()


def test_under_writers(pair):
    source, target = pair
    store = load.Store()
    writers = moving.run_writers(source, store, 1)
    said = migrate_between(source, target)
    moving.end_writers(writers)
    assert store.answered > 50, store.answered
    print(store.answered, "writes answered;", said)

    # The old place is for reading, and its background work lets it be.
    moving.check(source, store)
    answer, said = send(source, "PUT", NEW, b"late")
    assert answer.status == 503 and MOVED in said, said
    added = source.run("user", "add", "late", check=False)
    assert added.returncode == 1 and "read-only" in added.stderr, added.stderr
    assert "level=error" not in source.log_text()
    end_well(source)

    target.start()
    moving.check(target, store)
    parts.abort_all(target, store)
    expected = moving.count_blobs(store)
    wait_until(lambda: sum(name.startswith("blobs/") for name in target.files()) == expected, 60,
               "%d blobs are left" % expected)
    assert send(target, "PUT", NEW, b"new")[0].status == 200
    end_well(target)


def test_way_back(pair):
    source, target = pair
    assert send(source, "PUT", NEW, b"old")[0].status == 200
    migrate_between(source, target)
    source.stop()
    source.start()
    assert send(source, "PUT", NEW, b"new")[0].status == 503
    assert send(source, "GET", NEW)[1] == b"old"
    undone = migrate("--undo", "--from", url_of(source))
    assert undone.returncode == 0, undone.stderr
    assert send(source, "PUT", NEW, b"new")[0].status == 200
    end_well(source)


@pytest.mark.skipif(bool(CLUSTER), reason="a blob is lost by removing its file")
def test_something_is_lost(pair):
    """It is told of, the source stays as it is, and the target is not served, until that has been deleted."""
    source, target = pair
    assert send(source, "PUT", "/%s/lost" % load.BUCKET, b"lost" * 10000)[0].status == 200
    for path in source.data.glob("blobs/*/*"):
        path.unlink()
    assert send(source, "PUT", NEW, b"kept" * 10000)[0].status == 200
    failed = migrate("--from", url_of(source), "--to", url_of(target))
    assert failed.returncode == 1 and "object lost" in failed.stderr and "missing" in failed.stderr, failed.stderr
    with pytest.raises(AssertionError, match="has not ended"):
        target.start()
    assert "has not ended" in target.verify()[1]
    assert send(source, "DELETE", "/%s/lost" % load.BUCKET)[0].status == 204
    migrate_between(source, target)
    target.start()
    assert send(target, "GET", NEW)[1] == b"kept" * 10000
    end_well(target)
    again = migrate("--from", url_of(source), "--to", url_of(target))
    assert again.returncode == 1 and "holds something already" in again.stderr, again.stderr


def test_same_store(pair):
    source, _ = pair
    done = migrate("--from", url_of(source), "--to", url_of(source))
    assert done.returncode == 1 and done.stderr, done
    assert send(source, "PUT", NEW, b"value")[0].status == 200


@pytest.mark.parametrize("arguments", [[], ["--from", "local:x"], ["--undo", "--from", "local:x", "--to", "local:y"],
                                       ["--from", "local:x", "--to", "local:y", "--blobs-at-once", "0"]])
def test_usage(arguments):
    done = migrate(*arguments)
    assert done.returncode == 2 and done.stderr, done
