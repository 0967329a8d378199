"""Several gateways over one store on the cluster that scripts/test-cluster has started."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / folder) for folder in ("http", "crash")]

import launcher  # noqa: E402


def pytest_collection_modifyitems(items):
    if not launcher.CLUSTER:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="no cluster (scripts/test-cluster)"))


@pytest.fixture
def gateways(tmp_path):
    """gateways(count, flag, …): so many gateways on the same store."""
    made = []

    def start(count, *arguments):
        for number in range(len(made), len(made) + count):
            made.append(launcher.Gateway(tmp_path / "store", ["--garbage-grace", "0", *arguments],
                                         log=tmp_path / ("log-%d" % number)).start())
        return made[-count:]

    yield start
    for gateway in made:
        gateway.kill()
