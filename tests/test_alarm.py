"""A wrong sign in the mathematics must turn the unit tests and the notebooks red."""

import pytest

from tools.alarms import copied, run

UNIT, PAGE = "tests/test_rnn.py", "book/1-backpropagation-through-time/b-gradient.ipynb"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project with one sign of the backward recursion flipped."""
    root = tmp_path_factory.mktemp("flipped")
    copied(root, UNIT, PAGE)
    source = root / "rnncourse" / "rnn.py"
    right, wrong = "dh_prev += delta_t.dot(W)", "dh_prev -= delta_t.dot(W)"
    text = source.read_text()
    assert text.count(right) == 1
    source.write_text(text.replace(right, wrong))
    return root


@pytest.mark.parametrize("path", [UNIT, PAGE], ids=["unit", "page"])
def test_a_flipped_sign_is_caught(copy, path):
    done = run(copy, path, "-x")
    assert done.returncode == 1, done.stdout + done.stderr  # 1: tests ran and some failed
    assert " failed" in done.stdout
    assert "Timeout" not in done.stdout, done.stdout
