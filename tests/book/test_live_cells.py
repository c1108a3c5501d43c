"""Every code cell of every page, run by the page's worker in one Chromium: as printed, or with a reason."""

import json
import os
import re
import time
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "book"
WORKER = Path(__file__).with_name("worker.js").read_text("utf-8")
NOTEBOOKS = sorted(
    p.relative_to(BOOK).as_posix() for p in BOOK.rglob("*.ipynb") if "checkpoints" not in str(p)
)
SLOW = 20  # seconds: a cell over it says so beside Run
NIGHTLY = "NIGHTLY" in os.environ
SLICES = 3  # how many cells of a page are run alone
BEFORE = """([cells, n]) => {
  const target = cells.find((cell) => cell.n === n);
  const sure = cells.filter((cell) => !cell.role || cell === target);
  return before(joined(cells, sure), target, new Map());
}"""
ALT = re.compile(r'aria-label="([^"]*)"')


@pytest.fixture(scope="module")
def python(browser, server):
    """One boot for all pages; each begins with a namespace of its own."""
    base = f"{server}/_static/live/"
    with browser.new_page() as page:
        page.set_default_timeout(300_000)
        page.goto(f"{server}/licences.txt")
        assert page.evaluate(WORKER, base)["type"] == "ready"
        for name in ("compare", "plan"):
            page.evaluate("async (url) => Object.assign(window, await import(url))", f"{base}{name}.js")
        yield page


@pytest.fixture(scope="module")
def measured():
    cells = []
    yield cells
    cells.sort(reverse=True)
    print("\nThe heaviest cells:", *(f"{s:.1f} s {path} {n}" for s, path, n in cells[:8]), sep="\n  ")


@pytest.fixture(scope="module")
def drawn_alike(site):
    """Whether the pictures were printed by the matplotlib that the browser has."""
    matplotlib = pytest.importorskip("matplotlib")
    files = json.loads((site / "_static" / "live" / "files.json").read_text("utf-8"))
    return any(f"/matplotlib-{matplotlib.__version__}-" in name for name in files["all"])


def run(python, n, code):
    request = {"type": "run", "id": n, "code": code, "name": f"cell {n}", "printed": True}
    return python.evaluate("(request) => ask(request)", request)


def quick(path):
    """No cell of the page says that it takes long."""
    return '"minutes"' not in (BOOK / path).read_text("utf-8")


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if NIGHTLY or quick(path)])
def test_a_page_computes_what_it_prints(python, measured, drawn_alike, path):
    python.evaluate("ask({type: 'fresh'})")
    cells = json.loads((BOOK / path).read_text("utf-8"))["cells"]
    for n, cell in enumerate((c for c in cells if c["cell_type"] == "code"), 1):
        known, start = cell["metadata"].get("live", {}), time.monotonic()
        got = run(python, n, "".join(cell["source"]))
        measured.append((seconds := time.monotonic() - start, path, n))
        assert got["type"] == "done" and got["error"] is None, f"cell {n}: {got}"
        assert seconds < 2 * SLOW or "minutes" in known, f"cell {n} takes {seconds:.0f} s and does not say so"
        differs = python.evaluate("([a, b]) => same(a, b)", [cell["outputs"], got["outputs"]])
        if "differs" in known:
            assert differs is not True, f"cell {n} is as printed: its reason can go"
        elif differs is not True and pictures(cell["outputs"]) and not drawn_alike:
            assert pictures(got["outputs"]) == pictures(cell["outputs"])
        else:
            assert differs is True, f"cell {n}: {differs[:3]}"


@pytest.mark.parametrize("path", NOTEBOOKS if NIGHTLY else NOTEBOOKS[::6])
def test_what_a_cell_needs_above_it_is_enough(python, site, drawn_alike, path):
    """Of each page the cells that need the most but not all: each after no more than what plan.js says."""
    facts = site / "_static/live/pages" / path.replace("/", "--").replace(".ipynb", ".json")
    cells, plans = json.loads(facts.read_text("utf-8"))["cells"], []
    for cell in cells:
        if cell["role"] != "stub" and not cell["live"]:
            plan = [*python.evaluate(BEFORE, [cells, cell["n"]]), cell]
            plans += [plan] * (1 < len(plan) < cell["n"])
    for plan in sorted(plans, key=len)[-SLICES:]:
        python.evaluate("ask({type: 'fresh'})")
        for cell in plan:
            got = run(python, cell["n"], cell["source"])
            assert got["error"] is None, f"cell {cell['n']} for cell {plan[-1]['n']}: {got['error']}"
        if drawn_alike or not pictures(cell["outputs"]):
            differs = python.evaluate("([a, b]) => same(a, b)", [cell["outputs"], got["outputs"]])
            assert differs is True, f"cell {cell['n']}, after {[c['n'] for c in plan[:-1]]}: {differs[:3]}"


def pictures(outputs):
    """The alt texts, which state what is drawn with its numbers."""
    return ALT.findall("".join("".join(o.get("data", {}).get("text/html", "")) for o in outputs))
