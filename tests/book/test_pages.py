"""Every page as built: whole, accessible in both themes, offline, on a phone, on paper, from a folder."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect

from .conftest import parsed

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@cache
def anchors(path):
    return {tag["id"] for tag in parsed(path).select("[id]")}


def violations(page, include="html", **options):
    """What axe-core objects to, without the inside of formulas: many, and no rule is for them."""
    page.evaluate("document.querySelectorAll('.katex-html, math > *').forEach((part) => part.remove())")
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("async (all) => (await axe.run(...all)).violations", [include, options])
    return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"][:3]]


def test_links_lead_somewhere(site, name):
    here = site / name
    broken = []
    for tag in parsed(here).select("[href], [src]"):
        target = tag.get("href") or tag.get("src")
        url = urlsplit(target)
        if url.scheme in ("http", "https"):
            assert tag.name == "a", f"{target} is fetched from another host"
        elif not url.scheme:
            there = (here.parent / unquote(url.path)).resolve() if url.path else here
            anchored = there.suffix == ".html" and url.fragment
            if not there.is_file() or (anchored and unquote(url.fragment) not in anchors(there)):
                broken.append(target)
    assert broken == []


def test_next_leads_through_every_page_that_is_to_be_read(site, names):
    path, read = site / "index.html", []
    while path:
        read.append(path.relative_to(site).as_posix())
        after = parsed(path).select_one("link[rel=next]")
        path = after and (path.parent / after["href"]).resolve()
    assert read[-1] == "3-lstm/what-was-found.html"
    assert {page for page in names if re.match(r"\d-", page)} < set(read)
    assert not any(page.startswith(("appendix/", "prerequisites")) for page in read)


def test_page_is_well_formed(site, name):
    soup = parsed(site / name)
    ids = [tag["id"] for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert soup.html["lang"] == "en"
    assert len(soup.select("main h1")) == 1
    assert not soup.select(".katex-error, .problematic, [onclick], script:not([src]):not([type])")
    assert all(math.select("math") for math in soup.select(".math"))  # what a screen reader speaks
    for equation in soup.select("div.math[id]"):
        label = equation["id"].removeprefix("equation-")
        assert equation.select_one("a.certificate")["href"].endswith(f"#cert-{label}")
    levels = [int(h.name[1]) for h in soup.select("main :is(h1, h2, h3, h4, h5)")]
    assert all(after <= before + 1 for before, after in pairwise(levels))


CUT_OFF = """() => [...document.querySelectorAll("main *")].filter((box) => box.checkVisibility()
  && getComputedStyle(box).overflowX !== "visible" && box.scrollWidth > box.clientWidth + 1
  && !box.closest(".katex-mathml, .explore-said")).map((box) => box.outerHTML.slice(0, 200))"""


WIDE = """() => [...document.querySelectorAll(".katex-display:not(.wild-row *)")]
    .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.textContent.slice(0, 80))"""
DRAW_ALL = "section, .wild-row { content-visibility: visible !important; }"  # to measure all
TARGETS = "button:not(.copy, .term *), label:has(input), select, [type=range], summary, .actions a, .turn a"
LOST_STOP = """() => [...document.querySelectorAll(".together")].filter((box) => {
  const range = document.createRange();
  range.selectNodeContents(box.lastChild);
  const last = [...box.querySelectorAll(".base")].at(-1).getBoundingClientRect();
  return range.getBoundingClientRect().left < last.left;   // the comma after a formula begins the next line
}).map((box) => box.textContent)"""


LOW = """(all) => all.filter((box) => {
  const height = box.checkVisibility() ? box.getBoundingClientRect().height : 0;
  return 0 < height && height < 43.5;
}).map((box) => box.outerHTML)"""


def test_reads_on_paper(visit, some):
    page = visit(some, viewport={"width": 657, "height": 1000})  # A4 less 18 mm on each side
    page.emulate_media(media="print")
    assert page.evaluate(CUT_OFF) == []
    navigation = "header.top, nav.course, .contents, .actions, .turn, .end, .copy, .explore-controls"
    assert not page.locator(navigation).filter(visible=True).count()
    assert page.locator(".explore-range").filter(visible=True).count() == page.locator(".explore").count()
    assert (
        page.locator("article details:not(.verified, .picture-first *, .rnn-certificate > *) > :not(summary)")
        .filter(visible=False)
        .count()
        == 0
    )
    answers = page.locator("form.choice .choice-feedback")
    assert answers.filter(visible=True).count() == answers.count()


def test_reads_on_a_phone(visit, name):
    page = visit(name, has_touch=True)
    page.add_style_tag(content=DRAW_ALL)
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    page.evaluate("document.fonts.ready.then(() => 0)")
    for width in (360, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(LOST_STOP) == []
    assert page.locator(f"header button, main :is({TARGETS})").evaluate_all(LOW) == []
    assert page.evaluate(WIDE) == []  # no formula of ours, in what folds neither
    assert violations(page, runOnly=["target-size"]) == []


def test_reads_in_light(visit, name):
    page = visit(name, color_scheme="light")
    page.add_style_tag(content=DRAW_ALL)
    assert violations(page) == []


def test_reads_in_the_dark(visit, some):
    page = visit(some, color_scheme="dark")
    page.add_style_tag(content=DRAW_ALL)
    assert violations(page, runOnly=["color-contrast"]) == []


def test_opens_from_a_folder(visit, some):
    page = visit(some, folder=True)
    assert page.locator("main h1").is_visible()
    loaded = page.evaluate(
        "document.fonts.ready.then((fonts) => [...fonts].some((f) => f.status === 'loaded'))"
    )
    assert loaded == (page.locator(".math").count() > 0)


@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize("word", ["gradient", "dsigma", "carousel", "misprint"])
def test_search_finds_words_of_the_text_of_code_and_of_exercises(visit, word, folder):
    page = visit(f"search.html?q={word}", folder=folder)
    page.locator("#search-results li").first.wait_for()
    assert page.locator("#search-results li a").first.get_attribute("href")


@pytest.mark.parametrize("page", ["b-gradient", "c-eigenvalues", "c-carousel"])
def test_search_finds_the_words_before_each_equation(visit, page, site):
    name = next(site.glob(f"[123]-*/{page}.html")).relative_to(site).as_posix()
    opened = visit(name)
    root = opened.url.removesuffix(name)
    before = opened.locator("main p:has(+ div.math)")
    own = "(all) => all.map((p) => [...p.childNodes].map((n) => (n.nodeType === 3 ? n.data : ' ')).join(''))"
    texts = filter(str.strip, before.evaluate_all(own))
    words = {max(re.findall("[A-Za-z]+", text), key=len) for text in texts}
    assert len(words) > 2
    for word in words:
        opened.goto(f"{root}search.html?q={word}")
        expect(opened.locator(f"#search-results a[href^='{name}']").first).to_be_visible()


def test_the_theme_is_chosen_and_kept(visit):
    page = visit("index.html", color_scheme="light")
    page.get_by_role("button", name="Dark theme").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Light theme").click()
    assert page.evaluate("localStorage.length") == 0  # the system says light too: nothing to keep


def test_the_keyboard_skips_to_the_content_and_opens_the_menu(visit):
    page = visit("index.html", viewport={"width": 390, "height": 844})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    menu = page.get_by_role("navigation", name="Course")
    assert menu.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('nav').id") == "course"
    page.keyboard.press("Escape")
    assert not menu.is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_menu_shows_where_you_are(visit, width):
    page = visit("appendix/api.html", viewport={"width": width, "height": 700})
    if width < 960:
        page.get_by_role("button", name="Menu").click()
    here = page.locator("[aria-current=page]")
    expect(here).to_have_text("Functions")
    expect(here).to_be_in_viewport(ratio=1)


def test_a_search_in_vain_says_so_and_stores_nothing(visit):
    page = visit("search.html?q=zzzqqq")
    expect(page.get_by_text("No page has these words")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_a_word_spelled_nearly_right_leads_to_the_right_one(visit):
    page = visit("search.html?q=jacobain")
    page.get_by_role("link", name="jacobian", exact=True).click()
    expect(page.locator("#search-results li").first).to_be_visible()
    assert page.locator(".near").count() == 0


def test_a_search_gives_no_answer_away(visit):
    page = visit("search.html?q=swapped")  # which what is said of an option of 1a says too
    expect(page.locator("#search-results li").first).to_be_visible()
    expect(page.locator("#search-results")).not_to_contain_text("The order is swapped")


def test_what_is_found_is_grouped_marked_and_reached_by_arrow_keys(visit):
    page = visit("search.html?q=jacobian")
    expect(page.locator("#search-results mark").first).to_have_text("Jacobian", ignore_case=True)
    groups = page.locator("#search-results section:visible")
    expect(page.get_by_text("places found")).to_be_visible()
    assert groups.locator("h3").all_text_contents()[:3] == ["Lessons", "Functions", "Equations"]
    assert groups.nth(1).locator("a").first.get_attribute("href").startswith("appendix/api")
    expect(groups.first.locator("p.context mark").first).to_be_visible()
    page.locator("form.search input").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator("#search-results li > a").nth(1).evaluate("(link) => link === document.activeElement")


def test_verdicts_on_the_page_are_headed_by_the_number_of_their_exercise(site):
    soup = parsed(next(site.glob("1-*/a-jacobian.html")))
    cards = [card for card in soup.select(".card") if card.select(".rnn-check")]
    for i, card in enumerate(cards, 1):
        heads = {said.strong.text.split(" · ")[0] for said in card.select(".rnn-check")}
        assert heads == {f"Exercise 1a.{i}"}
        assert {said["aria-label"].split(" · ")[0] for said in card.select(".rnn-check")} == heads
    assert len(cards) > 2


def test_the_front_page_plays_its_figure_to_the_longest_list_and_reads_it_by_slider(visit):
    page = visit("index.html")
    steps, said = page.locator("#steps"), page.locator(".learnt")
    page.get_by_role("button", name="Stop").click()  # it plays by itself
    page.get_by_role("button", name="Play").click()
    steps.press("End")
    assert page.get_by_role("button", name="Play").is_visible()  # a hand on the slider stops it
    steps.press("Home")
    near = page.locator(".fan output").all_text_contents()
    steps.press("End")
    far = page.locator(".fan output").all_text_contents()
    assert said.text_content() == "60 steps: 0 of 7 plain networks learnt it, 7 of 7 LSTMs."
    assert near[0] != far[0] and steps.get_attribute("aria-valuetext") == "60 numbers"


def test_the_front_page_leads_back_to_where_one_was_and_fills_its_bars(visit):
    page = visit("index.html")
    assert page.get_by_role("link", name="Continue").count() == 0
    page.goto(page.url.replace("index.html", "1-backpropagation-through-time/a-jacobian.html"))
    form = page.locator("form.choice").first
    form.locator("input").first.check()
    form.get_by_role("button", name="Answer").click()
    page.goto(page.url.replace("1-backpropagation-through-time/a-jacobian.html", "index.html"))
    going_on = page.get_by_role("link", name="Continue: 1a · One link of the chain")
    expect(going_on).to_have_attribute("href", re.compile("a-jacobian.html"))
    bars = page.locator(".tile .bar")
    expect(bars.first).to_have_attribute("aria-label", re.compile(r"^1 of \d+ done$"))
    done = bars.evaluate_all("(all) => all.map((bar) => +bar.style.getPropertyValue('--done'))")
    assert 0 < done[0] < 0.5 and done[1:] == [0, 0]


def test_a_phone_shows_the_point_of_the_front_page_without_scrolling(visit):
    page = visit("index.html", viewport={"width": 390, "height": 844})
    for part in (".fan output", ".fan .plot", ".steps input"):
        assert page.locator(part).last.bounding_box()["y"] < 800, part


def test_the_style_has_the_palette_and_plain_colours_once(site):
    css = (site / "_static/course.css").read_text("utf-8")
    assert css.count("@supports not (color:") == 1
    assert css.replace(" ", "").count("--rnn-state:light-dark(#0072B2,#5bb4ec)") == 1


def test_reading_needs_no_scripts(visit):
    page = visit("index.html", java_script_enabled=False)
    page.locator("button.menu").click()  # the front page has no side menu; its button needs no script
    assert page.get_by_role("navigation", name="Course").is_visible()
    assert not page.locator("button.theme").is_visible()


ANSWERED = """(forms) => forms.map((form) => {
  [...form.querySelectorAll("input")].at(-1).click();
  form.querySelector("[type=submit]").click();
  return [...form.querySelectorAll(".choice-feedback")].filter((says) => says.checkVisibility()).length;
})"""


def test_every_question_answers(visit, quiz):
    page = visit(quiz)
    page.add_style_tag(content=DRAW_ALL)
    page.evaluate("document.querySelectorAll('article details').forEach((folded) => { folded.open = true; })")
    assert set(page.locator("form.choice").evaluate_all(ANSWERED)) == {1}


def test_questions_answer_by_keyboard_and_are_remembered(visit, longest_quiz):
    page = visit(longest_quiz)
    for form in page.locator("form.choice").all():
        options, feedback = form.locator("input"), form.locator(".choice-feedback")
        assert not form.locator(".choice-feedback:visible").count()
        form.get_by_role("button", name="Answer").click()
        assert form.get_by_text("Choose one first").is_visible()
        options.first.focus()
        for i in range(options.count()):
            page.keyboard.press("ArrowDown" if i else "Space")
            assert not form.locator(".choice-feedback:visible").count()  # what was said of another choice
            page.keyboard.press("Enter")
            assert feedback.nth(i).is_visible()
            assert form.locator(".choice-feedback:visible").count() == 1
    last = page.locator("form.choice input:checked").count()
    page.reload()
    assert page.locator("form.choice input:checked").count() == last
    assert page.locator(".choice-feedback:visible").count() == last
    assert violations(page, "form.choice") == []
    page.locator("form.choice").first.get_by_role("button", name="Clear").click()
    assert page.locator("form.choice input:checked").count() == last - 1
    page.locator(".progress-button").click()
    page.locator("#progress").get_by_role("button", name="Clear").click()
    with page.expect_navigation():
        page.locator("#progress").get_by_role("button", name="Clear all my answers").click()
    assert page.locator(".choice-feedback:visible").count() == 0
    assert page.locator("form.choice input:checked").count() == 0


def test_a_question_without_scripts_folds_its_answer(visit, longest_quiz):
    page = visit(longest_quiz, java_script_enabled=False)
    form = page.locator("form.choice").first
    assert not form.locator(".choice-feedback").first.is_visible()
    form.locator("summary").click()
    assert form.locator(".choice-feedback").first.is_visible()


def test_a_question_works_where_nothing_can_be_stored(visit, longest_quiz):
    page = visit("search.html")
    denied = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied'); }})"
    page.context.add_init_script(denied)
    page.goto(page.url.replace("search.html", longest_quiz))
    form = page.locator("form.choice").first
    form.locator("input").first.check()
    form.get_by_role("button", name="Answer").click()
    assert form.locator(".choice-feedback").first.is_visible()


LANDED = """async () => {
  await document.fonts.ready;
  await new Promise((done) => setTimeout(done, 300));
  const top = document.getElementById(decodeURIComponent(location.hash.slice(1))).getBoundingClientRect().top;
  return top;
}"""


def lands(page):
    """The heading is below the page's head, or the page ends before it can be."""
    top = page.evaluate(LANDED)
    ended = page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
    return 40 < top < 90 or (ended and 40 < top < page.viewport_size["height"])


def test_section_links_land_after_reload_and_back_too(visit, longest_quiz):
    page = visit(longest_quiz)
    root = page.url
    for link in page.locator(".contents nav a").evaluate_all(
        "(all) => all.map((a) => a.hash).filter(Boolean)"
    ):
        page.goto("about:blank")
        page.goto(root + link)
        assert lands(page), link
    before = page.evaluate("scrollY")
    page.reload()
    page.wait_for_timeout(300)
    assert abs(page.evaluate("scrollY") - before) < 60
    page.goto("about:blank")
    page.go_back()
    page.wait_for_timeout(300)
    assert abs(page.evaluate("scrollY") - before) < 60


def test_what_goes_deeper_is_folded_and_a_link_opens_it(visit, site):
    name = next(path for path in site.rglob("b-gradient.html"))
    page = visit(str(name.relative_to(site)))
    page.add_style_tag(content=DRAW_ALL)
    deeper = page.locator("details.deeper").first
    assert not deeper.locator("p").first.is_visible()
    page.locator(".contents a", has_text="Going deeper").evaluate("(link) => link.click()")
    expect(deeper.locator("p").first).to_be_visible()
