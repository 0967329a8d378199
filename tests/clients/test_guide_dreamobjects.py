"""
The DreamObjects guide "How to setup Cross-Origin Resource Sharing (CORS)": its three policies, put by each way that it shows
(s3cmd, boto with ready XML, a program with boto), and what browsers then ask and see.
"""

import itertools
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

import answers
from answers import ask
from drivers import clean_environment, uri

SITES = ["https://www.example.com", "http://www.example.com", "https://example.com", "http://example.com"]
STRANGER = "https://stranger.example"
METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE"]


def rule(rule_id, origins, methods, allowed_headers, exposed, max_age):
    parts = [("ID", [rule_id]), ("AllowedOrigin", origins), ("AllowedMethod", methods),
             ("AllowedHeader", allowed_headers), ("ExposeHeader", exposed), ("MaxAgeSeconds", [str(max_age)])]
    return "<CORSRule>\n%s\n</CORSRule>\n" % "\n".join(
        "  <%s>%s</%s>" % (name, value, name) for name, values in parts for value in values)


def policy(*rules):
    return "<CORSConfiguration>\n%s</CORSConfiguration>\n" % "".join(rules)


# The page shows the ID with a bare "&", which is no XML, and with a line end in it, which is.
UPLOAD_HEADERS = ["Origin", "Content-Length", "Content-Type", "Content-MD5", "X-Amz-User-Agent", "X-Amz-Date", "Authorization"]
UPLOAD_RULE = rule("example.com: Allow PUT &amp; POST with AWS S3 JS\n        SDK", SITES, ["PUT", "POST"], UPLOAD_HEADERS,
                   ["ETag"], 1800)
POLICIES = {
    "web font": policy(rule("Allow WebFont for example.com", SITES, ["GET", "HEAD"], ["Content-*", "Host"], ["ETag"], 86400)),
    "SDK": policy(UPLOAD_RULE,
                  rule("example.com: Allow GET with AWS S3 JS SDK", ["*"], ["GET", "HEAD"], ["*"], ["ETag"], 1800)),
    "wildcard": policy(rule("Allow\n        everything", ["*"], METHODS, ["*"], [], 30)),
}

# What an upload by version 2 of the SDK for JavaScript asks first; and what it reads of each answer.
SDK_ASKS = "authorization,content-md5,content-type,x-amz-date,x-amz-user-agent"
SDK_ALLOWED = "authorization, content-md5, content-type, x-amz-date, x-amz-user-agent"


@pytest.fixture(scope="module")
def s3cmd(make_s3cmd, alice):
    return make_s3cmd(alice)


@pytest.fixture
def boto_bucket(make_boto, alice, bucket):
    return make_boto(alice).get_bucket(bucket)


@pytest.fixture(scope="module")
def set_with_s3cmd(s3cmd, tmp_path_factory):
    """set_with_s3cmd(bucket, document): what the command said; it may fail."""

    def set_rules(bucket, document):
        rules = tmp_path_factory.mktemp("rules") / "rules.xml"
        rules.write_text(document)
        return s3cmd("setcors", rules, uri(bucket), check=False)

    return set_rules


@pytest.fixture(scope="module")
def deployed(gateway, alice, set_with_s3cmd):
    """A bucket for each policy, by its name, with a key that everybody may read."""
    buckets = {name: name.lower().replace(" ", "-") for name in POLICIES}
    for name, bucket in buckets.items():
        assert ask(gateway, "PUT", "/" + bucket, by=alice).status == 200
        assert ask(gateway, "PUT", "/%s/key" % bucket, body=b"some bytes", by=alice,
                   headers=[("x-amz-acl", "public-read")]).status == 200
        done = set_with_s3cmd(bucket, POLICIES[name])
        assert done.returncode == 0, done.stderr
    return buckets


def preflight(gateway, bucket, *asked):
    return answers.preflight(gateway, "/%s/key" % bucket, *asked)


def rules_of(document):
    """The rules of a document: for each, its elements and their texts by kind, in order."""
    found = []
    for rule_element in ElementTree.fromstring(document):
        texts = {}
        for child in rule_element:
            texts.setdefault(child.tag.rpartition("}")[2], []).append(child.text)
        found.append(texts)
    return found


# The three policies.


