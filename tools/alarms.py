"""Spoil what the notebooks store and what they compute, one slip at a time, and count the alarms.

    python -m tools.alarms          about a quarter of an hour

Outputs: each text of each stored output (print, text/plain, text/html; in a picture a coordinate) is altered
in a copy. nbval judges a cell as a whole, so run n spoils the n-th text of each cell, and exactly the cells
spoiled must turn red; exit status 1 if not.
Mathematics: a fixed sample of slips (sign, comparison, index, transpose, * for /) is left to the notebooks
alone. It is a score: not every slip changes what a page shows. All slips against all tests: `make mutation`.
"""

import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import count, takewhile
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent
EACH = {"rnn": 4, "spectra": 4, "lstm": 4, "adding": 3}  # slips drawn
PAIRS = (ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.Lt, ast.GtE), (ast.Gt, ast.LtE), (ast.Eq, ast.NotEq)
SWAPPED = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}


def copied(root, *names):
    """Copy the package and some files of the project to root."""
    shutil.copytree(ROOT / "rnncourse", root / "rnncourse")
    for name in ("pyproject.toml", *names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)


def run(root, *arguments):
    """Run pytest in such a copy."""
    flags = ["-p", "no:cacheprovider", "-rf", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=60"]
    environment = os.environ | {"PYTHONPATH": str(root), "RNNCOURSE_DATA": str(root / "data")}
    command = [sys.executable, "-m", "pytest", *flags, *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)


def altered(text, rng):
    """The text with one letter or digit changed; in a picture, the first coordinate of a path."""
    places = [*re.finditer(r'\bd="M-?\d', text)] or [*re.finditer(r"[^\W_]", text)]
    at = rng.choice(places).end() - 1
    return text[:at] + ("1" if text[at] == "0" else "0") + text[at + 1 :]


def spoiled(path, n, rng):
    """Alter the n-th stored text of each cell of a notebook -> the names of these cells."""
    nb, names = nbformat.read(path, as_version=4), set()
    for number, cell in enumerate(cell for cell in nb.cells if cell.cell_type == "code"):
        parts = [output.get("data", output) for output in cell.outputs]
        for part, kind in [(p, kind) for p in parts for kind in p if kind.startswith("text")][n : n + 1]:
            part[kind] = altered(part[kind], rng)
            names.add(f"Cell {number}")
    nbformat.write(nb, path)
    return names


def outputs(path, root):
    """Spoil all outputs of a notebook -> how many, how many noticed, and what to look at."""
    rng, stored, total, noticed, amiss = random.Random(0), path.read_bytes(), 0, 0, []
    for names in takewhile(len, (spoiled(path, n, rng) for n in count())):
        summary = run(root, path, "--tb=no").stdout
        red = set(re.findall(r"^FAILED .*::(Cell \d+)", summary, re.MULTILINE))
        total, noticed = total + len(names), noticed + len(names & red)
        amiss += [f"{cell} unnoticed" for cell in names - red] + [
            f"{cell} red unspoiled" for cell in red - names
        ]
        path.write_bytes(stored)
    return total, noticed, amiss


def slips(source):
    """All that one slip of the pen makes of a module: line, right, wrong, the module with the slip."""
    text = source.encode()  # ast counts columns in bytes
    starts = [0, *(newline.end() for newline in re.finditer(b"\n", text))]
    for node in ast.walk(ast.parse(source)):  # parents first: what they hold is still right
        wrong = node
        match node:
            case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in SWAPPED:
                node.op = SWAPPED[type(op)]()
            case ast.Compare(ops=[op]) if type(op) in SWAPPED:
                node.ops = [SWAPPED[type(op)]()]
            case ast.Subscript(slice=ast.BinOp(left=index, op=ast.Sub())):  # t - 1 -> t
                node.slice = index
            case ast.Slice(lower=ast.Constant(1), upper=None):  # 1: -> :-1
                node.lower, node.upper = None, ast.Constant(-1)
            case ast.Slice(lower=None, upper=ast.UnaryOp(operand=ast.Constant(1))):
                node.lower, node.upper = ast.Constant(1), None
            case ast.Attribute(attr="T", value=wrong) | ast.UnaryOp(op=ast.USub(), operand=wrong):
                pass
            case _:
                continue
        start, stop = (starts[line - 1] + column for line, column in (
            (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)))  # fmt: skip
        new = ast.unparse(wrong).encode()
        slip = text[:start] + new + text[stop:]
        yield node.lineno, text[start:stop].decode(), new.decode(), slip.decode()


def mathematics(root, names):
    """Let the notebooks, those that import the module first, find slips; yield who did and what it was."""
    for module, number in EACH.items():
        path = root / "rnncourse" / f"{module}.py"
        source, imports = path.read_text("utf-8"), re.compile(rf"import .*\b{module}\b")
        own = sorted(names, key=lambda name: not imports.search((root / name).read_text("utf-8")))
        for line, right, wrong, text in random.Random(0).sample([*slips(source)], number):
            path.write_text(text, "utf-8")
            found = re.search(r"^FAILED (.*?)::", run(root, *own, "-x", "--tb=no").stdout, re.MULTILINE)
            yield found and found[1], f"{module}.py:{line}  {right}  ->  {wrong}"
        path.write_text(source, "utf-8")


def main():
    paths = sorted(p for p in (ROOT / "book").rglob("*.*") if p.suffix in (".ipynb", ".json"))
    files = [str(p.relative_to(ROOT)) for p in paths if ".ipynb_checkpoints" not in p.parts]
    names = [name for name in files if name.endswith(".ipynb")]  # the others hold what they read
    seconds, scores, found = {}, [], []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        copied(root, *files)
        for name in names:
            start = time.perf_counter()
            total, noticed, amiss = outputs(root / name, root)
            seconds[name] = time.perf_counter() - start
            scores.append((total, noticed, len(amiss)))
            print(f"{noticed:3} of {total:3}  {name}  {', '.join(amiss)}", flush=True)
        total, noticed, amiss = map(sum, zip(*scores, strict=True))
        print(f"Outputs: {noticed} of {total} alterations noticed", flush=True)
        for page, slip in mathematics(root, sorted(names, key=seconds.get)):
            found.append(page)
            print(f"{slip}  {page or 'UNNOTICED'}", flush=True)
    print(f"Mathematics: {len([*filter(None, found)])} of {len(found)} slips noticed by the notebooks alone")
    return 1 if amiss else 0


if __name__ == "__main__":
    sys.exit(main())
