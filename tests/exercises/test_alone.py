"""A solution stands alone: it reads no name that another exercise asked the learner to write."""

import ast
import builtins
import json
import symtable
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"


def pages():
    """(page, key, source, sources of the page's other cells) for each solution that is checked."""
    for path in sorted(BOOK.rglob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = [("".join(c["source"]), "jupyter" in c["metadata"]) for c in cells if c["cell_type"] == "code"]
        for source, folded in code:
            if folded and checks(source):
                yield path.stem, checks(source)[0], source, [s for s, _ in code if s != source]


def checks(source):
    """The keys of the exercises that a cell checks."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [c.args[0].value for c in calls if ast.unparse(c.func) == "check" and c.args]


def makes(source):
    """The global names that a cell makes."""
    table = symtable.symtable(source, "cell", "exec")
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def reads(source):
    """The global names that a cell takes from cells before it."""

    def inside(table):
        found = {s.get_name() for s in table.get_symbols() if s.is_referenced() and s.is_global()}
        return found.union(*map(inside, table.get_children()))

    top = symtable.symtable(source, "cell", "exec")
    used = {s.get_name() for s in top.get_symbols() if s.is_referenced()} | inside(top)
    return used - makes(source) - set(dir(builtins))


def borrowed(source, others):
    """The names that a solution takes from the cells of other exercises: stubs or solutions."""
    keys = set(checks(source))
    theirs = [s for s in others if checks(s) and not keys & set(checks(s))]
    ours = [s for s in others if s not in theirs]
    return reads(source) & set().union(*map(makes, theirs)) - set().union(*map(makes, ours))


PAGES = list(pages())


@pytest.mark.parametrize("page, key, source, others", PAGES, ids=[f"{page[0]}-{page[1]}" for page in PAGES])
def test_a_solution_needs_no_other_exercise(page, key, source, others):
    assert borrowed(source, others) == set()


def test_a_solution_that_leans_on_another_is_found():
    stub, solution = 'def f(x): ...\ncheck("1a", f)', 'def g(x):\n    return f(x)\ncheck("1b", g)'
    assert borrowed(solution, [stub]) == {"f"}
    assert borrowed(solution, [stub, "def f(x):\n    return x"]) == set()
    assert len(PAGES) > 30
