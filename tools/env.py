"""Make the environment .venv from requirements.txt, or say in one sentence what is in the way.

    python -m tools.env          everything that is locked: the book, the notebooks, the tests
    python -m tools.env torch    and PyTorch, the automatic differentiation that the tests compare with

The machine's own Python runs this and may be old: Python 3.6 must be able to read the whole file.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
PIP = [PYTHON, "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
UV = [PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON]
# Outside the lock: its wheels differ between CPU and GPU builds, and so do the hashes.
TORCH = "torch==2.13.0"


def run(what, command):
    """Run a command; if it fails, show what it said and say what could not be done."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout}\nCould not {what}: is there a network, and does it reach the package index?")


def locked(name):
    """The lines of requirements.txt that lock one package, with its hashes."""
    with open(os.path.join(ROOT, "requirements.txt"), encoding="utf-8") as file:
        return re.search(rf"^{name}==.*(?:\n .*)*", file.read(), re.MULTILINE).group()


def environment():
    if not os.path.exists(PYTHON):
        run("make a virtual environment", [sys.executable, "-m", "venv", VENV])
    only_uv = os.path.join(VENV, "uv.txt")
    with open(only_uv, "w", encoding="utf-8") as file:
        file.write(locked("uv") + "\n")
    run("install uv", [*PIP, "--require-hashes", "-r", only_uv])
    run("install the packages", [*UV, "-r", "requirements.txt", "--editable", "."])  # uv checks every hash


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036
        version = sys.version.split()[0]
        sys.exit(
            f"Python 3.11 or newer is needed, this is {version}: name one, as in make PYTHON=python3.12 book"
        )
    if sys.argv[1:] == ["torch"]:
        run("install PyTorch", [*PIP, TORCH])
    else:
        environment()
