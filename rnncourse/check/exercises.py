"""Exercises, and the mistakes that are known for each: wrong derivations, run on the learner's own probe.

A right answer is a function whose keyword arguments are the parts of its derivation; `@exercise(...)` makes
an Exercise of it, to which its mistakes are tied. A mistake puts a wrong function in the place of one part,
or of the whole; two mistakes in different parts make a pair. To add a mistake, write that function. Its
docstring is the sentence that the learner reads and, a paragraph further, why one errs so:

    @jacobian.mistake("transposed", "eq-jacobian", part="finish")
    def _(J):
        ...
        return J.T

The tests prove that it differs by one per cent from all others. The exercises of a page stand in its module
below rnncourse/exercises, which is imported when EXERCISES is first asked.
"""

import inspect
import warnings
import zlib
from collections.abc import Callable, Mapping
from functools import cache, cached_property, partial
from itertools import combinations
from typing import NamedTuple

import numpy as np

from rnncourse._pages import docstring, modules

from .answers import SEPARATION, Kind, arrays


class Mistake(NamedTuple):
    slug: str
    breaks: str | None  # the label of an equation
    says: str
    why: str
    variants: list  # (whole, parts): the typical one, then others that deserve the same name


class Exercise(NamedTuple):
    """What is asked, how it is judged, and the mistakes that are known; called, it is the right answer."""

    key: str
    title: str
    takes: str
    right: Callable
    probes: tuple  # functions rng -> arguments: the first names mistakes, the others must come out right too
    kind: Kind
    hints: tuple
    mistakes: dict
    alike: tuple  # pairs that are no mistake of their own
    question: str
    domain: Callable | None  # rng -> arguments from anywhere in what the text allows: further probes
    forbids: tuple  # functions that the answer must do without

    def further(self):
        """(what it is in words, arguments, right value) of each probe beyond the first, always the same."""
        return _further(self.right, self.probes[1:], self.domain, self.kind.read)

    def __call__(self, *arguments, **parts):
        return self.right(*arguments, **parts)

    @property
    def module(self):
        """The name of the module in which it stands: its page."""
        return self.right.__module__

    @property
    def function(self):
        """Whether a function is asked for, not a value."""
        return bool(self.probes)

    def mistake(self, slug, breaks, part=None):
        """Make the decorated function known as a wrong answer, or as a wrong part of one."""

        def register(wrong):
            says, why = (" ".join(text.split()) for text in (docstring(wrong) or "\n\n").split("\n\n"))
            self.mistakes[slug] = Mistake(slug, breaks, says, why, [])
            self.also(slug, **{part: wrong}) if part else self.also(slug, wrong)
            return wrong

        return register

    def also(self, slug, whole=None, /, **parts):
        """Make a variant of a known mistake known."""
        self.mistakes[slug].variants.append((whole, parts))

    def share(self, other, *slugs):
        """Make mistakes known to another exercise that has the same parts."""
        for slug in slugs:
            m = self.mistakes[slug]
            parts_only = [variant for variant in m.variants if variant[0] is None]
            other.mistakes[slug] = m._replace(variants=parts_only)


@cache
def _further(right, probes, domain, read, number=24):
    rng = np.random.default_rng(0)
    drawn = [(docstring(draw), draw(rng)) for draw in probes]
    drawn += [("", domain(rng)) for _ in range(number if domain else 0)]
    return [
        (words or in_words(right, arguments), arguments, read(right(*arguments)))
        for words, arguments in drawn
    ]


def in_words(function, arguments):
    """The arguments of a call as one speaks of them: "W of shape (3, 5), t = 2"."""
    names = inspect.signature(function).parameters
    shapes = [
        f"{name} of shape {value.shape}" if np.ndim(value) else f"{name} = {value:.6g}"
        for name, value in zip(names, arguments, strict=False)
        if not isinstance(value, tuple)
    ]
    return "inputs with " + ", ".join(shapes)


class Candidate(NamedTuple):
    """An answer that is known: slugs is () for the right one, and holds two for a pair."""

    slugs: tuple
    answer: Callable


class Probe(NamedTuple):
    arguments: tuple
    values: list  # of (slugs, value) for each candidate


class Book(Mapping):
    """All exercises by their keys, in the order of the book; the pages are imported on first use."""

    @cached_property
    def _exercises(self):
        pages = modules("rnncourse.exercises")
        found = [thing for page in pages for thing in vars(page).values() if isinstance(thing, Exercise)]
        return {ex.key: ex for ex in found}  # one that a later page imports is still the first page's

    def __getitem__(self, key):
        return self._exercises[key]

    def __iter__(self):
        return iter(self._exercises)

    def __len__(self):
        return len(self._exercises)


EXERCISES = Book()


def exercise(key, title, takes, *probes, hints, kind=None, alike=(), question="", domain=None, forbids=()):
    """Make an Exercise of the decorated right answer; `alike` lists the pairs "a+b" that are no news."""

    def declare(right):
        alike_slugs = tuple(frozenset(pair.split("+")) for pair in alike)
        judged = kind or arrays()
        return Exercise(
            *(key, title, takes, right, probes, judged, hints, {}, alike_slugs, question, domain, forbids)
        )

    return declare


def candidates(ex):
    """The right answer, all mistakes with their variants, and all sensible pairs."""
    found = [Candidate((), ex.right)]
    for m in ex.mistakes.values():
        found += [Candidate((m.slug,), partial(whole or ex.right, **parts)) for whole, parts in m.variants]
    for a, b in combinations(ex.mistakes.values(), 2):
        parts_a, parts_b = a.variants[0][1], b.variants[0][1]
        sensible = parts_a and parts_b and not parts_a.keys() & parts_b.keys()
        if sensible and frozenset((a.slug, b.slug)) not in ex.alike:
            found.append(Candidate((a.slug, b.slug), partial(ex.right, **parts_a, **parts_b)))
    return found


def draw(ex, number):
    """The probe with this number: the first drawn one on which every two candidates are told apart."""
    rng = np.random.default_rng([zlib.crc32(ex.key.encode()), number])
    for _ in range(200):
        arguments = ex.probes[0](rng) if ex.function else ()
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = [(c.slugs, ex.kind.read(c.answer(*arguments))) for c in candidates(ex)]
        probe = Probe(arguments, values)
        if not ex.function or not too_close(probe):
            break
    return probe


def too_close(probe):
    """The pairs of candidates with different names that this probe does not tell apart by SEPARATION."""
    by_shape = {}
    for slugs, value in probe.values:
        by_shape.setdefault(tuple(part.shape for part in value), []).append((slugs, value))
    close = []
    for alike in by_shape.values():
        flat = np.array([np.concatenate([part.real.ravel() for part in value]) for _, value in alike])
        scale = np.abs(flat).max(axis=1)
        apart = np.abs(flat[:, None] - flat).max(axis=2) >= SEPARATION * np.maximum(scale[:, None], scale)
        pairs = np.argwhere(~apart)
        close += [(alike[i][0], alike[j][0]) for i, j in pairs if alike[i][0] != alike[j][0] and i < j]
    return close
