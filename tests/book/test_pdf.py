"""The course as one PDF: every page in its order; bookmarks, and links that stay inside, on a few of them."""

import pytest

from tools import pdf

from .conftest import parsed


@pytest.fixture
def page(browser):
    with browser.new_context(color_scheme="light") as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def order(browser, site):
    with browser.new_page() as page:
        return pdf.reading_order(page, (site / "index.html").as_uri())


def test_the_reading_order_is_that_of_the_menu(order, site):
    start = site / "index.html"
    links = [link["href"] for link in parsed(start).select("nav.course a.internal")]
    assert order == [start.as_uri(), *((site / link).as_uri() for link in links)]
    assert len(order) == len(set(order))


def test_the_pdf_has_bookmarks_and_inner_links(page, order):
    few = order[:3]
    writer = pdf.book(page, few)
    bookmarks = [entry["/Title"] for entry in writer.outline if not isinstance(entry, list)]
    assert len(bookmarks) == 3 and bookmarks[0] == "Why recurrent networks forget"
    assert "Why recurrent networks forget" in writer.pages[0].extract_text()
    notes = [note.get_object() for sheet in writer.pages for note in sheet.get("/Annots", [])]
    assert not {note.get("/A", {}).get("/URI", "").partition("#")[0] for note in notes} & {*few}
    assert any("/Dest" in note for note in notes)


def test_on_paper_answers_follow_the_text_and_a_slider_shows_three_places(page, site):
    name = next(site.glob("1-*/a-jacobian.html"))
    sheets = [sheet.extract_text() for sheet in pdf.printed(page, name.as_uri(), 7).pages]
    whole = " ".join(" ".join(sheets).split())
    asked, ended, answered = map(whole.index, ("Which matrix is", "In three lines", "is right."))
    assert asked < ended < answered
    assert "Solution · Exercise 1a.1" in whole[ended:] and "Not answered yet" not in whole
    assert all(f"pre-activation z: {z}" in whole for z in ("−6", "0", "6"))
    for number, text in enumerate(sheets, 7):  # the sheets are numbered on
        assert text.startswith(f"{number}Why recurrent networks forget · 1a · One link of the chain")
    assert page.locator(".answers, .explore-frames").count() == 0  # after it the page is as before
    assert page.locator(".card > .solution").count() == 4
