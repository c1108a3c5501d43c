"""The course outside the book: the set-up cell of Colab and Binder, what pip then installs, JupyterLab."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest
from playwright.sync_api import expect

from tools import copies
from tools.notebooks import with_setup

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ASKED = """
import importlib.util
import sys

from IPython.core.interactiveshell import InteractiveShell

there, find = {there}, importlib.util.find_spec
importlib.util.find_spec = lambda name: there if name == "rnncourse" else find(name)
shell = InteractiveShell()
shell.register_magic_function(lambda line: print("pip", line), magic_name="pip")
sys.exit(not shell.run_cell({source!r}).success)
"""


@pytest.mark.parametrize("there", [True, None])
def test_the_setup_cell_asks_pip_for_the_course_where_it_is_missing(tmp_path, there):
    nb = with_setup(nbformat.v4.new_notebook(), "https://example.org/course")
    program = ASKED.format(there=there, source=nb.cells[0].source)
    env = os.environ | {"IPYTHONDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = 'pip install -q "rnncourse[notebooks] @ git+https://example.org/course"'
    assert done.stdout.strip() == ("" if there else asked)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The package as pip makes it of a clone, unpacked."""
    clone = tmp_path_factory.mktemp("clone")
    for name in ("pyproject.toml", "README.md", *PROJECT["license-files"]):
        shutil.copy(ROOT / name, clone)
    shutil.copytree(ROOT / "rnncourse", clone / "rnncourse", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--no-build-isolation"]
    done = subprocess.run([*command, "--out-dir", clone / "dist"], cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (path,) = (clone / "dist").glob("*.whl")
    with ZipFile(path) as archive:
        archive.extractall(clone / "unpacked")
    return clone / "unpacked"


def test_what_pip_installs_is_the_whole_package(wheel):
    kept = {p.relative_to(ROOT) for p in (ROOT / "rnncourse").rglob("*") if p.is_file()}
    kept = {path for path in kept if path.suffix != ".pyc"}
    assert kept == {p.relative_to(wheel) for p in (wheel / "rnncourse").rglob("*") if p.is_file()}


def test_the_notebooks_import_only_what_pip_installs_with_the_course():
    sources = [
        "".join(cell["source"])
        for path in (ROOT / "book").rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    imported = set(re.findall(r"^(?:import|from) (\w+)", "\n".join(sources), re.MULTILINE))
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["notebooks"], "rnncourse"]
    installed = {re.match(r"\w+", requirement)[0] for requirement in wanted}
    assert "numpy" in imported and imported - set(sys.stdlib_module_names) <= installed


def test_binder_installs_the_same_on_a_python_that_is_supported():
    asked = (ROOT / "binder" / "requirements.txt").read_text("utf-8").split()
    assert "python -m tools.copies work" in (ROOT / "binder" / "postBuild").read_text("utf-8")
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)
    assert ".[notebooks]" in asked and any(line.startswith("jupyterlab-myst") for line in asked)
    python = (ROOT / "binder" / "runtime.txt").read_text("utf-8").strip().removeprefix("python-")
    assert f"Programming Language :: Python :: {python}" in PROJECT["classifiers"]


@pytest.fixture
def lab(tmp_path):
    """(address of a JupyterLab on copies of the notebooks, their folder), as `make lab` starts it."""
    work = tmp_path / "work"
    copies.main(work)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kinds = "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "RNNCOURSE_DATA"
    places = "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"
    env = os.environ | {kind: str(tmp_path / kind) for kind in (*kinds, *places)}
    subprocess.run([sys.executable, "-m", "jupyter", "trust", *work.rglob("a-jacobian.ipynb")], env=env)
    options = ["--no-browser", "--allow-root", "--IdentityProvider.token=", f"--port={port}"]
    with open(tmp_path / "log.txt", "w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options, "--notebook-dir", work]
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api")
            break
        except OSError:
            assert server.poll() is None, (tmp_path / "log.txt").read_text()
            time.sleep(0.25)
    yield address, work
    server.terminate()
    server.wait()


def scroll_to(page, selector, step):
    """Scroll until what Jupyter draws only when it comes into view is there."""
    page.locator(".jp-Notebook").hover()
    for _ in range(100):
        if page.locator(selector).count():
            break
        page.mouse.wheel(0, step)
        page.wait_for_timeout(100)
    return page.locator(selector).first


def test_a_copy_runs_in_jupyterlab_and_its_slider_is_live(browser, lab):
    address, work = lab
    (path,) = work.rglob("a-jacobian.ipynb")
    with browser.new_page(viewport={"width": 1200, "height": 900}) as page:
        page.set_default_timeout(60_000)
        page.goto(f"{address}/lab/tree/{path.relative_to(work).as_posix()}")
        page.locator(".jp-OutputArea svg[aria-label*=unrolled]").wait_for()  # a stored picture is shown
        expect(scroll_to(page, ".jp-MarkdownCell details summary", 500)).to_have_text("Answer")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()  # and Jupyter goes to the last one
        slider = scroll_to(page, ".jupyter-widgets [role=slider]", -500)
        picture = page.locator(".jp-OutputArea:has(.jupyter-widgets) svg[aria-label]").first
        before = picture.get_attribute("aria-label")
        slider.press("ArrowRight")
        expect(picture).not_to_have_attribute("aria-label", before, timeout=60_000)  # all cells run first
        for _ in range(100):
            page.keyboard.press("ControlOrMeta+s")
            cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
            if all(cell.execution_count for cell in cells):
                break
            page.wait_for_timeout(200)
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    assert [out for cell in cells for out in cell.outputs if out.output_type == "error"] == []
