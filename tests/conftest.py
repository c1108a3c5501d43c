"""What all tests share: nobody's own progress is touched."""

import pytest

from rnncourse.check import records


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """A data directory of its own for each test, so that nobody's progress is touched."""
    monkeypatch.setenv("RNNCOURSE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(records, "_session", set())
    return tmp_path / "data"
