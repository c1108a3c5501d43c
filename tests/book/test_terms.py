"""A term of an equation lights up in the picture too, by pointer and by keyboard, and nothing moves."""

import pytest

from tests.book.test_pages import parsed

OPACITY = "(one) => getComputedStyle(one).opacity"


@pytest.mark.parametrize(
    ("page", "term", "other"),
    [("1-backpropagation-through-time/a-jacobian", "W", "U"), ("3-lstm/a-gates", "f", "o")],
)
def test_terms_light_up_in_formula_and_picture(visit, page, term, other):
    page = visit(f"{page}.html", viewport={"width": 1280, "height": 900})
    page.add_style_tag(content="* { transition: none !important; content-visibility: visible !important; }")
    formula, rest = (page.locator(f".katex-html [data-term={name}]").first for name in (term, other))
    drawn, pale = (page.locator(f".rnn-figure [data-term={name}]").first for name in (term, other))
    before = page.evaluate("document.documentElement.scrollHeight")
    page.locator(f".figure-terms button[data-term={term}]").first.focus()
    assert [one.evaluate(OPACITY) for one in (formula, drawn, rest, pale)] == ["1", "1", "0.25", "0.25"]
    page.locator("h1").hover()
    assert [one.evaluate(OPACITY) for one in (rest, pale)] == ["1", "1"]
    rest.hover()
    assert [one.evaluate(OPACITY) for one in (formula, drawn, rest, pale)] == ["0.25", "0.25", "1", "1"]
    assert page.evaluate("document.documentElement.scrollHeight") == before


def test_where_terms_can_be_lit_there_is_the_script_that_lights_them(site, names):
    pages = [parsed(site / name) for name in names]
    lit = [page for page in pages if page.select(".figure-terms")]
    assert len(lit) > 3 and all(page.select("script[src$='explore.js']") for page in lit)


def test_a_formula_copied_is_the_formula_written(site):
    text = (site / "3-lstm/a-gates.html").read_text("utf-8")
    assert 'data-term="f"' in text and "htmlData" not in text
