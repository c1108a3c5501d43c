"""Run, Edit, Stop, Reset, Check on the page: each state, with a stand-in for Python that answers at once."""

import gzip
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

PAGE = "1-backpropagation-through-time/a-jacobian.html"
DOC = PAGE.removesuffix(".html").replace("/", "--")
WORKER = Path(__file__).with_name("live_worker.js").read_text("utf-8").replace("PAGE", DOC)
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
NUDGE, LOOPS = "[data-cell=a005]", "[data-cell=a011]"  # a cell that prints, one that needs it
CARD = "[data-label=ex-1a-1]"
RIGHT = "def jacobian(W, x):\n    return rnn.dsigma(W @ x)[:, None] * W\ncheck('1a', jacobian)"
WRONG = "def jacobian(W, x):\n    return W * rnn.dsigma(W @ x)\ncheck('1a', jacobian)"


@pytest.fixture
def lab(visit):
    """A page with the stand-in; keywords as for visit, and a script that runs first."""

    def lab(path=PAGE, before="", **keywords):
        page = visit("index.html", **keywords)
        page.context.route(
            "**/live/worker.js", lambda route: route.fulfill(body=WORKER, content_type="text/javascript")
        )
        if before:
            page.add_init_script(before)
        page.goto(page.url.replace("index.html", path))
        return page

    return lab


def edit(page, cell, text):
    """Put other code into a cell, as a reader does."""
    box = page.locator(cell)
    box.hover()
    box.locator(".do-edit").click()
    write(page, box, text)
    return box


def write(page, box, text):
    box.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def answer(page, text):
    card = page.locator(CARD)
    if card.locator("textarea").count():
        card.locator("textarea").click()
        card.locator(".cm-content").wait_for()
    write(page, card, text)
    return card


def run(page, cell):
    page.locator(cell).locator(".do-run").click()
    return page.locator(cell).locator(".status")


def test_a_cell_as_printed_says_so_and_what_is_printed_stays(lab):
    page = lab()
    total = page.locator("[data-cell]").count()
    button = page.locator(NUDGE).get_by_role("button", name=re.compile(rf"^Run cell \d+ of {total}$"))
    before = page.locator(f"{NUDGE} .cell_output").text_content()
    button.click()
    expect(page.locator(f"{NUDGE} .status")).to_contain_text("Same as printed · 0.02 s")
    assert page.locator(f"{NUDGE} .cell_output").text_content() == before
    expect(page.locator("p.said")).to_contain_text("same as printed")
    expect(button).to_be_focused()


def test_only_what_is_needed_above_runs_first(lab):
    page = lab()
    expect(run(page, LOOPS)).to_contain_text("Same as printed")
    ran = page.locator("[data-state=same]").evaluate_all("(all) => all.map((one) => one.dataset.cell)")
    assert ran == ["a001", "a005", "a011"]


def test_an_edit_is_kept_differs_and_can_be_taken_back(lab):
    page = lab()
    box = edit(page, NUDGE, "print(W)")
    expect(box.locator(".status")).to_contain_text("Edited · saved in this browser")
    page.keyboard.press("Control+Enter")
    expect(box.locator(".status")).to_contain_text("Differs from the printed output, after your edit")
    assert box.locator(".mine mark").all_inner_texts() == ["another line"]
    expect(box.locator(".printed")).to_have_js_property("open", False)
    page.reload()
    expect(page.locator(f"{NUDGE} .cm-content")).to_have_text("print(W)")
    page.get_by_role("button", name="Reset, cell").click()
    expect(box.locator(".status")).to_contain_text("As printed")
    expect(box.locator(".cell_output")).to_be_visible()
    page.get_by_role("button", name="Undo, cell").click()
    expect(page.locator(f"{NUDGE} .cm-content")).to_have_text("print(W)")


