"""boto and CORS rules: ready XML, and a configuration built in a program."""

import boto.exception
import boto.s3.cors
import pytest

READY_XML = """<CORSConfiguration>
  <CORSRule>
    <ID>Allow WebFont for example.com</ID>
    <AllowedOrigin>http://www.example.com</AllowedOrigin>
    <AllowedOrigin>https://example.com</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>HEAD</AllowedMethod>
    <AllowedHeader>Content-*</AllowedHeader>
    <ExposeHeader>ETag</ExposeHeader>
    <MaxAgeSeconds>3000</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>"""


@pytest.fixture
def boto_bucket(make_boto, alice, bucket):
    return make_boto(alice).get_bucket(bucket)


def read(boto_bucket):
    """The rules as dictionaries, without the attribute that boto's parser leaves on what it has read."""
    return [{name: value for name, value in vars(rule).items() if name != "CORSRule"} for rule in boto_bucket.get_cors()]


def test_ready_xml_is_put_and_read(boto_bucket):
    boto_bucket.set_cors_xml(READY_XML)
    assert read(boto_bucket) == [{
        "id": "Allow WebFont for example.com", "allowed_method": ["GET", "HEAD"],
        "allowed_origin": ["http://www.example.com", "https://example.com"], "allowed_header": ["Content-*"],
        "expose_header": ["ETag"], "max_age_seconds": 3000}]


def test_configuration_object_is_put_and_read(boto_bucket):
    sent = boto.s3.cors.CORSConfiguration()
    sent.add_rule("PUT", "https://www.example.com", allowed_header=["*"], max_age_seconds=60, id="uploads")
    sent.add_rule("GET", "*", allowed_header=[])
    boto_bucket.set_cors(sent)
    assert read(boto_bucket) == [vars(rule) for rule in sent]


def test_absent_rules_are_an_error(boto_bucket):
    with pytest.raises(boto.exception.S3ResponseError) as refused:
        boto_bucket.get_cors()
    assert (refused.value.status, refused.value.error_code) == (404, "NoSuchCORSConfiguration")


def test_rules_are_deleted(boto_bucket):
    boto_bucket.set_cors_xml(READY_XML)
    assert boto_bucket.delete_cors()
    assert boto_bucket.delete_cors(), "deleting what is not there"
    with pytest.raises(boto.exception.S3ResponseError):
        boto_bucket.get_cors()
