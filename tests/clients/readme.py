"""What stands in the README, for tests to hold it to."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from launcher import ROOT

README = Path(ROOT, "README.md").read_text()


def example(heading):
    """The document under a heading of the README, without the indentation."""
    section = README.split("\n### %s\n" % heading)
    assert len(section) == 2, "the README has no part %r, or two" % heading
    part = section[1].partition("\n#")[0]
    lines = [line[4:] for line in part.splitlines() if line.startswith("    ")]
    document = "\n".join(lines) + "\n"
    assert ElementTree.fromstring(document).tag == "CORSConfiguration"
    return document