def test_a_folded_call_of_a_picture_runs_where_it_is_and_opens_to_be_edited(lab):
    page = lab()
    box = page.locator(".picture-first[data-cell]").first
    box.locator(".do-run").click()
    expect(box.locator(".status")).to_contain_text("Same as printed")
    expect(box.locator(".fold")).to_have_js_property("open", False)
    box.hover()
    box.locator(".do-edit").click()
    expect(box.locator(".cm-content")).to_be_focused()


def test_one_copy_button_a_cell_and_it_says_what_it_copies(lab):
    page = lab(permissions=["clipboard-read", "clipboard-write"])
    page.wait_for_function("!document.querySelector('article section > section:not(.drawn)')")
    assert page.locator("[data-cell] .copy").count() == 0
    page.locator(NUDGE).hover()
    page.locator(f"{NUDGE} .do-copy").click()
    expect(page.locator(f"{NUDGE} .do-copy")).to_have_text("Copied")
    assert (
        page.evaluate("navigator.clipboard.readText()").rstrip()
        == page.locator(f"{NUDGE} .cell_input pre").text_content().rstrip()
    )


@pytest.mark.parametrize(
    ("cell", "code"),
    [(NUDGE, "W = 3"), ("[data-cell=a007]", "W[0, 0] = 3"), ("[data-cell=a007]", "rnn.dsigma = np.tanh")],
)
def test_what_an_edit_above_has_overtaken_says_so(lab, cell, code):
    page = lab()
    expect(run(page, LOOPS)).to_contain_text("Same")
    edit(page, cell, code)
    expect(page.locator(f"{LOOPS} .status")).to_contain_text(re.compile(r"From before your edit in cell \d+"))
    page.locator(f"{LOOPS} .status button").click()
    expect(page.locator(f"{LOOPS} .status")).to_contain_text("after your edit in cell")


def test_an_error_is_one_panel_with_its_line(lab):
    page = lab()
    box = edit(page, NUDGE, "x = 1\nspectre")
    page.keyboard.press("Control+Enter")
    expect(box.locator(".status")).to_contain_text("Line 2: NameError")
    expect(box.locator(".message")).to_have_text("name 'spectre' is not defined")
    expect(box.locator(".cm-line.wrong-line")).to_have_text("spectre")
    expect(box.locator("pre", has_text="Traceback")).to_be_hidden()
    box.get_by_text("Whole message").click()
    expect(box.locator("pre", has_text="Traceback")).to_be_visible()
    expect(page.locator(f"{LOOPS} .do-run")).to_be_enabled()


FAILS = "import numpy as np\nspectre"  # so the cells below would get numpy from it


def test_below_an_edit_that_failed_cells_run_without_it_and_say_so(lab):
    page = lab()
    box = edit(page, NUDGE, FAILS)
    expect(run(page, LOOPS)).to_contain_text("without your edit in cell 4, which failed")
    expect(page.locator(LOOPS)).to_have_attribute("data-state", "same")
    expect(box.locator(".status")).to_contain_text("Line 2: NameError")
    expect(box.locator(".mine")).to_contain_text("Until it runs, cells below take this one as printed.")
    expect(run(page, "[data-cell=a007]")).to_contain_text("Same as printed, without your edit in cell 4")
    expect(box.locator(".status")).to_contain_text("Line 2: NameError")  # its own error stays
    write(page, box, "import numpy as np")
    expect(page.locator(f"{LOOPS} .status")).to_contain_text("From before your edit in cell 4")
    page.keyboard.press("Control+Enter")
    expect(run(page, LOOPS)).to_contain_text("Same as printed, after your edit in cell 4")


SENT = """window.sent = [];
const {postMessage} = Worker.prototype;
Worker.prototype.postMessage = function (message) {
  sent.push(message.code);
  postMessage.call(this, message);
};"""


