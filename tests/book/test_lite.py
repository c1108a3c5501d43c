"""The course in the reader's browser: the kernel is served by the book, numpy comes from its origin."""

import json

import pytest
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL

NOTEBOOK = "prerequisites.ipynb"


@pytest.fixture(scope="module")
def lite(site):
    if not (site / "lite" / "jupyter-lite.json").exists():
        pytest.fail("JupyterLite is not built: run `make html` first", pytrace=False)
    return site / "lite"


def test_every_notebook_is_there_with_its_outputs(lite, site):
    book = site.parent.parent / "book"
    for path in (p for p in book.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts):
        there = json.loads((lite / "files" / path.relative_to(book)).read_text(encoding="utf-8"))
        here = json.loads(path.read_text(encoding="utf-8"))
        assert there["cells"] == here["cells"]
        assert there["metadata"]["kernelspec"]["name"] == "python"  # else the reader is asked for a kernel


def test_what_the_kernel_starts_with_is_served_here_and_the_rest_comes_from_the_origin(lite):
    served = lite / "static" / "pyodide"
    packages = json.loads((served / "pyodide-lock.json").read_text())["packages"]
    for name in ("rnncourse", "ipywidgets", "ipython", "micropip", "platformdirs"):
        assert (served / packages[name]["file_name"]).is_file()
    for name in ("numpy", "matplotlib"):
        assert packages[name]["file_name"].startswith(PYODIDE_CDN_URL)
    assert {"numpy", "matplotlib", "ipywidgets"} <= set(packages["rnncourse"]["depends"])


def test_the_kernel_boots_and_asks_elsewhere_only_for_numpy(lite, server, browser):
    context, elsewhere = browser.new_context(), []

    def stop(route):
        elsewhere.append(route.request.url)
        route.abort()

    context.route(lambda url: not url.startswith((server, "data:", "blob:")), stop)
    page = context.new_page()
    page.goto(f"{server}/lite/notebooks/index.html?path={NOTEBOOK}")
    page.wait_for_selector(".jp-CodeCell .cm-content", timeout=60_000)
    page.locator(".jp-CodeCell .jp-OutputArea-output").nth(1).wait_for(
        timeout=60_000
    )  # stored outputs are shown

    def run(source, answer):
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(source)
        page.keyboard.press("ControlOrMeta+Enter")
        page.locator(".jp-CodeCell").first.locator(".jp-OutputArea").get_by_text(answer).wait_for(
            timeout=120_000
        )

    run("import sys; print(sys.platform, 6 * 7)", "emscripten 42")
    assert elsewhere == []
    run("import rnncourse; print(rnncourse.__name__ * 2)", "rnncoursernncourse")
    assert any("/numpy-" in url for url in elsewhere)
    assert all(url.startswith(PYODIDE_CDN_URL) for url in elsewhere)
    context.close()
