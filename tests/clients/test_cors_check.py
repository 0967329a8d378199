"""`crossgate cors check` beside a gateway on the same store: what it says of a request is what the gateway answers."""

import json
import random
import subprocess

import pytest

from answers import ask, preflight
from launcher import Gateway, program
from readme import README

RULES = """<CORSConfiguration>
  <CORSRule>
    <ID>public</ID><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
  </CORSRule>
  <CORSRule>
    <ID>uploads</ID><AllowedOrigin>https://www.example.com</AllowedOrigin><AllowedOrigin>https://*.example.net/</AllowedOrigin>
    <AllowedMethod>PUT</AllowedMethod><AllowedHeader>content-*</AllowedHeader>
    <ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>3000</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>"""
SITE = "https://www.example.com"


def flags(origin, method, *headers):
    given = ["--origin", origin, "--method", method]
    for header in headers:
        given += ["--header", header]
    return given


@pytest.fixture(scope="module")
def ruled(gateway, alice):
    assert ask(gateway, "PUT", "/checked", by=alice).status == 200
    assert ask(gateway, "PUT", "/checked", "cors=", body=RULES.encode(), by=alice).status == 200
    return "checked"


def check(gateway, bucket, *arguments):
    """What is printed, and the exit status."""
    done = gateway.run("cors", "check", "--bucket", bucket, *arguments, check=False)
    assert done.stderr == ""
    return done.stdout, done.returncode


def explain(gateway, bucket, *arguments):
    printed, status = check(gateway, bucket, "--json", *arguments)
    said = json.loads(printed)
    assert status == (0 if said["granted"] else 1)
    return said


def asks(gateway, bucket, said):
    """Ask the gateway what the explanation says that the browser sends; compare the answers."""
    names = said["preflight"].get("request_headers") or None
    answer = preflight(gateway, "/%s/key" % bucket, said["origin"], said["method"], names)
    if said["preflight"]["sent"]:
        assert said["preflight"]["status"] == answer.status
        assert said["preflight"]["code"] == answer.code
        assert allowed(said["preflight"]["headers"]) == answer.access_control()
        assert said["granted"] == (answer.status == 200)
    answer = ask(gateway, said["method"], "/%s/key" % bucket, headers=[("Origin", said["origin"])])
    assert allowed(said["request"]["headers"]) == answer.access_control()
    return said


def allowed(headers):
    """As Answer.access_control has them."""
    start = "Access-Control-"
    return {name[len(start):]: value for name, value in headers.items() if name.startswith(start)}


# In a person's words.


def test_granted(gateway, ruled):
    printed, status = check(gateway, ruled, *flags(SITE, "PUT", "Content-Type"), "--key", "a/b")
    assert status == 0
    assert printed.splitlines() == [
        'Granted: rule 2 "uploads" of bucket "checked" takes PUT from https://www.example.com with content-type.',
        'The browser sends a preflight first (the method is not GET, HEAD or POST):',
        '    OPTIONS /checked/a/b',
        '    Origin: https://www.example.com',
        '    Access-Control-Request-Method: PUT',
        '    Access-Control-Request-Headers: content-type',
        'It is answered 200 with',
        '    Access-Control-Allow-Origin: https://www.example.com',
        '    Access-Control-Allow-Credentials: true',
        '    Access-Control-Allow-Methods: PUT',
        '    Access-Control-Allow-Headers: content-type',
        '    Access-Control-Expose-Headers: ETag',
        '    Access-Control-Max-Age: 3000',
        '    Vary: Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
        'The request itself is answered, errors too, with',
        '    Access-Control-Allow-Origin: https://www.example.com',
        '    Access-Control-Allow-Credentials: true',
        '    Access-Control-Allow-Methods: PUT',
        '    Access-Control-Expose-Headers: ETag',
        '    Access-Control-Max-Age: 3000',
        '    Vary: Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
        'rule 1 "public": method: it allows GET, and not PUT.',
        'rule 2 "uploads": answers']


def test_no_preflight(gateway, ruled):
    printed, status = check(gateway, ruled, *flags("https://anybody.example", "GET"))
    assert status == 0
    assert "Granted: rule 1 " in printed and "The browser sends no preflight" in printed and "OPTIONS" not in printed


def test_example_of_the_readme(gateway, alice, bucket_name):
    """It is refused as the README shows."""
    rules = RULES.replace("<AllowedMethod>GET", "<AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD")
    ask(gateway, "PUT", "/" + bucket_name, by=alice)
    gateway.run("cors", "set", bucket_name, input=rules.replace(SITE, "http://www.example.com"))
    printed, status = check(gateway, bucket_name, *flags(SITE, "PUT", "Content-Type"))
    assert status == 1
    for line in printed.splitlines()[:3]:
        assert "    %s\n" % line.replace(bucket_name, "fonts") in README