def test_an_edit_that_failed_is_tried_again_only_after_an_edit_above_it(lab):
    page = lab(before=SENT)
    edit(page, LOOPS, FAILS)
    for _ in range(2):
        expect(run(page, "[data-cell=a013]")).to_contain_text("without your edit in cell 7, which failed")
    assert page.evaluate("sent").count(FAILS) == 1
    edit(page, NUDGE, "W = 3")
    expect(page.locator("[data-cell=a013] .status")).to_contain_text("From before your edit in cell 4")
    expect(run(page, "[data-cell=a013]")).to_contain_text("without your edit in cell 7, which failed")
    assert page.evaluate("sent").count(FAILS) == 2


@pytest.mark.parametrize(("code", "how"), [("W = 1; die", "failed"), ("while True: W = 1", "was stopped")])
def test_an_edit_that_ended_python_or_never_ended_is_left_out_below(browser, server, code, how):
    with browser.new_context() as context:
        page = context.new_page()
        context.route("**/live/worker.js", lambda r: r.fulfill(body=WORKER, content_type="text/javascript"))
        page.goto(f"{server}/{PAGE}")
        edit(page, NUDGE, code)
        status = run(page, LOOPS)
        if how == "was stopped":
            expect(status).to_contain_text("Running")
            expect(run(page, LOOPS)).to_contain_text("Stopped")
            run(page, LOOPS)
        expect(status).to_contain_text(f"Same as printed, without your edit in cell 4, which {how}")


def test_fetching_is_shown_and_stop_stops(lab):
    page = lab()
    box = edit(page, NUDGE, "slow fetch")
    page.keyboard.press("Control+Enter")
    expect(box.locator(".status")).to_contain_text("Fetching Python: 3.1 of 9 MB, once")
    box.get_by_role("button", name=re.compile("^Stop cell")).click()
    expect(box.locator(".status")).to_contain_text("Stopped after")
    write(page, box, "while True: pass")
    page.keyboard.press("Control+Enter")
    expect(box.locator(".status")).to_contain_text("· 1 s", timeout=4000)
    box.get_by_role("button", name=re.compile("^Stop cell")).click()
    expect(box.locator(".status")).to_contain_text("cells above run again with your next Run")
    expect(run(page, LOOPS)).not_to_contain_text("Stopped")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("no network", "Needs a network once; printed output stays"),
        ("die", "could not be started, or broke down"),
    ],
)
def test_what_fails_is_one_sentence_and_the_page_lives(browser, server, code, sentence):
    with browser.new_context() as context:
        page = context.new_page()
        context.route("**/live/worker.js", lambda r: r.fulfill(body=WORKER, content_type="text/javascript"))
        page.goto(f"{server}/{PAGE}")
        box = edit(page, NUDGE, code)
        page.keyboard.press("Control+Enter")
        expect(box.locator(".status")).to_contain_text(sentence)
        expect(run(page, "[data-cell=a007]")).to_contain_text("Same as printed")


def test_a_worker_that_dies_while_nothing_runs_takes_its_names_with_it(browser, server):
    with browser.new_context() as context:
        page = context.new_page()
        context.route("**/live/worker.js", lambda r: r.fulfill(body=WORKER, content_type="text/javascript"))
        page.goto(f"{server}/{PAGE}")
        expect(run(page, NUDGE)).to_contain_text("Same as printed")
        box = edit(page, "[data-cell=a007]", "print('lost later')")
        page.keyboard.press("Control+Enter")
        expect(box.locator(".status")).to_contain_text("Differs")
        page.wait_for_timeout(300)
        box = edit(page, LOOPS, "print(W, 'how many')")
        page.keyboard.press("Control+Enter")
        expect(box.locator(".mine pre")).to_have_text("3 ran")  # what makes W ran again


def test_without_the_scripts_for_running_a_sentence_says_so(browser, server):
    with browser.new_context() as context:
        page = context.new_page()
        context.route("**/live/live.js", lambda route: route.abort())
        page.goto(f"{server}/{PAGE}")
        expect(run(page, NUDGE)).to_contain_text("needs a network once")


