"""Execute the book's notebooks and write them back, byte for byte the same when nothing has changed.

python -m tools.notebooks                      all notebooks below book/
python -m tools.notebooks book/prerequisites.ipynb ...
python -m tools.notebooks --check              write nothing; exit 1 if a file would change
python -m tools.notebooks --normalise ...      execute nothing; as an editor left it, put into the stored form
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools import certificates_page, wild_page

BOOK = Path(__file__).parent.parent / "book"
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # dead without a kernel; the static face is kept
SETUP = """\
# Colab and Binder: install the course where it is missing.
import importlib.util

if importlib.util.find_spec("rnncourse") is None:
    %pip install -q "rnncourse[notebooks] @ git+{}\"\
"""


def repository():
    """The address of the repository, the one setting of that kind; empty if there is none."""
    return yaml.safe_load((BOOK.parent / "_config.yml").read_text())["sphinx"]["config"]["html_context"][
        "repository"
    ]


def with_setup(nb, address):
    """The notebook with a first cell that installs the course where it is missing, if there is an address."""
    nb.cells = [cell for cell in nb.cells if "setup" not in cell.metadata.get("tags", [])]
    if address:
        cell = nbformat.v4.new_code_cell(SETUP.format(address), id="setup")
        cell.metadata["tags"] = ["setup", "remove-cell"]
        nb.cells.insert(0, cell)
    return nb


def normalised(nb):
    """The notebook without what differs from run to run or from Python to Python."""
    nb.metadata = {"kernelspec": KERNELSPEC}
    in_solution = False
    for cell in nb.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in ("tags", "live")}
        if cell.cell_type == "markdown" and "{solution-" in cell.source:
            in_solution = cell.source.rindex("{solution-") == cell.source.rfind("{solution-start}")
        elif cell.cell_type == "code" and in_solution:
            hidden = {"source_hidden": True, "outputs_hidden": True}  # JupyterLab folds it, as the book does
            cell.metadata["jupyter"] = hidden
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
    return nb


def stored(nb):
    """The notebook as the text of its file."""
    return nbformat.writes(normalised(nb)) + "\n"


def read(path):
    """The notebook of a file, with the set-up cell that belongs to it, and what is written by a program."""
    nb = nbformat.read(path, as_version=4)
    for page in certificates_page, wild_page:
        if path.resolve() == page.PAGE:
            nb = page.written(nb)
    return with_setup(nb, repository())


def executed(path):
    """The notebook's text after a run from the top in a fresh kernel, and the seconds it took."""
    start = time.perf_counter()
    nb = read(path)
    NotebookClient(
        nb,
        timeout=60,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    return stored(nb), time.perf_counter() - start


def report(path, check):
    """Execute one notebook; say in one line what came of it; True if all is well."""
    try:
        text, seconds = executed(path)
    except CellExecutionError as error:
        print(f"{path}: a cell failed, the file is left as it was\n{error}")
        return False
    except TimeoutError:
        print(f"{path}: a cell ran for more than 60 s, the file is left as it was")
        return False
    same = text == path.read_text(encoding="utf-8")
    if not same and not check:
        path.write_text(text, encoding="utf-8")
    print(f"{seconds:6.1f} s  {path}: {'unchanged' if same else 'differs' if check else 'written'}")
    return same or not check


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    parser.add_argument("--normalise", action="store_true", help="execute nothing")
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two threads on a busy core are far slower than one
    paths = args.notebooks or sorted(p for p in BOOK.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    if args.normalise:
        for path in paths:
            path.write_text(stored(read(path)), encoding="utf-8")
        return 0
    with TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        os.environ["RNNCOURSE_DATA"] = folder  # the reader's own progress is not ours to change
        return 0 if all(list(pool.map(lambda p: report(p, args.check), paths))) else 1


if __name__ == "__main__":
    sys.exit(main())
