"""Whatever of others stands in the built book is listed in licences.txt, which every page links to."""

import re

import pytest

OURS = re.compile(
    r".*\.(html|ipynb|inv)|searchindex\.js|licences\.txt|\.buildinfo|_sources/.*"
    r"|_static/live/(pages/.*|progress\.json|files\.json|rnncourse\.zip)"
)


@pytest.fixture(scope="module")
def listed(site):
    return (site / "licences.txt").read_text("utf-8")


def test_every_file_is_ours_or_listed(site, listed):
    static = site.parents[1] / "book" / "_theme" / "static"
    own = {f"_static/{path.relative_to(static).as_posix()}" for path in static.rglob("*")}
    entries = [entry.strip().splitlines() for entry in listed.split(f"\n{'=' * 80}\n")[1:]]
    named = {word.rstrip("*") for entry in entries for line in entry[:4] for word in line.split()}
    prefixes = tuple(word for word in named if word.startswith("_static/"))
    for path in (path for path in site.rglob("*") if path.is_file()):
        name = path.relative_to(site).as_posix()
        assert OURS.fullmatch(name) or name in own or name.startswith(prefixes), name


def test_each_entry_says_its_licence_and_text(listed):
    for entry in listed.split(f"\n{'=' * 80}\n")[1:]:
        lines = entry.strip().splitlines()
        assert re.search(r" \d", lines[0]), lines[0]
        assert len(lines) > 5, lines[0]
    for text in ("Mozilla Public License", "SIL Open Font License", "Permission is hereby granted"):
        assert text in listed


def test_every_page_links_to_the_list(visit):
    page = visit("appendix/bibliography.html")
    page.get_by_role("link", name="what others wrote").click()
    assert page.url.endswith("/licences.txt")