@pytest.mark.parametrize("arguments, said", [
    (flags("http://www.example.com", "PUT"), 'it has https, the page http. Write "http://www.example.com", or add it.'),
    (flags("https://www.example.com:8443", "PUT"), "it has no port, the page 8443."),
    (flags("https://example.com", "PUT"), "it has www. in front, the page not."),
    (flags("https://a.www.example.com", "PUT"), "the page is on a sub-domain of it."),
    (flags("https://www.example.com/", "PUT"), 'it takes "https://www.example.com", which is what a browser sends.'),
    (flags("https://a.example.net", "PUT"), "it ends in a slash, which no browser sends."),
    (flags(SITE, "DELETE"), "Add <AllowedMethod>DELETE</AllowedMethod>."),
    (flags(SITE, "PUT", "x-amz-acl: private"), "it does not allow the header x-amz-acl. Add <AllowedHeader>x-amz-*</A"),
    (flags(SITE, "put"), "Ask with PUT: "),
    (flags(SITE, "PATCH"), "rules know GET, PUT, POST, DELETE and HEAD, and not PATCH."),
])
def test_refused(gateway, ruled, arguments, said):
    printed, status = check(gateway, ruled, *arguments)
    lines = printed.splitlines()
    assert status == 1 and lines[0].startswith('Refused: no rule of bucket "checked" takes ')
    assert said in lines[1]
    assert any(line.startswith("It is answered 40") for line in lines)


def test_bucket_without_rules_and_bucket_missing(gateway, alice, bucket_name):
    ask(gateway, "PUT", "/" + bucket_name, by=alice)
    printed, status = check(gateway, bucket_name, *flags(SITE, "PUT"))
    assert status == 1 and 'bucket "%s" has no rules.' % bucket_name in printed.splitlines()[0]
    assert "CORSResponse: CORS is not enabled for this bucket." in printed
    printed, status = check(gateway, "no-such-bucket", *flags(SITE, "GET"))
    assert status == 1 and 'bucket "no-such-bucket" does not exist.' in printed.splitlines()[0]
    assert "answered without CORS headers" in printed


def test_nothing_is_printed_that_moves_a_terminal(gateway, alice, bucket_name):
    ask(gateway, "PUT", "/" + bucket_name, by=alice)
    rules = RULES.replace("uploads", "a\nb\u009bc\u202ed").replace("www.example.com", "w\u0085ww.example.com")
    assert gateway.run("cors", "set", bucket_name, input=rules).returncode == 0
    for arguments in (flags(SITE, "PUT"), flags("https://w\u0085ww.example.com", "PUT"), flags(SITE, "GET", "x\x1b[2J")):
        printed, _ = check(gateway, bucket_name, *arguments, "--key", "\u202ekey\x1b[2J")
        assert not any(c != "\n" and not c.isprintable() for c in printed)
        printed, _ = check(gateway, bucket_name, *arguments, "--json")
        assert printed.isascii() and json.loads(printed)


@pytest.mark.parametrize("arguments", [
    [], flags(SITE, "PUT"), ["--bucket", "b", "--origin", SITE], ["--bucket", "b", "--method", "PUT"],
    ["--bucket", "b", *flags("https://a\r\nb", "PUT")], ["--bucket", "b", *flags(SITE, "")],
    ["--bucket", "b", *flags(SITE, "PUT"), "more"], ["--bucket", "b", *flags(SITE, "PUT"), "--strict"],
    ["--bucket", "b", *flags(SITE, "PUT", ",".join("x-%d" % n for n in range(101)))]])