def test_opened_from_a_folder_a_sentence_stands_for_run(visit):
    page = visit("index.html", folder=True)
    page.goto(page.url.replace("index.html", "prerequisites.html"))
    expect(page.locator(".runs")).to_contain_text("Running needs a web server: make book")
    expect(page.get_by_role("button", name=re.compile("^Run cell"))).to_have_count(0)


def test_an_exercise_is_answered_and_remembered(lab):
    page = lab()
    card = answer(page, WRONG)
    expect(card.locator(".pill")).to_have_text("not answered")
    card.get_by_role("button", name="Check").click()
    expect(card.locator(".verdict .head")).to_have_text("× Not yet: order swapped")
    expect(card.locator(".verdict a")).to_have_attribute("href", "#equation-eq-jacobian")
    expect(card.locator(".pill")).to_have_text("1 try")
    card.get_by_role("button", name="Hint 1 of 3").click()
    expect(card.locator(".hints p")).to_have_count(1)
    expect(card.get_by_role("button", name="Hint 2 of 3")).to_be_visible()
    answer(page, RIGHT)
    page.keyboard.press("Shift+Enter")
    expect(card.locator(".pill")).to_have_text("✓ done")
    expect(card.get_by_role("button", name="Check")).to_be_focused()
    page.reload()
    expect(card.locator(".pill")).to_have_text("✓ done")
    expect(card.locator(".cm-content")).to_contain_text("[:, None] * W")
    expect(card.locator(".verdict.right")).to_be_visible()


def test_a_double_click_is_one_press(lab):
    page = lab()
    page.locator(f"{NUDGE} .do-run").dblclick()
    expect(page.locator(f"{NUDGE} .status")).to_contain_text("Same as printed")
    box = edit(page, NUDGE, "while True: pass")
    page.keyboard.press("Control+Enter")
    expect(box.locator(".status")).to_contain_text("Running")
    box.locator(".do-run").dblclick()
    expect(box.locator(".status")).to_contain_text("Stopped")


def test_what_is_written_while_a_cell_runs_is_not_what_its_output_is_of(lab):
    page = lab()
    box = edit(page, NUDGE, "sleep")
    page.keyboard.press("Control+Enter")
    expect(box.locator(".status")).to_contain_text("Running")
    write(page, box, "print(W)")
    expect(box.locator(".status")).to_contain_text("From before your last edit")
    box.get_by_role("button", name="Run again").click()
    expect(box.locator(".status")).to_contain_text("Differs from the printed output, after your edit")


def test_an_exercise_that_is_reset_while_it_is_checked_stays_reset(lab):
    page = lab()
    card = answer(page, WRONG + "  # sleep")
    card.get_by_role("button", name="Check").click()
    expect(card.locator(".status")).to_contain_text("Running")
    card.get_by_role("button", name="Reset").click()
    expect(card.locator(".status")).to_contain_text("As printed")
    page.wait_for_timeout(1500)
    expect(card.locator(".verdict")).to_have_count(0)
    expect(card.locator(".pill")).to_have_text("not answered")


@pytest.mark.parametrize("kept", ["5", "[]", '{"code": 7, "said": "x", "tries": "y", "hints": {}}', "{"])
def test_what_is_kept_in_another_form_is_as_if_it_were_not_there(lab, kept):
    keep = "for (const id of ['a005', 'a022']) localStorage.setItem(`rnncourse:cell:${id}`, KEPT);"
    page = lab(before=keep.replace("KEPT", json.dumps(kept)))
    expect(page.locator(f"{CARD} .pill")).to_have_text("not answered")
    expect(run(page, NUDGE)).to_contain_text("Same as printed")


def test_a_second_tab_destroys_nothing(lab):
    page = lab()
    other = page.context.new_page()
    other.goto(page.url)
    answer(page, RIGHT)
    page.locator(CARD).get_by_role("button", name="Check").click()
    expect(page.locator(f"{CARD} .pill")).to_have_text("✓ done")
    edit(other, NUDGE, "print('other')")
    card = other.locator(CARD)
    expect(card.locator(".pill")).to_have_text("✓ done")
    expect(card.locator(".cm-content")).to_contain_text("[:, None] * W")
    expect(page.locator(f"{NUDGE} .cm-content")).to_have_text("print('other')")


