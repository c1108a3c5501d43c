"""The certificates page, written from the certificates: a section an equation, in the order of the book.

`make notebooks` writes it and runs it. What stands before the first chapter is written by hand, there.
"""

import json
import re
from pathlib import Path

import yaml
from nbformat import v4

from rnncourse.certificates import LABELS

BOOK = Path(__file__).parent.parent / "book"
PAGE = BOOK / "appendix" / "certificates.ipynb"


def chapters():
    """The title and the equations of each chapter, by the table of contents."""
    for part in yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))["parts"]:
        index, *pages = (chapter["file"] for chapter in part["chapters"])
        if index.endswith("/index"):
            title = (BOOK / f"{index}.md").read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
            places = [f".chapter_{page[0]}.{page.partition('/')[2].replace('-', '_')}" for page in pages]
            yield title, [e for place in places for e in LABELS.values() if e.module.endswith(place)]


def text(page):
    """The markdown of a page."""
    source = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        return source
    cells = json.loads(source)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def equations():
    """Label -> its page and its LaTeX, of all displayed equations that carry a label."""
    found = (page for page in BOOK.rglob("*") if ".ipynb_checkpoints" not in page.parts)
    pages = [page for page in found if page.suffix in {".md", ".ipynb"} and page != PAGE]
    return {
        label: (page, latex.strip())
        for page in pages
        for latex, label in re.findall(r"\$\$([^$]+)\$\$ *\(([\w-]+)\)", text(page))
    }


def written(nb):
    """The notebook with its own opening, and all sections anew; the outputs of their cells are kept."""
    ids = [cell.id for cell in nb.cells]
    first = next((i for i, name in enumerate(ids) if name.startswith("chapter-")), len(ids))
    outputs = {cell.id: (cell.execution_count, cell.outputs) for cell in nb.cells if cell.cell_type == "code"}
    nb.cells = nb.cells[:first]
    printed = equations()
    for title, part in chapters():
        nb.cells.append(v4.new_markdown_cell(f"## Chapter {title}", id=f"chapter-{title[0]}"))
        for label, heading, _, certificate in part:
            text = (
                f"(cert-{label})=\n### {heading}\n\n$$ {printed[label][1]} $$\n\n"
                f"{certificate().conditions} Stated as {{eq}}`{label}`."
            )
            count, shown = outputs.get(f"run-{label}", (None, []))
            cell = v4.new_code_cell(
                f'certificates.show("{label}")', id=f"run-{label}", execution_count=count, outputs=shown
            )
            nb.cells += [v4.new_markdown_cell(text, id=f"say-{label}"), cell]
    return nb
