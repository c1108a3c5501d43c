"""The page with Python itself, as a new reader meets it; and what must not bring it down."""

import threading
import zipfile
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tools.dist import pack
from tools.serve import Quiet

from .conftest import NIGHTLY, at_night

PAGE = "1-backpropagation-through-time/a-jacobian.html"
NUMBERS, FIGURE, SLIDERS = "[data-cell=a005]", "[data-cell=a003]", "[data-cell=a019]"
CARD = "[data-label=ex-1a-1]"
ANSWER = 'def jacobian(W, x):\n    s = rnn.dsigma(W @ x)\n    return {}\n\n\ncheck("1a", jacobian)'
SLOW = 60_000  # milliseconds, for a machine that does other things


@pytest.fixture
def served():
    """served(folder, handler) -> the address at which the folder is served."""
    servers = []

    def served(folder, handler=Quiet):
        http = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
        servers.append(http)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{http.server_port}"

    yield served
    for http in servers:
        http.shutdown()
        http.server_close()


def write(page, box, text):
    """Put other code into a cell or an answer, as a reader does."""
    box.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def edit(page, cell, text):
    box = page.locator(cell)
    if not box.locator(".cm-content").count():
        box.hover()
        box.locator(".do-edit").click()
    write(page, box, text)
    page.keyboard.press("Control+Enter")
    return box.locator(".status")


def run(page, cell):
    page.locator(f"{cell} .do-run").click()
    return page.locator(f"{cell} .status")


def check(page, text):
    card = page.locator(CARD)
    if card.locator("textarea").count():
        card.locator("textarea").click()
        card.locator(".cm-content").wait_for()
    write(page, card, text)
    card.get_by_role("button", name="Check").click()
    return card.locator(".verdict")


@pytest.mark.parametrize("width", [1200, 390] if NIGHTLY else [390])
def test_a_new_reader_runs_answers_changes_and_stops(visit, width):
    page = visit(PAGE, viewport={"width": width, "height": 800})
    expect(run(page, FIGURE)).to_contain_text("Same as printed", timeout=SLOW)
    verdict = check(page, ANSWER.format("W * s"))
    expect(verdict.locator(".head")).to_have_text("× Not yet: order swapped", timeout=SLOW)
    expect(verdict).to_contain_text("You scale the columns of W and not its rows")
    verdict = check(page, ANSWER.format("s[:, None] * W"))
    expect(verdict.locator(".head")).to_have_text("✓ Correct", timeout=SLOW)
    page.reload()
    expect(page.locator(f"{CARD} .pill")).to_have_text("✓ done", timeout=SLOW)
    expect(page.locator(f"{CARD} .cm-content")).to_contain_text("s[:, None] * W", timeout=SLOW)

    grids = 'z=[-1, 0, 5], preset=Grid(list(pictures.PRESETS), "weights W", start=2)'
    status = edit(page, SLIDERS, f"explore(pictures.jacobian, {grids})")
    expect(status).to_contain_text("Differs from the printed output, after your edit", timeout=SLOW)
    own = page.locator(f"{SLIDERS} .mine")
    before = own.locator("svg").first.get_attribute("aria-label")
    own.get_by_role("slider").focus()
    page.keyboard.press("End")
    expect(own.locator("svg").first).not_to_have_attribute("aria-label", before, timeout=SLOW)
    expect(own.locator("output")).to_have_text("5")

    status = edit(page, NUMBERS, "while True: pass")
    expect(status).to_contain_text("Running · 1 s", timeout=SLOW)
    page.locator(f"{NUMBERS} .do-run").click()
    expect(status).to_contain_text("cells above run again with your next Run")
    page.get_by_role("button", name="Reset, cell").first.click()
    expect(run(page, NUMBERS)).to_contain_text("Same as printed", timeout=SLOW)
    expect(page.locator(f"{CARD} .pill")).to_have_text("✓ done")


HARD = {
    "print('0123456789' * 1_000_000)": "Differs",
    "[np.empty(200_000_000) for _ in range(9)]": "Line 1: MemoryError",
    "def f(): return f()\nf()": "RecursionError",
    "a = []\nfor _ in range(100_000): a = [a]\nrepr(a)": "",
    "import sys\nsys.exit()": "SystemExit",
    "import os\nos._exit(0)": "begins anew with your next Run.",
    "input('name')": "Line 1: EOFError",
    "import js\njs.self.close()": "Line 2: JsException",
    "import js\njs.postMessage = None": "Differs",
}


def test_the_hardest_cells_end_in_one_sentence_and_the_page_lives(browser, server):
    with browser.new_context() as context:  # its console may tell what broke
        hardest(context.new_page(), f"{server}/{PAGE}")


def hardest(page, address):
    page.goto(address)
    expect(check(page, ANSWER.format("s[:, None] * W")).locator(".head")).to_have_text(
        "✓ Correct", timeout=SLOW
    )
    for code, sentence in HARD.items():
        status = edit(page, NUMBERS, code)
        expect(page.locator(f"{NUMBERS} .do-run.stop")).to_have_count(0, timeout=SLOW)
        expect(status).to_contain_text(sentence)
        assert status.inner_text().count("\n") < 5
        expect(run(page, "[data-cell=a007]")).to_contain_text("Same as printed", timeout=SLOW)
    expect(page.locator(f"{CARD} .cm-content")).to_contain_text("s[:, None] * W")
    expect(page.locator(f"{CARD} .pill")).to_have_text("✓ done")


CLOSE = "import js, time\ntime.sleep(1)\njs.end()"


