"""The attack on the certificates: every claim, altered in one place of the code that computes it.

    make attack                        after the attack on the checks
    python -m tools.attack_claims eq-bound D07     these equations of the book or of the wild alone

A claim is altered statement by statement, down into the functions of the package that it calls; oracles are
left alone. An altered claim that is not the same must be rejected by the certificate, on the inputs that the
page shows. Exit 1 if one is accepted.
"""

import ast
import copy
import sys
import time
import warnings
from collections import Counter
from contextlib import contextmanager
from functools import cache, partial
from textwrap import indent
from types import CellType, CodeType, FunctionType, ModuleType

import numpy as np

from rnncourse.certificates import LABELS
from rnncourse.certificates.oracles import distance
from rnncourse.check import search
from rnncourse.check.running import TimedOut, bounded, watched
from rnncourse.equations import wild

APART = "rnncourse.certificates.oracles", "rnncourse.gradcheck", "rnncourse._arguments", "rnncourse._pages"
SEEDS = range(1, 5)
SECONDS = 2
SAME = 1e-9  # more than any oracle forgives


def reached(claim):
    """{function of the package that a claim runs: the places where it is kept, an owner and a key each}."""
    found, waiting = {claim: []}, [claim]
    while waiting:
        function = waiting.pop()
        for place, other in kept(function):
            if isinstance(other, FunctionType) and other.__module__.startswith("rnncourse."):
                if other.__module__ in APART:
                    continue
                if other not in found:
                    waiting.append(other)
                found.setdefault(other, []).append(place)
    return found


def kept(function):
    """((owner, key), value) for all that a function uses by a name: its own, its module's, another's."""
    for cell in function.__closure__ or ():
        yield (cell, "cell_contents"), cell.cell_contents
    for i, value in enumerate(function.__defaults__ or ()):
        yield (function, i), value
    for name, value in (function.__kwdefaults__ or {}).items():
        yield (function, name), value
    names = {*used(function.__code__)}
    space = function.__globals__
    for name in names & space.keys():
        yield (space, name), space[name]
        if isinstance(space[name], ModuleType) and space[name].__name__.startswith("rnncourse."):
            for attribute in names & vars(space[name]).keys():
                yield (vars(space[name]), attribute), vars(space[name])[attribute]


def used(code):
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from used(inner)


@contextmanager
def placed(places, new):
    """The places hold something else, for a while."""
    before = [put(place, new) for place in places]
    try:
        yield
    finally:
        for place, value in zip(places[::-1], before[::-1], strict=True):  # a place may be listed twice
            put(place, value)


def put(place, new):
    """Put a value in its place -> what was there."""
    owner, key = place
    if isinstance(key, int):
        old, owner.__defaults__ = (
            owner.__defaults__,
            (*owner.__defaults__[:key], new, *owner.__defaults__[key + 1 :]),
        )
        return old[key]
    if isinstance(owner, CellType):
        old, owner.cell_contents = owner.cell_contents, new
        return old
    space = owner if isinstance(owner, dict) else owner.__kwdefaults__
    old, space[key] = space[key], new
    return old


@cache
def module_tree(file):
    with open(file, encoding="utf-8") as source:
        return ast.parse(source.read())


def definition(function):
    """The tree of a function or a lambda, as a module that defines it, without defaults; None if not ours."""
    code = function.__code__
    if "rnncourse" not in code.co_filename:
        return None
    where = [p for p in code.co_positions() if (p[0] and p[2] is not None and p[1] != p[0]) or p[3] != p[2]]
    for node in ast.walk(module_tree(code.co_filename)):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            if code.co_firstlineno in (node.lineno, *(d.lineno for d in node.decorator_list)):
                body = node.body
                break
        elif isinstance(node, ast.Lambda) and code.co_name == "<lambda>" and encloses(node.body, where):
            body = [ast.copy_location(ast.Return(node.body), node.body)]
            break
    else:
        raise LookupError(f"{function} is not in {code.co_filename}")
    made = ast.FunctionDef("altered", copy.deepcopy(node.args), copy.deepcopy(body), [], lineno=node.lineno)
    made.args.defaults = []
    made.args.kw_defaults = [None] * len(made.args.kwonlyargs)
    return ast.parse(ast.unparse(ast.Module([made], [])))


def encloses(body, where):
    """Whether a lambda's body is just where the positions of its code are."""
    lines = {(line, column) for line, _, column, _ in where if line and column is not None}
    ends = {(line, column) for _, line, _, column in where if line and column is not None}
    return min(lines) == (body.lineno, body.col_offset) and max(ends) == (
        body.end_lineno,
        body.end_col_offset,
    )


def rebuilt(text, function):
    """The function with an altered body and all else around it as before; None if that is no Python."""
    names = function.__code__.co_freevars
    around = f"def around({', '.join(names)}):\n{indent(text, '    ')}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as "int is not subscriptable"
            code = compile(around, "<altered>", "exec")
    except SyntaxError:
        return None
    for _ in "around", "altered":
        code = next(c for c in code.co_consts if isinstance(c, CodeType))
    cells = dict(zip(names, function.__closure__ or (), strict=True))
    closure = tuple(cells[name] for name in code.co_freevars)
    new = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
    new.__kwdefaults__ = function.__kwdefaults__
    return new


