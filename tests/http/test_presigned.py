"""Presigned URLs that are over, changed, doubled or cut: refused, and nothing is stored."""

import time

import pytest

from claims import host, presigned, refuse
from signing import V2, V4, Request
from wire import refused


def test_presigned_url_replayed_elsewhere(client, bucket):
    for change in ({"path": "/%s/other" % bucket}, {"method": "DELETE"}):
        request = presigned(client, bucket)
        for name, value in change.items():
            setattr(request, name, value)
        refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("added", ["x=y", "acl", "versionId=null", "response-content-type=text%2Fhtml"])
def test_presigned_url_with_a_parameter_added(client, bucket, added):
    client.put(bucket, "key", b"kept")
    request = presigned(client, bucket, "GET", body=b"")
    request.query += "&" + added
    refuse(client, bucket, request, 403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("name,value", [("x-amz-acl", "public-read"), ("x-amz-meta-a", "b"), ("x-amz-copy-source",
                                                                                              "/a/b"),
                                        ("x-amz-date", "20260101T000000Z"), ("x-amz-grant-full-control", "id=x")])
def test_presigned_url_with_an_unsigned_amz_header(client, bucket, name, value):
    """CVE-2026-54330."""
    request = presigned(client, bucket).add(name, value)
    refuse(client, bucket, request, 403, "AccessDenied", "SignatureDoesNotMatch")


def test_presigned_url_with_a_signed_header_that_is_missing(client, bucket):
    request = presigned(client, bucket, headers=[("x-amz-acl", "private")]).drop("x-amz-acl")
    answer = client.exchange(request)
    refused(answer, 403, "SignatureDoesNotMatch", "AccessDenied")


def test_presigned_url_that_is_over(client, bucket):
    request = presigned(client, bucket, how={"at": time.time() - 100}, expires=60)
    refuse(client, bucket, request, 403, "AccessDenied")
    moment = Request("PUT", "/%s/key" % bucket, body=b"x", host=host(client))
    refuse(client, bucket, V2(client.access_key, client.secret_key).presign(moment, -60), 403, "AccessDenied")


def test_presigned_url_that_lasts_until_now(client, bucket):
    assert client.exchange(presigned(client, bucket, how={"at": time.time() - 3000}, expires=3600)).status == 200


def test_presigned_url_of_the_future(client, bucket):
    request = presigned(client, bucket, how={"at": time.time() + 3600})
    refuse(client, bucket, request, 403, "AccessDenied", "RequestTimeTooSkewed")


@pytest.mark.parametrize("expires", ["604801", "-1", "x", "", "1e9",
                         "99999999999999999999", "60 ", "+60", "0x60", "4294967356"])
def test_presigned_url_with_a_bad_time_to_live(client, bucket, expires):
    refuse(client, bucket, presigned(client, bucket, expires=expires), 400, "AuthorizationQueryParametersError")


@pytest.mark.parametrize("name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
                                  "X-Amz-SignedHeaders",
                                  "X-Amz-Signature"])
def test_presigned_url_with_a_parameter_missing(client, bucket, name):
    answer = client.exchange(presigned(client, bucket, drop=(name,)))
    refused(answer, answer.status, "AuthorizationQueryParametersError", "AccessDenied")
    assert answer.status in (400, 403) and client.keys(bucket) == []


@pytest.mark.parametrize("name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
                                  "X-Amz-SignedHeaders",
                                  "X-Amz-Signature"])
@pytest.mark.parametrize("before", [True, False])
def test_presigned_url_with_a_parameter_twice(client, bucket, name, before):
    """Which of the two counts must not depend on who reads."""
    request = presigned(client, bucket, how={"at": time.time() - 100}, expires=60)
    double = {"X-Amz-Expires": "86400", "X-Amz-Date": V4("", "").date}.get(name, "x")
    request.query = "%s=%s&%s" % (name, double, request.query) if before else "%s&%s=%s" % (request.query, name, double)
    answer = client.exchange(request)
    refused(answer, answer.status)
    assert answer.status in (400, 403) and client.keys(bucket) == []


@pytest.mark.parametrize("change", [{"algorithm": "AWS4-HMAC-SHA1"}, {"credential": "x"}, {"credential": "a/b/c/d/e"},
                                    {"date": "x"},
                                    {"signedheaders": ""}, {"signedheaders": "x-other"}, {"signature": ""},
                                    {"signature": "0" * 64}],
                         ids=str)
def test_presigned_url_with_a_malformed_parameter(client, bucket, change):
    answer = client.exchange(presigned(client, bucket, **change))
    refused(answer, answer.status)
    assert answer.status in (400, 403) and client.keys(bucket) == []


def test_presigned_url_with_lower_case_names_is_no_credential(client, bucket):
    request = presigned(client, bucket)
    request.query = request.query.replace("X-Amz-", "x-amz-")
    answer = client.exchange(request)
    refused(answer, answer.status)
    assert answer.status in (400, 403) and client.keys(bucket) == []
