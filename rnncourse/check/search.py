"""Diagnosis by search: which slip in a right derivation, or which two, makes the learner's value?

A derivation is a right answer written down plainly, each line with a comment that says in words what it
computes. It is altered in one place at a time, as a slip would alter it, and every altered version is run on
the learner's own inputs. What gives the learner's value there, and on other inputs too, explains it. If none
does, pairs of slips are tried: those that should make it if two slips add up or multiply, as they do in
different terms or factors, and so many of those that like to come together.
"""

import ast
import inspect
import sys
import time
import tokenize
import warnings
from collections.abc import Iterator
from copy import copy
from functools import cache, partial, wraps
from importlib import import_module
from itertools import tee
from typing import NamedTuple

import numpy as np

from . import relations
from .altering import SLIPS, variants
from .answers import TOLERANCE
from .running import watched

PAIRS = 1800  # so that the verdict is the same on every machine that is fast enough
MOST = 200  # pairs of a derivation that should make a value
SECONDS = 1  # of the processor, for one that is not
KINDS = {
    "index-shifted": "an index, or an end of a range, is not the right one",
    "transposed": "a matrix is transposed, or is used untransposed where its transpose is needed",
    "order": "two factors, or two arguments, have changed places",
    "entrywise": "a product of matrices is taken entry by entry",
    "sign": "a sign is wrong",
    "brackets": "brackets are missing, or end at the wrong place",
    "missing-term": "a term is missing",
    "doubled": "a term or a factor is there twice",
    "missing-factor": "a factor is missing",
    "inverted": "one multiplies where one should divide, or the other way round",
    "power": "a product stands for a power, or a power for a product",
    "missing-slope": "the slope is missing",
    "other-slope": "the slope of another function, or at another place, is taken",
    "wrong-array": "another variable is used where this one is needed",
    "assigned": "`=` is written for `+=`, so that what was there is lost",
    "accumulated": "`+=` is written for `=`, so that the old value stays in the new one",
    "averaged": "a mean or a sum stands where each entry keeps its own value",
    "extra-factor": "there is a factor that does not belong there",
    "extra-term": "there is a term that does not belong there",
    "axis": "it goes along the other axis, or over all of them",
    "constant": "a number or an exponent is off",
    "function": "a function is left out, or another one is taken",
    "swapped-results": "the results are in the wrong order",
    "result-reshaped": "the result is reduced, reversed or of another shape",
    "missing-step": "a step is left out",
    "missing-case": "one case is treated like the other",
    "other-start": "something starts from another value",
    "late-update": "a value is renewed too early or too late, so that old and new are confused",
    "wrong-side": "factors scale columns of a matrix instead of rows, or rows instead of columns",
    "reversed": "the steps are in the reverse order",
}
OWN = {"wrong-array", "function"}  # kinds that are told as such within an index, too
TOGETHER = {"transposed", "order", "sign", "missing-term", "missing-slope", "assigned", "index-shifted"}

_shapes = {}
ODD = {"extra-factor", "extra-term"}  # told only if nothing else explains the value
RARER = {"missing-factor", "other-slope"}  # tried in pairs, too, where there is time for it


class Alteration(NamedTuple):
    """A derivation with one slip: of which kind, in which part, in words."""

    kind: str
    part: str
    function: object
    number: int | None = None  # among all slips of its derivation


def sources():
    """The derivations: exercise -> right functions, written down plainly; imported on first use."""
    return import_module("rnncourse.exercises.roads").DERIVATIONS


def kept(make):
    """What a generator makes of a derivation: each thing when it is first asked for, and only once."""
    made = {}

    @wraps(make)
    def again(derivation, *others, **options):
        if derivation not in made:
            (made[derivation],) = tee(make(derivation, *others, **options), 1)
        return copy(made[derivation])

    return again


@kept
def alterations(function, arguments):
    """All single alterations of a function; arguments: of a call, which shows what has which shape."""
    tree, parts = parsed(function)
    for number, (kind, line, _) in enumerate(slips(tree, shapes(function, arguments))):
        if made := compiled(tree, function):
            yield Alteration(kind, parts.get(line, ""), made, number)


