"""What an answer may be: how to read it, how far it is from another, and how to say where it differs.

Candidates are told apart by at least SEPARATION on every probe, and an answer counts as a candidate within
TOLERANCE: float32 and finite differences pass, and no answer can be near two candidates at once.
"""

import contextlib
from collections.abc import Callable
from numbers import Number
from typing import NamedTuple

import numpy as np

from .running import UnreadableError

SEPARATION = 1e-2
TOLERANCE = 1e-4


class Kind(NamedTuple):
    """read(value) or UnreadableError; error(a, b), 0 if equal; differs(a, right) in a sentence or two.

    An answer counts as one that is known within the tolerance, the largest error.
    """

    read: Callable
    error: Callable
    differs: Callable
    numeric: bool = True
    tolerance: float = TOLERANCE


def a_thing(value):
    """The value's type, as one speaks of it."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def numbers(value):
    """The value as a new float64 (or complex) array."""
    if value is None:
        raise UnreadableError("Your answer is None: is the `return` missing?")
    if np.ma.is_masked(value):
        raise UnreadableError("Entries of your answer are masked, so they have no value: give all of them.")
    try:
        a = _read(value)
        if isinstance(value, str | bytes) or (a.dtype == object and not a.ndim and not _is_number(value)):
            raise UnreadableError(f"Your answer is {a_thing(value)}, where an array of numbers is expected.")
        if a.size > 1e6:
            raise UnreadableError(
                f"Your answer is an array of shape {a.shape}, far too large for this exercise."
            )
        if a.dtype == object:
            a = np.array([complex(entry) for entry in a.flat]).reshape(a.shape)
        a = a.astype(complex if a.dtype.kind == "c" else float)
    except (ValueError, TypeError):
        raise UnreadableError(
            f"Your answer is {a_thing(value)} that is no array of numbers: rows of different lengths? Other "
            "things than numbers?"
        ) from None
    if np.iscomplexobj(a) and np.abs(a.imag).max(initial=0) <= 1e-9 * np.abs(a).max(initial=0):
        a = a.real
    return np.array(a)


def _read(value):
    """What numpy makes of it, or of its entries: of a tensor of a type that numpy has not, say."""
    if hasattr(value, "tolist") and not hasattr(value, "__array__"):
        return np.asarray(value.tolist())
    try:
        return np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        if isinstance(value, tuple | list):
            return np.asarray([_read(entry) for entry in value])
        if not hasattr(value, "tolist"):
            raise
        with contextlib.suppress(RuntimeError):
            return np.asarray(value.tolist())
        raise UnreadableError(f"Your answer is {a_thing(value)} that numpy cannot read: `{error}`.") from None


def _is_number(value):
    return isinstance(value, Number) or hasattr(value, "__complex__") or hasattr(value, "__float__")


@np.errstate(all="ignore")
def relative_error(a, b):
    """max|a - b| / max|b|, inf for different shapes and for NaN; a real a is held against the real part of b.

    inf, and not NaN: `max` of several errors would leave a NaN out.
    """
    if a.shape != b.shape:
        return np.inf
    if not np.iscomplexobj(a):
        b = b.real
    scale = np.abs(b).max(initial=0)
    difference = np.abs(a - b).max(initial=0)
    error = float(difference / scale if scale else difference)
    return np.inf if np.isnan(error) else error


def arrays(*names, rows=False):
    """An array, or a tuple of so many named arrays; rows: each row is judged at its own scale."""

    def parts(a):
        return list(a) if rows and a.ndim > 1 else [a]

    def read(value):
        if not names:
            return (numbers(value),)
        whole = hasattr(value, "__array__")  # one array, or tensor, of both
        things = list(np.atleast_1d(numbers(value))) if whole else value
        if not isinstance(things, tuple | list) or len(things) != len(names):
            raise UnreadableError(
                f"The answer is {len(names)} things, {', '.join(names)}; yours is {a_thing(value)}."
            )
        return tuple(map(numbers, things))

    def error(a, b):
        pairs = [
            pair
            for x, y in zip(a, b, strict=True)
            for pair in (zip(parts(x), parts(y), strict=True) if x.shape == y.shape else [(x, y)])
        ]
        return max((relative_error(*pair) for pair in pairs), default=0.0)

    def differs(a, right):
        wrong = next(i for i in range(len(a)) if not error(a[i : i + 1], right[i : i + 1]) <= TOLERANCE)
        if rows and a[wrong].shape == right[wrong].shape:
            return _differing_row(a[wrong], right[wrong])
        return _differs(a[wrong], right[wrong], f"Your {names[wrong]}" if names else "Your answer")

    return Kind(read, error, differs)


def _differing_row(a, right):
    errors = list(map(relative_error, a, right))
    i = next(i for i, error in enumerate(errors) if not error <= TOLERANCE)
    return f"Row {i} is wrong. " + _differs(a[i], right[i], "It")


@np.errstate(all="ignore")
def _differs(a, right, whose):
    if a.shape != right.shape:
        return f"{whose} has shape {a.shape}, expected {right.shape}. {_suggests(a.shape, right.shape)}"
    if not np.isfinite(a).all():
        index = np.argwhere(~np.isfinite(a))[0].tolist()
        found = f"holds {a[tuple(index)]:g} at {index}" if index else f"is {a:g}"
        return f"{whose} {found}: look for a division by 0, a log or an overflow."
    difference, scale = np.abs(a - right), np.abs(right).max()
    index = np.argwhere(difference > TOLERANCE * scale)[0].tolist()
    there = tuple(index)
    text = f"{whose} is {a[there]:.3g}, off by {difference[there]:.2g}. "
    if index:
        text = (
            f"{whose} is {a[there]:.3g} at {index}, the first entry that differs, "
            f"off by {difference[there]:.2g} (the largest right entry has size {scale:.2g}). "
        )
    if np.iscomplexobj(a):
        return text + "It has an imaginary part, and the right answer has none."
    if not index:
        return text.rstrip()
    factor = np.vdot(right, a) / np.vdot(right, right)
    if factor and relative_error(a, factor * right) <= TOLERANCE:
        return text + f"All entries are off by the same factor, {factor:.3g}."
    wrong = difference > TOLERANCE * scale
    for axis, lines in enumerate(("rows", "columns") if a.ndim == 2 and wrong.sum() > 1 else ()):
        bad = wrong.any(axis=1 - axis)
        if not bad.all():
            listed = ", ".join(map(str, np.flatnonzero(bad)))
            return f"{text}All that is wrong is in the {lines} {listed}, counted from 0."
    return text + f"{np.mean(wrong):.0%} of the entries differ."


def _suggests(got, expected):
    if got == expected[::-1]:
        return f"{'Rows and columns' if len(got) == 2 else 'The axes'} are the other way round."
    if got == ():
        return "A single number: was something summed or averaged away?"
    if tuple(size for size in got if size != 1) == expected:
        return "There is an axis of length 1 too many."
    if np.prod(got) == np.prod(expected) and expected:
        if tuple(size for size in expected if size != 1) == got:
            return "An axis of length 1 is missing: a slice keeps it, an index does not."
        return "The number of entries is right, the shape is not: is it flattened, or are axes exchanged?"
    if len(got) < len(expected):
        return (
            "An axis is missing: was something summed, or multiplied entry by entry where a matrix is needed?"
        )
    if len(got) > len(expected):
        return "There is an axis too many: was an outer product formed, or a sum forgotten?"
    if got[1:] == expected[1:] and abs(got[0] - expected[0]) == 1:
        many = "many" if got[0] > expected[0] else "few"
        return f"One row too {many}: if rows are steps, should they start at t = 0 or at t = 1?"
    if len(got) == 2:
        return "Write the shape of each factor beside it: neighbours must agree, and the outer two remain."
    return "Go through the axes one by one: what does each of them count, and from where to where?"


def unequal(a, b):
    """The error of an answer that is no number: 0 or 1."""
    return float(a != b)
