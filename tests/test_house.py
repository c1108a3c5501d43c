"""The plan of the house: who may import whom, and how long a module may be."""

import ast
import sys
from importlib.util import resolve_name
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "rnncourse"
MODULES = sorted(path.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("*.py"))
MATHEMATICS = (
    "rnn",
    "spectra",
    "lstm",
    "gradcheck",
    "lyapunov",
    "adding",
    "variants",
    "recall",
    "scan",
    "text",
    "attention",
    "stored",
    "_arguments",
)
ARROWS = {  # a room of the house -> the others, and packages, that it may import
    "mathematics": {"numpy"},
    "_pages": set(),
    "palette": set(),
    "check": {"numpy", "platformdirs", "IPython", "mathematics", "_pages", "palette"},
    "exercises": {"numpy", "mathematics", "check"},
    "certificates": {"numpy", "mathematics", "_pages"},
    "equations": {"numpy", "mathematics", "certificates", "_pages"},
    "figures": {"numpy", "matplotlib", "IPython", "mathematics", "palette"},
    "figures.check": {"numpy", "matplotlib", "figures", "check"},
    "explore": {"numpy", "ipywidgets", "IPython", "mathematics", "figures"},
}


def room(module):
    """The room of the house in which a module stands, or the package that it belongs to."""
    package, _, name = module.partition(".")
    if package != "rnncourse":
        return package
    if name == "figures.check":
        return name
    name = name.partition(".")[0]
    return "mathematics" if name in MATHEMATICS else name


def imported(source, package):
    """The names of all modules that a source imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            yield from (
                [f"{module}.{alias.name}" for alias in node.names] if module == "rnncourse" else [module]
            )


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_arrows_run_one_way(path):
    package, own = ".".join(path.parts[:-1]), room(".".join(path.with_suffix("").parts))
    source = (PACKAGE.parent / path).read_text("utf-8")
    others = {room(module) for module in imported(source, package)} - {own, *sys.stdlib_module_names}
    assert others <= ARROWS.get(own, set())


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("import numpy as np", "numpy"),
        ("from rnncourse import lstm", "rnncourse.lstm"),
        ("from rnncourse.check.answers import Kind", "rnncourse.check.answers"),
        ("from . import records", "rnncourse.check"),
        ("from .. import lstm", "rnncourse.lstm"),
        ("from ..rnn import sigma", "rnncourse.rnn"),
        ("def f():\n    import torch", "torch"),
    ],
)
def test_every_way_to_import_is_seen(line, module):
    assert list(imported(line, "rnncourse.check")) == [module]


def test_no_module_is_longer_than_a_reader_can_hold():
    long = {str(path): len((PACKAGE.parent / path).read_text("utf-8").splitlines()) for path in MODULES}
    assert {path: lines for path, lines in long.items() if lines > 600} == {}
