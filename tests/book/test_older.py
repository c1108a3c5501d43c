"""Browsers that do not know light-dark(): the colours stay."""

import re
from pathlib import Path

import pytest

from book._ext.older import plain
from rnncourse.palette import PALETTE, css

THEME = Path(__file__).parents[2] / "book" / "_theme" / "static"
SHEETS = sorted(THEME.rglob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_light_dark_stands_in_variables_alone(sheet):
    """So that each of its colours has a plain one beside it."""
    text = re.sub(r"(?s)/\*.*?\*/", "", sheet.read_text("utf-8"))
    assert text.count("light-dark(") == plain(text).count(";") // 3


@pytest.mark.parametrize("theme, column", [("light", 0), ("dark", 2), (None, 0)])
def test_where_light_dark_is_unknown_a_curve_has_its_colour(browser, theme, column):
    style = f":root {{ {css()} }}"
    style = (style + plain(style)).replace("light-dark(", "unknown-function(")
    chosen = f' data-theme="{theme}"' if theme else ""
    page = browser.new_page(color_scheme="light")
    page.set_content(
        f"<!DOCTYPE html><html{chosen}><style>{style}</style>"
        + "".join(f'<svg><path style="stroke:var(--rnn-{name},#123456)"/></svg>' for name in PALETTE)
    )
    found = page.eval_on_selector_all("path", "all => all.map(e => getComputedStyle(e).stroke)")
    page.close()
    wanted = [tuple(bytes.fromhex(colours[column][1:])) for colours in PALETTE.values()]
    assert [tuple(map(int, re.findall(r"\d+", stroke))) for stroke in found] == wanted
