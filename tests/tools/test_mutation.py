"""The list of surviving mutants speaks of lines that are there."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTED = ROOT / "tests" / "mutation.md"
ROW = re.compile(r"\| (\S+\.py)[^`]* \| `(.*?)` \| `")


def plain(code):
    """Code without white space, with one kind of quotation mark."""
    return re.sub(r"\s+", "", code).translate({ord(mark): "'" for mark in '`"'})


@pytest.mark.skipif(not os.environ.get("NIGHTLY"), reason="a list that is mended at leisure")
def test_no_surviving_mutant_is_of_a_line_that_is_gone():
    listed = LISTED.read_text("utf-8").replace("\\|", "|").splitlines()
    rows = [row.groups() for row in map(ROW.match, listed) if row]
    gone = [row for row in rows if not (ROOT / "rnncourse" / row[0]).exists()]
    for module, line in rows:
        file = ROOT / "rnncourse" / module
        if file.exists() and plain(re.sub(r"\s+# .*", "", line)) not in plain(file.read_text("utf-8")):
            gone.append((module, line))
    assert len(rows) > 200
    assert gone == []
