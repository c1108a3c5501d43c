"""Build JupyterLite into the book: every notebook runs in the reader's browser, with nothing installed.

    python -m tools.lite       writes _build/html/lite

The kernel (Pyodide's core, from npm), the wheels it starts with (from PyPI) and the course's own wheel are
served beside the book. Compiled packages, numpy and matplotlib above all, come from Pyodide's own
distribution when a notebook first imports them; PYODIDE_ORIGIN names a mirror of it, say for a classroom.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_VERSION

from tools.copies import copies

ROOT = Path(__file__).parent.parent
STAGE = ROOT / "_build" / "lite"
TARGET = ROOT / "_build" / "html" / "lite"
PYODIDE = STAGE / "static" / "pyodide"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
STARTS_WITH = ("ipython", "jedi", "micropip", "platformdirs")  # of Pyodide's distribution; with all they need
WHEELS = ROOT / ".venv" / "cache" / "wheels"  # fetched once, so that a page is built anew without a network
WIDGETS = ("ipywidgets", "jupyterlab-widgets", "comm")  # not in the distribution; pure Python
KERNELSPEC = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}


def run(*command, cwd=ROOT):
    done = subprocess.run([sys.executable, "-m", *map(str, command)], cwd=cwd, text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\n`{' '.join(map(str, command))}` failed: is there a network?")


def copy_core():
    source = ROOT / "node_modules" / "pyodide"
    version = json.loads((source / "package.json").read_text())["version"]
    if version != PYODIDE_VERSION:
        sys.exit(f"package.json names pyodide {version}, the kernel needs {PYODIDE_VERSION}")
    PYODIDE.mkdir(parents=True)
    for name in CORE:
        shutil.copy(source / name, PYODIDE)


def closure(packages, names):
    """The names and all that they depend on, in the words of Pyodide's lock."""
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [d.lower().replace("_", "-").replace(".", "-") for d in packages[name]["depends"]]
    return sorted(found)


def kept(package):
    """The wheel of "name==version" that an earlier build fetched, or None."""
    return next(WHEELS.glob(f"{package.replace('-', '_').replace('==', '-')}-*.whl"), None)


def fetch_wheels(lock):
    """Wheels served beside the book: what the kernel starts with, the widgets, the course itself."""
    packages = lock["packages"]
    start = closure(packages, STARTS_WITH)
    wanted = [f"{name}=={packages[name]['version']}" for name in start]
    wanted += [
        line.split(" ")[0]
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line.split("==")[0] in WIDGETS
    ]
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--python-version=3.14", "--dest", WHEELS]
    if missing := [package for package in wanted if not kept(package)]:
        run("pip", "download", *options, *missing)
    for package in wanted:
        shutil.copy(kept(package), PYODIDE)
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # setuptools packs what an earlier build left there
    run("uv", "build", "--quiet", "--wheel", "--no-build-isolation", "--out-dir", PYODIDE)
    (PYODIDE / ".gitignore").unlink(missing_ok=True)
    return {wheel.name.split("-")[0].lower().replace("_", "-"): wheel for wheel in PYODIDE.glob("*.whl")}


def write_lock(lock, wheels):
    """Pyodide's lock with our wheels in it, found by `import` alone, and the rest at its origin."""
    origin = os.environ.get("PYODIDE_ORIGIN", PYODIDE_CDN_URL).rstrip("/")
    packages = lock["packages"]
    for package in packages.values():
        package["file_name"] = f"{origin}/{package['file_name']}"
    for name, wheel in wheels.items():
        own = {
            "name": name,
            "version": wheel.name.split("-")[1],
            "depends": [],
            "imports": [name.replace("-", "_")],
            "install_dir": "site",
            "package_type": "package",
            "unvendored_tests": False,
        }
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        packages[name] = {**packages.get(name, own), "file_name": wheel.name, "sha256": digest}
    packages["ipywidgets"]["depends"] = ["ipython", "jupyterlab-widgets", "comm"]
    packages["rnncourse"]["depends"] = ["numpy", "matplotlib", "ipywidgets", "platformdirs"]
    (PYODIDE / "pyodide-lock.json").write_text(json.dumps(lock))


def copy_notebooks():
    for path, nb in copies():
        nb["metadata"]["kernelspec"] = KERNELSPEC
        nb["cells"] = [cell for cell in nb["cells"] if "setup" not in cell["metadata"].get("tags", [])]
        for cell in nb["cells"]:
            cell["metadata"]["trusted"] = True  # or the stored pictures are hidden until they are run
        target = STAGE / "files" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(nb), encoding="utf-8")


def main():
    shutil.rmtree(STAGE, ignore_errors=True)
    copy_core()
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text())
    write_lock(lock, fetch_wheels(lock))
    copy_notebooks()
    run(
        "jupyterlite_core.app",
        "build",
        "--lite-dir",
        STAGE,
        "--contents",
        STAGE / "files",
        "--apps",
        "notebooks",
        "--apps",
        "lab",
        "--apps",
        "tree",
        "--no-sourcemaps",
        "--output-dir",
        TARGET,
        cwd=STAGE,
    )
    print(f"Built: {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