@at_night
def test_a_worker_that_ends_and_tells_nobody_is_noticed(visit, site):
    page = visit(PAGE)
    script = f"self.end = self.close.bind(self);{(site / '_static/live/worker.js').read_text('utf-8')}"
    page.route("**/worker.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    expect(run(page, "[data-cell=a007]")).to_contain_text("Same as printed", timeout=SLOW)
    status = edit(page, NUMBERS, CLOSE)
    page.locator("[data-cell=a007] .do-run").click()  # it waits for an answer that cannot come
    expect(status).to_contain_text("It broke Python for the cells below", timeout=SLOW)
    expect(page.locator("[data-cell=a007] .status")).to_contain_text("Same as printed", timeout=SLOW)
    expect(edit(page, NUMBERS, CLOSE)).to_contain_text("Differs", timeout=SLOW)
    page.wait_for_function("navigator.locks.query().then(({held}) => !held.length)")
    expect(run(page, "[data-cell=a007]")).to_contain_text("Same as printed", timeout=SLOW)


BREAKS = "print = 3", "import builtins\nbuiltins.print = None", "del np", "exec('np = 3')"


@at_night
def test_what_an_edit_did_to_python_ends_with_it(visit):
    page = visit(PAGE)
    for code in BREAKS:
        expect(edit(page, NUMBERS, code)).to_contain_text("Differs", timeout=SLOW)
        page.get_by_role("button", name="Reset, cell 4").click()
        expect(run(page, "[data-cell=a007]")).to_contain_text("Same as printed", timeout=SLOW)
    status = edit(page, NUMBERS, "import sys\nsys.modules.clear()")
    expect(status).to_contain_text("Differs", timeout=SLOW)
    expect(run(page, "[data-cell=a007]")).to_contain_text("Same as printed", timeout=SLOW)
    expect(status).to_contain_text("It broke Python for the cells below")


HOSTILE = "<img src=x onerror='window.harmed = 1'></script><script>window.harmed = 1</script>"


def test_hostile_text_is_text_wherever_it_comes_from(visit):
    page = visit(PAGE)
    expect(edit(page, NUMBERS, f'print("{HOSTILE}")')).to_contain_text("Differs", timeout=SLOW)
    expect(page.locator(f"{NUMBERS} .mine .output pre")).to_have_text(HOSTILE)
    status = edit(page, NUMBERS, f'class E(Exception): pass\nE.__name__ = "<b>E"\nraise E("{HOSTILE}")')
    expect(status).to_contain_text("<b>E")
    expect(page.locator(f"{NUMBERS} .message")).to_have_text(HOSTILE)
    answer = f'def jacobian(W, x):\n    raise ValueError("{HOSTILE}")\n\ncheck("1a", jacobian)'
    expect(check(page, answer)).to_contain_text(HOSTILE[:40], timeout=SLOW)
    page.reload()
    expect(page.locator(f"{CARD} .verdict")).to_contain_text(HOSTILE[:40], timeout=SLOW)
    page.locator(f"{NUMBERS} .cm-content").wait_for()  # edited before: its editor opens by itself
    html = f'class H:\n    def _repr_html_(self): return "{HOSTILE}<b>bold</b>"\nH()'
    expect(edit(page, NUMBERS, html)).to_contain_text("Differs", timeout=SLOW)
    expect(page.locator(f"{NUMBERS} .mine b")).to_have_text("bold")
    assert page.locator("article :is([onerror], .mine script)").count() == 0
    assert page.evaluate("window.harmed") is None


def test_a_network_that_drops_in_the_middle_of_a_wheel_can_be_tried_again(browser, site, served):
    class Drops(Quiet):
        broken = True

        def copyfile(self, source, target):
            half = self.broken and "/numpy-" in self.path
            target.write(source.read()[: 1_000_000 if half else None])

    with browser.new_page() as page:
        page.goto(f"{served(site, Drops)}/{PAGE}")
        expect(run(page, NUMBERS)).to_contain_text("Needs a network once; printed output stays", timeout=SLOW)
        expect(page.locator(f"{NUMBERS} .cell_output")).to_be_visible()
        Drops.broken = False
        expect(run(page, NUMBERS)).to_contain_text("Same as printed", timeout=SLOW)


def test_the_zip_of_the_book_runs_from_any_server_and_asks_no_other_host(browser, site, served, tmp_path):
    pack(site, tmp_path / "book.zip")
    with zipfile.ZipFile(tmp_path / "book.zip") as archive:
        archive.extractall(tmp_path)
    address, asked = served(tmp_path), []
    with browser.new_context() as context:
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.goto(f"{address}/book/{PAGE}")
        expect(run(page, FIGURE)).to_contain_text("Same as printed", timeout=SLOW)
        assert any("/numpy-" in url for url in asked) and any("/matplotlib-" in url for url in asked)
        assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
        page.goto(Path(tmp_path, "book", PAGE).as_uri())
        expect(page.locator(".runs")).to_contain_text("Running needs a web server: make book")


def test_a_row_of_equations_in_the_wild_runs_in_its_place(visit):
    page = visit("appendix/wild.html")
    row = page.locator("#wild-d07")
    row.get_by_role("button", name="Run this row: D07").click()
    expect(row.locator(".rnn-certificate")).to_contain_text("complex step", timeout=SLOW)
    expect(row.get_by_role("button", name="Run this row: D07")).to_be_visible()
    assert row.locator(".rnn-certificate td").first.inner_text() == "< 1e-12"


@at_night
def test_run_all_runs_every_cell_but_the_exercises(visit):
    page = visit("2-vanishing-and-exploding/b-matrix-powers.html")
    page.get_by_role("button", name="Run all cells but the exercises").click()
    cells = page.locator("[data-cell]:not([data-role])")
    expect(page.locator("[data-state=same]")).to_have_count(cells.count(), timeout=2 * SLOW)