@kept
def pairs(function, arguments, number=PAIRS):
    """Alterations of a function in two places, about so many of them; kind and part are twos."""
    tree, parts = parsed(function)
    names = shapes(function, arguments)
    idle, told = telling(tree, function, names, arguments)
    kinds = TOGETHER if len(told) ** 2 > 2 * number else TOGETHER | RARER
    stride = -(-(sum(kind in kinds for kind in told) ** 2) // (2 * number)) or 1
    for place, (kind, line, _) in enumerate(slips(tree, names, kinds, idle)):
        if place % stride:
            continue
        for other, below, _ in slips(tree, names, kinds - ({kind} & {"index-shifted"}), idle):
            if (line, kind) <= (below, other) and (made := compiled(tree, function)):
                yield Alteration((kind, other), (parts.get(line, ""), parts.get(below, "")), made)


def likely_pairs(ex, value, function, arguments):
    """The pairs of slips that should give this value.

    Two slips in different terms of a sum add up their errors; in different factors of a product, or of a
    term, they multiply, entry by entry or as matrices; and one in the result acts on what another one made.
    """
    right = value_of(function, arguments, ex.kind.read)
    made = [
        (slip, value_of(slip.function, arguments, ex.kind.read)) for slip in alterations(function, arguments)
    ]
    made = [
        (slip, other) for slip, other in made if other is not None and ex.kind.error(other, right) > TOLERANCE
    ]
    yield from with_result(value, right, made)
    tree, parts = parsed(function)
    names = shapes(function, arguments)
    arrays = [value for value in variables(function, arguments).values() if isinstance(value, np.ndarray)]
    terms = [value for value in arrays if value.shape == right[0].shape]
    found = together(value, right, [other for _, other in made], terms)
    wanted = {}
    for i, j in found[:MOST]:
        a, b = sorted((made[i][0].number, made[j][0].number))
        wanted.setdefault(a, set()).add(b)
    places = [place for _, _, place in slips(tree, names)] if wanted else []
    for number, (kind, line, _) in enumerate(slips(tree, names) if wanted else ()):
        inner = {places[other] for other in wanted.get(number, ())}
        for other, below, place in slips(tree, names) if inner else ():
            if place in inner and (altered := compiled(tree, function)):
                yield Alteration((kind, other), (parts.get(line, ""), parts.get(below, "")), altered)


def with_result(value, right, made):
    """Slips together with one in the arrangement of the result, where that gives the value."""
    told = set()
    for kind, change in results():
        changed = value_of(change, right, np.array)
        if changed is None or changed.shape != value[0].shape or as_text(changed) in told:
            continue
        told.add(as_text(changed))
        for slip, other in made:
            both = value_of(change, other, np.array) if other[0].shape == right[0].shape else None
            if both is not None and np.allclose(both, value[0], TOLERANCE):
                yield Alteration((slip.kind, kind), (slip.part, ""), after(change, slip.function))


def after(change, function):
    return lambda *arguments: change(function(*arguments))


@cache
def results():
    """(kind, function) of each slip in the arrangement of a result, and of none."""
    kinds = "transposed", "result-reshaped", "axis", "averaged"
    slips = [(kind, text) for kind, text in SLIPS["return"] if kind in kinds]
    return [(kind, eval(f"lambda a: {text}", {"np": np})) for kind, text in slips]


@np.errstate(all="ignore")
def together(value, right, made, terms):
    """The pairs of these values that come to this one if errors add up, or multiply in a term or in all."""
    shapes = shape, *more = [part.shape for part in right]
    if [part.shape for part in value] != shapes:
        return []
    r, y = flat(right), flat(value)

    def fits(other):
        return [part.shape for part in other] == shapes and np.isfinite(flat(other)).all()

    alike = [i for i, other in enumerate(made) if fits(other)]
    if not alike:
        return []
    V = np.array([flat(made[i]) for i in alike])
    aims = [y + r - V]
    for term in [r, *(flat([term]) for term in terms if not more)]:
        rest = r - term
        others, aim = V - rest, y - rest
        aims.append(rest + np.where((aim == 0) & (others == 0), 0, aim * term / others))
        if not more and len(shape) == 2 and shape[0] == shape[1]:
            square = others.reshape(-1, *shape)
            sound = np.abs(np.linalg.det(square)) > 1e-12
            inverse = np.linalg.inv(np.where(sound[:, None, None], square, np.eye(*shape)))
            product = term.reshape(shape) @ inverse @ aim.reshape(shape)
            aims.append(np.where(sound[:, None], rest + product.reshape(len(V), -1), np.inf))
    near, weights, found = 3 * TOLERANCE * np.abs(y).max(), np.cos(np.arange(len(y))), {}
    order = np.argsort(V @ weights)
    marks = (V @ weights)[order]
    for aim in aims:
        width = near * np.abs(weights).sum()
        first, last = (np.searchsorted(marks, aim @ weights + shift) for shift in (-width, width))
        for i in np.flatnonzero(first < last):
            for j in order[first[i] : last[i]]:
                if np.abs(aim[i] - V[j]).max() <= near:
                    found[tuple(sorted((alike[i], alike[j])))] = None
    return list(found)


def flat(value):
    return np.concatenate([np.ravel(part).real for part in value])


def telling(tree, function, names, arguments):
    """The places of slips that make no value of their own, and the kinds of those that do."""
    right = value_of(function, arguments, as_text)
    idle, told = set(), {(kind, right) for kind in KINDS}
    for kind, _, place in slips(tree, names, TOGETHER | RARER):
        made = compiled(tree, function)
        text = value_of(made, arguments, as_text) if made else None
        if text is None or (kind, text) in told:
            idle.add(place)
        told.add((kind, text))
    return idle, [kind for kind, text in told if text not in (None, right)]


def as_text(value):
    """A value to eight digits, the same for all that differ by rounding alone."""
    parts = value if isinstance(value, tuple) else (value,)
    return str([np.array2string(np.array(part), precision=8, threshold=sys.maxsize) for part in parts])


def shapes(function, arguments):
    """{name: shape} of the variables of a function, as they are at its end; "" is its result.

    Those of its first arguments stay: on others two shapes may agree by chance, and the slips be renumbered.
    """
    if function in _shapes:
        return _shapes[function]
    found = _shapes[function] = {}
    for name, value in variables(function, arguments).items():
        found[name] = shape_of(value)
        for field in getattr(value, "_fields", ()):
            found[f"{name}.{field}"] = shape_of(getattr(value, field))
    return found


def variables(function, arguments):
    """{name: value} of the variables of a function, as they are at its end; "" is its result."""
    found = {}

    def look(frame, _, result):
        if frame.f_code is function.__code__:
            found.update({**frame.f_locals, "": result})  # at last when it returns

    with watched(look):
        function(*copied(arguments))
    return found


def shape_of(value):
    return np.shape(value) if isinstance(value, np.ndarray | np.generic | float) else type(value)


def parsed(function):
    """(tree of the function alone, {line: its comment})."""
    lines = inspect.getsource(function).splitlines(keepends=True)
    indent = len(lines[0]) - len(lines[0].lstrip())
    lines = [line[indent:] for line in lines]
    tree = ast.parse("".join(lines))
    tree.body[0].decorator_list = []
    tokens = tokenize.generate_tokens(iter([*lines, ""]).__next__)
    return tree, {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}


def compiled(tree, function):
    """The function that an altered tree defines, with the original's globals; None if there is none."""
    return defined(tree, "<altered>", function.__globals__, tree.body[0].name)


def defined(code, file, space, name):
    """The function of this name that code, a text or a tree, defines among the names of a space, or None."""
    space = dict(space)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as "int is not subscriptable"
            exec(compile(code, file, "exec"), space)
    except (SyntaxError, TypeError, ValueError, NameError):
        return None
    return space[name]


def slips(tree, names, kinds=KINDS, without=()) -> Iterator[tuple[str, int, tuple]]:
    """Alter the tree in one place, yield (kind, line, place), and restore it, for every place and slip.

    Those of other kinds, and those in places to be left out, are passed over.
    """
    function = tree.body[0]
    places = [
        (parent, field, i, node)
        for parent in ast.walk(function)
        for field, value in ast.iter_fields(parent)
        for i, node in (enumerate(value) if isinstance(value, list) else [(None, value)])
        if isinstance(node, ast.AST)
    ]
    marked = {id(part): kind for node in ast.walk(function) for kind, part in special(node)}
    line = 0
    for parent, field, i, node in places:
        line = getattr(node, "lineno", line)
        for number, (kind, new) in enumerate(variants(node, names, parent)):
            if id(node) in marked and (kind not in OWN or marked[id(node)] == "missing-case"):
                kind = marked[id(node)]
            place = id(node), number
            if kind not in kinds or place in without:
                continue
            new = [new] if isinstance(new, ast.AST) else new
            for one in new:
                ast.fix_missing_locations(ast.copy_location(one, node))
            target = getattr(parent, field)
            if i is None:
                setattr(parent, field, new[0])
            else:
                target[i : i + 1] = new
            yield kind, line, place
            if i is None:
                setattr(parent, field, node)
            else:
                target[i : i + len(new)] = [node]


def special(node):
    """(kind, part) for all that has one kind of slip: what stands in an index, a range or a condition."""
    if isinstance(node, ast.Subscript):
        yield from (("index-shifted", part) for part in ast.walk(node.slice))
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "range":
        yield from (("index-shifted", part) for part in ast.walk(node))
    elif isinstance(node, ast.Slice) and node.step:
        yield "reversed", node.step
    elif isinstance(node, ast.keyword) and node.arg == "axis":
        yield "axis", node.value
    elif isinstance(node, ast.IfExp):
        yield from (("missing-case", part) for part in ast.walk(node.test))


def value_of(function, arguments, read):
    """What an altered derivation gives, or None."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(function(*copied(arguments)))
    except Exception:
        return None


def copied(value):
    """A copy of arguments: of arrays and numbers, alone or in tuples."""
    if isinstance(value, tuple):
        return getattr(value, "_make", tuple)(map(copied, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def explained(ex, samples):
    """(slug, sentence) for an answer, or None; samples: (arguments, the answer's value, the right value)."""
    derivations = sources().get(ex.key, ())
    for derivation in derivations if SECONDS > 0 else ():
        for _ in alterations(derivation, samples[0][0]):
            pass  # made once and kept: this costs no later search any time
    end = time.process_time() + SECONDS
    some_pairs = partial(pairs, number=PAIRS // max(len(derivations), 1))

    def fits(made):
        found = []
        for derivation in derivations:
            for slip in made(derivation, samples[0][0]):
                if time.process_time() > end:
                    raise TimeoutError
                if all(fitting(ex, slip.function, *sample) for sample in samples):
                    found.append(slip)
        return found

    if not any(np.any(part) for _, value, _ in samples for part in value):
        return None  # nothing but zeros: there are too many ways to that
    known = samples if all(right is not None for _, _, right in samples) else []
    several = ex.function or sum(part.size for part in samples[0][1]) > 2  # one number is soon hit by chance
    try:
        if found := relations.reshaped(known):
            return found
        single = fits(alterations)
        more = several and not single  # what one slip explains needs no second one
        return (
            one_slip(single)
            or relations.exact(known)
            or (two_slips(fits(partial(likely_pairs, ex, samples[0][1]))) if more else None)
            or (two_slips(fits(some_pairs)) if more else None)
            or relations.loose(known)
        )
    except TimeoutError:
        return relations.loose(known)


def fitting(ex, function, arguments, value, right):
    """Whether an altered derivation gives this value, and not the right one."""
    made = value_of(function, arguments, ex.kind.read)
    return made is not None and max(ex.kind.error(value, made), ex.kind.error(made, value)) <= TOLERANCE


def one_slip(fits):
    """(slug, sentence) of what would explain the answer, true of everything that fits, or None."""
    kinds = list(dict.fromkeys(slip.kind for slip in fits))
    kinds = [kind for kind in kinds if kind not in ODD] or kinds
    fits = [slip for slip in fits if slip.kind in kinds]
    slug = "|".join(kinds)
    if "missing-slope" in kinds:
        kinds = [kind for kind in kinds if kind != "missing-factor"]
    parts = list(dict.fromkeys(slip.part for slip in fits))
    whole = kinds == ["result-reshaped"]  # then no part of the derivation is at fault
    look = f"Look at {', or at '.join(parts)}. " if all(parts) and len(parts) <= 2 and not whole else ""
    says = f"{look}Your value is what comes out if {', or if '.join(KINDS[kind] for kind in kinds)}."
    return (slug, says) if 0 < len(kinds) <= 3 else None


def two_slips(fits):
    """The same for pairs: both kinds if all that fit are of these two, else the one that all share."""
    likely = TOGETHER | RARER
    fits = [s for s in fits if {*s.kind} <= likely] or [s for s in fits if not ODD & {*s.kind}] or fits
    kinds = {frozenset(slip.kind) for slip in fits}
    shared = sorted(frozenset.intersection(*kinds)) if fits else []
    both = len(kinds) == 1
    if not shared or (not both and shared[0] in ODD):
        return None
    a, b = shared[0], shared[-1]
    parts = dict.fromkeys(fits[0].part)
    look = f"Look at {', and at '.join(parts)}. " if len(fits) == 1 and all(parts) else ""
    says = f"{look}Your value is what comes out of two slips at once: {KINDS[a]}"
    if both:
        return f"{a}+{b}", f"{says}{f', and {KINDS[b]}' if a != b else ', twice'}."
    return f"{a}+another", f"{says}, and another that may be of several kinds."
