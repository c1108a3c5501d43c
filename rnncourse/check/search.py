"""Diagnosis by search: which slip in a right derivation, or which two, makes the learner's value?

A derivation is a right answer written down plainly, each line with a comment that says in words what it
computes. It is altered in one place at a time, as a slip would alter it, and every altered version is run on
the learner's own inputs. What gives the learner's value there, and on other inputs too, explains it. If none
does, so many pairs of the slips that like to come together are tried.
"""

import ast
import inspect
import sys
import time
import tokenize
import warnings
from collections.abc import Iterator
from copy import copy
from functools import partial, wraps
from importlib import import_module
from itertools import combinations, count
from typing import NamedTuple

import numpy as np

from .answers import TOLERANCE
from .running import watched

PAIRS = 1800  # so that the verdict is the same on every machine that is fast enough
SECONDS = 1  # of the processor, for one that is not
KINDS = {
    "index-shifted": "an index, or an end of a range, is not the right one",
    "transposed": "a matrix is transposed, or is used untransposed where its transpose is needed",
    "order": "two factors, or two arguments, have changed places",
    "entrywise": "a product of matrices is taken entry by entry",
    "sign": "a sign is wrong",
    "missing-term": "a term is missing",
    "doubled": "a term or a factor is there twice",
    "missing-factor": "a factor is missing",
    "inverted": "one multiplies where one should divide, or the other way round",
    "missing-slope": "the slope is missing",
    "other-slope": "the slope of another function, or at another place, is taken",
    "wrong-array": "another variable is used where this one is needed",
    "assigned": "`=` is written for `+=`, so that what was there is lost",
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

RARER = {"missing-factor", "other-slope"}  # tried in pairs, too, where there is time for it


class Alteration(NamedTuple):
    """A derivation with one slip: of which kind, in which part, in words."""

    kind: str
    part: str
    function: object


def sources():
    """The derivations: exercise -> right functions, written down plainly; imported on first use."""
    return import_module("rnncourse.exercises.derivations").DERIVATIONS


def kept(make):
    """What a generator makes of a derivation: each thing when it is first asked for, and only once."""
    made = {}

    @wraps(make)
    def again(derivation, *others, **options):
        found, more = made.setdefault(derivation, ([], make(derivation, *others, **options)))
        for i in count():
            if i == len(found) and (new := next(more, None)):
                found.append(new)
            if i == len(found):
                return
            yield found[i]

    return again


@kept
def alterations(function, arguments):
    """All single alterations of a function; arguments: of a call, which shows what has which shape."""
    tree, parts = parsed(function)
    for kind, line, _ in slips(tree, shapes(function, arguments)):
        if made := compiled(tree, function):
            yield Alteration(kind, parts.get(line, ""), made)


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
    """{name: shape} of the variables of a function, as they are at its end."""
    found = {}

    def look(frame, event, _):
        if event == "return" and frame.f_code is function.__code__:
            found.update({name: shape_of(value) for name, value in frame.f_locals.items()})

    with watched(look):
        function(*copied(arguments))
    return found


def shape_of(value):
    return type(value) if isinstance(value, tuple) or callable(value) else np.shape(value)


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
            ast.fix_missing_locations(ast.copy_location(new[0], node))
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
    elif isinstance(node, ast.IfExp):
        yield from (("missing-case", part) for part in ast.walk(node.test))


def expression(text, **parts):
    """The expression in which the named letters are replaced by trees."""
    tree = ast.parse(text, mode="eval").body

    class Put(ast.NodeTransformer):
        def visit_Name(self, node):
            return parts.get(node.id, node)

    return Put().visit(tree)


def table(text):
    """{what is altered: [(kind, text of what it becomes)]} of lines "what | kind: text, text | kind: ..."."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    cells = [(what, *cell.split(": ")) for what, *cells in rows for cell in cells]
    found = {}
    for what, kind, texts in cells:
        found.setdefault(what, []).extend((kind, text) for text in texts.split(" ; "))
    return found


# What a slip makes of an operation on a and b, of a call with the arguments a to b, of a result a.
SLIPS = table("""
    Add | sign: a - b | missing-term: a ; b | doubled: a + a + b ; a + b + b
    Sub | sign: a + b ; b - a | missing-term: a ; b ; -b
    Mult | missing-factor: a ; b | inverted: a / b | doubled: a * a * b ; a * b * b
    Div | missing-factor: a ; 1 / b | inverted: b / a ; a * b
    Pow | constant: a ; a ** (b + 1) ; a ** (b - 1) ; a ** (2 * b) ; a * b
    MatMult | transposed: a.T @ b ; a @ b.T | order: b @ a | entrywise: a * b | missing-factor: a ; b
    MatMult | doubled: a @ a @ b
    slope | missing-slope: np.ones_like(a) | doubled: slope(a) ** 2 | sign: -slope(a)
    slope | other-slope: 1 - a**2 ; dsigma(a) ; a ; 1 - a ; 1 + a**2 ; a * (1 + a) ; a**2 ; (1 - a) ** 2
    slope | function: np.sqrt(slope(a)) | inverted: 1 / slope(a)
    slope_of_tanh | missing-slope: np.ones_like(a) | doubled: slope_of_tanh(a) ** 2 | sign: -slope_of_tanh(a)
    slope_of_tanh | other-slope: a * (1 - a) ; 1 - np.tanh(a) ** 2 ; 1 - a ; 1 + a**2 ; a ; (1 - a) ** 2
    slope_of_tanh | function: np.sqrt(slope_of_tanh(a)) | inverted: 1 / slope_of_tanh(a)
    sigma | function: a ; np.tanh(a) ; dsigma(a) ; 1 - sigma(a) ** 2 ; np.exp(a) | sign: sigma(-a) ; -sigma(a)
    np.tanh | function: a ; sigma(a) ; np.arctanh(a) ; 1 - np.tanh(a) ** 2
    np.arctanh | function: a ; np.tanh(a) | sign: -np.arctanh(a)
    np.diag | result-reshaped: a
    np.outer | transposed: np.outer(b, a)
    np.outer | missing-factor: np.outer(a, np.ones_like(b)) ; np.outer(np.ones_like(a), b)
    np.sqrt | function: a ; a**2
    np.exp | function: a | sign: np.exp(-a)
    np.log1p | function: np.log(a) ; np.log(1 - a)
    np.log | function: np.log2(a) ; np.log10(a)
    np.linalg.inv | function: a | transposed: a.T
    np.linalg.eig | function: np.linalg.eigh(a) | transposed: np.linalg.eig(a.T)
    np.ceil | function: a ; np.floor(a) ; np.round(a)
    np.abs | function: a
    np.maximum | function: np.minimum(a, b) ; a ; b
    np.hypot | missing-term: a ; b | function: a**2 + b**2 ; np.abs(a) + np.abs(b)
    np.prod | function: np.sum(a, axis=0) ; np.mean(a, axis=0) ; a[-1] | axis: np.prod(a)
    return | transposed: a.T | sign: -a | inverted: 1 / a
    return | function: np.abs(a) ; np.sqrt(a) ; a**2 ; np.round(a)
    return | result-reshaped: np.ravel(a) ; np.diag(a) ; a[::-1] ; a[:-1] ; a[1:] ; a[0] ; a[-1]
    return | result-reshaped: a[..., None] ; a[None] ; a.reshape(len(a), -1)
    return | axis: np.sum(a) ; np.sum(a, axis=0) ; np.sum(a, axis=-1) ; np.mean(a, axis=0)
    return | constant: 2 * a ; a / 2 ; 4 * a ; a / 4 ; a / len(a)
""")


def variants(node, names, parent):
    """(kind, new node or list of statements) for each slip that can happen at a node."""
    if isinstance(node, ast.BinOp):
        for kind, text in SLIPS.get(type(node.op).__name__, []):
            yield kind, expression(text, a=node.left, b=node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", node.operand
    elif isinstance(node, ast.Call):
        yield from call_variants(node)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = node.value
        half = value // 2 if value % 2 == 0 else value / 2
        for other in dict.fromkeys([value + 1, value - 1, 2 * value, half, 1 / (value or 1)]):
            if other != value:
                yield "constant", ast.Constant(other)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for other in sorted(name for name in names if name != node.id and names[name] == names[node.id]):
            yield "wrong-array", ast.Name(other, ast.Load())
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transposed", node.value
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        for index in shifted(node.slice):
            yield "index-shifted", ast.Subscript(node.value, index, ast.Load())
        yield from (("wrong-array", ast.Name(name, ast.Load())) for name in as_large(node, names))
        if isinstance(node.slice, ast.Slice):
            yield "reversed", expression("a[::-1]", a=node)
            yield "index-shifted", node.value
        elif ast.unparse(node.slice) in ("(:, None)", ":, None"):
            yield "wrong-side", node.value
        elif isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
            turned = ast.Tuple(node.slice.elts[::-1], ast.Load())
            yield "axis", ast.Subscript(node.value, turned, ast.Load())
    elif isinstance(node, ast.IfExp):
        yield "missing-case", node.body
        yield "missing-case", node.orelse
    elif isinstance(node, ast.For):
        yield from loop_variants(node)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        yield "assigned", ast.Assign([node.target], node.value)
        yield "sign", ast.AugAssign(node.target, ast.Sub(), node.value)
        yield "missing-step", ast.Pass()
    elif isinstance(node, ast.arguments):
        yield from (("order", new) for new in exchanged(node, names))
    elif isinstance(node, ast.Assign | ast.If) and parent is not None:
        yield "missing-step", ast.Pass()
        yield from (("transposed", [node, line]) for line in turned_at_once(node, names))
        if isinstance(parent, ast.FunctionDef) and any(isinstance(line, ast.For) for line in parent.body):
            yield from other_starts(node, names)
    elif isinstance(node, ast.Return):
        yield from return_variants(node)


def as_large(node, names):
    """The names of arrays with the shape of one row of another."""
    shape = names.get(ast.unparse(node.value))
    if isinstance(node.slice, ast.Slice | ast.Tuple) or not isinstance(shape, tuple) or len(shape) < 2:
        return []
    return sorted(name for name, other in names.items() if other == shape[1:])


def exchanged(node, names):
    """The parameters of a function with two of one shape in each other's places."""
    for a, b in combinations(node.args, 2):
        if names.get(a.arg, a) == names.get(b.arg, b):
            new = copy(node)
            new.args = [{a: b, b: a}.get(argument, argument) for argument in node.args]
            yield new


def turned_at_once(node, names):
    """A line for each matrix among several results, which transposes it for good."""
    for target in ast.walk(node) if isinstance(node, ast.Assign) else ():
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
            shape = names.get(target.id, ())
            if isinstance(shape, tuple) and len(shape) == 2:
                yield from ast.parse(f"{target.id} = {target.id}.T").body


def other_starts(node, names):
    """What is set before a loop, set to another variable of its shape, or to an end of a list of such."""
    shape = names.get(ast.unparse(node.targets[0])) if isinstance(node, ast.Assign) else None
    for name, other in names.items():
        if isinstance(shape, tuple) and shape and isinstance(other, tuple):
            ends = [f"{name}[0]", f"{name}[-1]"] if other[1:] == shape else []
            for text in [*ends, name] if other == shape else ends:
                yield "other-start", ast.Assign(node.targets, expression(text))


def loop_variants(node):
    """Two neighbouring lines of a loop exchanged, or a value renewed only at the loop's end."""
    for i, line in enumerate(node.body[:-1]):
        if not isinstance(line, ast.Assign):
            continue
        before, (following, *after) = node.body[:i], node.body[i + 1 :]
        kept = ast.Assign([ast.Name("kept", ast.Store())], line.value)
        late = ast.Assign(line.targets, ast.Name("kept", ast.Load()))
        for body in [*before, following, line, *after], [*before, kept, following, *after, late]:
            yield "late-update", ast.For(node.target, node.iter, body, [])


def shifted(index):
    """The index, one more and one less; a slice, at either end or at both."""
    if isinstance(index, ast.Slice):
        if index.lower and index.upper:
            for text in "b + 1", "b - 1":
                lower, upper = (expression(text, b=bound) for bound in (index.lower, index.upper))
                yield ast.Slice(lower, upper, index.step)
        for end in "lower", "upper":
            bound = getattr(index, end)
            for text in ("b + 1", "b - 1") if bound else ("1",) if end == "lower" else ("-1",):
                new = expression(text, b=bound)
                yield ast.Slice(**{"lower": index.lower, "upper": index.upper, end: new})
    elif isinstance(index, ast.Name | ast.BinOp | ast.UnaryOp):
        yield expression("b + 1", b=index)
        yield expression("b - 1", b=index)


def call_variants(node):
    name = ast.unparse(node.func)
    for kind, text in SLIPS.get(name, []) if node.args else []:
        yield kind, expression(text, a=node.args[0], b=node.args[-1])
    if name == "range":
        for i, argument in enumerate(node.args[:2]):
            for text in "b + 1", "b - 1":
                arguments = [*node.args[:i], expression(text, b=argument), *node.args[i + 1 :]]
                yield "index-shifted", ast.Call(node.func, arguments, [])
    elif len(node.args) > 1 and name != "np.outer":
        first, second, *others = node.args
        yield "order", ast.Call(node.func, [second, first, *others], node.keywords)
    elif len(node.args) == 1 and isinstance(node.args[0], ast.List):
        yield "order", ast.Call(node.func, [ast.List(node.args[0].elts[::-1], ast.Load())], node.keywords)
    for keyword in node.keywords:
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            others = [k for k in node.keywords if k is not keyword]
            for axis in {0, 1} - {keyword.value.value}:
                along = ast.keyword("axis", ast.Constant(axis))
                yield "axis", ast.Call(node.func, node.args, [*others, along])
            yield "axis", ast.Call(node.func, node.args, others)


def return_variants(node):
    if isinstance(node.value, ast.Tuple):
        yield "swapped-results", ast.Return(ast.Tuple(node.value.elts[::-1], ast.Load()))
    else:
        for kind, text in SLIPS["return"]:
            yield kind, ast.Return(expression(text, a=node.value))


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
    end = time.process_time() + SECONDS
    derivations = sources().get(ex.key, ())
    some_pairs = partial(pairs, number=PAIRS // max(len(derivations), 1))
    for made, say in (alterations, one_slip), (some_pairs, two_slips):
        fits = []
        for derivation in derivations:
            for slip in made(derivation, samples[0][0]):
                if time.process_time() > end:
                    return None
                if all(fitting(ex, slip.function, *sample) for sample in samples):
                    fits.append(slip)
        if fits:
            return say(fits)
    return None


def fitting(ex, function, arguments, value, right):
    """Whether an altered derivation gives this value, and not the right one."""
    made = value_of(function, arguments, ex.kind.read)
    return made is not None and max(ex.kind.error(value, made), ex.kind.error(made, value)) <= TOLERANCE


def one_slip(fits):
    """(slug, sentence) of what would explain the answer, true of everything that fits, or None."""
    kinds = list(dict.fromkeys(slip.kind for slip in fits))
    slug = "|".join(kinds)
    if {*kinds} == {"missing-factor", "missing-slope"}:
        kinds = ["missing-slope"]
    parts = list(dict.fromkeys(slip.part for slip in fits))
    whole = kinds == ["result-reshaped"]  # then no part of the derivation is at fault
    look = f"Look at {', or at '.join(parts)}. " if all(parts) and len(parts) <= 2 and not whole else ""
    says = f"{look}Your value is what comes out if {', or if '.join(KINDS[kind] for kind in kinds)}."
    return (slug, says) if len(kinds) <= 2 else None


def two_slips(fits):
    """The same for pairs: both kinds if all that fit are of these two, else the one that all share."""
    kinds = {frozenset(slip.kind) for slip in fits}
    shared = sorted(frozenset.intersection(*kinds))
    if not shared:
        return None
    both = len(kinds) == 1
    a, b = shared[0], shared[-1]
    parts = dict.fromkeys(fits[0].part)
    look = f"Look at {', and at '.join(parts)}. " if len(fits) == 1 and all(parts) else ""
    says = f"{look}Your value is what comes out of two slips at once: {KINDS[a]}"
    if both:
        return f"{a}+{b}", f"{says}{f', and {KINDS[b]}' if a != b else ', twice'}."
    return f"{a}+another", f"{says}, and another that may be of several kinds."
