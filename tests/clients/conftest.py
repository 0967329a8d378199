"""The clients as fixtures: each signs as alice unless it is made for somebody else."""

import functools
import os
import socket
import sys
from pathlib import Path

# Debian's AWS CLI brings Amazon's C runtime along, with which boto3 would sign as well. Most people's signs in Python; that of
# the virtual environment, which needs the runtime for some checksums, does not.
if sys.prefix == sys.base_prefix:
    os.environ["BOTO_DISABLE_CRT"] = "true"

import boto
import boto.s3.connection
import boto3
import botocore.config
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "http"))

from answers import ask  # noqa: E402
from drivers import Awscli, Boto, Boto3, Curl, Javascript, Rclone, S3cmd  # noqa: E402
from front import TlsFront  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def nobodys_settings(tmp_path_factory):
    """The libraries in this process take nothing from the person who runs the tests either."""
    patch = pytest.MonkeyPatch()
    for name in list(os.environ):
        if name.startswith(("AWS_", "BOTO", "S3_USE_SIGV4")) or name.lower().endswith("_proxy"):
            patch.delenv(name)
    patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    if not boto.config.has_section("Boto"):
        boto.config.add_section("Boto")
    boto.config.set("Boto", "num_retries", "0")
    yield
    patch.undo()


@pytest.fixture
def localhost_names(gateway, monkeypatch):
    """Every NAME.localhost is this machine, as a resolver of today says by itself, and its port 80 is the gateway, as a
    front would have it."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host, port, *arguments, **more):
        name = host.decode() if isinstance(host, bytes) else host or ""
        if name == "localhost" or name.endswith(".localhost"):
            host, port = "127.0.0.1", gateway.port if port == 80 else port
        return resolve(host, port, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture(scope="module")
def front(gateway, tmp_path_factory):
    """TLS in front of the gateway."""
    front = TlsFront(gateway, tmp_path_factory.mktemp("front"))
    yield front
    front.close()


@pytest.fixture(scope="module")
def make_boto3(gateway):
    """make_boto3(user, …): a boto3 client; further arguments go to botocore's Config."""

    def make(user, endpoint=None, verify=None, **options):
        options.setdefault("signature_version", "s3v4")
        options.setdefault("s3", {"addressing_style": "path"})
        return boto3.client(
            "s3", endpoint_url=endpoint or gateway.endpoint, verify=verify, region_name="us-east-1",
            aws_access_key_id=user.access_key if user else "", aws_secret_access_key=user.secret_key if user else "",
            config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=300, **options))

    return make


@pytest.fixture(scope="module")
def s3(make_boto3, alice):
    """boto3's client for alice."""
    return make_boto3(alice)


@pytest.fixture(scope="module")
def s3_bob(make_boto3, bob):
    return make_boto3(bob)


@pytest.fixture(scope="module")
def make_boto(gateway):
    """make_boto(user, …): a boto 2 connection. It signs with version 2, as it does for any host but Amazon's, or with
    version 4 while S3_USE_SIGV4 is set and for a "region". Its version 4 names a port other than 80 twice in the Host that
    it signs, so that it is of use on port 80 alone, which needs `localhost_names`."""

    def make(user, calling_format=None, region=None):
        connection = boto.s3.connection.S3Connection(
            user.access_key, user.secret_key, is_secure=False, host="localhost", port=80 if region else gateway.port,
            calling_format=calling_format or boto.s3.connection.OrdinaryCallingFormat(), suppress_consec_slashes=False)
        if region:
            connection.auth_region_name = region
        return connection

    return make


@pytest.fixture(scope="module")
def make_s3cmd(gateway, tmp_path_factory):
    def make(user, **options):
        return S3cmd(gateway, user, tmp_path_factory.mktemp("s3cmd"), **options)

    return make


@pytest.fixture(scope="module")
def rclone(gateway, alice, tmp_path_factory):
    return Rclone(gateway, alice, tmp_path_factory.mktemp("rclone"))


@pytest.fixture(scope="module")
def make_aws(gateway, alice, tmp_path_factory):
    """make_aws("debian") or ("newest"): Amazon's command line; `on` a front as well."""
    return lambda which, on=gateway, **settings: Awscli(on, alice, tmp_path_factory.mktemp("aws"), which, **settings)


@pytest.fixture(scope="module", params=["debian", "newest"])
def aws(request, make_aws):
    """Debian's and then the newest."""
    return make_aws(request.param)


@pytest.fixture(scope="module")
def newest_aws(make_aws):
    """The newest alone, for what Debian's does not know or sends as well."""
    return make_aws("newest")


@pytest.fixture(scope="module")
def curl(gateway, alice, tmp_path_factory):
    return Curl(gateway, alice, tmp_path_factory.mktemp("curl"))


@pytest.fixture(scope="module")
def make_javascript(gateway, tmp_path_factory):
    """make_javascript(script, user): an SDK in a Node process of its own, which ends with the module; `on` a front as well."""
    made = []

    def make(script, user, on=gateway, **settings):
        made.append(Javascript(script, on, user, tmp_path_factory.mktemp("node"), **settings))
        return made[-1]

    yield make
    for sdk in made:
        sdk.close()


@pytest.fixture(scope="module")
def clients(gateway, alice, make_boto, make_boto3, make_s3cmd, make_javascript, tmp_path_factory):
    """clients(name): alice's client of that name, made once a module; all of them can upload and download a file."""
    makers = {
        "boto": lambda: Boto(make_boto(alice)),
        "boto3": lambda: Boto3(make_boto3(alice)),
        "boto3-v2": lambda: Boto3(make_boto3(alice, signature_version="s3")),
        "curl": lambda: Curl(gateway, alice, tmp_path_factory.mktemp("curl")),
        "javascript-v2": lambda: make_javascript("v2.js", alice),
        "javascript-v3": lambda: make_javascript("v3.js", alice),
        "rclone": lambda: Rclone(gateway, alice, tmp_path_factory.mktemp("rclone")),
        "s3cmd": lambda: make_s3cmd(alice),
        "s3cmd-v2": lambda: make_s3cmd(alice, signature_v2=True),
    }
    return functools.cache(lambda name: makers[name]())


@pytest.fixture
def client(request, clients):
    """The client that a test is parametrized with, by its name."""
    return clients(request.param)


@pytest.fixture
def bucket(gateway, alice, bucket_name):
    """A new bucket of alice's."""
    made = ask(gateway, "PUT", "/" + bucket_name, by=alice)
    assert made.status == 200, made
    return bucket_name
