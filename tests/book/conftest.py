"""What the tests of the built book share: its folder, a server on this machine."""

import gc
import os
import threading
from functools import cache, partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tools.serve import Quiet

NIGHTLY = "NIGHTLY" in os.environ
at_night = pytest.mark.skipif(not NIGHTLY, reason="for the night")
SITE = Path(__file__).parents[2] / "_build" / "html"


@cache
def parsed(path):
    soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    gc.freeze()  # it stays: no later search for garbage need walk through it
    return soup


def pages():
    """The path of every page of the book."""
    found = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html"))
    return [p for p in found if not p.startswith("_static/")]


def questions(name):
    """How many questions a page asks."""
    return (SITE / name).read_text("utf-8").count('<form class="choice')


def pytest_generate_tests(metafunc):
    """A test of `name` runs on every page, of `some` on every fifth by day, of `quiz` where one is asked."""
    names = pages()
    if "some" in metafunc.fixturenames:
        metafunc.parametrize("some", (names if NIGHTLY else names[::5]) or ["index.html"])
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", names or ["index.html"])
    if "quiz" in metafunc.fixturenames:
        metafunc.parametrize("quiz", [*filter(questions, names)] or ["index.html"])


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").exists():
        pytest.fail("the book is not built: run `make html` first", pytrace=False)
    return SITE


@pytest.fixture(scope="session")
def names(site):
    return pages()


@pytest.fixture(scope="session")
def longest_quiz(names):
    """The page with the most questions."""
    return max(names, key=questions)


@pytest.fixture(scope="session")
def server(site):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture
def visit(browser, server, site):
    """visit("a.html") opens a page, with `folder=True` the file itself; other keywords make the context.

    A request to another host, which is stopped, or a script error fails the test.
    """
    contexts, problems = [], []

    def other_host(url):
        return not url.startswith((server, "file:", "data:", "blob:"))

    def stop(route):
        problems.append(f"request to {route.request.url}")
        route.abort()

    def visit(path, folder=False, **keywords):
        context = browser.new_context(**keywords)
        contexts.append(context)
        context.set_default_timeout(5000)
        context.route(other_host, stop)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{path}: {error}"))
        page.on("console", lambda said: said.type == "error" and problems.append(f"{path}: {said.text}"))
        page.goto(f"{site.as_uri() if folder else server}/{path}")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []
