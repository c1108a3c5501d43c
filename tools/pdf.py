"""Print the whole course into one PDF with bookmarks, page by page through the browser that the tests use.

python -m tools.pdf      writes _build/rnncourse-book.pdf (after the book was built)
"""

import io
from pathlib import Path
from urllib.parse import urldefrag

from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject

from tools.browser import AT_HOME, chromium

BUILD = Path(__file__).parent.parent / "_build"


def reading_order(page, address):
    """The addresses of all pages: the first, and those of its menu in their order."""
    page.goto(address)
    links = page.locator("nav.course a.internal").evaluate_all("(all) => all.map((link) => link.href)")
    return [address, *links]


def printed(page, address, sheet):
    """One page of the book as a PDF whose first sheet has the number `sheet`."""
    page.goto(address)
    page.add_style_tag(content=f"@page :first {{ counter-increment: sheet {sheet} }}")
    page.add_style_tag(content="h1, h2, h3 { white-space: pre-wrap }")  # or bookmarks lose a space
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, outline=True, tagged=True)))


def link_inside(writer, first_sheets):
    """Let links from page to page of the book lead to the sheet inside the PDF."""
    for sheet in writer.pages:
        for reference in sheet.get("/Annots", []):
            link = reference.get_object()
            address = urldefrag(link.get("/A", {}).get("/URI", ""))[0]
            if address in first_sheets:
                target = writer.pages[first_sheets[address]].indirect_reference
                link[NameObject("/Dest")] = ArrayObject([target, NameObject("/Fit")])
                del link["/A"]


def book(page, addresses):
    """Pages of the book, one after the other, as a PdfWriter."""
    writer, first_sheets = PdfWriter(), {}
    for address in addresses:
        first_sheets[address] = len(writer.pages)
        writer.append(printed(page, address, len(writer.pages) + 1), import_outline=True)
    link_inside(writer, first_sheets)
    return writer


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"], env=AT_HOME)
        page = browser.new_page(color_scheme="light")
        writer = book(page, reading_order(page, (BUILD / "html" / "index.html").as_uri()))
        browser.close()
    writer.add_metadata({"/Title": "Why recurrent networks forget"})
    writer.compress_identical_objects()
    target = BUILD / "rnncourse-book.pdf"
    writer.write(target)
    print(f"{len(writer.pages)} sheets in {target.relative_to(BUILD.parent)}")


if __name__ == "__main__":
    main()
