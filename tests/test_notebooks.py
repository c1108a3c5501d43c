"""The notebooks as stored: executed in order, comparable by nbval, and the same bytes when executed again."""

import json
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

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
def test_cells_are_short(path):
    cells = ["".join(c["source"]).splitlines() for c in code_cells(path)]
    assert max(map(len, cells)) <= 15
    assert median(sum(line != "" for line in cell) for cell in cells) <= 7
    assert max(len(line) for cell in cells for line in cell) <= WIDTH


@notebooks
def test_executing_again_gives_the_same_bytes(path):
    command = [sys.executable, ROOT / "tools" / "notebooks.py", "--check", path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
