"""How a wrong value is related to the right one, where no derivation is known that makes it.

Each relation must hold on all samples. What `exact` finds explains every entry; what `loose` finds says which
entries are wrong, or along which axis.
"""

from itertools import permutations

import numpy as np

from .answers import SEPARATION, TOLERANCE

ROUND = 1e-6  # of a factor or an exponent that is the same on all inputs


def pairs_of(samples):
    """(value, right) arrays of the one part that is wrong on all samples; none if there are several."""
    wrong = {
        i
        for _, value, right in samples
        for i, (a, b) in enumerate(zip(value, right, strict=True))
        if not same(a, b)
    }
    if len(wrong) != 1:
        return []
    (i,) = wrong
    found = [(value[i], right[i]) for _, value, right in samples]
    sound = all(np.isfinite(part).all() and part.size for pair in found for part in pair)
    plain = sound and not any(np.iscomplexobj(a) for a, _ in found)
    return found if plain and not all(same(a, b, SEPARATION) for a, b in found) else []


def same(a, b, tolerance=TOLERANCE):
    if a.shape != b.shape:
        return False
    return bool(np.abs(a - b).max(initial=0) <= tolerance * np.abs(b).max(initial=0))


@np.errstate(all="ignore")
def exact(samples):
    """(slug, sentence) of a relation between all entries and the right ones, or None."""
    pairs = pairs_of(samples)
    return (first(EXACT, pairs) or multiple(pairs)) if pairs else None


def reshaped(samples):
    """(slug, sentence) if the numbers are right and their shape is not, or None."""
    return first(RESHAPED, pairs_of(samples))


def any_of(samples):
    """(slug, sentence) of the closest relation, or None."""
    return reshaped(samples) or exact(samples) or loose(samples)


def first(relations, pairs):
    found = ((slug, says) for slug, says, holds in relations if all(holds(a, b) for a, b in pairs))
    return next(found, None) if pairs else None


RESHAPED = [
    (
        "result-reshaped",
        "The numbers are right and in the right order; only the shape is not.",
        lambda a, b: a.shape != b.shape and same(a.ravel(), b.ravel()),
    ),
    (
        "result-reshaped",
        "The right rows are there, and one more before them.",
        lambda a, b: a.ndim and same(a[1:], b),
    ),
    (
        "result-reshaped",
        "The right rows are there, and one more after them.",
        lambda a, b: a.ndim and same(a[:-1], b),
    ),
    (
        "result-reshaped",
        "The right answer is there, but as the diagonal of a matrix.",
        lambda a, b: b.ndim == 1 and same(a, np.diag(b)),
    ),
    (
        "result-reshaped",
        "The numbers are right, but they stand in a vector; they belong on the diagonal of a matrix.",
        lambda a, b: a.ndim == 1 and same(np.diag(a), b),
    ),
]
EXACT = [
    (
        "result-reshaped",
        "The numbers are right, but the axes are in another order.",
        lambda a, b: any(same(a, np.transpose(b, axes)) for axes in permutations(range(b.ndim))),
    ),
    (
        "reversed",
        "The rows are right, but in the reverse order.",
        lambda a, b: b.ndim and same(a, b[::-1]),
    ),
    (
        "index-shifted",
        "The rows are right, but each stands one place too late.",
        lambda a, b: movable(a, b) and same(a[1:], b[:-1]),
    ),
    (
        "index-shifted",
        "The rows are right, but each stands one place too early.",
        lambda a, b: movable(a, b) and same(a[:-1], b[1:]),
    ),
    (
        "rearranged",
        "The numbers are right, but they stand in other places.",
        lambda a, b: same(np.sort(a, None), np.sort(b, None)),
    ),
    (
        "sign",
        "All sizes are right; it is the sign that is wrong, of all entries or of some.",
        lambda a, b: same(np.abs(a), np.abs(b)),
    ),
]


def each(change):
    """The change of a result that is one array."""

    def changed(value, right):
        new = change(value[0], right[0])
        return None if new is None else (new,)

    return changed


def wrong_parts(change):
    """The change of those parts of a result that are not right."""
    return lambda value, right: tuple(
        a if same(a, b) else change(a) for a, b in zip(value, right, strict=True)
    )


LOOSE = {"diagonal", *(f"{one}-{what}" for one in ("row", "column", "page") for what in ("factors", "terms"))}
LOOSE |= {"some-rows", "some-columns"}
UNDONE = [  # (kind, how a slip of this kind in the result is undone, if the shape is then right)
    ("result-reshaped", each(lambda a, b: a.reshape(b.shape) if a.shape != b.shape else None)),
    ("result-reshaped", each(lambda a, b: a.T if a.shape != b.shape else None)),
    ("result-reshaped", each(lambda a, b: a[1:])),
    ("result-reshaped", each(lambda a, b: a[:-1])),
    ("result-reshaped", each(lambda a, b: np.diag(a) if a.ndim == 1 else None)),
    ("swapped-results", lambda value, right: value[::-1] if len(value) > 1 else None),
    ("transposed", each(lambda a, b: a.T)),
    ("sign", wrong_parts(lambda part: -part)),
    ("constant", wrong_parts(lambda part: part / 2)),
    ("constant", wrong_parts(lambda part: 2 * part)),
    ("reversed", each(lambda a, b: a[::-1])),
]


