"""The attack on the checks: every right solution that is known, altered in one place and in two.

    make attack                all alterations of one place, a thousand of two places for each solution
    make attack ONLY="1b 2-clip"       these exercises alone
    python -m tools.attack --sample 20 so many of each kind

An altered solution that differs from the right value anywhere on many inputs drawn from the exercise's domain
must be refused, and one that differs nowhere must pass. Exit 1 if one passed wrongly or was refused wrongly.
"""

import argparse
import ast
import json
import linecache
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np

from rnncourse import lstm, rnn, spectra
from rnncourse.check import EXERCISES, check, judging, search
from rnncourse.check.answers import TOLERANCE
from rnncourse.check.exercises import draw

ROOT = Path(__file__).parent.parent
NAMES = {"np": np, "rnn": rnn, "lstm": lstm, "spectra": spectra, "sigma": rnn.sigma, "exact": np.array}
INPUTS = 200
SECONDS = 2  # for a mutant with an endless loop


def page_solutions():
    """{exercise: functions} of the solutions on the pages, read from their notebooks."""
    found = {}
    for path in sorted((ROOT / "book").glob("[123]*/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        for source in sources:
            for key, function in solved(source, path.stem):
                found.setdefault(key, []).append(function)
    return found


def solved(source, page):
    """(exercise, function) of each check of a cell that takes a function of the same cell, unrecorded."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "check" and node.keywords:
            key, answer = node.args[0].value, ast.unparse(node.args[1])
            if answer in functions and EXERCISES[key].domain:
                yield key, made(ast.unparse(functions[answer]), NAMES, f"<{page} {answer}>")


def made(text, space, name="<altered>"):
    """The function that a text defines, or None."""
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    return search.defined(text, name, space, ast.parse(text).body[0].name)


def altered(texts, names, rng, most):
    """At most so many texts that come from altering one place of one of these."""
    found = []
    for text in texts:
        tree = ast.parse(text)
        found += [ast.unparse(ast.fix_missing_locations(tree)) for _ in search.slips(tree, names)]
    found = sorted({*found} - {*texts})
    chosen = rng.permutation(len(found))[:most] if most else range(len(found))
    return [found[i] for i in chosen]


@mock.patch.object(judging, "explained", lambda *_: None)  # a name is not needed here
def attack(key, solutions, sample=None, pairs=1000):
    """Counter of "mutants", "refused", "passed wrongly", "refused wrongly", and what they were."""
    ex, rng, counts, culprits = EXERCISES[key], np.random.default_rng(0), Counter(), []
    probe = draw(ex, 0)
    inputs = [one(rng) for one in (*ex.probes, *[ex.domain] * (40 if sample else INPUTS))]
    values = [ex.kind.read(ex.right(*arguments)) for arguments in inputs]
    for function in solutions:
        tree, _ = search.parsed(function)
        names = search.shapes(function, probe.arguments)
        text = ast.unparse(ast.fix_missing_locations(tree))
        single = altered([text], names, rng, sample)
        first = [single[i] for i in rng.integers(0, len(single), -(-pairs // 25))]
        for mutant in [*single, *altered(first, names, rng, pairs if pairs else 1)[: pairs or 0]]:
            answer = made(mutant, function.__globals__)
            if not answer:
                continue
            counts["mutants"] += 1
            passed = judging.judge(ex, probe, answer, SECONDS).passed
            right = same_everywhere(ex, answer, probe, inputs, values, passed)
            outcome = "passed wrongly" if passed and not right else "refused"
            if not passed and right:
                outcome = "refused wrongly"
            counts["the same" if passed and right else outcome] += 1
            if outcome != "refused" and not (passed and right):
                culprits.append(f"{key}, {outcome}:\n{mutant}")
    return counts, culprits


def same_everywhere(ex, answer, probe, inputs, values, passed):
    """Whether an answer is right on all inputs; a refused one that changes its arguments is not."""
    changed = False
    for arguments, right in zip([probe.arguments, *inputs], [probe.values[0][1], *values], strict=True):
        outcome = judging.run(answer, arguments, ex.kind.read, SECONDS)
        if outcome.trouble or outcome.unanswered or not ex.kind.error(outcome.value, right) <= TOLERANCE:
            return False
        changed = changed or outcome.changed
    return passed or not changed


def all_solutions():
    """{exercise: the page's, the registered and the plain right solutions}."""
    pages, plain = page_solutions(), search.sources()
    return {
        key: [ex.right, *pages.get(key, []), *plain.get(key, [])]
        for key, ex in EXERCISES.items()
        if ex.domain
    }


def slowest(times=5):
    """(seconds of processor time, exercise) of the slowest verdict on a right answer, of so many each."""
    taken = []
    for key, ex in EXERCISES.items():
        for _ in range(times):
            began = time.process_time()
            check(key, ex.right if ex.function else ex.right(), record=False)
            taken.append((time.process_time() - began, key))
    return max(taken)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default=os.environ.get("ONLY", ""))
    parser.add_argument("--sample", type=int)
    parser.add_argument("--pairs", type=int, default=1000)
    options = parser.parse_args()
    total, failed = Counter(), []
    for key, solutions in all_solutions().items():
        if not options.only or key in options.only.split():
            counts, culprits = attack(key, solutions, options.sample, options.pairs)
            total, failed = total + counts, failed + culprits
            print(f"{key:14}", len(solutions), "solutions", dict(counts), flush=True)
    print(*failed, f"all: {dict(total)}", sep="\n\n")
    seconds, key = slowest()
    print(f"slowest verdict on a right answer: {1000 * seconds:.0f} ms, {key}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
