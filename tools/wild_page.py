"""The sections of "Equations in the wild", written from the rows: a section a source, a block a row.

`make notebooks` writes them and runs the cells. What stands before and after them is written by hand, there.
"""

import re
from pathlib import Path

from nbformat import v4

from rnncourse.certificates import LABELS
from rnncourse.equations import wild

PAGE = Path(__file__).parent.parent / "book/appendix/wild.ipynb"
OWN = ("source-", "table-")  # how the ids of these cells begin


def block(id):
    """One row as the page prints it."""
    row = wild.rows()[id]()
    chapter = LABELS[row.label].module.partition("chapter_")[2][0]
    kind = row.verdict.replace(" ", "-")
    place = re.sub(r"\bl\.(\d+)( to| and)", r"lines \1\2", row.place)
    place = re.sub(r"\bl\.(\d)", r"line \1", place)
    lines = [
        f"::::{{container}} wild-row wild-{kind} wild-chapter-{chapter}",
        f":name: wild-{id.lower()}",
        "",
        f"**{id}** · {place} · *{wild.VERDICTS[row.verdict]} {row.verdict}* · here {{eq}}`{row.label}`",
        "",
        f"$$ {row.claim} $$",
        "",
        row.needs,
    ]
    if row.correct:
        lines += ["", f"Right: ${row.correct}$."]
    if number := numbers(id):
        lines += ["", number]
    return "\n".join([*lines, "::::"])


def numbers(id):
    """What was measured of a row that is not plainly true, in one line."""
    found = "; ".join(f"{name}: {how_far}" for name, how_far in wild.show(id).misses())
    return f"Measured: {found}." if found else ""


def sections():
    """The cells of all sources."""
    for module in wild.sources():
        name, source = module.__name__.rpartition(".")[2], module.SOURCE
        own = [id for id, code in wild.rows().items() if code.__module__ == module.__name__]
        text = f"## {source.title}\n\nRead in: {source.seen}\n\n{source.conventions}"
        yield v4.new_markdown_cell("\n\n".join([text, *map(block, own)]), id=f"source-{name}")
        yield v4.new_code_cell(f'wild.table("{name}")', id=f"table-{name}")


def written(nb):
    """The notebook with its own opening and end, and all sections anew; the outputs of cells are kept."""
    place = next(i for i, cell in enumerate(nb.cells) if cell.id.startswith(OWN) or cell.id == "questions")
    kept = {cell.id: (cell.execution_count, cell.outputs) for cell in nb.cells if cell.cell_type == "code"}
    mine = list(sections())
    for cell in mine:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = kept.get(cell.id, (None, []))
    rest = [cell for cell in nb.cells if not cell.id.startswith(OWN)]
    nb.cells = rest[:place] + mine + rest[place:]
    return nb
