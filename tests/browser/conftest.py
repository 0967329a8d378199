"""Pages of other origins in real browsers, against the real gateway."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "clients"), str(TESTS / "http")]

import boto3  # noqa: E402
import botocore.config  # noqa: E402
import pytest  # noqa: E402

import browsers  # noqa: E402
from pages import Pages  # noqa: E402


@pytest.fixture(scope="session")
def pages():
    server = Pages({})
    yield server
    server.close()


# With `--dist loadgroup` each browser has a process of its own.
@pytest.fixture(scope="session", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in browsers.COMMANDS])
def browser(request, pages):
    why = browsers.missing(request.param)
    if why:
        pytest.skip(why)
    browser = browsers.Browser(request.param, pages)
    yield browser
    browser.stop()


@pytest.fixture(scope="module")
def make_s3(gateway):
    """make_s3(user, version): a boto3 client that signs with that version."""

    def make(user, version="s3v4"):
        return boto3.client(
            "s3", endpoint_url=gateway.endpoint, region_name="us-east-1",
            aws_access_key_id=user.access_key, aws_secret_access_key=user.secret_key,
            config=botocore.config.Config(signature_version=version, s3={"addressing_style": "path"},
                                          retries={"total_max_attempts": 1}))

    return make


@pytest.fixture(scope="module")
def s3(make_s3, alice):
    return make_s3(alice)


@pytest.fixture
def bucket(s3, bucket_name):
    """A new bucket of alice's, without rules."""
    s3.create_bucket(Bucket=bucket_name)
    return bucket_name


@pytest.fixture
def allow(s3, bucket):
    """allow(*origins, methods=…): gives the bucket one rule, in place of those before."""

    def put(*origins, methods=("GET", "PUT", "POST", "DELETE", "HEAD"), headers=("*",), expose=("ETag",), age=None):
        rule = {"AllowedOrigins": list(origins), "AllowedMethods": list(methods), "AllowedHeaders": list(headers),
                "ExposeHeaders": list(expose)}
        if age is not None:
            rule["MaxAgeSeconds"] = age
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})

    return put
