"""runner.py, which runs a page's cells, without a browser."""

import builtins
import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "book/_theme/static/live/runner.py"
DIFFERS = "import numpy as np\nfrom rnncourse.check import check\ncheck('1a', lambda W, x: W + 0.3)"


@pytest.fixture
def page(monkeypatch):
    """A page; what it changes in this process is put back."""
    modules = sys.modules.copy()
    monkeypatch.setattr(builtins, "input", input)
    spec = importlib.util.spec_from_file_location("runner", FILE)
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)
    yield runner.Page()
    sys.modules.clear()
    sys.modules.update(modules)


def run(page, code, name="cell 1", **more):
    return json.loads(page.run(code, name, **more), parse_constant=pytest.fail)  # as a browser: no Infinity


def shown(done):
    assert done["error"] is None, done["error"]
    return ["".join(one.get("text", "") or one["data"]["text/plain"]) for one in done["outputs"]]


def test_streams_and_values_come_in_order(page):
    done = run(page, "import sys\nprint('a'); print('b', file=sys.stderr)\nprint('c', end='')\n1 + 1")
    assert [o.get("name", o["output_type"]) for o in done["outputs"]] == [
        "stdout",
        "stderr",
        "stdout",
        "execute_result",
    ]
    assert shown(done) == ["a\n", "b\n", "c", "2"]
    assert shown(run(page, "_ + 1;")) == []
    assert shown(run(page, "display(_, 'x')\nNone")) == ["2", "'x'"]
    assert shown(run(page, "")) == shown(run(page, "# nothing")) == []


def test_cells_share_names_until_a_fresh_start(page):
    run(page, "x = 3")
    assert shown(run(page, "x")) == ["3"]
    page.fresh()
    assert run(page, "x")["error"]["kind"] == "NameError"


def test_names_that_no_cell_makes_any_more_are_forgotten(page):
    run(page, "print = x = 3")
    assert run(page, "print(1)")["error"]["kind"] == "TypeError"
    assert shown(run(page, "print(x)", strays=["print", "never"])) == ["3\n"]


def test_what_a_cell_sets_in_a_module_ends_with_the_next_import(page):
    before = shown(run(page, "from rnncourse import rnn\nrnn.sigma, rnn.dsigma"))
    assert shown(run(page, "rnn.sigma = rnn.dsigma = 3\nrnn.sigma, rnn.dsigma")) == ["(3, 3)"]
    run(page, "rnn.sigma = 4")
    assert shown(run(page, "from rnncourse import rnn\nrnn.sigma, rnn.dsigma")) == before


def test_a_fresh_start_forgets_what_the_course_has_counted_but_not_numpy(page):
    first, second = (shown(run(page, DIFFERS)) for _ in range(2))
    numpy = sys.modules["numpy"]
    assert first != second  # another answer, other inputs
    page.fresh()
    assert shown(run(page, DIFFERS)) == first
    assert sys.modules["numpy"] is numpy


def test_a_cell_as_printed_says_the_same_twice_and_answers_get_new_inputs(page):
    first = shown(run(page, DIFFERS, printed=True))
    assert shown(run(page, DIFFERS, printed=True)) == first
    second = shown(run(page, DIFFERS))
    assert shown(run(page, DIFFERS, printed=True)) == first
    assert len({*map(str, (first, second, shown(run(page, DIFFERS))))}) == 3


TWO_OFF = """import numpy as np
from rnncourse.check import check
def two_off(W, x):
    p = np.exp(W @ x) / np.sum(np.exp(W @ x))
    return -(np.diag(p) + np.outer(p, p)) @ W
check("1a-softmax", two_off)"""


def test_a_cell_as_printed_is_searched_to_the_end_on_a_slow_machine_too(page, monkeypatch):
    run(page, "import rnncourse.check.search")
    monkeypatch.setattr(sys.modules["rnncourse.check.search"], "SECONDS", 0)
    assert "two slips" not in shown(run(page, TWO_OFF))[0]
    assert "two slips" in shown(run(page, TWO_OFF, printed=True))[0]


@pytest.mark.parametrize(
    ("code", "line", "sentence"),
    [
        ("x = 1\nnothing", 2, "Line 2: NameError: name 'nothing' is not defined"),
        ("x = 1\nif x\n    y", 2, "Line 2: SyntaxError: expected ':'"),
        ("import numpy as np\n\nnp.ones(3) @ np.ones(2)", 3, "Line 3: ValueError: matmul"),
        ("def f(a):\n    return a + 'b'\n\nf(1)", 2, "Line 2: TypeError: unsupported operand"),
        ("import json\njson.loads('{')", 2, "Line 2: JSONDecodeError: Expecting property name"),
        ("def f(): f()\nf()", 1, "Line 1: RecursionError: It called itself without end."),
        ("import sys\nsys.exit(3)", 2, "Line 2: The cell ended itself; the page goes on."),
        ("quit()", 1, "Line 1: The cell ended itself; the page goes on."),
        ("input('name?')", 1, "Line 1: EOFError: input() cannot ask on this page"),
        ("raise MemoryError", 1, "Line 1: MemoryError: The memory of this page is full"),
        ("raise KeyboardInterrupt", 1, "Line 1: KeyboardInterrupt"),
        ("class E(Exception):\n    def __str__(self): 1 / 0\nraise E", 3, "Line 3: E: (its message cannot"),
        ("a = 1\0", None, "SyntaxError: source code string cannot contain null bytes"),
        ("x = 1\n" + "(" * 3000, 2, "Line 2: "),
    ],
)
def test_an_error_is_one_sentence_with_the_line_of_the_cell(page, code, line, sentence):
    error = run(page, code)["error"]
    assert error["sentence"].startswith(sentence)
    assert error["line"] == line
    assert "runner.py" not in error["text"] and len(error["text"]) < 5000
    assert shown(run(page, "print(6 * 7)")) == ["42\n"]  # the page goes on