def movable(a, b):
    """Whether there are rows that could stand one place too late: more than two."""
    return b.ndim and a.shape == b.shape and len(b) > 2


def multiple(pairs):
    """(slug, sentence) if all entries are off by one factor, term or exponent."""
    if any(a.shape != b.shape or not np.abs(b).max() for a, b in pairs) or sum(a.size for a, _ in pairs) < 3:
        return None
    factors = [np.vdot(b, a) / np.vdot(b, b) for a, b in pairs]
    if all(factor and same(a, factor * b) for factor, (a, b) in zip(factors, pairs, strict=True)):
        if np.ptp(factors) <= ROUND * np.abs(factors).max():
            return "constant", f"All is off by the factor {np.mean(factors):.4g}, whatever the inputs are."
        if max(a.size for a, _ in pairs) > 2:
            return "scaled", (
                "All entries are off by one factor, which depends on the inputs: all proportions are right; "
                "what multiplies the whole is not."
            )
    terms = np.concatenate([np.ravel(a - b) for a, b in pairs])
    scale = max(np.abs(b).max() for _, b in pairs)
    if np.ptp(terms) <= ROUND * scale:
        return "extra-term", f"All is off by {terms.mean():+.4g}, whatever the inputs are."
    sums = np.concatenate([np.ravel(a + b) for a, b in pairs])
    if np.ptp(sums) <= ROUND * scale:
        return "sign", f"Your value and the right one add up to {sums.mean():.4g}, whatever the inputs are."
    bases, values = (np.concatenate([np.ravel(pair[i]) for pair in pairs]) for i in (1, 0))
    powers = np.log(values) / np.log(bases)
    if np.isfinite(powers).all() and np.ptp(powers) <= 1e-4 * np.abs(powers).max():
        return "constant", f"Yours is the right one to the power {powers.mean():.3g}: an exponent is off."
    return None


@np.errstate(all="ignore")
def loose(samples):
    """(slug, sentence) that says which entries are wrong, or along which axis all are off alike, or None."""
    pairs = pairs_of(samples)
    if not pairs or any(a.shape != b.shape for a, b in pairs):
        return None
    return partly(pairs) or along(pairs)


def partly(pairs):
    """If some rows, columns or the diagonal are right on all samples."""
    wrong = [np.abs(a - b) > TOLERANCE * np.abs(b).max() for a, b in pairs]
    if len({w.shape for w in wrong}) > 1:
        return None
    bad = np.any(wrong, axis=0)
    if bad.ndim == 2 and bad.shape[0] == bad.shape[1] > 2:
        diagonal = np.eye(len(bad), dtype=bool)
        if not bad[~diagonal].any() and all(b[~diagonal].any() for _, b in pairs):
            return "diagonal", "Only the diagonal is wrong: look at what is added there, or left out."
        if not bad[diagonal].any():
            return "diagonal", "The diagonal is right, and all else is not."
    for axis, (one, many) in enumerate([("row", "rows"), ("column", "columns")][: bad.ndim]):
        lines = bad.any(axis=tuple(i for i in range(bad.ndim) if i != axis))
        if lines.all():
            continue
        listed = np.flatnonzero(lines).tolist()
        one_only = len(listed) == 1
        which = f"{one if one_only else many} {', '.join(map(str, listed))}"
        return f"some-{many}", f"Only the {which} (counted from 0) {'is' if one_only else 'are'} wrong."
    return None


def along(pairs):
    """If the entries of each row, or of each column, are off by one factor, or by one term."""
    rank = max(b.ndim for _, b in pairs)
    for axis in range(rank):
        if any(b.size == b.shape[axis] for _, b in pairs):
            continue  # of a line with one entry anything could be said
        others = tuple(i for i in range(rank) if i != axis)
        one, scaled = [("row", "rows"), ("column", "columns"), ("page", "pages")][min(axis, 2)]
        several = all(np.count_nonzero(b) >= 2 * b.shape[axis] for _, b in pairs)
        if several and all(same(a, factors(a, b, others) * b) for a, b in pairs):
            return f"{one}-factors", (
                f"Each {one} is off by a factor of its own: what multiplies the {scaled} is not right."
            )
        if all(same(a, b + np.mean(a - b, axis=others, keepdims=True)) for a, b in pairs):
            return f"{one}-terms", (
                f"Each {one} is off by a number of its own: what is added to the {scaled} is not right."
            )
    return None


def factors(a, b, axes):
    return np.sum(a * b, axis=axes, keepdims=True) / np.sum(b * b, axis=axes, keepdims=True)
