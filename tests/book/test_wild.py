"""Equations in the wild, as built: every row is there without scripts; filters count, links reveal."""

import re

from jinja2 import Template

from rnncourse.equations import wild

from .conftest import SITE

NAME = "appendix/wild.html"
LAYOUT = SITE.parents[1] / "book" / "_theme" / "layout.html"
FOOT = re.compile("<footer class=.end.>.*?</footer>", re.DOTALL)


def test_every_row_is_on_the_page_with_its_verdict(site):
    html = (site / NAME).read_text(encoding="utf-8")
    for id, row in wild.rows().items():
        assert f'id="wild-{id.lower()}"' in html
        assert f"{wild.VERDICTS[row().verdict]} {row().verdict}" in html


def test_filters_by_keyboard(visit):
    page = visit(NAME)
    status, rows = page.locator(".wild-filters [role=status]"), page.locator(".wild-row")
    assert status.inner_text() == f"{len(wild.rows())} rows" == f"{rows.count()} rows"
    page.locator(".wild-filters select").first.focus()
    page.keyboard.type("fal")
    status.filter(has_text=" of ").wait_for()
    left = wild.tally()["false"]
    assert status.inner_text() == f"{left} of {len(wild.rows())} rows"
    assert rows.locator("visible=true").count() == left
    page.evaluate("location.hash = 'wild-d07'")
    page.wait_for_function("!document.getElementById('wild-d07').hidden")
    assert status.inner_text() == f"{len(wild.rows())} rows"


def test_where_the_repository_is_named_each_row_has_a_link_to_object(visit, site):
    """The foot of the page as the theme writes it with a repository, in the page as built without one."""
    foot = Template(FOOT.search(LAYOUT.read_text("utf-8"))[0])
    named = foot.render(repository="https://example.org/who/course/", pathto=lambda *_: "licences.txt")
    html = FOOT.sub(named, (site / NAME).read_text("utf-8"))
    page = visit("index.html")
    page.route(f"**/{NAME}", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(page.url.replace("index.html", NAME))
    issues = page.get_by_role("link", name="Report a mistake").get_attribute("href")
    assert issues == "https://example.org/who/course/issues"
    link = page.get_by_role("link", name="Object to D07")
    wanted = f"{issues}/new?template=equation-in-the-wild.yml&title=D07&equation=D07"
    assert link.get_attribute("href") == wanted
    assert page.get_by_role("link", name="Object to").count() == len(wild.rows())
