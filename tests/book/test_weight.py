"""What each page weighs on the wire; `pytest -rP tests/book/test_weight.py` prints the table."""

import gzip
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from fontTools.ttLib import TTFont

from .conftest import parsed
from .test_pages import DRAW_ALL

ROOT = Path(__file__).parents[2]
FRAMES = re.compile(rb'(<script type="application/json">).*?(?=</script>)', re.DOTALL)
ASKED = "document.fonts.ready.then(() => performance.getEntriesByType('resource').map((one) => one.name))"
UNDRAWN = "article section > section[id]:not(.drawn)"
SHIFTS = """window.moved = 0;
new PerformanceObserver((list) => { for (const shift of list.getEntries()) moved += shift.value; })
  .observe({type: "layout-shift", buffered: true});"""
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200e3, "uploadThroughput": 94e3}


def zipped(data):
    return len(gzip.compress(data, 6)) / 1024


def weigh(page, server, site, name):
    """KiB, compressed as a host sends them: all but the sliders' frames, all, the scripts among them."""
    page.goto(f"{server}/{name}")
    page.add_style_tag(content=DRAW_ALL)
    page.evaluate("document.body.offsetHeight")  # then every font has been asked for
    html = (site / name).read_bytes()
    asked = {unquote(urlsplit(url).path).lstrip("/") for url in page.evaluate(ASKED)}
    rest = {path: zipped((site / path).read_bytes()) for path in asked}
    scripts = sum(kib for path, kib in rest.items() if path.endswith(".js"))
    bare, whole = (zipped(text) + sum(rest.values()) for text in (FRAMES.sub(rb"\1", html), html))
    return bare, whole, scripts


def test_no_page_is_heavy(visit, server, site, names):
    page, heavy = visit("index.html"), []
    print(f"{'page':55} KiB  with frames  scripts")
    for name in names:
        bare, whole, scripts = weigh(page, server, site, name)
        print(f"{name:55} {bare:3.0f}  {whole:11.0f}  {scripts:7.1f}")
        if bare > 215 or whole > 500 or scripts > 60:
            heavy.append(name)
    assert heavy == []


def test_what_can_run_costs_a_page_three_kib_before_run(visit, server, site):
    page = visit("1-backpropagation-through-time/a-jacobian.html")
    asked = {unquote(urlsplit(url).path).lstrip("/") for url in page.evaluate(ASKED)}
    live = [path for path in asked if path.startswith("_static/live/")]
    assert live and sum(zipped((site / path).read_bytes()) for path in live) <= 3


@pytest.mark.parametrize("arriving", ["index.html", "appendix/wild.html"])
def test_nothing_moves_while_a_page_arrives_on_a_slow_phone(browser, server, arriving):
    page = browser.new_page(viewport={"width": 412, "height": 823}, reduced_motion="reduce")
    phone = page.context.new_cdp_session(page)
    phone.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    phone.send("Network.emulateNetworkConditions", SLOW)
    page.add_init_script(SHIFTS)
    page.goto(f"{server}/{arriving}")
    page.wait_for_function(f"!document.querySelector('{UNDRAWN}')")
    moved = page.evaluate("moved")
    page.close()
    assert moved < 0.01


def test_each_font_holds_the_signs_that_formulas_set_in_it(site, names):
    fonts = site / "_static/katex/fonts"
    held = {path.stem.removeprefix("KaTeX_"): set(TTFont(path).getBestCmap()) for path in fonts.iterdir()}
    whole = ROOT / "node_modules/katex/dist/fonts/KaTeX_Main-Regular.ttf"
    own = set(TTFont(whole).getBestCmap()) | set(TTFont(whole.with_stem("KaTeX_Size4-Regular")).getBestCmap())
    for name in names:
        soup = parsed(site / name)
        signs = {ord(sign) for box in soup.select(".katex-html") for sign in box.text}
        assert signs & own <= held["Main-Regular"] | held["Size4-Regular"], name
        for classes, font in ((".mathbb", "AMS-Regular"), (".mathbf", "Main-Bold")):
            assert {ord(sign) for box in soup.select(classes) for sign in box.text} <= held[font], name
