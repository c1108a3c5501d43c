"""The course as one PDF: every page in its order; bookmarks, and links that stay inside, on a few of them."""

import pytest
from bs4 import BeautifulSoup

from tools import pdf


@pytest.fixture
def page(browser):
    with browser.new_context(color_scheme="light") as context:
        yield context.new_page()


def test_the_reading_order_holds_every_page_once(page, site):
    start = site / "index.html"
    found = pdf.reading_order(page, start.as_uri())
    links = BeautifulSoup(start.read_text("utf-8"), "html.parser").select("nav.course a.internal")
    named = {link["href"] for link in links if "#" not in link["href"]} | {"index.html"}
    assert found[0] == start.as_uri() and len(found) == len(set(found))
    assert set(found) == {(site / name).as_uri() for name in named}


def test_the_pdf_has_bookmarks_and_inner_links(page, site):
    few = pdf.reading_order(page, (site / "index.html").as_uri())[:3]
    writer = pdf.book(page, few)
    assert len([entry for entry in writer.outline if not isinstance(entry, list)]) == 3
    assert "Why recurrent networks forget" in writer.pages[0].extract_text()
    notes = [note.get_object() for sheet in writer.pages for note in sheet.get("/Annots", [])]
    assert not {note.get("/A", {}).get("/URI", "").partition("#")[0] for note in notes} & {*few}
    assert any("/Dest" in note for note in notes)