@pytest.mark.parametrize("name", POLICIES)
def test_boto_puts_the_policy_and_reads_it_back(boto_bucket, name):
    boto_bucket.set_cors_xml(POLICIES[name])
    assert rules_of(boto_bucket.get_cors_xml()) == rules_of(POLICIES[name])


@pytest.mark.parametrize("name", POLICIES)
def test_s3cmd_sets_the_policy_shows_and_deletes_it(s3cmd, set_with_s3cmd, bucket, name):
    assert set_with_s3cmd(bucket, POLICIES[name]).returncode == 0
    shown = s3cmd("info", uri(bucket)).stdout
    document = shown[shown.index("<CORSConfiguration"):shown.index("</CORSConfiguration>")] + "</CORSConfiguration>"
    assert rules_of(document) == rules_of(POLICIES[name])

    s3cmd("delcors", uri(bucket))
    assert "CORS:      none" in s3cmd("info", uri(bucket)).stdout


def test_bare_ampersand_of_the_page_is_refused(s3cmd, set_with_s3cmd, bucket):
    refused = set_with_s3cmd(bucket, POLICIES["SDK"].replace("&amp;", "&"))
    assert refused.returncode != 0 and "MalformedXML" in refused.stderr
    assert "CORS:      none" in s3cmd("info", uri(bucket)).stdout


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("origin", SITES)
def test_font_loads_for_the_site(gateway, deployed, origin, method):
    """A font is fetched with an Origin and without a preflight."""
    answer = ask(gateway, method, "/%s/key" % deployed["web font"], unsigned=[("Origin", origin)])
    assert answer.status == 200
    assert answer.access_control() == {"Allow-Origin": origin, "Allow-Credentials": "true", "Allow-Methods": "GET, HEAD",
                                       "Expose-Headers": "ETag", "Max-Age": "86400"}


def test_font_does_not_load_for_a_stranger(gateway, deployed):
    answer = ask(gateway, "GET", "/%s/key" % deployed["web font"], unsigned=[("Origin", STRANGER)])
    assert (answer.status, answer.body, answer.access_control()) == (200, b"some bytes", {})


@pytest.mark.parametrize("origin,method,headers,status", [
    (SITES[0], "GET", "content-type", 200), (SITES[3], "HEAD", "Content-Disposition,Host", 200),
    (SITES[0], "GET", "range", 403), (SITES[0], "PUT", None, 403), (STRANGER, "GET", None, 403),
    ("https://cdn.example.com", "GET", None, 403), (SITES[0] + ":443", "GET", None, 403)])
def test_font_policy_at_a_preflight(gateway, deployed, origin, method, headers, status):
    answer = preflight(gateway, deployed["web font"], origin, method, headers)
    assert answer.status == status
    assert answer.access_control().get("Allow-Origin") == (origin if status == 200 else None)


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("origin", SITES)
def test_sdk_may_upload_from_the_site(gateway, deployed, origin, method):
    answer = preflight(gateway, deployed["SDK"], origin, method, SDK_ASKS)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.access_control() == {
        "Allow-Origin": origin, "Allow-Credentials": "true", "Allow-Methods": "PUT, POST", "Allow-Headers": SDK_ALLOWED,
        "Expose-Headers": "ETag", "Max-Age": "1800"}


@pytest.mark.parametrize("origin,method,headers", [
    (STRANGER, "PUT", SDK_ASKS), (STRANGER, "POST", None), (SITES[0], "DELETE", SDK_ASKS),
    (SITES[0], "PUT", SDK_ASKS + ",x-amz-content-sha256"), (SITES[0], "PUT", "x-amz-acl")])
def test_sdk_policy_refuses_what_it_does_not_name(gateway, deployed, origin, method, headers):
    answer = preflight(gateway, deployed["SDK"], origin, method, headers)
    assert (answer.status, answer.code, answer.access_control()) == (403, "AccessForbidden", {})


@pytest.mark.parametrize("origin", SITES + [STRANGER])
def test_sdk_may_download_from_anywhere(gateway, deployed, origin):
    """The second rule, also for the sites that the first one names."""
    answer = preflight(gateway, deployed["SDK"], origin, "GET", "authorization,x-amz-date,x-anything")
    assert answer.access_control() == {
        "Allow-Origin": "*", "Allow-Methods": "GET, HEAD", "Allow-Headers": "authorization, x-amz-date, x-anything",
        "Expose-Headers": "ETag", "Max-Age": "1800"}


