"""The notebooks as stored: executed in order, comparable by nbval, in the form that `make notebooks` writes.

nbval executes each once and compares; that a second run gives the same bytes is for `make nightly`.
"""

import ast
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from tools.notebooks import read, stored

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted(p for p in (ROOT / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
WIDTH = 88  # what the page shows of a line of code without scrolling
notebooks = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: str(p.relative_to(ROOT / "book")))


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [c for c in cells if c["cell_type"] == "code"]


def test_there_are_notebooks_and_all_are_in_the_table_of_contents():
    toc = (ROOT / "book" / "_toc.yml").read_text()
    missing = [p for p in NOTEBOOKS if str(p.relative_to(ROOT / "book").with_suffix("")) not in toc]
    assert NOTEBOOKS and not missing


def test_no_two_pages_share_the_name_of_a_cell():
    """What a reader writes into a cell is kept in the browser under that name alone."""
    names = [cell["id"] for path in NOTEBOOKS for cell in code_cells(path)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


@notebooks
def test_every_cell_was_executed_in_order(path):
    assert [c["execution_count"] for c in code_cells(path)] == list(range(1, len(code_cells(path)) + 1))


@notebooks
def test_the_notebook_needs_no_file_beside_it(path):
    """A reader may have downloaded it alone."""
    sources = "\n".join("".join(c["source"]) for c in code_cells(path))
    assert not re.search(r"\bPath\(|\bopen\(|\b(load|loadtxt|genfromtxt)\(|^%", sources, re.MULTILINE)


@notebooks
def test_outputs_are_of_the_kinds_that_nbval_compares(path):
    outputs = [o for c in code_cells(path) for o in c["outputs"]]
    assert not [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
    assert {kind for o in outputs for kind in o.get("data", {})} <= {"text/plain", "text/html"}


@notebooks
def test_no_cell_hides_from_nbval(path):
    for cell in code_cells(path):
        assert "nbval" not in " ".join(cell["metadata"].get("tags", [])).lower()
        assert "NBVAL" not in "".join(cell["source"])


@notebooks
def test_what_is_to_be_predicted_is_marked(path):
    """The copies in Jupyter hide the outputs of cells with this tag."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for text, code in pairwise(cells):
        if code["cell_type"] == "code" and re.search(r"\*Before you run[^\n]*\Z", "".join(text["source"])):
            assert "predict" in code["metadata"].get("tags", []), "".join(text["source"])


@notebooks
def test_a_page_says_how_many_exercises_it_requires_and_folds_none_of_them(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    said = re.search(r"for the (two |three )?required exercise", text)
    number = {"two ": 2, "three ": 3, None: 1}[said[1]] if said else 0
    assert text.count(":class: required") == number
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        assert not section.startswith(("## Going deeper", "## Further")) or ":class: required" not in section


@notebooks
def test_cells_are_short(path):
    cells = ["".join(c["source"]).splitlines() for c in code_cells(path)]
    if not cells:
        pytest.skip("the front page has no code")
    assert max(map(len, cells)) <= 15
    assert median(sum(line != "" for line in cell) for cell in cells) <= 7
    assert max(len(line) for cell in cells for line in cell) <= WIDTH


def shows(source):
    """Whether a cell of this source has something to show: it ends with an expression, or prints."""
    body = ast.parse(re.sub(r"^%", "#", source, flags=re.MULTILINE)).body
    run = [node for part in body if not isinstance(part, ast.FunctionDef) for node in ast.walk(part)]
    prints = any(isinstance(node, ast.Call) and ast.unparse(node.func) == "print" for node in run)
    return prints or (bool(body) and isinstance(body[-1], ast.Expr))


@notebooks
def test_what_shows_something_has_its_output_stored(path):
    """nbval passes over a cell without outputs."""
    cells = [("".join(c["source"]), c["outputs"]) for c in code_cells(path)]
    assert [source for source, outputs in cells if shows(source) and not outputs] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [("x", True), ("for x in y:\n    print(x)", True), ("def f():\n    print(1)", False), ("x = 1", False)],
)
def test_what_shows_something_is_told_from_what_does_not(source, expected):
    assert shows(source) is expected


@notebooks
def test_the_file_is_as_the_tool_writes_it(path):
    assert path.read_text(encoding="utf-8") == stored(read(path))
