"""The commands of the Makefile when things go wrong: one clear sentence each."""

import os
import runpy
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
import zipfile
from pathlib import Path

import nbformat
import pytest

from rnncourse.explore import Grid, explore
from rnncourse.explore.static import NEED
from rnncourse.figures import chapter_2
from tools import browser, copies, dist, notebooks, serve

ROOT = Path(__file__).parent.parent.parent


def test_too_old_a_python_is_named(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed"):
        runpy.run_path(str(ROOT / "tools" / "env.py"), run_name="__main__")


def test_a_missing_network_is_named(tmp_path):
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "env.py", tmp_path / "tools")
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    command = [sys.executable, "-m", "tools.env"]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | nowhere, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Could not install uv: is there a network")


def test_a_busy_port_is_named_and_the_next_one_taken(capsys):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with serve.listen(port) as server:
            assert server.server_port > port
    assert f"Port {port} is busy; trying {port + 1}." in capsys.readouterr().out


@pytest.mark.parametrize("port", ["", "x", "0", "65536", "-1", "8000.0"])
def test_a_bad_port_is_named(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="PORT must be a number from 1 to 65535"):
        serve.main()


def test_a_browser_that_is_named_but_not_there_is_an_error(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(SystemExit, match="no-such-browser"):
        browser.chromium()


def test_no_browser_at_all_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(browser, "present", lambda: None)
    monkeypatch.setattr(browser.subprocess, "run", lambda *_, **__: None)
    with pytest.raises(SystemExit, match="apt-get install chromium"):
        browser.chromium()


def test_the_zip_holds_the_whole_book_in_one_folder(tmp_path):
    html = tmp_path / "html"
    (html / "chapter").mkdir(parents=True)
    (html / "index.html").write_text("<title>book</title>")
    (html / "chapter" / "a.html").write_text("a")
    assert dist.pack(html, tmp_path / "course.zip") == 2
    assert sorted(zipfile.ZipFile(tmp_path / "course.zip").namelist()) == [
        "course/chapter/a.html",
        "course/index.html",
    ]


def test_what_is_served_is_the_book(monkeypatch, tmp_path):
    monkeypatch.setattr(serve, "HTML", tmp_path)
    (tmp_path / "index.html").write_text("the book")
    with serve.listen(18000) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        assert urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/").read() == b"the book"
        server.shutdown()
        thread.join()


def test_the_setup_cell_stands_first_once_and_only_with_an_address():
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    for _ in range(2):
        nb = notebooks.with_setup(nb, "https://example.org/course")
        assert len(nb.cells) == 2
        assert "git+https://example.org/course" in nb.cells[0].source
        assert nb.cells[0].metadata["tags"] == ["setup", "remove-cell"]
    assert [cell.source for cell in notebooks.with_setup(nb, "").cells] == ["1 + 1"]


def test_solutions_are_folded_in_jupyterlab_and_nothing_else_is():
    texts = [
        ":::{exercise} One",
        "x = 1",
        "Text\n\n:::{solution-start} one\n:::",
        "x = 2",
        "y = 3",
        ":::{solution-end}\n:::",
        "z",
    ]
    code = {1, 3, 4, 6}
    cells = [
        (nbformat.v4.new_code_cell if i in code else nbformat.v4.new_markdown_cell)(t)
        for i, t in enumerate(texts)
    ]
    nb = notebooks.normalised(nbformat.v4.new_notebook(cells=cells))
    assert [i for i, cell in enumerate(nb.cells) if "jupyter" in cell.metadata] == [3, 4]
    assert nb.cells[3].metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}


ASKED = """Before.

:::{choice} shape
:predict:
How many rows?

- ( ) $n$

  One an input.
- (x) $m$

  One an *output*.

Count them.
:::

After."""


