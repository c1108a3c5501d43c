"""What all tests share: nobody's own progress is touched, and each process has one browser."""

import pytest

from rnncourse.check import records
from tools.browser import AT_HOME, chromium

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """A data directory of its own for each test, so that nobody's progress is touched."""
    monkeypatch.setenv("RNNCOURSE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(records, "_session", set())
    return tmp_path / "data"


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright  # which not every environment has

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET, env=AT_HOME)
        yield browser
        browser.close()