def test_sdk_uploads_and_reads_the_etag(gateway, alice, deployed):
    path = "/%s/uploaded" % deployed["SDK"]
    uploaded = ask(gateway, "PUT", path, body=b"some bytes", by=alice, unsigned=[("Origin", SITES[0])])
    assert (uploaded.status, uploaded.access_control()["Expose-Headers"]) == (200, "ETag")
    downloaded = ask(gateway, "GET", path, by=alice, unsigned=[("Origin", STRANGER)])
    assert (downloaded.body, downloaded.header("ETag")) == (b"some bytes", uploaded.header("ETag"))
    assert (downloaded.access_control()["Allow-Origin"], downloaded.access_control()["Expose-Headers"]) == ("*", "ETag")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("origin", [SITES[0], STRANGER, "http://localhost:3000", "null"])
def test_wildcard_policy_allows_everything_but_exposes_nothing(gateway, deployed, origin, method):
    answer = preflight(gateway, deployed["wildcard"], origin, method, "X-Anything,content-type")
    assert answer.access_control() == {"Allow-Origin": "*", "Allow-Methods": ", ".join(METHODS),
                                       "Allow-Headers": "x-anything, content-type", "Max-Age": "30"}


def test_wildcard_policy_knows_five_methods(gateway, deployed):
    assert preflight(gateway, deployed["wildcard"], STRANGER, "PATCH").status == 400


def test_no_wildcard_is_built_in(gateway, bucket):
    """DreamObjects allowed any origin where nothing was configured, until it had to take that away."""
    assert preflight(gateway, bucket, SITES[0], "GET").code == "AccessForbidden"


# The program that makes a configuration: it reads what is there, adds its rule, drops repeats, and puts the result.

GUIDE_PROGRAM = '''
import itertools
import sys
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
corsobj.add_rule(methods, origins, id=id, allowed_header=ahdr, max_age_seconds=3600, expose_header=ehdr)

def CORSRule_eq(self, other):
    return self.__dict__ == other.__dict__

if deduplicate == "yes":
    boto.s3.cors.CORSRule.__eq__ = CORSRule_eq
    corsobj = boto.s3.cors.CORSConfiguration([key for key, _ in itertools.groupby(corsobj)])
bucket.set_cors(corsobj)
'''


@pytest.fixture
def run_program(gateway, alice, bucket, tmp_path):
    """run_program(deduplicate): what it printed on its error output is shown when it fails."""

    def run(deduplicate="yes"):
        done = subprocess.run(["/usr/bin/python3", "-c", GUIDE_PROGRAM, str(gateway.port), alice.access_key,
                               alice.secret_key, bucket, deduplicate],
                              env=clean_environment(tmp_path), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    return run


@pytest.mark.parametrize("deduplicate", ["yes", "no"])
def test_program_run_twice_leaves_one_rule(run_program, boto_bucket, deduplicate):
    """boto marks a rule that it has read, so that the program never finds it equal to its own and sends both."""
    run_program(deduplicate)
    first = boto_bucket.get_cors_xml()
    assert [found["ID"] for found in rules_of(first)] == [["DH-CORS-Example-ID1234"]]
    run_program(deduplicate)
    assert boto_bucket.get_cors_xml() == first


def test_program_keeps_the_rules_of_others(run_program, boto_bucket):
    boto_bucket.set_cors_xml(POLICIES["web font"])
    for _ in range(2):
        run_program()
    assert [found["ID"] for found in rules_of(boto_bucket.get_cors_xml())] == [
        ["Allow WebFont for example.com"], ["DH-CORS-Example-ID1234"]]


def test_program_opens_the_bucket_to_its_domains(gateway, run_program, bucket):
    run_program()
    for scheme, prefix, domain in itertools.product(["http", "https"], ["", "www."], ["example.com", "example.net"]):
        origin = scheme + "://" + prefix + domain
        answer = preflight(gateway, bucket, origin, "PUT", "authorization,content-type,x-amz-date,x-amz-content-sha256")
        assert answer.access_control() == {
            "Allow-Origin": origin, "Allow-Credentials": "true", "Allow-Methods": ", ".join(METHODS),
            "Allow-Headers": "authorization, content-type, x-amz-date, x-amz-content-sha256",
            "Expose-Headers": "ETag, Content-MD5", "Max-Age": "3600"}
    assert preflight(gateway, bucket, STRANGER, "PUT").code == "AccessForbidden"
