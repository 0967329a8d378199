"""The signer of these tests against botocore's, so that a refusal is never the test's own mistake."""

import hashlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from signing import V2, V4, Request

CREDENTIALS = botocore.credentials.Credentials("AKIAEXAMPLE", "secret/with+odd=bytes")
CASES = [
    ("GET", "/bucket/key", "", b""),
    ("GET", "/bucket", "prefix=a%2Fb&list-type=2", b""),
    ("PUT", "/bucket/a%20b/%C3%A4~._-%2B//x", "", b"hello"),
    ("PUT", "/bucket", "cors=", b"<CORSConfiguration/>"),
]


@pytest.mark.parametrize("method,path,query,body", CASES)
def test_v4_header_is_what_botocore_computes(method, path, query, body):
    request = Request(method, path, query, [("x-amz-meta-spaces", "a  b   c")], body, host="127.0.0.1:9000")
    signer = V4("AKIAEXAMPLE", CREDENTIALS.secret_key, date="20260102T030405Z")
    signer.header(request)

    theirs = botocore.awsrequest.AWSRequest(method, "http://127.0.0.1:9000" + path + ("?" + query if query else ""),
                                            data=body, headers={"x-amz-meta-spaces": "a  b   c",
                                                                "X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest(),
                                                                "X-Amz-Date": "20260102T030405Z"})
    theirs.context["timestamp"] = "20260102T030405Z"
    auth = botocore.auth.S3SigV4Auth(CREDENTIALS, "s3", "us-east-1")
    text = auth.string_to_sign(theirs, auth.canonical_request(theirs))
    assert signer.string_to_sign == text
    assert signer.signature == auth.signature(text, theirs)


@pytest.mark.parametrize("method,path,query", [("GET", "/bucket/key", ""), ("PUT", "/bucket/", "cors"),
                                               ("GET", "/bucket/k", "versionId=3&acl&prefix=x")])
def test_v2_header_is_what_botocore_computes(method, path, query):
    request = Request(method, path, query, [("x-amz-meta-a", "b"), ("Content-Type", "text/plain")])
    V2("AKIAEXAMPLE", CREDENTIALS.secret_key, at=1767323045).header(request)
    headers = botocore.awsrequest.HTTPHeaders()
    for name, value in request.headers:
        if name != "Authorization":
            headers[name] = value
    theirs = botocore.auth.HmacV1Auth(CREDENTIALS)
    theirs._get_date = lambda: request.header("Date")
    split = botocore.auth.urlsplit("http://127.0.0.1" + path + ("?" + query if query else ""))
    signature = theirs.get_signature(method, split, headers, auth_path=path)
    assert request.header("Authorization") == "AWS AKIAEXAMPLE:" + signature