def test_wrong_usage(gateway, arguments):
    done = gateway.run("cors", "check", *arguments, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


# It agrees with the gateway.


def test_in_json(gateway, ruled):
    said = asks(gateway, ruled, explain(gateway, ruled, *flags(SITE, "PUT", "x-b", "Content-Type", "Accept", "Cookie")))
    assert said["closest"] == said["explanation"][1] == {
        "rule": 2, "id": "uploads", "matches": False, "failed": "header", "near": None,
        "message": "it does not allow the header x-b", "advice": "Add <AllowedHeader>x-b</AllowedHeader>."}
    assert said["advice"] == said["closest"]["advice"]
    assert (said["rules"], said["bucket_exists"], said["answering"]) == ("bucket", True, None)
    assert said["preflight"]["request_headers"] == "content-type,x-b"
    assert said["notes"] == ["A page cannot set the header Cookie: the browser drops it."]
    said = asks(gateway, ruled, explain(gateway, ruled, *flags("http://www.example.com", "PUT")))
    assert [reason["near"] for reason in said["explanation"]] == [None, "scheme"]


ORIGINS = ["https://a.example", "http://a.example", "https://www.a.example", "https://a.example:8080", "null", "*",
           "https://*.a.example", "https://a.example/"]
METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"]
NAMES = ["content-type", "x-*", "x-amz-meta-a", "*", "authorization"]


def random_rules(chance):
    def some(element, texts, least):
        return "".join("<%s>%s</%s>" % (element, text, element)
                       for text in chance.sample(texts, chance.randint(least, 3)))

    rules = "".join("<CORSRule>%s%s%s</CORSRule>" % (
        some("AllowedOrigin", ORIGINS, 1), some("AllowedMethod", METHODS, 1), some("AllowedHeader", NAMES, 0))
        for _ in range(chance.randint(1, 4)))
    return "<CORSConfiguration>%s</CORSConfiguration>" % rules


@pytest.mark.parametrize("seed", range(8))
def test_random_rules_and_requests(gateway, alice, bucket_name, seed):
    chance = random.Random(seed)
    ask(gateway, "PUT", "/" + bucket_name, by=alice)
    assert ask(gateway, "PUT", "/" + bucket_name, "cors=", body=random_rules(chance).encode(), by=alice).status == 200
    for _ in range(12):
        headers = chance.sample(["content-type", "x-a", "x-amz-meta-a", "Authorization", "Accept"], chance.randint(0, 2))
        said = asks(gateway, bucket_name, explain(gateway, bucket_name, *flags(
            chance.choice(ORIGINS), chance.choice(METHODS + ["PATCH"]), *headers)))
        matching = [reason for reason in said["explanation"] if reason["matches"]]
        assert said["answering"] == (matching[0] if matching else None)


# The service's rules.

CONFIGURATION = """[crossgate]
log_level = debug
[cors]
allowed_origin = https://horizon.example.com:443, https://never.example.com/
allow_methods = GET, PATCH
allow_headers = x-auth-token
expose_headers = x-subject-token
max_age = 60
[cors.open]
allowed_origin = *
allow_methods = GET
"""


@pytest.fixture(scope="module")
def serviced(tmp_path_factory):
    """A gateway with rules for the whole service, and the file that has them."""
    folder = tmp_path_factory.mktemp("serviced")
    file = folder / "crossgate.ini"
    file.write_text(CONFIGURATION)
    gateway = Gateway(folder / "data", ["--config", str(file)]).start()
    gateway.file = str(file)
    yield gateway
    gateway.kill()


@pytest.mark.parametrize("arguments, granted, failed", [
    (flags("https://horizon.example.com", "PATCH", "X-Auth-Token"), True, [None, "origin"]),
    (flags("https://horizon.example.com", "GET", "Content-Type"), True, [None, "origin"]),
    (flags("https://horizon.example.com", "DELETE"), False, ["method", "origin"]),
    (flags("https://horizon.example.com", "GET", "x-other"), False, ["header", "origin"]),
    (flags("http://horizon.example.com", "PATCH"), False, ["origin", "method"]),
    (flags("https://never.example.com", "GET"), True, ["origin", None]),
])
def test_service_rules(serviced, arguments, granted, failed):
    for bucket in ("missing", "none"):
        said = asks(serviced, bucket, explain(serviced, bucket, "--config", serviced.file, *arguments))
        assert (said["granted"], said["rules"], said["bucket_exists"]) == (granted, "service", False)
        assert [reason["section"] for reason in said["explanation"]] == ["cors", "cors.open"]
        assert [reason["failed"] for reason in said["explanation"]] == failed


def test_service_rules_of_the_list_of_buckets(serviced):
    done = serviced.run("cors", "check", "--config", serviced.file, *flags("https://horizon.example.com", "PATCH"))
    assert done.stdout.startswith("Granted: [cors] of the service's rules takes PATCH from https://horizon.example.com.\n"
                                  "They stand in for the list of buckets, which has no rules of its own.\n")
    assert "never.example.com/' can never match" in done.stdout


def test_rules_of_the_bucket_come_first(serviced):
    ask(serviced, "PUT", "/own", by=serviced)
    serviced.run("cors", "set", "own", input=RULES)
    said = asks(serviced, "own", explain(serviced, "own", "--config", serviced.file, *flags(
        "https://horizon.example.com", "PATCH")))
    assert (said["granted"], said["rules"], said["preflight"]["code"]) == (False, "bucket", "BadRequest")
    serviced.run("cors", "delete", "own")
    assert explain(serviced, "own", "--config", serviced.file, *flags("https://horizon.example.com", "PATCH"))["granted"]


def test_store_of_the_configuration(serviced, tmp_path):
    file = tmp_path / "crossgate.ini"
    file.write_text(CONFIGURATION.replace("[cors]", "%s = %s\n[cors]" % (serviced.store[0][2:], serviced.store[1])))
    done = subprocess.run([program(), "cors", "check", "--config", str(file), "--bucket", "b",
                           *flags("https://horizon.example.com", "PATCH")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    file.write_text("[cors]\nallowed_origin = *\nmax_age = -1\n")
    done = subprocess.run([program(), "cors", "check", "--config", str(file), *flags(SITE, "GET")], capture_output=True,
                          text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "") and "crossgate.ini:3: [cors] max_age" in done.stderr
