"""A wrong sign in the mathematics must turn the unit tests and the notebooks red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNIT, PAGE = "tests/test_rnn.py", "book/1-backpropagation-through-time/b-gradient.ipynb"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project with one sign of the backward recursion flipped."""
    root = tmp_path_factory.mktemp("flipped")
    shutil.copytree(ROOT / "rnncourse", root / "rnncourse")
    for name in ("pyproject.toml", UNIT, PAGE):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    source = root / "rnncourse" / "rnn.py"
    right, wrong = "dh_prev += delta_t.dot(W)", "dh_prev -= delta_t.dot(W)"
    text = source.read_text()
    assert text.count(right) == 1
    source.write_text(text.replace(right, wrong))
    return root


@pytest.mark.parametrize(
    "arguments", [[UNIT, "-x"], ["--nbval", "--nbval-current-env", PAGE]], ids=["unit", "page"]
)
def test_a_flipped_sign_is_caught(copy, arguments):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    environment = os.environ | {"PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 1, done.stdout + done.stderr  # 1: tests ran and some failed
    assert " failed" in done.stdout
