"""A store moved from a folder to the cluster, and on to another folder, under writers each time: nothing is lost on the way."""

import pytest

import load
import moving
from launcher import Gateway, end_well


@pytest.fixture
def three(tmp_path):
    """Gateways on a folder, on the cluster, on another folder; none is started."""
    folders = [Gateway(tmp_path / name, ["--garbage-grace", "0"]) for name in ("first", "cluster", "last")]
    for gateway in (folders[0], folders[2]):
        gateway.store = ["--data", str(gateway.data)]
    yield folders
    for gateway in folders:
        gateway.kill()


@pytest.mark.slow
def test_to_the_cluster_and_back(three):
    store = load.Store()
    moving.make_buckets(three[0].start())
    for number, (source, target) in enumerate(zip(three, three[1:])):
        writers = moving.run_writers(source, store, number)
        said = moving.migrate_between(source, target)
        moving.end_writers(writers)
        print(store.answered, "writes answered;", said)
        moving.check(source, store)
        end_well(source)
        moving.check(target.start(), store)
    assert store.answered > 100, store.answered
    end_well(three[-1])