@pytest.mark.parametrize(
    ("refusal", "sentence"), [("QuotaExceededError", "storage is full"), ("SecurityError", "keeps nothing")]
)
def test_where_nothing_can_be_kept_one_sentence_says_so(lab, refusal, sentence):
    refuse = f"Storage.prototype.setItem = () => {{ throw new DOMException('no', '{refusal}'); }};"
    page = lab(before=refuse)
    card = answer(page, RIGHT)
    card.get_by_role("button", name="Check").click()
    expect(card.locator(".verdict.right")).to_be_visible()
    box = edit(page, NUDGE, "print(W)")
    expect(box.locator(".status")).to_contain_text("Edited · kept until you leave this page")
    expect(page.locator("p.said.seen")).to_contain_text(sentence)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("p.said.seen")).to_have_count(0)


def test_hostile_output_does_nothing(lab):
    page = lab()
    box = edit(page, NUDGE, "hostile")
    page.keyboard.press("Control+Enter")
    expect(box.locator(".mine b")).to_have_text("bold")
    expect(box.locator(".mine .text_html")).to_have_attribute("tabindex", "0")  # it scrolls sideways
    expect(box.locator(".mine pre")).not_to_have_attribute("tabindex", "0")
    expect(box.locator(".mine pre")).to_have_text("<i>not slanted</i>")
    assert page.evaluate("window.harmed") is None


def test_the_keyboard_reaches_all_and_leaves_the_editor(lab):
    page = lab()
    page.locator(f"{NUDGE} .do-run").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"{NUDGE} .do-edit")).to_be_focused()
    page.keyboard.press("Enter")
    editor = page.locator(f"{NUDGE} .cm-content")
    expect(editor).to_be_focused()
    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()
    editor.click()
    page.keyboard.press("Escape")
    expect(page.locator(f"{NUDGE} .do-run")).to_be_focused()
    edit(page, NUDGE, "x")
    page.keyboard.press("Control+]")
    expect(editor).to_have_text("    x")
    page.keyboard.press("Shift+Enter")
    expect(editor).not_to_be_focused()
    expect(page.locator(f"{NUDGE} .status")).to_contain_text("Differs")


def test_without_codemirror_a_plain_box_does(browser, server):
    with browser.new_context() as context:
        page = context.new_page()
        context.route("**/live/worker.js", lambda r: r.fulfill(body=WORKER, content_type="text/javascript"))
        context.route("**/live/editor.js", lambda route: route.abort())
        page.goto(f"{server}/{PAGE}")
        area = page.locator(f"{CARD} textarea")
        area.fill(RIGHT)
        page.locator(CARD).get_by_role("button", name="Check").click()
        expect(page.locator(f"{CARD} .verdict.right")).to_be_visible()


def test_with_save_data_the_first_run_asks(lab):
    page = lab(before="Object.defineProperty(navigator, 'connection', {value: {saveData: true}});")
    expect(run(page, NUDGE)).to_contain_text(re.compile(r"Running fetches Python, [\d.]+ MB, once"))
    page.get_by_role("button", name="Fetch and run").click()
    expect(page.locator(f"{NUDGE} .status")).to_contain_text("Same as printed")


def test_progress_is_fetched_only_once_there_is_any(lab):
    page, asked = lab(), []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.reload()
    assert not {"progress.js", "progress.json", "live.js", "worker.js"} & set(asked)
    edit(page, NUDGE, "x = 1")
    expect(page.locator(".progress-button")).to_be_visible()
    assert "progress.js" in asked


