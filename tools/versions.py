"""Run the tests and every notebook on the oldest and newest numpy and Python that the course supports.

    python tools/versions.py        makes an environment each in .venv/versions; prints one line a pair

The tests that compare with PyTorch and those of the built pages run in `make test` only.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAIRS = ("3.11", "numpy==1.26.4"), ("3.11", None), ("3.12", None), ("3.13", None)  # None: as locked
LEFT_OUT = (
    "book",
    "tools",
    "test_rnn.py",
    "test_lstm.py",
    "test_adding.py",
    "test_notebooks.py",
    "test_alarm.py",
)


def run(*command, **keywords):
    return subprocess.run([str(c) for c in command], cwd=ROOT, text=True, capture_output=True, **keywords)


def environment(python, numpy):
    """The Python of an environment with everything locked, but for numpy; None if it cannot be made."""
    folder = ROOT / ".venv" / "versions" / f"{python}-{(numpy or 'locked').replace('=', '')}"
    uv = [sys.executable, "-m", "uv"]
    pip = [*uv, "pip", "install", "--quiet", "--python", folder]
    steps = [
        [*uv, "venv", "--quiet", "--allow-existing", "--python", python, folder],
        [*pip, "--require-hashes", "-r", "requirements.txt"],
        [*pip, "--no-deps", "--editable", "."],
        *([[*pip, numpy]] if numpy else []),
    ]
    for step in steps:
        done = run(*step)
        if done.returncode:
            print(done.stderr)
            return None
    return folder / "bin" / "python"


def report(python, numpy):
    """Test one pair and print what came of it; True if all passed."""
    interpreter = environment(python, numpy)
    if not interpreter:
        print(f"Python {python}, {numpy or 'numpy as locked'}: not available here")
        return False
    version = run(interpreter, "-c", "import numpy; print(numpy.__version__)").stdout.strip()
    ignored = [f"--ignore=tests/{name}" for name in LEFT_OUT]
    flags = ["-n", "2", "--dist", "loadfile", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=60"]
    done = run(
        interpreter, "-m", "pytest", "-p", "no:cacheprovider", *flags, *ignored, "tests", "book",
        env=os.environ | {"PATH": f"{interpreter.parent}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    if done.returncode:
        print(done.stdout[-5000:])
    print(f"Python {python}, numpy {version}: {done.stdout.strip().splitlines()[-1]}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(0 if all([report(*pair) for pair in PAIRS]) else 1)
