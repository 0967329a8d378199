"""What the suites of the real program share: a gateway for each module, its users, and how it has to end."""

import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from launcher import ACCESS_KEY, SECRET_KEY, Gateway, end_well


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than a few seconds; `scripts/test quick` leaves it out")
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")  # of the clients


@dataclass(frozen=True)
class User:
    """Somebody with a key pair."""

    id: str
    access_key: str
    secret_key: str


def flags_of(folder, configuration):
    """The flags that name an ini file of that text in the folder; none for None."""
    if configuration is None:
        return []
    path = Path(folder, "crossgate.ini")
    path.write_text(configuration)
    return ["--config", str(path)]


@pytest.fixture(scope="module")
def gateway_configuration(request):
    """The text of the ini file: a module's GATEWAY_CONFIGURATION, unless it has a fixture of this name."""
    return getattr(request.module, "GATEWAY_CONFIGURATION", None)


@pytest.fixture(scope="module")
def gateway(request, gateway_configuration):
    """A gateway on a fresh store; a module's GATEWAY_ARGUMENTS are further flags of `crossgate serve`."""
    arguments = getattr(request.module, "GATEWAY_ARGUMENTS", [])
    with tempfile.TemporaryDirectory(prefix="crossgate-test-") as folder:
        gateway = Gateway(Path(folder, "store"),
                          ["--domain", "localhost", *flags_of(folder, gateway_configuration), *arguments]).start()
        try:
            yield gateway
            end_well(gateway)
        finally:
            gateway.kill()


@pytest.fixture
def new_gateway(tmp_path):
    """new_gateway(configuration, …): a gateway of the test's own with that ini file, `crossgate.ini` in tmp_path."""
    made = []

    def new(configuration, *arguments):
        made.append(Gateway(tmp_path / "store", [*flags_of(tmp_path, configuration), *arguments]).start())
        return made[-1]

    yield new
    try:
        for gateway in made:
            end_well(gateway)
    finally:
        for gateway in made:
            gateway.kill()


@pytest.fixture(scope="module")
def root(gateway):
    return User(id="", access_key=ACCESS_KEY, secret_key=SECRET_KEY)


@pytest.fixture(scope="module")
def new_user(gateway):
    """new_user(name): adds a user with `crossgate user add` while the gateway runs; name, ID and e-mail are unique."""

    def add(name):
        mark = uuid.uuid4().hex
        user = User(id=name + "-" + mark[:8], access_key="AKIA" + mark[:16].upper(), secret_key="s/" + mark + "+=")
        gateway.run("user", "add", user.id, "--id", user.id, "--display-name", name.title(),
                    "--email", user.id + "@example.com",
                    "--access-key", user.access_key, "--secret-key", user.secret_key)
        return user

    return add


@pytest.fixture(scope="module")
def alice(new_user):
    """Who owns the buckets of most tests."""
    return new_user("alice")


@pytest.fixture(scope="module")
def bob(new_user):
    """Somebody else."""
    return new_user("bob")


@pytest.fixture
def bucket_name():
    return "bucket-" + uuid.uuid4().hex[:12]
