"""Where content lives: a module a page below rnncourse/exercises and rnncourse/equations, found by name."""

import ast
import inspect
import pkgutil
import re
import textwrap
from functools import cache
from importlib import import_module
from pathlib import Path


def modules(package):
    """Import every page of "rnncourse.exercises" or "rnncourse.equations" -> modules, in the book's order."""
    root = import_module(package)
    parts = {part.name for part in pkgutil.iter_modules(root.__path__)}
    chapters = sorted(part for part in parts if part.startswith("chapter_")) + sorted(parts & {"appendix"})
    found = []
    for chapter in chapters:
        path = import_module(f"{package}.{chapter}").__path__
        pages = sorted(page.name for page in pkgutil.iter_modules(path))
        found += [import_module(f"{package}.{chapter}.{page}") for page in pages]
    return found


def where(module):
    """The page a module belongs to, in words: "on page 2c", "in the cliff laboratory"."""
    *_, chapter, page = module.split(".")
    kind, *words = page.split("_")
    number = chapter.removeprefix("chapter_")
    return f"in the {' '.join(words)} laboratory" if kind == "lab" else f"on page {number}{kind}"


def docstring(function):
    """The docstring of a function; where Python leaves those out (-OO), read from its source."""
    if function.__doc__ or __doc__:  # as this module has one, none was left out
        return inspect.getdoc(function)
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    return ast.get_docstring(tree) if isinstance(tree, ast.FunctionDef) else None


@cache
def equations():
    """Label -> module of each equation, read off the names of their functions: nothing is imported."""
    return {
        name.replace("_", "-"): f"rnncourse.equations.{path.parent.name}.{path.stem}"
        for path in Path(__file__).parent.glob("equations/chapter_*/*.py")
        for name in re.findall(r"^def (eq_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
