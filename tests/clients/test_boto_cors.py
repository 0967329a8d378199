"""Both ways of the DreamObjects guide to deploy rules with boto: ready XML, and a configuration built in a program."""

import subprocess

import boto.exception
import boto.s3.cors
import pytest

from drivers import clean_environment

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

# The guide's program: it reads what is there, adds its rule, drops repeats, and puts the result.
GUIDE_PROGRAM = '''
import itertools
import sys
import boto.exception
import boto.s3.connection
import boto.s3.cors

port, access_key, secret_key, bucket_name, deduplicate = sys.argv[1:]
conn = boto.s3.connection.S3Connection(
    host="127.0.0.1", port=int(port), is_secure=False, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
    calling_format=boto.s3.connection.OrdinaryCallingFormat())
bucket = conn.get_bucket(bucket_name)
try:
    corsobj = bucket.get_cors()
except boto.exception.S3ResponseError as missing:
    assert missing.error_code == "NoSuchCORSConfiguration", missing
    corsobj = boto.s3.cors.CORSConfiguration()

id = "DH-CORS-Example-ID1234"
domains = ["example.com", "example.net"]
methods = ["GET", "HEAD", "PUT", "POST", "DELETE"]
ahdr = ["Authorization", "Content-*", "X-Amz-*", "Origin", "Host"]
ehdr = ["ETag", "Content-MD5"]
origins = ["{0}://{1}{2}".format(*t) for t in itertools.product(["http", "https"], ["", "www."], domains)]
corsobj.add_rule(methods, origins, id=id, allowed_header=ahdr, max_age_seconds=3000, expose_header=ehdr)

def CORSRule_eq(self, other):
    return self.__dict__ == other.__dict__

if deduplicate == "yes":
    boto.s3.cors.CORSRule.__eq__ = CORSRule_eq
    corsobj = boto.s3.cors.CORSConfiguration([key for key, _ in itertools.groupby(corsobj)])
bucket.set_cors(corsobj)
'''


@pytest.fixture
def boto_bucket(make_boto, alice, bucket):
    return make_boto(alice).get_bucket(bucket)


@pytest.fixture
def run_guide(gateway, alice, bucket, tmp_path):
    """Runs the guide's program."""

    def run(deduplicate="yes"):
        done = subprocess.run(["/usr/bin/python3", "-c", GUIDE_PROGRAM, str(gateway.port), alice.access_key,
                               alice.secret_key, bucket, deduplicate],
                              env=clean_environment(tmp_path), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    return run


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


@pytest.mark.parametrize("deduplicate", ["yes", "no"])
def test_guide_program_run_twice_leaves_one_rule(run_guide, boto_bucket, deduplicate):
    """boto marks a rule that it has read, so that the program never finds it equal to its own and sends both."""
    run_guide(deduplicate)
    first = boto_bucket.get_cors_xml()
    assert len(read(boto_bucket)) == 1
    run_guide(deduplicate)
    assert boto_bucket.get_cors_xml() == first


def test_guide_rules_answer_a_preflight(gateway, run_guide, bucket, curl):
    run_guide()
    answer = curl.plain("-i", "-X", "OPTIONS", "-H", "Origin: https://www.example.net",
                        "-H", "Access-Control-Request-Method: PUT",
                        "-H", "Access-Control-Request-Headers: authorization,content-type,x-amz-date",
                        curl.url(bucket, "upload")).stdout
    assert answer.startswith("HTTP/1.1 200")
    assert "Access-Control-Allow-Origin: https://www.example.net\r\n" in answer
    assert "Access-Control-Allow-Methods: GET, HEAD, PUT, POST, DELETE\r\n" in answer
    assert "Access-Control-Allow-Headers: authorization, content-type, x-amz-date\r\n" in answer
    assert "Access-Control-Expose-Headers: ETag, Content-MD5\r\n" in answer
