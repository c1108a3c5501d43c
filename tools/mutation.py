"""Mutation testing: alter one sign, index, comparison or constant of the package at a time; a test must fail.

    make mutation                                the modules of TESTS, all mutants
    make mutation ONLY="rnn.py check/judging.py" some of them
    make mutation SAMPLE=100                     at most so many mutants a module, drawn with a fixed seed

The mutants are cosmic-ray's; mutmut skips every function with a decorator, which is nearly all of the
mathematics. cosmic-ray by itself starts Python anew for each mutant and changes the files in place; here a
mutant stands in a copy below _build, and its tests run in a fork of a process that has imported PyTorch.
A survivor that is not in the tables of tests/mutation.md, with the reason, is a failure.
"""

import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import cache_from_source
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parent.parent
LISTED = ROOT / "tests" / "mutation.md"
COPIES = ROOT / "_build" / "mutation"
JOBS = 2
FUZZ = "tests/test_fuzz.py::test_the_mathematics"
PROOFS = ["tests/equations/test_equations.py", "tests/certificates/test_certificates.py"]
PROOFS += ["-k", "not command and not numpy"]  # which start Python anew
ENGINE = "__init__", "answers", "exercises", "judging", "records", "running", "verdicts", "catalogue"
CHECKS = [f"tests/check/test_{name}.py" for name in ("answers", "running", "panels", "exercises")]
CONTENT = ["mistakes", "chapter_1", "chapter_2", "chapter_3", "review"]
CONTENT = [f"tests/exercises/test_{name}.py" for name in CONTENT]
PAGES = {
    room: [
        path.relative_to(ROOT / "rnncourse").as_posix()
        for path in sorted(ROOT.glob(f"rnncourse/{room}/chapter_*/*.py"))
        if path.name != "__init__.py"
    ]
    for room in ("equations", "exercises")
}
TESTS = {  # module -> the tests that are to notice, the fastest first
    "rnn.py": ["tests/test_rnn.py", FUZZ, "-k", "rnn"],
    "spectra.py": ["tests/test_spectra.py", FUZZ, "-k", "spectra"],
    "lstm.py": ["tests/test_lstm.py", FUZZ, "-k", "lstm"],
    "gradcheck.py": ["tests/test_gradcheck.py", FUZZ, "-k", "gradcheck"],
    "adding.py": ["tests/test_adding.py"],
    "_arguments.py": ["tests/test_rnn.py", "tests/test_lstm.py", "tests/test_spectra.py", FUZZ],
    **{f"certificates/{name}.py": PROOFS for name in ("__init__", "oracles")},
    **{page: PROOFS for page in PAGES["equations"]},
    **{f"check/{name}.py": [*CHECKS, *CONTENT[::-1]] for name in ENGINE},
    **{
        f"check/{name}.py": [f"tests/check/test_{other}.py" for other in (name, "search", "relations")]
        for name in ("altering", "relations", "search")
    },
    **{
        page: [f"tests/exercises/test_{page.split('/')[1]}.py", *CONTENT, CHECKS[0]]  # its chapter's first
        for page in PAGES["exercises"]
    },
}
GUARD = "strict=False", "strict=True"
# Python 3.11 cannot enter these functions; later ones can.
LATER = () if hasattr(sys, "monitoring") else ("_by_watching",)
# Other operators make mutants that hardly any test could miss: a shift of floats, == made into "is".
OPERATORS = re.compile(
    "AddNot|Delete|True|False|AndWithOr|OrWithAnd|Break|Exception|NumberReplacer|RemoveDecorator|ZeroIteration"
    "|Binary.*(Add_Sub|Add_Mul|Sub_Add|Mul_Add|Mul_Div|_Div_Mul|Pow_Mul|FloorDiv_Div|BitOr_BitAnd|BitAnd_BitOr)"
    "|Comparison.*(Eq|NotEq|Lt|LtE|Gt|GtE)_(Eq|NotEq|Lt|LtE|Gt|GtE)$|Comparison.*(Is_IsNot|IsNot_Is)"
)


def data(tree):
    """The lines of a page's equations and exercises that are data: drawn, or wrong on purpose.

    Altered, they are other inputs and other mistakes, as good as those.
    """
    lines = set()
    for node in ast.walk(tree):
        function = isinstance(node, ast.FunctionDef | ast.Lambda)
        drawn = function and "rng" in [argument.arg for argument in node.args.args]
        wrong = isinstance(node, ast.keyword) and node.arg == "wrong"
        alone = ast.walk(node) if isinstance(node, ast.For) else [node]  # a loop makes several mistakes known
        calls = [*getattr(node, "decorator_list", []), *(n.value for n in alone if isinstance(n, ast.Expr))]
        ties = [c.func.attr for c in calls if isinstance(c, ast.Call) and isinstance(c.func, ast.Attribute)]
        mistaken = {"mistake", "also"} & {*ties}
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "exercise":
            lines |= {line for probe in node.args[3:] for line in range(probe.lineno, probe.end_lineno + 1)}
        if drawn or wrong or mistaken:
            lines |= {*range(min([node.lineno, *(c.lineno for c in calls)]), node.end_lineno + 1)}
    right = [
        node for node in tree.body if ast.unparse(node).startswith("@exercise(")
    ]  # their mistakes name them
    known = None
    while known != lines:  # and what serves nothing else, such as a function that makes wrong variants
        known = lines.copy()
        for owner in tree.body:
            for node in ast.walk(owner):
                targets = node.targets if isinstance(node, ast.Assign) and node is owner else []
                names = {n.id for t in targets for n in ast.walk(t) if hasattr(n, "id")}
                names |= {node.name} if getattr(node, "name", None) and node not in right else set()
                scope = ast.walk(tree if node is owner else owner) if names else ()
                uses = {n.lineno for n in scope if isinstance(n, ast.Name) and n.id in names}
                uses -= {node.lineno} if targets else set()
                if uses and uses <= lines:
                    lines |= {*range(node.lineno, node.end_lineno + 1)}
    return lines


