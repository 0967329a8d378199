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
    print(len(corsobj))
bucket.set_cors(corsobj)
'''


@pytest.fixture
def boto_bucket(make_boto, alice, bucket):
    return make_boto(alice).get_bucket(bucket)


@pytest.fixture
def run_guide(gateway, alice, bucket, tmp_path):
    """Runs the guide's program and returns how many rules it puts."""

    def run(deduplicate="yes"):
        done = subprocess.run(["/usr/bin/python3", "-c", GUIDE_PROGRAM, str(gateway.port), alice.access_key,
                               alice.secret_key, bucket, deduplicate],
                              env=clean_environment(tmp_path), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def test_ready_xml_is_put_and_read(boto_bucket):
    boto_bucket.set_cors_xml(READY_XML)
    rules = boto_bucket.get_cors()
    assert len(rules) == 1
    assert vars(rules[0]) == {
        "id": "Allow WebFont for example.com", "allowed_method": ["GET", "HEAD"],
        "allowed_origin": ["http://www.example.com", "https://example.com"], "allowed_header": ["Content-*"],
        "expose_header": ["ETag"], "max_age_seconds": 3000}


def test_configuration_object_is_put_and_read(boto_bucket):
    sent = boto.s3.cors.CORSConfiguration()
    sent.add_rule("PUT", "https://www.example.com", allowed_header="*", max_age_seconds=0)
    sent.add_rule("GET", "*")
    boto_bucket.set_cors(sent)
    assert [vars(rule) for rule in boto_bucket.get_cors()] == [
        {"id": None, "allowed_method": ["PUT"], "allowed_origin": ["https://www.example.com"],
         "allowed_header": ["*"], "expose_header": [], "max_age_seconds": 0},
        {"id": None, "allowed_method": ["GET"], "allowed_origin": ["*"], "allowed_header": [], "expose_header": [],
         "max_age_seconds": None}]


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


def test_guide_program_run_twice_leaves_one_rule(run_guide, boto_bucket):
    assert run_guide() == "1"
    first = boto_bucket.get_cors_xml()
    assert run_guide() == "1", "what was read back is not equal to what was put"
    assert boto_bucket.get_cors_xml() == first
    assert len(boto_bucket.get_cors()) == 1


def test_repeat_of_a_whole_rule_is_stored_once(run_guide, boto_bucket):
    run_guide()
    run_guide(deduplicate="no")
    assert len(boto_bucket.get_cors()) == 1


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
