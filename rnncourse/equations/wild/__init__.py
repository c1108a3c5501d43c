"""Equations in the wild: published formulas on the course's subject, each with a verdict that runs.

A source is one module, found by name, with a `SOURCE`; a row is one function in it, named after its id, which
returns a `Row`. `examine("D07")` measures a row, `show("D07")` is what the page prints of it, and
`table("d2l")` measures all rows of one source.
"""

import inspect
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from html import escape
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ..._arguments import brief
from ..._pages import docstring
from ...certificates import CAUGHT, measure
from ...certificates.oracles import Certificate

VERDICTS = {  # in the order of the page, with the mark that goes with each
    "true": "✓",
    "true if": "✓?",
    "two readings": "=?",
    "misprint": "≈",
    "false": "≠",
}


class Source(NamedTuple):
    """Whose equations a module holds."""

    title: str
    seen: str  # markdown: where and in which version they were read
    conventions: str  # markdown: how its notation becomes the course's


class Row(NamedTuple):
    """A published equation and what supports its verdict; each formula takes the arguments of one input."""

    place: str  # where in the source
    claim: str  # LaTeX, in the course's notation
    needs: str  # markdown: what the symbols mean, when it holds, what was found
    verdict: str  # one of VERDICTS
    label: str  # the equation of the course
    inputs: Callable  # rng -> tuples of arguments; its docstring says what is tried
    right: Callable  # the claim, or where that misses its corrected form: what the oracles must confirm
    oracles: dict  # name -> Oracle
    wrong: dict  # name -> the right formula, altered, which the oracles must reject
    misses: dict = MappingProxyType(
        {}
    )  # name -> formula that misses: the claim as printed, the other reading
    outside: Callable = None  # rng -> inputs that break the condition, where the right formula misses
    correct: str = ""  # LaTeX of the corrected form


def sources():
    """The modules, in the order of their names."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return [import_module(f"{__name__}.{name}") for name in names]


@cache
def rows():
    """Every row by its id -> {"C01": function, ...}, source by source."""
    return {
        name.upper(): function
        for module in sources()
        for name, function in vars(module).items()
        if re.fullmatch(r"[a-z]\d\d", name) and function.__module__ == module.__name__
    }


class Finding(NamedTuple):
    """What was measured of a row."""

    id: str
    row: Row
    errors: dict  # oracle -> error of the right formula, the largest over the inputs
    altered: dict  # altered formula -> its largest error
    missed: dict  # claim as printed, other reading, inputs outside the condition -> error

    @property
    def kept(self):
        """The altered formulas that no oracle rejected."""
        return [name for name, error in self.altered.items() if not error > CAUGHT]

    @property
    def stands(self):
        """Whether the verdict is what was measured."""
        agrees = all(self.errors[name] <= oracle.tolerance for name, oracle in self.row.oracles.items())
        return agrees and not self.kept and all(error > CAUGHT for error in self.missed.values())

    def measured(self):
        """(what, how far) in words that no rounding error can change."""
        for name, oracle in self.row.oracles.items():
            near = self.errors[name] <= oracle.tolerance
            limit = f"< {oracle.tolerance:.0e}" if oracle.tolerance else "in every case"
            yield name, limit if near else f"off by {self.errors[name]:.1g}"
        yield from self.misses()

    def misses(self):
        """(what misses, how far): the claim as printed, the other reading, inputs outside the condition."""
        kinds = {oracle.error.__name__ for oracle in self.row.oracles.values()}
        for name, error in self.missed.items():
            if error == np.inf:
                yield name, "without a meaning"
            elif "differs" in kinds:
                yield name, "wrong in a case that was tried"
            elif "exceeds" in kinds:
                yield name, f"exceeded {1 + error:.2g} times"
            else:
                yield name, f"off by {error:.2g}"

    def lines(self):
        yield from self.measured()
        yield "altered forms rejected", f"{len(self.altered) - len(self.kept)} of {len(self.altered)}"

    def __repr__(self):
        return "\n".join([f"{self.id}: {self.row.verdict}", *(f"  {a}: {b}" for a, b in self.lines())])

    def _repr_html_(self):
        cells = ((escape(a), escape(b)) for a, b in self.lines())
        body = "".join(f'<tr><th scope="row">{a}</th><td>{b}</td></tr>' for a, b in cells)
        code = rows()[self.id]
        return (
            '<div class="rnn-certificate"><table><thead><tr><th scope="col">compared with</th>'
            f'<th scope="col">relative error</th></tr></thead><tbody>{body}</tbody></table>'
            f"<p>{self.id}: {self.row.verdict}. "
            f"Tried: {escape(' '.join(docstring(self.row.inputs).split()))}.</p>"
            f"<p>Altered forms: {escape('; '.join(self.altered))}.</p>"
            f"<details><summary>The code, from <code>{escape(code.__module__)}</code></summary>"
            f'<pre tabindex="0">{escape(inspect.getsource(code))}</pre></details></div>'
        )


def examine(id, rng):
    """Measure the right formula, its altered forms and what must miss -> Finding."""
    if not isinstance(id, str) or id not in rows():
        raise ValueError(f"id must be one of {', '.join(rows())}, got {brief(id)}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    row = rows()[id]()
    certificate = Certificate(row.needs, row.inputs, row.right, row.oracles, row.wrong | row.misses)
    errors, missed = measure(certificate, rng)
    missed = {name: float(error) for name, error in missed.items()}
    found = {name: missed.pop(name) for name in row.misses}
    if row.outside:
        errors_outside, _ = measure(certificate._replace(inputs=row.outside, wrong={}), rng)
        found["outside the condition"] = max(errors_outside.values())
    return Finding(id, row, errors, missed, found)


def show(id):
    """The row as the page measures it."""
    return examine(id, np.random.default_rng(0))


class Table(tuple):
    """Findings that show themselves as one table."""

    def __repr__(self):
        return "\n".join(f"{f.id}  {f.row.verdict:12}  {_summary(f)}" for f in self)

    def _repr_html_(self):
        body = "".join(
            f'<tr><th scope="row"><a href="#wild-{f.id.lower()}">{f.id}</a></th>'
            f"<td>{VERDICTS[f.row.verdict]} {f.row.verdict}</td><td>{escape(_summary(f))}</td></tr>"
            for f in self
        )
        return (
            '<div class="rnn-certificate"><table><thead><tr><th scope="col">row</th><th scope="col">verdict'
            f'</th><th scope="col">measured</th></tr></thead><tbody>{body}</tbody></table></div>'
        )


def _summary(finding):
    return "; ".join(f"{name}: {how_far}" for name, how_far in finding.lines())


def table(source):
    """Every row of one source, measured; the source by the name of its module."""
    names = [module.__name__.rpartition(".")[2] for module in sources()]
    if source not in names:
        raise ValueError(f"source must be one of {', '.join(names)}, got {brief(source)}")
    return Table(show(id) for id, code in rows().items() if code.__module__.endswith(f".{source}"))


def tally():
    """How many rows have each verdict -> {verdict: count}, the most frequent verdict in the field first."""
    found = [function().verdict for function in rows().values()]
    return {verdict: found.count(verdict) for verdict in VERDICTS}
