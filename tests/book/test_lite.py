"""The course in the reader's browser: the kernel is served by the book, numpy comes from its origin."""

import json
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL

from tools import lite as builder
from tools.copies import copies
from tools.serve import Quiet

NOTEBOOK = Path("1-backpropagation-through-time/a-jacobian.ipynb")
LOCK = "pyodide-lock.json"


@pytest.fixture(scope="module")
def lite(site):
    if not (site / "lite" / "jupyter-lite.json").exists():
        pytest.fail("JupyterLite is not built: run `make html` first", pytrace=False)
    return site / "lite"


def test_every_page_is_there_as_a_copy_to_work_in(lite):
    pages = {path: json.loads(json.dumps(notebook)) for path, notebook in copies()}
    assert NOTEBOOK in pages and any(c.get("outputs") for c in pages[NOTEBOOK]["cells"])
    for path, made in pages.items():
        there = json.loads((lite / "files" / path).read_text(encoding="utf-8"))
        assert all(cell["metadata"].pop("trusted") for cell in there["cells"])  # so pictures are shown
        cells = [cell for cell in made["cells"] if "setup" not in cell["metadata"].get("tags", [])]
        assert there["cells"] == cells
        assert there["metadata"]["kernelspec"]["name"] == "python"  # else the reader is asked for a kernel


def test_what_the_kernel_starts_with_is_served_here_and_the_rest_comes_from_the_origin(lite):
    served = lite / "static" / "pyodide"
    packages = json.loads((served / LOCK).read_text())["packages"]
    for name in ("rnncourse", "ipywidgets", "ipython", "micropip", "platformdirs"):
        assert (served / packages[name]["file_name"]).is_file()
    for name in ("numpy", "matplotlib"):
        assert packages[name]["file_name"].startswith(PYODIDE_CDN_URL)
    assert {"numpy", "matplotlib", "ipywidgets"} <= set(packages["rnncourse"]["depends"])


def test_the_rest_comes_from_a_mirror_where_one_is_named(lite, tmp_path, monkeypatch):
    served = lite / "static" / "pyodide"
    lock = json.loads((Path(__file__).parents[2] / "node_modules" / "pyodide" / LOCK).read_text())
    wheels = {name: next(served.glob(f"{name}-*.whl")) for name in ("rnncourse", "ipywidgets")}
    monkeypatch.setattr(builder, "PYODIDE", tmp_path)
    monkeypatch.setenv("PYODIDE_ORIGIN", "https://mirror.example/pyodide/")
    builder.write_lock(lock, wheels)
    packages = json.loads((tmp_path / LOCK).read_text())["packages"]
    assert packages["numpy"]["file_name"].startswith("https://mirror.example/pyodide/numpy-")
    assert packages["rnncourse"]["file_name"] == wheels["rnncourse"].name


class Laboratory:
    """A notebook opened in the browser; requests to other hosts are noted, and stopped or left to `send`."""

    def __init__(self, browser, server, send=None):
        self.elsewhere, self.server = [], server
        self.context = browser.new_context()
        self.context.route(self.leaves, self.answer)
        self.send = send or (lambda route: route.abort())
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)
        self.cell = self.page.locator(".jp-CodeCell").first
        self.open()

    def leaves(self, url):
        here = url.startswith((self.server, "data:", "blob:"))
        return not here and not url.endswith("/favicon.ico")  # a browser looks for one at every site's top

    def answer(self, route):
        self.elsewhere.append(route.request.url)
        self.send(route)

    def open(self):
        self.page.goto(f"{self.server}/lite/notebooks/index.html?path={NOTEBOOK.as_posix()}")
        self.cell.locator(".cm-content").wait_for()

    def run(self, source):
        """Put the source into the first cell and run it."""
        self.cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("ControlOrMeta+Enter")

    def says(self, text):
        self.cell.locator(".jp-OutputArea").get_by_text(text).wait_for()


@pytest.fixture
def laboratory(lite, server, browser):
    opened = []

    def laboratory(server=server, **keywords):
        opened.append(Laboratory(browser, server, **keywords))
        return opened[-1]

    yield laboratory
    for one in opened:
        one.context.close()


@pytest.fixture
def below(site, tmp_path):
    """The book served as a part of another site."""
    (tmp_path / "courses").mkdir()
    (tmp_path / "courses" / "rnn").symlink_to(site)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/courses/rnn"
        http.shutdown()


def test_the_kernel_boots_below_another_site_and_asks_elsewhere_only_for_numpy(laboratory, below):
    lab = laboratory(server=below)
    lab.page.locator(".jp-CodeCell svg[aria-label*=unrolled]").wait_for()  # a stored picture
    lab.run("import sys; print(sys.platform, 6 * 7)")
    lab.says("emscripten 42")
    with lab.context.expect_page() as opened:
        lab.page.get_by_role("link", name="numerator layout").click()
    opened.value.wait_for_url("**/notebooks/index.html?path=prerequisites.ipynb")
    assert lab.elsewhere == []
    lab.run("import rnncourse; print(rnncourse.__name__ * 2)")
    lab.says("rnncoursernncourse")
    assert any("/numpy-" in url for url in lab.elsewhere)
    assert all(url.startswith(PYODIDE_CDN_URL) for url in lab.elsewhere)
