"""What the README says that the log and the error document tell of a refusal: each row of its tables is brought about."""

import ast
import re
from pathlib import Path

import pytest

from answers import ask
from launcher import ROOT, wait_until
from readme import README

GATEWAY_ARGUMENTS = ["--log-level", "debug"]
SITE = "https://www.example.com"
RULES = ("<CORSConfiguration><CORSRule><AllowedOrigin>%s</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
         "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>content-type</AllowedHeader></CORSRule></CORSConfiguration>" % SITE)

# What brings each row about: path, origins, requested method, requested headers.
FAILED = {
    "origin": ("/fonts/key", ["http://example.com"], "GET", None),
    "method": ("/fonts/key", [SITE], "DELETE", None),
    "header": ("/fonts/key", [SITE], "PUT", "content-type,X-Custom-Header"),
    "no requested method": ("/fonts/key", [SITE], None, None),
    "no rules": ("/bare/key", ["http://example.com"], "GET", None),
    "no bucket": ("/missing/key", ["http://example.com"], "GET", None),
    "many origins": ("/fonts/key", ["http://example.com", SITE], "GET", None),
}
ANSWERS = {
    "403 CORSResponse: This CORS request is not allowed. …": FAILED["origin"],
    "403 CORSResponse: CORS is not enabled for this bucket.": FAILED["no rules"],
    "403 CORSResponse: Bucket not found": FAILED["no bucket"],
    "400 Insufficient information. Origin request header needed.": ("/fonts/key", [], "GET", None),
    "400 Invalid Access-Control-Request-Method: X": ("/fonts/key", [SITE], "X", None),
}


def table(first):
    """The rows of the README's table whose heading begins with that cell, as lists of cells without backquotes."""
    body = README.split("\n| %s |" % first)
    assert len(body) == 2, "the README has no table %r, or two" % first
    lines = body[1].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def plain(cell):
    return cell.replace("`", "").strip()


@pytest.fixture(scope="module", autouse=True)
def buckets(gateway, alice):
    for name in "fonts", "bare":
        assert ask(gateway, "PUT", "/" + name, by=alice).status == 200
    assert ask(gateway, "PUT", "/fonts", "cors=", body=RULES.encode(), by=alice).status == 200


def preflight(gateway, path, origins, method, headers):
    asked = [("Origin", origin) for origin in origins]
    asked += [("Access-Control-Request-Method", method)] if method else []
    asked += [("Access-Control-Request-Headers", headers)] if headers else []
    return ask(gateway, "OPTIONS", path, headers=asked)


def log_of(gateway, answer):
    """What the log says of the request about its origin: the fields of the refusal, and the sentence."""
    request_id = answer.header("x-amz-request-id")
    wait_until(lambda: "operation=Preflight" in gateway.log_text().partition("request_id=" + request_id)[2], 5, "it is logged")
    lines = [line for line in gateway.log_text().splitlines() if "request_id=" + request_id in line]
    refused = next(line for line in lines if 'event="cors refused"' in line)
    sentences = [line.partition("request_id=%s " % request_id)[2] for line in lines if "event=cors " in line]
    return refused, sentences


def sentences_of_the_readme():
    """By what failed: the sentence that the README shows; "that of `origin`" stands for the other's."""
    found = {}
    for failed, sentence, _ in table("failed"):
        for name in re.findall("`([^`]+)`", failed):
            found[name] = found["origin"] if "that of" in sentence else plain(sentence)
    return found


def test_rows_are_those_that_are_brought_about():
    assert set(sentences_of_the_readme()) == set(FAILED)
    assert {plain(answer) for answer, _ in table("answer") if re.match(r"\d+ `", answer)} == set(ANSWERS)


@pytest.mark.parametrize("failed", FAILED)
def test_log_of_a_refusal(gateway, failed):
    answer = preflight(gateway, *FAILED[failed])
    refused, sentences = log_of(gateway, answer)
    assert re.search(r'failed=("%s"|%s) ' % (failed, failed), refused), refused
    assert "bucket=%s " % FAILED[failed][0].split("/")[1] in refused
    if failed != "many origins":  # which are not one that could be shown
        assert sentences == [sentences_of_the_readme()[failed]]


def test_line_of_a_refusal_stands_in_the_readme(gateway):
    refused, _ = log_of(gateway, preflight(gateway, *FAILED["method"]))
    shown = re.sub(r"request_id=\w+", "request_id=…", refused[refused.index("event="):])
    assert "    %s\n" % shown in README


@pytest.mark.parametrize("said", ANSWERS)
def test_error_document_of_a_refusal(gateway, said):
    answer = preflight(gateway, *ANSWERS[said])
    status, _, message = said.partition(" ")
    assert answer.status == int(status)
    assert answer.error("Message").startswith(message.rstrip("…"))


def test_words_of_browsers_are_those_that_they_write():
    """tests/browser/test_console.py reads them from the consoles; the README leaves out a part of some."""
    tree = ast.parse(Path(ROOT, "tests/browser/test_console.py").read_text())
    names = {node.targets[0].id: node.value.value for node in tree.body
             if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)}
    written = [[names["NO_HEADER"], names["MISSING"] % 200],
               [names["PREFLIGHT"] + names["NO_HEADER"], names["MISSING"] % 403, names["NO_SUCCESS"]],
               [names["WITH_CREDENTIALS"], names["NOT_SUPPORTED"]]]
    for row, said in zip(table("Chromium"), written):
        shown = [phrase.strip("… ") for cell in row[:2] for phrase in re.findall("`([^`]+)`", cell)]
        assert all(phrase in whole for phrase, whole in zip(shown, said, strict=True)), shown