def test_a_page_left_and_come_back_to_says_that_it_was_stopped(lab):
    page = lab()
    box = edit(page, NUDGE, "while True: pass")
    page.keyboard.press("Control+Enter")
    expect(box.locator(".status")).to_contain_text("Running")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    page.evaluate("localStorage.setItem('rnncourse:cell:a007', JSON.stringify({code: 'elsewhere = 1'}))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(box.locator(".status")).to_contain_text("Stopped when you left the page")
    expect(page.locator("[data-cell=a007] .cm-content")).to_have_text("elsewhere = 1")
    expect(run(page, LOOPS)).not_to_contain_text("Stopped")


def test_progress_is_shown_exported_cleared_and_brought_back(lab, tmp_path):
    page = lab()
    expect(page.locator(".progress-button")).to_have_count(0)
    answer(page, RIGHT)
    page.locator(CARD).get_by_role("button", name="Check").click()
    button = page.locator(".progress-button")
    expect(button).to_have_accessible_name(re.compile(r"1/\d Your progress on this page"))
    page.set_viewport_size({"width": 768, "height": 800})
    assert page.locator(".top .menu").bounding_box()["height"] < 45  # one line, beside the progress too
    page.set_viewport_size({"width": 1200, "height": 800})
    expect(page.locator("nav.course [aria-current] .far")).to_have_attribute("title", re.compile(r"1 of \d"))
    button.click()
    panel = page.get_by_role("dialog", name="Your progress")
    expect(panel).to_contain_text("kept in this browser only")
    with page.expect_download() as saved:
        panel.get_by_role("button", name="Export").click()
    file = tmp_path / "progress.json"
    saved.value.save_as(file)
    assert any("jacobian" in value for value in json.loads(file.read_text())["items"].values())
    panel.get_by_role("button", name="Clear").click()
    with page.expect_navigation():
        panel.get_by_role("button", name="Clear all my answers").click()
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('rnncourse:cell')).length")
        == 0
    )
    expect(page.locator(f"{CARD} .pill")).to_have_text("not answered")
    page.evaluate("localStorage.setItem('rnncourse:seen:x', 1); dispatchEvent(new Event('rnn:progress'))")
    edit(page, NUDGE, "x")
    page.locator(".progress-button").click()
    with page.expect_navigation():
        page.locator("#progress input[type=file]").set_input_files(file)
    expect(page.locator(f"{CARD} .pill")).to_have_text("✓ done")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_state_trips_axe_or_overflows(lab, scheme, width):
    page = lab(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.wait_for_function("!document.querySelector('article section > section:not(.drawn)')")
    edit(page, NUDGE, "x = 1\nspectre")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"{NUDGE} .status")).to_contain_text("NameError")
    answer(page, WRONG)
    page.locator(CARD).get_by_role("button", name="Check").click()
    expect(page.locator(f"{CARD} .verdict")).to_be_visible()
    page.locator(CARD).get_by_role("button", name="Hint 1 of 3").click()
    edit(page, "[data-cell=a007]", "while True: pass")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-cell=a007] .status")).to_contain_text("Running")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document).then((result) => result.violations)")
    assert [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    least = 44 if width < 500 else 40
    for button in page.locator(".answer button:visible, .do-run:visible").all():
        assert button.bounding_box()["height"] >= least


def test_what_the_page_says_of_the_weight_is_so(site):
    """As a host sends it: wheels as they are, the rest compressed."""
    files, sums = json.loads((site / "_static/live/files.json").read_text()), {}
    for name, facts in files["all"].items():
        data = (site / "_static/live" / name).read_bytes()
        size = len(data) if name.endswith((".whl", ".zip")) else len(gzip.compress(data, 6))
        sums[facts["group"]] = sums.get(facts["group"], 0) + size / 1e6
    said = (site / PAGE).read_text("utf-8").partition('class="runs"')[2][:400]
    python, figures = map(int, re.findall(r"(\d+) MB", said))
    assert abs(sums["Python"] + sums["numpy"] - python) < 0.75
    assert abs(sums["matplotlib"] - figures) < 0.75
    assert sums == pytest.approx({group: size / 1e6 for group, size in files["groups"].items()})
