"""The copies in front ends without MyST: nbconvert's HTML, and Markdown as GitHub and VS Code render it."""

import re

import nbformat
import pytest
from bleach import clean
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from nbconvert import HTMLExporter

from tools import copies

ALLOWED = (
    "a blockquote br code details em h1 h2 h3 h4 hr li ol p pre strong summary table tbody td th thead tr ul"
)


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    work = tmp_path_factory.mktemp("work")
    copies.main(work)
    found = [nbformat.read(path, 4) for path in sorted(work.rglob("*.ipynb"))]
    return [nb for nb in found if "<summary>Answer" in nbformat.writes(nb)]


def converted(nb):
    return HTMLExporter(template_name="basic").from_notebook_node(nb)[0]


def rendered(nb):
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    texts = [markdown.render(cell.source) for cell in nb.cells if cell.cell_type == "markdown"]
    return clean("\n".join(texts), tags=ALLOWED.split(), strip=True)


@pytest.mark.parametrize("front_end", [converted, rendered])
def test_no_answer_is_seen_before_it_is_unfolded_and_no_syntax_is(lessons, front_end):
    assert len(lessons) > 10
    for nb in lessons:
        soup = BeautifulSoup(front_end(nb), "html.parser")
        for code in soup.select("pre, code"):
            code.clear()
        folded = soup.select("details:not([open])")
        answers = [box for box in folded if box.summary.get_text() == "Answer"]
        assert answers and all("✓" in box.get_text() for box in answers)
        for box in folded:
            box.decompose()
        assert not re.search("- *✓|- *✗|:::|{(choice|exercise|admonition|dropdown)}", soup.get_text())


def test_no_solution_shows_its_verdict_before_it_is_run(lessons):
    solutions = [cell for nb in lessons for cell in nb.cells if cell.source.startswith("%%capture solution")]
    assert len(solutions) > 10 and not any(cell.outputs for cell in solutions)


def test_where_pictures_are_stripped_their_description_stays(lessons):
    nb = next(nb for nb in lessons if "rnn-figure" in nbformat.writes(nb))
    html = HTMLExporter(template_name="basic", sanitize_html=True).from_notebook_node(nb)[0]
    assert "Left, the network folded" in html