@pytest.mark.skipif("NIGHTLY" not in os.environ, reason="for the night: all cells, twice")
@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "book").rglob("*.ipynb")), ids=str)
def test_a_cell_of_the_book_that_runs_twice_says_the_same(page, path):
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code" and "minutes" not in cell["metadata"].get("live", {}):
            first, second = (shown(run(page, "".join(cell["source"]), printed=True)) for _ in range(2))
            assert first == second, cell["id"]


def test_an_error_in_a_function_of_another_cell_names_the_line_that_called_it(page):
    run(page, "def f(a):\n    b = 1\n    return a / 0", "cell 1")
    error = run(page, "x = 2\nf(x)", "cell 2")["error"]
    assert error["line"] == 2
    assert "In <cell 1>, line 3, in f\n    return a / 0\n" in error["text"]


def test_frames_of_libraries_are_marked_and_the_learners_are_not(page):
    text = run(page, "import json\njson.loads('{')")["error"]["text"]
    own, *rest = [line for line in text.splitlines() if ", line " in line and line.startswith("  ")]
    assert own == "  In <cell 1>, line 2, in <module>"
    assert rest and all(line.endswith("(library)") for line in rest)


def test_a_check_tells_the_line_of_the_answer_and_blames_no_line_of_the_course(page):
    code = "def jacobian(W, x):\n    y = W\n    return y + None\ncheck('1a', jacobian)"
    (said,) = shown(run(page, f"from rnncourse.check import check\n{code}"))
    assert "TypeError" in said and "in line 4 of your code: `return y + None`" in said
    (said,) = shown(run(page, "check('1a', lambda W: W)"))
    assert "could not be called as the exercise calls it" in said and "line" not in said


def test_output_without_end_is_cut_with_a_sentence(page):
    done = run(page, "for i in range(200_000): print('0123456789' * 5)\nprint('end')\n'value'")
    text = "".join(shown(done))
    assert len(text) < 1_100_000 and text.count("is not shown: it is over 1 MB") == 1
    assert shown(run(page, "'x' * 10_000_000")) == [
        "[The rest of the output is not shown: it is over 1 MB.]\n"
    ]
    assert shown(run(page, "print('again')")) == ["again\n"]


def test_hostile_text_stays_text(page):
    done = run(page, "print('<img src=x onerror=harm()>')\n'</script>'")
    assert shown(done) == ["<img src=x onerror=harm()>\n", "'</script>'"]
    assert all("text/html" not in one.get("data", {}) for one in done["outputs"])


def test_open_figures_are_shown_once_and_closed(page):
    pytest.importorskip("matplotlib").use("agg")
    done = run(page, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('t')\nplt.show()")
    assert done["error"] is None
    (picture,) = (one["data"]["text/html"] for one in done["outputs"] if "text/html" in one["data"])
    assert 'aria-label="The picture that this cell drew."' in picture
    assert shown(run(page, "plt.get_fignums()")) == ["[]"]
    failed = run(page, "plt.plot([1, 2])\n1 / 0")
    assert failed["error"]["line"] == 2 and "<svg" in failed["outputs"][0]["data"]["text/html"]
    assert shown(run(page, "plt.get_fignums()")) == ["[]"]


def test_a_verdict_says_so_in_its_metadata(page):
    done = run(page, "from rnncourse.check import check\ncheck('1a', lambda W, x: W.T)")
    verdict = done["outputs"][0]["metadata"]["verdict"]
    assert verdict["exercise"] == "1a" and not verdict["passed"]
    assert verdict["mistake"] == "transposed+no-derivative"


@pytest.mark.parametrize(
    "answer", ["1.0", "W @ x", "W * np.nan", "W * np.inf", "None", "1j * W", "[W, x]", "'W'"]
)
def test_a_verdict_on_any_value_reaches_the_page(page, answer):
    code = f"import numpy as np\nfrom rnncourse.check import check\ncheck('1a', lambda W, x: {answer})"
    verdict = run(page, code)["outputs"][0]["metadata"]["verdict"]
    assert verdict["status"] in ("Not yet", "Not answered yet")


def test_an_explorable_is_named_and_its_frames_are_drawn_when_asked_for(page):
    pytest.importorskip("matplotlib")
    code = """from rnncourse.explore import explore
from rnncourse.figures import chapter_1 as pictures
explore(pictures.jacobian, z=[-1, 0, 1], preset=list(pictures.PRESETS))"""
    html = run(page, code)["outputs"][0]["data"]["text/html"]
    assert 'data-explorable="x0"' in html
    first, second = page.frame("x0", [0, 0]), page.frame("x0", [2, 1])
    assert first.startswith('<div class="rnn-figure"') and first != second == page.frame("x0", [2, 1])
