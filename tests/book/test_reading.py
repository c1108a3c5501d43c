"""What readers report of such books: copied formulas, lost places, large letters, words in vain."""

import os
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from .conftest import parsed
from .test_pages import DRAW_ALL, LANDED

COPIED = """() => {
  const kept = {};
  addEventListener("copy", (event) => {
    for (const kind of ["text/plain", "text/html"]) kept[kind] = event.clipboardData.getData(kind);
    kept.own = event.defaultPrevented;
  }, {once: true});
  document.execCommand("copy");
  return kept;
}"""
SELECT = """([first, last]) => {
  const range = document.createRange();
  const [from, to] = [first, last].map((path) => document.querySelector(path));
  range.setStart(from, 0);
  range.setEnd(to, to.childNodes.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""
JACOBIAN = "1-backpropagation-through-time/a-jacobian.html"
EQUATION = "#equation-eq-jacobian"
TEX = r"$$\frac{\partial y}{\partial x} = \operatorname{diag}\bigl(\sigma'(Wx)\bigr)\,W$$"


def test_a_formula_is_copied_once_and_as_tex(visit):
    page = visit(JACOBIAN)
    inside = f"{EQUATION} .katex-html .base"
    page.evaluate(SELECT, [inside, inside])  # a part of it, as with a double click
    assert page.evaluate(COPIED)["text/plain"] == TEX
    page.evaluate(SELECT, [f"p:has(+ {EQUATION})", f"{EQUATION} + p"])
    lines = page.evaluate(COPIED)["text/plain"].split("\n")
    assert TEX in lines and lines[0].startswith("Multiplying row $i$ of $W$ by one number")
    assert lines[-1].startswith("This holds for every $W$ of shape $n \\times d$ and every $x$. First we run")
    page.evaluate("getSelection().removeAllRanges()")
    page.locator(f"{EQUATION} summary").focus()  # by keyboard, what has the focus
    page.keyboard.press("ControlOrMeta+c")
    assert page.evaluate(COPIED)["text/plain"] == TEX


def test_what_is_no_formula_is_copied_as_ever(visit):
    page = visit(JACOBIAN)
    page.evaluate(SELECT, ["main h1", "main h1"])
    assert not page.evaluate(COPIED)["own"]


def test_translators_leave_code_and_mathematics_alone(visit):
    page = visit(JACOBIAN)
    assert page.evaluate("document.querySelectorAll('.math').length") > 20
    own = "(all) => all.filter((one) => !one.closest('[translate=no]')).length"
    assert page.locator("main :is(pre, code, .katex)").evaluate_all(own) == 0
    assert page.locator("main p").first.evaluate("(p) => p.translate")


KINDS = {
    "a section": "section[id]",
    "an equation": "div.math[id]",
    "an exercise": "div.exercise[id]",
    "a certificate": "[id^=cert-]",
    "a row in the wild": ".wild-row[id]",
    "a mistake in print": "[id^=erratum-]",
    "a function": "dt.sig[id]",
    "a term": "dt[id^=term-]",
    "a work that is cited": "div.citation[id]",
    "what is folded": "details.deeper [id]:not(svg *, form)",
}
AWAY = """(id) => {
  const place = document.getElementById(id), {top, bottom} = place.getBoundingClientRect();
  const {scrollHeight} = document.documentElement;
  const most = scrollY + innerHeight >= scrollHeight - 2 || !scrollY;
  const there = bottom > 40 && (top < 130 || (most && top < innerHeight));
  return place.checkVisibility() && there ? null : [id, Math.round(top)];
}"""


@pytest.mark.parametrize("selector", KINDS.values(), ids=KINDS)
def test_a_link_from_afar_lands_and_a_reload_stays(visit, site, names, selector):
    places = {name: [one["id"] for one in parsed(site / name).select(selector)] for name in names}
    found = sorted(filter(places.get, names), key=lambda name: -len(places[name]))
    assert found
    page, away = visit("index.html"), []
    root = page.url.removesuffix("index.html")
    for name in found if "NIGHTLY" in os.environ else found[:1]:
        ids = places[name]
        for id in ids if "NIGHTLY" in os.environ else ids[len(ids) // 2 :][:1]:
            page.goto("about:blank")
            page.goto(f"{root}{name}#{quote(id)}")
            page.evaluate(LANDED)
            away.append((name, page.evaluate(AWAY, id)))
            page.reload()
            page.evaluate(LANDED)
            away.append((f"{name}, reloaded", page.evaluate(AWAY, id)))
    assert [one for one in away if one[1]] == []


@pytest.mark.parametrize("place", ["pitfalls", "in-three-lines"])
def test_the_contents_mark_the_section_that_was_asked_for_also_where_the_page_ends(visit, place):
    page = visit(f"{JACOBIAN}#{place}")
    expect(page.locator(".contents [aria-current]")).to_have_attribute("href", f"#{place}")


DRAWN = "!document.querySelector('article section > section[id]:not(.drawn)')"


def test_a_reload_finds_open_what_was_open(visit):
    page = visit(JACOBIAN)
    solution = page.locator(".solution details").last
    solution.locator("summary").click()
    page.wait_for_function("history.state?.open?.length")
    page.wait_for_function(DRAWN)
    page.locator(".turn").scroll_into_view_if_needed()
    before = page.locator(".turn").bounding_box()["y"]
    page.reload()
    expect(solution).to_have_js_property("open", True)
    page.wait_for_function(DRAWN)
    assert abs(page.locator(".turn").bounding_box()["y"] - before) < 60


OVER = """(width) => [...document.querySelectorAll("body *")].filter((box) => {
  if (box.getBoundingClientRect().right <= width + 1) return false;
  for (let outer = box.parentElement; outer !== document.body; outer = outer.parentElement) {
    if (getComputedStyle(outer).overflowX !== "visible") return false;
  }
  return true;
}).slice(0, 3).map((box) => box.outerHTML.slice(0, 120))"""


def test_narrow_or_with_large_letters_a_page_scrolls_in_boxes_alone(visit, some):
    page = visit(some)
    page.add_style_tag(content=DRAW_ALL)
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    for width, size in (280, 100), (640, 200), (1280, 200):
        page.set_viewport_size({"width": width, "height": 700})
        page.evaluate("(size) => { document.documentElement.style.fontSize = `${size}%`; }", size)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            assert page.evaluate(OVER, width) is None, (width, size)


@pytest.mark.parametrize("query", ["0.58", "1997", "2"])
def test_numbers_are_found_and_shown_in_a_line_of_the_page(visit, query):
    page = visit(f"search.html?q={query}")
    expect(page.locator("#search-results li:has(a) .context").first).to_contain_text(query.split(".")[0])


@pytest.mark.parametrize("query", ["the", "and of"])
def test_a_search_for_words_of_every_page_says_so(visit, query):
    page = visit(f"search.html?q={query}")
    expect(page.get_by_text(f"Words such as “{query.split()[0]}” are on every page")).to_be_visible()
