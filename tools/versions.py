"""Run the tests and every notebook on the oldest and newest numpy and Python that the course supports.

    python -m tools.versions        makes an environment each in .venv/versions; prints one line a pair

A Python is looked for in PATH and in pyenv's folder; uv downloads one that is missing. The tests that compare
with PyTorch and those of the built pages and of the tools are for `make test` only.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COLAB = (
    "numpy==2.0.2",
    "matplotlib==3.10.0",
    "ipywidgets==7.7.1",
    "ipykernel==6.17.1",
    "ipython==7.34.0",
    "pyparsing==3.2.3",
)
PAIRS = (
    ("3.11", ("numpy==1.26.4",)),
    ("3.12", COLAB),  # the oldest of each that Google Colab has had of late
    *((f"3.{n}", ()) for n in (11, 12, 13, 14)),
)  # (): as locked
# pyenv's commands in PATH start one Python only.
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
LEFT_OUT = (
    "book",
    "tools",
    "check/test_tensors.py",
    "test_rnn.py",
    "test_lstm.py",
    "test_adding.py",
    "test_alarm.py",
)


def run(*command, path=()):
    """Run a command with these folders first in PATH."""
    env = os.environ | {"PATH": os.pathsep.join([*map(str, path), os.environ["PATH"]])}
    return subprocess.run([str(c) for c in command], cwd=ROOT, text=True, capture_output=True, env=env)


def environment(python, pins):
    """The Python of an environment with everything locked, but for the pins; else say what is in the way."""
    folder = ROOT / ".venv" / "versions" / f"{python}-{(pins or ('locked',))[0].replace('=', '')}"
    uv = [sys.executable, "-m", "uv"]
    install = [*uv, "pip", "install", "--quiet", "--python", folder]
    steps = [
        ("not found here: install it", [*uv, "venv", "-q", "--allow-existing", "--python", python, folder]),
        ("is there a network?", [*install, "-r", "requirements.txt", "--editable", "."]),
        *([("is there a network?", [*install, *pins])] if pins else []),
    ]
    for advice, step in steps:
        done = run(*step, path=sorted(PYENV.glob(f"versions/{python}.*/bin")))
        if done.returncode:
            print(f"{done.stderr}Python {python}: {advice}")
            return None
    return folder / "bin" / "python"


def report(python, pins):
    """Test one pair and print what came of it; True if all passed."""
    interpreter = environment(python, pins)
    if not interpreter:
        return False
    version = run(interpreter, "-c", "import numpy; print(numpy.__version__)").stdout.strip()
    ignored = [f"--ignore=tests/{name}" for name in LEFT_OUT]
    flags = ["-n", "2", "--dist", "loadfile", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=60"]
    done = run(
        interpreter, "-m", "pytest", "-p", "no:cacheprovider", *flags, *ignored, "tests", "book",
        path=[interpreter.parent],
    )  # fmt: skip
    if done.returncode:
        print(done.stdout[-5000:])
    print(f"Python {python}, numpy {version}: {done.stdout.strip().splitlines()[-1]}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(0 if all([report(*pair) for pair in PAIRS]) else 1)
