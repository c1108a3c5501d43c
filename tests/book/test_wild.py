"""Equations in the wild, as built: every row is there without scripts; filters count, links reveal."""

from rnncourse.equations import wild

NAME = "appendix/wild.html"


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