WORDED = {
    "$$a\n= b.$$ (eq-a)": r"$$a\n= b. \tag{eq-a}$$".replace(r"\n", "\n"),
    "(near)=\n## Near": "## Near",
    "By {eq}`eq-a` and {eq}`eq-b`.": "By [(eq-a)](#cell-id=c0) and [(eq-b)](../b.ipynb#cell-id=far).",
    "`eq-b` is {eq}`eq-b`.": "[`eq-b`](../b.ipynb#cell-id=far).",
    "See {ref}`no. 1 <far>`.": "See [no. 1](../b.ipynb#cell-id=far).",
    "[There](#far), [here](#near), [task](#ex).": (
        "[There](../b.ipynb#cell-id=far), [here](#cell-id=c1), [task](../b.ipynb#cell-id=far)."
    ),
    "[Next](../2/index.md), [b](../b.ipynb), [all](../api.md), [out](https://a.b/c.md).": (
        "[Next](../2/index.ipynb), [b](../b.ipynb), all, [out](https://a.b/c.md)."
    ),
    "{cite:t}`two` show it.": "[Ada and Mül [2001]](https://doi.org/10.1/x) show it.",
    "Shown {cite:p}`two,many`.": "Shown [[Ada and Mül, 2001](https://doi.org/10.1/x); van E *et al.*, 2002].",
    ":::{solution-start} ex\n:class: dropdown\n:::\nTwo.\n:::{solution-end}\n:::\n\n## Next": (
        "<details>\n<summary>Solution</summary>\n\nTwo.\n\n</details>\n## Next"
    ),
    "A\n\n:::{exercise} One (★)\n:label: ex-1\n:class: required\n\nDo:\n\n- it\n:::\nB": (
        "A\n\n> **Exercise: One (★)**\n>\n> Do:\n>\n> - it\nB"
    ),
    "::::{container} wild\n:name: w\n:::{admonition} Twice $2$\nNo.\n:::\n::::": "> **Twice $2$**\n>\n> No.",
    ":::{note}\nMind.\n:::": "> **Note**\n>\n> Mind.",
    ":::{solution-start} ex\n:label: sol\n:class: dropdown\n:::\nBecause $1$.": (
        "<details>\n<summary>Solution</summary>\n\nBecause $1$.\n\n"
        "The code is in the folded cell below.\n\n</details>\n"
    ),
}
CITED = r"""
@book{two, author = {Ada, B. and M{\"u}l, C.}, title = {T}, year = {2001}, doi = {10.1/x}}
@book{many, author = {van E, A. and Other, B. and Third, C.}, title = {T}, year = {2002}}
"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "BOOK", tmp_path / "book")
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "references.bib").write_text(CITED, encoding="utf-8")


def test_a_copy_to_work_in_says_what_only_the_built_page_knows(tmp_path, book):
    new, moving = nbformat.v4, explore(chapter_2.transient, coupling=Grid([0.0, 1.0], "b")).html
    cells = [new.new_markdown_cell(source, id=f"c{i}") for i, source in enumerate(WORDED)]
    cells += [
        new.new_code_cell("1 + 1", metadata={"jupyter": {"source_hidden": True}}),
        new.new_markdown_cell(":::{solution-end}\n:::"),
        new.new_markdown_cell("Two.\n\n*Before you run it: how many?*"),
        new.new_code_cell(
            "3",
            execution_count=1,
            outputs=[new.new_output("stream", text="3")],
            metadata={"tags": ["predict"]},
        ),
        new.new_markdown_cell("*Predict.* You did."),
        new.new_markdown_cell("Look:"),
        new.new_code_cell("4", outputs=[new.new_output("display_data", {"text/html": moving})]),
    ]
    far = [new.new_markdown_cell("(far)=\n$$b$$ (eq-b)\n:::{exercise}\n:label: ex\n:::", id="far")]
    for name, own in {"1/a": cells, "b": far}.items():
        path = tmp_path / "book" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(new.new_notebook(cells=own), path)
    (tmp_path / "book" / "2").mkdir()
    (tmp_path / "book" / "2" / "index.md").write_text("# Two\n\nSee {eq}`eq-b`.", encoding="utf-8")
    (tmp_path / "book" / "api.md").write_text("```{eval-rst}\n```", encoding="utf-8")
    copies.main(tmp_path / "work")
    copied = nbformat.read(tmp_path / "work" / "1" / "a.ipynb", 4).cells
    assert [cell.source for cell in copied[: len(WORDED)]] == list(WORDED.values())
    needs, solution, _, predicted, _, _, shown = copied[len(WORDED) :]
    assert needs.source == copies.NEEDS and needs.execution_count is None
    assert solution.source.startswith("%%capture solution\n#@title Solution") and solution.source.endswith(
        "\n1 + 1"
    )
    assert predicted.outputs == [] and predicted.execution_count is None
    assert NEED in moving and shown.outputs[0].data["text/html"] == moving.replace(NEED, copies.RUN)
    (page,) = nbformat.read(tmp_path / "work" / "2" / "index.ipynb", 4).cells
    assert page.source == "# Two\n\nSee [(eq-b)](../b.ipynb#cell-id=far)."
    assert not (tmp_path / "work" / "api.ipynb").exists()


def test_a_copy_to_work_in_asks_and_links_in_jupyters_words(tmp_path, book):
    (tmp_path / "book" / "1").mkdir()
    cells = [nbformat.v4.new_markdown_cell(ASKED)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "book" / "1" / "a.ipynb")
    copies.main(tmp_path / "work")
    mine = tmp_path / "work" / "1" / "a.ipynb"
    (cell,) = nbformat.read(mine, 4).cells
    question, answer = cell.source.split("\n\n<details>\n")
    assert question.endswith("> **Predict**\n>\n> How many rows?\n>\n> - **a** $m$\n> - **b** $n$")
    assert answer == (
        "<summary>Answer</summary>\n\n- **a** ✓ One an *output*.\n- **b** ✗ One an input.\n\n"
        "Count them.\n\n</details>\n\nAfter."
    )
    mine.write_text("mine")
    copies.main(tmp_path / "work")
    assert mine.read_text() == "mine"
    copies.main(tmp_path / "work", "--anew")
    assert mine.read_text() != "mine"
