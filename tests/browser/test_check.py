"""`crossgate cors check` says what browsers do: whether they send a preflight, and whether the page gets to see the answer."""

import json
import uuid

import pytest

from launcher import wait_until
from seen import requests

# What a page asks with, and which headers of that are to be told to the command.
REQUESTS = {
    "get": ({}, []),
    "head": ({"method": "HEAD"}, []),
    "put": ({"method": "PUT"}, []),
    "delete": ({"method": "DELETE"}, []),
    "post": ({"method": "POST"}, []),
    "post of text": ({"method": "POST", "body": "x"}, ["Content-Type: text/plain;charset=UTF-8"]),
    "post of JSON": ({"method": "POST", "body": "{}"}, ["Content-Type: application/json"]),
    "put of JSON": ({"method": "PUT", "body": "{}"}, ["Content-Type: application/json"]),
    "languages": ({}, ["Accept-Language: de", "Content-Language: de"]),
    "language that is none": ({}, ["Accept-Language: @"]),
    "type that is none": ({}, ["Accept: text/(html)"]),
    "type with a quoted parameter": ({"method": "POST", "body": "x"}, ['Content-Type: text/plain; a="b"']),
    "condition": ({}, ["If-None-Match: *"]),
    "range": ({}, ["Range: bytes=0-1"]),
    "range from the end": ({}, ["Range: bytes=-1"]),
    "metadata": ({"method": "PUT"}, ["X-Amz-Meta-Colour: blue"]),
    "other": ({}, ["X-Other: 1"]),
    "long value": ({}, ["Accept: " + "x" * 129]),
}


@pytest.fixture
def ruled(s3, pages, bucket):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [
        {"AllowedOrigins": [pages.home], "AllowedMethods": ["GET", "POST"], "AllowedHeaders": ["Content-Type", "If-*"],
         "MaxAgeSeconds": 0},
        {"AllowedOrigins": [pages.home, pages.other], "AllowedMethods": ["PUT", "GET"], "AllowedHeaders": ["x-amz-*", "range"],
         "MaxAgeSeconds": 0},
        {"AllowedOrigins": ["null"], "AllowedMethods": ["GET", "PUT", "HEAD", "DELETE", "POST"], "AllowedHeaders": ["*"],
         "MaxAgeSeconds": 0}]})
    return bucket


@pytest.mark.parametrize("who", ["home", "other", "stranger", "null"])
def test_browser_does_as_it_says(browser, pages, gateway, s3, ruled, who):
    script = """async (base, asked) => {
        const seen = {};
        for (const [key, options] of Object.entries(asked)) seen[key] = await ask(base + key, options) !== BLOCKED;
        return seen;
    }"""
    keys = {kind: uuid.uuid4().hex for kind in REQUESTS}
    asked = {keys[kind]: {**options, "headers": dict(header.split(": ", 1) for header in headers)}
             for kind, (options, headers) in REQUESTS.items()}
    frame = {"sandbox": "allow-scripts"} if who == "null" else {"origin": getattr(pages, who)}
    seen = browser.run(script, "%s/%s/" % (s3.meta.endpoint_url, ruled), asked, **frame)

    last = list(keys.values())[-1]
    wait_until(lambda: requests(gateway, ruled, ["GET", "OPTIONS"], last), 10, "the last request")
    wrong = {}
    for kind, (options, headers) in REQUESTS.items():
        flags = [flag for header in headers for flag in ("--header", header)]
        said = json.loads(gateway.run("cors", "check", "--json", "--bucket", ruled, "--key", keys[kind], *flags, "--origin",
                                      getattr(pages, who, who), "--method", options.get("method", "GET"), check=False).stdout)
        done = seen[keys[kind]], bool(requests(gateway, ruled, ["OPTIONS"], keys[kind]))
        if done != (said["granted"], said["preflight"]["sent"]):
            wrong[kind] = done, said["granted"], said["preflight"]
    assert not wrong
