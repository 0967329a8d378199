"""`crossgate cors …` beside a gateway that serves the same store: what it says is what the gateway does."""

import json
import re
import subprocess

import pytest

from answers import ask, preflight
from launcher import CLUSTER, ROOT, program

RULES = """<CORSConfiguration>
  <CORSRule>
    <ID>uploads</ID>
    <AllowedOrigin>https://www.example.com</AllowedOrigin>
    <AllowedMethod>PUT</AllowedMethod>
    <AllowedHeader>content-*</AllowedHeader>
    <ExposeHeader>ETag</ExposeHeader>
    <MaxAgeSeconds>3000</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>"""
UNWISE = RULES.replace("www.example.com", "www.example.com/")


@pytest.fixture
def bucket(gateway, alice, bucket_name):
    assert ask(gateway, "PUT", "/" + bucket_name, by=alice).status == 200
    return bucket_name


def cors(gateway, *arguments, **more):
    return gateway.run("cors", *arguments, check=False, **more)


def lint(*arguments, document=RULES):
    """Without any store."""
    return subprocess.run([program(), "cors", "lint", *arguments], input=document, capture_output=True, text=True,
                          timeout=60)


def preflight_status(gateway, bucket):
    return preflight(gateway, "/" + bucket, "https://www.example.com", "PUT").status


def refused(done, code, *, message=""):
    """One clear line, with S3's code and message."""
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("crossgate: %s: " % code) and message in done.stderr
    assert done.stderr.count("\n") == 1
    return True


# get, set, delete


def test_set_counts_for_the_next_preflight(gateway, bucket):
    for _ in range(3):
        assert preflight_status(gateway, bucket) == 403
        done = cors(gateway, "set", bucket, "-", input=RULES)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert preflight_status(gateway, bucket) == 200
        assert cors(gateway, "delete", bucket).returncode == 0


def test_set_reads_a_file_and_standard_input(gateway, bucket, tmp_path):
    file = tmp_path / "rules.xml"
    file.write_text(RULES)
    for arguments, given in [([str(file)], None), (["-"], RULES), ([], RULES)]:
        assert cors(gateway, "set", bucket, *arguments, input=given).returncode == 0
        assert preflight_status(gateway, bucket) == 200
        cors(gateway, "delete", bucket)


def test_get_prints_what_getbucketcors_answers(gateway, alice, bucket):
    assert ask(gateway, "PUT", "/" + bucket, "cors=", body=RULES.encode(), by=alice).status == 200
    printed = cors(gateway, "get", bucket)
    assert printed.returncode == 0
    assert printed.stdout.encode() == ask(gateway, "GET", "/" + bucket, "cors=", by=alice).body + b"\n"
    assert cors(gateway, "set", bucket, input=printed.stdout).returncode == 0


def test_get_prints_no_control_character(gateway, alice, bucket):
    rules = RULES.replace("uploads", "&#x9b;2J&#x7f;&#x202e;")
    cors(gateway, "set", bucket, input=rules)
    printed = cors(gateway, "get", bucket).stdout
    assert "<ID>&#x9B;2J&#x7F;&#x202E;</ID>" in printed
    cors(gateway, "set", bucket, input=printed)
    assert "\u009b2J\u007f\u202e" in ask(gateway, "GET", "/" + bucket, "cors=", by=alice).body.decode()


def test_get_without_rules(gateway, bucket):
    assert refused(cors(gateway, "get", bucket), "NoSuchCORSConfiguration")


def test_delete_counts_at_once_and_also_without_rules(gateway, alice, bucket):
    cors(gateway, "set", bucket, input=RULES)
    for _ in range(2):
        assert cors(gateway, "delete", bucket).returncode == 0
        assert ask(gateway, "GET", "/" + bucket, "cors=", by=alice).code == "NoSuchCORSConfiguration"


@pytest.mark.parametrize("verb", ["get", "set", "delete"])
def test_missing_bucket(gateway, verb):
    assert refused(cors(gateway, verb, "no-such\x1b[2Jbucket", input=RULES), "NoSuchBucket", message="u{1B}[2Jbucket")


