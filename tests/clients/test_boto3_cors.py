"""boto3: put_bucket_cors, get_bucket_cors, delete_bucket_cors."""

import botocore.exceptions
import pytest

from answers import refused

RULES = [
    {"ID": "uploads", "AllowedOrigins": ["https://www.example.com", "https://*.example.net"],
     "AllowedMethods": ["PUT", "POST"], "AllowedHeaders": ["content-*", "x-amz-*"], "ExposeHeaders": ["ETag"],
     "MaxAgeSeconds": 3000},
    {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 0},
]


def rule(**change):
    return {"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], **change}]}


@pytest.fixture(params=["s3v4", "s3"], ids=["v4", "v2"])
def client(request, make_boto3, alice):
    return make_boto3(alice, signature_version=request.param)


def test_rules_come_back_as_they_were_put(client, bucket):
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    assert client.get_bucket_cors(Bucket=bucket)["CORSRules"] == RULES


def test_put_replaces_the_whole(client, bucket):
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES[1:]})
    assert client.get_bucket_cors(Bucket=bucket)["CORSRules"] == RULES[1:]


def test_delete(client, bucket):
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    for _ in range(2):
        assert client.delete_bucket_cors(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(client.get_bucket_cors, Bucket=bucket) == ("NoSuchCORSConfiguration", 404)


@pytest.mark.parametrize("rules,code,message", [
    ({"CORSRules": []}, "MalformedXML", None),
    (rule(AllowedMethods=["get"]), "InvalidRequest",
     "Found unsupported HTTP method in CORS config. Unsupported method is get"),
    (rule(AllowedOrigins=["http://*.*"]), "InvalidRequest",
     'AllowedOrigin "http://*.*" can not have more than one wildcard.'),
    (rule(AllowedHeaders=["*-*"]), "InvalidRequest", 'AllowedHeader "*-*" can not have more than one wildcard.'),
    (rule(ExposeHeaders=["x-*"]), "InvalidRequest",
     'ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for ExposeHeader.'),
    (rule(MaxAgeSeconds=-1), "MalformedXML", None),
    ({"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}] * 101}, "InvalidRequest",
     "The number of CORS rules should not exceed allowed limit of 100 rules."),
], ids=["none", "method", "origin", "header", "expose", "max-age", "too many"])
def test_refusal_names_the_fault(client, bucket, rules, code, message):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration=rules)
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400)
    assert message is None or answer["Error"]["Message"] == message
