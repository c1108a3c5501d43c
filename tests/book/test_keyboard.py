"""A walk through chapter 1 with the keyboard alone: what a finger can do, the Tab key can."""

from playwright.sync_api import expect

STOP = """() => {
  const at = document.activeElement, {top, bottom, left, right} = at.getBoundingClientRect();
  const shown = [at, at.closest("label")].some((one) => one && getComputedStyle(one).outlineStyle !== "none");
  const inView = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  return at === document.body ? "nothing" : !shown ? "no outline" : !inView ? "out of sight" : "";
}"""
SAME = "(at) => at === document.activeElement"


def tab(page, key="Tab"):
    """One stop further; the reader must see where."""
    page.keyboard.press(key)
    page.wait_for_function(f"({STOP})() !== 'out of sight'", timeout=1000)
    wrong = page.evaluate(STOP)
    assert not wrong, f"{wrong}: {page.evaluate('document.activeElement.outerHTML')[:200]}"


def tab_to(page, selector, most=250):
    """Press Tab until the focus is on what the selector names; one step back and forth shows no trap."""
    for _ in range(most):
        tab(page)
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            break
    else:
        raise AssertionError(f"{most} stops, and none is {selector}")
    here = page.evaluate_handle("document.activeElement")
    tab(page, "Shift+Tab")
    assert not page.evaluate(SAME, here)
    tab(page)
    assert page.evaluate(SAME, here)
    return here.as_element()


def follow(page, selector):
    """Go where a link leads, and wait for the page."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_whole_chapter_by_keyboard_alone(visit, site):
    page = visit("index.html")
    follow(page, "main a[href^='1-']")
    follow(page, "a[rel=next]")

    tab_to(page, ".choice-predict input")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to(page, ".choice-predict [type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator(".choice-predict .choice-feedback").nth(1)).to_be_visible()

    tab_to(page, ".verified summary")
    page.keyboard.press("Enter")
    follow(page, "a.certificate")
    page.wait_for_url("**/certificates.html#cert-*")
    label = page.url.partition("#cert-")[2]
    expect(page.locator(":target")).to_be_in_viewport()
    follow(page, "a[href*='#equation-']")  # the first stop after the certificate leads back to its equation
    assert page.url.endswith(f"a-jacobian.html#equation-{label}")
    expect(page.locator(":target")).to_be_in_viewport()

    slider = tab_to(page, ".explore [type=range]")
    before, spoken = slider.get_attribute("aria-valuetext"), page.locator(".explore:focus-within output")
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") != before
    assert slider.get_attribute("aria-valuetext").endswith(f": {spoken.first.text_content()}")
    tab_to(page, ".explore [type=reset]")
    page.keyboard.press("Enter")
    page.wait_for_function("([slider, text]) => slider.ariaValueText === text", arg=[slider, before])

    solution = tab_to(page, ".solution summary").evaluate_handle("(summary) => summary.parentElement")
    for state in (True, False):
        page.keyboard.press("Enter")
        page.wait_for_function("([solution, state]) => solution.open === state", arg=[solution, state])

    pages = {page.url.rpartition("/")[2].partition("#")[0], "index.html"}
    while "/1-" in page.url:
        follow(page, "a[rel=next]")
        pages |= {page.url.rpartition("/")[2]}
    assert pages == {path.name for path in site.glob("1-*/*.html")}
    assert page.url.endswith("/2-vanishing-and-exploding/index.html")
