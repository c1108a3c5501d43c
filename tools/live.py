"""Put what a page needs to run its cells beside the book: Pyodide, numpy, matplotlib, the course itself.

    python -m tools.live fetch     bring the compiled wheels to .venv/pyodide: once, 106 MB
    python -m tools.live           write _build/html/_static/live

Pyodide's core comes from npm. The wheels come from PyPI, as tools/pyodide.txt says; where
PYODIDE_ORIGIN names a mirror of Pyodide's distribution, from there. Each is checked by its hash. A reader's
browser asks the book alone.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
CORE = ROOT / "node_modules" / "pyodide"
STORE = ROOT / ".venv" / "pyodide"
TARGET = ROOT / "_build" / "html" / "_static" / "live"
LOCK = "pyodide-lock.json"
PINS = ROOT / "tools" / "pyodide.txt"
PARTS = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
NUMPY = ("numpy",)
# What matplotlib imports to draw SVG, in the words of Pyodide's lock.
MATPLOTLIB = (
    "contourpy",
    "cycler",
    "kiwisolver",
    "matplotlib",
    "packaging",
    "pillow",
    "pyparsing",
    "python-dateutil",
    "six",
)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def checked(data, package):
    """The bytes of a package, if they are those that the lock names."""
    if digest(data) != package["sha256"]:
        sys.exit(f"{package['file_name']} is not the file that its lock names: fetch it again")
    return data


def fetch():
    """Write the wheels of numpy and matplotlib, and a lock with their hashes, into .venv/pyodide."""
    shutil.rmtree(STORE, ignore_errors=True)
    STORE.mkdir(parents=True)
    origin = os.environ.get("PYODIDE_ORIGIN", "").rstrip("/")
    found = from_origin(origin) if origin else from_pypi()
    for package, data in found.values():
        (STORE / package["file_name"]).write_bytes(checked(data, package))
    (STORE / LOCK).write_text(json.dumps({name: package for name, (package, _) in found.items()}), "utf-8")


def from_origin(origin):
    packages = json.loads((CORE / LOCK).read_text("utf-8"))["packages"]
    wanted = {name: packages[name] for name in NUMPY + MATPLOTLIB}
    return {n: (p, urllib.request.urlopen(f"{origin}/{p['file_name']}").read()) for n, p in wanted.items()}


def from_pypi():
    """Each wheel of its own that PyPI has, the others out of the one that carries them."""
    with TemporaryDirectory(dir=STORE) as folder:
        options = [
            "--quiet",
            "--no-deps",
            "--no-cache-dir",
            "--only-binary=:all:",
            "--ignore-requires-python",
        ]
        platform = ["--platform=pyemscripten_2026_0_wasm32", "--python-version=3.14", "--abi=cp314"]
        pins = ["--implementation=cp", "--require-hashes", "-r", PINS, "-d", folder]
        command = [sys.executable, "-m", "pip", "download", *options, *platform, *pins]
        done = subprocess.run(command, text=True, capture_output=True)
        if done.returncode:
            sys.exit(
                f"{done.stderr}\nCould not fetch numpy and matplotlib for the browser: is there a network?"
            )
        own = {path.name.split("-")[0]: path for path in Path(folder).iterdir()}
        with zipfile.ZipFile(own["open_webui"]) as archive:
            (place,) = (name.removesuffix(LOCK) for name in archive.namelist() if name.endswith("/" + LOCK))
            packages = json.loads(archive.read(place + LOCK))["packages"]
            found = {}
            for name in NUMPY + MATPLOTLIB:
                if name in own:
                    data = own[name].read_bytes()
                    package = {"name": name, "file_name": own[name].name, "sha256": digest(data)}
                else:
                    package, data = packages[name], archive.read(place + packages[name]["file_name"])
                found[name] = package, data
            return found


def course():
    """rnncourse as a zip, the same bytes from the same files."""
    source = ROOT / "rnncourse"
    files = [p for p in sorted(source.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    with zipfile.ZipFile(TARGET / "rnncourse.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(ROOT).as_posix())
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def build():
    """Copy all of it and list it: hashes, so nothing stale is used; sizes, also as a host sends it."""
    for name in ("pyodide", "wheels"):
        shutil.rmtree(TARGET / name, ignore_errors=True)
        (TARGET / name).mkdir(parents=True)
    for name in PARTS:
        shutil.copy(CORE / name, TARGET / "pyodide")
    packages = json.loads((STORE / LOCK).read_text("utf-8"))
    for package in packages.values():
        data = (STORE / package["file_name"]).read_bytes()
        (TARGET / "wheels" / package["file_name"]).write_bytes(checked(data, package))
    course()
    shutil.copy(ROOT / "book" / "_theme" / "static" / "live" / "runner.py", TARGET)
    groups = {
        "Python": [f"pyodide/{name}" for name in PARTS],
        "numpy": ["rnncourse.zip", "runner.py", *(f"wheels/{packages[name]['file_name']}" for name in NUMPY)],
        "matplotlib": [f"wheels/{packages[name]['file_name']}" for name in MATPLOTLIB],
    }
    files = {}
    for group, names in groups.items():
        for name in names:
            data = (TARGET / name).read_bytes()
            sent = len(data if name.endswith((".whl", ".zip")) else gzip.compress(data, 6))
            files[name] = {"group": group, "size": len(data), "sent": sent, "hash": digest(data)[:16]}
    totals = {group: sum(files[name]["sent"] for name in names) for group, names in groups.items()}
    lock = {"info": json.loads((CORE / LOCK).read_text("utf-8"))["info"], "packages": {}}
    listed = {"groups": totals, "all": files, "lock": lock}
    (TARGET / "files.json").write_text(json.dumps(listed, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    fetch() if sys.argv[1:] == ["fetch"] else build()