def mutants(module, sample):
    """(row of the table, name of the function, source) of the mutants of a module."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code

    source = (ROOT / "rnncourse" / module).read_text(encoding="utf-8")
    tree, parsed = ast.parse(source), get_ast(source)
    unguarded = ast.dump(ast.parse(source.replace(*GUARD)))
    left_out = data(tree) if any(module in pages for pages in PAGES.values()) else ()
    places = [
        (operator(), occurrence, line)
        for operator in map(plugins.get_operator, filter(OPERATORS.search, plugins.operator_names()))
        for occurrence, (line, _) in enumerate(
            start for node in ast_nodes(parsed) for start, _ in operator().mutation_positions(node)
        )
        if line not in left_out
    ]
    if sample:
        places = random.Random(0).sample(places, min(sample, len(places)))
    for operator, occurrence, line in places:
        mutant = mutate_code(source, operator, occurrence)
        try:
            if ast.dump(ast.parse(mutant.replace(*GUARD))) == unguarded:
                continue  # nothing but white space, or a guard of zip that no right program needs
        except SyntaxError:
            continue
        owners = [
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and min(n.lineno for n in [node, *node.decorator_list]) <= line <= node.end_lineno
        ]
        if set(owners) & set(LATER):
            continue
        before, after = (Counter(text.splitlines()) for text in (source, mutant))
        texts = (" ".join(" ".join(part).split()) for part in (before - after, after - before))
        cells = [" ".join([module, *owners[-1:]]), *("`" + text.replace("`", "'") + "`" for text in texts)]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", owners, mutant


def trial(folder, tests):
    """Run the tests in this process and leave with pytest's exit code."""
    os.setsid()
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    null = os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(null, 1)
    os.dup2(null, 2)
    import _hypothesis_pytestplugin
    import pytest
    from hypothesis import Phase, settings

    settings.register_profile(
        "fixed", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
    )
    settings.load_profile("fixed")
    flags = ["-x", "-p", "no:cacheprovider", "--tb=no"]
    os._exit(pytest.main([*flags, *tests], plugins=[_hypothesis_pytestplugin]))


def outcome(folder, tests, limit):
    """The exit code of the tests, or None after so many seconds."""
    process = CONTEXT.Process(target=trial, args=(folder, tests))
    process.start()
    process.join(limit)
    if process.exitcode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return None
    return process.exitcode


def copy(number):
    """A copy of what the tests need, with its bytecode."""
    folder = COPIES / str(number)
    shutil.rmtree(folder, ignore_errors=True)
    for name in "rnncourse", "tests", "tools", "book":
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "_theme"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    subprocess.run([sys.executable, "-m", "compileall", "-q", folder / "rnncourse"], check=True)
    return folder


@cache
def duration(*tests):
    """The seconds that the tests take without a mutant; they must pass."""
    start = time.monotonic()
    if outcome(FOLDERS[0], tests, None) != 0:
        sys.exit(f"The tests fail without a mutant.\n{(FOLDERS[0] / 'log.txt').read_text()}")
    return time.monotonic() - start


def survivors(module, sample):
    """Test the mutants of a module, print those that no test noticed -> how many of them are not listed."""
    tests, found = TESTS[module], list(mutants(module, sample))
    start = time.monotonic()
    limit = 10 + 5 * duration(*tests)
    free = SimpleQueue()
    for folder in FOLDERS:
        free.put(folder)
        Path(cache_from_source(folder / "rnncourse" / module)).unlink(missing_ok=True)

    def survives(mutant):
        _, owners, source = mutant
        label = [name.replace("_", "-") for name in owners if name.startswith("eq_")]
        folder = free.get()
        (folder / "rnncourse" / module).write_text(source, encoding="utf-8")
        code = outcome(folder, [*tests, *(["-k", label[0]] if label else [])], limit)
        free.put(folder)
        return code == 0

    listed, known, unlisted = LISTED.read_text(encoding="utf-8"), 0, 0
    with ThreadPoolExecutor(len(FOLDERS)) as pool:
        for (row, *_), lives in zip(found, pool.map(survives, found), strict=True):
            known += lives and row in listed
            if lives and row not in listed:
                unlisted += 1
                print(row, flush=True)
    for folder in FOLDERS:
        shutil.copy(ROOT / "rnncourse" / module, folder / "rnncourse" / module)
    counts = f"{len(found)} mutants, {known + unlisted} survive, {known} of them listed"
    print(f"{module}: {counts}; {time.monotonic() - start:.0f} s", flush=True)
    return unlisted


if __name__ == "__main__":
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    os.environ["XDG_DATA_HOME"] = str(COPIES / "data")  # a mutant may forget that the tests keep their own
    CONTEXT = get_context("forkserver")
    CONTEXT.set_forkserver_preload(
        ["torch", "pytest", "hypothesis", "_hypothesis_pytestplugin", "matplotlib"]
    )
    modules = os.environ.get("ONLY", "").split() or TESTS
    FOLDERS = [copy(number) for number in range(JOBS)]
    sys.exit(any([survivors(module, int(os.environ.get("SAMPLE", 0))) for module in modules]))