@pytest.mark.parametrize("document", [
    "", "<CORSConfiguration/>", RULES + " " * 65536, RULES.replace("PUT", "PATCH"), RULES.replace("ETag", "*"),
    RULES.replace("www", "*.*"), RULES.replace("<ID>", "<!DOCTYPE x><ID>"), RULES.replace("PUT", "\x1b[2J")],
    ids=["empty", "no rule", "too long", "method", "exposed", "origin", "document type", "control character"])
def test_set_refuses_as_putbucketcors_does(gateway, alice, bucket, document):
    cors(gateway, "set", bucket, input=RULES)
    answer = ask(gateway, "PUT", "/" + bucket, "cors=", body=document.encode(), by=alice)
    done = cors(gateway, "set", bucket, input=document)
    assert refused(done, answer.code)
    assert "\x1b" not in done.stderr
    if answer.code == "InvalidRequest":
        assert done.stderr == "crossgate: InvalidRequest: %s\n" % answer.error("Message")
    assert preflight_status(gateway, bucket) == 200, "the earlier rules stay"


def test_set_of_a_file_that_is_not_there(gateway, bucket, tmp_path):
    done = cors(gateway, "set", bucket, str(tmp_path / "none.xml"))
    assert done.returncode == 1 and "none.xml: No such file" in done.stderr


@pytest.mark.parametrize("arguments", [
    [], ["get"], ["put", "b"], ["get", "b", "c"], ["set", "b", "f", "g"], ["delete"], ["lint"], ["lint", "-"],
    ["get", "b", "--json"], ["set", "b", "--strict"]])
def test_wrong_usage(gateway, arguments):
    """`lint` takes no store, which every command here is given."""
    done = cors(gateway, *arguments, input=RULES)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


@pytest.mark.parametrize("arguments, said", [
    ([], "one of get, set, delete, check and lint is missing"),
    (["put", "b"], "'put' is none of get, set, delete, check and lint"),
    (["\x1b[2J"], "'\\u{1B}[2J' is none of "),
    (["get"], "it is 'crossgate cors get BUCKET'"),
    (["check", "b"], "it is 'crossgate cors check --bucket NAME --origin ORIGIN --method METHOD'"),
    (["get", "b", "--json"], "'crossgate cors get' takes no --json"),
    (["lint", "-"], "'crossgate cors lint' takes no --%s" % ("store" if CLUSTER else "data"))])
def test_wrong_usage_is_named(gateway, arguments, said):
    line, = cors(gateway, *arguments).stderr.splitlines()
    assert line.startswith("crossgate: " + said) and line.endswith(": see 'crossgate cors --help'")


def test_bucket_as_s3cmd_has_it(gateway, bucket):
    assert "(a bucket's name stands alone, without s3:// and key)" in cors(gateway, "get", "s3://" + bucket).stderr
    done = gateway.run("cors", "check", "--bucket", bucket + "/key", "--origin", "https://a", "--method", "GET", check=False)
    assert "A bucket's name stands alone, without s3://; an object's key is given with --key." in done.stdout.splitlines()


def test_header_without_a_name(gateway, bucket):
    done = gateway.run("cors", "check", "--bucket", bucket, "--origin", "https://a", "--method", "GET", "--header", ": x",
                       check=False)
    assert (done.returncode, done.stdout) == (2, "") and "a name comes before the colon" in done.stderr


def test_json_in_place_of_xml(gateway, bucket):
    document = '\n{"CORSRules": []}'
    assert "    This is JSON: S3 takes rules as XML" in lint("-", document=document).stdout
    assert refused(cors(gateway, "set", bucket, input=document), "MalformedXML", message="('crossgate cors lint FILE' says where)")


