"""The list of cross-origin behaviour names tests that are there: each line at least one, each behaviour once a part."""

import ast
import functools
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
LIST = TESTS / "cross_origin.md"
FOLDERS = {"browser", "clients", "crash", "http", "unit"}  # what scripts/test runs
REFERENCE = re.compile(r"([a-z_/]+/test_\w+\.(?:py|c))::(\w+)(?:\[(.+)\])?\Z")


def lines():
    """(part, behaviour, references) of each line."""
    part = None
    for line in LIST.read_text().splitlines():
        if line.startswith("## "):
            part = line[3:]
        elif line.startswith("- "):
            behaviour, _, tests = line[2:].partition(" | ")
            yield part, behaviour, re.findall("`([^`]+)`", tests)


@functools.cache
def contents_of(path):
    """The tests of a file, and the texts in it that may name a row."""
    source = path.read_text()
    if path.suffix == ".c":
        begun = set(re.findall(r"^START_TEST\((\w+)\)", source, re.MULTILINE))
        run = set(re.findall(r"tcase_add_(?:loop_)?(?:exit_)?test\w*\(\w+, (\w+)", source))
        return begun & run, set(re.findall(r'"((?:[^"\\]|\\.)*)"', source))
    tree = ast.parse(source)
    return ({node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")},
            {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)})


def fault(reference):
    """What is wrong with a reference, or None."""
    found = REFERENCE.match(reference)
    if not found:
        return "no reference"
    path, test, row = found.groups()
    if path.split("/")[0] not in FOLDERS or not (TESTS / path).is_file():
        return "no such file"
    tests, texts = contents_of(TESTS / path)
    if test not in tests:
        return "no such test"
    return None if row is None or row in texts else "no such row"


def test_every_test_of_the_list_is_there():
    faults = ["%s: %s" % (reference, fault(reference)) for _, _, references in lines() for reference in references
              if fault(reference)]
    assert faults == []


def test_every_behaviour_has_a_test_and_stands_there_once():
    found = [(part, behaviour) for part, behaviour, references in lines() if part and references]
    assert len(found) == len(set(found)) == sum(line.startswith("- ") for line in LIST.read_text().splitlines())
    assert len(found) > 200


def test_what_is_not_there_would_be_found():
    assert fault("clients/test_cors_actual.py::test_nothing_of_the_kind") == "no such test"
    assert fault("clients/test_cors_actual.py::test_answer_carries_the_headers[no such answer]") == "no such row"
    assert fault("unit/test_cors_rules.c::parse[no such row]") == "no such row"
    assert fault("unit/test_cors_rules.c::must_parse") == "no such test"
    assert fault("unit/test_cors.c::parse") == "no such file"
