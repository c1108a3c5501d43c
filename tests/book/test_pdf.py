"""The whole course as one PDF: every page of the book, bookmarks, and links that stay inside."""

from bs4 import BeautifulSoup

from tools import pdf


def test_the_pdf_holds_every_page_with_bookmarks_and_inner_links(browser, site):
    start = site / "index.html"
    writer = pdf.book(browser, start.as_uri())
    titles = [entry.title for entry in writer.outline if not isinstance(entry, list)]
    links = BeautifulSoup(start.read_text("utf-8"), "html.parser").select("nav.course a.internal")
    assert len(titles) == len({link["href"] for link in links if "#" not in link["href"]} | {"index.html"})
    text = writer.pages[0].extract_text()
    assert "Why recurrent networks forget" in text
    actions = [
        a.get_object().get("/A", {}).get("/URI", "") for s in writer.pages for a in s.get("/Annots", [])
    ]
    left = [
        uri
        for uri in actions
        if uri.startswith(site.as_uri()) and not uri.endswith(".ipynb") and "/lite/" not in uri
    ]
    assert left == []
    assert any("/Dest" in a.get_object() for a in writer.pages[0]["/Annots"])