def test_store_that_is_not_there(tmp_path):
    done = subprocess.run([program(), "cors", "get", "b", "--data", str(tmp_path / "none")], capture_output=True,
                          text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert not (tmp_path / "none").exists()


def test_output_that_cannot_be_written(gateway, bucket):
    cors(gateway, "set", bucket, input=RULES)
    with open("/dev/full", "w") as full:
        done = subprocess.run([program(), "cors", "get", bucket, *gateway.store], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.startswith("crossgate: standard output: ")


def test_help_lists_the_command():
    listed = subprocess.run([program(), "--help"], capture_output=True, text=True, timeout=60).stdout
    assert "\n  cors " in listed
    told = subprocess.run([program(), "cors", "--help"], capture_output=True, text=True, timeout=60).stdout
    for word in ("get BUCKET", "set BUCKET [FILE]", "delete BUCKET", "lint FILE", "check --bucket", "--json", "--config"):
        assert word in told


# lint


def test_lint_has_nothing_to_say(tmp_path):
    file = tmp_path / "rules.xml"
    file.write_text(RULES)
    done = lint(str(file))
    assert (done.returncode, done.stdout, done.stderr) == (0, "%s: S3 would take it; 0 warnings\n" % file, "")


def test_lint_warns(tmp_path):
    file = tmp_path / "rules.xml"
    file.write_text(UNWISE)
    done = lint(str(file))
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        '%s:4: warning: rule 1 "uploads": AllowedOrigin "https://www.example.com/" ends in a slash: no browser sends '
        'that [origin-trailing-slash]' % file,
        '    Write "https://www.example.com".',
        '%s: S3 would take it; 1 warning' % file]
    assert lint(str(file), "--strict").returncode == 1
    assert lint("-", "--strict").returncode == 0


def test_lint_says_what_s3_would_refuse():
    done = lint("-", document=RULES.replace("PUT", "PATCH"))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        'standard input:5: refused: rule 1 "uploads": InvalidRequest: Found unsupported HTTP method in CORS config. '
        'Unsupported method is PATCH',
        'standard input: S3 would refuse it']
    done = lint("-", document=RULES.replace("</CORSRule>", ""))
    assert done.returncode == 1
    assert done.stdout.startswith("standard input:10: refused: MalformedXML: ")


def test_lint_in_json():
    done = lint("-", "--json", document=UNWISE.replace("uploads", "\u009bup\u202eloads"))
    assert done.returncode == 0 and done.stdout.isascii()
    assert json.loads(done.stdout) == {
        "file": "standard input", "refused": False, "findings": [{
            "severity": "warning", "code": "origin-trailing-slash", "line": 4, "rule": 1, "id": "\u009bup\u202eloads",
            "message": 'AllowedOrigin "https://www.example.com/" ends in a slash: no browser sends that',
            "advice": 'Write "https://www.example.com".'}]}
    done = lint("-", "--json", document="")
    assert done.returncode == 1
    assert [f["code"] for f in json.loads(done.stdout)["findings"]] == ["MissingRequestBodyError"]


def test_lint_prints_no_control_character():
    done = lint("-", document=UNWISE.replace("uploads", "a\nb\u009bc\u202ed").replace("www", "w\u0085ww"))
    assert done.returncode == 0
    assert not any(c != "\n" and not c.isprintable() for c in done.stdout)


def test_lint_of_a_file_without_end():
    done = lint("/dev/zero", document="")
    assert done.returncode == 1 and "longer than 65536 bytes" in done.stdout


def test_help_names_every_warning(gateway):
    """Programs go by the names, so that each that the sources give is there, and no other."""
    sources = "".join((ROOT / "cors" / name).read_text() for name in ("lint.c", "lint_origin.c", "lint_shadow.c", "origin.c"))
    given = set(re.findall(r'lint_warn\(\s*l, [^"]+?, "([a-z-]+)"|\{ "(origin-[a-z-]+)", ', sources))
    shown = gateway.run("cors", "--help").stdout.partition("Warnings of lint")[2]
    named = set(re.findall(r"\b[a-z]+(?:-[a-z]+)+\b|shadowed", shown))
    assert named == {"".join(names) for names in given} and len(named) > 20
