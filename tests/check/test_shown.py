"""In a notebook: each verdict is shown, once; what an answer draws, displays or asks is not repeated."""

import nbformat
import pytest
from nbclient import NotebookClient

SHOWS = {
    "the last value": ('check("1a", ...)', 1),
    "two of them": ('check("1a", ...)\ncheck("1b", ...)', 2),
    "in an if": ('if True:\n    check("1a", ...)', 1),
    "in a loop, over two lines": ('for key in "1a", "1b":\n    check(\n        key, ...)', 2),
    "in a function": ('def both():\n    check("1a", ...)\nboth()', 1),
    "kept in a name": ('verdict = check("1a", ...)', 0),
    "asked whether it passed": ('if check("1a", ...):\n    print("!")', 0),
    "a list of them": ('[check("1a", ...).passed]', 1),
}


@pytest.fixture(scope="module")
def outputs():
    """outputs(source): what a notebook shows of a cell."""
    client = NotebookClient(nbformat.v4.new_notebook(), kernel_name="python3")
    client.nb.cells = [nbformat.v4.new_code_cell("from rnncourse.check import check")]
    with client.setup_kernel():
        client.execute_cell(client.nb.cells[0], 0)

        def outputs(source):
            cell = nbformat.v4.new_code_cell(source)
            client.nb.cells.append(cell)
            return client.execute_cell(cell, len(client.nb.cells) - 1).outputs

        yield outputs


@pytest.mark.parametrize("source, times", SHOWS.values(), ids=SHOWS)
def test_a_verdict_is_shown_once_wherever_it_stands(outputs, source, times):
    assert len(outputs(source)) == times


ANSWER = """
import numpy as np
{first}

def answer(W, x):
    {does}
    s = 1 / (1 + np.exp(-W @ x))
    return (s * (1 - s))[:, None] * W

check("1a", answer)
"""
DOES = {
    "display": ("", "display(W)"),
    "display, imported": ("from IPython.display import display as show", "show(W)"),
    "a picture": ("import matplotlib.pyplot as plt", "plt.plot(x)"),
    "a new picture": ("import matplotlib.pyplot as plt", "plt.figure(); plt.plot(x)"),
    "a picture that is shown": ("import matplotlib.pyplot as plt", "plt.plot(x); plt.show()"),
}


@pytest.mark.parametrize("first, does", DOES.values(), ids=DOES)
def test_what_an_answer_shows_is_shown_once(outputs, first, does):
    found = outputs(ANSWER.format(first=first, does=does))
    pictures = [out for out in found if "Correct" not in str(out)]
    assert len(found) == 2 and len(pictures) == 1, found


def test_who_asks_is_told_that_nobody_answers(outputs):
    (verdict,) = outputs(ANSWER.format(first="", does="input('W?')"))
    assert "nobody answers input()" in str(verdict)
    (asked,) = outputs("try:\n    input()\nexcept Exception as error:\n    print(type(error).__name__)")
    assert asked["text"] == "StdinNotImplementedError\n"  # the notebook's own input() is back
