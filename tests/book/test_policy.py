"""Every page under a strict content security policy: own files alone, no inline script, no other host."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WATCH = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused by ${event.effectiveDirective}: ${event.blockedURI}`));"""
SLIDER = "2-vanishing-and-exploding/b-matrix-powers.html"
WORKER = Path(__file__).with_name("worker.js").read_text("utf-8")
CHOICE = "1-backpropagation-through-time/a-jacobian.html"


@pytest.fixture(scope="module")
def server(site):
    class Strict(SimpleHTTPRequestHandler):
        def end_headers(self):
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Strict, directory=site)) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture(scope="module")
def context(browser):
    with browser.new_context() as context:
        context.add_init_script(WATCH)
        yield context


@pytest.fixture
def errors():
    """What the pages complained of; a test that leaves any fails."""
    errors = []
    yield errors
    assert errors == []


@pytest.fixture
def visit(context, server, errors):
    with context.new_page() as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))

        def visit(path):
            assert page.goto(f"{server}/{path}").headers["content-security-policy"] == POLICY
            return page

        yield visit


def test_every_page_keeps_the_policy(visit, name):
    visit(name).keyboard.press("End")  # what waits to be seen is loaded too


def test_sliders_choices_and_the_search_work_under_the_policy(visit):
    page = visit(SLIDER)
    picture = page.locator(".explore svg").first
    before = picture.get_attribute("aria-label")
    page.locator(".explore").get_by_role("slider").first.press("End")
    expect(picture).not_to_have_attribute("aria-label", before)

    form = visit(CHOICE).locator("form.choice").first
    form.locator("input").first.check()
    form.get_by_role("button", name="Answer").click()
    expect(form.locator(".choice-feedback").first).to_be_visible()

    expect(visit("search.html?q=gradient").locator("#search-results li").first).to_be_visible()


def test_python_runs_and_draws_under_the_policy_and_asks_no_other_host(visit, server):
    page, asked = visit("appendix/bibliography.html"), []
    page.context.on("request", lambda request: asked.append(request.url))
    assert page.evaluate(WORKER, f"{server}/_static/live/")["type"] == "ready"
    draw = "from rnncourse.figures import chapter_1 as pictures\npictures.unrolled()"
    done = page.evaluate("(code) => ask({type: 'run', code, name: 'cell 1'})", draw)
    assert done["error"] is None and "<svg" in done["outputs"][0]["data"]["text/html"]
    assert any("/wheels/matplotlib-" in url for url in asked)
    assert all(url.startswith((server, "blob:")) for url in asked)


@pytest.mark.parametrize(
    ("act", "directive"),
    [
        ("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))", "script-src"),
        ("document.body.setAttribute('onclick', '1')", "script-src"),
        ("document.body.append(Object.assign(new Image(), {src: 'https://example.invalid/'}))", "img-src"),
        ("fetch('https://example.invalid/').catch(() => 0)", "connect-src"),
    ],
)
def test_what_the_policy_refuses_is_noticed(visit, errors, act, directive):
    page = visit("index.html")
    with page.expect_console_message(lambda said: said.text.startswith(f"refused by {directive}")):
        page.evaluate(act)
    errors.clear()
