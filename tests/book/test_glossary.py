"""The first use of a term on a page opens its entry of the glossary: everywhere, by keyboard, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import parsed
from .test_pages import violations
from .test_weight import UNDRAWN

HIDDEN = (
    "form, .hero, .solution, .admonition-title, table, .cell, .terms, .lesson, .lesson-foot, .math, code, a"
)
TERM = ".term > button"
OPEN = "(button) => { for (let at = button; at; at = at.parentElement) at.open = true; }"

ON_PAGE = "(button) => [scrollX, scrollY + button.getBoundingClientRect().top]"


@pytest.fixture(scope="session")
def terms(site):
    """The word of each form, as the page of the glossary gives them."""
    found = {}
    for entry in parsed(site / "appendix/glossary.html").select("dt"):
        word, *others = (form.strip() for form in entry.text.replace("#", "").split(","))
        assert entry["id"].startswith("term-")
        found |= dict.fromkeys([word.lower(), *map(str.lower, others)], entry["id"])
    return found


def linked(site, names):
    return [name for name in names if parsed(site / name).select(TERM)]


def test_there_are_terms_to_link(site, names, terms):
    assert len(set(terms.values())) >= 40
    used = {button["popovertarget"] for name in names for button in parsed(site / name).select(TERM)}
    assert len(used) >= 40
    assert used <= set(terms.values())


def test_the_first_use_of_each_term_opens_its_entry(site, name, terms):
    if name.startswith("appendix/") or name == "search.html":
        assert not parsed(site / name).select(TERM)
        return
    forms = "|".join(map(re.escape, sorted(terms, key=len, reverse=True)))
    use, seen, missed = re.compile(rf"(?<![\w-])({forms})s?(?![\w-])", re.IGNORECASE), set(), []
    hidden = set(map(id, parsed(site / name).select(HIDDEN)))
    for paragraph in parsed(site / name).select("article p"):
        if any(id(one) in hidden for one in [paragraph, *paragraph.parents]):
            continue
        for text in paragraph.find_all(string=True):
            if any(id(one) in hidden for one in text.parents):
                continue
            for found in use.finditer(text):
                word = terms[found[1].lower()]
                first = word not in seen
                seen.add(word)
                explained = text.find_parent("strong") and found[0] == text
                if (text.parent.get("popovertarget") == word) != first and not (first and explained):
                    missed.append((word, text))
    assert missed == []


def test_each_term_has_its_entry_on_the_page(site, name):
    soup = parsed(site / name)
    targets = [button["popovertarget"] for button in soup.select(TERM)]
    assert targets == [entry["id"] for entry in soup.select(".terms > [popover]")]
    assert all(entry.get_text().strip().endswith(".") for entry in soup.select(".terms > [popover]"))


def test_every_entry_opens_and_closes_by_keyboard(visit, site, names):
    left = set()
    for name in sorted(linked(site, names), key=lambda name: -len(parsed(site / name).select(TERM)))[:4]:
        page = visit(name)
        for button in page.locator(TERM).all():
            target = button.get_attribute("popovertarget")
            if target in left:
                continue
            button.evaluate(OPEN)
            button.focus()
            page.keyboard.press("Enter")
            entry = page.locator(f"#{target}")
            expect(entry).to_be_visible()
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.closest('[popover]').id") == target
            page.keyboard.press("Escape")
            expect(entry).to_be_hidden()
            left.add(target)
    assert len(left) >= 35


@pytest.mark.parametrize("scripts", [True, False])
def test_an_open_entry_fits_on_a_phone(visit, site, names, scripts):
    page = visit(linked(site, names)[0], viewport={"width": 390, "height": 800}, java_script_enabled=scripts)
    if scripts:
        page.wait_for_function(f"!document.querySelector('{UNDRAWN}')")  # then nothing moves by itself
    for button in page.locator(TERM).all()[:4]:
        button.scroll_into_view_if_needed()
        before = button.evaluate(ON_PAGE)
        button.click()
        box = page.locator(f"#{button.get_attribute('popovertarget')}").bounding_box()
        term = button.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert abs(box["y"] - term["y"]) < 150  # beside its term
        assert button.evaluate(ON_PAGE) == before or not scripts
    if scripts:
        assert violations(page, ".terms") == []
