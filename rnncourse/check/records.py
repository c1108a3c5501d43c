"""Which checks have passed, kept in a small file in the reader's own data directory."""

import json
import os
from html import escape
from pathlib import Path
from typing import NamedTuple

from .verdicts import LEFT, printable

_session = set()  # what passed since the start, should the file not be writable


def folder():
    """RNNCOURSE_DATA if set, else the user's data directory; ~/.local without platformdirs (in a browser)."""
    if os.environ.get("RNNCOURSE_DATA"):
        return Path(os.environ["RNNCOURSE_DATA"])
    try:
        from platformdirs import user_data_path
    except ImportError:
        return Path("~/.local/share/rnncourse").expanduser()
    return user_data_path("rnncourse", appauthor=False)


def passed():
    """The keys of the exercises that have passed; a missing or damaged file counts as empty."""
    try:
        stored = json.loads((folder() / "progress.json").read_text(encoding="utf-8"))["passed"]
        return _session | {key for key in stored if isinstance(key, str)}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set(_session)


def add(key):
    """Keep that this exercise has passed; in memory only if the file cannot be written."""
    known = passed() | {key}
    _session.add(key)
    _write(known)


def reset():
    """Forget what has passed; True if the file could be written."""
    _session.clear()
    return _write(set())


def where():
    """The folder of the file, found out by writing it once more, or why there is none."""
    return (
        f"kept in {folder()}" if _write(passed()) else f"for this session only: {folder()} cannot be written"
    )


def _write(keys):
    """Replace the file in one step, so that a crash leaves the old one; True if that was possible."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        new = folder() / "progress.json.new"
        new.write_text(json.dumps({"passed": sorted(keys)}), encoding="utf-8")
        os.replace(new, folder() / "progress.json")
    except OSError:
        return False
    return True


class Progress(NamedTuple):
    """One line an exercise."""

    titles: dict
    passed: set
    where: str

    def __str__(self):
        width = max(map(len, self.titles), default=0)
        lines = [
            f"{'passed' if key in self.passed else 'open':6}  {key:{width}}  {title}"
            for key, title in self.titles.items()
        ]
        return printable("\n".join([self._summary(), *lines]))

    __repr__ = __str__

    def _summary(self):
        return f"{len(self.passed & self.titles.keys())} of {len(self.titles)} checks passed ({self.where})"

    def _repr_html_(self):
        rows = "".join(
            f'<tr><th scope="row" {LEFT}>{escape(key)}</th><td {LEFT}>{escape(title)}</td>'
            f"<td>{'✓ passed' if key in self.passed else 'open'}</td></tr>"
            for key, title in self.titles.items()
        )
        return (
            f'<table><caption>{escape(self._summary())}</caption><thead><tr><th scope="col" {LEFT}>check</th>'
            f'<th scope="col" {LEFT}>what it asks</th><th scope="col">state</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )
