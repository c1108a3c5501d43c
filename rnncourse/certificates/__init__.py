"""Every labelled equation of the book with the oracles that support it; numpy and the standard library only.

`run("eq-jacobian", rng)` measures how far the equation is from each of its oracles over random inputs;
`python -m rnncourse.certificates` does so for all of them, and also checks that wrong variants are caught.
`LABELS` maps each label to its `Equation`. A new equation `eq-name` is a function `eq_name` in the module of
its page, below `rnncourse/equations/`.
"""

import inspect
from collections.abc import Callable
from functools import cache
from html import escape
from typing import NamedTuple

import numpy as np

from .._arguments import brief
from .._pages import docstring, modules
from .oracles import Certificate


class Equation(NamedTuple):
    """A labelled equation of the book, as it is found in the module of its page."""

    label: str
    title: str
    module: str  # e.g. "rnncourse.equations.chapter_1.a_jacobian"
    certificate: Callable  # () -> Certificate


@cache
def equations():
    """Label -> Equation, a page after the other."""
    return {
        (label := name.replace("_", "-")): Equation(label, docstring(function), page.__name__, function)
        for page in modules("rnncourse.equations")
        for name, function in vars(page).items()
        if name.startswith("eq_")
    }


def __getattr__(name):  # the equations use this package: they are imported when they are asked for
    if name == "LABELS":
        return equations()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


CAUGHT = 1e-3  # a wrong variant must miss an oracle by this, a million times any tolerance


class Report(NamedTuple):
    """What was measured; it shows itself in words that no rounding error can change."""

    label: str
    certificate: Certificate
    errors: dict  # oracle -> relative error, the largest over the inputs
    missed: dict  # wrong variant -> the largest error that an oracle measured

    @property
    def kept(self):
        """The wrong variants that no oracle rejected."""
        return [name for name, missed in self.missed.items() if not missed > CAUGHT]

    @property
    def passed(self):
        oracles = self.certificate.oracles
        return not self.kept and all(self.errors[name] <= oracles[name].tolerance for name in oracles)

    def _rows(self):
        for name, oracle in self.certificate.oracles.items():
            yield name, f"{'<' if self.errors[name] <= oracle.tolerance else 'NOT <'} {oracle.tolerance:.0e}"
        yield "wrong variants rejected", f"{len(self.missed) - len(self.kept)} of {len(self.missed)}"

    def __repr__(self):
        return "\n".join([self.label, *(f"  {name}: {value}" for name, value in self._rows())])

    def _repr_html_(self):
        cells = ((escape(name), escape(value)) for name, value in self._rows())
        rows = "".join(f'<tr><th scope="row">{name}</th><td>{value}</td></tr>' for name, value in cells)
        equation = equations()[self.label]
        return (
            '<div class="rnn-certificate"><table><thead><tr><th scope="col">oracle</th>'
            f'<th scope="col">relative error</th></tr></thead><tbody>{rows}</tbody></table>'
            f"<p>Tried: {escape(docstring(self.certificate.inputs))}.</p>"
            f"<p>Wrong variants: {escape('; '.join(self.missed))}.</p>"
            f"<details><summary>The code, from <code>{escape(equation.module)}</code></summary>"
            f'<pre tabindex="0">{escape(inspect.getsource(equation.certificate))}</pre></details></div>'
        )


def measure(certificate, rng):
    """How far the claim is from each oracle, and each wrong variant from its farthest -> two dicts."""
    inputs = list(certificate.inputs(rng))
    expected = {name: [oracle.formula(*a) for a in inputs] for name, oracle in certificate.oracles.items()}

    def errors(formula, name):
        error = certificate.oracles[name].error
        return [error(formula(*a), value) for a, value in zip(inputs, expected[name], strict=True)]

    def missed(formula):  # a wrong shape proves nothing where another input has the right one
        found = [e for name in expected for e in errors(formula, name)]
        return max((e for e in found if e < np.inf), default=np.inf)

    return (
        {name: float(np.max(errors(certificate.claim, name))) for name in expected},
        {name: missed(formula) for name, formula in certificate.wrong.items()},
    )


def certify(label, rng):
    """The certificate of a label, measured on its inputs, together with its wrong variants -> Report."""
    if not isinstance(label, str) or label not in equations():
        raise ValueError(f"label must be one of {', '.join(equations())}, got {brief(label)}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    certificate = equations()[label].certificate()
    return Report(label, certificate, *measure(certificate, rng))


def run(label, rng):
    """How far the equation is from each oracle -> {oracle name: largest relative error over the inputs}."""
    return certify(label, rng).errors


def show(label):
    """The certificate as it stands on the certificates page."""
    return certify(label, np.random.default_rng(0))
