"""Pages of other origins in real browsers, against the real gateway."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "clients"), str(TESTS / "http")]

import boto.s3.connection  # noqa: E402
import boto3  # noqa: E402
import botocore.config  # noqa: E402
import pytest  # noqa: E402

import browsers  # noqa: E402
import bundles  # noqa: E402
from pages import Pages  # noqa: E402
from sdk import USE  # noqa: E402


@pytest.fixture(scope="session")
def pages():
    server = Pages()
    yield server
    server.close()


# With `--dist loadgroup` each browser has a process of its own.
@pytest.fixture(scope="session", params=[pytest.param(name, marks=pytest.mark.xdist_group(name))
                                         for name in ("chromium", "firefox")])
def browser(request, pages):
    why = browsers.missing(request.param)
    if why:
        pytest.skip(why)
    browser = browsers.BROWSERS[request.param](pages)
    yield browser
    browser.stop()


@pytest.fixture(scope="module")
def make_s3(gateway):
    """make_s3(user, version): a boto3 client that signs with that version."""

    def make(user, version="s3v4", style="path", endpoint=None):
        return boto3.client(
            "s3", endpoint_url=endpoint or gateway.endpoint, region_name="us-east-1",
            aws_access_key_id=user.access_key, aws_secret_access_key=user.secret_key,
            config=botocore.config.Config(signature_version=version, s3={"addressing_style": style},
                                          retries={"total_max_attempts": 1}))

    return make


@pytest.fixture(scope="module")
def s3(make_s3, alice):
    return make_s3(alice)


@pytest.fixture
def presign(request, gateway, make_s3, alice, bucket):
    """presign(method, key, type=…): the URL as a library makes it; `type` is the Content-Type that it is for. A test may be
    parametrized with the library and the version of the signature: "boto3-v4", "boto3-v2", "boto-v2"."""
    library, version = getattr(request, "param", "boto3-v4").split("-")

    def by_boto(method, key, type=None):
        connection = boto.s3.connection.S3Connection(
            alice.access_key, alice.secret_key, is_secure=False, host="127.0.0.1", port=gateway.port,
            calling_format=boto.s3.connection.OrdinaryCallingFormat())
        return connection.generate_url(600, method, bucket, key, headers={"Content-Type": type} if type else None)

    def by_boto3(method, key, type=None):
        parameters = {"Bucket": bucket, "Key": key, **({"ContentType": type} if type else {})}
        client = make_s3(alice, "s3v4" if version == "v4" else "s3")
        return client.generate_presigned_url(method.lower() + "_object", parameters, ExpiresIn=600)

    return by_boto if library == "boto" else by_boto3


@pytest.fixture(params=["ask", "askByXhr"], ids=["fetch", "xhr"])
def ask(request, browser):
    """ask(url, origin=…, method=…, headers=…, body=…) by fetch and by XMLHttpRequest."""
    return lambda url, origin=None, **options: browser.run(request.param, url, options, origin=origin)


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


@pytest.fixture(scope="module", params=["v2", "v3"])
def sdk(request, browser, pages, gateway, alice):
    """sdk(script, …, origin=…): runs it with a client of alice's, which is its first argument."""
    pages.files.update(bundles.scripts())
    paths = ["/aws-sdk-v2.js", "/v2.js"] if request.param == "v2" else ["/v3.js"]
    settings = {"endpoint": gateway.endpoint, "accessKeyId": alice.access_key, "secretAccessKey": alice.secret_key}

    def run(script, *arguments, **more):
        return browser.run(USE, script, paths, settings, *arguments, **more)

    run.version = request.param
    return run