def mutants(claim, arguments):
    """(what is altered, places or None for the claim itself, how to make what to put there) for each slip."""
    found = reached(claim)
    shapes = seen(claim, arguments)
    for function, places in found.items():
        tree = definition(function) if function.__code__ in shapes else None
        if tree is None:  # it does not run, or is not ours
            continue
        original = ast.unparse(ast.fix_missing_locations(tree))
        slips = search.slips(tree, shapes[function.__code__])
        for text, kind in {ast.unparse(ast.fix_missing_locations(tree)): kind for kind, *_ in slips}.items():
            if text != original:
                where = f"{function.__module__}.{function.__qualname__}, {kind}"
                made = partial(rebuilt, text, function)
                yield f"{where}:\n{changed(original, text)}", None if function is claim else places, made
        for place, value in kept(function):
            if type(value) in (int, float) and not isinstance(place[0], dict):
                for other in sorted({value + 1, value - 1, 2 * value, value / 2, -value} - {value}):
                    yield (
                        f"{function.__qualname__}: {value} becomes {other}",
                        [place],
                        lambda other=other: other,
                    )


def changed(before, after):
    """The lines in which two texts differ."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return "\n".join(f"    {a.strip()}\n    {b.strip()}" for a, b in pairs if a != b)


def seen(claim, arguments):
    """{code: {name: shape}} of all functions that run, as their variables are when they return."""
    found = {}

    def look(frame, event, _):
        if event == "return" and "rnncourse" in frame.f_code.co_filename:
            shapes = {name: search.shape_of(value) for name, value in frame.f_locals.items() if plain(value)}
            found.setdefault(frame.f_code, {}).update(shapes)

    with watched(look):
        claim(*copy.deepcopy(arguments))
    return found


def plain(value):
    return isinstance(value, np.ndarray | int | float | complex | np.generic) or callable(value)


def value_of(claim, places, new, arguments):
    """What an altered claim gives, or None: it may loop for ever."""
    for patience in 1, 2, 4, 8:  # for the time of the processor: on a busy machine more of the clock's
        begun = time.process_time()
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(), placed(places or [], new):
                warnings.simplefilter("ignore")
                call = partial(claim if places else new, *copy.deepcopy(arguments))
                return bounded(call, patience * SECONDS)
        except TimedOut:
            if time.process_time() - begun > SECONDS / 2:
                break
        except Exception:
            break
    return None


def near(error, value, expected, tolerance):
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = error(value, expected) if value is not None else np.inf
            return np.shape(found) == () and bool(found <= tolerance)
    except Exception:
        return False


def attack(inputs, claim, oracles, sample=None):
    """Counter of "mutants", "rejected", "identical", "accepted wrongly", and the texts of the last two."""
    tried = list(inputs(np.random.default_rng(0)))
    expected = [[(oracle, oracle.formula(*a)) for oracle in oracles.values()] for a in tried]
    counts, culprits, same = Counter(), [], []
    altered = list(mutants(claim, tried[-1]))
    if sample and len(altered) > sample:
        altered = [altered[i] for i in np.random.default_rng(0).choice(len(altered), sample, replace=False)]
    for text, places, make in altered:
        if (new := make()) is None:
            continue
        counts["mutants"] += 1
        if any(missed(value_of(claim, places, new, a), e) for a, e in zip(tried, expected, strict=True)):
            counts["rejected"] += 1
        elif all(
            near(distance, value_of(claim, places, new, a), value, SAME)
            for a, value in elsewhere(inputs, claim)
        ):
            counts["identical"] += 1
            same.append(text)
        else:
            counts["accepted wrongly"] += 1
            culprits.append(text)
    return counts, culprits, same


def missed(value, expected):
    """Whether an oracle rejects a value."""
    return not all(near(oracle.error, value, right, oracle.tolerance) for oracle, right in expected)


@cache
def elsewhere(inputs, claim):
    """(arguments, what the claim gives) for further inputs."""
    return [(a, claim(*a)) for seed in SEEDS for a in inputs(np.random.default_rng(seed))]


def claims():
    """{label or id: (inputs, claim, oracles)} of the book and of the wild."""
    found = {}
    for label, equation in LABELS.items():
        certificate = equation.certificate()
        found[label] = certificate.inputs, certificate.claim, certificate.oracles
    for id, row in wild.rows().items():
        found[id] = row().inputs, row().right, row().oracles
    return found


def main(names, verbose):
    total, failed = Counter(), []
    for name, parts in claims().items():
        if not names or name in names:
            counts, culprits, same = attack(*parts)
            total += counts
            failed += [f"{name}, accepted wrongly: {text}" for text in culprits]
            print(f"{name:24}", dict(counts), flush=True)
            print(*same, sep="\n") if verbose else None
    print(*failed, sep="\n\n")
    words = ("mutants", "rejected", "identical", "accepted wrongly")
    print("certificates:", ", ".join(f"{total[word]} {word}" for word in words))
    return bool(failed)


if __name__ == "__main__":
    names = sys.argv[1:]
    sys.exit(main({*names} - {"-v"}, "-v" in names))
